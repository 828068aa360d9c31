"""Events with a toll of their own: the hazard at which the expected number of people is struck."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.clock import DAY
from flowsim.world.violence import links_of
from flowsim.world.violence_config import Event

SURVIVING = 1e-9
"""Of those who are there, so many are left by a toll that would kill them all."""
ENOUGH = 1e-13
"""Relative error of the hazard that gives the toll."""


class Tolls(NamedTuple):
    """Tolls of a tick.

    Attributes
    ----------
    at_place, on_road : float64 arrays (P, G) and (L, G)
        Hazard of a man of being struck, 1/day.
    dies_at_place, dies_on_road : float64 arrays (P, G) and (L, G)
        Chance that who is struck dies.
    """

    at_place: Floats
    on_road: Floats
    dies_at_place: Floats
    dies_on_road: Floats


class TollOfEvents:
    """Tolls of the events of a scenario, asked tick by tick.

    Parameters
    ----------
    events : sequence of Event
    places, groups : sequence of str
    ends : two int64 arrays (L,)
        Places where each link starts and ends.
    weights : float64 array (5,)
        Hazard of each kind of person relative to men.
    start : datetime
        Zero of the clock.
    """

    def __init__(
        self, events: Sequence[Event], places: Sequence[str], groups: Sequence[str],
        ends: tuple[Ints, Ints], weights: Floats, start: datetime,
    ) -> None:  # fmt: skip
        index = {name: p for p, name in enumerate(places)}
        self._weights = weights
        self._places, self._links, self._groups = len(places), ends[0].size, len(groups)
        self._events = []
        for event in events:
            if event.deaths + event.wounded > 0.0:
                cells = links_of(event, index, ends) if event.to else [index[event.place]]
                first, last = ((t - start).total_seconds() for t in (event.start, event.until))
                target = np.array([event.target.get(name, 0.0) for name in groups])
                self._events.append((event, np.array(cells), target, first, last))

    @property
    def any(self) -> bool:
        """Whether there is one in the scenario."""
        return bool(self._events)

    def between(self, start: int, stop: int, present: Ints, on_leg: Ints) -> Tolls:
        """Hazards in a tick.

        Parameters
        ----------
        start, stop : int
            Seconds of the tick.
        present : int64 array (P, G, 5)
            Persons at each place by group and kind as it begins.
        on_leg : int64 array (L, G, 5)
            The same on each link.
        """
        place, road = (np.zeros((n, self._groups)) for n in (self._places, self._links))
        deadly = np.zeros_like(place), np.zeros_like(road)
        for event, cells, target, first, last in self._events:
            part = _part(first, last, start, stop)
            if part == 0.0:
                continue
            persons = (on_leg if event.to else present)[cells].sum(axis=0)
            weight = target[:, None] * self._weights
            fatal, wounding = exponents(event.deaths * part, event.wounded * part, persons, weight)
            per_day = (fatal + wounding) * DAY / (stop - start) * target
            rate, dies = (road, deadly[1]) if event.to else (place, deadly[0])
            rate[cells] += per_day
            dies[cells] += per_day * (fatal / (fatal + wounding) if fatal + wounding else 0.0)
        chance = [
            np.divide(d, r, out=np.zeros_like(r), where=r > 0.0)
            for d, r in zip(deadly, (place, road), strict=True)
        ]
        return Tolls(place, road, chance[0], chance[1])


def _part(first: float, last: float, start: int, stop: int) -> float:
    """Part of a toll that falls into a tick; of a moment, all into the tick that holds it."""
    if last <= first:
        return 1.0 if start <= first < stop else 0.0
    return max(min(last, stop) - max(first, start), 0.0) / (last - first)


def exponents(deaths: float, wounded: float, persons: Ints, weight: Floats) -> tuple[float, float]:
    """Integrated hazards of a man of being killed and wounded that give an expected toll.

    Each of ``n`` persons of weight ``w`` is killed with probability ``1 - exp(-w H)``; ``H`` solves
    ``sum n (1 - exp(-w H)) = deaths``. The sum is concave in ``H``, so Newton's method from 0 comes
    to the root from below. Wounds come at a constant ratio to it while those who live are struck.

    Parameters
    ----------
    persons, weight : arrays (G, 5)

    Examples
    --------
    >>> fatal, wounding = exponents(50.0, 100.0, np.array([[0, 0, 100, 0, 0]]), np.ones((1, 5)))
    >>> bool(np.isclose(fatal, np.log(2.0))), round(wounding / fatal, 6)
    (True, 2.0)

    Of more than there are nearly all are killed, and wounds come as before:

    >>> fatal, wounding = exponents(500.0, 1000.0, np.array([[0, 0, 100, 0, 0]]), np.ones((1, 5)))
    >>> round(float(-np.expm1(-fatal)), 6), round(wounding / fatal, 6)
    (1.0, 2.0)
    """
    total = float((persons * weight).sum())
    if total == 0.0:
        return 0.0, 0.0
    if deaths == 0.0:
        return 0.0, wounded / total
    most = float(persons[weight > 0.0].sum()) * (1.0 - SURVIVING)
    wanted, reached = min(deaths, most), 0.0
    for _ in range(200):
        left = persons * np.exp(-weight * reached)
        short = wanted - float((persons - left).sum())
        further = short / float((left * weight).sum())
        reached += further
        if further <= ENOUGH * reached:
            break
    return reached, wounded * reached / deaths
