"""How a folder for Flee is known, and what one lacks that cannot be read."""

from __future__ import annotations

from pathlib import Path

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.files import is_file, is_folder, lies_in

INPUT, SOURCE = "input_csv", "source_data"
NEEDED = ("locations.csv", "routes.csv")
ITS_OWN = (
    "locations.csv", "conflicts.csv", "closures.csv", "sim_period.csv", "location_changes.csv",
    "registration_corrections.csv", "flood_level.csv", "major_routes.csv",
    "region_attributes_IPC.csv",
)  # fmt: skip
"""Tables whose names no folder of flowsim has."""
SERIES = "data_layout.csv"


def is_flee(path: Path) -> bool:
    """Whether a folder holds tables for Flee, all that are needed or some."""
    return is_folder(path / INPUT) or bool(_found(path)) or is_file(path / SERIES)


def _found(folder: Path) -> list[str]:
    return [name for name in ITS_OWN if is_file(folder / name)]


def folders(path: Path, source: bool) -> tuple[Path, Path]:
    """The folder of a crisis, and that of its tables.

    Parameters
    ----------
    path : Path
        The folder with ``input_csv``, the latter, or a folder of tables with another name.
    source : bool
        Whether the registrations are told to lie elsewhere.

    Raises
    ------
    ScenarioError
        One of its folders is a link that leads out of it, or tables are missing.
    """
    inner = path / INPUT
    if is_folder(inner):
        for name in (INPUT,) if source else (INPUT, SOURCE):
            if not lies_in(path / name, path):
                wrong, right = f"{name!r} leads out of the folder", "put the folder itself there"
                raise ScenarioError([Problem(str(path), wrong, right)])
        folder, tables = path, inner
    elif path.resolve().name == INPUT:
        folder, tables = path.resolve().parent, path
    else:
        folder, tables = path, path
    missing = [name for name in NEEDED if not (tables / name).is_symlink() and _lacks(tables, name)]
    if missing:
        raise ScenarioError([_incomplete(path, tables, missing)])
    return folder, tables


def _lacks(tables: Path, name: str) -> bool:
    try:
        return not (tables / name).exists()
    except OSError:  # it may be there: reading it tells
        return False


def _incomplete(path: Path, tables: Path, missing: list[str]) -> Problem:
    """What a folder is, and what it lacks to be run."""
    found = _found(tables)
    lacks = " and ".join(missing)
    if found or tables != path:
        has = f"with {', '.join(found)}" if found else "without tables"
        wrong = f"this is a folder for Flee {has}, and {lacks} {_is(missing)} missing"
        right = f"add {'it' if len(missing) == 1 else 'them'}"
    else:
        wrong = f"these are the registrations of a crisis for Flee ({SERIES}), without its tables"
        right = f"name the folder that holds {INPUT} and {SOURCE}"
    return Problem(str(path), wrong, right)


def _is(some: list[str]) -> str:
    return "is" if len(some) == 1 else "are"


def where_registered(folder: Path, tables: Path) -> Path:
    """Where registrations of a crisis are looked for: in its folder, or beside bare tables."""
    inside = folder / SOURCE
    if folder == tables and not is_folder(inside):
        return folder.resolve().parent / SOURCE
    return inside
