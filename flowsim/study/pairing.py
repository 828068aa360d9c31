"""What pairs of runs tell: difference, interval, what pairing gains, how many are needed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats
from flowsim.draws import text_key

METHODS = {"t": "Student's t", "bootstrap": "bootstrap (BCa, 9,999 draws)"}
"""Ways to an interval, and what a reader is told of them."""
DRAWS = 9_999
ROUNDING = 1e-12
"""Values that differ by less than this share of the largest are the same."""
MOST_RUNS = 10**14
LARGE_GAIN = 10.0
"""Under this a reason is given for what pairing gains."""
HARDLY = 0.001
"""An outcome whose spread is under this share of its mean hardly varies."""
OWN_PART = 0.25
"""A second cause is named where it makes up this share of the paired variance."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Numbers of a scenario beside those of the reference, unit by unit.

    Attributes
    ----------
    units : int
        Pairs with a value on both sides.
    difference, low, high : float
        Mean of the paired differences and its interval.
    unpaired_low, unpaired_high : float
        The interval (Welch's t) had the runs of the two sides been independent.
    sd_own, sd_reference, sd_paired, sd_unpaired : float
        Standard deviations of both sides, of the paired differences, and
        ``sqrt(sd_own**2 + sd_reference**2)``.
    gain : float
        ``(sd_unpaired / sd_paired)**2``: how many times as many unpaired runs the same precision
        takes. Infinite where all differences are the same, NaN where nothing varies.
    correlation : float
        NaN where a side does not vary.
    precision : float
        The half width that is wished.
    units_needed, runs_needed_unpaired : float
        Pairs, and unpaired runs of each side, until the interval is that narrow; see `needed`.
    """

    units: int
    difference: float
    low: float
    high: float
    unpaired_low: float
    unpaired_high: float
    sd_own: float
    sd_reference: float
    sd_paired: float
    sd_unpaired: float
    gain: float
    correlation: float
    precision: float
    units_needed: float
    runs_needed_unpaired: float


def pairs(own: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """The units of two arrays of runs.

    Parameters
    ----------
    own, reference : float64 array (sample, member)
        NaN where a run has no value; then its pair is left out.

    Returns
    -------
    two float64 arrays (units,)
        Of one sample its members. Of several samples each the mean of its members: they share
        their sampled inputs, so they are not independent of each other.

    Examples
    --------
    >>> one, two = np.array([[1.0, 3.0], [5.0, np.nan]]), np.array([[0.0, 1.0], [2.0, 9.0]])
    >>> [side.tolist() for side in pairs(one, two)]
    [[2.0, 5.0], [0.5, 2.0]]
    >>> [side.tolist() for side in pairs(one[:1], two[:1])]
    [[1.0, 3.0], [0.0, 1.0]]
    """
    both = np.isfinite(own) & np.isfinite(reference)
    if own.shape[0] == 1:
        return own[both], reference[both]
    count = both.sum(axis=1)
    some = count > 0
    a, b = (np.where(both, side, 0.0).sum(axis=1)[some] / count[some] for side in (own, reference))
    return a, b


def paired(
    own: Floats,
    reference: Floats,
    level: float,
    method: str = "t",
    precision: float | None = None,
) -> Pairs:
    """Hold the units of a scenario against those of the reference.

    Parameters
    ----------
    own, reference : float64 array (n,)
        As `pairs` gives them: the same unit at the same place.
    level : float
        Of the intervals, between 0 and 1.
    method : {"t", "bootstrap"}
        Of the paired interval; the numbers of runs needed are by Student's t always.
    precision : float, optional
        Half width wished; a tenth of the difference unless given.

    Examples
    --------
    >>> told = paired(np.array([3.0, 4.0, 8.0]), np.array([1.0, 3.0, 5.0]), 0.9)
    >>> told.units, told.difference, round(told.low, 2), round(told.high, 2), round(told.gain, 1)
    (3, 2.0, 0.31, 3.69, 11.0)
    """
    n = own.size
    apart = own - reference
    scale = float(np.abs([own, reference]).max()) if n else math.nan
    mean = float(apart.mean()) if n else math.nan
    a, b, d = (_spread(values, scale) for values in (own, reference, apart))
    both = math.hypot(a, b)
    wished = 0.1 * abs(mean) if precision is None else precision
    freedom = _freedom(a, b)
    low, high = _interval(apart, mean, d, level, method)
    half = half_width(both, n, level, freedom)
    related = float(np.corrcoef(own, reference)[0, 1]) if a > 0.0 and b > 0.0 else math.nan
    return Pairs(
        n, mean, low, high, mean - half, mean + half, a, b, d, both,
        _gain(both, d), float(np.clip(related, -1.0, 1.0)), wished,
        needed(d, wished, level), needed(both, wished, level, freedom),
    )  # fmt: skip


def needed(sd: float, precision: float, level: float, freedom: float = 1.0) -> float:
    """The smallest number of units at which a t interval is narrow enough.

    Parameters
    ----------
    sd : float
        Standard deviation of one unit.
    precision : float
        The half width of the interval is to be at most this.
    level : float
        Of the interval.
    freedom : float
        Degrees of freedom that each unit after the first adds: 1 for pairs, between 1 and 2 for
        as many runs on each of two sides (Welch).

    Returns
    -------
    float
        At least 2. Infinite where no number will do (or more than 10**14), NaN where ``sd`` is
        not known.

    Examples
    --------
    >>> n = needed(5.0, 1.0, 0.9)
    >>> n, round(half_width(5.0, n, 0.9), 3), round(half_width(5.0, n - 1, 0.9), 3)
    (70.0, 0.996, 1.004)
    """
    if math.isnan(sd) or math.isnan(precision):
        return math.nan
    if half_width(sd, 2, level, freedom) <= precision:
        return 2.0
    short, enough = 2, 4
    while half_width(sd, enough, level, freedom) > precision:
        short, enough = enough, 2 * enough
        if enough > MOST_RUNS:
            return math.inf
    while enough - short > 1:
        middle = (short + enough) // 2
        if half_width(sd, middle, level, freedom) <= precision:
            enough = middle
        else:
            short = middle
    return float(enough)


def half_width(sd: float, units: float, level: float, freedom: float = 1.0) -> float:
    """Half the width of the t interval of a mean of so many units; NaN of less than two."""
    if units < 2:
        return math.nan
    from scipy.special import stdtrit

    return float(stdtrit(freedom * (units - 1), 0.5 + level / 2.0)) * sd / math.sqrt(units)


def _spread(values: Floats, scale: float) -> float:
    """Standard deviation; 0 where the values differ by rounding only, NaN of less than two."""
    if values.size < 2:
        return math.nan
    return float(values.std(ddof=1)) if np.ptp(values) > ROUNDING * scale else 0.0


def _freedom(a: float, b: float) -> float:
    """Degrees of freedom a run adds on each side (Welch 1947, for as many runs on both sides)."""
    if not max(a, b) > 0.0:
        return 1.0
    ratio = (min(a, b) / max(a, b)) ** 2
    return (1.0 + ratio) ** 2 / (1.0 + ratio**2)


def _gain(unpaired: float, paired_sd: float) -> float:
    if paired_sd == 0.0:
        return math.inf if unpaired > 0.0 else math.nan
    return (unpaired / paired_sd) ** 2


def _interval(
    apart: Floats, mean: float, sd: float, level: float, method: str
) -> tuple[float, float]:
    if apart.size < 2:
        return math.nan, math.nan
    if sd == 0.0:
        return mean, mean
    if method == "t":
        half = half_width(sd, apart.size, level)
        return mean - half, mean + half
    from scipy.stats import bootstrap

    # In order of size, so that the order of the runs does not matter to what is drawn.
    drawn = bootstrap(
        (np.sort(apart),), np.mean, n_resamples=DRAWS, batch=999, confidence_level=level,
        method="BCa", random_state=np.random.default_rng(int(text_key("compare"))),
    ).confidence_interval  # fmt: skip
    return float(drawn.low), float(drawn.high)


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
