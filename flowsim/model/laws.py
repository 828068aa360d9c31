"""What is fixed for a run, or for a tick of it: networks, routes, shares, and tables of both."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.destinations import Destinations, by_the_leg, home_rows
from flowsim.behaviour.harm import kind_weights
from flowsim.behaviour.routes import RouteLogit
from flowsim.draws import seed_key, text_key
from flowsim.model.borders import Borders
from flowsim.model.limits import Limits
from flowsim.policy.gates import LONGEST, RulesAtGates
from flowsim.policy.land import Roads, Transfers
from flowsim.scenario.scenario import Scenario
from flowsim.world.world import World


class Laws:
    """What is fixed for a run.

    Parameters
    ----------
    scenario : Scenario
    world : World
    seed : int or str

    Attributes
    ----------
    seed : uint64
    limits : Limits
        Of roads and fuel.
    routes : RouteLogit
    destinations : Destinations or None
        What places are worth by home; None where home makes no difference.
    home_rows : int64 array (P,)
        First row of the beliefs of those from each place; 0 where home makes no difference.
    danger_on_legs : bool
        Whether those on the way can be in danger, so that they are counted by leg.
    slower_s : int64 array (L,)
        Seconds by which a household with wounded is longer on each link.
    way : int64 array (P, P)
        First link of the way home.
    burnt_share : float64 array (P, G)
        Part of the homes that is burnt: of the group that violence there targets most.
    refuge_near_home : int64 array (P,)
        Where those settle whose home is burnt: the nearest place inside that takes people.
    """

    def __init__(self, scenario: Scenario, world: World, seed: int | str) -> None:
        self.scenario, self.world = scenario, world
        self.behaviour = scenario.behaviour
        self.retry = scenario.grid_s  # seconds: before that nothing is other than it was
        self.seed = seed_key(seed)
        self.group_names = tuple(g.name for g in world.groups)
        network = world.network
        self.longest_segment = scenario.longest_tick_s
        self.told = self.behaviour.leaving.count == "given"
        self.may_settle = world.may_settle
        keys = [text_key("place", name) for name in network.names]
        self.place_key = np.array(keys, dtype=np.uint64)
        self.limits = Limits(scenario, world)
        self.routes = RouteLogit(self.behaviour.routes, network, self.may_settle)
        self.destinations: Destinations | None = None
        self.home_rows: Ints = np.zeros(len(world.places), dtype=np.int64)
        if not by_the_leg(self.behaviour.routes):
            named = [row.place for row in scenario.arrivals if row.place]
            homes = world.inside | np.isin(network.names, named)
            self.destinations = Destinations(
                self.behaviour.routes, self.routes, self.may_settle, np.flatnonzero(homes)
            )
            self.home_rows = home_rows(homes, 4 * len(world.groups))
        speeds = self.behaviour.routes
        self.hours = network.hours(speeds.road_kmh, speeds.foot_kmh)
        self.way, hours_home = network.way_home(self.hours)
        reach = np.where(world.inside & self.may_settle, hours_home, np.inf)
        # Their own burnt home is the nearest place, and the one where they cannot stay.
        np.fill_diagonal(reach, np.inf)
        near = np.argmin(reach, axis=1).astype(np.int64)
        own = np.arange(near.size)
        self.refuge_near_home = np.where(np.isfinite(reach[own, near]), near, own)
        self.harm_weights = kind_weights(self.behaviour.harm)
        self.danger_on_legs = self.behaviour.harm.on_the_way > 0.0 or any(
            event.to for event in scenario.violence.events
        )
        slower = self.hours * 3600.0 * (1.0 / self.behaviour.harm.wounded_speed - 1.0)
        self.slower_s = np.ceil(np.minimum(slower, LONGEST)).astype(np.int64)
        self.death_chance = 1.0 / (1.0 + self.behaviour.harm.wounded_per_death)
        self.targeted = np.zeros((len(world.places), len(world.groups)))
        at_home = (e for e in scenario.violence.events if e.crowd is None and not e.to)
        for event in (e for e in at_home if e.intensity > 0.0):
            p = network.names.index(event.place)
            row = [event.target.get(name, 0.0) for name in self.group_names]
            self.targeted[p] = np.maximum(self.targeted[p], row)
        most = self.targeted == np.maximum(self.targeted.max(axis=1, keepdims=True), 1e-9)
        burnt = np.array([place.burnt for place in world.places])
        self.burnt_share = np.where(most, burnt[:, None], 0.0)


class Now:
    """What is fixed for one tick, and what policies say for the segment under way.

    Parameters
    ----------
    laws : Laws
    delay_hours : float64 array (L, G)
        Lost on each link to curfews and roadblocks.
    values : float64 array (B 2 S, states, D)
        Of route choice, by ``2 x household_type + informed``, after `Laws.home_rows`.
    full : bool array (P,)
        Places without room.
    capacity : int64 array (P,)
        Persons whom places can shelter, -1 without limit.
    lost : bool array (P, G), optional
        Homes that are lost, where nobody stays to guard.

    Attributes
    ----------
    travel : int64 array (L, G)
        Seconds that each link takes.
    rules : RulesAtGates
    roads : Roads or None
    transfers : Transfers or None
    gate_capacity : tuple of float or None
        Persons an hour who can physically pass each gate; None without limit.
    capacity : int64 array (P,)
        Persons whom places shelter at most, 0 where nobody is taken in; -1 without limit.
    """

    def __init__(
        self,
        laws: Laws,
        delay_hours: Floats,
        values: Floats,
        full: Bools,
        capacity: Ints,
        lost: Bools | None = None,
    ) -> None:
        self.laws, self._delay, self.values = laws, delay_hours, values
        self.lost = np.zeros(laws.world.residents.shape, dtype=bool) if lost is None else lost
        self.full, self._capacity = full, capacity
        self.capacity = capacity
        self.rules: RulesAtGates
        self.gate_capacity: tuple[float | None, ...] = ()
        self.roads: Roads | None = None
        self.transfers: Transfers | None = None
        self.travel = self._seconds(delay_hours)

    def begin_segment(self, borders: Borders) -> None:
        """Take what policies say from now on."""
        self.rules, self.transfers, roads = borders.rules, borders.transfers, borders.roads
        self.gate_capacity = borders.gate_capacity
        self.capacity = np.where(borders.shut, 0, self._capacity)
        if roads is not self.roads:
            self.roads, delay = roads, self._delay
            if roads is not None:
                delay = delay * (1.0 - roads.lifts)[:, None] + roads.delay_hours[:, None]
            self.travel = self._seconds(delay)

    def _seconds(self, delay_hours: Floats) -> Ints:
        seconds = np.ceil((self.laws.hours[:, None] + delay_hours) * 3600.0)
        return np.clip(seconds, 1, LONGEST).astype(np.int64)
