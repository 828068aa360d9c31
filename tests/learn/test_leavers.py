"""How many leave, pooled over conflicts and learnt from first weeks."""

import numpy as np
import pytest

from flowsim.learn.leavers import Early, LogRate, early_rates, pooled

TRUE_MEAN, TRUE_SD = np.log(2e-4), 1.3


def many(trials: int, conflicts: int = 9) -> np.ndarray:
    rng = np.random.default_rng(3)
    return np.exp(rng.normal(TRUE_MEAN, TRUE_SD, (trials, conflicts)))


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_the_next_conflict_lies_in_the_interval_as_often_as_it_says(level: float) -> None:
    """Student's t makes up for mean and spread being of eight conflicts only."""
    held = [pooled(row[:-1]).holds(row[-1], level) for row in many(2000)]
    assert abs(np.mean(held) - level) < 4.0 * np.sqrt(level * (1.0 - level) / 2000)


def test_what_the_first_weeks_tell_narrows_the_interval_and_it_still_holds() -> None:
    rng = np.random.default_rng(4)
    rates, error = many(1000), 0.4
    early = 7.0 * rates * np.exp(rng.normal(0.0, error, rates.shape))
    held, narrower, nearer = [], [], []
    for row, first in zip(rates, early, strict=True):
        before = pooled(row[:-1])
        after = before.learn(first[-1], early_rates(first[:-1], row[:-1]))
        held.append(after.holds(row[-1]))
        narrower.append(after.spread < before.spread)
        nearer.append(abs(np.log(after.median / row[-1])) < abs(np.log(before.median / row[-1])))
    assert 0.8 < np.mean(held) < 0.95  # the error itself is learnt from eight
    assert np.mean(narrower) > 0.99
    assert np.mean(nearer) > 0.7


def test_nothing_is_learnt_where_nobody_has_come_yet() -> None:
    rate = pooled([1.0, 3.0, 2.0, 9.0])
    assert rate.learn(0.0, Early(1.0, 0.3)) is rate


def test_a_sure_count_leaves_little_of_the_others() -> None:
    learnt = LogRate(1.0, 2.0).learn(50.0, Early(1.0, 0.01))
    assert learnt.median == pytest.approx(50.0, rel=1e-3)
    assert learnt.spread < 0.01


@pytest.mark.parametrize("rates", [[1.0, 2.0], [1.0, 0.0, 2.0], [1.0, np.inf, 2.0]])
def test_what_cannot_be_pooled_is_said(rates: list[float]) -> None:
    with pytest.raises(ValueError, match="rate"):
        pooled(rates)


def test_too_few_early_rates_are_said() -> None:
    with pytest.raises(ValueError, match="three"):
        early_rates([0.0, 1.0, 0.0, 2.0], [1.0, 1.0, 1.0, 1.0])
