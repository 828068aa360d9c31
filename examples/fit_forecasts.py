"""Fit what forecasts take from other conflicts, leaving out one at a time, and have them scored.

    OPENBLAS_NUM_THREADS=1 python examples/fit_forecasts.py FOLDER   # threads only cost here

FOLDER holds conflicts in Flee's format. It writes what a forecast is made with
(`flowsim/learn/forecasts/*.csv`: parameter points, spread of residuals, growth of totals, each for
all conflicts and for all but each) and how those of conflicts left out did (`docs/forecasts/`, by
`forecast_scores.py`). A minute or two on one core; with --flee half an hour more, for a run of each
by Flee's rules.

How points are chosen stands in `flowsim.learn.forecasts.choosing`. What is not fitted, the form and
the constants of `flowsim.learn.forecasts.shares`, was chosen with all conflicts in view.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import forecast_scores as scores
import numpy as np
import pandas as pd

import flowsim as fs
from flowsim.learn.forecasts import learnt, residuals
from flowsim.learn.forecasts.cases import FIRST_DAY, Case, case_of
from flowsim.learn.forecasts.choosing import chosen, losses, losses_on_made_up, sample
from flowsim.learn.forecasts.learnt import Learnt
from flowsim.learn.forecasts.scoring import HORIZONS

FURTHER = (180, 365)
"""Horizons besides those that are scored, from which intervals are learnt too."""
PACKAGE = Path(learnt.__file__).parent
DOCS = Path(__file__).parents[1] / "docs" / "forecasts"


class Fit(NamedTuple):
    """What was learnt, by the conflict left out, and the forecasts by which it was learnt."""

    folds: Mapping[str, Learnt]
    told: list[residuals.ToldShares]
    grown: list[residuals.Grown]


def fit(cases: list[Case]) -> Fit:
    """Fit on all and on all but each."""
    names, points = [one.name for one in cases], sample()
    folds = {learnt.ALL: None, **{name: i for i, name in enumerate(names)}}
    of_cases = np.array([losses(one, points) for one in cases])
    of_worlds = losses_on_made_up(points)
    best = {fold: points.at(chosen(of_cases, of_worlds, i)) for fold, i in folds.items()}
    days, ahead = [one.days_made(HORIZONS[0]) for one in cases], HORIZONS + FURTHER
    told = [residuals.told_shares(one, best[one.name], made, ahead)
            for one, made in zip(cases, days, strict=True)]  # fmt: skip
    grown = [residuals.grown(one, made, ahead) for one, made in zip(cases, days, strict=True)]
    growth = {fold: residuals.growth_law(grown, i) for fold, i in folds.items()}
    unseen = [growth[name] for name in names]
    return Fit({
        fold: Learnt(best[fold], residuals.spread_of_shares(told, i),
                     residuals.spread_of_totals(grown, unseen, i), growth[fold])
        for fold, i in folds.items()
    }, told, grown)  # fmt: skip


def write(name: str, table: pd.DataFrame, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n", float_format="%.4g")


def score(scenarios: list[fs.Scenario], cases: list[Case], fitted: Fit, folder: Path) -> None:
    """Write how forecasts of each conflict did by what the others taught."""
    folds, told, grown = fitted
    every = list(zip(scenarios, cases, [folds[one.name] for one in cases], strict=True))
    shares = pd.concat([
        scores.by_method(one, told[i], mine.shares,
                         residuals.spread_of_shares(told, i, "held and rest"),
                         scores.without_rows(scenario, one))
        for i, (scenario, one, mine) in enumerate(every)
    ])  # fmt: skip
    means = shares.groupby(["conflict", "method", "ahead"], sort=False).mean(numeric_only=True)
    write("by_horizon", means.drop(columns="made").reset_index(), folder)
    early = shares[shares["made"] == FIRST_DAY].drop(columns="made")
    write("made_on_day_30", early, folder)
    far = [scores.from_day_30(one, mine.points) for _, one, mine in every]
    write("from_day_30", pd.DataFrame(far), folder)
    again = [scores.corrected(scenario, one, mine.points) for scenario, one, mine in every]
    write("corrected", pd.DataFrame(again), folder)
    write("totals", pd.concat([scores.of_totals(one, grown[i], mine.growth, mine.totals)
                               for i, (_, one, mine) in enumerate(every)]), folder)  # fmt: skip
    write("made_up", scores.on_made_up(folds[learnt.ALL].points, range(1, 101)), folder)
    blind = pd.DataFrame([row for _, one, mine in every
                          for row in scores.totals_not_told(one, mine, one.days_made(HORIZONS[0]))
                          ])  # fmt: skip
    means = blind.groupby(["conflict", "ahead"], sort=False).mean(numeric_only=True)
    write("totals_not_told", means.drop(columns="made").reset_index(), folder)
    scores.calibration(folder).write(folder / "calibration.png")


def main(folder: Path, with_flee: bool = False) -> None:
    """Fit, write, and score."""
    warnings.simplefilter("ignore", fs.ScenarioWarning)
    folders = [path.parent for path in sorted(folder.glob("*/input_csv"))]
    scenarios = [fs.load(path) for path in folders]
    cases = [case_of(path.name, one) for path, one in zip(folders, scenarios, strict=True)]
    fitted = fit(cases)
    for name, table in learnt.tables(fitted.folds).items():
        write(name, table, PACKAGE)
    score(scenarios, cases, fitted, DOCS)
    if with_flee:
        rows = [scores.by_flee(*pair) for pair in zip(scenarios, cases, strict=True)]
        write("flee", pd.DataFrame(rows), DOCS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), with_flee="--flee" in sys.argv[2:])
