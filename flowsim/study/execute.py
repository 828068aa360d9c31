"""Many runs by many workers: every result kept, failures told apart from workers that died."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

from flowsim.errors import SimulationError
from flowsim.study.manifest import Run
from flowsim.study.pools import Pool
from flowsim.study.worker import Done, Failed, Task

TRIES = 2
"""How often a run is tried that raises an error."""
BREAKS = 20
"""So many times may workers die one after the other without a single result."""
DEATHS = 3
"""How often workers may die with a run in hand before it gets a worker for itself, once."""


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
        self._met: list[Run] = []

    def all(self, runs: Sequence[Run]) -> None:
        """Do all runs; those that fail are tried again after the others.

        Raises
        ------
        SimulationError
            No worker can be had.
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
            self._done(result.run, result)
            del self._left[key]
            return
        self._tries[key] += 1
        if self._tries[key] >= TRIES:
            self._failed(result)
            del self._left[key]

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
