"""Route choice told out by hand: the chain of links, and all paths one by one.

Taken from MODEL.md 7.6 and from nothing in the package: a recursive logit (Fosgerau, Frejinger and
Karlstrom 2013) is a Markov chain on links that ends where somebody settles.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.model.flow import FlowModel
from flowsim.model.household import Household
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import forget

SETTLE = -1


class Ways(NamedTuple):
    """Links of a scenario, route r being link 2 r and, back, 2 r + 1, with exponentials of utility.

    Attributes
    ----------
    tail, head, hours : arrays (L,)
    first : int64 array
        Links by which people can leave home.
    step : float64 array (L, L)
        exp(utility of a next link) where it may follow, else 0.
    stay : float64 array (L,)
        exp(utility of settling where a link ends), 0 where nobody can.
    weight : float64 array (L,)
        exp(utility) of each link.
    """

    tail: np.ndarray
    head: np.ndarray
    hours: np.ndarray
    first: np.ndarray
    step: np.ndarray
    stay: np.ndarray
    weight: np.ndarray

    @property
    def worth(self) -> np.ndarray:
        """Sum over all continuations after each link, z = stay + step z."""
        return np.linalg.solve(np.eye(self.stay.size) - self.step, self.stay)

    @property
    def start(self) -> np.ndarray:
        """Chance of each link of being the first."""
        chance = np.zeros(self.stay.size)
        chance[self.first] = (self.weight * self.worth)[self.first]
        return chance / chance.sum()

    @property
    def onward(self) -> np.ndarray:
        """Chance of each link of following another, (L, L)."""
        return self.step * self.worth[None, :] / self.worth[:, None]

    @property
    def settles(self) -> np.ndarray:
        """Chance of settling where each link ends."""
        return self.stay / self.worth


def ways_of(scenario: Scenario, home: str, danger: dict[str, float] | None = None) -> Ways:
    """The chain of those who flee a place while danger stays as it is and every border is open."""
    says = scenario.behaviour.routes
    at = {place.name: i for i, place in enumerate(scenario.places)}
    ends = [(at[r.start], at[r.end], r.km, r.mode) for r in scenario.routes]
    tail = np.array([end for a, b, *_ in ends for end in (a, b)])
    head = np.array([end for a, b, *_ in ends for end in (b, a)])
    km = np.repeat([length for *_, length, _ in ends], 2)
    hours = km / np.where(np.repeat([m == "foot" for *_, m in ends], 2),
                          says.foot_kmh, says.road_kmh)  # fmt: skip
    fled = np.array([place.country in scenario.flee_from for place in scenario.places])
    back = ~fled[tail] & fled[head]
    link = np.arange(tail.size)
    follows = (head[:, None] == tail) & (link[:, None] != link ^ 1) & ~back & ~back[:, None]
    open_and_safe = follows * np.exp(-says.km_cost * km)
    leg = max(0.0, np.log(np.abs(np.linalg.eigvals(open_and_safe)).max())) + says.margin
    threat = np.array([(danger or {}).get(name, 0.0) for name in at])
    on_the_way = says.danger_cost * hours * (threat[tail] + threat[head]) / 2
    weight = np.exp(-(says.km_cost * km + leg + on_the_way))
    stay = np.array([_stay(scenario, place, threat[i]) for i, place in enumerate(scenario.places)])
    first = np.flatnonzero((tail == at[home]) & ~back)
    return Ways(tail, head, hours, first, follows * weight, stay[head], weight)


def _stay(scenario, place, threat) -> float:
    """exp(utility of settling), for a scenario of one group."""
    says = scenario.behaviour.routes
    if place.capacity == 0:
        return 0.0
    base = says.settle_inside if place.country in scenario.flee_from else says.settle_abroad
    hosts = place.population or 0
    kin = says.kin * (hosts > 0) + says.size * np.log(1 + hosts / 1000)
    return float(np.exp(base + kin - says.settle_danger_cost * threat))


def all_paths(ways: Ways, least: float) -> tuple[dict[tuple[int, ...], float], float]:
    """Weight of every path from home to where it settles, and at most how much was left out.

    A path is cut where all that can follow weighs less than ``least``. Each link lowers what
    follows by ``shrinks`` at least, so that is at most weight x max(stay) / (1 - shrinks).
    """
    shrinks = ways.step.sum(axis=1).max()
    assert shrinks < 1.0
    most = ways.stay.max() / (1 - shrinks)
    paths, left_out = {}, 0.0
    open_ = [((int(a),), ways.weight[a]) for a in ways.first]
    while open_:
        path, weight = open_.pop()
        if weight * most < least:
            left_out += weight * most
            continue
        end = path[-1]
        if ways.stay[end]:
            paths[(*path, SETTLE)] = weight * ways.stay[end]
        for b in np.flatnonzero(ways.step[end]):
            open_.append(((*path, int(b)), weight * ways.step[end, b]))
    return paths, left_out


def paths_taken(scenario: Scenario, seed: int = 1) -> list[tuple[int, ...]]:
    """Run a scenario to its end, and tell what each household chose, choice by choice."""
    made: dict[int, list[int]] = {}

    class Overheard(Household):
        def choose(self, state):
            option = super().choose(state)
            made.setdefault(self.row, []).append(option)
            return option

    model = FlowModel(scenario, engine="agents", rng=seed, household=Overheard)
    while model.running:
        model.step()
    forget(model)
    return [tuple(path) for _, path in sorted(made.items())]
