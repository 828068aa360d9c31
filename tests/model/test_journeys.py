"""The ways of households add up to what the result of the same run counts."""

from __future__ import annotations

import pytest

import flowsim as fs
from flowsim.model.journeys import Journeys
from flowsim.results.result import Result


@pytest.fixture(scope="module")
def world() -> fs.Scenario:
    return fs.teaching_world()


@pytest.fixture(scope="module")
def ways(world: fs.Scenario) -> Journeys:
    return fs.follow(world, seed=3)


@pytest.fixture(scope="module")
def result(world: fs.Scenario) -> Result:
    return fs.run(world, seed=3)


@pytest.mark.parametrize("at", ["2030-05-02T12:00", "2030-05-04T01:00", "2030-05-08T00:00"])
def test_persons_add_up_by_status_and_place(ways: Journeys, result: Result, at: str) -> None:
    told = ways.until(at)
    flows = told.flows()
    people = result.people.sel(time=at).sum("group")
    for status in ("displaced", "sheltered", "waiting", "detained", "returned", "moving"):
        by_place = flows[flows.status == status].groupby("place").persons.sum()
        counted = people.sel(status=status).to_series()
        assert by_place.to_dict() == counted[counted > 0].to_dict()
    at_home = int(flows[flows.status == "at_home"].persons.sum()) + told.stayed
    assert at_home == int(people.sel(status="at_home").sum())
    assert told.died == int(result.deaths.sel(time=slice(None, at)).sum())


def test_persons_by_crossing_are_those_who_passed_it_each_once(
    ways: Journeys, result: Result
) -> None:
    by_crossing = ways.flows().groupby("crossing").persons.sum()
    passed = int(result.crossed().isel(time=-1).sel(crossing="Bridge"))
    assert 0.97 * passed <= by_crossing["Bridge"] <= passed
    abroad = ways.flows().query("status == 'sheltered'")
    assert (abroad.crossing == "Bridge").all()


def test_a_story_follows_one_household_in_time(ways: Journeys) -> None:
    told = ways.story()
    times = [moment.when for moment in told.moments]
    assert times == sorted(times)
    assert told.moments[0].status == "at_home"
    assert told.moments[0].place == told.home
    assert {"waiting", "sheltered"} <= {moment.status for moment in told.moments}
    assert any(moment.crossing == "Bridge" for moment in told.moments)
    again = fs.follow(ways.scenario, seed=3).story(told.household)
    assert again == told
    assert str(told).count("\n") == len(told.moments)


def test_what_cannot_be_told_is_refused(ways: Journeys) -> None:
    with pytest.raises(ValueError, match="household=-1 is none of the run"):
        ways.story(-1)
    with pytest.raises(ValueError, match="2031-01-01T00:00 is outside the run"):
        ways.until("2031-01-01")
