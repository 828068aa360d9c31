"""What places registered, row by row, and what of it was known on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.clock import DAY
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.scenario import Scenario

VARIABLE = "stock_abroad"


@dataclass(frozen=True)
class Series:
    """Rows of one place in order.

    Attributes
    ----------
    days : int64 array (R,)
        Days since the start; those before it are negative.
    persons : float64 array (R,)
        As they were counted.
    recounts : bool array (R,)
        Rows from which on another count holds: all before are scaled to it.
    """

    days: Ints
    persons: Floats
    recounts: Bools

    def known(self, day: int) -> Series:
        """The rows dated up to a day, scaled by the recounts among them and no later ones.

        Examples
        --------
        >>> series = Series(np.array([0, 5, 9]), np.array([8.0, 10.0, 5.0]),
        ...                 np.array([False, False, True]))
        >>> series.known(8).persons.tolist(), series.known(9).persons.tolist()
        ([8.0, 10.0], [4.0, 5.0, 5.0])
        """
        there = self.days <= day
        persons = self.persons[there].copy()
        for i in np.flatnonzero(self.recounts[there]):
            if i and persons[i - 1] >= 1.0:
                persons[:i] *= persons[i] / persons[i - 1]
        return Series(self.days[there], persons, self.recounts[there])

    def without_first_zero(self) -> Series:
        """The same less a leading row of nobody on the first day or before it.

        It is how series are made to begin, and tells neither that a place was empty nor, with the
        next row, how many came.
        """
        if self.days.size and self.days[0] <= 0 and self.persons[0] == 0.0:
            return Series(self.days[1:], self.persons[1:], self.recounts[1:])
        return self

    def by_day(self, days: int) -> Floats:
        """Persons each day, straight lines between rows: what a forecast is scored by, (D,)."""
        if not self.days.size:
            return np.zeros(days)
        return np.interp(np.arange(days), self.days, self.persons)


@dataclass(frozen=True)
class Rows:
    """The rows of all places.

    Attributes
    ----------
    places : tuple of str, (C,)
    series : tuple of Series, (C,)
    """

    places: tuple[str, ...]
    series: tuple[Series, ...]

    def known(self, day: int) -> Rows:
        """The rows dated up to a day; see `Series.known`."""
        return Rows(self.places, tuple(series.known(day) for series in self.series))

    def by_day(self, days: int) -> Floats:
        """Persons each day and place, (D, C); see `Series.by_day`."""
        return np.stack([series.by_day(days) for series in self.series], axis=1)

    def last_told(self, days: int) -> Floats:
        """Persons each day and place by the last row up to that day, nobody before the first.

        Unlike `by_day` it looks at no later row, (D, C).
        """
        found = np.zeros((days, len(self.places)))
        for column, series in zip(found.T, self.series, strict=True):
            at = np.searchsorted(series.days, np.arange(days), side="right") - 1
            if series.days.size:
                column[:] = np.where(at >= 0, series.persons[at], 0.0)
        return found


def days_of(scenario: Scenario) -> int:
    """Days of a scenario, a day that it begins counting as one."""
    return max(1, int(np.ceil((scenario.end - scenario.start).total_seconds() / DAY)))


def rows_of(scenario: Scenario) -> Rows:
    """The rows of a scenario: its reports of ``stock_abroad`` by place, in the order of the places.

    Of several reports of a place on one day the last counts.

    Raises
    ------
    ScenarioError
        There is none, or one has no single figure.
    """
    order = [place.name for place in scenario.places]
    found: dict[str, dict[int, tuple[float, bool]]] = {name: {} for name in order}
    problems = []
    for report in sorted(scenario.reports, key=lambda r: r.when):
        if report.variable != VARIABLE or report.place not in found:
            continue
        if report.value is None:
            wrong = f"the report of {report.place} has no single figure"
            right = "give its value, or another variable"
            problems.append(Problem(f"reports[{report.id}].value", wrong, right))
            continue
        day = int(np.floor((report.when - scenario.start).total_seconds() / DAY))
        persons = report.value if report.counted is None else report.counted
        found[report.place][day] = (persons, report.recount)
    told = [name for name in order if found[name]]
    if not told and not problems:
        wrong = f"no place has a report of {VARIABLE}"
        right = "give registrations by place, each with its date and value"
        problems.append(Problem("reports", wrong, right))
    if problems:
        raise ScenarioError(problems)
    return Rows(tuple(told), tuple(_series(found[name]) for name in told))


def _series(points: dict[int, tuple[float, bool]]) -> Series:
    days = sorted(points)
    return made([(day, points[day][0]) for day in days], [points[day][1] for day in days])


def made(points: Sequence[tuple[int, float]], recounts: Sequence[bool] = ()) -> Series:
    """A series of days and persons, in order."""
    days = np.array([day for day, _ in points], dtype=np.int64)
    persons = np.array([count for _, count in points], dtype=np.float64)
    again = np.array(recounts or [False] * len(points), dtype=bool)
    return Series(days, persons, again)
