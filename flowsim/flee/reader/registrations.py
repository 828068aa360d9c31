"""Registrations by camp: the layout, the series and their corrections."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.flee.reader.rows import MOST, Notes, Row, is_told, read_rows
from flowsim.scenario.nodes import Spot

TOTAL = "total"
HEADERS = ("date", "datetime")


@dataclass(frozen=True)
class Series:
    """Persons registered at some dates, in order."""

    days: tuple[date, ...]
    persons: tuple[float, ...]
    counted: tuple[float, ...] = ()
    """As the file tells them; `persons` are what corrections made of them."""

    def last_counted(self, day: date) -> float:
        """What was counted last up to a day, nobody before the first report."""
        at = bisect_right(self.days, day)
        return self.counted[at - 1] if at else 0.0

    def by_day(self, start: date, length: int) -> Floats:
        """Persons each day from the start: straight lines between reports, level outside of them.

        Zero where there is no report at all.
        """
        if not self.days:
            return np.zeros(length)
        at = [(day - start).days for day in self.days]
        return np.interp(np.arange(length), at, self.persons)

    def less(self, start: date) -> Series:
        """The persons above those of a day; nobody where there are fewer."""
        there = float(self.by_day(start, 1)[0])
        counted = tuple(max(count - there, 0.0) for count in self.counted)
        return Series(self.days, tuple(max(n - there, 0.0) for n in self.persons), counted)


@dataclass(frozen=True)
class Registered:
    """What the layout names.

    Attributes
    ----------
    camps : dict of str to tuple of Series
        Series that add up to each camp's registered persons, corrected.
    total : Series
        Of all camps, as it is told.
    rows : dict of str to Row
        Where each camp is named.
    recounts : dict of str to tuple of date
        Days on which a camp was counted anew.
    """

    camps: Mapping[str, tuple[Series, ...]]
    total: Series
    rows: Mapping[str, Row]
    recounts: Mapping[str, tuple[date, ...]] = field(default_factory=dict)

    def by_day(self, camp: str, start: date, length: int) -> Ints:
        """Whole persons registered at a camp each day, as Flee counts them."""
        days = sum((series.by_day(start, length) for series in self.camps[camp]), np.zeros(length))
        return np.floor(days + 1e-9).astype(np.int64)

    def emptied(self, start: date, notes: Notes) -> Registered:
        """The same less those who are registered on the first day, and never below zero."""
        for name, some in self.camps.items():
            if any(min(s.persons, default=0.0) < s.by_day(start, 1)[0] for s in some):
                told = "has reports below that of the first day, which count as nobody"
                notes.warn(self.rows[name], f"empty_camps_on_day0: {name!r} {told}")
        return Registered(
            {name: tuple(s.less(start) for s in some) for name, some in self.camps.items()},
            self.total.less(start),
            self.rows,
            self.recounts,
        )

    def arrivals(self, start: date, length: int) -> Ints:
        """Persons who come each day: the growth of all camps together, (length,).

        Those of the first day are there already. A fall is set against what comes after it, as
        nobody goes back (Flee's debt).
        """
        all_camps = np.zeros(length, dtype=np.int64)
        for camp in self.camps:
            all_camps += self.by_day(camp, start, length)
        coming, debt = np.zeros(length, dtype=np.int64), 0
        for day, grown in enumerate(np.diff(all_camps).tolist(), start=1):
            debt += grown
            coming[day] = max(debt, 0)
            debt = min(debt, 0)
        return coming


def read_registered(folder: Path, corrections: Path, start: date, notes: Notes) -> Registered:
    """All series of a folder ``source_data``, with the corrections applied.

    A correction on a date says that the drop (or jump) of a series on that date is one of counting:
    all that was registered before is multiplied by the ratio of the two reports.
    """
    told = _corrections(corrections, notes)
    camps: dict[str, tuple[Series, ...]] = {}
    rows: dict[str, Row] = {}
    recounts: dict[str, tuple[date, ...]] = {}
    total = Series((), ())
    for row in read_rows(folder / "data_layout.csv", notes):
        name = row.needs(0, "the name of a camp")
        files = [(i, cell) for i, cell in enumerate(row.cells) if i and cell]
        if not files:
            row.wrong(1, f"{name!r} has no file", "name the file of its series")
        found = [_series(folder, row, i, file, notes) for i, file in files]
        if name.lower() == TOTAL and not rows:
            total = found[0] if found else total
        elif name in camps and row.cells == rows[name].cells:
            twice = f"this row appears twice, first in line {rows[name].line}, and counts once"
            notes.warn(row, f"{twice}; Flee would count its people twice as they come")
        elif name in camps:
            row.wrong(0, f"{name!r} appears twice", "name its files in one row")
        else:
            mine = [r for r in told if r.text(0) == name]
            camps[name] = tuple(_corrected(series, mine, start, notes) for series in found)
            rows[name] = row
            told_on = {r.text(1) for r in mine}
            days = {day for series in found for day in series.days if day >= start}
            recounts[name] = tuple(sorted(d for d in days if d.isoformat() in told_on))
    for row in told:
        if row.text(0) not in camps:
            near = notes.near(row.text(0), camps)
            notes.warn(row, f"the correction of {row.text(0)!r}, which has no series{near}")
    return Registered(camps, total, rows, recounts)


def _corrections(path: Path, notes: Notes) -> list[Row]:
    return read_rows(path, notes) if is_told(path) else []


def _series(folder: Path, row: Row, cell: int, name: str, notes: Notes) -> Series:
    if Path(name).name != name:
        row.wrong(cell, f"{name!r} leads out of this folder", "name a file beside this one")
        return Series((), ())
    points: dict[date, float] = {}
    before: date | None = None
    rows = read_rows(folder / name, notes, Spot(row.file, row.line, cell + 1))
    for n, point in enumerate(rows):
        if not point.text(1) or (n == 0 and point.text(0).lower() in HEADERS):
            continue
        day = point.day(0)
        persons = point.number(1, "number of persons", 0.0)
        if day is None:
            continue
        if day in points:
            if persons != points[day]:
                notes.warn(point, f"{day} appears twice; the first, {points[day]:g}, is taken")
            continue
        if before is not None and day < before:
            notes.warn(point, f"{day} comes after {before}; the dates are sorted")
        points[day], before = persons, day
    days = sorted(points)
    told = tuple(points[day] for day in days)
    return Series(tuple(days), told, told)


def _corrected(series: Series, rows: Sequence[Row], start: date, notes: Notes) -> Series:
    persons = np.array(series.persons)
    for row in rows:
        day = row.day(1)
        if day is None or day < start:
            continue
        if day not in series.days:
            notes.warn(row, f"{row.text(0)} has no report on {day}; nothing is corrected")
            continue
        i = series.days.index(day)
        if i == 0:
            continue
        if persons[i - 1] < 1.0:
            row.wrong(1, f"{row.text(0)} has nobody before {day}", "give a date with a report")
            continue
        persons[:i] *= persons[i] / persons[i - 1]
        if persons.max() > MOST:
            row.wrong(1, f"it makes {persons.max():g} persons", f"give at most {MOST:g}")
            return Series((), ())
    return Series(series.days, tuple(persons.tolist()), series.counted)
