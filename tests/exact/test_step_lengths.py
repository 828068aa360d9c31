"""What feeds back is looked at once a step, so its error is in proportion to the step.

People leave the sooner the more of their neighbours have left. Of very many people the part S that
is still at home and the part G that is felt to have left follow S' = -(a + c G) S and
G' = -S' - G / m. Looked at every s they follow S -> S exp(-(a + c G) s) and G -> G exp(-s / m) +
what left in the step: an exponential Euler scheme, of first order (Hairer, Norsett and Wanner 1993,
"Solving Ordinary Differential Equations I", chapter II.3).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from flowsim.running import run
from tests.exact.chance import assert_means, mean_of_runs
from tests.full import only_full
from tests.model.worlds import plain, same_bytes, stock, ways

N = 10_000
RUNS = 8
A, C, M = 0.5, 3.0, 2.0
"""Hazard of leaving where all are at home and where all have just left, 1/day; memory, days."""
STEPS_MIN = (15, 30, 60, 120, 240, 480)
FINEST = STEPS_MIN[0]
FEEDBACK = {"leaving": {"neighbours_per_day": C, "neighbours_hours": 24 * M}}


def gone_in_a_day(step_min: float) -> float:
    """Part of very many people, looked at every so many minutes."""
    home, felt, step = 1.0, 0.0, step_min / 1440
    for _ in range(round(1 / step)):
        left = -home * np.expm1(-(A + C * felt) * step)
        home, felt = home - left, felt * np.exp(-step / M) + left
    return 1 - home


def gone_at_last() -> float:
    """The same, looked at all the time."""

    def change(_, now):
        home, felt = now
        leaves = (A + C * felt) * home
        return -leaves, leaves - felt / M

    return 1 - solve_ivp(change, (0, 1), (1.0, 0.0), rtol=1e-10, atol=1e-12).y[0, -1]


@lru_cache(maxsize=1)
def gone() -> np.ndarray:
    """Persons gone after a day, by seed and step, (runs, steps)."""
    worlds = [
        plain(N, A, abroad=False, days=1, step=f"{step}min", record="1d", behaviour=FEEDBACK)
        for step in STEPS_MIN
    ]
    at_home = [
        [stock(run(world, seed, provenance=False), "at_home")[-1] for world in worlds]
        for seed in range(RUNS)
    ]
    return N - np.array(at_home)


def test_the_scheme_is_of_first_order():
    """What runs are held against: its error halves as the step does."""
    error = gone_at_last() - np.array([gone_in_a_day(step) for step in STEPS_MIN])
    step = np.array(STEPS_MIN)
    order = np.diff(np.log(error)) / np.diff(np.log(step))
    assert order == pytest.approx(1.0, abs=0.1)
    assert (np.diff(order) > 0).all()  # and nearer to it the shorter the step


def test_at_the_finest_step_people_leave_by_the_differential_equation():
    mean, error = mean_of_runs(gone()[:, 0], 1)
    law = N * gone_at_last()
    assert_means(mean, law, error, allow=law - N * gone_in_a_day(FINEST))


def test_at_each_step_people_leave_by_its_own_scheme():
    """Against the finest step, seed by seed: that takes most of chance away. A person is allowed
    for, as the mean of N people is off by the order of 1 / N of them."""
    apart = gone()[:, 1:] - gone()[:, :1]
    law = [N * (gone_in_a_day(step) - gone_in_a_day(FINEST)) for step in STEPS_MIN[1:]]
    mean, error = mean_of_runs(apart, len(law))
    assert_means(mean, law, error, allow=1.0)


def test_the_error_falls_in_proportion_to_the_step():
    """Error over step is the same at all of them, but for a fifth of it: terms of second order."""
    error = gone()[:, :1] - gone()[:, 1:]
    step = np.array(STEPS_MIN[1:]) - FINEST
    slope = N * (gone_at_last() - gone_in_a_day(FINEST)) / FINEST
    mean, spread = mean_of_runs(error / step, step.size)
    assert_means(mean, slope, spread, allow=slope / 5)


SOME = (15, 60, 480)


@pytest.mark.parametrize(
    "step", [step if step in SOME else pytest.param(step, marks=only_full) for step in STEPS_MIN]
)
def test_both_engines_are_the_same_at_each_step(step):
    """Neighbours, and queues that people hear of at two gates of which one is slow."""
    behaviour = {**FEEDBACK, "routes": {"wait_cost_per_hour": 0.5}}
    slow = [{"type": "quota", "per_hour": 2, "crossings": ["Side"]}]
    scenario = ways(60, slow, per_day=4.0, days=1 / 3, step=f"{step}min", record="8h",
                    behaviour=behaviour)  # fmt: skip
    one, other = (run(scenario, engine=engine) for engine in ("columns", "agents"))
    assert one.waiting.sum() > 0
    assert not same_bytes(one, other)
