"""How many came, where the model says that itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.registered import registered
from flowsim.evidence.totals import PER_DAY, leavers_by_day, totals
from tests.flee_folder import flee_folder


@pytest.fixture
def by_hazard(tmp_path: Path) -> fs.Scenario:
    scenario = fs.load(flee_folder(tmp_path))
    rate = {"value": 0.01, "low": 0.002, "high": 0.05, "source": "assumed"}
    return scenario.with_values({"behaviour.leaving.count": "hazard", PER_DAY: rate})


def test_nothing_is_told_where_it_is_given_how_many_come(tmp_path: Path) -> None:
    scenario = fs.load(flee_folder(tmp_path))
    data = registered(scenario).persons
    assert totals(scenario, data[None], data) == ()


def test_who_has_left_is_the_hazard_over_the_days_in_danger(by_hazard: fs.Scenario) -> None:
    gone = leavers_by_day(by_hazard)
    sheltered = sum(place.sheltered for place in by_hazard.places)
    model = fs.FlowModel(by_hazard, engine="agents")
    exposed = np.zeros(len(by_hazard.places))
    for day in range(gone.size):
        model.violence(day * 86_400)
        exposed += model.danger.danger[:, 0]
        left = (model.world.residents[:, 0] * -np.expm1(-0.01 * exposed)).sum()
        assert gone[day] == pytest.approx(sheltered + left, rel=1e-3)


def test_totals_by_day_with_the_range_of_the_rate(by_hazard: fs.Scenario) -> None:
    data = registered(by_hazard).persons
    members = np.stack([data * 0.5, data * 0.5, data * 3.0])
    told = totals(by_hazard, members, data)
    assert [row.day for row in told] == [data.shape[0] - 1]  # the folder has ten days
    row = told[0]
    assert row.registered == data[-1].sum()
    assert row.ratio == pytest.approx(0.5)
    assert row.low < row.median < row.high
    gone = {rate: leavers_by_day(by_hazard.with_values({PER_DAY: rate}))[-1]
            for rate in (0.002, 0.01)}  # fmt: skip
    assert row.low / row.median == pytest.approx(gone[0.002] / gone[0.01])
    assert row.holds == (row.low <= row.registered <= row.high)


def test_without_a_range_the_median_stands_alone(by_hazard: fs.Scenario) -> None:
    plain = by_hazard.with_values({PER_DAY: 0.01})
    data = registered(plain).persons
    (row,) = totals(plain, data[None], data)
    assert row.low == row.high == row.median
