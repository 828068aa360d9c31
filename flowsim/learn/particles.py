"""Points that are spread as a likelihood over the inputs wants, by tempering it step by step.

Sequential Monte Carlo (Del Moral, Doucet and Jasra 2006): points of the prior are weighted by a
part of the likelihood, resampled, and moved by a Metropolis chain that leaves the distribution as
it is; then by a larger part. Points are normal scores of positions, of which the prior is standard
normal, save where times would contradict each other.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from flowsim.arrays import Bools, Floats, Ints

Fits = Callable[[Floats], Bools]
"""Which rows of normal scores can be run."""
LogLikelihood = Callable[[Floats], Floats]
MOVES, LAST_MOVES = 4, 16
"""Steps of the chain at each temperature, and at the last, after which points that were one before
they were resampled are far from each other again."""
FAR = 5.0
"""Scores beyond are not proposed: one in three million."""
MOST_TRIES = 400
MOST_STEPS = 60


class Points(NamedTuple):
    """Points, and the evidence: the mean over the prior of the likelihood they are spread by.

    Attributes
    ----------
    scores : float64 array (points, inputs)
    log_likelihood : float64 array (points,)
        At full strength.
    log_evidence : float
        Logarithm of the mean of the likelihood to the power of `strength` over the prior.
    strength : float
    """

    scores: Floats
    log_likelihood: Floats
    log_evidence: float
    strength: float


def of_prior(count: int, inputs: int, fits: Fits, rng: np.random.Generator) -> Floats:
    """Independent points of the prior.

    Raises
    ------
    ValueError
        Hardly one can be run.
    """
    kept: list[Floats] = []
    have = 0
    for _ in range(MOST_TRIES):
        drawn = np.clip(rng.normal(size=(max(count, 16), inputs)), -FAR, FAR)
        kept.append(drawn[fits(drawn)])
        have += len(kept[-1])
        if have >= count:
            return np.concatenate(kept)[:count]
    raise ValueError(f"of {MOST_TRIES * max(count, 16)} draws {have} can be run")


def tempered(
    log_likelihood: LogLikelihood,
    fits: Fits,
    active: Ints,
    inputs: int,
    count: int,
    rng: np.random.Generator,
    strength: float = 1.0,
) -> Points:
    """Points spread as prior times likelihood to a power.

    Parameters
    ----------
    log_likelihood : callable
        Of rows of scores; hangs on the active inputs only.
    fits : callable
    active : int array
    inputs : int
    count : int
        Points.
    rng : numpy.random.Generator
    strength : float
        The power.

    Examples
    --------
    >>> told = tempered(lambda z: -8.0 * (z[:, 0] - 1.0) ** 2, lambda z: z[:, 0] > -9.0,
    ...                 np.array([0]), 2, 2000, np.random.default_rng(1))
    >>> told.scores.mean(axis=0).round(1) + 0.0, round(told.log_evidence, 1)
    (array([0.9, 0. ]), -1.9)
    """
    scores = of_prior(count, inputs, fits, rng)
    logs = log_likelihood(scores)
    power, evidence, width = 0.0, 0.0, 0.6
    for _ in range(MOST_STEPS):
        step = _next(logs, strength - power)
        weights = step * logs
        evidence += float(logsumexp(weights) - np.log(count))
        chosen = systematic(np.exp(weights - logsumexp(weights)), count, rng)
        scores, logs, power = scores[chosen], logs[chosen], power + step
        chain = _Chain(log_likelihood, fits, active, power, scores[:, active])
        is_last = power >= strength - 1e-12
        for _ in range(LAST_MOVES if is_last else MOVES):
            scores, logs, moved = chain.step(scores, logs, width, rng)
            width = float(np.clip(width * np.exp(moved - 0.3), 0.02, 0.999))
        if is_last:
            break
    return Points(scores, logs, evidence, power)


def systematic(weights: Floats, count: int, rng: np.random.Generator) -> Ints:
    """Which of weighted points to take, each about as often as its weight says."""
    at = (rng.random() + np.arange(count)) / count
    edges = np.cumsum(weights / weights.sum())
    return np.minimum(np.searchsorted(edges, at), len(weights) - 1)


def effective(weights: Floats) -> float:
    """So many points of equal weight would be as good (Kish 1965).

    Examples
    --------
    >>> effective(np.array([1.0, 1.0, 0.0])), effective(np.zeros(3))
    (2.0, 0.0)
    """
    total = float(weights.sum())
    return total**2 / float((weights**2).sum()) if total > 0.0 else 0.0


def _next(logs: Floats, most: float) -> float:
    """The next part of the power, with which half of the points stay effective."""
    best = logs.max()

    def left(step: float) -> float:
        return effective(np.exp(step * (logs - best))) / len(logs)

    if left(most) >= 0.5:
        return most
    low, high = 0.0, most
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if left(middle) >= 0.5 else (low, middle)
    return max(low, most / 1e6)


class _Chain:
    """Metropolis steps that keep prior times likelihood to a power.

    The active inputs are moved by a Crank-Nicolson step around the points' own mean and covariance
    (Cotter, Roberts, Stuart and White 2013), all others drawn anew from the prior.
    """

    def __init__(
        self, log_likelihood: LogLikelihood, fits: Fits, active: Ints, power: float, own: Floats
    ) -> None:
        self.log_likelihood, self.fits, self.active, self.power = (
            log_likelihood, fits, active, power
        )  # fmt: skip
        self.mean = own.mean(axis=0)
        k = len(active)
        cov = np.atleast_2d(np.cov(own.T)) if k else np.empty((0, 0))
        self.root = np.linalg.cholesky(0.95 * cov + 0.05 * np.diag(np.diag(cov)) + 1e-6 * np.eye(k))

    def step(
        self, scores: Floats, logs: Floats, width: float, rng: np.random.Generator
    ) -> tuple[Floats, Floats, float]:
        """Points, their likelihoods, and the part of them that moved."""
        scores = self._others(scores, rng)
        own = scores[:, self.active]
        noise = rng.normal(size=own.shape) @ self.root.T
        new = self.mean + np.sqrt(1.0 - width**2) * (own - self.mean) + width * noise
        proposed = scores.copy()
        proposed[:, self.active] = new
        log_u = np.log(rng.random(len(scores)))
        good = np.flatnonzero(self.fits(proposed) & (np.abs(new).max(axis=1, initial=0.0) < FAR))
        told = np.full(len(scores), -np.inf)
        if good.size:
            told[good] = self.log_likelihood(proposed[good])
        gain = self.power * (told - logs) + self._ratio(new) - self._ratio(own)
        take = log_u < gain
        scores = np.where(take[:, None], proposed, scores)
        return scores, np.where(take, told, logs), float(take.mean())

    def _ratio(self, own: Floats) -> Floats:
        """Prior over the reference that the step leaves as it is, in logarithms."""
        apart = np.linalg.solve(self.root, (own - self.mean).T)
        return 0.5 * ((apart**2).sum(axis=0) - (own**2).sum(axis=1))

    def _others(self, scores: Floats, rng: np.random.Generator) -> Floats:
        others = np.setdiff1d(np.arange(scores.shape[1]), self.active)
        if not others.size:
            return scores
        proposed = scores.copy()
        proposed[:, others] = np.clip(rng.normal(size=(len(scores), others.size)), -FAR, FAR)
        return np.where(self.fits(proposed)[:, None], proposed, scores)
