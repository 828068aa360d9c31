"""Many people, each of whom hardly ever leaves, leave as a Poisson process.

Le Cam (1960, "An approximation theorem for the Poisson binomial distribution"): the number of n
people who leave in an interval, each with chance p, is Poisson with mean n p but for a total
variation of n p^2 at most; Barbour and Hall (1984) have p. Given how many leave, both processes
scatter them alike, so over a whole period the two are no further apart than their total numbers.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest
from scipy.stats import binom, poisson

from flowsim.model.axes import Status
from tests.exact.chance import ALARM, assert_binomial, assert_means, assert_shares
from tests.model.worlds import column, finished, forget, plain

N = 400_000
PER_DAY = 0.0025
DAYS = 10
QUARTERS = np.arange(96 * DAYS + 1)
"""Of an hour: about ten people leave in each."""


@lru_cache(maxsize=1)
def departures() -> np.ndarray:
    """Persons who leave in each quarter of an hour."""
    model = finished(plain(N, PER_DAY, days=DAYS, abroad=False, record="1h"))
    status, fled = column(model, "status"), column(model, "fled")
    left = np.bincount(fled[status != Status.AT_HOME] // 900, minlength=QUARTERS.size - 1)
    at_home = model.observer.people[:, :, :, Status.AT_HOME].sum(axis=(1, 2))
    forget(model)
    assert (N - at_home == left.cumsum()[3::4]).all()  # as it is recorded
    return left


def chances() -> np.ndarray:
    """Chance to leave in each quarter of an hour."""
    return -np.diff(np.exp(-PER_DAY * QUARTERS / 96))


def test_each_count_is_binomial_and_that_is_nearly_poisson():
    p = chances()
    assert_binomial(departures(), N, p)
    k = np.arange(200)
    apart = np.abs(binom.pmf(k, N, p[0]) - poisson.pmf(k, N * p[0])).sum() / 2
    assert 0 < apart < min(p[0], N * p[0] ** 2)
    few = 20, 0.2  # people, chance: here the bound is needed
    apart = np.abs(binom.pmf(k, *few) - poisson.pmf(k, few[0] * few[1])).sum() / 2
    assert 0.04 < apart < few[1] < few[0] * few[1] ** 2


def test_counts_vary_as_much_as_their_mean():
    """Sum of (count - mean)^2 / mean: chi-square by Fisher's index of dispersion."""
    left, mean = departures(), N * chances()
    total = left.sum()
    assert_means(total, mean.sum(), np.sqrt(mean.sum()))
    index = ((left - mean) ** 2 / mean).sum()
    # of Poisson counts the index has the mean of chi-square and the variance 2 m + sum of 1 / mean
    assert_means(index, left.size, np.sqrt(2 * left.size + (1 / mean).sum()))


def test_counts_have_the_law_of_poisson():
    """Chi-square; and the total variation between the counts and the law.

    The mean of the latter is at most half the sum of sqrt(p_k / m) over the classes, and it exceeds
    its mean by sqrt(ln(1 / alarm) / 2 m) with a chance of one alarm (McDiarmid 1989).
    """
    left, mean = departures(), N * chances()
    k, m = np.arange(60), left.size
    law = poisson.pmf(k[:, None], mean).mean(axis=1)
    assert law.sum() == pytest.approx(1.0, abs=1e-12)
    seen = np.bincount(left, minlength=k.size)
    assert_shares(seen, law)
    le_cam = N * chances().max() ** 2
    bound = np.sqrt(law / m).sum() / 2 + np.sqrt(np.log(1 / ALARM) / 2 / m) + le_cam
    assert np.abs(seen / m - law).sum() / 2 < bound


def test_counts_of_different_intervals_know_nothing_of_each_other():
    """Correlations over 1 to 8 intervals are nearly normal with variance 1 / m, and -p at most
    off 0, as who has left cannot leave again."""
    left, mean = departures(), N * chances()
    score = (left - mean) / np.sqrt(mean)
    lags = np.arange(1, 9)
    found = [(score[lag:] * score[:-lag]).mean() for lag in lags]
    assert_means(found, np.zeros(lags.size), 1 / np.sqrt(left.size - lags), allow=chances().max())


def test_those_who_leave_do_so_at_the_times_of_order_statistics():
    """Given how many leave, their times are drawn by themselves: by Kolmogorov and Smirnov the
    greatest distance of their law exceeds x / sqrt(n) with chance 2 exp(-2 x^2) at most (Massart).
    """
    left = departures()
    p = chances()
    apart = np.abs(left.cumsum() / left.sum() - p.cumsum() / p.sum()).max()
    assert apart < np.sqrt(np.log(2 / ALARM) / 2 / left.sum())
