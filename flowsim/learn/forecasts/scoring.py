"""A forecast held against the rows that came, beside forecasts that take no model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.measures import relative_difference
from flowsim.learn.forecasts.quantile_scores import inside, interval_score, ranked_probability
from flowsim.learn.forecasts.series import rows_of
from flowsim.learn.forecasts.shares import known_on, shares_of
from flowsim.learn.forecasts.spread import LEVELS

if TYPE_CHECKING:
    from flowsim.learn.forecast import Forecast
    from flowsim.scenario.scenario import Scenario

HORIZONS = (7, 30, 90)
"""Days ahead that are scored one by one; all days together are scored, too."""
EVERY = "all days"


def score(told: Forecast, scenario: Scenario) -> pd.DataFrame:
    """Scores by horizon, of the forecast and of forecasts without a model.

    Registrations between rows are straight lines, and rows as they were counted. ARD is of persons
    scaled to the registered total of the day, as everywhere; CRPS and the weighted interval score
    are summed over places and divided by all registered persons; coverage is the part of places and
    days inside. A forecast without an interval has the CRPS of its absolute error.

    Raises
    ------
    ScenarioError
        No row lies after the day on which it was made.
    """
    rows = rows_of(scenario)
    last = max((int(s.days[-1]) for s in rows.series if s.days.size), default=-1)
    use = told.days <= last
    if not use.any():
        wrong = f"no row lies after {told.when(told.known_until)}: nothing to score by"
        raise ScenarioError([Problem("reports", wrong, "give later rows of stock_abroad")])
    days = told.days[use]
    data = rows.by_day(int(days[-1]) + 1)[days]
    ahead = days - told.known_until
    chosen = {h: ahead == h for h in HORIZONS if (ahead == h).any()} | {EVERY: ahead > 0}
    points = {"held and rest": _held_and_rest(told)[use], "held rows": _held(told)[use],
              "equal shares": np.tile(_total(told)[use, None] / data.shape[1],
                                      (1, data.shape[1]))}  # fmt: skip
    found = []
    for horizon, at in chosen.items():
        size = np.maximum(data[at].sum(axis=1), 1.0)
        found.append(_of_quantiles(told.persons[use][at], data[at], size, horizon))
        for name, persons in points.items():
            apart = np.abs(persons[at] - data[at]).sum(axis=1) / size
            ard = relative_difference(persons[at], data[at])
            found.append({"horizon": horizon, "method": name, "ard": ard, "crps": apart.mean()})
    return pd.DataFrame(found)


def _of_quantiles(
    quantiles: Floats, data: Floats, size: Floats, horizon: int | str
) -> dict[str, object]:
    median = quantiles[..., LEVELS.index(0.5)]
    return {
        "horizon": horizon,
        "method": "forecast",
        "ard": relative_difference(median, data),
        "crps": (ranked_probability(quantiles, data).sum(axis=1) / size).mean(),
        "wis": (interval_score(quantiles, data).sum(axis=1) / size).mean(),
        "cover_50": inside(quantiles, data, 0.5).mean(),
        "cover_90": inside(quantiles, data, 0.9).mean(),
    }


def _total(told: Forecast) -> Floats:
    return told.total[:, LEVELS.index(0.5)]


def _held(told: Forecast) -> Floats:
    """Last rows: scaled to the total where it is told, else as they are."""
    held = known_on(told.known, told.known_until).held
    if told.totals == "not":
        return np.tile(held, (told.days.size, 1))
    return shares_of(held) * _total(told)[:, None]


def _held_and_rest(told: Forecast) -> Floats:
    if told.totals == "not":
        return np.tile(told.held_and_rest, (told.days.size, 1))
    return shares_of(told.held_and_rest) * _total(told)[:, None]
