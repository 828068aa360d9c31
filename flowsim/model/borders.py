"""The borders of a run: which rules hold at each gate at a moment, and what presses people home."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from flowsim.arrays import Ints
from flowsim.policy.base import Policy
from flowsim.policy.compose import (
    GateRules,
    RulesAtGates,
    Stated,
    at_crossing,
    compose,
    pressure,
    state,
)
from flowsim.policy.opening import Opening
from flowsim.policy.sections import Authority, Border
from flowsim.scenario.scenario import Scenario
from flowsim.view import BorderView
from flowsim.world.world import World


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
        What holds now.
    pressure : float64 array (C,)
        Hazard of return that each country's policies add, 1/day.
    """

    def __init__(self, scenario: Scenario, world: World) -> None:
        self._borders = scenario.borders
        self._start = scenario.start
        self._world = world
        self._groups = tuple(g.name for g in world.groups)
        self._known: dict[tuple[Opening, ...], GateRules] = {}
        self.crossings_of: dict[str, tuple[str, ...]] = {b.id: () for b in scenario.borders}
        self._border_of: list[Border | None] = []
        network = world.network
        self._capacity = [
            np.inf if gate.capacity_per_hour is None else gate.capacity_per_hour
            for gate in network.gates
        ]
        for gate in network.gates:
            ends = {
                world.places[network.tail[gate.link]].country,
                world.places[network.head[gate.link]].country,
            }
            border = next((b for b in scenario.borders if set(b.between) == ends), None)
            self._border_of.append(border)
            name = network.crossings[gate.crossing]
            if border is not None and name not in self.crossings_of[border.id]:
                self.crossings_of[border.id] += (name,)
        self.rules = RulesAtGates((), ())
        self._stated = False
        self.pressure = np.zeros(len(world.countries))
        self.openings: list[tuple[Opening, ...]] = []

    def edges(self) -> Ints:
        """Seconds at which some policy may change by the calendar, sorted."""
        moments = {
            edge
            for border in self._borders
            for authority in border.authorities
            for policy in authority.policies + authority.back
            for part in policy.parts()
            if part.start is None or part.stop is None or part.start < part.stop
            for edge in part.edges()  # an empty window does nothing, so it cuts no tick either
        }
        seconds = sorted(int((m - self._start).total_seconds()) for m in moments)
        return np.array(seconds, dtype=np.int64)

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
        out: dict[str, list[Stated]] = {}
        back: dict[str, list[Stated]] = {}
        push = np.zeros(len(self._world.countries))
        for border in self._borders:
            for direction, stated in (("out", out), ("back", back)):
                stated[border.id] = []
                for authority in border.authorities:
                    view = views[border.id, authority.country]
                    said = state(_policies(authority, direction), now, view)
                    stated[border.id] += said
                    if direction == "out" and authority.country in self._world.countries:
                        push[self._world.countries.index(authority.country)] += pressure(said)
        self.pressure = push
        return self._compose(out, back)

    def _compose(self, out: dict[str, list[Stated]], back: dict[str, list[Stated]]) -> list[int]:
        changed, network = [], self._world.network
        rules, openings = [], []
        for g, gate in enumerate(network.gates):
            border = self._border_of[g]
            stated = [] if border is None else (out if gate.out else back)[border.id]
            binding = at_crossing(stated, network.crossings[gate.crossing])
            rule = self._rules(binding)
            if not self._stated or rule is not self.rules.by_gate[g]:
                changed.append(g)
            rules.append(rule)
            openings.append(binding)
        if changed:
            self.rules = RulesAtGates(rules, self._capacity)
        self._stated = True
        self.openings = openings
        return changed

    def _rules(self, openings: tuple[Opening, ...]) -> GateRules:
        """Composed once for each set of openings; pressure to return is no matter of a gate."""
        key = tuple(
            o if o.return_per_day == 0.0 else replace(o, return_per_day=0.0) for o in openings
        )
        if key not in self._known:
            if len(self._known) > 4096:
                self._known.clear()
            self._known[key] = compose(key, self._groups)
        return self._known[key]


def _policies(authority: Authority, direction: str) -> tuple[Policy, ...]:
    return authority.policies if direction == "out" else authority.back
