"""What a policy states at one moment: of a crossing, of roads, or of people in camps and hosts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

WHO = (
    "children", "women", "men", "elderly_women", "elderly_men", "elderly", "wounded", "kin_across",
)  # fmt: skip
"""Conditions on a person or household; `group:NAME` and `nationality:NAME` are two more.

`elderly` are both sexes from 60. With `+` between them all must hold: `men+kin_across`.
"""
Who = str


class Count(NamedTuple):
    """A quota that is counted: whoever comes passes until the number of the period is full.

    Attributes
    ----------
    persons : float
        In each period.
    hours : float
        Length of the periods, which begin at midnight; 1 or 24.
    carry_over : float
        How much of what one period leaves is added to the next, in quotas of a period.
    """

    persons: float
    hours: float
    carry_over: float = 0.0


@dataclass(frozen=True, slots=True)
class Opening:
    """How permeable a crossing is, for whom, how fast and how leaky; the default is fully open.

    Attributes
    ----------
    permeability : float
        Share of those who come that may pass, in [0, 1]; drawn once a visit.
    quota_per_hour : float or None
        Persons an hour, second by second: what is not used is lost; None sets no limit.
    count : Count or None
        A counted quota besides.
    exempt, barred : tuple of str
        Conditions on a person (see `WHO`): the exempt pass whatever else this opening says, the
        barred do not; an exemption wins over a bar of the same opening.
    priority : tuple of str
        Conditions in the order in which the queue is served.
    leak : float
        Chance that an attempt gets through the fence.
    interception : float
        Chance that somebody who got through the fence is caught there, and waits again.
    detention : float
        Chance that a failed attempt ends in detention.
    detention_hours : float
        How long the detained are held before they are let go, to the queue.
    pushback : float
        Chance that somebody who came through the fence is looked for and sent back.
    pushback_after_hours : float
        When that happens.
    pushback_reach_km : float
        How far from the fence guards look: who is further away by then is not found.
    dispersal_per_day : float
        Hazard for those at the fence of being driven away, 1/day.
    delay_hours : float
        Hours from passing the gate to being let go on.
    cost_km : float
        What passing costs people (a fee, a bribe, a search), as the kilometres of way that they
        would rather walk.
    return_per_day : float
        Pressure on those sheltered beyond this border to go home, 1/day.
    return_wish : float
        Factor on their own wish to go home.
    closes_at, opens_at : datetime or None
        When it will close or open, as it was announced: people know.

    Examples
    --------
    >>> Opening().permeability, Opening(permeability=0, exempt=("wounded",)).exempt
    (1.0, ('wounded',))
    """

    permeability: float = 1.0
    quota_per_hour: float | None = None
    count: Count | None = None
    exempt: tuple[Who, ...] = ()
    barred: tuple[Who, ...] = ()
    priority: tuple[Who, ...] = ()
    leak: float = 0.0
    interception: float = 0.0
    detention: float = 0.0
    detention_hours: float = 0.0
    pushback: float = 0.0
    pushback_after_hours: float = 0.0
    pushback_reach_km: float = math.inf
    dispersal_per_day: float = 0.0
    delay_hours: float = 0.0
    cost_km: float = 0.0
    return_per_day: float = 0.0
    return_wish: float = 1.0
    closes_at: datetime | None = None
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Road:
    """What holds on routes inside a country; the default changes nothing.

    Attributes
    ----------
    routes : tuple of (str, str)
        The two places that each route joins; both directions are meant.
    permeability : float
        Share of the households that want to take a route who may; drawn once a household and route.
    stops : tuple of str
        Households that are meant (groups, nationality, `kin_across`); empty means all.
    delay_hours : float
        Hours lost on the route.
    cost_km : float
        As in `Opening`.
    danger : float
        Factor on the danger on the route.
    lifts : float
        Part of the obstacles at the ends of the route (curfews, roadblocks, barricades) that it
        takes away, in [0, 1].

    Examples
    --------
    >>> Road(routes=(("Osh", "Dostuk"),), danger=0.2).permeability
    1.0
    """

    routes: tuple[tuple[str, str], ...]
    permeability: float = 1.0
    stops: tuple[Who, ...] = ()
    delay_hours: float = 0.0
    cost_km: float = 0.0
    danger: float = 1.0
    lifts: float = 0.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """People who are moved from some camps and hosts to others.

    Attributes
    ----------
    per_day : float
        Hazard of a household sheltered at one of `origins` of being moved, 1/day.
    origins : tuple of str
    shares : tuple of (str, float)
        Places they are moved to and the weight of each; full places are left out.

    Examples
    --------
    >>> Transfer(per_day=0.5, origins=("Border camp",), shares=(("Inland camp", 1.0),)).per_day
    0.5
    """

    per_day: float
    origins: tuple[str, ...]
    shares: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Shut:
    """Places that take nobody in who comes from elsewhere; who is there stays.

    Attributes
    ----------
    places : tuple of str

    Examples
    --------
    >>> Shut(("New camp",)).places
    ('New camp',)
    """

    places: tuple[str, ...]


Statement = Opening | Road | Transfer | Shut
Direction = Literal["out", "back"]
OUT_ONLY: tuple[Direction, ...] = ("out",)
"""For those who flee, and not for those who go home."""
