"""A baseline: what a scenario gave when somebody last looked, as small text files beside it."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ConfigDict, TypeAdapter

from flowsim.arrays import Bools, Floats
from flowsim.check.measure import Measured
from flowsim.errors import Problem, ScenarioError
from flowsim.folders import whole_folder
from flowsim.scenario.files import TABLE_BYTES, YAML_BYTES, read_text
from flowsim.shown import as_csv, markdown, plain, uncell
from flowsim.study.files import checked, mapping

FOLDER = "baseline"
ABOUT, OUTCOMES, DAYS, HISTORY = "about.json", "outcomes.csv", "days.csv", "history.md"
FILES = (ABOUT, OUTCOMES, DAYS, HISTORY)
FORMAT = 1
DIGITS = 12
"""Of numbers that are not integers."""
KEYS = ["quantity", "where"]
LARGEST = 1e18
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_VALUE = re.compile(r"-?\d+(\.\d+)?(e[+-]?\d+)?", re.ASCII)


@dataclass(frozen=True)
class About:
    """Who made a baseline, of what, and why.

    Attributes
    ----------
    version, date, reason : str
        Of flowsim; ISO date; why it was made or made anew.
    scenario, code : str
        Digests of the scenario with what the check sets in it, and of flowsim's own code.
    asked : dict
        What the check asked for: seed, members, outcomes, set.
    environment : dict
        See `flowsim.check.measure.environment`.
    units : dict
        Of the outcomes.
    digests : tuple of str
        Of the whole result of each member of the exact level.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    version: str
    date: str
    reason: str
    scenario: str
    code: str
    asked: dict[str, Any]
    environment: dict[str, str]
    units: dict[str, str]
    digests: tuple[str, ...]


@dataclass(frozen=True)
class Baseline:
    """A baseline as it is on the disk: its `About`, and tables as `Measured` has them."""

    about: About
    outcomes: pd.DataFrame
    days: pd.DataFrame

    def __str__(self) -> str:
        about = self.about
        return f"the baseline of {about.date}, flowsim {about.version} ({about.reason})"


def write_baseline(folder: Path, about: About, measured: Measured, told: str) -> None:
    """Write a baseline into the folder of its scenario, whole or not at all.

    Parameters
    ----------
    folder : Path
        Of the scenario.
    about : About
    measured : Measured
    told : str
        What has moved, for the line that the history gets.

    Raises
    ------
    ScenarioError
        Something is in the way, see `check_place`.
    OSError
        It cannot be written; what was there stays as it was.
    """
    check_place(folder)
    target = folder / FOLDER
    with whole_folder(target, replace=True, ours=_is_ours) as made:
        text = json.dumps({"format": FORMAT, **asdict(about)}, indent=1, ensure_ascii=False)
        (made / ABOUT).write_text(f"{text}\n", encoding="utf-8")
        _write(made / OUTCOMES, measured.outcomes)
        _write(made / DAYS, measured.days)
        history = made / HISTORY
        if (target / HISTORY).is_file():
            shutil.copyfile(target / HISTORY, history)
        else:
            history.write_text("# What moved this scenario, and why\n\n", encoding="utf-8")
        with history.open("a", encoding="utf-8", newline="\n") as file:
            why = plain(about.reason)  # its author's own Markdown
            file.write(f"- {about.date}, flowsim {about.version}: {why}. {markdown(told)}\n")


def check_place(folder: Path) -> None:
    """Refuse to write a baseline through a link, or over what is none.

    Raises
    ------
    ScenarioError
        With everything that is in the way.
    """
    target = folder / FOLDER
    problems = []
    if os.path.lexists(target) and not target.is_symlink() and not target.is_dir():
        problems.append(Problem(str(target), "it is not a folder", "remove or rename it"))
    # What is behind a link is not looked at.
    for path in [target] if target.is_symlink() else [target / name for name in FILES]:
        if path.is_symlink():
            wrong = f"it is a link to {os.readlink(path)}, and flowsim does not write through links"
            problems.append(Problem(str(path), wrong, "put the folder or file itself there"))
        elif path.is_dir():
            problems.append(Problem(str(path), "it is a folder", "remove or rename it"))
    if problems:
        raise ScenarioError(problems)


def _is_ours(entry: Path) -> bool:
    return entry.name in FILES and not entry.is_dir()


def read_baseline(folder: Path) -> Baseline | None:
    """The baseline of a scenario; None where there is none.

    Raises
    ------
    ScenarioError
        A file of it is missing, damaged, or of a version that this one does not know.
    """
    kept = folder / FOLDER
    if not (kept / ABOUT).is_file():
        return None
    right = "restore it from your repository, or write it again with --update REASON"
    file = kept / ABOUT
    try:
        about = _about(read_text(file, YAML_BYTES))
        file = kept / OUTCOMES
        outcomes = _outcomes(file, about)
        file = kept / DAYS
        return Baseline(about, outcomes, _days(file))
    except ValueError as error:
        if isinstance(error, ScenarioError):
            raise
        wrong = f"this is not a baseline: {str(error).splitlines()[0]}"
        raise ScenarioError([Problem("", wrong, right, str(file), 1, 1)]) from None


def number(value: float) -> str:
    """A value as the tables have it: an integer as one, others with twelve digits, NaN empty.

    Examples
    --------
    >>> number(446.0), number(200818.25), number(float("nan"))
    ('446', '200818.25', '')
    """
    if np.isnan(value):
        return ""
    return str(int(value)) if float(value).is_integer() else f"{value:.{DIGITS}g}"


def same(before: Floats, after: Floats, tolerance: float) -> Bools:
    """Which values are what they were: integers exactly, others within a relative tolerance.

    Examples
    --------
    >>> before = np.array([3.0, 3.0, 0.5, np.nan])
    >>> same(before, np.array([3.0, 4.0, 0.5 + 1e-12, np.nan]), 1e-9).tolist()
    [True, False, True, True]
    """
    whole = (before == np.floor(before)) & (after == np.floor(after))
    near = np.isclose(after, before, rtol=tolerance, atol=0.0, equal_nan=True)
    return np.asarray(np.where(whole, before == after, near))


def differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Each entry that two environments do not share, told with both.

    Examples
    --------
    >>> differing({"numpy": "2.1", "cpu": "x86_64"}, {"numpy": "2.4", "cpu": "x86_64"})
    ['numpy 2.1 there, 2.4 here']
    """
    names = dict.fromkeys([*old, *new])
    return [
        f"{name} {old.get(name, 'unknown')} there, {new.get(name, 'unknown')} here"
        for name in names
        if old.get(name) != new.get(name)
    ]


def _write(path: Path, table: pd.DataFrame) -> None:
    texts = table.apply(lambda column: column.map(number))
    path.write_text(as_csv(texts, index=True) or "", encoding="utf-8", newline="\n")


def _about(text: str) -> About:
    told = mapping(text)
    if told.pop("format", None) != FORMAT:
        raise ValueError("it is of another version of flowsim")
    about = checked(TypeAdapter(About), json.dumps(told))
    if set(about.asked) != {"seed", "members", "outcomes", "set"}:
        raise ValueError("asked does not say seed, members, outcomes and set")
    named = about.asked["outcomes"]
    if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
        raise ValueError("asked.outcomes is not a list of texts")
    if about.asked["members"] != len(about.digests):
        raise ValueError("there is not one digest for each member of the exact level")
    return about


def _outcomes(path: Path, about: About) -> pd.DataFrame:
    table = _read(path, ["member"])
    if list(table.index) != [str(member) for member in range(1, len(table) + 1)]:
        raise ValueError("its members are not numbered from 1")
    if len(table) < len(about.digests):
        raise ValueError("it lacks members of the exact level")
    if set(table.columns) != set(about.asked["outcomes"]):
        raise ValueError(f"it has other outcomes than {ABOUT}")
    return table.set_index(pd.RangeIndex(1, len(table) + 1, name="member"))


def _days(path: Path) -> pd.DataFrame:
    table = _read(path, KEYS)
    if table.isna().any(axis=None):
        raise ValueError("a day has no value")
    odd = [name for name in table.columns if not _DAY.fullmatch(name)]
    if odd:
        raise ValueError(f"its column {odd[0]!r} is not a day")
    return table


def _read(path: Path, index: list[str]) -> pd.DataFrame:
    """A table of numbers below the texts of an index, of which each row is another."""
    text = read_text(path, TABLE_BYTES)
    if not text.endswith("\n"):
        raise ValueError("it is cut off")
    rows = csv.reader(io.StringIO(text), strict=True)
    try:
        read = [[uncell(text) for text in row] for row in rows if row]
    except (csv.Error, ValueError) as error:
        raise ValueError(f"it is not a table: {error}") from None
    head, *body = read or [[]]
    if head[: len(index)] != index or len(set(head)) < len(head):
        raise ValueError(f"its columns are not {', '.join(index)} and one for each number")
    for at, row in enumerate(body, 2):
        if len(row) != len(head):
            raise ValueError(f"row {at} has {len(row)} cells and the header {len(head)}")
    names = [tuple(row[: len(index)]) for row in body]
    if len(set(names)) < len(names):
        raise ValueError("a row is in it twice")
    numbers = [[_number(text) for text in row[len(index) :]] for row in body]
    columns = [pd.Index([name[i] for name in names], dtype=object) for i in range(len(index))]
    table = pd.DataFrame(numbers, columns=head[len(index) :], dtype=np.float64)
    return table.set_index(columns).rename_axis(index=index)


def _number(text: str) -> float:
    if not text:
        return math.nan
    value = float(text) if _VALUE.fullmatch(text) else math.inf
    if not abs(value) < LARGEST:
        raise ValueError(f"{text!r} is not a number below {LARGEST:g}")
    return value
