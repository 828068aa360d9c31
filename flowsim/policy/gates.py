"""The rules at all gates of a run at once, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from flowsim.arrays import Ints
from flowsim.clock import NEVER
from flowsim.policy.compose import GateRules


class RulesAtGates:
    """The rules at all gates, stacked; each attribute of `GateRules` with the gate before it.

    Parameters
    ----------
    rules : sequence of GateRules
    capacity_per_hour : sequence of float
        Persons who can physically pass each gate, inf without limit.
    start : datetime
        Zero of the clock.

    Attributes
    ----------
    closes_s, opens_s : int64 arrays (gates,)
        Seconds of the announced closure and opening, `NEVER` where there is none.
    family_chance : float64 array (gates, S)
        Chance that somebody of a family is let pass.
    family_per_hour : float64 array (gates, S)
        Persons an hour of those who are let pass, at most; next to nothing where nobody is.
    """

    def __init__(
        self, rules: Sequence[GateRules], capacity_per_hour: Sequence[float], start: datetime
    ) -> None:
        self.by_gate = tuple(rules)
        self.passes = np.array([r.passes for r in rules])
        self.quota_per_hour = np.array([r.quota_per_hour for r in rules])
        self.spread = np.array([r.spread for r in rules])
        self.counted = np.array([r.counted for r in rules])
        self.exempt = np.array([r.exempt for r in rules])
        self.rank = np.array([r.rank for r in rules])
        self.leak = np.array([r.leak for r in rules])
        self.detention = np.array([r.detention for r in rules])
        self.pushback = np.array([r.pushback for r in rules])
        self.pushback_reach_km = np.array([r.pushback_reach_km for r in rules])
        self.cost_km = np.array([r.cost_km for r in rules])
        self.detention_s = _seconds([r.detention_hours for r in rules])
        self.pushback_after_s = _seconds([r.pushback_after_hours for r in rules])
        self.delay_s = _seconds([r.delay_hours for r in rules], least=0)
        self.closes_s = _since(start, [r.closes_at for r in rules])
        self.opens_s = _since(start, [r.opens_at for r in rules])
        if rules:
            self._families(capacity_per_hour)

    def _families(self, capacity_per_hour: Sequence[float]) -> None:
        unhurt = self.passes[..., 0]
        quota = np.where(unhurt > 0.0, self.quota_per_hour[..., 0], 0.0).max(axis=2)
        self.family_chance = unhurt.max(axis=2)
        physical = np.array(capacity_per_hour)[:, None]
        self.family_per_hour = np.maximum(np.minimum(quota, physical), 1e-9)


LONGEST = NEVER // 4
"""Seconds, some 17 years: who is held or delayed for longer is so for good."""


def _seconds(hours: list[float], least: int = 1) -> Ints:
    return np.array([max(least, round(min(h * 3600, LONGEST))) for h in hours], dtype=np.int64)


def _since(start: datetime, moments: list[datetime | None]) -> Ints:
    told = [NEVER if m is None else round((m - start).total_seconds()) for m in moments]
    return np.array(told, dtype=np.int64)
