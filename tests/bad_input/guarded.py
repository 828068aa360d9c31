"""Loading under guard: what must hold whatever the files say.

Only a `ScenarioError` comes out, or a Scenario with at most `ScenarioWarning`. Its problems say
what is wrong and what would be right on one line each, at a position that is in the file. Nothing
is written or started, and no file is read but those of the scenario.
"""

from __future__ import annotations

import csv
import os
import stat
import warnings
from functools import lru_cache
from pathlib import Path

import flowsim as fs
import flowsim.flee.reader.folder
from flowsim.errors import Problem
from flowsim.readers import load
from flowsim.scenario.files import is_file, is_folder
from flowsim.scenario.scenario import Scenario
from tests.bad_input.watch import watched

LARGE = 10_000_000
"""Bytes of a file whose positions are not looked at."""

Loaded = tuple[Scenario | None, tuple[Problem, ...]]


def load_guarded(path: Path, strict_flee: bool = False, above: bool = True) -> Loaded:
    """Load a path and hold all that must hold.

    Parameters
    ----------
    path : Path
        A folder, or a YAML file.
    strict_flee : bool
    above : bool
        Whether the folder above may be read too, where ``extends`` or Flee's settings may lie.

    Returns
    -------
    Scenario or None
    tuple of Problem
        Why it was refused; empty where there is a Scenario.
    """
    folder = path if is_folder(path) else path.parent
    top = Path(os.path.realpath(folder))
    top = top.parent if above else top
    before = snapshot(top)
    scenario, problems = None, ()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with watched(top):
            try:
                scenario = load(path, strict_flee=strict_flee)
            except fs.ScenarioError as error:
                problems = error.problems
                text = str(error)
    assert snapshot(top) == before, "loading changed the folder"
    odd = [warning for warning in told if warning.category is not fs.ScenarioWarning]
    assert not odd, f"a warning that is none of the library: {odd[0]}"
    for warning in told:
        check_line(str(warning.message))
    if scenario is None:
        assert problems, "a ScenarioError without a problem"
        assert len(text.splitlines()) == len(problems), "a problem that takes several lines"
        for problem in problems:
            check_problem(problem)
    return scenario, problems


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Names, kinds and bytes of all that is below a folder; links are not followed."""
    found: dict[str, tuple[int, bytes]] = {}
    for parent, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(parent) / name
            kind = stat.S_IFMT(path.lstat().st_mode)
            content = b""
            if stat.S_ISLNK(kind):
                content = os.fsencode(path.readlink())
            elif stat.S_ISREG(kind):
                content = path.read_bytes()
            found[str(path)] = (kind, content)
    return found


def check_problem(problem: Problem) -> None:
    """A problem is told on one line, with both sides, at a position that is in its file."""
    check_line(str(problem))
    assert problem.wrong.strip(), "what is wrong is not said"
    assert problem.right.strip(), f"what would be right is not said: {problem}"
    if not problem.file:
        assert problem.path, f"it is not said where: {problem}"
        return
    assert problem.line >= 1, f"a line below 1: {problem}"
    assert problem.column >= 1, f"a column below 1: {problem}"
    file = Path(problem.file)
    if not is_file(file):
        assert (problem.line, problem.column) == (1, 1), f"a position in no file: {problem}"
        return
    lines, cells = _shape(file, file.stat().st_mtime_ns)
    if not lines:
        return
    assert problem.line <= len(lines), f"a line after the last, {len(lines)}: {problem}"
    most = max(lines[problem.line - 1], cells) + 1
    assert problem.column <= most, f"a column after the last, {most}: {problem}"


def check_line(text: str) -> None:
    """It prints on one line, and does nothing else to a terminal."""
    odd = [character for character in text if not character.isprintable()]
    assert not odd, f"{odd[0]!r} in a message: {text!r}"


@lru_cache(maxsize=8)
def _shape(file: Path, changed: int) -> tuple[list[int], int]:
    """Characters of each line, and cells of a table; nothing for a file that is too large."""
    raw = file.read_bytes() if file.stat().st_size < LARGE else b""
    raw = raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = raw.decode("utf-8", "replace").split("\n") if raw else []
    return [len(line) for line in lines], _cells(lines) if file.suffix == ".csv" else 0


def _cells(lines: list[str]) -> int:
    """Cells of the longest row, as far as the table can be read."""
    most = 0
    try:
        for row in csv.reader(lines):
            most = max(most, len(row))
    except csv.Error:
        most = max(most, max(line.count(",") + 1 for line in lines))
    return most
