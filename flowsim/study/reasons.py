"""Why pairing gains little where it does."""

from __future__ import annotations

from flowsim.study.pairing import Pairs

LARGE_GAIN = 10.0
"""Under this a reason is given for what pairing gains."""
HARDLY = 0.001
"""An outcome whose spread is under this share of its mean hardly varies."""
OWN_PART = 0.25
"""A second cause is named where it makes up this share of the paired variance."""


def reason(told: Pairs, name: str, mean: float) -> str:
    """Why pairing gains less than tenfold, in one line; empty where it gains more.

    The paired variance is ``(a - b)**2 + 2 a b (1 - r)`` with the standard deviations a and b of
    the two sides and their correlation r: one part because they vary unequally, one because they
    do not vary together. The larger is the reason, and the other is named too if it counts.

    Parameters
    ----------
    told : Pairs
    name : str
        Of the scenario.
    mean : float
        Of the outcome, the larger of both sides.

    Examples
    --------
    >>> import numpy as np
    >>> from flowsim.study.pairing import paired
    >>> reason(paired(np.array([1.0, 2.0, 1.5]), np.array([1.1, 1.2, 1.1]), 0.9), "open", 1.5)
    "'open' varies 8.7 times as much as the reference, so that most of the variance is its own"
    """
    a, b, d = told.sd_own, told.sd_reference, told.sd_paired
    if told.units < 2:
        return "one pair: no interval" if told.units else "no pair has a value on both sides"
    if d == 0.0:
        return "the same in every run" if told.sd_unpaired == 0.0 else "the same in every pair"
    if told.gain >= LARGE_GAIN:
        return ""
    if a == 0.0 or b == 0.0:
        still = repr(name) if a == 0.0 else "the reference"
        return f"{still} is the same in every run, so that nothing cancels"
    if told.sd_unpaired < HARDLY * mean:
        return f"it hardly varies, paired or not: by {100.0 * told.sd_unpaired / mean:.1g} %"
    unequal = (a - b) ** 2 / d**2
    if unequal > 0.5:
        words = _more(a, b, name, "so that most of the variance is its own")
        return f"{words}; correlation {told.correlation:.2f}" if _counts(1.0 - unequal) else words
    words = f"{_together(told.correlation)}: correlation {told.correlation:.2f}"
    return f"{words}; {_more(a, b, name)}" if _counts(unequal) else words


def _counts(part: float) -> bool:
    return part >= OWN_PART


def _more(a: float, b: float, name: str, then: str = "") -> str:
    """Which side varies more, and how much more."""
    one, other = (repr(name), "the reference") if a > b else ("the reference", repr(name))
    words = f"{one} varies {max(a, b) / min(a, b):.1f} times as much as {other}"
    return f"{words}, {then}" if then else words


def _together(correlation: float) -> str:
    if correlation <= -0.2:
        return "what raises one lowers the other"
    if correlation < 0.5:
        return "the two worlds share little of their chance"
    return "the two worlds share only a part of their chance"
