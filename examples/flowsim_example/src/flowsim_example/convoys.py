"""Escorted convoys over a border: the policy ``convoys``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from flowsim.config import Hour, Positive
from flowsim.policy import Condition, GatePolicy, Opening


class Convoys(GatePolicy):
    """The crossing opens for an escorted convoy at some hours of the day, and for nobody else."""

    type: Literal["convoys"] = "convoys"
    at_hours: tuple[Hour, ...] = (8.0, 16.0)
    """Hours of the day at which a convoy sets out; each takes an hour to pass."""
    persons: Positive
    """Persons that a convoy takes."""
    first: tuple[Condition, ...] = ()
    """In which order people are taken, as [wounded, children]."""

    def opening(self, now: datetime, view: object) -> Opening:
        hour = now.hour + now.minute / 60 + now.second / 3600
        if any(start <= hour < start + 1 for start in self.at_hours):
            return Opening(quota_per_hour=self.persons, priority=self.first)
        return Opening(permeability=0.0)

    def edges(self, first: datetime, last: datetime) -> tuple[datetime, ...]:
        hours = [hour for start in self.at_hours for hour in (start, start + 1)]
        before = first - timedelta(hours=1)
        return (*super().edges(first, last), *self.daily(before, last, hours))

    def order(self) -> tuple[str, ...]:
        return self.first
