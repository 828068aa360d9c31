"""Samples whose positions somebody else chose: a design of a sensitivity analysis, a posterior."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean, listed
from flowsim.scenario.scenario import Scenario
from flowsim.study.chronology import out_of_order
from flowsim.study.inputs import doubts, uncertain

CHANCE = "chance"
"""A column that stands for the dice: rows with the same number have the same seed."""
METHOD = "positions"
"""What a store says of samples whose positions were given."""


@dataclass(frozen=True, eq=False)
class Positions:
    """A table of positions: a row a sample, a column a factor.

    Attributes
    ----------
    leaders : dict of str to str
        The factor of each input that moves, by path, see `flowsim.study.inputs.doubts`.
    columns : dict of str to float64 array (samples,)
        Positions in [0, 1] by factor.
    chances : tuple of str
        What of the seed each sample has; empty where each has its own.
    """

    leaders: dict[str, str]
    columns: dict[str, Floats]
    chances: tuple[str, ...] = ()

    @classmethod
    def of(cls, table: pd.DataFrame, scenarios: Sequence[Scenario]) -> Positions:
        """Read a table, as `flowsim.Study` takes it.

        Parameters
        ----------
        table : pandas.DataFrame
            A column an uncertain input, by its path, or a set of linked ones, as
            ``linked[capacities]``; and `CHANCE`, if the same dice are to fall in several rows.
            An input without a column stays at its central value.
        scenarios : sequence of Scenario

        Raises
        ------
        ScenarioError
            Everything that is wrong with the table.
        """
        leaders = doubts(scenarios, uncertain(scenarios))
        problems = [*_wrong_columns(table, leaders), *_wrong_numbers(table)]
        if problems:
            raise ScenarioError(problems)
        columns = {str(name): table[name].to_numpy(dtype=np.float64) for name in table.columns}
        dice = columns.pop(CHANCE, None)
        moved = {path: leader for path, leader in leaders.items() if leader in columns}
        made = cls(moved, columns, () if dice is None else tuple(map(_short, dice.tolist())))
        broken = np.flatnonzero(out_of_order(scenarios, made.by_path()))
        if broken.size:
            rows = listed([str(row + 1) for row in broken])
            wrong = f"times contradict each other in {broken.size} samples: {rows}"
            right = "leave these rows out, or give the ranges of these times that overlap less"
            raise ScenarioError([Problem("samples", wrong, right)])
        return made

    def by_path(self) -> dict[str, Floats]:
        """Positions of each input that moves."""
        return {path: self.columns[leader] for path, leader in self.leaders.items()}

    @property
    def digests(self) -> tuple[str, ...]:
        """Sixteen hexadecimal digits a row: samples are the same where these are."""
        names = sorted(self.columns)
        rows = zip(*(self.columns[name].tolist() for name in names), strict=True)
        return tuple(_digest([names, row]) for row in rows)


def _digest(told: object) -> str:
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def _short(number: float) -> str:
    """A text of a seed; no number of a sample is one like it."""
    return f"c{_digest(number)}"


def _wrong_columns(table: pd.DataFrame, leaders: dict[str, str]) -> Iterator[Problem]:
    factors = dict.fromkeys(leaders.values())
    if not len(table):
        yield Problem("samples", "the table of positions has no row", "give a row a sample")
    if not len([name for name in table.columns if name != CHANCE]):
        yield Problem("samples", "the table of positions has no input", "give a column an input")
    for name in table.columns[table.columns.duplicated()].unique():
        yield Problem(f"samples[{name}]", "it is in the table twice", "give each input once")
    for name in table.columns:
        if name in factors or name == CHANCE:
            continue
        at = f"samples[{name}]"
        if name in leaders:
            yield Problem(at, f"it moves with {leaders[name]!r}", "give that column instead")
        else:
            near = did_you_mean(str(name), factors)
            right = "name an input that has a low and a high end, or linked[NAME]"
            yield Problem(at, "this is not an uncertain input of the scenarios", right + near)


def _wrong_numbers(table: pd.DataFrame) -> Iterator[Problem]:
    for i, name in enumerate(table.columns):
        column = pd.to_numeric(table.iloc[:, i], errors="coerce")
        wrong = table.iloc[:, i][~column.between(0.0, 1.0)]
        if len(wrong):
            at = f"samples[{name}]"
            yield Problem(at, f"{wrong.iloc[0]} is not a position", "give numbers between 0 and 1")
