"""The stock of policies; each is the section of a scenario file and the object of a script."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, model_validator

from flowsim.policy.base import Conditions, Policy
from flowsim.policy.code import Code
from flowsim.policy.opening import Opening
from flowsim.policy.own import Function
from flowsim.section import Instant, NonNegative, Positive, Share
from flowsim.view import BorderView


class Open(Policy):
    """The crossing lets everybody pass.

    June 2010: what the authorities of Kyrgyzstan did at their own posts from 12 June on.

    Examples
    --------
    >>> Open().opening(None, None) == Opening()
    True
    """

    type: Literal["open"] = "open"
    priority: Conditions = ()
    """Order of service."""
    delay_hours: NonNegative = 0.0
    """Hours from passing the gate to being let go on."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(priority=self.priority, delay_hours=self.delay_hours)


class Closed(Policy):
    """The crossing lets nobody pass but the exempt; the fence leaks.

    June 2010: Uzbekistan from the evening of 14 June, wounded and elderly exempt.

    Examples
    --------
    >>> Closed(leak=0.02, exempt=("wounded",)).opening(None, None).permeability
    0.0
    """

    type: Literal["closed"] = "closed"
    exempt: Conditions = ()
    """Who passes all the same."""
    leak: Share = 0.0
    """Chance that an attempt at the fence succeeds."""
    detention: Share = 0.0
    """Chance that a failed attempt ends in detention."""
    detention_hours: NonNegative = 48.0
    """How long the detained are held before they are sent back."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(
            permeability=0.0,
            exempt=self.exempt,
            leak=self.leak,
            detention=self.detention,
            detention_hours=self.detention_hours,
        )


class Quota(Policy):
    """At most so many persons an hour (or a day, spread evenly); the exempt do not count.

    Give exactly one of ``per_hour`` and ``per_day``. What is not used is lost.
    Turkey's daily limits at Bab al-Salama in 2012 are a case.

    Examples
    --------
    >>> Quota(per_day=4800).opening(None, None).quota_per_hour
    200.0
    """

    type: Literal["quota"] = "quota"
    per_hour: Positive | None = None
    """Persons an hour, at each crossing."""
    per_day: Positive | None = None
    """Persons a day, at each crossing, spread evenly over the hours."""
    exempt: Conditions = ()
    priority: Conditions = ()

    @model_validator(mode="after")
    def _one_rate(self) -> Quota:
        if (self.per_hour is None) == (self.per_day is None):
            raise ValueError("a quota has one rate; give per_hour or per_day, and not both")
        return self

    def opening(self, now: datetime, view: BorderView) -> Opening:
        rate = self.per_hour if self.per_hour is not None else self.per_day / 24.0  # type: ignore[operator]
        return Opening(quota_per_hour=rate, exempt=self.exempt, priority=self.priority)


class Triage(Policy):
    """Some are let in and others held: by kind of person, in an order, at the pace of the guards.

    June 2010: women, children, elderly and wounded first and young men mostly not, 12-14 June.

    Examples
    --------
    >>> Triage(barred=("men",), priority=("wounded", "children")).opening(None, None).barred
    ('men',)
    """

    type: Literal["triage"] = "triage"
    permeability: Share = 1.0
    """Share of those who come that may pass."""
    per_hour: Positive | None = None
    """Persons an hour who can be checked, at each crossing; empty means no limit of its own."""
    exempt: Conditions = ()
    barred: Conditions = ()
    """Who may not pass."""
    priority: Conditions = ()
    """Order of service."""
    leak: Share = 0.0
    """Chance that an attempt at the fence succeeds, of those who are held."""
    delay_hours: NonNegative = 0.0

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(
            permeability=self.permeability,
            quota_per_hour=self.per_hour,
            exempt=self.exempt,
            barred=self.barred,
            priority=self.priority,
            leak=self.leak,
            delay_hours=self.delay_hours,
        )


class PushBack(Policy):
    """Guards drive people from the fence, and send back those found inside.

    June 2010: reported of Uzbek guards on 11 June, before orders came.

    Examples
    --------
    >>> PushBack(inside=0.5).opening(None, None).pushback
    0.5
    """

    type: Literal["push_back"] = "push_back"
    dispersal_per_day: NonNegative = 0.0
    """Hazard for those who wait of being driven from the fence, 1/day."""
    inside: Share = 0.0
    """Chance that somebody who came through the fence is found and sent back."""
    after_hours: NonNegative = 1.0
    """When that happens."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(
            pushback=self.inside,
            pushback_after_hours=self.after_hours,
            dispersal_per_day=self.dispersal_per_day,
        )


class ForcedReturn(Policy):
    """Officials press those sheltered to go home, harder towards a deadline.

    The hazard rises linearly from ``per_day`` at ``start`` to ``per_day_at_deadline`` at
    ``deadline`` and stays there until ``stop``. June 2010: tours of the camps, 25 June as deadline.

    Examples
    --------
    >>> from datetime import datetime
    >>> p = ForcedReturn(start="2010-06-18", deadline="2010-06-25", stop="2010-06-28",
    ...                  per_day=0.0, per_day_at_deadline=0.7)
    >>> round(p.opening(datetime(2010, 6, 19), None).return_per_day, 3)
    0.1
    """

    type: Literal["forced_return"] = "forced_return"
    start: Instant
    deadline: Instant
    per_day: NonNegative = 0.0
    """Hazard at the start, 1/day."""
    per_day_at_deadline: NonNegative
    """Hazard at the deadline, 1/day."""

    @model_validator(mode="after")
    def _deadline_after_start(self) -> ForcedReturn:
        if self.deadline <= self.start:
            raise ValueError("the deadline is not after the start; give a later deadline")
        return self

    def opening(self, now: datetime, view: BorderView) -> Opening:
        part = min(1.0, (now - self.start) / (self.deadline - self.start))
        rate = self.per_day + part * (self.per_day_at_deadline - self.per_day)
        return Opening(return_per_day=rate)

    def edges(self) -> tuple[datetime, ...]:
        return (*super().edges(), self.deadline)


class Scheduled(Policy):
    """Policies one after the other (or at once), each with a window of its own.

    Examples
    --------
    >>> s = Scheduled(policies=[Closed(stop="2010-06-12"), Open(start="2010-06-12")])
    >>> [part.type for part in s.parts()]
    ['closed', 'open']
    """

    type: Literal["scheduled"] = "scheduled"
    policies: tuple[AnyFilePolicy, ...]

    def parts(self) -> tuple[Policy, ...]:
        """Its policies, each cut to the schedule's own window and crossings."""
        cut = []
        for policy in self.policies:
            for part in policy.parts():
                starts = [t for t in (self.start, part.start) if t is not None]
                stops = [t for t in (self.stop, part.stop) if t is not None]
                cut.append(
                    part.model_copy(
                        update={
                            "start": max(starts, default=None),
                            "stop": min(stops, default=None),
                            "crossings": _both(self.crossings, part.crossings),
                        }
                    )
                )
        return tuple(cut)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if not one or not other:
        return one or other
    return tuple(name for name in one if name in other) or ("",)  # "" binds no crossing


AnyFilePolicy = Annotated[
    Open | Closed | Quota | Triage | PushBack | ForcedReturn | Scheduled | Code,
    Field(discriminator="type"),
]
"""Policies that a scenario file can hold."""
AnyPolicy = Annotated[
    Open | Closed | Quota | Triage | PushBack | ForcedReturn | Scheduled | Code | Function,
    Field(discriminator="type"),
]
Scheduled.model_rebuild()
