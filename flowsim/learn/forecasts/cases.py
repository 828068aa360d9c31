"""A conflict whose registrations are all in: what forecasts are fitted to and scored by."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.evidence.measures import relative_difference
from flowsim.learn.forecasts.ground import Ground, ground_of
from flowsim.learn.forecasts.series import Rows, rows_of
from flowsim.learn.forecasts.shares import Points, expected, held_and_rest, known_on, shares_of
from flowsim.scenario.scenario import Scenario

FIRST_DAY, EVERY_DAYS = 30, 30
"""Forecasts are made on this day, and then so many days apart."""


class Case(NamedTuple):
    """A conflict with its registrations, early and late.

    Attributes
    ----------
    name : str
    rows : Rows
    ground : Ground
    data : float64 array (D, C)
        Registered persons by day and place, straight lines between rows.
    """

    name: str
    rows: Rows
    ground: Ground
    data: Floats

    @property
    def total(self) -> Floats:
        """Persons in all places together, (D,)."""
        return np.asarray(self.data.sum(axis=1))

    def days_made(self, ahead: int = EVERY_DAYS) -> range:
        """Days on which a forecast is made for the day so many days ahead."""
        return range(FIRST_DAY, self.data.shape[0] - ahead, EVERY_DAYS)

    def steps(self, made: int, ahead: tuple[int, ...]) -> Ints:
        """Days ahead that are not after the last day."""
        return np.array([h for h in ahead if made + h < self.data.shape[0]], dtype=np.int64)

    def held(self, made: int) -> Floats:
        """Shares of the forecast "held and rest", (C,)."""
        known = known_on(self.rows, made)
        return shares_of(held_and_rest(known, self.ground, float(self.total[made])))

    def told(self, points: Points, made: int, days: Ints, each: bool = False) -> Floats:
        """Expected persons on some days where totals are told; see `shares.expected`."""
        known = known_on(self.rows, made)
        return expected(known, self.ground, self.total, points, days, each=each)

    def ard(self, told: Floats, days: Ints) -> float:
        """ARD of persons or shares by place, (N, C) or (C,) for all days alike, on days (N,)."""
        every = np.tile(told, (days.size, 1)) if told.ndim == 1 else told
        return relative_difference(every, self.data[days])


def case(name: str, rows: Rows, ground: Ground) -> Case:
    """A conflict from its rows and its ground.

    Examples
    --------
    >>> from flowsim.learn.forecasts.made_up import made_up
    >>> one = case(*made_up("turn", seed=1, days=100))
    >>> one.data.shape == (100, len(one.rows.places)), list(one.days_made())
    (True, [30, 60])
    """
    return Case(name, rows, ground, rows.by_day(ground.kind.size))


def case_of(name: str, scenario: Scenario) -> Case:
    """A conflict from the scenario that tells of it."""
    rows = rows_of(scenario)
    return case(name, rows, ground_of(scenario, rows.places))
