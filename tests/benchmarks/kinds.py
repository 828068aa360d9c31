"""What can be measured. Each kind makes ready what it needs, and gives what is to be timed.

It runs in a process of its own (see `tests.benchmarks.child`), in which flowsim may be that of
another commit: what is used of it here is public, or stands in `tests.benchmarks.watched`.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.watched import OTHER, Times

ROOT = Path(__file__).parents[2]
SCENARIOS = "FLOWSIM_BENCH_SCENARIOS"
"""Names the folder of scenarios in the environment, where it is not that of the checkout."""
JUNE = Path(os.environ.get(SCENARIOS, ROOT / "scenarios")) / "kyrgyz_uzbek_2010"
JUNE_HOUSEHOLDS = 778_000
"""At its start, roughly."""


@dataclass
class Done:
    """What was done in the time that was measured."""

    persons: int = 0
    steps: int = 0


Timed = Callable[[Times], Done]
"""Runs what is measured."""


def simulation(scenario: Any, **how: Any) -> Any:
    """A run ready for its first step, without Mesa where this commit knows such a one."""
    try:
        from flowsim.model.simulation import Simulation
    except ImportError:
        from flowsim.model.flow import FlowModel

        return FlowModel(scenario, rng=1)
    return Simulation(scenario, 1, **how)


def whole(scenario: Any, times: Times, **how: Any) -> Done:
    """One run from set-up to result."""
    run = simulation(scenario, **how)
    steps = 0
    with times.phase(OTHER):
        while run.running:
            run.step()
            steps += 1
    run.result()
    persons = int(run.stocks.people.sum()) + int(run.dead())
    return Done(persons, steps)


def _warm() -> None:
    """Read what is compiled, or compile it, so that it is not part of what is measured."""
    import flowsim as fs
    from tests.benchmarks.worlds import World, scenario

    fs.run(scenario(World(places=10, people=100, days=1.0)))


def _warm_flee() -> None:
    import flowsim as fs
    from tests.flee_folder import flee_folder

    with tempfile.TemporaryDirectory() as folder:
        made = fs.load(flee_folder(Path(folder)))
        fs.run(made.model_copy(update={"rules": "flee"}))


def compiled() -> Timed:
    """A small run by each of the two rules, so that what is measured next need not compile."""

    def timed(times: Times) -> Done:
        _warm()
        _warm_flee()
        return Done()

    return timed


def world(**size: Any) -> Timed:
    """A made-up world, see `tests.benchmarks.worlds.World`."""
    from tests.benchmarks.worlds import World, scenario

    made = scenario(World(**size))
    _warm()
    return lambda times: whole(made, times)


def in_threads(number: int, **size: Any) -> Timed:
    """A made-up world, or June 2010 where no size is told, with so many threads."""
    import flowsim as fs
    from tests.benchmarks.worlds import World, scenario

    made = scenario(World(**size)) if size else fs.load(JUNE)
    _warm()
    return lambda times: whole(made, times, threads=number)


def june() -> Timed:
    """June 2010 whole, within Python."""
    import flowsim as fs

    _warm()

    def timed(times: Times) -> Done:
        with times.phase("load"):
            scenario = fs.load(JUNE)
        return whole(scenario, times)

    return timed


def readable(households: int) -> Timed:
    """June 2010 with so many households, by the readable engine to the bytes of the other."""
    import flowsim as fs
    from flowsim.check.measure import digest_of

    june = fs.load(JUNE)
    share = households / JUNE_HOUSEHOLDS
    places = [p.model_copy(update={"population": round(share * p.population)}) for p in june.places]
    few = june.model_copy(update={"places": tuple(places)})
    people = sum(p.population for p in places if p.country in few.flee_from)
    steps = round((few.end - few.start).total_seconds() / few.step)
    wanted = digest_of(fs.run(few, 1).data)

    def timed(times: Times) -> Done:
        with times.phase(OTHER):
            data = fs.run(few, 1, engine="agents").data
        if digest_of(data) != wanted:
            raise RuntimeError("the readable engine gives other bytes than the compiled one")
        return Done(people, steps)

    return timed


def conflict(folder: str, rules: str, flee_hasten: int = 1) -> Timed:
    """A folder in Flee's format, from its files to its score, one agent a person unless told."""
    import flowsim as fs

    _warm_flee() if rules == "flee" else _warm()

    def timed(times: Times) -> Done:
        with times.phase("load"):
            scenario = fs.load(folder, **({"strict_flee": True} if rules == "flee" else {}))
            told = {"rules": rules, "flee.hasten": flee_hasten}
            scenario = scenario.with_values(told)
        days = -(-(scenario.end - scenario.start).total_seconds() // 86400)
        come = sum(row.persons for row in scenario.arrivals)
        persons = come + sum(place.sheltered for place in scenario.places)
        with times.phase(OTHER):
            result = fs.run(scenario, 1)
        with times.phase("score"):
            fs.evidence.ard(result, scenario)
        return Done(persons, int(days))

    return timed


def small_runs(runs: int, **size: Any) -> Timed:
    """Many runs of a small world, as a study or a fit does them."""
    import flowsim as fs
    from tests.benchmarks.worlds import World, scenario

    made = scenario(World(**size))
    _warm()

    def timed(times: Times) -> Done:
        with times.phase(OTHER):
            for seed in range(runs):
                result = fs.run(made, seed, provenance=False)
        steps = result.data.sizes["time"]
        return Done(World(**size).people * runs, steps)

    return timed


def study(members: int, jobs: int, june_2010: bool = False, **size: Any) -> Timed:
    """A study in a store of its own."""
    import flowsim as fs
    from tests.benchmarks.worlds import World, scenario

    base = fs.load(JUNE) if june_2010 else scenario(World(**size))
    people = sum(p.population for p in base.places if p.country in base.flee_from)
    steps = round((base.end - base.start).total_seconds() / base.step)
    _warm()

    def timed(times: Times) -> Done:
        with tempfile.TemporaryDirectory() as folder, times.phase(OTHER):
            made = fs.Study(base, members=members, seed=1, keep=["effects"])
            made.run(Path(folder) / "store", jobs=jobs, progress=False)
        return Done(people * members, steps)

    return timed


def processes(members: int, count: int) -> Timed:
    """Plain processes that share the members of June 2010, beside which `jobs=` is held."""
    code = (
        "import sys, flowsim as fs\n"
        "fs.Study(fs.load(sys.argv[1]), members=int(sys.argv[3]), seed=sys.argv[4],"
        " keep=['effects']).run(sys.argv[2], progress=False)\n"
    )

    def timed(times: Times) -> Done:
        with tempfile.TemporaryDirectory() as folder:
            shares = [members // count + (n < members % count) for n in range(count)]
            started = [
                subprocess.Popen([sys.executable, "-P", "-c", code, str(JUNE),
                                  str(Path(folder) / str(n)), str(share), str(n)])
                for n, share in enumerate(shares)
            ]  # fmt: skip
            statuses = [process.wait() for process in started]
            if any(statuses):
                raise RuntimeError("a process failed")
        return Done()

    return timed


def ten_policies() -> Timed:
    """Ten policies of all kinds on twenty crossings, for two days."""
    from tests.benchmarks.policies import ten_on_twenty

    made = ten_on_twenty()
    _warm()
    return lambda times: whole(made, times)


def store(runs: int) -> Timed:
    """A store of tiny records: written with everything on the disk, listed, opened, checked."""
    from tests.benchmarks.records import write_and_open

    def timed(times: Times) -> Done:
        with tempfile.TemporaryDirectory() as folder:
            write_and_open(Path(folder) / "store", runs, times)
        return Done()

    return timed


def command(words: Sequence[str]) -> Timed:
    """A command in a process of its own.

    Among its words ``OUT`` is a folder that is removed, and ``JUNE`` that of June 2010.
    """

    def timed(times: Times) -> Done:
        with tempfile.TemporaryDirectory() as folder:
            told = [word.replace("OUT", folder).replace("JUNE", str(JUNE)) for word in words]
            subprocess.run([sys.executable, "-P", *told], check=True, stdout=subprocess.DEVNULL)
        return Done()

    return timed


def first_call() -> Timed:
    """The first run on a machine, which compiles, beside the second."""
    from tests.benchmarks.worlds import World

    code = (
        "import flowsim as fs\nfrom tests.benchmarks.worlds import World, scenario\n"
        f"fs.run(scenario({World(places=10, people=100, days=1.0)!r}))\n"
    )

    def timed(times: Times) -> Done:
        with tempfile.TemporaryDirectory() as folder:
            env = {**os.environ, "FLOWSIM_CACHE": folder}
            for name in ("first", "second"):
                with children_in(times, name):
                    subprocess.run([sys.executable, "-P", "-c", code], check=True, env=env)
        return Done()

    return timed


@contextmanager
def children_in(times: Times, phase: str) -> Iterator[None]:
    """The CPU time of processes that end in here belongs to a phase."""
    before = children_cpu()
    yield
    times.seconds[phase] += children_cpu() - before


def children_cpu() -> float:
    """CPU seconds of all processes that this one started and that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


KINDS: dict[str, Callable[..., Timed]] = {
    kind.__name__: kind
    for kind in (compiled, world, in_threads, june, readable, conflict, small_runs, study,
                 processes, ten_policies, store, command, first_call)
}  # fmt: skip
IN_OTHERS = ("command", "processes", "first_call")
"""Those that only start processes, and need nothing of flowsim in this one."""
