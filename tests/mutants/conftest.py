"""The modules of `make mutants` need mutmut, which only its own environment has."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("mutmut") else ["campaign.py", "making.py", "trying.py"]
