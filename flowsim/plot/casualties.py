"""The dead: by day of death as simulated, beside an official count that lags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes

from flowsim.evidence.quantities import covers, quantity
from flowsim.evidence.statements import Statement, of_reports
from flowsim.plot.given import Place
from flowsim.plot.page import Page
from flowsim.plot.scales import count_axis, date_labels, time_axis
from flowsim.plot.style import (
    FAINT,
    GROUPS,
    INK,
    WIDTH_MM,
    Chart,
    interval_edges,
    points,
    styled,
    title_of,
)
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.reported import Report


@styled
def deaths(
    result: Result,
    reports: Sequence[Report] | None = None,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """Deaths by time of death, the official count by time of report, and the later totals.

    The official count lags: bodies reach a morgue days after a death. It is drawn beside the run,
    and no run is judged by it unless the scenario says how late deaths are counted: then the run's
    own count is drawn, too. Later commissions give the band.

    Parameters
    ----------
    result : Result
    reports : sequence of Report, optional
        ``deaths_official`` make the count and ``deaths`` the band; those of the scenario unless
        given.
    scenario : Scenario, optional
        For its reports.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: the running totals above, the dead of each day by group below.

    Examples
    --------
    >>> import flowsim as fs
    >>> chart = deaths(fs.run(fs.teaching_world(), seed=1), width=89)
    >>> [axes.get_ylabel() for axes in chart.axes]
    ['deaths', 'deaths a day']
    """
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    page = Page(width, 5.0, f"{title_of(result.data)}: the dead", ax)
    above, below = page.grid(2, 1, sharex=True, height_ratios=[3, 2])
    time_axis(below, interval_edges(result.data))
    page.key(above, _totals(above, result, reports))
    page.key(below, _days(below, result), title="dead in all")
    date_labels(above, False)
    below.set_xlabel("local date")
    page.align_ylabels((above, below))
    return page.settled()


def _totals(axes: Axes, result: Result, reports: Sequence[Report]) -> list[Any]:
    series = quantity(result, "deaths")
    told = [report for report in of_reports(reports) if covers(result, report.place)]
    x = mdates.date2num(series["time"].values.astype("datetime64[us]"))
    axes.plot(
        x, series.values, color=INK, linewidth=points(0.2), label="simulated, by time of death"
    )
    if "deaths_counted" in result.data:
        axes.plot(
            x, quantity(result, "deaths_official").values, color=INK, linewidth=points(0.11),
            linestyle="--", gid="counted", label="simulated, by time of the official count",
        )  # fmt: skip
    _official(axes, told)
    _later(axes, told)
    axes.set_title("Total so far")
    count_axis(axes, "deaths")
    return axes.get_legend_handles_labels()[0]


def _official(axes: Axes, told: Sequence[Statement]) -> None:
    """The counts of officials, each from the time at which it was told."""
    low, high = axes.get_xlim()
    counts = sorted(
        (float(mdates.date2num(s.when)), s.reported)
        for s in told
        if s.quantity == "deaths_official"
        and s.reported is not None
        and low <= mdates.date2num(s.when) <= high
    )
    if counts:
        axes.step(
            *zip(*counts, strict=True), where="post", color="#0072B2", linewidth=points(0.11),
            marker="o", markersize=points(0.45), markerfacecolor="white", gid="official",
            label="official count, by time of report (lags)",
        )  # fmt: skip


def _later(axes: Axes, told: Sequence[Statement]) -> None:
    """The range of what was counted afterwards, of the whole crisis."""
    counts = [
        count
        for s in told
        if s.quantity == "deaths" and s.use != "context"
        for count in (s.low, s.reported, s.high)
        if count is not None
    ]
    if counts:
        axes.axhspan(
            min(counts), max(counts), color="#E69F00", alpha=0.25, linewidth=0, gid="later",
            label=f"later counts, {min(counts):,.0f} to {max(counts):,.0f} in all",
        )  # fmt: skip


def _days(axes: Axes, result: Result) -> list[Any]:
    daily = result.daily().deaths.sum("place")
    edges = mdates.date2num(daily["day"].values.astype("datetime64[us]"))
    edges = np.append(edges, edges[-1] + 1.0)
    first, last = interval_edges(result.data)[[0, -1]]
    base = np.zeros(daily.sizes["day"])
    dead = daily.sum("day")
    for i, group in enumerate(str(g) for g in daily["group"].values):
        values = daily.sel(group=group).values.astype(float)
        axes.bar(
            edges[:-1] + 0.5,
            values,
            width=0.8 if len(base) < 40 else 1.0,
            bottom=base,
            color=GROUPS[i % len(GROUPS)],
            label=f"{group} ({int(dead.sel(group=group)):,})",
        )
        base = base + values
    axes.set_xlim(first, last)
    axes.set_title("Dead of each day, simulated, by group")
    count_axis(axes, "deaths a day", 4)
    if not base.any():
        axes.text(0.5, 0.5, "nobody dies", transform=axes.transAxes, ha="center", color=FAINT)
    return axes.get_legend_handles_labels()[0]
