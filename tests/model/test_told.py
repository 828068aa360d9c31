"""Arrivals that are told, stocks at the start, and camps that take nobody in."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import flowsim as fs
from flowsim.behaviour import config
from flowsim.behaviour.origins import OriginWeights
from flowsim.draws import seed_key
from flowsim.model.axes import Status
from flowsim.model.flow import FlowModel
from flowsim.scenario.scenario import Scenario
from flowsim.world.arrivals import Origins, told_arrivals
from flowsim.world.config import Arrival
from tests.model.worlds import column
from tests.worlds import small_scenario

HOUR = timedelta(hours=1)


def told(*persons: int, sheltered: int = 0, place: str | None = None) -> Scenario:
    """The small scenario with so many persons told to leave in its first hours."""
    base = small_scenario()
    rows = [
        {"start": base.start + i * HOUR, "persons": n, **({"place": place} if place else {})}
        for i, n in enumerate((*persons, 0))
    ]
    places = [
        p.model_dump() | ({"sheltered": sheltered} if p.country not in base.flee_from else {})
        for p in base.places
    ]
    return base.with_values(
        {"behaviour.leaving.count": "given", "arrivals": rows, "places": places}
    )


def test_as_many_leave_as_is_told() -> None:
    result = fs.run(told(30, 0, 20), seed=1)
    at_home = result.people.sel(status=["at_home", "returned"]).sum("status")
    all_people = result.people.sum(["place", "group", "status"]) + result.deaths.cumsum("time").sum(
        ["place", "group"]
    )
    assert set(all_people.values.tolist()) == {50}
    assert int(at_home.sum(["place", "group"])[-1]) < 50


def test_they_leave_in_their_hour() -> None:
    """Nobody is at home an hour later but those of later rows (guards and families apart)."""
    scenario = told(40, 0, 25).with_values({"behaviour.leaving.men_stay": 0.0})
    model = FlowModel(scenario, rng=2)
    left = []
    for _ in range(4):
        model.step()
        left.append(65 - model.total(Status.AT_HOME))
    assert left == [40, 40, 65, 65]


def test_stocks_are_there_at_the_start_and_registered() -> None:
    scenario = told(10, sheltered=20)
    abroad = [p.name for p in scenario.places if p.sheltered]
    model = FlowModel(scenario, rng=1)
    people = model.stocks.people.sum(axis=1)
    names = list(model.world.network.names)
    assert people[[names.index(name) for name in abroad], 4].tolist() == [20] * len(abroad)
    result = fs.run(scenario, seed=1)
    first = result.registered.isel(time=0).sum("kind").sel(place=abroad)
    assert (first >= 20).all()


@settings(max_examples=12)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=5), st.integers(0, 15), st.integers(0, 99))
def test_both_engines_give_the_same_bytes(persons: list[int], sheltered: int, seed: int) -> None:
    scenario = told(*persons, sheltered=sheltered).with_values(
        {f"behaviour.routes.{term}": 1.5 for term in ("room", "crowding", "compatriots", "opened")}
    )
    if sum(persons) + sheltered == 0:
        return
    short = scenario.model_copy(update={"end": scenario.start + 12 * HOUR, "record": 3600})
    one, other = (fs.run(short, seed=seed, engine=e).data for e in ("columns", "agents"))
    for name in one.data_vars:
        assert np.array_equal(one[name].values, other[name].values, equal_nan=True), name


def test_who_comes_later_changes_nobody_before() -> None:
    """A row more leaves the households of the rows before alone."""
    one, two = FlowModel(told(30, 0, 0), rng=3), FlowModel(told(30, 0, 40), rng=3)
    n = one.crowd.n_start
    for name in ("key", "home", "size", "leaves"):
        assert column(two, name)[:n].tolist() == column(one, name).tolist()
    assert two.crowd.n_start > n


def test_who_leaves_in_a_spell_lives_where_danger_is_in_its_middle() -> None:
    """The row lasts two hours; danger moves from the first place to the other half an hour on."""
    world = FlowModel(small_scenario(), rng=1).world
    where = Origins(world.network.names, world.groups, world.residents)
    start = small_scenario().start
    rows = (Arrival(start=start, persons=9), Arrival(start=start + 2 * HOUR, persons=0))

    def weights(second: int) -> np.ndarray:
        weight = np.zeros(world.residents.shape)
        weight[0 if second < 1800 else 1] = 1.0
        return weight

    households = told_arrivals(seed_key(1), where, rows, start, 4 * 3600, weights)
    assert set(households.home.tolist()) == {1}


def test_a_place_of_origin_can_be_told() -> None:
    model = FlowModel(told(25, place="Town"), rng=1)
    names = list(model.world.network.names)
    assert set(column(model, "home").tolist()) == {names.index("Town")}


def test_a_camp_that_takes_nobody_in() -> None:
    base = told(60, sheltered=5)
    camps = [p.name for p in base.places if p.country not in base.flee_from and p.capacity != 0]
    border = base.borders[0].id
    far = next(c for c in base.borders[0].between if c not in base.flee_from)
    stop = fs.policy.ReceptionStop(places=tuple(camps))
    shut = fs.run(base.add_policies(border, stop, side=far), seed=1)
    open_ = fs.run(base, seed=1)
    at_camps = {"status": "sheltered", "place": camps}
    assert int(shut.people.sel(at_camps).max("time").sum()) <= 5 * len(camps)
    assert int(open_.people.sel(at_camps).max("time").sum()) > 5 * len(camps)


def test_people_hear_of_places_that_have_opened() -> None:
    """A stop that ends makes a place that has opened; one that is always there makes none."""
    base = told(60)
    ends = base.start + 3 * HOUR
    stop = fs.policy.ReceptionStop(places=("Camp",), stop=ends)
    model = FlowModel(base.add_policies(base.borders[0].id, stop, side="There"), rng=1)
    camp = model.world.network.names.index("Camp")
    opened = []
    for hour in range(5):
        model.policies(hour * 3600)
        opened.append(bool(model._refuges().opened[camp]))
    assert opened == [False, False, False, True, True]
    assert not model._refuges().opened[:camp].any()


def test_a_capacity_grows_by_the_day() -> None:
    base = small_scenario()
    places = [p.model_dump() | {"capacity": 10, "capacity_per_day": 2.5} for p in base.places]
    world = FlowModel(base.with_values({"places": places}), rng=1).world
    assert world.capacity_at(0).tolist() == [10] * len(places)
    assert world.capacity_at(86_400 * 2).tolist() == [15] * len(places)


def test_people_hear_of_room_in_a_camp_that_has_grown() -> None:
    """Ten are in a camp for ten that grows by ten a day: there is room from the third hour on."""
    base = told(0, sheltered=10).with_values(
        {
            "places[Camp].capacity": 10,
            "places[Camp].capacity_per_day": 10.0,
            "behaviour.returning.abroad_per_day": 0.0,
        }
    )
    model = FlowModel(base, rng=1)
    camp = model.world.network.names.index("Camp")
    heard = []
    for _ in range(4):
        refuges = model._refuges()
        heard.append((bool(refuges.full[camp]), float(refuges.free[camp])))
        model.step()
    assert heard == [(True, 0.0), (True, 0.0), (True, 0.0), (False, pytest.approx(1 / 11))]


def test_weights_of_origins_by_residents_danger_and_age() -> None:
    """residents ** power x danger x decay, the decay by intervals since danger began."""
    base = small_scenario()
    world = FlowModel(base, rng=1).world
    noon = 24 * 3600
    danger = world.surroundings.at(noon).danger
    plain = OriginWeights(config.Origins(population_power=0.5), world, 2 * 86_400).at(noon)
    assert plain == pytest.approx(np.sqrt(world.residents) * danger)
    heard = config.Origins(population_power=0.5, elsewhere=0.1)
    everywhere = OriginWeights(heard, world, 2 * 86_400).at(noon)
    assert everywhere == pytest.approx(np.sqrt(world.residents) * (danger + 0.1))
    tires = config.Origins(decay=(1.0, 0.25), decay_days=0.1)
    old = OriginWeights(tires, world, 2 * 86_400).at(noon)
    assert danger.any()
    assert old == pytest.approx(world.residents * danger * 0.25)
