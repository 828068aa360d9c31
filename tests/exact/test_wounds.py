"""The wounded die of wounds or recover by their laws, go slower, and deaths are counted late."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

from flowsim.behaviour.config import Harm
from flowsim.draws import seed_key
from flowsim.evidence.quantities import quantity
from flowsim.evidence.scorecard import against_reports
from flowsim.model.flow import FlowModel
from flowsim.model.late_counts import counted
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.exact.chance import assert_binomial
from tests.exact.test_danger_everywhere import everywhere
from tests.model.worlds import column, hours, plain, same_bytes

WOUNDED = 3000
LEVEL = 1e-4


def struck(harm: dict[str, Any], per_day: float = 0.0, **changes: Any) -> Scenario:
    """Some 3000 of 20,000 at Here are wounded in the first hour, and no more after that."""
    blast = {"place": "Here", "start": hours(0), "peak": hours(0), "until": hours(0),
             "intensity": 0.0, "target": {"G": 1}, "wounded": WOUNDED}  # fmt: skip
    threat = {"place": "Here", "start": hours(1), "peak": hours(1), "until": hours(200),
              "intensity": 1.0, "target": {"G": 1}}  # fmt: skip
    calm = {"deaths_per_day": 0.0, "women": 1.0, "children": 1.0, "elderly": 1.0}
    return plain(
        20_000, behaviour={"harm": {**calm, **harm}}, per_day=per_day,
        violence={"events": [blast, threat]}, **{"days": 6, **changes},
    )  # fmt: skip


def in_range(count: float, n: int, p: float) -> bool:
    low, high = binom.ppf([LEVEL, 1 - LEVEL], n, p)
    return bool(low <= count <= high)


def test_so_many_die_of_wounds_and_as_fast_as_they_are_said_to() -> None:
    """By t the part f (1 - exp(-t / m)) of the wounded is dead; nobody else dies or recovers."""
    data = run(struck({"die_of_wounds": 0.3, "die_of_wounds_days": 1.5})).data
    wounded = int(data.wounded.sum())
    dead = data.deaths_of_wounds.sum("place").cumsum("time").values
    assert wounded > 2500
    for day in (1, 2, 4, 6):
        t = day - 0.5 / 24  # wounds come evenly over the first hour
        assert in_range(dead[24 * day - 1], wounded, 0.3 * (1 - np.exp(-t / 1.5)))
    assert (dead == data.deaths.sum(["place", "group"]).cumsum("time").values).all()
    assert (data.wounded_now.sum("place").values[1:] == wounded - dead[1:]).all()


def test_the_others_recover_by_their_hazard() -> None:
    """Of each kind the part f dies at 1/m, and the rest recovers at r: two exponential laws."""
    harm = {"die_of_wounds": 0.2, "die_of_wounds_days": 1.0, "recover_per_day": 0.4}
    data = run(struck(harm)).data
    wounded = int(data.wounded.sum())
    now = data.wounded_now.sum("place").values
    for day in (1, 3, 6):
        t = day - 0.5 / 24
        left = 0.2 * np.exp(-t) + 0.8 * np.exp(-0.4 * t)
        assert in_range(now[24 * day - 1], wounded, left)
        assert in_range(
            float(data.deaths_of_wounds[: 24 * day].sum()), wounded, 0.2 * (1 - np.exp(-t))
        )


def test_where_nobody_heals_or_dies_of_wounds_nothing_is_told_of_it() -> None:
    data = run(struck({}, days=0.5)).data
    assert data.wounded.sum() > 0
    assert not {"deaths_of_wounds", "wounded_now", "deaths_counted"} & set(data.data_vars)


def test_a_household_with_wounded_takes_longer() -> None:
    """Two hours for others, 2 / 0.4 for them, whoever of the household it is."""
    model = FlowModel(struck({"wounded_speed": 0.4}, per_day=3.0, days=3, sizes={3: 1}), rng=1)
    while model.running:
        model.step()
    hurt = column(model, "wounded").sum(axis=1) > 0
    left = column(model, "link") >= 0
    hours_taken = (column(model, "arrive") - column(model, "fled"))[left] / 3600
    assert hurt[left].sum() > 100
    assert hours_taken[hurt[left]] == pytest.approx(2 / 0.4)
    assert hours_taken[~hurt[left]] == pytest.approx(2.0)


ALL = {"die_of_wounds": 0.3, "die_of_wounds_days": 0.4, "recover_per_day": 2.0,
       "wounded_speed": 0.5, "wounded_per_death": 3.0, "counted_after_days": 0.5,
       "never_counted": 0.1, "crush_per_day": 1.0, "fence_death": 0.05}  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_tell_the_same_of_the_wounded_and_the_accounts_balance(seed: int) -> None:
    base = everywhere(800)
    scenario = base.with_values({f"behaviour.harm.{name}": value for name, value in ALL.items()})
    result = run(scenario, seed=seed)
    assert not same_bytes(result, run(scenario, seed=seed, engine="agents"))
    data = result.data
    alive = data.people.sum(["place", "group", "status"])
    dead = data.deaths.sum(["place", "group"]).cumsum("time")
    assert ((alive + dead) == alive[0] + dead[0]).all()
    assert (data.deaths_of_wounds <= data.deaths.sum("group")).all()
    assert data.deaths_of_wounds.sum() > 0
    assert (data.wounded_now >= 0).all()
    assert (
        data.wounded_now.sum("place") < data.wounded.sum(["place", "group"]).cumsum("time")
    ).all()
    gone = ["admitted", "exempt", "gave_up", "irregular", "detained", "dispersed", "died"]
    net = data.outcomes.sel(outcome="reached") - data.outcomes.sel(outcome=gone).sum("outcome")
    assert (net.cumsum("time") == data.waiting).all()


def test_the_wounded_stock_is_what_the_households_hold() -> None:
    base = everywhere(800)
    scenario = base.with_values({f"behaviour.harm.{name}": value for name, value in ALL.items()})
    model = FlowModel(scenario, rng=4)
    while model.running:
        model.step()
        wounded, doomed = column(model, "wounded"), column(model, "doomed")
        by_place = np.bincount(column(model, "place"), wounded.sum(axis=1), 5)
        assert (model.simulation.stocks.hurt == by_place).all()
        assert (doomed <= wounded).all()
        assert (wounded <= column(model, "kinds")).all()


# ---- deaths counted late ------------------------------------------------------------------------

STOPS = 3600 * np.arange(1, 241, dtype=np.int64)


def late(harm: Harm, n: int = 5000, hour: int = 23) -> np.ndarray:
    """When n people who died in one hour are counted, (T,)."""
    deaths = np.zeros((STOPS.size, 1, 1), dtype=np.int32)
    deaths[hour] = n
    return counted(deaths, STOPS, harm, seed_key(1), ["Here"], ["G"])[:, 0]


def test_deaths_are_counted_after_an_exponential_time_but_for_some() -> None:
    """By t after the hour of death: (1 - never) (1 - E exp(-(t + rest of the hour) / mean))."""
    harm = Harm(counted_after_days=2.0, never_counted=0.2)
    so_far = late(harm).cumsum()
    assert so_far[22] == 0
    marks = np.array([30, 48, 96, 200])
    t, hour = (marks - 23) / 24, 1 / 24
    waiting = np.exp(-t / 2.0) * 2.0 / hour * (1 - np.exp(-hour / 2.0))
    assert_binomial(so_far[marks - 1], 5000, 0.8 * (1 - waiting * np.exp(hour / 2.0)))


def test_counted_at_once_they_are_the_deaths_themselves() -> None:
    deaths = np.random.default_rng(1).poisson(0.5, (240, 2, 2)).astype(np.int32)
    harm = Harm()
    same = counted(deaths, STOPS, harm, seed_key(1), ["A", "B"], ["G", "K"])
    assert (same == deaths.sum(axis=2)).all()


def test_the_same_deaths_are_counted_at_the_same_times_whatever_else_happens() -> None:
    """Earlier deaths of a place keep their lags when later ones or other places are added."""
    harm = Harm(counted_after_days=1.0)
    few = np.zeros((240, 2, 1), dtype=np.int32)
    few[10, 0] = 40
    more = few.copy()
    more[50, 0], more[5, 1] = 7, 99
    one, other = (counted(d, STOPS, harm, seed_key(3), ["A", "B"], ["G"]) for d in (few, more))
    assert (one[:50, 0] == other[:50, 0]).all()
    assert other[:, 0].sum() <= 47


def test_official_counts_are_held_against_the_late_series() -> None:
    report = {"id": "dead", "when": datetime(2010, 6, 12), "variable": "deaths_official",
              "value": 100, "use": "check"}  # fmt: skip
    base = everywhere(800, reports=[report])
    assert against_reports(run(base), base).empty
    late_ = base.with_values({"behaviour.harm.counted_after_days": 1.5})
    result = run(late_)
    (row,) = against_reports(result, late_).to_dict("records")
    official, happened = (quantity(result, name) for name in ("deaths_official", "deaths"))
    assert row["simulated"] == float(official.sel(time="2010-06-12T00:00"))
    assert 0 < row["simulated"] < float(happened.sel(time="2010-06-12T00:00"))
