"""What of a figure is set once all is drawn: words that wrap, keys beside the data, its height."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from flowsim.plot.labels import Label, place_labels
from flowsim.plot.style import Chart, figure_of, points, width_inches
from flowsim.plot.ticks import ticks_once

MOST_LAYOUTS = 6
USUAL_POINTS = 9.0
"""Type size at which panels have the height that is given."""
EDGE_INCHES = 0.06
"""Left and right of the heading and the keys."""
KEY: dict[str, Any] = {
    "columnspacing": 1.4,
    "handletextpad": 0.6,
    "borderaxespad": 0.2,
    "borderpad": 0.1,
    "handlelength": 1.8,
    "labelspacing": 0.35,
}


class Page:
    """A figure in the making; `settled` gives it when all is on it.

    Parameters
    ----------
    width : float
        Millimetres.
    panels : float or callable
        Inches that all rows of panels have together, whatever heading and keys take besides; or
        what gives them once the figure is laid out.
    heading : str
    ax : matplotlib.axes.Axes, optional
        Somebody else's axes to draw on, whose figure keeps its size.
    first : float
        Inches to begin with, where ``panels`` needs a figure to tell.

    Attributes
    ----------
    chart : Figure
        A `Chart`, unless the axes are somebody else's.
    inches : float
        Its width.
    """

    def __init__(
        self,
        width: float,
        panels: float | Callable[[], float],
        heading: str,
        ax: Axes | None = None,
        first: float = 0.0,
    ) -> None:
        scale = points() / USUAL_POINTS
        self._panels = panels if callable(panels) else lambda: scale * panels
        self._heading, self._ax = heading, ax
        if ax is None:
            self.inches = width_inches(width)
            self.chart: Figure = Chart(self.inches, 2.0 + 1.4 * (first or self._panels()))
        else:
            self.chart = figure_of(ax)
            self.inches = self.chart.get_figwidth()
        self._keys: list[tuple[Axes, list[Any], str]] = []
        self._below: list[Any] = []
        self._how: dict[str, Any] = {}
        self._labels: dict[Axes, list[Label]] = {}

    def key(self, axes: Axes, handles: Sequence[Any], title: str = "") -> None:
        """Explain marks above a panel, under its title and never on the data."""
        if handles:
            self._keys.append((axes, list(handles), title))

    def explained(self) -> set[str]:
        """The words of all keys so far."""
        return {str(handle.get_label()) for _, handles, _ in self._keys for handle in handles}

    def key_below(self, handles: Sequence[Any], **how: Any) -> None:
        """Explain marks of the whole figure below it."""
        self._below, self._how = list(handles), how

    def labels(self, axes: Axes, labels: Sequence[Label]) -> None:
        """Names of marks, which are put where they hide no data."""
        self._labels.setdefault(axes, []).extend(labels)

    def settled(self) -> Any:
        """The figure, with all its words in their places: a `Chart`, unless it is another's."""
        if self._ax is None:
            self._head()
        else:
            self._ax.set_title(self._heading, loc="left", pad=points(2.8))
        self._lay_out()
        self._wrap_words()
        for axes, handles, title in self._keys:
            self._above(axes, handles, title)
        if self._below:
            self._under()
        if self._ax is None:
            self._grow()
        else:
            self._lay_out()
        if self._ax is None:
            self.chart.set_layout_engine("none")  # it stays as it was measured
        for axes, labels in self._labels.items():
            place_labels(axes, labels, drawn_boxes(axes))
        return self.chart

    def _wrap_words(self) -> None:
        for axes in [self._ax] if self._ax else self.chart.axes:
            _wrap_words(axes, _renderer(self.chart))

    def _head(self) -> None:
        heading = self.chart.suptitle(
            self._heading, x=EDGE_INCHES / self.inches, ha="left", fontweight="bold"
        )
        _wrap(heading, self._room(), _renderer(self.chart))

    def _room(self) -> float:
        """Pixels from the left edge to the right."""
        return (self.inches - 2 * EDGE_INCHES) * self.chart.dpi

    def _under(self) -> None:
        if self._ax is None:
            how = {**KEY, "loc": "outside lower left", "borderaxespad": 0.6, **self._how}
            _columns(self.chart.legend, self._below, self._room(), _renderer(self.chart), **how)
            return
        renderer = _renderer(self.chart)
        box, tight = self._ax.get_window_extent(renderer), self._ax.get_tightbbox(renderer)
        low = (tight.y0 - box.y0) / box.height if tight else 0.0
        how = {"loc": "upper left", "bbox_to_anchor": (0.0, low), **KEY, **self._how}
        _columns(self._ax.legend, self._below, box.width, renderer, **how)

    def _grow(self) -> None:
        """Give the panels their height; maps true to scale change their width with it, so again."""
        for _ in range(MOST_LAYOUTS):
            self._lay_out()
            self._wrap_words()  # for the width that panels have by now
            lack = self._panels() - _height(self.chart)
            if abs(lack) < 0.08:
                return
            self.chart.set_figheight(max(self.chart.get_figheight() + lack, 1.0))

    def _lay_out(self) -> None:
        engine = self.chart.get_layout_engine()
        if engine is not None:
            with ticks_once(self.chart):
                engine.execute(self.chart)

    def _above(self, axes: Axes, handles: list[Any], title: str) -> None:
        renderer = _renderer(self.chart)
        right = (self.inches - EDGE_INCHES) * self.chart.dpi
        room = 0.96 * (right - axes.get_window_extent(renderer).x0)
        above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), **KEY}
        if title:
            above |= {"title": title, "alignment": "left"}
        legend = _columns(axes.legend, handles, room, renderer, **above)
        high = legend.get_window_extent(renderer).height * 72.0 / self.chart.dpi
        words = axes.get_title(loc="left")
        if words:
            axes.set_title(words, pad=high + points(0.8))


def _renderer(chart: Figure) -> Any:
    return chart._get_renderer()  # type: ignore[attr-defined]  # any canvas has one


def _columns(
    make: Callable[..., Legend], handles: list[Any], room: float, renderer: Any, **how: Any
) -> Legend:
    """A legend with as many columns as fit so many pixels."""
    for columns in range(min(len(handles), 6), 0, -1):
        legend = make(handles=handles, ncols=columns, **how)
        if columns == 1 or legend.get_window_extent(renderer).width <= room:
            break
        legend.remove()
    return legend


def _wrap_words(axes: Axes, renderer: Any) -> None:
    """Titles no wider than their panel, labels of axes no longer than their axis."""
    box = axes.get_window_extent(renderer)
    _wrap(axes._left_title, box.width, renderer)  # type: ignore[attr-defined]
    _wrap(axes.xaxis.label, box.width, renderer)
    _wrap(axes.yaxis.label, box.height, renderer)


def _wrap(text: Text, room: float, renderer: Any) -> None:
    """Break a text's lines where they are longer than so many pixels."""
    words = text.get_text().split() or [""]
    lines = words[:1]
    for word in words[1:]:
        text.set_text(f"{lines[-1]} {word}")
        size = text.get_window_extent(renderer)
        if (size.height if text.get_rotation() == 90.0 else size.width) <= room:
            lines[-1] = text.get_text()
        else:
            lines.append(word)
    text.set_text("\n".join(lines))


def _height(chart: Figure) -> float:
    """Inches that the rows of panels have together."""
    rows: dict[int, float] = {}
    for axes in chart.axes:
        spec = axes.get_subplotspec()
        if spec is not None:
            box = axes.get_position(original=True)
            rows[spec.rowspan.start] = max(rows.get(spec.rowspan.start, 0.0), box.height)
    return sum(rows.values()) * chart.get_figheight()


def drawn_boxes(axes: Axes, every: float = 4.0) -> list[Bbox]:
    """Small rectangles, pixels, along all lines and around all points of a panel."""
    spots = []
    for line in axes.lines:
        vertices = line.get_transform().transform(line.get_path().vertices)
        known = vertices[np.isfinite(vertices).all(axis=1)]
        if len(known):
            spots.append(_along(known, every))
    if not spots:
        return []
    return [Bbox.from_extents(x - 2, y - 2, x + 2, y + 2) for x, y in np.concatenate(spots)]


def _along(vertices: np.ndarray, every: float) -> np.ndarray:
    """Points along a line, no further apart than so many pixels."""
    steps = np.hypot(*np.diff(vertices, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, at[-1], max(2, int(at[-1] / every) + 1))
    return np.stack([np.interp(wanted, at, vertices[:, i]) for i in range(2)], axis=-1)
