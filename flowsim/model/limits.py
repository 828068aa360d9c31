"""What roads hold and let through over time, and where fuel is short, as arrays."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.model.kernel.constants import UNLIMITED
from flowsim.model.quotas import work_per_second
from flowsim.scenario.scenario import Scenario
from flowsim.world.config import Route
from flowsim.world.road_config import RoadEvent
from flowsim.world.world import World


class Jams(NamedTuple):
    """How things stand on roads with a capacity, as it can be known.

    Attributes
    ----------
    hours : float64 array (L,)
        That who comes to the end of a road now stands in line there, by the capacity of now; by the
        usual one where it is closed.
    closed : bool array (L,)
    """

    hours: Floats
    closed: Bools


class Limits:
    """What the links of a network hold and let through, by the moment.

    Parameters
    ----------
    scenario : Scenario
    world : World

    Attributes
    ----------
    any : bool
        Whether anything is limited.
    fuel : bool
        Whether fuel is short anywhere at any time.
    limited : bool array (L,)
        Links at the end of which people stand in line, or on which only so many fit.
    routes : tuple of int
        Routes with such links.
    room : int64 array (2 L,)
        Persons who fit on a link, and behind them those who fit before its gate; -1 without limit.
        Of a sample of households, as the work of lines is.
    """

    def __init__(self, scenario: Scenario, world: World) -> None:
        self._scenario, self._world = scenario, world
        traffic, routes = scenario.behaviour.traffic, world.routes
        self._per_vehicle, one_in = traffic.persons_per_vehicle, scenario.population.one_in
        hour = [_persons_per_hour(route, self._per_vehicle) for route in routes]
        self._usual = np.repeat(np.array(hour, dtype=np.float64), 2)
        on_it = [None if r.lanes is None else r.lanes * r.km * traffic.jam_per_km for r in routes]
        at_gate = [r.waiting_room for r in routes]
        self.room = np.concatenate([
            _room(on_it, self._per_vehicle / one_in), _room(at_gate, 1.0 / one_in)
        ])  # fmt: skip
        links = self._usual.size
        events = [self._links_of(event) for event in scenario.road_events]
        self.limited = np.isfinite(self._usual) | (self.room[:links] >= 0)
        for of_event in events:
            self.limited[of_event] = True
        self.routes = tuple(r for r in range(len(routes)) if self.limited[2 * r : 2 * r + 2].any())
        self.fuel = any(row.vehicles_per_day is not None for row in scenario.fuel)
        self.any = bool(self.limited.any() or (self.room >= 0).any() or self.fuel)
        self._events = events
        self._moments = self._all_moments()
        self._hour = [self._at(moment) for moment in self._moments]
        self._work = [
            np.array([work_per_second(persons / one_in) for persons in hour], dtype=np.int64)
            for hour in self._hour
        ]

    def _links_of(self, event: RoadEvent) -> Ints:
        """Links of the road of an event, in the directions that it concerns."""
        network, routes = self._world.network, self._world.routes
        one, other = (network.names.index(name) for name in event.route)
        mode = [r.mode == event.mode for r in routes for _ in range(2)]
        along = (network.tail == one) & (network.head == other)
        against = (network.tail == other) & (network.head == one)
        meant = along | against if event.direction == "both" else along
        return np.flatnonzero(meant & np.array(mode, dtype=bool))

    def _seconds(self, moment: datetime) -> int:
        return int((moment - self._scenario.start).total_seconds())

    def _all_moments(self) -> Ints:
        """Seconds from which something else holds, the first 0."""
        told = {0}
        for event in self._scenario.road_events:
            told |= {self._seconds(event.start), self._seconds(event.stop)}
        told |= {self._seconds(row.start) for row in self._scenario.fuel}
        return np.array(sorted(moment for moment in told if moment >= 0), dtype=np.int64)

    def _at(self, seconds: int) -> Floats:
        """Persons an hour whom each link and each pump let through, inf without limit."""
        hour = np.concatenate([self._usual, np.full(len(self._world.places), np.inf)])
        for event, links in zip(self._scenario.road_events, self._events, strict=True):
            if self._seconds(event.start) <= seconds < self._seconds(event.stop):
                usual = hour[links]
                hour[links] = usual * event.capacity if event.capacity > 0.0 else 0.0
        pumps, names = self._usual.size, self._world.network.names
        for row in sorted(self._scenario.fuel, key=lambda row: row.start):
            if self._seconds(row.start) <= seconds:
                day = row.vehicles_per_day
                persons = np.inf if day is None else day * self._per_vehicle / 24.0
                hour[pumps + names.index(row.place)] = persons
        return hour

    def edges(self) -> Ints:
        """Seconds at which something changes."""
        return self._moments

    def _spell(self, seconds: int) -> int:
        return int(np.searchsorted(self._moments, seconds, side="right")) - 1

    def work(self, seconds: int) -> Ints:
        """Work of a second of each link's end and of each pump, (L + P,)."""
        return self._work[self._spell(seconds)]

    def jams(self, seconds: int, in_jam: Ints) -> Jams:
        """How things stand on the roads.

        Parameters
        ----------
        in_jam : int64 array (L + P,)
            Persons in line.
        """
        links = self._usual.size
        now = self._hour[self._spell(seconds)][:links]
        hour = np.where(now > 0.0, now, self._usual)
        return Jams(in_jam[:links] / hour, now == 0.0)

    def fuel_hours(self, seconds: int, in_jam: Ints) -> Floats:
        """Hours that who wants fuel at each place waits for it, inf where there is none, (P,)."""
        links = self._usual.size
        hour, line = self._hour[self._spell(seconds)][links:], in_jam[links:]
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(hour > 0.0, line / hour, np.inf)


def _persons_per_hour(route: Route, per_vehicle: float) -> float:
    if route.vehicles_per_hour is not None:
        return route.vehicles_per_hour * per_vehicle
    return np.inf if route.persons_per_hour is None else route.persons_per_hour


def _room(told: list[float | None], persons: float) -> Ints:
    """Whole persons for each link of routes with room for so many times ``persons``."""
    whole = [-1 if n is None else max(1, round(min(n * persons, UNLIMITED))) for n in told]
    return np.repeat(np.array(whole, dtype=np.int64), 2)
