"""Reports held against runs: reported figures, and registrations by camp."""

from flowsim.lazy_names import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
