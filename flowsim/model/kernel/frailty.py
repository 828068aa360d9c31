"""Frailty of leaving: a gamma of mean 1, by its inverse law."""

from __future__ import annotations

import math
from typing import Any

from flowsim.keyed import uniform
from flowsim.model.kernel.constants import FOR_FRAILTY


def gamma_law(shape: float, x: float, log_gamma: float) -> float:
    """Regularised lower incomplete gamma function, by its series.

    P(a, x) = f (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...), f = x^a e^-x / Gamma(a + 1)
    (Abramowitz and Stegun 1964, 6.5.29).

    Parameters
    ----------
    log_gamma : float
        ln Gamma(shape + 1).
    """
    # By logarithms: x^a and Gamma(a + 1) leave the range of a float long before their ratio.
    term = math.exp(shape * math.log(x) - x - log_gamma)
    total, n = term, shape
    while term > total * 1e-17:
        n += 1.0
        term *= x / n
        total += term
    return total


def near_gamma(shape: float, u: float, log_gamma: float) -> float:
    """A value near the one whose law is u.

    A normal cubed (Wilson and Hilferty 1931), with the normal quantile of Abramowitz and Stegun
    26.2.23, or for a small u what the first term of the series gives.
    """
    t = math.sqrt(-2.0 * math.log(min(u, 1.0 - u)))
    z = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (
        1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308))
    )
    root = 1.0 - 1.0 / (9.0 * shape) + (z if u > 0.5 else -z) / (3.0 * math.sqrt(shape))
    # The cubed normal is negative for small u, where the first term of the series is exact.
    least = math.exp((math.log(u) + log_gamma) / shape)
    return max(shape * root * root * root, least)


def gamma_quantile(shape: float, u: float, log_gamma: float) -> float:
    """Value whose law is u: Halley's method, within a bracket.

    At the very end, where the law in its last digits never comes to u, it is the near one.
    """
    x = near_gamma(shape, u, log_gamma)
    low, high = 0.0, math.inf
    for _ in range(100):
        gap = gamma_law(shape, x, log_gamma) - u
        if gap > 0.0:
            high = x
        else:
            low = x
        slope = math.exp((shape - 1.0) * math.log(x) - x - log_gamma) * shape
        # Newton alone overshoots where the density bends; Halley is cubic, the bracket holds it.
        step = gap / slope if slope > 0.0 else math.inf
        new = x - step / (1.0 - 0.5 * min(1.0, step * ((shape - 1.0) / x - 1.0)))
        if not low <= new <= high:
            new = 0.5 * (low + high) if high < math.inf else 2.0 * x
        change = abs(new - x)
        x = new
        if change <= 1e-6 * x:  # the next step is of its third power
            return x
    return x if high < math.inf else near_gamma(shape, u, log_gamma)


def bound_frailties(s: Any) -> None:
    """Note the most that a frailty is, by which of so many equal parts of [0, 1) its draw is in."""
    parts = len(s.frailty_bound)
    for part in range(parts):
        s.frailty_bound[part] = 1.0
        if s.run.frailty_shape > 0.0:
            s.frailty_bound[part] = math.inf
            if part < parts - 1:
                most = frailty_of_draw(s, (part + 1) / parts)
                s.frailty_bound[part] = most * 1.000001  # what the inverse law may be off, and more


def frailty_at_most(s: Any, key: int) -> float:
    """A bound of the frailty of a household, which takes a tenth of the time of the frailty."""
    return float(s.frailty_bound[int(uniform(s, key, FOR_FRAILTY, 0) * len(s.frailty_bound))])


def frailty(s: Any, key: int) -> float:
    """Frailty of a household."""
    if s.run.frailty_shape == 0.0:
        return 1.0
    return frailty_of_draw(s, uniform(s, key, FOR_FRAILTY, 0))


def frailty_of_draw(s: Any, u: float) -> float:
    """Frailty whose law is u."""
    x = gamma_quantile(s.run.frailty_shape, u, s.run.frailty_log_gamma)
    return max(x / s.run.frailty_shape, 1e-9)
