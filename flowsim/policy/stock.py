"""The stock of policies that a file or a script can name, and those that hold others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from flowsim.policy.base import Conditions, Policy, Stated, cut
from flowsim.policy.code import Code
from flowsim.policy.gatekeeping import (
    AnnouncedClosure,
    AnnouncedOpening,
    Closed,
    ExitBan,
    Open,
    OpeningHours,
    PushBack,
    Quota,
    Triage,
)
from flowsim.policy.hosting import (
    Dispersal,
    EncouragedReturn,
    ForcedReturn,
    ReceptionStop,
    Relocation,
)
from flowsim.policy.opening import Opening
from flowsim.policy.own import Function, as_policy
from flowsim.policy.roads import Checkpoint, Corridor
from flowsim.section import Name, NonNegative, Positive, Section, Share
from flowsim.view import BorderView


def _made(policies: Any) -> Any:
    """Policies of a script, functions and objects among them, as policies."""
    if not isinstance(policies, list | tuple):
        return policies
    return tuple(p if isinstance(p, Mapping) else _policy(p) for p in policies)


def _policy(value: Any) -> Any:
    try:
        return as_policy(value)
    except TypeError:
        return value  # told by the validation


class Scheduled(Policy):
    """Policies one after the other (or at once), each with a window of its own.

    June 2010: closed, open with triage, closed but for the wounded.

    Examples
    --------
    >>> s = Scheduled(policies=[Closed(stop="2010-06-12"), Open(start="2010-06-12")])
    >>> [part.type for part in s.parts()]
    ['closed', 'open']
    """

    type: Literal["scheduled"] = "scheduled"
    policies: Annotated[tuple[SerializeAsAny[AnyPolicy], ...], BeforeValidator(_made)]

    def parts(self) -> tuple[Policy, ...]:
        """Its policies, each cut to the schedule's own window and crossings."""
        return cut(self.policies, self)


class Watch(Section):
    """Something that an authority sees at its border, above or below a level.

    Examples
    --------
    >>> Watch(what="waiting", where="Dustlik", above=20_000).level
    20000.0
    """

    what: Literal["waiting", "admitted", "irregular", "sheltered", "occupancy", "violence"]
    """Persons waiting, admitted so far, through the fence so far, or sheltered; those sheltered
    over what their places hold; intensity of violence."""
    where: str = ""
    """A crossing or a place; empty means all crossings, all places of the own country, or the
    worst violence."""
    above: float | None = None
    below: float | None = None

    @model_validator(mode="after")
    def _one_level(self) -> Watch:
        if (self.above is None) == (self.below is None):
            raise ValueError("a condition has one level; give above or below, and not both")
        return self

    @property
    def level(self) -> float:
        """The level it is held against."""
        return self.above if self.above is not None else self.below  # type: ignore[return-value]

    def holds(self, view: BorderView) -> bool:
        """Whether it is so, as far as the authority sees."""
        if self.what == "violence":
            seen = view.violence(self.where)
        elif self.what == "occupancy":
            seen = view.occupancy((self.where,) if self.where else ())
        else:
            seen = float(getattr(view, self.what)(self.where or None))
        return seen > self.level if self.above is not None else seen < self.level


class Reactive(Policy):
    """Policies that come into force once something is seen, and go when it is over.

    The authority looks once an hour. It acts at the first look that comes `delay_hours` or more
    after it first saw that it should, if it has seen so at every look between; so too at the start.
    Beside a closure of its side an inner `open` opens nothing, as permeabilities multiply; with
    `stands_above` it does. June 2010: Uzbekistan opened on 12 June when crowds stood at the fence.

    Examples
    --------
    >>> p = Reactive(when={"what": "waiting", "above": 20_000}, policies=[Open()], delay_hours=6,
    ...              stands_above=True)
    >>> p.when.level, [inner.type for inner in p.within()]
    (20000.0, ['open'])
    """

    type: Literal["reactive"] = "reactive"
    when: Watch
    """What brings the policies into force."""
    until: Watch | None = None
    """What ends them; empty means once `when` does not hold any more."""
    delay_hours: NonNegative = 0.0
    """Hours from seeing it to acting, at the beginning and at the end."""
    stands_above: bool = False
    """While it is on, its openings alone hold on its side, at the crossings that they bind."""
    policies: Annotated[tuple[SerializeAsAny[AnyPolicy], ...], BeforeValidator(_made)]
    """What is in force then."""

    def within(self) -> tuple[Policy, ...]:
        return cut(self.policies, self)

    def says(self, now: datetime, view: BorderView) -> Iterator[Stated]:
        """What its policies state while it is on."""
        if not self.in_force(now):
            return
        memory = view.memory(self)
        if not self._is_on(view, memory):
            return
        if "within" not in memory:
            memory["within"] = self.within()
        for policy in memory["within"]:
            for said in policy.says(now, view):
                yield said._replace(above=said.above or self.stands_above)

    def _is_on(self, view: BorderView, memory: dict[str, Any]) -> bool:
        now, on = view.seen_at, bool(memory.setdefault("on", False))
        if memory.get("looked") == now:
            return on  # asked again within the hour
        memory["looked"] = now
        end = self.until.holds(view) if self.until is not None else not self.when.holds(view)
        if not (end if on else self.when.holds(view)):
            memory["since"] = None
            return on
        if memory.get("since") is None:
            memory["since"] = now
        if (now - memory["since"]).total_seconds() >= self.delay_hours * 3600.0:
            memory["on"], memory["since"] = not on, None
        return bool(memory["on"])

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        inner = (edge for policy in self.within() for edge in policy.edges(first, last))
        return (*super().edges(first, last), *inner)


class CapacityBound(Policy):
    """The crossing closes when the camps are full and opens again when there is room.

    It closes once those sheltered are `closes_at` of what the places hold and opens once they are
    below `reopens_at`; between the two it stays as it was. June 2010: Uzbekistan closed on 14 June
    "for lack of space".

    Examples
    --------
    >>> CapacityBound(closes_at=0.95, reopens_at=0.8).reopens_at
    0.8
    """

    type: Literal["capacity_bound"] = "capacity_bound"
    places: tuple[Name, ...] = ()
    """Places that are watched; empty means all of the own country that have a capacity."""
    closes_at: Positive = 1.0
    """Part of their capacity at which it closes."""
    reopens_at: Positive = 0.9
    """Part of their capacity below which it opens again."""
    exempt: Conditions = ()
    """Who passes all the same."""
    leak: Share = 0.0
    """Chance that an attempt gets through the fence while it is closed."""

    @model_validator(mode="after")
    def _levels(self) -> CapacityBound:
        if self.reopens_at > self.closes_at:
            raise ValueError("it opens again above where it closes; give reopens_at <= closes_at")
        return self

    def opening(self, now: datetime, view: BorderView) -> Opening | None:
        full, memory = view.occupancy(self.places), view.memory(self)
        closed = full >= (self.reopens_at if memory.get("closed") else self.closes_at)
        memory["closed"] = closed
        return Opening(permeability=0.0, exempt=self.exempt, leak=self.leak) if closed else None


_Stock = (
    Open | Closed | Quota | Triage | PushBack | ForcedReturn | EncouragedReturn | Relocation
    | Dispersal | ExitBan | OpeningHours | AnnouncedClosure | AnnouncedOpening | Corridor
    | Checkpoint | ReceptionStop | CapacityBound | Reactive | Scheduled | Code
)  # fmt: skip
AnyPolicy = Annotated[_Stock | Function, Field(discriminator="type")]
Scheduled.model_rebuild()
Reactive.model_rebuild()
