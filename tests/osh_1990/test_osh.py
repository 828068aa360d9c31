"""June 1990 with the behaviour of June 2010: the dead as the press of the day counted them, and a
flight that nobody told of."""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import flowsim as fs
from flowsim.evidence.quantities import quantity
from flowsim.study.read import read_study

SCENARIOS = Path(__file__).parents[2] / "scenarios"
OSH, JUNE = SCENARIOS / "osh_1990", SCENARIOS / "kyrgyz_uzbek_2010"
SEEDS = range(1, 1 + min(int(os.environ.get("FLOWSIM_SEEDS", "1")), 20))
"""`make check-full` takes twenty, as the scenario's page does."""
SEALED, CALM, OVER = "1990-06-07T00:00", "1990-06-11T12:00", "1990-06-16T00:00"
DAMAGED = ("KG182", "KG183", "KG184", "KG185", "KG186", "KG190")
"""Structures counted in June 2010: the reports that its intensities were set from."""


@cache
def result(seed: int = 1) -> fs.Result:
    """Until the fighting is over; the weeks after it see people go home."""
    return fs.run(fs.load(OSH).with_values({"end": OVER}), seed=seed)


@cache
def sampled(variant: str = "") -> fs.Result:
    """The same with one household in twenty."""
    scenario = fs.load(OSH / variant)
    return fs.run(scenario.with_values({"population.one_in": 20, "end": OVER}), seed=1)


def peak(run: fs.Result, variable: str) -> float:
    return float(quantity(run, variable).max())


def exposure(run: fs.Result) -> pd.Series:
    return run.exposure.sum(["time", "place"]).to_series()


def value(folder: Path, report: str) -> float:
    return float(pd.read_csv(folder / "reports.csv", index_col="id").loc[report, "value"])


def test_it_has_the_behaviour_the_groups_and_the_places_of_june_2010() -> None:
    june, osh = fs.load(JUNE), fs.load(OSH)
    assert osh.behaviour == june.behaviour
    assert osh.groups == june.groups
    ours, theirs = (s.violence.force_effect.model_dump(exclude={"source"}) for s in (osh, june))
    assert ours == theirs
    told = [
        [n for n in scenario.numbers if n.path.startswith(("behaviour", "groups"))]
        for scenario in (june, osh)
    ]
    assert told[0] == told[1] != []
    there = {place.name: place for place in june.places} | {"Osh city": june.places[0]}
    for place in osh.places:
        assert (place.lat, place.lon) == (there[place.name].lat, there[place.name].lon), place.name


def test_populations_are_one_assumption_and_move_together() -> None:
    scenario = fs.load(OSH)
    numbers = {n.path: n for n in scenario.numbers if n.path.endswith("].population")}
    lived_in = [place for place in scenario.places if place.population]
    assert set(numbers) == {f"places[{place.name}].population" for place in lived_in}
    assert all((place.source or "").startswith("population assumed: 0.7") for place in lived_in)
    for n in numbers.values():
        assert float(n.high) / float(n.low) == pytest.approx(0.9 / 0.55, rel=0.03), n.path
    assert scenario.linked[0].inputs == ("places[*].population",)


@pytest.mark.parametrize("seed", SEEDS)
def test_an_act_of_arson_goes_with_as_many_person_days_in_danger_as_in_june_2010(seed: int) -> None:
    """The only number that was set: the level of violence, and by no report of the dead."""
    june = pd.read_csv(JUNE / "baseline" / "outcomes.csv")["person_days_exposed"].mean()
    a_structure = june / sum(value(JUNE, report) for report in DAMAGED)
    wanted = a_structure * value(OSH, "KO015")
    assert exposure(result(seed)).sum() == pytest.approx(wanted, rel=0.03)
    reports = fs.load(OSH).reports
    assert not [r.id for r in reports if r.use == "fit"]
    assert not [r.id for r in reports if r.use == "specify" and r.variable != "other"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_dead_and_the_hurt_are_those_of_the_press_of_the_day(seed: int) -> None:
    run = result(seed)
    dead, hurt = (
        float(quantity(run, v).sel(time=CALM)) for v in ("deaths_official", "injured_official")
    )
    assert dead == pytest.approx(value(OSH, "KO013"), rel=0.25)
    assert hurt == pytest.approx(value(OSH, "KO014"), rel=0.25)
    assert peak(run, "deaths") < value(OSH, "KO020"), "and not of what was told later"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_page_tells_what_a_run_gives(seed: int) -> None:
    """Each row that names a report has the least and the most of twenty seeds."""
    page = (OSH / "README.md").read_text("utf-8").replace(",", "")
    rows = re.findall(
        r"^\|[^|]*\|[^|]*\((KO\d+)\) \| \d+ \((\d+) to (\d+)\) \|", page, re.MULTILINE
    )
    assert len(rows) == 9
    reports = {report.id: report for report in fs.load(OSH).reports}
    for name, least, most in rows:
        told = reports[name]
        series = quantity(result(seed), told.variable, told.place or "")
        assert int(least) <= float(series.sel(time=told.when)) <= int(most), name


@pytest.mark.parametrize("seed", SEEDS)
def test_tens_of_thousands_flee_of_whom_no_report_tells(seed: int) -> None:
    across = quantity(result(seed), "crossed")
    assert 50_000 < float(across.sel(time=SEALED)) < 80_000
    assert float(across.max() - across.sel(time=SEALED)) < 2_000, "and hardly anybody once sealed"
    assert 40_000 < peak(result(seed), "displaced_inside") < 70_000
    told = {r.variable for r in fs.load(OSH).reports}
    assert told == {"deaths", "deaths_official", "injured_official", "other"}


def test_fights_of_crowds_have_the_toll_without_the_flight() -> None:
    crowds = sampled("variants/fights_of_crowds.yaml")
    assert exposure(crowds).sum() == pytest.approx(exposure(sampled()).sum(), rel=0.05)
    assert int(crowds.deaths.sum()) > 30
    assert peak(crowds, "crossed") == peak(crowds, "displaced_inside") == 0


def test_what_roads_and_troops_do() -> None:
    runs = {
        name: sampled(f"variants/{name}.yaml")
        for name in (
            "roads_open",
            "crowd_gets_through",
            "troops_a_day_sooner",
            "troops_a_day_later",
        )
    }
    assert peak(runs["roads_open"], "crossed") > peak(sampled(), "crossed") + 20_000
    assert peak(runs["roads_open"], "waiting") == 0
    in_danger = {name: exposure(run) for name, run in runs.items()}
    joined, alone = in_danger["crowd_gets_through"], in_danger["roads_open"]
    assert joined["Kyrgyz"] > 1.5 * alone["Kyrgyz"], "the crowd turns on Kyrgyz"
    assert joined["Uzbek"] == pytest.approx(alone["Uzbek"], rel=0.02), "and on nobody else"
    sooner, later = (in_danger[f"troops_a_day_{when}"].sum() for when in ("sooner", "later"))
    assert sooner < 0.85 * exposure(sampled()).sum() < 0.75 * later


def test_a_border_between_two_states_makes_a_queue_and_lets_fewer_across() -> None:
    two_states = sampled("variants/border_of_2010.yaml")
    assert peak(two_states, "waiting") > 2 * peak(sampled(), "waiting")
    assert peak(two_states, "crossed") < 0.8 * peak(sampled(), "crossed")
    men, all_in = (float(quantity(run, "share_men")[-1]) for run in (two_states, sampled()))
    assert men < 0.5 * all_in, "men are barred"


def test_the_same_behaviour_where_the_other_side_is_no_other_country() -> None:
    one = sampled("variants/one_country.yaml")
    assert peak(one, "crossed") < 0.8 * peak(sampled(), "crossed")
    assert peak(one, "crossed") > 20_000, "kin and roads lead there all the same"


def test_both_sides_alike_makes_more_kyrgyz_flee() -> None:
    def kyrgyz_out(run: fs.Result) -> int:
        away = run.people.sel(group="Kyrgyz", status=["displaced", "sheltered"])
        return int(away.sum(["place", "status"]).max())

    assert kyrgyz_out(sampled("variants/both_sides_alike.yaml")) > 2 * kyrgyz_out(sampled())


def test_every_variant_is_in_the_study() -> None:
    study = read_study(OSH / "study.yaml").scenarios
    files = {fs.load(path).name for path in (OSH / "variants").glob("*.yaml")}
    assert {scenario.name for scenario in study.values()} == files | {"osh_1990"}
