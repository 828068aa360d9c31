"""Samples whose positions are given as a table, and what of each input is told beside results."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.study.export import from_run_table
from flowsim.study.keep import effects_of
from flowsim.study.manifest import OnChange
from flowsim.study.runs import Runs
from tests.study.worlds import BORDER, contents, small, study

VIOLENCE = "behaviour.leaving.violence_per_day"
STAY = "behaviour.leaving.men_stay"
CAMP = "places[Camp].capacity"
TABLE = pd.DataFrame({VIOLENCE: [0.05, 0.5, 0.95], "chance": [0.3, 0.3, 0.9]})


def run(store: Path, table: pd.DataFrame, on_change: OnChange = "refuse") -> Runs:
    made = fs.Study(small(), samples=table, seed=7, keep=["effects"])
    return made.run(store, progress=False, on_change=on_change)


def test_a_table_says_what_each_sample_is_and_whose_dice_it_has(tmp_path: Path) -> None:
    data = run(tmp_path / "s", TABLE).data
    assert data["input"].values.tolist() == [VIOLENCE]
    assert data["input_value"].values.ravel().tolist() == [1.0, 3.0, 5.0]
    assert data["input_position"].values.ravel().tolist() == [0.05, 0.5, 0.95]
    one, two, three = data["seed_of_run"].values.ravel()
    assert one == two != three
    assert (data.attrs["method"], data.attrs["inputs"]) == ("positions", VIOLENCE)
    alone = effects_of(fs.run(small(), seed=str(two)).data)
    own = data["effects"].sel(sample=2).values.ravel()
    assert np.array_equal(own, alone.values, equal_nan=True)


def test_without_a_column_of_chance_each_sample_has_dice_of_its_own(tmp_path: Path) -> None:
    data = run(tmp_path / "s", TABLE[[VIOLENCE]]).data
    assert data["seed_of_run"].values.ravel().tolist() == ["7.1.1", "7.2.1", "7.3.1"]


def test_a_table_grows_and_is_refused_where_it_changes(tmp_path: Path) -> None:
    whole = run(tmp_path / "whole", TABLE)
    run(tmp_path / "s", TABLE[:2])
    grown = run(tmp_path / "s", TABLE)
    assert contents(tmp_path / "s") == contents(tmp_path / "whole")
    assert grown.data.identical(whole.data)
    assert run(tmp_path / "s", TABLE[:1]).data.sizes["sample"] == 1
    other = TABLE.assign(**{VIOLENCE: [0.1, 0.5, 0.95]})
    for changed in (other, TABLE.assign(chance=0.3), TABLE[[VIOLENCE]]):
        with pytest.raises(fs.ScenarioError, match="the positions of its samples are others"):
            run(tmp_path / "s", changed)
    with pytest.raises(fs.ScenarioError, match="the method of sampling of its runs was positions"):
        fs.Study(small(), samples=3, seed=7, keep=["effects"]).run(tmp_path / "s", progress=False)
    again = run(tmp_path / "s", other, "recompute")
    assert again.data["input_position"].values.ravel().tolist() == [0.1, 0.5, 0.95]


def test_a_plan_without_a_table_is_written_as_before() -> None:
    text = study(samples=2).plan().to_text()
    assert "positions" not in text
    assert "chances" not in text


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"behaviour.leaving.men_sta": [0.5]}, "did you mean 'behaviour.leaving.men_stay'"),
        ({STAY: [1.5]}, "1.5 is not a position"),
        ({STAY: ["x"]}, "x is not a position"),
        ({STAY: [np.nan]}, "nan is not a position"),
        ({STAY: []}, "the table of positions has no row"),
        ({"chance": [0.5]}, "the table of positions has no input"),
    ],
)
def test_a_wrong_table_is_told(table: dict[str, list], words: str) -> None:
    with pytest.raises(fs.ScenarioError, match=words):
        fs.Study(small(), samples=pd.DataFrame(table))


def test_a_linked_input_is_named_by_its_set_and_nothing_else_chooses_inputs() -> None:
    linked = small().with_values(
        {"linked": [{"name": "leaving", "inputs": [VIOLENCE, STAY], "by": "rank"}]}
    )
    with pytest.raises(fs.ScenarioError, match=r"it moves with 'linked.leaving.'; give"):
        fs.Study(linked, samples=pd.DataFrame({STAY: [0.5]}))
    made = fs.Study(linked, samples=pd.DataFrame({"linked[leaving]": [0.25]}))
    assert made.position(1) == {VIOLENCE: 0.25, STAY: 0.25}
    both = {"inputs": ["*"], "method": "sobol"}
    with pytest.raises(fs.ScenarioError, match=r"inputs: a table(.|\n)*method: a table"):
        fs.Study(small(), samples=TABLE, **both)


def test_times_that_contradict_each_other_are_refused() -> None:
    stop = "borders[Here-There].authorities[There].policies[closure].stop"
    wide = {"value": "2030-05-02T20:00", "low": "2030-05-02T06:00", "high": "2030-05-04T06:00"}
    world = fs.teaching_world().with_values({stop: wide})
    with pytest.raises(fs.ScenarioError, match="times contradict each other in 1 samples: 2"):
        fs.Study(world, samples=pd.DataFrame({stop: [0.5, 0.05, 0.9]}))


def test_every_study_tells_what_was_drawn(tmp_path: Path) -> None:
    """Numbers as they are, times in hours since the start; in exports times as times."""
    stop = "borders[Here-There].authorities[There].policies[closure].stop"
    base = fs.teaching_world().with_values({CAMP: {"value": 800, "low": 500, "high": 1200}})
    scenarios = {"closed": base, "open": base.replace_policies(BORDER, fs.policy.Open())}
    made = fs.Study(scenarios, samples=3, keep=["effects"])
    runs = made.run(tmp_path / "s", progress=False)
    data = runs.data
    values = data["input_value"]
    assert set(values.dims) == {"scenario", "sample", "input"}
    for sample in (1, 2, 3):
        world = made.sampled("closed", sample)
        hours = (
            world.borders[0].authorities[0].policies[0].stop - world.start
        ).total_seconds() / 3600
        camp = next(place.capacity for place in world.places if place.name == "Camp")
        drawn = values.sel(scenario="closed", sample=sample)
        assert drawn.sel(input=stop).item() == hours
        assert drawn.sel(input=CAMP).item() == camp
    assert values.sel(scenario="open", input=stop).isnull().all()
    units = dict(zip(data["input"].values, data["input_unit"].values, strict=True))
    assert units == {stop: "hours since the start", CAMP: ""}
    fs.export(runs, tmp_path / "runs.csv")
    table = pd.read_csv(tmp_path / "runs.csv").set_index(["scenario", "sample"])
    begun = pd.Timestamp(base.start)
    for sample in (1, 2, 3):
        told = pd.Timestamp(table.loc[("closed", sample), f"input: {stop}"])
        exact = values.sel(scenario="closed", sample=sample, input=stop).item()
        assert (told - begun).total_seconds() == pytest.approx(3600 * exact, abs=0.5)
    assert table.loc["open"][f"input: {stop}"].isna().all()
    assert not any(
        str(e).startswith("input") for e in from_run_table(table.reset_index())["effect"].values
    )
    for suffix in ("nc", "zarr", "parquet"):
        fs.export(runs, tmp_path / f"runs.{suffix}")
