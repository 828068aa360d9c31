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
    >>> print(*contributions(before, before + [0.0, 5.0], 1e-9, "deaths"))
    Osh, 2010-06-12: deaths 2 -> 7
    """
    old, new = aligned(before, after)
    was, now = old.to_numpy(), new.to_numpy()
    quantity = old.index.get_level_values("quantity").to_numpy(dtype=np.str_)
    where = old.index.get_level_values("where").to_numpy(dtype=np.str_)
    weight = np.where(same(was, now, tolerance), 0.0, np.abs(now - was))
    place, _, measured = outcome.rpartition(": ")
    known = np.isin(quantity, SOURCES.get(measured, (f"{measured} at crossing",)))
    if known.any():
        weight[~known] = 0.0
    else:
        total = np.array([np.abs(was[quantity == name]).sum() for name in quantity])
        weight /= np.maximum(total, 1.0)[:, None]
    if (where == place).any():
        weight[where != place] = 0.0
    largest = np.argsort(-weight, axis=None, kind="stable")[:most]
    rows, columns = np.unravel_index(largest, weight.shape)
    return tuple(
        Contribution(
            str(quantity[r]), str(where[r]), str(old.columns[c]), float(was[r, c]), float(now[r, c])
        )
        for r, c in zip(rows, columns, strict=True)
        if weight[r, c] > 0.0
    )


def aligned(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two tables of days with the rows and columns of both; what one lacks is zero in it."""
    rows = before.index.union(after.index)
    days = before.columns.union(after.columns)
    old, new = (t.reindex(index=rows, columns=days, fill_value=0.0) for t in (before, after))
    return old, new
