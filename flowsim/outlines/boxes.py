"""The countries that a map shows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import numpy as np

from flowsim.outlines.country import Country, Polygon
from flowsim.outlines.natural_earth import Earth, natural_earth
from flowsim.outlines.own import read_outlines
from flowsim.outlines.rings import Box, polygons_within, thinned, touches

Outlines = str | os.PathLike[str] | Sequence[Country]
"""A file of GeoJSON, or what is read from one: for the world's outlines."""
TURN = 360.0


def within(
    west: float,
    south: float,
    east: float,
    north: float,
    *,
    margin: float = 0.25,
    detail: float = 0.0,
    outlines: Outlines | None = None,
) -> tuple[Country, ...]:
    """The countries that lie in a box, cut at its edges.

    Parameters
    ----------
    west, south, east, north : float
        Degrees. A box over the date line goes on beyond 180 degrees, or begins before -180.
    margin : float
        How much wider the cut is on each side, as a part of the box: a map then has no edge of
        the cut in it.
    detail : float
        Degrees that a map can show, about half a pixel: points that are closer than that to the
        one before them are left out. All points at 0.
    outlines : path or sequence of Country, optional
        GeoJSON of one's own for the world's outlines.

    Returns
    -------
    tuple of Country
        In the order of the file: always the same for the same box.

    Raises
    ------
    ValueError
        The box has no area.
    ScenarioError
        The GeoJSON cannot be used.

    Examples
    --------
    >>> import flowsim as fs
    >>> found = fs.outlines.within(70.0, 40.0, 74.0, 42.0, margin=0.0)
    >>> sorted(country.name for country in found)
    ['China', 'Kazakhstan', 'Kyrgyzstan', 'Tajikistan', 'Uzbekistan']
    >>> osh = [c.name for c in found if c.contains(np.array([72.8]), np.array([40.53]))[0]]
    >>> osh
    ['Kyrgyzstan']
    """
    if not (west < east and south < north):
        raise ValueError(f"{(west, south, east, north)} is not a box of west, south, east, north")
    wide, high = margin * (east - west), margin * (north - south)
    box = (west - wide, south - high, east + wide, north + high)
    if outlines is None:
        return tuple(_of_world(natural_earth(), box, detail))
    own = read_outlines(outlines) if isinstance(outlines, str | os.PathLike) else outlines
    return tuple(_of_own(own, box, detail))


def _of_world(earth: Earth, box: Box, detail: float) -> Iterator[Country]:
    """The world's countries in a box, also where it reaches over the date line."""
    found: dict[int, list[Polygon]] = {}
    for turn in (-TURN, 0.0, TURN):
        shift = np.array([turn, 0.0])
        for polygon in np.flatnonzero(touches(earth.low + shift, earth.high + shift, box)):
            rings = [ring + shift for ring in earth.rings_of(int(polygon), detail)]
            country = int(np.searchsorted(earth.country_ends, polygon, side="right"))
            found.setdefault(country, []).extend(polygons_within([rings], box))
    for country, polygons in sorted(found.items()):
        if polygons:
            yield Country(earth.names[country], earth.codes[country], tuple(polygons))


def _of_own(countries: Sequence[Country], box: Box, detail: float) -> Iterator[Country]:
    """Countries of one's own in a box."""
    for country in countries:
        thin = [[thinned(ring, detail) for ring in polygon] for polygon in country.polygons]
        polygons = polygons_within(thin, box)
        if polygons:
            yield Country(country.name, country.code, polygons)
