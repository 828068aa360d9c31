"""Who crosses: the parts of children, women, men and elderly, here and there and as reported."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from flowsim.evidence.quantities import SHARES, at, quantity
from flowsim.evidence.table import USES, short_time
from flowsim.plot.marks import point_style
from flowsim.plot.style import FAINT, INK, KIND, STATUS, Chart, moment, name_of, styled, title_of
from flowsim.results import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.sections import Report

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
) -> Chart:
    """The kinds of person at home, in the queues, across and abroad, and the reported shares.

    Parameters
    ----------
    result : Result
    reports : sequence of Report, optional
        Those of shares are drawn; those of the scenario unless given.
    scenario : Scenario, optional
        For its reports.

    Returns
    -------
    Chart
        A matplotlib Figure: bars of the kinds above, simulated beside reported shares below.
    """
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    shares = [r for r in reports if r.variable in SHARES and r.use != "context"]
    chart = Chart(10.0, 3.3 + (0.7 + 0.32 * len(shares) if shares else 0.0))
    chart.suptitle(
        f"{title_of(result.data)}: who crosses the border",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )
    ratios = [5.0, 1.0 + 0.75 * len(shares)] if shares else [1.0]
    panels = chart.subplots(len(ratios), 1, height_ratios=ratios, squeeze=False)[:, 0]
    _bars(panels[0], result)
    if shares:
        _shares(panels[1], result, shares)
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
        ("population at the start", home),
        (f"waiting, {moment(times[longest])}", queues.isel(time=longest)),
        ("crossed in all", crossed),
        (f"abroad, {moment(times[fullest])}", abroad.isel(time=fullest)),
    ]


def _bars(axes: Axes, result: Result) -> None:
    rows = _rows(result)
    left = np.zeros(len(rows))
    totals = np.array([float(persons.sum()) for _, persons in rows])
    for kind, colour in KIND.items():
        counts = np.array([float(persons.sel(kind=kind)) for _, persons in rows])
        parts = np.divide(counts, totals, out=np.zeros_like(counts), where=totals > 0)
        axes.barh(
            range(len(rows)), parts, left=left, height=0.72, color=colour, label=name_of(kind)
        )
        for row, part in enumerate(parts):
            if part >= 0.03:
                axes.text(
                    left[row] + part / 2,
                    row,
                    f"{100 * part:.0f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if kind in ("women", "men") else INK,
                )
        left = left + parts
    axes.set_yticks(
        range(len(rows)),
        [f"{name}\n{n:,.0f} persons" for (name, _), n in zip(rows, totals, strict=True)],
    )
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    _percent(axes, "part of all persons in the row, per cent")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=5)


def _shares(axes: Axes, result: Result, reports: Sequence[Report]) -> None:
    """Each reported share with its range, and the simulated one beside it."""
    reports = sorted(reports, key=lambda r: (list(WORDS).index(r.variable), r.when))
    for row, report in enumerate(reports):
        if report.low is not None and report.high is not None:
            axes.plot(
                [report.low, report.high],
                [row, row],
                color=INK,
                linewidth=5.0,
                alpha=0.25,
                solid_capstyle="butt",
                label="reported range" if row == 0 else None,
            )
        if report.value is not None:
            axes.plot(
                report.value,
                row,
                markersize=6,
                linestyle="none",
                gid=f"report {report.id}",
                **point_style(report.use, INK),
            )
        share = at(quantity(result, report.variable, report.place), report.when)
        axes.plot(
            share,
            row,
            marker="D",
            markersize=6,
            color=STATUS["sheltered"],
            linestyle="none",
            gid=f"simulated {report.id}",
        )
    axes.set_yticks(
        range(len(reports)),
        [f"{WORDS[r.variable]}\n{r.place or 'all'}, {short_time(r.when).strip()}" for r in reports],
    )
    axes.set_ylim(len(reports) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.6)
    for use, told in USES.items():
        if any(r.use == use and r.value is not None for r in reports):
            axes.plot([], [], linestyle="none", label=f"reported, {told}", **point_style(use, INK))
    axes.plot([], [], marker="D", color=STATUS["sheltered"], linestyle="none", label="simulated")
    axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4)
    _percent(axes, "part of those who are there or have crossed there, per cent")
    axes.spines["left"].set_color(FAINT)


def _percent(axes: Axes, label: str) -> None:
    axes.set_xlim(0.0, 1.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, symbol=""))
    axes.set_xlabel(label)
