"""The whole crisis on one page: who is where, who crosses, what is reported, where it burns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from flowsim.evidence.quantities import quantity
from flowsim.plot.marks import draw_reports, report_handles
from flowsim.plot.style import (
    FAINT,
    HEAT,
    INK,
    OUTCOME,
    SHUT,
    STATUS,
    Chart,
    count_axis,
    interval_edges,
    interval_name,
    name_of,
    styled,
    time_axis,
    title_of,
)
from flowsim.plot.windows import Span, border_spans
from flowsim.results import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.sections import Report

LANE = {
    "shut": "#666666",
    "partly": "#B5B5B5",
    "barred": "#D6E6F2",
    "rule": "#F3E7C4",
    "open": "#FFFFFF",
}


@styled
def timeline(
    result: Result,
    reports: Sequence[Report] | None = None,
    scenario: Scenario | None = None,
) -> Chart:
    """Stocks and flows over time, with the reported figures on them.

    Parameters
    ----------
    result : Result
    reports : sequence of Report, optional
        Drawn as points with their range; those of the scenario unless given.
    scenario : Scenario, optional
        For the lane on top that says when the border is shut, and for its reports.

    Returns
    -------
    Chart
        A matplotlib Figure with five panels over one time axis: persons across, displaced inside,
        waiting, passing in each interval, and the violence by region.
    """
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    chart = Chart(10.0, 10.2)
    chart.suptitle(
        f"{title_of(result.data)}: flight, border and violence",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )
    crossings = [str(c) for c in result.data["crossing"].values]
    lane = scenario is not None and bool(crossings)
    heights = [0.22] * lane + [3.0, 2.1, 1.7, 1.7, 0.75]
    panels = list(chart.subplots(len(heights), 1, sharex=True, height_ratios=heights))
    times = result.data["time"].values
    time_axis(panels[-1], times)
    if lane:
        assert scenario is not None
        spans = border_spans(scenario, crossings)
        _lane(panels[0], spans)
        for axes in panels[1:-1]:
            _shade(axes, spans)
        panels = panels[1:]
    _across(panels[0], result, reports)
    _stock(
        panels[1],
        result,
        reports,
        "displaced_inside",
        STATUS["displaced"],
        "Out of their homes inside the country",
    )
    _stock(panels[2], result, reports, "waiting", STATUS["waiting"], "Waiting at the border")
    _flows(panels[3], result)
    _violence_strip(panels[4], result)
    for axes in panels[:-1]:
        axes.tick_params(axis="x", which="both", length=0, labelbottom=False)
    chart.align_ylabels(panels[:-1])
    return chart


def _lane(axes: Axes, spans: list[Span]) -> None:
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_ylabel("border", rotation=0, ha="right", va="center")
    axes.tick_params(axis="x", which="both", length=0, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    for span in spans:
        start, stop = mdates.date2num(span.start), mdates.date2num(span.stop)
        axes.axvspan(start, stop, facecolor=LANE[span.state], edgecolor="white", linewidth=0.8)
        low, high = axes.get_xlim()
        if (stop - start) / (high - low) > 0.0068 * len(span.label):
            axes.text(
                (start + stop) / 2,
                0.46,
                span.label,
                ha="center",
                va="center",
                fontsize=7.5,
                color="white" if span.state == "shut" else INK,
            )


def _shade(axes: Axes, spans: list[Span]) -> None:
    for span in spans:
        if span.state == "shut":
            axes.axvspan(
                mdates.date2num(span.start),
                mdates.date2num(span.stop),
                facecolor=SHUT,
                linewidth=0,
                zorder=0,
            )


def _curve(axes: Axes, result: Result, variable: str, colour: str, fill: bool, **line: str) -> None:
    series = quantity(result, variable)
    x = mdates.date2num(series["time"].values.astype("datetime64[us]"))
    if fill:
        axes.fill_between(x, series.values, color=colour, alpha=0.25, linewidth=0)
    axes.plot(x, series.values, color=colour, linewidth=1.8, gid=variable, **line)  # type: ignore[arg-type]


def _across(axes: Axes, result: Result, reports: Sequence[Report]) -> None:
    axes.set_title("Across the border")
    _curve(axes, result, "stock_abroad", STATUS["sheltered"], True, linestyle="none")
    _curve(axes, result, "crossed", STATUS["sheltered"], False)
    _curve(axes, result, "registered_adults", INK, False, linestyle=(0, (4, 2)))  # type: ignore[arg-type]
    axes.margins(y=0.12)
    drawn = draw_reports(axes, result, reports, "crossed", STATUS["sheltered"])
    adults = draw_reports(axes, result, reports, "registered_adults", INK)
    stock = draw_reports(axes, result, reports, "stock_abroad", FAINT, word="sheltered, ")
    count_axis(axes, "persons")
    axes.set_ylim(bottom=0)
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=STATUS["sheltered"], linewidth=1.8, label="crossed so far"),
        Patch(color=STATUS["sheltered"], alpha=0.25, label="sheltered abroad"),
        Line2D(
            [],
            [],
            color=INK,
            linewidth=1.8,
            linestyle=(0, (4, 2)),
            label="adults registered so far",
        ),
        *report_handles([*drawn, *adults, *stock]),
    ]
    axes.legend(handles=handles, loc="upper right", ncols=2)


def _stock(
    axes: Axes, result: Result, reports: Sequence[Report], variable: str, colour: str, title: str
) -> None:
    axes.set_title(title)
    _curve(axes, result, variable, colour, True)
    axes.margins(y=0.12)
    draw_reports(axes, result, reports, variable, parts=variable != "waiting")
    count_axis(axes, "persons", 4)
    axes.set_ylim(bottom=0)


def _flows(axes: Axes, result: Result) -> None:
    times = result.data["time"].values
    edges = interval_edges(times)
    moved = result.outcomes.sum(["crossing", "kind"])
    base = np.zeros(len(times))
    for outcome in ("admitted", "exempt", "irregular"):
        values = moved.sel(outcome=outcome).values
        axes.stairs(
            base + values, edges, baseline=base, fill=True, color=OUTCOME[outcome], label=outcome
        )
        base = base + values
    for outcome in ("returned", "pushed_back"):
        values = moved.sel(outcome=outcome).values
        if values.any():
            axes.stairs(-values, edges, fill=True, color=OUTCOME[outcome], label=name_of(outcome))
    axes.axhline(0.0, color=FAINT, linewidth=0.8)
    low, high = axes.get_ylim()
    axes.set_ylim(low, max(1.0, high + 0.25 * (high - low)))  # room for the legend
    axes.set_title("Passing the border, outward above the line and back below it")
    count_axis(axes, f"persons {interval_name(times)}", 4)
    axes.legend(loc="upper right", ncols=5)


def _violence_strip(axes: Axes, result: Result) -> None:
    violence = result.violence
    regions = np.asarray(violence["region"].values)
    worst = {
        str(name) or "all": violence.values[:, regions == name].max(axis=1)
        for name in dict.fromkeys(regions.tolist())
    }
    rows = {name: row for name, row in worst.items() if row.max() > 0.0}
    shown = np.array(list(rows.values()) or [np.zeros(len(violence["time"]))])
    edges = interval_edges(violence["time"].values)
    shown = np.ma.masked_less(shown, 0.01)
    mesh = axes.pcolormesh(
        edges, np.arange(shown.shape[0] + 1) - 0.5, shown, cmap=HEAT, vmin=0.0, vmax=1.0
    )
    axes.invert_yaxis()
    axes.set_yticks(range(len(rows)), list(rows))
    axes.tick_params(axis="y", length=0)
    axes.grid(False)
    axes.set_title("Violence in the worst place of each region", y=1.0)  # beside the key
    axes.set_xlabel("local time")
    _key(axes, mesh)


def _key(axes: Axes, mesh: QuadMesh) -> None:
    """A small colour bar on the line of the title."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    key = axes.inset_axes((0.82, 1.14, 0.12, 0.14))
    figure.colorbar(mesh, cax=key, orientation="horizontal", ticks=[])
    for x, word, side in ((-0.04, "calm", "right"), (1.04, "worst", "left")):
        key.text(x, 0.5, word, transform=key.transAxes, ha=side, va="center", fontsize=8)
