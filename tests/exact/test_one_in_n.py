"""A run of one household in N tells what the whole run does, within the error of sampling.

Each household is in the sample with chance 1/N, by itself. So, where nothing feeds back, the total
of any figure y over households is told without bias, with the variance (N - 1) x sum of y^2
(Horvitz and Thompson 1952, "A generalization of sampling without replacement from a finite
universe", J. Am. Stat. Assoc. 47). What queues, quotas and camps let through does not vary at all,
but for the household at the edge.
"""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.model.axes import Status
from flowsim.running import run
from tests.exact.chance import assert_binomial, assert_means, mean_of_runs
from tests.full import FULL, only_full
from tests.model.worlds import (
    STRICT,
    column,
    finished,
    flows,
    forget,
    plain,
    rich,
    stock,
    ways,
)
from tests.properties.test_owners import world

SIZES = {1: 1, 4: 2, 7: 1}


def sample(scenario, one_in):
    return scenario.with_values({"population.one_in": one_in})


def at_its_end(scenario, seed, one_in):
    """Persons by status and place in full, and as many squares of households."""
    model = finished(sample(scenario, one_in), seed)
    size, status, place = (column(model, name) for name in ("size", "status", "place"))
    shape = (len(Status), len(model.world.places))
    squares = np.zeros(shape)
    np.add.at(squares, (status, place), size.astype(np.float64) ** 2)
    people = model.stocks.people.sum(axis=1).T.astype(np.float64)
    forget(model)
    return people, squares[: people.shape[0]]


@pytest.mark.parametrize("one_in", [2, 25])
def test_totals_are_right_within_the_error_of_sampling(one_in):
    """Statuses and places of the rich world without feedback. Families part into households of
    their own, which are in the sample together, so a square is that of the largest family."""
    scenario = world().setup
    whole, squares = at_its_end(scenario, 5, 1)
    part, _ = at_its_end(scenario, 5, one_in)
    some = squares > 0
    error = np.sqrt((one_in - 1) * squares[some])
    wide = squares[some] / np.maximum(whole[some], 1) * one_in  # few large households: not normal
    assert_means(part[some], whole[some], error, allow=4 * wide)


def test_who_is_at_home_follows_the_exponential_law():
    """Single persons who leave at 2 a day: of 30,000 some n / N are run, and still at home by t."""
    n, one_in = 30_000, 10
    for seed in (1, 2):
        result = run(sample(plain(n, 2.0, abroad=False, days=1, record="6h"), one_in), seed)
        home = stock(result, "at_home")
        t = np.arange(1, 5) / 4
        assert (home % one_in == 0).all()
        assert_binomial(home // one_in, n, np.exp(-2.0 * t) / one_in)


@pytest.mark.parametrize("one_in", [10, 100])
def test_a_gate_serves_so_many_persons_an_hour(one_in):
    """With a line of people before it, the household at the edge is all by which it may differ:
    those for whom it stands count as through once half of them are."""
    scenario = plain(20_000, 1000.0, sizes=SIZES, days=0.5)
    routes = (scenario.routes[0].model_copy(update={"gate_per_hour": 90.0}),)
    result = run(sample(scenario.model_copy(update={"routes": routes}), one_in))
    passed = flows(result)["admitted"].cumsum()
    allowed = 90 * np.arange(1, passed.size + 1)
    assert (np.abs(passed - allowed) <= 7 * one_in / 2 + 2).all()
    spread = run(sample(scenario.replace_policies("A-B", _quota(per_hour=90)), one_in))
    assert (flows(spread)["admitted"].cumsum() == passed).all()


def _quota(**numbers):
    from flowsim.policy import Quota

    return Quota(**numbers)


@pytest.mark.parametrize("per_hour", [12, pytest.param(200, marks=only_full)])
def test_a_counted_quota_is_right_in_the_mean(per_hour):
    """Even one that is less than a household of the sample stands for."""
    quota = [{"type": "quota", "per_hour": per_hour, "counted": True}]
    scenario = plain(12_000, 1000.0, quota, sizes=SIZES, days=1)
    passed = np.array([
        flows(run(sample(scenario, 20), seed, provenance=False))["admitted"].cumsum()[[11, 23]]
        for seed in range(60)
    ])  # fmt: skip
    assert (np.ptp(passed, axis=0) <= 2 * 7 * 20).all()
    mean, error = mean_of_runs(passed, 2)
    assert_means(mean, per_hour * np.array([12, 24]), error)


def test_a_camp_takes_its_capacity_in_the_mean():
    """Of single persons, who fill it up to the last one: 1,095 persons, 10 or 11 of one in 100."""
    scenario = ways(20_000, capacity=1095, days=1)
    there = np.array([
        stock(run(sample(scenario, 100), seed, provenance=False), "sheltered", "There")[-1]
        for seed in range(60)
    ])  # fmt: skip
    assert set(there.tolist()) == {1000, 1100}
    assert_binomial((there == 1100).sum(), 60, 0.95)


def test_neighbours_press_as_among_all():
    """The part that has left is of all who live there, so that feedback is as strong."""
    behaviour = {"leaving": {"neighbours_per_day": 3.0, "neighbours_hours": 48.0}}
    scenario = plain(
        20_000, 0.5, abroad=False, days=1, record="1d", sizes=SIZES, behaviour=behaviour
    )
    whole, part = (
        np.array([
            stock(run(sample(scenario, n), seed, provenance=False), "at_home")[-1]
            for seed in range(runs)
        ])
        for n, runs in ((1, 6), (10, 24))
    )  # fmt: skip
    mean, error = mean_of_runs(part, 1)
    law, second = mean_of_runs(whole, 1)
    assert_means(mean, law, np.hypot(error, second))


def test_a_rich_world_agrees_in_the_mean():
    """With queues, a fence, a camp that fills, quotas and harm: 24 runs of one in 5 against 8."""
    scenario = rich(8000, STRICT, days=2)
    figures = []
    for one_in, runs in ((1, 12), (5, 40)) if FULL else ((1, 8), (5, 24)):
        found = []
        for seed in range(runs):
            result = run(sample(scenario, one_in), seed, provenance=False)
            outcomes = result.outcomes.sum(["time", "kind", "crossing"])
            told = outcomes.sel(outcome=["reached", "admitted", "irregular", "refused", "returned"])
            found.append([
                *stock(result, "at_home")[[12, 47]], stock(result, "displaced")[-1],
                stock(result, "sheltered")[-1], int(result.deaths.sum()), int(result.split.sum()),
                *told.values,
            ])  # fmt: skip
        figures.append(mean_of_runs(np.array(found, dtype=np.float64), 11))
    (whole, error), (part, second) = figures
    assert_means(part, whole, np.hypot(error, second))
