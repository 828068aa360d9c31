"""What a report says, how far it can be off, and what runs have beside it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.likelihood import log_likelihood
from flowsim.evidence.predicted import lag_spread, moments, predicted
from flowsim.evidence.quantities import UNITS
from flowsim.evidence.scorecard import against_reports
from flowsim.evidence.statements import (
    USES,
    Z95,
    Statement,
    looks_rounded_to,
    originators,
    read,
    statements,
)
from flowsim.world.reported import Evidence, Report
from tests.fake_result import toy_result, toy_scenario

SHIPPED = ("kyrgyz_uzbek_2010", "karabakh_2023", "kyrgyzstan_april_2010")


def told(evidence: Evidence | None = None, **fields: Any) -> Statement:
    given = {"id": "R", "when": "2010-06-14T00:00", "variable": "crossed", **fields}
    return read(Report(**given), evidence or Evidence())


@pytest.mark.parametrize(
    ("fields", "bound", "value"),
    [
        ({"value": 75_000}, "about", 75_000),
        ({"value": 75_000, "low": 75_000}, "at least", 75_000),
        ({"low": 75_000}, "at least", 75_000),
        ({"value": 9, "high": 9}, "up to", 9),
        ({"high": 9}, "up to", 9),
        ({"value": 80, "low": 75, "high": 90}, "about", 80),
        ({"low": 24, "high": 60}, "about", 42),
        ({"value": 1_000, "low": 500}, "about", 1_000),
    ],
)
def test_a_figure_or_a_bound(fields: dict[str, float], bound: str, value: float) -> None:
    statement = told(**fields)
    assert (statement.bound, statement.value) == (bound, value)
    assert (statement.reported, statement.low) == (fields.get("value"), fields.get("low"))


def test_kinds_follow_from_the_quantity() -> None:
    kinds = {name: told(variable=name, value=0.5).kind for name in UNITS}
    assert {k for k, v in kinds.items() if v == "adults"} == {"registered_adults"}
    assert {k for k, v in kinds.items() if v == "stock"} == {
        "waiting", "displaced_inside", "stock_abroad",
    }  # fmt: skip
    assert {k for k, v in kinds.items() if v == "share"} == {k for k in UNITS if "share" in k}


def test_counting_errors() -> None:
    assert told(value=80_000, low=75_000, high=90_000).sd_low == pytest.approx(5_000 / Z95)
    assert told(value=80_000, low=75_000, high=90_000).sd_high == pytest.approx(10_000 / Z95)
    assert told(value=1_000, low=500).sd_high == pytest.approx(500 / Z95)
    assert told(value=80_000).sd_low == 8_000
    assert told(Evidence(counting_error=0.02), value=80_000).sd_low == 1_600
    both = told(value=80_000, low=75_000, high=90_000, counting_error=0.5)
    assert (both.sd_low, both.sd_high) == (40_000, 40_000)
    assert told(value=0).sd_low == 1.0
    assert told(value=7_000, low=6_650, high=7_000).sd_high == 1.0
    share = told(variable="share_men", value=0.04)
    assert share.sd_low == pytest.approx(0.1 * (0.04 * 0.96) ** 0.5)
    assert told(variable="share_men", value=1.0).sd_low == 0.005


def test_discrepancy_is_of_the_quantity() -> None:
    evidence = Evidence(discrepancy={"waiting": 0.3}, other_discrepancy=0.05)
    assert told(evidence, variable="waiting", value=1_000).sd_discrepancy == 300
    assert told(evidence, value=1_000).sd_discrepancy == 50
    share = told(evidence, variable="share_women", value=0.5)
    assert share.sd_discrepancy == pytest.approx(0.05 * 0.5)


@pytest.mark.parametrize(
    ("value", "unit"),
    [
        (75_000, 5_000), (80_000, 10_000), (83_000, 1_000), (28_120, 10), (77_161, 1),
        (15_000, 5_000), (100_000, 10_000), (470, 10), (3, 1), (0.57, 0.01), (0.035, 0.005), (0, 0),
    ],
)  # fmt: skip
def test_rounding_is_told_from_the_figure(value: float, unit: float) -> None:
    assert looks_rounded_to(value) == pytest.approx(unit)


def test_rounding_as_told_and_where_there_is_none() -> None:
    assert told(value=75_000).rounded_to == 5_000
    assert told(value=75_000, rounded_to=1_000).rounded_to == 1_000
    assert told(value=75_000, rounded_to=0).rounded_to == 0
    assert told(value=75_000, low=70_000, high=80_000).rounded_to == 0
    assert told(value=75_000, low=70_000, high=80_000, rounded_to=5_000).rounded_to == 5_000
    assert told(value=75_000, low=75_000, rounded_to=5_000).rounded_to == 0


def test_the_originator_is_the_source_where_nobody_else_is_named() -> None:
    named = told(value=1, originator="a ministry", source="a ministry via a paper")
    assert named.originator == "a ministry"
    assert told(value=1, source="a paper").originator == "a paper"
    assert originators([told(value=1), named]) == {"a ministry": [named]}


def test_compare_is_the_earlier_word_for_check() -> None:
    assert Report(id="R", when="2010-06-14", variable="crossed", use="compare").use == "check"
    scenario = toy_scenario()
    assert {report.use for report in scenario.reports} <= {*USES, "context"}


def test_only_reports_of_the_period_and_use_that_a_run_can_be_held_against() -> None:
    scenario = toy_scenario()
    assert [s.id for s in statements(scenario)] == ["R1", "R4", "R6", "R10"]
    checks = ["R2", "R3", "R5", "R11"]
    assert [s.id for s in statements(scenario, use=("check",))] == checks
    late = statements(scenario, use=("check",), within=False)
    assert [s.id for s in late] == ["R2", "R3", "R5", "R9", "R11"]


def test_a_count_that_lags_counts_once_its_lag_is_known() -> None:
    row = {"id": "R8", "when": "2010-06-12T12:00", "variable": "deaths_official", "value": 4,
           "use": "fit"}  # fmt: skip
    assert statements(toy_scenario(reports=[row])) == ()
    lagging = {**row, "lag_hours_low": 6, "lag_hours_high": 12}
    assert [s.id for s in statements(toy_scenario(reports=[lagging]))] == ["R8"]
    scenario = toy_scenario(reports=[row])
    late = scenario.behaviour.harm.model_copy(update={"counted_after_days": 1.0})
    behaviour = scenario.behaviour.model_copy(update={"harm": late})
    harm = scenario.model_copy(update={"behaviour": behaviour})
    assert [s.id for s in statements(harm)] == ["R8"]


def test_what_runs_have_is_what_the_table_says() -> None:
    result, scenario = toy_result(), toy_scenario()
    frame = against_reports(result, scenario)
    every = statements(scenario, use=USES, within=False)
    assert [s.id for s in every] == frame["id"].tolist()
    np.testing.assert_array_equal(predicted(result, every), frame["simulated"].to_numpy())


def test_an_hour_that_is_not_known_is_averaged_over() -> None:
    result = toy_result()
    sure = [told(when=datetime(2010, 6, 12, hour), value=50) for hour in (0, 6, 12)]
    alone = predicted(result, sure)
    lagged = told(when="2010-06-12T06:00", value=50, lag_hours_low=-6, lag_hours_high=6)
    assert moments(lagged)[0] > datetime(2010, 6, 12, 6) > moments(lagged)[-1]
    [mean], [spread] = predicted(result, [lagged]), lag_spread(result, [lagged])
    assert alone.min() <= mean <= alone.max()
    assert spread > 0
    assert lag_spread(result, sure).tolist() == [0, 0, 0]
    known = told(when="2010-06-12T12:00", value=50, lag_hours_low=6, lag_hours_high=6)
    assert predicted(result, [known])[0] == alone[1]


def test_a_study_keeps_what_its_runs_have(tmp_path: Path) -> None:
    world = fs.teaching_world()
    rows = [
        {"id": "A", "when": world.end, "variable": "crossed", "value": 500, "use": "fit"},
        {"id": "B", "when": world.end, "variable": "waiting", "value": 5, "use": "check",
         "lag_hours_low": 0, "lag_hours_high": 24},
    ]  # fmt: skip
    world = world.model_copy(update={"reports": tuple(Report(**row) for row in rows)})
    study = fs.Study(world, members=2, samples=2, keep=["reports"])
    data = study.run(tmp_path / "store", progress=False).data
    every = statements(world, use=("fit", "check"))
    got, spread = predicted(data, every), lag_spread(data, every)
    assert got.shape == spread.shape == (4, 2)
    seed = str(data["seed_of_run"].sel(sample=2, member=1).item())
    run = fs.run(study.sampled(world.name, 2), seed=seed)
    np.testing.assert_array_equal(got[2], predicted(run, every))
    np.testing.assert_array_equal(spread[2], lag_spread(run, every))
    assert log_likelihood(every, got, spread).shape == (4,)
    assert "people" not in data
    with pytest.raises(KeyError, match="run it again"):
        predicted(data, [told(value=1)])
    with pytest.raises(KeyError, match="keep=\\['reports'\\]"):
        predicted(data.drop_vars("at_reports"), every)
    with pytest.raises(ValueError, match="choose one"):
        predicted(data.isel(scenario=[0, 0]), every)
    # What a report says may change, and what it is about may not.
    other = world.model_copy(
        update={"reports": (world.reports[0], Report(**rows[1] | {"value": 6}))}
    )
    assert fs.Study(other, members=2, samples=2, keep=["reports"]).plan() == study.plan()
    lag = world.model_copy(
        update={"reports": (world.reports[0], Report(**rows[1] | {"lag_hours_high": 12}))}
    )
    assert fs.Study(lag, members=2, samples=2, keep=["reports"]).plan() != study.plan()


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_reports_that_count_name_who_counted(name: str) -> None:
    every = statements(fs.load(name), use=USES, within=False)
    assert [s.id for s in every if s.use == "fit" and not s.originator] == []
    named = originators(every)
    assert max(map(len, named.values())) > 1
    assert all(s.sd_low > 0 and s.sd_high > 0 and s.sd_discrepancy >= 0 for s in every)
