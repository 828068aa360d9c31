"""The file of the world's outlines: arcs that neighbours share, on a grid of integers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.outlines.rings import thinned, unwrapped

FILE = Path(__file__).with_name("countries.npz")
ROWS = ("arc", "ring", "polygon", "country")


class Earth(NamedTuple):
    """All arcs, and which of them make which country.

    A ring is a row of arcs, a polygon a row of rings, a country a row of polygons; each ``*_ends``
    says where the rows end.

    Attributes
    ----------
    points : float64 array (n, 2)
        Longitudes and latitudes of all arcs, one after the other.
    arc_ends : int64 array
    arcs : int64 array
        Of all rings; ``-1 - i`` is arc ``i`` the other way round.
    ring_ends, polygon_ends, country_ends : int64 array
    low, high : float64 array (polygons, 2)
        Corners of the rectangle around the outside of each polygon.
    names, codes : tuple of str
        Of the countries.
    """

    points: Floats
    arc_ends: Ints
    arcs: Ints
    ring_ends: Ints
    polygon_ends: Ints
    country_ends: Ints
    low: Floats
    high: Floats
    names: tuple[str, ...]
    codes: tuple[str, ...]

    def rings_of(self, polygon: int, detail: float) -> list[Floats]:
        """The rings of a polygon, thinned arc by arc, so that neighbours still share theirs."""
        rings = range(*_row(self.polygon_ends, polygon))
        return [
            unwrapped(np.concatenate([self._arc(arc, detail) for arc in self._arcs_of(ring)]))
            for ring in rings
        ]

    def _arcs_of(self, ring: int) -> Ints:
        return self.arcs[slice(*_row(self.ring_ends, ring))]

    def _arc(self, arc: int, detail: float) -> Floats:
        number = arc if arc >= 0 else -1 - arc
        line = thinned(self.points[slice(*_row(self.arc_ends, number))], detail)
        return line if arc >= 0 else line[::-1]


def _row(ends: Ints, row: int) -> tuple[int, int]:
    """Where a row begins and ends."""
    return (int(ends[row - 1]) if row else 0), int(ends[row])


@cache
def natural_earth() -> Earth:
    """The outlines of all countries; read once, in a twentieth of a second."""
    with np.load(FILE) as file:
        stored = {name: file[name] for name in file.files}
    zigzag = sum(plane.astype(np.int64) << 8 * i for i, plane in enumerate(stored["steps"]))
    whole = np.cumsum((zigzag >> 1) ^ -(zigzag & 1), axis=0)
    points = whole * stored["scale"] + stored["corner"]
    ends = {row: np.cumsum(stored[f"{row}_sizes"], dtype=np.int64) for row in ROWS}
    arcs = stored["arcs"].astype(np.int64)
    low, high = (_of_outsides(extreme, points, arcs, ends) for extreme in (np.minimum, np.maximum))
    earth = Earth(
        points, ends["arc"], arcs, ends["ring"], ends["polygon"], ends["country"], low, high,
        tuple(str(stored["names"]).split("\n")), tuple(str(stored["codes"]).split("\n")),
    )  # fmt: skip
    for polygon in np.flatnonzero(high[:, 0] - low[:, 0] > 180.0):
        outside = earth.rings_of(int(polygon), 0.0)[0]
        low[polygon], high[polygon] = outside.min(axis=0), outside.max(axis=0)
    return earth


def _of_outsides(extreme: np.ufunc, points: Floats, arcs: Ints, ends: Mapping[str, Ints]) -> Floats:
    """The least or the largest coordinates of the outside of each polygon, (polygons, 2)."""
    of_arcs = extreme.reduceat(points, _starts(ends["arc"]))
    of_rings = extreme.reduceat(of_arcs[np.where(arcs < 0, -1 - arcs, arcs)], _starts(ends["ring"]))
    outsides: Floats = of_rings[_starts(ends["polygon"])]
    return outsides


def _starts(ends: Ints) -> Ints:
    return np.concatenate([[0], ends[:-1]])


def write(topology: dict[str, Any], file: Path = FILE) -> None:
    """Write the file from TopoJSON of quantised arcs, as world-atlas has it.

    The bytes are the same each time. Each arc begins with the step from the end of the one before
    it; a step is stored as zigzag numbers, whose sign is the lowest bit, byte by byte: most bytes
    are then small or zero, and the file is a sixth of the JSON.
    """
    arcs = [np.cumsum(arc, axis=0) for arc in topology["arcs"]]
    steps = np.diff(np.concatenate(arcs), axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    zigzag = (steps << 1) ^ (steps >> 63)
    countries = topology["objects"]["countries"]["geometries"]
    polygons = [
        country["arcs"] if country["type"] == "MultiPolygon" else [country["arcs"]]
        for country in countries
    ]
    rings = [polygon for country in polygons for polygon in country]
    rows = [ring for polygon in rings for ring in polygon]
    layers: tuple[list[Any], ...] = (arcs, rows, rings, polygons)
    sizes = {
        f"{row}_sizes": np.array([len(part) for part in parts], dtype=np.int32)
        for row, parts in zip(ROWS, layers, strict=True)
    }
    stored: dict[str, Any] = {
        "steps": np.stack([zigzag >> 8 * i & 255 for i in range(4)]).astype(np.uint8),
        "arcs": np.concatenate(rows).astype(np.int16),
        "scale": np.array(topology["transform"]["scale"]),
        "corner": np.array(topology["transform"]["translate"]),
        "names": np.array("\n".join(country["properties"]["name"] for country in countries)),
        "codes": np.array("\n".join(country.get("id", "") for country in countries)),
    }
    np.savez_compressed(file, **{**stored, **sizes})
