"""The borders of a run: what holds at each gate, on the roads and in camps at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np

from flowsim.arrays import Ints
from flowsim.policy.base import Policy, Stated
from flowsim.policy.compose import GateRules, at_crossing, at_gate, compose, state
from flowsim.policy.config import Authority, Border
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.land import Roads, Transfers, of_kind, pressure, shut_places
from flowsim.policy.opening import Opening, Road, Shut, Statement, Transfer
from flowsim.policy.who import Sorts
from flowsim.scenario.scenario import Scenario
from flowsim.view import BorderView
from flowsim.world.gate_capacity import GateCapacities
from flowsim.world.world import World


class _Side(NamedTuple):
    """An authority at a border, and the parts of its policies by direction."""

    border: str
    section: Authority
    country: int
    out: tuple[Policy, ...]
    back: tuple[Policy, ...]


class Borders:
    """All borders of a scenario.

    Parameters
    ----------
    scenario : Scenario
    world : World

    Attributes
    ----------
    crossings_of : dict
        Names of the crossings of each border, by its id.
    rules : RulesAtGates
        What holds at the gates now.
    roads : Roads or None
        What holds on the roads now; None where no policy states anything.
    transfers : Transfers or None
        Who is moved to where now.
    shut : bool array (P,)
        Places that take nobody in now.
    gate_capacity : tuple of float or None, (gates,)
        Persons an hour who can physically pass each gate now.
    pressure, wish : float64 arrays (C,)
        Hazard of return that each country's policies add, 1/day, and factor on the own wish.
    """

    def __init__(self, scenario: Scenario, world: World) -> None:
        self._start, self._end = scenario.start, scenario.end
        self._world, network = world, world.network
        self._sorts = Sorts(
            tuple(g.name for g in world.groups), tuple(g.nationality for g in world.groups)
        )
        self._known: dict[tuple[Opening, ...], GateRules] = {}
        self._capacities = GateCapacities(
            scenario.gates, network.gates, network.crossings, scenario.start
        )
        self.gate_capacity = self._capacities.at(0)
        self._sides = [
            _Side(
                border.id, authority, _index(world.countries, authority.country),
                _parts(authority.policies), _parts(authority.back),
            )
            for border in scenario.borders for authority in border.authorities
        ]  # fmt: skip
        self.crossings_of: dict[str, tuple[str, ...]] = {b.id: () for b in scenario.borders}
        self._border_of = self._borders_of_gates(scenario.borders)
        self._links: dict[tuple[str, str], tuple[int, ...]] = {}
        for link, ends in enumerate(zip(network.tail, network.head, strict=True)):
            a, b = sorted(network.names[p] for p in ends)
            self._links[a, b] = (*self._links.get((a, b), ()), link)
        self.rules = RulesAtGates((), (), self._start)
        self._said: list[Any] | None = None
        self._land: tuple[tuple[Road, ...], tuple[Transfer, ...], tuple[Shut, ...]] = ((), (), ())
        self.roads: Roads | None = None
        self.transfers: Transfers | None = None
        self.shut = np.zeros(len(network.names), dtype=bool)
        self.pressure = np.zeros(len(world.countries))
        self.wish = np.ones(len(world.countries))

    def _borders_of_gates(self, borders: tuple[Border, ...]) -> list[str | None]:
        network, world = self._world.network, self._world
        found: list[str | None] = []
        for gate in network.gates:
            ends = {
                world.places[network.tail[gate.link]].country,
                world.places[network.head[gate.link]].country,
            }
            border = next((b.id for b in borders if set(b.between) == ends), None)
            found.append(border)
            name = network.crossings[gate.crossing]
            if border is not None and name not in self.crossings_of[border]:
                self.crossings_of[border] += (name,)
        return found

    def parts(self) -> Iterator[tuple[Policy, str, tuple[str, ...]]]:
        """The policies of all sides, whose each is, and the names of the crossings there."""
        for side in self._sides:
            for policy in side.out + side.back:
                yield policy, _whose(side), self.crossings_of[side.border]

    def edges(self) -> Ints:
        """Seconds at which some policy or the capacity of a gate may change by the calendar."""
        moments = {
            edge for policy, *_ in self.parts() for edge in policy.edges(self._start, self._end)
        }
        seconds = {math.ceil((m - self._start).total_seconds()) for m in moments}
        return np.array(sorted({*seconds, *self._capacities.edges()}), dtype=np.int64)

    def may_transfer(self) -> bool:
        """Whether some policy may move people on, as it says itself."""
        return any(Transfer in policy.states() for policy, *_ in self.parts())

    def observe(self, seconds: int, views: dict[tuple[str, str], BorderView]) -> list[int]:
        """Let each authority state its openings; gives the gates whose rules have changed.

        Parameters
        ----------
        seconds : int
            Since the start.
        views : dict
            What each authority sees, by (border id, country).
        """
        now = self._start + timedelta(seconds=seconds)
        out: dict[str, list[list[Stated]]] = {border: [] for border in self.crossings_of}
        back: dict[str, list[list[Stated]]] = {border: [] for border in self.crossings_of}
        self.pressure[:], self.wish[:] = 0.0, 1.0
        for side in self._sides:
            view = views[side.border, side.section.country]
            whose = _whose(side)
            said = state(side.out, now, view, whose)
            out[side.border].append(said)
            if side.back:
                back[side.border].append(state(side.back, now, view, whose))
            if side.country >= 0 and said:
                per_day, wish = pressure(said)
                self.pressure[side.country] += per_day
                self.wish[side.country] *= wish
        said_now = [_all(told) for sides in (*out.values(), *back.values()) for told in sides]
        widened = self._widen(seconds)
        if said_now == self._said:  # nobody states anything new
            if widened:
                self._put_up(self.rules.by_gate)
            return widened
        self._said = said_now
        self._lay([s for sides in out.values() for told in sides for s in told])
        return self._compose(out, back, widened)

    def _widen(self, seconds: int) -> list[int]:
        """Take the physical capacity of a moment; gives the gates where it has changed."""
        before, self.gate_capacity = self.gate_capacity, self._capacities.at(seconds)
        pairs = zip(before, self.gate_capacity, strict=True)
        return [g for g, (old, new) in enumerate(pairs) if old != new]

    def _put_up(self, rules: Sequence[GateRules]) -> None:
        physical = [np.inf if limit is None else limit for limit in self.gate_capacity]
        self.rules = RulesAtGates(rules, physical, self._start)

    def _lay(self, stated: list[Stated]) -> None:
        land = of_kind(stated, Road), of_kind(stated, Transfer), of_kind(stated, Shut)
        if land == self._land:
            return
        self._land, (roads, transfers, shut) = land, land
        network = self._world.network
        tail = network.tail.tolist()
        self.roads = None
        if roads:
            self.roads = Roads(roads, self._links, tail, len(network.names), self._sorts)
        self.transfers = Transfers(transfers, network.names) if transfers else None
        self.shut = shut_places(shut, network.names)

    def _compose(
        self, out: dict[str, list[list[Stated]]], back: dict[str, list[list[Stated]]],
        widened: list[int],
    ) -> list[int]:  # fmt: skip
        """Compose what is stated at each gate; gives those that have changed, in their order."""
        changed, network = [], self._world.network
        rules = []
        first = not self.rules.by_gate
        for g, gate in enumerate(network.gates):
            border = self._border_of[g]
            stated = [] if border is None else (out if gate.out else back)[border]
            binding = at_crossing(stated, network.crossings[gate.crossing])
            rule = self._rules(binding)
            if first or g in widened or rule is not self.rules.by_gate[g]:
                changed.append(g)
            rules.append(rule)
        if changed:
            self._put_up(rules)
        return changed

    def _rules(self, openings: tuple[Opening, ...]) -> GateRules:
        """Composed once for each set of openings."""
        key = tuple(at_gate(o) for o in openings)
        if key not in self._known:
            if len(self._known) > 4096:
                self._known.clear()
            self._known[key] = compose(key, self._sorts)
        return self._known[key]


def _whose(side: _Side) -> str:
    return f"{side.section.name} at {side.border}"


def _parts(policies: tuple[Policy, ...]) -> tuple[Policy, ...]:
    """What policies are made of; made once, so that an authority's memory knows each again."""
    return tuple(part for policy in policies for part in policy.parts())


def _all(stated: list[Stated]) -> list[tuple[tuple[str, ...], bool, Statement]]:
    """What is stated, for which crossings, and whether above the others."""
    return [
        (s.policy.crossings, s.above,
         at_gate(s.opening) if isinstance(s.opening, Opening) else s.opening)
        for s in stated
    ]  # fmt: skip


def _index(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else -1
