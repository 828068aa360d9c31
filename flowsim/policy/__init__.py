"""What states do at their borders."""

from flowsim.lazy_names import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
