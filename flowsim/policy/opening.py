"""What a crossing is at one moment: the value that every policy gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

WHO = ("children", "women", "men", "elderly_women", "elderly_men", "elderly", "wounded")
"""Conditions on a person; `group:NAME` is one too. `elderly` are both sexes from 60."""
Who = str


@dataclass(frozen=True, slots=True)
class Opening:
    """How permeable a crossing is, for whom, how fast and how leaky; the default is fully open.

    Attributes
    ----------
    permeability : float
        Share of those who come that may pass, in [0, 1]; drawn once a visit.
    quota_per_hour : float or None
        Persons an hour; None sets no limit.
    exempt, barred : tuple of str
        Conditions on a person (see `WHO`): the exempt pass whatever else this opening says, the
        barred do not; an exemption wins over a bar of the same opening.
    priority : tuple of str
        Conditions in the order in which the queue is served.
    leak : float
        Chance that an attempt at the fence succeeds.
    detention : float
        Chance that a failed attempt ends in detention.
    detention_hours : float
        How long the detained are held before they are sent back.
    pushback : float
        Chance that somebody who came through the fence is sent back.
    pushback_after_hours : float
        When that happens.
    dispersal_per_day : float
        Hazard for those at the fence of being driven away, 1/day.
    delay_hours : float
        Hours from passing the gate to being let go on.
    return_per_day : float
        Pressure on those sheltered beyond this border to go home, 1/day.

    Examples
    --------
    >>> Opening().permeability, Opening(permeability=0, exempt=("wounded",)).exempt
    (1.0, ('wounded',))
    """

    permeability: float = 1.0
    quota_per_hour: float | None = None
    exempt: tuple[Who, ...] = ()
    barred: tuple[Who, ...] = ()
    priority: tuple[Who, ...] = ()
    leak: float = 0.0
    detention: float = 0.0
    detention_hours: float = 0.0
    pushback: float = 0.0
    pushback_after_hours: float = 0.0
    dispersal_per_day: float = 0.0
    delay_hours: float = 0.0
    return_per_day: float = 0.0


Direction = Literal["out", "back"]
