"""The example that fits the nine conflicts: its mean-field limit is the model without luck."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.against_registrations import sheltered
from flowsim.evidence.measures import relative_difference
from flowsim.evidence.registered import registered
from flowsim.flee.reader.defaults import FOLDS, RATES, fitted
from flowsim.learn.leavers import early_rates, pooled
from tests.examples.scripts import EXAMPLES, script
from tests.flee_folder import flee_folder

example = script("fit_nine_conflicts")
TABLE = (EXAMPLES / "fit_nine_conflicts.csv").read_text("utf-8")
ROWS = {row["left_out"]: row for row in csv.DictReader(TABLE.splitlines())}
LEFT_OUT = {name: row for name, row in ROWS.items() if name != "all"}

VALUES = {
    "room": 0.5, "crowding": 2.0, "compatriots": 2.0, "opened": 1.5, "elsewhere": 0.05,
    "any_distance": 0.3, "distance_power": 0.0, "near_km": 50.0,
}  # fmt: skip
"""Terms that all act, and no camp that fills."""


@pytest.mark.parametrize("power", [0.0, 1.5])
def test_expected_persons_are_the_mean_of_runs(tmp_path: Path, power: float) -> None:
    folder = flee_folder(tmp_path)
    crisis = example.Crisis(folder)
    values = VALUES | {"distance_power": power}
    expected = crisis.expected({k: np.array([v]) for k, v in values.items()}, 1.0, True)[0]
    paths = {f"behaviour.{'origins' if name == 'elsewhere' else 'routes'}.{name}": value
             for name, value in values.items()}  # fmt: skip
    paths["behaviour.routes.distance"] = "power" if power else "exponential"
    scenario = fs.load(folder).with_values(paths)
    known = registered(scenario)
    runs = np.mean([sheltered(fs.run(scenario, seed=s), known) for s in range(6)], axis=0)
    come = sum(row.persons for row in scenario.arrivals) + sum(p.sheltered for p in scenario.places)
    assert expected[-1].sum() == pytest.approx(come)
    assert np.abs(expected[-1] - runs[-1]).sum() / come < 0.15  # they are on the way for a day
    assert (np.diff(expected, axis=0) >= -1e-9).all()
    told = example.differences(expected[None], known.persons)[0]
    assert told == pytest.approx(relative_difference(expected, known.persons), abs=1e-3)


def test_as_many_leave_at_the_hazard_as_came(tmp_path: Path) -> None:
    crisis = example.Crisis(flee_folder(tmp_path))
    assert example.leavers(crisis, example.told_hazard(crisis)) == pytest.approx(crisis.leave.sum())


def test_what_is_known_on_a_day_does_not_change_with_later_rows(tmp_path: Path) -> None:
    early = "2015-05-01,0\n2015-05-03,60\n"
    some = fs.load(flee_folder(tmp_path / "a", cee=early + "2015-05-09,100\n"))
    more = fs.load(flee_folder(tmp_path / "b", cee=early + "2015-05-09,900\n"))
    assert example.known_by(some, 5) == example.known_by(more, 5)
    assert example.known_by(more, 9) - example.known_by(some, 9) == 800


def test_the_values_of_the_model_are_those_of_the_folds() -> None:
    assert set(FOLDS) == set(RATES) == set(ROWS)
    assert len(LEFT_OUT) == 9
    for fold, row in ROWS.items():
        for path, value in fitted(fold).items():
            assert float(row[path.rpartition(".")[2]]) == value


def test_rates_of_leaving_are_pooled_of_the_other_conflicts() -> None:
    """The folds, the range of the default, and what the first weeks make of it, by the table."""
    rates = {name: float(row["rate"]) for name, row in LEFT_OUT.items()}
    for fold, told in RATES.items():
        rate = pooled([value for name, value in rates.items() if name != fold])
        assert told == pytest.approx((rate.median, *rate.interval()), rel=0.01)
    for fold, row in LEFT_OUT.items():
        others = [name for name in rates if name != fold]
        for day in example.HORIZONS:
            early = [float(LEFT_OUT[name][f"rate_{day}"]) for name in others]
            missed = early_rates(early, [rates[name] for name in others])
            learnt = pooled([rates[name] for name in others]).learn(
                float(row[f"rate_{day}"]), missed
            )
            assert float(row[f"day_{day}"]) == pytest.approx(learnt.median, rel=0.02)
            low, high = learnt.interval()
            assert float(row[f"day_{day}_low"]) == pytest.approx(low, rel=0.02)
            assert float(row[f"day_{day}_high"]) == pytest.approx(high, rel=0.02)
