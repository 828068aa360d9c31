"""Files of Flee that are checked and have no meaning here: floods, food, ready-made routes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from flowsim.flee.reader.places import Spot
from flowsim.flee.reader.rows import Notes, is_told, read_all


def check_unused(folder: Path, spots: Mapping[str, Spot], notes: Notes) -> None:
    """Check ``flood_level.csv``, ``region_attributes_IPC.csv`` and ``major_routes.csv``.

    What is malformed in them is a problem; a sound one is told as not used.
    """
    regions = {spot.row.text(1) for spot in spots.values()}
    _days(folder / "flood_level.csv", "level", "place", spots, notes, "floods")
    _days(folder / "region_attributes_IPC.csv", "percentage", "region", regions, notes, "hunger")
    _ways(folder / "major_routes.csv", spots, notes)


def _days(
    path: Path, what: str, of: str, known: Collection[str], notes: Notes, hazard: str
) -> None:
    """A table ``#Day,NAME,...`` with a number a day and name."""
    if not is_told(path):
        return
    rows = read_all(path, notes)
    for i, name in enumerate(rows[0].cells if rows else ()):
        if i and name and name not in known:
            notes.warn(rows[0], f"{name!r} is not a {of}{notes.near(name, known)}")
    last = -1
    for row in rows[1:]:
        day = row.whole(0, "day")
        if day <= last:
            row.wrong(0, f"day {day} does not come after day {last}", "give the days in order")
        last = max(last, day)
        for i, name in enumerate(rows[0].cells):
            if i and name and what == "level":
                row.whole(i, what)
            elif i and name:
                row.number(i, what, 0.0, 100.0)
    notes.tell(path, 1, f"checked and not used, as no rule here knows {hazard}")


def _ways(path: Path, spots: Mapping[str, Spot], notes: Notes) -> None:
    """Rows of places, each a way over at least one road."""
    if not is_told(path):
        return
    for row in read_all(path, notes):
        names = [(i, name) for i, name in enumerate(row.cells) if name]
        if row.text(0).startswith("#"):
            notes.warn(row, "Flee reads this comment as a way")
            continue
        for i, name in names:
            if name not in spots:
                near = notes.near(name, spots)
                row.wrong(i, f"there is no place {name!r}", f"name one of locations.csv{near}")
        if len(names) < 2:
            row.wrong(0, "this way has one place", "give it two places or more")
    notes.tell(path, 1, "checked and not used, as people choose among all roads here")
