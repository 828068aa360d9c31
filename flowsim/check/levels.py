"""The two levels at which a scenario is held against its baseline."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from flowsim.check.baseline import Baseline, differing, same
from flowsim.check.contributors import Contribution, aligned, contributions
from flowsim.check.measure import Measured, environment
from flowsim.check.swaps import SHIFT, p_values, power, swaps_for
from flowsim.check.verdict import Change


class Found(NamedTuple):
    """What a level found; see `flowsim.check.verdict.Verdict`."""

    changes: tuple[Change, ...]
    days: tuple[Contribution, ...] = ()
    wrong: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether anything moved."""
        return bool(self.changes or self.days or self.wrong)


def exact(baseline: Baseline, before: pd.DataFrame, now: Measured, tolerance: float) -> Found:
    """Whether the same members give the same numbers, and the same bytes where that is promised.

    Parameters
    ----------
    baseline : Baseline
    before : pandas.DataFrame
        Its outcomes, of the members and in the order of ``now``.
    now : Measured
    tolerance : float
        See `flowsim.check.baseline.same`.
    """
    alike = same(before.to_numpy(), now.outcomes.to_numpy(), tolerance)
    changes = tuple(
        Change(
            name, now.units[name], before[name].to_numpy(), now.outcomes[name].to_numpy(),
            where=contributions(baseline.days, now.days, tolerance, name),
        )
        for name, still in zip(before.columns, np.all(alike, axis=0), strict=True)
        if not still
    )  # fmt: skip
    old, new = aligned(baseline.days, now.days)
    days = () if changes else contributions(old, new, tolerance)
    apart = differing(baseline.about.environment, environment())
    if apart:
        return Found(changes, days, notes=(f"digests are not compared: {'; '.join(apart)}",))
    digests = zip(baseline.about.digests, now.digests, strict=True)
    wrong = tuple(
        f"digest of the result of member {m}: {b} -> {a}"
        for m, (b, a) in enumerate(digests, 1)
        if b != a
    )
    return Found(changes, days, wrong)


def statistical(
    baseline: Baseline, before: pd.DataFrame, now: Measured, tolerance: float, level: float
) -> Found:
    """Whether the distribution over members has moved, by `flowsim.check.swaps.p_values`.

    Parameters
    ----------
    baseline, before, now, tolerance
        As for `exact`. Places and days are those of the members of the exact level.
    level : float
        Chance of an alarm without cause, of all outcomes together.
    """
    old, new = before.to_numpy(), now.outcomes.to_numpy()
    found = p_values(old, new, swaps_for(level))
    changes = tuple(
        Change(
            name, now.units[name], old[:, i], new[:, i], float(found[i]),
            contributions(baseline.days, now.days, tolerance, name),
        )
        for i, name in enumerate(before.columns)
        if found[i] <= level
    )  # fmt: skip
    powers = [
        f"{name} {power(old[:, i], level, old.shape[1]):.2f}"
        for i, name in enumerate(before.columns)
    ]
    note = (
        f"{len(old)} members, level {level:.2g}; power against a shift of {SHIFT:.0%}, were all "
        f"drawn anew: {', '.join(powers)}"
    )
    return Found(changes, notes=(note,))
