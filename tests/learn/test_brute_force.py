"""Sobol's indices of a small world are those of nested runs; see the script beside this file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.learn import brute_force
from tests.learn.test_designs import ISHIGAMI


def test_nested_runs_find_the_indices_of_ishigami(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, size in {"OUTER": 48, "INNER": 64, "HELD": 2048, "AGAIN": 2}.items():
        monkeypatch.setattr(brute_force, name, size)

    def ishigami(where: np.ndarray) -> float:
        a, b, c = (2.0 * where - 1.0) * np.pi
        return float(np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))

    told = brute_force.indices(ishigami, 3, 1)
    for kind, exact in ISHIGAMI.items():
        assert (np.abs(told[kind] - np.array(exact)) < 3.0 * told[f"{kind}_error"]).all()
        assert (told[f"{kind}_error"] < 0.04).all()


def test_the_table_agrees_within_the_errors_of_both() -> None:
    table = pd.read_csv(brute_force.PATH)
    assert set(table["factor"]) == set(brute_force.FACTORS)
    assert len(table) == 8
    apart = (table["sobol"] - table["brute_force"]).abs()
    error = np.hypot((table["high"] - table["low"]) / 2.0 / 1.645, table["standard_error"])
    assert (apart < 2.5 * error).all()
    assert (apart / error).median() < 1.5
    for _, rows in table.groupby("index"):
        order = [
            rows.sort_values(by, ascending=False)["factor"].tolist()
            for by in ("sobol", "brute_force")
        ]
        assert order[0][0] == order[1][0], "both find the same factor first"


def test_the_small_world_is_the_one_that_was_run() -> None:
    model = brute_force.outcome(brute_force.small_world())
    low, high = (model(np.array([gate, 0.5, 0.5, 0.5])) for gate in (0.05, 0.95))
    assert 0 < low < high
    assert model(np.array([0.05, 0.5, 0.5, 0.5])) == low
