"""The engine of a calibration on simulators whose posterior is known."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from scipy.special import ndtri

from flowsim.learn import emulator
from flowsim.learn.emulator import Emulators, Guess
from flowsim.learn.particles import effective, systematic, tempered
from flowsim.learn.waves import Budget, Learnt, _Learning, learn
from flowsim.learn.weighing import between
from tests.learn.toys import Line, Normal

TOLD = (3.0, 0.5)


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn(Line(), Normal(TOLD, 0.5), Budget(160, 2), seed=1)


def test_the_weighted_runs_are_the_posterior(learnt: Learnt) -> None:
    mean, sd = Line().posterior(np.array(TOLD), 0.5)
    scores, weights = ndtri(learnt.positions), learnt.weights
    found = weights @ scores
    spread = np.sqrt(weights @ (scores - found) ** 2)
    error = 3.0 * sd / np.sqrt(learnt.effective)
    assert learnt.by == "runs"
    assert learnt.effective > 50
    assert (np.abs(found - mean) < error).all()
    assert spread == pytest.approx(sd, rel=0.25)


def test_no_more_runs_than_the_budget_and_the_first_ones_are_spread_as_the_prior(
    learnt: Learnt,
) -> None:
    assert len(learnt.positions) <= 160
    prior = ndtri(learnt.positions[learnt.of_prior])
    assert np.abs(prior.mean(axis=0)).max() < 0.2
    assert prior.std(axis=0) == pytest.approx([1.0] * 3, abs=0.2)
    assert ((learnt.chance > 0.02) & (learnt.chance < 0.4)).all()  # 0.09, of three positions


def test_where_dice_rule_out_nearly_every_run_emulators_weigh_them() -> None:
    sharp = Normal(TOLD, 0.02)
    told = learn(Line(noise=0.5), sharp, Budget(130, 1), seed=2)
    mean, sd = Line(noise=0.5).posterior(np.array(TOLD), 0.02)
    found = told.weights @ ndtri(told.positions)
    assert told.by == "emulators"
    assert told.effective > 50
    assert (np.abs(found - mean) < 0.5 * sd).all()


def implausible(apart: tuple[float, ...], sd: float) -> float:
    """Of a position of which emulators expect so much else than is told, give or take ``sd``."""
    names = tuple(str(i) for i in range(len(apart)))
    told = Normal((1.0,) * len(apart), 0.5, names, (False,) * len(apart))
    guess = Guess(1.0 + np.array([apart]), np.full((1, len(apart)), sd), np.zeros((1, len(apart))))
    emulators = cast(Emulators, SimpleNamespace(guess=lambda scores: guess))
    learning = _Learning(Line(), told, Budget(60), "1")
    return float(learning._implausible(emulators, np.zeros((1, 3))).item())


def test_what_emulators_are_unsure_of_is_not_ruled_out() -> None:
    assert implausible((2.5, 2.5), sd=0.0) == pytest.approx(5.0)
    assert implausible((2.5, 2.5), sd=1.2) == pytest.approx(2.5 / 1.3)


def test_one_report_of_many_rules_nothing_out_and_one_of_two_does() -> None:
    assert implausible((2.5, 0.0), sd=0.0) == pytest.approx(5.0)
    assert implausible((2.5, 0.0, 0.5), sd=0.0) == pytest.approx(1.0)
    assert implausible((2.5, 2.0, 0.5), sd=0.0) == pytest.approx(4.0)


def test_a_report_that_no_input_meets_is_named() -> None:
    told = learn(Line(), Normal((3.0, 40.0), 0.5), Budget(60, 2), seed=1)
    assert told.impossible == ("two",)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not() -> None:
    one, two, other = (learn(Line(), Normal(TOLD, 0.5), Budget(60, 1), s) for s in (1, 1, 2))
    assert one.positions.tobytes() == two.positions.tobytes()
    assert one.weights.tobytes() == two.weights.tobytes()
    assert not np.array_equal(one.positions[0], other.positions[0])


def test_no_global_random_state_is_touched() -> None:
    np.random.seed(3)  # noqa: NPY002 - what others may have set
    before = np.random.get_state()[1].copy()  # type: ignore[index,union-attr] # noqa: NPY002
    learn(Line(), Normal(TOLD, 0.5), Budget(60, 1), seed=1)
    assert (before == np.random.get_state()[1]).all()  # type: ignore[index] # noqa: NPY002


def test_points_that_cannot_be_run_are_not_proposed() -> None:
    rng = np.random.default_rng(1)
    told = tempered(
        lambda z: -0.5 * (z[:, 0] - 2.0) ** 2 / 0.1, lambda z: z[:, 0] < 1.5, np.array([0]), 2,
        500, rng,
    )  # fmt: skip
    assert told.scores[:, 0].max() < 1.5
    assert told.scores[:, 0].mean() > 1.2


def test_an_emulator_goes_by_the_inputs_that_act_and_takes_dice_for_noise() -> None:
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(120, 20))
    values = 5.0 + 2.0 * scores[:, 4] + scores[:, 7] ** 2 + rng.normal(0.0, 0.3, 120)
    told = emulator.fit(scores, values, chance=0.09, count=False)
    assert {4, 7} <= set(told.active.tolist())
    assert told.explained > 0.9
    at = np.zeros((1, 20))
    mean, sd, own = told.guess(at)
    assert mean[0] == pytest.approx(5.0, abs=0.5)
    assert 0.2 < sd[0] < 0.6
    assert own[0] < sd[0]


def test_an_emulator_of_what_never_varies_tells_that() -> None:
    told = emulator.fit(np.random.default_rng(1).normal(size=(30, 2)), np.full(30, 7.0))
    mean, sd, own = told.guess(np.zeros((2, 2)))
    assert (mean.tolist(), sd.tolist(), own.tolist()) == ([7.0] * 2, [0.0] * 2, [0.0] * 2)


def test_systematic_draws_follow_the_weights() -> None:
    weights = np.array([0.0, 3.0, 1.0])
    drawn = systematic(weights, 400, np.random.default_rng(1))
    assert np.bincount(drawn).tolist() == [0, 300, 100]
    assert effective(weights) == pytest.approx(1.6)


def test_a_number_is_told_by_its_logarithm_only_where_that_tells_it_better() -> None:
    line = np.random.default_rng(4).normal(size=(60, 1))
    noise = np.random.default_rng(5).normal(0.0, 1.0, 60)
    assert not emulator.fit(line, 30.0 + 10.0 * line[:, 0] + noise, chance=1.0).logarithm
    assert emulator.fit(line, np.exp(3.0 + line[:, 0] + 0.1 * noise)).logarithm


def test_an_emulator_of_a_logarithm_gives_the_mean_of_the_number() -> None:
    """Of a lognormal number of variance 0.36 the mean is 1.2 times the median."""
    rng = np.random.default_rng(6)
    scores = rng.normal(size=(300, 1))
    told = emulator.fit(scores, 1000.0 * np.exp(scores[:, 0] + rng.normal(0.0, 0.6, 300)))
    mean, sd, _ = told.guess(np.zeros((1, 1)))
    assert told.logarithm
    assert mean.item() == pytest.approx(1000.0 * np.exp(0.18), rel=0.08)
    assert sd.item() == pytest.approx(mean.item() * np.sqrt(np.expm1(0.36)), rel=0.15)


def test_another_run_has_dice_of_its_own() -> None:
    """Of the variance between runs a quarter is by dice: 0.75 of the difference stays, and dice are
    not known twice, of the run that there is and of another."""
    guess = Guess(np.array([[10.0]]), np.array([[2.0]]), np.array([[0.0]]))
    mean, sd = between(np.array([[14.0]]), guess, np.array([1.0]))
    assert (mean.item(), sd.item() ** 2) == pytest.approx((13.0, 1.0 + 0.75))
