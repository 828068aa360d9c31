"""Who does the work: this process, several processes, or a Dask cluster; joblib runs them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flowsim.errors import Problem, ScenarioError, StoreError
from flowsim.safe_path import safe_children
from flowsim.study.worker import Done, Failed, Task, work

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
        lambda tasks: _joblib(tasks, jobs, backend="loky"), (BrokenProcessPool,), apart=True
    )


def _cluster(client: Any) -> Pool:
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    broken = (KilledWorker, CancelledError)
    return Pool(lambda tasks: _joblib(tasks, -1, backend="dask", client=client), broken, False)


def _joblib(tasks: Iterable[Task], jobs: int, **backend: Any) -> Results:
    from joblib import Parallel, delayed, parallel_config

    with safe_children():  # to the end, as a worker that dies has another started
        with parallel_config(**backend, n_jobs=jobs):
            results = Parallel(return_as="generator_unordered")(delayed(work)(t) for t in tasks)
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
