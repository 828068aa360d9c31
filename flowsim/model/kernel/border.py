"""What happens at a gate: let through, turned away, through the fence, held, sent back."""

from __future__ import annotations

from typing import Any

from flowsim.keyed import chance, count, uniform, uniform_of
from flowsim.model.kernel.admission import assess, exempted, join, let_pass
from flowsim.model.kernel.constants import (
    ADMITTED,
    AT_GATE_PART,
    AWAY,
    BACK,
    BACK_OVER_THE_BORDER,
    CAUGHT,
    DETAINED,
    DISPERSE,
    EMPTY,
    EXEMPT,
    FENCE,
    FOR_DETENTION,
    FOR_FENCE,
    FOR_FOLLOWING,
    FOR_GATE,
    FOR_PUSHBACK,
    GIVE_UP,
    HOUR,
    INTERCEPTED,
    IRREGULAR,
    KINDS,
    MOST_HOURS,
    NEVER,
    PUSHED_BACK,
    QUEUE,
    SETTLE,
    WAITING,
)
from flowsim.model.kernel.harm import struck
from flowsim.model.kernel.standing import class_of_hours, tell, tell_all
from flowsim.model.kernel.status import draw_again, enter, is_apart, line_up, lose, split
from flowsim.model.kernel.ways import choose, take, travel


def let_through(s: Any, h: Any, now: int) -> None:
    """Be let through; those whom the gate holds part and go on waiting."""
    gate, link = s.gate[h.link], h.link
    persons = let_pass(s, h, gate)
    for kind in range(KINDS):
        if s.gate_out[gate]:
            free = exempted(s, h, gate, kind)
            tell(s, gate, EXEMPT, kind, free)
            tell(s, gate, ADMITTED, kind, s.passing[0, kind] - free)
        else:
            tell(s, gate, BACK, kind, s.passing[0, kind])
    if persons < h.size:
        leave_at_the_gate(s, h, now, gate)
    h.barred = -1
    if s.gate_out[gate]:
        crossing, waited = s.gate_crossing[gate], now - h.joined
        s.waited_s[s.tick.at, crossing] += waited * persons
        s.passed[s.tick.at, crossing] += persons
        s.hours_waited[crossing, class_of_hours(s, waited)] += persons
        if s.run.roads:
            on_the_way = now - h.fled
            s.way_s[s.tick.at, crossing] += on_the_way * persons
            s.hours_on_the_way[crossing, min(on_the_way // HOUR, MOST_HOURS)] += persons
    travel(s, h, now, link, s.delay_s[gate])


def leave_at_the_gate(s: Any, h: Any, now: int, gate: int) -> None:
    """Those who are not in ``s.passing`` part from their family and stay in line."""
    for kind in range(KINDS):
        s.parting[0, kind] = h.kinds[kind] - s.passing[0, kind]
        s.parting[1, kind] = h.wounded[kind] - s.passing[1, kind]
    slot = s.slot[FOR_GATE]
    rest = split(s, h, h.count[slot], AT_GATE_PART)
    s.parted[s.tick.at, s.gate_crossing[gate]] += 1
    s.n.apart += rest.size if not is_apart(h) else 0
    rest.follows = uniform(s, rest.key, FOR_FOLLOWING, 0) < s.run.follow
    if rest.follows:
        s.followers[s.n.followers] = rest.row
        s.n.followers += 1
    line_up(rest, now)
    rest.count[slot] = 1
    assess(s, rest, gate)
    if not rest.held:
        s.stirred[gate] = True
    enter(s, rest, now, WAITING, s.tail[h.link], h.link)


def turn_away(s: Any, h: Any, now: int, outcome: int) -> None:
    """Leave the queue and go elsewhere; who has nowhere else stays in line."""
    option = choose(s, h, h.link ^ 1)
    if option < SETTLE:
        draw_again(s, h, GIVE_UP, now)
        draw_again(s, h, DISPERSE, now)
        return
    tell_all(s, h, s.gate[h.link], outcome)
    take(s, h, now, option)


def found(s: Any, h: Any, gate: int) -> bool:
    """Whether who came through the fence is still in reach when guards look for them."""
    part_of_the_way = min(s.pushback_after_s[gate] / s.travel_s[h.link, h.group], 1.0)
    return s.km[h.link] * part_of_the_way <= s.pushback_reach_km[gate]


def attempt(s: Any, h: Any, now: int) -> None:
    """Try the fence: through, sent back, detained, or still waiting, at the end of the line."""
    link, gate = h.link, s.gate[h.link]
    number = count(s, h, FOR_FENCE)
    kind = struck(s, h, FOR_FENCE, number, float(h.size), True)
    dies = uniform_of(s, h.key, FOR_FENCE, number, 1) < s.run.fence_death
    through = uniform(s, h.key, FOR_FENCE, number) < s.leak[gate]
    back = chance(s, h, FOR_PUSHBACK, s.pushback[gate])
    back = back and found(s, h, gate)
    caught = chance(s, h, FOR_DETENTION, s.detention[gate])
    line_up(h, now)
    if dies:
        lose(s, h, now, kind, gate)
    if through:
        h.barred = -1
    if h.size == 0:
        enter(s, h, now, EMPTY, h.place, link)
    elif through:
        tell_all(s, h, gate, IRREGULAR)
        if back:
            detain(s, h, now, BACK_OVER_THE_BORDER, s.head[link], s.pushback_after_s[gate])
        else:
            travel(s, h, now, link, 0)
    elif caught:
        tell_all(s, h, gate, CAUGHT)
        detain(s, h, now, QUEUE, s.tail[link], s.detention_s[gate])
    else:
        tell_all(s, h, gate, INTERCEPTED)
        if dies:
            assess(s, h, gate)
        draw_again(s, h, FENCE, now)


def detain(s: Any, h: Any, now: int, why: int, place: int, seconds: int) -> None:
    """Be held for some time."""
    h.bound = why
    h.arrive = min(now + seconds, NEVER - 1)
    enter(s, h, now, DETAINED, place, h.link)


def release(s: Any, h: Any, now: int) -> None:
    """Be sent back over the border, or let go: to the queue again."""
    if h.bound == BACK_OVER_THE_BORDER:
        tell_all(s, h, s.gate[h.link], PUSHED_BACK)
    h.bound = AWAY
    join(s, h, now, h.link)
