"""Axes of persons and of time: where their labels stand, and how many fit."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.ticker import (
    FixedLocator,
    Formatter,
    FuncFormatter,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from flowsim.plot.style import figure_of, points

DAYS_NAMED = 60.0
"""Up to so many days have their days named, as far as there is room; longer times have dates."""
LABEL_EMS = 4.4
"""What a label of a day takes, with the room beside it, as a multiple of the type size."""
DAY_LINE: dict[str, Any] = {"color": "#E2E2E2", "linewidth": 0.5}
AXES_BELOW = 0.5
"""Where matplotlib draws the grid, under all marks (``axes.axisbelow``)."""


def count_axis(axes: Axes, label: str, bins: int = 5, top: float = 0.08) -> None:
    """Label a vertical axis of persons from zero on, with thousands set apart.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        What it shows is drawn already.
    label : str
    bins : int
        Intervals between labels, at most.
    top : float
        Room above the highest mark, and below the lowest under zero, as a part of the whole.
    """
    axes.set_ylabel(label)
    low, high = (float(y) for y in axes.dataLim.intervaly)
    low, high = (min(low, 0.0), high) if np.isfinite([low, high]).all() else (0.0, 0.0)
    room = top * (high - low)
    # nobody at all still has a scale
    axes.set_ylim(low - room if low < 0.0 else 0.0, max(high + room, 1.0))
    axes.yaxis.set_major_locator(
        MaxNLocator(bins, integer=True, min_n_ticks=2, steps=[1, 2, 5, 10])
    )
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{abs(y):,.0f}"))
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    day_lines(axes)


def time_axis(axes: Axes, edges: np.ndarray) -> None:
    """Label a horizontal axis with days, each in the middle of its day, as many as fit.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    edges : float64 array
        Edges of the recording intervals, matplotlib's days; the axis goes from end to end.
    """
    axes.set_xlim(float(edges[0]), float(edges[-1]))
    days = float(edges[-1] - edges[0])
    if days > DAYS_NAMED:
        axes.xaxis.set_major_locator(_Dates(points()))
        year = days > 300.0
        axes.xaxis.set_major_formatter(FuncFormatter(_month if year else day_label))
        return
    if days < 2.0:
        axes.xaxis.set_major_locator(_Dates(points()))
        axes.xaxis.set_major_formatter(FuncFormatter(_hour))
        return
    # Fixed, as to find the days anew for each label takes most of the time of a figure.
    noons = np.arange(math.ceil(edges[0] - 0.5), math.floor(edges[-1] - 0.5) + 1) + 0.5
    axes.xaxis.set_major_locator(NullLocator())  # midnights are one mark, see `day_lines`
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(FixedLocator(noons.tolist()))
    axes.xaxis.set_minor_formatter(_Days(points()))
    axes.tick_params(axis="x", which="both", length=0)


def day_lines(axes: Axes) -> None:
    """Pale upright lines at the dates of a horizontal axis, or at its midnights."""
    if not isinstance(axes.xaxis.get_major_formatter(), NullFormatter):
        axes.grid(axis="x", which="major", **DAY_LINE)
        return
    # All in one mark: ticks without labels would take most of the time of a figure.
    low, high = axes.get_xlim()
    ends = [[(x, 0.0), (x, 1.0)] for x in range(math.ceil(low), math.floor(high) + 1)]
    lines = LineCollection(
        ends, transform=axes.get_xaxis_transform(), zorder=AXES_BELOW, **DAY_LINE
    )
    axes.add_collection(lines, autolim=False)


def date_labels(axes: Axes, shown: bool) -> None:
    """Show the labels of a horizontal axis of time, or not, as of panels above others."""
    axes.tick_params(axis="x", which="both", length=0, bottom=False, labelbottom=shown)
    if not shown and isinstance(axes.xaxis.get_major_formatter(), NullFormatter):
        axes.xaxis.set_visible(False)  # nothing of it shows, and ticks take time all the same


class _Days(Formatter):
    """Names of days at their noons, of all or of every so many, as they fit the axis."""

    def __init__(self, type_size: float) -> None:
        self._type_size = type_size

    def __call__(self, x: float, pos: int | None = None) -> str:
        return self.format_ticks([x])[0]

    def format_ticks(self, values: Any) -> list[str]:
        """The names of all days at once: what fits is the same for all."""
        axes: Axes = self.axis.axes  # type: ignore[union-attr]
        wide = LABEL_EMS * self._type_size * figure_of(axes).dpi / 72.0
        low, high = axes.get_xlim()
        every = max(1, math.ceil((high - low) * wide / _narrowest(axes)))
        first = math.ceil(low - 0.5)
        return [day_label(x) if (math.floor(x) - first) % every == 0 else "" for x in values]


def _narrowest(axes: Axes) -> float:
    """Pixels of the narrowest of all axes that share their dates."""
    together = axes.get_shared_x_axes().get_siblings(axes)
    return max(1.0, min(a.bbox.width for a in together))


class _Dates(mdates.AutoDateLocator):
    """As many dates as fit the axis in its present width."""

    def __init__(self, type_size: float) -> None:
        super().__init__(minticks=2)
        self._type_size = type_size

    def __call__(self) -> Any:
        axes: Axes = self.axis.axes  # type: ignore[union-attr]
        wide = 1.4 * LABEL_EMS * self._type_size * figure_of(axes).dpi / 72.0
        most = int(np.clip(_narrowest(axes) / wide, 2, 8))
        self.maxticks = dict.fromkeys(self.maxticks, most)
        return super().__call__()


def day_label(x: float, _: Any = None) -> str:
    """A day as an axis names it: ``14 Jun``."""
    return _day_label(math.floor(x))


@cache
def _day_label(day: int) -> str:
    then = mdates.num2date(day)
    return f"{then.day} {then:%b}"


def _month(x: float, _: Any = None) -> str:
    return f"{mdates.num2date(x):%b %Y}"


def _hour(x: float, _: Any = None) -> str:
    return f"{mdates.num2date(x):%H:%M}\n{day_label(x)}"
