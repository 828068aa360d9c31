"""What all policies have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from pydantic import PrivateAttr

from flowsim.policy.opening import Statement
from flowsim.section import Instant, Name, Section
from flowsim.view import BorderView

Conditions = tuple[Name, ...]


class Window(NamedTuple):
    """A half-open time ``[start, stop)``; None is no end."""

    start: datetime | None = None
    stop: datetime | None = None

    def __contains__(self, now: object) -> bool:
        """Whether a moment is in it."""
        return isinstance(now, datetime) and (
            (self.start is None or self.start <= now) and (self.stop is None or now < self.stop)
        )

    def is_empty(self) -> bool:
        """Whether no moment is in it."""
        return self.start is not None and self.stop is not None and self.stop <= self.start

    def common(self, other: Window) -> Window:
        """The time that both share."""
        starts = [t for t in (self.start, other.start) if t is not None]
        stops = [t for t in (self.stop, other.stop) if t is not None]
        return Window(max(starts, default=None), min(stops, default=None))


class Policy(Section):
    """What all policies have: a half-open window ``[start, stop)`` and the crossings they bind."""

    name: str = ""
    """By which a variant can change it; best one that no other policy of its side has."""
    start: Instant | None = None
    """From this moment; empty means always."""
    stop: Instant | None = None
    """Until just before this moment; empty means for good."""
    crossings: tuple[Name, ...] = ()
    """The crossings it binds; empty means all of the border."""
    source: str = ""
    note: str = ""
    _cut: Window = PrivateAttr(Window())

    def opening(self, now: datetime, view: BorderView) -> Statement | None:
        """What it states now, or None where it states nothing."""
        raise NotImplementedError

    def says(self, now: datetime, view: BorderView) -> Iterator[Stated]:
        """What it and the policies in it state at a moment."""
        if self.in_force(now):
            statement = self.opening(now, view)
            if statement is not None:
                yield Stated(self, statement)

    def parts(self) -> tuple[Policy, ...]:
        """The policies that make it up: itself, or those that it schedules."""
        return (self,)

    def within(self) -> tuple[Policy, ...]:
        """The policies in it that may speak in its place, cut to its window and crossings."""
        return ()

    def window(self) -> Window:
        """When it may say anything: its own window, cut to those of the policies around it."""
        return self._cut.common(Window(self.start, self.stop))

    def in_force(self, now: datetime) -> bool:
        """Whether ``now`` is in the window."""
        return now in self.window()

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        """Moments from ``first`` to ``last`` at which what it states may change by the calendar."""
        window = self.window()
        if window.is_empty():
            return ()  # it does nothing, so it cuts no step either
        return tuple(e for e in window if e is not None and first <= e <= last)


class Stated(NamedTuple):
    """A policy and what it states now; ``above`` hides what its side says of the same crossings."""

    policy: Policy
    opening: Statement
    above: bool = False


def cut(policies: Sequence[Policy], around: Policy) -> tuple[Policy, ...]:
    """The parts of policies, each cut to the window and the crossings of the one around them."""
    parts = []
    for policy in policies:
        for part in policy.parts():
            crossings = _both(around.crossings, part.crossings)
            inner = part.model_copy(update={"crossings": crossings})
            inner._cut = part._cut.common(around.window())
            parts.append(inner)
    return tuple(parts)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    if not one or not other:
        return one or other
    return tuple(name for name in one if name in other) or ("",)  # "" binds no crossing
