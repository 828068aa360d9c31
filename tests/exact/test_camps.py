"""Camps that grow by a table, take in more than they should, and lose people to crowding.

Single persons leave a crowded place under a hazard that is constant over each step, so those who
leave in it are binomial, given how many were there as it began.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from flowsim.model.simulation import Simulation
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.exact.chance import assert_binomial
from tests.model.test_full_camps import CAMPS, full
from tests.model.worlds import border, flows, hours, plain, same_bytes, stock

N, ROOM = 12_000, 4_000


def crowded(inside: bool, one_in: int = 1, **reception: Any) -> Scenario:
    """Three times as many as it can shelter are in Camp, and There is two hours away."""
    base = plain(2 * N, per_day=0.0, days=2, abroad=not inside).model_dump(exclude={"numbers"})
    base["places"][0]["capacity"] = 0
    camp = {"name": "Camp", "country": "A" if inside else "B", "lat": 40.4, "lon": 72.0,
            "capacity": ROOM, "sheltered": N}  # fmt: skip
    base["places"] = [*base["places"], camp]
    base["routes"] = [*base["routes"], {"start": "There", "end": "Camp", "km": 24}]
    base["behaviour"]["reception"] |= reception
    base["population"] = {"one_in": one_in}
    return Scenario(**base)


@pytest.mark.parametrize(("inside", "one_in"), [(False, 1), (True, 1), (False, 10)])
def test_people_leave_a_crowded_place_by_the_exponential_law(inside, one_in):
    """At crowded_per_day times the load beyond crowded_from, of the start of each step."""
    per_day, begins = 0.9, 1.2
    scenario = crowded(inside, one_in, crowded_from=begins, crowded_per_day=per_day)
    status = "displaced" if inside else "sheltered"
    there = stock(run(scenario), status, "Camp")
    at_first = Simulation(scenario).crowd.occupancy()[-1]
    before = np.concatenate([[at_first], there[:-1]])
    hazard = per_day * np.maximum(before / ROOM - begins, 0.0)
    assert_binomial(there // one_in, before // one_in, np.exp(-hazard / 24.0))
    assert there[-1] < 0.6 * N
    assert stock(run(scenario), status, "There")[-1] > 0.3 * N


@pytest.mark.parametrize("capacity", [ROOM, None])
def test_without_a_rate_or_a_limit_nobody_is_moved_on(capacity):
    rate = 0.0 if capacity else 5.0
    scenario = crowded(False, crowded_per_day=rate).with_values({"places[Camp].capacity": capacity})
    assert (stock(run(scenario), "sheltered", "Camp") == N).all()


def test_what_a_place_is_worth_falls_with_its_load():
    """Two places alike but for a load of 1.8 at one: odds of exp(-cost x 0.8), all through a step
    of a day, as people hear of its beginning."""
    cost, n, there = 1.5, 4_000, 18_000
    place = {"country": "B", "lat": 40.2, "kind": "host", "capacity": 10_000}
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": n,
         "share": {"G": 1}},
        {"name": "Fork", "country": "B", "lat": 40.1, "lon": 72.0, "capacity": 0},
        {"name": "Full", **place, "lon": 72.1, "sheltered": there},
        {"name": "Free", **place, "lon": 71.9},
    ]  # fmt: skip
    routes = [
        {"start": "Here", "end": "Fork", "km": 12, "crossing": "Gate", "kind": "post"},
        {"start": "Fork", "end": "Full", "km": 14},
        {"start": "Fork", "end": "Free", "km": 14},
    ]
    behaviour = {"reception": {"overfull": 10.0}, "routes": {"crowded_cost": cost}}
    result = run(plain(n, 200.0, days=1, step="1d", record="1d", places=places, routes=routes,
                       behaviour=behaviour))  # fmt: skip
    came = {name: int(stock(result, "sheltered", name)[-1]) for name in ("Full", "Free")}
    came["Full"] -= there
    share = 1.0 / (1.0 + np.exp(cost * 0.8))
    assert_binomial(came["Full"], came["Full"] + came["Free"], share)
    assert came["Free"] > n / 2


def test_news_of_a_crowd_changes_where_people_settle():
    """Nobody settles at a place that is known to hold four times its number."""
    base = full(60, grows=0.0).model_dump(exclude={"numbers"})
    base["places"] = list(base["places"])
    for place in base["places"][1:]:
        place["capacity"] = 1_000
    base["places"][1] |= {"capacity": 10, "sheltered": 40}
    base["behaviour"]["reception"]["overfull"] = 10.0
    told = {}
    for cost in (0.0, 10.0):
        base["behaviour"]["routes"]["crowded_cost"] = cost
        told[cost] = stock(run(Scenario(**base)), "sheltered", "Camp")[-1]
    assert told[0.0] > 40
    assert told[10.0] == 40


# ---- how many are taken in --------------------------------------------------------------------


def test_places_take_in_so_many_beyond_their_capacity_and_no_more():
    """Ten beds and a quarter more are twelve persons, in each of three camps."""
    scenario = full().with_values({"behaviour.reception.overfull": 0.25})
    for name in CAMPS:
        there = stock(run(scenario), "sheltered", name)
        assert there.max() == there[-1] == 12


def table(persons: int = 90, **row: Any) -> Scenario:
    """As `full`, but High opens on the third day and has ten times as many beds on the seventh."""
    rows = [{"place": "High", "start": hours(24 * day), "sites": sites, "places_per_site": 2.5,
             **row} for day, sites in ((2, 2), (6, 20))]  # fmt: skip
    return full(persons).with_values({"places[High].capacity": 0, "capacities": rows})


@pytest.mark.parametrize("between", ["hold", "line"])
def test_a_camp_takes_in_what_the_table_says(between):
    """Full from the day on which it has opened; those who wait outside look again once a day."""
    result = run(table(between=between, places_per_site=2.5))
    there, day = stock(result, "sheltered", "High"), np.arange(1, 13)
    held = np.select([day < 2, day < 6], [0, 5], 50)
    line = np.interp(day, [2, 6], [5, 50], left=0)
    room = np.floor(held if between == "hold" else line)
    assert (there <= room).all()
    assert (there[:2] == 0).all()
    assert there[3] >= 5
    assert there[-1] == 50
    assert stock(result, "sheltered")[-1] == 70


def test_who_is_in_a_camp_that_shrinks_stays_unless_it_is_crowded():
    rows = [{"place": "High", "start": hours(24 * day), "persons": persons}
            for day, persons in ((1, 40), (8, 10))]  # fmt: skip
    base = full().with_values({"capacities": rows})
    assert stock(run(base), "sheltered", "High")[-1] == 40
    leaving = base.with_values({"behaviour.reception.crowded_per_day": 2.0})
    assert stock(run(leaving), "sheltered", "High")[6] == 40
    assert 10 <= stock(run(leaving), "sheltered", "High")[-1] < 20


@pytest.mark.parametrize("one_in", [1, 3])
def test_both_engines_do_the_same(one_in):
    told = {"behaviour.reception.overfull": 0.3, "behaviour.reception.crowded_per_day": 3.0,
            "behaviour.reception.crowded_from": 0.8, "behaviour.routes.crowded_cost": 1.0,
            "population.one_in": one_in}  # fmt: skip
    scenario = table(60, between="line").with_values(told)
    assert not same_bytes(run(scenario), run(scenario, engine="agents"))


# ---- a border that closes because camps are full ------------------------------------------------


@pytest.mark.parametrize(("lag_hours", "one_in"), [(0, 1), (3, 1), (0, 5)])
def test_a_border_opens_again_as_camps_grow(lag_hours, one_in):
    """Closed in each hour before which, at the last report, the camp held what it could then."""
    rows = [{"place": "There", "start": hours(hour), "persons": persons}
            for hour, persons in ((24, 400), (30, 400), (40, 900))]  # fmt: skip
    rows[1]["between"] = "line"
    bound = {"type": "capacity_bound", "closes_at": 0.95, "reopens_at": 0.7}
    base = plain(3_000, 3.0).model_dump(exclude={"numbers"})
    base["places"][1]["capacity"] = 100
    base["borders"] = border([bound])
    base["routes"][0]["gate_per_hour"] = 40.0
    base["borders"][0]["authorities"][1]["lag_hours"] = lag_hours
    base |= {"capacities": rows, "population": {"one_in": one_in}}
    result = run(Scenario(**base))
    sheltered = np.concatenate([[0], stock(result, "sheltered", "There")])
    admitted = flows(result)["admitted"]
    capacity = np.interp(np.arange(48), [30, 40], [400, 900])
    capacity[:24] = 100
    shut, hours_shut = False, []
    for hour in range(48):
        seen = max(hour - lag_hours, 0)
        shut = sheltered[seen] / capacity[seen] >= (0.7 if shut else 0.95)
        hours_shut.append(shut)
    closed = np.array(hours_shut)
    assert (admitted[closed] == 0).all()
    assert (admitted[~closed][1:] > 0).all()
    turns = [b for a, b in pairwise(hours_shut) if a != b]
    assert turns[:2] == [True, False]
    assert closed[10:24].all()
