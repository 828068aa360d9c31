"""Events with a toll of their own: as many are killed and wounded as they are said to, on average,
whoever is there; violence on the road meets those who are on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from flowsim.model.tolls import exponents
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.exact.chance import assert_means, mean_of_runs
from tests.model.worlds import FAMILIES, QUIET, deeper, hours, plain, same_bytes, ways

RUNS = 40
KINDS = {name: FAMILIES[name] for name in ("children", "women", "men", "elderly_women",
         "elderly_men")}  # fmt: skip


def blast(deaths: float, wounded: float, at: float = 2.0, until: float | None = None, **more: Any):
    return {
        "place": "Here", "start": hours(at), "peak": hours(at),
        "until": hours(at if until is None else until), "intensity": 0.0, "target": {"G": 1},
        "deaths": deaths, "wounded": wounded, **more,
    }  # fmt: skip


def depot(*events: dict[str, Any], persons: int = 400, **changes: Any) -> Scenario:
    """People of all kinds who stay at Here, and harm but for what events do there."""
    fields = {"kinds": KINDS, "per_day": 0.0, "violence": {"events": list(events)}, "days": 0.5}
    return plain(persons, sizes=FAMILIES["household_size"], **{**fields, **changes})


@pytest.mark.parametrize(
    ("weight", "deaths", "wounded"),
    [(np.ones((1, 5)), 50.0, 20.0), (np.array([[0.05, 0.15, 1.0, 0.3, 0.3]]), 30.0, 100.0),
     (np.array([[0.05, 0.15, 1.0, 0.3, 0.3]]), 390.0, 0.0)],
)  # fmt: skip
def test_the_hazard_gives_the_toll_of_those_who_are_there(weight, deaths, wounded) -> None:
    """Expected deaths are sum n (1 - exp(-w H)), and wounds the integral over those who live yet,
    H' sum n w exp(-w H s) over s from 0 to 1."""
    persons = np.array([[130, 120, 120, 15, 15]])
    fatal, wounding = exponents(deaths, wounded, persons, weight)
    assert (persons * (1 - np.exp(-weight * fatal))).sum() == pytest.approx(deaths, rel=1e-9)
    s = (np.arange(20_000) + 0.5) / 20_000
    living = (persons[..., None] * weight[..., None] * np.exp(-weight[..., None] * fatal * s)).sum(
        axis=(0, 1)
    )
    assert wounding * living.mean() == pytest.approx(wounded, rel=1e-6)


def test_a_toll_without_deaths_and_one_that_nobody_survives() -> None:
    persons, weight = np.array([[0, 0, 40, 0, 0]]), np.ones((1, 5))
    assert exponents(0.0, 10.0, persons, weight) == (0.0, 0.25)
    assert exponents(5.0, 5.0, 0 * persons, weight) == (0.0, 0.0)
    fatal, _ = exponents(1000.0, 0.0, persons, weight)
    assert 10.0 < fatal < 25.0


@pytest.mark.parametrize("event", [blast(20, 0), blast(8, 16), blast(20, 12, until=7.25)],
                         ids=["at once", "and wounds", "over hours"])  # fmt: skip
def test_as_many_fall_as_an_event_is_said_to_kill(event) -> None:
    found = []
    for seed in range(RUNS):
        data = run(depot(event), seed=seed).data
        found.append([int(data.deaths.sum()), int(data.wounded.sum())])
    mean, error = mean_of_runs(np.array(found), 2)
    wanted = np.array([event["deaths"], event["wounded"]])
    # those struck twice are wounded once: fewer than a tenth of the wounds of so few
    assert_means(mean, wanted, np.maximum(error, 1e-9), allow=[0.0, 0.1 * event["wounded"]])


def test_a_toll_falls_in_its_hours_and_at_its_place_only() -> None:
    data = run(depot(blast(60, 0, at=2.0, until=4.0)), seed=3).data
    dead = data.deaths.sum(["place", "group"]).values
    assert (dead[2:4] > 10).all()
    assert dead[:2].sum() == dead[4:].sum() == 0
    assert data.deaths.sel(place="There").sum() == 0


def test_who_is_not_targeted_is_not_struck() -> None:
    groups = [{"name": g, "household_size": {1: 1}, **KINDS} for g in "GK"]
    half = depot(blast(50, 0)).with_values(
        {"groups": groups, "places[Here].share": {"G": 0.5, "K": 0.5}}
    )
    dead = run(half, seed=1).deaths.sum(["time", "place"])
    assert dead.sel(group="G") > 25
    assert dead.sel(group="K") == 0


LEAVE = {"leaving": {"violence_per_day": 8.0}}


def on_the_road(event: dict[str, Any], behaviour: Any = (), **changes: Any) -> Scenario:
    """All leave Here within a day, two hours on the way to There, and die on the road alone."""
    threat = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(24),
              "intensity": 1.0, "target": {"G": 1}}  # fmt: skip
    calm = {"harm": {"deaths_per_day": 0.0, "wounded_per_death": 0.0}}
    behaviour = deeper(deeper(deeper(QUIET, LEAVE), calm), dict(behaviour))
    return plain(
        4000, per_day=8.0, days=1, abroad=False, behaviour=behaviour, kinds=KINDS,
        violence={"events": [threat, {**event, "to": "There"}]}, **changes,
    )  # fmt: skip


def test_a_toll_on_the_road_is_of_those_who_are_on_it() -> None:
    event = blast(25, 0, at=3.0)
    found = [int(run(on_the_road(event), seed=seed).deaths.sum()) for seed in range(RUNS)]
    # who arrives within the hour escapes, who leaves within it is struck: as many of each nearly
    mean, error = mean_of_runs(np.array(found)[:, None], 1)
    assert_means(mean, 25.0, error, allow=2.5)
    none = run(on_the_road(blast(25, 0, at=0.0)), seed=1)
    assert none.deaths.sum() == 0  # nobody was on it as the hour began


AMBUSH = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(23.9),
          "intensity": 2.0, "target": {"G": 1}, "part": 0.5}  # fmt: skip
DEADLY = {"harm": {"deaths_per_day": 3.0, "wounded_per_death": 0.0, "women": 1.0, "children": 1.0,
                   "elderly": 1.0}}  # fmt: skip


def dead_on_the_road(**changes: Any) -> tuple[int, int]:
    """How many died on the road, and how many set out on it; nobody is in danger elsewhere."""
    scenario = on_the_road({**AMBUSH, **changes.pop("event", {})}, DEADLY, **changes)
    safe = {"harm": lambda view: np.zeros(view.danger.shape)}
    data = run(scenario, seed=5, rules=safe).data
    dead = int(data.deaths.sum())
    left = 4000 - int(data.people.sel(status="at_home").isel(time=-1).sum())
    return dead, left


def test_an_ambush_kills_by_the_time_spent_on_the_road() -> None:
    """Intensity 2 on half of a way of two hours: 1 - exp(-3 x 2 x 1/2 x 2/24)."""
    dead, left = dead_on_the_road()
    low, high = binom.ppf([1e-4, 1 - 1e-4], left, 1 - np.exp(-3.0 * 2 / 24))
    assert left > 3900
    assert low <= dead <= high
    assert dead_on_the_road(event={"part": 0.0})[0] == 0


def test_the_way_can_be_told_from_its_other_end() -> None:
    turned = {"place": "There"}
    scenario = on_the_road({**AMBUSH}, DEADLY)
    events = [scenario.violence.events[0], {**AMBUSH, **turned, "to": "Here"}]
    other = scenario.with_values({"violence.events": events})
    assert not same_bytes(run(scenario, seed=2), run(other, seed=2))


@pytest.mark.parametrize("ahead", [0.0, 0.4, 1.0])
def test_the_danger_of_a_leg_is_of_both_ends(ahead: float) -> None:
    """Danger 1 behind and 0 ahead: 1 - exp(-h x on_the_way x (1 - ahead) x 2/24)."""
    on_the_way = {"harm": {**DEADLY["harm"], "on_the_way": 0.5, "danger_ahead": ahead}}
    calm = {**AMBUSH, "intensity": 0.0}
    scenario = on_the_road(calm, on_the_way)
    safe = {"harm": lambda view: np.zeros(view.danger.shape)}
    data = run(scenario, seed=5, rules=safe).data
    left = 4000 - int(data.people.sel(status="at_home").isel(time=-1).sum())
    chance = 1 - np.exp(-3.0 * 0.5 * (1 - ahead) * 2 / 24)
    low, high = binom.ppf([1e-4, 1 - 1e-4], left, chance) if ahead < 1.0 else (0, 0)
    assert low <= data.deaths.sum() <= high


def test_people_avoid_a_road_of_which_they_hear() -> None:
    """Two ways alike: with danger on one, its share of the choice falls by exp(-cost)."""
    base = ways(8000, behaviour={"routes": {"danger_cost": 1.0, "km_cost": 0.01}}, per_day=20.0)
    threat = base.violence.events[0].model_dump()
    ambush = {"place": "Here", "to": "North", "start": hours(0), "peak": hours(0),
              "until": hours(47), "intensity": 1.5, "target": {"G": 1}}  # fmt: skip
    there = base.with_values({"violence.events": [threat, ambush]})
    passed = run(there, seed=1).outcomes.sel(outcome="admitted").sum(["time", "kind"])
    share = float(passed.sel(crossing="Gate") / passed.sum())
    n = int(passed.sum())
    law = np.exp(-1.5) / (1 + np.exp(-1.5))  # an hour at 1.5 more
    assert abs(share - law) < 4 * np.sqrt(law * (1 - law) / n)


def test_both_engines_strike_the_same() -> None:
    for scenario in (depot(blast(40, 60)), on_the_road(blast(25, 5, at=3.0))):
        small = scenario.with_values({"places[Here].population": 200})
        assert not same_bytes(run(small, seed=1), run(small, seed=1, engine="agents"))
