"""Where and when a scenario moved: the places and days that contribute most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from flowsim.check.baseline import number, same

MOST = 3
SOURCES = {
    "let_through": ("admitted at crossing", "exempt at crossing"),
    "person_days_exposed": ("exposure",),
    "deaths": ("deaths",),
    "waiting_peak": ("waiting",),
    "waiting_at_end": ("waiting",),
    "person_days_waited": ("waiting",),
    "sheltered_abroad_peak": ("sheltered",),
    "sheltered_abroad_at_end": ("sheltered",),
    "sheltered_peak": ("sheltered",),
    "sheltered_at_end": ("sheltered",),
    "displaced_inside_at_end": ("displaced",),
}
"""Rows of the table of days that an outcome is made of; an outcome at crossings has its own."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a place and a day contribute to a move, of all members of the exact level together."""

    quantity: str
    where: str
    day: str
    before: float
    after: float

    def __str__(self) -> str:
        values = f"{number(self.before)} -> {number(self.after)}"
        return f"{self.where}, {self.day}: {self.quantity} {values}"


def contributions(
    before: pd.DataFrame, after: pd.DataFrame, tolerance: float, outcome: str = "", most: int = MOST
) -> tuple[Contribution, ...]:
    """The places and days that moved most, the largest first.

    Parameters
    ----------
    before, after : pandas.DataFrame
        Days as `flowsim.check.measure.Measured` has them.
    tolerance : float
        See `flowsim.check.baseline.same`.
    outcome : str
        Only what it is made of, as far as that is known; empty for everything. Quantities in
        different units are ranked by the part of their sum over places and days.
    most : int

    Examples
    --------
    >>> rows = pd.MultiIndex.from_tuples([("deaths", "Osh")], names=["quantity", "where"])
    >>> before = pd.DataFrame([[4.0, 2.0]], rows, ["2010-06-11", "2010-06-12"])
    >>> print(*contributions(before, before + [[0, 5]], 1e-9, "deaths"))
    Osh, 2010-06-12: deaths 2 -> 7
    """
    old, new = aligned(before, after)
    moved = np.where(same(old.to_numpy(), new.to_numpy(), tolerance), 0.0, new - old)
    quantity, where = (old.index.get_level_values(name) for name in ("quantity", "where"))
    place, _, measured = outcome.rpartition(": ")
    sources = SOURCES.get(measured, (f"{measured} at crossing",))
    if np.isin(quantity, sources).any():
        moved = np.where(np.isin(quantity, sources)[:, None], moved, 0.0)
    if place and (where == place).any():
        moved = np.where((where == place)[:, None], moved, 0.0)
    total = old.abs().sum(axis=1).groupby(quantity).transform("sum").to_numpy()
    weight = np.abs(moved)
    if not np.isin(quantity[(weight > 0.0).any(axis=1)], sources).all():
        weight = weight / np.maximum(total, 1.0)[:, None]
    order = np.argsort(-weight, axis=None, kind="stable")[:most]
    spots = [np.unravel_index(i, weight.shape) for i in order if weight.flat[i] > 0.0]
    return tuple(
        Contribution(
            str(quantity[r]), str(where[r]), str(old.columns[c]),
            float(old.iat[r, c]), float(new.iat[r, c]),
        )
        for r, c in spots
    )  # fmt: skip


def aligned(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of days with the rows and columns of both; what one lacks is zero in it."""
    rows = before.index.union(after.index)
    days = before.columns.union(after.columns)
    old, new = (t.reindex(index=rows, columns=days, fill_value=0.0) for t in (before, after))
    return old, new
