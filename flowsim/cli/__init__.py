"""The command line, ``flowsim``."""
