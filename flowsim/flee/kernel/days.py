"""The days of a run: all decide, then all walk, each after those who came before it."""

from __future__ import annotations

from typing import Any

from flowsim.flee.kernel.person import days_until, set_out, walk
from flowsim.flee.kernel.places import look, morning


def appear(s: Any, first: int, last: int, day: int) -> None:
    """People start at their places, and may move on this day."""
    for i in range(first, last):
        h = s.rows[i]
        s.present[h.place] += 1
        look(s, h.place)
        h.evening = day - 1
        s.due[i] = min(day + days_until(s, h) - 1, s.run.days)


def draw_anew(s: Any, persons: int, day: int) -> None:
    """Who rests draws anew when it moves on, where the chance to has changed."""
    some = False
    for place in range(s.run.places):
        some = some or s.changed[place]
    for i in range(persons if some else 0):
        h = s.rows[i]
        if h.link < 0 and h.way < 0 and s.changed[h.place]:
            s.due[i] = min(day + days_until(s, h) - 1, s.run.days)


def one_by_one(s: Any, persons: int, day: int) -> None:
    """All who try to move on choose a way and step on to it; then each walks on to its day's end.

    In the order in which they came, and each sees who is where by then: Flee's two loops over all
    agents.
    """
    n = 0
    for i in range(persons):
        if s.due[i] == day:
            h = s.rows[i]
            if h.link >= 0 or set_out(s, h, day):
                s.on_foot[n] = i
                n += 1
    for j in range(n):
        walk(s, s.rows[s.on_foot[j]], day)


def live(s: Any) -> None:
    """A run, from its first day to its last."""
    for day in range(s.run.days):
        morning(s, day)
        if day == 0:
            appear(s, 0, s.first[0], day)
        else:
            draw_anew(s, s.first[day], day)
        appear(s, s.first[day], s.first[day + 1], day)
        one_by_one(s, s.first[day + 1], day)
        for place in range(s.run.places):
            s.persons[day, place] = s.present[place]
            s.on_way[day, place] = s.moving[place]
