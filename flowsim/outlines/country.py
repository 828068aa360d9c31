"""A country as polygons of longitudes and latitudes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
        (x, y), (to_x, to_y) = self._sides()
        crossed = ((y > north) != (to_y > north)) & (_meets(x, y, to_x, to_y, north) > east)
        return np.asarray(np.count_nonzero(crossed, axis=1) % 2 == 1)

    def covers(self, lon: Floats, lat: Floats) -> Bools:
        """The same at all points of a grid, row by row, bool (lat, lon).

        Examples
        --------
        >>> triangle = np.array([[0.0, 0], [4, 0], [0, 4], [0, 0]])
        >>> here = Country("Here", "", ((triangle,),))
        >>> here.covers(np.arange(4) + 0.5, np.arange(2) + 0.5).astype(int).tolist()
        [[1, 1, 1, 0], [1, 1, 0, 0]]
        """
        inside = np.zeros((len(lat), len(lon)), dtype=np.bool_)
        (x, y), (to_x, to_y) = self._sides()
        for row, north in enumerate(lat):
            side = (y > north) != (to_y > north)
            met = np.sort(_meets(x[side], y[side], to_x[side], to_y[side], north))
            inside[row] = (len(met) - np.searchsorted(met, lon, side="right")) % 2 == 1
        return inside

    def _sides(self) -> tuple[Floats, Floats]:
        """Where the sides of all rings begin and end, each (2, n)."""
        rings = list(self.rings)
        begin, end = ([r[:-1] for r in rings], [r[1:] for r in rings])
        return np.concatenate(begin).T, np.concatenate(end).T


def _meets(x: Floats, y: Floats, to_x: Floats, to_y: Floats, north: Any) -> Floats:
    """Where sides, or the lines that they lie on, are so far north."""
    rise = np.where(to_y == y, 1.0, to_y - y)
    met: Floats = x + (north - y) / rise * (to_x - x)
    return met
