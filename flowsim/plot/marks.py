"""Reported figures on an axis: a point, its range, an arrow where the range is open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patheffects import Normal, Stroke
from matplotlib.transforms import ScaledTranslation, Transform

from flowsim.evidence.quantities import covers
from flowsim.evidence.scorecard import USES
from flowsim.evidence.statements import Statement, of_reports
from flowsim.plot.labels import Label
from flowsim.plot.style import INK, figure_of, points
from flowsim.results.result import Result
from flowsim.world.reported import Report

POINT, BAR, ARROW, APART = 0.6, 0.18, 1.9, 0.66
"""Sizes of marks: a point, the width of a bar, the length of an arrow, and how far reports of one
time stand apart; as parts of the type size."""
EDGE = 0.01
"""Part of the axis at either end, where reports of one time stand on the inner side."""
ARROW_ROOM = 1.12
"""How far an axis goes beyond the foot of an arrow, at least."""


def draw_reports(
    axes: Axes,
    result: Result,
    reports: Sequence[Report],
    variable: str,
    colour: str = INK,
    place: str | None = None,
    parts: bool = True,
    word: str = "",
    names: list[Label] | None = None,
) -> list[Statement]:
    """Draw the reports of one quantity, make room for them, and give back those drawn.

    A filled point is a figure that the scenario is fitted to, a half-filled one a figure that an
    input was set from, a hollow one is kept to check. The bar is the range; an arrow up says "more
    than", an arrow down "up to". The last report about a part of the run bears the name of it.
    Reports of the same time stand side by side, a few points off their time.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        With time as matplotlib's days on x.
    result : Result
    reports : sequence of Report
        Those of other quantities, and those only told (``use: context``), are passed over.
    variable : str
        The quantity.
    colour : str
        Of all the marks.
    place : str, optional
        Only reports about this place, which then needs no name.
    parts : bool
        Whether to draw reports about a part of the run too.
    word : str
        Said before the name of a part.
    names : list of Label, optional
        Gets the names of parts, to be put where there is room.
    """
    start, end = axes.get_xlim()
    chosen = [
        r
        for r in of_reports(reports)
        if r.quantity == variable
        and r.use != "context"
        and place in (None, r.place)
        and (parts or covers(result, r.place))
        and start <= mdates.date2num(r.when) <= end
    ]
    chosen.sort(key=lambda r: (r.when, list(USES).index(r.use), r.id))
    crowd, seen = Counter(r.when for r in chosen), Counter[object]()
    last = {r.place: r for r in chosen}  # of a series one point bears the name
    for report in chosen:
        x = float(mdates.date2num(report.when))
        others = crowd[report.when] - 1
        # Half of them on either side, but at the ends of the axis all on the inner one.
        left = 0.0 if x - start < EDGE * (end - start) else 0.5
        left = 1.0 if end - x < EDGE * (end - start) else left
        shift = (seen[report.when] - left * others) * points(APART)
        seen[report.when] += 1
        named = place is None and not covers(result, report.place) and last[report.place] is report
        _draw(axes, report, colour, shift)
        if named and names is not None:
            names.append(Label(x, report.value, f"{word}{report.place}", 3.0 + abs(shift), 2.0))
    tops = [x for r in chosen for x in (r.reported, r.high) if x is not None]
    tops += [ARROW_ROOM * r.low for r in chosen if r.low is not None and r.high is None]
    axes.update_datalim([(start, top) for top in tops])
    axes.autoscale_view(scalex=False)
    return chosen


def point_style(use: str, colour: str) -> dict[str, Any]:
    """How the point of a report is filled: whole, half or not at all, by what it was used for.

    Examples
    --------
    >>> point_style("fit", "black")["fillstyle"], point_style("specify", "black")["fillstyle"]
    ('full', 'left')
    """
    return {
        "marker": "o",
        "color": colour,
        "fillstyle": "left" if use == "specify" else "full",
        "markerfacecolor": "white" if use == "check" else colour,
        "markerfacecoloralt": "white",
    }


def _draw(axes: Axes, report: Statement, colour: str, shift: float) -> None:
    scale = figure_of(axes).dpi_scale_trans
    beside = axes.transData + ScaledTranslation(shift / 72.0, 0.0, scale)
    halo = [Stroke(linewidth=points(2 * BAR), foreground="white"), Normal()]
    x = float(mdates.date2num(report.when))
    low, high, value = report.low, report.high, report.reported
    # Whole at the edge of the panel, too: at zero, or as a run ends.
    how: dict[str, Any] = {"transform": beside, "clip_on": False}
    if low is not None and high is not None:
        bar: dict[str, Any] = {"color": colour, "zorder": 5, **how}
        axes.plot(
            [x, x],
            [low, high],
            linewidth=points(BAR),
            path_effects=halo,
            gid=f"range {report.id}",
            **bar,
        )
        axes.plot(
            [x, x], [low, high], linestyle="none", marker="_", markersize=points(POINT), **bar
        )
    point = value if value is not None else low if high is None else high
    if value is not None:
        axes.plot(
            [x],
            [value],
            markersize=points(POINT),
            linestyle="none",
            gid=f"report {report.id}",
            zorder=6,
            **point_style(report.use, colour),
            **how,
        )
    if (low is None) != (high is None) and point is not None:
        _arrow(axes, x, point, colour, beside, up=high is None)


def _arrow(axes: Axes, x: float, y: float, colour: str, beside: Transform, up: bool) -> None:
    length = points(ARROW) / 72.0 * (1.0 if up else -1.0)
    tip = beside + ScaledTranslation(0.0, length, figure_of(axes).dpi_scale_trans)
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": points(0.13), "shrinkA": 3,
             "shrinkB": 0, "mutation_scale": points()}  # fmt: skip
    axes.annotate(
        "",
        (x, y),
        xycoords=tip,
        xytext=(x, y),
        textcoords=beside,
        arrowprops=style,
        zorder=5,
        in_layout=False,
    )


def report_handles(drawn: Sequence[Statement], colour: str = INK) -> list[Line2D]:
    """Legend entries for the kinds of report that were drawn."""
    size, wide = points(POINT), points(BAR)
    handles = [
        Line2D([], [], linestyle="none", markersize=size, label=f"reported, {told}",
               **point_style(use, colour))
        for use, told in USES.items() if any(r.use == use and r.reported is not None for r in drawn)
    ]  # fmt: skip
    bar: dict[str, Any] = {"linestyle": "none", "color": colour, "markeredgewidth": wide}
    if any(r.low is not None and r.high is not None for r in drawn):
        handles.append(Line2D([], [], marker="|", markersize=1.5 * size, label="its range", **bar))
    for is_open, label, marker in (
        (any(r.low is not None and r.high is None for r in drawn), "or more", "^"),
        (any(r.low is None and r.high is not None for r in drawn), "or less", "v"),
    ):
        if is_open:
            handles.append(Line2D([], [], marker=marker, markersize=size, label=label, **bar))
    return handles
