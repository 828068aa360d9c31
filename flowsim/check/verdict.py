"""What a check found, and how it is told in lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd

from flowsim.arrays import Floats
from flowsim.check.contributors import Contribution
from flowsim.shown import plain

Level = Literal["exact", "statistical"]


@dataclass(frozen=True, eq=False)
class Change:
    """An outcome that moved.

    Attributes
    ----------
    outcome, unit : str
    before, after : float64 array (members,)
    p : float
        Of the swap test; NaN at the exact level.
    where : tuple of Contribution
        The places and days that contribute most.
    """

    outcome: str
    unit: str
    before: Floats
    after: Floats
    p: float = float("nan")
    where: tuple[Contribution, ...] = ()

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if np.isnan(self.p):
            odd = [
                f"{_shown(b)} -> {_shown(a)} (member {m})"
                for m, (b, a) in enumerate(zip(self.before, self.after, strict=True), 1)
            ]
            return f"{self.outcome}: {', '.join(odd)}{unit}"
        old, new = float(np.nanmean(self.before)), float(np.nanmean(self.after))
        part = f", {new / old - 1.0:+.2%}" if old else ""
        sd = " -> ".join(f"{np.nanstd(side, ddof=1):.4g}" for side in (self.before, self.after))
        mean = f"{_shown(old)} -> {_shown(new)}"
        return f"{self.outcome}: mean {mean}{unit}{part}; sd {sd}; p = {self.p:.2g}"


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a check found about a scenario.

    Attributes
    ----------
    name : str
        Of the scenario's folder.
    level : {"exact", "statistical"}
    since : str
        Which baseline it was held against.
    wrong : tuple of str
        Why it fails, beside what moved: no baseline, no scenario, a digest.
    changes : tuple of Change
    days_moved : tuple of Contribution
        Places and days that moved most where no outcome did.
    notes : tuple of str
        What a reader should know whether it failed or not.
    seconds : float
    outcomes, days : tuple of DataFrame, before and after
        For a figure; empty where nothing was compared.
    """

    name: str
    level: Level
    since: str = ""
    wrong: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    days_moved: tuple[Contribution, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    outcomes: tuple[pd.DataFrame, ...] = field(default=(), repr=False)
    days: tuple[pd.DataFrame, ...] = field(default=(), repr=False)

    @property
    def held(self) -> bool:
        """Whether the scenario is what it was."""
        return not (self.wrong or self.changes or self.days_moved)

    def lines(self) -> list[str]:
        """What is wrong and what moved, one thing a line; empty if it held."""
        told: list[str] = []
        for change in self.changes:
            told += [str(change), *(f"  {spot}" for spot in change.where)]
        if self.days_moved:
            told += ["places and days that moved most:", *(f"  {s}" for s in self.days_moved)]
        return [plain(line) for line in (*told, *self.wrong)]

    def __str__(self) -> str:
        since = f" since {self.since}" if self.since else ""
        word = "held" if self.held else "moved" if self.outcomes else "failed"
        head = f"{self.name}: {word} ({self.level}, {self.seconds:.1f} s){since}"
        notes = map(plain, self.notes)
        return "\n".join([plain(head), *(f"  {line}" for line in (*self.lines(), *notes))])


def _shown(value: float) -> str:
    """A number for reading.

    Examples
    --------
    >>> _shown(88420.0), _shown(0.052), _shown(200818.25)
    ('88,420', '0.052', '200,818.25')
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"
