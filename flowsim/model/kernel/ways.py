"""Route choice and travel: the next link, the way along it, and settling at its end."""

from __future__ import annotations

import math
from typing import Any

from flowsim.keyed import count, mix, to_unit, uniform_of, word
from flowsim.model.kernel.admission import join
from flowsim.model.kernel.clocks import keep_order, wake
from flowsim.model.kernel.constants import (
    AT_MOUTH,
    AWAY,
    CAMP,
    DAY,
    FOR_CHECKPOINT,
    FOR_ROUTE,
    FUELLED,
    HELD_BACK,
    HOMEWARD,
    KINDS,
    MOVING,
    NEVER,
    RETURNED,
    SETTLE,
    STUCK,
    WAITING,
)
from flowsim.model.kernel.road import entrance, is_full, leave_the_road, stand_in, stand_on
from flowsim.model.kernel.standing import tally
from flowsim.model.kernel.status import enter, regroup


def leaving(s: Any, place: int) -> int:
    """State of route choice of those who leave a place."""
    return int(s.run.links + place)


def most_gumbel(u: float) -> float:
    """A bound, rounded up, of the Gumbel draw ``-ln(-ln(u))`` that a uniform one gives."""
    if u < 0.5:
        return 0.367
    if u < 0.75:
        return 1.247
    return 2.251 if u < 0.9 else 37.0


def choose(s: Any, h: Any, state: int) -> int:
    """Next link from a state of route choice, SETTLE, or STUCK: the largest value plus Gumbel.

    A checkpoint stops some on the link of their choice: one draw a household and route, for good.
    """
    z = mix(mix(h.key, s.salts[FOR_ROUTE]), word(count(s, h, FOR_ROUTE)))
    household_type = 2 * h.group + h.kin
    row = s.home_rows[h.home] + 2 * household_type + h.informed
    best, option = -math.inf, STUCK
    for_fuel = s.run.fuel > 0 and state >= s.run.links and h.road != FUELLED
    options, values, keys = s.option, s.values, s.option_key
    for d in range(s.run.options):
        link = options[state, d]
        if link == STUCK:
            break
        value = values[row, state, d]
        if for_fuel and not s.on_foot[link]:
            value -= s.fuel_cost[state - s.run.links]
        if value > -math.inf:
            u = to_unit(mix(z, keys[state, d]))
            # The logarithms are dear, and most options cannot win.
            if value + most_gumbel(u) > best:
                value -= math.log(-math.log(u))
                if value > best:
                    best, option = value, int(link)
    if option >= 0 and s.run.checkpoints:
        drawn = uniform_of(s, h.key, FOR_CHECKPOINT, 0, s.route_key[option])
        if drawn >= s.road_permeability[option, household_type]:
            return STUCK
    return option


def is_hurt(h: Any) -> bool:
    """Whether somebody of a household is wounded now."""
    wounded = 0
    for kind in range(KINDS):
        wounded += h.wounded[kind]
    return wounded > 0


def set_out(s: Any, h: Any, now: int, link: int, delay: int) -> None:
    """Be on the way along a link, some seconds from now."""
    slower = s.slower_s[link] if h.hurt and is_hurt(h) else 0
    h.arrive = min(now + delay + s.travel_s[link, h.group] + slower, NEVER - 1)
    enter(s, h, now, MOVING, s.tail[link], link)
    if s.run.roads and s.limited[link]:
        stand_on(s, h, now, link)


def travel(s: Any, h: Any, now: int, link: int, delay: int) -> None:
    """Set out along a link, some seconds from now, as soon as there is room on it."""
    if s.run.roads and is_full(s, h, link):
        hold_back(s, h, now, link, delay)
    else:
        set_out(s, h, now, link, delay)


def hold_back(s: Any, h: Any, now: int, want: int, delay: int) -> None:
    """Stay where they are, as there is no room on a road or, by so many links more, at its gate."""
    link = want % s.run.links
    h.arrive = NEVER
    if h.road != AT_MOUTH:
        enter(s, h, now, MOVING, s.tail[link], link)
        h.load = h.size
        s.in_jam[link] += h.load
    h.road = HELD_BACK
    h.want = want
    h.ready = now + delay
    stand_in(s, h, entrance(s, want))
    wake(s, h)


def go(s: Any, h: Any, now: int, link: int) -> None:
    """Take a link; at a gate, join its queue first."""
    if s.gate[link] < 0:
        travel(s, h, now, link, 0)
    elif s.run.roads and is_full(s, h, s.run.links + link):
        hold_back(s, h, now, s.run.links + link, 0)
    else:
        join(s, h, now, link)


def park(s: Any, h: Any, now: int) -> None:
    """Wait until all arrivals are known, and with them who finds room."""
    if h.status == WAITING:  # out of the queue, and not yet anywhere else
        h.arrive = NEVER
        enter(s, h, now, MOVING, h.place, h.link)
    if s.run.roads:
        leave_the_road(s, h, now)
    h.next_event = NEVER
    keep_order(s, h)
    h.done = now
    s.parked[s.n.parked] = h.row
    s.n.parked += 1


def take(s: Any, h: Any, now: int, option: int) -> None:
    """Follow a choice: settle (once all arrivals are known), go, or look again later."""
    if option == SETTLE and h.place == h.home:
        home_again(s, h, now)
    elif option == SETTLE:
        park(s, h, now)
    elif option >= 0:
        go(s, h, now, option)
    else:
        look_again(s, h, now, s.run.retry_s)


def look_again(s: Any, h: Any, now: int, seconds: int) -> None:
    """Stay where they are, settled nowhere, and look again after some time."""
    came_by = h.link if s.head[h.link] == h.place else h.link ^ 1  # from the queue on a link
    h.arrive = min(now + seconds, NEVER - 1)
    enter(s, h, now, MOVING, h.place, came_by)


def walks_in_vain(s: Any, h: Any) -> bool:
    """Whether they could walk on, and no place in reach, home among them, has room for them."""
    if s.option[leaving(s, h.place), 0] < 0:
        return False
    for place in range(s.run.places):
        if s.reach[h.place, place] and s.capacity[place] != 0:
            if s.capacity[place] < 0 or place == h.home:
                return False
            if s.taken[place] + h.size <= s.capacity[place]:
                return False
    return True


def home_again(s: Any, h: Any, now: int) -> None:
    """At home, or near it where it is burnt: there they ask for room like anybody."""
    h.bound = AWAY
    if h.place == h.home:
        enter(s, h, now, RETURNED, h.place, h.link)
        h.barred = -1
        regroup(s, h)
    else:
        park(s, h, now)


def destination(s: Any, h: Any) -> int:
    """Home, or near it where it is burnt."""
    return int(s.near_home[h.home] if h.burnt else h.home)


def homeward(s: Any, h: Any, now: int) -> None:
    """The next leg home, or be there."""
    goal = destination(s, h)
    if h.place == goal:
        home_again(s, h, now)
    else:
        go(s, h, now, s.way[h.place, goal])


def to_camp(s: Any, h: Any, now: int) -> None:
    """The next leg to the camp they are moved to, or ask for room there."""
    if h.place == h.camp:
        h.bound = AWAY
        park(s, h, now)
    else:
        go(s, h, now, s.way[h.place, h.camp])


def follow_or_choose(s: Any, h: Any) -> int:
    """The way to the family for those who were left at a gate, else what they choose.

    They have found it when they are there, whether or not there is room for them.
    """
    here, goal = h.place, h.goal
    if goal >= 0 and not s.inside[here]:
        if here == goal:
            h.follows = False
            h.goal = -1
            return SETTLE
        if s.way[here, goal] >= 0:
            return int(s.way[here, goal])
    return choose(s, h, h.link)


def arrive(s: Any, h: Any, now: int) -> None:
    """Be at the end of a link, or look again where they are."""
    outside = h.place == s.head[h.link] and h.bound == AWAY and h.goal < 0
    if outside and walks_in_vain(s, h):
        look_again(s, h, now, DAY)
        return
    tally(s, h, -1)
    h.place = s.head[h.link]
    tally(s, h, 1)
    if h.bound == HOMEWARD:
        homeward(s, h, now)
    elif h.bound == CAMP:
        to_camp(s, h, now)
    else:
        take(s, h, now, follow_or_choose(s, h))
