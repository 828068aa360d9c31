"""Frailty of leaving: a gamma of mean 1 by its inverse law, for households born in the run."""

from __future__ import annotations

import math
from typing import Any

from flowsim.keyed import uniform
from flowsim.model.kernel.constants import FOR_FRAILTY


def gamma_share(shape: float, x: float, log_gamma: float) -> float:
    """Regularised lower incomplete gamma function, by its series (Abramowitz, Stegun 6.5.29)."""
    term, total, n = 1.0, 1.0, 0
    while term > total * 1e-17:
        n += 1
        term *= x / (shape + n)
        total += term
    return total * math.exp(shape * math.log(x) - x - log_gamma)


def frailty(s: Any, key: int) -> float:
    """Frailty of a household: Newton's method within a bracket."""
    shape = s.run.frailty_shape
    if shape == 0.0:
        return 1.0
    u = uniform(s, key, FOR_FRAILTY, 0)
    log_gamma = math.lgamma(shape + 1.0)
    low = math.exp((math.log(u) + log_gamma) / shape)
    high = low
    while gamma_share(shape, high, log_gamma) < u:
        low = high
        high = 2.0 * high
    x = 0.5 * (low + high)
    for _ in range(60):
        gap = gamma_share(shape, x, log_gamma) - u
        if gap > 0.0:
            high = x
        else:
            low = x
        slope = math.exp((shape - 1.0) * math.log(x) - x - log_gamma) * shape
        new = x - gap / slope
        if not low < new < high:
            new = 0.5 * (low + high)
        change = abs(new - x)
        x = new
        if change <= 1e-15 * x:
            break
    return max(x / shape, 1e-9)
