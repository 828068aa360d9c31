"""What is told of a scenario in words and tables: explanations as they are kept, messages in full.

To accept what has moved: ``FLOWSIM_BASELINE="why it moved" pytest tests/model``.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.behaviour.rules import RULES, RuleView
from flowsim.errors import ScenarioError
from flowsim.model.explain import Explanation, explain
from flowsim.model.flow import FlowModel
from flowsim.model.unlikely import unlikely, warn_of
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.model import tiny
from tests.model.test_explain import START, road
from tests.model.worlds import LEAKY, STRICT, finished, hours, rich, same_bytes, stock

FILE = Path(__file__).with_name("kept_words.txt")
DAY = timedelta(days=1)
EXPLAINED: dict[str, Callable[[], Explanation]] = {
    "rich": lambda: explain(rich(4000, STRICT), ways=4),
    "of some": lambda: explain(
        rich(4000, LEAKY), hours(30), origins=["Far", "Village"], groups=["K"], ways=2
    ),
    "roads": lambda: explain(tiny.a_checkpoint_and_a_corridor(), at=hours(5), ways=3),
    "told": lambda: explain(tiny.people_are_told_to_leave()),
    "settling": lambda: explain(tiny.a_place_takes_nobody_in_for_a_time(), at=hours(5)),
    "shut": lambda: explain(tiny.a_place_takes_nobody_in_for_a_time(), at=hours(1)),
    "hurry": lambda: explain(tiny.a_closure_is_announced(), at=hours(3)),
    "patience": lambda: explain(tiny.an_opening_is_announced(), at=hours(6)),
    "neighbours": lambda: explain(tiny.neighbours_leave_and_are_forgotten(), at=hours(5)),
    "on foot": lambda: explain(tiny.a_long_way_on_foot(), at=hours(3)),
}


def text_of(name: str) -> str:
    """An explanation as text and as a table, and the numbers of each origin."""
    told = EXPLAINED[name]()
    origins = [
        {key: _short(value) for key, value in origin.items() if key != "ways"}
        for origin in told.to_dict()["origins"]
    ]
    table = told.frame().to_csv(index=False, float_format="%.6g")
    lines = [f"== {name}", str(told), "", *map(str, origins), "", table]
    return "\n".join(lines)


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(under) for key, under in value.items()}
    return f"{value:.6g}" if isinstance(value, float) else value


def test_explanations_are_what_they_were() -> None:
    now = "\n".join(text_of(name) for name in EXPLAINED)
    if os.environ.get("FLOWSIM_BASELINE", "").strip():
        FILE.write_text(now, encoding="utf-8", newline="\n")
    before = FILE.read_text(encoding="utf-8").splitlines()
    assert not list(difflib.unified_diff(before, now.splitlines(), lineterm="", n=0))


def problems(error: pytest.ExceptionInfo[ScenarioError]) -> list[str]:
    return str(error.value).splitlines()


def test_a_moment_in_the_middle_of_an_hour_is_explained_as_that_hour() -> None:
    """And the first moment is of the run, the last is not."""
    half = explain(road(), at=START + timedelta(hours=3, minutes=20))
    assert half.at == START + timedelta(hours=3, minutes=20)
    assert half.origins == explain(road(), at=START + timedelta(hours=3)).origins
    assert explain(road(), at=START).at == START
    with pytest.raises(ScenarioError):
        explain(road(), at=START + 10 * DAY)


def test_all_that_cannot_be_explained_in_full() -> None:
    with pytest.raises(ScenarioError) as error:
        explain(road(rules="flee"), START + 10 * DAY, ["Towm", "Camp"], ["H"])
    assert problems(error)[-5:] == [
        "rules: Flee's rules have no terms of utility; choose `rules: flowsim`",
        "at: 2020-01-11T00:00 is outside the run; give a moment from 2020-01-01T00:00 to "
        "2020-01-11T00:00",
        "there is no place that people flee from 'Towm'; there is Town, Village "
        "(did you mean 'Town'?)",
        "there is no place that people flee from 'Camp'; there is Town, Village",
        "there is no group 'H'; there is G",
    ]  # fmt: skip


def test_a_moment_that_cannot_be_read_is_told_with_what_can() -> None:
    with pytest.raises(ScenarioError) as error:
        explain(road(), "noon")
    (told,) = problems(error)
    assert told.startswith("at: ")
    assert "'noon'" in told
    assert "; " in told


# ---- warnings -------------------------------------------------------------------------------


def warned(scenario: Scenario) -> list[tuple[str, str, str]]:
    return [(".".join(map(str, f.loc)), f.wrong, f.right) for f in unlikely(scenario)]


LEAVING = "see what `flowsim explain` says of leaving"
WAYS = "change it, or see what `flowsim explain` says of ways"
FREE = {"km_cost": 0.0}


def camps(capacity: int | None, **changes: Any) -> list[dict[str, Any]]:
    base = [p.model_dump() for p in road().places]
    return [{**p, "capacity": capacity, **changes} for p in base]


def far(mode: str) -> Scenario:
    """A way of 112 km of which 100 are so slow that nobody arrives."""
    routes = [r.model_dump() for r in road().routes]
    routes[1]["mode"] = mode
    slow = {**FREE, f"{mode}_kmh": 0.1, "settle_inside": -20.0}
    places = [p.model_dump() for p in road().places]
    places[0]["population"] = 500
    return road({"routes": slow}, routes=routes, places=places)


CLOSED = [{"id": "A-B", "between": ["A", "B"], "authorities": [
    {"name": "A", "country": "A"},
    {"name": "B", "country": "B", "policies": [{"type": "closed"}]}]}]  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        (road({"leaving": {"violence_per_day": 1e-5}}),
         ("behaviour.leaving.violence_per_day",
          "next to nobody (0.6 of 100,000 persons) can be expected to leave: the hazard is 1e-05 a "
          "day at danger 1, or danger is small or short", LEAVING)),
        (road({"leaving": {"trapped": 30.0}}),
         ("behaviour.leaving.trapped",
          "next to nobody (0.0 of 100,000 persons) can be expected to leave: gunfire keeps them in",
          LEAVING)),
        (road(groups=[{**road().groups[0].model_dump(), "flees": 0.0}]),
         ("groups",
          "next to nobody (0.0 of 100,000 persons) can be expected to leave: the groups in danger "
          "do not flee (`flees`)", LEAVING)),
        (road(violence={"events": []}),
         ("violence",
          "next to nobody (0.0 of 120,000 persons) can be expected to leave: no violence targets a "
          "group where it lives during the run", LEAVING)),
        (road({"leaving": {"count": "given"}}),
         ("arrivals", "no arrivals are given during the run",
          "give persons from a moment of the run on")),
        (road(borders=CLOSED),
         ("borders",
          "nobody can cross: every crossing is closed for the whole run, and no fence leaks",
          "open one at some time, if that is not what you ask")),
        (road({"routes": {"km_cost": 0.01, "settle_abroad": -20.0}}),
         ("behaviour.routes.settle_abroad",
          "next to nobody (2e-09 % of those who leave) can be expected to cross: settling counts "
          "-20.0 on the best way abroad from Town, to Camp (112 km), and 0.0 on the best of all, "
          "to Village (12 km)", WAYS)),
        (road({"routes": {"km_cost": 0.1234}}),
         ("behaviour.routes.km_cost",
          "next to nobody (9e-05 % of those who leave) can be expected to cross: length counts "
          "-13.8 on the best way abroad from Town, to Camp (112 km), and -1.5 on the best of all, "
          "to Village (12 km)",
          f"{WAYS}; 0.022 a km, not 0.1234, makes the usual way abroad cost 2.5")),
        (road({"routes": FREE}, places=camps(5)),
         ("places",
          "next to nobody can be expected to settle: places have room for 15 of 83,791 who leave",
          "give places a capacity, or none for no limit")),
        (far("road"),
         ("behaviour.routes.road_kmh",
          "next to nobody can be expected to settle: the usual way takes 1,120 hours, and the run "
          "ends before", "check lengths and speeds, or let the run be longer")),
        (far("foot"),
         ("behaviour.routes.foot_kmh",
          "next to nobody can be expected to settle: the usual way takes 1,001 hours, and the run "
          "ends before", "check lengths and speeds, or let the run be longer")),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)  # fmt: skip
def test_each_warning_in_full(scenario: Scenario, told: tuple[str, str, str]) -> None:
    assert warned(scenario) == [told]


def test_where_no_way_leads_abroad_that_is_told() -> None:
    """The only crossing is of another place, which a road leads to from nowhere."""
    routes = [r.model_dump() for r in road().routes]
    routes[1]["start"] = "Far"
    places = [p.model_dump() for p in road().places]
    places.insert(2, {"name": "Far", "country": "A", "lat": 41.0, "lon": 70.5})
    found = warned(road({"routes": FREE}, routes=routes, places=places, as_given=True))
    assert found == [(
        "routes",
        "next to nobody (0 % of those who leave) can be expected to cross: no way leads abroad "
        "from Town", WAYS,
    )]  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"places": camps(5, capacity_per_day=20.0)},
        {"borders": [{**CLOSED[0], "authorities": [CLOSED[0]["authorities"][0], {
            "name": "B", "country": "B", "policies": [{"type": "closed", "stop": START + DAY}]}]}]},
        {"groups": [{**road().groups[0].model_dump(), "flees": 0.01}]},
        {"places": [p if p["name"] != "Town" else {**p, "population": 0} for p in camps(None)],
         "violence": {"events": []}},
    ],
    ids=["growing camps", "closed for a day", "few who flee", "nobody in danger"],
)  # fmt: skip
def test_no_warning_where_enough_can(changes: dict[str, Any]) -> None:
    news = {"news_per_day": 0.5} if "violence" in changes else {}
    found = warned(road({"routes": {"km_cost": 0.01}, "leaving": news}, **changes))
    assert [loc for loc, *_ in found] == (["violence"] if "violence" in changes else [])


def test_own_policies_are_not_asked_before_a_run() -> None:
    asked = []

    def mine(now: datetime, view: Any) -> None:
        asked.append(now)

    assert unlikely(road().add_policies("A-B", mine, side="B")) == []
    assert not asked


def test_a_warning_says_where_its_value_stands() -> None:
    with pytest.warns(fs.ScenarioWarning) as told:
        warn_of(road({"leaving": {"trapped": 30.0}}))
    assert [str(warning.message) for warning in told] == [
        "behaviour.leaving.trapped: next to nobody (0.0 of 100,000 persons) can be expected to "
        f"leave: gunfire keeps them in; {LEAVING}"
    ]


# ---- a run ----------------------------------------------------------------------------------


def test_flee_has_no_steps_and_takes_no_rules_of_ones_own() -> None:
    scenario = tiny.by_rules_of_flee()
    with pytest.raises(ScenarioError) as error:
        FlowModel(scenario)
    assert problems(error) == [
        "rules: Flee's rules have no steps to look into; call flowsim.run, or choose "
        "`rules: flowsim`"
    ]
    with pytest.raises(ScenarioError) as error:
        run(scenario, rules={"leave": lambda view: view.danger})
    assert problems(error) == [
        "rules: Flee's rules do not take rules of your own; leave them out, or choose `rules: "
        "flowsim`"
    ]


def test_a_run_by_a_rule_of_ones_own_says_so_and_does_so() -> None:
    """Nobody leaves."""

    def never(view: RuleView) -> Any:
        return np.zeros_like(view.danger)

    scenario = tiny.a_road_is_closed()
    told = run(scenario, rules={"leave": never, "onward": never}).data
    assert told.attrs["own_rules"] == "leave,onward"
    assert (told.people.sel(status="at_home").sum(["place", "group"]) == tiny.PERSONS).all()


def test_a_rule_of_ones_own_may_send_home_those_who_are_there() -> None:
    """Who has settled near a burnt home draws again; by both engines."""

    def always(view: RuleView) -> Any:
        return np.full_like(RULES["return"](view), 9.0)

    scenario = tiny.homes_are_burnt()
    one, two = (run(scenario, 7, engine, rules={"return": always}) for engine in tiny.ENGINES)
    assert not same_bytes(one, two)
    assert stock(one, "displaced", "North")[-1] == 20


def test_what_mesa_collects_is_what_is_recorded() -> None:
    """Totals at the end of each step, by the names of the statuses."""
    model = finished(tiny.homes_are_burnt(), seed=7)
    told = model.datacollector.get_model_vars_dataframe()
    assert list(told) == ["crossed", "waiting", "displaced", "sheltered", "returned", "dead"]
    data = tiny.result("homes_are_burnt").data
    at_end = told[5::6].to_dict("list")  # steps of an hour, recorded every six
    totals = data.people.sum(["place", "group"])
    for name in ("waiting", "displaced", "sheltered", "returned"):
        assert at_end[name] == totals.sel(status=name).values.tolist(), name
    admitted = data.outcomes.sel(outcome="admitted").sum(["crossing", "kind"]).cumsum("time")
    assert at_end["crossed"] == admitted.values.tolist()
    assert at_end["dead"] == [0] * 8


def test_progress_is_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    scenario = tiny.a_long_way_on_foot()
    with_bar = run(scenario, seed=7, progress=True, provenance=False)
    told = capsys.readouterr()
    assert told.out == ""
    assert "ways: 100%" in told.err
    assert "6/6" in told.err
    assert "step/s" in told.err or "s/step" in told.err
    assert with_bar.data.identical(tiny.result("a_long_way_on_foot").data)


def test_forces_that_are_not_there_and_orders_that_cannot_be_given() -> None:
    model = FlowModel(rich(60, days=1))
    with pytest.raises(KeyError) as error:
        model.force("navy")
    assert error.value.args == ("no force 'navy'; there is army",)
    with pytest.raises(KeyError) as error:
        FlowModel(tiny.a_road_is_closed()).force("army")
    assert error.value.args == ("no force 'army'; there is none",)
    with pytest.raises(ValueError, match=r"^stance: .*; .*protect") as wrong:
        model.force("army").order("attak")
    assert "'attak'" in str(wrong.value)
    with pytest.raises(ValueError, match=r"^size: "):
        model.force("army").order("protect", size=-3)
