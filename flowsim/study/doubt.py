"""The distribution of an effect over samples of the inputs and over dice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats

CHANCE = "chance"
BOTH = "inputs and chance"
NOT_APART = "inputs and chance, which one run a sample does not tell apart"
"""What an interval can hold."""
HALF = 0.5


def hold(what: str, held: str, why: str = "") -> str:
    """What intervals hold, as every figure and page words it.

    Parameters
    ----------
    what : str
        The intervals, many of them.
    held : str
        `CHANCE`, `BOTH` or `NOT_APART`, or what else they hold.
    why : str
        Why they hold it and no more.

    Examples
    --------
    >>> hold("bands", CHANCE, "all runs have the same inputs")
    'bands hold chance alone: all runs have the same inputs'
    >>> hold("intervals", BOTH)
    'intervals hold inputs and chance'
    """
    told = f"{held} alone" if held == CHANCE else held
    return f"{what} hold {told}{f': {why}' if why else ''}"


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect over all pairs of runs of two scenarios.

    Attributes
    ----------
    median : float
    half_low, half_high : float
        Which hold 50 % of the pairs.
    low, high : float
        Which hold `level` of them.
    more, less : float
        Parts of the pairs in which it is above 0, and below 0.
    variance_chance, variance_inputs : float
        Of one pair: what dice make of it where inputs are the same, and what inputs make of its
        mean over dice. Both unbiased, so that of the inputs can come out below 0 where they matter
        little. NaN where they are not told apart.
    holds : str
        What its intervals hold.
    """

    median: float
    half_low: float
    half_high: float
    low: float
    high: float
    more: float
    less: float
    variance_chance: float
    variance_inputs: float
    holds: str

    @property
    def share_inputs(self) -> float:
        """Part of the variance that inputs make, from 0 to 1; NaN where nothing varies."""
        return share(self.variance_inputs, self.variance_chance)


def share(inputs: float, chance: float) -> float:
    """Part of the inputs in both variances.

    Examples
    --------
    >>> share(3.0, 1.0), share(-0.1, 1.0), share(0.0, 0.0)
    (0.75, 0.0, nan)
    """
    own = max(inputs, 0.0)
    return own / (own + chance) if own + chance > 0.0 else math.nan


def effect_of(own: Floats, reference: Floats, level: float) -> Effect:
    """The effect of a scenario, pair by pair.

    Parameters
    ----------
    own, reference : float64 array (sample, member)
        NaN where a run has no value; then its pair is left out.
    level : float
        Of the wide interval.

    Examples
    --------
    >>> told = effect_of(np.array([[3.0, 5.0], [9.0, 11.0]]), np.zeros((2, 2)), 0.9)
    >>> told.median, told.more, told.variance_chance, told.variance_inputs
    (7.0, 1.0, 2.0, 17.0)
    >>> told.holds
    'inputs and chance'
    """
    apart = own - reference
    pairs = apart[np.isfinite(apart)]
    chance, inputs, holds = _parts(apart)
    if not pairs.size:
        nothing = math.nan
        return Effect(
            nothing, nothing, nothing, nothing, nothing, nothing, nothing, chance, inputs, holds
        )
    tails = [0.5, (1.0 - HALF) / 2.0, (1.0 + HALF) / 2.0, (1.0 - level) / 2.0, (1.0 + level) / 2.0]
    middle, half_low, half_high, low, high = map(float, np.quantile(pairs, tails))
    more, less = float((pairs > 0.0).mean()), float((pairs < 0.0).mean())
    return Effect(middle, half_low, half_high, low, high, more, less, chance, inputs, holds)


def _parts(apart: Floats) -> tuple[float, float, str]:
    """Variance by chance and by inputs: a one-way analysis of variance with random effects.

    Within samples the mean square is the variance by chance; the variance of the samples' means
    less the part of chance in them is that by inputs. Samples that lack pairs count by those that
    they have.
    """
    there = np.isfinite(apart)
    counts = there.sum(axis=1)
    many = counts > 1
    within = [np.var(row[ok], ddof=1) for row, ok in zip(apart[many], there[many], strict=True)]
    chance = float(np.average(within, weights=counts[many] - 1)) if within else math.nan
    if apart.shape[0] == 1:
        return chance, 0.0 if within else math.nan, CHANCE
    some = counts > 0
    if not within or some.sum() < 2:
        return math.nan, math.nan, NOT_APART
    means = np.array([row[ok].mean() for row, ok in zip(apart[some], there[some], strict=True)])
    of_chance = chance * float(np.mean(1.0 / counts[some]))
    return chance, float(np.var(means, ddof=1)) - of_chance, BOTH
