"""The countries under a map: outlines in kilometres, shades, and where their names go."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats
from flowsim.interactive.frames import Frames
from flowsim.outlines import Country, within
from flowsim.outlines.boxes import Outlines
from flowsim.plot.basemap import KM_PER_DEGREE, Ground

FLED_FROM, OTHER = "#FBF4E4", "#F1F4F0"
MARGIN = 0.8
"""How far the land goes beyond the map on each side, to be seen when zoomed out."""
PIXELS = 1400.0
"""The finest outlines are those of a map of so many pixels."""
GRID = 24
"""Places that are tried for a name, along each side of the map."""
CREDIT = "Outlines: Natural Earth, de facto borders."


def land(frames: Frames, ground: Ground, box: Bbox, outlines: Outlines | None) -> dict[str, Any]:
    """Polygons as Bokeh's ``multi_polygons`` takes them, with a colour and a name each.

    Countries from which most of the places inside them are fled from have a warm shade.
    """
    degrees = _degrees(ground, box)
    detail = box.width / PIXELS / KM_PER_DEGREE
    found = within(*degrees, margin=MARGIN, detail=detail, outlines=outlines)
    kept: dict[str, list[Any]] = {"xs": [], "ys": [], "colour": [], "name": []}
    for country in found:
        rings = [
            [ground.xy(ring[:, 1], ring[:, 0]) for ring in polygon] for polygon in country.polygons
        ]
        kept["xs"].append([[np.round(ring[:, 0], 2) for ring in rings_of] for rings_of in rings])
        kept["ys"].append([[np.round(ring[:, 1], 2) for ring in rings_of] for rings_of in rings])
        inside = country.contains(frames.lon, frames.lat)
        is_fled = inside.any() and frames.fled[inside].mean() > 0.5
        kept["colour"].append(FLED_FROM if is_fled else OTHER)
        kept["name"].append(country.name)
    kept["spot"] = [_spot(country, frames, ground, box) for country in found]
    return kept


def _degrees(ground: Ground, box: Bbox) -> tuple[float, float, float, float]:
    """West, south, east and north of a box in kilometres."""
    turn = KM_PER_DEGREE * float(np.cos(np.radians(ground.lat0)))
    return (
        ground.lon0 + box.x0 / turn, ground.lat0 + box.y0 / KM_PER_DEGREE,
        ground.lon0 + box.x1 / turn, ground.lat0 + box.y1 / KM_PER_DEGREE,
    )  # fmt: skip


def _spot(country: Country, frames: Frames, ground: Ground, box: Bbox) -> Floats | None:
    """Where a country has the most room for its name on the map; None where it has little."""
    part = (np.arange(GRID) + 0.5) / GRID
    east, north = np.meshgrid(box.x0 + box.width * part, box.y0 + box.height * part)
    spots = np.stack([east.ravel(), north.ravel()], axis=-1)
    west, south, lon, lat = _degrees(ground, Bbox([[0, 0], [1, 1]]))
    at = [west + spots[:, 0] * (lon - west), south + spots[:, 1] * (lat - south)]
    inside = spots[country.contains(*at)]
    if len(inside) < GRID:
        return None
    places = ground.xy(frames.lat, frames.lon)
    # names are wide: what lies beside one is nearer than what lies above it
    squeeze = np.array([0.4, 1.0])
    others = np.concatenate([places, _rim(box)])
    far = np.hypot(*((inside[:, None] - others[None]) * squeeze).transpose(2, 0, 1)).min(axis=1)
    best: Floats = inside[int(np.argmax(far))]
    return best


def _rim(box: Bbox) -> Floats:
    """Points on the edges of a box, from which a name keeps off as from a place."""
    part = np.linspace(0.0, 1.0, 9)
    x, y = box.x0 + box.width * part, box.y0 + box.height * part
    sides = [
        np.stack([np.full(9, edge), y], axis=-1) for edge in (box.x0, box.x1)
    ] + [np.stack([x, np.full(9, edge)], axis=-1) for edge in (box.y0, box.y1)]  # fmt: skip
    return np.concatenate(sides)
