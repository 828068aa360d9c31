"""Each number of a scenario, put to its ends: the run goes on, or it is told why not."""

from __future__ import annotations

import copy
import random
import warnings
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from pydantic import ValidationError

import flowsim as fs
from flowsim.config import LEAST, MOST
from flowsim.model.unlikely import unlikely
from flowsim.scenario.scenario import Scenario
from tests.bad_input.short_run import is_quick
from tests.full import FULL
from tests.fuzz.blob import unpack, write
from tests.fuzz.seeds import seeds
from tests.fuzz.trial import folder

ENDS = (0.0, LEAST, 1e3, 1e6, MOST, -MOST, 1e308)
STEPS = 4
TRIED = 10_000 if FULL else 150
"""Of some thousand numbers and ends."""
RULES = ("flowsim", "flee")


@cache
def scenarios(rules: str) -> dict[str, Scenario]:
    """Small ones with policies of every kind; by Flee's rules those that are Flee's."""
    found = {}
    for name, raw in seeds().items():
        if name.startswith(("policies", "small", "flee") if rules == "flowsim" else "flee"):
            blob = unpack(raw)
            with folder() as top, warnings.catch_warnings():
                warnings.simplefilter("ignore", fs.ScenarioWarning)
                write(blob.parts, top)
                found[name] = fs.load(top / blob.loaded).model_copy(update={"rules": rules})
    return found


def numbers(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where plain data holds a number, or could hold one."""
    if isinstance(data, dict | list):
        for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from numbers(inner, (*path, key))
    elif data is None or (isinstance(data, int | float) and not isinstance(data, bool)):
        yield path


def put_to_ends(rules: str) -> list[tuple[str, tuple[Any, ...], float]]:
    """Each number of a kind once at each end, in an order that is always the same."""
    found = {}
    for name, scenario in scenarios(rules).items():
        data = scenario.effective()
        for left_out in ("numbers", "reports"):
            data.pop(left_out)
        for path in numbers(data):
            kind = tuple(key for key in path if isinstance(key, str))
            for end in ENDS:
                found.setdefault((kind[-3:], end), (name, path, end))
    cases = list(found.values())
    random.Random(1).shuffle(cases)
    return cases[:TRIED]


def became(scenario: Scenario, path: tuple[Any, ...], value: float) -> str:
    data = copy.deepcopy(scenario.effective())
    data["numbers"], holder = [], data
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    try:
        changed = Scenario.model_validate(data)
        if not is_quick(changed):
            return "not tried"
        if changed.rules == "flee":
            fs.run(changed, seed=1)
            return "went on"
        unlikely(changed)
        model = fs.FlowModel(changed, rng=1)
        for _ in range(STEPS):
            if model.running:
                model.step()
    except (ValidationError, fs.ScenarioError, fs.SimulationError):
        return "refused"
    return "went on"


@pytest.mark.parametrize("rules", RULES)
def test_no_number_by_itself_breaks_a_run(rules: str) -> None:
    results = []
    for name, path, end in put_to_ends(rules):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                results.append(became(scenarios(rules)[name], path, end))
            except Exception as error:
                raise AssertionError(f"{path} of {name} at {end:g}") from error
    assert results.count("went on") > len(results) // 20
    assert results.count("refused") > len(results) // 20
