"""What is wrong with the words of a figure: they overlap, are cut off, or lie on what is drawn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from flowsim.plot.page import drawn_boxes

PIXEL = 1.0
"""So far two boxes may reach into each other."""


def flaws(figure: Figure) -> list[str]:
    """Everything that is wrong, each in a line."""
    figure.draw_without_rendering()
    boxes = [(t.get_text(), t.get_window_extent()) for t in words(figure)]
    return [*_cut_off(figure, boxes), *_over_each_other(boxes), *_on_the_data(figure)]


def words(figure: Figure) -> list[Text]:
    """All words that are drawn, each once."""
    found = [*figure.texts]
    for legend in legends(figure):
        found += [*legend.get_texts(), legend.get_title()]
    for axes in panels(figure):
        found += [axes._left_title, axes.title, axes._right_title, *axes.texts]
        for axis in (axes.xaxis, axes.yaxis):
            found += [axis.label, *(tick.label1 for tick in axis._update_ticks())]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def panels(figure: Figure) -> list[Axes]:
    return [axes for axes in figure.axes if axes.get_visible()]


def legends(figure: Figure) -> list[Legend]:
    own = [axes.get_legend() for axes in panels(figure)]
    return [*figure.legends, *(legend for legend in own if legend is not None)]


def _cut_off(figure: Figure, boxes: list[tuple[str, Bbox]]) -> Iterator[str]:
    page = figure.bbox.padded(PIXEL)
    for text, box in boxes:
        if not (page.x0 <= box.x0 <= box.x1 <= page.x1 and page.y0 <= box.y0 <= box.y1 <= page.y1):
            yield f"{text!r} is cut off by the edge"


def _over_each_other(boxes: list[tuple[str, Bbox]]) -> Iterator[str]:
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        if _meet(a, b):
            yield f"{one!r} and {other!r} lie over each other"


def _meet(a: Bbox, b: Bbox) -> bool:
    across = min(a.x1, b.x1) - max(a.x0, b.x0)
    along = min(a.y1, b.y1) - max(a.y0, b.y0)
    return across > PIXEL and along > PIXEL


def _on_the_data(figure: Figure) -> Iterator[str]:
    for axes in panels(figure):
        for legend in legends(figure):
            if _meet(legend.get_window_extent(), axes.get_window_extent()):
                yield f"a key lies on {axes.get_title(loc='left')!r}"
        spots = np.array([np.mean(b.get_points(), axis=0) for b in _drawn(axes)]).reshape(-1, 2)
        for text in axes.texts:
            box = text.get_window_extent().padded(-PIXEL)
            inside = ((spots > box.min) & (spots < box.max)).all(axis=1)
            if text.get_text().strip() and inside.any():
                yield f"{text.get_text()!r} lies on what is drawn"


def _drawn(axes: Axes) -> list[Bbox]:
    """Curves and marks; not what lies under all, as the roads of a map and the line of zero."""
    under = [line for line in axes.lines if line.get_zorder() <= 1]
    for line in under:
        line.remove()
    boxes = drawn_boxes(axes)
    for line in under:
        axes.add_line(line)
    return boxes
