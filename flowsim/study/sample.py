"""A scenario that takes one sample of its uncertain inputs."""

from __future__ import annotations

import math
from collections.abc import Mapping

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import listed
from flowsim.scenario.nodes import Loc, Paths
from flowsim.scenario.override import with_values
from flowsim.scenario.rules.common import TOLERANCE
from flowsim.scenario.scenario import Number, Scenario
from flowsim.study.law import Value, inputs_of
from flowsim.world.config import KINDS


def sampled(scenario: Scenario, position: Mapping[str, float]) -> Scenario:
    """The scenario with each uncertain number at a position in its distribution.

    Whole numbers stay whole; times are of whole minutes, durations of whole seconds. Where parts
    of a whole add up to 1 (groups of a place, kinds of person of a group), those that are not
    sampled share what the sampled ones leave, in their proportions. Where nothing is left or none
    can take it, the sampled ones are scaled to a sum of 1.

    Parameters
    ----------
    scenario : Scenario
    position : mapping of str to float
        By path, in [0, 1]; paths that are not uncertain in this scenario are passed over.

    Returns
    -------
    Scenario
        What was changed has its source and no range any more.

    Raises
    ------
    ScenarioError
        A position is out of range, or the values make the scenario impossible together; it tells
        the values nearby.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.load("scenarios/kyrgyz_uzbek_2010")  # doctest: +SKIP
    >>> sampled(base, {"behaviour.news.lag_hours": 0.5}).behaviour.news.lag_hours  # doctest: +SKIP
    10.0
    """
    entries = [entry for entry in inputs_of(scenario) if entry.number.path in position]
    _check({entry.number.path: position[entry.number.path] for entry in entries})
    values = {e.loc: e.law.at(float(position[e.number.path]), e.whole) for e in entries}
    values |= _balanced(scenario, values)
    paths = Paths(scenario)
    told = {paths(loc): value for loc, value in values.items()}
    try:
        changed = with_values(scenario, told)
    except ScenarioError as error:
        raise ScenarioError([_explained(problem, told) for problem in error.problems]) from None
    told |= {entry.number.path: values[entry.loc] for entry in entries}
    numbers = tuple(_settled(number, told.get(number.path)) for number in scenario.numbers)
    return changed.model_copy(update={"numbers": numbers})


def _check(position: Mapping[str, float]) -> None:
    wrong = [path for path, where in position.items() if not 0.0 <= where <= 1.0]
    if wrong:
        right = "give a number between 0 and 1"
        raise ScenarioError(
            [Problem(path, f"{position[path]} is not a position", right) for path in wrong]
        )


def _balanced(scenario: Scenario, drawn: Mapping[Loc, Value]) -> dict[Loc, float]:
    """Parts of wholes that were 1 and that drawn values would make something else."""
    changed: dict[Loc, float] = {}
    for whole in dict.fromkeys(loc[:-1] for loc in drawn):
        parts = _parts(scenario, whole)
        if not any(loc in drawn for loc in parts):
            continue
        if abs(math.fsum(parts.values()) - 1.0) > TOLERANCE:
            continue  # a place abroad may tell of some of its people only
        fixed = {loc: float(drawn[loc]) for loc in parts if loc in drawn}
        free = {loc: part for loc, part in parts.items() if loc not in drawn}
        left, others = 1.0 - math.fsum(fixed.values()), math.fsum(free.values())
        if left >= 0.0 and others > 0.0:
            changed |= {loc: min(1.0, part / others * left) for loc, part in free.items()}
        elif left < 1.0:
            changed |= {loc: part / (1.0 - left) for loc, part in fixed.items()}
            changed |= dict.fromkeys(free, 0.0)
    return changed


def _parts(scenario: Scenario, whole: Loc) -> dict[Loc, float]:
    """The parts of a place's or a group's people, where this is what stands there."""
    if whole[:1] == ("places",) and whole[2:] == ("share",):
        share = scenario.places[int(whole[1])].share
        return {(*whole, group): part for group, part in share.items()}
    if whole[:1] == ("groups",) and len(whole) == 2:
        group = scenario.groups[int(whole[1])]
        return {(*whole, kind): getattr(group, kind) for kind in KINDS}
    return {}


def _explained(problem: Problem, told: Mapping[str, Value]) -> Problem:
    """A problem with the sampled values of the section in which it is."""
    section = problem.path.rpartition(".")[0] or problem.path
    near = [f"{path}={value}" for path, value in told.items() if path.startswith(section)]
    if not near:
        return problem
    return Problem(problem.path, f"{problem.wrong} (sampled: {listed(near)})", problem.right)


def _settled(number: Number, value: Value | None) -> Number:
    """A number that has one value now."""
    if value is None:
        return number
    return number.model_copy(update={"value": value, "low": None, "high": None})
