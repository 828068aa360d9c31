"""Each crossing's queue: how many wait, who they are, how long those waited who pass."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from flowsim.evidence.statements import Statement
from flowsim.plot.given import Place
from flowsim.plot.marks import draw_reports, report_handles
from flowsim.plot.page import Page
from flowsim.plot.scales import count_axis, date_labels, time_axis
from flowsim.plot.style import (
    FAINT,
    INK,
    KIND,
    SHUT,
    WIDTH_MM,
    Chart,
    interval_edges,
    moment,
    name_of,
    points,
    styled,
    title_of,
)
from flowsim.plot.windows import crossing_spans
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.reported import Report

WAIT = "mean wait of those admitted"
CHANGE: dict[str, Any] = {"color": INK, "linewidth": 0.6, "linestyle": (0, (3, 2))}
"""How a change of what a gate can pass is drawn."""
MOST = 10
"""Crossings that one figure shows."""


@styled
def queues(
    result: Result,
    reports: Sequence[Report] | None = None,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """The queue at each crossing by kind of person, and the hours waited by those who pass.

    Parameters
    ----------
    result : Result
    reports : sequence of Report, optional
        Those about waiting at one crossing are drawn; those of the scenario unless given.
    scenario : Scenario, optional
        For the times at which each crossing is shut, which are grey, and when what can physically
        pass there changes, and for its reports.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: a row a crossing, the longest queue on top, at most ten; each row has
        scales of its own.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> chart = queues(fs.run(base, seed=1), scenario=base, width=183)
    >>> chart.axes[0].get_title(loc="left")
    'Bridge'
    """
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    peaks = result.waiting.sum("kind").max("time").values
    order = np.argsort(-peaks, kind="stable")[:MOST]
    rows = max(1, len(order))
    page = Page(width, 0.95 * rows, f"{title_of(result.data)}: the queue at each crossing", ax)
    grid = page.grid(rows, 2, sharex=True, width_ratios=[2, 1], squeeze=False)
    time_axis(grid[-1, 0], interval_edges(result.data))
    drawn: list[Statement] = []
    for row, x in enumerate(order):
        drawn += _crossing(grid[row, 0], grid[row, 1], result, int(x), reports, scenario)
    for axes in grid.ravel():
        date_labels(axes, axes in grid[-1])
    for axes in grid[-1]:
        axes.set_xlabel("local time")
    changes = scenario is not None and any(row.direction != "back" for row in scenario.gates)
    page.key_below(_key(drawn, len(peaks) - len(order), scenario is not None, changes))
    return page.settled()


def _key(drawn: Sequence[Statement], left_out: int, shut: bool, changes: bool) -> list[Any]:
    kinds: list[Any] = [Patch(color=KIND[k], label=name_of(k)) for k in KIND]
    if shut:
        kinds.append(Patch(facecolor=SHUT, edgecolor=FAINT, linewidth=0.5, label="crossing shut"))
    if changes:
        kinds.append(Line2D([], [], label="persons an hour who can pass from then on", **CHANGE))
    dot: dict[str, Any] = {"linestyle": "none", "marker": ".", "color": INK}
    kinds.append(Line2D([], [], label=WAIT, markersize=points(0.6), **dot))
    kinds += report_handles(drawn)
    words = ["each row to its own scales"]
    words += [f"{left_out} crossings with shorter queues not shown"] if left_out else []
    return kinds + [Line2D([], [], linestyle="none", label=text) for text in words]


def _capacities(axes: Axes, scenario: Scenario, crossing: str) -> None:
    """Mark when what can physically pass a crossing on the way out changes, and to what."""
    for row in scenario.gates:
        inside = scenario.start <= row.start < scenario.end
        if row.crossing != crossing or row.direction == "back" or not inside:
            continue
        limit = row.persons_per_hour
        at = mdates.date2num(row.start)
        axes.axvline(at, gid=f"capacity {crossing}", **CHANGE)
        axes.annotate(
            "no limit" if limit is None else f"{limit:,.4g}/h", (at, 1.0),
            xycoords=("data", "axes fraction"), xytext=(points(0.2), -points(0.9)),
            textcoords="offset points", fontsize=points(0.8), color=INK,
        )  # fmt: skip


def _crossing(
    left: Axes,
    right: Axes,
    result: Result,
    x: int,
    reports: Sequence[Report],
    scenario: Scenario | None,
) -> list[Statement]:
    """Draw one crossing's row and give back the reports on it."""
    waiting = result.waiting.isel(crossing=x)
    name = str(waiting["crossing"].values)
    times = waiting["time"].values
    if scenario is not None:
        for span in crossing_spans(scenario, name):
            if span.state == "shut":
                for axes in (left, right):
                    axes.axvspan(
                        mdates.date2num(span.start),
                        mdates.date2num(span.stop),
                        facecolor=SHUT,
                        linewidth=0,
                        zorder=0,
                    )
        _capacities(left, scenario, name)
    when = mdates.date2num(times.astype("datetime64[us]"))
    left.stackplot(
        when, *(waiting.sel(kind=k).values for k in KIND), colors=list(KIND.values()), linewidth=0
    )
    total = waiting.sum("kind")
    top = int(total.argmax("time"))
    peak = f"peak {int(total[top]):,} at {moment(times[top])}" if total[top] > 0 else "nobody waits"
    left.set_title(name, pad=points(1.6))
    left.annotate(
        peak, (0.0, 1.0), xycoords="axes fraction", xytext=(0, points(0.25)),
        textcoords="offset points", fontsize=points(0.89), gid=f"peak {name}",
    )  # fmt: skip
    drawn = draw_reports(left, result, reports, "waiting", place=name)
    count_axis(left, "persons", 3)
    hours = result.waiting_time.isel(crossing=x).values
    edges = interval_edges(result.data)
    middles = (edges[1:] + edges[:-1]) / 2
    dots: dict[str, Any] = {"markersize": points(0.4), "color": INK, "alpha": 0.6}
    right.plot(middles, hours, ".", gid=f"hours {name}", **dots)
    count_axis(right, "hours", 3)
    return drawn
