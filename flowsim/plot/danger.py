"""Violence place by place: when it begins, how bad it is, when it ends, whom it kills."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from flowsim.arrays import Floats, Ints
from flowsim.plot.driver_levels import (
    draw_levels,
    draw_tolls,
    key_of_levels,
    levels_of,
    tolls_at,
)
from flowsim.plot.fear import draw_fear, fear_of, key_of
from flowsim.plot.given import Place
from flowsim.plot.page import Page
from flowsim.plot.scales import day_lines, time_axis
from flowsim.plot.style import (
    FAINT,
    HEAT,
    HEAT_TITLE,
    WIDTH_MM,
    Chart,
    heat_patches,
    interval_edges,
    points,
    styled,
    title_of,
)
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

SEEN = 0.01
"""Intensity below which a place counts as calm."""
MOST = 40
"""Places that one figure shows."""


@styled
def violence(
    result: Result,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """Violence and other drivers at each place over time, with the dead of each place beside it.

    Parameters
    ----------
    result : Result
    scenario : Scenario, optional
        With it the figure shows fear of threats, from when on places are lost, levels of floods and
        other drivers, and events that have a toll of their own.
    ax : Axes, SubFigure or Figure, optional
        Of your own, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: a row a place, in the order in which violence begins; calm places
        are counted below. With ``ax`` the figure that it belongs to.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> import flowsim as fs
    >>> result = fs.run(fs.teaching_world(), seed=1)
    >>> mine = Figure(layout="constrained")
    >>> violence(result, ax=mine.subplots()) is mine
    True
    """
    intensity = result.violence.values
    edges = interval_edges(result.data)
    fear = fear_of(scenario, edges)
    levels = levels_of(scenario, edges)
    felt = [intensity, SEEN * tolls_at(scenario, edges, intensity.shape[1])]
    felt += [] if fear is None else [fear.level + fear.lost]
    felt += [] if levels is None else [levels.level.max(axis=0)]
    touched = _by_onset(np.maximum.reduce(felt))
    order = touched[:MOST]
    by_place = "violence by place" if levels is None else "violence and other drivers by place"
    heading = f"{title_of(result.data)}: {by_place}"
    page = Page(width, 0.24 * max(1, len(order)) + 0.2, heading, ax)
    axes = page.axes()
    _shades(axes, intensity[:, order], edges)
    if fear is not None:
        draw_fear(axes, fear, edges, order, SEEN)
    if levels is not None:
        draw_levels(axes, levels, edges, order)
    has_tolls = draw_tolls(axes, scenario, order)
    axes.invert_yaxis()
    axes.set_yticks(range(len(order)), [str(result.data["place"].values[p]) for p in order])
    axes.tick_params(axis="y", length=0)
    axes.set_ylabel("place")
    time_axis(axes, edges)
    day_lines(axes)
    calm, more = intensity.shape[1] - len(touched), len(touched) - len(order)
    told = ["places by onset", f"{calm} stay calm"] + ([f"{more} more not shown"] if more else [])
    axes.set_xlabel(f"local time ({'; '.join(told)})")
    _dead(axes, result, order)
    marks = [] if fear is None else key_of(fear, order)
    marks += key_of_levels(levels, has_tolls)
    page.key_below([*heat_patches(), *marks], title=HEAT_TITLE, alignment="left")
    return page.settled()


def _shades(axes: Axes, intensity: Floats, edges: Floats) -> None:
    """Violence over time in rows of places, of (time, rows)."""
    shown = np.ma.masked_less(intensity.T, SEEN)
    if not len(shown):
        # a mask over zeros: masked_all leaves its memory unset, and the colour map multiplies it
        shown = np.ma.array(np.zeros((1, len(intensity))), mask=True)
    lines = np.arange(shown.shape[0] + 1) - 0.5
    axes.pcolormesh(edges, lines, shown, cmap=HEAT, vmin=0.0, vmax=1.0)


def _by_onset(felt: Floats) -> Ints:
    """Places at which anything is felt, those where it begins first and is strongest in front."""
    begins = np.argmax(felt >= SEEN, axis=0)
    peak = felt.max(axis=0) if len(felt) else np.zeros(felt.shape[1])
    touched = np.flatnonzero(peak >= SEEN)
    return touched[np.lexsort((-peak[touched], begins[touched]))]


def _dead(axes: Axes, result: Result, order: np.ndarray) -> None:
    """The dead of each place, in a column on the right."""
    dead = result.deaths.sum(["time", "group"]).values
    for row, place in enumerate(order):
        axes.text(
            1.01,
            row,
            f"{int(dead[place]):,}",
            va="center",
            fontsize=points(0.89),
            transform=axes.get_yaxis_transform(),
        )
    axes.text(
        1.01,
        1.0,
        f"dead\n({int(dead.sum()):,} in all)",
        transform=axes.transAxes,
        va="bottom",
        fontsize=points(0.89),
        color=FAINT,
    )
