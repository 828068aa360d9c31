"""Policies on people who are across: pressed or helped to go home, or moved to other places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal, Self

from pydantic import model_validator

from flowsim.config import Instant, NonNegative, Positive
from flowsim.policy.base import Ground, Misfit, Policy
from flowsim.policy.names import PlaceName
from flowsim.policy.opening import OUT_ONLY, Opening, Shut, Transfer
from flowsim.view import BorderView


class HostPolicy(Policy):
    """A policy on people who are across, by the time alone unless it says that it reacts.

    It binds no crossings.
    """

    reactive = False
    directions = OUT_ONLY

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
    begins_with = {"per_day_at_deadline": 0.5}
    statements = (Opening,)
    of_refuge = True
    start: Instant
    """From this moment."""
    deadline: Instant
    """Until this moment the pressure rises."""
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
    statements = (Opening,)
    of_refuge = True
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
    statements = (Transfer,)
    origins: tuple[PlaceName, ...]
    """Places they are moved from."""
    to: tuple[PlaceName, ...]
    """Places they are moved to, alike as long as there is room."""
    per_day: Positive
    """Hazard of a household of being moved, 1/day."""

    def opening(self, now: datetime, view: BorderView) -> Transfer:
        return Transfer(self.per_day, self.origins, tuple((name, 1.0) for name in self.to))

    def misfits(self, ground: Ground) -> Iterator[Misfit]:
        yield from super().misfits(ground)
        yield from _moved_to_where_they_are(self.origins, self.to, ground)


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
    statements = (Transfer,)
    origins: tuple[PlaceName, ...]
    """Places they are moved from."""
    shares: dict[PlaceName, Positive]
    """Weight of each host; only their proportions count."""
    per_day: Positive
    """Hazard of a household of being moved, 1/day."""

    def opening(self, now: datetime, view: BorderView) -> Transfer:
        return Transfer(self.per_day, self.origins, tuple(sorted(self.shares.items())))

    def misfits(self, ground: Ground) -> Iterator[Misfit]:
        yield from super().misfits(ground)
        yield from _moved_to_where_they_are(self.origins, self.shares, ground)


def _moved_to_where_they_are(
    origins: Iterable[str], to: Iterable[str], ground: Ground
) -> Iterator[Misfit]:
    both = sorted(set(origins) & set(to))
    if both and ground.capacities is not None and set(both) <= set(ground.capacities):
        yield Misfit(("origins",), f"{both[0]!r} is moved from and to", "name it once")


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
    statements = (Shut,)
    places: tuple[PlaceName, ...]
    """Places that take nobody in."""

    def opening(self, now: datetime, view: BorderView) -> Shut:
        return Shut(self.places)
