"""Reception: those who chose to stay find room in order of arrival, or go on."""

from __future__ import annotations

from typing import Any

from flowsim.model.kernel.constants import ABROAD, DAY, DISPLACED, INSIDE, SHELTERED
from flowsim.model.kernel.order import BY_TIME, sort
from flowsim.model.kernel.standing import class_of_hours, register
from flowsim.model.kernel.status import enter, regroup
from flowsim.model.kernel.ways import choose, leaving, look_again, take, walks_in_vain


def settle(s: Any, h: Any, now: int) -> None:
    """Find shelter where they are, or go on; who finds no room closes it for those behind.

    Who would walk on, and find none anywhere, stays outside and looks again once a day.
    """
    here = h.place
    if s.capacity[here] >= 0:
        s.room[here] -= h.size
        if s.room[here] < 0:
            if walks_in_vain(s, h):
                look_again(s, h, now, DAY)
            else:
                take(s, h, now, choose(s, h, leaving(s, here)))
            return
    s.taken[here] += h.size
    refuge = INSIDE if s.inside[here] else ABROAD
    enter(s, h, now, DISPLACED if refuge == INSIDE else SHELTERED, here, h.link)
    regroup(s, h)
    if not h.safe[refuge]:
        h.safe[refuge] = True
        s.hours_to_safety[refuge, class_of_hours(s, now - h.fled)] += h.size
    if refuge == ABROAD and not h.registered:
        h.registered = True
        register(s, h, now + s.run.registration_s)


def count_taken(s: Any) -> None:
    """Count the persons from elsewhere who are settled at each place.

    Until they are counted again, who looks for room anywhere goes by these: whoever leaves or
    settles meanwhile, all see the same.
    """
    for place in range(s.run.places):
        s.taken[place] = 0
        for group in range(s.run.groups):
            s.taken[place] += s.people[place, group, DISPLACED] + s.people[place, group, SHELTERED]


def settle_all(s: Any) -> bool:
    """Let all who are parked find room, or go on; gives whether there were any."""
    n = s.n.parked
    if n == 0:
        return False
    s.n.parked = 0
    for j in range(n):
        s.in_turn[j] = s.parked[j]
    sort(s, s.in_turn, 0, n, BY_TIME)
    count_taken(s)
    for place in range(s.run.places):
        s.room[place] = s.capacity[place] - s.taken[place]
    for j in range(n):
        h = s.rows[s.in_turn[j]]
        settle(s, h, h.done)
    return True
