"""April 2010 with the behaviour of June: people die, and next to nobody flees, because of whom
the violence is aimed at."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.quantities import quantity
from tests.full import only_full

SCENARIOS = Path(__file__).parents[2] / "scenarios"
APRIL = SCENARIOS / "kyrgyzstan_april_2010"
SEEDS = range(1, 1 + min(int(os.environ.get("FLOWSIM_SEEDS", "1")), 20))
"""`make check-full` takes twenty, as the scenario's page does."""


@cache
def result(variant: str = "", seed: int = 1) -> fs.Result:
    return fs.run(fs.load(APRIL / variant), seed=seed)


def peak(variant: str, variable: str, seed: int = 1) -> float:
    return float(quantity(result(variant, seed), variable).max())


def gone_for_good(seed: int) -> float:
    """Persons out of their homes as the run ends, inside or abroad."""
    run = result("", seed)
    inside, abroad = (quantity(run, v) for v in ("displaced_inside", "stock_abroad"))
    return float(inside[-1] + abroad[-1])


def test_it_has_the_behaviour_and_the_groups_of_june() -> None:
    june, april = fs.load(SCENARIOS / "kyrgyz_uzbek_2010"), fs.load(APRIL)
    assert april.behaviour == june.behaviour
    assert april.groups[:3] == june.groups
    assert april.violence.force_effect.persons_halving == june.violence.force_effect.persons_halving
    told = [
        [n for n in scenario.numbers if n.path.startswith("behaviour")]
        for scenario in (june, april)
    ]
    assert told[0] == told[1] != []


@pytest.mark.parametrize("seed", SEEDS)
def test_next_to_nobody_flees_for_good(seed: int) -> None:
    assert peak("", "crossed", seed) <= 1_000
    assert gone_for_good(seed) <= 1_000
    assert 60 <= int(result("", seed).deaths.sum()) <= 130
    hurt = int(result("", seed).wounded.sum())
    assert 300 <= hurt <= 500, "gunshot wounds and those in hospital, not all who were treated"
    still = quantity(result("", seed), "waiting", "Ak-Jol/Kordai").sel(time="2010-05-20T12:00")
    assert float(still) <= 100, "no rush when the border opens"


def test_who_dies_was_in_the_square() -> None:
    dead = result().deaths.sum("group")
    shots = dead.sel(place="Bishkek", time=slice("2010-04-07T06:00", "2010-04-08T12:00"))
    assert float(shots.sum() / dead.sum()) > 0.85


def test_it_is_not_the_shut_border_that_keeps_people_home() -> None:
    """Nearly all who cross an open border come from the one place that is attacked at home."""
    assert 50 <= peak("variants/border_open.yaml", "crossed") <= 1_000


def test_the_same_violence_aimed_at_homes_makes_people_flee() -> None:
    aimed = "variants/aimed_at_a_group.yaml"
    assert peak(aimed, "displaced_inside") > 50_000
    assert 1_000 < peak(aimed, "crossed") < 10_000, "the border shuts that evening"
    ratio = (
        result(aimed).deaths.sel(place="Bishkek").sum() / result().deaths.sel(place="Bishkek").sum()
    )
    assert 0.5 < float(ratio) < 1.5, "the toll is about the same"
    open_too = "variants/aimed_at_a_group_border_open.yaml"
    assert peak(open_too, "crossed") > 20_000


@only_full
def test_a_danger_for_all_at_home_would_have_displaced_tens_of_thousands() -> None:
    """The other reading of the shots, which the reports of calm contradict."""
    assert peak("variants/danger_for_all.yaml", "displaced_inside") > 20_000


@only_full
def test_deaths_have_the_median_that_was_counted() -> None:
    shots = [
        int(result("", seed).deaths.sel(time=slice(None, "2010-04-15T00:00")).sum())
        for seed in SEEDS
    ]
    assert np.median(shots) == pytest.approx(84, abs=6)
