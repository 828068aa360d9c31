"""The laws of a run: what rules and draws say for any households, shared by both engines.

Every function here takes arrays over households and gives arrays; the reference engine passes
arrays of one row. `Laws` holds what is fixed for the run, `Now` what is fixed for one tick.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.behaviour.gate import Admission, admission
from flowsim.behaviour.harm import household_weight, kind_weights, strike
from flowsim.behaviour.leaving import frailty
from flowsim.behaviour.routes import RouteLogit, choose
from flowsim.clock import ClockFace
from flowsim.draws import Keys, Purpose, exponential, seed_key, uniform
from flowsim.model.layout import CLOCKS_OF, PURPOSE, Cells, Clock, Status
from flowsim.policy.compose import GateRules
from flowsim.scenario.scenario import Scenario
from flowsim.world.world import World

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.uint8]


class Laws:
    """What is fixed for a run.

    Attributes
    ----------
    seed : uint64
    cells : Cells
    routes : RouteLogit
    way : int64 array (P, P)
        First link of the way home.
    refuge_near_home : int64 array (P,)
        Where those settle whose home is burnt: the nearest place inside that takes people.
    """

    def __init__(self, scenario: Scenario, world: World, seed: int | str) -> None:
        self.scenario, self.world = scenario, world
        self.behaviour = scenario.behaviour
        self.seed = seed_key(seed)
        self.group_names = tuple(g.name for g in world.groups)
        network = world.network
        self.cells = Cells(
            len(world.places), len(world.groups), len(world.countries), len(network.gates)
        )
        self.may_settle = world.capacity != 0
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
        for event in scenario.violence.events:
            p = network.names.index(event.place)
            row = [event.target.get(name, 0.0) for name in self.group_names]
            self.targeted[p] = np.maximum(self.targeted[p], row)

    def clocks(self, status: Status) -> tuple[Clock, ...]:
        """Clocks that compete in a status, without those that this scenario never lets run."""
        harm = self.behaviour.harm
        idle = {Clock.CRUSH} if harm.crush_per_day == 0.0 else set()
        if status == Status.MOVING and harm.on_the_way == 0.0:
            idle.add(Clock.HARM)
        return tuple(clock for clock in CLOCKS_OF[status] if clock not in idle)

    def frailty(self, key: Keys) -> Floats:
        """Frailty of leaving, by household."""
        return frailty(self.behaviour.leaving, self.seed, key)

    def informed(self, key: Keys) -> Bools:
        """Who knows the present state."""
        zero = np.zeros(key.size, dtype=np.int64)
        return uniform(self.seed, key, Purpose.INFORMED, zero) < self.behaviour.news.informed

    def burnt(self, key: Keys, home: Ints, group: Ints) -> Bools:
        """Whose home is burnt: the place's share, for the groups that its violence targets."""
        chance = np.array([p.burnt for p in self.world.places])[home] * self.targeted[home, group]
        zero = np.zeros(key.size, dtype=np.int64)
        return uniform(self.seed, key, Purpose.BURNT, zero) < chance

    def men_stay(self, key: Keys, count: Ints, kinds: Counts) -> Bools:
        """Families whose men stay to guard: there are men, and somebody whom they let go."""
        wish = uniform(self.seed, key, Purpose.MEN_STAY, count) < self.behaviour.leaving.men_stay
        others = kinds.sum(axis=0, dtype=np.int64) - kinds[2]
        return wish & (kinds[2] > 0) & (others > 0)

    def cell(
        self,
        clock: Clock,
        status: Status,
        place: Ints,
        group: Ints,
        home: Ints,
        burnt: Bools,
        gate: Ints,
        held: Bools,
    ) -> Ints:
        """Cell of the clock face that drives a clock for households in a status."""
        cells = self.cells
        by_place = place * cells.groups + group
        if clock == Clock.LEAVE:
            return cells.leave + by_place
        if clock == Clock.ONWARD:
            return cells.onward + by_place
        if clock == Clock.HARM:
            return (cells.harm_moving if status == Status.MOVING else cells.harm) + by_place
        if clock == Clock.RETURN:
            country = self.world.country[place]
            at = ((country * cells.places + home) * cells.groups + group) * 2
            return cells.back_home + at + burnt
        if clock == Clock.GIVE_UP:
            return cells.give_up + 2 * gate + held
        if clock == Clock.FENCE:
            return cells.fence + 2 * gate + held
        return (cells.disperse if clock == Clock.DISPERSE else cells.crush) + gate

    def threshold(
        self, clock: Clock, key: Keys, count: Ints, kinds: Counts, guard: Bools
    ) -> Floats:
        """Exponential threshold of a clock; inf for households that the hazard cannot touch.

        The hazard of leaving is scaled by frailty and for guards, that of harm by who is there.
        """
        drawn = exponential(self.seed, key, PURPOSE[clock], count)
        if clock == Clock.LEAVE:
            factor = np.where(guard, self.behaviour.leaving.guards_leave, 1.0)
            drawn = drawn / self.frailty(key)
        elif clock == Clock.HARM:
            factor = household_weight(self.harm_weights, kinds)
        elif clock == Clock.CRUSH:
            factor = kinds.sum(axis=0, dtype=np.int64).astype(np.float64)
        else:
            return drawn
        with np.errstate(divide="ignore"):
            return np.where(factor > 0.0, drawn / factor, np.inf)

    def struck(
        self, clock: Clock, key: Keys, count: Ints, kinds: Counts
    ) -> tuple[Ints, Bools]:
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

    def chance(self, key: Keys, purpose: Purpose, count: Ints, share: float) -> Bools:
        """Whether something of that chance happens."""
        return uniform(self.seed, key, purpose, count) < share


class Now:
    """What is fixed for one tick, and the rules at the gates for the segment under way.

    Attributes
    ----------
    face : ClockFace
    travel : int64 array (L, G)
        Seconds that each link takes.
    rules : list of GateRules
        By gate.
    """

    def __init__(self, laws: Laws, face: ClockFace, travel: Ints, beliefs: Beliefs) -> None:
        self.laws, self.face, self.travel, self._beliefs = laws, face, travel, beliefs
        self.rules: list[GateRules] = []

    def choose(self, state: Ints, key: Keys, count: Ints, group: Ints, informed: Bools) -> Ints:
        """Link that each household takes next from a state of route choice, or SETTLE, or -2."""
        table = self._beliefs.values(np.unique(group * 2 + informed))
        routes = self.laws.routes
        value = table[group * 2 + informed, state]
        return choose(self.laws.seed, key, count, routes.option[state], value)

    def admission(
        self, gate: int, key: Keys, visit: Ints, group: Ints, kinds: Counts, wounded: Counts
    ) -> Admission:
        """Households held against the rules of a gate."""
        laws = self.laws
        return admission(
            self.rules[gate], laws.behaviour.waiting, laws.seed, key, visit, group, kinds, wounded
        )


class Beliefs:
    """Values of route choice as each group believes them, informed or not; solved when first asked.

    Parameters
    ----------
    routes : RouteLogit
    costs, settle : list of arrays
        Link costs (L,) and settling utilities (P,), at ``2 x group + informed``.
    known : dict
        Solutions of earlier ticks by their inputs, kept by the caller.
    """

    def __init__(
        self,
        routes: RouteLogit,
        costs: list[Floats],
        settle: list[Floats],
        known: dict[bytes, Floats],
    ) -> None:
        self._routes, self._costs, self._settle, self._known = routes, costs, settle, known
        self._table = np.zeros((len(costs), *routes.option.shape))
        self._solved = np.zeros(len(costs), dtype=bool)

    def values(self, wanted: Ints) -> Floats:
        """Table (2 G, S, D) in which the wanted rows are solved."""
        for row in wanted[~self._solved[wanted]]:
            cost, settle = self._costs[row], self._settle[row]
            key = cost.tobytes() + settle.tobytes()
            if key not in self._known:
                if len(self._known) > 64:
                    self._known.pop(next(iter(self._known)))
                self._known[key] = self._routes.utilities(cost, settle)
            self._table[row] = self._known[key]
            self._solved[row] = True
        return self._table

