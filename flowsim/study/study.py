"""A study: scenarios x samples of their inputs x members, run into a store."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from flowsim.draws import seed_text
from flowsim.errors import Problem, ScenarioError, SimulationError, StudyError
from flowsim.scenario.checks import check
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.shown import plain
from flowsim.study.config import SHARED
from flowsim.study.identity import code_version
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.keep import REPORTS, instants, kept_of_reports, parse_keep
from flowsim.study.learnt import positions_asked
from flowsim.study.manifest import Entry, Manifest, OnChange
from flowsim.study.positions import METHOD, Positions
from flowsim.study.runs import Runs
from flowsim.study.sampling import Method, design, sampled, wrong_method
from flowsim.study.store import Store

if TYPE_CHECKING:
    from flowsim.behaviour.rules import Rule
    from flowsim.model.hazards import Hazard
    from flowsim.study.read import StudyFile
    from flowsim.study.worker import Failed

DEFAULT: Method = "latin_hypercube"
TOLD_FAILURES = 10
"""So many failed runs are named in an error."""


class Study:
    """Scenarios x samples of their uncertain inputs x members.

    Members and samples are keyed: the first 30 of 50 are the 30, and a scenario that is added
    leaves the others as they are. The same member of the same sample has the same seed and the
    same place in the range of every input in all scenarios, so they can be compared in pairs.

    Parameters
    ----------
    scenarios : mapping of str to Scenario, or Scenario
        By the names that tables and figures call them, in their order.
    members : int
        Runs of each scenario and sample, numbered from 1, that differ by their seed only.
    seed : int or str
        Of the study, a whole number or a text. A run's is ``seed.member``, or
        ``seed.sample.member``.
    samples : int, pandas.DataFrame, str or path
        How many draws of the uncertain inputs, numbered from 1. Without any there is sample 0:
        every input at its central value. A table gives the positions themselves, in [0, 1]: a row
        a sample, a column an input or a set of linked ones, see
        `flowsim.study.positions.Positions.of`. ``"posterior"`` takes those that a calibration
        learnt, ``"posterior:40"`` the first 40 of them; so does the path of such a file, see
        `flowsim.study.learnt.positions_asked`.
    method : {"latin_hypercube", "sobol", "monte_carlo"}
        How samples are drawn, see `flowsim.study.inputs.positions`.
    inputs : sequence of str
        Which inputs are sampled, by path, with ``*`` for any text; all that have a range where it
        is empty.
    keep : sequence of str
        What is kept of each run, see `flowsim.study.keep.parse_keep`; all variables by day where it
        is empty.
    name, title : str
        For tables and figures.
    rules : dict, optional
        Rates and hazards of one's own, as of `flowsim.run`; of all runs.

    Raises
    ------
    ScenarioError
        With everything that is wrong.
    TypeError
        The seed is neither a whole number nor a text.

    Examples
    --------
    >>> import flowsim as fs
    >>> import tempfile
    >>> world = fs.teaching_world()
    >>> other = world.replace_policies("Here-There", fs.policy.Open())
    >>> study = fs.Study({"closed": world, "open": other}, members=4)
    >>> with tempfile.TemporaryDirectory() as store:
    ...     runs = study.run(store, progress=False)
    ...     told = fs.compare(runs, against="closed", outcomes=["let_through"])
    >>> "open" in str(told)
    True
    """

    def __init__(
        self,
        scenarios: Mapping[str, Scenario] | Scenario,
        members: int = 1,
        seed: int | str = 1,
        samples: int | pd.DataFrame | str | os.PathLike[str] = 0,
        method: Method = DEFAULT,
        inputs: Sequence[str] = (),
        keep: Sequence[str] = (),
        name: str = "study",
        title: str = "",
        rules: Mapping[str, Rule | Hazard] | None = None,
    ) -> None:
        if isinstance(scenarios, str | os.PathLike):
            raise not_loaded(scenarios, "fs.Study")
        if isinstance(scenarios, Scenario):
            scenarios = {scenarios.name: scenarios}
        self.scenarios = dict(scenarios)
        table = samples if isinstance(samples, pd.DataFrame) else None
        wrong_here = _wrong_scenarios(self.scenarios)
        if isinstance(samples, str | os.PathLike) and not wrong_here:
            table = positions_asked(samples, tuple(self.scenarios.values()))
        count = samples if table is None else len(table)
        self.members, self.samples, self.seed = members, cast(int, count), seed_text(seed)
        self.method: str = method
        self.inputs = tuple(inputs)
        self.name, self.title, self.rules = name, title, dict(rules or {})
        problems = [*wrong_here, *_wrong_counts(members, count, method)]
        if self.rules:
            problems += _wrong_rules(self.scenarios, self.rules)
        if problems:
            raise ScenarioError(problems)
        self._given = None if table is None else Positions.of(table, tuple(self.scenarios.values()))
        if self._given is not None:
            self._of_table(self._given, method)
        else:
            self._paths = uncertain(self.scenarios.values(), self.inputs) if count else ()
        if count and not self._paths:
            wrong = "no scenario has an input with a range"
            raise ScenarioError([Problem("samples", wrong, "give ranges, or leave samples out")])
        self.keep = parse_keep(tuple(keep))

    def _of_table(self, given: Positions, method: str) -> None:
        """What a table says of how samples are drawn; nothing else may say it too."""
        problems = []
        if self.inputs:
            right = "leave it out: the columns of the table are the inputs"
            problems.append(Problem("inputs", "a table of positions is given too", right))
        if method != DEFAULT:
            right = "leave it out: the samples are those of the table"
            problems.append(Problem("method", "a table of positions is given too", right))
        if problems:
            raise ScenarioError(problems)
        self._paths, self.inputs = tuple(given.leaders), tuple(given.columns)
        self.method = METHOD

    @classmethod
    def of_file(
        cls, file: StudyFile, members: int | None = None, samples: int | str | None = None
    ) -> Study:
        """The study that a file says (see `flowsim.study.read.read_study`).

        Parameters
        ----------
        file : StudyFile
        members : int, optional
        samples : int or str, optional
            Instead of those of the file.
        """
        return cls(
            file.scenarios,
            members=file.members if members is None else members,
            seed=file.seed,
            samples=file.samples if samples is None else samples,
            method=file.method if samples is None or isinstance(samples, int) else DEFAULT,
            inputs=file.inputs if samples is None or isinstance(samples, int) else (),
            keep=file.keep,
            name=file.name,
            title=file.title,
        )

    def __repr__(self) -> str:
        """What it crosses."""
        samples = f" x {self.samples} samples of {len(self._paths)} inputs" if self.samples else ""
        members = f"{self.members} member{'s' if self.members != 1 else ''}"
        return f"<Study {plain(self.name)}: {len(self.scenarios)} scenarios{samples} x {members}>"

    def __len__(self) -> int:
        """Number of runs."""
        return len(self.scenarios) * max(self.samples, 1) * self.members

    def run(
        self,
        store: str | os.PathLike[str],
        jobs: Any = 1,
        progress: bool = True,
        on_change: OnChange = "refuse",
    ) -> Runs:
        """Do the runs that the store does not have yet.

        Each is on the disk as soon as it is done. Killed or interrupted, the study goes on from
        there when it is run again, and ends with the same bytes. Runs that are damaged are found
        by their checksums and done again. A run that raises an error is tried once more, and
        recorded with its traceback; the others go on.

        Parameters
        ----------
        store : path
            A folder; made if it is missing. Several studies may share it if they differ only in
            their scenarios and numbers of members and samples.
        jobs : int, str or distributed.Client
            Processes, -1 for one a core; or a Dask cluster, by the address of its scheduler
            (``tcp://...``) or its client.
        progress : bool
            Tell the rate and the time left on standard error: a bar on a terminal, else a line
            every minute.
        on_change : {"refuse", "recompute"}
            What to do where the store has runs of another code, or of scenarios that have changed
            since.

        Returns
        -------
        Runs
            Of this study's scenarios, members and samples, whatever else the store has; see
            `flowsim.study.runs.Runs`.

        Raises
        ------
        ScenarioError
            The store holds something else, or has changed and that is refused.
        StudyError
            Some runs failed twice; all others are in the store.
        StoreError
            The store cannot be written; what is in it is sound.
        """
        from flowsim.study.campaign import campaign  # with joblib

        folder = Store(store)
        plan = self.plan()
        folder.prepare(plan, on_change)
        failures = campaign(self, folder, plan, jobs, progress)
        if failures:
            raise _some_failed(failures, folder, len(self))
        return Runs(folder, tuple(self.scenarios), most=(self.members, self.samples))

    def plan(self) -> Manifest:
        """What a store holds when the study is done."""
        first = next(iter(self.scenarios.values()))
        own = ""
        if self.rules:
            from flowsim.model.hazards import rules_identity

            own = rules_identity(self.rules)
        return Manifest(
            name=self.name,
            title=self.title,
            seed=self.seed,
            method=self.method if self.samples else "",
            inputs=self.inputs if self.samples else (),
            keep=self.keep.entries,
            code=code_version(),
            start=_iso(first.start),
            end=_iso(first.end),
            scenarios=tuple(
                Entry(
                    name,
                    _identity(scenario, own, REPORTS in self.keep.entries),
                    self._doubts(scenario),
                    self.members,
                    self.samples,
                )
                for name, scenario in self.scenarios.items()
            ),
            positions=self._given.digests if self._given else (),
            chances=self._given.chances if self._given else (),
        )

    def position(self, sample: int) -> dict[str, float]:
        """Where each uncertain input lies in its range in a sample, in (0, 1); by path."""
        return {path: float(where[sample - 1]) for path, where in self._positions.items()}

    def sampled(self, name: str, sample: int) -> Scenario:
        """A scenario with its inputs as they are in a sample; 0 leaves it as it is."""
        scenario = self.scenarios[name]
        return sampled(scenario, self.position(sample)) if sample else scenario

    @property
    def factors(self) -> dict[str, str]:
        """What each sampled input moves with, by path, see `flowsim.study.inputs.doubts`."""
        return self._leaders

    @cached_property
    def _positions(self) -> dict[str, Any]:
        if self._given:
            return self._given.by_path()
        among = self.scenarios.values()
        return design(among, self.samples, self.method, self.seed, self.inputs)

    @cached_property
    def _leaders(self) -> dict[str, str]:
        return doubts(self.scenarios.values(), self._paths)

    def _doubts(self, scenario: Scenario) -> str:
        """Digest of what a scenario's samples are drawn from."""
        if not self.samples:
            return ""
        order = {path: i for i, path in enumerate(self._paths)}
        told = []
        for number in scenario.numbers:
            if number.path in order:
                leader = self._leaders[number.path]
                rank = order[leader] if self.method == "sobol" else 0
                told.append([number.model_dump(mode="json"), leader, rank])
        text = json.dumps([self.method, told], sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _identity(scenario: Scenario, rules: str, reports: bool) -> str:
    """Digest of all that a record depends on: reports too, as they say when and what is kept."""
    told = f"{scenario.digest()} {instants(scenario).tolist()}{rules}"
    if reports:
        told += f" {kept_of_reports(scenario)}"
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _wrong_scenarios(scenarios: Mapping[Any, Any]) -> list[Problem]:
    if not scenarios:
        return [Problem("scenarios", "there is none", "give one at least, by a name")]
    problems = []
    first, _ = next(iter(scenarios.items()))
    for name, scenario in scenarios.items():
        where = f"scenarios[{name}]"
        if not isinstance(name, str) or not name.strip():
            problems.append(Problem(where, f"{name!r} is not a name", "give a text"))
        if not isinstance(scenario, Scenario):
            wrong = f"a {type(scenario).__name__} is not a scenario"
            problems.append(Problem(where, wrong, "load it with flowsim.load"))
            continue
        found = check(scenario)
        problems += [replace(problem, path=f"{where}.{problem.path}") for problem in found]
        for key in SHARED:
            other = getattr(scenarios[first], key, None)
            if other is not None and getattr(scenario, key) != other:
                wrong = f"its {key} is {getattr(scenario, key)}, that of {first!r} is {other}"
                right = "give all scenarios of a study the same period and record"
                problems.append(Problem(where, wrong, right))
    return problems


def _wrong_rules(
    scenarios: Mapping[str, Scenario], rules: Mapping[str, Rule | Hazard]
) -> list[Problem]:
    from flowsim.model.hazards import hazards_of, rules_identity

    problems = [
        Problem(f"scenarios[{name}].rules", "Flee's rules do not take rules of your own",
                "leave `rules=` out, or choose `rules: flowsim`")
        for name, scenario in scenarios.items() if scenario.rules == "flee"
    ]  # fmt: skip
    try:
        hazards_of(next(iter(scenarios.values())), True, rules)
        rules_identity(rules)
    except (SimulationError, ValueError) as error:
        problems.append(Problem("rules", str(error), "see flowsim.model.hazards"))
    return problems


def _wrong_counts(members: Any, samples: Any, method: Any) -> list[Problem]:
    problems = []
    for name, value, least in (("members", members, 1), ("samples", samples, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            right = f"give a whole number from {least} on"
            problems.append(Problem(name, f"{value!r} is not a number of {name}", right))
    return problems + wrong_method(method)


def _iso(when: datetime) -> str:
    return when.isoformat()


def _some_failed(failures: Sequence[Failed], store: Store, total: int) -> StudyError:
    named = [f"  {failed.run}: {failed.error}" for failed in failures[:TOLD_FAILURES]]
    more = len(failures) - len(named)
    head = f"{len(failures)} of {total} runs failed, each twice; all others are in {store.folder}"
    tail = [f"  and {more} more"] if more else []
    where = f"their tracebacks are in {store.folder / 'failures'}"
    return StudyError(
        "\n".join([head, *named, *tail, where]), tuple(failed.trace for failed in failures)
    )
