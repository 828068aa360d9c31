"""The schema of a study file says what may stand in it; positions are told by what they are for."""

from __future__ import annotations

from typing import Any

import jsonschema
import numpy as np
import pytest

from flowsim.errors import ScenarioError
from flowsim.study import sampling
from flowsim.study.config import study_schema
from flowsim.study.sampling import BLOCK, METHODS, positions

BARE: dict[str, Any] = {"name": "a study", "scenarios": {"base": "."}}
FINE: list[dict[str, Any]] = [
    {},
    {"samples": 0},
    {"samples": 30},
    {"members": 5, "seed": "x"},
    {"scenarios": {"x" * 50: "a.yaml", "b": "b.yaml"}},
]
WRONG: list[dict[str, Any]] = [
    {"name": 3},
    {"samples": -1},
    {"samples": "many"},
    {"samples": 1.5},
    {"members": 0},
    {"scenarios": {}},
    {"scenarios": {"": "."}},
    {"scenarios": {"a": ""}},
    {"scenarios": {"a": 3}},
    {"scenarios": {"a\nb": "."}},
    {"scenarios": {"a\u0085b": "."}},
    {"scenarios": {"a\u2028b": "."}},
    {"scenarios": {"x" * 1000: "."}},
    {"another": 1},
]


def is_valid(changes: dict[str, Any]) -> bool:
    validator = jsonschema.Draft202012Validator(study_schema())
    return validator.is_valid({**BARE, **changes})


@pytest.mark.parametrize("changes", FINE)
def test_what_may_stand_in_a_study(changes: dict[str, Any]) -> None:
    assert is_valid(changes)


@pytest.mark.parametrize("changes", WRONG)
def test_what_may_not(changes: dict[str, Any]) -> None:
    assert not is_valid(changes)


def test_the_schema_says_which_it_is() -> None:
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "Study file of flowsim"
    assert not is_valid({"scenarios": None})
    assert not jsonschema.Draft202012Validator(schema).is_valid({"name": "n"})


@pytest.mark.parametrize("method", METHODS)
def test_a_column_hangs_on_method_seed_and_path(method: str) -> None:
    mine = positions(["a", "b", "a"], 25, method, seed=1)
    assert list(mine) == ["a", "b"]
    assert all(column.shape == (25,) for column in mine.values())
    for column in mine.values():
        assert (column > 0.0).all()
        assert (column < 1.0).all()
    assert not np.array_equal(mine["a"], mine["b"])
    assert not np.array_equal(mine["a"], positions(["a"], 25, method, seed=2)["a"])
    others = [positions(["a"], 25, other, seed=1)["a"] for other in METHODS if other != method]
    assert not any(np.array_equal(mine["a"], other) for other in others)
    assert positions(["a"], 0, method)["a"].size == 0
    assert positions([], 3, method) == {}


def test_positions_at_the_very_ends_are_brought_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    class Ends:
        def random(self, samples: int) -> np.ndarray:
            return np.array([0.0, 1.0, 0.5])[:samples]

    monkeypatch.setattr("flowsim.study.sampling._generator", lambda *_: Ends())
    low, high, middle = positions(["a"], 3, "monte_carlo")["a"]
    assert 0.0 < low < 1e-15
    assert 1.0 - 1e-15 < high < 1.0
    assert middle == 0.5
    assert BLOCK == 10


def test_what_cannot_be_placed_is_told_all_at_once() -> None:
    with pytest.raises(ScenarioError) as error:
        positions(["a"], -3, "sobl")
    assert [str(problem) for problem in error.value.problems] == [
        "samples: -3 samples; give a number of at least 0",
        "method: there is no method 'sobl'; use one of latin_hypercube, sobol, monte_carlo (did "
        "you mean 'sobol'?)",
    ]
    many = [str(i) for i in range(21_202)]
    with pytest.raises(ScenarioError) as error:
        positions(many, 1, "sobol")
    assert str(error.value) == (
        "inputs: 21202 inputs are more than the 21201 dimensions of Sobol's sequence; choose among "
        "them, or use latin_hypercube"
    )


def test_as_many_inputs_as_the_sequence_has_dimensions_are_fine() -> None:
    sampling._check(sampling.MOST_SOBOL, 1, "sobol")
    sampling._check(sampling.MOST_SOBOL + 1, 1, "latin_hypercube")
    assert positions(["a"], 0, "sobol")["a"].size == 0
