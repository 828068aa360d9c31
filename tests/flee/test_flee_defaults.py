"""What people do in a scenario that is read from Flee: as MODEL.md says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.flee.reader.defaults import (
    FOLDS,
    PER_DAY,
    RATES,
    TERMS,
    behaviour,
    fitted,
    rate_of_leaving,
)
from tests.flee_folder import FILES, flee_folder
from tests.pages import model

ROW = re.compile(r"^\| `([\w.]+)` \| ([\d.]+) \| ([\d.]+) to ([\d.]+) \|", re.MULTILINE)


def test_fitted_values_are_those_of_the_documentation() -> None:
    rows = ROW.findall(model().partition("## The model's own rules")[2].partition("\n**")[0])
    told = {f"behaviour.{name}": tuple(map(float, row)) for name, *row in rows}
    assert set(told) == set(TERMS)
    left_out = [fitted(fold) for fold in FOLDS if fold != "all"]
    assert len(left_out) == 9
    for term, (whole, least, most) in told.items():
        assert fitted("all")[term] == whole
        assert [min(v[term] for v in left_out), max(v[term] for v in left_out)] == [least, most]


def test_values_of_all_nine_hold_unless_a_fold_is_asked_for(tmp_path: Path) -> None:
    scenario = fs.load(flee_folder(tmp_path))
    assert scenario.with_values(fitted("all")) == scenario
    assert scenario.with_values(fitted("mali2012")) != scenario


def test_who_is_told_to_come_has_come(tmp_path: Path) -> None:
    """All know how things stand, and nobody stays, gives up, is harmed or goes back."""
    done = behaviour()
    nobody = {
        "leaving": ("news_per_day", "neighbours_per_day", "trapped", "men_stay"),
        "routes": ("size", "kin", "settle_abroad", "settle_danger_cost"),
        "waiting": ("give_up_per_day", "fence_per_day"),
        "harm": ("deaths_per_day",),
        "returning": ("inside_per_day", "abroad_per_day"),
    }
    held = {name: getattr(getattr(done, section), name) for section, names in nobody.items()
            for name in names}  # fmt: skip
    assert held == dict.fromkeys(held, 0.0)
    assert done.news.informed == 1.0
    assert done.leaving.frailty_variance == 0.0  # all are alike
    assert 360.0 <= 24.0 * done.routes.road_kmh <= 400.0  # km a day, as by Flee's settings
    gone = {"cee": 100, "dee": 200, "eve": 100}
    camps = {name: f"2015-05-01,0\n2015-05-02,{n}\n" for name, n in gone.items()}
    short = FILES["input_csv/sim_period.csv"].replace("10", "3")
    conflicts = "#Day,Aha\n0,1\n1,1\n2,1\n"
    run = fs.run(fs.load(flee_folder(tmp_path, sim_period=short, conflicts=conflicts, **camps)), 2)
    stock = run.people.sum(["place", "group"]).isel(time=-1)
    assert int(stock.sel(status="sheltered")) == 400
    assert int(run.deaths.sum()) == int(run.wounded.sum()) == 0


@pytest.mark.parametrize(("given", "count"), [(True, "given"), (False, "hazard")])
def test_how_many_leave_is_told_or_follows_from_violence(given: bool, count: str) -> None:
    assert behaviour(given).leaving.count == count


@pytest.mark.filterwarnings("ignore::flowsim.errors.ScenarioWarning")
def test_a_folder_that_tells_no_arrivals_has_the_pooled_rate_with_its_range(tmp_path: Path) -> None:
    """So that studies draw it; where arrivals are told it would do nothing, and is not there."""
    told = fs.load(flee_folder(tmp_path / "told"))
    assert [n.path for n in told.numbers] == []
    folder = flee_folder(tmp_path / "alone")
    for file in (folder / "source_data").iterdir():
        file.unlink()
    (folder / "source_data").rmdir()
    alone = fs.load(folder)
    (number,) = alone.numbers
    assert number.path == PER_DAY
    assert (number.value, number.low, number.high) == RATES["all"]
    assert alone.behaviour.leaving.violence_per_day == RATES["all"][0]
    assert alone.with_values({PER_DAY: rate_of_leaving()}).numbers == alone.numbers
