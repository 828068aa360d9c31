"""What reports would be told of weighted runs, errors of counting and of the model with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import stats

from flowsim.arrays import Floats, Ints
from flowsim.draws import text_key
from flowsim.evidence.discrepancy import sizes
from flowsim.evidence.statements import Z95, Statement

DRAWS = 40
"""Reports that are made up of each run."""


def quantiles(values: Floats, weights: Floats, parts: Sequence[float]) -> Floats:
    """Quantiles of weighted values; NaN where nothing has weight.

    Parameters
    ----------
    values : float64 array (n,)
    weights : float64 array (n,)
    parts : sequence of float

    Examples
    --------
    >>> quantiles(np.array([1.0, 2.0, 3.0, 9.0]), np.array([1.0, 1.0, 1.0, 0.0]), [0.5]).tolist()
    [2.0]
    """
    there = (weights > 0.0) & np.isfinite(values)
    if not there.any():
        return np.full(len(parts), np.nan)
    order = np.argsort(values[there], kind="stable")
    own, size = values[there][order], weights[there][order]
    middle = (np.cumsum(size) - 0.5 * size) / size.sum()
    return np.interp(parts, middle, own)


def part_below(values: Floats, weights: Floats, at: float) -> float:
    """The weight below a value, of all; half of what is equal to it counts."""
    total = weights.sum()
    if not total > 0.0:
        return float("nan")
    return float((weights * ((values < at) + 0.5 * (values == at))).sum() / total)


def made_up(
    statement: Statement, values: Floats, spread: Floats, chances: Floats | None = None
) -> tuple[Floats, Ints]:
    """Reports that each run would give, and of which run each is.

    The error has two pieces of Student's t with the standard errors of both sides, in which
    counting, rounding, the model's own, and that of the lag are together.

    Parameters
    ----------
    statement : Statement
    values, spread : float64 array (runs,)
    chances : float64 array (runs, sizes), optional
        Of each size of the discrepancy, given the run; else those of the prior.

    Returns
    -------
    float64 array (runs * DRAWS,), int array (runs * DRAWS,)
    """
    rng = np.random.Generator(np.random.PCG64(int(text_key("made-up reports", statement.id))))
    scale = Z95 / stats.t.ppf(0.95, statement.freedom)
    size = np.abs(rng.standard_t(statement.freedom, (len(values), DRAWS))) * scale
    even = rng.random((len(values), DRAWS))
    own = statement.sd_discrepancy * _sizes(statement, chances, len(values), rng)
    more = own**2 + statement.rounded_to**2 / 12.0 + spread[:, None] ** 2
    sides = [np.sqrt(sd**2 + more) for sd in (statement.sd_low, statement.sd_high)]
    # Numbers are told too high by `sd_low`: it is the error where the quantity is below the figure.
    above = even < sides[0] / (sides[0] + sides[1])
    told = values[:, None] + size * np.where(above, sides[0], -sides[1])
    runs = np.repeat(np.arange(len(values)), DRAWS)
    return told.ravel(), runs


def _sizes(
    statement: Statement, chances: Floats | None, runs: int, rng: np.random.Generator
) -> Floats:
    """Sizes of the discrepancy, one a report that is made up; 1 where it is known."""
    each, prior = sizes([statement])
    if len(each) == 1:
        return each
    edges = np.cumsum(np.broadcast_to(prior, (runs, len(each))) if chances is None else chances, 1)
    drawn = rng.random((runs, DRAWS))
    return each[(drawn[:, :, None] > edges[:, None, :-1]).sum(axis=2)]


def predictive(
    statement: Statement,
    values: Floats,
    spread: Floats,
    weights: Floats,
    parts: Sequence[float],
    chances: Floats | None = None,
) -> tuple[Floats, float]:
    """Quantiles of what would be reported, and the part of it below what was.

    Parameters
    ----------
    statement : Statement
    values, spread, weights : float64 array (runs,)
    parts : sequence of float
    chances : float64 array (runs, sizes), optional
        See `made_up`.
    """
    there = np.flatnonzero(np.isfinite(values) & (weights > 0.0))
    own = None if chances is None else chances[there]
    told, runs = made_up(statement, values[there], spread[there], own)
    size = weights[there][runs] / DRAWS
    return quantiles(told, size, parts), part_below(told, size, statement.value)
