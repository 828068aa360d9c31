"""What people believe about danger and borders, and the values of routes that follow from it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.routes import RouteLogit, link_cost, settle_utility, wait_cost
from flowsim.behaviour.sections import Behaviour
from flowsim.policy.compose import RulesAtGates
from flowsim.world.violence import Danger
from flowsim.world.world import World


class Known(NamedTuple):
    """How things stand at a moment, as they can be known."""

    danger: Danger
    rules: RulesAtGates


class Grapevine:
    """How news travels: the informed know how things stand, the others how they stood before.

    Parameters
    ----------
    behaviour : Behaviour
    world : World
    routes : RouteLogit
    hours : float64 array (L,)
        Time on each link without delays.
    """

    def __init__(
        self, behaviour: Behaviour, world: World, routes: RouteLogit, hours: Floats
    ) -> None:
        self._news, self._section = behaviour.news, behaviour.routes
        self._world, self._routes, self._hours = world, routes, hours
        self._lag = round(behaviour.news.lag_hours * 3600)
        self._past: list[tuple[int, Known]] = []
        self._solved: dict[bytes, Floats] = {}
        self._hosts = np.repeat(world.hosts.T, 2, axis=0)

    def hear(self, now: int, known: Known) -> tuple[Floats, Known]:
        """Take in how things stand; gives the danger that is talked of (P, G), and what is late."""
        self._past.append((now, known))
        while len(self._past) > 1 and self._past[1][0] <= now - self._lag:
            self._past.pop(0)
        late, share = self._past[0][1], self._news.informed
        return share * known.danger.danger + (1.0 - share) * late.danger.danger, late

    def believe(self, known: Known, late: Known, queue: Ints, full: Bools) -> Beliefs:
        """Beliefs of the informed and the others of each group.

        Parameters
        ----------
        queue : int64 array (gates,)
            Persons in each queue; everybody has heard of it.
        full : bool array (P,)
            Places without room; everybody has heard of them.
        """
        danger = _both(late.danger.danger, known.danger.danger)
        delay = _both(late.danger.delay_hours, known.danger.delay_hours)
        network = self._world.network
        waits = np.zeros((danger.shape[0], 0))
        if network.gates:
            waits = wait_cost(
                self._section,
                _both(late.rules.family_chance, known.rules.family_chance),
                queue.astype(np.float64),
                _both(late.rules.family_per_hour, known.rules.family_per_hour),
            )
        hours = self._hours + delay[:, network.tail]
        costs = link_cost(self._section, network, hours, danger, waits)
        world = self._world
        total = world.hosts.sum(axis=1)
        settle = settle_utility(self._section, self._hosts, total, world.inside, danger, full)
        return Beliefs(self._routes, costs, settle, self._solved)


def _both(late: Floats, known: Floats) -> Floats:
    """Tables (n, G) of the late and the informed as rows ``2 x group + informed``, (2 G, n)."""
    return np.stack([late, known], axis=-1).transpose(1, 2, 0).reshape(-1, late.shape[0])


class Beliefs:
    """Values of route choice as each group believes them, informed or not; solved when first asked.

    Parameters
    ----------
    routes : RouteLogit
    costs, settle : float64 arrays (2 G, L) and (2 G, P)
        Link costs and settling utilities, at ``2 x group + informed``.
    known : dict
        Solutions of earlier ticks by their inputs, kept by the caller.
    """

    def __init__(
        self,
        routes: RouteLogit,
        costs: Floats,
        settle: Floats,
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
