"""How policies in force at once make one set of rules at a gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.errors import SimulationError
from flowsim.policy.base import Policy, Stated
from flowsim.policy.check import check
from flowsim.policy.opening import Count, Opening
from flowsim.policy.who import Sorts, any_of, who
from flowsim.view import BorderView


@dataclass(frozen=True)
class GateRules:
    """What holds at a gate for each class of person: sort x kind x wounded (0 no, 1 yes).

    Attributes
    ----------
    passes : float64 array (S, 5, 2)
        Chance of being let pass, drawn once a visit.
    quota_per_hour : float64 array (S, 5, 2)
        Persons an hour, inf where no quota binds.
    count : int64 array (S, 5, 2)
        Which of `counts` binds, -1 for none.
    counts : tuple of Count
        Counted quotas in force, the strictest last.
    exempt : bool array (S, 5, 2)
        Whether an exemption changes what holds for the class.
    rank : int64 array (S, 5, 2)
        Order of service, the lowest first.
    leak, detention, pushback : float
        Chances; see `Opening`. A leak is what is left of it after interception.
    detention_hours, pushback_after_hours, pushback_reach_km, dispersal_per_day : float
    delay_hours, cost_km : float
    closes_at, opens_at : datetime or None
        As announced: the first closure and the last opening.
    """

    passes: Floats
    quota_per_hour: Floats
    count: Ints
    counts: tuple[Count, ...]
    exempt: Bools
    rank: Ints
    leak: float
    detention: float
    detention_hours: float
    pushback: float
    pushback_after_hours: float
    pushback_reach_km: float
    dispersal_per_day: float
    delay_hours: float
    cost_km: float
    closes_at: datetime | None
    opens_at: datetime | None


def state(policies: Iterable[Policy], now: datetime, view: BorderView) -> list[Stated]:
    """What one side's policies state at a moment; a policy that stands above hides the others."""
    stated: list[Stated] = []
    above: list[Stated] = []
    for whole in policies:
        for policy in whole.parts():
            highest = getattr(policy, "stands_above", False)
            for said in policy.says(now, view):
                check(said)
                (above if highest else stated).append(said)
    return above or stated


def at_crossing(stated: Iterable[Stated], crossing: str) -> tuple[Opening, ...]:
    """The openings that bind a crossing."""
    return tuple(
        s.opening
        for s in stated
        if isinstance(s.opening, Opening)
        and (not s.policy.crossings or crossing in s.policy.crossings)
    )


def compose(openings: Sequence[Opening], sorts: Sorts) -> GateRules:
    """The rules that openings of both sides make together; their order does not matter.

    For each class the chance to pass is the product over openings of 1 where it exempts, 0 where
    it bars, else its permeability; the quota is the least of those that do not exempt, and so is
    the counted quota (by persons an hour); leak, interception, detention and push-back combine as
    1 - prod(1 - x); times and reach are the largest; the hazard of being driven off and the cost
    are sums. Two different orders of service are an error.

    Examples
    --------
    >>> rules = compose([Opening(permeability=0.0, exempt=("wounded",))], Sorts(["Uzbek"]))
    >>> rules.passes[0, 2].tolist()
    [0.0, 1.0]
    """
    shape = (len(sorts), 5, 2)
    chances, quota = [np.ones(shape)], np.full(shape, np.inf)
    exempt = np.zeros(shape, dtype=bool)
    counts = _counts(openings)
    count = np.full(shape, -1, dtype=np.int64)
    for opening in openings:
        free = any_of(opening.exempt, sorts)
        chance = np.where(any_of(opening.barred, sorts), 0.0, opening.permeability)
        limit = np.inf if opening.quota_per_hour is None else opening.quota_per_hour
        bound = -1 if opening.count is None else counts.index(opening.count)
        exempt |= free & ((chance < 1.0) | (limit < np.inf) | (bound >= 0))
        chances.append(np.where(free, 1.0, chance))
        quota = np.where(free, quota, np.minimum(quota, limit))
        count = np.where(free, count, np.maximum(count, bound))
    passes = np.ones(shape)
    for factor in np.sort(np.stack(chances), axis=0):
        passes *= factor
    return GateRules(
        passes=passes,
        quota_per_hour=quota,
        count=count,
        counts=counts,
        exempt=exempt & (passes > 0.0),
        rank=_rank(openings, sorts),
        leak=_either(o.leak for o in openings) * (1.0 - _either(o.interception for o in openings)),
        detention=_either(o.detention for o in openings),
        detention_hours=max((o.detention_hours for o in openings), default=0.0),
        pushback=_either(o.pushback for o in openings),
        pushback_after_hours=max((o.pushback_after_hours for o in openings), default=0.0),
        pushback_reach_km=max(
            (o.pushback_reach_km for o in openings if o.pushback > 0.0), default=math.inf
        ),
        dispersal_per_day=math.fsum(o.dispersal_per_day for o in openings),
        delay_hours=max((o.delay_hours for o in openings), default=0.0),
        cost_km=math.fsum(o.cost_km for o in openings),
        closes_at=min((o.closes_at for o in openings if o.closes_at is not None), default=None),
        opens_at=max((o.opens_at for o in openings if o.opens_at is not None), default=None),
    )


def _counts(openings: Iterable[Opening]) -> tuple[Count, ...]:
    """The counted quotas among openings, the strictest last: fewest persons an hour, then kept."""
    found = {o.count for o in openings if o.count is not None}
    return tuple(
        sorted(found, key=lambda c: (c.persons / c.hours, c.persons, c.kept), reverse=True)
    )


def _rank(openings: Sequence[Opening], sorts: Sorts) -> Ints:
    orders = {o.priority for o in openings if o.priority}
    if len(orders) > 1:
        told = " and ".join(sorted(" > ".join(order) for order in orders))
        raise SimulationError(f"two orders of service at once: {told}; keep one")
    order = orders.pop() if orders else ()
    rank = np.full((len(sorts), 5, 2), len(order), dtype=np.int64)
    for place in range(len(order) - 1, -1, -1):
        rank[who(order[place], sorts)] = place
    return rank


def _either(chances: Iterable[float]) -> float:
    none = 1.0
    for chance in sorted(chances):
        none *= 1.0 - chance
    return 1.0 - none
