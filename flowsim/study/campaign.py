"""Runs a study into its store: what is there is checked, what is missing done, all of it told."""

from __future__ import annotations

import contextlib
import pickle
import sys
import time
import warnings
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, Self

import cloudpickle
from tqdm import tqdm

from flowsim.errors import Problem, ScenarioError
from flowsim.model.assemble import as_yaml
from flowsim.running import prepare
from flowsim.scenario.scenario import Scenario
from flowsim.shown import plain
from flowsim.study.execution import Execution, Pool, pool
from flowsim.study.manifest import Manifest, Run
from flowsim.study.record import Layout
from flowsim.study.store import Store
from flowsim.study.worker import Done, Failed, Task

if TYPE_CHECKING:
    from flowsim.study.study import Study
EVERY_S = 60.0
"""Between two lines."""


class DamageWarning(UserWarning):
    """A record of a store was not as it was written; its run is computed again."""


class MixedWorkersWarning(UserWarning):
    """Runs were made at several levels of CPU features, between which last digits may differ."""


def campaign(
    study: Study, store: Store, plan: Manifest, jobs: object, progress: bool
) -> list[Failed]:
    """Do what is missing of a study, and give what failed.

    Parameters
    ----------
    study : Study
    store : Store
        Prepared.
    plan : Manifest
        Of the study, which may be a part of what the store is to hold.
    jobs, progress
        As of `flowsim.study.study.Study.run`.
    """
    entries = {entry.name: entry for entry in plan.scenarios}
    runs = {run.key: run for run in plan.runs()}
    there = store.keys()
    found = [run for run in runs.values() if run.key in there]
    damaged, blind = _check(store, found)
    missing = [run for run in runs.values() if run.key not in there]
    if not (missing or damaged or blind):
        return []
    for name, scenario in study.scenarios.items():
        store.add_scenario(entries[name].digest, as_yaml(scenario))
    store.clear()
    sound = len(found) - len(damaged) - len(blind)
    name = plain(study.name)
    with pool(jobs) as workers, telling(name, len(runs), sound, progress) as bar:
        if workers.apart:
            for scenario in {s.rules: s for s in study.scenarios.values()}.values():
                prepare(scenario, study.rules)
        effort = _Effort(study, store, plan, workers, bar)
        if blind:
            damaged += _give_sight(effort, store, blind)
        effort.do([*damaged, *missing])
    store.settle()
    levels = store.cpus()
    if len(levels) > 1:
        told = f"the runs in {store.folder} were made at several levels of CPU features"
        last = "the last digits of their floats may differ from one to another"
        warnings.warn(f"{told} ({', '.join(levels)}): {last}", MixedWorkersWarning, stacklevel=3)
    order = {key: i for i, key in enumerate(runs)}
    return sorted(effort.failures, key=lambda failed: order[failed.run.key])


def _give_sight(effort: _Effort, store: Store, blind: dict[Run, bytes]) -> list[Run]:
    """Bring layouts back by one run of each; what of the others is to be done again."""
    first = {layout: run for run, layout in reversed(blind.items())}
    for run in first.values():
        store.remove(run.key)
    effort.do(list(first.values()))
    others = [run for run, layout in blind.items() if run != first[layout]]
    damaged, lost = _check(store, others)
    for run in lost:
        _remove(store, run, "its layout is lost")
    effort.bar.update(len(others) - len(damaged) - len(lost))
    return [*damaged, *lost]


def _check(store: Store, runs: Sequence[Run]) -> tuple[list[Run], dict[Run, bytes]]:
    """Remove records that are damaged: their runs, and those that lack a layout, and which."""
    damaged: list[Run] = []
    blind: dict[Run, bytes] = {}
    for run in runs:
        try:
            wrong = store.damage(run)
        except LookupError as lost:
            blind[run] = lost.args[0]
            continue
        if wrong:
            _remove(store, run, wrong)
            damaged.append(run)
    return damaged, blind


def _remove(store: Store, run: Run, wrong: str) -> None:
    told = f"{store.path(run.key)}: {wrong}; the run of {run} is computed again"
    warnings.warn(told, DamageWarning, stacklevel=5)
    store.remove(run.key)


def _pickled(name: str, scenario: Scenario) -> bytes:
    try:
        pickled: bytes = cloudpickle.dumps(scenario)
    except (TypeError, AttributeError, pickle.PicklingError) as error:
        wrong = f"a policy cannot be sent to a worker: {error}"
        right = "let it open files and connections when it is asked, not before"
        raise ScenarioError([Problem(f"scenarios[{name}]", wrong, right)]) from error
    return pickled


class _Effort:
    """What goes out to workers and comes back from them."""

    def __init__(
        self, study: Study, store: Store, plan: Manifest, workers: Pool, bar: Progress
    ) -> None:
        self.study, self.store, self.code = study, store, plan.code
        self.workers, self.bar = workers, bar
        self.failures: list[Failed] = []
        self._pickled = {n: _pickled(n, s) for n, s in study.scenarios.items()}
        self._rules = cloudpickle.dumps(study.rules) if study.rules else b""
        self._failed_before = store.failed()
        self._layouts: set[str] = set()

    def do(self, runs: Sequence[Run]) -> None:
        Execution(self.workers, self._task, self._is_there, self._done, self._failed).all(runs)

    def _is_there(self, run: Run) -> bool:
        return self.store.path(run.key).exists()

    def _task(self, run: Run) -> Task:
        position = self.study.position(run.sample) if run.sample else {}
        return Task(
            run, self._pickled[run.scenario], position, self.study.keep, self.code,
            self.workers.apart, self._rules, self.study.factors,
        )  # fmt: skip

    def _done(self, run: Run, done: Done | None) -> None:
        if run.key in self._failed_before:
            self.store.forgive(run.key)  # before its record is there, as then nobody would
        if done is not None:
            if done.layout not in self._layouts:
                self.store.add_layout(Layout.from_text(done.layout))
                self._layouts.add(done.layout)
            self.store.add(run.key, done.record)
            now = datetime.now(UTC).isoformat(timespec="seconds")
            cells = (f"{done.seconds:.3f}", f"{done.peak_mb:.0f}", done.worker, done.cpu)
            self.store.note(now, run.key, *cells)
        self.bar.update()

    def _failed(self, failed: Failed) -> None:
        run = failed.run
        self.failures.append(failed)
        self.store.add_failure(
            run.key,
            {
                "scenario": run.scenario, "sample": run.sample, "member": run.member,
                "seed": run.seed, "error": failed.error, "traceback": failed.trace,
                "worker": failed.worker,
            },
        )  # fmt: skip
        self.bar.set_postfix_str(f"{len(self.failures)} failed")
        self.bar.update()


class Progress(Protocol):
    """What is told of runs that are done."""

    def update(self, n: float | None = 1) -> object: ...

    def set_postfix_str(self, s: str = "") -> object: ...


def telling(name: str, total: int, done: int, shown: bool) -> AbstractContextManager[Progress]:
    """Tell on standard error how far a study is, while this is entered.

    Parameters
    ----------
    name : str
        Of the study.
    total, done : int
        Runs, and how many of them were there before.
    shown : bool
        Whether to tell anything.
    """
    told = shown and sys.stderr is not None  # None where it is closed
    if told and not sys.stderr.isatty():
        return _Lines(name, total, done)
    bar: tqdm = tqdm(
        total=total, initial=done, unit="run", desc=name, smoothing=0.1,
        disable=None if told else True,
    )  # fmt: skip
    return bar


class _Lines:
    """A line at the first run that is done after every so many seconds.

    The study tells it by itself: a thread that memory does not suffice for would never start, and
    the study would wait for it.
    """

    def __init__(self, name: str, total: int, done: int) -> None:
        self.name, self.total, self.before, self.done = name, total, done, done
        self.more = ""
        self._begun = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: float | None = 1) -> None:
        self.done += int(n or 0)
        now = time.monotonic()
        if now - self._told >= EVERY_S:
            self._told = now
            with contextlib.suppress(OSError):  # whoever read it is gone; the study goes on
                print(self.line(now - self._begun), file=sys.stderr, flush=True)

    def set_postfix_str(self, s: str = "") -> None:
        self.more = s

    def line(self, seconds: float) -> str:
        """What is told so many seconds after the beginning."""
        told = f"{self.name}: {self.done:,} of {self.total:,} runs"
        rate = (self.done - self.before) / seconds if seconds else 0.0
        if rate:
            left = tqdm.format_interval((self.total - self.done) / rate)
            told += f", {60 * rate:.3g} a minute, {left} left"
        return f"{told}, {self.more}" if self.more else told
