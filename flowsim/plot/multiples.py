"""Small panels of one kind in a grid, over one axis of dates."""

from __future__ import annotations

import math

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from flowsim.arrays import Floats
from flowsim.plot.page import Page
from flowsim.plot.style import Place, figure_of, points, width_inches

MOST = 12
"""Panels that one figure has."""
HIGH, PANEL_INCHES = 1.35, 1.55
"""Height of a row of panels, and width of a panel, at least."""
LEAST_INCHES = 1.9
"""Height of all panels, at least: the label beside them is not to reach the title."""
COLUMNS = 4
"""Panels side by side, at most."""
NAME = 26
"""Characters of the name above a panel."""
MONTHS = 150
"""Days from which on an axis gives months and no days."""


def grid_of(
    count: int, width: float, heading: str, ax: Place | None = None
) -> tuple[Page, list[Axes]]:
    """A page with so many panels, whose lowest ones have dates.

    Parameters
    ----------
    count : int
        1 or more.
    width : float
        Millimetres.
    heading : str
    ax : Axes, SubFigure or Figure, optional
        Of a user's own.
    """
    inches = width_inches(width)
    most = max(1, min(COLUMNS, int((inches - 0.3) / PANEL_INCHES)))
    down = math.ceil(count / most)
    across = math.ceil(count / down)
    page = Page(width, max(HIGH * down, LEAST_INCHES), heading, ax)
    grid = page.grid(down, across, sharex=True, squeeze=False).ravel()
    for axes in grid[count:]:
        axes.set_visible(False)
    for axes in grid[max(count - across, 0) : count]:
        axes.tick_params(axis="x", labelbottom=True)
    return page, list(grid[:count])


def own_scales(page: Page) -> Line2D:
    """Label all vertical axes, in a word that one row has room for; gives a row for the key."""
    page.label_side("persons")
    return Line2D([], [], linestyle="none", label="each panel to its own scale")


def name_above(axes: Axes, name: str, under: str = "") -> None:
    """Name a panel, as far as there is room, with some words under its name."""
    told = name if len(name) <= NAME else f"{name[: NAME - 3]}..."
    axes.set_title(told, fontsize=points(), pad=points(1.6) if under else None)
    if under:
        axes.annotate(
            under, (0.0, 1.0), xycoords="axes fraction", xytext=(0, points(0.25)),
            textcoords="offset points", fontsize=points(0.8), gid=f"under {name}",
        )  # fmt: skip


def date_axis(axes: Axes, days: Floats) -> None:
    """Few dates, as the panels are narrow, each with its year."""
    axes.set_xlim(days[0], days[-1] if days.size > 1 else days[0] + 1.0)
    long = days.size > 1 and days[-1] - days[0] >= MONTHS
    wide = axes.bbox.width * 72.0 / figure_of(axes).dpi / points(6.5)  # labels that fit, about
    most = int(np.clip(wide, 2, 4 if long else 3))
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=most))

    def told(x: float, _: int) -> str:
        day = mdates.num2date(x)
        return f"{day:%b %Y}" if long else f"{day.day} {day:%b %Y}"

    axes.xaxis.set_major_formatter(FuncFormatter(told))
