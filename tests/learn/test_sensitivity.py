"""The whole way: a world, its runs, the indices; told errors; resumed runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.learn.sensitivity import Sensitivity
from flowsim.learn.table import names_of
from tests.learn.made_up import made_up
from tests.study.worlds import BORDER, contents, small

VIOLENCE = "behaviour.leaving.violence_per_day"
STAY = "behaviour.leaving.men_stay"
CAMP = "places[Camp].capacity"


def linked() -> fs.Scenario:
    """Two of three inputs are one factor, and a fourth cannot act: nobody goes home."""
    both = {"name": "leaving", "inputs": [VIOLENCE, STAY], "by": "rank"}
    return small().with_values({"linked": [both]})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sensitivity") / "store"


@pytest.fixture(scope="module")
def told(store: Path) -> Sensitivity:
    """People who left home, by Morris; 24 runs."""
    outcomes = {"left": left, "known": known, "let_through": "let_through"}
    return fs.sensitivity(small(), outcomes=outcomes, runs=30, store=store, progress=False)


def evening() -> fs.Scenario:
    """The same world for three hours, for what is asked of its inputs alone."""
    return small(end="2010-06-10T21:00")


def left(data: xr.Dataset) -> xr.DataArray:
    people = data["people"].isel(time=-1).sum(["place", "group"])
    return (people.sum("status") - people.sel(status="at_home")).assign_attrs(units="persons")


def known(data: xr.Dataset) -> xr.DataArray:
    """A function of the inputs alone, whose indices are known."""
    values = data["input_value"].sel(input=CAMP, drop=True)
    return values.broadcast_like(data["seed_of_run"])


def of(told: Sensitivity, outcome: str, index: str) -> pd.Series:
    rows = told.table[(told.table["outcome"] == outcome) & (told.table["index"] == index)]
    return rows.set_index("factor")["value"]


def test_what_cannot_act_has_no_index(told: Sensitivity) -> None:
    found = of(told, "left", "mu_star")
    assert found[VIOLENCE] > 2 * found[CAMP]
    assert of(told, "left", "mu")[VIOLENCE] > 0.0
    assert of(told, "left", "mu")[STAY] < 0.0


def test_the_index_is_the_change_from_low_to_high(told: Sensitivity) -> None:
    found = of(told, "known", "mu_star")
    assert found.drop(CAMP).tolist() == pytest.approx([0.0, 0.0, 0.0])
    assert 0.9 * 800 < found[CAMP] < 1.35 * 800  # from 100 to 900


def test_each_interval_says_what_it_holds(told: Sensitivity) -> None:
    table = told.table
    assert table["interval_holds"].str.len().gt(0).all()
    assert (table["low"].isna() == (table["index"] == "sigma")).all()
    assert set(table["factor"]) == {VIOLENCE, STAY, CAMP, "chance"}
    assert "chance: each has dice of its own" in str(told)


def test_positions_differ_by_one_factor_at_a_time_and_dice_by_chance_only(
    told: Sensitivity, store: Path
) -> None:
    data = fs.open_study(store).data
    position = data["input_position"].isel(scenario=0).values.reshape(-1, 5, 3)
    seeds = data["seed_of_run"].values.reshape(-1, 5)
    moved = (np.diff(position, axis=1) != 0.0).sum(axis=2)
    thrown = seeds[:, 1:] != seeds[:, :-1]
    assert (moved + thrown == 1).all()


def test_cut_off_and_gone_on_with_it_ends_with_the_same_bytes(
    told: Sensitivity, store: Path, tmp_path: Path
) -> None:
    outcomes = {"left": left, "known": known, "let_through": "let_through"}
    again = tmp_path / "store"
    how: dict[str, Any] = {"outcomes": outcomes, "store": again, "progress": False}
    fs.sensitivity(small(), runs=20, **how)  # the first four of six trajectories
    for record in sorted(again.rglob("*.run"))[::5]:
        record.unlink()
    grown = fs.sensitivity(small(), runs=30, **how)
    pd.testing.assert_frame_equal(grown.table, told.table)
    assert contents(again) == contents(store)


def test_a_set_of_linked_inputs_is_one_factor_and_a_difference_is_paired(tmp_path: Path) -> None:
    world = linked()
    other = world.replace_policies(BORDER, fs.policy.Open())
    found = fs.sensitivity(
        other, world, "let_through", runs=32, store=tmp_path / "s", progress=False
    )
    sizes = found.table.drop_duplicates("factor").set_index("factor")["inputs"].to_dict()
    assert sizes == {"linked[leaving]": 2, CAMP: 1, "chance": 0}
    data = fs.open_study(tmp_path / "s").data
    own, reference = (data["effects"].sel(effect="let_through").isel(scenario=i) for i in (0, 1))
    apart = (own - reference).values.ravel().reshape(-1, 4)
    assert found.table["of"].unique().tolist() == [" less ".join(data["scenario"].values)]
    per_level = np.abs(np.diff(apart, axis=1)) / (2.0 / 3.0)
    stars = found.table[found.table["index"] == "mu_star"]["value"]
    assert stars.sum() == pytest.approx(per_level.sum() / len(apart))
    one, two = (data["input_position"].isel(scenario=0).sel(input=p) for p in (VIOLENCE, STAY))
    assert (one.values == two.values).all()


def test_sobol_says_that_it_takes_a_power_of_two() -> None:
    found = fs.sensitivity(
        evening(), outcomes={"known": known}, method="sobol", inputs=[CAMP], runs=70, progress=False
    )
    assert "16 points, a power of two" in found.note
    assert of(found, "known", "ST").to_dict() == pytest.approx({CAMP: 1.0, "chance": 0.0}, abs=0.5)
    assert of(found, "known", "ST")["chance"] == 0.0


def test_samples_of_a_study_are_read_as_they_are(tmp_path: Path) -> None:
    runs = fs.Study(small(), samples=40).run(tmp_path / "s", progress=False)
    for method, index in (("pawn", "pawn"), ("rbd_fast", "S1")):
        found = of(fs.sensitivity(runs, outcomes={"left": left}, method=method), "left", index)
        assert found.idxmax() == VIOLENCE
    wrong = r"method: 'morris' .* pawn and rbd_fast"
    with pytest.raises(fs.ScenarioError, match=wrong):
        fs.sensitivity(runs, method="morris")
    few = runs.data.isel(sample=slice(0, 9))
    with pytest.raises(fs.ScenarioError, match=r"9 samples are too few(.|\n)*against: 'x'"):
        fs.sensitivity(few, against="x")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"runs": 10}, "runs: 10 are too few: 4 trajectories x 5 positions of 4 factors .* are 20"),
        ({"method": "sobol", "runs": 90}, "16 points .a power of two. x 6 positions .* are 96"),
        ({"outcomes": "let_thru"}, "outcomes.0.: 'let_thru' .*did you mean 'let_through'"),
        ({"inputs": ["x*"]}, "inputs.0.: no uncertain input fits 'x.'"),
        ({"method": "pawn"}, "method: 'pawn' .* morris and sobol"),
        ({"level": 2.0}, "level: 2.0 is not a level"),
        ({"members": 0}, "members: 0 is not a number"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_run(
    changes: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(fs.ScenarioError, match=words):
        fs.sensitivity(small(), store=tmp_path / "s", progress=False, **changes)
    assert not (tmp_path / "s").exists()


def test_a_world_without_doubt_is_told() -> None:
    certain = small().with_values({VIOLENCE: 3.0, STAY: 0.5, CAMP: 500})
    with pytest.raises(fs.ScenarioError, match="nothing in it is uncertain"):
        fs.sensitivity(certain, progress=False)


def test_an_outcome_that_does_not_vary_is_told() -> None:
    with pytest.raises(fs.ScenarioError, match="it is 1 in all 20 samples"):
        fs.sensitivity(
            evening(),
            outcomes={"one": lambda data: 0.0 * known(data) + 1.0},
            runs=20,
            progress=False,
        )


def test_the_figure_and_the_table_are_written(told: Sensitivity, tmp_path: Path) -> None:
    chart = fs.plot.sensitivity(told)
    first = chart.axes[0]
    words = [label.get_text() for label in first.get_yticklabels()]
    assert words[0] == "violence_per_day"
    assert "chance (other dice)" in words
    assert {f"interval {f}" for f in (VIOLENCE, "chance")} <= {
        line.get_gid() for line in first.lines
    }
    told.to_csv(tmp_path / "a.csv")
    assert len(pd.read_csv(tmp_path / "a.csv")) == len(told.table)
    with pytest.raises(ValueError, match="a table is not written as"):
        told.to_csv(tmp_path / "a.txt")


def test_the_command_writes_all_into_one_folder(tmp_path: Path) -> None:
    small().save(tmp_path / "world")
    command = ["sensitivity", str(tmp_path / "world"), "--outcome", "let_through", "--runs", "20"]
    done = CliRunner().invoke(cli, [*command, "-o", str(tmp_path / "out"), "-q"])
    assert done.exit_code == 0, done.output
    assert "By Morris's trajectories" in done.output
    assert {"sensitivity.csv", "sensitivity.png", "manifest.json"} <= {
        path.name for path in (tmp_path / "out").iterdir()
    }
    wrong = CliRunner().invoke(cli, [*command[:-1], "3", "-o", str(tmp_path / "no")])
    assert wrong.exit_code == 2
    assert not (tmp_path / "no").exists()


def test_short_names_stay_apart() -> None:
    paths = ["borders[A-B].authorities[B].policies[shut].stop", "places[Osh].capacity", STAY]
    assert list(names_of(paths).values()) == [
        "policies[shut].stop",
        "places[Osh].capacity",
        "men_stay",
    ]
    twice = ["borders[A-B].policies[x].stop", "borders[C-D].policies[x].stop"]
    assert list(names_of(twice).values()) == twice


def test_chance_is_shown_however_little_it_matters() -> None:
    told = made_up(factors=20)
    words = str(told).splitlines()
    assert [line.split()[0] for line in words if line.startswith("  ")].count("chance") == 2
    assert sum("and 9 others that matter less" in line for line in words) == 2
    ticks = fs.plot.sensitivity(told).axes[0].get_yticklabels()
    assert [tick.get_text() for tick in ticks][-1] == "chance (other dice)"
    assert len(ticks) == 12
