"""The example that fits the six conflicts: its mean-field limit is the model without luck."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.against_registrations import sheltered
from flowsim.evidence.registered import registered
from tests.flee_folder import flee_folder

PATH = Path(__file__).parents[2] / "examples" / "fit_six_conflicts.py"
SPEC = importlib.util.spec_from_file_location("fit_six_conflicts", PATH)
assert SPEC is not None
assert SPEC.loader is not None
example = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(example)


def values() -> dict[str, float]:
    """Terms that all act, and no camp that fills."""
    point = np.full(len(example.SPACE), 0.4)
    return example.values_at(point) | {"behaviour.routes.room": 0.5}


def test_expected_persons_are_the_mean_of_runs(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path)
    crisis = example.Crisis(folder)
    expected = crisis.expected(values(), True)
    scenario = fs.load(folder).with_values(values())
    known = registered(scenario)
    runs = np.mean([sheltered(fs.run(scenario, seed=s), known) for s in range(6)], axis=0)
    come = sum(row.persons for row in scenario.arrivals) + sum(p.sheltered for p in scenario.places)
    assert expected[-1].sum() == pytest.approx(come)
    assert np.abs(expected[-1] - runs[-1]).sum() / come < 0.15  # they are on the way for a day
    assert (np.diff(expected, axis=0) >= -1e-9).all()


def test_as_many_leave_at_the_hazard_as_came(tmp_path: Path) -> None:
    crisis = example.Crisis(flee_folder(tmp_path))
    assert example.leavers(crisis, example.told_hazard(crisis)) == pytest.approx(crisis.leave.sum())
