"""Threats in figures: where people are in fear, and which places are lost, apart from violence."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.dates as mdates
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from flowsim.arrays import Bools, Floats
from flowsim.plot.style import FAINT
from flowsim.scenario.scenario import Scenario
from flowsim.world.push_factors import PushFactors

HATCH = "////"


class Fear(NamedTuple):
    """Threats over the intervals of a figure.

    Attributes
    ----------
    level : float64 array (time, P)
        Fear at the middle of each interval, of the group that fears most.
    lost : bool array (time, P)
        Places that are lost to some group.
    """

    level: Floats
    lost: Bools


def fear_of(scenario: Scenario | None, edges: Floats) -> Fear | None:
    """Threats of a scenario over intervals given in matplotlib's days; None without any."""
    if scenario is None or not scenario.threats:
        return None
    groups = [group.name for group in scenario.groups]
    pushes = PushFactors(scenario.threats, (), (), scenario.places, groups, scenario.start)
    begin = float(mdates.date2num(scenario.start))
    middles = (np.diff(edges) / 2.0 + edges[:-1] - begin) * 86_400.0
    found = [pushes.at(round(second)) for second in middles]
    return Fear(
        np.array([push.fear.max(axis=1) for push in found]),
        np.array([push.taken for push in found]),
    )


def draw_fear(axes: Axes, fear: Fear, edges: Floats, order: np.ndarray, seen: float) -> None:
    """Hatch the times of fear in rows of places, and mark from when on a place is lost."""
    for row, place in enumerate(order):
        for first, stop in _runs(fear.level[:, place] >= seen):
            box = Rectangle((edges[first], row - 0.4), edges[stop] - edges[first], 0.8)
            box.set(fill=False, hatch=HATCH, edgecolor=FAINT, linewidth=0.0)
            axes.add_patch(box)
        if fear.lost[:, place].any():
            x = edges[int(np.argmax(fear.lost[:, place]))]
            axes.plot([x, x], [row - 0.5, row + 0.5], color="black", linewidth=2.0)


def _runs(there: Bools) -> list[tuple[int, int]]:
    """Intervals ``[first, stop)`` in which something is there.

    Examples
    --------
    >>> _runs(np.array([False, True, True, False, True]))
    [(1, 3), (4, 5)]
    """
    edges = np.flatnonzero(np.diff(there.astype(np.int8), prepend=0, append=0)).tolist()
    return list(zip(edges[::2], edges[1::2], strict=True))


def key_of(fear: Fear, order: np.ndarray) -> list[Artist]:
    """What the marks of some places stand for."""
    key: list[Artist] = []
    if fear.level[:, order].any():
        key.append(Patch(fill=False, hatch=HATCH, edgecolor=FAINT, linewidth=0.0,
                         label="fear of a threat"))  # fmt: skip
    if fear.lost[:, order].any():
        line = Line2D([], [], color="black", linestyle="none", label="lost from here on")
        line.set(marker="|", markersize=8, markeredgewidth=2.0)
        key.append(line)
    return key
