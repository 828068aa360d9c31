"""A household before a gate: who of it is let pass, and where it stands in the queue."""

from __future__ import annotations

import math
from typing import Any

from flowsim.keyed import count, uniform
from flowsim.model.kernel.constants import (
    FENCE,
    FOR_GATE,
    FOR_SPLIT,
    GIVE_UP,
    HELD_LAST,
    KINDS,
    REACHED,
    REFUSED,
    WAITING,
)
from flowsim.model.kernel.standing import tell_all
from flowsim.model.kernel.status import draw_again, enter, line_up


def let_pass(s: Any, h: Any, gate: int) -> int:
    """Persons whom a gate lets pass, in ``s.passing``: all, and the wounded among them.

    One draw a visit decides for the household whether a permeability lets it pass; one more whether
    it parts where only some may go. Children do not go through alone.

    Returns
    -------
    int
        How many; 0 where the household is held.
    """
    household_type = 2 * h.group + h.kin
    some, adults = 0, 0
    for kind in range(KINDS):
        hurt = h.wounded[kind] if h.luck < s.passes[gate, household_type, kind, 1] else 0
        well = h.kinds[kind] - h.wounded[kind]
        sound = well if h.luck < s.passes[gate, household_type, kind, 0] else 0
        s.passing[0, kind] = hurt + sound
        s.passing[1, kind] = hurt
        some += hurt + sound
        adults += hurt + sound if kind > 0 else 0
    if some == 0 or some == h.size:
        return int(some)
    visit = h.count[s.slot[FOR_GATE]] - 1
    if adults > 0 and uniform(s, h.key, FOR_SPLIT, visit) < s.run.part:
        return int(some)
    for kind in range(KINDS):
        s.passing[0, kind] = 0
        s.passing[1, kind] = 0
    return 0


def exempted(s: Any, h: Any, gate: int, kind: int) -> int:
    """Persons of a kind, of those in ``s.passing``, who pass by an exemption."""
    household_type = 2 * h.group + h.kin
    hurt = s.passing[1, kind]
    free = hurt if s.exempt[gate, household_type, kind, 1] else 0
    return int(free + (s.passing[0, kind] - hurt if s.exempt[gate, household_type, kind, 0] else 0))


def assess(s: Any, h: Any, gate: int) -> None:
    """Be held against the rules of a gate: the strictest of what binds one of those who pass."""
    passing = let_pass(s, h, gate)
    household_type = 2 * h.group + h.kin
    rank, quota, spread, counted = HELD_LAST, math.inf, 0, 0
    for kind in range(KINDS):
        for hurt in range(2):
            there = s.passing[1, kind] if hurt else s.passing[0, kind] - s.passing[1, kind]
            if there > 0:
                rank = min(rank, s.rank[gate, household_type, kind, hurt])
                quota = min(quota, s.quota_per_hour[gate, household_type, kind, hurt])
                spread |= s.spread[gate, household_type, kind, hurt]
                counted |= s.counted[gate, household_type, kind, hurt]
    h.rank = rank
    h.quota = quota
    h.spread = spread
    h.counted = counted
    h.passing = passing
    h.held = passing == 0
    if h.held and not h.refused:
        h.refused = True
        tell_all(s, h, gate, REFUSED)
        if s.gate_out[gate]:
            h.barred = s.gate_crossing[gate]


def hold_again(s: Any, h: Any, now: int) -> None:
    """Hold a household against its gate anew: the rules or its persons have changed."""
    held = h.held
    assess(s, h, s.gate[h.link])
    if held != h.held:
        draw_again(s, h, GIVE_UP, now)
        draw_again(s, h, FENCE, now)


def join(s: Any, h: Any, now: int, link: int) -> None:
    """Join the queue before the gate on a link."""
    gate = s.gate[link]
    h.joined = now
    h.refused = False
    line_up(h, now)
    h.luck = uniform(s, h.key, FOR_GATE, count(s, h, FOR_GATE))
    tell_all(s, h, gate, REACHED)
    assess(s, h, gate)
    enter(s, h, now, WAITING, s.tail[link], link)
    s.stirred[gate] = True
