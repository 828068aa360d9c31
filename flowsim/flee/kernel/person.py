"""A person's day: to try to move on, to walk along links, to rest."""

from __future__ import annotations

import math
from typing import Any

from flowsim.flee.kernel.choice import choose
from flowsim.flee.kernel.constants import FOR_ONWARD, FULL
from flowsim.flee.kernel.places import look
from flowsim.keyed import count, uniform


def days_until(s: Any, h: Any) -> int:
    """Days until a person moves on who tries once a day where it rests, from 1.

    The geometric law: it draws once how often it fails, and not anew each day.
    """
    chance = 1.0 if h.way >= 0 else s.chance[h.place]
    if chance >= 1.0:
        return 1
    if chance <= 0.0:
        return int(s.run.days) + 1
    luck = uniform(s, h.key, FOR_ONWARD, count(s, h, FOR_ONWARD))
    failed = math.log(luck) / math.log1p(-chance)
    return 1 + int(min(failed, s.run.days))


def recent(s: Any, h: Any, day: int) -> float:
    """Average of what a person moved on the days before this one, in full days of travel."""
    nights = day - 1 - h.evening
    return h.recent * 0.5**nights if nights > 0 else h.recent


def speed(s: Any, h: Any) -> float:
    """Kilometres a day on the link that a person is on, or steps on."""
    return s.run.walk_speed if s.run.on_foot and not h.begun else s.run.move_speed


def rest(s: Any, h: Any, day: int) -> None:
    """Stay over night where one is, until one tries to move on with success."""
    h.recent = (recent(s, h, day) + h.moved / s.run.move_speed) / 2.0
    h.evening = day
    h.moved = 0.0
    s.due[h.row] = min(day + days_until(s, h), s.run.days)


def next_link(s: Any, h: Any, day: int) -> int:
    """The link that a person steps on: of the way that it follows, or of one that it chooses.

    -1 where it cannot go: no way is open, or the camp at its end is half full beyond its buffer, or
    its next link is shut. The way is then given up, and the day lost.
    """
    way, step = h.way, h.step
    if way < 0:
        way, step = choose(s, h, day), 0
    h.way = -1
    if way < 0:
        return -1
    end, link = s.end[way], s.ways[way, step]
    if s.camp[end] and s.space[end] < FULL:
        return -1
    if step > 0 and (s.shut[day, link] or s.tail[link] != h.place):
        return -1
    if step + 1 < s.length[way]:
        h.way = way
        h.step = step + 1
    return int(link)


def step_on(s: Any, h: Any, link: int, day: int) -> None:
    """Leave a place for a link; its end is reached by who could go further than that."""
    s.present[h.place] -= 1
    look(s, h.place)
    s.moving[h.place] += 1
    h.link = link
    h.left = day
    km, pace = s.km[link], speed(s, h)
    if km < pace:
        h.moved += km
        s.due[h.row] = day
        return
    nights = int(km / pace)
    full = pace / s.run.move_speed
    first = (recent(s, h, day) + h.moved / s.run.move_speed + full) / 2.0
    h.recent = full + (first - full) * 0.5 ** (nights - 1)
    h.evening = day + nights - 1
    h.moved = km - nights * pace
    s.due[h.row] = min(day + nights, s.run.days)


def arrive(s: Any, h: Any) -> bool:
    """Come to the end of a link; gives whether it may go on.

    Who was on a link as it closed comes back to its start, and stays for the day.
    """
    link = h.link
    back = s.closed_on[link] > h.left
    onward = not back and h.moved < speed(s, h)
    h.link = -1
    h.begun = True
    s.moving[s.tail[link]] -= 1
    h.place = s.tail[link] if back else s.head[link]
    s.present[h.place] += 1
    look(s, h.place)
    return bool(onward)


def goes_on(s: Any, h: Any, day: int) -> bool:
    """Whether a person goes on at once from where it has arrived."""
    chance = 1.0 if h.way >= 0 else s.chance[h.place]
    restless = s.run.avoid_short_stints and s.town[h.place]
    if restless and recent(s, h, day) + h.moved / s.run.move_speed < 1.0:
        chance = 1.0
    if chance >= 1.0:
        return True
    return bool(uniform(s, h.key, FOR_ONWARD, count(s, h, FOR_ONWARD)) < chance)


def set_out(s: Any, h: Any, day: int) -> bool:
    """The first step of the day of who rests; gives whether it left."""
    link = next_link(s, h, day)
    if link < 0:
        rest(s, h, day)
        return False
    step_on(s, h, link, day)
    return True


def walk(s: Any, h: Any, day: int) -> None:
    """Go on from link to link until the day is over."""
    while s.due[h.row] == day:
        link = -1
        if arrive(s, h) and goes_on(s, h, day):
            link = next_link(s, h, day)
        if link < 0:
            rest(s, h, day)
            return
        step_on(s, h, link, day)
