"""What is recorded: observers count, and change nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Floats, Ints
from flowsim.clock import DAY
from flowsim.model.axes import KINDS, OUTCOMES, REFUGES, STATUSES, WAITS


class Stocks:
    """Persons as they stand at one moment.

    Attributes
    ----------
    people : int64 array (P, G, 7)
    present : int64 array (P, G, 5)
        Persons present at each place by group and kind: all but those on the move.
    on_leg : int64 array (L, G, 5)
        Persons on the move by link, group and kind, where a scenario has danger there; who looks
        for a way on, by the link they came.
    hurt : int64 array (P,)
        Wounded who live, by place.
    waiting : int64 array (X, 5)
        At each crossing, in the direction out.
    apart : int
        In parts that were left at a gate and have not joined their family again.
    """

    def __init__(
        self, people: Ints, present: Ints, on_leg: Ints, waiting: Ints, hurt: Ints, apart: int
    ) -> None:
        self.people, self.present, self.on_leg = people, present, on_leg
        self.waiting, self.hurt, self.apart = waiting, hurt, apart

    @property
    def composition(self) -> Ints:
        """Persons present at each place by kind, (P, 5)."""
        return np.asarray(self.present.sum(axis=1))


class Observer:
    """Counts of a run by recording interval.

    Parameters
    ----------
    stops : int64 array (T,)
        End of each interval, seconds.
    places, groups, crossings : int
        How many there are.
    one_in : int
        Households for which each that is run stands. What the kernel counts is in persons of the
        sample; stocks and exposure come in full.
    """

    def __init__(
        self, stops: Ints, places: int, groups: int, crossings: int, one_in: int = 1
    ) -> None:
        self.stops, self.at, self.one_in = stops, 0, one_in
        n = stops.size
        self.people = np.zeros((n, places, groups, len(STATUSES)), dtype=np.int32)
        self.composition = np.zeros((n, places, KINDS), dtype=np.int32)
        self.waiting = np.zeros((n, crossings, KINDS), dtype=np.int32)
        self.outcomes = np.zeros((n, crossings, len(OUTCOMES), KINDS), dtype=np.int32)
        self.deaths = np.zeros((n, places, groups), dtype=np.int32)
        self.deaths_of_wounds = np.zeros((n, places), dtype=np.int32)
        self.wounded = np.zeros((n, places, groups), dtype=np.int32)
        self.wounded_now = np.zeros((n, places), dtype=np.int32)
        self.registered = np.zeros((n, places, KINDS), dtype=np.int32)
        self.exposure = np.zeros((n, places, groups))
        self.exposure_by_status = np.zeros((n, groups, len(STATUSES)))
        self.violence = np.zeros((n, places))
        self.split = np.zeros((n, crossings), dtype=np.int32)
        self.barred_deaths = np.zeros((n, crossings), dtype=np.int32)
        self.reunited = np.zeros((n, places), dtype=np.int32)
        self.apart = np.zeros(n, dtype=np.int32)
        self.hours_waited = np.zeros((crossings, len(WAITS)), dtype=np.int32)
        self.hours_to_safety = np.zeros((len(REFUGES), len(WAITS)), dtype=np.int32)
        self.outcomes_so_far = np.zeros((crossings, len(OUTCOMES)), dtype=np.int64)
        self.deaths_so_far = 0
        self.waited_s = np.zeros((n, crossings), dtype=np.int64)
        self.passed = np.zeros((n, crossings), dtype=np.int64)

    def so_far(self) -> Ints:
        """Persons to whom something has happened at each crossing so far, in full, (X, 12)."""
        return self.outcomes_so_far * self.one_in

    def expose(self, people: Ints, danger: NDArray, violence: NDArray, seconds: float) -> None:
        """Persons (P, G) who stood in danger (P, G) for some seconds; violence (P,) is noted."""
        self.exposure[self.at] += people * danger * (seconds / DAY)
        self.violence[self.at] = violence

    def expose_by_status(self, persons_in_danger: Floats, seconds: float) -> None:
        """Persons times the danger that they are in, (G, 7), for some seconds."""
        self.exposure_by_status[self.at] += persons_in_danger * (seconds / DAY)

    def close(self, stocks: Stocks) -> None:
        """End the interval with the persons as they stand."""
        self.people[self.at] = stocks.people
        self.composition[self.at] = stocks.composition
        self.waiting[self.at] = stocks.waiting
        self.apart[self.at] = stocks.apart
        self.wounded_now[self.at] = stocks.hurt
        self.at += 1

    def waiting_hours(self) -> Floats:
        """Mean hours waited by those who passed in each interval, NaN where nobody did; (T, X)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.passed > 0, self.waited_s / self.passed / 3600.0, np.nan)
