"""Harm: one of a household is killed or wounded, dies of wounds or recovers."""

from __future__ import annotations

from typing import Any

from flowsim.keyed import count, uniform_of
from flowsim.model.kernel.admission import assess, hold_again
from flowsim.model.kernel.clocks import dying, exposed_persons, recovering, stir, wounds_per_day
from flowsim.model.kernel.constants import (
    CRUSH,
    EMPTY,
    FOR_HARM,
    FOR_VICTIM,
    FOR_WOUNDED,
    KINDS,
    MOVING,
    TOLL,
    WAITING,
)
from flowsim.model.kernel.standing import tally
from flowsim.model.kernel.status import enter, harm_again, line_up, lose


def struck(s: Any, h: Any, purpose: int, number: int, total: float, alike: bool) -> int:
    """Kind of the person who is struck, by the weights of kinds or with all alike.

    Parameters
    ----------
    total : float
        Sum of the weights of all persons of the household.
    """
    u = uniform_of(s, h.key, purpose, number, 0) * total
    reached, last = 0.0, -1
    for kind in range(KINDS):
        weight = 1.0 if alike else s.harm_weight[kind]
        reached = reached + weight * h.kinds[kind]
        if h.kinds[kind] > 0:
            if u < reached:
                return kind
            last = kind
    return last  # u at the very end of the sum


def death_chance(s: Any, h: Any, act: int) -> float:
    """Chance that who is struck dies."""
    if act == CRUSH:
        return 1.0
    if act != TOLL:
        return float(s.run.death_chance)
    if h.status == MOVING:
        return float(s.toll_on_road[h.link, h.group])
    return float(s.toll_at_place[h.place, h.group])


def harm(s: Any, h: Any, now: int, act: int) -> None:
    """One of them is killed or, unless it is by the crush, wounded."""
    stir(s, h)
    waiting, crush = h.status == WAITING, act == CRUSH
    gate = s.gate[h.link] if waiting else -1
    purpose = FOR_VICTIM if crush else FOR_HARM
    number = count(s, h, purpose)
    total = float(h.size) if crush else exposed_persons(s, h)
    kind = struck(s, h, purpose, number, total, crush)
    if uniform_of(s, h.key, purpose, number, 1) < death_chance(s, h, act):
        lose(s, h, now, kind, gate)
    elif h.wounded[kind] < h.kinds[kind]:
        wound(s, h, kind, uniform_of(s, h.key, purpose, number, 2) < s.run.die_of_wounds)
    if waiting:
        line_up(h, now)
    if h.size == 0:
        enter(s, h, now, EMPTY, h.place, h.link)
        return
    if waiting:
        assess(s, h, gate)
    harm_again(s, h, now)


def wound(s: Any, h: Any, kind: int, doomed: bool) -> None:
    """One more of a household is wounded, and may be bound to die of it."""
    h.hurt = True
    h.wounded[kind] += 1
    s.hurt[h.place] += 1
    h.doomed[kind] += 1 if doomed else 0
    s.wounded[s.tick.at, h.place, h.group] += 1


def wounds(s: Any, h: Any, now: int) -> None:
    """One of the wounded dies of it or recovers; who waits keeps the place in line."""
    stir(s, h)
    u = uniform_of(s, h.key, FOR_WOUNDED, count(s, h, FOR_WOUNDED), 0) * wounds_per_day(s, h)
    reached, who, dies = 0.0, -1, False
    for kind in range(KINDS):
        for fatal in range(2):
            rate = dying(s, h, kind) if fatal else recovering(s, h, kind)
            if rate > 0.0 and u >= reached:
                who, dies = kind, fatal == 1
            reached = reached + rate
    waiting = h.status == WAITING
    if dies:
        s.deaths_of_wounds[s.tick.at, h.place] += 1
        h.doomed[who] -= 1
        lose_wounded(s, h, now, who, s.gate[h.link] if waiting else -1)
    else:
        tally(s, h, -1)
        h.wounded[who] -= 1
        tally(s, h, 1)
    if h.size == 0:
        enter(s, h, now, EMPTY, h.place, h.link)
        return
    if waiting:
        h.since = now  # they keep their place, and nobody is let through before
        hold_again(s, h, now)
    harm_again(s, h, now)


def lose_wounded(s: Any, h: Any, now: int, kind: int, gate: int) -> None:
    """One of the wounded of a household dies."""
    tally(s, h, -1)
    h.wounded[kind] -= 1
    tally(s, h, 1)
    lose(s, h, now, kind, gate)
