"""What all policies have."""

from __future__ import annotations

from datetime import datetime

from flowsim.policy.opening import Opening
from flowsim.section import Instant, Name, Section
from flowsim.view import BorderView

Conditions = tuple[Name, ...]


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

    def opening(self, now: datetime, view: BorderView) -> Opening | None:
        """What it states now, or None where it states nothing."""
        raise NotImplementedError

    def parts(self) -> tuple[Policy, ...]:
        """The policies in it: itself, or those that it schedules."""
        return (self,)

    def in_force(self, now: datetime) -> bool:
        """Whether ``now`` is in the window."""
        return (self.start is None or self.start <= now) and (self.stop is None or now < self.stop)

    def edges(self) -> tuple[datetime, ...]:
        """Moments at which what it states may change by the calendar."""
        return tuple(edge for edge in (self.start, self.stop) if edge is not None)

    def conditions(self) -> Conditions:
        """Every condition on a person that it names."""
        return tuple(
            who for field in ("exempt", "barred", "priority") for who in getattr(self, field, ())
        )
