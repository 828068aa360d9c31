"""A run or a study as one HTML file to send: it opens from disk and needs nothing else."""

from flowsim.lazy_names import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
