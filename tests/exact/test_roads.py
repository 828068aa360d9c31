"""Roads that let so many persons an hour through, against solutions that do not know the model.

Person by person: the bottleneck of Vickrey (1969) is the recursion of Lindley (1952) whatever
comes, also where the road is closed for a time, and so is a pump. As curves: a queue that grows and
clears as his formula says, and two roads in a row of which the second fills, against the link
transmission model (Yperman 2007) of a fluid, second by second, whose gaps run back at once.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from flowsim.model.axes import Status
from flowsim.running import run
from tests.model.worlds import START, column, finished, forget, hours, plain, same_bytes

PERSON = 10**9
WAY_S = 7200
"""The 24 km from Here to There, by road at free flow."""
SIZES = {"alone": {1: 1}, "families": {1: 3, 3: 1}}
GIVEN = {"leaving": {"count": "given"}}


def road(persons=2000, per_day=12.0, days=2, limit=None, **changes):
    """People who leave Here by one road of two hours."""
    routes = [{"start": "Here", "end": "There", "km": 24, **(limit or {})}]
    return plain(persons, per_day, days=days, abroad=False, routes=routes, **changes)


def evenly(per_hour, lasts_h, first_h=0.0):
    """Rows of arrivals: so many an hour, as evenly as by the minute."""
    minutes = round(60 * lasts_h)
    ends = [round(per_hour / 60 * n) for n in range(minutes + 1)]
    told = [
        {"start": hours(first_h) + timedelta(minutes=n), "persons": b - a}
        for n, (a, b) in enumerate(pairwise(ends))
    ]
    return [*told, {"start": hours(first_h) + timedelta(minutes=minutes), "persons": 0}]


def lindley(came, persons, allowed):
    """Second at which each is through, where ``allowed[t]`` is the work of second ``t``."""
    total = np.concatenate([[0], np.cumsum(allowed, dtype=np.int64)])
    done, told = 0, []
    for when, size in zip(came.tolist(), persons.tolist(), strict=True):
        done = max(done, int(total[when])) + size * PERSON
        told.append(int(np.searchsorted(total, done)))
    return np.array(told)


def allowance(per_hour, duration_h, spells=()):
    """Work of each second; ``spells`` are (first second, last, factor)."""
    allowed = np.full(3600 * duration_h, round(per_hour * PERSON / 3600), dtype=np.int64)
    for first, last, factor in spells:
        allowed[first:last] = round(per_hour * factor * PERSON / 3600)
    return allowed


def on_the_road(scenario, seed=1):
    """When each came to the end of the road, in order, with how many, and when it was out of it."""
    model = finished(scenario, seed)
    there = np.flatnonzero(column(model, "status") == Status.DISPLACED)
    fled = column(model, "fled")[there].astype(np.int64)
    order = there[np.lexsort((column(model, "key")[there], fled))]
    found = (
        column(model, "fled")[order].astype(np.int64) + WAY_S,
        column(model, "size")[order].astype(np.int64),
        column(model, "arrive")[order].astype(np.int64),
    )
    forget(model)
    return found


@pytest.mark.parametrize("step", ["1h", "6h"])
@pytest.mark.parametrize(("sizes", "per_hour"), [("alone", 150), ("families", 97.3)])
def test_each_is_out_of_the_bottleneck_when_lindley_says(sizes, per_hour, step):
    scenario = road(
        limit={"persons_per_hour": per_hour}, sizes=SIZES[sizes], step=step, record="6h"
    )
    came, persons, out = on_the_road(scenario)
    assert persons.sum() == 2000
    assert (out == lindley(came, persons, allowance(per_hour, 48))).all()
    assert (out - came).max() > 3600


def test_vehicles_are_persons_by_those_in_each():
    limit = {"vehicles_per_hour": 30}
    scenario = road(limit=limit, behaviour={"traffic": {"persons_per_vehicle": 4.0}})
    came, persons, out = on_the_road(scenario)
    assert (out == lindley(came, persons, allowance(120, 48))).all()


def test_an_accident_and_a_block_take_what_they_say_and_only_then():
    """Of a quarter of the capacity for an odd time, then of all of it; edges are no whole hours."""
    spells = [(4 * 3600 + 433, 7 * 3600 + 11, 0.25), (9 * 3600 + 1, 12 * 3600 + 1801, 0.0)]
    events = [
        {"route": ["There", "Here"], "start": START + timedelta(seconds=first),
         "stop": START + timedelta(seconds=last), "capacity": factor}
        for first, last, factor in spells
    ]  # fmt: skip
    scenario = road(limit={"persons_per_hour": 150}, road_events=events, sizes=SIZES["families"])
    came, persons, out = on_the_road(scenario)
    said = lindley(came, persons, allowance(150, 48, spells))
    late = np.abs(out - said)  # at an edge somebody may lose a second that is only partly used
    assert late.max() <= 1
    assert (late == 0).mean() > 0.5
    first, last, _ = spells[1]
    assert not ((out > first + 1) & (out <= last)).any()


def test_an_event_one_way_leaves_the_other_alone():
    events = [{"route": ["There", "Here"], "start": hours(0), "stop": hours(40),
               "direction": "along"}]  # fmt: skip
    limit = {"persons_per_hour": 150}
    free, other = (on_the_road(road(limit=limit, road_events=e)) for e in ([], events))
    assert all((a == b).all() for a, b in zip(free, other, strict=True))


def test_a_pump_serves_in_order_and_by_the_day():
    """24 vehicles an hour for ten hours, none for five, and then as many as want."""
    fuel = [
        {"place": "Here", "start": hours(0), "vehicles_per_day": 24 * 24},
        {"place": "Here", "start": hours(10), "vehicles_per_day": 0},
        {"place": "Here", "start": hours(15)},
    ]  # fmt: skip
    scenario = road(
        3000, fuel=fuel, arrivals=evenly(200, 12), days=1,
        behaviour={**GIVEN, "traffic": {"persons_per_vehicle": 4.0}},
    )  # fmt: skip
    model = finished(scenario)
    gone = np.flatnonzero(column(model, "status") != Status.AT_HOME)
    leaves = column(model, "leaves")[gone].astype(np.int64)
    order = gone[np.lexsort((column(model, "key")[gone], leaves))]
    wanted, fled = (column(model, name)[order].astype(np.int64) for name in ("leaves", "fled"))
    forget(model)
    assert wanted.size == 2400
    said = lindley(wanted, np.ones_like(wanted), allowance(96, 24, [(36000, 54000, 0.0)]))
    served = said <= 36000
    assert 900 < served.sum() < 1000
    fled = np.sort(fled)  # who is due by the calendar acts in that second or the next
    assert (fled[served] == said[served]).all()
    assert np.abs(fled[~served] - np.maximum(wanted[~served], 54000)).max() <= 1


def test_the_queue_grows_and_clears_as_vickrey_says():
    """600 an hour come for three hours to a road that lets 240 through."""
    come, let, lasts = 600, 240, 3
    scenario = road(3000, limit={"persons_per_hour": let}, arrivals=evenly(come, lasts),
                    days=1, record="1h", behaviour=GIVEN)  # fmt: skip
    result = run(scenario)
    hour = np.arange(1, 25)
    since = np.maximum(hour - WAY_S / 3600, 0.0)
    said = np.maximum(np.minimum(come * since, come * lasts) - let * since, 0.0)
    queue = result.road_queue.sel(route="Here - There").values
    assert np.abs(queue - said).max() <= come / 60 + 1
    assert queue.max() >= (come - let) * lasts - come / 60 - 1
    clear = WAY_S / 3600 + come * lasts / let
    assert (queue[hour > clear + 0.1] == 0).all()
    came, _, out = on_the_road(scenario)
    delay = (out - came) / 3600
    assert np.abs(delay - (came - WAY_S) / 3600 * (come / let - 1)).max() <= 1.1 / (let / 60) + 0.05
    hours_on_it = result.road_hours.sel(route="Here - There").values
    passed = result.road_left.sel(route="Here - There").values
    assert np.nansum(hours_on_it * passed) == pytest.approx((out - came + WAY_S).sum() / 3600)


def test_twice_the_capacity_clears_the_road_in_half_the_time():
    last = {}
    for per_hour in (100, 200):
        came, _, out = on_the_road(road(per_day=240.0, limit={"persons_per_hour": per_hour}))
        last[per_hour] = out.max() - came.min()
    assert last[100] / 2 == pytest.approx(last[200], abs=40)


def two_roads(room=None, first=400, second=100, **changes):
    """Two roads of an hour each in a row, the second of which holds so many persons."""
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": 3000,
         "share": {"G": 1}},
        {"name": "Mid", "country": "A", "lat": 40.1, "lon": 72.0, "capacity": 0},
        {"name": "There", "country": "A", "lat": 40.2, "lon": 72.0},
    ]  # fmt: skip
    lanes = {} if room is None else {"lanes": room / 120}
    routes = [
        {"start": "Here", "end": "Mid", "km": 12, "persons_per_hour": first, "lanes": 1000},
        {"start": "Mid", "end": "There", "km": 12, "persons_per_hour": second, **lanes},
    ]
    traffic = {"persons_per_vehicle": 1.0, "jam_per_km": 10.0}
    told = {"arrivals": evenly(600, 2), "behaviour": {**GIVEN, "traffic": traffic}, **changes}
    return plain(3000, days=1, abroad=False, places=places, routes=routes, record="1h", **told)


def link_transmission(come, lasts_h, first, second, room, duration_h=24, way_s=3600):
    """Persons who have come out of the first and the second road by each hour: a fluid."""
    steps = duration_h * 3600
    into = np.minimum(come / 3600 * np.arange(steps + 1), come * lasts_h)
    out, through = np.zeros(steps + 1), np.zeros(steps + 1)
    for t in range(steps):
        there = max(t + 1 - way_s, 0)
        sends = min(into[there] - out[t], first / 3600)
        takes = room + through[t] - out[t]
        out[t + 1] = out[t] + max(min(sends, takes), 0.0)
        through[t + 1] = through[t] + min(out[there] - through[t], second / 3600)
    return out[3600::3600], through[3600::3600]


@pytest.mark.parametrize("room", [60, 150, 500, None])
def test_a_road_that_fills_holds_back_the_one_before_as_the_link_transmission_model_says(room):
    """Of 60 persons an hour's flow does not fit, so the second road carries less than it could."""
    result = run(two_roads(room))
    left = result.road_left.cumsum("time")
    ours = [left.sel(route=route).values for route in ("Here - Mid", "Mid - There")]
    said = link_transmission(600, 2, 400, 100, np.inf if room is None else room)
    for mine, fluid in zip(ours, said, strict=True):
        assert np.abs(mine - fluid).max() <= 4
    total = result.people.sel(status="moving").sum("group")
    assert (total.sel(place="Mid").values <= (np.inf if room is None else room) + 1).all()
    held = result.road_queue.sel(route="Here - Mid").values.max()
    free = run(two_roads()).road_queue.sel(route="Here - Mid").values.max()
    assert (held > free + 100) == (room in (60, 150, 500))


def test_neither_step_nor_grid_changes_who_is_out_when():
    one, other = (run(two_roads(150, step=grid, grid=grid)) for grid in ("1h", "10min"))
    assert not {"people", "road_queue", "road_left"} & set(same_bytes(one, other))
    assert np.allclose(one.road_hours, other.road_hours, atol=1 / 3600, equal_nan=True)


def test_both_engines_give_the_same_bytes():
    events = [{"route": ["Mid", "There"], "start": hours(4), "stop": hours(6.3)}]
    fuel = [{"place": "Here", "start": hours(1.2), "vehicles_per_day": 12_000}]
    scenario = two_roads(150, road_events=events, fuel=fuel)
    assert not same_bytes(*(run(scenario, engine=engine) for engine in ("columns", "agents")))
