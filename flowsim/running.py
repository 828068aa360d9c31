"""A scenario run from its start to its end, by the rules that it chooses."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from flowsim import compiled_cache
from flowsim.clock import DAY
from flowsim.draws import seed_text
from flowsim.errors import Problem, ScenarioError, ScenarioWarning
from flowsim.scenario.checks import check
from flowsim.scenario.not_loaded import not_loaded
from flowsim.scenario.scenario import Scenario
from flowsim.shown import plain
from flowsim.world.config import KINDS
from flowsim.world.world import World

if TYPE_CHECKING:
    from flowsim.behaviour.rules import Rule
    from flowsim.flee.simulate import Days
    from flowsim.model.flow import Engine
    from flowsim.model.hazards import Hazard
    from flowsim.model.household import Household
    from flowsim.results.result import Result

Progress = Callable[[int, int], object]
"""Told of the steps that are done, and of how many there are."""


def run(
    scenario: Scenario,
    seed: int | str = 1,
    engine: Engine = "columns",
    progress: bool | Progress = False,
    rules: Mapping[str, Rule | Hazard] | None = None,
    provenance: bool = True,
    household: type[Household] | None = None,
    threads: int = 1,
) -> Result:
    """Run a scenario from its start to its end, by the rules that it chooses.

    By ``rules: flee`` a run has no progress, and is recorded once a day.

    Parameters
    ----------
    scenario : Scenario
    seed : int or str
        Of all draws: the same seed gives the same bytes. A whole number (NumPy's too) or a text;
        ``1`` and ``"1"`` are the same.
    engine : {"columns", "agents"}
        `columns` is the fast one; `agents` makes each household a Mesa agent, for reading and
        for tests. By Flee's rules `agents` runs them uncompiled.
    progress : bool or function
        Show a progress bar on standard error; or what is called after each step with the number of
        steps done and of all. An error that it raises ends the run.
    rules : dict, optional
        Rates of one's own by the name of a hazard ("leave", "onward", "return", ...; see
        `flowsim.behaviour.rules`), and hazards of one's own (`flowsim.Hazard`) by theirs.
    provenance : bool
        Whether the result carries the scenario as YAML and its digest. That takes a moment, and who
        runs one scenario many times keeps it once.

    threads : int
        How many threads share the households, with ``engine="columns"``. The bytes are the same
        with any number; many households gain by it, few do not. In a study each run has one, as
        its workers have the cores.

    Returns
    -------
    Result

    Raises
    ------
    ScenarioError
        It does not hold together, or has what its rules do not know.
    ValueError
        The number of threads is none, or more than one by an engine or rules that have but one.
    SimulationError
        A policy or rule gave something that the model cannot use, or raised an error.
    TypeError
        The seed is something else, as a generator.
    """
    if not isinstance(scenario, Scenario):
        raise not_loaded(scenario, "fs.run")
    if scenario.rules == "flee":
        if threads != 1:
            raise ValueError(f"threads={threads}: by Flee's rules people move one after another")
        return _run_flee(scenario, seed, engine, rules, provenance)
    return _run_flow(scenario, seed, engine, progress, rules, provenance, household, threads)


def prepare(scenario: Scenario, rules: Mapping[str, Rule | Hazard] | None = None) -> None:
    """Compile what runs by a scenario's rules need, if that has not been done on this machine.

    Hazards of one's own make rows of another type, for which the model is compiled again.

    Who starts several processes calls it first, so that they read the compiled code and do not each
    compile.
    """
    if scenario.rules == "flee":
        from flowsim.flee.simulate import MODULES, simulate

        if not compiled_cache.is_compiled(MODULES):
            day = scenario.start + timedelta(days=1)
            simulate(scenario.model_copy(update={"end": min(day, scenario.end)}))
    else:
        from flowsim.model.compiled import MODULES
        from flowsim.model.simulation import Simulation

        if rules or scenario.hazards or not compiled_cache.is_compiled(MODULES):
            Simulation(scenario, rules=rules)


def _run_flow(
    scenario: Scenario,
    seed: int | str,
    engine: Engine,
    progress: bool | Progress,
    rules: Mapping[str, Rule | Hazard] | None,
    provenance: bool,
    household: type[Household] | None,
    threads: int,
) -> Result:
    from flowsim.model.simulation import Simulation, runnable

    model: Any = None
    if engine == "columns" and household is None:
        simulation = Simulation(runnable(scenario), seed_text(seed), rules, threads=threads)
    else:
        from flowsim.model.flow import FlowModel  # Mesa and networkx, which rows need not

        model = FlowModel(scenario, engine, seed_text(seed), rules, household, threads=threads)
        simulation = model.simulation
    steps: Iterable[int] = range(simulation.steps)
    told = progress if callable(progress) else None
    if progress and told is None:
        from tqdm import tqdm

        steps = tqdm(steps, desc=plain(scenario.name), unit="step")
    for i in steps:
        simulation.step()
        if told is not None:
            told(i + 1, simulation.steps)
    result = simulation.result(provenance)
    if "gridlock" in result.data.attrs:
        right = "give these roads more lanes, or none to let any queue fit"
        warnings.warn(f"{result.data.attrs['gridlock']}; {right}", ScenarioWarning, stacklevel=3)
    if model is not None:
        model.__dict__.clear()  # Mesa 3.3 keeps every model for good, to number its agents
    return result


def _run_flee(
    scenario: Scenario,
    seed: int | str,
    engine: Engine,
    rules: Mapping[str, Rule | Hazard] | None,
    provenance: bool,
) -> Result:
    from flowsim.flee.simulate import simulate

    problems = check(scenario)
    if rules:
        right = "leave them out, or choose `rules: flowsim`"
        problems.append(Problem("rules", "Flee's rules do not take rules of your own", right))
    if problems:
        raise ScenarioError(problems)
    days = simulate(scenario, seed, readable=engine == "agents")
    return result_of_days(scenario, days, provenance)


def result_of_days(scenario: Scenario, days: Days, provenance: bool = True) -> Result:
    """Label a run by Flee's rules, recorded at the end of each day.

    Persons at places inside are `displaced`, abroad `sheltered`; those who start later are
    `at_home`. Flee knows no kinds of person: they are shared out as the group is. Nobody waits, is
    harmed or registered.
    """
    from flowsim.model.assemble import attributes_of, label
    from flowsim.model.axes import Status
    from flowsim.model.observe import Observer

    length, places = days.persons.shape
    world = World(
        scenario.places, scenario.routes, scenario.groups, scenario.flee_from,
        scenario.violence, scenario.conditions, scenario.forces, scenario.start,
    )  # fmt: skip
    stops = DAY * np.arange(1, length + 1, dtype=np.int64)
    observer = Observer(stops, places, len(world.groups), len(world.network.crossings))
    people = observer.people[:, :, 0]
    people[:, :, Status.AT_HOME] = days.to_come
    people[:, :, Status.MOVING] = days.on_way
    people[:, :, Status.DISPLACED] = np.where(world.inside, days.persons, 0)
    people[:, :, Status.SHELTERED] = np.where(world.inside, 0, days.persons)
    group = world.groups[0]
    upto = np.cumsum([getattr(group, kind) for kind in KINDS])
    present = (days.persons + days.to_come)[:, :, None]
    observer.composition[:] = np.diff(np.rint(present * upto).astype(np.int64), prepend=0)
    observer.violence[:] = days.violence
    observer.at = length
    told = attributes_of(scenario, days.seed, "daily", provenance)
    return label(observer, world, scenario, {**told, "own_rules": ""})
