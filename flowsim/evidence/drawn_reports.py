"""Reports as they would be made of runs: drawn by the error model that the likelihood states."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from flowsim.arrays import Floats
from flowsim.evidence.discrepancy import of_size, sizes
from flowsim.evidence.likelihood import SIGN, errors_of, groups_of
from flowsim.evidence.statements import Statement


def drawn_reports(
    statements: Sequence[Statement],
    predicted: Floats,
    rng: np.random.Generator,
    spread: Floats | float = 0.0,
) -> Floats:
    """What would be reported of each run, errors of counting and of the model with it.

    Drawn from what `log_likelihood` is the density of, see MODEL.md 7.17. So a method that only
    takes draws, and holds them against the figures, has the posterior of one that weighs by the
    likelihood.

    Parameters
    ----------
    statements : sequence of Statement
    predicted : float64 array (runs, statements)
        See `flowsim.evidence.predicted.predicted`.
    rng : numpy.random.Generator
    spread : float64 array (runs, statements), optional
        See `flowsim.evidence.predicted.lag_spread`.

    Returns
    -------
    float64 array (runs, statements)
        NaN where a run has no number. A rounded figure lies anywhere in its cell. Of a bound that
        is kept the bound itself, as no more is known then; else by how much it was not.

    Examples
    --------
    >>> from flowsim.evidence.likelihood import statements_of_example
    >>> told, rng = statements_of_example(), np.random.default_rng(1)
    >>> made = drawn_reports(told, np.full((2000, 1), 80_000.0), rng)
    >>> bool(abs(made.mean() - 80_000.0) < 500.0), bool(9_000.0 < made.std() < 14_000.0)
    (True, True)
    """
    rows = np.atleast_2d(np.asarray(predicted, dtype=np.float64))
    spreads = np.broadcast_to(np.asarray(spread, dtype=np.float64), rows.shape)
    made = np.full(rows.shape, np.nan)
    each, parts = sizes(statements)
    # One size of the discrepancy for all reports of a run; where it is known nothing is drawn.
    drawn = rng.choice(len(each), len(rows), p=parts) if len(each) > 1 else np.zeros(len(rows))
    for i, size in enumerate(each.tolist()):
        own, known = drawn == i, of_size(statements, size)
        for columns in groups_of(known):
            told = [known[c] for c in columns]
            at = np.ix_(own, columns)
            made[at] = _group(told, rows[at], spreads[at], rng)
    return made


def _group(
    told: Sequence[Statement], means: Floats, spread: Floats, rng: np.random.Generator
) -> Floats:
    value = np.array([s.value for s in told])
    e = errors_of(told, value - 1.0, spread)
    # A figure one above what a run has is so many of the mean of both errors away, or one below.
    above, below = e.apart, -errors_of(told, value + 1.0, spread).apart
    made = means + _errors(e.own, e.shared, e.freedom, above, below, rng)
    made += e.cell * (rng.random(means.shape) - 0.5)
    sign = np.array([SIGN[s.bound] for s in told])
    kept = sign * (made - value) > 0.0
    return np.where(kept, value, made)


def _errors(
    own: Floats, shared: Floats, freedom: float, above: Floats, below: Floats,
    rng: np.random.Generator,
) -> Floats:  # fmt: skip
    """Errors of a group, (runs, k), in which a larger error to one side is as much likelier.

    Drawn as if both sides were alike, kept by the ratio of the sides, and then stretched.
    """
    made = np.empty_like(own)
    left = np.arange(len(own))
    while left.size:
        drawn = own[left] * _t(freedom, own[left].shape, rng)
        drawn += shared * _t(freedom, (len(left), 1), rng)
        side = np.where(drawn > 0.0, above[left], below[left])
        keep = (np.minimum(above, below)[left] / side).prod(axis=1) > rng.random(len(left))
        made[left[keep]] = (drawn / side)[keep]
        left = left[~keep]
    return made


def _t(freedom: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    if math.isinf(freedom):
        return rng.normal(size=shape)
    return rng.standard_t(freedom, shape)
