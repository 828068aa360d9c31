"""Values set in a scenario by path, as ``places[Osh].population``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from flowsim.config import Section
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.checks import flaws_across
from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, did_you_mean, in_order, listed, tell
from flowsim.scenario.leaves import settle, zone_of
from flowsim.scenario.links import of_what_is_there, value_at
from flowsim.scenario.messages import flaws_of, no_number
from flowsim.scenario.nodes import NAMED_BY, Loc, Paths, labels, lookup
from flowsim.scenario.numbers import PARTS, number
from flowsim.scenario.read import parse
from flowsim.scenario.scenario import Number, Scenario
from flowsim.scenario.shape import adapter, bare, child, is_leaf

_STEP = re.compile(r"\.?([^.\[\]=]+)|\[(.*?)\](?=[.\[]|$)")

_SCALARS = (str, int, float, datetime, timedelta)
"""What takes no input away where it is set, but for the range of a number."""
_NAMES = {key for keys in NAMED_BY.values() for key in keys}


class _WrongPathError(ValueError):
    """A path leads nowhere: what is wrong, what would be right."""


def with_values(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """A scenario with other values; see `Scenario.with_values`."""
    changed, left = _with_known_paths(scenario), dict(values)
    problems: list[Problem] = []
    while left:  # a value may fit only once another is set, as a start before an earlier stop
        failed, problems = {}, []
        for path, value in left.items():
            changed, wrong = _try(changed, path, value)
            if wrong:
                failed[path] = value
                problems += wrong
        if len(failed) == len(left):
            break
        left = failed
    if not problems:
        problems = tell(flaws_across(Draft.of(changed)), changed)
    if problems:
        raise ScenarioError(in_order(problems))
    plain = all(isinstance(value, _SCALARS) for value in values.values())
    if plain and len(changed.numbers) == len(scenario.numbers):
        return changed
    told = {*(p for linked in scenario.linked for p in linked.inputs), *sum(scenario.in_order, ())}
    return of_what_is_there(changed, lambda loc: value_at(changed, loc) in told)


def _try(scenario: Scenario, path: str, value: Any) -> tuple[Scenario, list[Problem]]:
    """The scenario with one value, or as it was and what is wrong with the value."""
    try:
        loc = locate(scenario, path)
    except _WrongPathError as error:
        return scenario, [Problem(path, *error.args)]
    changed, flaws = _set_one(scenario, loc, value)
    return changed, tell(flaws, changed)


def assignment(text: str) -> tuple[str, Any]:
    """Path and value of ``path=value``; the value is read as YAML 1.2.

    Raises
    ------
    ScenarioError
        There is no ``=``, or the value is not YAML.

    Examples
    --------
    >>> assignment("places[Osh].population=1000")
    ('places[Osh].population', 1000)
    >>> assignment("borders[A-B].authorities[B].policies=[{type: open}]")[1]
    [{'type': 'open'}]
    """
    found = re.match(r"((?:[^\[\]=]|\[[^\]]*\])+)=(.*)", text, re.DOTALL)
    if not found:
        wrong, right = "this sets nothing", "write it as path=value"
        raise ScenarioError([Problem(text, wrong, right)])
    path, value = found[1].strip(), found[2]
    if not value.strip():
        return path, None
    try:
        return path, parse(value, "").plain()
    except ScenarioError as error:
        told = [Problem(path, problem.wrong, problem.right) for problem in error.problems]
        raise ScenarioError(told) from None


def locate(scenario: Scenario, path: str) -> Loc:
    """The location that a path means, with indices instead of names.

    Raises
    ------
    ValueError
        It leads nowhere; the arguments are what is wrong and what would be right.
    """
    loc: Loc = ()
    value: Any = scenario
    steps = _steps(path)
    for i, step in enumerate(steps):
        key = _key(value, step, str(loc[-1]) if loc else "", last=i == len(steps) - 1)
        value, loc = _inside(value, key), (*loc, key)
    return loc


def _inside(value: Any, key: str | int) -> Any:
    if isinstance(value, Section):
        return getattr(value, str(key))
    return value.get(key) if isinstance(value, dict) else value[int(key)]


def _steps(path: str) -> list[str]:
    steps, at = [], 0
    while at < len(path):
        found = _STEP.match(path, at)
        if not found or (found[2] is None and at and path[at] != "."):
            break
        steps.append(found[1] if found[2] is None else found[2])
        at = found.end()
    if at < len(path) or not steps:
        raise _WrongPathError("this is not a path", "write it as places[Osh].population")
    return steps


def _key(value: Any, step: str, field: str, last: bool) -> str | int:
    """The key or index that one step of a path means."""
    if isinstance(value, Section):
        names = list(type(value).model_fields)
        if step not in names:
            right = f"use one of {listed(names, 30)}{did_you_mean(step, names)}"
            raise _WrongPathError(f"there is no {step!r}", right)
        return step
    if isinstance(value, dict):
        whole = bool(value) and all(isinstance(key, int) for key in value)
        key: str | int = int(step) if whole and _is_index(step) else step
        if key not in value and not last:
            raise _WrongPathError(f"there is no {step!r}", f"name one of {listed(map(str, value))}")
        return key
    if isinstance(value, tuple):
        return _index(value, step, field)
    wrong = f"nothing can be set inside of {value!r}"
    raise _WrongPathError(wrong, "set the value itself, by the path up to it")


def _index(items: tuple[Any, ...], step: str, field: str) -> int:
    found = lookup(field, items, step)
    if len(found) == 1:
        return found[0]
    names = [str(label) for label in labels(field, items)]
    if found:
        wrong = f"{len(found)} items are named {step!r}"
        raise _WrongPathError(wrong, f"give one of the indices {listed(map(str, found))}")
    if _is_index(step) and int(step) < len(items):
        return int(step)
    right = f"name one of {listed(names)}{did_you_mean(step, names)}"
    raise _WrongPathError(f"there is no item {step!r}", right)


def _is_index(step: str) -> bool:
    return step.isascii() and step.isdecimal()


class _FlawedError(ValueError):
    """A value cannot stand where it was set."""

    def __init__(self, flaws: list[Flaw]) -> None:
        self.flaws = flaws
        super().__init__(flaws)


def _set_one(scenario: Scenario, loc: Loc, value: Any) -> tuple[Scenario, list[Flaw]]:
    """Set one value; the range of a number that stood there is dropped or replaced."""
    path, expected = Paths(scenario)(loc), _expected(scenario, loc)
    numbers = [known for known in scenario.numbers if not _covers(path, known.path)]
    if isinstance(value, Mapping) and is_leaf(expected) and set(PARTS[:3]) & set(value):
        fields, flaws = number(dict(value), expected, loc, path, zone_of(scenario.timezone))
        if flaws:
            return scenario, flaws
        numbers.append(Number(**fields))
        value = value["value"]
    odd: list[Flaw] = []
    value = settle(value, expected, loc, zone_of(scenario.timezone), odd)
    if odd:
        return scenario, odd
    try:
        changed: Scenario = _set(scenario, loc, 0, value, Scenario)
    except _FlawedError as error:
        return scenario, error.flaws
    if loc[0] != "numbers" and str(loc[-1]) in _NAMES:
        paths = Paths(changed)
        numbers = [_renamed(known, scenario, paths) for known in numbers]
    if loc[0] == "numbers" or tuple(numbers) == scenario.numbers:
        return changed, []
    return changed.model_copy(update={"numbers": tuple(numbers)}), []


def _with_known_paths(scenario: Scenario) -> Scenario:
    """The same, its numbers by the paths that are compared here: in Python any may be given."""
    paths = Paths(scenario)
    numbers = tuple(_renamed(known, scenario, paths) for known in scenario.numbers)
    return scenario.model_copy(update={"numbers": numbers})


def _renamed(known: Number, before: Scenario, paths: Paths) -> Number:
    """A number by one of some paths; one that leads nowhere stays as it is."""
    try:
        return known.model_copy(update={"path": paths(locate(before, known.path))})
    except _WrongPathError:
        return known


def _set(value: Any, loc: Loc, depth: int, new: Any, expected: Any) -> Any:
    """What ``value`` becomes when ``new`` is set at the rest of ``loc`` from ``depth`` on."""
    if depth == len(loc):
        return _valid(new, loc, expected)
    key = loc[depth]
    inner_expected = child(expected, key, getattr(value, "type", None))
    if isinstance(value, Section):
        inner = _set(getattr(value, str(key)), loc, depth + 1, new, inner_expected)
        return _with(value, str(key), inner, loc[:depth])
    if isinstance(value, dict):
        inner = _set(value.get(key), loc, depth + 1, new, inner_expected)
        return {**value, key: inner}
    at = int(key)
    inner = _set(value[at], loc, depth + 1, new, inner_expected)
    return (*value[:at], inner, *value[at + 1 :])


def _valid(new: Any, loc: Loc, expected: Any) -> Any:
    if isinstance(new, bool) and bare(expected) in (int, float):
        raise _FlawedError([Flaw(loc, *no_number(new))])
    try:
        return adapter(expected).validate_python(new)
    except ValidationError as error:
        raise _FlawedError(flaws_of(error, loc, expected)) from None


def _with(section: Section, field: str, value: Any, loc: Loc) -> Section:
    """A section with one other field, checked again as a whole where it has a rule of its own."""
    changed = section.model_copy(update={field: value})
    kind = type(section)
    if kind.__pydantic_decorators__.model_validators:
        given = {name: getattr(changed, name) for name in changed.model_fields_set}
        try:
            return kind.model_validate(given)
        except ValidationError as error:
            raise _FlawedError(flaws_of(error, loc, kind)) from None
    return changed


def _expected(scenario: Scenario, loc: Loc) -> Any:
    value: Any = scenario
    expected: Any = Scenario
    for part in loc:
        expected = child(expected, part, getattr(value, "type", None))
        value = _inside(value, part)
    return expected


def _covers(path: str, other: str) -> bool:
    return other == path or other.startswith((f"{path}.", f"{path}["))
