"""A household's clocks: which run, when each is due, and which is first."""

from __future__ import annotations

import math
from typing import Any

from flowsim.keyed import count, uniform
from flowsim.model.kernel.constants import (
    ARRIVE,
    AT_HOME,
    BY_GATE,
    BY_GATE_AND_HELD,
    BY_HOME,
    BY_LINK,
    BY_NOTHING,
    DAY,
    DETAINED,
    FOR_FUEL,
    KINDS,
    MOVING,
    NEVER,
    OF_HARM,
    OF_LEAVING,
    OF_SIZE,
    OF_WOUNDS,
    RELEASE,
    WAITING,
)


def cell_of(s: Any, h: Any, clock: int) -> int:
    """Cell, of the cumulative hazards, that drives a clock of a household."""
    first, form = s.first_cell[clock], s.form[clock]
    if form == BY_HOME:
        abroad = s.country[h.place] * s.run.places + h.home
        return int(first + (abroad * s.run.groups + h.group) * 2 + h.burnt)
    if form == BY_GATE_AND_HELD:
        return int(first + 2 * s.gate[h.link] + h.held)
    if form == BY_GATE:
        return int(first + s.gate[h.link])
    if form == BY_NOTHING:
        return int(first)
    if form == BY_LINK:
        return int(first + max(h.link, 0) * s.run.groups + h.group)
    return int(first + h.place * s.run.groups + h.group)


def exposed_persons(s: Any, h: Any) -> float:
    """Hazard of a household relative to one man: sum over kinds of weight x persons."""
    total = s.harm_weight[0] * h.kinds[0]
    for kind in range(1, KINDS):
        total = total + s.harm_weight[kind] * h.kinds[kind]
    return total


def dying(s: Any, h: Any, kind: int) -> float:
    """Hazard with which the wounded of a kind die of their wounds, 1/day."""
    return float(s.run.die_per_day * h.doomed[kind])


def recovering(s: Any, h: Any, kind: int) -> float:
    """Hazard with which the wounded of a kind who do not die of it recover, 1/day."""
    return float(s.run.recover_per_day * (h.wounded[kind] - h.doomed[kind]))


def wounds_per_day(s: Any, h: Any) -> float:
    """Hazard that somebody of a household dies of wounds or recovers, 1/day."""
    total = 0.0
    if h.hurt:
        for kind in range(KINDS):
            total = total + dying(s, h, kind) + recovering(s, h, kind)
    return total


def scale_of(s: Any, h: Any, clock: int) -> float:
    """What a household's own condition makes of a hazard."""
    scale = s.scale[clock]
    factor = 1.0
    if scale == OF_LEAVING:
        factor = s.run.guards_leave if h.guard else 1.0
    elif scale == OF_HARM:
        factor = exposed_persons(s, h)
        if h.status == MOVING:
            factor = factor * s.road_danger[h.link]
        if s.form[clock] == BY_LINK and h.link < 0:
            factor = 0.0
    elif scale == OF_SIZE:
        factor = float(h.size)
    elif scale == OF_WOUNDS:
        factor = wounds_per_day(s, h)
    if s.own_column[clock] >= 0:
        factor = factor * h.own[s.own_column[clock]]
    return factor


def threshold(s: Any, h: Any, clock: int, now: int) -> float:
    """Exponential threshold of a clock; inf for a household that the hazard cannot touch.

    Where the time of leaving is told, the clock is the calendar, of hazard 1/day, and the threshold
    the time that is left. Who found no way out tries again a day later; who is home again has no
    time told any more.
    """
    purpose = s.purpose[clock]
    number = count(s, h, purpose)
    if s.form[clock] == BY_NOTHING and s.scale[clock] != OF_WOUNDS:
        if h.status != AT_HOME or h.leaves == NEVER:
            return math.inf
        return (h.leaves - now if h.leaves > now else DAY) / DAY
    factor = scale_of(s, h, clock)
    if factor > 0.0:
        drawn = -math.log(uniform(s, h.key, purpose, number))
        if s.scale[clock] == OF_LEAVING:
            drawn = drawn / h.frailty
        return drawn / factor
    return math.inf


def draw(s: Any, h: Any, n: int, now: int) -> None:
    """Draw the threshold of the n-th clock of the status a household is in, and set its target."""
    clock = s.clocks_of[h.status, n]
    cell = cell_of(s, h, clock)
    elapsed = (now - s.tick.start) / DAY
    h.cell[n] = cell
    h.target[n] = s.cumulative[cell] + s.rate[cell] * elapsed + threshold(s, h, clock, now)


def due(s: Any, cell: int, target: float) -> int:
    """Second at which a target is reached, rounded up; NEVER if not in this tick."""
    ahead = target - s.cumulative[cell]
    if ahead <= 0.0:
        return int(s.tick.start)
    if s.rate[cell] <= 0.0:
        return NEVER
    # Rounded up: nobody acts before the hazard has accumulated, and seconds are whole for all.
    seconds = math.ceil(ahead / s.rate[cell] * DAY)
    return int(s.tick.start + seconds) if seconds < s.tick.stop - s.tick.start else NEVER


def wake(s: Any, h: Any) -> None:
    """Find what happens next within the tick; a tie goes to the first clock."""
    best, what = NEVER, RELEASE
    if h.status == MOVING:
        best, what = int(h.arrive), ARRIVE
    elif h.status == DETAINED:
        best = int(h.arrive)
    elif h.road == FOR_FUEL:
        best, what = int(h.arrive), ARRIVE
    readings = s.cumulative_at_stop
    for n in range(s.n_clocks[h.status]):
        cell, target = h.cell[n], h.target[n]
        # One comparison spares the division for the many who are not due in this tick.
        if target <= readings[cell]:
            when, clock = due(s, cell, target), s.clocks_of[h.status, n]
            if when < NEVER and (when < best or (when == best and clock < what)):
                best, what = when, int(clock)
    h.next_event = best
    h.what = what
    if best < s.tick.last and h.status != WAITING:
        call(s, h)
    else:
        keep_order(s, h)


def call(s: Any, h: Any) -> None:
    """Have a household act in this segment; where there are lines on roads, in order of time."""
    if not h.called:
        h.called = True
        s.todo[s.n.todo] = h.row
        h.slot = s.n.todo
        s.n.todo += 1
    keep_order(s, h)


def keep_order(s: Any, h: Any) -> None:
    """Where there are lines on roads, those who are called stand in order of time."""
    if s.run.roads and h.called:
        move_up(s, h.slot)
        move_down(s, h.slot)


def is_before(a: Any, b: Any) -> bool:
    """Whether a household acts before another; ties break by key."""
    if a.next_event != b.next_event:
        return bool(a.next_event < b.next_event)
    return bool(a.key < b.key)


def move_up(s: Any, at: int) -> None:
    """Let who is called rise to its place in the heap of those who are (Williams 1964)."""
    h = s.rows[s.todo[at]]
    while at > 0:
        above = s.rows[s.todo[(at - 1) // 2]]
        if not is_before(h, above):
            break
        s.todo[at] = above.row
        above.slot = at
        at = (at - 1) // 2
    s.todo[at] = h.row
    h.slot = at


def move_down(s: Any, at: int) -> None:
    """Let who is called sink to its place in the heap."""
    h = s.rows[s.todo[at]]
    while 2 * at + 1 < s.n.todo:
        child = 2 * at + 1
        if child + 1 < s.n.todo and is_before(s.rows[s.todo[child + 1]], s.rows[s.todo[child]]):
            child += 1
        below = s.rows[s.todo[child]]
        if not is_before(below, h):
            break
        s.todo[at] = below.row
        below.slot = at
        at = child
    s.todo[at] = h.row
    h.slot = at


def next_called(s: Any) -> Any:
    """The next of those who are called, who is so no more."""
    if not s.run.roads:
        s.n.todo -= 1
        h = s.rows[s.todo[s.n.todo]]
        h.called = False
        return h
    h = s.rows[s.todo[0]]
    h.called = False
    s.n.todo -= 1
    if s.n.todo > 0:
        s.todo[0] = s.todo[s.n.todo]
        move_down(s, 0)
    return h


def stir(s: Any, h: Any) -> None:
    """A household is about to change: it rests no longer."""
    if h.resting:
        h.resting = False
        s.loose[s.n.loose] = h.row
        s.n.loose += 1
