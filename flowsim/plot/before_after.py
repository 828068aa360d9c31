"""What moved since a baseline: outcomes by member and sums by day, before against after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DayLocator
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from flowsim.plot.given import Place
from flowsim.plot.page import Page
from flowsim.plot.scales import day_label
from flowsim.plot.style import FAINT, STATUS, WIDTH_MM, Chart, styled, width_inches
from flowsim.study.table import called

BEFORE, AFTER = FAINT, STATUS["sheltered"]
PANEL_INCHES = 2.6
"""Width of a panel, at least."""
COLUMNS = 3
"""Panels side by side, at most."""


@styled
def before_after(
    outcomes: tuple[pd.DataFrame, pd.DataFrame],
    days: tuple[pd.DataFrame, pd.DataFrame],
    moved: Sequence[str],
    quantities: Sequence[str],
    title: str,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """Draw a scenario before and after a change.

    Parameters
    ----------
    outcomes : pair of DataFrame
        A row a member, a column an outcome; before and after.
    days : pair of DataFrame
        Index ``quantity`` and ``where``, a column a day (its ISO date); before and after.
    moved : sequence of str
        Outcomes to draw: a grey dot a member before, a blue one after, joined by a line.
    quantities : sequence of str
        Of the days, summed over places: a grey line before, a blue one after.
    title : str
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float
        Millimetres.

    Returns
    -------
    Chart
        A matplotlib Figure.
    """
    panels = len(moved) + len(quantities)
    most = max(1, min(COLUMNS, int(width_inches(width) / PANEL_INCHES)))
    across = max(1, min(most, panels))
    down = max(1, -(-panels // across))
    page = Page(width, 1.6 * down, title, ax)
    grid = page.grid(down, across, squeeze=False).ravel()
    for axes, name in zip(grid, moved, strict=False):
        _members(axes, *(table[name] for table in outcomes))
        axes.set_title(called(name).capitalize())
    for axes, name in zip(grid[len(moved) :], quantities, strict=False):
        _days(axes, *days, name)
        axes.set_title(called(name).capitalize())
    for axes in grid[panels:]:
        axes.set_visible(False)
    marks = (("before", BEFORE), ("after", AFTER))
    page.key_below([Line2D([], [], color=c, marker="o", label=words) for words, c in marks])
    return page.settled()


def _members(axes: Axes, before: pd.Series, after: pd.Series) -> None:
    axes.plot([0, 1], np.stack([before, after]), color="#CCCCCC", linewidth=0.7, zorder=1)
    axes.plot(np.zeros(len(before)), before, "o", color=BEFORE, markersize=4, gid="before")
    axes.plot(np.ones(len(after)), after, "o", color=AFTER, markersize=4, gid="after")
    axes.set_xticks([0, 1], ["before", "after"])
    axes.set_xlim(-0.5, 1.5)
    axes.set_ylabel("each member")


def _days(axes: Axes, before: pd.DataFrame, after: pd.DataFrame, quantity: str) -> None:
    for table, colour, label in ((before, BEFORE, "before"), (after, AFTER, "after")):
        rows = table[table.index.get_level_values("quantity") == quantity]
        days = pd.to_datetime(table.columns)
        axes.plot(days, rows.sum(axis=0).to_numpy(), color=colour, label=label, gid=label)
    axes.xaxis.set_major_locator(DayLocator(interval=max(1, -(-before.shape[1] // 4))))
    axes.xaxis.set_major_formatter(FuncFormatter(day_label))
    axes.set_ylabel("sum over places")
