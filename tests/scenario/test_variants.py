"""What a variant changes, removes and adds by name, and how it is told what it cannot."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest

import flowsim as fs
from flowsim.policy import Closed, Open, Quota, Scheduled, Triage
from flowsim.scenario.checks import check
from flowsim.scenario.extends import merge
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.read import parse
from flowsim.scenario.scenario import Number
from flowsim.scenario.schema import file_schema
from tests.worlds import small_scenario

DATA = Path(__file__).parents[1] / "data"
OR = ", or give `add: [...]` for a new one; `NAME: null` removes one"
THERE = "borders[Here-There].authorities[There]"
NAMED = """
          - {name: shut, type: closed, stop: {value: 2010-06-11T12:00, low: 2010-06-11T06:00}}
          - type: scheduled
            name: later
            start: 2010-06-11T12:00
            policies:
              - {name: men held, type: triage, barred: [men]}
              - {name: slow, type: quota, per_hour: 9}
        back:
          - {name: free, type: open}
"""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scenario of tests/data with names for its policies, below the current folder."""
    shutil.copytree(DATA / "small", tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    file = Path("small/scenario.yaml")
    text = file.read_text()
    i, j = text.index("\n          - {type: closed"), text.index("\nbehaviour:")
    file.write_text(text[:i] + NAMED + text[j:])
    return Path("small")


def variant(folder: Path, text: str) -> fs.Scenario:
    (folder / "variant.yaml").write_text(f"extends: .\n{text}", encoding="utf-8")
    jsonschema.validate(parse(f"extends: .\n{text}", "").plain(), file_schema())
    return fs.load(folder / "variant.yaml")


def at_border(text: str) -> str:
    return f"borders: {{Here-There: {{authorities: {{There: {text}}}}}}}"


def said(folder: Path, text: str) -> list[str]:
    with pytest.raises(fs.ScenarioError) as error:
        variant(folder, text)
    return [str(problem) for problem in error.value.problems]


def test_ranges_are_told_by_the_names_of_policies(small: Path) -> None:
    paths = [number.path for number in fs.load(small).numbers]
    assert f"{THERE}.policies[shut].stop" in paths


def test_values_are_set_by_the_names_of_policies(small: Path) -> None:
    changed = fs.load(small).with_values(
        {
            f"{THERE}.policies[shut].leak": 0.3,
            f"{THERE}.policies[later].policies[slow].per_hour": 4,
            f"{THERE}.back[free].delay_hours": 2,
        }
    )
    shut, later = changed.borders[0].authorities[0].policies
    assert isinstance(shut, Closed)
    assert isinstance(later, Scheduled)
    assert (shut.leak, later.policies[1].per_hour) == (0.3, 4.0)  # type: ignore[union-attr]
    assert changed.borders[0].authorities[0].back == (Open(name="free", delay_hours=2),)


def test_unnamed_policies_go_by_index() -> None:
    scenario = small_scenario().add_policies("Here-There", Open(name="open"))
    assert scenario.with_values({f"{THERE}.policies[0].leak": 0.2})
    with pytest.raises(fs.ScenarioError, match=r"there is no item ''; name one of 0, open"):
        scenario.with_values({f"{THERE}.policies[].leak": 0.2})


def test_ranges_follow_a_new_name(small: Path) -> None:
    changed = fs.load(small).with_values({f"{THERE}.policies[shut].name": "closed"})
    paths = [number.path for number in changed.numbers]
    assert f"{THERE}.policies[closed].stop" in paths
    assert f"{THERE}.policies[shut].stop" not in paths
    assert len(paths) == len(fs.load(small).numbers)


def test_policies_are_changed_by_name(small: Path) -> None:
    changed = variant(small, at_border("{policies: {shut: {stop: 2010-06-11T18:00, leak: 0.2}}}"))
    shut, later = changed.borders[0].authorities[0].policies
    assert shut == Closed(name="shut", stop="2010-06-11T18:00", leak=0.2)
    assert later == fs.load(small).borders[0].authorities[0].policies[1]
    assert changed.numbers != fs.load(small).numbers


def test_policies_are_removed_by_name(small: Path) -> None:
    changed = variant(small, at_border("{policies: {shut: null}, back: {free: null}}"))
    (later,) = changed.borders[0].authorities[0].policies
    assert later.name == "later"
    assert changed.borders[0].authorities[0].back == ()


def test_policies_in_a_schedule_are_changed_by_name(small: Path) -> None:
    inner = "{men held: null, slow: {per_hour: 3}, add: [{type: open}]}"
    text = at_border(f"{{policies: {{later: {{policies: {inner}}}}}}}")
    policies = variant(small, text).borders[0].authorities[0].policies
    assert isinstance(policies[1], Scheduled)
    assert policies[1].policies == (Quota(name="slow", per_hour=3), Open())
    assert policies[1].start == datetime(2010, 6, 11, 12)


def test_policies_are_added(small: Path) -> None:
    text = "{policies: {shut: null, add: [{type: quota, per_hour: {value: 5, high: 6}}]}}"
    changed = variant(small, at_border(text))
    policies = changed.borders[0].authorities[0].policies
    assert [policy.name for policy in policies] == ["later", ""]
    assert policies[1] == Quota(per_hour=5)
    assert changed.numbers[-2] == Number(path=f"{THERE}.policies[1].per_hour", value=5, high=6)


def test_things_are_added_to_a_table(small: Path) -> None:
    base = fs.load(small)
    changed = variant(
        small,
        """
places:
  Town: {capacity: 100, population: {high: 900}}
  add:
    - {name: Ford, country: Here, lat: 40.7, lon: 72.9, population: 50, share: {North: 1}}
routes:
  add:
    - {start: Ford, end: Town, km: 40}
violence:
  events:
    add:
      - {place: Ford, start: 2010-06-11, peak: 2010-06-11, until: 2010-06-12,
         half_life_hours: 12, intensity: {value: 0.5, low: 0.1}, target: {North: 1}}
reports: {R2: null, add: [{id: R3, when: 2010-06-12, variable: crossed, value: 9}]}
""",
    )
    assert [place.name for place in changed.places] == ["Town", "Village", "Camp", "Ford"]
    assert (changed.places[0].capacity, changed.places[0].lat) == (100, 40.5)
    assert changed.places[0].share == base.places[0].share
    assert changed.places[3].share == {"North": 1.0}
    assert changed.routes[:2] == base.routes
    assert changed.violence.events[0] == base.violence.events[0]
    assert [report.id for report in changed.reports] == ["R1", "R3"]
    assert changed.numbers[0] == Number(
        path="places[Town].population", value=600, low=500, high=900
    )
    assert Number(path="violence.events[1].intensity", value=0.5, low=0.1) in changed.numbers


def test_events_with_a_name_are_changed_and_removed_by_it(small: Path) -> None:
    table = (small / "events.csv").read_text()
    head, *rows = table.splitlines()
    named = [f"name,{head}", *(f"spell {i},{row}" for i, row in enumerate(rows)), f"more,{rows[0]}"]
    (small / "events.csv").write_text("\n".join(named) + "\n")
    more = fs.load(small).violence.events[-1]
    changed = variant(
        small, "violence: {events: {spell 0: null, more: {intensity: 0.25, crowd: 40}}}"
    )
    assert changed.violence.events == (more.model_copy(update={"intensity": 0.25, "crowd": 40.0}),)
    both = fs.load(small).with_values({"violence.events[more].intensity": 0.5})
    assert [event.intensity for event in both.violence.events] == [1.0, 0.5]
    (small / "events.csv").write_text((small / "events.csv").read_text().replace("more", "spell 0"))
    with pytest.raises(fs.ScenarioError, match=r"the event 'spell 0' appears twice"):
        fs.load(small)


def test_things_are_added_where_the_base_has_none(small: Path) -> None:
    text = (small / "scenario.yaml").read_text()
    i, j, k = (text.index(key) for key in ("violence:", "forces:", "conditions:"))
    (small / "scenario.yaml").write_text(f"{text[:i]}forces:\n{text[k:]}")
    assert i < j
    changed = variant(
        small,
        """
violence: {events: {add: [{place: Town, start: 2010-06-11, peak: 2010-06-11,
  until: 2010-06-12, half_life_hours: 12, intensity: 1, target: {North: 1}}]}}
forces: {add: [{name: Police, kind: police, places: [Town], size: 5,
  orders: [{start: 2010-06-11, stance: protect}]}]}
""",
    )
    assert len(changed.violence.events) == 1
    assert changed.forces[0].name == "Police"


def test_variants_add_one_after_the_other(small: Path) -> None:
    (small / "mild.yaml").write_text(
        f"extends: .\n{at_border('{policies: {add: [{type: open, name: more}]}}')}\n"
    )
    text = at_border("{policies: {more: {delay_hours: 1}, add: [{type: open}]}}")
    (small / "variant.yaml").write_text(f"extends: mild.yaml\n{text}\n")
    policies = fs.load(small / "variant.yaml").borders[0].authorities[0].policies
    assert [policy.name for policy in policies] == ["shut", "later", "more", ""]
    assert policies[2] == Open(name="more", delay_hours=1)


def test_a_list_still_replaces_a_list(small: Path) -> None:
    with pytest.warns(
        fs.ScenarioWarning, match="without shut, later; to keep some, give a mapping"
    ):
        changed = variant(small, at_border("{policies: [{type: triage, barred: [men]}]}"))
    assert changed.borders[0].authorities[0].policies == (Triage(barred=("men",)),)


def test_names_of_policies_that_are_not_there(small: Path) -> None:
    at = "borders.Here-There.authorities.There"
    assert said(small, at_border("{policies: {shout: null}, back: {x: {leak: 1}}}")) == [
        f"small/variant.yaml:2:57: {at}.policies.shout: there is no 'shout' in what this extends; "
        f"name one of shut, later (did you mean 'shut'?){OR}",
        f"small/variant.yaml:2:78: {at}.back.x: there is no 'x' in what this extends; "
        f"name one of free{OR}",
    ]
    later = "{policies: {later: {policies: {'': null, fast: null}}}}"
    assert said(small, at_border(later)) == [
        f"small/variant.yaml:2:76: {at}.policies.later.policies[]: there is no '' in what this "
        f"extends; name one of men held, slow{OR}",
        f"small/variant.yaml:2:86: {at}.policies.later.policies.fast: there is no 'fast' in what "
        f"this extends; name one of men held, slow{OR}",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "places: {add: {name: Ford}}",
            "15: places.add: a mapping is not a list; give a list of what to add, as [a, b]",
        ),
        (
            "places: {add: more.csv}",
            "15: places.add: 'more.csv' is not a list; give a list of what to add, as [a, b]",
        ),
        (
            "routes: {add: null}",
            "15: routes.add: nothing is not a list; give a list of what to add, as [a, b]",
        ),
        (
            "violence: {events: {Town: null, add: []}}",
            "21: violence.events.Town: these have no name; "
            "give the whole list, or `add: [...]` to add to it",
        ),
        (
            at_border("{back: {free: null, add: [{type: quota, per_hour: 0}]}}"),
            "95: borders[Here-There].authorities[There].back[0].per_hour: 0 is out of range; "
            "give a number above 0",
        ),
        (
            "conditions: {Curfew: {places: {Town: null}}}",
            "32: conditions.Curfew.places.Town: these have no name; "
            "give the whole list, or `add: [...]` to add to it",
        ),
        (
            "places: {add: [{name: Town, country: Here, lat: 41, lon: 72}]}",
            "23: places[3].name: the place 'Town' appears twice, first as number 1; "
            "remove one of them or rename it",
        ),
        (
            "reports: {add: [{id: R3, when: soon, variable: crossed, value: true}]}",
            "64: reports[R3].value: true is not a number; give a plain decimal, as 0.25",
        ),
        (
            "reports: {R2: {low: few}}",
            "21: reports[R2].low: 'few' is not a number; give a plain decimal, as 0.25",
        ),
        (
            "forces: {Army: {orders: {add: [{start: 2010-06-12, stance: protect}]}}}",
            "25: forces[Army].orders: a mapping is not a list; give a list, as [a, b]",
        ),
    ],
)
def test_what_cannot_be_added(small: Path, text: str, says: str) -> None:
    assert f"small/variant.yaml:2:{says}" in said(small, text)


def test_every_added_thing_is_checked(small: Path) -> None:
    told = said(
        small,
        "violence:\n  events:\n    add:\n"
        "      - {place: Twon, start: 2010-06-11, peak: 2010-06-11, until: 2010-06-12,\n"
        "         half_life_hours: 12, intensity: 1, target: {North: 1}}\n"
        "      - {place: Town, starts: 2010-06-11, peak: 2010-06-11, until: 2010-06-12,\n"
        "         half_life_hours: 12, intensity: 1, target: {North: 1}}\n",
    )
    assert told == [
        "small/variant.yaml:5:17: violence.events[1].place: there is no place 'Twon'; "
        "name one of Camp, Town, Village (did you mean 'Town'?)",
        "small/variant.yaml:7:9: violence.events[2].start: 'start' is missing; add it",
        "small/variant.yaml:7:23: violence.events[2].starts: there is no key 'starts'; "
        "use one of its keys (did you mean 'start'?)",
    ]


def test_names_where_the_base_has_nothing(small: Path) -> None:
    file = small / "scenario.yaml"
    text = file.read_text()
    i, j = text.index("conditions:"), text.index("borders:")
    file.write_text(f"{text[:i]}conditions: []\n\n{text[j:]}")
    assert said(small, "conditions: {Curfew: {leave: 1}, add: []}") == [
        "small/variant.yaml:2:14: conditions.Curfew: there is no 'Curfew' in what this extends; "
        "give `add: [...]` to add it"
    ]


def test_what_is_of_the_users_own_has_no_names_to_change(small: Path) -> None:
    base = parse("policies: [{name: a, arguments: {places: [x], value: 1}}]", "")
    over = parse("policies: {a: {arguments: {places: {add: [y]}, value: 2, back: {add: 1}}}}", "")
    flaws: list[Flaw] = []
    assert merge(base, over, flaws).plain()["policies"][0]["arguments"] == {
        "places": {"add": ["y"]},
        "value": 2,
        "back": {"add": 1},
    }
    assert flaws == []


def test_a_lost_row_of_a_table_is_told_once(small: Path) -> None:
    file = small / "places.csv"
    file.write_text(file.read_text().replace("72.8,200", "72.8,200,1"))
    (line,) = said(small, "places: {Village: {burnt: 0.1}}")
    assert line.startswith("small/places.csv:3:")


def test_the_event_list_of_a_scenario_by_itself_takes_no_add(small: Path) -> None:
    file = small / "scenario.yaml"
    file.write_text(file.read_text().replace("events: events.csv", "events: {add: []}"))
    with pytest.raises(fs.ScenarioError, match=r"events: a mapping is not a list"):
        fs.load(small)


def test_two_policies_of_one_name_in_a_script() -> None:
    scenario = small_scenario().replace_policies("Here-There", Open(name="a"), Closed(name="a"))
    (problem,) = check(scenario)
    assert str(problem) == (
        f"{THERE}.policies[1].name: the policy 'a' appears twice, first as number 1; "
        "remove one of them or rename it"
    )
    both = scenario.replace_policies("Here-There", Open(name="a"), side="There")
    assert (
        check(both.add_policies("Here-There", Open(name="a"), side="There", direction="back")) == []
    )
