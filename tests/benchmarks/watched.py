"""What a run is seen to do: the CPU seconds of each phase, and how many events it had.

All that the benchmarks know of the inside of the model stands here. For the time of a measurement
another function stands in the place of each that is watched, so the model carries nothing for it.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

SET_UP, RESULT, OTHER, COUNTING = "set up", "result", "other", "counting"
"""Phases; the time that it takes to count events is no part of what is measured."""
_RUN = "flowsim.model.simulation:Simulation"
_TABLE = "flowsim.model.household_table:HouseholdTable"
_FLEE, _RUNNING = "flowsim.flee.simulate", "flowsim.running"
WATCHED: tuple[tuple[str, str, str], ...] = (
    (_RUN, "__init__", SET_UP),
    (_RUN, "violence", "violence"),
    (_RUN, "look_at_borders", "policies"),
    (_RUN, "policies", "policies"),
    (_RUN, "news", "news"),
    ("flowsim.model.compiled:Compiled", "solve", "route solve"),
    (_RUN, "hazards", "hazards"),
    (_TABLE, "begin_tick", "households"),
    (_TABLE, "segment", "households"),
    (_TABLE, "end_tick", "households"),
    (_RUN, "record", "record"),
    (_RUN, "_look", "feedback"),
    (_RUN, "result", RESULT),
    (_FLEE, "ground_of", SET_UP),
    (_FLEE, "find_ways", SET_UP),
    (_FLEE, "plan_starts", SET_UP),
    (_FLEE, "state_of", SET_UP),
    (_FLEE, "_run_compiled", "households"),
    (_RUNNING, "result_of_days", RESULT),
)
"""Where a function is, its name, and the phase that it belongs to.

One that is called by another counts for its own phase alone.
"""
BEFORE = ("flowsim.model.flow:FlowModel", "flowsim.model.crowd:Crowd")
"""Where phases were before there were `Simulation` and `HouseholdTable`, for older commits."""


class Times:
    """CPU seconds by phase, and what the runs in this process have done.

    Attributes
    ----------
    seconds : dict
        By phase.
    rows : int
        Households, parts that split off among them.
    events : int
        How often one of them changed its status, moved or was harmed. A household draws once for
        its way when it leaves and at the end of each leg, and once for its hazard of harm whenever
        it comes to stand anywhere or is harmed; both are counted in its row in any case. By Flee's
        rules, how often a person chose a way.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.rows = self.events = 0
        self._stack: list[str] = []
        self._since = 0.0

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """What is done in here belongs to a phase, but for what belongs to another within it."""
        self._turn()
        self._stack.append(name)
        try:
            yield
        finally:
            self._turn()
            self._stack.pop()

    def _turn(self) -> None:
        now = time.process_time()
        if self._stack:
            self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    def watched(
        self, function: Callable[..., Any], phase: str, count: Callable[..., None] | None
    ) -> Callable[..., Any]:
        """The function with its time taken, after which what was done may be counted."""

        @functools.wraps(function)
        def inner(*args: Any, **named: Any) -> Any:
            with self.phase(phase):
                given = function(*args, **named)
            if count is not None:
                with self.phase(COUNTING):
                    count(self, *args)
            return given

        return inner

    def count(self, counts: Any, draws: Iterable[int], begun: int = 0) -> None:
        """Count the rows of a table, and those of their draws that are events."""
        self.rows += len(counts)
        self.events += sum(int(counts[:, n].sum(dtype=int)) for n in draws) - begun


def count_households(times: Times, simulation: Any, *_: Any) -> None:
    """Count what a run has done; nothing where the table of another commit does not say it.

    Households that were never roused have no row, and did nothing but draw at the start.
    """
    from flowsim.draws import Purpose

    if row := _owner("flowsim.model.household_row"):
        draws = [row.COUNTED.index(purpose) for purpose in (Purpose.ROUTE, Purpose.HARM)]
        table = simulation.crowd
        unmade = table._n.get("unmade")
        counts = table._engine.column(table._held["rows"], "count", table.made)
        times.count(counts, draws, table.n_start - unmade)
        times.rows += unmade


def count_persons(times: Times, held: Any, rows: Any, run: Any) -> None:
    """Count what a run by Flee's rules has done."""
    from flowsim.draws import Purpose
    from flowsim.flee.people import COUNTED

    times.count(rows["count"], [COUNTED.index(Purpose.ROUTE)])


COUNTED = {(_RUN, "result"): count_households, (_FLEE, "_run_compiled"): count_persons}
"""After which functions what was done is counted."""


def _owner(path: str) -> Any:
    """A module, or a class in one; None where this commit has none."""
    module, _, name = path.partition(":")
    if importlib.util.find_spec(module.rpartition(".")[0]) is None:
        return None
    if importlib.util.find_spec(module) is None:
        return None
    found = importlib.import_module(module)
    return getattr(found, name, None) if name else found


class Watched(NamedTuple):
    """A function that is watched: in what it stands, under which name, and its phase."""

    owner: Any
    name: str
    phase: str
    count: Callable[..., None] | None

    @property
    def function(self) -> Callable[..., Any]:
        """The function as it is."""
        return vars(self.owner)[self.name]


def found() -> list[Watched]:
    """What can be watched in the flowsim that is imported."""
    told = list(WATCHED)
    if _owner(_RUN) is None or _owner(_TABLE) is None:
        told += [(path, name, phase) for path in BEFORE for _, name, phase in WATCHED]
    all_told = [Watched(_owner(path), name, phase, COUNTED.get((path, name)))
                for path, name, phase in told]  # fmt: skip
    return [one for one in all_told if one.owner is not None and one.name in vars(one.owner)]


@contextmanager
def watching() -> Iterator[Times]:
    """Count the time of all phases of the runs in here."""
    times = Times()
    before = [(one, one.function) for one in found()]
    try:
        for one, function in before:
            setattr(one.owner, one.name, times.watched(function, one.phase, one.count))
        yield times
    finally:
        for one, function in before:
            setattr(one.owner, one.name, function)
