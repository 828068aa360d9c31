"""Inputs that are one doubt and move together, and times that keep their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from flowsim.config import Section
from flowsim.scenario.flaws import Flaw, did_you_mean
from flowsim.scenario.nodes import Loc

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Linked, Number, Scenario

CENTRE = {"factor": 1.0, "shift_hours": 0.0}
"""What a common factor or a common shift is in the middle."""


@lru_cache(maxsize=1024)
def _form(pattern: str) -> re.Pattern[str]:
    """Not by fnmatch, in which the brackets of paths mean something else."""
    wild = {"*": ".*", "?": "."}
    return re.compile("".join(wild.get(c, re.escape(c)) for c in pattern), re.DOTALL)


def fits(pattern: str, path: str) -> bool:
    """Whether a path is one that a pattern names: ``*`` means any text, ``?`` any character.

    Examples
    --------
    >>> fits("places[*].capacity", "places[Yor Kishlok].capacity")
    True
    """
    return _form(pattern).fullmatch(path) is not None


def members(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """Paths of the inputs of each set of linked ones, by its name.

    A pattern names numbers that stand in the scenario with a source or a range; a plain path names
    any number.
    """
    return {linked.name: _members(scenario, linked) for linked in scenario.linked}


def _members(scenario: Scenario, linked: Linked) -> tuple[str, ...]:
    every = (path for pattern in linked.inputs for path in _named(scenario, pattern))
    return tuple(dict.fromkeys(every))


def _named(scenario: Scenario, pattern: str) -> list[str]:
    every = (number.path for number in scenario.numbers if fits(pattern, number.path))
    known = [path for path in every if _exactly(scenario, path)]
    return known or _exactly(scenario, pattern)


def value_at(scenario: Scenario, loc: Loc) -> Any:
    """What stands at a location of a scenario."""
    value: Any = scenario
    for key in loc:
        if isinstance(value, Section):
            value = getattr(value, str(key))
        else:
            value = value.get(key) if isinstance(value, dict) else value[key]
    return value


def _own(loc: Loc) -> bool:
    """Nothing is inherited."""
    return False


def wrong_links(scenario: Scenario, inherited: Callable[[Loc], bool] = _own) -> Iterator[Flaw]:
    """What contradicts itself among linked inputs, and among times that keep their order.

    Parameters
    ----------
    scenario : Scenario
    inherited : function of a location
        Whether a pattern or path comes from what a variant extends: it may name inputs that the
        variant has no more, or has put into a set of its own, see `of_what_is_there`.
    """
    if scenario.linked:
        yield from _wrong_sets(scenario, inherited)
    for i, row in enumerate(scenario.in_order):
        yield from _wrong_order(scenario, row, ("in_order", i), inherited)


def of_what_is_there(
    scenario: Scenario, inherited: Callable[[Loc], bool] | None = None
) -> Scenario:
    """The scenario with its links and orders of inputs that it has.

    Patterns and paths that are inherited and name nothing are left out; so are inputs that a set
    of its own links, from the sets that are inherited. Sets without inputs and orders of fewer than
    two times are left out as a whole. All is inherited where nothing is told.
    """
    if not scenario.linked and not scenario.in_order:
        return scenario
    may_go = inherited or (lambda loc: True)
    own = {
        path
        for i, linked in enumerate(scenario.linked)
        for j, pattern in enumerate(linked.inputs)
        if inherited and not inherited(("linked", i, "inputs", j))
        for path in _named(scenario, pattern)
    }
    sets = []
    for i, linked in enumerate(scenario.linked):
        kept: list[str] = []
        for j, pattern in enumerate(linked.inputs):
            paths = _named(scenario, pattern)
            if not may_go(("linked", i, "inputs", j)) or (paths and own.isdisjoint(paths)):
                kept.append(pattern)
            else:
                kept += [path for path in paths if path not in own]
        if kept:
            sets.append(linked.model_copy(update={"inputs": tuple(kept)}))
    rows = [
        tuple(
            path for j, path in enumerate(row)
            if not may_go(("in_order", i, j)) or _exactly(scenario, path)
        )
        for i, row in enumerate(scenario.in_order)
    ]  # fmt: skip
    told = {"linked": tuple(sets), "in_order": tuple(row for row in rows if len(row) > 1)}
    changed = {name: value for name, value in told.items() if value != getattr(scenario, name)}
    return scenario.model_copy(update=changed) if changed else scenario


def numbers_that_hold(scenario: Scenario, before: Scenario) -> tuple[Number, ...]:
    """The numbers of a scenario whose policies were exchanged: those that are what they were.

    A range of a policy that is gone, or that another one has the name of, says nothing any more.
    """
    return tuple(
        number
        for number in scenario.numbers
        if not number.path.startswith("borders[") or _is_same(scenario, before, number.path)
    )


def _is_same(scenario: Scenario, before: Scenario, path: str) -> bool:
    if not _exactly(scenario, path) or not _exactly(before, path):
        return False
    there, was = _located(scenario, path), _located(before, path)
    return bool(value_at(scenario, there) == value_at(before, was))


def _wrong_sets(scenario: Scenario, inherited: Callable[[Loc], bool]) -> Iterator[Flaw]:
    names: dict[str, int] = {}
    holder: dict[tuple[str, bool], str] = {}
    for i, linked in enumerate(scenario.linked):
        loc: Loc = ("linked", i)
        if linked.name in names:
            wrong = f"the name {linked.name!r} appears twice"
            yield Flaw((*loc, "name"), wrong, "rename one of them, or join their inputs")
            continue
        names[linked.name] = i
        yield from _wrong_ends(linked, loc)
        if not linked.inputs:
            yield Flaw((*loc, "inputs"), "it links no inputs", "name two at least, or remove it")
        for j, pattern in enumerate(linked.inputs):
            below: Loc = (*loc, "inputs", j)
            if not inherited(below) or _named(scenario, pattern):
                yield from _wrong_pattern(scenario, linked, pattern, below)
        from_base = bool(linked.inputs) and inherited((*loc, "inputs", 0))
        for path in _members(scenario, linked):
            other = holder.setdefault((path, from_base), linked.name)
            if other != linked.name:
                wrong = f"{path!r} is in {other!r} too"
                yield Flaw((*loc, "inputs"), wrong, "let an input move with one set only")


def _wrong_ends(linked: Linked, loc: Loc) -> Iterator[Flaw]:
    centre = CENTRE.get(linked.by)
    told = [name for name in ("low", "high") if getattr(linked, name) is not None]
    if centre is None:
        for name in told:
            wrong = f"a {name} is given, and each input has its own"
            yield Flaw((*loc, name), wrong, "leave it out, or link by: factor")
        return
    if len(told) < 2:
        wrong = f"inputs move by a common {linked.by} without a low and a high end"
        example = "low: 0.5, high: 2" if centre else "low: -3, high: 3"
        right = f"give its 5 and 95 %, as {example}"
        yield Flaw((*loc, "by"), wrong, right)
        return
    low, high = float(linked.low or 0.0), float(linked.high or 0.0)
    if not low < centre < high or (centre and low <= 0.0):
        wrong = f"from {low:g} to {high:g} does not hold {centre:g}, at which inputs are as given"
        yield Flaw((*loc, "low"), wrong, f"give low < {centre:g} < high")


def _wrong_pattern(scenario: Scenario, linked: Linked, pattern: str, loc: Loc) -> Iterator[Flaw]:
    paths = _named(scenario, pattern)
    if not paths:
        right = "name numbers by path, or those that have a source or a range with * and ?"
        near = did_you_mean(pattern, [number.path for number in scenario.numbers])
        yield Flaw(loc, f"no input fits {pattern!r}", right + near)
    for path in paths:
        value = value_at(scenario, _located(scenario, path))
        if (linked.by == "shift_hours") != isinstance(value, datetime) and linked.by in CENTRE:
            what = "a time" if isinstance(value, datetime) else "not a time"
            right = "link times by: shift_hours, and numbers by: factor"
            yield Flaw(loc, f"{path!r} is {what}", right)
        elif linked.by == "factor" and not value > 0:
            wrong = f"{path!r} is {value}, of which a factor makes nothing else"
            yield Flaw(loc, wrong, "link numbers above 0 by: factor")


def _wrong_order(
    scenario: Scenario, row: tuple[str, ...], loc: Loc, inherited: Callable[[Loc], bool]
) -> Iterator[Flaw]:
    if len(row) < 2:
        yield Flaw(loc, "one time has no order", "name two paths or more, the earliest first")
    before: tuple[str, datetime] | None = None
    for i, path in enumerate(row):
        found = _exactly(scenario, path)
        if not found and inherited((*loc, i)):
            continue
        when = value_at(scenario, _located(scenario, path)) if found else None
        if not isinstance(when, datetime):
            wrong = f"{path!r} is not the path of a time"
            times = [n.path for n in scenario.numbers if isinstance(n.value, str)]
            near = did_you_mean(path, times)
            yield Flaw((*loc, i), wrong, "name times, the earliest first" + near)
            continue
        if before and when < before[1]:
            wrong = f"{path!r} is at {when:%Y-%m-%dT%H:%M}, before {before[0]!r}"
            yield Flaw((*loc, i), wrong, "name the earliest first, by the values of a single run")
        before = path, when


def _exactly(scenario: Scenario, path: str) -> list[str]:
    """The path alone where it leads to something."""
    try:
        _located(scenario, path)
    except ValueError:
        return []
    return [path]


def _located(scenario: Scenario, path: str) -> Loc:
    from flowsim.scenario.override import locate  # it imports the checks, and they this

    return locate(scenario, path)
