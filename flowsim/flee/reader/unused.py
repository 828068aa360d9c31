"""A file of Flee that is checked and has no meaning here: ready-made routes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flowsim.flee.reader.places import Spot
from flowsim.flee.reader.rows import Notes, is_told, read_all


def check_unused(folder: Path, spots: Mapping[str, Spot], notes: Notes) -> None:
    """Check ``major_routes.csv``; what is malformed is a problem, a sound one is told as unused."""
    _ways(folder / "major_routes.csv", spots, notes)


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
