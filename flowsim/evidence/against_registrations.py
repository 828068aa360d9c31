"""Runs held against the registrations of their scenario, camp by camp and day by day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from flowsim.arrays import Floats
from flowsim.clock import DAY
from flowsim.evidence import measures
from flowsim.evidence.elsewhere import Elsewhere, elsewhere
from flowsim.evidence.naive import Forecast, naive_forecasts
from flowsim.evidence.registered import Registered, registered
from flowsim.evidence.totals import Total, totals
from flowsim.flee.simulate import Days
from flowsim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from flowsim.results.result import (
        Result,  # it loads xarray and pandas, which a daily run needs not
    )

ALL = "all camps"


class CampScore(NamedTuple):
    """A camp on the last day, and over all days; persons.

    Attributes
    ----------
    camp : str
    registered, median, low, high : float
        On the last day: registered; simulated, with the central 90 % of the members.
    bias, error : float
        Mean over days and members of simulated less registered, and of its absolute value.
    """

    camp: str
    registered: float
    median: float
    low: float
    high: float
    bias: float
    error: float


class Against(NamedTuple):
    """A naive forecast and the model, on the days that the forecast is for.

    Attributes
    ----------
    first, last : int
        Those days, both included; from 0.
    ard, model : float
        ARD of the forecast and, mean over members, of the model.
    mase : float
        Mean absolute error of the model over that of the forecast.
    same_as, why : str
        Another forecast that it is under another name, and why; empty where it is none.
    """

    first: int
    last: int
    ard: float
    model: float
    mase: float
    same_as: str
    why: str


@dataclass(frozen=True)
class Scores:
    """How well runs do against registrations; see `flowsim.evidence.measures` for the formulas.

    Attributes
    ----------
    ard, ard_unscaled, halved : float
        Mean over members.
    rmse, crps, coverage : float
        Persons; persons; part of days and camps inside the central 90 % of the members.
    against : dict of str to Against
        Each naive forecast that has a day to forecast.
    elsewhere : tuple of Elsewhere
        Who is in none of the camps on the last day.
    camps : tuple of CampScore
    total : CampScore
        All camps together: how many came, where the model says that itself.
    known : Registered
    members : float64 array (M, D, C)
        Simulated persons at the camps at the end of each day.
    totals : tuple of Total
        How many came by days 30, 90 and the last; empty where arrivals are told.
    inputs_differ : bool
        Whether members have different inputs, which ranges of them then hold besides chance.
    """

    ard: float
    ard_unscaled: float
    halved: float
    rmse: float
    crps: float
    coverage: float
    against: Mapping[str, Against]
    elsewhere: tuple[Elsewhere, ...]
    camps: tuple[CampScore, ...]
    total: CampScore
    known: Registered = field(repr=False)
    members: Floats = field(repr=False)
    totals: tuple[Total, ...] = ()
    inputs_differ: bool = False

    @property
    def naive(self) -> Mapping[str, float]:
        """ARD of each naive forecast on the days that it is for."""
        return {name: row.ard for name, row in self.against.items()}

    @property
    def scaled(self) -> Mapping[str, float]:
        """Mean absolute error over that of each naive forecast on its days (MASE)."""
        return {name: row.mase for name, row in self.against.items()}


def sheltered(result: Result | Days, known: Registered) -> Floats:
    """Persons sheltered at the camps at the end of each day, (D, C).

    Raises
    ------
    ValueError
        The run does not cover the days of the registrations.
    """
    if isinstance(result, Days):
        return result.sheltered(known.camps)
    people = result.people.sel(status="sheltered", place=list(known.camps)).sum("group")
    start = np.datetime64(result.start, "s")
    ends = start + (1 + np.arange(known.persons.shape[0])) * np.timedelta64(DAY, "s")
    times = people["time"].values
    at = np.searchsorted(times, ends, side="right") - 1
    if (at < 0).any() or not np.array_equal(times[at], ends.astype(times.dtype)):
        raise ValueError("the run has no record at the end of each day; record an hour or a day")
    return people.values[at].astype(np.float64)


def ard(result: Result | Days, scenario: Scenario) -> float:
    """ARD of a run, as Flee's extractor computes it: `measures.relative_difference`.

    Parameters
    ----------
    result : Result or Days
    scenario : Scenario
        With reports of ``stock_abroad`` at its camps.

    Raises
    ------
    ValueError
        The scenario has no such report, or the run no record at the end of each day.
    """
    known = registered(scenario)
    return measures.relative_difference(sheltered(result, known), known.persons)


def score(results: Sequence[Result | Days], scenario: Scenario) -> Scores:
    """All scores of the members of one scenario.

    Raises
    ------
    ValueError
        As `ard`; or there is no member.
    """
    if not results:
        raise ValueError("there is no run to score")
    known = registered(scenario)
    members = np.stack([sheltered(result, known) for result in results])
    data, mean = known.persons, members.mean(axis=0)
    given = scenario.behaviour.leaving.count == "given"
    return Scores(
        ard=_mean(members, data, measures.relative_difference),
        ard_unscaled=float(
            np.mean([measures.relative_difference(m, data, scaled=False) for m in members])
        ),
        halved=_mean(members, data, measures.halved_difference),
        rmse=measures.root_mean_square(mean, data),
        crps=measures.ranked_probability(members, data),
        coverage=measures.coverage(members, data),
        against={
            name: _against(forecast, members, data)
            for name, forecast in naive_forecasts(scenario, known).items()
            if forecast.first < data.shape[0]
        },
        elsewhere=elsewhere(results, known, given),
        camps=_rows(known.camps, members, data),
        total=_rows([ALL], members.sum(axis=2, keepdims=True), data.sum(axis=1, keepdims=True))[0],
        totals=totals(scenario, members, data),
        known=known,
        members=members,
        inputs_differ=_inputs_differ(results),
    )


def _inputs_differ(results: Sequence[Result | Days]) -> bool:
    """Whether the scenarios of the runs differ, as far as these tell."""
    told = {str(run.data.attrs.get("digest")) for run in results if not isinstance(run, Days)}
    return len(told) > 1


def _against(forecast: Forecast, members: Floats, data: Floats) -> Against:
    """A forecast and the members on the days that it is for."""
    days = slice(forecast.first, None)
    told, known, runs = forecast.persons[days], data[days], members[:, days]
    return Against(
        first=forecast.first,
        last=data.shape[0] - 1,
        ard=measures.relative_difference(told, known),
        model=_mean(runs, known, measures.relative_difference),
        mase=measures.scaled_error(runs.mean(axis=0), known, told),
        same_as=forecast.same_as,
        why=forecast.why,
    )


def _mean(members: Floats, data: Floats, measure: Callable[[Floats, Floats], float]) -> float:
    return float(np.mean([measure(member, data) for member in members]))


def _rows(names: Sequence[str], members: Floats, data: Floats) -> tuple[CampScore, ...]:
    low, median, high = np.quantile(members[:, -1], [0.05, 0.5, 0.95], axis=0)
    apart = members - data
    bias, error = apart.mean(axis=(0, 1)), np.abs(apart).mean(axis=(0, 1))
    numbers = np.stack([data[-1], median, low, high, bias, error], axis=1)
    return tuple(CampScore(name, *row) for name, row in zip(names, numbers.tolist(), strict=True))
