"""Laws of distance over the whole way from home, in runs and in what is told of them."""

from __future__ import annotations

import math
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.model.outlook import Outlook
from flowsim.model.route_options import Worth, chances, likely_ways
from tests.flee_folder import flee_folder

LAWS = {
    "a part": {"behaviour.routes.any_distance": 0.4},
    "power": {"behaviour.routes.distance": "power", "behaviour.routes.distance_power": 2.0},
}


@pytest.fixture(params=LAWS)
def scenario(request: pytest.FixtureRequest, tmp_path: Path) -> fs.Scenario:
    return fs.load(flee_folder(tmp_path)).with_values(LAWS[request.param])


def test_both_engines_give_the_same(scenario: fs.Scenario) -> None:
    columns, agents = (fs.run(scenario, 3, engine=name) for name in ("columns", "agents"))
    assert columns.people.equals(agents.people)


def test_the_law_moves_people(scenario: fs.Scenario) -> None:
    plain = scenario.with_values(
        {"behaviour.routes.any_distance": 0.0, "behaviour.routes.distance": "exponential"}
    )
    assert not fs.run(scenario, 3).people.equals(fs.run(plain, 3).people)


def test_terms_of_ways_add_up_to_their_shares(scenario: fs.Scenario) -> None:
    """From each home by itself: the share is exp of the utility, but for a factor."""
    outlook = Outlook(scenario)
    next(outlook.intervals())
    worth = Worth(outlook, 0)
    for home in np.flatnonzero(outlook.world.residents.sum(axis=1)).tolist():
        ways = list(islice(likely_ways(worth.routes, chances(worth.values(home)), home), 50))
        assert ways
        logs = [math.log(w.share) - sum(worth.terms(w.links).values()) for w in ways]
        assert logs == pytest.approx([logs[0]] * len(logs), abs=1e-8)
        assert worth.settled(np.array([home]))[home].sum() == pytest.approx(1.0)


def test_ways_out_are_those_from_home(scenario: fs.Scenario) -> None:
    """Who weighs the ways out by what they are worth does so with any law, and more leave."""
    free = scenario.with_values(
        {"behaviour.leaving.count": "hazard", "behaviour.leaving.violence_per_day": 0.01}
    )
    choosy = free.with_values({"behaviour.leaving.way_out": 1.0})
    left = [
        int(fs.run(s, 3).people.sel(status="at_home").isel(time=-1).sum()) for s in (free, choosy)
    ]
    assert left[0] <= left[1]  # shut camps and danger make ways worse than in calm
