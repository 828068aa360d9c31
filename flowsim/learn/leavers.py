"""How many leave: a rate pooled over conflicts, and what the first weeks of one make of it.

The logarithm of a conflict's rate is normal over conflicts (Gelman et al. 2013, "Bayesian Data
Analysis", ch. 5, with the rates of past conflicts taken as known: each rests on thousands of
people). What is not known of the mean and the spread is in the predictive distribution, Student's t
with one degree of freedom less than there are conflicts.

Some weeks of registrations give the rate so far, which is the rate of the whole but for a factor
and an error; how large they are is learnt from the same conflicts.

For simulated runs: the rate is the hazard of leaving per day in danger, an input of a scenario
(`behaviour.leaving.violence_per_day`) with its doubt, to which a run reacts when violence or a
policy changes. Where registrations go on and nothing is simulated, totals are forecast by how they
grew instead: `flowsim.learn.forecasts.totals`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LogRate:
    """A rate that is known but for a factor.

    Attributes
    ----------
    median : float
        In the unit of the rates.
    spread : float
        Scale of its logarithm.
    freedom : float
        Degrees of freedom of Student's t; inf for a normal distribution.
    """

    median: float
    spread: float
    freedom: float = np.inf

    def quantile(self, part: float) -> float:
        """The rate below which it lies with this chance.

        Examples
        --------
        >>> round(LogRate(2.0, 1.0).quantile(0.5), 3)
        2.0
        """
        from scipy.stats import t

        return float(self.median * np.exp(self.spread * t.ppf(part, self.freedom)))

    def interval(self, level: float = 0.9) -> tuple[float, float]:
        """The central interval that holds it with this chance.

        Examples
        --------
        >>> [round(x, 3) for x in LogRate(1.0, 1.0).interval(0.9)]
        [0.193, 5.18]
        """
        return self.quantile(0.5 - level / 2.0), self.quantile(0.5 + level / 2.0)

    def holds(self, rate: float, level: float = 0.9) -> bool:
        """Whether a rate lies in the central interval."""
        low, high = self.interval(level)
        return low <= rate <= high

    def learn(self, so_far: float, early: Early) -> LogRate:
        """The same once a rate so far is known.

        Normal against normal; Student's t counts by its variance, where it has one.

        Parameters
        ----------
        so_far : float
            Of the first weeks; where it is 0 nothing is learnt.
        early : Early
            How such rates missed those of the whole elsewhere.

        Examples
        --------
        >>> learnt = LogRate(1.0, 2.0).learn(20.0, Early(factor=2.0, spread=1.0))
        >>> round(learnt.median, 3), round(learnt.spread, 3)
        (6.31, 0.894)
        """
        if so_far <= 0.0:
            return self
        heavy = self.freedom / (self.freedom - 2.0) if 2.0 < self.freedom < np.inf else 1.0
        prior, seen = 1.0 / (self.spread**2 * heavy), 1.0 / early.spread**2
        told = np.log(so_far / early.factor)
        centre = (prior * np.log(self.median) + seen * told) / (prior + seen)
        return LogRate(float(np.exp(centre)), float((prior + seen) ** -0.5))


@dataclass(frozen=True)
class Early:
    """How rates of the first weeks miss those of the whole.

    Attributes
    ----------
    factor : float
        By which they are too high: places in danger are few at first, and many come.
    spread : float
        Scale of the logarithm around that.
    """

    factor: float
    spread: float


def pooled(rates: Sequence[float]) -> LogRate:
    """What the rates of some conflicts say of that of another.

    The logarithm of the next rate is Student's t around their mean, with a scale of their standard
    deviation times sqrt(1 + 1/n).

    Parameters
    ----------
    rates : sequence of float
        Of three conflicts at least, above 0.

    Raises
    ------
    ValueError
        There are too few, or one is not above 0.

    Examples
    --------
    >>> told = pooled([1.0, 2.0, 4.0])
    >>> round(told.median, 3), round(told.spread, 3), told.freedom
    (2.0, 0.8, 2.0)
    """
    log = _logarithms(rates)
    spread = float(log.std(ddof=1) * np.sqrt(1.0 + 1.0 / log.size))
    return LogRate(float(np.exp(log.mean())), spread, log.size - 1.0)


def early_rates(early: Sequence[float], whole: Sequence[float]) -> Early:
    """How rates of the first weeks missed those of the whole in some conflicts.

    Conflicts of which nobody came in the first weeks say nothing of it. The spread is that of one
    more conflict around their mean, sqrt(1 + 1/n) times their standard deviation.

    Parameters
    ----------
    early, whole : sequence of float
        By conflict; 0 in ``early`` where nobody came yet.

    Raises
    ------
    ValueError
        Fewer than three conflicts have both.

    Examples
    --------
    >>> told = early_rates([1.0, 2.0, 8.0, 0.0], [1.0, 4.0, 4.0, 1.0])
    >>> round(told.factor, 3), round(told.spread, 3)
    (1.0, 0.8)
    """
    pairs = [(a, b) for a, b in zip(early, whole, strict=True) if a > 0.0]
    apart = _logarithms([a for a, _ in pairs]) - _logarithms([b for _, b in pairs])
    spread = float(apart.std(ddof=1) * np.sqrt(1.0 + 1.0 / apart.size))
    return Early(float(np.exp(apart.mean())), spread)


def _logarithms(rates: Sequence[float]) -> np.ndarray:
    values = np.asarray(rates, dtype=np.float64)
    if values.size < 3:
        raise ValueError(f"{values.size} rates say too little of another; give three or more")
    if not ((values > 0.0) & np.isfinite(values)).all():
        raise ValueError("a rate is a number above 0; leave out conflicts without one")
    return np.asarray(np.log(values))
