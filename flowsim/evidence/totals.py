"""How many came by some days, held against how many were registered: where the model says it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats
from flowsim.clock import DAY
from flowsim.scenario.scenario import Scenario

PER_DAY = "behaviour.leaving.violence_per_day"
DAYS = (30, 90)


class Total(NamedTuple):
    """All camps together on a day; persons.

    Attributes
    ----------
    day : int
    registered, median : float
        Registered; simulated, the median of the members.
    ratio : float
        Of the simulated to the registered; inf where nobody is registered.
    low, high : float
        The same as the median at the ends of the range of `leaving.violence_per_day`, by the
        mean-field limit of leaving; the median itself where it has no range.
    """

    day: int
    registered: float
    median: float
    ratio: float
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the range holds the registered."""
        return self.low <= self.registered <= self.high


def totals(scenario: Scenario, members: Floats, data: Floats) -> tuple[Total, ...]:
    """Day 30, day 90 and the last day, as far as there are so many; empty where arrivals are told.

    Parameters
    ----------
    scenario : Scenario
    members : float64 array (M, D, C)
        Simulated persons at the end of each day.
    data : float64 array (D, C)
        Registered.
    """
    if scenario.behaviour.leaving.count == "given":
        return ()
    last = data.shape[0] - 1
    days = [*(day for day in DAYS if day < last), last]
    there = np.median(members.sum(axis=2), axis=0)
    least, most = (_relative(scenario, end) for end in ("low", "high"))
    told = []
    for day in days:
        known, median = float(data[day].sum()), float(there[day])
        ratio = median / known if known > 0.0 else float("inf")
        low, high = median * float(least[day]), median * float(most[day])
        told.append(Total(day, known, median, ratio, low, high))
    return tuple(told)


def _relative(scenario: Scenario, end: str) -> Floats:
    """Persons who left by each day at an end of the range, over those at its value, (D,)."""
    number = next((n for n in scenario.numbers if n.path == PER_DAY), None)
    value = None if number is None else getattr(number, end)
    at_value = leavers_by_day(scenario)
    if value is None:
        return np.ones(at_value.size)
    other = leavers_by_day(scenario.with_values({PER_DAY: float(value)}))
    return np.where(at_value > 0.0, other / np.maximum(at_value, 1e-12), 1.0)


def leavers_by_day(scenario: Scenario) -> Floats:
    """Persons who have left, or were abroad at the start, by the end of each day, (D,); no run.

    The mean-field limit of the hazards of leaving, see `flowsim.model.outlook`.

    Parameters
    ----------
    scenario : Scenario

    Examples
    --------
    >>> import flowsim as fs
    >>> gone = leavers_by_day(fs.teaching_world())
    >>> bool((gone[1:] >= gone[:-1]).all())
    True
    """
    from flowsim.model.outlook import Outlook  # only now: it takes scipy

    outlook = Outlook(scenario)
    days = -(-outlook.duration // DAY)
    gone = np.zeros(days)
    for interval in outlook.intervals():
        gone[min(max(interval.stop - 1, 0) // DAY, days - 1)] += float(interval.left.sum())
    return np.cumsum(gone) + float(sum(place.sheltered for place in scenario.places))
