"""The World: what a scenario says is there, as arrays; a run changes only orders of forces."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from flowsim.arrays import Ints
from flowsim.world.config import Group, Place, PlaceCapacity, Route
from flowsim.world.network import Network
from flowsim.world.place_capacity import PlaceCapacities
from flowsim.world.push_config import Driver, Level, Threat
from flowsim.world.push_factors import PushFactors
from flowsim.world.violence import Surroundings
from flowsim.world.violence_config import Condition, Force, Violence


class World:
    """Places, groups, network and violence as arrays.

    Attributes
    ----------
    places : tuple of Place, (P,)
    groups : tuple of Group, (G,)
    network : Network
    surroundings : Surroundings
    escalation : Escalation
        Whether violence excites itself, see `flowsim.world.escalation.course_of`.
    countries : tuple of str
        In order of first appearance.
    country : int64 array (P,)
        Index of each place's country.
    inside : bool array (P,)
        Whether a place lies in a country that people flee from.
    residents : int64 array (P, G)
        Persons of each group who live there; zero abroad.
    hosts : float64 array (P, G)
        Persons of each group among whom others can settle, abroad too.
    capacity : int64 array (P,)
        Persons from elsewhere who can be sheltered at the start; -1 without limit.
    may_settle : bool array (P,)
        Places that can shelter somebody at some time.
    """

    def __init__(
        self,
        places: Sequence[Place],
        routes: Sequence[Route],
        groups: Sequence[Group],
        flee_from: Sequence[str],
        violence: Violence,
        conditions: Sequence[Condition],
        forces: Sequence[Force],
        start: datetime,
        threats: Sequence[Threat] = (),
        drivers: Sequence[Driver] = (),
        levels: Sequence[Level] = (),
        capacities: Sequence[PlaceCapacity] = (),
    ) -> None:
        self.places, self.groups, self.routes = tuple(places), tuple(groups), tuple(routes)
        self.countries = tuple(dict.fromkeys(p.country for p in places))
        self.country = np.array([self.countries.index(p.country) for p in places], dtype=np.int64)
        self.inside = np.array([p.country in flee_from for p in places], dtype=bool)
        self.hosts = np.array(
            [[p.population * p.share.get(g.name, 0.0) for g in groups] for p in places]
        )
        living = np.where(self.inside[:, None], self.hosts, 0.0)
        self.residents = np.array([_round_to_sum(row) for row in living])
        self._capacities = PlaceCapacities(capacities, self.places, start)
        self.may_settle, self.capacity = self._capacities.ever, self._capacities.at(0)
        self.escalation = violence.escalation
        self.network = Network(self.places, routes, self.inside)
        self.surroundings = Surroundings(
            violence,
            conditions,
            forces,
            self.network.names,
            tuple(g.name for g in groups),
            np.array([p.population for p in places], dtype=np.int64),
            self.network.km_between,
            start,
            (self.network.tail, self.network.head),
            PushFactors(
                threats, drivers, levels, self.places, tuple(g.name for g in groups), start
            ),
            hosts=self.hosts,
        )

    def capacity_at(self, seconds: int) -> Ints:
        """Capacity of each place so many seconds after the start, in whole persons; -1 unlimited.

        See `flowsim.world.place_capacity.PlaceCapacities`.
        """
        return self._capacities.at(seconds)

    def most_capacity(self, seconds: int) -> Ints:
        """The largest capacity of each place within so many seconds, -1 unlimited."""
        return self._capacities.most(seconds)


def _round_to_sum(row: np.ndarray) -> np.ndarray:
    """Whole persons that add up to the rounded sum (largest remainders first)."""
    whole = np.floor(row).astype(np.int64)
    missing = round(float(row.sum())) - int(whole.sum())
    order = np.lexsort((np.arange(row.size), -(row - whole)))
    whole[order[:missing]] += 1
    return whole
