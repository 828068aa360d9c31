"""Drivers and tolls in figures: how strong floods or hunger are, and what strikes at once."""

from __future__ import annotations

from typing import NamedTuple

import matplotlib.dates as mdates
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from flowsim.arrays import Bools, Floats
from flowsim.plot.style import INK, points
from flowsim.scenario.scenario import Scenario
from flowsim.world.push_factors import Course

COLOURS = ("#00619A", "#8FD0F5", "#BC6296", "#004A35")
"""Of drivers, in the order in which they are told; further ones begin anew."""
FOOT, HIGH = 0.42, 0.84
"""Where a curve has its zero below the middle of its row, and how high its largest level is."""


class Levels(NamedTuple):
    """Levels of drivers over the intervals of a figure.

    Attributes
    ----------
    names : tuple of str
    level : float64 array (D, time, P)
        At the middle of each interval.
    """

    names: tuple[str, ...]
    level: Floats


def levels_of(scenario: Scenario | None, edges: Floats) -> Levels | None:
    """Drivers of a scenario over intervals given in matplotlib's days; None without any."""
    if scenario is None or not scenario.drivers:
        return None
    groups = [group.name for group in scenario.groups]
    begin = float(mdates.date2num(scenario.start))
    middles = (np.diff(edges) / 2.0 + edges[:-1] - begin) * 86_400.0
    courses = [
        Course(driver, scenario.levels, scenario.places, groups, scenario.start)
        for driver in scenario.drivers
    ]
    level = [[course.level(round(second)) for second in middles] for course in courses]
    return Levels(tuple(driver.name for driver in scenario.drivers), np.array(level))


def draw_levels(axes: Axes, levels: Levels, edges: Floats, order: np.ndarray) -> None:
    """Draw the level of each driver in rows of places, to the largest that it has anywhere."""
    for n, (name, level) in enumerate(zip(levels.names, levels.level, strict=True)):
        most = level.max(initial=0.0)
        for row, place in enumerate(order):
            if level[:, place].any():
                foot = row + FOOT
                axes.stairs(
                    foot - HIGH * level[:, place] / most, edges, baseline=foot,
                    color=COLOURS[n % len(COLOURS)], linewidth=points(0.16), gid=f"level {name}",
                )  # fmt: skip


def tolls_at(scenario: Scenario | None, edges: Floats, places: int) -> Bools:
    """Where and in which interval events with a toll of their own begin, bool (time, P)."""
    found = np.zeros((edges.size - 1, places), dtype=bool)
    for at, place in _tolls(scenario):
        interval = int(np.searchsorted(edges, at, side="right")) - 1
        if 0 <= interval < edges.size - 1:
            found[interval, place] = True
    return found


def draw_tolls(axes: Axes, scenario: Scenario | None, order: np.ndarray) -> bool:
    """Mark when events with a toll of their own begin; gives whether there is one in the rows."""
    rows = {int(place): row for row, place in enumerate(order)}
    told = [(at, rows[place]) for at, place in _tolls(scenario) if place in rows]
    if told:
        x, y = zip(*told, strict=True)
        axes.plot(x, y, "x", color=INK, markersize=points(0.6), gid="tolls")
    return bool(told)


def _tolls(scenario: Scenario | None) -> list[tuple[float, int]]:
    if scenario is None:
        return []
    index = {place.name: p for p, place in enumerate(scenario.places)}
    return [
        (float(mdates.date2num(event.start)), index[event.place])
        for event in scenario.violence.events
        if event.deaths + event.wounded > 0.0 and not event.to
    ]


def key_of_levels(levels: Levels | None, tolls: bool) -> list[Artist]:
    """What the curves and marks stand for."""
    key: list[Artist] = []
    for n, name in enumerate(levels.names if levels else ()):
        most = float(levels.level[n].max(initial=0.0)) if levels else 0.0
        label = f"level of {name} (a full row is {most:.3g})"
        key.append(Line2D([], [], color=COLOURS[n % len(COLOURS)], label=label))
    if tolls:
        label = "event with a toll of its own"
        key.append(Line2D([], [], linestyle="none", marker="x", color=INK, label=label))
    return key
