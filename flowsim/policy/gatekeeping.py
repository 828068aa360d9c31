"""Policies that let people in or keep them out at a gate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from pydantic import model_validator

from flowsim.config import Hour, Instant, NonNegative, Positive, Share
from flowsim.policy.base import Ground, Misfit, Policy
from flowsim.policy.names import Conditions
from flowsim.policy.opening import OUT_ONLY, Count, Opening
from flowsim.view import BorderView

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class GatePolicy(Policy):
    """A policy on who passes a gate; by the time alone, unless it says that it reacts."""

    statements = (Opening,)
    reactive = False


class Open(GatePolicy):
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
    cost_km: NonNegative = 0.0
    """What passing costs (a fee, a bribe, a search), as kilometres people would rather walk."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(priority=self.priority, delay_hours=self.delay_hours, cost_km=self.cost_km)


class Closed(GatePolicy):
    """The crossing lets nobody pass but the exempt; the fence leaks.

    With `crossings`, some crossings of several are closed. June 2010: Uzbekistan from the evening
    of 14 June, wounded and elderly exempt.

    Examples
    --------
    >>> Closed(leak=0.02, exempt=("wounded",)).opening(None, None).permeability
    0.0
    """

    type: Literal["closed"] = "closed"
    exempt: Conditions = ()
    """Who passes all the same."""
    leak: Share = 0.0
    """Chance that an attempt gets through the fence."""
    detention: Share = 0.0
    """Chance that a failed attempt ends in detention."""
    detention_hours: NonNegative = 48.0
    """How long the detained are held before they are let go, to the queue."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return self._closed(None)

    def _closed(self, opens_at: datetime | None) -> Opening:
        return Opening(
            permeability=0.0,
            exempt=self.exempt,
            leak=self.leak,
            detention=self.detention,
            detention_hours=self.detention_hours,
            opens_at=opens_at,
        )


class AnnouncedClosure(Closed):
    """A closure that people know of before it comes: they hurry.

    From `announced` to `start` nobody is kept out by it. Those who hear of it (the informed at
    once, the others late) leave the sooner, see `behaviour.leaving.hurry`. June 2010: the closure
    of the evening of 14 June was announced on that day.

    Examples
    --------
    >>> p = AnnouncedClosure(announced="2010-06-14T12:00", start="2010-06-14T20:00")
    >>> [p.opening(datetime(2010, 6, 14, hour), None).permeability for hour in (13, 20)]
    [1.0, 0.0]
    """

    type: Literal["announced_closure"] = "announced_closure"  # type: ignore[assignment]
    announced: Instant
    """When people hear of it."""
    start: Instant
    """When it closes."""

    @model_validator(mode="after")
    def _announced_before(self) -> AnnouncedClosure:
        if self.announced > self.start:
            raise ValueError("it is announced after it starts; announce it earlier")
        return self

    def in_force(self, now: datetime) -> bool:
        return self.announced <= now and now in self._cut and (self.stop is None or now < self.stop)

    def opening(self, now: datetime, view: BorderView) -> Opening:
        if now < self.start:
            return Opening(closes_at=self.start)
        return super().opening(now, view)

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        return (*super().edges(first, last), *(
            e for e in (self.announced, self.start) if first <= e <= last
        ))  # fmt: skip


class AnnouncedOpening(Closed):
    """A closure until `stop`, of which people are told before: they wait instead of giving up.

    From `announced` on those who hear of it expect to wait until `stop` and no longer. Hungary told
    on 10 September 1989 that East Germans could leave from midnight.

    Examples
    --------
    >>> p = AnnouncedOpening(announced="2010-06-12T06:00", stop="2010-06-12T17:00")
    >>> p.opening(datetime(2010, 6, 12, 5), None).opens_at is None
    True
    >>> p.opening(datetime(2010, 6, 12, 6), None).opens_at
    datetime.datetime(2010, 6, 12, 17, 0)
    """

    type: Literal["announced_opening"] = "announced_opening"  # type: ignore[assignment]
    announced: Instant
    """When people hear of it."""
    stop: Instant
    """When it opens."""

    @model_validator(mode="after")
    def _announced_before(self) -> AnnouncedOpening:
        if self.announced > self.stop:
            raise ValueError("it is announced after it opens; announce it earlier")
        return self

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return self._closed(self.stop if now >= self.announced else None)

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        told = (self.announced,) if first <= self.announced <= last else ()
        return (*super().edges(first, last), *told)


class ExitBan(GatePolicy):
    """A state keeps its own people in: all of them, or those it names.

    It belongs to the authority of the country that people flee from. The German Democratic Republic
    from 13 August 1961 on.

    Examples
    --------
    >>> ExitBan(barred=("men",)).opening(None, None).barred
    ('men',)
    """

    type: Literal["exit_ban"] = "exit_ban"
    directions = OUT_ONLY
    barred: Conditions = ()
    """Who may not leave; empty means nobody may."""
    exempt: Conditions = ()
    """Who may all the same."""
    leak: Share = 0.0
    """Chance that an attempt gets through the fence."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(
            permeability=1.0 if self.barred else 0.0,
            barred=self.barred,
            exempt=self.exempt,
            leak=self.leak,
        )

    def misfits(self, ground: Ground) -> Iterator[Misfit]:
        yield from super().misfits(ground)
        if ground.direction == "out" and ground.flee_from and not ground.is_fled():
            wrong = f"nobody flees from {ground.country!r}, so it cannot ban exits"
            fled = ", ".join(ground.flee_from)
            right = f"give it to an authority of {fled}, or close the crossing"
            yield Misfit(("type",), wrong, right)


class OpeningHours(GatePolicy):
    """The crossing is open at some hours of some days and closed at night or on weekends.

    Under the Berlin pass agreement of 1963 visitors had to be back by midnight.

    Examples
    --------
    >>> p = OpeningHours(hours=(8, 18), days=("mon", "tue", "wed", "thu", "fri"))
    >>> friday = datetime(2010, 6, 11)
    >>> [p.opening(friday.replace(hour=h), None) is None for h in (7, 8, 18)]
    [False, True, False]
    >>> p.opening(datetime(2010, 6, 12, 12), None).permeability
    0.0
    """

    type: Literal["opening_hours"] = "opening_hours"
    hours: tuple[Hour, Hour] = (0.0, 24.0)
    """Open from the first hour to the second, local time; may wrap over midnight."""
    days: tuple[Day, ...] = _WEEK
    """Days on which it opens; hours that wrap belong to the day on which they begin."""
    exempt: Conditions = ()
    """Who passes at all hours."""
    leak: Share = 0.0
    """Chance that an attempt gets through the fence while it is closed."""

    @model_validator(mode="after")
    def _some_hours(self) -> OpeningHours:
        if self.hours[0] == self.hours[1]:
            raise ValueError("it opens and closes at the same hour; give two hours")
        return self

    def opening(self, now: datetime, view: BorderView) -> Opening | None:
        if self._is_open(now):
            return None
        return Opening(permeability=0.0, exempt=self.exempt, leak=self.leak)

    def _is_open(self, now: datetime) -> bool:
        first, last = self._seconds()
        second = now.hour * 3600 + now.minute * 60 + now.second
        if first < last:
            return first <= second < last and _WEEK[now.weekday()] in self.days
        began = now if second >= first else now - timedelta(days=1)
        return (second >= first or second < last) and _WEEK[began.weekday()] in self.days

    def _seconds(self) -> tuple[int, int]:
        """The hours as whole seconds of the day, so that an edge is open in its very second."""
        return round(self.hours[0] * 3600), round(self.hours[1] * 3600)

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        return (*super().edges(first, last), *self.daily(first, last, self.hours))


class Quota(GatePolicy):
    """At most so many persons an hour or a day; the exempt do not count, unless with their family.

    Give exactly one of `per_hour` and `per_day`. Spread evenly (the default), a place that nobody
    takes is lost within the second. `counted`, whoever comes passes until the number is full, then
    nobody until the next hour or day (from midnight); `carry_over` adds what was left. A family
    that does not fit any more stops those behind it, but for the first of a period; it counts with
    all of it who pass. The Immigration Act of 1924 of the United States counted by month and year.

    Examples
    --------
    >>> Quota(per_day=4800).opening(None, None).quota_per_hour
    200.0
    >>> Quota(per_day=4800, counted=True, carry_over=1).opening(None, None).count
    Count(persons=4800.0, hours=24.0, carry_over=1.0)
    """

    type: Literal["quota"] = "quota"
    begins_with = {"per_day": 5000}
    per_hour: Positive | None = None
    """Persons an hour, at each crossing."""
    per_day: Positive | None = None
    """Persons a day, at each crossing."""
    counted: bool = False
    """Counted from the beginning of the hour or day, instead of spread evenly."""
    carry_over: NonNegative = 0.0
    """How much of what is left of a counted quota is added to the next one, in quotas."""
    shared: bool = False
    """The number is for all its crossings together, which have equal parts of it."""
    exempt: Conditions = ()
    """Who passes beside the quota."""
    priority: Conditions = ()
    """Who is served first."""

    @model_validator(mode="after")
    def _one_rate(self) -> Quota:
        if (self.per_hour is None) == (self.per_day is None):
            raise ValueError("a quota has one rate; give per_hour or per_day, and not both")
        if self.carry_over and not self.counted:
            raise ValueError("only a counted quota carries over; give counted: true")
        return self

    def opening(self, now: datetime, view: BorderView) -> Opening:
        hours = 24.0 if self.per_hour is None else 1.0
        persons = self.per_day if self.per_hour is None else self.per_hour
        if self.shared:
            persons = persons / max(1, len(set(self.crossings or view.crossings)))  # type: ignore[operator]
        rate = Opening(quota_per_hour=persons / hours, exempt=self.exempt, priority=self.priority)  # type: ignore[operator]
        if not self.counted:
            return rate
        count = Count(float(persons), hours, self.carry_over)  # type: ignore[arg-type]
        return Opening(count=count, exempt=self.exempt, priority=self.priority)

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        if not self.counted:
            return super().edges(first, last)
        hours = (0,) if self.per_hour is None else range(24)
        return (*super().edges(first, last), *self.daily(first, last, hours))


class Triage(GatePolicy):
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
    """Who passes in any case."""
    barred: Conditions = ()
    """Who may not pass."""
    priority: Conditions = ()
    """Order of service."""
    leak: Share = 0.0
    """Chance that an attempt gets through the fence, of those who are held."""
    delay_hours: NonNegative = 0.0
    """Hours from passing the gate to being let go on."""
    cost_km: NonNegative = 0.0
    """What passing costs, as kilometres of way that people would rather walk."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(
            permeability=self.permeability,
            quota_per_hour=self.per_hour,
            exempt=self.exempt,
            barred=self.barred,
            priority=self.priority,
            leak=self.leak,
            delay_hours=self.delay_hours,
            cost_km=self.cost_km,
        )


class PushBack(GatePolicy):
    """Guards drive people from the fence, catch those who climb it, and send back those inside.

    June 2010: reported of Uzbek guards on 11 June, before orders came.

    Examples
    --------
    >>> PushBack(inside=0.5, reach_km=3).opening(None, None).pushback_reach_km
    3.0
    """

    type: Literal["push_back"] = "push_back"
    directions = OUT_ONLY
    dispersal_per_day: NonNegative = 0.0
    """Hazard for those who wait of being driven from the fence, 1/day."""
    interception: Share = 0.0
    """Chance that somebody who got through the fence is caught there, and waits again."""
    inside: Share = 0.0
    """Chance that somebody who came through the fence is looked for and sent back."""
    after_hours: NonNegative = 1.0
    """When that happens."""
    reach_km: Positive | None = None
    """How far from the fence guards look; who is further away by then stays. Empty: anywhere."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(
            interception=self.interception,
            pushback=self.inside,
            pushback_after_hours=self.after_hours,
            pushback_reach_km=math.inf if self.reach_km is None else self.reach_km,
            dispersal_per_day=self.dispersal_per_day,
        )
