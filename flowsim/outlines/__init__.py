"""Outlines of countries, for maps: those of the world, which are here, or a user's own.

The world is Natural Earth 1:10m (version 4.1, in the public domain), as the npm package
world-atlas 2.0.2 has it (ISC licence, in LICENSE.world-atlas). Its borders are de facto ones: they
show who holds a territory, not who has a right to it, and they are those of 2018. Its points lie
on a grid of about 300 m, so a map of a single town has a coarse border.
"""

from flowsim.lazy_names import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
