"""Labels that keep out of each other's way: greedy, the weightiest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patheffects import Normal, Stroke
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats
from flowsim.plot.style import INK, figure_of, points

HALO = [Stroke(linewidth=1.6, foreground="#FFFFFFC0"), Normal()]
NAME_PART = 0.78
"""Size of names, as a part of that of the figure's text."""
NAME_GAP = 0.4
"""Between two names side by side, as a part of the same: else they read as one."""
MOST_HIDDEN = 0.3
"""Per cent of a label, with what lies under it, that may be hidden; else it is left out."""
RING_COST = 0.25
"""Per cent hidden that a label would rather be than stand a point further off."""
RINGS = (0.0, 8.0, 18.0, 30.0, 44.0)
"""How far off, points, besides the size of the point; the nearest free spot is taken."""
TURNS = (0, 180, 90, 270, 45, 135, 315, 225, 20, 160, 340, 200, 70, 110, 290, 250)
"""Directions that are tried, degrees from the east, the best first."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text beside a point.

    Attributes
    ----------
    x, y : float
        The point, in the data of the axes.
    text : str
    radius : float
        Size of the mark at the point, points.
    weight : float
        The heavier is placed earlier. One below 1 is left out where it would touch anything.
    colour : str
    """

    x: float
    y: float
    text: str
    radius: float
    weight: float
    colour: str = INK


def place_labels(axes: Axes, labels: Sequence[Label], taken: list[Bbox]) -> int:
    """Write the labels where they hide least.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Laid out already: positions are measured in pixels.
    labels : sequence of Label
    taken : list of Bbox
        Rectangles of the figure, in pixels, that labels must not hide; theirs are added, each with
        the gap that the next name leaves.

    Returns
    -------
    int
        How many are left out, as there is no room for them.
    """
    figure = figure_of(axes)
    frame = axes.get_window_extent()
    pixel = figure.dpi / 72.0
    left_out = 0
    for label in sorted(labels, key=lambda item: (-item.weight, item.text)):
        text = axes.annotate(
            label.text,
            (label.x, label.y),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=points(NAME_PART),
            color=label.colour,
            style="normal" if label.colour == INK else "italic",
            in_layout=False,
            zorder=9,
            linespacing=0.95,
            path_effects=HALO,
            ha="center",
            va="center",
        )
        half = np.array(text.get_window_extent().size) / 2
        point = axes.transData.transform((label.x, label.y))
        ways = np.array(
            [_offset(half / pixel, label.radius + 1.5 + r, t) for r in RINGS for t in TURNS]
        )
        rings = np.repeat(RINGS, len(TURNS))
        middles = point + ways * pixel
        boxes = np.concatenate([middles - half, middles + half], axis=1)
        lost = hidden(boxes, taken, frame)
        most = MOST_HIDDEN if label.weight >= 1.0 else 0.0
        costs = np.where(lost <= most, lost + RING_COST * rings, np.inf)
        best = int(np.argmin(costs))
        ring, way = float(rings[best]), ways[best]
        if not np.isfinite(costs[best]):
            text.remove()
            left_out += 1
            continue
        text.set_position(tuple(way))
        if ring > 0.0:
            _leader(axes, label, way, half / pixel)
        taken.append(_with_gap(boxes[best], points(NAME_GAP) * pixel))
    return left_out


def _with_gap(box: Floats, gap: float) -> Bbox:
    """A label and the gap that the next one on its line leaves, pixels."""
    return Bbox.from_extents(box[0] - gap, box[1], box[2] + gap, box[3])


def _offset(half: Floats, away: float, turn: float) -> Floats:
    """Where the middle of a text lies if its edge is so far off in a direction, points (2,)."""
    way = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    beside: Floats = np.sign(np.round(way, 6)) * half * np.minimum(1.0, np.abs(way) * 1.5)
    return way * away + beside


def _leader(axes: Axes, label: Label, way: Floats, half: Floats) -> None:
    """A thin line from the point to the edge of a label that stands off."""
    with np.errstate(divide="ignore"):
        part = 1.0 - min(1.0, float(np.min(half / np.abs(way))))
    axes.annotate(
        "",
        (label.x, label.y),
        xytext=tuple(way * part),
        textcoords="offset points",
        in_layout=False,
        zorder=8.5,
        arrowprops={
            "arrowstyle": "-",
            "color": label.colour,
            "linewidth": 0.5,
            "shrinkA": 0,
            "shrinkB": label.radius,
        },
    )


def hidden(boxes: Floats, taken: Sequence[Bbox], frame: Bbox) -> Floats:
    """How badly boxes (n, 4) lie: their part over others, and that outside the frame, per cent."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    outside = area - _common(boxes, [frame])[:, 0]
    hidden: Floats = 100.0 * (_common(boxes, taken).sum(axis=1) + 2.0 * outside) / area
    return hidden


def _common(boxes: Floats, others: Sequence[Bbox]) -> Floats:
    """Area that boxes (n, 4) share with each of some others, (n, m)."""
    these = np.array([other.extents for other in others]).reshape(-1, 4)
    low = np.maximum(boxes[:, None, :2], these[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], these[None, :, 2:])
    shared: Floats = np.maximum(high - low, 0.0).prod(axis=-1)
    return shared
