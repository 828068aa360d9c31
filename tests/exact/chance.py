"""How far a figure of a run may lie from its law before a test fails.

A call raises a false alarm with a chance of at most ``ALARM``, over all figures it is given
together (Bonferroni). Seeds are fixed, so whether a test passes is settled once; the level says how
likely it was to fail for nothing, and tolerances follow from it and from how many people there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, chi2, norm, t

ALARM = 1e-4
FEWEST = 10.0
"""Expected persons of a class in a chi-square test, at least."""


def errors(comparisons: int) -> float:
    """So many standard errors may a figure be off that is one of some, each nearly normal.

    Examples
    --------
    >>> round(errors(1), 2), round(errors(100), 2)
    (3.89, 4.89)
    """
    return float(norm.isf(ALARM / 2 / comparisons))


def mean_of_runs(figure: NDArray, comparisons: int) -> tuple[NDArray, NDArray]:
    """Mean over some runs (the first axis) and a standard error for `assert_means`.

    It is wider than the usual one, since it is itself estimated: by Student's law.
    """
    runs = figure.shape[0]
    usual = figure.std(axis=0, ddof=1) / np.sqrt(runs)
    wider = t.isf(ALARM / 2 / comparisons, runs - 1) / errors(comparisons)
    return figure.mean(axis=0), usual * wider


def assert_binomial(count: ArrayLike, n: ArrayLike, p: ArrayLike) -> None:
    """Each count is of n people who do something with chance p, by themselves; exact tails."""
    count, n, p = np.broadcast_arrays(count, n, np.clip(p, 0.0, 1.0))
    tail = 2 * np.minimum(binom.cdf(count, n, p), binom.sf(count - 1, n, p))
    worst = np.unravel_index(np.argmin(tail), tail.shape)
    told = f"{count[worst]} of {n[worst]} at {worst}, where {p[worst] * n[worst]:.1f} are expected"
    assert tail[worst] * tail.size > ALARM, f"{told}: p = {tail[worst]:.1e} in {tail.size}"


def assert_shares(count: NDArray, p: NDArray) -> None:
    """Counts of people in classes that exclude each other: chi-square, small classes together."""
    expected = count.sum() * p
    large = expected >= FEWEST
    rest = [count[~large].sum()], [expected[~large].sum()]
    if rest[1][0] < FEWEST:  # too few even together: they go to the smallest of the others
        at = np.flatnonzero(large)[np.argmin(expected[large])]
        count, expected = count.astype(np.float64), expected.copy()
        count[at] += rest[0][0]
        expected[at] += rest[1][0]
        rest = [], []
    seen, told = np.append(count[large], rest[0]), np.append(expected[large], rest[1])
    square = ((seen - told) ** 2 / told).sum()
    assert seen.size > 1
    assert chi2.sf(square, seen.size - 1) > ALARM, f"{square:.1f} in {seen.size} classes"


def assert_means(mean: ArrayLike, law: ArrayLike, error: ArrayLike, allow: ArrayLike = 0.0) -> None:
    """Each mean is as near to its law as its standard error and what is allowed besides let it."""
    mean, law, error, allow = np.broadcast_arrays(mean, law, error, allow)
    off = (np.abs(mean - law) - allow) / error
    worst = np.unravel_index(np.argmax(off), off.shape)
    told = f"{mean[worst]:.5g} +- {error[worst]:.2g} at {worst}, expected {law[worst]:.5g}"
    assert off[worst] < errors(off.size), told
