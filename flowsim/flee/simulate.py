"""A run by Flee's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.compiling import compiled, compiled_state, readable_state
from flowsim.draws import seed_key, seed_text
from flowsim.errors import ScenarioError
from flowsim.flee.ground import Ground, ground_of
from flowsim.flee.paths import find_ways
from flowsim.flee.people import numbers, state_of, table
from flowsim.flee.refused import unknown_to_flee
from flowsim.flee.spawning import Starts, plan_starts
from flowsim.scenario.scenario import Scenario

MODULES = (
    "flowsim.keyed",
    *(f"flowsim.flee.kernel.{name}" for name in ("places", "choice", "person", "days")),
)
"""What is compiled, each after those that it calls."""


@dataclass(frozen=True)
class Days:
    """What a run by Flee's rules gives: persons at the end of each day.

    Attributes
    ----------
    places : tuple of str, (P,)
    persons : int64 array (D, P)
        At each place, those of day 0 in camps with them.
    on_way : int64 array (D, P)
        On a link, by the place where it starts.
    to_come : int64 array (D, P)
        Who will start later, by where.
    violence : float64 array (D, P)
        Intensity of conflict.
    seed : str
    """

    places: tuple[str, ...]
    persons: Ints
    on_way: Ints
    to_come: Ints
    violence: Floats
    seed: str

    def sheltered(self, camps: Sequence[str]) -> Floats:
        """Persons at some places at the end of each day, (D, C)."""
        at = [self.places.index(name) for name in camps]
        return self.persons[:, at].astype(np.float64)


def simulate(scenario: Scenario, seed: int | str = 1, readable: bool = False) -> Days:
    """Run a scenario by Flee 3's rules, one day after the other and one person after the other.

    On a day people appear and closures change. Then all who try to move choose a way and step on to
    it, in the order in which they came, and after that each goes on until its day is over. Each
    sees who is where by then (`flowsim.flee.kernel`).

    Parameters
    ----------
    scenario : Scenario
    seed : int or str
        Of all draws: the same seed gives the same numbers.
    readable : bool
        Run the kernel as it stands and not compiled: the same numbers, some hundred times slower.

    Raises
    ------
    ScenarioError
        With everything in the scenario that these rules do not know.
    """
    key = seed_key(seed)
    problems = unknown_to_flee(scenario)
    if problems:
        raise ScenarioError(problems)
    flee = scenario.flee
    ground = ground_of(scenario)
    ways = find_ways(ground.links, ground.marker, flee.awareness_level)
    starts = plan_starts(scenario, ground, key)
    held = state_of(flee, ground, ways, starts, key)
    rows, run = table(starts), numbers(flee, ground)
    if readable:
        _run_readable(held, rows, run)
    else:
        _run_compiled(held, rows, run)
    many = flee.hasten
    return Days(
        places=ground.names, persons=held["persons"] * many, on_way=held["on_way"] * many,
        to_come=_to_come(starts, ground) * many, violence=ground.intensity, seed=seed_text(seed),
    )  # fmt: skip


def _run_compiled(held: dict[str, Any], rows: Any, run: dict[str, Any]) -> None:
    kinds = {bool: "?", int: "i8", float: "f8"}
    record = np.zeros(1, dtype=[(name, kinds[type(value)]) for name, value in run.items()])
    record[0] = tuple(run.values())
    state = compiled_state({**held, "rows": rows, "run": record.view(np.recarray)[0]})
    compiled(MODULES, ("live",)).live(state)


def _run_readable(held: dict[str, Any], rows: Any, run: dict[str, Any]) -> None:
    from flowsim.flee.kernel.days import live

    names = rows.dtype.names
    persons = [
        SimpleNamespace(**dict(zip(names, (part.tolist() for part in row), strict=True)))
        for row in rows
    ]
    live(readable_state({**held, "rows": persons, "run": SimpleNamespace(**run)}))


def _to_come(starts: Starts, ground: Ground) -> Ints:
    """Persons who have not started by the end of each day, by where they will, (D, P)."""
    shape = (ground.days, len(ground.names))
    day = np.repeat(np.arange(ground.days), np.diff(starts.first))
    cell = day * shape[1] + starts.place[starts.first[0] :]
    started = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(started.sum(axis=0) - np.cumsum(started, axis=0))
