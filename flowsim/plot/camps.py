"""Simulated persons by camp, as a fan over members, against those registered."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from flowsim.arrays import Floats
from flowsim.evidence.against_registrations import Scores
from flowsim.plot.ensemble import BANDS, draw_bands
from flowsim.plot.page import Page
from flowsim.plot.style import (
    INK,
    STATUS,
    WIDTH_MM,
    Chart,
    count_axis,
    figure_of,
    points,
    styled,
    width_inches,
)
from flowsim.scenario.scenario import Scenario

MOST = 12
"""Camps with a panel of their own; the rest share one."""
PANEL_INCHES = 1.55
"""Width of a panel, at least."""
LEAST_INCHES = 1.9
"""Height of all panels, at least: the label beside them is not to reach the title."""
COLUMNS = 4
"""Panels side by side, at most."""
NAME = 26
"""Characters of a camp's name above its panel."""
MONTHS = 150
"""Days from which on an axis gives months and no days."""


class Panel(NamedTuple):
    """What one panel shows: a name, simulated persons (M, D) and registered ones (D,)."""

    name: str
    members: Floats
    persons: Floats


@styled
def registrations(scores: Scores, scenario: Scenario, *, width: float = WIDTH_MM) -> Chart:
    """How many persons are simulated and registered in all camps and in each, day by day.

    Parameters
    ----------
    scores : Scores
        As `flowsim.evidence.score` gives them for the members of a scenario.
    scenario : Scenario
        For its title and its start.
    width : float
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: the total, then the camps by their mean registered persons, the largest
        first; those after the twelfth are summed. The line is the median of the members, the bands
        hold half and 90 % of them. Persons are drawn as they are simulated; the ARD in the title is
        that of the persons scaled to the registered total of each day.

    Examples
    --------
    >>> import flowsim as fs
    >>> mali = fs.load("mali2012")  # doctest: +SKIP
    >>> runs = [fs.run(mali, seed=s) for s in range(1, 21)]  # doctest: +SKIP
    >>> registrations(fs.evidence.score(runs, mali), mali, width=183)  # doctest: +SKIP
    """
    panels = _panels(scores)
    inches = width_inches(width)
    most = max(1, min(COLUMNS, int((inches - 0.3) / PANEL_INCHES)))
    down = math.ceil(len(panels) / most)
    across = math.ceil(len(panels) / down)
    title = f"{scenario.title or scenario.name}: persons in camps, ARD {scores.ard:.3f}"
    page = Page(width, max(1.35 * down, LEAST_INCHES), title)
    grid = page.chart.subplots(down, across, sharex=True, squeeze=False).ravel()
    first = float(mdates.date2num(scenario.start))
    days = first + np.arange(scores.known.persons.shape[0], dtype=np.float64)
    for axes, panel in zip(grid, panels, strict=False):
        _draw(axes, panel, days)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    for axes in grid[max(len(panels) - across, 0) : len(panels)]:
        axes.tick_params(axis="x", labelbottom=True)
    _date_axis(grid[0], days)
    page.label_side("persons, each panel to its own scale")
    page.key_below(_key(scores.members.shape[0]))
    return page.settled()


def _panels(scores: Scores) -> list[Panel]:
    """All camps together, each of the largest, and the others together."""
    members, known = scores.members, scores.known
    order = np.argsort(-known.persons.mean(axis=0), kind="stable")
    own, rest = order[:MOST], order[MOST:]
    panels = [Panel("All camps", members.sum(axis=2), known.persons.sum(axis=1))]
    panels += [Panel(known.camps[c], members[:, :, c], known.persons[:, c]) for c in own]
    if rest.size:
        name = f"{rest.size} other camp{'s' if rest.size > 1 else ''}"
        apart = members[:, :, rest].sum(axis=2), known.persons[:, rest].sum(axis=1)
        panels.append(Panel(name, *apart))
    return panels


def _draw(axes: Axes, panel: Panel, days: Floats) -> None:
    blue = STATUS["sheltered"]
    median = draw_bands(axes, days, panel.members, blue, panel.name)
    axes.plot(days, median, color=blue, linewidth=points(0.16), gid=f"simulated {panel.name}")
    line: dict[str, Any] = {"color": INK, "linewidth": points(0.16)}
    axes.plot(days, panel.persons, gid=f"registered {panel.name}", **line)
    count_axis(axes, "", 4)
    name = panel.name
    axes.set_title(name if len(name) <= NAME else f"{name[: NAME - 3]}...", fontsize=points())


def _date_axis(axes: Axes, days: Floats) -> None:
    """Few dates, as the panels are narrow, each with its year."""
    axes.set_xlim(days[0], days[-1] if days.size > 1 else days[0] + 1.0)
    long = days.size > MONTHS
    wide = axes.bbox.width * 72.0 / figure_of(axes).dpi / points(6.5)  # labels that fit, about
    most = int(np.clip(wide, 2, 4 if long else 3))
    axes.xaxis.set_major_locator(mdates.AutoDateLocator(minticks=2, maxticks=most))

    def told(x: float, _: int) -> str:
        day = mdates.num2date(x)
        return f"{day:%b %Y}" if long else f"{day.day} {day:%b %Y}"

    axes.xaxis.set_major_formatter(FuncFormatter(told))


def _key(members: int) -> list[Line2D | Patch]:
    blue = STATUS["sheltered"]
    words = "one run" if members == 1 else f"median of {members} runs"
    lines: list[Line2D | Patch] = [
        Line2D([], [], color=INK, linewidth=1.4, label="registered"),
        Line2D([], [], color=blue, linewidth=1.4, label=f"simulated, {words}"),
    ]
    if members == 1:
        return lines
    bands = [Patch(color=blue, alpha=alpha, linewidth=0, label=told) for *_, alpha, told in BANDS]
    return [*lines, *reversed(bands)]
