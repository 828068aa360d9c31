"""What policies make together of roads and of people who are across."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from flowsim.errors import SimulationError
from flowsim.policy.base import Stated
from flowsim.policy.opening import Opening, Road, Shut, Transfer
from flowsim.policy.who import Sorts, any_of


class Roads:
    """What holds on the links of a network; the order of statements does not matter.

    Permeabilities and factors on danger multiply, delays are the largest, costs add up, and of
    obstacles is left what every corridor leaves.

    Parameters
    ----------
    roads : sequence of Road
    links : mapping of (str, str) to tuple of int
        Links between two places, by their names in order.
    tail : sequence of int
        Place where each link starts.
    places : int
    sorts : Sorts

    Attributes
    ----------
    permeability : float64 array (L, S)
    delay_hours, cost_km, danger, lifts : float64 arrays (L,)
    lifts_at : float64 array (P,)
        What is lifted of what keeps people at home.
    """

    def __init__(
        self,
        roads: Sequence[Road],
        links: Mapping[tuple[str, str], tuple[int, ...]],
        tail: Sequence[int],
        places: int,
        sorts: Sorts,
    ) -> None:
        n = len(tail)
        self.permeability = np.ones((n, len(sorts)))
        self.delay_hours, self.cost_km = np.zeros(n), np.zeros(n)
        self.danger, self.lifts, self.lifts_at = np.ones(n), np.zeros(n), np.zeros(places)
        self.stops_somebody = False
        for road in sorted(roads, key=repr):
            self._lay(road, links)
        np.maximum.at(self.lifts_at, np.asarray(tail, dtype=np.int64), self.lifts)
        self._stop(sorted(roads, key=repr), links, sorts)

    def _lay(self, road: Road, links: Mapping[tuple[str, str], tuple[int, ...]]) -> None:
        for link in _of(road, links):
            self.delay_hours[link] = max(self.delay_hours[link], road.delay_hours)
            self.cost_km[link] += road.cost_km
            self.danger[link] *= road.danger
            self.lifts[link] = 1.0 - (1.0 - self.lifts[link]) * (1.0 - road.lifts)

    def _stop(
        self, roads: Sequence[Road], links: Mapping[tuple[str, str], tuple[int, ...]], sorts: Sorts
    ) -> None:
        for road in roads:
            if road.permeability < 1.0:
                self.stops_somebody = True
                meant = any_of(road.stops, sorts)[:, 0, 0] if road.stops else slice(None)
                for link in _of(road, links):
                    self.permeability[link, meant] *= road.permeability


def _of(road: Road, links: Mapping[tuple[str, str], tuple[int, ...]]) -> list[int]:
    found: set[int] = set()
    for pair in road.routes:
        ends = (min(pair), max(pair))
        if ends not in links:
            raise SimulationError(
                f"no route joins {pair[0]!r} and {pair[1]!r}; name two neighbours"
            )
        found.update(links[ends])
    return sorted(found)


class Transfers:
    """Who is moved to where; hazards of several statements add up.

    Attributes
    ----------
    per_day : float64 array (P,)
        Hazard of being moved from each place.
    weight : float64 array (P, P)
        Weight of each destination, by origin.
    """

    def __init__(self, transfers: Sequence[Transfer], places: Sequence[str]) -> None:
        n = len(places)
        index = {name: i for i, name in enumerate(places)}
        self.per_day, self.weight = np.zeros(n), np.zeros((n, n))
        for transfer in sorted(transfers, key=repr):
            total = math.fsum(weight for _, weight in transfer.shares)
            if total <= 0.0:
                continue
            for name in dict.fromkeys(transfer.origins):
                origin = _index(index, name)
                self.per_day[origin] += transfer.per_day
                for to, weight in transfer.shares:
                    self.weight[origin, _index(index, to)] += transfer.per_day * weight / total


def _index(index: Mapping[str, int], name: str) -> int:
    if name not in index:
        raise SimulationError(f"there is no place {name!r} to move people from or to")
    return index[name]


def shut_places(stops: Iterable[Shut], places: Sequence[str]) -> NDArray:
    """Which places take nobody in, bool (P,)."""
    named = {name for stop in stops for name in stop.places}
    unknown = sorted(named - set(places))
    if unknown:
        raise SimulationError(f"there is no place {unknown[0]!r} to take nobody in")
    return np.array([name in named for name in places], dtype=bool)


def pressure(stated: Iterable[Stated]) -> tuple[float, float]:
    """What one authority's policies make of the return of those sheltered with it.

    Returns
    -------
    per_day : float
        Hazard that they add, 1/day.
    wish : float
        Factor on people's own wish.
    """
    openings = [s.opening for s in stated if isinstance(s.opening, Opening)]
    wish = 1.0
    for factor in sorted(o.return_wish for o in openings):
        wish *= factor
    return math.fsum(o.return_per_day for o in openings), wish


def of_kind(stated: Iterable[Stated], kind: type) -> tuple:
    """The statements of one kind."""
    return tuple(s.opening for s in stated if isinstance(s.opening, kind))
