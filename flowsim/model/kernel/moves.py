"""What sets people moving: they leave home, move on, return, or are moved."""

from __future__ import annotations

import math
from typing import Any

from flowsim.keyed import count, mix, to_unit, uniform, word
from flowsim.model.kernel.constants import (
    AT_HOME,
    AT_HOME_PART,
    AWAY,
    CAMP,
    FOR_FUEL,
    FOR_MEN,
    FOR_TRANSFER,
    FUELLED,
    HOMEWARD,
    INSIDE,
    KINDS,
    LEAVE,
    MEN,
    NEVER,
    ONWARD,
    RELOCATE,
    RETURN,
    STUCK,
    UNLIMITED,
)
from flowsim.model.kernel.road import pump, serve_first, stand_in
from flowsim.model.kernel.status import draw_again, enter, is_apart, split
from flowsim.model.kernel.ways import choose, destination, go, homeward, leaving, to_camp


def lacks_fuel(s: Any, h: Any, now: int, option: int) -> bool:
    """Whether they have to stand in line for fuel first, and do so now."""
    if not s.run.fuel or h.road == FUELLED or s.on_foot[option]:
        return False
    line = pump(s, h.place)
    if s.line_work[line] == UNLIMITED and s.line_head[line] < 0:
        return False
    h.road = FOR_FUEL
    h.load = h.size
    h.ready = now
    h.worked = 0
    h.arrive = NEVER
    s.in_jam[line] += h.load
    stand_in(s, h, line)
    serve_first(s, line)
    return True


def may_part(s: Any, h: Any) -> bool:
    """Whether the men of a family that is about to leave will stay, if it finds a way."""
    if not 0 < h.kinds[MEN] < h.size or s.lost[h.home, h.group]:
        return False
    return bool(uniform(s, h.key, FOR_MEN, h.count[s.slot[FOR_MEN]]) < s.run.men_stay)


def leave(s: Any, h: Any, now: int) -> None:
    """Leave home, once there is fuel for it; the men may stay to guard what is not lost."""
    option = STUCK if h.road == FOR_FUEL else choose(s, h, leaving(s, h.home))
    if option < 0 or lacks_fuel(s, h, now, option):
        draw_again(s, h, LEAVE, now)
        return
    stay = may_part(s, h)
    number = count(s, h, FOR_MEN)
    if stay:
        leave_guards(s, h, now, number)
    s.left[h.home, h.group] += h.size
    h.fled = now
    for refuge in range(2):
        h.safe[refuge] = False
    h.bound = AWAY
    go(s, h, now, option)


def leave_guards(s: Any, h: Any, now: int, number: int) -> None:
    """The men of a family stay at home."""
    for kind in range(KINDS):
        s.parting[0, kind] = h.kinds[kind] if kind == MEN else 0
        s.parting[1, kind] = h.wounded[kind] if kind == MEN else 0
    guards = split(s, h, number, AT_HOME_PART)
    guards.guard = True
    s.n.apart -= guards.size if is_apart(h) else 0
    enter(s, guards, now, AT_HOME, h.home, h.link)


def onward(s: Any, h: Any, now: int) -> None:
    """Move on from a refuge, once there is fuel for it."""
    option = STUCK if h.road == FOR_FUEL else choose(s, h, leaving(s, h.place))
    if option < 0 or lacks_fuel(s, h, now, option):
        draw_again(s, h, ONWARD, now)
    else:
        go(s, h, now, option)


def go_home(s: Any, h: Any, now: int) -> None:
    """Set out for home, where there is a way."""
    goal = destination(s, h)
    if h.place == goal or s.way[h.place, goal] < 0:
        draw_again(s, h, RETURN, now)
    else:
        h.bound = HOMEWARD
        h.safe[INSIDE] = True  # settling near a burnt home is no flight
        homeward(s, h, now)


def moved_to(s: Any, h: Any) -> int:
    """Place with room that a sheltered household is moved to by the logit; -1 where none is."""
    z = mix(mix(h.key, s.salts[FOR_TRANSFER]), word(count(s, h, FOR_TRANSFER)))
    best, place = -math.inf, -1
    for p in range(s.run.places):
        weight = s.transfer_weight[h.place, p] if s.run.transfers else 0.0
        if weight > 0.0 and s.way[h.place, p] >= 0 and not s.full[p]:
            gumbel = -math.log(-math.log(to_unit(mix(z, s.place_key[p]))))
            value = math.log(weight) + gumbel
            if value > best:
                best, place = value, p
    return place


def relocate(s: Any, h: Any, now: int) -> None:
    """Be moved to another camp, if there is one with room."""
    camp = moved_to(s, h)
    if camp < 0:
        draw_again(s, h, RELOCATE, now)
    else:
        h.camp = camp
        h.bound = CAMP
        to_camp(s, h, now)
