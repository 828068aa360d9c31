"""What forecasts take from other conflicts: the tables that a fit writes, and their reading.

The tables of this package are written by `examples/fit_forecasts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
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


def tables(folds: Mapping[str, Learnt]) -> dict[str, pd.DataFrame]:
    """What was learnt in each fold as the tables that `learnt` reads, by their names.

    Parameters
    ----------
    folds : mapping of str to Learnt
        By the conflict that was left out.

    Examples
    --------
    >>> found = tables({"all": learnt()})
    >>> {name: len(table) for name, table in found.items()}
    {'points': 24, 'growth': 1, 'spread': 2}
    """
    names = list(Points.__dataclass_fields__)
    points = [
        pd.DataFrame({"fold": fold, **{name: getattr(one.points, name) for name in names}})
        for fold, one in folds.items()
    ]
    growth = [{"fold": fold, **one.growth._asdict()} for fold, one in folds.items()]
    spreads = [
        _spread_row(fold, of, found)
        for fold, one in folds.items()
        for of, found in (("share", one.shares), ("total", one.totals))
    ]
    return {
        "points": pd.concat(points),
        "growth": pd.DataFrame(growth),
        "spread": pd.DataFrame(spreads),
    }


def _spread_row(fold: str, of: str, found: Spread) -> dict[str, object]:
    coefficients = {f"c{i}": c for i, c in enumerate(found.coefficients)}
    quantiles = dict(zip(QUANTILES, found.quantiles, strict=True))
    return {"fold": fold, "of": of, **coefficients, **quantiles}


@cache
def _table(name: str) -> pd.DataFrame:
    with files(__package__).joinpath(f"{name}.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file, keep_default_na=True)
