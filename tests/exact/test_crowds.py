"""Violence against those who gather: deaths are those of the crowd, and nobody flees from it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.world.violence_config import Event, Violence
from tests.exact.chance import assert_means, mean_of_runs
from tests.worlds import KINDS, small_scenario

START = datetime(2010, 6, 10, 18)
CROWD, INTENSITY, HOURS = 200.0, 4.0, 12


def shots(**changes: Any) -> Event:
    """Half a day of violence that half of Town, the North, gathers in."""
    begin, end = START + timedelta(hours=2), START + timedelta(hours=2 + HOURS)
    fields = {"place": "Town", "start": begin, "peak": begin, "until": end,
              "intensity": INTENSITY, "target": {"North": 1.0}, "crowd": CROWD}  # fmt: skip
    return Event(**{**fields, **changes})


def world(*events: Event, **values: float) -> fs.Scenario:
    told = {"behaviour.harm.deaths_per_day": 0.01, **values}
    return small_scenario(violence=Violence(events=events)).with_values(told)


def at_home(result: fs.Result) -> int:
    return int(result.people.sel(status="at_home").isel(time=-1).sum())


def test_those_struck_are_the_integral_over_the_crowd() -> None:
    """Men by the hazard, others by their weights: crowd x mean weight x hazard x days."""
    setup = world(shots())
    harm = setup.behaviour.harm
    weights = {"children": harm.children, "women": harm.women, "men": 1.0,
               "elderly_women": harm.elderly, "elderly_men": harm.elderly}  # fmt: skip
    mean = sum(KINDS[kind] * weight for kind, weight in weights.items())
    per_day = harm.deaths_per_day * (1.0 + harm.wounded_per_death) * INTENSITY
    hazard = per_day * HOURS / 24.0 * CROWD / 300.0  # 300 of the North live in Town
    runs = [fs.run(setup, seed=seed) for seed in range(1, 41)]
    dead = np.array([int(r.deaths.sum()) for r in runs])
    struck = dead + np.array([int(r.wounded.sum()) for r in runs])
    exposure = np.array([float(r.exposure.sum()) for r in runs])
    law = 300 * mean * hazard
    told = np.stack([struck, dead * (1.0 + harm.wounded_per_death)], axis=1).astype(np.float64)
    # who died is not there any more: at most a share of hazard / (1 + wounded_per_death) of men
    means, errors = mean_of_runs(told, 2)
    assert_means(means, law, errors, allow=0.02 * law)
    assert exposure.mean() == pytest.approx(CROWD * INTENSITY * HOURS / 24.0, rel=0.02)


def test_nobody_flees_from_it_or_keeps_away_and_all_do_where_it_is_aimed_at_homes() -> None:
    result = fs.run(world(shots()), seed=1)
    assert at_home(result) + int(result.deaths.sum()) == 800
    assert float(result.violence.sel(place="Town").max()) == INTENSITY
    aimed = fs.run(world(shots(crowd=None)), seed=1)
    assert at_home(aimed) < 750


def test_both_engines_give_the_same() -> None:
    setup = world(shots(), shots(intensity=0.5, crowd=None))
    one, other = (fs.run(setup, seed=3, engine=e) for e in ("columns", "agents"))
    assert int(one.deaths.sum()) > 0
    assert one.data.equals(other.data)


def test_a_crowd_of_all_is_as_dangerous_as_the_event_at_home() -> None:
    around = [fs.FlowModel(world(shots(crowd=c))).world.surroundings for c in (300.0, None)]
    crowd, homes = (one.at(6 * 3600) for one in around)
    np.testing.assert_array_equal(crowd.struck, homes.struck)
    assert crowd.danger.sum() == 0.0 < homes.danger.sum()


def test_a_crowd_larger_than_those_meant_is_an_error() -> None:
    with pytest.raises(fs.ScenarioError) as told:
        world(shots(crowd=301))
    assert str(told.value) == (
        "violence.events[0].crowd: 301 persons gather where the event targets 300 of those who "
        "live there; name more groups in `target`, or a smaller crowd"
    )
