"""What of a figure is set once all is drawn: words that wrap, keys beside the data, its height."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.legend import Legend
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats
from flowsim.plot.labels import Label, place_labels
from flowsim.plot.panels import Panels
from flowsim.plot.style import Chart, Place, figure_of, points, width_inches

MOST_WRAPS = 4
TOO_LOW = 0.5
"""Part of the height of panels that may be lacking before that is told."""
USUAL_POINTS = 9.0
"""Type size at which panels have the height that is given."""
HALF_POINTS = 1.44
"""Half the side of a rectangle that stands for what is drawn."""
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
        what gives them from the inches that each column has in width.
    heading : str
    ax : Axes, SubFigure or Figure, optional
        Somebody else's to draw on, which keeps its size.

    Attributes
    ----------
    chart : Figure or SubFigure
        A `Chart`, unless it is somebody else's.
    inches : float
        Its width.
    """

    def __init__(
        self,
        width: float,
        panels: float | Callable[[Floats], float],
        heading: str,
        ax: Place | None = None,
    ) -> None:
        scale = points() / USUAL_POINTS
        self._inches = panels if callable(panels) else lambda _: scale * panels
        self._heading, self._ax = heading, ax if isinstance(ax, Axes) else None
        self._is_own = ax is None
        if ax is None:
            self.inches = width_inches(width)
            self.chart: Figure | SubFigure = Chart(self.inches, self.inches)
            # One for all: each remembers the words that it has measured, and a figure has another
            # for each height.
            self._renderer: Any = RendererAgg(1, 1, self.chart.dpi)
        else:
            self.chart = figure_of(ax) if isinstance(ax, Axes) else ax
            if not isinstance(ax, Axes) and ax.axes:
                raise ValueError(
                    "ax is a figure that has axes already; give an empty one or an Axes"
                )
            self._measure_own()
        self._keys: list[tuple[Axes, list[Any], str]] = []
        self._below: list[Any] = []
        self._how: dict[str, Any] = {}
        self._labels: dict[Axes, list[Label]] = {}
        self._aligned: list[Axes] = []
        self._side: Text | None = None

    def _measure_own(self) -> None:
        self.inches = float(self.chart.bbox.width / self.chart.dpi)
        root: Any = self.chart.get_figure(root=True)
        self._renderer = root._get_renderer()

    def axes(self) -> Axes:
        """One panel, which may be somebody else's axes."""
        return self._ax if self._ax is not None else self.chart.subplots()

    def grid(self, down: int, across: int, **how: Any) -> Any:
        """Several panels, as matplotlib's ``subplots`` gives them."""
        if self._ax is not None:
            wrong = "this figure has several panels, for which an Axes is too little"
            raise ValueError(f"{wrong}; give a Figure, or one of its subfigures(), as ax")
        return self.chart.subplots(down, across, **how)

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

    def align_ylabels(self, panels: Sequence[Axes]) -> None:
        """Have the labels of the vertical axes of some panels, which stand in one column, in line.

        Matplotlib's own `align_ylabels` measures each axis again for each other, at each drawing.
        """
        self._aligned = list(panels)

    def label_side(self, text: str) -> None:
        """Label the vertical axes of all panels together."""
        self._side = self.chart.supylabel(text, fontsize=points())

    def settled(self) -> Any:
        """The figure, with all its words in their places: a `Chart`, unless it is another's."""
        if self._ax is None:
            self._settle(self._head())
        else:
            self._settle_on(self._ax)
        for axes, labels in self._labels.items():
            place_labels(axes, labels, drawn_boxes(axes))
        return self.chart

    def _settle(self, heading: Text) -> None:
        """Place the panels, at their height from the first: so words are measured but twice."""
        engine = None if self._is_own else self.chart.get_figure(root=True).get_layout_engine()
        if engine is not None:  # which says how large a SubFigure is
            engine.execute(self.chart.get_figure(root=True))
        panels = Panels(self.chart, points(), heading, self._side, fixed=not self._is_own)
        panels.place(self._inches(panels.widths()))
        panels.measure(self._renderer)
        out = _furthest_out(self._aligned)
        panels.place(self._inches(panels.widths()))
        for axes in self._aligned:
            axes.yaxis.set_label_coords(-out / axes.get_window_extent().width, 0.5)
        self._explain()
        for _ in range(MOST_WRAPS):
            panels.measure(self._renderer)
            panels.place(self._inches(panels.widths()))
            if not self._wrap_words():
                break
        self._warn_if_low(panels)

    def _warn_if_low(self, panels: Panels) -> None:
        """Say where a figure of somebody's own is too low for what is on it."""
        wanted = self._inches(panels.widths())
        if (lacking := wanted - panels.inches) > TOO_LOW * wanted:
            high = self.chart.bbox.height / self.chart.dpi
            told = f"the figure is {high:.1f} inches high, too low for its panels and words"
            right = f"make it about {high + lacking:.1f}"
            warnings.warn(f"{told}; {right}", UserWarning, stacklevel=2)

    def _settle_on(self, axes: Axes) -> None:
        """Lay somebody else's figure out by its own engine, if it has one."""
        axes.set_title(self._heading, loc="left", pad=points(2.8))
        root = figure_of(axes)
        engine = root.get_layout_engine()
        if engine is None:
            self._explain()
            return
        engine.execute(root)
        self._explain()
        engine.execute(root)

    def _explain(self) -> None:
        """Words that depend on how wide the panels are: titles that wrap, and keys."""
        self._wrap_words()
        for axes, handles, title in self._keys:
            self._above(axes, handles, title)
        if self._below:
            self._under()

    def _wrap_words(self) -> bool:
        """Break titles and labels where they are longer than a panel; gives whether any was."""
        renderer = self._renderer
        panels = [self._ax] if self._ax else self.chart.axes
        return sum(_wrap_words(axes, renderer) for axes in panels) > 0

    def _head(self) -> Text:
        heading = self.chart.suptitle(
            self._heading, x=EDGE_INCHES / self.inches, ha="left", fontweight="bold"
        )
        _wrap(heading, self._room(), self._renderer)
        return heading

    def _room(self) -> float:
        """Pixels from the left edge to the right."""
        return (self.inches - 2 * EDGE_INCHES) * self.chart.dpi

    def _under(self) -> None:
        if self._ax is None:
            how = {**KEY, "loc": "outside lower left", "borderaxespad": 0.6, **self._how}
            _columns(self.chart.legend, self._below, self._room(), self._renderer, **how)
            return
        renderer = self._renderer
        box, tight = self._ax.get_window_extent(renderer), self._ax.get_tightbbox(renderer)
        low = (tight.y0 - box.y0) / box.height if tight else 0.0
        how = {"loc": "upper left", "bbox_to_anchor": (0.0, low), **KEY, **self._how}
        _columns(self._ax.legend, self._below, box.width, renderer, **how)

    def _above(self, axes: Axes, handles: list[Any], title: str) -> None:
        renderer = self._renderer
        right = self.chart.bbox.x0 + (self.inches - EDGE_INCHES) * self.chart.dpi
        room = 0.96 * (right - axes.get_window_extent(renderer).x0)
        above: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0.0, 1.0), **KEY}
        if title:
            above |= {"title": title, "alignment": "left"}
        legend = _columns(axes.legend, handles, room, renderer, **above)
        high = legend.get_window_extent(renderer).height * 72.0 / self.chart.dpi
        words = axes.get_title(loc="left")
        if words:
            axes.set_title(words, pad=high + points(0.8))


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


def _wrap_words(axes: Axes, renderer: Any) -> int:
    """Titles no wider than their panel, labels of axes no longer than their axis."""
    box = axes.get_window_extent(renderer)
    title = axes._left_title  # type: ignore[attr-defined]
    rooms = ((title, box.width), (axes.xaxis.label, box.width), (axes.yaxis.label, box.height))
    return sum(_wrap(text, room, renderer) for text, room in rooms)


def _wrap(text: Text, room: float, renderer: Any) -> bool:
    """Break a text's lines where they are longer than so many pixels; gives whether it changes."""
    whole = text.get_text()
    words = whole.split()
    if not words or _fits(text, whole if "\n" in whole else " ".join(words), room, renderer):
        return False
    lines = words[:1]
    for word in words[1:]:
        longer = f"{lines[-1]} {word}"
        if _fits(text, longer, room, renderer):
            lines[-1] = longer
        else:
            lines.append(word)
    text.set_text("\n".join(lines))
    return text.get_text() != whole


def _fits(text: Text, words: str, room: float, renderer: Any) -> bool:
    text.set_text(words)
    size = text.get_window_extent(renderer)
    return bool((size.height if text.get_rotation() == 90.0 else size.width) <= room)


def _furthest_out(panels: Sequence[Axes]) -> float:
    """Pixels from panels to where the labels of their vertical axes all have room."""
    lefts = [(axes.get_window_extent().x0, axes.yaxis.label.get_position()[0]) for axes in panels]
    return max((box - label for box, label in lefts), default=0.0)


def drawn_boxes(axes: Axes) -> list[Bbox]:
    """Small rectangles, pixels, along all lines and around all points of a panel."""
    half = HALF_POINTS * figure_of(axes).dpi / 72.0
    spots = []
    for line in axes.lines:
        vertices = line.get_transform().transform(line.get_path().vertices)
        known = vertices[np.isfinite(vertices).all(axis=1)]
        if len(known):
            spots.append(_along(known, 2.0 * half))
    if not spots:
        return []
    found = np.concatenate(spots)
    return [Bbox.from_extents(x - half, y - half, x + half, y + half) for x, y in found]


def _along(vertices: np.ndarray, every: float) -> np.ndarray:
    """Points along a line, no further apart than so many pixels."""
    steps = np.hypot(*np.diff(vertices, axis=0).T)
    at = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0.0, at[-1], max(2, int(at[-1] / every) + 1))
    return np.stack([np.interp(wanted, at, vertices[:, i]) for i in range(2)], axis=-1)
