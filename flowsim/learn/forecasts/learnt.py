"""What forecasts take from other conflicts, as the fit wrote it (`examples/fit_forecasts.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.learn.forecasts.shares import Points
from flowsim.learn.forecasts.spread import LEVELS, Spread
from flowsim.learn.forecasts.totals import Growth
from flowsim.scenario.flaws import did_you_mean, listed

ALL = "all"
QUANTILES = [f"q{level:g}" for level in LEVELS]


@dataclass(frozen=True)
class Learnt:
    """Parameters of a forecast that are of other conflicts.

    Attributes
    ----------
    points : Points
        Over which a forecast is the mean.
    shares, totals : Spread
        How far off shares and totals were.
    growth : Growth
        How totals grow.
    """

    points: Points
    shares: Spread
    totals: Spread
    growth: Growth


def learnt(fold: str = ALL) -> Learnt:
    """What was learnt from all conflicts, or from all but one.

    Parameters
    ----------
    fold : str
        The conflict that was left out; else ``"all"``.

    Raises
    ------
    ScenarioError
        There is no such fold.

    Examples
    --------
    >>> len(learnt("mali2012").points)
    24
    """
    points = _table("points")
    folds = list(dict.fromkeys(points["fold"]))
    if fold not in folds:
        right = f"give one of {listed(folds)}{did_you_mean(fold, folds)}"
        raise ScenarioError([Problem("fold", f"there is no fold {fold!r}", right)])
    growth = _table("growth")
    of_fold = growth.loc[growth["fold"] == fold, list(Growth._fields)].to_numpy(np.float64)[0]
    mine = points[points["fold"] == fold]
    return Learnt(
        Points(**{name: mine[name].to_numpy(np.float64) for name in Points.__dataclass_fields__}),
        _spread(fold, "share"),
        _spread(fold, "total"),
        Growth(*of_fold.tolist()),
    )


def _spread(fold: str, of: str) -> Spread:
    table = _table("spread")
    row = table[(table["fold"] == fold) & (table["of"] == of)]
    names = [name for name in row.columns if str(name).startswith("c")]
    coefficients = row[names].to_numpy(np.float64)[0]
    known: Floats = coefficients[~np.isnan(coefficients)]
    return Spread(known, row[QUANTILES].to_numpy(np.float64)[0])


@cache
def _table(name: str) -> pd.DataFrame:
    with files(__package__).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=True)
