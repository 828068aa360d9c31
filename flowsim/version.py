"""The version of flowsim that is installed."""

from importlib.metadata import version

__version__ = version("flowsim")
