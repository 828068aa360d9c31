"""Learn the uncertain inputs of a scenario from its reports: `calibrate`."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from flowsim.draws import seed_text
from flowsim.errors import Problem, ScenarioError
from flowsim.evidence.statements import Statement, statements
from flowsim.learn.choice import chosen
from flowsim.learn.library import sklearn
from flowsim.learn.posterior import Posterior
from flowsim.learn.simulators import Reports, Runner
from flowsim.learn.waves import LEAST_RUNS, Budget, learn
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.manifest import OnChange

if TYPE_CHECKING:
    from flowsim.behaviour.rules import Rule
    from flowsim.model.hazards import Hazard

RUNS, FULL = "runs", "full"
"""Folders of the store: the runs learnt from, and those of the whole population."""


def calibrate(
    scenario: Scenario,
    inputs: Sequence[str] = (),
    runs: int = 2000,
    one_in: int | None = None,
    waves: int = 3,
    rows: int = 200,
    seed: int | str = 1,
    leave_out: Literal["originator"] | None = None,
    check_at_full: int = 0,
    store: str | os.PathLike[str] | None = None,
    jobs: Any = 1,
    progress: bool = True,
    on_change: OnChange = "refuse",
    rules: Mapping[str, Rule | Hazard] | None = None,
) -> Posterior:
    """Learn what the reports of a scenario say of its uncertain inputs.

    History matching first: waves of runs, of which emulators rule out what is implausible. Then
    runs where the emulators place them, each weighted by how likely it makes the reports itself,
    so that what comes out rests on runs. See MODEL.md, 7.18.

    Parameters
    ----------
    scenario : Scenario
        With ranges of its inputs, and reports with ``use: fit``.
    inputs : sequence of str
        Which inputs, by path or ``linked[NAME]``, with ``*`` for any text; all if empty. Others
        stay at their central values.
    runs : int
        At most, in all.
    one_in : int, optional
        Run one household in so many, whatever the scenario says.
    waves : int
        Of history matching, at most.
    rows : int
        Samples of the posterior.
    seed : int or str
        Of the study.
    leave_out : {"originator"}, optional
        Also tell the reports of each originator by those of all others, from the same runs.
    check_at_full : int
        So many samples are run with the whole population as well, besides `runs`.
    store : path, optional
        A folder that the runs go to: cut off, the same call goes on from there and ends with the
        same bytes. Without it they are kept nowhere.
    jobs, progress, on_change, rules
        As of `flowsim.Study`.

    Returns
    -------
    Posterior

    Raises
    ------
    ScenarioError
        Nothing is uncertain or reported, the runs are too few, or no run meets the reports; says
        all that is wrong.
    ImportError
        scikit-learn is not installed.

    Examples
    --------
    >>> import flowsim as fs
    >>> world = fs.load("scenarios/kyrgyz_uzbek_2010")
    >>> told = fs.calibrate(world, ["linked[*]"], one_in=5, store="out/learnt")  # doctest: +SKIP
    >>> told.to_csv("scenarios/kyrgyz_uzbek_2010/posterior.csv")  # doctest: +SKIP
    """
    if isinstance(scenario, str | os.PathLike):
        raise not_loaded(scenario, "fs.calibrate")
    sklearn("gaussian_process")
    told = statements(scenario)
    problems = [*_wrong(told, runs, waves, rows, one_in, check_at_full, leave_out)]
    if problems:
        raise ScenarioError(problems)
    leaders = chosen(doubts([scenario], uncertain([scenario])), inputs)
    thin = scenario if one_in is None else scenario.with_values({"population.one_in": one_in})
    where: AbstractContextManager[Any] = nullcontext(store)
    if store is None:
        where = tempfile.TemporaryDirectory(prefix="flowsim-")
    with where as folder:
        how: dict[str, Any] = {
            "seed": seed, "jobs": jobs, "progress": progress, "on_change": on_change,
            "rules": rules,
        }  # fmt: skip
        Path(folder).mkdir(parents=True, exist_ok=True)
        runner = Runner(thin, leaders, told, Path(folder) / RUNS, **how)
        learnt = learn(runner, Reports(told), Budget(runs, waves), seed_text(seed))
        if not learnt.weights.any():
            raise ScenarioError(_none_meets(learnt.impossible))
        head = {
            "seed": seed_text(seed), "runs": str(len(learnt.positions)),
            "one household in": str(thin.population.one_in),
            "effective samples": f"{learnt.effective:.0f}",
        }  # fmt: skip
        made = Posterior.of(learnt, scenario, told, rows, head, leave_out is not None)
        if not check_at_full:
            return made
        whole = scenario.with_values({"population.one_in": 1})
        again = Runner(whole, leaders, told, Path(folder) / FULL, **how)
        return replace(made, full=_at_full(made, again, check_at_full))


def _at_full(made: Posterior, runner: Runner, count: int) -> pd.DataFrame:
    """Some samples with the whole population beside what they have as they were run."""
    positions = made.positions(count).to_numpy(np.float64)
    values, _ = runner(positions)
    own = made.learnt.values[made.table["run"].to_numpy()[:count] - 1]
    with np.errstate(invalid="ignore"):
        told = {
            "id": list(made.learnt.statements),
            "thin_mean": np.nanmean(own, axis=0), "thin_sd": np.nanstd(own, axis=0),
            "mean": np.nanmean(values, axis=0), "sd": np.nanstd(values, axis=0),
        }  # fmt: skip
    return pd.DataFrame(told)


def _wrong(
    told: Sequence[Statement], runs: object, waves: object, rows: object, one_in: object,
    check_at_full: object, leave_out: object,
) -> Iterator[Problem]:  # fmt: skip
    if not told:
        right = "mark reports that inputs are to be learnt from `use: fit`"
        yield Problem("reports", "no report of what runs have has `use: fit`", right)
    wishes = {"runs": (runs, LEAST_RUNS), "waves": (waves, 1), "rows": (rows, 1),
              "one_in": (1 if one_in is None else one_in, 1),
              "check_at_full": (check_at_full, 0)}  # fmt: skip
    for name, (value, least) in wishes.items():
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            wrong = f"{value!r} is not a whole number from {least} on"
            yield Problem(name, wrong, f"give {least} at least")
    if leave_out not in (None, "originator"):
        yield Problem(
            "leave_out", f"{leave_out!r} is not left out", "give 'originator', or nothing"
        )


def _none_meets(impossible: Sequence[str]) -> list[Problem]:
    wrong = "no run has the numbers that all reports need"
    named = f": {', '.join(impossible)}" if impossible else ""
    right = (
        f"give inputs wider ranges, or these reports and the model larger errors{named}; "
        "the runs are in the store"
    )
    return [Problem("reports", wrong, right)]
