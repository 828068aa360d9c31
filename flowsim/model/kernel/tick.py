"""A tick: who is due acts, queues meet openings, and reception fills, until nothing is due.

A run calls `carry_out` alone.
"""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.admission import hold_again
from flowsim.model.kernel.border import attempt, let_through, release, turn_away
from flowsim.model.kernel.clocks import call, next_called, wake
from flowsim.model.kernel.constants import (
    ARRIVE,
    CRUSH,
    DISPERSE,
    DISPERSED,
    FENCE,
    GAVE_UP,
    GIVE_UP,
    HARM,
    LEAVE,
    NEVER,
    OFF_ROAD,
    ONWARD,
    RELEASE,
    RELOCATE,
    RETURN,
    TOLL,
    WAITING,
    WOUNDS,
)
from flowsim.model.kernel.families import look_for_families, reunite
from flowsim.model.kernel.harm import harm, wounds
from flowsim.model.kernel.moves import go_home, leave, may_part, onward, relocate
from flowsim.model.kernel.queue import open_lanes, serve
from flowsim.model.kernel.reception import count_taken, settle_all
from flowsim.model.kernel.residents import fill, make_all
from flowsim.model.kernel.rest import rest, rouse
from flowsim.model.kernel.road import change_rates
from flowsim.model.kernel.start import begin, count_at_home, rest_at_home, settle_everybody
from flowsim.model.kernel.traffic import drive
from flowsim.model.kernel.ways import arrive


def step(s: Any, h: Any) -> None:
    """Do what is due."""
    now, what = h.next_event, h.what
    if what == ARRIVE:
        if h.road == OFF_ROAD:
            arrive(s, h, now)
        else:
            drive(s, h, now)
        return
    if what == RELEASE:
        release(s, h, now)
        return
    act = s.act[what]
    if act == LEAVE:
        leave(s, h, now)
    elif act == ONWARD:
        onward(s, h, now)
    elif act == RETURN:
        go_home(s, h, now)
    elif act == GIVE_UP:
        turn_away(s, h, now, GAVE_UP)
    elif act == DISPERSE:
        turn_away(s, h, now, DISPERSED)
    elif act == FENCE:
        attempt(s, h, now)
    elif act in (HARM, CRUSH, TOLL):
        harm(s, h, now, act)
    elif act == WOUNDS:
        wounds(s, h, now)
    elif act == RELOCATE:
        relocate(s, h, now)


def travel_all(s: Any) -> bool:
    """Let all act who are due in the segment and do not wait at a gate.

    Returns
    -------
    bool
        Whether anybody did, or ``s.n.short`` that there is no room for a part that may split off.
    """
    did = False
    while s.n.todo > 0:
        if s.n.rows + s.n.unmade >= s.run.room:
            s.n.short = 1
            return True
        h = next_called(s)
        if h.next_event < s.tick.last and h.status != WAITING:
            if s.n.share_to > 0 and needs_a_row(s, h):
                s.put_off[s.n.put_off] = h.row
                s.n.put_off += 1
            else:
                step(s, h)
            did = True
    return did


def needs_a_row(s: Any, h: Any) -> bool:
    """Whether a household may part in what it does next: one thread alone can give rows."""
    leaves = h.what not in (ARRIVE, RELEASE) and s.act[h.what] == LEAVE
    return bool(leaves and may_part(s, h))


def look_at_queues(s: Any) -> bool:
    """Drop from the list of those who wait who has left; gives whether there is anything to do.

    By the way those are counted who stand in lines that are new. Queues are long and this is done
    again and again: once through the rows for all of it.
    """
    n, parts, some = 0, 0, False
    rows, waiting, gates, line_n, last = s.rows, s.waiting, s.gate, s.line_n, s.tick.last
    for gate in range(s.run.gates):
        line_n[gate] = 0
    for j in range(s.n.waiting):
        h = rows[waiting[j]]
        if h.status != WAITING:
            h.in_line = False
            continue
        waiting[n] = h.row
        n += 1
        h.done = NEVER
        some = some or h.next_event < last
        gate = gates[h.link]
        if s.stirred[gate]:
            some = True
            h.in_hand = 0
            line_n[gate] += 0 if h.held else 1
        parts += 1 if h.passing < h.size else 0
    s.n.waiting = n
    if some and s.n.rows + s.n.unmade + parts > s.run.room:
        s.n.short = 1
    return some


def line_up_all(s: Any) -> None:
    """Put those who wait and are not held in line, gate by gate, where a line is new."""
    first = 0
    for gate in range(s.run.gates):
        s.line_first[gate] = first
        first += s.line_n[gate]
        s.line_n[gate] = 0
    for j in range(s.n.waiting if first > 0 else 0):
        h = s.rows[s.waiting[j]]
        gate = s.gate[h.link]
        if s.stirred[gate] and not h.held:
            s.line_up[s.line_first[gate] + s.line_n[gate]] = h.row
            s.line_n[gate] += 1


def cross(s: Any) -> bool:
    """Queues meet openings; whose own clock rings before its turn acts on that instead."""
    count_taken(s)
    if not look_at_queues(s):
        return False
    if s.n.short:
        return True
    line_up_all(s)
    for gate in range(s.run.gates):
        s.stirred[gate] = False
        if s.line_n[gate]:
            serve(s, gate, s.line_first[gate], s.line_n[gate])
    did = False
    for j in range(s.n.waiting):  # who parts now is after them in the list, and has its turn later
        h = s.rows[s.waiting[j]]
        gate = s.gate[h.link]
        if h.done < s.tick.last:
            let_through(s, h, h.done)
            did = True
        elif h.next_event < s.tick.last:
            step(s, h)
            s.stirred[gate] = True
            did = True
    return did


def begin_tick(s: Any) -> None:
    """Rouse who rests, and have those who follow look where their families are."""
    look_for_families(s)
    rouse(s)


def wake_all(s: Any, first: int, stop: int) -> None:
    """Of some who do not rest, find what happens next in a new tick, and call who is due."""
    new, last, promised = s.tick.first == s.tick.start, s.tick.last, s.n.promised
    rows, loose = s.rows, s.loose
    for j in range(first, stop):
        h = rows[loose[j]]
        if new:
            if h.row >= promised:
                fill(s, h)
            wake(s, h)
        elif h.next_event < last and h.status != WAITING:
            call(s, h)


def open_gates(s: Any) -> None:
    """Begin a segment at roads and gates; where rules have changed all are held against them."""
    count_taken(s)
    if s.run.roads:
        change_rates(s)
        for j in range(s.n.loose):
            h = s.rows[s.loose[j]]
            if h.next_event < s.tick.last and h.status != WAITING:
                call(s, h)
    for gate in range(s.run.gates):
        s.opened[gate] = False
        s.stirred[gate] = True
        if s.busy[gate] > 0:
            open_lanes(s, gate)
    for j in range(s.n.waiting):
        h = s.rows[s.waiting[j]]
        if h.status == WAITING:
            h.worked += h.in_hand
            h.in_hand = 0
            if s.changed[s.gate[h.link]]:
                hold_again(s, h, s.tick.first)


def travel_share(s: Any) -> None:
    """What a thread does: wake a share of those who do not rest, and let them travel.

    It has counts and lists of its own. Who may part is put off, for the thread that has the rows.
    """
    wake_all(s, s.n.share_from, s.n.share_to)
    travel_all(s)


def run_segment(s: Any) -> bool:
    """Go on with a segment until nothing is due; False where more rows are needed first."""
    s.n.short = 0
    for j in range(s.n.put_off):
        call(s, s.rows[s.put_off[j]])
    s.n.put_off = 0
    while not s.n.short:
        if not (travel_all(s) or cross(s) or settle_all(s)):
            return True
    return False


def end_tick(s: Any) -> None:
    """Let families join again; now and then, let the quiet rest."""
    reunite(s)
    if s.tick.rests:
        rest(s)


def count_queues(s: Any) -> None:
    """Count the persons who wait at each gate and are not held."""
    for gate in range(s.run.gates):
        s.queued[gate] = 0
    for j in range(s.n.waiting):
        h = s.rows[s.waiting[j]]
        if h.status == WAITING and not h.held:
            s.queued[s.gate[h.link]] += h.passing


(SETTLE_IN, COUNT_AT_HOME, REST_AT_HOME, BEGIN, BEGIN_TICK, OPEN_GATES, WAKE_ALL, TRAVEL_SHARE,
 RUN_SEGMENT, END_TICK, COUNT_QUEUES, MAKE_ALL) = range(12)  # fmt: skip


def carry_out(s: Any, order: int) -> bool:
    """What a run asks for; False where a segment needs room for more households to go on."""
    if order == SETTLE_IN:
        settle_everybody(s)
    elif order == COUNT_AT_HOME:
        count_at_home(s)
    elif order == REST_AT_HOME:
        rest_at_home(s)
    elif order == BEGIN:
        begin(s)
    elif order == BEGIN_TICK:
        begin_tick(s)
    elif order == WAKE_ALL:
        wake_all(s, 0, s.n.loose)
    elif order == OPEN_GATES:
        open_gates(s)
    elif order == TRAVEL_SHARE:
        travel_share(s)
    elif order == RUN_SEGMENT:
        return run_segment(s)
    elif order == END_TICK:
        end_tick(s)
    elif order == COUNT_QUEUES:
        count_queues(s)
    elif order == MAKE_ALL:
        make_all(s)
    return True
