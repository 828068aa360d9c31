"""How policies in force at once make one set of rules at a gate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, TypeVar

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.errors import SimulationError, in_own_code
from flowsim.policy.base import Alternatives, Calendar, Policy, Stated
from flowsim.policy.check import check
from flowsim.policy.hosting import HostPolicy
from flowsim.policy.opening import Count, Opening
from flowsim.policy.own import called
from flowsim.policy.who import Sorts, any_of, who
from flowsim.view import BorderView

MOST_QUOTAS = 60
"""Different ones at a crossing, as each has a bit."""
Q = TypeVar("Q")


class Spread(NamedTuple):
    """A quota that is spread: persons an hour of all but the exempt.

    Two with the same number bind different people if they exempt different ones.
    """

    per_hour: float
    exempt: tuple[str, ...]


class Counted(NamedTuple):
    """A counted quota of all but the exempt."""

    quota: Count
    exempt: tuple[str, ...]


@dataclass(frozen=True)
class GateRules:
    """What holds at a gate for each class of person: household type x kind x wounded (0 no, 1 yes).

    Attributes
    ----------
    passes : float64 array (S, 5, 2)
        Chance of being let pass, drawn once a visit.
    quota_per_hour : float64 array (S, 5, 2)
        Persons an hour of the least quota that binds, spread or counted; inf where none does.
    spread, counted : int64 arrays (S, 5, 2)
        Which of `spread_quotas` and of `counted_quotas` bind, a bit each.
    spread_quotas : tuple of Spread
        Quotas that are spread, in force here.
    counted_quotas : tuple of Counted
        Quotas that are counted, in force here.
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
    spread: Ints
    counted: Ints
    spread_quotas: tuple[Spread, ...]
    counted_quotas: tuple[Counted, ...]
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


def state(
    policies: Iterable[Policy], now: datetime, view: BorderView, side: str = ""
) -> list[Stated]:
    """What one side's policies state at a moment.

    Raises
    ------
    SimulationError
        A policy raised an error, which is its cause, or stated what makes no sense; says which
        policy, of which ``side``, and when.
    """
    stated: list[Stated] = []
    calendar = Calendar(now, getattr(view, "crossings", ()))
    for whole in policies:
        with _told_whose(whole, now, side):
            for policy in whole.parts():
                for said in policy.says(now, view if policy.reactive else calendar):
                    check(said, policy.overrides)
                    stated.append(said)
    return stated


def may_state(policy: Policy, now: datetime, crossings: tuple[str, ...]) -> Alternatives:
    """What a policy may state at a moment, see `Policy.alternatives`.

    Raises
    ------
    SimulationError
        As `state` does.
    """
    with _told_whose(policy, now, ""):
        ways = policy.alternatives(now, crossings)
        for said in (said for way in ways or () for said in way):
            check(said, policy.overrides)
    return ways


@contextmanager
def _told_whose(whole: Policy, now: datetime, side: str) -> Iterator[None]:
    try:
        yield
    except MemoryError:
        raise
    except Exception as error:
        of = f" of {side}" if side else ""
        at = f" for {', '.join(whole.crossings)}" if whole.crossings else ""
        what = f"the policy {called(whole)}{of}{at}, {now:%Y-%m-%dT%H:%M}"
        raise in_own_code(what, error) from error


def at_crossing(sides: Iterable[Iterable[Stated]], crossing: str) -> tuple[Opening, ...]:
    """The openings of all sides that bind a crossing; those above hide the others of their side."""
    found: list[Opening] = []
    for stated in sides:
        binding = [
            s
            for s in stated
            if isinstance(s.opening, Opening)
            and (not s.policy.crossings or crossing in s.policy.crossings)
        ]
        above = [s for s in binding if s.above and _speaks_of_gates(s)]
        found += [s.opening for s in above or binding]  # type: ignore[misc]
    return tuple(found)


def at_gate(opening: Opening) -> Opening:
    """An opening without what does not concern a gate."""
    if (opening.return_per_day, opening.return_wish) == (0.0, 1.0):
        return opening
    return replace(opening, return_per_day=0.0, return_wish=1.0)


def _speaks_of_gates(stated: Stated) -> bool:
    """Whether somebody who stands above means the gates, and not the return of those across."""
    opening, fully_open = stated.opening, Opening()
    if isinstance(stated.policy, HostPolicy) or not isinstance(opening, Opening):
        return False
    return opening == fully_open or at_gate(opening) != fully_open


def compose(openings: Sequence[Opening], sorts: Sorts) -> GateRules:
    """The rules that openings of both sides make together; their order does not matter.

    For each class the chance to pass is the product over openings of 1 where it exempts, 0 where
    it bars, else its permeability; every quota binds that does not exempt it, and so the least is
    what it gets; leak, interception, detention and push-back combine as
    1 - prod(1 - x); delays are the largest; times and reach of detention and push-back the largest
    of the openings that detain or push back at all; the hazard of being driven off and the cost are
    sums. Of announced openings the last counts of those that hold somebody, and of announced
    closures the first. Two different orders of service are an error.

    Examples
    --------
    >>> rules = compose([Opening(permeability=0.0, exempt=("wounded",))], Sorts(["Uzbek"]))
    >>> rules.passes[0, 2].tolist()
    [0.0, 1.0]
    """
    shape = (len(sorts), 5, 2)
    chances, quota = [np.ones(shape)], np.full(shape, np.inf)
    exempt = np.zeros(shape, dtype=bool)
    spread_quotas, counted_quotas = _spread_quotas(openings), _counted_quotas(openings)
    spread, counted = (np.zeros(shape, dtype=np.int64) for _ in range(2))
    holding: list[Opening] = []
    for opening in openings:
        free = any_of(opening.exempt, sorts)
        chance = np.where(any_of(opening.barred, sorts), 0.0, opening.permeability)
        limit = np.inf if opening.quota_per_hour is None else opening.quota_per_hour
        if opening.quota_per_hour is not None:
            spread |= np.where(free, 0, 1 << spread_quotas.index(_spread(opening)))
        if opening.count is not None:
            limit = min(limit, opening.count.persons / opening.count.hours)
            counted |= np.where(free, 0, 1 << counted_quotas.index(_counted(opening)))
        exempt |= free & ((chance < 1.0) | (limit < np.inf))
        chances.append(np.where(free, 1.0, chance))
        if (chances[-1] < 1.0).any():
            holding.append(opening)
        quota = np.where(free, quota, np.minimum(quota, limit))
    passes = np.ones(shape)
    for factor in np.sort(np.stack(chances), axis=0):
        passes *= factor
    return GateRules(
        passes=passes,
        quota_per_hour=quota,
        spread=spread,
        counted=counted,
        spread_quotas=spread_quotas,
        counted_quotas=counted_quotas,
        exempt=exempt & (passes > 0.0),
        rank=_rank(openings, sorts),
        leak=_either(o.leak for o in openings) * (1.0 - _either(o.interception for o in openings)),
        detention=_either(o.detention for o in openings),
        detention_hours=max((o.detention_hours for o in openings if o.detention), default=0.0),
        pushback=_either(o.pushback for o in openings),
        pushback_after_hours=max(
            (o.pushback_after_hours for o in openings if o.pushback), default=0.0
        ),
        pushback_reach_km=max(
            (o.pushback_reach_km for o in openings if o.pushback), default=math.inf
        ),
        dispersal_per_day=math.fsum(o.dispersal_per_day for o in openings),
        delay_hours=max((o.delay_hours for o in openings), default=0.0),
        cost_km=math.fsum(o.cost_km for o in openings),
        closes_at=min((o.closes_at for o in openings if o.closes_at is not None), default=None),
        opens_at=max((o.opens_at for o in holding if o.opens_at is not None), default=None),
    )


def _spread(opening: Opening) -> Spread:
    assert opening.quota_per_hour is not None
    return Spread(opening.quota_per_hour, tuple(sorted(set(opening.exempt))))


def _counted(opening: Opening) -> Counted:
    assert opening.count is not None
    return Counted(opening.count, tuple(sorted(set(opening.exempt))))


def _spread_quotas(openings: Iterable[Opening]) -> tuple[Spread, ...]:
    found = tuple(sorted({_spread(o) for o in openings if o.quota_per_hour is not None}))
    return _few(found)


def _counted_quotas(openings: Iterable[Opening]) -> tuple[Counted, ...]:
    found = tuple(sorted({_counted(o) for o in openings if o.count is not None}))
    return _few(found)


def _few(quotas: tuple[Q, ...]) -> tuple[Q, ...]:
    if len(quotas) > MOST_QUOTAS:
        raise SimulationError(f"{len(quotas)} quotas at one crossing; keep {MOST_QUOTAS} at most")
    return quotas


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
