"""The laws of a run: what rules and draws say for any households, shared by both engines.

Every function here takes arrays over households and gives arrays; the reference engine passes
arrays of one row. `Laws` holds what is fixed for the run, `Now` what is fixed for one tick.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.arrays import Bools, Counts, Floats, Ints, Keys
from flowsim.behaviour.gate import Admission, admission, gate_luck
from flowsim.behaviour.harm import household_weight, kind_weights, strike
from flowsim.behaviour.leaving import frailty
from flowsim.behaviour.routes import SETTLE, RouteLogit, choose
from flowsim.clock import DAY, NEVER, ClockFace
from flowsim.draws import Purpose, best_of, exponential, seed_key, text_key, uniform
from flowsim.model.beliefs import Beliefs
from flowsim.model.borders import Borders
from flowsim.model.layout import CLOCKS_OF, PURPOSE, Cells, Clock, Status
from flowsim.policy.gates import LONGEST, RulesAtGates
from flowsim.policy.land import Roads, Transfers
from flowsim.scenario.scenario import Scenario
from flowsim.world.population import Households
from flowsim.world.world import World

_PURPOSE = np.array([PURPOSE[clock] for clock in Clock], dtype=np.int64)
_FORM = np.array([0, 0, 1, 2, 2, 3, 0, 3, 0], dtype=np.int64)
"""Which index of a household finds its cell, by clock: place, way home, gate and held, gate."""


class Holding(NamedTuple):
    """What decides under which cells of the clock face households are; all int64 arrays (n,)."""

    place: Ints
    group: Ints
    home: Ints
    burnt: Ints
    gate: Ints
    held: Ints


class Laws:
    """What is fixed for a run.

    Parameters
    ----------
    scenario : Scenario
    world : World
    seed : int or str
    transfers : bool
        Whether some policy may move people from camp to camp.

    Attributes
    ----------
    seed : uint64
    cells : Cells
    runs : bool array (statuses, clocks)
        Which clocks compete in which status.
    routes : RouteLogit
    way : int64 array (P, P)
        First link of the way home.
    refuge_near_home : int64 array (P,)
        Where those settle whose home is burnt: the nearest place inside that takes people.
    """

    def __init__(
        self, scenario: Scenario, world: World, seed: int | str, transfers: bool = False
    ) -> None:
        self.scenario, self.world = scenario, world
        self.behaviour = scenario.behaviour
        self.retry = scenario.grid  # seconds: before the next tick nothing is other than it was
        self.seed = seed_key(seed)
        self.group_names = tuple(g.name for g in world.groups)
        network = world.network
        self.cells = Cells(
            len(world.places), len(world.groups), len(world.countries), len(network.gates)
        )
        c = self.cells
        first = [c.leave, c.onward, c.back_home, c.give_up, c.fence, c.disperse, c.harm, c.crush,
                 c.relocate]  # fmt: skip
        self._first_cell = np.tile(np.array(first, dtype=np.int64), (len(Status), 1))
        self._first_cell[Status.MOVING, Clock.HARM] = c.harm_moving
        self.runs = np.zeros((len(Status), len(Clock)), dtype=bool)
        self._find_clocks(transfers)
        self.told = self.behaviour.leaving.count == "given"
        self.may_settle = world.capacity != 0
        keys = [text_key("place", name) for name in network.names]
        self.place_key = np.array(keys, dtype=np.uint64)
        self.routes = RouteLogit(self.behaviour.routes, network, self.may_settle)
        speeds = self.behaviour.routes
        self.hours = network.hours(speeds.road_kmh, speeds.foot_kmh)
        self.way, hours_home = network.way_home(self.hours)
        reach = np.where(world.inside & self.may_settle, hours_home, np.inf)
        np.fill_diagonal(reach, np.inf)
        near = np.argmin(reach, axis=1).astype(np.int64)
        own = np.arange(near.size)
        self.refuge_near_home = np.where(np.isfinite(reach[own, near]), near, own)
        self.harm_weights = kind_weights(self.behaviour.harm)
        self.death_chance = 1.0 / (1.0 + self.behaviour.harm.wounded_per_death)
        self.targeted = np.zeros((len(world.places), len(world.groups)))
        for event in (e for e in scenario.violence.events if e.intensity > 0.0):
            p = network.names.index(event.place)
            row = [event.target.get(name, 0.0) for name in self.group_names]
            self.targeted[p] = np.maximum(self.targeted[p], row)

    def _find_clocks(self, transfers: bool) -> None:
        """Which clocks compete in which status, without those that never run here."""
        harm = self.behaviour.harm
        for status, clocks in CLOCKS_OF.items():
            self.runs[status, list(clocks)] = True
        self.runs[Status.MOVING, Clock.HARM] &= harm.on_the_way > 0.0
        self.runs[Status.SHELTERED, Clock.RELOCATE] &= transfers
        self.runs[Status.WAITING, Clock.CRUSH] &= harm.crush_per_day > 0.0

    def frailty(self, key: Keys) -> Floats:
        """Frailty of leaving, by household."""
        return frailty(self.behaviour.leaving, self.seed, key)

    def kin_across(self, key: Keys, group: Ints) -> Bools:
        """Who has close kin across the border."""
        zero = np.zeros(key.size, dtype=np.int64)
        share = np.array([g.kin_across for g in self.world.groups])
        if not share.any():
            return np.zeros(key.size, dtype=bool)
        return uniform(self.seed, key, Purpose.KIN, zero) < share[group]

    def informed(self, key: Keys) -> Bools:
        """Who knows the present state."""
        zero = np.zeros(key.size, dtype=np.int64)
        return uniform(self.seed, key, Purpose.INFORMED, zero) < self.behaviour.news.informed

    def follows(self, key: Keys) -> Bools:
        """Of those left at a gate, who goes to the family once across."""
        zero = np.zeros(key.size, dtype=np.int64)
        return self.chance(key, Purpose.FOLLOW, zero, self.behaviour.waiting.follow)

    def to_family(self, here: Ints, goal: Ints) -> Ints:
        """Next link to a family sheltered at a goal, SETTLE where they are there, else -2.

        The goal is -1 where there is no such family. Who is not yet abroad does not follow.
        """
        way = self.way[here, goal]
        option = np.where(here == goal, SETTLE, np.where(way >= 0, way, -2))
        return np.where((goal >= 0) & ~self.world.inside[here], option, -2)

    def burnt(self, key: Keys, home: Ints, group: Ints) -> Bools:
        """Whose home is burnt: the place's share, for the group that its violence targets most."""
        most = self.targeted == np.maximum(self.targeted.max(axis=1, keepdims=True), 1e-9)
        burnt = np.array([place.burnt for place in self.world.places])
        chance = np.where(most, burnt[:, None], 0.0)[home, group]
        zero = np.zeros(key.size, dtype=np.int64)
        return uniform(self.seed, key, Purpose.BURNT, zero) < chance

    def men_stay(self, key: Keys, count: Ints, kinds: Counts) -> Bools:
        """Families whose men stay to guard: there are men, and somebody whom they let go."""
        wish = uniform(self.seed, key, Purpose.MEN_STAY, count) < self.behaviour.leaving.men_stay
        others = kinds.sum(axis=0, dtype=np.int64) - kinds[2]
        return wish & (kinds[2] > 0) & (others > 0)

    def under(self, status: Ints, clock: Ints, holding: Holding) -> Ints:
        """Cell of the clock face that drives a clock of each household.

        Parameters
        ----------
        status, clock : int64 arrays (n,)
        holding : Holding
            Columns of the same households.
        """
        cells, h = self.cells, holding
        by_place = h.place * cells.groups + h.group
        country = self.world.country[h.place]
        home = ((country * cells.places + h.home) * cells.groups + h.group) * 2 + h.burnt
        index = np.stack([by_place, home, 2 * h.gate + h.held, h.gate])
        cell = self._first_cell[status, clock] + index[_FORM[clock], np.arange(clock.size)]
        return np.where(clock == Clock.LEAVE, cells.calendar, cell) if self.told else cell

    def status_at_start(self, households: Households) -> Ints:
        """At home, or sheltered or displaced where they are elsewhere when the run begins."""
        place = households.place
        inside = self.world.inside[place]
        away = np.where(inside, int(Status.DISPLACED), int(Status.SHELTERED))
        return np.where(place == households.home, int(Status.AT_HOME), away)

    def until_told(self, clock: Ints, status: Ints, leaves: Ints, now: Ints) -> Floats | None:
        """Thresholds on the calendar of those whose time of leaving is told; None elsewhere.

        The calendar is a clock of hazard 1/day. Who found no way out tries again a day later, and
        who is home again has no time told any more.
        """
        if not self.told:
            return None
        ahead = np.where(leaves > now, leaves - now, DAY) / DAY
        ahead = np.where((status == Status.AT_HOME) & (leaves < NEVER), ahead, np.inf)
        return np.where(clock == Clock.LEAVE, ahead, np.nan)

    def threshold(
        self,
        clock: Ints,
        key: Keys,
        count: Ints,
        kinds: Counts,
        guard: Bools,
        danger: Floats | None = None,
        told: Floats | None = None,
    ) -> Floats:
        """Exponential threshold of a clock; inf for households that the hazard cannot touch.

        The hazard of leaving is scaled by frailty and for guards, that of harm by who is there and
        by ``danger``, the factor of corridors on the road where each is. ``told`` stands above all
        that is drawn, see `until_told`.
        """
        drawn = exponential(self.seed, key, _PURPOSE[clock], count)
        factor = np.ones(drawn.size)
        leave = np.flatnonzero(clock == Clock.LEAVE)
        if leave.size:
            drawn[leave] = drawn[leave] / self.frailty(key[leave])
            factor[leave] = np.where(guard[leave], self.behaviour.leaving.guards_leave, 1.0)
        harm = np.flatnonzero(clock == Clock.HARM)
        if harm.size:
            factor[harm] = household_weight(self.harm_weights, kinds[:, harm])
            if danger is not None:
                factor[harm] *= danger[harm]
        crush = np.flatnonzero(clock == Clock.CRUSH)
        if crush.size:
            factor[crush] = kinds[:, crush].sum(axis=0, dtype=np.int64)
        with np.errstate(divide="ignore"):
            drawn = np.where(factor > 0.0, drawn / factor, np.inf)
        return drawn if told is None else np.where(np.isnan(told), drawn, told)

    def struck(self, clock: Clock, key: Keys, count: Ints, kinds: Counts) -> tuple[Ints, Bools]:
        """Kind of the person struck by harm or crush, and whether it is death (crush always)."""
        if clock == Clock.CRUSH:
            everybody = np.ones(5)
            return strike(self.seed, key, Purpose.VICTIM, count, everybody, kinds, 1.0)
        weights, chance = self.harm_weights, self.death_chance
        return strike(self.seed, key, Purpose.HARM_RESULT, count, weights, kinds, chance)

    def lost_at_the_fence(self, key: Keys, count: Ints, kinds: Counts) -> tuple[Ints, Bools]:
        """Kind of a person who may die in an attempt at the fence, and whether that happens."""
        chance = self.behaviour.harm.fence_death
        return strike(self.seed, key, Purpose.FENCE_RESULT, count, np.ones(5), kinds, chance)

    def destination(self, home: Ints, burnt: Bools) -> Ints:
        """Place that those who go home are bound for."""
        return np.where(burnt, self.refuge_near_home[home], home)

    def gate_luck(self, key: Keys, visit: Ints) -> Floats:
        """The one draw of a visit to a gate."""
        return gate_luck(self.seed, key, visit)

    def chance(self, key: Keys, purpose: Purpose, count: Ints, share: float | Floats) -> Bools:
        """Whether something of that chance happens."""
        return uniform(self.seed, key, purpose, count) < share


class Now:
    """What is fixed for one tick, and what policies say for the segment under way.

    Parameters
    ----------
    laws : Laws
    face : ClockFace
    delay_hours : float64 array (L, G)
        Lost on each link to curfews and roadblocks.
    beliefs : Beliefs
    full : bool array (P,)
        Places without room.
    capacity : int64 array (P,)
        Persons whom places can shelter, -1 without limit.

    Attributes
    ----------
    travel : int64 array (L, G)
        Seconds that each link takes.
    rules : RulesAtGates
    roads : Roads or None
    transfers : Transfers or None
    capacity : int64 array (P,)
        Persons whom places shelter at most, 0 where nobody is taken in; -1 without limit.
    """

    def __init__(
        self,
        laws: Laws,
        face: ClockFace,
        delay_hours: Floats,
        beliefs: Beliefs,
        full: Bools,
        capacity: Ints,
    ) -> None:
        self.laws, self.face, self._delay, self._beliefs = laws, face, delay_hours, beliefs
        self._full, self._capacity = full, capacity
        self.capacity = capacity
        self.rules: RulesAtGates
        self.roads: Roads | None = None
        self.transfers: Transfers | None = None
        self.travel = self._seconds(delay_hours)

    def begin_segment(self, borders: Borders) -> None:
        """Take what policies say from now on."""
        self.rules, self.transfers, roads = borders.rules, borders.transfers, borders.roads
        self.capacity = np.where(borders.shut, 0, self._capacity)
        if roads is not self.roads:
            self.roads, delay = roads, self._delay
            if roads is not None:
                delay = delay * (1.0 - roads.lifts)[:, None] + roads.delay_hours[:, None]
            self.travel = self._seconds(delay)

    def _seconds(self, delay_hours: Floats) -> Ints:
        seconds = np.ceil((self.laws.hours[:, None] + delay_hours) * 3600.0)
        return np.clip(seconds, 1, LONGEST).astype(np.int64)

    def choose(self, state: Ints, key: Keys, count: Ints, sort: Ints, informed: Ints) -> Ints:
        """Link that each household takes next from a state of route choice, or SETTLE, or -2.

        -2 too for those whom a checkpoint stops on the link of their choice.
        """
        row = 2 * sort + informed
        table = self._beliefs.values(np.unique(row))
        routes = self.laws.routes
        options, names = routes.option[state], routes.option_key[state]
        option = choose(self.laws.seed, key, count, options, names, table[row, state])
        if self.roads is not None and self.roads.stops_somebody:
            option[self._stopped(option, key, sort)] = -2
        return option

    def _stopped(self, option: Ints, key: Keys, sort: Ints) -> Bools:
        """Whom a checkpoint stops on a link: one draw a household and route, for good."""
        assert self.roads is not None
        link = np.maximum(option, 0)
        share = np.where(option >= 0, self.roads.permeability[link, sort], 1.0)
        zero = np.zeros(key.size, dtype=np.int64)
        route = self.laws.world.network.route_key[link]
        return uniform(self.laws.seed, key, Purpose.CHECKPOINT, zero, route) >= share

    def moved_to(self, key: Keys, count: Ints, here: Ints) -> Ints:
        """Place with room that each sheltered household is moved to; -1 where there is none."""
        nowhere = np.full(key.size, -1, dtype=np.int64)
        if self.transfers is None:
            return nowhere
        weight = self.transfers.weight[here] * (self.laws.way[here] >= 0) * ~self._full
        to = np.flatnonzero(weight.any(axis=0))
        if to.size == 0:
            return nowhere
        with np.errstate(divide="ignore"):
            value = np.log(weight[:, to])
        option = np.broadcast_to(self.laws.place_key[to], value.shape)
        best = best_of(self.laws.seed, key, Purpose.TRANSFER, count, option, value)
        return np.where(best < 0, -1, to[best])

    def found(self, link: Ints, group: Ints, gate: Ints) -> Bools:
        """Whether those who came through the fence are still in reach when guards look for them."""
        after, way = self.rules.pushback_after_s[gate], self.travel[link, group]
        km = self.laws.world.network.km[link] * np.minimum(after / way, 1.0)
        return km <= self.rules.pushback_reach_km[gate]

    def admission(
        self,
        gate: Ints,
        luck: Floats,
        key: Keys,
        visit: Ints,
        sort: Ints,
        kinds: Counts,
        wounded: Counts,
    ) -> Admission:
        """Households held against the rules of their gates."""
        laws = self.laws
        waiting, seed = laws.behaviour.waiting, laws.seed
        return admission(self.rules, waiting, seed, gate, luck, key, visit, sort, kinds, wounded)
