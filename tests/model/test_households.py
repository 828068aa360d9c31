"""Families part and reunite, camps fill, harm strikes; persons are never lost."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.model.axes import Status
from flowsim.model.flow import FlowModel
from flowsim.running import run
from tests.model.worlds import FAMILIES, column, deeper, flows, hours, plain, rich, stock

KINDS = {name: FAMILIES[name] for name in FAMILIES if name != "household_size"}


def spell(until: float) -> dict:
    """Violence at Here that ends at an hour."""
    return {"events": [{"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(until),
                        "half_life_hours": 0.5, "intensity": 1, "target": {"G": 1}}]}  # fmt: skip


def families(**changes):
    return plain(**{"per_day": 30.0, "sizes": {2: 1, 4: 2}, "kinds": KINDS, **changes})


STAY = {"leaving": {"men_stay": 1.0, "guards_leave": 0.0}}
BACK = {"returning": {"inside_per_day": 30.0, "abroad_per_day": 30.0}}


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_families_part_and_reunite(engine):
    """All men stay, all others go and come back: in the end each household is as it was."""
    behaviour = deeper(STAY, BACK)
    scenario = families(persons=300, days=2, violence=spell(12), behaviour=behaviour)
    model = FlowModel(scenario, rng=3, engine=engine)
    before = _kinds(model)
    for _ in range(10):
        model.step()
    men = before[2].sum()
    together = before[2, before[[0, 1, 3, 4]].sum(axis=0) > 0].sum()
    assert model.total(Status.AT_HOME) == pytest.approx(together, abs=3)
    assert 0 < together < men
    assert len(_kinds(model)[0]) > before.shape[1]  # parts are households of their own
    while model.running:
        model.step()
    after = _kinds(model)
    assert (after[:, : before.shape[1]] == before).all()
    assert after[:, before.shape[1] :].sum() == 0


def _kinds(model: FlowModel, name: str = "kinds") -> np.ndarray:
    """Persons of each household by kind, or the wounded among them, (5, n)."""
    return column(model, name).T.astype(np.int64)


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_men_who_stay_take_their_wounds_with_them(engine):
    """Men are hurt before their families leave: nowhere are more wounded of a kind than persons,
    and the wounded are those who were counted, but for the few of them who died."""
    harm = {"harm": {"deaths_per_day": 0.01, "wounded_per_death": 100.0}}
    scenario = families(persons=600, per_day=3.0, days=1, behaviour=deeper(STAY, harm))
    model = FlowModel(scenario, rng=1, engine=engine)
    while model.running:
        model.step()
    kinds, hurt = _kinds(model), _kinds(model, "wounded")
    assert (hurt <= kinds).all()
    counted = int(model.observer.wounded.sum())
    assert counted - model.dead() <= hurt.sum() <= counted
    assert hurt[2, kinds[[0, 1, 3, 4]].sum(axis=0) == 0].sum() > 10


def test_men_stay_in_the_share_that_the_scenario_says():
    """Families that part / families that could: p within 4 sqrt(p (1 - p) / n)."""
    behaviour = {"leaving": {"men_stay": 0.3, "guards_leave": 0.0}}
    model = FlowModel(families(persons=8000, behaviour=behaviour, days=1), rng=1)
    kinds = _kinds(model)
    could = int(((kinds[2] > 0) & (kinds.sum(axis=0) > kinds[2])).sum())
    while model.running:
        model.step()
    parted = int((column(model, "parent") >= 0).sum())
    assert could > 1000
    assert abs(parted / could - 0.3) < 4 * np.sqrt(0.3 * 0.7 / could)


def test_guards_leave_at_their_own_hazard():
    """Guards are under guards_leave x hazard: from when families have gone, exp(-h t) are left."""
    behaviour = {"leaving": {"men_stay": 1.0, "guards_leave": 0.02}}
    scenario = families(persons=20_000, per_day=60.0, behaviour=behaviour, days=2)
    at_home = stock(run(scenario), "at_home").astype(float)
    left = at_home[-1] / at_home[11]
    expected = np.exp(-0.02 * 60.0 * 36 / 24)
    assert left == pytest.approx(expected, abs=4 * np.sqrt(expected / at_home[11]))


def test_capacity_overflow_goes_on():
    """A camp for 300 fills and is never over; all others go on to the city behind it."""
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": 2000,
         "share": {"G": 1}},
        {"name": "Camp", "country": "B", "lat": 40.2, "lon": 72.0, "capacity": 300},
        {"name": "City", "country": "B", "lat": 40.4, "lon": 72.0},
    ]  # fmt: skip
    routes = [
        {"start": "Here", "end": "Camp", "km": 24, "crossing": "Gate", "kind": "post"},
        {"start": "Camp", "end": "City", "km": 24},
    ]
    result = run(families(places=places, routes=routes, days=1))
    camp, city = stock(result, "sheltered", "Camp"), stock(result, "sheltered", "City")
    assert camp.max() <= 300
    assert camp[-1] > 295  # a family of four did not fit
    assert city[-1] + camp[-1] == 2000


def test_a_full_camp_with_nothing_behind_it_keeps_people_on_their_feet():
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": 500,
         "share": {"G": 1}},
        {"name": "Camp", "country": "B", "lat": 40.2, "lon": 72.0, "capacity": 100},
    ]  # fmt: skip
    routes = [{"start": "Here", "end": "Camp", "km": 24, "crossing": "Gate", "kind": "post"}]
    result = run(families(places=places, routes=routes, days=1))
    assert stock(result, "sheltered").max() <= 100
    total = stock(result, "moving")[-1] + stock(result, "sheltered")[-1]
    assert total == 500 - stock(result, "at_home")[-1]


def test_burnt_homes_are_not_gone_back_to():
    """With burnt = 1 those sheltered abroad settle near home, and none is at home again."""
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": 500,
         "share": {"G": 1}, "burnt": 1.0},
        {"name": "Near", "country": "A", "lat": 39.9, "lon": 72.0},
        {"name": "There", "country": "B", "lat": 40.2, "lon": 72.0},
    ]  # fmt: skip
    routes = [
        {"start": "Here", "end": "There", "km": 24, "crossing": "Gate", "kind": "post"},
        {"start": "Here", "end": "Near", "km": 15},
    ]
    scenario = families(
        places=places, routes=routes, violence=spell(12), days=3,
        behaviour={"returning": {"abroad_per_day": 30.0, "inside_per_day": 30.0,
                                 "burnt_factor": 1.0}},
    )  # fmt: skip
    result = run(scenario)
    assert stock(result, "sheltered").max() > 100
    assert stock(result, "returned").max() == 0
    assert stock(result, "displaced", "Near")[-1] == 500 - stock(result, "at_home")[-1]


def test_deaths_follow_the_hazard_of_men_and_women():
    """One group under danger 1 that cannot leave: P(dead after t) = 1 - exp(-h w t), by kind.

    Single persons, no wounds, h = 0.5 a day for men, w = 0.15 for women.
    """
    behaviour = {"harm": {"deaths_per_day": 0.5, "wounded_per_death": 0.0, "women": 0.15}}
    scenario = plain(20_000, per_day=0.0, behaviour=behaviour, days=1)
    model = FlowModel(scenario, rng=1)
    before = _kinds(model).sum(axis=1)
    result = run(scenario, seed=1)
    alive = result.composition.isel(time=-1).sum("place").to_series()
    for kind, number, weight in (("women", 1, 0.15), ("men", 2, 1.0)):
        p = 1.0 - np.exp(-0.5 * weight)
        dead = before[number] - alive[kind]
        assert abs(dead - before[number] * p) < 4 * np.sqrt(before[number] * p * (1 - p)), kind
    assert result.deaths.sum() == 20_000 - alive.sum()


def test_wounded_for_each_death():
    """Of those struck 1 / (1 + wounded_per_death) die."""
    behaviour = {"harm": {"deaths_per_day": 0.05, "wounded_per_death": 3.0, "women": 1.0}}
    result = run(plain(20_000, per_day=0.0, behaviour=behaviour, days=1))
    dead, hurt = int(result.deaths.sum()), int(result.wounded.sum())
    n = dead + hurt
    assert n > 1000
    assert abs(dead / n - 0.25) < 0.02 + 4 * np.sqrt(0.25 * 0.75 / n)


def test_crush_grows_with_the_crowd():
    """Hazard crush x crowd / 10,000 a person: a crowd N under it shrinks as N / (1 + c N t)."""
    behaviour = {"harm": {"crush_per_day": 1.0}}
    scenario = plain(
        8000, per_day=1e6, policies=[{"type": "closed"}], days=1, behaviour=behaviour, step="1h"
    )
    result = run(scenario)
    crowd = stock(result, "waiting")
    expected = 8000 / (1 + 1.0 * 0.8 * 23 / 24)  # c N = 0.8 a day, the first hour sees no crowd yet
    assert crowd[-1] == pytest.approx(expected, rel=0.03)
    assert flows(result)["died"].sum() == 8000 - crowd[-1] - stock(result, "at_home")[-1]


def test_curfew_halves_departures_and_delays_the_way():
    curfew = {"name": "c", "kind": "curfew", "places": ["Here"], "start": hours(0),
              "stop": hours(12), "leave": 0.5, "delay_hours": 1}  # fmt: skip
    result = run(plain(20_000, per_day=1.0, conditions=[curfew], days=1))
    at_home = stock(result, "at_home") / 20_000
    assert at_home[11] == pytest.approx(np.exp(-0.25), abs=0.015)
    assert at_home[23] / at_home[11] == pytest.approx(np.exp(-0.5), abs=0.015)
    assert stock(result, "sheltered")[2] == 0  # 2 h + 1 h
    assert stock(result, "sheltered")[3] > 0


def test_the_rich_world_parts_and_reunites():
    model = FlowModel(rich(2000, days=3, behaviour={"returning": {"inside_per_day": 6.0}}))
    while model.running:
        model.step()
    parts = column(model, "status")[column(model, "parent") >= 0]
    assert (parts == Status.EMPTY).any()
    assert (parts != Status.EMPTY).any()
    assert (column(model, "size") == column(model, "kinds").sum(axis=1)).all()
