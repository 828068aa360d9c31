"""Policies on people who are across: pressed or helped to go home, or moved to other places."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, Self

from pydantic import model_validator

from flowsim.policy.base import Policy
from flowsim.policy.opening import Opening, Shut, Transfer
from flowsim.section import Instant, Name, NonNegative, Positive
from flowsim.view import BorderView


class HostPolicy(Policy):
    """A policy on people who are across; it binds no crossings."""

    @model_validator(mode="after")
    def _no_crossings(self) -> Self:
        if self.crossings:
            raise ValueError("it binds people who are across and no crossings; leave crossings out")
        return self


class ForcedReturn(HostPolicy):
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

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        known = (self.deadline,) if first <= self.deadline <= last else ()
        return (*super().edges(first, last), *known)


class EncouragedReturn(HostPolicy):
    """Those who wish to go home are helped to: buses, news from home, aid that waits there.

    Their own wish is multiplied, so nobody goes while home is not calm. June 2010: on 18 and 20
    June, before officials began to press.

    Examples
    --------
    >>> EncouragedReturn(factor=3).opening(None, None).return_wish
    3.0
    """

    type: Literal["encouraged_return"] = "encouraged_return"
    factor: Positive
    """Factor on the own wish to go home."""

    def opening(self, now: datetime, view: BorderView) -> Opening:
        return Opening(return_wish=self.factor)


class Relocation(HostPolicy):
    """People are moved on from camps at the border to camps inland that have room.

    Austria took Hungarians on from the border to Traiskirchen in the autumn of 1956.

    Examples
    --------
    >>> p = Relocation(origins=("Border camp",), to=("Inland", "Far inland"), per_day=0.5)
    >>> p.opening(None, None).shares
    (('Inland', 1.0), ('Far inland', 1.0))
    """

    type: Literal["relocation"] = "relocation"
    origins: tuple[Name, ...]
    """Places they are moved from."""
    to: tuple[Name, ...]
    """Places they are moved to, alike as long as there is room."""
    per_day: Positive
    """Hazard of a household of being moved, 1/day."""

    def opening(self, now: datetime, view: BorderView) -> Transfer:
        return Transfer(self.per_day, self.origins, tuple((name, 1.0) for name in self.to))


class Dispersal(HostPolicy):
    """People are spread among hosts by a key, whatever they would choose.

    Germany spreads asylum seekers among its states by the key of Koenigstein.

    Examples
    --------
    >>> p = Dispersal(origins=("Gate town",), shares={"East": 0.25, "West": 0.75}, per_day=1)
    >>> p.opening(None, None).shares
    (('East', 0.25), ('West', 0.75))
    """

    type: Literal["dispersal"] = "dispersal"
    origins: tuple[Name, ...]
    """Places they are moved from."""
    shares: dict[Name, Positive]
    """Weight of each host; only their proportions count."""
    per_day: Positive
    """Hazard of a household of being moved, 1/day."""

    def opening(self, now: datetime, view: BorderView) -> Transfer:
        return Transfer(self.per_day, self.origins, tuple(sorted(self.shares.items())))


class ReceptionStop(HostPolicy):
    """Places take nobody in who comes: a camp that is not open yet, is full, or is wound up.

    Who is there stays; who arrives goes on to another place. A camp that
    opens on a day has a stop until then: Azraq in Jordan was built in 2013, opened in April 2014.

    Examples
    --------
    >>> ReceptionStop(places=("New camp",), stop="2015-08-10").opening(None, None)
    Shut(places=('New camp',))
    """

    type: Literal["reception_stop"] = "reception_stop"
    places: tuple[Name, ...]
    """Places that take nobody in."""

    def opening(self, now: datetime, view: BorderView) -> Shut:
        return Shut(self.places)
