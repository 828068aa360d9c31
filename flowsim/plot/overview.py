"""The whole crisis on one page: who is where, who crosses, what is reported, where it burns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, StepPatch

from flowsim.arrays import Floats
from flowsim.plot.ensemble import RUN, Ensemble, draw_bands
from flowsim.plot.given import Place
from flowsim.plot.labels import Label
from flowsim.plot.lane import draw_lane, lane_key
from flowsim.plot.marks import draw_reports, report_handles
from flowsim.plot.page import Page
from flowsim.plot.scales import count_axis, date_labels, time_axis
from flowsim.plot.style import (
    FAINT,
    HEAT,
    HEAT_TITLE,
    INK,
    OUTCOME,
    SHUT,
    STATUS,
    WIDTH_MM,
    Chart,
    heat_patches,
    interval_edges,
    interval_name,
    name_of,
    points,
    styled,
    title_of,
)
from flowsim.plot.windows import Span, border_spans
from flowsim.results.result import ENTERED, Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.runs import Runs
from flowsim.world.reported import Report

ABROAD = "#7FA8C9"
"""Of those sheltered abroad, paler than of those who crossed."""
NAMES = {
    "people": "where people are", "outcomes": "who crosses", "waiting": "who waits",
    "registered": "who is registered", "violence": "violence",
}  # fmt: skip
"""What the variables of a timeline are called where they are lacking."""


@styled
def timeline(
    result: Result | Runs | Sequence[Result],
    reports: Sequence[Report] | None = None,
    scenario: Scenario | None = None,
    *,
    of: str = "",
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """Stocks and flows over time, with the reported figures on them.

    Of several runs the median is drawn, and bands that hold half and 90 % of them. The key says
    whether they are chance alone, as they are unless a study drew samples of its inputs.

    Parameters
    ----------
    result : Result, sequence of Result, or Runs
        One run; runs of one scenario; or those of a study, as `flowsim.open_study` gives them.
        What a study did not keep is left out, and named below.
    reports : sequence of Report, optional
        Drawn as points with their range; those of the scenario unless given.
    scenario : Scenario, optional
        For the lane on top that says when the border is shut, and for its reports.
    of : str
        Which scenario of a study that has several.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure with five panels over one time axis: persons across, displaced inside,
        waiting, passing in each interval, and the violence by region, if there is any. Where roads
        have a capacity or fuel is short, one more has the lines there.

    Raises
    ------
    ValueError
        The runs do not belong together, or a study has several scenarios and ``of`` names none.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> chart = timeline([fs.run(base, seed=s) for s in (1, 2)], scenario=base, width=89)
    >>> round(25.4 * chart.get_figwidth())
    89
    >>> chart.write("out/timeline.pdf")  # doctest: +SKIP
    """
    shown = Ensemble.of(result, of)
    if reports is None:
        reports = scenario.reports if scenario is not None else ()
    crossings = [str(c) for c in shown.first.data["crossing"].values]
    spans = border_spans(scenario, crossings) if scenario is not None and crossings else []
    chosen = [(draw, high) for draw, high, needs in PANELS if any(shown.find(v) for v in needs)]
    worst = _worst(shown)
    if not worst and len(chosen) > 1:
        chosen = [panel for panel in chosen if panel[0] is not _violence_strip]
    strip = ROW * (2 + len(worst))
    heights = [0.2] * bool(spans) + [high or strip for _, high in chosen]
    title = title_of(shown.first.data)
    if isinstance(result, Runs) and scenario is not None:
        title = ", ".join(filter(None, (scenario.title or scenario.name, of)))
    heading = f"{title}: flight, border and violence" if worst else f"{title}: flight and border"
    page = Page(width, sum(heights), heading, ax)
    panels = list(
        page.grid(len(heights), 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    )
    edges = interval_edges(shown.first.data)
    time_axis(panels[-1], edges)
    lane = panels.pop(0) if spans else None
    for axes, (draw, _) in zip(panels, chosen, strict=True):
        if draw is not _violence_strip:
            _shade(axes, spans)
        draw(page, axes, shown, reports)
        date_labels(axes, axes is panels[-1])
    panels[-1].set_xlabel("local time")
    page.align_ylabels(panels)
    page.key_below(_key_below(shown))
    if lane is not None:
        lane_key(page, lane, spans)
    chart: Chart = page.settled()
    if lane is not None:
        draw_lane(lane, spans)
    return chart


def _key_below(shown: Ensemble) -> list[Any]:
    """What the bands mean, and what there is nothing of."""
    lost = [name for name in NAMES if not shown.find(name)]
    words = f"not kept by the study: {', '.join(NAMES[name] for name in lost)}"
    return shown.key() + ([Line2D([], [], linestyle="none", label=words)] if lost else [])


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


def _curve(axes: Axes, shown: Ensemble, variable: str, colour: str, **line: Any) -> bool:
    """Draw a quantity; gives whether there is any."""
    series = shown.series(variable)
    if series is None:
        return False
    x = mdates.date2num(series["time"].values.astype("datetime64[us]"))
    median = draw_bands(axes, x, series.values, colour, variable)
    axes.plot(x, median, **{"color": colour, "linewidth": points(LINE), "gid": variable, **line})
    return True


def _across(page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report]) -> None:
    axes.set_title("Across the border")
    blue, names, first = STATUS["sheltered"], list[Label](), shown.first
    handles: list[Any] = []
    curves: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("crossed", "crossed so far", {"color": blue}),
        ("stock_abroad", "sheltered abroad", {"color": ABROAD, "linestyle": (0, (1, 1))}),
        ("registered_adults", "adults registered so far", {"color": INK, "linestyle": (0, (4, 2))}),
    )
    for variable, label, line in curves:
        if _curve(axes, shown, variable, line["color"], linestyle=line.get("linestyle", "-")):
            handles.append(Line2D([], [], linewidth=points(LINE), label=label, **line))
    drawn = draw_reports(axes, first, reports, "crossed", blue, names=names)
    drawn += draw_reports(axes, first, reports, "registered_adults", INK, names=names)
    drawn += draw_reports(
        axes, first, reports, "stock_abroad", ABROAD, word="sheltered, ", names=names
    )
    count_axis(axes, "persons")
    page.key(axes, [*handles, *report_handles(drawn)])
    page.labels(axes, names)


def _stock(
    page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report], variable: str, title: str
) -> None:
    names: list[Label] = []
    colour = STATUS["waiting" if variable == "waiting" else "displaced"]
    axes.set_title(title)
    _curve(axes, shown, variable, colour)
    parts = variable != "waiting"
    drawn = draw_reports(axes, shown.first, reports, variable, parts=parts, names=names)
    count_axis(axes, "persons", 4)
    told = page.explained()
    page.key(axes, [h for h in report_handles(drawn) if h.get_label() not in told])
    page.labels(axes, names)


def _inside(page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report]) -> None:
    _stock(page, axes, shown, reports, "displaced_inside", "Out of their homes inside the country")


def _waiting(page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report]) -> None:
    _stock(page, axes, shown, reports, "waiting", "Waiting at the border")


def _on_roads(page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report]) -> None:
    axes.set_title("In line on roads and for fuel")
    handles: list[Any] = []
    for variable, over, label, dashes in (
        ("road_queue", "route", "on roads", "-"), ("fuel_queue", "place", "for fuel", (0, (1, 1)))
    ):  # fmt: skip
        found = shown.find(variable)
        if found is None:
            continue
        persons = found.data[variable].sum(over).transpose(RUN, "time")
        x = mdates.date2num(persons["time"].values.astype("datetime64[us]"))
        colour = STATUS["moving"]
        median = draw_bands(axes, x, persons.values, colour, variable)
        line: dict[str, Any] = {"color": colour, "linewidth": points(LINE), "linestyle": dashes}
        axes.plot(x, median, gid=variable, **line)
        handles.append(Line2D([], [], label=label, **line))
    count_axis(axes, "persons", 4)
    page.key(axes, handles)


def _flows(page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report]) -> None:
    result = shown.find("outcomes")
    assert result is not None
    edges = interval_edges(result.data)
    each = interval_name(edges)
    # A rate where intervals differ in length, so that a longer one does not look busier.
    scale = np.ones(len(edges) - 1) if each else 1.0 / (24.0 * np.diff(edges))
    moved = result.outcomes.sum(["crossing", "kind"]).transpose(RUN, "time", "outcome")
    flows = {o: scale * moved.sel(outcome=o).values for o in (*ENTERED, *BACK)}
    title = "Passing the border, outward above the line and back below it"
    axes.set_title(title)
    draw = _stacked_flows if shown.size == 1 else _flow_bands
    page.key(axes, draw(axes, edges, flows))
    axes.axhline(0.0, color=FAINT, linewidth=0.8)
    count_axis(axes, f"persons {each or 'an hour'}", 4)


def _stacked_flows(axes: Axes, edges: Floats, flows: dict[str, Floats]) -> list[Any]:
    """One run: what came out of it, on top of each other."""
    outward, returning, handles = np.zeros(len(edges) - 1), np.zeros(len(edges) - 1), []
    for outcome, (values,) in flows.items():
        colour, back = OUTCOME[outcome], outcome in BACK
        if back and not values.any():
            continue
        foot = returning if back else outward
        top = foot - values if back else foot + values
        # Not by axes.stairs, which looks at each edge of each step for the limits.
        how: Any = {"baseline": foot, "fill": True, "linewidth": 0, "color": colour}
        step = StepPatch(top, edges, **how)
        step.set_gid(outcome)
        axes.add_artist(step)
        axes.update_datalim([(x, y) for x in edges[[0, -1]] for y in (top.min(), top.max())])
        handles.append(Patch(color=colour, label=name_of(outcome)))
        outward, returning = (outward, top) if back else (top, returning)
    return handles


def _flow_bands(axes: Axes, edges: Floats, flows: dict[str, Floats]) -> list[Any]:
    """Several runs: all who come, and all who go back."""
    handles = []
    for outcomes, sign, words in ((ENTERED, 1.0, "outward"), (BACK, -1.0, "back")):
        values = sign * np.sum([flows[o] for o in outcomes], axis=0)
        if sign < 0.0 and not values.any():
            continue
        x = np.repeat(edges, 2)[1:-1]
        colour = OUTCOME[outcomes[0]]
        median = draw_bands(axes, x, np.repeat(values, 2, axis=1), colour, words)
        axes.plot(x, median, color=colour, linewidth=points(0.13), gid=words)
        told = ", ".join(name_of(o) for o in outcomes)
        handles.append(Line2D([], [], color=colour, label=f"{words}: {told}"))
    return handles


def _worst(shown: Ensemble) -> dict[str, Floats]:
    """Violence in the worst place of each region that has any, the median over runs."""
    result = shown.find("violence")
    if result is None:
        return {}
    violence = result.violence.transpose(RUN, "time", "place")
    median = np.median(violence.values, axis=0)
    regions = np.asarray(violence["region"].values)
    worst = {
        str(name) or "all": median[:, regions == name].max(axis=1)
        for name in dict.fromkeys(regions.tolist())
    }
    return {name: row for name, row in worst.items() if row.max() > 0.0}


def _violence_strip(page: Page, axes: Axes, shown: Ensemble, reports: Sequence[Report]) -> None:
    rows = _worst(shown)
    edges = interval_edges(shown.find("violence").data)  # type: ignore[union-attr]
    intensity = np.array(list(rows.values()) or [np.zeros(len(edges) - 1)])
    shades = np.ma.masked_less(intensity, 0.01)
    lines = np.arange(shades.shape[0] + 1) - 0.5
    axes.pcolormesh(edges, lines, shades, cmap=HEAT, vmin=0.0, vmax=1.0)
    axes.invert_yaxis()
    axes.set_yticks(range(len(rows)), list(rows))
    axes.tick_params(axis="y", length=0)
    axes.grid(False)
    axes.set_title("Violence in the worst place of each region")
    page.key(axes, heat_patches(), title=HEAT_TITLE)


ROW = 0.15
"""Height of a row of the violence, inches."""
LINE = 0.2
"""Width of a curve, as a part of the type size."""
BACK = ("returned", "pushed_back")
PANELS: tuple[tuple[Callable[..., None], float, tuple[str, ...]], ...] = (
    (_across, 2.3, ("outcomes", "people", "registered")),
    (_inside, 1.6, ("people",)),
    (_waiting, 1.3, ("waiting",)),
    (_on_roads, 1.3, ("road_queue", "fuel_queue")),
    (_flows, 1.4, ("outcomes",)),
    (_violence_strip, 0.0, ("violence",)),
)
"""The panels: what draws each, its height in inches (0: by its rows), and variables of which one
must be there."""
