"""Values set by path: what each step means, which ranges stay, and what is told of a wrong one."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

import flowsim as fs
from flowsim.scenario.extends import Lists, merge, replacement
from flowsim.scenario.flaws import SUGGESTIONS, Flaw, listed
from flowsim.scenario.override import assignment, locate
from flowsim.scenario.read import parse
from flowsim.scenario.scenario import Number
from flowsim.world.config import Group
from tests.worlds import KINDS, small_scenario

POLICIES = "borders[Here-There].authorities[There].policies"
PRESSED = {
    "type": "forced_return", "name": "tours", "start": "2010-06-11", "deadline": "2010-06-12",
    "per_day": {"value": 0.25, "low": 0.1, "high": 0.5},
    "per_day_at_deadline": {"value": 1.0, "low": 0.5, "high": 2.0},
}  # fmt: skip


def ranges(scenario: fs.Scenario) -> dict[str, tuple[Any, Any, Any]]:
    return {n.path: (n.low, n.value, n.high) for n in scenario.numbers}


def with_twins() -> fs.Scenario:
    """Numbers with ranges whose paths begin alike."""
    sizes = {1: 0.25, 10: 0.5, 4: 0.25}
    groups = [Group(name="North", household_size=sizes, **KINDS), small_scenario().groups[1]]
    values: dict[str, Any] = {
        f"groups[North].household_size.{size}": {"value": part, "low": 0.0, "high": 1.0}
        for size, part in sizes.items()
    }
    made = small_scenario(groups=groups).with_values(values)
    policy = {key: v["value"] if isinstance(v, dict) else v for key, v in PRESSED.items()}
    made = made.with_values({POLICIES: [policy]})
    for key in ("per_day", "per_day_at_deadline"):
        made = made.with_values({f"{POLICIES}[tours].{key}": PRESSED[key]})
    return made


@pytest.mark.parametrize(
    ("path", "value", "twin"),
    [
        ("groups[North].household_size.1", 0.5, "groups[North].household_size.10"),
        (f"{POLICIES}[tours].per_day", 0.5, f"{POLICIES}[tours].per_day_at_deadline"),
    ],
)
def test_a_range_stays_though_another_key_begins_with_its_name(
    path: str, value: float, twin: str
) -> None:
    before = ranges(with_twins())
    assert {path, twin} <= set(before)
    after = ranges(with_twins().with_values({path: value}))
    assert after == {key: told for key, told in before.items() if key != path}
    told = {"value": value, "low": 0.0, "high": 0.75}
    assert ranges(with_twins().with_values({path: told})) == {**before, path: (0.0, value, 0.75)}


def test_a_range_in_a_variant_stays_though_another_key_begins_with_its_name(
    tmp_path: Path,
) -> None:
    shutil.copytree(Path(__file__).parents[1] / "data" / "small", tmp_path / "small")
    pressed = (
        "{type: forced_return, name: tours, start: 2010-06-11, deadline: 2010-06-12, "
        "per_day: {value: 0.25, low: 0.1, high: 0.5}, "
        "per_day_at_deadline: {value: 1, low: 0.5, high: 2}}"
    )
    at = "borders: {Here-There: {authorities: {There: {policies: %s}}}}\n"
    (tmp_path / "one.yaml").write_text(
        "extends: small\n" + at % f"{{add: [{pressed}]}}", encoding="utf-8"
    )
    (tmp_path / "two.yaml").write_text(
        "extends: one.yaml\n" + at % "{tours: {per_day: 0.5}}", encoding="utf-8"
    )
    before, after = (ranges(fs.load(tmp_path / name)) for name in ("one.yaml", "two.yaml"))
    path = next(p for p in before if p.endswith("[tours].per_day"))
    assert after == {key: told for key, told in before.items() if key != path}
    assert any(key.endswith("[tours].per_day_at_deadline") for key in after)


def test_the_range_of_what_is_inside_goes_with_it() -> None:
    policy = small_scenario().borders[0].authorities[0].policies[0]
    after = ranges(with_twins().with_values({POLICIES: [policy]}))
    assert all(path.startswith("groups[North]") for path in after)
    after = ranges(with_twins().with_values({"groups[North].household_size": {2: 1}}))
    assert all(path.startswith(POLICIES) for path in after)


def test_ranges_follow_a_name_and_numbers_can_be_set_themselves() -> None:
    made = with_twins()
    after = ranges(made.with_values({"groups[North].name": "Nord", "places[Town].share":
                                     {"Nord": 0.5, "South": 0.5},
                                     "places[Village].share": {"Nord": 1.0},
                                     "violence.events[0].target": {"Nord": 1.0}}))  # fmt: skip
    assert {path for path in after if path.startswith("groups")} == {
        f"groups[Nord].household_size.{size}" for size in (1, 4, 10)
    }
    number = Number(path="places[Town].population", value=600, low=500)
    assert made.with_values({"numbers": [number]}).numbers == (number,)
    same = made.with_values({"title": "another"})
    assert same.numbers == made.numbers


@pytest.mark.parametrize("path", ["places[0].population", "places.Town.population"])
def test_a_range_goes_with_its_value_by_whichever_path_it_was_told(path: str) -> None:
    """It stayed with the old value, as paths were compared as texts."""
    number = Number(path=path, value=600, low=500)
    made = small_scenario(numbers=(number,))
    assert made.with_values({"places[Town].population": 900}).numbers == ()
    kept = made.with_values({"places[Village].population": 900})
    assert ranges(kept) == {"places[Town].population": (500, 600, None)}


def test_a_range_that_leads_nowhere_does_not_keep_a_name_from_being_set() -> None:
    number = Number(path="nowhere.to", value=600, low=500)
    made = small_scenario(numbers=(number,))
    path = "borders[0].authorities[Guards].name"
    assert made.with_values({path: "Border guards"}).numbers == (number,)


def test_a_source_and_a_law_stay_with_a_number() -> None:
    path = "behaviour.leaving.violence_per_day"
    told = {"value": 3, "low": 1, "high": 5, "source": "us", "note": "n"}
    (number,) = small_scenario().with_values({path: told}).numbers
    assert (number.path, number.value, number.low, number.high, number.source, number.note) == (
        path, 3, 1, 5, "us", "n",
    )  # fmt: skip
    only = small_scenario().with_values({path: {"low": 1, "value": 3}})
    assert only.behaviour.leaving.violence_per_day == 3.0


def test_times_and_the_ends_of_their_range_are_taken_to_the_zone_of_the_scenario() -> None:
    made = small_scenario(timezone="Asia/Bishkek")
    plain = made.with_values({f"{POLICIES}[0].start": "2010-06-10T20:00Z"})
    assert plain.borders[0].authorities[0].policies[0].start == datetime(2010, 6, 11, 2)
    told = {"value": "2010-06-11T00:00", "low": "2010-06-10T12:00Z"}
    after = made.with_values({f"{POLICIES}[0].start": told})
    assert after.borders[0].authorities[0].policies[0].start == datetime(2010, 6, 11)
    assert ranges(after) == {
        f"{POLICIES}[0].start": ("2010-06-10T18:00:00", "2010-06-11T00:00", None)
    }


@pytest.mark.parametrize(
    ("path", "loc"),
    [
        ("places[Town].share.North", ("places", 0, "share", "North")),
        ("places.Town.share[North]", ("places", 0, "share", "North")),
        ("places.1", ("places", 1)),
        ("groups[South].household_size.3", ("groups", 1, "household_size", 3)),
        ("groups[South].household_size.x", ("groups", 1, "household_size", "x")),
        ("borders[Here-There].authorities[Guards].policies[0]",
         ("borders", 0, "authorities", 0, "policies", 0)),
        ("routes[Bridge].km", ("routes", 1, "km")),
        ("places[Town].share.East", ("places", 0, "share", "East")),
        ("end", ("end",)),
    ],
)  # fmt: skip
def test_what_each_step_of_a_path_means(path: str, loc: tuple[object, ...]) -> None:
    assert locate(small_scenario(), path) == loc


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", ("this is not a path", "write it as places[Osh].population")),
        ("a..b", ("this is not a path", "write it as places[Osh].population")),
        ("places[Town]x", ("this is not a path", "write it as places[Osh].population")),
        ("titel", ("there is no 'titel'", "use one of ")),
        ("places[Twon]", ("there is no item 'Twon'",
                          "name one of Town, Village, Camp (did you mean 'Town'?)")),
        ("places[3]", ("there is no item '3'", "name one of Town, Village, Camp")),
        ("places[Town].share.East.x", ("there is no 'East'", "name one of North, South")),
        ("step.x", ("nothing can be set inside of 3600",
                    "set the value itself, by the path up to it")),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_told(path: str, told: tuple[str, str]) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        locate(small_scenario(), path)
    wrong, right = error.value.args
    assert wrong == told[0]
    assert right.startswith(told[1])
    if path == "titel":
        assert right.endswith("(did you mean 'title'?)")
        assert listed(fs.Scenario.model_fields, most=30) in right
    elif path != "places[3]":
        assert right == told[1]


def test_a_name_that_two_items_have_asks_for_an_index() -> None:
    made = small_scenario()
    guards = made.borders[0].authorities[0]
    borders = [made.borders[0].model_copy(update={
        "authorities": (guards, guards.model_copy(update={"name": "Customs"}))})]  # fmt: skip
    twice = made.model_copy(update={"borders": tuple(borders)})
    with pytest.raises(ValueError) as error:  # noqa: PT011
        locate(twice, "borders[0].authorities[There].policies")
    assert error.value.args == (
        "2 items are named 'There'", "give one of the indices 0, 1",
    )  # fmt: skip
    assert locate(twice, "borders[0].authorities[Customs]") == ("borders", 0, "authorities", 1)


def test_what_is_wrong_with_several_values_is_told_in_their_order_and_nothing_changes() -> None:
    made = small_scenario()
    values = {"step": 5, "places[Town].population": -1, "title": "fine", "x": 1}
    with pytest.raises(fs.ScenarioError) as error:
        made.with_values(values)
    assert {problem.path for problem in error.value.problems} == {
        "step", "places[Town].population", "x",
    }  # fmt: skip
    assert made == small_scenario()


def test_truth_is_no_number() -> None:
    for path in ("places[Town].population", "behaviour.leaving.violence_per_day"):
        with pytest.raises(fs.ScenarioError) as error:
            small_scenario().with_values({path: True})
        (problem,) = error.value.problems
        assert (problem.wrong, problem.right) == (
            "true is not a number", "give a plain decimal, as 0.25",
        )  # fmt: skip


def test_rules_of_a_section_are_told_where_it_stands() -> None:
    made = small_scenario().with_values({POLICIES: [{"type": "quota", "per_hour": 5}]})
    with pytest.raises(fs.ScenarioError) as error:
        made.with_values({f"{POLICIES}[0].per_day": 9})
    (problem,) = error.value.problems
    assert problem.path == f"{POLICIES}[0]"
    assert made.with_values({f"{POLICIES}[0].per_hour": 7}).borders[0].authorities[0].policies == (
        fs.policy.Quota(per_hour=7),
    )


def test_assignments_are_split_at_the_first_sign_outside_of_brackets() -> None:
    assert assignment("a[x=y][b].c = {d: e=f}") == ("a[x=y][b].c", {"d": "e=f"})
    assert assignment("a=\n- 1\n- 2") == ("a", [1, 2])
    assert assignment(" a = ") == ("a", None)
    with pytest.raises(fs.ScenarioError) as error:
        assignment("places[Osh].x=[1")
    (problem,) = error.value.problems
    assert problem.path == "places[Osh].x"
    assert problem.file == ""


# ---- variants laid over a base --------------------------------------------------------------


def merged(base: str, over: str) -> tuple[Any, list[Flaw]]:
    flaws: list[Flaw] = []
    return merge(parse(base, ""), parse(over, ""), flaws).plain(), flaws


def test_mappings_merge_and_lists_and_ranges_replace() -> None:
    base = "{a: {b: 1, c: 2}, l: [1, 2], n: {value: 1, low: 0}, places: [{name: P, x: 1}]}"
    assert merged(base, "{a: {c: 3, d: 4}, l: [3]}")[0]["a"] == {"b": 1, "c": 3, "d": 4}
    assert merged(base, "{l: [3]}")[0]["l"] == [3]
    assert merged(base, "{n: {value: 2}}")[0]["n"] == {"value": 2}
    assert merged(base, "{a: null}")[0] == {
        "l": [1, 2], "n": {"value": 1, "low": 0}, "places": [{"name": "P", "x": 1}],
    }  # fmt: skip
    assert merged(base, "{l: {value: 1}}")[0]["l"] == {"value": 1}
    assert merged(base, "{places: []}")[0]["places"] == []
    assert merged(base, "{x: null, places: {P: {x: 2, y: 3}}}")[0]["places"] == [
        {"name": "P", "x": 2, "y": 3}
    ]


def test_added_items_come_last_and_removed_ones_go() -> None:
    base = "places: [{name: P}, {name: Q}, {name: R}]"
    made, flaws = merged(base, "places: {add: [{name: S}], Q: null, R: {x: 1}}")
    assert made["places"] == [{"name": "P"}, {"name": "R", "x": 1}, {"name": "S"}]
    assert flaws == []
    assert merged("{}", "places: {add: [{name: S}]}")[0] == {"places": [{"name": "S"}]}
    assert merged("places: null", "places: {add: [{name: S}]}")[0] == {"places": [{"name": "S"}]}


@pytest.mark.parametrize(
    ("base", "over", "flaw"),
    [
        ("places: [{name: Osh}, {name: Uzgen}]", "places: {Oshh: {x: 1}}",
         Flaw(("places", "Oshh"), "there is no 'Oshh' in what this extends",
              "name one of Osh, Uzgen (did you mean 'Osh'?), or give `add: [...]` for a new one; "
              "`NAME: null` removes one", True)),
        ("places: [{name: P}, {name: P}]", "places: {P: {x: 1}}",
         Flaw(("places", "P"), "2 items are named 'P'", "give `add: [...]` to add it", True)),
        ("places: []", "places: {P: {x: 1}}",
         Flaw(("places", "P"), "there is no 'P' in what this extends",
              "give `add: [...]` to add it", True)),
        ("policies: [{type: open}]", "policies: {shut: null}",
         Flaw(("policies", "shut"), "these have no name",
              "give the whole list, or `add: [...]` to add to it", True)),
        ("places: [{name: P}]", "places: {add: 3}",
         Flaw(("places", "add"), "3 is not a list",
              "give a list of what to add, as [a, b]")),
    ],
)  # fmt: skip
def test_what_a_variant_cannot_do_is_told(base: str, over: str, flaw: Flaw) -> None:
    made, flaws = merged(base, over)
    assert flaws == [flaw]
    assert made == parse(base, "").plain()


def test_what_is_of_the_users_own_is_replaced_as_it_stands() -> None:
    base = "arguments: {places: [{name: P}], n: {value: 1, x: 2}}"
    made, flaws = merged(base, "arguments: {n: {value: 3}, places: {P: {x: 1}}}")
    assert made == {"arguments": {"places": {"P": {"x": 1}}, "n": {"value": 3, "x": 2}}}
    assert flaws == []


def replaced(base: str, over: str, file: str = "") -> list[tuple[str, tuple[str, ...], str]]:
    """Path, what is gone, and the warning, for each list that takes the place of another."""
    told: Lists = []
    merge(parse(base, ""), parse(over, file), [], replaced=told)
    found = [replacement(*one) for one in told]
    return [(one.path, one.dropped, str(one)) for one in found]


def test_a_list_that_takes_the_place_of_another_is_told_with_what_is_gone() -> None:
    base = (
        "borders: [{id: A-B, authorities: [{country: A, policies: [{name: x, type: open}]}, "
        "{country: B, policies: [{type: closed}, {type: open}, {name: y}], back: [{name: z}]}]}]"
    )
    over = "borders: [{id: A-B, authorities: [{country: B, policies: [{type: open}]}]}]"
    named = (
        "to keep some, give a mapping: `NAME: {...}` changes one, `NAME: null` removes it, "
        "`add: [...]` adds more"
    )
    gone = ("A of A-B", "number 1 (closed) of B of A-B", "y of B of A-B", "z of B of A-B")
    says = f"this list takes the place of that in what it extends, without {', '.join(gone)}"
    assert replaced(base, over, "v.yaml") == [
        ("borders", gone, f"v.yaml:1:10: borders: {says}; {named}")
    ]
    inner = "borders: {A-B: {authorities: {B: {policies: [{name: y}, {type: open}], back: []}}}}"
    path = "borders[A-B].authorities[B]"
    first, second = replaced(base, inner)
    assert first == (
        f"{path}.policies", ("number 1 (closed)",),
        f"{path}.policies: this list takes the place of that in what it extends, without number 1 "
        "(closed); repeat what is to be kept, or give `add: [...]` to add to them",
    )  # fmt: skip
    assert second[:2] == (f"{path}.back", ())  # an empty list is meant to remove all


@pytest.mark.parametrize(
    ("base", "over", "file", "told"),
    [
        ("places: [{name: P}]", "places: [{name: Q}]", "v.yaml", [("places", ("P",))]),
        ("places: [{name: P}]", "places: [{name: Q}]", "places.csv", [("places", ())]),
        ("places: [{name: P}]", "places: [{name: P, x: 1}]", "", [("places", ())]),
        ("sources: [{url: u}]", "sources: [{url: v}]", "", [("sources", ())]),
        ("flee_from: [A, B]", "flee_from: [A]", "", []),
        ("places: [{name: P}]", "places: null", "", []),
        ("places: [{name: P}]", "places: {P: {x: 1}}", "", []),
        ("arguments: {places: [{name: P}]}", "arguments: {places: []}", "", []),
        ("policies: [{x: 1}]", "policies: [{x: 2}]", "", [("policies", ("number 1",))]),
    ],
)
def test_which_lists_are_told_to_take_the_place_of_another(
    base: str, over: str, file: str, told: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert [one[:2] for one in replaced(base, over, file)] == told


def test_what_is_merged_stands_where_it_was_written() -> None:
    base = parse("places:\n- name: P\n  x: 1\n- name: Q\n", "base.yaml")
    over = parse("# a variant\nplaces:\n  P:\n    x: 2\n    y: 3\n  add:\n  - name: R\n", "v.yaml")
    made = merge(base, over, [])
    places = made.value["places"]
    assert places.at == base.value["places"].at
    assert [(s.file, s.line) for s in (item.at for item in places.value)] == [
        ("v.yaml", 4), ("base.yaml", 4), ("v.yaml", 7),
    ]  # fmt: skip
    keys = ("name", "x", "y")
    assert [(s.file, s.line) for s in (places.value[0].keys[key] for key in keys)] == [
        ("base.yaml", 2), ("v.yaml", 4), ("v.yaml", 5),
    ]  # fmt: skip
    assert made.at == over.at
    assert made.spot(("places", 0, "x"), at_key=True) == places.value[0].keys["x"]


def test_of_many_things_that_are_gone_the_first_ten_are_told() -> None:
    many = ", ".join(f"{{name: P{n}}}" for n in range(11))
    ((_, gone, told),) = replaced(f"places: [{many}]", "places: [{name: Q}]")
    assert len(gone) == 11
    assert "without P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, ... (11 in all); to keep" in told


def test_an_unknown_name_inside_of_a_named_thing_is_told_with_the_way_to_it() -> None:
    base = "borders: [{id: A-B, authorities: [{country: A}, {country: B}]}]"
    _, (flaw,) = merged(base, "borders: {A-B: {authorities: {C: {back: []}}}}")
    assert flaw.loc == ("borders", "A-B", "authorities", "C")
    assert flaw.wrong == "there is no 'C' in what this extends"


def test_the_nearest_name_is_told_for_the_first_unknown_ones_alone() -> None:
    """Each look for one goes through all names, which takes long in a large scenario."""
    wrong = ", ".join(f"Oshh{n}: {{x: 1}}" for n in range(SUGGESTIONS + 2))
    _, flaws = merged("places: [{name: Osh}, {name: Uzgen}]", f"places: {{{wrong}}}")
    near = ["(did you mean 'Osh'?)" in flaw.right for flaw in flaws]
    assert near == [True] * SUGGESTIONS + [False] * 2


def test_a_wrong_key_inside_of_a_value_is_told_with_the_nearest_one() -> None:
    place = {"name": "Town", "country": "Here", "lat": 40.5, "lon": 72.8, "populaton": 5}
    with pytest.raises(fs.ScenarioError) as error:
        small_scenario().with_values({"places[Town]": place})
    assert str(error.value) == (
        "places[Town].populaton: there is no key 'populaton'; use one of its keys (did you mean "
        "'population'?)"
    )
