"""Simulated persons by camp, as a fan over members, against those registered."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from flowsim.arrays import Floats
from flowsim.evidence.against_registrations import Scores
from flowsim.plot.ensemble import BANDS, draw_bands
from flowsim.plot.given import Place
from flowsim.plot.holding import note, of_inputs
from flowsim.plot.multiples import MOST, date_axis, grid_of, name_above, own_scales
from flowsim.plot.scales import count_axis
from flowsim.plot.style import INK, STATUS, WIDTH_MM, Chart, points, styled
from flowsim.scenario.scenario import Scenario

CAMPS = MOST
"""Camps with a panel of their own; the rest share one."""


class Panel(NamedTuple):
    """What one panel shows: a name, simulated persons (M, D) and registered ones (D,)."""

    name: str
    members: Floats
    persons: Floats


@styled
def registrations(
    scores: Scores, scenario: Scenario, *, ax: Place | None = None, width: float = WIDTH_MM
) -> Chart:
    """How many persons are simulated and registered in all camps and in each, day by day.

    Parameters
    ----------
    scores : Scores
        As `flowsim.evidence.score` gives them for the members of a scenario.
    scenario : Scenario
        For its title and its start.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
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
    title = f"{scenario.title or scenario.name}: persons in camps, ARD {scores.ard:.3f}"
    page, grid = grid_of(len(panels), width, title, ax)
    first = float(mdates.date2num(scenario.start))
    days = first + np.arange(scores.known.persons.shape[0], dtype=np.float64)
    for axes, panel in zip(grid, panels, strict=True):
        _draw(axes, panel, days)
    date_axis(grid[0], days)
    page.key_below([*_key(scores), own_scales(page)])
    return page.settled()


def _panels(scores: Scores) -> list[Panel]:
    """All camps together, each of the largest, and the others together."""
    members, known = scores.members, scores.known
    order = np.argsort(-known.persons.mean(axis=0), kind="stable")
    own, rest = order[:CAMPS], order[CAMPS:]
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
    name_above(axes, panel.name)


def _key(scores: Scores) -> list[Line2D | Patch]:
    blue, members = STATUS["sheltered"], scores.members.shape[0]
    words = "one run" if members == 1 else f"median of {members} runs"
    lines: list[Line2D | Patch] = [
        Line2D([], [], color=INK, linewidth=1.4, label="registered"),
        Line2D([], [], color=blue, linewidth=1.4, label=f"simulated, {words}"),
    ]
    if members == 1:
        return lines
    bands = [Patch(color=blue, alpha=alpha, linewidth=0, label=told) for *_, alpha, told in BANDS]
    return [*lines, *reversed(bands), note(of_inputs(scores.inputs_differ))]
