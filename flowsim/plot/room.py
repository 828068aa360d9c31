"""Where people find shelter, and how many each place has room for over time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from matplotlib import dates as mdates
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.settling import taken_in_at_most
from flowsim.plot.given import Place
from flowsim.plot.multiples import MOST, grid_of, name_above, own_scales
from flowsim.plot.scales import count_axis, date_labels, time_axis
from flowsim.plot.style import (
    INK,
    STATUS,
    WIDTH_MM,
    Chart,
    interval_edges,
    points,
    styled,
    title_of,
)
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.place_capacity import PlaceCapacities

AMPLE = 3.0
"""Room for more than so many times those who ever came is told in words alone."""
ROOM: dict[str, Any] = {"color": INK, "linewidth": 1.2}
CRAMMED: dict[str, Any] = {"color": INK, "linewidth": 0.8, "linestyle": (0, (3, 2))}


class Room(NamedTuple):
    """What places have room for; persons (P, T), NaN without limit.

    Attributes
    ----------
    at : float64 array (T,)
        Matplotlib's days.
    capacity, most : float64 arrays (P, T)
        Their capacity, and whom they take in at most where they may be overfull.
    """

    at: Floats
    capacity: Floats
    most: Floats


@styled
def reception(
    result: Result,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = WIDTH_MM,
) -> Chart:
    """How many are sheltered at each place over time, with its capacity as a line.

    Parameters
    ----------
    result : Result
    scenario : Scenario, optional
        For capacities that change over time, and places that may be overfull; without it the line
        is the capacity as the run began.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: a panel for each place abroad where people are sheltered, and inside
        the country where there is a capacity, by the most who were there, at most twelve.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> chart = reception(fs.run(base, seed=1), scenario=base, width=183)
    >>> [axes.get_title(loc="left") for axes in chart.axes]
    ['City', 'Camp', 'Village']
    """
    edges = interval_edges(result.data)
    room = _room(result, scenario, edges)
    inside = _is_inside(result)
    persons = _away(result, inside)
    could = np.nan_to_num(room.capacity).max(axis=1, initial=0.0) > 0.0
    order, empty = _by_most(persons, could, inside)
    shown = order[:MOST]
    page, grid = grid_of(max(1, shown.size), width, f"{title_of(result.data)}: who finds room", ax)
    time_axis(grid[0], edges)
    for axes, place in zip(grid, shown, strict=False):
        name = str(result.data["place"].values[place])
        name_above(axes, name, _in_words(persons[place], room.capacity[place]))
        colour = STATUS["displaced" if inside[place] else "sheltered"]
        _draw(axes, name, edges[1:], persons[place], room, int(place), colour)
    if not shown.size:
        grid[0].set_title("nobody finds shelter", fontsize=points())
        count_axis(grid[0], "")
    for axes in grid:
        date_labels(axes, axes.xaxis.get_tick_params()["labelbottom"])
        axes.tick_params(axis="x", which="both", pad=points(0.8))  # below the 0 beside it
    key = _key(bool(inside[shown].any()), room, shown)
    words = _not_shown(order.size - shown.size, empty)
    key += [Line2D([], [], linestyle="none", label=told) for told in words]
    page.key_below([*key, own_scales(page)])
    return page.settled()


def _is_inside(result: Result) -> Bools:
    fled = str(result.data.attrs.get("flee_from", "")).split(",")
    return np.isin(result.data["country"].values, fled)


def _away(result: Result, inside: Bools) -> Ints:
    """Persons displaced at each place inside, and sheltered at each abroad, (P, T)."""
    people = result.people.sum("group").transpose("status", "place", "time")
    away = [people.sel(status=status).values for status in ("displaced", "sheltered")]
    return np.where(inside[:, None], *away)


def _by_most(persons: Ints, could: Bools, inside: Bools) -> tuple[Ints, int]:
    """Places where people found room, those of most first, and how many have it for nobody.

    Where nobody found any, those that have room.
    """
    most = persons.max(axis=1, initial=0)
    told = np.flatnonzero(could | (~inside & (most > 0)))
    order = told[np.argsort(-most[told], kind="stable")]
    there = order[most[order] > 0]
    return (there, order.size - there.size) if there.size else (order, 0)


def _room(result: Result, scenario: Scenario | None, edges: Floats) -> Room:
    if scenario is None:
        at_first = result.data["capacity"].values.astype(np.int64)
        capacity = _with_gaps(np.repeat(at_first[:, None], 2, axis=1))
        return Room(edges[[0, -1]], capacity, capacity)
    begin = float(mdates.date2num(scenario.start))
    changes = mdates.date2num([row.start for row in scenario.capacities])
    # just before each change, too, so that what jumps is upright
    at = np.unique(np.concatenate([edges, changes, changes - 1.0 / 86_400.0]))
    at = at[(at >= edges[0]) & (at <= edges[-1])]
    told = PlaceCapacities(scenario.capacities, scenario.places, scenario.start)
    found = np.stack([told.at(round((t - begin) * 86_400.0)) for t in at], axis=1)
    index = {place.name: p for p, place in enumerate(scenario.places)}
    found = found[[index[str(name)] for name in result.data["place"].values]]
    most = np.stack(
        [taken_in_at_most(column, scenario.behaviour.reception.overfull) for column in found.T],
        axis=1,
    )
    return Room(at, _with_gaps(found), _with_gaps(most))


def _with_gaps(capacity: Ints) -> Floats:
    """Persons, NaN where there is no limit."""
    return np.where(capacity < 0, np.nan, capacity.astype(np.float64))


def _in_words(persons: Ints, capacity: Floats) -> str:
    """The most who were there, and the most that there was room for."""
    most = int(persons.max(initial=0))
    there = f"peak {most:,}" if most else "nobody"
    return there + (f", room {np.nanmax(capacity):,.0f}" if _has_limit(capacity) else ", no limit")


def _has_limit(capacity: Floats) -> bool:
    """Whether a place has a limit at some time."""
    return bool(np.isfinite(capacity).any())


def _draw(
    axes: Axes, name: str, times: Floats, persons: Ints, room: Room, place: int, colour: str
) -> None:
    axes.fill_between(times, 0.0, persons, color=colour, alpha=0.5, linewidth=0)
    axes.plot(times, persons, color=colour, linewidth=points(0.16), gid=f"persons {name}")
    seen = AMPLE * float(persons.max(initial=0))
    capacity, most = room.capacity[place], room.most[place]
    lines = [(capacity, ROOM, "capacity")]
    if not np.array_equal(most, capacity, equal_nan=True):
        lines.append((most, CRAMMED, "most"))
    for values, how, gid in lines:
        near = values if seen == 0.0 else np.where(values <= seen, values, np.nan)
        axes.plot(room.at, near, gid=f"{gid} {name}", **how)
    count_axis(axes, "", 4)


def _key(is_inside: bool, room: Room, shown: Ints) -> list[Any]:
    handles: list[Any] = [Patch(color=STATUS["sheltered"], alpha=0.5, label="sheltered abroad")]
    if is_inside:
        label = "displaced inside the country"
        handles.append(Patch(color=STATUS["displaced"], alpha=0.5, label=label))
    handles.append(Line2D([], [], label="capacity", **ROOM))
    if not np.array_equal(room.most[shown], room.capacity[shown], equal_nan=True):
        handles.append(Line2D([], [], label="taken in at most (overfull)", **CRAMMED))
    return handles


def _not_shown(fewer: int, empty: int) -> list[str]:
    """What of places is told in words alone.

    Examples
    --------
    >>> _not_shown(1, 0), _not_shown(0, 2)
    (['1 place with fewer people not shown'], ['nobody at 2 places with room'])
    """
    told = [(fewer, "{} with fewer people not shown"), (empty, "nobody at {} with room")]
    return [words.format(f"{n} place{'s' * (n > 1)}") for n, words in told if n]
