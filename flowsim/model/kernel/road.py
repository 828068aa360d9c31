"""Lines on roads and at pumps: who stands in one, who is next, and when it is through.

A road that has a capacity is a spatial queue: who sets out on it drives at free flow to its end,
stands in line there, first come first served, and comes out as the capacity allows (the bottleneck
of Vickrey 1969, "Congestion theory and transport investment", Am. Econ. Rev. 59; for single
households Gawron 1998, "An iterative algorithm to determine the dynamic user equilibrium in a
traffic simulation model", Int. J. Mod. Phys. C 9). What stands and drives on it fills it; who wants
on a road that is full stays at the end of the one before and holds back all behind: the link
transmission model (Yperman 2007) of which the wave of gaps runs back at once.

The capacity of a second is counted in billionths of a person, as at gates: each in line takes what
those before it leave (Lindley 1952). As one is served at a time, it is enough to know how much of
which second the one before has used.

In a sample a household stands for ``s.run.one_in`` households, which would come out one after
another. As at gates it is through in the middle of its work, and the line is busy with the rest.

Line ``n`` below the number of links is the end of that link, and the others are pumps, by place.
Behind them come those who are held back, by the entrance that they want: of a road, or of the space
before a gate.
"""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.clocks import wake
from flowsim.model.kernel.constants import (
    AT_MOUTH,
    FOR_FUEL,
    FUELLED,
    HELD_BACK,
    IN_LINE,
    KINDS,
    NEVER,
    OFF_ROAD,
    ON_ROAD,
    PERSON,
    UNLIMITED,
)


def pump(s: Any, place: int) -> int:
    """Line of those who want fuel at a place."""
    return int(s.run.links + place)


def entrance(s: Any, want: int) -> int:
    """Line of those who are held back: of a road, or, by so many links more, of its gate."""
    return int(s.run.links + s.run.places + want)


def stand_in(s: Any, h: Any, line: int) -> None:
    """Stand at the end of a line."""
    last = s.line_last[line]
    h.line = line
    h.ahead = last
    h.behind = -1
    if last >= 0:
        s.rows[last].behind = h.row
    else:
        s.line_head[line] = h.row
    s.line_last[line] = h.row


def step_out(s: Any, h: Any) -> None:
    """Stand in a line no more."""
    if h.ahead >= 0:
        s.rows[h.ahead].behind = h.behind
    else:
        s.line_head[h.line] = h.behind
    if h.behind >= 0:
        s.rows[h.behind].ahead = h.ahead
    else:
        s.line_last[h.line] = h.ahead
    h.line = -1


def through_at(s: Any, h: Any, line: int) -> int:
    """Second at which the first in line is through; notes what it uses of its last one."""
    rate, start = s.line_rate[line], max(int(h.ready), int(s.spent_at[line]))
    s.to_spend[line] = 0
    if rate == UNLIMITED:
        return start
    used = int(s.spent[line]) if start == s.spent_at[line] else 0
    left, room = int(work_until_through(s, h) - h.worked), max(int(rate - used), 0)
    if left <= room:
        s.to_spend[line] = used + left
        return start + 1
    if rate == 0:
        return NEVER
    left -= room
    more = (left + rate - 1) // rate
    s.to_spend[line] = left - (more - 1) * rate
    return int(min(start + 1 + more, NEVER - 1))


def work_until_through(s: Any, h: Any) -> int:
    """Work that lets a household through: all, or in a sample half of it and half a person's."""
    return int(h.load * PERSON * (s.run.one_in + 1) // (2 * s.run.one_in))


def work_off(s: Any, line: int, rate: int, now: int) -> None:
    """Do what is left to do for those who are through, as far as a line could since then."""
    left, gap = int(s.line_busy[line]), now - int(s.spent_at[line])
    if left == 0 or rate == 0 or gap <= 0:
        return
    if rate == UNLIMITED or gap > left // rate + 2:  # the product below is of small numbers
        s.line_busy[line] = 0
    else:
        s.line_busy[line] = max(left - int(rate * gap - s.spent[line]), 0)
    s.spent_at[line] = now
    s.spent[line] = 0


def is_blocked(s: Any, line: int) -> bool:
    """Whether somebody stands in the way who is through and cannot go on."""
    return bool(line < s.run.links and s.mouth[line] >= 0)


def serve_first(s: Any, line: int) -> None:
    """Tell the first in line when it is through, unless somebody stands in its way."""
    if s.line_head[line] >= 0 and not is_blocked(s, line):
        h = s.rows[s.line_head[line]]
        if s.line_busy[line] > 0:
            work_off(s, line, s.line_rate[line], int(h.ready))
            h.worked -= s.line_busy[line]
            s.line_busy[line] = 0
        h.arrive = through_at(s, h, line)
        wake(s, h)


def is_through(s: Any, h: Any, line: int, now: int) -> None:
    """The first in line steps out of it, and has used what it did of the second before."""
    step_out(s, h)
    s.spent_at[line] = now if s.line_rate[line] == UNLIMITED else now - 1
    s.spent[line] = s.to_spend[line]
    if s.line_rate[line] != UNLIMITED:
        s.line_busy[line] = int(h.load * PERSON) - work_until_through(s, h)


def free_again(s: Any, line: int, now: int) -> None:
    """Nothing of what a line allows before now is left, as it was in somebody's way or hands."""
    if s.spent_at[line] < now:
        s.spent_at[line] = now
        s.spent[line] = 0


def change_rates(s: Any) -> None:
    """As a segment begins, lines allow what holds from now on; what was done for the first stays.

    Who is through in this very second is so by what held before, and leaves nothing of it over.
    """
    now = int(s.tick.first)
    for line in range(s.run.links + s.run.places):
        rate, before = s.line_work[line], s.line_rate[line]
        if rate == before:
            continue
        s.line_rate[line] = rate
        if is_blocked(s, line):
            continue
        if s.line_head[line] < 0:
            work_off(s, line, before, now)
            continue
        h = s.rows[s.line_head[line]]
        if h.arrive <= now:
            s.to_spend[line] = rate
            continue
        start = max(int(h.ready), int(s.spent_at[line]))
        if start < now:
            h.worked += before * (now - start) - (s.spent[line] if start == s.spent_at[line] else 0)
            free_again(s, line, now)
        serve_first(s, line)


def is_full(s: Any, h: Any, want: int) -> bool:
    """Whether there is no room for a household on a road, or before its gate.

    Whatever is empty has room for anybody. Who is held back already goes first.
    """
    first = s.line_head[entrance(s, want)]
    if first >= 0 and first != h.row:
        return True
    room = s.entry_room[want]
    if room < 0:
        return False
    there = 0
    if want < s.run.links:
        there = int(s.on_road[want])
    else:
        for kind in range(KINDS):
            there += s.line[s.gate[want - s.run.links], kind]
    return bool(there > 0 and there + h.size > room)


def make_way(s: Any, want: int, now: int) -> None:
    """There may be room on a road or before a gate again: who is held back first looks."""
    row = s.line_head[entrance(s, want)]
    if row >= 0:
        h = s.rows[row]
        h.arrive = max(now, int(h.ready))
        wake(s, h)


def stand_on(s: Any, h: Any, now: int, link: int) -> None:
    """Be on a road from now on."""
    h.road = ON_ROAD
    h.load = h.size
    h.since = now
    s.on_road[link] += h.load


def come_to_the_end(s: Any, h: Any, now: int) -> None:
    """Stand in line at the end of a road."""
    h.road = IN_LINE
    h.ready = now
    h.worked = 0
    h.arrive = NEVER
    s.in_jam[h.link] += h.load
    stand_in(s, h, h.link)
    wake(s, h)
    serve_first(s, h.link)


def come_out(s: Any, h: Any, now: int) -> None:
    """Be through at the end of a road; those behind wait until it is out of their way."""
    is_through(s, h, h.link, now)
    s.mouth[h.link] = h.row
    h.road = AT_MOUTH


def leave_the_line(s: Any, h: Any, now: int) -> None:
    """Step out of a line, if in one; who was served loses what was done for it."""
    if h.line >= 0:
        line, first = h.line, h.ahead < 0
        step_out(s, h)
        if line >= entrance(s, 0):
            if first:
                make_way(s, h.want, now)
        elif first:
            if h.ready < now:
                free_again(s, line, now)
            serve_first(s, line)


def leave_the_road(s: Any, h: Any, now: int) -> None:
    """Be on a road, in line or held back no more, for whatever reason."""
    road, link = h.road, h.link
    if road == OFF_ROAD:
        return
    h.road = OFF_ROAD
    if road == FOR_FUEL:
        s.in_jam[pump(s, h.place)] -= h.load
    leave_the_line(s, h, now)
    if road in (FOR_FUEL, FUELLED):
        return
    at_mouth = s.mouth[link] == h.row
    if road == HELD_BACK and not at_mouth:
        s.in_jam[h.want % s.run.links] -= h.load
        return
    s.on_road[link] -= h.load
    if road != ON_ROAD:
        s.in_jam[link] -= h.load
    if at_mouth:
        s.mouth[link] = -1
        if s.spent_at[link] < now - 1:
            free_again(s, link, now)
        s.road_s[s.tick.at, link] += (now - h.since) * h.size
        s.road_passed[s.tick.at, link] += h.size
        serve_first(s, link)
    make_way(s, link, now)
