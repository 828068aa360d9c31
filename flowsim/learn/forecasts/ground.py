"""Where people come from each day, how far each destination is, and which are shut."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from flowsim.arrays import Bools, Floats, Ints
from flowsim.clock import DAY
from flowsim.learn.forecasts.series import days_of
from flowsim.scenario.scenario import Scenario
from flowsim.world.config import Arrival
from flowsim.world.network import Network

if TYPE_CHECKING:
    from flowsim.model.flow import FlowModel

POPULATION_POWER = 0.5
"""Of the residents of a place, in how many of those who flee come from it."""
LEAST_KM = 1e-3
"""Length of a link, at least: a matrix of scipy holds no link of length 0."""


@dataclass(frozen=True)
class Ground:
    """What a forecast knows of the crisis besides registrations.

    Attributes
    ----------
    country : int64 array (C,)
        Of each destination.
    kind : int64 array (D,)
        Which of the networks below each day has.
    km : float64 array (K, P, C)
        Shortest open way from each place to each destination; inf without one.
    origin : float64 array (D, P)
        Weight of each place as an origin.
    shut : bool array (D, C)
        Destinations that take nobody in.
    """

    country: Ints
    kind: Ints
    km: Floats
    origin: Floats
    shut: Bools
    shares: dict[float, Floats] = field(default_factory=dict, compare=False, repr=False)
    """Of `distance_shares`, kept by power."""

    def as_on(self, day: int) -> Ground:
        """The same with all days after a day like it: what was known of the course of things."""
        days = np.minimum(np.arange(self.kind.size), day)
        return replace(
            self, kind=self.kind[days], origin=self.origin[days], shut=self.shut[days], shares={}
        )

    def for_days(self, days: int) -> Ground:
        """The same for so many days: those after its last day are like it."""
        at = np.minimum(np.arange(days), self.kind.size - 1)
        return replace(
            self, kind=self.kind[at], origin=self.origin[at], shut=self.shut[at], shares={}
        )

    def days_open(self) -> Ints:
        """Days since a place that was shut at some time opened; -1 where it never was, (D, C).

        One that is shut has -1 too.
        """
        found = np.full(self.shut.shape, -1, dtype=np.int64)
        since = np.full(self.shut.shape[1], -1, dtype=np.int64)
        for day, shut in enumerate(self.shut):
            since = np.where(shut, 0, np.where(since >= 0, since + 1, -1))
            found[day] = np.where(shut, -1, since)
        return found

    def distance_shares(self, power: float, shift_km: float) -> Floats:
        """Shares by distance alone: ``(km + shift_km)^-power`` of each origin, (D, C).

        Each origin's people are shared out among the destinations that are open and that it can
        reach. Alike where no origin reaches any.
        """
        if power not in self.shares:
            found = np.zeros(self.shut.shape)
            for day in range(self.kind.size):
                if day and self._same(day):
                    found[day] = found[day - 1]
                else:
                    found[day] = self._shares(day, power, shift_km)
            self.shares[power] = found
        return self.shares[power]

    def _same(self, day: int) -> bool:
        before = day - 1
        return bool(
            self.kind[day] == self.kind[before]
            and np.array_equal(self.origin[day], self.origin[before])
            and np.array_equal(self.shut[day], self.shut[before])
        )

    def _shares(self, day: int, power: float, shift_km: float) -> Floats:
        km, free = self.km[self.kind[day]], ~self.shut[day]
        near = np.where(np.isfinite(km) & free, (np.minimum(km, 1e9) + shift_km) ** -power, 0.0)
        reached = near.sum(axis=1)
        weight = np.where(reached > 0.0, self.origin[day], 0.0)
        if not weight.any():
            return np.asarray(free / max(free.sum(), 1))
        weight = weight / weight.sum()
        return np.asarray((weight / np.where(reached > 0.0, reached, 1.0)) @ near)


def ground_of(scenario: Scenario, places: tuple[str, ...]) -> Ground:
    """The ground of a scenario, day by day at its beginning, for some destinations.

    Origins are the places in danger, by danger and by the square root of residents; where nowhere
    is danger, all places of the countries that people flee from.
    """
    from flowsim.model.flow import FlowModel  # it loads the kernel

    nobody = (Arrival(start=scenario.start, persons=1),)
    model = FlowModel(scenario.model_copy(update={"arrivals": nobody}))
    network, world = model.world.network, model.world
    to = np.array([network.names.index(name) for name in places], dtype=np.int64)
    danger, barred, shut = _days(model, days_of(scenario))
    patterns, kind = np.unique(barred, axis=0, return_inverse=True)
    people = world.residents.sum(axis=1).astype(np.float64)
    size = np.where(people > 0.0, np.maximum(people, 1.0) ** POPULATION_POWER, 0.0)
    size[to] = 0.0
    return Ground(
        country=world.country[to],
        kind=kind.ravel(),
        km=np.stack([_km(network, pattern)[:, to] for pattern in patterns]),
        origin=np.stack([_origin(day, size) for day in danger]),
        shut=shut[:, to],
    )


def _origin(danger: Floats, size: Floats) -> Floats:
    weight = danger * size
    return weight if weight.any() else size


def _days(model: FlowModel, days: int) -> tuple[Floats, Bools, Bools]:
    """Danger, links that nobody passes and places that are shut, each day."""
    danger, barred, shut = [], [], []
    gate = model.world.network.gate
    for day in range(days):
        model.violence(day * DAY)
        model.policies(day * DAY)
        closed = np.zeros(gate.size, dtype=bool)
        at_gate = gate >= 0
        closed[at_gate] = model.borders.rules.family_chance[gate[at_gate], 0] <= 0.0
        if model.borders.roads is not None:
            closed |= (model.borders.roads.permeability <= 0.0).all(axis=1)
        danger.append(model.danger.danger.max(axis=1))
        barred.append(closed)
        shut.append(model.borders.shut.copy())
    return np.array(danger), np.array(barred), np.array(shut)


def _km(network: Network, barred: Bools) -> Floats:
    """Shortest way by links that lead outwards and are open, (P, P)."""
    n = len(network.names)
    out = np.array([g < 0 or network.gates[g].out for g in network.gate], dtype=bool)
    links = np.flatnonzero(out & ~barred)
    km = np.full((n, n), np.inf)
    np.minimum.at(km, (network.tail[links], network.head[links]),
                  np.maximum(network.km[links], LEAST_KM))  # fmt: skip
    return np.asarray(dijkstra(csr_array(np.where(np.isfinite(km), km, 0.0))))
