"""Figures of a run and of many; nothing of matplotlib is loaded before one is drawn."""

from flowsim.lazy_names import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
