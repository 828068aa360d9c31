"""Problems that were found without the study file, told at their place in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flowsim.errors import Problem
from flowsim.scenario.flaws import Flaw, tell
from flowsim.scenario.nodes import Loc, Node, Paths
from flowsim.scenario.override import locate
from flowsim.scenario.scenario import Scenario

_STEP = re.compile(r"\[(.*?)\](?=[.\[]|$)|([^.\[\]]+)")


def placed(problems: Iterable[Problem], root: Node, under: Loc = ()) -> list[Problem]:
    """Problems found without the file, with the positions of what their paths name.

    Parameters
    ----------
    problems : iterable of Problem
        Those that have a file stay as they are.
    root : Node
        The file.
    under : tuple of str and int
        Where in it their paths begin.

    Examples
    --------
    >>> from flowsim.scenario.read import parse
    >>> root = parse("keep: [crossings, peple]", "study.yaml")
    >>> print(*placed([Problem("keep[1]", "there is no 'peple'", "name a variable")], root))
    study.yaml:1:19: keep[1]: there is no 'peple'; name a variable
    """
    told: list[Problem] = []
    for problem in problems:
        if problem.file:
            told.append(problem)
            continue
        flaw = Flaw((*under, *steps(problem.path)), problem.wrong, problem.right)
        told += tell([on_paper(flaw, root)], root)
    return told


def steps(path: str) -> Loc:
    """The location that the path of a problem names; digits in brackets are an index.

    Examples
    --------
    >>> steps("samples.inputs[1]"), steps("scenarios.open.set[step]")
    (('samples', 'inputs', 1), ('scenarios', 'open', 'set', 'step'))
    """
    found = _STEP.findall(path)
    return tuple(int(i) if i.isascii() and i.isdecimal() else i or outer for i, outer in found)


def on_paper(flaw: Flaw, root: Node) -> Flaw:
    """A flaw where it can be seen: not inside a text that stands for a mapping, nor at a null."""
    node: Node | None = root
    for i, part in enumerate(flaw.loc):
        inner = node.value if node else None
        if node and not isinstance(inner, dict | list):
            return Flaw(flaw.loc[:i], flaw.wrong, flaw.right)
        if isinstance(inner, list) and isinstance(part, int):
            node = inner[part] if part < len(inner) else None
        else:
            node = node.get(str(part)) if node else None
    if node and node.value is None:  # whose own place is that of what comes next
        return replace(flaw, at_key=True)
    return flaw


def of_setting(problem: Problem, scenario: Scenario, values: Mapping[str, Any], loc: Loc) -> Flaw:
    """A problem with values that were set, where the value it speaks of is written.

    Parameters
    ----------
    problem : Problem
        Of `Scenario.with_values`.
    scenario : Scenario
        In which they were set.
    values : mapping of str to value
        By path.
    loc : tuple of str and int
        Where they stand in the study.
    """
    if problem.path in values:
        nowhere = _canonical(scenario, problem.path) is None
        return Flaw((*loc, problem.path), problem.wrong, problem.right, at_key=nowhere)
    key, path = _nearest(problem.path, scenario, values)
    if path and f"{problem.path}.".startswith((f"{path}.", f"{path}[")):
        below = steps(problem.path.removeprefix(path))
        return Flaw((*loc, key, *below), problem.wrong, problem.right)
    wrong = f"{problem.path}: {problem.wrong}"
    return Flaw((*loc, key) if key else loc, wrong, problem.right, at_key=not key)


def _nearest(path: str, scenario: Scenario, values: Mapping[str, Any]) -> tuple[str, str]:
    """The key of a value that is around or inside of what a path names, and its own path."""
    nearest, shared = (next(iter(values)) if len(values) == 1 else "", ""), 0
    for key in values:
        own = _canonical(scenario, key) or ""
        around, inner = sorted((own, path), key=len)
        if len(around) > shared and f"{inner}.".startswith((f"{around}.", f"{around}[")):
            nearest, shared = (key, own), len(around)
    return nearest


def _canonical(scenario: Scenario, path: str) -> str | None:
    """A path by names instead of indices, as problems tell it; None where it leads nowhere."""
    try:
        return Paths(scenario)(locate(scenario, path))
    except ValueError:
        return None
