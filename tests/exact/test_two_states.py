"""People who leave and come back: at home, on the way, away, as a chain of Markov has it.

A stay under a constant hazard h, rounded up to seconds, is longer than s seconds with chance
exp(-h s): a chain in steps of a second, solved by powers of its matrix (Norris 1997, "Markov
Chains", chapters 1 and 2). With a way that takes two hours it is a renewal process, solved by
counting its events (Cox 1962, "Renewal Theory").
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.special import roots_genlaguerre

from flowsim.results.result import Result
from flowsim.running import run
from tests.exact.chance import assert_binomial, assert_means, assert_shares, errors
from tests.model.worlds import column, finished, forget, hours, plain, same_bytes, stock

N = 40_000
DAY = 86_400
DAYS = 3
HOURS = np.arange(1, 24 * DAYS + 1)
STATES = ("at_home", "out", "away", "back", "returned")
"""Never left; on the way; displaced; on the way home; home again."""
AT_ONCE: dict[str, Any] = {"road_kmh": 86_400.0}
"""The 24 km to There take a second."""


def restless(leave, back, persons=N, variance=0.0, routes=None, leaving=None, calm=1e12, **more):
    """Single persons who leave Here and come back from There, both at constant hazards."""
    behaviour = {
        "leaving": {"frailty_variance": variance, **(leaving or {})},
        "returning": {"inside_per_day": back, "calm": calm},
        "routes": routes or {},
    }
    return plain(persons, per_day=leave, abroad=False, days=DAYS, behaviour=behaviour, **more)


def seen(result: Result) -> np.ndarray:
    """Persons never gone, away, and home again by the hour, (3, hours)."""
    return np.stack([stock(result, s) for s in ("at_home", "displaced", "returned")])


def second(leave: float, back: float) -> np.ndarray:
    """What a second does to each of ``STATES`` under hazards in 1/day; a way takes one second."""
    go, come = -np.expm1(-leave / DAY), -np.expm1(-back / DAY)
    step = np.zeros((5, 5))
    step[0, [0, 1]] = step[4, [4, 1]] = 1 - go, go
    step[2, [2, 3]] = 1 - come, come
    step[1, 2] = step[3, 4] = 1.0
    return step


def by_the_hour(start: np.ndarray, steps: list[np.ndarray]) -> np.ndarray:
    """Chance of each state at the end of each hour, given what a second does in it.

    What falls on the very second in which an hour ends is counted in the next.
    """
    told, powers = [], {}
    for step in steps:
        if id(step) not in powers:  # most hours share one step
            powers[id(step)] = np.linalg.matrix_power(step, 3599)
        nearly = start @ powers[id(step)]
        told.append(nearly)
        start = nearly @ step
    return np.array(told)


def chances(steps: list[np.ndarray]) -> np.ndarray:
    """Chance of being never gone, away, and home again at the end of each hour, (3, hours)."""
    told = by_the_hour(np.eye(5)[0], steps)
    return told[:, [STATES.index(name) for name in ("at_home", "away", "returned")]].T


def test_a_stay_is_exponential_rounded_up_to_seconds():
    """At a hazard of 1 / 3 a second: s seconds with chance exp(-(s - 1) / 3) - exp(-s / 3)."""
    model = finished(plain(N, DAY / 3, days=1 / 24, abroad=False))
    seconds = np.arange(100)
    law = np.where(seconds > 0, np.exp(-(seconds - 1) / 3) - np.exp(-seconds / 3), 0.0)
    seen = np.bincount(column(model, "fled"), minlength=seconds.size)
    forget(model)
    assert seen[0] == 0
    assert_shares(seen, law)


@pytest.mark.parametrize(("leave", "back"), [(1.5, 4.0), (9.0, 6.0)])
def test_two_states_with_a_way_of_a_second(leave, back):
    law = chances([second(leave, back)] * HOURS.size)
    # the textbook's two states in continuous time, but for a second or two in every event
    rates = np.array([[-leave, leave], [back, -back]])
    textbook = np.array([expm(rates * h / 24)[0, 1] for h in HOURS])
    assert np.abs(law[1] - textbook).max() < 2 * (leave + back) * DAYS * (leave + back) / DAY
    assert_binomial(seen(run(restless(leave, back, routes=AT_ONCE))), N, law)


def test_hours_away_on_average():
    """Hours at whose end somebody is away: their mean, and its variance over people, follow from
    the chance of being away at two hours. One hazard too large by two in a hundred is seen."""
    leave, back = 9.0, 6.0
    step = second(leave, back)
    law = chances([step] * HOURS.size)[1]
    away = STATES.index("away")
    again = np.array([np.linalg.matrix_power(step, 3600 * h)[away, away] for h in HOURS - 1])
    first, apart = np.minimum.outer(HOURS, HOURS) - 1, np.abs(np.subtract.outer(HOURS, HOURS))
    variance = (law[first] * again[apart]).sum() - law.sum() ** 2
    more = [
        chances([second(*h)] * HOURS.size)[1] for h in ((1.02 * leave, back), (leave, 1.02 * back))
    ]
    error = np.sqrt(variance / N)
    assert min(abs(x.sum() - law.sum()) for x in more) > 1.5 * errors(1) * error
    result = run(restless(leave, back, routes=AT_ONCE))
    assert_means(stock(result, "displaced").sum() / N, law.sum(), error)


@pytest.mark.parametrize(("leave", "back"), [(1.5, 4.0), (9.0, 6.0)])
def test_two_states_with_a_way_of_two_hours(leave, back):
    """Without ways, the number of events by t is that of a chain that only counts: p_k(t). With
    ways of L each, who is between its k-th arrival and its next departure is so with p_k(t - k L).
    """
    most = 120
    go, come = -np.expm1(-leave / DAY), -np.expm1(-back / DAY)
    out = np.resize([go, come], most)
    out[-1] = 0.0
    step = np.diag(1 - out) + np.diag(out[:-1], 1)
    counted = by_the_hour(np.eye(most)[0], [step] * HOURS.size)
    assert counted[-1, -1] < 1e-12
    law = np.zeros((3, HOURS.size))
    for k in range(HOURS.size // 2):
        state = 0 if k == 0 else 1 + (k + 1) % 2
        law[state, 2 * k :] += counted[: HOURS.size - 2 * k, k]
    assert_binomial(seen(run(restless(leave, back))), N, law)


@pytest.mark.parametrize("variance", [0.5, 2.0])
def test_two_states_with_frailty(variance):
    """Never gone by t: the Laplace transform of the gamma, (1 + v h t)^(-1/v) (Vaupel, Manton and
    Stallard 1979). Home again: the chain of each frailty, over the frailties."""
    leave, back = 2.0, 5.0
    node, weight = roots_genlaguerre(60, 1 / variance - 1)
    told = [chances([second(leave * f * variance, back)] * HOURS.size) for f in node]
    law = np.tensordot(weight / weight.sum(), np.array(told), axes=1)
    laplace = (1 + variance * leave * (HOURS / 24 - 1 / DAY)) ** (-1 / variance)
    assert np.abs(law[0] - laplace).max() < 1e-4 / np.sqrt(N)  # the quadrature is good enough
    assert_binomial(seen(run(restless(leave, back, variance=variance, routes=AT_ONCE))), N, law)


def test_two_states_under_hazards_that_change_by_the_hour():
    """Danger rises for six hours, holds for four, and halves every nine. It drives people out, and
    keeps those in who would leave and those away who would return."""
    leave, back, trapped, calm = 6.0, 8.0, 0.7, 0.3
    middle = HOURS - 0.5
    danger = np.minimum(1, middle / 6) * 2 ** (-np.maximum(0, middle - 10) / 9)
    event = {"place": "Here", "start": hours(0), "peak": hours(6), "until": hours(10),
             "half_life_hours": 9, "intensity": 1, "target": {"G": 1}}  # fmt: skip
    scenario = restless(
        leave, back, routes=AT_ONCE, leaving={"trapped": trapped}, calm=calm,
        violence={"events": [event], "negligible": 1e-6},
    )  # fmt: skip
    go, come = leave * danger * np.exp(-trapped * danger), back * np.exp(-danger / calm)
    law = chances([second(*rates) for rates in zip(go, come, strict=True)])
    result = run(scenario)
    assert np.abs(result.violence.sel(place="Here").values - danger).max() < 1e-12
    assert_binomial(seen(result), N, law)


def test_the_reference_engine_has_the_same_chain():
    scenario = restless(6.0, 8.0, persons=100, variance=0.5)
    assert not same_bytes(*(run(scenario, engine=engine) for engine in ("columns", "agents")))
