"""What the package adds, as those who copy it would test their own. It has to be installed."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import flowsim as fs

CRISIS = Path(__file__).parents[1] / "crisis"


@pytest.fixture(scope="module")
def scenario() -> fs.Scenario:
    return fs.load(CRISIS / "convoys.yaml")


@pytest.fixture(scope="module")
def result(scenario: fs.Scenario) -> fs.Result:
    return fs.run(scenario, seed=1)


def test_convoys_pass_at_their_hours_alone(result: fs.Result) -> None:
    crossed = result.crossed().sum("crossing")
    by_hour = crossed.diff("time").groupby("time.hour").sum()
    assert set(by_hour["hour"].values[by_hour.values > 0]) == {9, 17}  # the hour ends then
    assert 40 < int(crossed.diff("time").max()) < 60  # a family is not parted at the fiftieth


def test_a_call_makes_people_leave_who_are_in_no_danger(
    scenario: fs.Scenario, result: fs.Result
) -> None:
    without = fs.run(scenario.model_copy(update={"hazards": ()}), seed=1)
    at_home = [
        run.people.sel(place="Village", status="at_home").sum("group") for run in (result, without)
    ]
    called, calm = (int(home[-1]) for home in at_home)
    assert called < 0.7 * calm
    before = {"time": slice(None, datetime(2030, 5, 2))}
    assert at_home[0].sel(before).equals(at_home[1].sel(before))


def test_those_with_kin_across_heed_it_more() -> None:
    from flowsim_example.call_to_leave import CallToLeave

    class Households:
        kin_across = [True, False]

    assert CallToLeave(per_day=1.0, kin=3.0).factor(Households()).tolist() == [3.0, 1.0]


def test_a_crisis_in_one_file_is_a_scenario() -> None:
    scenario = fs.load(CRISIS / "valley.crisis.json")
    assert (scenario.name, [place.name for place in scenario.places]) == (
        "valley",
        ["Town", "Camp"],
    )


def test_what_is_wrong_in_such_a_file_has_its_place(tmp_path: Path) -> None:
    file = tmp_path / "broken.crisis.json"
    file.write_text('{"places": [\n  1,]}')
    with pytest.raises(fs.ScenarioError, match=r"broken\.crisis\.json:2:\d+: .*write it as JSON"):
        fs.load(file)
    file.write_text("{}")
    with pytest.raises(fs.ScenarioError, match="there are no places; give a list of them"):
        fs.load(file)


def test_the_figure_tells_how_many_stand_where(scenario: fs.Scenario, result: fs.Result) -> None:
    chart = fs.plot.how_far(result, scenario=scenario, width=183)
    (axes,) = chart.axes
    at_home = int(result.people.sel(status="at_home")[-1].sum())
    assert f"{at_home:,}" in [text.get_text() for text in axes.texts]
