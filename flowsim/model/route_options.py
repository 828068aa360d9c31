"""The ways that people see from a place at a moment, what each is worth, and why.

A way is a path of links and settling at its end. In the recursive logit the chance of a way is the
product of the choices on it, which is exp(utility of the way) over the sum of all ways: so the
terms of two ways can be held against each other.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array, identity
from scipy.sparse.linalg import splu

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.routes import SETTLE, RouteLogit, link_cost
from flowsim.model.outlook import Outlook

TERMS = (
    "length", "legs", "danger", "roads", "gates", "drivers", "settling", "kin", "size",
    "danger there", "room", "crowding", "compatriots", "opened", "crowded",
    "drivers there", "by country", "distance", "full",
)  # fmt: skip
"""What the utility of a way is the sum of, as MODEL.md has it: of its links, then of its end."""
_OF_SECTION = {
    "kin": "kin", "size": "size", "danger there": "settle_danger_cost", "room": "room",
    "crowding": "crowding", "compatriots": "compatriots", "opened": "opened",
    "crowded": "crowded_cost", "by country": "by_country",
}  # fmt: skip
LEAST, MOST_LOOKED_AT = 1e-12, 20_000
NEVER_SETTLES = -1e9
"""Utility of settling where nobody is meant to, which no other term makes up for."""


class Way(NamedTuple):
    """A path and its chance.

    Attributes
    ----------
    links : tuple of int
    share : float
        Of all who leave the place.
    """

    links: tuple[int, ...]
    share: float


class Worth:
    """What ways are worth to an informed household of a group, at the moment of an outlook.

    Parameters
    ----------
    outlook : Outlook
    group : int

    Attributes
    ----------
    link : dict of str to float64 array (L,)
        Terms of the utility of links.
    place : dict of str to float64 array (P,)
        Terms of the utility of settling.
    hours : float64 array (L,)
    household_type : int
        Whose worth it is, see `flowsim.policy.who`.
    """

    def __init__(self, outlook: Outlook, group: int) -> None:
        self.routes, self.world = outlook.laws.routes, outlook.world
        self._destinations = outlook.laws.destinations
        self._tables: dict[bytes, Floats] = {}
        self.household_type = 2 * group  # households of the group without kin across
        row = 2 * self.household_type + 1  # the informed
        prices = outlook.grapevine.prices(
            outlook.seconds, outlook.known, outlook.late, outlook.queue()
        )
        section, network = self.routes.section, self.world.network
        free, hours, danger = np.zeros_like(prices.waits), prices.hours, prices.danger
        safe = None if prices.road is None else (prices.road[0], np.zeros_like(prices.road[1]))
        risk = link_cost(section, network, hours, danger, free, safe, prices.on_road)
        land = link_cost(section, network, hours, danger, free, prices.road, prices.on_road)
        cost = link_cost(section, network, hours, danger, prices.waits, prices.road, prices.on_road)
        none = np.zeros(network.km.size), np.zeros(len(self.world.places))
        way, there = none if prices.drivers is None else (p[row] for p in prices.drivers)
        self.hours = hours[row]
        self.link = {
            "length": -self.routes.km_cost,
            "legs": np.full(network.km.size, -self.routes.leg_cost),
            "danger": -risk[row],
            "roads": -(land - risk)[row],
            "gates": -(cost - land)[row],
            "drivers": -way,
        }
        refuges = outlook.refuges()
        self._cost = cost[row] + way

        def worth(section: RouteChoice | None = None, hear: bool = True) -> Floats:
            heard = refuges if hear else refuges._replace(full=np.zeros_like(refuges.full))
            return np.asarray(outlook.grapevine.worth(danger, heard, section)[row] - there)

        self.settle = worth()
        self.place = {
            term: self.settle - worth(section.model_copy(update={field: 0.0}))
            for term, field in _OF_SECTION.items()
        }
        self.place["drivers there"] = -there
        self.place["full"] = self.settle - worth(hear=False)
        base = np.where(self.world.inside, section.settle_inside, section.settle_abroad)
        self.place["settling"] = base

    def values(self, home: int, only_at: Floats | None = None) -> Floats:
        """Values of all options to those from a place, (states, D).

        Parameters
        ----------
        home : int
        only_at : bool array (P,), optional
            As if one could only settle there.
        """
        settle = self.settle
        if only_at is not None:
            settle = np.where(only_at, settle, NEVER_SETTLES)
        key = settle.tobytes()
        if key not in self._tables:
            chosen = self._destinations or self.routes
            self._tables[key] = chosen.utilities(self._cost, settle)
        table = self._tables[key]
        return table if self._destinations is None else table[self._block(home)]

    def settled(self, homes: Ints) -> Floats:
        """Where those settle who leave each of some places, (P, P); 0 from the others."""
        found = np.zeros((len(self.world.places),) * 2)
        table: Floats | None = None
        for home in homes.tolist():
            if table is None or self._destinations is not None:
                table = settled(self.routes, chances(self.values(home)), len(found))
            found[home] = table[home]
        return found

    def _block(self, home: int) -> int:
        if self._destinations is None:
            return 0
        return int(np.searchsorted(self._destinations.homes, home))

    def _distance(self, home: int, end: int) -> float:
        """What the law of distance adds to the worth of an end, beyond the length of the way."""
        if self._destinations is None:
            return 0.0
        state = int(np.flatnonzero(self.world.network.head == end)[0])  # arrived there
        slot = int(np.flatnonzero(self.routes.option[state] == SETTLE)[0])
        return float(self.values(home)[state, slot] - self.settle[end])

    def terms(self, links: tuple[int, ...]) -> dict[str, float]:
        """What the utility of a way is the sum of."""
        path, end = list(links), self.world.network.head[links[-1]]
        told = {name: float(values[path].sum()) for name, values in self.link.items()}
        told |= {name: float(values[end]) for name, values in self.place.items()}
        told["distance"] = self._distance(int(self.world.network.tail[links[0]]), int(end))
        return {name: round(told[name], 12) + 0.0 for name in TERMS}  # differences, and -0.0


def chances(values: Floats) -> Floats:
    """The chance of each option in each state; 0 in a state without any."""
    top = values.max(axis=1, keepdims=True, initial=-np.inf)
    weight = np.exp(values - np.where(np.isfinite(top), top, 0.0))
    total = weight.sum(axis=1, keepdims=True)
    return np.divide(weight, total, out=np.zeros_like(weight), where=total > 0.0)


def likely_ways(routes: RouteLogit, chance: Floats, place: int) -> Iterator[Way]:
    """The ways from a place, the likeliest first, down to those that next to nobody takes."""
    start = int(routes.leaving(np.array(place)))
    heap: list[tuple[float, tuple[int, ...], bool]] = [(-1.0, (), False)]
    for _ in range(MOST_LOOKED_AT):
        if not heap:
            return
        minus, links, ends = heapq.heappop(heap)
        if ends:
            yield Way(links, -minus)
            continue
        state = links[-1] if links else start
        for option, share in zip(routes.option[state], chance[state], strict=True):
            if -minus * share < LEAST:
                continue
            further = links if option == SETTLE else (*links, int(option))
            heapq.heappush(heap, (minus * float(share), further, bool(option == SETTLE)))


def settled(routes: RouteLogit, chance: Floats, places: int) -> Floats:
    """Where those settle who leave each place, (P, P): all ways summed up.

    With the chances Q of links after links and R of settling, (I - Q)^-1 R.
    """
    n = routes.n_links
    state, slot = np.nonzero((routes.option[:n] >= 0) & (chance[:n] > 0.0))
    onward = csc_array((chance[state, slot], (state, routes.option[state, slot])), shape=(n, n))
    ends = np.zeros((n, places))
    stays = np.where(routes.option[:n] == SETTLE, chance[:n], 0.0).sum(axis=1)
    ends[np.arange(n), routes.network.head] = stays
    by_link = splu(csc_array(identity(n, format="csc") - onward)).solve(ends) if n else ends
    leaving = routes.option[n:]
    taken = np.where(leaving >= 0, chance[n:], 0.0)
    return np.einsum("pd,pdq->pq", taken, by_link[np.maximum(leaving, 0)])
