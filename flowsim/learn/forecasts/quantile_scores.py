"""Scores of forecasts by quantiles: CRPS, weighted interval score, coverage."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.learn.forecasts.spread import LEVELS


def pinball(quantiles: Floats, data: Floats) -> Floats:
    """Loss of each quantile, (..., Q), in the unit of the data (...)."""
    levels = np.array(LEVELS)
    apart = data[..., None] - quantiles
    return np.maximum(levels * apart, (levels - 1.0) * apart)


def ranked_probability(quantiles: Floats, data: Floats) -> Floats:
    """CRPS: twice the mean loss over evenly spaced levels.

    Examples
    --------
    >>> ranked_probability(np.full((1, 19), 3.0), np.array([5.0])).round(6).tolist()
    [2.0]
    """
    return np.asarray(2.0 * pinball(quantiles, data).mean(axis=-1))


def interval_score(quantiles: Floats, data: Floats) -> Floats:
    """Weighted interval score of the median, the 50 and the 90 % interval.

    Bracher et al. (2021), "Evaluating epidemic forecasts in an interval format": the mean of twice
    the losses of their five quantiles.

    Examples
    --------
    >>> interval_score(np.full((1, 19), 3.0), np.array([5.0])).round(6).tolist()
    [2.0]
    """
    ends = [LEVELS.index(level) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
    return np.asarray(2.0 * pinball(quantiles, data)[..., ends].mean(axis=-1))


def inside(quantiles: Floats, data: Floats, level: float) -> Floats:
    """1 where the data are in the central interval, 0 elsewhere."""
    low = quantiles[..., LEVELS.index(round((1.0 - level) / 2.0, 2))]
    high = quantiles[..., LEVELS.index(round((1.0 + level) / 2.0, 2))]
    return np.asarray((low <= data) & (data <= high), dtype=np.float64)
