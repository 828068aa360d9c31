"""Registered persons by place and in all after a day, from what was known on it."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.arrays import Floats, Ints
from flowsim.errors import Problem, ScenarioError
from flowsim.folders import whole_file
from flowsim.learn.forecasts import spread
from flowsim.learn.forecasts.ground import Ground, ground_of
from flowsim.learn.forecasts.learnt import ALL, Learnt, learnt
from flowsim.learn.forecasts.scoring import score
from flowsim.learn.forecasts.series import Rows, days_of, rows_of
from flowsim.learn.forecasts.shares import (
    Known,
    expected,
    fresh,
    held_and_rest,
    known_on,
    shares_of,
)
from flowsim.learn.forecasts.spread import LEVELS
from flowsim.learn.forecasts.table import html, text
from flowsim.learn.forecasts.totals import median_total
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.shown import as_csv

Totals = Literal["told", "not"]
Course = Literal["told", "known"]
ALL_PLACES = "all places"
LONGEST_DAYS = 3650
COLUMNS = ("date", "days_ahead", "place", "median", "low_50", "high_50", "low_90", "high_90")
SHOWN = (0.5, 0.25, 0.75, 0.05, 0.95)
"""Levels of the quantiles in the columns from ``median`` on."""


@dataclass(frozen=True, eq=False)
class Forecast:
    """Registered persons after a day.

    Attributes
    ----------
    name : str
    start : datetime
        Of the scenario.
    known_until : int
        Day since the start up to which rows were known.
    days : int64 array (N,)
        That are forecast.
    places : tuple of str, (C,)
    persons : float64 array (N, C, Q)
        Quantiles by place, at `levels`.
    total : float64 array (N, Q)
        Of all places together; all alike where it was told.
    known : Rows
        What was known.
    held_and_rest : float64 array (C,)
        Last rows, and what is missing to the total of the day alike over open places of which
        nothing is known.
    totals, course, fold : str
        As asked for.
    levels : tuple of float
    """

    name: str
    start: datetime
    known_until: int
    days: Ints
    places: tuple[str, ...]
    persons: Floats
    total: Floats
    known: Rows = field(repr=False)
    held_and_rest: Floats = field(repr=False)
    totals: str
    course: str
    fold: str
    levels: tuple[float, ...] = LEVELS

    def when(self, day: int) -> date:
        """The date of a day since the start."""
        return self.start.date() + timedelta(days=int(day))

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row a day and place, and one a day of all places; persons."""
        at = [LEVELS.index(level) for level in SHOWN]
        everybody = np.concatenate([self.persons, self.total[:, None]], axis=1)[:, :, at]
        names = [*self.places, ALL_PLACES]
        rows = [
            (self.when(day), int(day) - self.known_until, name, *np.round(numbers, 1).tolist())
            for day, of_day in zip(self.days, everybody, strict=True)
            for name, numbers in zip(names, of_day, strict=True)
        ]
        return pd.DataFrame(rows, columns=list(COLUMNS))

    @property
    def data(self) -> xr.Dataset:
        """All quantiles: ``persons`` (time, place, quantile) and ``total`` (time, quantile)."""
        times = [np.datetime64(self.when(day), "ns") for day in self.days]
        return xr.Dataset(
            {
                "persons": (("time", "place", "quantile"), self.persons, {"units": "persons"}),
                "total": (("time", "quantile"), self.total, {"units": "persons"}),
            },
            coords={"time": times, "place": list(self.places), "quantile": list(LEVELS)},
            attrs={"known_until": str(self.when(self.known_until)), "totals": self.totals},
        )

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table; the file is there whole or not at all."""
        with whole_file(Path(path), replace=True) as file:
            as_csv(self.table, file)

    def score(self, scenario: Scenario) -> pd.DataFrame:
        """Scores by horizon against the rows that came; see `flowsim.learn.forecasts.scoring`."""
        return score(self, scenario)

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)


def forecast(
    scenario: Scenario,
    known_until: int | str | date,
    horizon: int = 90,
    totals: Totals | Mapping[date, float] = "not",
    course: Course = "told",
    fold: str = ALL,
) -> Forecast:
    """Forecast registered persons by place from what was known on a day.

    Known are the reports of ``stock_abroad`` by place that are dated up to the day, as they were
    counted by then; capacities, how many come, and later reports are not looked at. Where new
    arrivals go is pooled of distance, closures and openings, of who is where already, and of what
    was counted; how far off that is was learnt from other conflicts (MODEL.md, 9).

    Parameters
    ----------
    scenario : Scenario
        With places, routes, violence, border policies, and reports of ``stock_abroad``.
    known_until : int, str or date
        Days since the start, or a date.
    horizon : int
        Days to forecast.
    totals : {"not", "told"} or mapping of date to persons
        Whether the persons in all places together are told for the days after: not (they are
        forecast, too); by the scenario's own later rows, which is for scoring (lines between rows,
        so that the sum leaks a little of what is to come); or as given.
    course : {"told", "known"}
        Whether violence, closures and openings after the day are as the scenario tells, or stay as
        they are on the day.
    fold : str
        Leave out what was learnt from this conflict.

    Returns
    -------
    Forecast

    Raises
    ------
    ScenarioError
        There are no such reports, none is known by then, or an argument is wrong.

    Examples
    --------
    >>> import flowsim as fs
    >>> world = fs.teaching_world().with_values({"reports": [
    ...     {"id": f"{place} {day}", "when": f"2030-05-0{day}", "variable": "stock_abroad",
    ...      "place": place, "value": value}
    ...     for day, place, value in [(2, "Camp", 300), (3, "Camp", 500), (3, "City", 90)]]})
    >>> told = fs.forecast(world, known_until="2030-05-03", horizon=3)
    >>> told.table.query("place == 'Camp'")["median"].is_monotonic_increasing
    True
    """
    if not isinstance(scenario, Scenario):
        raise not_loaded(scenario, "fs.forecast")
    day = _checked(scenario, known_until, horizon, totals, course)
    from_others = learnt(fold)
    rows = rows_of(scenario)
    known = known_on(rows, day)
    if totals == "not" and not known.held.any():
        raise ScenarioError([_nothing_known(scenario, rows, day)])
    until = day + horizon + 1
    ground = ground_of(scenario, rows.places).for_days(max(until, days_of(scenario)))
    if course == "known":
        ground = ground.as_on(day)
    days = np.arange(day + 1, until)
    median, total = _totals(scenario, rows, known, ground, days, totals, from_others)
    persons = forecast_persons(known, ground, days, median, total, from_others)
    kind = totals if isinstance(totals, str) else "given"
    return Forecast(
        scenario.title or scenario.name, scenario.start, day, days, rows.places, persons, total,
        rows.known(day), held_and_rest(known, ground, float(median[day])), kind, course, fold,
    )  # fmt: skip


def _totals(
    scenario: Scenario,
    rows: Rows,
    known: Known,
    ground: Ground,
    days: Ints,
    totals: Totals | Mapping[date, float],
    from_others: Learnt,
) -> tuple[Floats, Floats]:
    """Persons in all places from the start on, and their quantiles on the days forecast."""
    until = int(days[-1]) + 1
    if totals == "told":
        told = rows.by_day(until).sum(axis=1)
        return told, np.tile(told[days, None], (1, len(LEVELS)))
    if isinstance(totals, Mapping):
        past = rows.known(known.day).by_day(known.day + 1).sum(axis=1)
        at = sorted((_day(scenario, when), float(n)) for when, n in totals.items())
        line = np.interp(np.arange(until), [d for d, _ in at], [n for _, n in at])
        told = np.concatenate([np.minimum(past, line[known.day]), line[known.day + 1 :]])
        told[known.day] = line[known.day]
        return told, np.tile(told[days, None], (1, len(LEVELS)))
    return forecast_totals(rows, known, ground, days, from_others)


def forecast_totals(
    rows: Rows, known: Known, ground: Ground, days: Ints, from_others: Learnt
) -> tuple[Floats, Floats]:
    """Medians of the total from the start on, (D,), and its quantiles on days, (N, Q)."""
    past = rows.known(known.day).by_day(known.day).sum(axis=1)
    from_now = np.arange(known.day, int(days[-1]) + 1)
    median = median_total(from_others.growth, known, ground, from_now)
    growth = np.log(np.maximum(median[1:], 1.0) / known.held.sum())
    features = spread.total_features(growth, days - known.day)
    quantiles = spread.of_totals(from_others.totals, median[1:], features)
    return np.concatenate([past, median]), quantiles


def forecast_persons(
    known: Known, ground: Ground, days: Ints, median: Floats, total: Floats, from_others: Learnt
) -> Floats:
    """Quantiles by day and place, (N, C, Q)."""
    share = shares_of(expected(known, ground, median, from_others.points, days))
    features = spread.share_features(
        share, known.seen, days - known.day, fresh(known, median[days])
    )
    quantiles = spread.of_shares(from_others.shares, share, features)
    nobody = ground.shut[days] & ~known.seen
    quantiles = np.where(nobody[:, :, None], 0.0, quantiles)
    return spread.product(quantiles, total)


# ---- what is asked for ------------------------------------------------------------------------


def _day(scenario: Scenario, when: int | str | date) -> int:
    """Days since the start of a day, a date or a text of either."""
    if isinstance(when, str) and when.strip().lstrip("-").isdigit():
        when = int(when)
    if isinstance(when, bool) or not isinstance(when, int | str | date):
        raise ValueError(f"{when!r} is neither a day nor a date")
    if isinstance(when, int):
        return when
    if isinstance(when, str):
        when = datetime.fromisoformat(when.strip())
    told = when.date() if isinstance(when, datetime) else when
    return (told - scenario.start.date()).days


def _checked(
    scenario: Scenario, known_until: int | str | date, horizon: int, totals: object, course: str
) -> int:
    """The day; raises all that is wrong with what is asked for."""
    problems, day = [], 0
    last = days_of(scenario)
    right = f"give days since the start, 0 to {last}, or a date as {scenario.start:%Y-%m-%d}"
    try:
        day = _day(scenario, known_until)
        if not 0 <= day <= last:
            wrong = f"{known_until!r} is not in the time of the scenario"
            problems.append(Problem("known_until", wrong, right))
    except ValueError:
        wrong = f"{known_until!r} is neither a day nor a date"
        problems.append(Problem("known_until", wrong, right))
    if isinstance(horizon, bool) or not isinstance(horizon, int) or not 0 < horizon <= LONGEST_DAYS:
        right = f"give days, 1 to {LONGEST_DAYS}"
        problems.append(Problem("horizon", f"{horizon!r} is not a number of days ahead", right))
    if course not in get_args(Course):
        right = "give told (as the scenario tells) or known (as on the day)"
        problems.append(Problem("course", f"{course!r} is not a course of things", right))
    problems += _checked_totals(scenario, totals)
    if problems:
        raise ScenarioError(problems)
    return day


def _checked_totals(scenario: Scenario, totals: object) -> list[Problem]:
    right = "give not, told, or persons by date"
    if isinstance(totals, str) and totals in get_args(Totals):
        return []
    if not isinstance(totals, Mapping) or not totals:
        return [Problem("totals", f"{totals!r} tells no totals", right)]
    problems = []
    for when, persons in totals.items():
        try:
            _day(scenario, when)
            fine = math.isfinite(persons) and persons >= 0.0
        except (TypeError, ValueError):
            fine = False
        if not fine:
            wrong = f"{when!r}: {persons!r} is not a number of persons on a date"
            problems.append(Problem("totals", wrong, right))
    return problems


def _nothing_known(scenario: Scenario, rows: Rows, day: int) -> Problem:
    first = [int(s.days[s.persons > 0.0][0]) for s in rows.series if (s.persons > 0.0).any()]
    when = scenario.start.date() + timedelta(days=day)
    wrong = f"nobody is registered at any place up to day {day}, {when}"
    right = "tell totals" if not first else f"give day {min(first)} or later, or tell totals"
    return Problem("known_until", wrong, right)
