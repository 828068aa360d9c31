"""Runs of a few dozen households in which everything happens: both engines, and who is where."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.results.result import Result
from flowsim.running import run
from tests.model.worlds import POLICIES, rich, same_bytes

PERSONS = 150


@pytest.fixture(scope="module", params=POLICIES)
def both(request: pytest.FixtureRequest) -> list[Result]:
    scenario = rich(PERSONS, POLICIES[request.param], days=1.5, step="6h", record="6h")
    return [run(scenario, seed=3, engine=engine) for engine in ("columns", "agents")]


def test_engines_agree_on_few_households(both: list[Result]) -> None:
    assert not same_bytes(*both)


def test_everybody_is_somewhere_or_dead(both: list[Result]) -> None:
    data = both[0].data
    alive = data["people"].sum(["place", "group", "status"]).values
    dead = data["deaths"].sum(["place", "group"]).cumsum("time").values
    assert len(set((alive + dead).tolist())) == 1
    still = data["people"].sum(["group", "status"]) - data["people"].sel(status="moving").sum(
        "group"
    )
    assert (data["composition"].sum("kind") == still).all()
    waiting = data["people"].sel(status="waiting").sum(["place", "group"])
    assert (data["waiting"].sum(["crossing", "kind"]) <= waiting).all()


def test_who_passes_a_gate_had_come_to_it(both: list[Result]) -> None:
    moved = both[0].data["outcomes"].sum(["kind"]).cumsum("time")
    came = moved.sel(outcome="reached")
    assert int(came.isel(time=-1).sum()) > 0
    waited = both[0].data["hours_waited"].sum("wait")
    let = moved.sel(outcome=["admitted", "exempt"]).isel(time=-1).sum("outcome")
    assert (waited == let).all()
    assert np.isfinite(both[0].data["waiting_time"]).any() == bool(let.sum() > 0)
