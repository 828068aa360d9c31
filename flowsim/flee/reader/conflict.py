"""Conflict days of Flee as spells of violence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from flowsim.flee.reader.rows import Notes, Row, read_all
from flowsim.world.violence_config import Event

GROUP = "people"
MOST_CELLS = 2_000_000
"""Largest number of places times days, each of which can be a spell by itself."""


def read_conflict(
    path: Path, places: Sequence[str], start: datetime, length: int, notes: Notes
) -> tuple[Event, ...]:
    """Spells of one intensity at a place, from the table of days.

    The column of days counts, and not the number of the row, by which Flee goes. Days after the
    last row are as the last row tells.
    """
    rows = read_all(path, notes)
    if not rows:
        return ()
    names, table = rows[0].cells[1:], rows[1:]
    columns = _columns(rows[0], names, places)
    if length * len(columns) > MOST_CELLS:
        wrong = f"{len(columns)} places over {length} days are too many"
        rows[0].wrong(0, wrong, f"give at most {MOST_CELLS} days of places")
        return ()
    known = np.zeros((length, len(columns)))
    last, held = -1, 0
    for number, row in enumerate(table):
        day = row.whole(0, "day")
        if day != number:
            notes.warn(row, f"day {day} is in row {number}, and Flee goes by the row")
        if day <= last:
            row.wrong(0, f"day {day} does not come after day {last}", "give the days in order")
        elif day < length:
            known[held:day] = known[held]
            known[day] = [row.number(i + 1, "intensity", 0.0) for i in columns]
            held = day
        last = max(last, day)
    known[held:] = known[held]
    if known.max(initial=0.0) > 1.0:
        told = f"intensities reach {known.max():g} and are taken as they are; Flee knows 0 to 1"
        notes.warn(rows[0], told)
    if 0 <= last < length - 1:
        notes.warn(table[-1], f"the last day is {last} of {length}; it holds on to the end")
    return tuple(
        event
        for column, name in enumerate(columns.values())
        for event in _spells(name, known[:, column], start)
    )


def _columns(header: Row, names: Sequence[str], places: Sequence[str]) -> dict[int, str]:
    """Which column is of which place."""
    found: dict[int, str] = {}
    known, seen = set(places), set[str]()
    for i, name in enumerate(names):
        if name in seen:
            header.wrong(i + 1, f"{name!r} appears twice", "keep one of its columns")
        elif name in known:
            found[i] = name
            seen.add(name)
        elif name:
            near = header.notes.near(name, places)
            header.notes.warn(header, f"{name!r} is not a place, so its conflict is left out{near}")
    return found


def _spells(name: str, intensity: np.ndarray, start: datetime) -> list[Event]:
    edges = np.flatnonzero(np.diff(intensity, prepend=np.nan, append=np.nan) != 0.0).tolist()
    spells = []
    for first, stop in pairwise(edges):
        if intensity[first] > 0.0:
            begin, end = (start + timedelta(days=day) for day in (first, stop))
            spells.append(
                Event(place=name, start=begin, peak=begin, until=end,
                      intensity=float(intensity[first]), target={GROUP: 1.0})
            )  # fmt: skip
    return spells
