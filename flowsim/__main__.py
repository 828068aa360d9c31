"""The command line as ``python -m flowsim``."""

from flowsim.safe_path import leave_working_folder

leave_working_folder()

from flowsim.cli.main import main  # noqa: E402 - nothing more comes from the working folder

if __name__ == "__main__":
    main()
