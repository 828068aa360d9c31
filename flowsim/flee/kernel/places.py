"""What a place is to people on a day: how full it is, what it scores, who moves on from it."""

from __future__ import annotations

from typing import Any


def room(persons: int, limit: float, buffer: float) -> float:
    """Part of its pull that a place keeps as it fills.

    1 up to the buffer, then falling in a line to 0 at the limit; 1 where there is none, that is,
    where it is below one.

    Examples
    --------
    >>> [round(room(n, 100.0, 0.9), 3) for n in (90, 95, 100)], room(500, -1.0, 0.9)
    ([1.0, 0.5, 0.0], 1.0)
    """
    if limit < 1.0 or persons <= buffer * limit:
        return 1.0
    if persons >= limit:
        return 0.0
    return 1.0 - (persons - buffer * limit) / (limit * (1.0 - buffer))


def look(s: Any, place: int) -> None:
    """See how full a place is; who is about to choose weighs it anew."""
    if s.limit[place] < 1.0:
        return
    space = room(s.present[place], s.limit[place], s.run.capacity_buffer)
    if space != s.space[place]:
        s.space[place] = space
        weigh_anew(s, place)


def weigh_anew(s: Any, place: int) -> None:
    """What a place is worth has changed to those from where a way leads to it."""
    for j in range(s.first_before[place], s.first_before[place + 1]):
        s.stale[s.before[j]] = True


def score(s: Any, place: int, day: int, camp: bool) -> float:
    """How much a place draws on a day: abroad, camps, conflict, hunger and floods, and people."""
    value = s.run.foreign_weight if s.foreign[place] else 1.0
    if camp:
        value = value * s.run.camp_weight
    if s.intensity[day, place] > 0.0:
        value = value * s.run.conflict_weight ** (s.decay[day, place] * s.intensity[day, place])
    value = value * s.draw[day, place]
    if s.run.by_population and not camp:
        value = value * max(s.population[day, place], 1.0) ** s.run.pop_power
    return value


def chance(s: Any, place: int, day: int, closed: bool) -> float:
    """Chance to move on from a place in a day."""
    told = s.run.default_movechance if closed else s.kind_chance[place]
    if s.intensity[day, place] > 0.0:
        told = s.run.conflict_movechance
    power = s.run.pop_scale
    if power != 0.0 and told > 0.0:
        size = max(s.population[day, place], s.capacity[place], 0.0) / s.run.pop_base
        nobody = 0.0 if power > 0.0 else 1.0
        told = told * size**power if size > 0.0 else nobody
    hungry = s.starving[day, place]
    told = hungry + (1.0 - hungry) * min(told, 1.0)
    if s.flood_chance[day, place] >= 0.0:
        told = s.flood_chance[day, place]
    return min(told, 1.0)


def morning(s: Any, day: int) -> None:
    """What the calendar makes of all places and links on a day; notes where chances have changed.

    ``s.camp`` and ``s.town`` are of the day: a camp that is closed is a town.
    """
    for link in range(s.run.links):
        if day == 0 or s.shut[day, link] != s.shut[day - 1, link]:
            if s.shut[day, link]:
                s.closed_on[link] = day
            for place in range(s.run.places):
                s.stale[place] = True
    for place in range(s.run.places):
        closed = s.no_camp[day, place]
        s.camp[place] = s.is_camp[place] and not closed
        fought = s.intensity[day, place] > 0.0
        s.town[place] = not (s.camp[place] or s.is_hub[place] or fought)
        value = score(s, place, day, s.camp[place])
        if value != s.score[place]:
            s.score[place] = value
            weigh_anew(s, place)
        told = chance(s, place, day, closed)
        s.changed[place] = day > 0 and told != s.chance[place]
        s.chance[place] = told
        if s.capacity[place] >= 1.0:
            grown = s.capacity[place] + s.growth[place] * (day + 1)
            s.limit[place] = grown * s.run.capacity_scaling
        look(s, place)
