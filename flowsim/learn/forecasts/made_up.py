"""Made-up conflicts, to hold forecasts against where the given ones are few and alike.

In none of them does distance say where people go, so that a forecast that trusts its structure is
worse than one that holds the last rows. Registrations are as untidy as real ones: rows of nobody on
the first day, places that report late and seldom, counting errors, falls by new counts.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.learn.forecasts.ground import Ground
from flowsim.learn.forecasts.series import Rows, Series, made

Kind = Literal["persist", "turn", "open"]
KINDS: tuple[Kind, ...] = ("persist", "turn", "open")
ORIGINS = 6


class MadeUp(NamedTuple):
    """A made-up conflict: what is registered, and the ground."""

    name: str
    rows: Rows
    ground: Ground


def made_up(kind: Kind, seed: int, days: int = 300) -> MadeUp:
    """A made-up conflict.

    Parameters
    ----------
    kind : {"persist", "turn", "open"}
        Whether shares of new arrivals stay as they are; turn on a day between 10 and 150; or a
        third of the places opens on days up to 200, half of them with a closure before, as the
        ground tells, and half simply without rows until then.
    seed : int
    days : int

    Examples
    --------
    >>> made_up("open", seed=1).rows.places[:2]
    ('A', 'B')
    """
    dice = np.random.default_rng([KINDS.index(kind), seed])
    count = int(dice.integers(4, 13))
    shares = _shares(dice, kind, count, days)
    opens = np.zeros(count, dtype=np.int64)
    told = np.zeros(count, dtype=bool)
    if kind == "open":
        late = dice.permutation(count)[: max(1, count // 3)]
        opens[late] = dice.integers(15, 200, late.size)
        told[late] = dice.random(late.size) < 0.5
    open_now = np.arange(days)[:, None] >= opens
    shares = shares * open_now
    shares = shares / shares.sum(axis=1, keepdims=True)
    coming = _coming(dice, days)
    there = np.cumsum(coming[:, None] * _scattered(dice, shares), axis=0)
    rows = Rows(
        tuple("ABCDEFGHIJKL"[:count]),
        tuple(_registered(dice, there[:, c], int(opens[c])) for c in range(count)),
    )
    return MadeUp(f"{kind} {seed}", rows, _ground(dice, count, days, ~open_now & told))


def _shares(dice: np.random.Generator, kind: Kind, count: int, days: int) -> Floats:
    """Shares of new arrivals by day, (D, C)."""
    shares = np.tile(dice.dirichlet(np.ones(count)), (days, 1))
    if kind == "turn":
        shares[int(dice.integers(10, 150)) :] = dice.dirichlet(np.ones(count))
    return shares


def _scattered(dice: np.random.Generator, shares: Floats) -> Floats:
    """Shares of single days about them, as after a Polya urn of some ten parties a day."""
    drawn = dice.gamma(np.maximum(10.0 * shares, 1e-9))
    return np.asarray(drawn / np.maximum(drawn.sum(axis=1, keepdims=True), 1e-300))


def _coming(dice: np.random.Generator, days: int) -> Floats:
    """Persons who come each day: one to three waves over a trickle, (D,)."""
    day = np.arange(days)
    coming = np.full(days, dice.uniform(0.05, 0.5))
    for _ in range(int(dice.integers(1, 4))):
        at, wide = dice.uniform(0.0, 0.6 * days), dice.uniform(10.0, 60.0)
        coming = coming + dice.uniform(0.5, 3.0) * np.exp(-0.5 * ((day - at) / wide) ** 2)
    return np.asarray(dice.uniform(200.0, 2000.0) * coming)


def _registered(dice: np.random.Generator, there: Floats, opens: int) -> Series:
    """Rows of one place: late, seldom, with errors, and at times a new count below the last."""
    days = there.size
    at = opens + int(dice.exponential(12.0))
    every = dice.uniform(3.0, 35.0)
    points, recounts, factor = [(0, 0.0)], [False], 1.0
    while at < days:
        if at > 0:
            again = bool(dice.random() < 0.02)
            factor *= dice.uniform(0.8, 0.97) if again else 1.0
            counted = there[at] * factor * np.exp(dice.normal(0.0, 0.02))
            points.append((at, float(np.round(counted))))
            recounts.append(again and len(points) > 2)
        at += max(1, int(dice.exponential(every)))
    return made(points, recounts)


def _ground(dice: np.random.Generator, count: int, days: int, shut: Bools) -> Ground:
    """Origins and places anywhere in a square of 600 km."""
    origins, places = dice.uniform(0, 600, (ORIGINS, 2)), dice.uniform(0, 600, (count, 2))
    km = 1.3 * np.hypot(*(origins[:, None] - places[None]).transpose(2, 0, 1))
    country: Ints = (places[:, 0] > 300.0).astype(np.int64)
    begin = dice.integers(0, 100, ORIGINS)
    begin[0] = 0
    fought = np.arange(days)[:, None] >= begin
    origin = fought * dice.uniform(1.0, 10.0, ORIGINS)
    return Ground(country, np.zeros(days, dtype=np.int64), km[None], origin, shut)
