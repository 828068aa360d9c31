"""A scenario from its folder: files, tables, what it extends, ranges and all checks.

``scenario.yaml`` and the tables it names lie in one folder: a table is named relative to the YAML
file and never lies outside of its folder, links followed. ``extends`` names another YAML file or
a folder with a ``scenario.yaml``; it may be in the same folder, in the one above, or in a folder
beside it, but not further away than the folder that holds the scenario folders; or, where the
folder has nothing of that name, a scenario that comes with flowsim. The same holds for each file
of a chain, and for where a YAML file lies that is a link.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from flowsim.errors import Problem, ScenarioError, ScenarioWarning
from flowsim.scenario.build import Told, build, odd
from flowsim.scenario.draft import ROWS
from flowsim.scenario.extends import Lists, Replaced, merge, replacement
from flowsim.scenario.files import FILE as FILE
from flowsim.scenario.files import (
    YAML_BYTES,
    beside,
    is_file,
    is_folder,
    lies_in,
    read_text,
    within,
)
from flowsim.scenario.flaws import Flaw, did_you_mean, in_order, listed, tell
from flowsim.scenario.nodes import Node, Spot
from flowsim.scenario.read import parse
from flowsim.scenario.scenario import ReadFrom, Scenario
from flowsim.scenario.shipped import located, names, shipped_path
from flowsim.scenario.tables import read_table

CHAIN = 20
"""Longest chain of files that extend one another."""


def is_scenario(path: Path) -> bool:
    """Whether a path is for this reader: a YAML file, or a folder that has a ``scenario.yaml``."""
    return path.suffix in (".yaml", ".yml") or is_file(path / FILE)


class Whole(NamedTuple):
    """A scenario as it was read.

    Attributes
    ----------
    scenario : Scenario
    root : Node
        All of its files laid over one another.
    extends : Path or None
        The file that it extends.
    replaced : tuple of Replaced
        Lists that take the place of others, in it and in what it extends.
    """

    scenario: Scenario
    root: Node
    extends: Path | None
    replaced: tuple[Replaced, ...]


def read_scenario(path: str | os.PathLike[str], allow_code: bool = False) -> Scenario:
    """Read a scenario and check all of it.

    A list in a variant that drops items of what it extends, which could have been changed by name,
    is told as a `ScenarioWarning`; so is a place that lies where it should only with latitude and
    longitude swapped.

    Parameters
    ----------
    path : str or path
        A folder with a ``scenario.yaml``, or a YAML file.
    allow_code : bool
        Whether to import the code that it names; without it such code is an error.

    Raises
    ------
    ScenarioError
        With every problem in all of its files.
    """
    whole = read_whole(path, allow_code)
    for told in _odd(whole):
        warnings.warn(told, ScenarioWarning, stacklevel=3)
    return whole.scenario


def _odd(whole: Whole) -> Iterator[str]:
    """What its author may not have meant."""
    yield from (str(replaced) for replaced in whole.replaced if replaced.dropped)
    yield from odd(whole.scenario, whole.root)


def read_whole(path: str | os.PathLike[str], allow_code: bool = False) -> Whole:
    """A scenario with where all of it is written; see `read_scenario`."""
    start = Path(path)
    file = _file_of(start)
    if not _is_there(file):
        raise ScenarioError([_absent(start, file)])
    if not lies_in(file, file.parent.resolve().parent):
        wrong, right = "this is a link that leads too far away", "put the file itself here"
        raise _error("", wrong, right, Spot(str(file), 1, 1))
    reader = _Reader()
    try:
        root = reader.read(file)
    except ScenarioError as error:
        problems = [*reader.told.problems, *error.problems]
        raise ScenarioError(in_order(problems, reader.told.files)) from None
    scenario, problems = build(root, reader.told, allow_code)
    if scenario is None or problems:
        raise ScenarioError(in_order(problems, reader.told.files))
    scenario._read_from = ReadFrom(reader.folders)
    return Whole(scenario, root, reader.extends, tuple(reader.replaced))


def where_written(
    path: str | os.PathLike[str], flaws: Iterable[Flaw], scenario: Scenario
) -> list[Problem]:
    """What is odd in a scenario, with its place in the file that it was read from.

    Without a place where it was made in Python (an empty path) or read from another format.
    """
    odd, given = list(flaws), located(path, telling=False)
    if not odd or not str(path) or not is_scenario(given):
        return tell(odd, scenario)
    return tell(odd, _Reader().read(_file_of(given)))


def _file_of(start: Path) -> Path:
    return start if start.suffix in (".yaml", ".yml") and not is_folder(start) else start / FILE


def _named(folder: Path, name: str, named: Spot, told: str) -> Path:
    """A YAML file or a folder, not further away than the folder above."""
    return within(folder, name, named, told, levels_up=1)


def _is_there(file: Path) -> bool:
    """Whether there is something, be it no plain file or one that may not be read."""
    try:
        return file.exists()
    except PermissionError:
        return True
    except OSError:
        return False


def _absent(given: Path, file: Path) -> Problem:
    is_name = given.name == str(given)
    near = did_you_mean(given.name, [*beside(given), *names()])
    if is_folder(given):
        tables = [f"{loc[-1]}.csv" for loc in ROWS if is_file(given / f"{loc[-1]}.csv")]
        if tables:
            wrong = f"this folder has tables of a scenario ({', '.join(tables)}) and no {FILE}"
            return Problem(str(given), wrong, f"add a {FILE} that names them")
        return Problem(str(given), f"there is no {FILE} in this folder", "name a scenario's folder")
    right = "name a scenario's folder or YAML file"
    if is_file(given):
        return Problem(str(given), "this is not a YAML file", right)
    wrong = "there is no such file or folder"
    if is_name and not near:
        right += f", or one that comes with flowsim, as {listed(names())}"
    return Problem(str(given), wrong, right + near)


class _Reader:
    """Reads a file, its tables and what it extends, and gathers what is wrong."""

    def __init__(self) -> None:
        self.told = Told()
        self.extends: Path | None = None
        """What the first file extends."""
        self.replaced: list[Replaced] = []
        self._chain: dict[Path, Path] = {}

    @property
    def folders(self) -> tuple[Path, ...]:
        """Those of the files read, the first first."""
        return tuple(dict.fromkeys(file.parent for file in self._chain.values()))

    def read(self, file: Path, named: Spot | None = None) -> Node:
        """The nodes of a YAML file laid over those of what it extends."""
        real = file.resolve()
        if real in self._chain or len(self._chain) == CHAIN:
            circle = " > ".join(map(str, (*self._chain.values(), file)))
            wrong = (
                f"it extends itself: {circle}" if real in self._chain else "the chain is too long"
            )
            raise _error("extends", wrong, "extend a scenario that extends no other", named)
        self._chain[real] = file
        self.told.files.append(str(file))
        root = parse(read_text(file, YAML_BYTES, named, "extends" if named else ""), str(file))
        if not isinstance(root.value, dict):
            wrong, right = "this is not a scenario", "give the keys of a scenario, as `name: ...`"
            raise _error("", wrong, right, root.at)
        self._tables(root, file.parent)
        base = root.value.pop("extends", None)
        if base is None or base.value is None:
            return root
        below = self._base(base, file.parent)
        flaws: list[Flaw] = []
        lists: Lists = []
        merged = merge(below, root, flaws, replaced=lists)
        self.replaced += [replacement(*told) for told in lists]
        damaged = self.told.damaged
        lost = [f for f in flaws if f.at_key and f.loc[:-1] in damaged]  # maybe a lost row
        self.told.problems += tell([flaw for flaw in flaws if flaw not in lost], root)
        return merged

    def _base(self, base: Node, folder: Path) -> Node:
        if not isinstance(base.value, str):
            right = "give the folder or YAML file that this extends"
            raise _error("extends", "this is not a path", right, base.at)
        shipped = shipped_path(base.value, folder)
        if shipped is not None:
            target = shipped / FILE if is_folder(shipped) else shipped
        else:
            target = _named(folder, base.value, base.at, "extends")
            if is_folder(target):
                target = _named(target, FILE, base.at, "extends")
        self.extends = self.extends or target
        return self.read(target, base.at)

    def _tables(self, root: Node, folder: Path) -> None:
        """Put the rows of each table in the place of its file name."""
        for loc, section in ROWS.items():
            around: Node | None = root
            for part in loc[:-1]:
                around = around.get(str(part)) if around else None
            key = str(loc[-1])
            node = around.get(key) if around else None
            if around is None or node is None or not isinstance(node.value, str):
                continue
            told = ".".join(map(str, loc))
            try:
                path = within(folder, node.value, node.at, told)
                self.told.files.append(str(path))
                table = read_table(path, section, node.at, told)
            except ScenarioError as error:
                self.told.problems += error.problems
                around.value[key] = Node("", node.at)
                self.told.damaged[loc] = None
                continue
            around.value[key] = self.told.rows(loc, table)


def _error(path: str, wrong: str, right: str, at: Spot | None) -> ScenarioError:
    spot = at or Spot()
    return ScenarioError([Problem(path, wrong, right, spot.file, spot.line, spot.column)])
