"""Several threads for one run: between queues and camps people are independent of each other.

Each thread has a share of the households and works on a state of its own: it has the rows, and all
that is read, in common with the others, and its own counts and lists. Counts are whole numbers and
are added; lists are put one behind the other. Queues, camps, families and new rows are left to one
thread. So a run has the same bytes whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from flowsim.model import memory
from flowsim.model.kernel import tick

SUMMED = ("people", "present", "on_leg", "hurt", "line", "left", "outcomes_so_far")
"""Counts that a household on its way changes."""
SUMMED_NOW = ("outcomes", "deaths", "deaths_of_wounds", "wounded", "barred_deaths")
"""Those by recording interval, of which it changes the one in course."""
APPENDED = ("waiting", "parked", "regrouped", "put_off")
"""Lists of rows to which it adds itself, each counted in the record under its name.

Not ``loose``, which is read: whoever a thread lets travel stands in it already.
"""
ADDED = ("apart", "dead")
"""Numbers of the record that it changes."""
ALONE = ("todo", "per_cell", "passing", "parting", "nobody")
"""What a thread uses for a moment and leaves behind empty, or as it may be."""


def checked(threads: int, engine: str) -> int:
    """A number of threads that a run can have.

    Raises
    ------
    ValueError
        It is not a whole number from 1 on, or the engine cannot share its work.
    """
    if not isinstance(threads, int | np.integer) or isinstance(threads, bool) or threads < 1:
        raise ValueError(f"threads={threads!r}: give a whole number from 1 on")
    if threads > 1 and engine != "columns":
        raise ValueError(f'threads={threads} needs engine="columns": agents act one by one')
    return int(threads)


class Share:
    """One thread's own counts and lists, in a state that shares all else with the run.

    Parameters
    ----------
    engine : Compiled
    held : dict
        Arrays of the run by name.
    """

    def __init__(self, engine: Any, held: dict[str, Any]) -> None:
        names = (*SUMMED, *SUMMED_NOW, *APPENDED, *ALONE)
        self.own = {name: np.zeros_like(held[name]) for name in names}
        self.n = engine.numbers(memory.COUNTS)
        self.state = engine.state({**held, **self.own, "n": self.n.record})

    def add_to(self, held: dict[str, Any], n: Any, at: int) -> None:
        """Add to the run what has been counted, and count from zero again."""
        for name in SUMMED:
            held[name] += self.own[name]
            self.own[name][...] = 0
        for name in SUMMED_NOW:
            if at < len(held[name]):
                held[name][at] += self.own[name][at]
                self.own[name][at] = 0
        for name in APPENDED:
            there, more = n.get(name), self.n.get(name)
            held[name][there : there + more] = self.own[name][:more]
            n.set(**{name: there + more})
        n.set(**{name: n.get(name) + self.n.get(name) for name in ADDED})
        self.n.set(**dict.fromkeys((*APPENDED, *ADDED), 0))


class Threads:
    """Threads that share the households of a run.

    Parameters
    ----------
    number : int
        How many, that of the caller among them.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.forget()
        self._pool: ThreadPoolExecutor | None = None

    def __getstate__(self) -> dict[str, int]:
        return {"number": self.number}

    def __setstate__(self, state: dict[str, int]) -> None:
        self.__init__(state["number"])  # type: ignore[misc]

    def forget(self) -> None:
        """The arrays of the run are others now."""
        self._shares: list[Share] = []

    def _of(self, engine: Any, held: dict[str, Any], households: int) -> list[Share]:
        """The shares, so many households divided among them."""
        if not self._shares:
            self._shares = [Share(engine, held) for _ in range(self.number)]
        edges = [households * k // self.number for k in range(self.number + 1)]
        for share, first, stop in zip(self._shares, edges, edges[1:], strict=False):
            share.n.set(share_from=first, share_to=stop)
        return self._shares

    def _all(self, do: Callable[[Share], Any], shares: list[Share]) -> None:
        """Have each share done by a thread of its own, the last by the caller's."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.number - 1, "flowsim")
        others = [self._pool.submit(do, share) for share in shares[:-1]]
        do(shares[-1])
        for other in others:
            other.result()

    def rest_at_home(self, engine: Any, held: dict[str, Any], n: Any, households: int) -> None:
        """Put all who have no row to rest."""
        shares = self._of(engine, held, households)
        self._all(lambda share: engine.carry_out(share.state, tick.COUNT_AT_HOME), shares)
        heaps = heaped = 0
        for share in shares:
            share.n.set(heaps=heaps, heaped=heaped)
            heaps += int(np.count_nonzero(share.own["per_cell"]))
            heaped += int(share.own["per_cell"].sum())
        self._all(lambda share: engine.carry_out(share.state, tick.REST_AT_HOME), shares)
        n.set(heaps=heaps, heaped=heaped)

    def travel(self, engine: Any, held: dict[str, Any], n: Any, at: int) -> None:
        """Let all travel who are due and wait at no gate.

        Parameters
        ----------
        at : int
            Number of the recording interval in course.
        """
        shares = self._of(engine, held, n.get("loose"))
        for share in shares:
            share.n.set(promised=n.get("promised"))
        self._all(lambda share: engine.carry_out(share.state, tick.TRAVEL_SHARE), shares)
        for share in shares:
            share.add_to(held, n, at)
