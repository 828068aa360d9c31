"""How many will be registered in all, where that is not told: a growth law pooled over conflicts.

    ln(U(m + h) / held) = p * ln(1 + h / age) + q * ln(1 + rate * h' / held) + u * unseen

with the day of the forecast m, the days ahead h, ``held`` the persons of the last rows, ``age`` the
days in which as many would have come at the mean rate since the start, ``rate`` at which the
places' last rows grew (persons/day, kept up for h' = `RATE_DAYS` (1 - exp(-h / `RATE_DAYS`)) days)
and ``unseen`` the part of new arrivals that by structure goes where nothing is registered yet.
Cumulative arrivals grow like a power of time (p = 1 is a steady flow, below 1 it wanes).

For `flowsim.forecast`, which simulates nothing: it goes on from counted persons, and looks neither
at residents nor at how long they were in danger. How many leave in a simulated run, before anybody
is counted or under another course of violence, is a hazard: `flowsim.learn.leavers`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.learn.forecasts.ground import Ground
from flowsim.learn.forecasts.shares import SHIFT_KM, Known

RATE_DAYS = 60.0
RECENT_DAYS = 60
"""Rows so many days before the last one still tell the rate."""
POWER = 1.5
"""Of distance, for the part that is unseen."""


class Growth(NamedTuple):
    """Coefficients of the growth law: `p`, `q` and `u` above."""

    age: float
    rate: float
    unseen: float


def features(known: Known, ground: Ground, days: Ints) -> Floats:
    """What the growth law is linear in, for some days after that of the forecast, (N, 3)."""
    held, ahead = float(known.held.sum()), days - known.day
    first = sum(
        float(np.interp(0.0, s.days, s.persons)) if s.days.size and s.days[0] <= 0 else 0.0
        for s in known.rows.series
    )
    grown = max(held - first, 1e-9)
    age = max(known.day, 1) * held / grown
    kept_up = RATE_DAYS * -np.expm1(-ahead / RATE_DAYS)
    near = ground.distance_shares(POWER, SHIFT_KM)[known.day]
    unseen = float((near * ~known.seen).sum())
    return np.stack(
        [
            np.log1p(ahead / age),
            np.log1p(_rate(known) * kept_up / max(held, 1.0)),
            np.full(days.size, unseen),
        ],
        axis=1,
    )


def _rate(known: Known) -> float:
    """Persons a day by whom the places' last rows grew."""
    rate = 0.0
    for series in known.rows.series:
        if series.days.size > 1:
            begin = max(int(series.days[0]), int(series.days[-1]) - RECENT_DAYS)
            before = float(np.interp(begin, series.days, series.persons))
            rate += (series.persons[-1] - before) / max(int(series.days[-1]) - begin, 1)
    return max(rate, 0.0)


def median_total(growth: Growth, known: Known, ground: Ground, days: Ints) -> Floats:
    """Persons in all places together on some days, (N,)."""
    found = features(known, ground, days) @ np.array(growth)
    return np.asarray(known.held.sum() * np.exp(found))
