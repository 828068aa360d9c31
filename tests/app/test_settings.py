"""What the page's choices mean as scenarios, and where it tells what is wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

import flowsim as fs
from flowsim.app.fields import fields_of, shown
from flowsim.app.inputs import factors, with_sliders
from flowsim.app.policies import Entry, Side, held_by, made, retyped, sides, types_for
from flowsim.app.settings import Settings, build, told_of
from flowsim.policy.stock import STOCK

WORLD = fs.teaching_world()
JUNE = fs.load("kyrgyz_uzbek_2010")
THERE = sides(WORLD)[0]
STOP = "borders[Here-There].authorities[There].policies[closure].stop"


def with_entry(settings: Settings, side: Side, number: int, **entered: object) -> Settings:
    entries = [*settings.policies[side]]
    for name, value in entered.items():
        entries[number] = entries[number].with_entry(name, value)  # type: ignore[arg-type]
    return settings.with_entries(side, entries)


def test_as_it_is_the_page_runs_the_scenario_itself() -> None:
    built = build(WORLD, Settings.of(WORLD))
    assert built.scenario is built.reference is WORLD
    assert (built.seed, built.problems) == (1, ())


def test_a_large_one_is_thinned_and_nothing_else() -> None:
    built = build(JUNE, Settings.of(JUNE))
    assert built.scenario is not None
    assert built.scenario.population.one_in == 10
    assert built.scenario.with_values({"population.one_in": 1}) == JUNE


def test_an_entry_is_what_with_values_gives_and_the_reference_keeps_the_file() -> None:
    settings = with_entry(Settings.of(WORLD), THERE, 0, stop="2030-05-06T00:00")
    built = build(WORLD, settings)
    assert built.scenario == WORLD.with_values({STOP: "2030-05-06T00:00"})
    assert built.reference is WORLD
    assert told_of(WORLD, settings) == ["There, for those who flee: 'closure' with other stop"]
    assert with_entry(settings, THERE, 0, stop="2030-05-04T06:00") == Settings.of(WORLD)


@pytest.mark.parametrize(
    ("field", "entered"),
    [("leak", "7"), ("leak", "much"), ("stop", "2030-05-32"), ("stop", "2030-05-01T00:00"),
     ("exempt", ("group:West",)), ("detention_hours", ""), ("leak", "[1")],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_field_as_with_values_tells_it(
    field: str, entered: object
) -> None:
    built = build(WORLD, with_entry(Settings.of(WORLD), THERE, 0, **{field: entered}))
    assert built.scenario is None
    (at,) = built.at
    assert at[:3] == ("policy", THERE, 0)
    assert at[3] in (field, "start", "")
    value = list(entered) if isinstance(entered, tuple) else entered or None
    if value != "[1":
        path = STOP.replace(".stop", f".{field}")
        with pytest.raises(fs.ScenarioError) as error:
            WORLD.with_values({path: value})
        assert error.value.problems == built.problems


def test_all_that_is_wrong_is_told_at_once() -> None:
    settings = with_entry(Settings.of(WORLD), THERE, 0, leak="7", detention="-1")
    settings = replace(settings, seed="one")
    built = build(WORLD, settings)
    assert [problem.path.rpartition(".")[2] for problem in built.problems] == [
        "seed", "leak", "detention"]  # fmt: skip
    more = build(WORLD, replace(settings, more="behaviour.leaving.men_stay=2\nnothing\nno.where=1"))
    assert len(more.at[("values",)]) == 3


def test_further_values_are_in_both_and_code_only_where_it_is_allowed() -> None:
    built = build(WORLD, replace(Settings.of(WORLD), more="behaviour.leaving.men_stay=0.25"))
    assert built.scenario is built.reference
    assert built.scenario is not None
    assert built.scenario.behaviour.leaving.men_stay == 0.25
    code = "borders[0].authorities[0].policies=[{type: code, call: 'os:getcwd'}]"
    refused = build(WORLD, replace(Settings.of(WORLD), more=code))
    assert refused.problems[0].wrong == "code is not run unless you allow it"


def test_policies_left_out_and_new_ones() -> None:
    settings = Settings.of(WORLD)
    off = settings.with_entries(THERE, [replace(settings.policies[THERE][0], kept=False)])
    built = build(WORLD, off)
    assert built.scenario is not None
    assert held_by(built.scenario, THERE) == ()
    here = next(side for side in sides(WORLD) if side.country == "Here")
    ban = made(STOCK["exit_ban"], WORLD, here, {"name": "ban"})
    assert ban is not None
    both = build(WORLD, off.with_entries(here, [Entry(ban)]))
    assert both.scenario is not None
    assert [a.country for a in both.scenario.borders[0].authorities] == ["There", "Here"]
    assert held_by(both.scenario, here) == (ban,)
    assert fs.run(both.scenario, seed=1).outcomes.sel(outcome="admitted").sum() == 0


def test_a_linked_input_moves_together_and_an_entry_stands_above_it() -> None:
    names = [factor.name for factor in with_sliders(factors(JUNE))]
    assert "linked[evening of 14 June]" in names
    settings = Settings.of(JUNE).with_position("linked[evening of 14 June]", 0.95)
    built = build(JUNE, settings)
    assert built.scenario is not None
    side = sides(JUNE)[0]
    starts = [p.start for p in held_by(built.scenario, side) if p.name.startswith("closure of 14")]
    assert starts == [datetime(2010, 6, 14, 23)] * 2
    number = [p.name for p in held_by(JUNE, side)].index("closure of 14 June, elsewhere")
    built = build(JUNE, with_entry(settings, side, number, start="2010-06-14T21:00"))
    assert built.scenario is not None
    starts = [p.start for p in held_by(built.scenario, side) if p.name.startswith("closure of 14")]
    assert starts == [datetime(2010, 6, 14, 23), datetime(2010, 6, 14, 21)]
    assert settings.with_position("linked[evening of 14 June]", 0.5) == Settings.of(JUNE)


def test_an_opening_may_be_later_than_samples_would_have_it() -> None:
    side = sides(JUNE)[0]
    number = [p.name for p in held_by(JUNE, side)].index("shut since April")
    built = build(JUNE, with_entry(Settings.of(JUNE), side, number, stop="2010-06-20T00:00"))
    assert built.problems == ()


@pytest.mark.parametrize("world", [WORLD, JUNE], ids=["teaching", "june"])
def test_every_policy_that_is_offered_can_be_added_and_shows_itself(world: fs.Scenario) -> None:
    for side in sides(world):
        assert "closed" in types_for(world, side)
        for kind in types_for(world, side).values():
            policy = made(kind, world, side, {"name": "new"})
            assert policy is not None
            for of in fields_of(kind):  # as it is shown, so it is read
                entry = Entry(policy).with_entry(of.name, shown(of, getattr(policy, of.name)))
                assert entry.entered == {}, (kind, of)


def test_a_policy_of_another_type_keeps_what_both_have() -> None:
    entry = Settings.of(WORLD).policies[THERE][0].with_entry("leak", "0.5")
    other = retyped(entry, STOCK["announced_closure"], WORLD, THERE)
    assert (other.policy.kind, other.policy.name) == ("announced_closure", "closure")
    assert (other.policy.stop, other.entered) == (datetime(2030, 5, 4, 6), {"leak": "0.5"})
    built = build(WORLD, Settings.of(WORLD).with_entries(THERE, [other]))
    assert built.problems == ()


def test_every_field_is_entered_as_it_is_shown() -> None:
    """What stands in June's policies, typed again as the page shows it, changes nothing."""
    settings = Settings.of(JUNE)
    for side, entries in settings.policies.items():
        typed = [
            replace(entry, entered={
                of.name: shown(of, getattr(entry.policy, of.name))
                for of in fields_of(type(entry.policy))
            })
            for entry in entries
        ]  # fmt: skip
        settings = settings.with_entries(side, typed)
    built = build(JUNE, settings)
    assert built.problems == ()
    assert built.scenario is not None
    assert built.reference is not None
    assert built.scenario.digest() == built.reference.digest()
