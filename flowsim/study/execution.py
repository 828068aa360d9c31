"""Many runs by many workers: who does them, every result kept, failures and deaths told apart."""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from flowsim.errors import Problem, ScenarioError, SimulationError, StoreError
from flowsim.safe_path import safe_children
from flowsim.study.manifest import Run
from flowsim.study.worker import Done, Failed, Task, work

TRIES = 2
"""How often a run is tried that raises an error."""
ALIKE = 10
"""So many runs may fail with the same error before the first that is done."""
BREAKS = 20
"""So many times may workers die one after the other without a single result."""
DEATHS = 3
"""How often workers may die with a run in hand before it gets a worker for itself, once."""
ANSWER_SECONDS = 10.0
"""How long a scheduler may take to answer."""
CLUSTER_WAIT_SECONDS = 300.0
"""How long a cluster may take until its first worker is there."""
Results = Generator[Done | Failed, None, None]
_SCHEMES = ("tcp://", "tls://", "ucx://", "ws://", "wss://")


@dataclass(frozen=True)
class Pool:
    """Workers.

    Attributes
    ----------
    map : callable
        Gives the results of tasks as they are done, in any order, and reads tasks as it needs them.
    broken : tuple of exception types
        What ``map`` raises when a worker died; then results may be missing.
    apart : bool
        Whether workers are processes of their own on this machine.
    """

    map: Callable[[Iterable[Task]], Results]
    broken: tuple[type[BaseException], ...]
    apart: bool


@contextmanager
def pool(jobs: Any) -> Iterator[Pool]:
    """The workers that ``jobs`` asks for.

    Parameters
    ----------
    jobs : int, str or distributed.Client
        So many processes (-1: one a core), or a Dask scheduler by its address or client.

    Raises
    ------
    ScenarioError
        It asks for none of these.
    StoreError
        The cluster cannot be reached.
    """
    if isinstance(jobs, int) and not isinstance(jobs, bool) and jobs != 0:
        yield _here() if jobs == 1 else _processes(jobs)
    elif hasattr(jobs, "scheduler_info"):
        yield _cluster(jobs)
    elif isinstance(jobs, str) and jobs.startswith(_SCHEMES):
        with _client(jobs) as client:
            yield _cluster(client)
    else:
        wrong = f"{jobs!r} does not name workers"
        right = "give a number of processes, -1 for all cores, or a Dask scheduler as tcp://..."
        raise ScenarioError([Problem("jobs", wrong, right)])


def _here() -> Pool:
    return Pool(lambda tasks: (work(task) for task in tasks), (), apart=False)


def _processes(jobs: int) -> Pool:
    from joblib import effective_n_jobs, parallel_config
    from joblib.externals.loky.process_executor import BrokenProcessPool

    with parallel_config(backend="loky"):
        if effective_n_jobs(jobs) == 1:  # joblib would work in this process, as if it were apart
            return _here()
    return Pool(
        lambda tasks: _joblib(tasks, jobs, partial(_as_here, sys.path.copy()), backend="loky"),
        (BrokenProcessPool,), apart=True,
    )  # fmt: skip


def _as_here(path: list[str], task: Task) -> Done | Failed:
    """One run where modules come from as in this process, also by a worker of an earlier study."""
    sys.path[:] = path
    return work(task)


def _cluster(client: Any) -> Pool:
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    broken = (KilledWorker, CancelledError)
    return Pool(
        lambda tasks: _joblib(tasks, -1, work, backend="dask", client=client), broken, False
    )


def _joblib(tasks: Iterable[Task], jobs: int, do: Any, **backend: Any) -> Results:
    from joblib import Parallel, delayed, parallel_config

    with safe_children():  # to the end, as a worker that dies has another started
        with parallel_config(**backend, n_jobs=jobs):
            results = Parallel(return_as="generator_unordered")(delayed(do)(t) for t in tasks)
        try:
            # "yield from" would close it before its warning is caught.
            for result in results:  # noqa: UP028
                yield result
        finally:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that results are unused; why, the error tells
                results.close()  # an interrupted study leaves no worker behind


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise ImportError("a cluster needs dask: pip install 'flowsim[cluster]'") from None
    try:
        client = Client(address, timeout=ANSWER_SECONDS)
    except OSError as error:
        raise StoreError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=CLUSTER_WAIT_SECONDS)
        except TimeoutError:
            told = f"the Dask scheduler at {address} has no worker"
            raise StoreError(f"{told} after {CLUSTER_WAIT_SECONDS:.0f} s; start one") from None
        yield client


class Execution:
    """The runs of a study on the way.

    Parameters
    ----------
    pool : Pool
    task : callable
        What a worker is to do for a run.
    is_there : callable
        Whether a run has been done meanwhile, maybe by another process.
    done, failed : callable
        Told of each run that is done (None where another process did it), or has failed for good.
        Both are called in the thread that calls `all`.
    """

    def __init__(
        self,
        pool: Pool,
        task: Callable[[Run], Task],
        is_there: Callable[[Run], bool],
        done: Callable[[Run, Done | None], None],
        failed: Callable[[Failed], None],
    ) -> None:
        self.pool, self.task, self.is_there = pool, task, is_there
        self._done, self._failed = done, failed
        self._tries: Counter[str] = Counter()
        self._deaths: Counter[str] = Counter()
        self._left: dict[str, Run] = {}
        self._given: dict[str, Run] = {}
        self._fruitful, self._barren = False, 0
        self._works, self._alike = False, Counter[str]()
        self._met: list[Run] = []

    def all(self, runs: Sequence[Run]) -> None:
        """Do all runs; those that fail are tried again after the others.

        Raises
        ------
        SimulationError
            No worker can be had, or all runs fail alike from the first on.
        """
        self._left = {run.key: run for run in runs}
        while self._left:
            alone = [run for run in self._left.values() if self._deaths[run.key] >= DEATHS]
            batch = alone[:1] or list(self._left.values())
            self._fruitful = False
            try:
                with closing(self.pool.map(self._tasks(batch))) as results:
                    for result in results:
                        self._take(result)
            except self.pool.broken as error:
                self._lose(type(error).__name__)
            for run in self._met:
                if self._left.pop(run.key, None):  # a pool that broke may have met it too
                    self._done(run, None)
            self._met.clear()

    def _take(self, result: Done | Failed) -> None:
        key = result.run.key
        self._fruitful = True
        self._given.pop(key, None)
        if isinstance(result, Done):
            self._works = True
            self._done(result.run, result)
            del self._left[key]
            return
        self._see_through(result)
        self._tries[key] += 1
        if self._tries[key] >= TRIES:
            self._failed(result)
            del self._left[key]

    def _see_through(self, failed: Failed) -> None:
        """End where all runs fail alike from the first on, as all others would."""
        if self._works:
            return
        self._alike[failed.error] += 1
        if self._alike[failed.error] >= ALIKE and len(self._alike) == 1:
            told = f"the first {ALIKE} runs all failed alike: {failed.error}"
            raise SimulationError(f"{told}\n{failed.trace}".rstrip())

    def _lose(self, how: str) -> None:
        """A worker died: what was given out and is not done will be given out again."""
        lost, alone = dict(self._given), len(self._given) == 1
        self._given.clear()
        if not lost and not self._fruitful:
            raise SimulationError(f"the workers died before they had any run ({how})")
        self._barren = 0 if self._fruitful else self._barren + 1
        if self._barren >= BREAKS:
            raise SimulationError(f"workers died {BREAKS} times without one result ({how})")
        for key, run in lost.items():
            if alone and self._deaths[key] >= DEATHS:
                told = f"the worker that had it died ({how}); perhaps it was out of memory"
                self._failed(Failed(run, told, f"{told}\n", ""))
                del self._left[key]
            self._deaths[key] += 1

    def _tasks(self, runs: Sequence[Run]) -> Iterator[Task]:
        """Tasks as workers ask for them; another thread may call this."""
        for run in runs:
            if self.is_there(run):
                self._met.append(run)
                continue
            self._given[run.key] = run
            yield self.task(run)
