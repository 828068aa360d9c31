"""More open is never worse: path by path where nothing feeds back, in the mean where it does.

Two runs of one seed give the same households the same thresholds and the same luck at a gate. Where
everybody comes at a fixed hazard, waits for good and goes whole, a border that lets more pass
therefore lets the same people pass and some others, in every single run and at every time. People
who give up, come again, part and try the fence draw anew after that, so there only the mean over
many runs can be told.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from flowsim.policy import Closed, Quota, Triage
from flowsim.running import run
from tests.full import only_full
from tests.model.worlds import FAMILIES, finished, flows, plain, told

KINDS = {name: FAMILIES[name] for name in FAMILIES if name != "household_size"}
MIXED = {1: 2, 3: 1, 5: 1}
SEEDS = range(40)
WHOLE = {"waiting": {"part": 0.0}}
WOMEN = [1]


def patient(policies, sizes=None, **changes):
    """People who come at a fixed hazard for some hours, whole, and wait for good."""
    world = {"days": 0.25, "sizes": sizes or MIXED, "kinds": KINDS, "behaviour": WHOLE}
    return plain(120, 4.0, policies, **{**world, **changes})


def admitted(model, kinds=(0, 1, 2, 3, 4)):
    """Persons who passed so far by the end of each hour."""
    return told(model, "admitted", "exempt")[:, kinds].sum(axis=1).cumsum()


def waiting(model):
    return model.observer.waiting.sum(axis=(1, 2), dtype=np.int64)


def test_a_more_permeable_border_never_leaves_more_waiting():
    """Who has luck below p has luck below a larger p: each hour, in 40 runs."""
    worlds = [patient([Triage(permeability=p)]) for p in (0.3, 0.4, 0.9)]
    strictly = 0
    for seed in SEEDS:
        runs = [finished(world, seed) for world in worlds]
        for one, other in pairwise(runs):
            assert (waiting(other) <= waiting(one)).all(), seed
            assert (admitted(other) >= admitted(one)).all(), seed
            strictly += waiting(other)[-1] < waiting(one)[-1]
    assert strictly > 60


@pytest.mark.parametrize("changes", [{}, {"counted": True}, {"counted": True, "carry_over": 1.0}])
def test_a_higher_quota_never_lets_fewer_pass(changes):
    """A line is served in one order, so more work done or more persons counted by any time are more
    of the same line: each hour, in 40 runs. A family that does not fit waits for the next hour."""
    worlds = [patient([Quota(per_hour=n, **changes)]) for n in (5, 6)]
    strictly = 0
    for seed in SEEDS:
        runs = [admitted(finished(world, seed)) for world in worlds]
        for one, other in pairwise(runs):
            assert (other >= one).all(), seed
            strictly += other[-1] > one[-1]
    assert strictly > 30


HARD = {
    "closed": Closed,
    "quota": lambda **rest: Quota(per_hour=4, **rest),
    "counted": lambda **rest: Quota(per_hour=5, counted=True, **rest),
    "triage": lambda **rest: Triage(permeability=0.3, per_hour=8, **rest),
}


@pytest.mark.parametrize("name", HARD)
def test_an_exemption_never_harms_the_exempt(name):
    """Women who need not wait are out of the line, and who is in a line with fewer before it is
    through no later: women who passed, each hour, in 40 runs."""
    worlds = [patient([HARD[name](**rest)]) for rest in ({}, {"exempt": ["women"]})]
    strictly = 0
    for seed in SEEDS:
        one, other = (admitted(finished(world, seed), WOMEN) for world in worlds)
        assert (other >= one).all(), seed
        strictly += other[-1] > one[-1]
    assert strictly > 30


def test_an_exemption_never_harms_the_exempt_at_a_narrow_gate():
    """Single persons before a gate that lets 6 an hour pass: the exempt are served first."""

    def narrow(rest):
        world = patient([Quota(per_hour=4, **rest)], {1: 1})
        route = world.routes[0].model_copy(update={"gate_per_hour": 6.0})
        return world.model_copy(update={"routes": (route,)})

    worlds = [narrow(rest) for rest in ({}, {"exempt": ["women"]})]
    strictly = 0
    for seed in SEEDS:
        one, other = (admitted(finished(world, seed), WOMEN) for world in worlds)
        assert (other >= one).all(), seed
        strictly += other[-1] > one[-1]
    assert strictly > 30


# ---- in the mean -------------------------------------------------------------------------

PAIRS, FEW = 200, 25
RESTLESS = {
    "waiting": {"part": 0.8, "give_up_per_day": 6.0, "give_up_closed_per_day": 12.0,
                "fence_per_day": 6.0},
    "leaving": {"men_stay": 0.5, "neighbours_per_day": 2.0, "frailty_variance": 0.5},
}  # fmt: skip


def restless(policy):
    """Some 60 people for three hours, who give up, come again, part and try the fence."""
    return plain(60, 40.0, [policy], days=1 / 8, sizes=MIXED, kinds=KINDS, behaviour=RESTLESS)


BASE = {"permeability": 0.4, "per_hour": 5, "barred": ["men"], "leak": 0.1}
MORE_OPEN = {
    "permeability": [{"permeability": 0.42}, {"permeability": 0.9}],
    "quota": [{"per_hour": 5.2}, {"per_hour": 40}],
    "exemption": [{"exempt": ["elderly"]}, {"exempt": ["women", "children"]}],
}
"""What makes the border of `BASE` a little more open, and what much more."""


@pytest.fixture(scope="module")
def base():
    return over(PAIRS, {})


def over(pairs, changes):
    """Persons who passed in each of so many runs."""
    world = restless(Triage(**{**BASE, **changes}))
    return np.array([admitted(finished(world, seed))[-1] for seed in range(pairs)])


@only_full
@pytest.mark.parametrize("name", MORE_OPEN)
def test_in_the_mean_a_more_open_border_lets_more_pass(name, base):
    """Over 200 pairs the mean rise of those who passed is at least -2 standard errors of the mean;
    over 25 pairs with a border that is much more open it is above 2."""
    for changes, pairs in zip(MORE_OPEN[name], (PAIRS, FEW), strict=True):
        rise = over(pairs, changes) - base[:pairs]
        error = rise.std(ddof=1) / np.sqrt(pairs)
        assert rise.mean() >= -2 * error
        if pairs == FEW:
            assert rise.mean() > 2 * error
        else:
            assert (rise < 0).any()  # in single pairs fewer pass, so the mean it is


def both_quotas(first, second=None, seed=1):
    """Persons admitted of 1,500 single persons who come within hours."""
    policies = [first] if second is None else [first, second]
    result = run(plain(1500, per_day=12.0, days=1, policies=policies), seed=seed)
    return flows(result)["admitted"].sum()


@pytest.mark.parametrize("counted", [True, False])
def test_a_quota_that_is_raised_past_another_lets_no_fewer_in(counted):
    """Two of one number are two still, as they exempt different people."""
    women = Quota(per_day=100, counted=counted, exempt=["women"])
    told = [
        both_quotas(women, Quota(per_day=number, counted=counted, exempt=["men"]))
        for number in (90, 99, 100, 101, 150)
    ]
    assert told == sorted(told)
    assert told[2] - told[1] <= 2  # no jump at the same number


@pytest.mark.parametrize("counted", [True, False])
def test_a_further_quota_never_lets_more_in(counted):
    """Who is bound by both counts against both."""
    for exempt in ([], ["women"], ["men"]):
        more = Quota(per_day=100, counted=counted, exempt=exempt)
        whole = Quota(per_day=200, counted=counted)
        assert both_quotas(whole, more) <= both_quotas(whole)
    mixed = Quota(per_day=100, counted=not counted)
    assert both_quotas(Quota(per_day=200, counted=counted), mixed) <= both_quotas(mixed)
