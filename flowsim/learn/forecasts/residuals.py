"""How far off forecasts of several conflicts were, and the intervals and growth fitted to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.learn.forecasts import spread, totals
from flowsim.learn.forecasts.cases import Case
from flowsim.learn.forecasts.shares import Points, fresh, known_on, shares_of


class ToldShares(NamedTuple):
    """Forecasts of shares of a conflict, a row each (made, ahead), and what came.

    Attributes
    ----------
    made, ahead : int64 arrays (R,)
        Day of the forecast, and days ahead.
    share, held : float64 arrays (R, C)
        As forecast, and by "held and rest".
    features, of_held : float64 arrays (R, C, F)
        What makes the residuals of either large; see `spread.share_features`.
    total : float64 array (R,)
        Persons in all places together.
    data : float64 array (R, C)
        Persons who were registered.
    counts : bool array (R, C)
        Places that are scored: not those that are shut and have no row.
    """

    made: Ints
    ahead: Ints
    share: Floats
    held: Floats
    features: Floats
    of_held: Floats
    total: Floats
    data: Floats
    counts: Bools


def told_shares(
    one: Case, points: Points, made: Sequence[int], ahead: tuple[int, ...]
) -> ToldShares:
    """Forecasts of a conflict made on some days for some horizons, totals told."""
    rows = []
    for day in made:
        steps = one.steps(day, ahead)
        if not steps.size:
            continue
        known, at = known_on(one.rows, day), day + steps
        share, held = shares_of(one.told(points, day, at)), np.tile(one.held(day), (steps.size, 1))
        new = fresh(known, one.total[at])
        features = spread.share_features(share, known.seen, steps, new)
        of_held = spread.share_features(held, known.seen, steps, new)
        counts = ~one.ground.shut[at] | known.seen
        rows.append((np.full(steps.size, day), steps, share, held, features, of_held,
                     one.total[at], one.data[at], counts))  # fmt: skip
    return ToldShares(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def spread_of_shares(
    told: Sequence[ToldShares],
    left_out: int | None,
    of: Literal["forecast", "held and rest"] = "forecast",
) -> spread.Spread:
    """Spread of the residuals of the conflicts that are not left out."""
    features: list[Floats] = []
    residuals: list[Floats] = []
    conflict: list[Ints] = []
    for i, one in enumerate(told):
        if i == left_out:
            continue
        share, found = (one.share, one.features) if of == "forecast" else (one.held, one.of_held)
        true = one.data / np.maximum(one.total, 1.0)[:, None]
        use = one.counts & (one.total > 0.0)[:, None]
        features.append(found[use])
        residuals.append((spread.logit(true) - spread.logit(share))[use])
        conflict.append(np.full(int(use.sum()), len(conflict)))
    return spread.fit(np.concatenate(features), np.concatenate(residuals), np.concatenate(conflict))


class Grown(NamedTuple):
    """By how much the total of a conflict grew, a row each (made, ahead).

    Attributes
    ----------
    made, ahead : int64 arrays (R,)
    features : float64 array (R, 3)
        What the growth law is linear in; see `totals.features`.
    log_growth : float64 array (R,)
        Logarithm of the total over the persons of the last rows.
    total : float64 array (R,)
    """

    made: Ints
    ahead: Ints
    features: Floats
    log_growth: Floats
    total: Floats


def grown(one: Case, made: Sequence[int], ahead: tuple[int, ...]) -> Grown:
    """Growth since some days on which somebody was registered."""
    rows = []
    for day in made:
        known, steps = known_on(one.rows, day), one.steps(day, ahead)
        if not steps.size or not known.held.any():
            continue
        features = totals.features(known, one.ground, day + steps)
        total = one.total[day + steps]
        log_growth = np.log(np.maximum(total, 1.0) / known.held.sum())
        rows.append((np.full(steps.size, day), steps, features, log_growth, total))
    return Grown(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def growth_law(every: Sequence[Grown], left_out: int | None) -> totals.Growth:
    """Least squares with coefficients of at least zero; conflicts count alike."""
    from scipy.optimize import nnls

    left, right = [], []
    for i, one in enumerate(every):
        if i != left_out:
            root = 1.0 / np.sqrt(one.ahead.size)
            left.append(one.features * root)
            right.append(one.log_growth * root)
    found, _ = nnls(np.concatenate(left), np.concatenate(right))
    return totals.Growth(*(float(f"{x:.3g}") for x in found))


def spread_of_totals(
    every: Sequence[Grown], growth: Sequence[totals.Growth], left_out: int | None
) -> spread.Spread:
    """Spread of the residuals of conflicts, each by a growth law that has not seen it."""
    features: list[Floats] = []
    residuals: list[Floats] = []
    conflict: list[Ints] = []
    for i, one in enumerate(every):
        if i != left_out:
            told = one.features @ np.array(growth[i])
            features.append(spread.total_features(told, one.ahead))
            residuals.append(one.log_growth - told)
            conflict.append(np.full(one.ahead.size, len(conflict)))
    return spread.fit(np.concatenate(features), np.concatenate(residuals), np.concatenate(conflict))
