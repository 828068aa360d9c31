"""How policies in force at once make one set of rules at a gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.errors import SimulationError
from flowsim.policy.base import Policy
from flowsim.policy.opening import Opening
from flowsim.policy.own import Function
from flowsim.view import BorderView

_KINDS = {
    "children": (0,),
    "women": (1,),
    "men": (2,),
    "elderly_women": (3,),
    "elderly_men": (4,),
    "elderly": (3, 4),
}
_SHARES = ("permeability", "leak", "detention", "pushback")
_AMOUNTS = (
    "detention_hours", "pushback_after_hours", "dispersal_per_day", "delay_hours", "return_per_day",
)  # fmt: skip


@dataclass(frozen=True)
class GateRules:
    """What holds at a gate for each class of person: group x kind x wounded (0 no, 1 yes).

    Attributes
    ----------
    passes : float64 array (G, 5, 2)
        Chance of being let pass, drawn once a visit.
    quota_per_hour : float64 array (G, 5, 2)
        Persons an hour, inf where no quota binds.
    exempt : bool array (G, 5, 2)
        Whether an exemption changes what holds for the class.
    rank : int64 array (G, 5, 2)
        Order of service, the lowest first.
    leak, detention, pushback : float
        Chances; see `Opening`.
    detention_hours, pushback_after_hours, dispersal_per_day, delay_hours : float
    """

    passes: Floats
    quota_per_hour: Floats
    exempt: Bools
    rank: Ints
    leak: float
    detention: float
    detention_hours: float
    pushback: float
    pushback_after_hours: float
    dispersal_per_day: float
    delay_hours: float


class RulesAtGates:
    """The rules at all gates, stacked; each attribute of `GateRules` with the gate before it.

    Parameters
    ----------
    rules : sequence of GateRules
    capacity_per_hour : sequence of float
        Persons who can physically pass each gate, inf without limit.

    Attributes
    ----------
    family_chance : float64 array (gates, G)
        Chance that somebody of a family is let pass.
    family_per_hour : float64 array (gates, G)
        Persons an hour of those who are let pass, at most; next to nothing where nobody is.
    """

    def __init__(self, rules: Sequence[GateRules], capacity_per_hour: Sequence[float]) -> None:
        self.by_gate = tuple(rules)
        self.passes = np.array([r.passes for r in rules])
        self.quota_per_hour = np.array([r.quota_per_hour for r in rules])
        self.exempt = np.array([r.exempt for r in rules])
        self.rank = np.array([r.rank for r in rules])
        self.leak = np.array([r.leak for r in rules])
        self.detention = np.array([r.detention for r in rules])
        self.pushback = np.array([r.pushback for r in rules])
        self.detention_s = self._seconds([r.detention_hours for r in rules])
        self.pushback_after_s = self._seconds([r.pushback_after_hours for r in rules])
        self.delay_s = np.array([round(r.delay_hours * 3600) for r in rules], dtype=np.int64)
        if rules:
            unhurt = self.passes[..., 0]
            quota = np.where(unhurt > 0.0, self.quota_per_hour[..., 0], 0.0).max(axis=2)
            self.family_chance = unhurt.max(axis=2)
            physical = np.array(capacity_per_hour)[:, None]
            self.family_per_hour = np.maximum(np.minimum(quota, physical), 1e-9)

    @staticmethod
    def _seconds(hours: list[float]) -> Ints:
        return np.array([max(1, round(h * 3600)) for h in hours], dtype=np.int64)


class Stated(NamedTuple):
    """A policy and what it states now."""

    policy: Policy
    opening: Opening


def who(condition: str, groups: Sequence[str]) -> Bools:
    """The classes of person (G, 5, 2) that a condition means.

    Examples
    --------
    >>> who("elderly", ["Uzbek"])[0, :, 0].tolist()
    [False, False, False, True, True]
    """
    mask = np.zeros((len(groups), 5, 2), dtype=bool)
    if condition == "wounded":
        mask[:, :, 1] = True
    elif condition.startswith("group:") and condition[6:] in groups:
        mask[groups.index(condition[6:])] = True
    elif condition in _KINDS:
        mask[:, list(_KINDS[condition]), :] = True
    else:
        raise SimulationError(f"{condition!r} is no condition on a person; see flowsim.policy.WHO")
    return mask


def state(policies: Iterable[Policy], now: datetime, view: BorderView) -> list[Stated]:
    """What one side's policies state at a moment; a policy that stands above hides the others."""
    stated: list[Stated] = []
    above: list[Stated] = []
    for whole in policies:
        for policy in whole.parts():
            if not policy.in_force(now):
                continue
            opening = policy.opening(now, view)
            if opening is None:
                continue
            _check(policy, opening)
            highest = isinstance(policy, Function) and policy.stands_above
            (above if highest else stated).append(Stated(policy, opening))
    return above or stated


def at_crossing(stated: Iterable[Stated], crossing: str) -> tuple[Opening, ...]:
    """The openings that bind a crossing."""
    return tuple(
        s.opening for s in stated if not s.policy.crossings or crossing in s.policy.crossings
    )


def compose(openings: Sequence[Opening], groups: Sequence[str]) -> GateRules:
    """The rules that openings of both sides make together; their order does not matter.

    For each class the chance to pass is the product over openings of 1 where it exempts, 0 where
    it bars, else its permeability; the quota is the least of those that do not exempt; leak,
    detention and push-back combine as 1 - prod(1 - x); times are the largest; the hazard of being
    driven off is the sum. Two different orders of service are an error.

    Examples
    --------
    >>> rules = compose([Opening(permeability=0.0, exempt=("wounded",))], ["Uzbek"])
    >>> rules.passes[0, 2].tolist()
    [0.0, 1.0]
    """
    shape = (len(groups), 5, 2)
    chances, quota = [np.ones(shape)], np.full(shape, np.inf)
    exempt = np.zeros(shape, dtype=bool)
    for opening in openings:
        free = _any(opening.exempt, groups)
        chance = np.where(_any(opening.barred, groups), 0.0, opening.permeability)
        limit = np.inf if opening.quota_per_hour is None else opening.quota_per_hour
        exempt |= free & ((chance < 1.0) | (limit < np.inf))
        chances.append(np.where(free, 1.0, chance))
        quota = np.where(free, quota, np.minimum(quota, limit))
    passes = np.ones(shape)
    for factor in np.sort(np.stack(chances), axis=0):
        passes *= factor
    return GateRules(
        passes=passes,
        quota_per_hour=quota,
        exempt=exempt & (passes > 0.0),
        rank=_rank(openings, groups),
        leak=_either(o.leak for o in openings),
        detention=_either(o.detention for o in openings),
        detention_hours=max((o.detention_hours for o in openings), default=0.0),
        pushback=_either(o.pushback for o in openings),
        pushback_after_hours=max((o.pushback_after_hours for o in openings), default=0.0),
        dispersal_per_day=math.fsum(o.dispersal_per_day for o in openings),
        delay_hours=max((o.delay_hours for o in openings), default=0.0),
    )


def pressure(stated: Iterable[Stated]) -> float:
    """Hazard of return (1/day) that one authority's policies add for those sheltered with it."""
    return math.fsum(s.opening.return_per_day for s in stated)


def _any(conditions: Sequence[str], groups: Sequence[str]) -> Bools:
    mask = np.zeros((len(groups), 5, 2), dtype=bool)
    for condition in conditions:
        mask |= who(condition, groups)
    return mask


def _rank(openings: Sequence[Opening], groups: Sequence[str]) -> Ints:
    orders = {o.priority for o in openings if o.priority}
    if len(orders) > 1:
        told = " and ".join(sorted(" > ".join(order) for order in orders))
        raise SimulationError(f"two orders of service at once: {told}; keep one")
    order = orders.pop() if orders else ()
    rank = np.full((len(groups), 5, 2), len(order), dtype=np.int64)
    for place in range(len(order) - 1, -1, -1):
        rank[who(order[place], groups)] = place
    return rank


def _either(chances: Iterable[float]) -> float:
    none = 1.0
    for chance in sorted(chances):
        none *= 1.0 - chance
    return 1.0 - none


def _check(policy: Policy, opening: Opening) -> None:
    if not isinstance(opening, Opening):
        raise SimulationError(f"{policy!r} gave {opening!r}; a policy gives an Opening or None")
    for name in _SHARES:
        if not 0.0 <= getattr(opening, name) <= 1.0:
            raise SimulationError(f"{policy!r}: {name}={getattr(opening, name)!r} is not in [0, 1]")
    amounts = [getattr(opening, name) for name in _AMOUNTS]
    if opening.quota_per_hour is not None:
        amounts.append(opening.quota_per_hour)
    if not all(math.isfinite(amount) and amount >= 0.0 for amount in amounts):
        raise SimulationError(f"{policy!r}: {opening!r} has a negative or infinite number")
