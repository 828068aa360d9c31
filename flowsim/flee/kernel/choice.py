"""Which way a person takes: Flee's weights, drawn from as the places are at that moment.

Weight of a way of ``km`` kilometres to a place: ``((score + weight_softening) / (km + softening) **
distance_power * room) ** weight_power`` (Suleimenova, Bell and Groen 2017, "A generalized
simulation development approach for predicting refugee destinations", Scientific Reports 7; the
powers are of Flee 3).
"""

from __future__ import annotations

from typing import Any

from flowsim.flee.kernel.constants import FOR_ROUTE, NEAR_ONE
from flowsim.keyed import count, uniform


def is_open(s: Any, way: int, day: int) -> bool:
    """Whether no link of a way is shut."""
    shut = 0
    for step in range(s.length[way]):
        shut += s.shut[day, s.ways[way, step]]
    return shut == 0


def weight(s: Any, way: int) -> float:
    """What a way weighs, with the room that there is at its end."""
    end = s.end[way]
    pull = (s.run.weight_softening + s.score[end] / s.nearness[way]) / s.reach[way]
    if s.run.weight_power == 1.0:
        return pull * s.space[end]
    return (pull * s.space[end]) ** s.run.weight_power


def weigh(s: Any, place: int, day: int) -> None:
    """Sum up the weights of the ways from a place, the shut ones and those below the threshold 0.

    Where all open ones weigh nothing they are alike, as in Flee.
    """
    first, last = s.first_way[place], s.first_way[place + 1]
    most, some = 0.0, False
    for way in range(first, last):
        s.sum_to[way] = -1.0
        if is_open(s, way, day):
            some = True
            s.sum_to[way] = weight(s, way)
            most = max(most, s.sum_to[way])
    least = most / s.run.pruning if s.run.pruning >= NEAR_ONE else 0.0
    total = 0.0
    for way in range(first, last):
        value = s.sum_to[way]
        if most == 0.0:
            value += 1.0
        if value > 0.0 and value >= least:
            total += value
            s.last_way[place] = way
        s.sum_to[way] = total
    s.total[place] = total if some else 0.0
    s.stale[place] = False


def choose(s: Any, h: Any, day: int) -> int:
    """The way that a person draws from where it is; -1 where none is open."""
    place = h.place
    if s.stale[place]:
        weigh(s, place, day)
    total = s.total[place]
    if total <= 0.0:
        return -1
    drawn = uniform(s, h.key, FOR_ROUTE, count(s, h, FOR_ROUTE)) * total
    low, high = s.first_way[place], s.last_way[place]
    while low < high:
        middle = (low + high) >> 1
        if s.sum_to[middle] > drawn:
            high = middle
        else:
            low = middle + 1
    return int(low)
