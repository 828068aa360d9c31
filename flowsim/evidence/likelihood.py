"""How likely reports are, given what runs have: the likelihood of statements, and implausibility.

Formulas are in MODEL.md 7.17. Statements of one originator about one quantity are a group; groups
are independent. In a group the figure of statement i is ``z_i = m_i + a_i b + e_i``: m_i is what
the run has, ``a_i b`` the part of the counting error that the originator makes in all of them
(variance ``correlation`` of it), ``e_i`` the rest of the counting error with the discrepancy. b
and all e_i are independent, each by Student's t.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from scipy import special

from flowsim.arrays import Floats
from flowsim.evidence.discrepancy import expected, of_size, sizes
from flowsim.evidence.statements import Z95, Statement, read
from flowsim.world.reported import Evidence, Report

REACH, POINTS = 7.0, 97
"""The shared error is integrated over at so many points around each figure, the last of them
``sinh(REACH)`` widths away."""
LEAST_OWN = 1e-4
"""No statement has less than this part of its variance to itself, so that a wholly shared error
is that of one statement and not of none."""
MANY = 8
"""More statements than these have one peak together."""
ROWS = 256
"""Runs that are integrated over at once."""
SIGN = {"about": 0.0, "at least": 1.0, "up to": -1.0}


def log_likelihood(
    statements: Sequence[Statement], predicted: Floats, spread: Floats | float = 0.0
) -> Floats:
    """Logarithm of the likelihood of statements, given what runs have.

    Parameters
    ----------
    statements : sequence of Statement
    predicted : float64 array (statements,) or (runs, statements)
        See `flowsim.evidence.predicted.predicted`.
    spread : float64 array of the same shape, optional
        Standard deviation of further errors of what is predicted: of an emulator, or over the lags
        of a figure (`flowsim.evidence.predicted.lag_spread`).

    Returns
    -------
    float64 array () or (runs,)
        -inf for runs that have no number where a statement wants one, as the share of nobody.

    Notes
    -----
    Exact for a group of one, rounded or a bound too, and for figures with normal errors. Else b is
    integrated over numerically, to about 3e-4 of the logarithm, or 3e-3 in a group of more than
    `MANY`. A figure with unequal errors on both sides has a two-piece t, to whose variances the
    rounding adds ``rounded_to^2 / 12``. Where it is not known how large discrepancies are, the
    likelihood is the mean over their sizes, one for all statements.

    Examples
    --------
    >>> import flowsim as fs
    >>> told = statements_of_example()
    >>> better, worse = log_likelihood(told, np.array([[80_000.0], [120_000.0]]))
    >>> bool(better > worse)
    True
    """
    by_size = log_likelihood_by_size(statements, predicted, spread)
    return by_size[..., 0] if by_size.shape[-1] == 1 else special.logsumexp(by_size, axis=-1)


def log_likelihood_by_size(
    statements: Sequence[Statement], predicted: Floats, spread: Floats | float = 0.0
) -> Floats:
    """Logarithm of the likelihood at each size of the discrepancy, times the part of its prior.

    Parameters
    ----------
    statements, predicted, spread
        As of `log_likelihood`.

    Returns
    -------
    float64 array (sizes,) or (runs, sizes)
        See `flowsim.evidence.discrepancy.sizes`; one where the size is known.
    """
    values = np.asarray(predicted, dtype=np.float64)
    rows = np.atleast_2d(values)
    spreads = np.broadcast_to(np.asarray(spread, dtype=np.float64), rows.shape)
    each, parts = sizes(statements)
    told = [
        _of_known_size(of_size(statements, size), rows, spreads) + math.log(part)
        for size, part in zip(each.tolist(), parts.tolist(), strict=True)
    ]
    return np.stack(told, axis=-1).reshape(*values.shape[:-1], len(each))


def _of_known_size(statements: Sequence[Statement], rows: Floats, spreads: Floats) -> Floats:
    total = np.zeros(len(rows))
    for columns in groups_of(statements):
        told = [statements[c] for c in columns]
        for at in range(0, len(rows), ROWS):
            own = slice(at, at + ROWS)
            total[own] += _group(told, rows[own][:, columns], spreads[own][:, columns])
    total[np.isnan(rows).any(axis=1)] = -np.inf
    return total


def implausibility(
    statements: Sequence[Statement], mean: Floats, emulator_sd: Floats | float = 0.0
) -> Floats:
    """How many standard errors each statement is from what a run has or is expected to have.

    Parameters
    ----------
    statements : sequence of Statement
    mean : float64 array (..., statements)
    emulator_sd : float64 array of the same shape, optional
        Standard deviation of the expectation, and of the chance of a run.

    Returns
    -------
    float64 array (..., statements)
        ``|value - mean|`` over the root of all variances: counting error (of the side on which the
        mean lies), rounding, discrepancy (its expected variance where its size is not known) and
        that of the mean. Of bounds 0 where they are kept; inf where there is no mean.

    Examples
    --------
    >>> told = statements_of_example()
    >>> implausibility(told, np.array([[80_000.0], [120_000.0]])).round(1).tolist()
    [[0.0], [4.3]]
    """
    apart = distances(statements, mean, emulator_sd)
    sign = np.array([SIGN[s.bound] for s in statements])
    off = np.where(sign == 0.0, np.abs(apart), np.maximum(-sign * apart, 0.0))
    return np.where(np.isnan(apart), np.inf, off)


def distances(
    statements: Sequence[Statement], mean: Floats, emulator_sd: Floats | float = 0.0
) -> Floats:
    """What runs have less what statements say, in the standard errors of `implausibility`.

    Of bounds as of figures, so that it can be seen by how far they are kept.

    Examples
    --------
    >>> distances(statements_of_example(), np.array([[80_000.0], [120_000.0]])).round(1).tolist()
    [[0.0], [4.3]]
    """
    means = np.asarray(mean, dtype=np.float64)
    spread = np.broadcast_to(emulator_sd, means.shape)
    apart, sd, _ = _apart(expected(statements), means, spread, True)
    return 0.0 - apart / sd


def statements_of_example() -> list[Statement]:
    """One statement, for examples: about 80,000 have crossed, give or take a tenth, rounded."""
    report = Report(
        id="R1", when=datetime(2010, 6, 15), variable="crossed", value=80_000.0,
        counting_error=0.06, rounded_to=0.0,
    )  # fmt: skip
    return [read(report, Evidence(other_discrepancy=0.1))]


# ---- one group ---------------------------------------------------------------------------


def groups_of(statements: Sequence[Statement]) -> list[list[int]]:
    """Columns of the statements of one originator about one quantity; alone if nobody is named."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for column, s in enumerate(statements):
        key = (s.originator, s.quantity) if s.originator else (column,)
        groups.setdefault(key, []).append(column)
    return list(groups.values())


def _apart(
    statements: Sequence[Statement], means: Floats, spread: Floats, cells_too: bool
) -> tuple[Floats, Floats, Floats]:
    """Value less mean, its standard error by the side of the mean, and that of both sides."""
    value, low, high, disc, cell = np.array(
        [[s.value, s.sd_low, s.sd_high, s.sd_discrepancy, s.rounded_to] for s in statements]
    ).T
    whole = np.array([cells_too or not _is_cell(s) for s in statements])
    more = disc**2 + np.where(whole, cell**2 / 12.0, 0.0) + spread**2
    apart = value - means
    below, above = np.sqrt(low**2 + more), np.sqrt(high**2 + more)
    return apart, np.where(apart > 0.0, below, above), (below + above) / 2.0


def _is_cell(statement: Statement) -> bool:
    """Whether its rounding is an integral over the cell: not where it has two pieces."""
    return statement.rounded_to > 0.0 and statement.sd_low == statement.sd_high


class _Errors(NamedTuple):
    """A group: what is left between figure and run, and how far it can be off."""

    apart: Floats
    """Figure less run, (runs, k); where the sides differ, stretched to the mean of both."""
    own: Floats
    """Scale of the own error, (runs, k)."""
    shared: Floats
    """Scale of the shared one, (k,)."""
    cell: Floats
    """Width of the cell, (k,); 0 where there is none."""
    sign: Floats
    """0 of figures, 1 of at least and -1 of up to, (k,)."""
    freedom: float


def errors_of(told: Sequence[Statement], means: Floats, spread: Floats) -> _Errors:
    """How far the figures of a group are from runs, (runs, k), and how far they can be."""
    freedom = told[0].freedom
    # Tails change what lies outside low and high, which stay the 5 and 95 % points.
    scale = Z95 / float(special.stdtrit(freedom, 0.95))
    apart, side, both = _apart(told, means, spread, False)
    counting = np.array([(s.sd_low + s.sd_high) / 2.0 for s in told])
    rho = np.array([s.correlation for s in told]) if len(told) > 1 else np.zeros(1)
    shared = np.sqrt(rho) * counting
    own = np.sqrt(np.maximum(both**2 - shared**2, LEAST_OWN * both**2))
    cell = np.array([s.rounded_to if _is_cell(s) else 0.0 for s in told])
    sign = np.array([SIGN[s.bound] for s in told])
    return _Errors(apart * both / side, own * scale, shared * scale, cell, sign, freedom)


def _group(told: Sequence[Statement], means: Floats, spread: Floats) -> Floats:
    e = errors_of(told, means, spread)
    if not e.shared.any():
        return sum((_one(e, i, e.apart[:, i]) for i in range(len(told))), np.zeros(len(means)))
    if math.isinf(e.freedom) and not e.cell.any() and not e.sign.any():
        return _normal(e)
    return _integrated(e)


def _one(e: _Errors, i: int, left: Floats) -> Floats:
    """Log density, or probability of a bound, of one statement's own error."""
    scale = e.own[:, i].reshape(-1, *[1] * (left.ndim - 1))
    if e.sign[i]:
        return _log_below(-e.sign[i] * left / scale, e.freedom)
    if e.cell[i]:
        return _log_cell(left, scale, float(e.cell[i]), e.freedom)
    return _log_density(left / scale, e.freedom) - np.log(scale)


def _log_density(x: Floats, freedom: float) -> Floats:
    if math.isinf(freedom):
        return np.asarray(-0.5 * (x * x + math.log(2.0 * math.pi)))
    constant = math.lgamma((freedom + 1.0) / 2.0) - math.lgamma(freedom / 2.0)
    constant -= 0.5 * math.log(freedom * math.pi)
    return np.asarray(constant - 0.5 * (freedom + 1.0) * np.log1p(x * x / freedom))


def _log_below(x: Floats, freedom: float) -> Floats:
    if math.isinf(freedom):
        return np.asarray(special.log_ndtr(x))
    return np.asarray(np.log(special.stdtr(freedom, x)))


def _log_cell(apart: Floats, scale: Floats, cell: float, freedom: float) -> Floats:
    """Mean density over the cell of numbers that are told as one."""
    far, half = np.abs(apart) / scale, 0.5 * cell / scale
    # In the lower tail, where differences are exact.
    high, low = _log_below(half - far, freedom), _log_below(-half - far, freedom)
    return np.asarray(high + np.log(-np.expm1(low - high)) - math.log(cell))


def _normal(e: _Errors) -> Floats:
    """Figures with normal errors: b is integrated over exactly (Sherman and Morrison)."""
    a, v = e.shared, e.own**2
    known = 1.0 + (a**2 / v).sum(axis=1)  # precision of b
    square = (e.apart**2 / v).sum(axis=1) - (a * e.apart / v).sum(axis=1) ** 2 / known
    spread = len(a) * math.log(2.0 * math.pi) + np.log(v).sum(axis=1) + np.log(known)
    return np.asarray(-0.5 * (square + spread))


def _integrated(e: _Errors) -> Floats:
    """Any group: the integral over b, by points around 0 and what each statement says of b.

    Each point counts by the part that its own centre has in all (as in multiple importance
    sampling), so that several peaks are integrated as well as one.
    """
    centre, width = _centres(e)
    steps, step = np.linspace(-REACH, REACH, POINTS, retstep=True)
    b = centre[:, :, None] + width[:, :, None] * np.sinh(steps)
    own = np.log(width[:, :, None] * np.cosh(steps) * step) + _log_near(b, centre, width)
    for i, a in enumerate(e.shared):
        own += _one(e, i, e.apart[:, i, None, None] - a * b)
    own += _log_density(b, e.freedom)
    return np.asarray(special.logsumexp(own, axis=(1, 2)))


def _centres(e: _Errors) -> tuple[Floats, Floats]:
    """Where the integrand may have a peak, and how wide it is there, (runs, centres) both.

    At 0, where b has its own, and at what each statement says of b; of many statements, whose
    product has one narrow peak, at their median and their mean.
    """
    of_b = np.flatnonzero(e.shared > 0.0)
    width = np.hypot(e.own[:, of_b], e.cell[of_b] / math.sqrt(12.0)) / e.shared[of_b]
    centre = e.apart[:, of_b] / e.shared[of_b]
    if len(of_b) > MANY:
        weight = 1.0 / width**2
        mean = (centre * weight).sum(axis=1) / weight.sum(axis=1)
        centre = np.stack([np.median(centre, axis=1), mean], axis=1)
        width = np.repeat(weight.sum(axis=1)[:, None] ** -0.5, 2, axis=1)
    none = np.zeros((len(width), 1))
    return np.hstack([none, centre]), np.hstack([none + 1.0, width])


def _log_near(b: Floats, centre: Floats, width: Floats) -> Floats:
    """Logarithm of the part that each point's own centre has in all centres, (runs, k, points)."""
    total = np.zeros_like(b)
    for j in range(centre.shape[1]):
        total += _near(b, centre[:, j, None, None], width[:, j, None, None])
    return np.log(_near(b, centre[:, :, None], width[:, :, None]) / total)


def _near(b: Floats, centre: Floats, width: Floats) -> Floats:
    return np.asarray(1.0 / (width * (1.0 + ((b - centre) / width) ** 2) ** 2))
