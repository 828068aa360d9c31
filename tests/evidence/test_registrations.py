"""Registrations by camp, measures of error, naive forecasts, and the command that tells them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.errors import ScenarioWarning
from flowsim.evidence import measures
from flowsim.evidence.naive import naive_forecasts, road_km
from flowsim.evidence.registered import Registered, registered
from flowsim.flee.reader.defaults import fitted
from flowsim.flee.simulate import simulate
from tests.conflicts import NAMES, conflicts_folder, needs_conflicts
from tests.flee_folder import flee_folder

PERSONS = st.floats(0.0, 1e5).map(lambda value: float(round(value)))
TABLES = arrays(np.float64, (4, 3), elements=PERSONS)


def test_registered_by_day(tmp_path: Path) -> None:
    known = registered(fs.load(flee_folder(tmp_path)))
    assert known.camps == ("Cee", "Dee", "Eve")
    assert known.persons[[0, 1, 5, 9]].tolist() == [
        [10, 0, 0], [20, 20, 10], [60, 100, 50], [100, 180, 90],
    ]  # fmt: skip
    assert known.first.tolist() == [0, 5, 10]


def test_before_its_first_report_a_camp_is_level(tmp_path: Path) -> None:
    known = registered(fs.load(flee_folder(tmp_path, eve="2015-05-04,30\n2015-05-11,100\n")))
    assert known.persons[:5, 2].tolist() == [30, 30, 30, 30, 40]


def test_ard_by_hand() -> None:
    """Day 1: 4 persons as 40: (10, 30) for (20, 20); day 2: nobody simulated; day 3: nobody."""
    sim = np.array([[1.0, 3.0], [0.0, 0.0], [2.0, 0.0]])
    data = np.array([[20.0, 20.0], [5.0, 5.0], [0.0, 0.0]])
    assert measures.relative_difference(sim, data) == pytest.approx((20 / 40 + 1.0 + 0.0) / 3)
    unscaled = (19 + 17) / 40 + 1.0 + 2.0
    assert measures.relative_difference(sim, data, scaled=False) == pytest.approx(unscaled / 3)
    assert measures.halved_difference(sim, data) == pytest.approx(0.25)


@given(TABLES, TABLES, st.permutations(range(3)), st.sampled_from([0.5, 2.0, 1000.0]))
def test_laws_of_ard(sim: np.ndarray, data: np.ndarray, order: list[int], factor: float) -> None:
    """Between 0 and 2, blind to the size of the simulated crowd and to the order of the camps."""
    found = measures.relative_difference(sim, data)
    assert 0.0 <= found <= 2.0 + 1e-9
    assert measures.relative_difference(sim[:, order], data[:, order]) == pytest.approx(found)
    assert measures.relative_difference(sim * factor, data) == pytest.approx(found, abs=1e-3)
    assert measures.relative_difference(data, data) == pytest.approx(0.0, abs=1e-4)


@given(arrays(np.float64, (5, 1, 1), elements=PERSONS), PERSONS)
def test_crps_is_the_integral(members: np.ndarray, value: float) -> None:
    """Fair CRPS: the integral of (F - step) ** 2, less the mean distance of members over 2 M."""
    x = np.sort(np.append(members.ravel(), value))
    width = np.diff(x)
    share = (members.ravel()[:, None] <= x[None, :-1]).mean(axis=0)
    integral = float(((share - (x[:-1] >= value)) ** 2 * width).sum())
    apart = np.abs(members.ravel()[:, None] - members.ravel()[None, :]).mean()
    fair = integral - apart / 2 * (1 / (1 - 1 / 5) - 1)
    told = measures.ranked_probability(members, np.array([[value]]))
    assert told == pytest.approx(fair, abs=1e-6 * max(1.0, x.max()))


def test_other_measures_by_hand() -> None:
    sim, data = np.array([[1.0, 3.0], [2.0, 2.0]]), np.array([[1.0, 1.0], [4.0, 2.0]])
    assert measures.root_mean_square(sim, data) == pytest.approx(np.sqrt(2.0))
    assert measures.bias(sim, data).tolist() == [-1.0, 1.0]
    naive = np.array([[1.0, 3.0], [8.0, 4.0]])
    assert measures.scaled_error(sim, data, naive) == pytest.approx(4 / 8)
    assert measures.scaled_error(sim, data, data) == float("inf")
    assert measures.scaled_error(data, data, data) == 1.0
    members = np.stack([data - 1.0, data + 1.0])
    assert measures.coverage(members, data) == 1.0
    assert measures.coverage(members, data + 1.01) == 0.0


def test_naive_forecasts(tmp_path: Path) -> None:
    scenario = fs.load(flee_folder(tmp_path))
    known = registered(scenario)
    found = naive_forecasts(scenario, known)
    for told, *_ in found.values():
        assert told.sum(axis=1) == pytest.approx(known.persons.sum(axis=1))
    assert found["equal shares"].persons[1] == pytest.approx([50 / 3] * 3)
    assert found["last value"].persons[9] == pytest.approx([370, 0, 0])
    assert found["share frozen, day 7"].persons[9] == pytest.approx(
        370 * np.array([80, 140, 70]) / 290
    )
    assert found["share of capacity"].persons[9] == pytest.approx(370 * np.array([5, 4, 3]) / 12)
    assert found["capacity, begun"].persons[4] == pytest.approx([170, 0, 0], abs=1e-6)
    gravity = 1 / np.array([250.0, 340.0, 150.0]) ** 2  # Aha alone is in danger, from day 2
    assert found["gravity"].persons[9] == pytest.approx(370 * gravity / gravity.sum())
    assert found["gravity"].persons[0] == pytest.approx([10 / 3] * 3)


def test_each_forecast_is_judged_on_the_days_that_it_forecasts(tmp_path: Path) -> None:
    """What was told of the days before is not a forecast, and flatters it."""
    scenario = fs.load(flee_folder(tmp_path))
    known = registered(scenario)
    found = naive_forecasts(scenario, known)
    assert {name: told.first for name, told in found.items()} == {
        "equal shares": 0, "last value": 1, "share frozen, day 7": 8, "share frozen, day 30": 31,
        "gravity": 0, "share of capacity": 0, "capacity, begun": 0,
    }  # fmt: skip
    assert np.array_equal(found["share frozen, day 7"].persons[:8], known.persons[:8])
    run = fs.run(scenario, seed=1)
    scores = fs.evidence.score([run], scenario)
    assert "share frozen, day 30" not in scores.against  # of ten days
    row = scores.against["share frozen, day 7"]
    assert (row.first, row.last) == (8, 9)
    frozen = found["share frozen, day 7"].persons[8:]
    assert row.ard == measures.relative_difference(frozen, known.persons[8:])
    assert row.model == measures.relative_difference(scores.members[0, 8:], known.persons[8:])
    assert row.mase == measures.scaled_error(scores.members[0, 8:], known.persons[8:], frozen)
    assert scores.naive["equal shares"] == scores.against["equal shares"].ard
    assert scores.scaled["gravity"] == scores.against["gravity"].mase


def test_a_forecast_under_another_name_is_told(tmp_path: Path) -> None:
    """Where nobody is registered on day 0, its shares are equal ones."""
    folder = flee_folder(tmp_path, cee="2015-05-01,0\n2015-05-11,100\n")
    found = naive_forecasts(*_known(folder))
    assert {name: told.same_as for name, told in found.items() if told.same_as} == {
        "last value": "equal shares"
    }
    told = CliRunner().invoke(cli, ["score", str(folder)]).output
    assert "last value: the same as equal shares, as nobody is registered on day 0\n" in told
    assert re.search(r"^share frozen, day 7 +8 to 9 ", told, re.MULTILINE)
    assert "day 30" not in told
    plain = naive_forecasts(*_known(flee_folder(tmp_path / "plain")))
    assert not any(told.same_as for told in plain.values())


def _known(folder: Path) -> tuple[fs.Scenario, Registered]:
    scenario = fs.load(folder)
    return scenario, registered(scenario)


def test_who_is_in_no_camp_at_the_end(tmp_path: Path) -> None:
    """By either rules all who came are in a camp of the table or told with their place."""
    scenario = fs.load(flee_folder(tmp_path, simsetting="move_rules:\n  default_movechance: 0.1\n"))
    by_flee = simulate(scenario, seed=1)
    for result in (by_flee, fs.run(scenario, seed=1)):
        scores = fs.evidence.score([result], scenario)
        out = sum(row.persons for row in scores.elsewhere)
        assert out + scores.members[0, -1].sum() == 370
        counts = [row.persons for row in scores.elsewhere]
        assert counts == sorted(counts, reverse=True)
        assert all(counts)
    rows = fs.evidence.score([by_flee], scenario).elsewhere
    stuck = {(row.how, row.place): row.persons for row in rows}
    bee, here = by_flee.places.index("Bee"), by_flee.persons[-1]
    assert stuck["at", "Bee"] == here[bee] > 0
    told = CliRunner().invoke(cli, ["score", str(tmp_path / "made_up"), "--rules", "flee"]).output
    assert re.search(r"^in no camp above on the last day: \d+ persons, \d+% of all$", told, re.M)
    assert re.search(r"^  \d+ at Bee$", told, re.M)


def test_a_camp_without_registrations_is_elsewhere(tmp_path: Path) -> None:
    layout = "total,refugees.csv\nCee,cee.csv\nDee,dee.csv\n"
    with pytest.warns(ScenarioWarning, match="the camp 'Eve' has no series"):
        scenario = fs.load(flee_folder(tmp_path, data_layout=layout))
    rows = fs.evidence.score([fs.run(scenario, seed=1)], scenario).elsewhere
    assert ("sheltered at", "Eve") in {(row.how, row.place) for row in rows}


def test_ways_are_the_shortest(tmp_path: Path) -> None:
    km = road_km(fs.load(flee_folder(tmp_path)))
    assert km[0].tolist() == [0.0, 120.0, 250.0, 340.0, 150.0]
    assert np.array_equal(km, km.T)


def test_ard_of_a_run_and_the_scores(tmp_path: Path) -> None:
    scenario = fs.load(flee_folder(tmp_path))
    runs = [fs.run(scenario, seed=m) for m in (1, 2)]
    each = [fs.evidence.ard(run, scenario) for run in runs]
    scores = fs.evidence.score(runs, scenario)
    assert scores.ard == pytest.approx(np.mean(each))
    assert scores.halved == pytest.approx(scores.ard / 2)
    assert [camp.camp for camp in scores.camps] == ["Cee", "Dee", "Eve"]
    assert scores.camps[0].registered == 100.0
    assert scores.total.registered == sum(camp.registered for camp in scores.camps) == 370.0
    assert scores.total.bias == pytest.approx(sum(camp.bias for camp in scores.camps))
    assert scores.total.error <= sum(camp.error for camp in scores.camps)
    assert scores.members.shape == (2, 10, 3)
    assert scores.known.persons[9].tolist() == [100.0, 180.0, 90.0]
    assert np.median(scores.members[:, -1], axis=0).tolist() == [c.median for c in scores.camps]
    with pytest.raises(ValueError, match="no run"):
        fs.evidence.score([], scenario)
    bare = scenario.model_copy(update={"reports": ()})
    with pytest.raises(ValueError, match="no camp has a report"):
        fs.evidence.ard(runs[0], bare)


def test_the_command(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path)
    out, figure = tmp_path / "camps.csv", tmp_path / "camps.png"
    asked = ["score", str(folder), "--members", "2", "-o", str(out), "--figure", str(figure)]
    told = CliRunner().invoke(cli, asked)
    assert told.exit_code == 0, told.output
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert "this model" in told.output
    assert "gravity" in told.output
    assert re.search(r"^all camps +370 ", told.output, re.MULTILINE)
    lines = out.read_text().splitlines()
    assert lines[0] == "camp,registered,median,low,high,bias,error"
    assert [line.split(",")[0] for line in lines[1:]] == ["Cee", "Dee", "Eve"]


def test_what_the_command_refuses(tmp_path: Path) -> None:
    folder = flee_folder(tmp_path)
    told = CliRunner().invoke(cli, ["score", str(folder), "--fold", "mali"])
    assert told.exit_code == 2
    assert "there is no fold 'mali'" in told.output
    told = CliRunner().invoke(cli, ["score", str(folder), "--figure", "camps.tiff"])
    assert told.exit_code == 2
    assert "camps.tiff: a figure is not written as '.tiff'" in told.output
    told = CliRunner().invoke(cli, ["score", str(folder), "-o", "camps.json"])
    assert told.exit_code == 2
    assert "the table of camps is not written as '.json'" in told.output
    june = CliRunner().invoke(cli, ["score", "tests/data/small"])
    assert june.exit_code == 2
    assert "no camp has a report of stock_abroad" in june.output


@needs_conflicts
@pytest.mark.filterwarnings("ignore::flowsim.errors.ScenarioWarning")
def test_naive_forecasts_of_the_six() -> None:
    """The mean ARD that was found for them by another program."""
    folder = conflicts_folder()
    assert folder is not None
    found: dict[str, list[float]] = {}
    for name in NAMES:
        scenario = fs.load(folder / name)
        known = registered(scenario)
        for label, told in naive_forecasts(scenario, known).items():
            value = measures.relative_difference(
                told.persons[told.first :], known.persons[told.first :]
            )
            found.setdefault(label, []).append(value)
    mean = {label: float(np.mean(values)) for label, values in found.items()}
    assert mean["share of capacity"] == pytest.approx(0.349, abs=5e-4)
    assert mean["equal shares"] == pytest.approx(0.774, abs=5e-4)
    assert mean["share frozen, day 30"] == pytest.approx(0.512, abs=1.5e-3)


@needs_conflicts
@pytest.mark.filterwarnings("ignore::flowsim.errors.ScenarioWarning")
@pytest.mark.parametrize("name", ["mali2012", "tigray2020"])
def test_own_rules_on_a_conflict_that_the_fit_never_saw(name: str) -> None:
    """Better than the share of capacity, and than Flee's published figure."""
    folder = conflicts_folder()
    assert folder is not None
    scenario = fs.load(folder / name).with_values(fitted(name))
    told = fs.evidence.score([fs.run(scenario, seed="1.1")], scenario)
    assert told.ard < told.naive["share of capacity"]
    assert told.ard < {"mali2012": 0.317, "tigray2020": 0.360}[name]


def test_totals_are_told_by_day_where_the_model_says_how_many_come(tmp_path: Path) -> None:
    hazard = ["--set", "behaviour.leaving.count=hazard", "--fold", "mali2012"]
    told = CliRunner().invoke(cli, ["score", str(flee_folder(tmp_path)), *hazard, "--json"])
    assert told.exit_code == 0, told.output
    data = json.loads(told.output)
    (row,) = data["totals"]
    assert row["low"] < row["median"] < row["high"]
    assert row["holds"] == (row["low"] <= row["registered"] <= row["high"])
    plain = CliRunner().invoke(cli, ["score", str(flee_folder(tmp_path)), *hazard])
    assert "by day" in plain.output
    assert "range of the rate of leaving" in plain.output
    given = CliRunner().invoke(cli, ["score", str(flee_folder(tmp_path)), "--json"])
    assert json.loads(given.output)["totals"] == []
