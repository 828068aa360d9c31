"""The time in which a crisis for Flee is run, where it is told beside its files."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from flowsim.config import FIRST_YEAR, LAST_YEAR
from flowsim.errors import Problem, ScenarioError
from flowsim.flee.reader.rows import FARTHEST, Notes, is_told

_AROUND = 1 + FARTHEST // 365
EARLIEST, LATEST = FIRST_YEAR + _AROUND, LAST_YEAR - _AROUND
"""Years in which a run may start, so that results can hold all that is dated by days from there."""
Period = str | tuple[date, date]
RIGHT = "write it as START..END with two dates, as 2015-05-01..2016-05-31"


def parse_period(told: Period, longest: int) -> tuple[date, int]:
    """The first day and the number of days of a period, from midnight to midnight.

    Parameters
    ----------
    told : str or pair of date
        ``START..END``, the scenario's start and end: END is the day on which it is over.
    longest : int
        Days.

    Raises
    ------
    ScenarioError
        It is none.

    Examples
    --------
    >>> parse_period("2015-05-01..2015-05-31", 1000)
    (datetime.date(2015, 5, 1), 30)
    """
    try:
        start, end = map(_day, told.split("..") if isinstance(told, str) else told)
    except (TypeError, ValueError):
        raise _wrong(f"{told!r} is not a period", RIGHT) from None
    if not EARLIEST <= start.year <= LATEST:
        right = f"give one from {EARLIEST} to {LATEST}"
        raise _wrong(f"the year {start.year} is too far away", right)
    days = (end - start).days
    if days < 1:
        raise _wrong(f"the end {end} is not after the start {start}", "give a later end")
    if days > longest:
        raise _wrong(f"it has {days} days", f"give at most {longest}")
    return start, days


def _day(told: str | date) -> date:
    """A day; that of a time only if it is midnight, as a run of days has no hours."""
    if isinstance(told, str):
        return date.fromisoformat(told.strip())
    day = told.date() if isinstance(told, datetime) else told
    if not isinstance(day, date) or told not in (day, datetime(day.year, day.month, day.day)):
        raise ValueError
    return day


def _wrong(wrong: str, right: str) -> ScenarioError:
    return ScenarioError([Problem("period", wrong, right)])


def tell_other_start(file: Path, told: date, begin: date, notes: Notes) -> None:
    """Warn where a period begins on another day than the file of the folder has it."""
    if told != begin:
        days = "days in conflicts.csv, closures.csv and location_changes.csv count from there"
        notes.tell(file, 1, f"it begins on {told}, and the run on {begin}: {days}")


def has_period(file: Path, notes: Notes) -> bool:
    """Whether the file of the period is there; a problem where it is not."""
    if is_told(file):
        return True
    wrong = f"this is a folder for Flee without a period: {file.name} is not there"
    right = "add it, with rows StartDate,YYYY-MM-DD and Length,DAYS, or give a period START..END"
    notes.problems.append(Problem(str(file.parent), wrong, f"{right} (--period)"))
    return False
