"""Rows of Flee's tables with their positions, and what is wrong or odd in them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from flowsim import numerals
from flowsim.config import in_reach
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.files import TABLE_BYTES, lies_in, read_table_text, read_text
from flowsim.scenario.flaws import SUGGESTIONS, did_you_mean
from flowsim.scenario.nodes import Spot
from flowsim.shown import plain

MOST = 1e8
"""Largest number that a cell may hold, as in a scenario's own tables."""
FARTHEST = 50_000
"""Days from the start of the run on which something may begin or end."""
LONGEST = 98
"""Characters of a name; a crossing is named by two of them."""


@dataclass
class Notes:
    """What was found while reading.

    Attributes
    ----------
    problems : list of Problem
        What cannot be read.
    odd : list of str
        What Flee would misread without a word, with file and line.
    folders : tuple of Path
        Where a file that is a link may lead, beside the folder that it is in.
    """

    problems: list[Problem] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    folders: tuple[Path, ...] = ()
    _asked: int = 0

    def warn(self, row: Row, told: str) -> None:
        """Note something odd in a row."""
        self.tell(row.file, row.line, told)

    def near(self, word: str, choices: Iterable[str]) -> str:
        """The nearest of some words, as a remark, for the first `SUGGESTIONS` that are unknown."""
        self._asked += 1
        return did_you_mean(word, sorted(choices)) if self._asked <= SUGGESTIONS else ""

    def tell(self, file: object, line: int, told: str) -> None:
        """Note something odd in a file."""
        self.odd.append(plain(f"{file}:{line}: {told}"))

    def text(self, path: Path, most_bytes: int, named: Spot | None = None) -> str | None:
        """Text of a file; None, and a problem, where it cannot be read or lies elsewhere."""
        if not lies_in(path, path.parent, *self.folders):
            wrong, right = f"{path.name!r} leads out of the folder", "put the file itself there"
            spot = named or Spot(str(path), 1, 1)
            self.problems.append(Problem("", wrong, right, spot.file, spot.line, spot.column))
            return None
        try:
            if most_bytes == TABLE_BYTES:
                return read_table_text(path, named)
            return read_text(path, most_bytes, named, "")
        except ScenarioError as error:
            self.problems += error.problems
            return None


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
        cell = min(i, len(self.cells)) + 1  # one that is missing would follow the last
        self.notes.problems.append(Problem("", wrong, right, self.file, self.line, cell))

    def needs(self, i: int, what: str) -> str:
        """A name, which may neither be empty nor without end."""
        if not self.text(i):
            self.wrong(i, f"{what} is missing", f"give {what}")
        elif len(self.text(i)) > LONGEST:
            self.wrong(i, f"{what} has {len(self.text(i))} characters", f"give at most {LONGEST}")
        return self.text(i)[:LONGEST]

    def number(self, i: int, what: str, least: float, most: float = MOST) -> float:
        """A number within bounds (`flowsim.numerals`). Least where it is wrong."""
        value = numerals.number(self.text(i))
        if value is not None and least <= value <= most:
            return float(value)
        closed = most < MOST or (value is not None and value > most)
        bounds = f"from {least:g} to {most:g}" if closed else f"of at least {least:g}"
        hint = numerals.hint(self.text(i)) if value is None else ""
        self.wrong(i, f"{self.text(i)!r} is not a valid {what}", f"give a number {bounds}{hint}")
        return least

    def whole(self, i: int, what: str, least: int = 0, most: float = MOST) -> int:
        """A whole number."""
        value = self.number(i, what, least, most)
        if value != int(value):
            wrong = f"{self.text(i)!r} is not a whole number"
            self.wrong(i, wrong, f"give {what} as a whole number")
        return int(value)

    def day(self, i: int) -> date | None:
        """A date; None, and a problem, where it is none."""
        try:
            day = date.fromisoformat(self.text(i))
        except ValueError:
            self.wrong(i, f"{self.text(i)!r} is not a date", "write it as 2015-05-01")
            return None
        try:
            return in_reach(day)
        except ValueError as error:
            wrong, _, right = str(error).partition("; ")
            self.wrong(i, wrong, right)
            return None


def is_told(path: Path) -> bool:
    """Whether there is such a file; a link is one even where it leads to nothing."""
    return os.path.lexists(path)


def read_rows(path: Path, notes: Notes, named: Spot | None = None) -> list[Row]:
    """All rows of a table of Flee that hold something, comments (``#``) left out.

    A table that cannot be read at all is a problem, and gives no row.
    """
    return [row for row in read_all(path, notes, named) if not row.text(0).startswith("#")]


def read_all(path: Path, notes: Notes, named: Spot | None = None) -> list[Row]:
    """The same with the comments, as the header of a table is one."""
    text = notes.text(path, TABLE_BYTES, named)
    if text is None:
        return []
    reader = csv.reader((f"{line}\n" for line in text.split("\n")), strict=True)
    rows: list[Row] = []
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if not any(stripped):
                continue
            row = Row(str(path), reader.line_num, stripped, notes)
            for i, cell in enumerate(stripped):
                if "\n" in cell:  # else the number 1 above the number 2 would be twelve
                    row.wrong(i, f"{cell!r} spans several lines", "write it on one line")
            rows.append(row)
    except csv.Error as error:
        wrong = f"this row cannot be read: {error}"
        right = 'close each quote, and write a quote in a quoted text as ""'
        notes.problems.append(Problem("", wrong, right, str(path), reader.line_num, 1))
    return rows
