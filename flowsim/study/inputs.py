"""The uncertain inputs of scenarios: which there are, and which of them are one doubt."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from pydantic import Field

from flowsim.config import Section
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.scenario.links import fits, members, value_at
from flowsim.scenario.nodes import Loc
from flowsim.scenario.override import locate
from flowsim.scenario.rules.routes import shortest_km
from flowsim.scenario.scenario import Linked, Number, Scenario
from flowsim.study.distributions import Law, Value, since_1970


def uncertain(scenarios: Iterable[Scenario], only: Sequence[str] = ()) -> tuple[str, ...]:
    """Paths of the numbers that have a low and a higher high end.

    A number that stands in a scenario no more is left out: its policy was replaced, or its value.

    Parameters
    ----------
    scenarios : iterable of Scenario
    only : sequence of str
        Paths, or ``linked[NAME]`` for all of a set; or patterns of them, in which ``*`` means any
        text and ``?`` any character. Empty means all.

    Returns
    -------
    tuple of str
        In order of first appearance, the first scenario first.

    Raises
    ------
    ScenarioError
        Patterns that nothing uncertain fits, all of them.

    Examples
    --------
    >>> import flowsim as fs
    >>> uncertain([fs.teaching_world()], ["borders*"])
    ('borders[Here-There].authorities[There].policies[closure].stop',)
    """
    scenarios = tuple(scenarios)
    found = (entry.number.path for scenario in scenarios for entry in inputs_of(scenario))
    paths = tuple(dict.fromkeys(found))
    patterns = (only,) if isinstance(only, str) else tuple(only)
    names = _names_of_sets(scenarios) if patterns else {}
    fitting = [
        {path for path in paths if fits(pattern, path) or fits(pattern, names.get(path, ""))}
        for pattern in patterns
    ]
    lost = [i for i, found in enumerate(fitting) if not found]
    if lost:
        raise ScenarioError([_no_input(i, patterns[i], paths) for i in lost])
    return tuple(path for path in paths if not fitting or any(path in f for f in fitting))


def _names_of_sets(scenarios: Iterable[Scenario]) -> dict[str, str]:
    """``linked[NAME]`` of each path that a scenario links."""
    return {
        path: f"linked[{name}]"
        for scenario in scenarios
        for name, paths in members(scenario).items()
        for path in paths
    }


def doubts(scenarios: Iterable[Scenario], paths: Iterable[str]) -> dict[str, str]:
    """Which inputs are one doubt, and so have one position in every scenario.

    Those that a scenario links; and times of one fact that stand several times in a scenario: a
    closure may begin at one moment at checkpoints and elsewhere, written for each. Two times are
    one doubt where, in one of the scenarios, field, value, range, distribution and source are the
    same. Numbers are never linked of themselves: that two of them are alike says nothing.

    Parameters
    ----------
    scenarios : iterable of Scenario
    paths : iterable of str
        Of `uncertain`.

    Returns
    -------
    dict of str to str
        For each path the one that leads: ``linked[NAME]`` where inputs are linked, else the first
        of its doubt in the scenarios, itself where it is linked to none. It is the same whichever
        paths are asked for.
    """
    leader: dict[str, str] = {}
    for scenario in scenarios:
        first: dict[tuple[object, ...], str] = {}
        for number, law, _, _, linked in inputs_of(scenario):
            if linked:
                name = f"linked[{linked}]"
                leader.setdefault(name, name)
                leader.setdefault(number.path, name)
                _link(leader, name, number.path)
                continue
            leader.setdefault(number.path, number.path)
            if law.kind == "time":
                fact = (number.path.rpartition(".")[2], law, number.source)
                _link(leader, first.setdefault(fact, number.path), number.path)
    return {path: _leading(leader, path) for path in paths}


def _no_input(i: int, pattern: str, paths: tuple[str, ...]) -> Problem:
    at = f"inputs[{i}]"
    if not paths:
        right = "give numbers a range, as {value: 3, low: 1, high: 9}"
        return Problem(at, f"nothing is uncertain, so {pattern!r} fits nothing", right)
    right = "name numbers that have a low and a high end, by path, linked[NAME], or with * and ?"
    among: dict[str, None] = dict.fromkeys(paths)
    if "*" in pattern or "?" in pattern:
        steps = ((path, step.end()) for path in paths for step in re.finditer(r"[.\[]", path))
        among = dict.fromkeys(f"{path[:end]}*" for path, end in steps)
    return Problem(at, f"no uncertain input fits {pattern!r}", right + did_you_mean(pattern, among))


def _link(leader: dict[str, str], one: str, other: str) -> None:
    """Two paths are one doubt; of their leaders the one that was known first goes on leading."""
    rank = {path: i for i, path in enumerate(leader)}
    heads = sorted((_leading(leader, one), _leading(leader, other)), key=rank.__getitem__)
    leader[heads[1]] = heads[0]


def _leading(leader: dict[str, str], path: str) -> str:
    while leader.get(path, path) != path:
        path = leader[path]
    return path


class Input(NamedTuple):
    """An uncertain number of a scenario.

    Attributes
    ----------
    number : Number
    law : Law
    loc : tuple of str and int
        Where it stands.
    whole : bool
        Whether it is a whole number.
    linked : str
        Name of the set of inputs that it moves with, empty where it moves alone.
    """

    number: Number
    law: Law
    loc: Loc
    whole: bool
    linked: str


def inputs_of(scenario: Scenario) -> list[Input]:
    """The numbers with a range that stand in the scenario as they say, and those linked to one."""
    sets = {linked.name: linked for linked in scenario.linked}
    holder = {path: name for name, paths in members(scenario).items() for path in paths}
    numbers = {number.path: number for number in scenario.numbers}
    for path in holder:
        numbers.setdefault(path, Number(path=path, value=_told(scenario, path)))
    found = []
    for path, number in numbers.items():
        try:
            loc = locate(scenario, path)
        except ValueError:
            continue
        name = holder.get(path, "")
        law = _law(number, bounds_of(scenario, loc), sets.get(name))
        field = value_at(scenario, loc)
        if law is not None and law.tells(field):
            found.append(Input(number, law, loc, isinstance(field, int), name))
    return found


def _told(scenario: Scenario, path: str) -> Value:
    """A value as a number tells it."""
    value = value_at(scenario, locate(scenario, path))
    return value.isoformat() if isinstance(value, datetime) else value


def _law(number: Number, bounds: tuple[float, float], linked: Linked | None) -> Law | None:
    """The law of a number, which that of a common factor or shift replaces."""
    if linked is None or linked.by == "rank":
        return Law.of(number, bounds)
    low, high = float(linked.low or 0.0), float(linked.high or 0.0)
    if linked.by == "shift_hours":
        when = since_1970(number.value)
        return Law("time", when + 3600.0 * low, when, when + 3600.0 * high)
    value = float(number.value)
    return Law("number", low * value, number.value, high * value, bounds=bounds)  # type: ignore[arg-type]


def bounds_of(scenario: Scenario, loc: Loc) -> tuple[float, float]:
    """Between which a number can lie, as its section says; a route is as long as the line at least.

    The places at its ends are where they are in a single run.
    """
    if loc[0] == "routes" and loc[-1] == "km" and not scenario.as_given:
        shortest = shortest_km(scenario, scenario.routes[int(loc[1])])
        return shortest * (1.0 + 1e-9), math.inf  # a drawn length is told to twelve digits
    at = next(i for i in range(len(loc) - 1, -1, -1)
              if isinstance(value_at(scenario, loc[:i]), Section))  # fmt: skip
    section: Any = type(value_at(scenario, loc[:at]))
    return _bounds(section, tuple("*" if isinstance(k, int) else str(k) for k in loc[at:]))


@lru_cache(maxsize=1024)
def _bounds(section: Any, keys: tuple[str, ...]) -> tuple[float, float]:
    from pydantic import TypeAdapter

    field = section.model_fields[keys[0]]
    expected: Any = Annotated[field.annotation, Field(), *field.metadata]
    told = TypeAdapter(expected).json_schema()
    for _ in keys[1:]:
        told = _numeric(told)
        told = told.get("items") or told.get("additionalProperties") or {}
    told = _numeric(told)
    bottom = told.get("minimum", told.get("exclusiveMinimum", -math.inf))
    top = told.get("maximum", told.get("exclusiveMaximum", math.inf))
    return float(bottom), float(top)


def _numeric(told: dict[str, Any]) -> dict[str, Any]:
    """Of what a value may be, what is not nothing."""
    some = [part for part in told.get("anyOf", ()) if part.get("type") != "null"]
    return some[0] if some else told
