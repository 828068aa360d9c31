"""Simulate people who flee across a border, and compare what border policies do to them.

Names are imported when they are first used, so that importing flowsim costs nothing; the stub
beside this file (``__init__.pyi``) says which there are and where they come from.
"""

from flowsim.lazy_names import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
