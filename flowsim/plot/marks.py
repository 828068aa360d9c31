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
from flowsim.evidence.table import USES
from flowsim.plot.style import INK
from flowsim.results import Result
from flowsim.world.sections import Report

HALO = [Stroke(linewidth=3.2, foreground="white"), Normal()]
ARROW_POINTS, APART_POINTS = 17.0, 6.0


def draw_reports(
    axes: Axes,
    result: Result,
    reports: Sequence[Report],
    variable: str,
    colour: str = INK,
    place: str | None = None,
    parts: bool = True,
    word: str = "",
) -> list[Report]:
    """Draw the reports of one quantity, make room for them, and give back those drawn.

    A filled point is a figure that the scenario is fitted to, a half-filled one a figure that an
    input was set from, a hollow one is compared only. The bar is the range; an arrow up says "more
    than", an arrow down "up to". A report about a part of the run bears the name of that part.
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
    """
    start, end = axes.get_xlim()
    chosen = [
        r
        for r in reports
        if r.variable == variable
        and r.use != "context"
        and place in (None, r.place)
        and (parts or covers(result, r.place))
        and start <= mdates.date2num(r.when) <= end
    ]
    chosen.sort(key=lambda r: (r.when, list(USES).index(r.use), r.id))
    crowd, seen = Counter(r.when for r in chosen), Counter[object]()
    for report in chosen:
        shift = (seen[report.when] - (crowd[report.when] - 1) / 2.0) * APART_POINTS
        seen[report.when] += 1
        named = place is None and not covers(result, report.place)
        label = f"{word}{report.place}" if named else ""
        _draw(axes, report, colour, shift, label)
    tops = [x for r in chosen for x in (r.value, r.high) if x is not None]
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
        "markerfacecolor": "white" if use == "compare" else colour,
        "markerfacecoloralt": "white",
    }


def _draw(axes: Axes, report: Report, colour: str, shift: float, label: str) -> None:
    figure = axes.get_figure(root=True)
    assert figure is not None
    beside = axes.transData + ScaledTranslation(shift / 72.0, 0.0, figure.dpi_scale_trans)
    x = float(mdates.date2num(report.when))
    low, high, value = report.low, report.high, report.value
    if low is not None and high is not None:
        bar: dict[str, Any] = {"color": colour, "transform": beside, "zorder": 5}
        axes.plot(
            [x, x], [low, high], linewidth=1.6, path_effects=HALO, gid=f"range {report.id}", **bar
        )
        axes.plot([x, x], [low, high], linestyle="none", marker="_", markersize=6, **bar)
    point = value if value is not None else low if high is None else high
    if value is not None:
        axes.plot(
            [x],
            [value],
            markersize=5.5,
            transform=beside,
            linestyle="none",
            gid=f"report {report.id}",
            zorder=6,
            **point_style(report.use, colour),
        )
    if (low is None) != (high is None) and point is not None:
        _arrow(axes, x, point, colour, beside, up=high is None)
    if label:
        middle = point if value is not None or low is None or high is None else (low + high) / 2
        axes.annotate(
            label,
            (x, middle or 0.0),
            xycoords=beside,
            xytext=(6, 0),
            fontsize=7,
            textcoords="offset points",
            va="center",
            in_layout=False,
            zorder=6,
        )


def _arrow(axes: Axes, x: float, y: float, colour: str, beside: Transform, up: bool) -> None:
    figure = axes.get_figure(root=True)
    assert figure is not None
    length = ARROW_POINTS / 72.0 * (1.0 if up else -1.0)
    tip = beside + ScaledTranslation(0.0, length, figure.dpi_scale_trans)
    style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.2, "shrinkA": 3, "shrinkB": 0}
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


def report_handles(drawn: Sequence[Report], colour: str = INK) -> list[Line2D]:
    """Legend entries for the kinds of report that were drawn."""
    handles = []
    for use, told in USES.items():
        if any(r.use == use and r.value is not None for r in drawn):
            handles.append(
                Line2D(
                    [],
                    [],
                    markersize=5.5,
                    linewidth=1.6,
                    label=f"reported, {told}",
                    **point_style(use, colour),
                )
            )
    if drawn:
        handles.append(
            Line2D([], [], linestyle="none", label="bar: range; arrow: more than, up to")
        )
    return handles
