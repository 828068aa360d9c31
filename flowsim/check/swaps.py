"""Whether distributions over members have moved: a swap test, its false alarms and its power.

Member m has the same people with the same nerves before and after, so its outcomes are a pair. If a
change moved nothing, before and after of a pair may be swapped, whether they are alike to the last
bit, nearly alike, or, where a change draws everything anew, independent. The test compares what is
seen with what random swaps of whole members give; that is exact for any distribution.
"""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.draws import text_key

FALSE_ALARM = 0.01
"""Chance that a whole call of the statistical level, whatever it checks, alarms without cause."""
SHIFT = 0.02
"""Relative shift of a mean for which the power is told."""
SWAPS = 9_999
"""Swaps tried, at least."""


def swaps_for(level: float) -> int:
    """How many swaps make p-values fine enough for a level.

    Examples
    --------
    >>> swaps_for(0.01), swaps_for(0.0001)
    (9999, 200000)
    """
    return max(SWAPS, round(20.0 / level))


def p_values(before: Floats, after: Floats, swaps: int = SWAPS) -> Floats:
    """Probability of as large a move of each outcome, were nothing moved; for all of them at once.

    Of each outcome three things are tested: the mean difference; the mean difference of the squared
    distances from the pooled mean, which moves with the spread; and that of having a value at all.
    Each statistic is ``|sum d| / sqrt(sum d**2)``. A swap of a member turns the sign of all its
    differences; the largest statistic of all outcomes under each swap is what an outcome is held
    against (maxT; Westfall and Young 1993, "Resampling-based multiple testing", section 2), so that
    the chance of any alarm is that of the level, however many outcomes there are and however they
    hang together.

    Parameters
    ----------
    before, after : float64 array (members, outcomes)
        NaN where a member has no value; its other side then says nothing about mean and spread.
    swaps : int
        Random swaps, always the same ones.

    Returns
    -------
    float64 array (outcomes,)
        Multiplicity is accounted for: a value at or below the level is an alarm.

    Examples
    --------
    >>> before = np.arange(40.0).reshape(20, 2)
    >>> p_values(before, before).tolist()
    [1.0, 1.0]
    >>> p_values(before, before + [0.0, 5.0]).round(4).tolist()
    [1.0, 0.0001]
    """
    known = np.isfinite(before) & np.isfinite(after)
    a, b = np.where(known, before, 0.0), np.where(known, after, 0.0)
    count = np.maximum(known.sum(axis=0), 1)
    middle = (a + b).sum(axis=0) / (2.0 * count)
    spread = np.where(known, (b - middle) ** 2 - (a - middle) ** 2, 0.0)
    there = np.isfinite(after).astype(np.float64) - np.isfinite(before)
    apart = np.concatenate([b - a, spread, there], axis=1)
    size = np.sqrt((apart**2).sum(axis=0))
    apart = np.divide(apart, size, out=np.zeros_like(apart), where=size > 0.0)
    seen = np.abs(apart.sum(axis=0)).reshape(3, -1).max(axis=0)
    drawn = np.random.default_rng(int(text_key("check"))).integers(0, 2, (swaps, len(apart)))
    largest = np.abs((2.0 * drawn - 1.0) @ apart).max(axis=1)
    as_large = (largest[:, None] >= seen * (1.0 - 1e-12)).sum(axis=0)
    return np.asarray((1.0 + as_large) / (1.0 + swaps))


def power(values: Floats, level: float, outcomes: int, shift: float = SHIFT) -> float:
    """About the chance that a shift of the mean is seen, were all runs drawn anew.

    That is the worst case: then nothing cancels within a pair. By the noncentral t distribution
    with Bonferroni's correction, for two sides and for mean and spread of each outcome.

    Parameters
    ----------
    values : float64 array (members,)
        Of the baseline.
    level : float
        Of all outcomes together.
    outcomes : int
        How many are tested.
    shift : float
        Relative to the mean.

    Returns
    -------
    float
        NaN where there are less than two values.

    Examples
    --------
    >>> calm, wild = np.linspace(990, 1010, 20), np.linspace(500, 1500, 20)
    >>> [round(power(values, 0.01, 6), 2) for values in (calm, wild)]
    [1.0, 0.0]
    """
    from scipy.stats import nct, t

    values = values[np.isfinite(values)]
    if values.size < 2:
        return float("nan")
    moved = abs(shift * values.mean())
    apart = np.sqrt(2.0) * values.std(ddof=1)
    if apart <= 1e-12 * abs(values.mean()):
        return 1.0 if moved > 0.0 else 0.0
    free = values.size - 1
    least = t.isf(level / (4.0 * outcomes), free)  # two sides, mean and spread
    return float(nct.sf(least, free, moved / apart * np.sqrt(values.size)))
