"""Dates and numbers of a table: how a column writes them is decided over all of its cells.

Nothing is read in two ways: where a column leaves open whether a comma marks decimals or which of
two figures is the day, it is decided by what only one reading allows, told in a note, or refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from flowsim import numerals
from flowsim.config import MOST
from flowsim.errors import Problem, ScenarioError
from flowsim.imports.imported import Bad, Imported, LeftOut
from flowsim.imports.sheets import Sheet, each
from flowsim.scenario.flaws import capped
from flowsim.scenario.messages import shown
from flowsim.shown import uncell

if TYPE_CHECKING:
    import pandas as pd

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_DECIMAL_COMMA = re.compile(r"[-+]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+),[0-9]+")
_SURE_DECIMAL = re.compile(r"[-+]?([0-9]{1,3}(\.[0-9]{3})+,[0-9]+|[0-9]+,([0-9]{1,2}|[0-9]{4,}))")
_GROUPS = re.compile(r"[-+]?[0-9]{1,3}([ \u00a0\u2009\u202f'\u2019][0-9]{3})+(\.[0-9]+)?")
_FIGURES = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})")
_WORDS = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th)?[\s.-]+([a-z]+)\.?,?[\s-]+([0-9]{4})"
    r"|([a-z]+)\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})",
    re.IGNORECASE,
)


class Reading:
    """A table while it is read: what is wrong, what is left out, and how it was understood.

    Parameters
    ----------
    sheet : Sheet
    bad : {"refuse", "leave_out"}
        What becomes of rows that cannot be read.
    """

    def __init__(self, sheet: Sheet, bad: Bad = "refuse") -> None:
        self.sheet, self.bad = sheet, bad
        self.notes: list[str] = []
        self.left: list[LeftOut] = []
        self._left_lines: set[int] = set()
        self._problems: list[Problem] = []
        for problem in sheet.problems:
            self.wrong(problem.line, None, problem.wrong, problem.right)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong, by lines; the first thousand of a file."""
        return capped(sorted(self._problems, key=lambda problem: (problem.line, problem.column)))

    def wrong(self, line: int, column: int | None, wrong: str, right: str) -> None:
        """A cell that cannot be read: its row is refused, or left out if that is asked for."""
        if self.bad == "leave_out":
            if not self.is_left(line):
                self.leave(line, "it cannot be read", wrong)
            return
        name = "" if column is None else self.sheet.header[column]
        at = (column or 0) + 1
        self._problems.append(Problem(name, wrong, right, self.sheet.file, line, at))

    def leave(self, line: int, why: str, what: str) -> None:
        """Leave a row out."""
        self.left.append(LeftOut(line, why, what))
        self._left_lines.add(line)

    def imported(self, table: str, rows: pd.DataFrame, taken: int) -> Imported:
        """What was read, with the rows that were left out by their lines."""
        left = tuple(sorted(self.left, key=lambda row: row.line))
        return Imported(table, self.sheet.file, rows, taken, left, tuple(self.notes))

    def refuse(self) -> None:
        """Raise all that is wrong as one ScenarioError, where anything is."""
        if self.problems:
            raise ScenarioError(self.problems)

    def texts(self, column: int | None) -> list[str]:
        """The texts of a column."""
        return [uncell(text) for _, text in each(self.sheet, column)]

    def lines(self) -> list[int]:
        """The lines of the rows."""
        return [line for line, _ in self.sheet.rows]

    def keep(self, why: Callable[[list[str]], str], what: Callable[[list[str]], str]) -> None:
        """Leave out the rows for which there is a reason why, and tell what each of them says."""
        kept = []
        for line, cells in self.sheet.rows:
            reason = why(cells)
            if reason:
                self.leave(line, reason, what(cells))
            else:
                kept.append((line, cells))
        self.sheet.rows = kept

    def is_left(self, line: int) -> bool:
        """Whether a row was left out."""
        return line in self._left_lines

    def without_doubles(self) -> None:
        """Leave out rows that say the same as an earlier one in every cell."""
        first: dict[tuple[str, ...], int] = {}
        kept = []
        for line, cells in self.sheet.rows:
            before = first.setdefault(tuple(cells), line)
            if before == line:
                kept.append((line, cells))
            else:
                self.leave(line, "it is there twice", f"the same as line {before}")
        self.sheet.rows = kept

    def numbers(
        self,
        column: int | None,
        whole: bool = False,
        least: float = -MOST,
        most: float = MOST,
        needed: bool = False,
    ) -> list[float | None]:
        """The numbers of a column; None where a cell is empty or cannot be read.

        Parameters
        ----------
        column : int or None
        whole : bool
        least, most : float
            What a number may be.
        needed : bool
            Whether an empty cell is told as one that cannot be read.
        """
        cells = list(each(self.sheet, column))
        if column is None:
            return [None] * len(cells)
        texts = [uncell(text) for _, text in cells]
        commas = _decimal_commas(texts, whole, most)
        if commas:
            self.notes.append(f"{self.sheet.header[column]}: commas mark decimals")
        elif any("," in text for text in texts):
            self.notes.append(f"{self.sheet.header[column]}: commas mark thousands")
        if needed:
            for (line, _), text in zip(cells, texts, strict=True):
                if not text:
                    self.wrong(line, column, "there is no number", "give one, or remove the row")
        return [
            self._number(line, column, text, commas, whole, (least, most))
            for (line, _), text in zip(cells, texts, strict=True)
        ]

    def _number(
        self,
        line: int,
        column: int,
        text: str,
        commas: bool,
        whole: bool,
        ends: tuple[float, float],
    ) -> float | None:
        if not text:
            return None
        value = number(text, commas)
        if value is None or value != value or (whole and value % 1):
            wrong = f"{shown(text)} is not a {'whole ' if whole else ''}number"
            self.wrong(line, column, wrong, "give plain digits, as 1500 or 0.25")
            return None
        if not ends[0] <= value <= ends[1]:
            wrong = f"{shown(text)} is out of range"
            self.wrong(line, column, wrong, f"give a number from {ends[0]:g} to {ends[1]:g}")
            return None
        return value

    def dates(self, column: int, day_first: bool | None = None) -> list[date | None]:
        """The dates of a column; None where a cell cannot be read, which is told.

        Parameters
        ----------
        column : int
        day_first : bool, optional
            Of dates in figures, as 06/12/2010; by default what the column's other dates allow.
        """
        texts = self.texts(column)
        if day_first is None:
            day_first = _day_first(texts)
            if day_first is not None:
                order = "day/month" if day_first else "month/day"
                self.notes.append(f"{self.sheet.header[column]}: dates are {order}/year")
        found = []
        for line, text in zip(self.lines(), texts, strict=True):
            when = a_date(text, day_first)
            if isinstance(when, str):
                self.wrong(line, column, *_about_date(text, when))
            found.append(None if isinstance(when, str) else when)
        return found


def number(text: str, commas: bool = False) -> float | None:
    """A number; None where the text is not one.

    Parameters
    ----------
    text : str
    commas : bool
        Whether commas mark decimals and points thousands.

    Examples
    --------
    >>> number("1,234"), number("42,87", commas=True), number("1 234"), number("many")
    (1234, 42.87, 1234, None)
    """
    if commas and "," in text:
        if not _DECIMAL_COMMA.fullmatch(text):
            return None
        return numerals.plain(text.replace(".", "").replace(",", "."))
    if _GROUPS.fullmatch(text):
        return numerals.plain(re.sub(r"[^-+0-9.]", "", text))
    return numerals.number(text)


def _decimal_commas(texts: Iterable[str], whole: bool, most: float) -> bool:
    """Whether commas mark decimals in a column: one cell can be nothing else, and none is against.

    ``42,876`` alone is thousands, unless that is more than there can be, as of a latitude.
    """
    told = [text for text in texts if "," in text]
    if whole or not told:
        return False
    if any(_SURE_DECIMAL.fullmatch(text) for text in told):
        return all(_DECIMAL_COMMA.fullmatch(text) for text in told)
    as_thousands = [numerals.number(text) for text in told]
    return all(
        _DECIMAL_COMMA.fullmatch(text) and (value is None or abs(value) > most)
        for text, value in zip(told, as_thousands, strict=True)
    )


def a_date(text: str, day_first: bool | None = None) -> date | str:
    """A date, or why a text is not one: it is ``missing``, ``ambiguous`` or ``unknown``.

    Examples
    --------
    >>> [str(a_date(text)) for text in ("12 June 2010", "2010-06-12T00:00:00Z", "Jun 12, 2010")]
    ['2010-06-12', '2010-06-12', '2010-06-12']
    >>> a_date("06/12/2010"), a_date("06/12/2010", day_first=False), a_date("")
    ('ambiguous', datetime.date(2010, 6, 12), 'missing')
    """
    text = text.strip()
    if not text:
        return "missing"
    try:
        if match := _FIGURES.fullmatch(text):
            first, second, year = int(match[1]), int(match[3]), int(match[4])
            if match[2] == ".":
                day_first = True
            if day_first is None:
                return date(year, first, second) if first == second else "ambiguous"
            return date(year, second, first) if day_first else date(year, first, second)
        if match := _WORDS.fullmatch(text):
            day, name, told = match.group(1, 2, 3) if match[1] else match.group(5, 4, 6)
            month = _month(name)
            return date(int(told), month, int(day)) if month else "unknown"
        if re.match(r"[0-9]{4}[-/]", text):
            return datetime.fromisoformat(text.replace("/", "-")).date()
    except ValueError:
        return "unknown"
    return "unknown"


def _month(name: str) -> int | None:
    """The month of an English name or its first three letters or more."""
    told = name.casefold()
    if told == "sept":
        return 9
    found = [i for i, month in enumerate(MONTHS, 1) if len(told) >= 3 and month.startswith(told)]
    return found[0] if found else None


def _day_first(texts: Sequence[str]) -> bool | None:
    """Whether dates in figures begin with the day, where some of them can be nothing else."""
    pairs = [(int(m[1]), int(m[3])) for t in texts if (m := _FIGURES.fullmatch(t)) and m[2] != "."]
    days, months = any(a > 12 for a, _ in pairs), any(b > 12 for _, b in pairs)
    return None if days == months else days


def _about_date(text: str, why: str) -> tuple[str, str]:
    right = "write it as 2010-06-12 or 12 June 2010"
    if why == "missing":
        return "there is no date", right
    if why == "ambiguous":
        return f"{shown(text)} may be day/month or month/day", f"{right}, or say which comes first"
    return f"{shown(text)} is not a date", right
