"""Each crossing's queue: how many wait, who they are, how long those waited who pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from flowsim.plot.marks import draw_reports, report_handles
from flowsim.plot.style import (
    FAINT,
    INK,
    KIND,
    SHUT,
    Chart,
    count_axis,
    interval_edges,
    moment,
    name_of,
    styled,
    time_axis,
    title_of,
)
from flowsim.plot.windows import crossing_spans
from flowsim.results import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.sections import Report

MOST = 10
"""Crossings that one figure shows."""


@styled
def queues(
    result: Result,
    reports: Sequence[Report] | None = None,
    scenario: Scenario | None = None,
) -> Chart:
    """The queue at each crossing by kind of person, and the hours waited by those who pass.

    Parameters
    ----------
    result : Result
    reports : sequence of Report, optional
        Those about waiting at one crossing are drawn; those of the scenario unless given.
    scenario : Scenario, optional
        For the times at which each crossing is shut, which are grey, and for its reports.

    Returns
    -------
    Chart
        A matplotlib Figure: a row a crossing, the longest queue on top, at most ten; all rows
        have one scale of persons and one of hours.
    """
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    peaks = result.waiting.sum("kind").max("time").values
    order = np.argsort(-peaks, kind="stable")[:MOST]
    rows = max(1, len(order))
    chart = Chart(10.0, 1.3 + 1.35 * rows)
    chart.suptitle(
        f"{title_of(result.data)}: the queue at each crossing",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )
    grid = chart.subplots(rows, 2, sharex=True, sharey="col", width_ratios=[2, 1], squeeze=False)
    times = result.data["time"].values
    time_axis(grid[-1, 0], times, every=3)
    drawn: list[Report] = []
    for row, x in enumerate(order):
        drawn += _crossing(grid[row, 0], grid[row, 1], result, int(x), reports, scenario)
        for axes in grid[row]:
            axes.tick_params(axis="x", which="both", labelbottom=row == rows - 1, length=0)
    for axes in grid[-1]:
        axes.set_xlabel("local time")
    grid[0, 1].set_title("Mean wait of those admitted")
    _limits(grid, result)
    shut = (
        [Patch(facecolor=SHUT, edgecolor=FAINT, linewidth=0.5, label="crossing shut")]
        if scenario is not None
        else []
    )
    kinds = [Patch(color=KIND[k], label=name_of(k)) for k in KIND]
    marks: list[Line2D] = report_handles(drawn)
    chart.legend(handles=[*kinds, *shut, *marks], loc="outside lower left", ncols=5)
    left = len(peaks) - len(order)
    if left:
        chart.text(
            0.99,
            0.005,
            f"{left} crossings with shorter queues not shown",
            ha="right",
            fontsize=8,
            color=FAINT,
        )
    return chart


def _crossing(
    left: Axes,
    right: Axes,
    result: Result,
    x: int,
    reports: Sequence[Report],
    scenario: Scenario | None,
) -> list[Report]:
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
    when = mdates.date2num(times.astype("datetime64[us]"))
    left.stackplot(
        when, *(waiting.sel(kind=k).values for k in KIND), colors=list(KIND.values()), linewidth=0
    )
    total = waiting.sum("kind")
    top = int(total.argmax("time"))
    peak = f"peak {int(total[top]):,} at {moment(times[top])}" if total[top] > 0 else "nobody waits"
    left.set_title(name)
    left.text(1.0, 1.03, peak, transform=left.transAxes, ha="right", va="bottom", fontsize=8)
    drawn = draw_reports(left, result, reports, "waiting", place=name)
    count_axis(left, "persons", 3)
    hours = result.waiting_time.isel(crossing=x).values
    edges = interval_edges(times)
    right.plot(
        (edges[1:] + edges[:-1]) / 2,
        hours,
        linestyle="none",
        marker=".",
        markersize=3,
        color=INK,
        alpha=0.6,
    )
    right.set_ylabel("hours")
    right.yaxis.set_major_locator(MaxNLocator(3, integer=True, steps=[1, 2, 5, 10]))
    right.grid(axis="y", color="#DDDDDD", linewidth=0.6)
    right.grid(axis="x", which="major", color="#E2E2E2", linewidth=0.5)
    return drawn


def _limits(grid: np.ndarray, result: Result) -> None:
    hours = result.waiting_time.values
    longest = float(np.nanmax(hours)) if np.isfinite(hours).any() else 1.0
    grid[0, 0].set_ylim(bottom=0)
    grid[0, 1].set_ylim(0.0, max(1.0, 1.08 * longest))
