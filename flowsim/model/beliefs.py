"""What people believe about danger and borders, and the values of routes that follow from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.behaviour.config import Behaviour, RouteChoice
from flowsim.behaviour.destinations import Destinations
from flowsim.behaviour.elimination import factorise_and_solve
from flowsim.behaviour.routes import RouteLogit, link_cost, wait_cost, waiting_cost
from flowsim.behaviour.settling import Refuges, settle_utility
from flowsim.clock import NEVER
from flowsim.model.limits import Jams
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.land import Roads
from flowsim.world.violence import Danger
from flowsim.world.world import World


class Snapshot(NamedTuple):
    """How things stand at a moment, as they can be known."""

    danger: Danger
    rules: RulesAtGates
    roads: Roads | None = None
    jams: Jams | None = None


class Prices(NamedTuple):
    """What people believe of places and links, in rows ``2 x household_type + informed``.

    Attributes
    ----------
    danger : float64 array (2 S, P)
    hours : float64 array (2 S, L)
        Time on each link, with delays.
    waits : float64 array (2 S, gates)
        Cost of waiting at each gate.
    road : two float64 arrays (2 S, L), or None
        What policies on roads and lines on them make of the danger on each link, and of its cost.
    on_road : float64 array (2 S, L), or None
        Violence on each link itself.
    drivers : two float64 arrays (2 S, L) and (2 S, P), or None
        What drivers make links cost, and settling at places.
    """

    danger: Floats
    hours: Floats
    waits: Floats
    road: tuple[Floats, Floats] | None
    on_road: Floats | None = None
    drivers: tuple[Floats, Floats] | None = None


class _Heard(NamedTuple):
    """All that beliefs follow from."""

    known: Snapshot
    late: Snapshot
    queue: Ints
    refuges: tuple[np.ndarray, ...]

    def is_as(self, other: _Heard) -> bool:
        """Whether the same beliefs follow; where an opening is announced they change with time."""
        for mine, theirs in ((self.known, other.known), (self.late, other.late)):
            if mine.rules is not theirs.rules or mine.roads is not theirs.roads:
                return False
            if (mine.rules.opens_s < NEVER).any():
                return False
        return all(map(np.array_equal, self._arrays(), other._arrays()))

    def _arrays(self) -> tuple[np.ndarray, ...]:
        told: list[np.ndarray] = []
        for jams in (self.known.jams, self.late.jams):
            told += () if jams is None else jams
        for danger in (self.known.danger, self.late.danger):
            told += [danger.alarm, danger.delay_hours]
            if danger.on_road is not None:
                told.append(danger.on_road)
            if danger.push is not None:
                told += [danger.push.way_cost, danger.push.settle_cost]
        return (*told, self.queue, *self.refuges)


class Grapevine:
    """How news travels: the informed know how things stand, the others how they stood before.

    Parameters
    ----------
    behaviour : Behaviour
    world : World
    routes : RouteLogit
    hours : float64 array (L,)
        Time on each link without delays.
    solver : function
        What solves the systems of route choice, see `flowsim.behaviour.elimination`.
    destinations : Destinations, optional
        What places are worth by home, where home makes a difference.
    """

    def __init__(
        self,
        behaviour: Behaviour,
        world: World,
        routes: RouteLogit,
        hours: Floats,
        solver: Callable[..., None] = factorise_and_solve,
        destinations: Destinations | None = None,
    ) -> None:
        self._solver, self._destinations = solver, destinations
        self._news, self._section = behaviour.news, behaviour.routes
        self._world, self._routes, self._hours = world, routes, hours
        self._lag = round(behaviour.news.lag_hours * 3600)
        self._past: list[tuple[int, Snapshot]] = []
        self._solved: dict[bytes, Floats] = {}
        self._last: tuple[_Heard, Beliefs] | None = None
        self._hosts = np.repeat(world.hosts.T, 4, axis=0)
        self._out = np.array([gate.out for gate in world.network.gates], dtype=bool)

    def hear(self, now: int, known: Snapshot) -> tuple[Floats, Snapshot]:
        """Take in how things stand; gives the alarm that is talked of (P, G), and what is late."""
        self._past.append((now, known))
        while len(self._past) > 1 and self._past[1][0] <= now - self._lag:
            self._past.pop(0)
        late, share = self._past[0][1], self._news.informed
        return share * known.danger.alarm + (1.0 - share) * late.danger.alarm, late

    def hurry(self, known: Snapshot, late: Snapshot) -> Floats:
        """Part of the open crossings that people know to be about to close, by group (G,)."""
        share = self._news.informed
        return share * self._closing(known.rules) + (1.0 - share) * self._closing(late.rules)

    def awaited(self, known: Snapshot, late: Snapshot) -> Floats:
        """Part of the people who know that a gate will open, as it was announced, (gates,)."""
        share = self._news.informed
        told, before = (k.rules.opens_s < NEVER for k in (known, late))
        return share * told + (1.0 - share) * before

    def _closing(self, rules: RulesAtGates) -> Floats:
        told = rules.closes_s < NEVER
        if not told.any():
            return np.zeros(len(self._world.groups))
        still_open = (rules.family_chance[:, ::2] > 0.0) & self._out[:, None]
        about = (still_open & told[:, None]).sum(axis=0)
        return about / np.maximum(still_open.sum(axis=0), 1)

    def believe(
        self, now: int, known: Snapshot, late: Snapshot, queue: Ints, refuges: Refuges
    ) -> Beliefs:
        """Beliefs of the informed and the others of each type of household; see `prices`.

        Parameters
        ----------
        refuges : Refuges
            Room at places, and who is there; everybody has heard of it.
        """
        heard = _Heard(known, late, queue, self._that_matters(refuges))
        if self._last is not None and heard.is_as(self._last[0]):
            return self._last[1]
        p = self.prices(now, known, late, queue)
        network = self._world.network
        costs = link_cost(self._section, network, p.hours, p.danger, p.waits, p.road, p.on_road)
        worth = self.worth(p.danger, refuges)
        if p.drivers is not None:
            costs, worth = costs + p.drivers[0], worth - p.drivers[1]
        self._last = heard, self._beliefs(costs, worth)
        return self._last[1]

    def _beliefs(self, costs: Floats, worth: Floats) -> Beliefs:
        chosen = self._destinations or self._routes
        return Beliefs(self._routes, costs, worth, self._solved, self._solver, chosen)

    def _that_matters(self, refuges: Refuges) -> tuple[np.ndarray, ...]:
        """What of refuges has a weight in the worth of places."""
        section = self._section
        weights = (
            1.0, section.room, section.crowding or section.compatriots, section.opened,
            section.crowded_cost,
        )  # fmt: skip
        return tuple(what for what, weight in zip(refuges, weights, strict=True) if weight)

    def in_calm(self, refuges: Refuges) -> Beliefs:
        """Beliefs over open borders without queues, where there is no danger, delay or driver."""
        rows, world = len(self._hosts), self._world
        worth = self.worth(np.zeros((rows, len(world.places))), refuges)
        return self._beliefs(np.zeros((rows, self._hours.size)), worth)

    def worth(self, danger: Floats, refuges: Refuges, section: RouteChoice | None = None) -> Floats:
        """Utility of settling at each place, (2 S, P), by the section of the run or another."""
        world = self._world
        return settle_utility(
            section or self._section, self._hosts, world.hosts.sum(axis=1), world.inside, danger,
            refuges, world.country,
        )  # fmt: skip

    def prices(self, now: int, known: Snapshot, late: Snapshot, queue: Ints) -> Prices:
        """What the informed and the others of each type of household believe of links and places.

        Parameters
        ----------
        now : int
            Second, from which the hours to an announced opening are counted.
        queue : int64 array (gates,)
            Persons in each queue; everybody has heard of it.
        """
        danger = _both(*(np.repeat(k.danger.alarm, 2, axis=1) for k in (late, known)))
        delay = _both(*(np.repeat(_delay(k, self._world), 2, axis=1) for k in (late, known)))
        waits = np.zeros((danger.shape[0], 0))
        if self._world.network.gates:
            waits = wait_cost(
                self._section,
                _both(late.rules.family_chance, known.rules.family_chance),
                queue.astype(np.float64),
                _both(late.rules.family_per_hour, known.rules.family_per_hour),
                _by_row(late.rules.cost_km, known.rules.cost_km, danger.shape[0]),
                _by_row(
                    _hours_until(late.rules.opens_s, now),
                    _hours_until(known.rules.opens_s, now),
                    danger.shape[0],
                ),
            )
        on_road = None
        if late.danger.on_road is not None and known.danger.on_road is not None:
            told = late.danger.on_road, known.danger.on_road
            on_road = _both(*(np.repeat(k, 2, axis=1) for k in told))
        hours, roads = self._hours + delay, self._roads(late, known)
        drivers = self._drivers(hours, late, known)
        return Prices(danger, hours, waits, roads, on_road, drivers)

    def _drivers(
        self, hours: Floats, late: Snapshot, known: Snapshot
    ) -> tuple[Floats, Floats] | None:
        """What drivers make links and places cost, by row."""
        before, now = late.danger.push, known.danger.push
        if before is None or now is None:
            return None
        pushes = (before, now)
        way = _both(*(np.repeat(push.way_cost, 2, axis=1) for push in pushes))
        settle = _both(*(np.repeat(push.settle_cost, 2, axis=1) for push in pushes))
        network = self._world.network
        return hours * 0.5 * (way[..., network.tail] + way[..., network.head]), settle

    def _roads(self, late: Snapshot, known: Snapshot) -> tuple[Floats, Floats] | None:
        """Factor on danger and cost of each link by row, by policies on roads and lines on them."""
        snapshots = (late, known)
        if all(k.roads is None and k.jams is None for k in snapshots):
            return None
        section, n_sorts = self._section, 2 * len(self._world.groups)
        danger, cost = [], []
        for roads, jams in ((k.roads, k.jams) for k in snapshots):
            shape = (self._hours.size, n_sorts)
            danger.append(np.ones(shape))
            cost.append(np.zeros(shape))
            if roads is not None:
                with np.errstate(divide="ignore"):
                    stop = np.minimum(-np.log(roads.permeability), section.wait_cost_cap)
                danger[-1] *= roads.danger[:, None]
                cost[-1] += stop + section.km_cost * roads.cost_km[:, None]
            if jams is not None:
                hours = np.where(jams.closed, np.inf, jams.hours)
                cost[-1] += waiting_cost(section, hours)[:, None]
        return _both(*danger), _both(*cost)


def rows_of_beliefs(behaviour: Behaviour, world: World, groups: Ints) -> Ints:
    """Rows ``2 x household_type + informed`` that households of some groups can have."""
    informed = behaviour.news.informed
    states = [state for state, share in ((0, 1.0 - informed), (1, informed)) if share > 0.0]
    return np.array(
        [
            2 * (2 * g + kin) + state
            for g in groups.tolist()
            for kin, share in (
                (0, 1.0 - world.groups[g].kin_across), (1, world.groups[g].kin_across)
            )
            if share > 0.0
            for state in states
        ],
        dtype=np.int64,
    )  # fmt: skip


def _delay(known: Snapshot, world: World) -> Floats:
    """Hours lost on each link, (L, G)."""
    delay: Floats = known.danger.delay_hours[world.network.tail]
    if known.roads is not None:
        delay = delay * (1.0 - known.roads.lifts)[:, None] + known.roads.delay_hours[:, None]
    return delay if known.jams is None else delay + known.jams.hours[:, None]


def _hours_until(seconds: Ints, now: int) -> Floats:
    """Hours until some moments, inf where there is none."""
    return np.where(seconds < NEVER, np.maximum(seconds - now, 0) / 3600.0, np.inf)


def _by_row(late: Floats, known: Floats, rows: int) -> Floats:
    """Values by gate of the late and the informed as rows ``2 x household_type + informed``."""
    return np.tile(np.stack([late, known]), (rows // 2, 1))


def _both(late: Floats, known: Floats) -> Floats:
    """Tables (n, S) of both, in rows ``2 x household_type + informed``: (2 S, n)."""
    return np.stack([late, known], axis=-1).transpose(1, 2, 0).reshape(-1, late.shape[0])


MOST_KEPT = 64
"""Tables of values of earlier ticks that are kept, over the homes that each is for."""


class Beliefs:
    """Values of route choice as each type of household believes them; solved when first asked.

    Parameters
    ----------
    routes : RouteLogit
    costs, settle : float64 arrays (2 S, L) and (2 S, P)
        Link costs and settling utilities, at ``2 x household_type + informed``.
    known : dict
        Solutions of earlier ticks by their inputs, kept by the caller.
    solver : function
        See `Grapevine`.
    chosen : RouteLogit or Destinations, optional
        What gives the values: `routes` itself, or by home.
    """

    def __init__(
        self,
        routes: RouteLogit,
        costs: Floats,
        settle: Floats,
        known: dict[bytes, Floats],
        solver: Callable[..., None] = factorise_and_solve,
        chosen: RouteLogit | Destinations | None = None,
    ) -> None:
        self._solver, self._chosen = solver, routes if chosen is None else chosen
        self._routes, self._costs, self._settle, self._known = routes, costs, settle, known
        self._homes = chosen.homes.size if isinstance(chosen, Destinations) else 1
        self._table = np.zeros((self._homes * len(costs), *routes.option.shape))
        self._solved = np.zeros(len(costs), dtype=bool)

    def values(self, wanted: Ints) -> Floats:
        """Table (B 2 S, states, D) in which the wanted rows are solved, for all homes."""
        rows = len(self._costs)
        for row in wanted[~self._solved[wanted]]:
            cost, settle = self._costs[row], self._settle[row]
            key = cost.tobytes() + settle.tobytes()
            if key not in self._known:
                if len(self._known) > MOST_KEPT // self._homes:
                    self._known.pop(next(iter(self._known)))
                self._known[key] = self._chosen.utilities(cost, settle, self._solver)
            self._table[row::rows] = self._known[key]
            self._solved[row] = True
        return self._table

    def at_home(self, wanted: Ints, home_rows: Ints) -> Floats:
        """Values of the wanted rows of leaving each place, to those at home there; (n, P, D).

        Parameters
        ----------
        home_rows : int64 array (P,)
            See `flowsim.model.laws.Laws`.
        """
        places = np.arange(home_rows.size)
        table = self.values(wanted)
        return np.asarray(
            table[wanted[:, None] + home_rows[None, :], self._routes.n_links + places]
        )
