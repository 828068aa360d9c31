"""Which uncertain inputs an outcome hangs on, and by how much."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd
import xarray as xr

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.folders import whole_file
from flowsim.learn import designs, given
from flowsim.learn.choice import chosen as inputs_chosen
from flowsim.learn.table import html, text
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.shown import as_csv
from flowsim.study.chronology import out_of_order
from flowsim.study.comparison import Outcome, Outcomes, read_outcomes
from flowsim.study.drawn import FACTOR, INPUT, POSITION
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.keep import effects_of
from flowsim.study.manifest import OnChange
from flowsim.study.positions import CHANCE
from flowsim.study.runs import Runs
from flowsim.study.study import Study
from flowsim.suffixes import CSV, ending_of

if TYPE_CHECKING:
    from flowsim.behaviour.rules import Rule
    from flowsim.model.hazards import Hazard

Method = Literal["morris", "sobol", "pawn", "rbd_fast"]
OF_RUNS: tuple[str, ...] = get_args(designs.Method)
OF_SAMPLES: tuple[str, ...] = get_args(given.Given)
COLUMNS = (
    "outcome", "unit", "of", "factor", "inputs", "index", "value", "low", "high", "samples",
    "interval_holds",
)  # fmt: skip


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity:
    """How much each factor matters for each outcome; print it to read it.

    Attributes
    ----------
    table : pandas.DataFrame
        One row an outcome, a factor and an index.

        ==================  ========================================================================
        ``outcome``         its name, and ``unit``, what it is counted in
        ``of``              the scenario; or ``A less B``, where it is their difference
        ``factor``          an input by its path, ``linked[NAME]``, or ``chance``, the dice
        ``inputs``          how many inputs move with it; 0 of chance
        ``index``           ``mu_star``, ``mu``, ``sigma`` of Morris: mean size, mean, and standard
                            deviation of what an outcome changes by, in its unit, when the factor
                            goes from the low to the high end of its range; ``S1``, ``ST`` of
                            Sobol: the part of the outcome's variance that the factor makes alone,
                            and with others; ``pawn``: the median distance of distributions
        ``value``           the index, with its interval ``low`` to ``high``; NaN without any
        ``samples``         positions that were run, each in every scenario
        ``interval_holds``  what the interval says the index may vary by
        ==================  ========================================================================
    method : {"morris", "sobol", "pawn", "rbd_fast"}
    level : float
        Of the intervals.
    note : str
        How many runs there were, and what of them was left out.
    """

    table: pd.DataFrame
    method: str
    level: float
    note: str = ""

    def __repr__(self) -> str:
        factors, outcomes = (self.table[c].nunique() for c in ("factor", "outcome"))
        return f"<Sensitivity of {outcomes} outcomes to {factors} factors, by {self.method}>"

    def __str__(self) -> str:
        return text(self)

    def _repr_html_(self) -> str:
        return html(self)

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write the table as CSV, whole or not at all; what has no value is empty.

        Raises
        ------
        ValueError
            The name promises another format.
        """
        ending_of(path, CSV, what="a table")
        with whole_file(Path(path), replace=True) as made:
            as_csv(self.table, made, float_format="%.10g")


def sensitivity(
    what: Scenario | Runs | xr.Dataset,
    against: Scenario | str | None = None,
    outcomes: Outcomes = None,
    method: str | None = None,
    runs: int = 400,
    inputs: Sequence[str] = (),
    members: int = 1,
    seed: int | str = 1,
    level: float = 0.9,
    store: str | os.PathLike[str] | None = None,
    jobs: Any = 1,
    progress: bool = True,
    on_change: OnChange = "refuse",
    rules: Mapping[str, Rule | Hazard] | None = None,
) -> Sensitivity:
    """Which uncertain inputs an outcome hangs on: of a scenario, or of the difference of two.

    A factor is an uncertain input, or a set of ``linked`` ones, which move together. Chance is one
    more factor: it says what other dice would have changed, and so which inputs matter less than
    that. Both scenarios of a difference have the same positions and the same dice.

    Parameters
    ----------
    what : Scenario, Runs or xarray.Dataset
        A scenario is run. The runs of a study with samples, or their data, are read as they are.
    against : Scenario or str, optional
        Of the outcomes of `what` those of this scenario are taken away; of runs its name.
    outcomes : str, list of str, or mapping, optional
        As of `flowsim.compare`: labels along ``effect``, or names, each with a label or a function
        of the Dataset.
    method : {"morris", "sobol", "pawn", "rbd_fast"}
        ``morris`` (the default of a scenario) ranks many factors in few runs; ``sobol`` shares out
        the variance, and takes thousands. ``pawn`` (the default of runs) and ``rbd_fast`` take the
        samples that are there.
    runs : int
        Of a scenario: how many at most, those of both scenarios and all members together.
    inputs : sequence of str
        Which inputs, by path or ``linked[NAME]``, with ``*`` for any text; all if empty.
    members : int
        Runs of each position, whose mean counts.
    seed, jobs, progress, on_change, rules
        As of `flowsim.Study`.
    level : float
        Of the intervals.
    store : path, optional
        A folder that the runs go to: cut off, the same call goes on from there, and with more
        `runs` it adds to them. Without it they are kept nowhere.

    Returns
    -------
    Sensitivity

    Raises
    ------
    ScenarioError
        Nothing is uncertain, an outcome is not known or does not vary, the runs are too few; says
        all that is wrong.
    ImportError
        SALib is not installed.

    Examples
    --------
    >>> import flowsim as fs
    >>> world = fs.teaching_world()
    >>> told = fs.sensitivity(world, outcomes="let_through", runs=12, progress=False)
    >>> told.table["factor"].unique().tolist()
    ['borders[Here-There].authorities[There].policies[closure].stop', 'chance']
    """
    if isinstance(what, str | os.PathLike):
        raise not_loaded(what, "fs.sensitivity")
    _check(what, against, method, level)
    if not isinstance(what, Scenario):
        data = what.data if isinstance(what, Runs) else what
        return _of_samples(data, against, outcomes, method or "pawn", level, inputs)
    plan = _Plan.of(what, against, outcomes, method or "morris", runs, inputs, members, seed, rules)
    where: AbstractContextManager[Any] = nullcontext(store)
    if store is None:
        where = tempfile.TemporaryDirectory(prefix="flowsim-")
    with where as folder:
        done = plan.study.run(folder, jobs=jobs, progress=progress, on_change=on_change)
        data = done.data
    return plan.told(data, outcomes, level)


def _check(what: object, against: object, method: str | None, level: float) -> None:
    problems = []
    is_scenario = isinstance(what, Scenario)
    known = OF_RUNS if is_scenario else OF_SAMPLES
    if method is not None and method not in known:
        kind = "a scenario" if is_scenario else "samples that are there"
        right = f"of {kind} there are {' and '.join(known)}{did_you_mean(method, known)}"
        problems.append(Problem("method", f"{method!r} is not a method here", right))
    if not is_scenario and not isinstance(what, Runs | xr.Dataset):
        wrong = f"{type(what).__name__} is neither a scenario nor the runs of a study"
        problems.append(Problem("what", wrong, "give one of them"))
    if is_scenario and not isinstance(against, Scenario | None):
        wrong = f"{type(against).__name__} is not a scenario"
        problems.append(Problem("against", wrong, "load it with flowsim.load"))
    if not 0.0 < level < 1.0:
        problems.append(Problem("level", f"{level} is not a level", "give one between 0 and 1"))
    if problems:
        raise ScenarioError(problems)


@dataclass(frozen=True, eq=False)
class _Plan:
    """A design, the study that runs it, and what moves with each factor."""

    made: designs.Design
    study: Study
    sizes: dict[str, int]
    note: str

    @classmethod
    def of(
        cls,
        own: Scenario,
        against: Any,
        outcomes: Outcomes,
        method: Any,
        runs: int,
        inputs: Sequence[str],
        members: int,
        seed: int | str,
        rules: Mapping[str, Rule | Hazard] | None,
    ) -> _Plan:
        scenarios = _named(own, against)
        among = tuple(scenarios.values())
        keep = ("effects",) if not _has_functions(outcomes) else ()
        Study(scenarios, members=members, seed=seed, keep=keep, rules=rules)  # its own problems
        leaders = doubts(among, uncertain(among))
        chosen = inputs_chosen(leaders, inputs)
        factors = [*dict.fromkeys(chosen.values()), CHANCE]
        each = len(scenarios) * members
        problems = [*_too_few(method, len(factors), runs, each, among)]
        if not _has_functions(outcomes):
            problems += _unknown(own, outcomes, rules)
        if problems:
            raise ScenarioError(problems)

        def can_be_run(positions: pd.DataFrame) -> Any:
            columns = {path: positions[leader].to_numpy() for path, leader in chosen.items()}
            return ~out_of_order(among, columns)

        try:
            made = designs.design(method, factors, runs // each, seed, can_be_run)
        except ValueError as error:
            right = "give ranges that overlap less, or link these times by: shift_hours"
            raise ScenarioError([Problem("inputs", str(error), right)]) from None
        study = Study(
            scenarios, members=members, seed=seed, samples=made.positions, keep=keep,
            name="sensitivity", rules=rules,
        )  # fmt: skip
        counts = pd.Series(list(chosen.values())).value_counts()
        return cls(made, study, {str(k): int(v) for k, v in counts.items()}, _note(made, study))

    def told(self, data: xr.Dataset, outcomes: Outcomes, level: float) -> Sensitivity:
        """The indices, from the runs."""
        names = list(self.study.scenarios)
        found = _outcomes(data, outcomes, names[0], names[1] if len(names) > 1 else None)
        rows = [
            (name, unit, of, i.factor, self.sizes.get(i.factor, 0), *i[1:5], len(values), i.holds)
            for name, unit, of, values in found
            for i in self.made.indices(values, level)
        ]
        return Sensitivity(_table(rows), self.made.method, level, self.note)


def _named(own: Scenario, against: Scenario | None) -> dict[str, Scenario]:
    if against is None:
        return {own.name: own}
    name = against.name if against.name != own.name else f"{against.name} (against)"
    return {own.name: own, name: against}


def _has_functions(outcomes: Outcomes) -> bool:
    return isinstance(outcomes, Mapping) and any(callable(of) for of in outcomes.values())


def _too_few(
    method: str, factors: int, runs: int, each: int, scenarios: Sequence[Scenario]
) -> Iterator[Problem]:
    if not isinstance(runs, int) or isinstance(runs, bool):
        yield Problem("runs", f"{runs!r} is not a number of runs", "give a whole number")
        return
    least = designs.LEAST[method]
    if designs.blocks_of(method, factors, runs // each) >= least:
        return
    rows = designs.rows_of_block(method, factors)
    what = f"{least} trajectories" if method == "morris" else f"{least} points (a power of two)"
    of = f"{factors} factors (chance is one)"
    times = f" x {each} (scenarios and members)" if each > 1 else ""
    wrong = (
        f"{runs} are too few: {what} x {rows} positions of {of}{times} are {least * rows * each}"
    )
    right = "give as many, link inputs that are one doubt, or choose inputs"
    if method == "sobol":
        right += ", or begin with morris"
    yield Problem("runs", wrong, right)


def _unknown(
    scenario: Scenario, outcomes: Outcomes, rules: Mapping[str, Rule | Hazard] | None
) -> list[Problem]:
    """What is wrong with the outcomes, by one run: not told only when all are done."""
    from flowsim.running import run

    data = effects_of(run(scenario, rules=rules, provenance=False).data)
    one = data.expand_dims(scenario=["0"], sample=[0], member=[1]).to_dataset(name="effects")
    found = read_outcomes(one, outcomes)
    return [problem for problem in found.values() if isinstance(problem, Problem)]


def _note(made: designs.Design, study: Study) -> str:
    blocks = "trajectories" if made.method == "morris" else "points, a power of two,"
    words = f"{made.blocks} {blocks} of {len(made.positions)} positions: {len(study)} runs."
    if made.dropped:
        words += f" {made.dropped} others were passed over, as times in them contradict each other."
    return words


# ---- samples that are there ---------------------------------------------------------------


def _of_samples(
    data: xr.Dataset, against: Any, outcomes: Outcomes, method: Any, level: float,
    inputs: Sequence[str],
) -> Sensitivity:  # fmt: skip
    scenarios = [str(name) for name in np.atleast_1d(data["scenario"].values)]
    problems = []
    if POSITION not in data.coords or "sample" not in data.dims:
        right = "run a study with samples"
        problems.append(Problem("what", "in these runs nothing was sampled", right))
    elif data.sizes["sample"] < given.LEAST:
        wrong = f"{data.sizes['sample']} samples are too few"
        problems.append(Problem("what", wrong, f"give {given.LEAST} at least"))
    if against is not None and against not in scenarios:
        right = f"give one of {listed(scenarios)}{did_you_mean(str(against), scenarios)}"
        problems.append(Problem("against", f"{against!r} is not a scenario of these runs", right))
    elif against is not None and len(scenarios) < 2:
        wrong = "there is no other scenario"
        problems.append(Problem("against", wrong, "leave it out, or give runs of two"))
    if problems:
        raise ScenarioError(problems)
    positions, sizes = _positions_of(data, inputs)
    rows = [
        (name, unit, of, i.factor, sizes.get(i.factor, 0), *i[1:5], len(values), i.holds)
        for own in scenarios if own != against
        for name, unit, of, values in _outcomes(data, outcomes, own, against)
        for i in given.indices(method, positions, values, level)
    ]  # fmt: skip
    members = data.sizes["member"]
    each = f"the mean of {members} runs each" if members > 1 else "a run each"
    note = f"{len(positions)} samples that were there, {each}."
    return Sensitivity(_table(rows), method, level, note)


def _positions_of(data: xr.Dataset, inputs: Sequence[str]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Positions by factor, and how many inputs each has."""
    position = data[POSITION]
    if "scenario" in position.dims:  # the same in all that have the input
        position = position.max("scenario", skipna=True)
    table = position.transpose("sample", INPUT).to_numpy()
    factors = dict(zip(data[INPUT].values.tolist(), data[FACTOR].values.tolist(), strict=True))
    chosen = inputs_chosen(factors, inputs)
    paths = list(factors)
    first = {factor: path for path, factor in reversed(chosen.items())}
    columns = {f: table[:, paths.index(first[f])] for f in dict.fromkeys(chosen.values())}
    counts = pd.Series(list(chosen.values())).value_counts()
    return pd.DataFrame(columns), {str(k): int(v) for k, v in counts.items()}


# ---- outcomes ------------------------------------------------------------------------------


def _outcomes(
    data: xr.Dataset, outcomes: Outcomes, own: str, against: str | None
) -> list[tuple[str, str, str, Floats]]:
    """Name, unit, whose, and a number a sample of each outcome."""
    scenarios = [str(name) for name in data["scenario"].values]
    told, problems = [], []
    found = read_outcomes(data, outcomes)
    if not found:
        problems.append(Problem("outcomes", "there is none", "name outcomes of these runs"))
    for name, outcome in found.items():
        if not isinstance(outcome, Outcome):
            problems.append(outcome)
            continue
        values = outcome.values[scenarios.index(own)]
        if against is not None:
            values = values - outcome.values[scenarios.index(against)]
        means = values.mean(axis=1)
        whose = own if against is None else f"{own} less {against}"
        lost = int(np.isnan(means).sum())
        path = f"outcomes[{name}]"
        if lost:
            wrong = f"of {whose} it has no value in {lost} of {len(means)} samples"
            problems.append(Problem(path, wrong, "choose an outcome that every run has"))
        elif math.isclose(means.min(), means.max(), rel_tol=1e-12, abs_tol=1e-300):
            wrong = f"of {whose} it is {means[0]:g} in all {len(means)} samples"
            problems.append(Problem(path, wrong, "choose an outcome that varies"))
        else:
            told.append((name, outcome.unit, whose, means))
    if problems:
        raise ScenarioError(problems)
    return told


def _table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))
