"""How far off forecasts are: residuals of other conflicts, scaled by what makes them large.

Conformal prediction with scaled residuals (Lei et al. 2018, "Distribution-free predictive inference
for regression"). The residual of a share is that of its logit, of a total that of its logarithm.
They are divided by a scale that is log-linear in a few features, and intervals are quantiles of
what is left, over conflicts that count alike. Nothing is assumed of the form of the distribution;
what is assumed is that the next conflict is like those.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats, Ints

LEVELS = tuple(round(0.05 * i, 2) for i in range(1, 20))
"""Of the quantiles."""
LEAST_SHARE = 5e-4
"""Shares are cut off here, and above 1 less this, before their logit is taken."""
LEAST_SCALE = 0.02
"""Added to residuals before their logarithm is taken: many are zero where no row is new."""
STEADY = 30.0
"""Observations that pull the scale's coefficients to no effect of its features (ridge)."""


@dataclass(frozen=True)
class Spread:
    """Quantiles of scaled residuals, and the scale.

    Attributes
    ----------
    coefficients : float64 array (F,)
        Of the logarithm of the scale.
    quantiles : float64 array (Q,)
        Of scaled residuals at `LEVELS`.
    """

    coefficients: Floats
    quantiles: Floats

    def residuals(self, features: Floats) -> Floats:
        """Quantiles of residuals, (..., Q), at features (..., F)."""
        scale = np.exp(features @ self.coefficients)
        return np.asarray(scale[..., None] * self.quantiles)


def logit(share: Floats) -> Floats:
    """Logarithm of the odds, of a share cut off near 0 and 1."""
    cut = np.clip(share, LEAST_SHARE, 1.0 - LEAST_SHARE)
    return np.asarray(np.log(cut / (1.0 - cut)))


def expit(value: Floats) -> Floats:
    """The share of a logit.

    Examples
    --------
    >>> expit(logit(np.array([0.2]))).round(6).tolist()
    [0.2]
    """
    return np.asarray(1.0 / (1.0 + np.exp(-value)))


def share_features(share: Floats, seen: Bools, ahead: Ints, new: Floats) -> Floats:
    """What makes the residual of a share large, (N, C, F).

    Parameters
    ----------
    share : float64 array (N, C)
        As it is forecast.
    seen : bool array (C,)
    ahead : int64 array (N,)
        Days since the forecast was made.
    new : float64 array (N,)
        Part of all on the day who are not in a known row.
    """
    n, c = share.shape
    far = np.broadcast_to(np.log1p(ahead)[:, None], (n, c))
    fresh = np.broadcast_to(np.sqrt(new)[:, None], (n, c))
    unseen = np.broadcast_to(~seen, (n, c)).astype(np.float64)
    return np.stack([np.ones((n, c)), far, fresh, unseen, logit(share) / 3.0], axis=-1)


def total_features(growth: Floats, ahead: Ints) -> Floats:
    """What makes the residual of a total large: how much it is to grow, how long; (N, F)."""
    return np.stack([np.ones(ahead.size), np.log1p(ahead), np.sqrt(np.maximum(growth, 0.0))], -1)


def fit(features: Floats, residuals: Floats, conflict: Ints) -> Spread:
    """The spread of residuals, (N,), of several conflicts, which count alike."""
    weight = 1.0 / np.bincount(conflict)[conflict]
    weight = weight / weight.mean()
    size = np.log(np.abs(residuals) + LEAST_SCALE)
    root = np.sqrt(weight)
    ridge = np.diag([0.0] + [STEADY**0.5] * (features.shape[1] - 1))
    left = np.concatenate([features * root[:, None], ridge])
    right = np.concatenate([size * root, np.zeros(features.shape[1])])
    coefficients = np.linalg.lstsq(left, right, rcond=None)[0]
    scaled = residuals / np.exp(features @ coefficients)
    return Spread(coefficients, weighted_quantiles(scaled, weight))


def weighted_quantiles(values: Floats, weight: Floats) -> Floats:
    """Quantiles at `LEVELS` of weighted values; between two they are interpolated."""
    order = np.argsort(values, kind="stable")
    there = np.cumsum(weight[order]) - 0.5 * weight[order]
    return np.interp(LEVELS, there / weight.sum(), values[order])


def of_shares(spread: Spread, share: Floats, features: Floats) -> Floats:
    """Quantiles of shares, (N, C, Q)."""
    return expit(logit(share)[..., None] + spread.residuals(features))


def of_totals(spread: Spread, total: Floats, features: Floats) -> Floats:
    """Quantiles of totals, persons, (N, Q)."""
    return np.asarray(total[:, None] * np.exp(spread.residuals(features)))


def product(share: Floats, total: Floats) -> Floats:
    """Quantiles of the product of independent shares (N, C, Q) and totals (N, Q), (N, C, Q)."""
    n, c, q = share.shape
    every = (share[:, :, :, None] * total[:, None, None, :]).reshape(n, c, q * q)
    return np.moveaxis(np.quantile(every, LEVELS, axis=-1), 0, -1)
