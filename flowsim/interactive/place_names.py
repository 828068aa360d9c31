"""Which places have their names on a map of a given size, and on which side of their mark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats

LETTER_PX, LINE_PX = 6.7, 14.0
"""Room of a letter and of a line at the type size of the map."""
APART_PX = 4.0


class PlaceName(NamedTuple):
    """A name with room: of which place, and where from its middle, in pixels."""

    place: int
    east_px: float
    align: str


def with_room(
    names: Sequence[str], spots_px: Floats, radius_px: Floats, weight: Floats, width_px: float
) -> list[PlaceName]:
    """The names that fit beside each other, the weightiest first.

    Parameters
    ----------
    names : sequence of str
    spots_px : float64 array (n, 2)
        Where the places are on the map.
    radius_px, weight : float64 array (n,)
        Size of their marks, and how much their names matter; at 0 they are left out.
    width_px : float
        Of the map; no name goes beyond it.

    Examples
    --------
    >>> spots = np.array([[100.0, 50.0], [104.0, 50.0], [100.0, 90.0]])
    >>> [n.place for n in with_room("ABC", spots, np.full(3, 3.0), np.array([1.0, 2, 1]), 300)]
    [1, 0, 2]
    """
    own = {
        int(p): (x - 5.0, x + 5.0, y - 5.0, y + 5.0)
        for p, (x, y) in enumerate(spots_px.tolist())
        if weight[p] > 0
    }
    kept: list[PlaceName] = []
    boxes: list[tuple[float, float, float, float]] = []
    for place in (int(p) for p in np.argsort(-weight, kind="stable")):
        if weight[place] <= 0:
            continue
        others = [box for p, box in own.items() if p != place] + boxes
        x, y = (float(v) for v in spots_px[place])
        away, wide = float(radius_px[place]) + APART_PX, LETTER_PX * len(names[place])
        for align, left in (("left", x + away), ("right", x - away - wide)):
            box = (left, left + wide, y - LINE_PX / 2, y + LINE_PX / 2)
            if left < 0.0 or left + wide > width_px or any(_meet(box, o) for o in others):
                continue
            boxes.append(box)
            kept.append(PlaceName(place, away if align == "left" else -away, align))
            break
    return kept


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[1] and b[0] < a[1] and a[2] < b[3] and b[2] < a[3]
