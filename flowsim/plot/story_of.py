"""The story of one household: where it is over time, and what the border is like meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from flowsim.model.journeys import Moment, Story
from flowsim.plot.given import Place
from flowsim.plot.labels import HALO
from flowsim.plot.lane import draw_lane, lane_key
from flowsim.plot.page import Page
from flowsim.plot.scales import day_lines, time_axis
from flowsim.plot.style import FAINT, STATUS, WIDTH_MM, Chart, name_of, points, styled
from flowsim.plot.windows import Span, border_spans
from flowsim.scenario.scenario import Scenario

DASHES: dict[str, tuple[float, Sequence[float]]] = {
    "moving": (0, (1.2, 0.8)),
    "waiting": (0, (0.5, 0.5)),
    "detained": (0, (2.0, 0.6)),
}
"""Statuses on the way are broken lines, so that they differ in grey too."""
ROW_INCHES, LANE_INCHES = 0.26, 0.2
NAME_PART = 0.16
"""What the name of a crossing takes, as a part of the axis of time."""


@styled
def story(
    told: Story,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """One household over time: at which place, in which status, how many, over which crossing.

    Parameters
    ----------
    told : Story
        As the journeys of `flowsim.follow` tell it.
    scenario : Scenario, optional
        For the lane on top that says what the border is like.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size. Without
        a scenario also an Axes.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: a row for each place, in the order in which the household comes to
        them, and in the colour of its status the time that it spends at each; on the way, the line
        stands at the place that it set out from. Numbers beside it are its persons, where they
        change. It is one household of very many, and what happened to it is no finding.

    Examples
    --------
    >>> import flowsim as fs
    >>> world = fs.teaching_world()
    >>> chart = story(fs.follow(world).story(), world, width=89)
    >>> [label.get_text() for label in chart.axes[-1].get_yticklabels()]
    ['Town', 'Ford', 'Village', 'Camp', 'City']
    """
    places = list(dict.fromkeys(m.place for m in told.moments))
    spans = _spans(scenario)
    high = ROW_INCHES * (len(places) + 1)
    heading = f"A household of {told.home}, {told.group} (number {told.household})"
    page = Page(width, high + LANE_INCHES * bool(spans), heading, ax)
    lane: Axes | None = None
    if spans:
        lane, axes = page.grid(2, 1, sharex=True, height_ratios=[LANE_INCHES, high])
    else:
        axes = page.axes()
    ends = [*(m.when for m in told.moments[1:]), told.end]
    time_axis(axes, mdates.date2num(np.array([told.moments[0].when, told.end], "M8[us]")))
    for moment, end in zip(told.moments, ends, strict=True):
        _draw_moment(axes, moment, end, places.index(moment.place))
    _draw_moves(axes, told, places)
    axes.set_yticks(range(len(places)), places)
    axes.set_ylim(len(places) - 0.5, -0.7)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("local time")
    day_lines(axes)
    present = dict.fromkeys(m.status for m in told.moments if m.status)
    if lane is not None:
        lane_key(page, lane, spans)
    page.key_below([_line(status) for status in STATUS if status in present])
    chart: Chart = page.settled()
    if lane is not None:
        draw_lane(lane, spans)
    return chart


def _spans(scenario: Scenario | None) -> list[Span]:
    """What the border is like over time, where that is told."""
    if scenario is None:
        return []
    crossings = sorted({route.crossing for route in scenario.routes if route.crossing})
    return border_spans(scenario, crossings) if crossings else []


def _draw_moment(axes: Axes, moment: Moment, end: datetime, row: int) -> None:
    """The time spent at a place, or on the way from it."""
    if not moment.status:
        return
    line = _line(moment.status)
    line.set_data(mdates.date2num(np.array([moment.when, end], "M8[us]")), [row, row])
    axes.add_line(line)


def _draw_moves(axes: Axes, told: Story, places: list[str]) -> None:
    """Upright lines from place to place, and persons and crossings where they change."""
    before = None
    free: dict[int, float] = {}  # from when on a row has room for the name of a crossing
    for moment in told.moments:
        x, row = float(mdates.date2num(moment.when)), places.index(moment.place)
        words = []
        if before is not None and before.place != moment.place:
            axes.plot(
                [x, x], [places.index(before.place), row], color=FAINT, linewidth=0.7, zorder=1
            )
        if before is None or before.persons != moment.persons:
            words.append(f"{moment.persons}")
        if moment.crossing and x > free.get(row, -np.inf):
            words.append(moment.crossing)
            free[row] = x + NAME_PART * (axes.get_xlim()[1] - axes.get_xlim()[0])
        if words:
            axes.annotate(
                ", ".join(words), (x, row), xytext=(1.0, points(0.45)), textcoords="offset points",
                fontsize=points(0.72), in_layout=False, zorder=6, path_effects=HALO,
            )  # fmt: skip
        before = moment


def _line(status: str) -> Line2D:
    """How the time in a status looks."""
    dashes = DASHES.get(status, (0.0, ()))
    return Line2D(
        [], [], color=STATUS[status], linewidth=points(0.55), linestyle=dashes,
        solid_capstyle="butt", dash_capstyle="butt", label=name_of(status), zorder=3,
    )  # fmt: skip
