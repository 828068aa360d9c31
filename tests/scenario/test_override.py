"""Values set by path, from the command line and from scripts."""

from __future__ import annotations

from datetime import datetime

import pytest

import flowsim as fs
from flowsim.scenario.override import assignment
from flowsim.scenario.scenario import Number
from tests.worlds import small_scenario

LEAVING = "behaviour.leaving.violence_per_day"
POLICY = "borders[Here-There].authorities[There].policies[0]"


def with_ranges() -> fs.Scenario:
    return small_scenario(
        numbers=(
            Number(path=LEAVING, value=3.0, low=1.0, high=5.0),
            Number(path="places[Town].share.North", value=0.5, low=0.4, high=0.6),
        )
    )


def test_values() -> None:
    changed = small_scenario().with_values(
        {
            LEAVING: 2,
            "places[Town].population": 1000,
            "places[1].kind": "village",
            "routes[Bridge].gate_per_hour": None,
            "groups[South].household_size.3": 2,
            "groups[South].household_size.5": 1,
            "violence.events[0].target.South": 0.5,
            f"{POLICY}.stop": "2010-06-11T00:00",
            "borders[0].authorities[Guards].name": "Border guards",
            "step": "30min",
            "flee_from": ["Here"],
        }
    )
    assert changed.behaviour.leaving.violence_per_day == 2.0
    assert changed.places[0].population == 1000
    assert changed.places[1].kind == "village"
    assert changed.routes[1].gate_per_hour is None
    assert changed.groups[1].household_size == {3: 2.0, 5: 1.0}
    assert changed.violence.events[0].target == {"North": 1.0, "South": 0.5}
    policy = changed.borders[0].authorities[0].policies[0]
    assert isinstance(policy, fs.policy.Closed)
    assert (policy.stop, policy.leak) == (datetime(2010, 6, 11), 0.1)
    assert changed.borders[0].authorities[0].name == "Border guards"
    assert changed.step == 1800


def test_the_old_one_stays() -> None:
    scenario = small_scenario()
    assert scenario.with_values({LEAVING: 2}) != scenario
    assert scenario == small_scenario()
    assert scenario.with_values({}) == scenario


def test_lists_of_policies() -> None:
    values = {f"{POLICY[:-3]}": [{"type": "quota", "per_hour": 5}, fs.policy.Open()]}
    policies = small_scenario().with_values(values).borders[0].authorities[0].policies
    assert policies == (fs.policy.Quota(per_hour=5), fs.policy.Open())


def test_functions_stay() -> None:
    scenario = small_scenario().add_policies("Here-There", lambda now, view: None)
    changed = scenario.with_values({LEAVING: 2, f"{POLICY}.leak": 0.3})
    policies = changed.borders[0].authorities[0].policies
    assert policies[1] is scenario.borders[0].authorities[0].policies[1]


def test_a_plain_value_has_no_range() -> None:
    scenario = with_ranges()
    assert [n.path for n in scenario.with_values({LEAVING: 9}).numbers] == [
        "places[Town].share.North"
    ]
    assert scenario.with_values({"places[0].share": {"North": 0.9, "South": 0.1}}).numbers == (
        scenario.numbers[0],
    )


def test_a_range_can_be_given() -> None:
    changed = with_ranges().with_values({LEAVING: {"value": 8, "low": 7, "source": "us"}})
    assert changed.behaviour.leaving.violence_per_day == 8.0
    assert changed.numbers[-1] == Number(path=LEAVING, value=8, low=7, source="us")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (
            "behaviour.leavin.violence_per_day",
            2,
            "there is no 'leavin'; use one of news, leaving, origins, routes, waiting, harm, "
            "returning, reception, traffic (did you mean 'leaving'?)",
        ),
        (
            "places[Twon].population",
            5,
            "there is no item 'Twon'; name one of Town, Village, Camp (did you mean 'Town'?)",
        ),
        ("places[7].population", 5, "there is no item '7'; name one of Town, Village, Camp"),
        (
            "title.x",
            5,
            "nothing can be set inside of ''; set the value itself, by the path up to it",
        ),
        ("", 5, "this is not a path; write it as places[Osh].population"),
        ("places[Town]population", 5, "this is not a path; write it as places[Osh].population"),
        ("places[Town", 5, "this is not a path; write it as places[Osh].population"),
        ("places..name", 5, "this is not a path; write it as places[Osh].population"),
        (LEAVING, -1, "-1 is out of range; give a number of at least 0"),
        (LEAVING, True, "true is not a number; give a plain decimal, as 0.25"),
        (LEAVING, float("nan"), "nan is not a finite number; give a plain decimal, as 0.25"),
        ("places[Town].share.North", 2, "2 is out of range; give a number of at most 1"),
        ("places[Town].name", None, "nothing is not text; give a text; put a number in quotes to "
         "make it one"),
        ("step", 5, "5 has no unit; write 1h, 30min or 1d"),
        ("places[Town].share.East", 0.0, "there is no group 'East'; name one of North, South"),
    ],
)  # fmt: skip
def test_mistakes(path: str, value: object, says: str) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        small_scenario().with_values({path: value})
    (problem,) = error.value.problems
    assert str(problem) == (f"{path}: {says}" if path else says)


def test_all_mistakes_are_told() -> None:
    with pytest.raises(fs.ScenarioError) as error:
        small_scenario().with_values({"x": 1, "step": 2, LEAVING: -3})
    assert len(error.value.problems) == 3


def test_rules_of_a_section_hold() -> None:
    scenario = small_scenario().replace_policies("Here-There", fs.policy.Quota(per_hour=5))
    with pytest.raises(fs.ScenarioError, match=r"policies\[0\]: a quota has one rate; give per_h"):
        scenario.with_values({f"{POLICY}.per_day": 9})


def test_a_range_must_hold() -> None:
    with pytest.raises(fs.ScenarioError, match=r"per_day.low: low 9 is above value 8; give low"):
        small_scenario().with_values({LEAVING: {"value": 8, "low": 9}})


def test_the_scenario_is_checked_as_a_whole() -> None:
    with pytest.raises(fs.ScenarioError, match=r"places\[Town\].share: the shares add up to 1.4"):
        small_scenario().with_values({"places[Town].share.North": 0.9})


def test_names_with_dots_and_brackets() -> None:
    places = list(small_scenario().places)
    places[0] = places[0].model_copy(update={"name": "St. John [east]"})
    scenario = small_scenario().model_copy(update={"places": tuple(places)})
    changed = scenario.model_copy(update={"routes": (), "violence": type(scenario.violence)()})
    with pytest.raises(fs.ScenarioError) as error:
        changed.with_values({"places[St. John [east]].population": 700})
    assert all("no route leads to" in problem.wrong for problem in error.value.problems)


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("a.b=1", "a.b", 1),
        ("a.b = NO", "a.b", "NO"),
        ("a=", "a", None),
        ("a[x=y].b=c=d", "a[x=y].b", "c=d"),
        ("a=2010-06-13T00:00", "a", "2010-06-13T00:00"),
        ("a={value: 1, low: 0}", "a", {"value": 1, "low": 0}),
    ],
)
def test_assignments(text: str, path: str, value: object) -> None:
    assert assignment(text) == (path, value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a", "a: this sets nothing; write it as path=value"),
        ("=5", "=5: this sets nothing; write it as path=value"),
        ("a=[1", "a: the list in [ ] is not closed; close it with ]"),
        ("a=!!python/none x", "a: the tag !!python/none is not allowed here; give the plain value, "
         "without a tag"),
    ],
)  # fmt: skip
def test_what_is_no_assignment(text: str, says: str) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        assignment(text)
    assert str(error.value) == says


def test_values_may_need_each_other() -> None:
    """Each of two times alone would end the policy before it is announced or starts."""
    closure = fs.policy.AnnouncedClosure(announced="2010-06-10T20:00", start="2010-06-11T00:00")
    scenario = small_scenario().replace_policies("Here-There", closure)
    for announced, start in (("2010-06-11T06:00", "2010-06-11T12:00"),
                             ("2010-06-10T18:00", "2010-06-10T19:00")):  # fmt: skip
        times = {f"{POLICY}.announced": announced, f"{POLICY}.start": start}
        either = scenario.with_values(times)
        assert either == scenario.with_values(dict(reversed(times.items())))
        policy = either.borders[0].authorities[0].policies[0]
        assert isinstance(policy, fs.policy.AnnouncedClosure)
        assert policy.start == datetime.fromisoformat(start)
    with pytest.raises(fs.ScenarioError, match="announced after it starts"):
        scenario.with_values({f"{POLICY}.announced": "2010-06-11T13:00", LEAVING: 2})
