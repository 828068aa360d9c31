"""Rings that are thinned to what a map can show, and cut at the edges of a box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flowsim.arrays import Bools, Floats

Box = tuple[float, float, float, float]
"""West, south, east and north, degrees."""
LEAST = 4
"""Points of a ring that encloses anything: its last is its first."""


def thinned(line: Floats, detail: float) -> Floats:
    """A line without the points that lie in the same square of ``detail`` as the one before them.

    Its ends stay: lines that two countries share still meet.

    Examples
    --------
    >>> thinned(np.array([[0.0, 0], [0.1, 0], [0.2, 0.1], [1.2, 0], [1.3, 0]]), 1.0).tolist()
    [[0.0, 0.0], [1.2, 0.0], [1.3, 0.0]]
    """
    if detail <= 0.0 or len(line) < 3:
        return line
    squares = np.floor(line / detail)
    kept = np.concatenate([[True], (squares[1:] != squares[:-1]).any(axis=1)])
    kept[-1] = True
    return line[kept]


def unwrapped(ring: Floats) -> Floats:
    """A ring over the date line with longitudes that go on beyond 180 degrees.

    One around a pole is closed along it.

    Examples
    --------
    >>> island = np.array([[179.0, 0], [-179.0, 0], [-179.0, 1], [179.0, 1], [179.0, 0]])
    >>> unwrapped(island)[:, 0].tolist()
    [179.0, 181.0, 181.0, 179.0, 179.0]
    """
    lon, lat = ring.T
    if (np.abs(np.diff(lon)) <= 180.0).all():
        return ring
    lon = np.unwrap(lon, period=360.0)
    if abs(lon[-1] - lon[0]) > 180.0:
        pole = np.copysign(90.0, lat.mean())
        lon, lat = np.append(lon, [lon[-1], lon[0], lon[0]]), np.append(lat, [pole, pole, lat[0]])
    lon[-1] = lon[0]  # which unwrapping may miss by a rounding
    return np.stack([lon, lat], axis=-1)


def cut(ring: Floats, box: Box) -> Floats:
    """The part of a ring within a box, closed along its edges; (0, 2) where there is none.

    Sutherland and Hodgman (1974): a ring is cut by one edge after the other. Parts that lie apart
    stay joined by lines along the edges, so a box should be wider than the map.

    Examples
    --------
    >>> diamond = np.array([[0.0, 1], [1, 0], [0, -1], [-1, 0], [0, 1]])
    >>> cut(diamond, (0.0, -2.0, 2.0, 2.0)).tolist()
    [[1.0, 0.0], [0.0, -1.0], [0.0, 1.0], [1.0, 0.0]]
    """
    low, high = ring.min(axis=0), ring.max(axis=0)
    west, south, east, north = box
    if (low >= (west, south)).all() and (high <= (east, north)).all():
        return ring
    for axis, edge, sign in ((0, west, 1), (1, south, 1), (0, east, -1), (1, north, -1)):
        ring = _cut_by(ring, axis, edge, sign)
        if len(ring) < LEAST:
            return np.empty((0, 2))
    return ring


def _cut_by(ring: Floats, axis: int, edge: float, sign: int) -> Floats:
    """The part of a ring on one side of an edge."""
    depth = sign * (ring[:, axis] - edge)
    inside = depth >= 0.0
    if inside.all():
        return ring
    if not inside.any():
        return np.empty((0, 2))
    start, end = ring[:-1], ring[1:]
    crosses = inside[:-1] != inside[1:]
    fall = np.where(crosses, depth[:-1] - depth[1:], 1.0)
    at = start + (depth[:-1] / fall)[:, None] * (end - start)
    at[:, axis] = edge
    # Of each side: where it crosses the edge, and its end if that is inside.
    points = np.stack([at, end], axis=1).reshape(-1, 2)
    points = points[np.stack([crosses, inside[1:]], axis=1).ravel()]
    # A point on the edge is met twice, as a crossing and as an end.
    points = points[np.concatenate([[True], (points[1:] != points[:-1]).any(axis=1)])]
    return points if (points[0] == points[-1]).all() else np.concatenate([points, points[:1]])


def touches(low: Floats, high: Floats, box: Box) -> Bools:
    """Whether rectangles overlap a box, bool (n,); ``low`` and ``high`` are corners, (n, 2)."""
    west, south, east, north = box
    apart = (low > (east, north)) | (high < (west, south))
    return np.asarray(~apart.any(axis=-1))


def polygons_within(
    polygons: Sequence[Sequence[Floats]], box: Box
) -> tuple[tuple[Floats, ...], ...]:
    """What of some polygons lies in a box; holes go with their outside."""
    found = []
    for polygon in polygons:
        rings = [cut(ring, box) if len(ring) else ring for ring in polygon]
        if rings and len(rings[0]) >= LEAST:
            found.append((rings[0], *(ring for ring in rings[1:] if len(ring) >= LEAST)))
    return tuple(found)
