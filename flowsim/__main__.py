"""The command line as ``python -m flowsim``."""

from flowsim.cli.main import main

if __name__ == "__main__":
    main()
