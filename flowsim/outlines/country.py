"""A country as polygons of longitudes and latitudes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats

Polygon = tuple[Floats, ...]
"""Rings of (n, 2) longitudes and latitudes in degrees: the outside, then holes. Each ring ends
where it begins."""


@dataclass(frozen=True, eq=False)
class Country:
    """A country, or another territory, in outline.

    Attributes
    ----------
    name : str
        In English, shortened where it is long.
    code : str
        The number of ISO 3166-1, as ``"417"``; empty where it has none.
    polygons : tuple of Polygon
        As in GeoJSON: of each, the outside and then its holes.
    """

    name: str
    code: str
    polygons: tuple[Polygon, ...]

    @property
    def rings(self) -> Iterator[Floats]:
        """All rings, outsides and holes."""
        return (ring for polygon in self.polygons for ring in polygon)

    def contains(self, lon: Floats, lat: Floats) -> Bools:
        """Whether points lie in the country, bool (n,).

        A line from each point to the east crosses the rings an odd number of times.

        Examples
        --------
        >>> square = np.array([[0.0, 0], [2, 0], [2, 2], [0, 2], [0, 0]])
        >>> hole = 0.5 * square[::-1] + 0.5
        >>> made_up = Country("Here", "", ((square, hole),))
        >>> made_up.contains(np.array([0.2, 1.0, 3.0]), np.array([1.0, 1.0, 1.0])).tolist()
        [True, False, False]
        """
        east, north = np.asarray(lon)[:, None], np.asarray(lat)[:, None]
        inside = np.zeros(len(east), dtype=np.bool_)
        for ring in self.rings:
            x, y = ring.T
            beside = (y[:-1] > north) != (y[1:] > north)
            rise = np.where(y[1:] == y[:-1], 1.0, y[1:] - y[:-1])
            at = x[:-1] + (north - y[:-1]) / rise * (x[1:] - x[:-1])
            inside ^= (np.count_nonzero(beside & (at > east), axis=1) % 2).astype(np.bool_)
        return inside
