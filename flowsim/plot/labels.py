"""Labels that keep out of each other's way: greedy, the weightiest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patheffects import Normal, Stroke
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from flowsim.plot.ground import Floats
from flowsim.plot.style import FAINT, INK, Chart

HALO = [Stroke(linewidth=1.6, foreground="#FFFFFFC0"), Normal()]
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
        The heavier is placed earlier. One below 1 is left out where there is no room.
    colour : str
    """

    x: float
    y: float
    text: str
    radius: float
    weight: float
    colour: str = INK


def place_labels(chart: Chart, axes: Axes, labels: Sequence[Label], taken: list[Bbox]) -> None:
    """Write the labels where they hide least.

    Parameters
    ----------
    chart : Chart
        Laid out already: positions are measured in pixels.
    axes : matplotlib.axes.Axes
    labels : sequence of Label
    taken : list of Bbox
        Rectangles of the figure, in pixels, that labels must not hide; theirs are added.
    """
    canvas = chart.canvas
    assert isinstance(canvas, FigureCanvasAgg)
    renderer = canvas.get_renderer()
    frame = axes.get_window_extent(renderer)
    pixel = chart.dpi / 72.0
    for label in sorted(labels, key=lambda item: (-item.weight, item.text)):
        text = axes.annotate(
            label.text,
            (label.x, label.y),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=7,
            color=label.colour,
            style="normal" if label.colour == INK else "italic",
            in_layout=False,
            zorder=9,
            linespacing=0.95,
            path_effects=HALO,
            ha="center",
            va="center",
        )
        half = np.array(text.get_window_extent(renderer).size) / 2
        point = axes.transData.transform((label.x, label.y))
        ways = np.array(
            [_offset(half / pixel, label.radius + 1.5 + r, t) for r in RINGS for t in TURNS]
        )
        rings = np.repeat(RINGS, len(TURNS))
        middles = point + ways * pixel
        boxes = np.concatenate([middles - half, middles + half], axis=1)
        costs = _hidden(boxes, taken, frame) + 0.6 * rings
        best = int(np.argmin(costs))
        cost, ring, way = float(costs[best]), float(rings[best]), ways[best]
        if cost > 12.0 and label.weight < 1.0:
            text.remove()
            continue
        text.set_position(tuple(way))
        if ring > 0.0:
            _leader(axes, label, way, half / pixel)
        taken.append(Bbox.from_extents(*boxes[best]))


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


def write_note(axes: Axes, note: str, taken: Sequence[Bbox]) -> Bbox:
    """Write a boxed note into the corner where it hides least; gives its rectangle, pixels."""
    tried = []
    for i, (x, y) in enumerate(((0.985, 0.98), (0.985, 0.02), (0.015, 0.98), (0.015, 0.12))):
        text = axes.text(
            x,
            y,
            note,
            transform=axes.transAxes,
            fontsize=7.5,
            zorder=9,
            in_layout=False,
            ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom",
            linespacing=1.3,
            bbox={
                "facecolor": "white",
                "edgecolor": FAINT,
                "linewidth": 0.5,
                "boxstyle": "round,pad=0.4",
            },
        )
        box = text.get_window_extent().padded(14.0)
        # Each mark counts alike, so that a dot is not hidden because it is small.
        sizes = np.array([max(o.width * o.height, 1e-9) for o in taken])
        over = float((_common(np.array([box.extents]), taken)[0] / sizes).sum())
        tried.append((over, i, text, box))
    tried.sort(key=lambda item: item[:2])
    for _, _, text, _ in tried[1:]:
        text.remove()
    return tried[0][3]


def _hidden(boxes: Floats, taken: Sequence[Bbox], frame: Bbox) -> Floats:
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


def name_country(
    axes: Axes, xy: Floats, mine: NDArray[np.bool_], name: str, taken: Sequence[Bbox]
) -> None:
    """Write a country's name, pale, where its places (``mine``) leave most room on the map."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    pixel = figure.dpi / 72.0
    half = np.array([2.9 * (2 * len(name) - 1), 7.0]) * pixel
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    grid = np.stack(
        np.meshgrid(np.linspace(left, right, 50), np.linspace(bottom, top, 50)), axis=-1
    ).reshape(-1, 2)
    tree = cKDTree(xy)
    distance = tree.query(grid)[0]
    middles = axes.transData.transform(grid)
    boxes = np.concatenate([middles - half, middles + half], axis=1)
    free = _hidden(boxes, taken, axes.get_window_extent()) < 1e-6
    for part in (-1.0, 0.0, 1.0):  # its ends and its middle lie in the country
        spots = axes.transData.inverted().transform(middles + np.array([part * half[0], 0.0]))
        free &= mine[tree.query(spots)[1]]
    if not free.any():
        return
    x, y = (float(v) for v in grid[int(np.argmax(np.where(free, distance, -1.0)))])
    axes.text(
        x,
        y,
        " ".join(name.upper()),
        ha="center",
        va="center",
        fontsize=9,
        color="#A9A59A",
        zorder=0.6,
        in_layout=False,
    )
