"""The cases: what is measured under which name, and at which sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.worlds import World
from tests.conflicts import NAMES, conflicts_folder

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Point:
    """One measurement.

    Attributes
    ----------
    case, label : str
        Under which it is told.
    kind : str
        What is measured, see `tests.benchmarks.kinds`.
    params : dict
        Of the kind.
    x : float, optional
        Where it stands on the axis of growth that the case is.
    most : int
        How often it is run at the most, in the same process; the quickest counts.
    clock : {"cpu", "wall"}
        By which it is compared: others on the machine disturb CPU time least, but what several
        processes do together is told by wall time alone.
    """

    case: str
    label: str
    kind: str
    params: dict[str, Any] = field(default_factory=dict)
    x: float | None = None
    most: int = 3
    clock: str = "cpu"

    @property
    def key(self) -> str:
        """By which an interrupted run knows what it has."""
        return f"{self.case} | {self.label}"


@dataclass(frozen=True)
class Asked:
    """What a call asks of the cases.

    Attributes
    ----------
    max_people : float
        Of made-up worlds.
    world : dict
        Of the case `world`, see `tests.benchmarks.worlds.World`.
    """

    max_people: float = 1e6
    world: dict[str, Any] = field(default_factory=dict)


def steps_between(first: float, last: float, a_decade: int = 2) -> list[int]:
    """Some sizes a decade.

    >>> steps_between(10, 1000)
    [10, 32, 100, 316, 1000]
    """
    sizes: list[int] = []
    while (size := round(first * 10 ** (len(sizes) / a_decade))) <= last * 1.001:
        sizes.append(size)
    return sizes


def _grow(case: str, field_name: str, sizes: list[int], **size: Any) -> Iterator[Point]:
    for n in sizes:
        params = {**size, field_name: n}
        yield Point(case, f"{n:,} {case}", "world", params, n)


def people(asked: Asked) -> Iterator[Point]:
    """A year of daily steps in 500 places, from 10,000 people to MAX_PEOPLE."""
    sizes = steps_between(1e4, asked.max_people)
    return _grow("people", "people", sizes, places=500, days=365.0)


def places(asked: Asked) -> Iterator[Point]:
    """10 to 10,000 places of 10,000 people, 30 daily steps."""
    return _grow("places", "places", steps_between(10, 1e4))


def routes(asked: Asked) -> Iterator[Point]:
    """1,000 to 500,000 routes between 1,000 places, 30 daily steps."""
    for n in steps_between(1000, 4.9e5, a_decade=4):
        yield Point("routes", f"{n:,} routes", "world", {"places": 1000, "degree": n / 500}, n)


def steps(asked: Asked) -> Iterator[Point]:
    """10 to 10,000 hourly steps of 10,000 people in 20 places."""
    for n in steps_between(10, 1e4):
        params = {"places": 20, "step_h": 1.0, "days": n / 24}
        yield Point("steps", f"{n:,} steps", "world", params, n)


def policies(asked: Asked) -> Iterator[Point]:
    """1 to 1,000 policies on the border of 10,000 people in 100 places."""
    return _grow("policies", "policies", steps_between(1, 1000))


def members(asked: Asked) -> Iterator[Point]:
    """Studies of 1 to 1,000 members of 500 people in 10 places."""
    for n in steps_between(1, 1000):
        params = {"members": n, "jobs": 1, "people": 500, "places": 10}
        yield Point("members", f"{n:,} members", "study", params, n)


def moving(asked: Asked) -> Iterator[Point]:
    """From one in a thousand on the move to nearly all, of 100,000 people in 100 places."""
    for share in (0.001, 0.01, 0.1, 0.5, 0.9):
        params = {"people": 100_000, "moving": share}
        yield Point("moving", f"{share:.1%} on the move", "world", params)


def start(asked: Asked) -> Iterator[Point]:
    """The first answers: Python alone, the import, the help."""
    for label, words in {
        "python -c pass": ["-c", "pass"],
        "import flowsim": ["-c", "import flowsim"],
        "flowsim --help": ["-m", "flowsim", "--help"],
    }.items():
        yield Point("start", label, "command", {"words": words}, most=5)


def june(asked: Asked) -> Iterator[Point]:
    """June 2010 whole, in Python and by the command."""
    words = ["-m", "flowsim", "run", "JUNE", "--seed", "1", "-o", "OUT/june"]
    yield Point("june", "June 2010", "june", most=2)
    yield Point("june", "flowsim run, with figures", "command", {"words": words}, most=1)


def readable(asked: Asked) -> Iterator[Point]:
    """June 2010 with 20,000 households by the readable engine, to the bytes of the compiled one."""
    yield Point("readable", "20,000 households", "readable", {"households": 20_000}, most=1)


def conflicts(asked: Asked) -> Iterator[Point]:
    """The six conflicts by Flee's rules and by flowsim's own, where FLOWSIM_CONFLICTS is."""
    return _conflicts("conflicts", NAMES)


def conflicts_all(asked: Asked) -> Iterator[Point]:
    """The same for all folders there."""
    there = conflicts_folder()
    names = sorted(p.parent.name for p in there.glob("*/input_csv")) if there else []
    return _conflicts("conflicts-all", tuple(names))


def _conflicts(case: str, names: tuple[str, ...]) -> Iterator[Point]:
    there = conflicts_folder()
    for name in names if there else ():
        folder = str(there / name)
        for rules in ("flee", "flowsim"):
            strict = ["--strict-flee"] if rules == "flee" else []
            words = ["-m", "flowsim", "score", folder, "--rules", rules, *strict]
            told = {"folder": folder, "rules": rules}
            yield Point(case, f"{name}, rules: {rules}", "conflict", told, most=2)
            yield Point(case, f"flowsim score {name} --rules {rules}", "command",
                        {"words": words}, most=1)  # fmt: skip


def small(asked: Asked) -> Iterator[Point]:
    """200 small runs one after another: 2,000 people in 20 places, ten days by the hour."""
    params = {"runs": 200, "people": 2000, "places": 20, "days": 10.0, "step_h": 1.0}
    yield Point("small", "200 small runs", "small_runs", params, most=1)


def study(asked: Asked) -> Iterator[Point]:
    """A study of 200 members of 500 people, by one job and by two."""
    for jobs in (1, 2):
        params = {"members": 200, "jobs": jobs, "people": 500, "places": 10}
        yield Point("study", f"200 members, jobs={jobs}", "study", params, most=1, clock="wall")


def ten_policies(asked: Asked) -> Iterator[Point]:
    """Ten policies of all kinds on twenty crossings."""
    yield Point("ten-policies", "10 policies, 20 crossings", "ten_policies")


def jobs(asked: Asked) -> Iterator[Point]:
    """Ten members of June 2010: by one job, two jobs, two plain processes."""
    for n in (1, 2):
        params = {"members": 10, "jobs": n, "june_2010": True}
        yield Point("jobs", f"10 members of June 2010, jobs={n}", "study", params, None, 1, "wall")
    params = {"members": 10, "count": 2}
    yield Point("jobs", "the same in two plain processes", "processes", params, None, 1, "wall")


def threads(asked: Asked) -> Iterator[Point]:
    """June 2010, and ten million people over a year of days, by one thread and by two."""
    for n in (1, 2):
        told = f"{n} thread{'s' if n > 1 else ''}"
        yield Point("threads", f"June 2010, {told}", "in_threads", {"number": n}, clock="wall")
    for n in (1, 2):
        told = f"{n} thread{'s' if n > 1 else ''}"
        params = {"number": n, "people": 10_000_000, "places": 500, "days": 365.0}
        yield Point("threads", f"10,000,000 people, {told}", "in_threads", params, None, 1, "wall")


def store(asked: Asked) -> Iterator[Point]:
    """A store of 100,000 tiny records: written, listed, opened, checked."""
    yield Point("store", "100,000 records", "store", {"runs": 100_000}, None, 1, "wall")


def first(asked: Asked) -> Iterator[Point]:
    """The first call on a machine, which compiles, and the second."""
    yield Point("first", "first and second call", "first_call", most=1)


def world(asked: Asked) -> Iterator[Point]:
    """One made-up world of the sizes that --world tells."""
    made = asdict(World(**asked.world))
    told = ", ".join(f"{name} {value:,}" for name, value in made.items())
    yield Point("world", told, "world", made, most=1)


CASES: dict[str, Callable[[Asked], Iterator[Point]]] = {
    case.__name__.replace("_", "-"): case
    for case in (start, ten_policies, small, study, june, readable, conflicts, people, places,
                 routes, steps, policies, members, moving, jobs, threads, store, first,
                 conflicts_all, world)
}  # fmt: skip
DEFAULT = ("start", "ten-policies", "small", "study", "june", "readable", "conflicts", "people",
           "places", "routes", "steps", "policies", "members", "moving")  # fmt: skip
AXES = ("people", "places", "routes", "steps", "policies", "members")
"""Cases that are axes of growth."""


def points(names: list[str], asked: Asked) -> list[Point]:
    """All points of some cases, in the order in which these are named."""
    return [point for name in names for point in CASES[name](asked)]
