"""Who crosses: the parts of children, women, men and elderly, here and there and as reported."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter

from flowsim.evidence.predicted import predicted
from flowsim.evidence.scorecard import USES, short_time
from flowsim.evidence.statements import Statement, of_reports
from flowsim.plot.marks import point_style
from flowsim.plot.page import Page
from flowsim.plot.style import (
    FAINT,
    INK,
    KIND,
    NARROW_MM,
    STATUS,
    WIDTH_MM,
    Chart,
    Place,
    moment,
    name_of,
    points,
    styled,
    title_of,
)
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.reported import Report

WORDS = {
    "share_children": "children under 15",
    "share_women": "women, elderly among them",
    "share_men": "men, elderly among them",
    "share_women_children": "women and children",
}


@styled
def composition(
    result: Result,
    reports: Sequence[Report] | None = None,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """The kinds of person at home, in the queues, across and abroad, and the reported shares.

    Parameters
    ----------
    result : Result
    reports : sequence of Report, optional
        Those of shares are drawn; those of the scenario unless given.
    scenario : Scenario, optional
        For its reports.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: bars of the kinds above, simulated beside reported shares below.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> chart = composition(fs.run(base, seed=1), scenario=base, width=183)
    >>> [axes.get_xlabel() for axes in chart.axes]
    ['part of all persons in the row, per cent']
    """
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    shares = [r for r in of_reports(reports) if r.kind == "share" and r.use != "context"]
    rows = _rows(result)
    names = _wrapped([(name, f"{int(n.sum()):,} persons") for name, n in rows], width)
    reported = _sorted(shares)
    where = [f"{r.place or 'all'}, {short_time(r.when).strip()}" for r in reported]
    told = _wrapped([(WORDS[r.quantity], w) for r, w in zip(reported, where, strict=True)], width)
    heights = [len(labels) * _height(labels) for labels in (names, told) if labels]
    page = Page(width, sum(heights), f"{title_of(result.data)}: who crosses the border", ax)
    panels = page.grid(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    page.key(panels[0], _bars(panels[0], rows, names))
    if reported:
        page.key(panels[1], _shares(panels[1], result, reported, told))
    chart: Chart = page.settled()
    _parts(chart, panels[0])
    return chart


def _rows(result: Result) -> list[tuple[str, xr.DataArray]]:
    """What the bars show: a name with its time, and the persons by kind."""
    times = result.data["time"].values
    fled = np.isin(result.data["country"].values, result.data.attrs.get("flee_from", "").split(","))
    queues = result.waiting.sum("crossing")
    longest = int(queues.sum("kind").argmax("time"))
    abroad = result.composition.isel(place=~fled).sum("place")
    fullest = int(abroad.sum("kind").argmax("time"))
    home = result.composition.isel(place=fled, time=0).sum("place")
    crossed = result.crossed(by_kind=True).isel(time=-1).sum("crossing")
    return [
        (f"inside, {moment(times[0])}", home),  # without those on the move by then
        (f"waiting, {moment(times[longest])}", queues.isel(time=longest)),
        ("crossed in all", crossed),
        (f"abroad, {moment(times[fullest])}", abroad.isel(time=fullest)),
    ]


def _bars(axes: Axes, rows: Sequence[tuple[str, xr.DataArray]], names: Sequence[str]) -> list[Any]:
    left = np.zeros(len(rows))
    totals = np.array([float(persons.sum()) for _, persons in rows])
    for kind, colour in KIND.items():
        counts = np.array([float(persons.sel(kind=kind)) for _, persons in rows])
        parts = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
        axes.barh(
            range(len(rows)), parts, left=left, height=0.72, color=colour, label=name_of(kind)
        )
        left = left + parts
    axes.set_yticks(range(len(rows)), names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    _percent(axes, "part of all persons in the row, per cent")
    return axes.get_legend_handles_labels()[0]


def _parts(chart: Chart, axes: Axes) -> None:
    """Write the per cent into the bars that have room for them."""
    for bars, kind in zip(axes.containers, KIND, strict=True):
        for bar in bars:
            x, y = bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2
            text = axes.text(
                x, y, f"{100 * bar.get_width():.0f}", ha="center", va="center",
                fontsize=points(0.89), color="white" if kind in ("women", "men") else INK,
                in_layout=False,
            )  # fmt: skip
            if text.get_window_extent().width > 0.9 * bar.get_window_extent().width:
                text.remove()


def _wrapped(labels: Sequence[tuple[str, str]], width: float) -> list[str]:
    """Labels of rows, in lines that leave room for what stands beside them."""
    most = 22 if width < NARROW_MM else 40
    return ["\n".join(textwrap.fill(part, most) for part in label) for label in labels]


def _height(labels: Sequence[str]) -> float:
    """Inches of a row with the highest of its labels."""
    return 0.14 + 0.145 * max(label.count("\n") + 1 for label in labels)


def _sorted(reports: Sequence[Statement]) -> list[Statement]:
    return sorted(reports, key=lambda r: (list(WORDS).index(r.quantity), r.when))


def _shares(
    axes: Axes, result: Result, reports: Sequence[Statement], names: Sequence[str]
) -> list[Any]:
    """Each reported share with its range, and the simulated one beside it."""
    # The report lies on the simulated mark, which is larger: where they agree, both are seen.
    mark: dict[str, Any] = {"linestyle": "none"}
    dot = {**mark, "markersize": points(0.5), "zorder": 3}
    blue = STATUS["sheltered"]
    ours = {**mark, "marker": "D", "markersize": points(0.8), "color": blue, "zorder": 2}
    simulated = predicted(result, reports).tolist()
    for row, (report, share) in enumerate(zip(reports, simulated, strict=True)):
        if report.low is not None and report.high is not None:
            axes.plot(
                [report.low, report.high], [row, row], color=INK, linewidth=points(0.55),
                alpha=0.25, solid_capstyle="butt", gid=f"range {report.id}",
            )  # fmt: skip
        if report.reported is not None:
            axes.plot(
                report.reported,
                row,
                gid=f"report {report.id}",
                **dot,
                **point_style(report.use, INK),
            )
        axes.plot(share, row, gid=f"simulated {report.id}", **ours)
    axes.set_yticks(range(len(reports)), names)
    axes.set_ylim(len(reports) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.6)
    axes.spines["left"].set_color(FAINT)
    axes.set_title("Reported shares")
    _percent(axes, "part of those who are there or have crossed there, per cent")
    return [
        Line2D([], [], color=INK, alpha=0.25, linewidth=points(0.55), label="reported range"),
        *(
            Line2D([], [], label=f"reported, {told}", **dot, **point_style(use, INK))
            for use, told in USES.items()
            if any(r.use == use and r.reported is not None for r in reports)
        ),
        Line2D([], [], label="simulated", **ours),
    ]


def _percent(axes: Axes, label: str) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    axes.set_xlabel(label)
