"""Rows of Flee's tables with their positions, and what is wrong or odd in them."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.files import TABLE_BYTES, read_text
from flowsim.scenario.nodes import Spot

MOST = 1e9
"""Largest number that a cell may hold."""


@dataclass
class Notes:
    """What was found while reading.

    Attributes
    ----------
    problems : list of Problem
        What cannot be read.
    odd : list of str
        What Flee would misread without a word, with file and line.
    """

    problems: list[Problem] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)

    def warn(self, row: Row, told: str) -> None:
        """Note something odd in a row."""
        self.odd.append(f"{row.file}:{row.line}: {told}")


@dataclass(frozen=True)
class Row:
    """A row of a table: its stripped cells, and where it stands."""

    file: str
    line: int
    cells: tuple[str, ...]
    notes: Notes

    def text(self, i: int) -> str:
        """A cell, empty where the row is shorter."""
        return self.cells[i] if i < len(self.cells) else ""

    def wrong(self, i: int, wrong: str, right: str) -> None:
        """Note that a cell is wrong."""
        self.notes.problems.append(Problem("", wrong, right, self.file, self.line, i + 1))

    def needs(self, i: int, what: str) -> str:
        """A cell that may not be empty."""
        if not self.text(i):
            self.wrong(i, f"{what} is missing", f"give {what}")
        return self.text(i)

    def number(self, i: int, what: str, least: float, most: float = MOST) -> float:
        """A number within bounds; thousands may be parted by commas. Least where it is wrong."""
        text = self.text(i).replace(",", "")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if least <= value <= most:
            return value
        bounds = f"from {least:g} to {most:g}" if most < MOST else f"of at least {least:g}"
        self.wrong(i, f"{self.text(i)!r} is no {what}", f"give a number {bounds}")
        return least

    def whole(self, i: int, what: str, least: int = 0) -> int:
        """A whole number."""
        value = self.number(i, what, least)
        if value != int(value):
            self.wrong(i, f"{self.text(i)!r} is no whole number", f"give {what} as a whole number")
        return int(value)

    def day(self, i: int) -> date | None:
        """A date; None, and a problem, where it is none."""
        try:
            return date.fromisoformat(self.text(i))
        except ValueError:
            self.wrong(i, f"{self.text(i)!r} is no date", "write it as 2015-05-01")
            return None


def read_rows(path: Path, notes: Notes, named: Spot | None = None) -> list[Row]:
    """All rows of a table of Flee that hold something, comments (``#``) left out.

    A table that cannot be read at all is a problem, and gives no row.
    """
    return [row for row in read_all(path, notes, named) if not row.text(0).startswith("#")]


def read_all(path: Path, notes: Notes, named: Spot | None = None) -> list[Row]:
    """The same with the comments, as the header of a table is one."""
    try:
        text = read_text(path, TABLE_BYTES, named, "")
    except ScenarioError as error:
        notes.problems += error.problems
        return []
    reader = csv.reader(text.split("\n"), strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if not any(stripped):
                continue
            row = Row(str(path), reader.line_num, stripped, notes)
            rows.append(row)
    except csv.Error as error:
        wrong = f"this row cannot be read: {error}"
        right = 'close each quote, and write a quote in a quoted text as ""'
        notes.problems.append(Problem("", wrong, right, str(path), reader.line_num, 1))
    return rows
