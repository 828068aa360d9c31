"""Violence that excites itself against the solution of a Hawkes process with exponential kernels.

Of the mean: E' = (V - E) / tau and D' = -g D + g b F S E with V = F (v + D) are linear, so the mean
over runs follows them, and a unit of given violence becomes 1 / (1 - b) in all (Hawkes 1971). Of
the number of acts: those that the given violence sets off are Poisson, and each has a Borel family
(Hawkes and Oakes 1974, "A cluster process representation of a self-exciting process", J. Appl.
Prob. 11), of mean 1 / (1 - b) and variance b / (1 - b)^3. So the number is of mean L / (1 - b) and
variance L / (1 - b)^3.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.stats import chi2
from scipy.stats import poisson as law_of_poisson

from flowsim.draws import seed_key
from flowsim.model.outlook import world_of
from flowsim.running import run
from flowsim.world.config import Group, Place, Route
from flowsim.world.escalation import course_of, poisson
from flowsim.world.violence_config import Event, Force, Violence
from flowsim.world.world import World
from tests.exact.chance import ALARM, assert_means, assert_shares, mean_of_runs
from tests.model.worlds import ADULTS, START, hours, plain

SPELL_H = 6
"""Hours for which violence of intensity 1 is given at Here."""


def world(places=1, forces=(), until_h=SPELL_H, **escalation):
    """Places in a row, 2 km apart, of which violence is given at the first."""
    names = [f"P{i}" for i in range(places)]
    return World(
        [Place(name=n, country="A", lat=40 + 0.018 * i, lon=72.0, population=1000, share={"G": 1.0})
         for i, n in enumerate(names)],
        [Route(start=a, end=b, km=2.0) for a, b in pairwise(names)],
        [Group(name="G", household_size={1: 1}, **ADULTS)], ["A"],
        Violence(
            events=[Event(place="P0", start=START, peak=START, until=hours(until_h), intensity=1.0,
                          target={"G": 0.5})],
            escalation={"branching": 0.6, "hours": 4.0, "km": 3.0, "intensity": 0.5,
                        "half_life_hours": 2.0, **escalation},
        ),
        (), forces, START,
    )  # fmt: skip


def path(of, seed, n_hours, grid_s=3600):
    """Violence by interval and place, and danger."""
    course = course_of(of, grid_s, None if seed is None else seed_key(seed))
    states = [course.at(k * grid_s + grid_s // 2) for k in range(n_hours * 3600 // grid_s)]
    return np.array([s.violence for s in states]), np.array([s.danger[:, 0] for s in states])


def solution(n_hours, share, factor, b=0.6, tau=4.0, half=2.0):
    """Mean violence of each hour by place, of the equations without steps."""
    g, places = np.log(2) / half, len(share)

    def change(t, state):
        late, excited = state[:places], state[places : 2 * places]
        given = np.zeros(places)
        given[0] = t < SPELL_H
        violence = factor * (given + excited)
        began = b * (share @ late)
        return np.concatenate([(violence - late) / tau, g * (began - excited), violence])

    ends = np.arange(n_hours + 1.0)
    parts, state = [np.zeros(3 * places)], np.zeros(3 * places)
    for first, last in ((0.0, SPELL_H), (SPELL_H, float(n_hours))):
        at = ends[(ends > first) & (ends <= last)]
        told = solve_ivp(
            change, (first, last), state, t_eval=at, rtol=1e-9, atol=1e-12, max_step=0.1
        )
        parts += list(told.y.T)
        state = told.y[:, -1]
    return np.diff(np.array(parts)[:, 2 * places :], axis=0)


def kernel(places, km=3.0):
    """Great-circle distances between the places are 2 km times their numbers apart."""
    step = np.radians(0.018) * 6371.0088
    apart = np.abs(np.subtract.outer(np.arange(places), np.arange(places))) * step
    part = np.exp(-apart / km)
    return part / part.sum(axis=0)


def test_the_mean_course_is_the_solution_of_the_linear_equations():
    """Its error is of second order in the interval: a fifth of it leaves a twenty-fifth."""
    law = solution(72, kernel(3), np.ones(3))
    off = []
    for grid_s in (3600, 720):
        mean, _ = path(world(3), None, 72, grid_s)
        hourly = mean.reshape(72, -1, 3).mean(axis=1)
        off.append(np.abs(hourly - law).max())
    assert off[0] < 0.005
    assert off[1] == pytest.approx(off[0] / 25, rel=0.1)


def test_all_violence_is_what_is_given_over_one_less_the_ratio():
    """Whatever the interval and the places; and half of it is danger, as of what is given."""
    for grid_s in (3600, 1800, 6 * 3600):
        violence, danger = path(world(3), None, 400, grid_s)
        total = violence.sum() * grid_s / 3600
        assert total == pytest.approx(SPELL_H / (1 - 0.6), rel=1e-6)
        assert danger == pytest.approx(violence / 2, rel=1e-12)


@pytest.mark.parametrize(("stance", "factor"), [("protect", 1 / 1.5), ("attack", 1.5)])
def test_forces_damp_and_feed_the_ratio(stance, factor):
    """A force of half the halving size makes 0.6 of it 0.4, or 0.9."""
    army = Force(name="army", kind="army", places=["P0"], size=1000,
                 orders=[{"start": START, "stance": stance}])  # fmt: skip
    violence, _ = path(world(1, [army]), None, 1200)
    assert violence.sum() == pytest.approx(factor * SPELL_H / (1 - 0.6 * factor), rel=1e-5)


def test_runs_have_that_mean_and_the_variance_of_a_cluster_process():
    runs, places = 160, 2
    some = [3, 8, 14, 30]
    paths = np.array([path(world(places), seed, 31)[0] for seed in range(runs)])
    mean, error = mean_of_runs(paths[:, some].reshape(runs, -1), 8)
    assert_means(mean, path(world(places), None, 31)[0][some].ravel(), error)
    act = 0.5 * 2.0 / np.log(2)  # intensity x hours
    given = 6 * SPELL_H  # for two days, from one place
    whole = [path(world(1, until_h=given), seed, 200)[0].sum() for seed in range(runs)]
    acts = (np.array(whole) - given) / act
    assert (np.abs(acts - np.round(acts)) < 1e-2).mean() > 0.98  # the others still fade
    first = 0.6 * given / act
    assert_means(acts.mean(), first / (1 - 0.6), np.sqrt(first / (1 - 0.6) ** 3 / runs))
    spread = (runs - 1) * acts.var(ddof=1) / (first / (1 - 0.6) ** 3)
    assert chi2.isf(1 - ALARM / 2, runs - 1) < spread < chi2.isf(ALARM / 2, runs - 1)


def test_numbers_are_poisson():
    luck = (np.arange(4000) + 0.5) / 4000
    for mean in (0.05, 1.0, 12.5, 400.0):
        numbers = np.array([poisson(u, mean) for u in luck])
        assert (numbers == law_of_poisson.ppf(luck, mean)).mean() > 0.9999
    large = np.array([poisson(u, 900.0) for u in luck[::10]])
    assert np.abs(large - law_of_poisson.ppf(luck[::10], 900.0)).max() <= 3
    seen = np.bincount([poisson(u, 1.3) for u in luck], minlength=9)
    assert_shares(seen, law_of_poisson.pmf(np.arange(seen.size), 1.3))


def test_exposure_in_a_run_follows_it():
    """People who stay where they are stand in the realised violence, hour by hour."""
    scenario = plain(200, per_day=0.0, days=1).with_values({
        "violence.escalation.branching": 0.5, "violence.events[0].until": hours(3),
    })  # fmt: skip
    result = run(scenario, seed=4)
    course = course_of(world_of(scenario), 3600, seed_key(4))
    told = [course.at(k * 3600 + 1800).violence[0] for k in range(24)]
    assert result.violence.sel(place="Here").values == pytest.approx(told, abs=0)
    assert result.exposure.sel(place="Here").sum() == pytest.approx(200 * sum(told) / 24)
    assert max(told[4:]) > 0
