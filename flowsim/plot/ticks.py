"""Ticks of a figure while it is laid out: worked out once for each size of a panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure


@contextmanager
def ticks_once(figure: Figure) -> Iterator[None]:
    """Work out an axis's ticks again only when its panel, or one that shares it, has changed.

    A layout asks each axis for them dozens of times (for its labels, the title, the spines, and
    the axes that are aligned with it), and finds new places, labels and formats each time.

    Parameters
    ----------
    figure : Figure
        Nothing but the places of its panels may change within.

    Examples
    --------
    >>> figure = Figure()
    >>> axes = figure.subplots()
    >>> with ticks_once(figure):
    ...     axes.xaxis._update_ticks() is axes.xaxis._update_ticks()
    True
    """
    patched = [axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)]
    for axis in patched:
        vars(axis)["_update_ticks"] = _remembering(axis)
    try:
        yield
    finally:
        for axis in patched:
            del vars(axis)["_update_ticks"]


def _remembering(axis: Axis) -> Callable[[], Any]:
    update: Callable[[], Any] = axis._update_ticks  # type: ignore[attr-defined]
    last: list[Any] = [None, None]

    def updated() -> Any:
        now = _state(axis)
        if last[0] != now:
            last[:] = [now, update()]
        return last[1]

    return updated


def _state(axis: Axis) -> tuple[Any, ...]:
    """What its ticks follow from: the limits, and the sizes of the panels that share the axis."""
    axes: Axes = axis.axes
    shared = axes.get_shared_x_axes() if axis is axes.xaxis else axes.get_shared_y_axes()
    sizes = tuple(panel.bbox.bounds for panel in shared.get_siblings(axes))
    return (*axis.get_view_interval(), *sizes)
