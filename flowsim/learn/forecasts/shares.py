"""Where new arrivals go: a linear pool of structure, stock and what was counted.

For a destination c, with all sums over what was known on the day of the forecast,

    share_c = (ks * structure_c + kp * stock_c + kx * x_c) / (ks + kp + kx * E_c),

normalised: the posterior mean of a share of which structure and stock are the prior. x_c is by how
much the rows of c grew (persons), E_c by how much all places together grew between these rows; both
lose weight with time. ks and kp are worth persons, as parts of all who are registered; how well
structure and stock told the increments so far shifts weight between them (exponential weights;
Cesa-Bianchi and Lugosi 2006, "Prediction, Learning, and Games").
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.learn.forecasts.ground import Ground
from flowsim.learn.forecasts.series import Rows

SHIFT_KM = 50.0
FLOOR = 0.08
"""Part of the structure that is shared out equally among open destinations."""
BESIDE = 0.5
"""Power of the number of open places with which a country's share grows, all else alike."""
HOLDING = 0.05
"""Part of a forecast that is "held and rest" itself."""
AS_GOOD = 0.4
"""Part of all who are elsewhere than the structure says, above which stock is trusted more."""
OPENED_DAYS = 90
"""Days for which a destination counts as just opened."""
MEMORY_DAYS = 300.0
"""Over which an increment loses weight, by a factor of e."""
BLOCK_DAYS = 10
"""Structure and stock are judged by increments over so many days."""
FORGET = 0.9
"""What a block counts less than the one after it."""
ESTABLISHED = 2.0
"""Further weight of the stock, by the part of it that was there on the first day."""


@dataclass(frozen=True)
class Points:
    """Parameters, (G,) each: a forecast is the mean over its points.

    Attributes
    ----------
    power : float64 array
        Of distance.
    structure, stock, counts : float64 array
        ks and kp over all who are registered, and kx.
    crowding, compatriots, opened : float64 array
        Utility of the share of all who are at the destination (less it), of the share who are in
        its country, and of having opened within `OPENED_DAYS`.
    trust : float64 array
        Rate of the exponential weights.
    rest : float64 array
        Part of the growth since its last row that a place of known rows is given.
    """

    power: Floats
    structure: Floats
    stock: Floats
    counts: Floats
    crowding: Floats
    compatriots: Floats
    opened: Floats
    trust: Floats
    rest: Floats

    def __len__(self) -> int:
        return self.power.size

    def at(self, which: Ints | Bools) -> Points:
        """Some of the points."""
        return Points(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Known:
    """What is known on the day of a forecast.

    Attributes
    ----------
    day : int
    rows : Rows
        Dated up to the day.
    held : float64 array (C,)
        Of each place's last row; 0 where it has none.
    seen : bool array (C,)
        Places with a row above zero.
    last : int64 array (C,)
        Day of the last row, 0 where there is none.
    """

    day: int
    rows: Rows
    held: Floats
    seen: Bools
    last: Ints


def known_on(rows: Rows, day: int) -> Known:
    """What rows tell up to a day, less leading zeros on the first day."""
    some = rows.known(day)
    series = tuple(one.without_first_zero() for one in some.series)
    held = np.array([one.persons[-1] if one.persons.size else 0.0 for one in series])
    seen = np.array([bool((one.persons > 0.0).any()) for one in series])
    last = np.array([max(int(one.days[-1]), 0) if one.days.size else 0 for one in series])
    return Known(day, Rows(rows.places, series), held, seen, last)


def fresh(known: Known, total: Floats) -> Floats:
    """Part of totals, (N,), that is in no known row."""
    return np.clip(1.0 - known.held.sum() / np.maximum(total, 1.0), 0.0, 1.0)


def shares_of(weights: Floats) -> Floats:
    """Weights as parts of their sum along the last axis; alike where the sum is zero."""
    total = weights.sum(axis=-1, keepdims=True)
    alike = 1.0 / weights.shape[-1]
    return np.where(total > 0.0, weights / np.where(total > 0.0, total, 1.0), alike)


def held_and_rest(known: Known, ground: Ground, total: float) -> Floats:
    """Held rows, and the rest of a known total alike over open places of which nothing is known.

    Where no row is above zero and there is no rest, all places alike; (C,).
    """
    unseen = ~known.seen & ~ground.shut[known.day]
    if not unseen.any():
        unseen = ~known.seen
    rest = max(total - float(known.held.sum()), 0.0)
    found = known.held + rest * unseen / max(int(unseen.sum()), 1)
    return found if found.any() else np.ones(found.size)


def new_arrivals(total: Floats) -> Floats:
    """Persons by whom the total is higher than ever before on each day, (D,).

    A fall is mostly one of counting, and what follows up to the height before it is not new.

    Examples
    --------
    >>> new_arrivals(np.array([5.0, 9.0, 6.0, 8.0, 10.0])).tolist()
    [0.0, 4.0, 0.0, 0.0, 1.0]
    """
    return np.diff(np.maximum.accumulate(total), prepend=total[0])


class Shares:
    """Expected persons by place from a day on, for many parameters at once.

    Parameters
    ----------
    known : Known
    ground : Ground
    total : float64 array (D,)
        Persons in all places together, each day of the ground: those after `known.day` are told, or
        a forecast themselves.
    points : Points
    """

    def __init__(self, known: Known, ground: Ground, total: Floats, points: Points) -> None:
        self.known, self.ground, self.total, self.points = known, ground, total, points
        powers, self.which = np.unique(points.power, return_inverse=True)
        self.near = np.stack([ground.distance_shares(float(p), SHIFT_KM) for p in powers], axis=1)
        self.since = ground.days_open()
        country = ground.country
        self.together = (country[:, None] == country[None, :]).astype(np.float64)
        self.grown = np.cumsum(new_arrivals(total[: known.day + 1]))
        self.scale = max(float(total[known.day]), 1.0)
        self._prior()
        self._counted()
        self.stock = shares_of(known.held) if known.held.any() else None

    def structure(self, stock: Floats, day: int) -> Floats:
        """Shares by distance, crowding, compatriots and openings, with people as they are, (G, C).

        Parameters
        ----------
        stock : float64 array (G, C)
        day : int
        """
        p, there = self.points, shares_of(stock)
        together = there @ self.together
        just = (self.since[day] >= 0) & (self.since[day] < OPENED_DAYS)
        utility = (
            -p.crowding[:, None] * there
            + p.compatriots[:, None] * together
            + p.opened[:, None] * just
        )
        free = ~self.ground.shut[day]
        alike = free / max(int(free.sum()), 1)
        beside = np.maximum(free @ self.together, 1.0) ** (BESIDE - 1.0)
        share = shares_of(self.near[day, self.which] * np.exp(utility) * beside)
        return (1.0 - FLOOR) * share + FLOOR * alike

    def _prior(self) -> None:
        """Weights of structure and stock, in persons, (G,)."""
        p = self.points
        established = min(float(self.total[0]) / self.scale, 1.0)
        stock = p.stock + ESTABLISHED * established
        lost = self._losses()
        better = np.exp(-p.trust * (lost - lost.min(axis=0)))
        ks, kp = p.structure * better[0], stock * better[1]
        size = self.scale * (p.structure + stock) / (ks + kp)
        self.of_structure, self.of_stock = ks * size, kp * size

    def _losses(self) -> Floats:
        """How far structure and stock were off the increments of blocks of days, (2, G).

        Half the absolute difference of shares, among the places whose rows reach over the block.
        The stock itself is one increment more, of which the structure is told to be off by
        `AS_GOOD` where it is as good as the stock.
        """
        day, count = self.known.day, len(self.points)
        lost = np.zeros((2, count))
        if self.known.seen.sum() > 1:
            stock = np.where(self.known.seen, self.known.held, 0.0)
            told = self.structure(np.tile(stock, (count, 1)), day) * self.known.seen
            lost[0] = 0.5 * np.abs(shares_of(told) - shares_of(stock)).sum(axis=1)
            lost[1] = AS_GOOD
        ends = np.arange(day, -1, -BLOCK_DAYS)[::-1]
        between = np.full((ends.size, self.known.held.size), np.nan)
        for column, series in zip(between.T, self.known.rows.series, strict=True):
            if series.days.size:
                inside = (ends >= series.days[0]) & (ends <= series.days[-1])
                column[inside] = np.interp(ends[inside], series.days, series.persons)
        for before, after, end in zip(between[:-1], between[1:], ends[:-1], strict=True):
            both = np.isfinite(before) & np.isfinite(after)
            came = np.where(both, np.maximum(after - before, 0.0), 0.0)
            if both.sum() < 2 or came.sum() <= 0.0:
                continue
            came, stock = came / came.sum(), np.where(both, before, 0.0)
            told = shares_of(self.structure(np.tile(stock, (count, 1)), int(end)) * both)
            weight = FORGET ** ((day - end - BLOCK_DAYS) / BLOCK_DAYS)
            lost[0] += weight * 0.5 * np.abs(told - came).sum(axis=1)
            lost[1] += weight * 0.5 * np.abs(shares_of(stock) - came).sum()
        return lost

    def _counted(self) -> None:
        """By how much places grew between their rows, and all together meanwhile, (C,) each."""
        own, everybody = np.zeros(self.known.held.size), np.zeros(self.known.held.size)
        for i, series in enumerate(self.known.rows.series):
            days = np.maximum(series.days, 0)
            grew = np.diff(series.persons)
            weight = np.exp(-(self.known.day - days[1:]) / MEMORY_DAYS)
            told = np.diff(self.grown[days])
            own[i] = max(float((weight * grew).sum()), 0.0)
            everybody[i] = (weight * np.maximum(told, np.maximum(grew, 0.0))).sum()
        self.own, self.everybody = own, everybody

    def flow(self, stock: Floats, day: int) -> Floats:
        """Shares of those who newly come on a day, (G, C)."""
        structure = self.structure(stock, day)
        if self.stock is None:
            return structure
        unseen = (structure * ~self.known.seen).sum(axis=1, keepdims=True)
        held = np.where(self.known.seen, self.stock * (1.0 - unseen), structure)
        ks, kp = self.of_structure[:, None], self.of_stock[:, None]
        kx = self.points.counts[:, None]
        pool = (ks * structure + kp * held + kx * self.own) / (ks + kp + kx * self.everybody)
        free = ~self.ground.shut[day]
        return shares_of(pool * free) if free.any() else shares_of(pool)

    def persons(self, days: Ints) -> Floats:
        """Persons on some days after that of the forecast, in order, (G, N, C)."""
        day, total = self.known.day, self.total
        stock = self._begin()
        highest, there = float(total[: day + 1].max()), float(total[day])
        found = np.zeros((len(self.points), days.size, self.known.held.size))
        wanted = {int(d): i for i, d in enumerate(days)}
        for at in range(day + 1, int(days[-1]) + 1 if days.size else 0):
            now = float(total[at])
            new = max(now - highest, 0.0) if there > 0.0 else now
            if there > 0.0:
                stock = stock * ((now - new) / there)
            if new > 0.0:
                stock = stock + new * self.flow(stock, at)
            highest, there = max(highest, now), now
            if at in wanted:
                found[:, wanted[at]] = stock
        return found

    def _begin(self) -> Floats:
        """Persons by place on the day of the forecast: held rows, and the rest by who has grown."""
        known, now = self.known, float(self.total[self.known.day])
        stock = np.tile(known.held, (len(self.points), 1))
        rest = now - float(known.held.sum())
        if rest > 0.0:
            grown = self.grown[known.day] - self.grown[known.last]
            share = self.points.rest[:, None]
            weight = np.where(known.seen, share * grown, now)
            flow = self.flow(stock, known.day)
            weight = flow * weight
            none = weight.sum(axis=1, keepdims=True) <= 0.0
            return stock + rest * shares_of(np.where(none, flow, weight))
        if known.held.any() and now > 0.0:
            stock = stock * (now / known.held.sum())
        return stock


def expected(
    known: Known, ground: Ground, total: Floats, points: Points, days: Ints, each: bool = False
) -> Floats:
    """Expected persons by day and place, (N, C): the mean over the points.

    Parameters
    ----------
    each : bool
        Of each point instead, (G, N, C).
    """
    found = Shares(known, ground, total, points).persons(days)
    held = shares_of(held_and_rest(known, ground, float(total[known.day])))
    found = (1.0 - HOLDING) * found + HOLDING * held * total[days][:, None]
    return found if each else np.asarray(found.mean(axis=0))
