"""What a scenario's terms come to, in worlds that one can solve by hand, and what is warned of."""

from __future__ import annotations

import json
import math
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import flowsim as fs
from flowsim.errors import ScenarioError
from flowsim.model.explain import explain
from flowsim.model.outlook import Outlook
from flowsim.model.route_options import Worth, chances, likely_ways, settled
from flowsim.model.unlikely import unlikely
from flowsim.scenario.scenario import Scenario
from tests.conflicts import NAMES, conflicts_folder, needs_conflicts
from tests.model.worlds import FAMILIES, LEAKY, STRICT, deeper, rich
from tests.properties.strategies import few, scenarios

START = datetime(2020, 1, 1)
DAY = timedelta(days=1)
QUIET = {"neighbours_per_day": 0.0, "frailty_variance": 0.0, "men_stay": 0.0, "news_per_day": 0.0}


def road(behaviour: dict[str, Any] | None = None, **changes: Any) -> Scenario:
    """A town under fire for a day, a village 12 km away, and a camp 100 km beyond the border."""
    fields: dict[str, Any] = {
        "name": "road", "start": START, "end": START + 10 * DAY, "flee_from": ["A"],
        "places": [
            {"name": "Town", "country": "A", "lat": 40.0, "lon": 70.0, "population": 100_000,
             "share": {"G": 1}},
            {"name": "Village", "country": "A", "lat": 40.1, "lon": 70.0, "population": 20_000,
             "share": {"G": 1}},
            {"name": "Camp", "country": "B", "lat": 40.9, "lon": 70.0, "kind": "camp"},
        ],
        "routes": [
            {"start": "Town", "end": "Village", "km": 12},
            {"start": "Village", "end": "Camp", "km": 100, "crossing": "Gate", "kind": "post"},
        ],
        "groups": [{"name": "G", **FAMILIES}],
        "violence": {"events": [
            {"place": "Town", "start": START, "peak": START, "until": START + DAY, "intensity": 1,
             "target": {"G": 1}},
        ]},
        "borders": [{"id": "A-B", "between": ["A", "B"], "authorities": [
            {"name": "A", "country": "A"}, {"name": "B", "country": "B"}]}],
        "behaviour": deeper({"leaving": QUIET}, behaviour or {}),
    }  # fmt: skip
    return Scenario(**{**fields, **changes})


def test_a_road_by_hand() -> None:
    """12 km and settling in the village, or 112 km and the camp; danger of 1 at the near end."""
    told = explain(road(), at=START)
    town = told.origins[0]
    near, far = town.ways
    danger = -0.5 * 1.0 * (1.0 + 0.0) / 2  # an hour on the way, half of it under danger 1
    assert near.terms == pytest.approx(
        {"length": -1.8, "legs": -0.1, "danger": danger, "roads": 0, "gates": 0, "settling": 0,
         "kin": 2, "size": 0.5 * math.log(21), "danger there": 0, "room": 0, "crowding": 0,
         "compatriots": 0, "opened": 0, "crowded": 0, "full": 0, "drivers": 0, "drivers there": 0,
         "by country": 0, "distance": 0}
    )  # fmt: skip
    assert {k: v for k, v in far.terms.items() if v} == pytest.approx(
        {"length": -16.8, "legs": -0.2, "danger": danger, "settling": 2}
    )
    assert near.utility == pytest.approx(sum(near.terms.values()))
    odds = math.exp(far.utility - near.utility)
    assert far.share == pytest.approx(odds / (1 + odds)) == pytest.approx(6.04e-8, rel=1e-3)
    assert town.abroad == pytest.approx(far.share)
    assert (far.places, far.crossings, far.passes) == (("Village", "Camp"), ("Gate",), 1.0)
    assert (far.km, far.km_on_foot, near.hours) == (112, 0, 1)
    rate = 3 * math.exp(-0.5)
    assert town.per_day == pytest.approx(rate)
    assert town.hazard == pytest.approx(
        {"violence": 3, "news": 0, "neighbours": 0, "ability": 1, "gunfire": math.exp(-0.5),
         "flees": 1, "hurry": 1, "way out": 1, "fear": 0, "drivers": 0, "lost": 0}
    )  # fmt: skip
    assert town.leave == pytest.approx(100_000 * (1 - math.exp(-rate)))
    assert [(o.place, o.leave, len(o.ways)) for o in told.origins[1:]] == [("Village", 0.0, 2)]


def test_fear_floods_and_a_closure_stand_in_the_terms() -> None:
    """The hazard is its terms put together, and utilities are the sums of theirs."""
    base = road({"leaving": {"way_out": 0.5, "fear_per_day": 2.0}, "news": {"informed": 1.0}})
    scenario = Scenario(
        **{
            **base.model_dump(exclude={"numbers"}),
            "threats": [{"name": "end", "places": ["Town"], "start": START, "fear": 0.5,
                         "lost_from": START, "leave_within_hours": 48}],
            "drivers": [{"name": "flood", "leave_per_day": 0.25, "way_cost_per_hour": 0.5,
                         "settle_cost": 0.75}],
            "levels": [{"driver": "flood", "place": name, "start": START, "level": 2}
                       for name in ("Town", "Village")],
        }
    )  # fmt: skip
    town = explain(scenario, at=START).origins[0]
    hazard = town.hazard
    assert (hazard["fear"], hazard["drivers"], hazard["lost"]) == (1.0, 0.5, 0.5)
    added = sum(hazard[name] for name in ("violence", "fear", "drivers", "news", "neighbours"))
    factors = ("ability", "gunfire", "flees", "hurry", "way out")
    assert 0.0 < hazard["way out"] < 1.0
    made = added * math.prod(hazard[name] for name in factors) + hazard["lost"]
    assert town.per_day == pytest.approx(made)
    near = town.ways[0]
    assert near.terms["drivers"] == pytest.approx(-0.5 * 2.0 * near.hours)
    assert near.terms["drivers there"] == pytest.approx(-1.5)
    assert near.terms["danger"] == pytest.approx(-0.5 * 1.5 / 2)  # danger 1 and fear 0.5 at home
    for way in town.ways:
        assert way.utility == pytest.approx(sum(way.terms.values()))
    assert near.share / town.ways[1].share == pytest.approx(
        math.exp(near.utility - town.ways[1].utility)
    )
    text = str(explain(scenario, at=START))
    assert "fear 1.00 + drivers 0.50" in text
    assert "+ lost 0.50" in text
    assert "x way out 0." in text


def test_it_is_what_a_run_does() -> None:
    still = {"returning": {"inside_per_day": 0.0, "abroad_per_day": 0.0},
             "harm": {"deaths_per_day": 0.0}}  # fmt: skip
    scenario = road({"routes": {"km_cost": 0.01, "settle_abroad": 4.5}, **still})
    town = explain(scenario, at=START + timedelta(hours=5)).origins[0]
    result = fs.run(scenario, seed=1)
    end = result.people.isel(time=-1)
    left = 100_000 - float(end.sel(place="Town", status="at_home").sum())
    abroad = float(end.sel(place="Camp").sum()) / left
    families = left / 4.3  # the unit of chance
    assert left == pytest.approx(town.leave, abs=4 * math.sqrt(4.3 * town.leave))
    assert 0.2 < town.abroad < 0.8
    assert abroad == pytest.approx(town.abroad, abs=4 * math.sqrt(0.25 / families))


def test_the_moment_is_that_of_most_danger_unless_told() -> None:
    event = {"place": "Town", "start": START + 3 * DAY, "peak": START + 4 * DAY,
             "until": START + 5 * DAY, "intensity": 2, "target": {"G": 1}}  # fmt: skip
    assert explain(road(violence={"events": [event]})).at == START + 4 * DAY
    assert explain(road(violence={"events": []})).at == START + 5 * DAY


@pytest.mark.parametrize("at", [6, 20, 40])
@pytest.mark.parametrize("policies", [STRICT, LEAKY], ids=["strict", "leaky"])
def test_shares_follow_from_utilities_and_add_up(policies: Any, at: int) -> None:
    """On a network with cycles, with curfew, army, closure and a camp with a limit."""
    outlook = Outlook(rich(4000, policies))
    for interval in outlook.intervals():
        if interval.start == at * 3600:
            break
    routes, places = outlook.laws.routes, len(outlook.world.places)
    worth = Worth(outlook, 1)
    chance = chances(worth.values(0))
    ends = settled(routes, chance, places)
    for p in np.flatnonzero(outlook.world.inside).tolist():
        ways = list(islice(likely_ways(routes, chance, p), 400))
        shares = [way.share for way in ways]
        assert shares == sorted(shares, reverse=True)
        logs = [math.log(w.share) - sum(worth.terms(w.links).values()) for w in ways]
        assert logs == pytest.approx([logs[0]] * len(logs), abs=1e-8)
        by_end = np.zeros(places)
        for way in ways:
            by_end[outlook.world.network.head[way.links[-1]]] += way.share
        assert by_end == pytest.approx(ends[p], abs=1e-3)
        assert ends[p].sum() == pytest.approx(1.0)


@few(10)
@given(scenario=scenarios())
def test_whatever_the_world_shares_are_shares(scenario: Scenario) -> None:
    told = explain(scenario, ways=50)
    for origin in told.origins:
        among = sum(way.share for way in origin.ways)
        assert 0.0 <= among <= 1.0 + 1e-9
        abroad = sum(way.share for way in origin.ways if way.places[-1].startswith("X"))
        assert abroad - 1e-9 <= origin.abroad <= abroad + 1.0 - among + 1e-9
        assert 0.0 <= origin.leave <= origin.residents
    assert len(str(told).splitlines()) > len(told.origins)
    unlikely(scenario)


def test_people_who_are_told_to_leave() -> None:
    rows = [{"start": START + DAY, "persons": 3000},
            {"start": START + 2 * DAY, "persons": 500, "place": "Village"},
            {"start": START + 3 * DAY, "persons": 0}]  # fmt: skip
    told = explain(road({"leaving": {"count": "given"}}, arrivals=rows), at=START)
    assert {o.place: o.leave for o in told.origins} == pytest.approx({"Town": 3000 * 5 / 6,
                                                                     "Village": 1000})  # fmt: skip
    assert told.origins[0].per_day is None


def test_ways_out_of_nowhere_and_small_tables() -> None:
    alone = explain(road(routes=road().routes[1:], as_given=True), at=START)
    assert alone.origins[0].ways == ()
    assert "no way leads from here" in str(alone)
    told = explain(road(), at=START, origins=["Town"], groups=["G"], ways=1)
    assert len(told.frame()) == 1
    assert json.loads(json.dumps(told.to_dict()))["origins"][0]["ways"][0]["km"] == 12
    text = str(told).splitlines()
    assert text[2].startswith("Town, G: 100,000 residents, of whom 83,791 leave during the run; ")
    assert (
        text[3]
        == "  leaving 1.82 a day = (violence 3.00 + news 0.00 + neighbours 0.00) x gunfire 0.61"
    )
    assert text[5].split() == ["100.0", "%", "12", "1.0", "1.37", "-1.80", "-0.10", "-0.25", "2.00",
                               "1.52", "Village"]  # fmt: skip


def test_moments_as_people_give_them() -> None:
    scenario = road(timezone="Asia/Bishkek")
    told = explain(scenario, at=START + timedelta(hours=8))
    noon = f"{START + timedelta(hours=2):%Y-%m-%dT%H:%M}Z"  # six hours behind
    for same in (f"{told.at:%Y-%m-%dT%H:%M}", noon, np.datetime64(told.at)):
        assert explain(scenario, at=same) == told


def test_what_cannot_be_explained_is_told_at_once() -> None:
    with pytest.raises(ScenarioError) as error:
        explain(road(rules="flee"), START - DAY, ["Towm", "Camp"], ["H"])
    told = str(error.value)
    assert "Flee's rules have no terms" in told
    assert "2019-12-31T00:00 is outside the run" in told
    assert "'Towm'; there is Town, Village (did you mean 'Town'?)" in told
    assert "'Camp'" in told
    assert "no group 'H'" in told


CURFEW = {"name": "c", "kind": "curfew", "places": ["Town"], "start": START,
          "stop": START + 9 * DAY, "leave": 0.0}  # fmt: skip
CLOSED = [{"id": "A-B", "between": ["A", "B"], "authorities": [
    {"name": "A", "country": "A"},
    {"name": "B", "country": "B", "policies": [{"type": "closed"}]}]}]  # fmt: skip


def full(capacity: int) -> list[dict[str, Any]]:
    base = [p.model_dump() for p in road().places]
    return [{**p, "capacity": capacity} for p in base]


@pytest.mark.parametrize(
    ("scenario", "loc", "told"),
    [
        (road(), "behaviour.routes.km_cost", "e-06 % of those who leave) can be expected to cross: "
         "length counts -16.8 on the best way abroad from Town, to Camp (112 km), and -1.8"),
        (road({"routes": {"km_cost": 0.01, "settle_abroad": -20.0}}),
         "behaviour.routes.settle_abroad", "settling counts -20.0"),
        (road(borders=CLOSED), "borders", "nobody can cross: every crossing is closed"),
        (road(violence={"events": []}), "violence", "no violence targets a group"),
        (road({"leaving": {"violence_per_day": 1e-5}}), "behaviour.leaving.violence_per_day",
         "the hazard is 1e-05 a day at danger 1"),
        (road({"leaving": {"trapped": 30.0}}), "behaviour.leaving.trapped", "gunfire keeps them"),
        (road(conditions=[CURFEW]), "conditions", "curfews and roadblocks"),
        (road({"leaving": {"count": "given"}}), "arrivals", "no arrivals are given"),
        (road({"routes": {"km_cost": 0.01}}, places=full(0)), "places", "room for 0 of"),
        (road({"routes": {"km_cost": 0.0, "road_kmh": 0.01}}), "behaviour.routes.road_kmh",
         "the usual way takes 1,200 hours, and the run ends before"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)  # fmt: skip
def test_warnings_name_the_term(scenario: Scenario, loc: str, told: str) -> None:
    found = unlikely(scenario)
    assert [".".join(map(str, flaw.loc)) for flaw in found] == [loc]
    assert told in found[0].wrong


def test_a_warning_of_length_says_what_the_scale_of_the_map_asks_for() -> None:
    (flaw,) = unlikely(road())
    assert flaw.right.endswith("; 0.022 a km, not 0.15, makes the usual way abroad cost 2.5")
    better = unlikely(road({"routes": {"km_cost": 0.022}}))
    assert "length" not in "".join(found.wrong for found in better)


@pytest.mark.parametrize(
    "scenario",
    [
        road({"routes": {"km_cost": 0.03}}),
        road({"routes": {"km_cost": 0.01}, "waiting": {"fence_per_day": 0.2}}, borders=[
            {**CLOSED[0], "authorities": [CLOSED[0]["authorities"][0], {
                "name": "B", "country": "B", "policies": [{"type": "closed", "leak": 0.02}]}]}]),
        rich(4000, STRICT),
        road({"routes": {"km_cost": 0.03}}, step="1d", record="1d", grid="1d"),
    ],
)  # fmt: skip
def test_no_warning_where_people_leave_cross_and_settle(scenario: Scenario) -> None:
    assert unlikely(scenario) == []


def test_no_warning_of_a_short_spell_in_a_long_run() -> None:
    """Of 17 weeks of hours, violence fills three, which longer intervals pass over."""
    at = START + timedelta(days=60, hours=13)
    event = {"place": "Town", "start": at, "peak": at, "until": at + timedelta(hours=3),
             "intensity": 1, "target": {"G": 1}}  # fmt: skip
    scenario = road({"routes": {"km_cost": 0.03}}, end=START + 119 * DAY,
                    violence={"events": [event]})  # fmt: skip
    assert unlikely(scenario) == []


def test_a_policy_that_a_run_would_fail_at() -> None:
    one = rich(400, [{"type": "triage", "priority": ["women"]}])
    two = one.add_policies("A-B", fs.policy.Triage(priority=["men"]), side="B")
    (flaw,) = unlikely(two)
    assert "two orders of service" in flaw.wrong


@pytest.mark.parametrize("name", ["", "variants/open.yaml", "variants/blockade.yaml"])
def test_june_2010_is_not_warned_of(name: str) -> None:
    assert unlikely(fs.load(f"scenarios/kyrgyz_uzbek_2010/{name}".rstrip("/"))) == []


@needs_conflicts
@pytest.mark.filterwarnings("ignore::flowsim.ScenarioWarning")
@pytest.mark.parametrize("name", NAMES)
def test_nor_are_six_conflicts(name: str) -> None:
    folder = conflicts_folder()
    assert folder is not None
    scenario = fs.load(folder / name)
    assert unlikely(scenario) == []
    assert explain(scenario, ways=1).origins[0].abroad == pytest.approx(1.0)
