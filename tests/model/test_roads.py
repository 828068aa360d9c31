"""What people make of lines on roads and for fuel, and what is recorded of both."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.model.axes import Status
from flowsim.results.result import Result
from flowsim.running import run
from tests.exact.chance import assert_shares
from tests.model.worlds import column, deeper, finished, hours, plain, rich, same_bytes, ways

CAP = 2.0
COSTS = {"routes": {"wait_cost_per_hour": 0.5, "wait_cost_cap": CAP}}
CLOSED = [{"route": ["Here", "North"], "start": hours(6), "stop": hours(48)}]


def by_way(scenario, since_h=0.0, until_h=48.0):
    """Persons who left Here in a time by the way they took, North or South."""
    model = finished(scenario)
    fled, link = column(model, "fled"), column(model, "link")
    left = (column(model, "status") != Status.AT_HOME) & (link >= 0)
    left &= (fled >= since_h * 3600) & (fled < until_h * 3600)
    place = column(model, "place")
    names = model.world.network.names
    north = (link[left] // 2 == 0) | (link[left] // 2 == 2)
    assert set(np.unique(place)) <= set(range(len(names)))
    return np.array([north.sum(), (~north).sum()])


def two_ways(limits=None, persons=4000, **changes):
    """Two ways alike but for the limits of the road to North."""
    scenario = ways(persons, **changes)
    routes = [scenario.routes[0].model_copy(update=limits or {}), *scenario.routes[1:]]
    return scenario.model_copy(update={"routes": tuple(routes)})


def test_people_go_round_a_road_that_is_closed_as_the_cost_of_waiting_says():
    """It costs the cap, so that e^-2 go there for each that goes the other way."""
    scenario = two_ways(road_events=CLOSED, behaviour=COSTS)
    share = np.exp(-CAP) / (1 + np.exp(-CAP))
    assert_shares(by_way(scenario, until_h=6), np.array([0.5, 0.5]))
    assert_shares(by_way(scenario, since_h=6), np.array([share, 1 - share]))


def test_who_hears_late_of_it_goes_there_until_then():
    behaviour = deeper(COSTS, {"news": {"informed": 0.0, "lag_hours": 4.0}})
    scenario = two_ways(road_events=CLOSED, behaviour=behaviour)
    share = np.exp(-CAP) / (1 + np.exp(-CAP))
    assert_shares(by_way(scenario, until_h=10), np.array([0.5, 0.5]))
    assert_shares(by_way(scenario, since_h=10), np.array([share, 1 - share]))


def test_a_jam_sends_people_the_other_way_unless_waiting_costs_nothing():
    """Hours in a jam count as hours under danger, too, where those cost something."""
    limit, told = {"persons_per_hour": 20.0}, {}
    for cost, danger in ((0.0, 0.0), (1.0, 0.0), (0.0, 0.5)):
        routes = {"wait_cost_per_hour": cost, "danger_cost": danger}
        told[cost, danger] = by_way(two_ways(limit, behaviour={"routes": routes}))
    assert_shares(told[0.0, 0.0], np.array([0.5, 0.5]))
    for cost in ((1.0, 0.0), (0.0, 0.5)):
        assert told[cost][0] < 0.35 * told[cost].sum()


def on_foot_too(vehicles_per_day=None, cap=CAP):
    """A road and a path from Here to There, alike but for who needs fuel."""
    fuel = [{"place": "Here", "start": hours(0), "vehicles_per_day": vehicles_per_day}]
    route = {"start": "Here", "end": "There", "km": 24}
    behaviour = {"routes": {"danger_cost": 0.0, "wait_cost_per_hour": 0.5, "wait_cost_cap": cap}}
    return plain(3000, abroad=False, routes=[route, {**route, "mode": "foot"}],
                 fuel=fuel, behaviour=behaviour)  # fmt: skip


@pytest.mark.parametrize(("fuel", "walk"), [(None, 0.5), (0, 1 / (1 + np.exp(-CAP)))])
def test_where_there_is_no_fuel_people_wait_for_it_or_walk(fuel, walk):
    result = run(on_foot_too(fuel))
    waits = 0 if fuel is None else int(result.fuel_queue.sel(place="Here")[-1])
    people = result.people.isel(time=-1).sum("group")
    gone = int(people.sel(status="displaced").sum() + people.sel(status="moving").sum())
    home = int(people.sel(place="Here", status="at_home"))
    if fuel is None:
        assert "fuel_queue" not in result.data
        assert home < 100
    else:
        decided = waits + gone
        assert waits <= home < waits + 100
        assert_shares(np.array([gone, waits]), np.array([walk, 1 - walk]))
        assert decided > 2900


def test_twice_the_capacity_takes_the_people_out_of_a_jam_of_a_day():
    """3,000 leave at 2 a day, so a road of 50 an hour is behind by 29 hours, one of 100 by 7."""
    longest = []
    for per_hour in (50.0, 100.0):
        scenario = ways(3000, crossings=("Gate",), days=4)
        road = scenario.routes[0].model_copy(update={"persons_per_hour": per_hour})
        routes = (road, *scenario.routes[1:])
        result = run(scenario.model_copy(update={"routes": routes}))
        longest.append(float(result.travel_time.max()))
    assert 27 < longest[0] < 31
    assert 7 < longest[1] < 10


def at_a_full_gate(**limits):
    """A gate that lets 60 an hour through, with a road of an hour before it."""
    scenario = ways(
        1500, per_day=24.0, crossings=("Gate",), behaviour={"routes": {"wait_cost_per_hour": 0.0}}
    )
    gate = scenario.routes[1].model_copy(update={"gate_per_hour": 60.0, **limits})
    road = scenario.routes[0].model_copy(update={"persons_per_hour": 5000.0})
    return scenario.model_copy(update={"routes": (road, gate)})


def test_who_does_not_fit_before_the_gate_stands_on_the_road_and_as_many_pass():
    free, full = run(at_a_full_gate()), run(at_a_full_gate(waiting_room=100.0))
    assert free.waiting.sum("kind").max() > 1000
    waiting = full.waiting.sum("kind").values.ravel()
    assert waiting.max() == 100
    both = waiting + full.road_queue.sum("route").values
    assert np.abs(both - free.waiting.sum("kind").values.ravel()).max() <= 1
    passed = [r.outcomes.sel(outcome="admitted").sum("kind").values for r in (free, full)]
    assert np.abs(np.cumsum(passed[0]) - np.cumsum(passed[1])).max() <= 1
    hours_there = full.road_hours.values.ravel()
    assert np.nanmax(hours_there) > 10


def test_hours_to_a_crossing_are_those_on_the_road_and_at_the_gate():
    result = run(at_a_full_gate(waiting_room=100.0))
    passed = result.outcomes.sel(outcome="admitted").sum("kind")
    total = float((result.travel_time.fillna(0) * passed).sum())
    classes = result.hours_on_the_way.sel(crossing="Gate")
    assert int(classes.sum()) == int(passed.sum())
    least = float((classes * classes.hour).sum())
    assert least <= total <= least + int(passed.sum())
    assert (result.travel_time >= result.waiting_time).where(passed > 0, True).all()
    assert result.hours_on_the_way.sel(hour=0).sum() == 0  # an hour on the road at least


def test_days_are_means_over_those_who_came_through(tmp_path):
    result = run(at_a_full_gate(waiting_room=100.0))
    day = result.daily()
    left = result.road_left.astype(float)
    whole = float((result.road_hours.fillna(0) * left).sum())
    assert float((day.road_hours.fillna(0) * day.road_left).sum()) == pytest.approx(whole)
    result.to_netcdf(tmp_path / "run.nc")
    assert not same_bytes(result, Result.from_netcdf(tmp_path / "run.nc"))


def test_nothing_of_it_is_there_without_limits():
    result = run(rich(200, []))
    for name in ("road_queue", "road_hours", "travel_time", "fuel_queue"):
        assert name not in result.data
        with pytest.raises(AttributeError, match=f"the result has no variable '{name}'"):
            getattr(result, name)


def test_who_stands_in_a_jam_is_in_danger_as_who_moves():
    """Deaths by the hazard times the person-days on the road, most of which are in line."""
    harm = {"harm": {"deaths_per_day": 0.1, "wounded_per_death": 0.0, "on_the_way": 1.0,
                     "women": 1.0}}  # fmt: skip
    routes = [{"start": "Here", "end": "There", "km": 24, "persons_per_hour": 40}]
    scenario = plain(3000, 240.0, abroad=False, routes=routes, behaviour=harm)
    result = run(scenario)
    moving = result.people.sel(status="moving", place="Here").sum("group").values
    exposure = moving.sum() / 24
    expected = 0.1 * exposure
    deaths = int(result.deaths.sum())
    assert expected > 150
    assert abs(deaths - expected) < 5 * np.sqrt(expected)
