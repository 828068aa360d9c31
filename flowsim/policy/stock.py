"""The stock of policies that a file or a script can name, and those that hold others."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import BeforeValidator, Field, SerializeAsAny, model_validator

from flowsim.config import NonNegative, Positive, Section, Share
from flowsim.policy import code, gatekeeping, hosting, installed, roads
from flowsim.policy.base import Alternatives, Ground, Misfit, Policy, Stated, cut, together
from flowsim.policy.gatekeeping import GatePolicy
from flowsim.policy.names import Conditions, Kind, Named, PlaceName
from flowsim.policy.opening import Opening
from flowsim.policy.own import Function, above, as_policy
from flowsim.tagged import ByType
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
    >>> from flowsim.policy import Closed, Open
    >>> s = Scheduled(policies=[Closed(stop="2010-06-12"), Open(start="2010-06-12")])
    >>> [part.type for part in s.parts()]
    ['closed', 'open']
    """

    type: Literal["scheduled"] = "scheduled"
    begins_with = {"policies": [{"type": "closed"}]}
    policies: Annotated[tuple[SerializeAsAny[AnyPolicy], ...], BeforeValidator(_made)]
    """Those that it schedules."""

    def parts(self) -> tuple[Policy, ...]:
        """Its policies, each cut to the schedule's own window and crossings."""
        return cut(self.policies, self)

    def within(self) -> tuple[Policy, ...]:
        return self.parts()

    def is_known(self) -> bool:
        return all(policy.is_known() for policy in self.parts())

    def alternatives(self, now: datetime, crossings: tuple[str, ...]) -> Alternatives:
        return together(policy.alternatives(now, crossings) for policy in self.parts())


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
    """Level above which it holds."""
    below: float | None = None
    """Level below which it holds."""

    @model_validator(mode="after")
    def _one_level(self) -> Watch:
        if (self.above is None) == (self.below is None):
            raise ValueError("a condition has one level; give above or below, and not both")
        return self

    @property
    def names(self) -> Kind:
        """What `where` is the name of."""
        if self.what in ("waiting", "admitted", "irregular"):
            return "crossing"
        return "place_anywhere" if self.what == "violence" else "place"

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
    >>> from flowsim.policy import Open
    >>> p = Reactive(when={"what": "waiting", "above": 20_000}, policies=[Open()], delay_hours=6,
    ...              stands_above=True)
    >>> p.when.level, [inner.type for inner in p.within()]
    (20000.0, ['open'])
    """

    type: Literal["reactive"] = "reactive"
    begins_with = {
        "when": {"what": "waiting", "above": 1000}, "policies": [{"type": "open"}],
        "stands_above": True,
    }  # fmt: skip
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

    def is_known(self) -> bool:
        return all(policy.is_known() for policy in self.within())

    def alternatives(self, now: datetime, crossings: tuple[str, ...]) -> Alternatives:
        """Nothing while it is off, and else what its policies may state."""
        if not self.in_force(now):
            return ((),)
        inner = together(policy.alternatives(now, crossings) for policy in self.within())
        return inner and ((), *((above(inner) if self.stands_above else inner) or ()))

    def overrides(self) -> bool:
        return self.stands_above or super().overrides()

    def named(self) -> Iterator[Named]:
        yield from super().named()
        for field, watch in (("when", self.when), ("until", self.until)):
            if watch is not None and watch.where:
                yield Named((field, "where"), watch.where, watch.names)


class CapacityBound(GatePolicy):
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
    reactive = True
    of_refuge = True
    places: tuple[PlaceName, ...] = ()
    """Places that are watched; empty means all of the own country that have a capacity."""
    closes_at: Annotated[Positive, Field(le=10.0)] = 1.0
    """Part of their capacity at which it closes."""
    reopens_at: Annotated[Positive, Field(le=10.0)] = 0.9
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
        return self._closed() if closed else None

    def _closed(self) -> Opening:
        return Opening(permeability=0.0, exempt=self.exempt, leak=self.leak)

    def is_known(self) -> bool:
        return True

    def alternatives(self, now: datetime, crossings: tuple[str, ...]) -> Alternatives:
        return ((), (Stated(self, self._closed()),)) if self.in_force(now) else ((),)

    def misfits(self, ground: Ground) -> Iterator[Misfit]:
        yield from super().misfits(ground)
        if ground.capacities is None or ground.is_fled():
            return
        watched = set(self.places or ground.capacities)
        if watched <= set(ground.capacities) and not any(map(ground.capacities.get, watched)):
            wrong = "none of the places that it watches has a capacity"
            yield Misfit(("type",), wrong, "give the places a capacity")


def _stock() -> dict[str, type[Policy]]:
    modules = (gatekeeping, hosting, roads, sys.modules[__name__], code)
    kinds = [kind for module in modules for kind in vars(module).values()
             if isinstance(kind, type) and kind.__module__ == module.__name__]  # fmt: skip
    found = [kind for kind in kinds if issubclass(kind, Policy) and "type" in kind.model_fields]
    return {kind.model_fields["type"].default: kind for kind in found}


STOCK = _stock()
"""Policies of flowsim that a file can name, by their type: all classes of its modules that have
one."""
BY_TYPE: dict[str, type[Policy]] = {**STOCK, Function.model_fields["type"].default: Function}
"""All policies of flowsim by their type, those that no file can hold among them."""
EXAMPLE = gatekeeping.Open()
"""A policy that changes nothing and runs nothing."""


BY_TYPE_IN_FILES = ByType(
    installed.POLICIES, STOCK, {kind: BY_TYPE[kind] for kind in BY_TYPE if kind not in STOCK}
)
"""How a policy in a file is taken for what its type says."""


def kinds() -> dict[str, type[Policy]]:
    """All policies that a file can name, by type: the stock, then those of installed packages.

    What lists policies (the page of fields, the app) asks here. A package whose policy cannot be
    used is warned of.

    Examples
    --------
    >>> list(kinds())[:3]
    ['open', 'closed', 'announced_closure']
    """
    return BY_TYPE_IN_FILES.kinds()


if TYPE_CHECKING:
    AnyPolicy = Policy
else:
    AnyPolicy = Annotated[
        Union[tuple(STOCK.values())], Field(discriminator="type"), BY_TYPE_IN_FILES  # noqa: UP007
    ]
Scheduled.model_rebuild()
Reactive.model_rebuild()
