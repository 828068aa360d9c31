"""How people weigh ways, and the draw of one: Flee 3's formulas.

Weight of a way of ``km`` kilometres to a place: ``((score + weight_softening) / (km + softening) **
distance_power * room) ** weight_power`` (Suleimenova, Bell and Groen 2017, "A generalized
simulation development approach for predicting refugee destinations", Scientific Reports 7; the
powers are of Flee 3).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_section import Flee
from flowsim.daily.ground import Ground
from flowsim.daily.spawning import decay
from flowsim.daily.ways import Ways

FLEE_EARTH_KM = 6373.0
"""Radius of the Earth in Flee."""
NEAR_ONE = 1.001
"""Thresholds of pruning below this drop nothing."""


def scores(flee: Flee, ground: Ground, day: int, population: Floats) -> Floats:
    """How much each place draws on a day, (P,): abroad, camps, places in conflict, and people."""
    camp, fought = ground.is_camp(day), ground.intensity[day] > 0.0
    score = np.where(ground.foreign, flee.foreign_weight, 1.0)
    score = score * np.where(camp, flee.camp_weight, 1.0)
    fear = flee.conflict_weight ** (decay(flee, ground, day) * ground.intensity[day])
    score = score * np.where(fought, fear, 1.0)
    if flee.use_pop_for_loc_weight:
        drawn = np.maximum(population, 1.0) ** flee.pop_power_for_loc_weight
        score = score * np.where(camp, 1.0, drawn)
    return score


def room(present: Ints, capacity: Floats, buffer: float) -> Floats:
    """Part of its pull that a place keeps as it fills, (P,).

    1 up to the buffer, then falling in a line to 0 at the capacity; 1 where there is no limit.

    Examples
    --------
    >>> room(np.array([90, 95, 100, 500]), np.array([100.0, 100.0, 100.0, -1.0]), 0.9).round(3)
    array([1. , 0.5, 0. , 1. ])
    """
    limited = capacity >= 1.0
    limit = np.where(limited, capacity, 1.0)
    over = np.where(limited, present - buffer * limit, 0.0)
    width = limit * (1.0 - buffer)
    return np.where(over <= 0.0, 1.0, np.where(present >= limit, 0.0, 1.0 - over / width))


def pulls(flee: Flee, ground: Ground, ways: Ways, score: Floats) -> Floats:
    """What each way weighs while there is room at its end, (R,), before `weight_power`."""
    value = score[ways.end]
    if flee.stay_close_to_home:
        value = value / np.maximum(_line_km(ground, ways, flee.strict), 1.0) ** (
            flee.home_distance_power
        )
    return (flee.weight_softening + value) / (flee.softening + ways.km) ** flee.distance_power


def _line_km(ground: Ground, ways: Ways, swapped: bool) -> Floats:
    """Kilometres in a straight line from the origin of each way to its end, (R,).

    Flee takes latitudes for longitudes.
    """
    north, east = (ground.lon, ground.lat) if swapped else (ground.lat, ground.lon)
    phi, lam = np.radians(north), np.radians(east)
    one, other = ways.origin, ways.end
    a = np.sin((phi[one] - phi[other]) / 2.0) ** 2
    a = a + np.cos(phi[one]) * np.cos(phi[other]) * np.sin((lam[one] - lam[other]) / 2.0) ** 2
    return 2.0 * FLEE_EARTH_KM * np.arcsin(np.sqrt(np.minimum(a, 1.0)))


CELLS = 32
"""Parts of a uniform draw for which the first way that it can mean is kept."""


@dataclass(frozen=True)
class Choice:
    """A draw among the ways from each place.

    Attributes
    ----------
    cumulative : float64 array (R,)
        Shares of the ways from one place, summed; the last of a place is above 1.
    guide : int64 array (P * CELLS,)
        The first way that a draw within each part of (0, 1) can mean; the number of ways where none
        is open.
    """

    cumulative: Floats
    guide: Ints

    @classmethod
    def of(cls, ways: Ways, weight: Floats, is_open: Bools, places: int) -> Choice:
        """Shares of the ways by weight; alike among the open ones where all weights are zero."""
        used = np.where(is_open, weight, 0.0)
        total = np.bincount(ways.origin, used, places)
        used = np.where((total[ways.origin] > 0.0) | ~is_open, used, 1.0)
        total = np.bincount(ways.origin, used, places)
        running = np.append(0.0, np.cumsum(used / np.where(total > 0.0, total, 1.0)[ways.origin]))
        first = np.searchsorted(ways.origin, np.arange(places))
        cumulative = running[1:] - running[first][ways.origin]
        last = np.zeros(places, dtype=np.int64)
        rows = np.flatnonzero(used > 0.0)
        last[ways.origin[rows]] = rows
        cumulative[last[total > 0.0]] = 2.0  # whatever the sum was rounded to
        steps = ways.origin + np.minimum(cumulative, 1.0)
        cells = (np.arange(places)[:, None] + np.arange(CELLS) / CELLS).ravel()
        guide = np.searchsorted(steps, cells, side="right")
        return cls(cumulative, np.where(np.repeat(total > 0.0, CELLS), guide, -1))

    def draw(self, place: Ints, luck: Floats) -> Ints:
        """The way that each takes from a place by a uniform draw; -1 where there is none."""
        way = self.guide.take(place * CELLS + (luck * CELLS).astype(np.int64))
        beyond = np.flatnonzero((self.cumulative.take(way, mode="wrap") <= luck) & (way >= 0))
        while beyond.size:
            way[beyond] += 1
            beyond = beyond[self.cumulative[way[beyond]] <= luck[beyond]]
        return way


def weights(flee: Flee, ways: Ways, pull: Floats, space: Floats) -> Floats:
    """Weights of the ways as places fill, (R,), those below the threshold dropped to zero."""
    weight = np.asarray((pull * space[ways.end]) ** flee.weight_power)
    if flee.pruning_threshold >= NEAR_ONE:
        most = np.zeros(space.size)
        np.maximum.at(most, ways.origin, weight)
        weight = np.where(weight < most[ways.origin] / flee.pruning_threshold, 0.0, weight)
    return weight
