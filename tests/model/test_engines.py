"""Both engines give the same bytes, and a run depends on nothing but its scenario and seed."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from flowsim.model.compiled import Compiled
from flowsim.model.flow import FlowModel
from flowsim.running import run
from tests.full import FULL, only_full
from tests.model.worlds import (
    FAMILIES,
    POLICIES,
    STRICT,
    column,
    hours,
    parts_of_parts,
    rich,
    same_bytes,
)

ROOT = Path(__file__).parents[2]
HOUSEHOLDS = 2000 if FULL else 1000


@pytest.mark.parametrize("name", POLICIES)
def test_engines_agree_on_many_households(name):
    scenario = rich(31 * HOUSEHOLDS // 10, POLICIES[name], days=2 if name == "strict" else 1)
    model = FlowModel(scenario, rng=1)
    assert model.crowd.n_start >= HOUSEHOLDS
    while model.running:
        model.step()
    agents = run(scenario, seed=1, engine="agents")
    assert not same_bytes(model.result(), agents)
    assert (agents.people.isel(time=-1).sum(["place", "group"]) > 0).sum() >= 4  # it was a run


@pytest.mark.parametrize("step", ["30min", "6h", "1d"])
@pytest.mark.parametrize("name", POLICIES)
def test_engines_agree_whatever_the_step(name, step):
    record = "1d" if step == "1d" else "6h"
    scenario = rich(500, POLICIES[name], step=step, record=record)
    for seed in (1, 2):
        both = [run(scenario, seed=seed, engine=engine) for engine in ("columns", "agents")]
        assert not same_bytes(*both), (name, step, seed)


def test_engines_agree_where_a_fence_was_tried_before_a_queue_opens():
    """Who tried the fence in vain stands at the end of the line that opens later."""
    policies = [
        {"type": "closed", "stop": hours(20)},
        {"type": "quota", "per_hour": 10, "start": hours(20)},
    ]
    waits = {"fence_per_day": 8.0, "give_up_per_day": 0.0, "give_up_closed_per_day": 0.0}
    scenario = rich(900, policies, step="6h", record="6h", behaviour={"waiting": waits})
    both = [run(scenario, engine=engine) for engine in ("columns", "agents")]
    assert both[0].outcomes.sel(outcome="intercepted").sum() > 50
    assert both[0].waiting.isel(time=3).sum() > 20
    assert not same_bytes(*both)


SOME_FOLLOW = [pytest.param(0.0, marks=only_full), 0.5, pytest.param(1.0, marks=only_full)]


@pytest.mark.parametrize("follow", SOME_FOLLOW)
def test_engines_agree_where_parts_of_parts_find_their_families(follow):
    """First men and the old are barred, then only men, so that families part twice."""
    policies = [
        {"type": "triage", "barred": ["men", "elderly"], "stop": hours(30)},
        {"type": "triage", "barred": ["men"], "start": hours(30), "stop": hours(40)},
        {"type": "forced_return", "start": hours(50), "deadline": hours(60),
         "per_day_at_deadline": 6},
    ]  # fmt: skip
    behaviour = {
        "waiting": {"follow": follow, "part": 1.0, "fence_per_day": 0.5},
        "leaving": {"men_stay": 0.2},
        "harm": {"deaths_per_day": 0.2},
        "returning": {"inside_per_day": 6.0},
    }
    old = {"children": 0.25, "men": 0.3, "elderly_women": 0.1, "elderly_men": 0.1, "women": 0.25}
    groups = [{"name": name, **FAMILIES, **old} for name in ("U", "K")]
    scenario = rich(
        2000, policies, days=3, step="6h", record="6h", behaviour=behaviour, groups=groups
    )
    model = FlowModel(scenario, rng=2)
    while model.running:
        model.step()
    result = model.result()
    assert parts_of_parts(model) > 10
    assert result.reunited.sel(place=["Camp", "City"]).sum() > 10
    assert result.reunited.sel(place=["Town", "Far", "Village"]).sum() > 10
    assert not same_bytes(result, run(scenario, seed=2, engine="agents"))


def test_the_rich_world_exercises_every_outcome():
    """Else the agreement of the engines would say less than it seems to."""
    result = run(rich(8000), seed=1)
    totals = result.outcomes.sum(["time", "crossing", "kind"]).to_series()
    assert (totals > 0).all(), totals[totals == 0]
    seen = result.people.sum(["time", "place", "group"]).to_series()
    assert (seen > 0).all(), seen[seen == 0]
    assert result.deaths.sum() > 0
    assert result.wounded.sum() > 0
    assert result.registered.isel(time=-1).sum() > 0
    for name in ("split", "reunited", "apart", "barred_deaths"):
        assert result.data[name].sum() > 0, name
    assert (result.hours_waited.sum("crossing") > 0).sum() >= 5
    assert ((result.hours_to_safety > 0).sum("wait") >= 5).all()


def test_seeds_differ_and_repeat():
    scenario = rich(400, days=1)
    first, again, other = (run(scenario, seed=seed) for seed in (1, 1, 2))
    assert not same_bytes(first, again)
    assert same_bytes(first, other)


def test_a_run_leaves_the_global_random_state_alone():
    before = random.getstate(), np.random.get_state()[1].tobytes()  # noqa: NPY002
    run(rich(400, days=1), seed=1)
    assert (random.getstate(), np.random.get_state()[1].tobytes()) == before  # noqa: NPY002


def test_the_global_random_state_does_not_touch_a_run():
    scenario = rich(400, days=1)
    results = []
    state = random.getstate()
    for number in (1, 2):
        random.seed(number)
        results.append(run(scenario, seed=1))
    random.setstate(state)
    assert not same_bytes(*results)


def digest(seed: int = 1) -> str:
    """A digest of all that a small run with everything in it gives."""
    data = run(rich(400, STRICT), seed=seed).data
    told = hashlib.sha256()
    for name in sorted(map(str, data.data_vars)):
        told.update(name.encode() + data[name].values.tobytes())
    return told.hexdigest()


def test_hash_randomisation_does_not_touch_a_run():
    code = "from tests.model.test_engines import digest; print(digest())"
    other = "4242" if os.environ.get("PYTHONHASHSEED") == "1" else "1"  # than in this process
    environment = {**os.environ, "PYTHONHASHSEED": other, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.strip() == digest()


@pytest.mark.parametrize("name", POLICIES)
def test_who_is_never_roused_has_no_row_and_nothing_is_otherwise(name, monkeypatch):
    scenario = rich(4000, POLICIES[name], days=2)
    model = FlowModel(scenario, rng=3)
    while model.running:
        model.step()
    monkeypatch.setattr(Compiled, "whole", True)
    whole = FlowModel(scenario, rng=3)
    while whole.running:
        whole.step()
    assert not same_bytes(model.result(), whole.result())
    roused = model.crowd.made
    assert roused < whole.crowd.made
    keys = {*column(model, "key").tolist()}
    assert model.crowd.made == whole.crowd.made == len(keys)
    assert keys == {*column(whole, "key").tolist()}
