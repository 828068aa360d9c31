"""Harm: one of a household is killed or wounded."""

from __future__ import annotations

from typing import Any

from flowsim.keyed import count, uniform_of
from flowsim.model.kernel.admission import assess
from flowsim.model.kernel.clocks import exposed_persons, stir
from flowsim.model.kernel.constants import CRUSH, EMPTY, FOR_HARM, FOR_VICTIM, HARM, KINDS, WAITING
from flowsim.model.kernel.road import make_way
from flowsim.model.kernel.status import draw_again, enter, line_up, lose


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


def harm(s: Any, h: Any, now: int, act: int) -> None:
    """One of them is killed or, unless it is by the crush, wounded."""
    stir(s, h)
    waiting, crush = h.status == WAITING, act == CRUSH
    gate = s.gate[h.link] if waiting else -1
    purpose = FOR_VICTIM if crush else FOR_HARM
    number = count(s, h, purpose)
    total = float(h.size) if crush else exposed_persons(s, h)
    kind = struck(s, h, purpose, number, total, crush)
    dies = crush or uniform_of(s, h.key, purpose, number, 1) < s.run.death_chance
    if dies:
        lose(s, h, kind, gate)
        if waiting and s.run.roads:
            make_way(s, s.run.links + h.link, now)
    elif h.wounded[kind] < h.kinds[kind]:
        h.wounded[kind] += 1
        s.wounded[s.tick.at, h.place, h.group] += 1
    if waiting:
        line_up(h, now)
    if h.size == 0:
        enter(s, h, now, EMPTY, h.place, h.link)
        return
    if waiting:
        assess(s, h, gate)
    draw_again(s, h, HARM, now)
    if waiting:
        draw_again(s, h, CRUSH, now)
