"""A household comes into a status, parts, or loses somebody."""

from __future__ import annotations

from typing import Any

from flowsim.keyed import mix, word
from flowsim.model.kernel.births import be_born, blank
from flowsim.model.kernel.clocks import draw, stir, wake
from flowsim.model.kernel.constants import (
    CRUSH,
    DIED,
    EMPTY,
    HARM,
    KINDS,
    TOLL,
    WAITING,
    WOUNDS,
)
from flowsim.model.kernel.road import leave_the_road, make_way
from flowsim.model.kernel.standing import tally, tell


def enter(s: Any, h: Any, now: int, status: int, place: int, link: int) -> None:
    """Come into a status at a place; all its thresholds are drawn anew."""
    stir(s, h)
    left = h.link if s.run.roads and h.status == WAITING else -1
    if s.run.roads:
        leave_the_road(s, h, now)
    tally(s, h, -1)
    h.status = status
    h.place = place
    h.link = link
    tally(s, h, 1)
    if left >= 0:
        make_way(s, s.run.links + left, now)
    for n in range(s.n_clocks[status]):
        draw(s, h, n, now)
    if status == WAITING and not h.in_line:
        h.in_line = True
        s.waiting[s.n.waiting] = h.row
        s.n.waiting += 1
    wake(s, h)


def draw_again(s: Any, h: Any, act: int, now: int) -> None:
    """Draw the thresholds anew of the clocks on which a household does something."""
    stir(s, h)
    for n in range(s.n_clocks[h.status]):
        if s.act[s.clocks_of[h.status, n]] == act:
            draw(s, h, n, now)
    wake(s, h)


def harm_again(s: Any, h: Any, now: int) -> None:
    """Draw the thresholds anew of all that harms a household: it has other persons than before."""
    stir(s, h)
    for n in range(s.n_clocks[h.status]):
        if s.act[s.clocks_of[h.status, n]] in (HARM, CRUSH, TOLL, WOUNDS):
            draw(s, h, n, now)
    wake(s, h)


def split(s: Any, h: Any, number: int, part: int) -> Any:
    """Persons in ``s.parting`` part off and are a household, and an owner of draws, of their own.

    The caller lets the new household enter a status.
    """
    new = s.rows[s.n.rows]
    blank(new, s.n.rows)
    s.n.rows += 1
    new.key = mix(mix(mix(h.key, s.run.split_key), word(number)), word(part))
    new.home = h.home
    new.group = h.group
    new.place = h.place
    new.link = h.link
    new.burnt = h.burnt
    new.kin = h.kin
    new.joined = h.joined
    new.bound = h.bound
    new.luck = h.luck
    new.fled = h.fled
    new.hurt = h.hurt
    for refuge in range(2):
        new.safe[refuge] = h.safe[refuge]
    for column in range(s.run.own_columns):
        new.own[column] = h.own[column]
    be_born(s, new)
    new.parent = h.row
    new.sibling = h.part
    h.part = new.row
    new.status = EMPTY
    tally(s, h, -1)
    size = 0
    for kind in range(KINDS):
        persons, wounded = s.parting[0, kind], s.parting[1, kind]
        new.kinds[kind] = persons
        new.wounded[kind] = wounded
        h.kinds[kind] -= persons
        h.wounded[kind] -= wounded
        if wounded > 0:  # all wounded of a kind part, or none
            new.doomed[kind] = h.doomed[kind]
            h.doomed[kind] = 0
        size += persons
    new.size = size
    h.size -= size
    tally(s, h, 1)
    tally(s, new, 1)
    new.resting = True
    stir(s, new)
    return new


def is_apart(h: Any) -> bool:
    """Whether a household was left at a gate by its family."""
    return bool(h.parent >= 0 and not h.guard)


def regroup(s: Any, h: Any) -> None:
    """It has settled, or is no more: at the end of the tick families may join again."""
    if not h.regroups:
        h.regroups = True
        s.regrouped[s.n.regrouped] = h.row
        s.n.regrouped += 1


def lose(s: Any, h: Any, now: int, kind: int, gate: int) -> None:
    """One person of a household dies, at a gate (which leaves room before it) or (-1) elsewhere."""
    tally(s, h, -1)
    h.kinds[kind] -= 1
    h.wounded[kind] = min(h.wounded[kind], h.kinds[kind])
    h.doomed[kind] = min(h.doomed[kind], h.wounded[kind])
    h.size -= 1
    tally(s, h, 1)
    if is_apart(h):
        s.n.apart -= 1
    s.deaths[s.tick.at, h.place, h.group] += 1
    s.n.dead += 1
    if h.barred >= 0:
        s.barred_deaths[s.tick.at, h.barred] += 1
    if h.size == 0:
        regroup(s, h)
    if gate >= 0:
        tell(s, gate, DIED, kind, 1)
        if s.run.roads:
            make_way(s, s.run.links + h.link, now)


def line_up(h: Any, now: int) -> None:
    """Stand at the end of a line: nothing is done for them yet."""
    h.ready = now
    h.worked = 0
    h.in_hand = 0
