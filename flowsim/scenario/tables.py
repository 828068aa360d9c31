"""CSV tables as nodes: one mapping a row, with the position of every cell.

UTF-8, a header row with the fields of a section, ``#`` lines skipped. A dotted column is a key of
a mapping (``share.Uzbek``); ``X.low``, ``X.high``, ``X.source`` beside a column ``X`` give the
range of its numbers. An empty cell leaves the field out. A list of names is written in one cell
with ``;`` between. A column without a name, as spreadsheets leave them, is left out where all of
its cells are empty. A quote before a text that a spreadsheet would compute (``'=Osh``) is not part
of it. A position is line and number of the cell, both from 1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin

from flowsim.config import Section
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.files import read_table_text
from flowsim.scenario.flaws import MOST_TOLD, did_you_mean, listed
from flowsim.scenario.messages import shown
from flowsim.scenario.nodes import Node, Spot, made_of
from flowsim.scenario.shape import bare, is_leaf, is_section
from flowsim.shown import uncell

_RANGE = ("low", "high", "source", "note", "distribution")


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is used.

    Attributes
    ----------
    cell : int
        Number of its cell, from 0.
    keys : tuple of str
        What it stands for in a row.
    part : str
        What of a number's range it is; empty for the value itself.
    many : bool
        Whether a cell is a list.
    """

    cell: int
    keys: tuple[str, ...]
    part: str = ""
    many: bool = False


class Table(NamedTuple):
    """A table that was read.

    Attributes
    ----------
    rows : Node
        A list of mappings.
    problems : list of Problem
        What is wrong with its header and the lengths of its rows.
    missing : set of str
        Columns that it lacks.
    """

    rows: Node
    problems: list[Problem]
    missing: set[str]


Record = tuple[int, Sequence[Any]]
"""The line of a row and its cells: texts or, from Python, values."""


def read_table(path: Path, section: type[Section], named: Spot, told: str) -> Table:
    """Read the rows of a table.

    Parameters
    ----------
    path : Path
    section : type
        What a row is.
    named : Spot
        Where the table is named.
    told : str
        Path in the scenario of what names it.

    Raises
    ------
    ScenarioError
        It cannot be read at all.
    """
    found = records(read_table_text(path, named, told), str(path))
    first = next(found, None)
    if first is None:
        wrong, right = "the table is empty", "give a header row with the names of its columns"
        raise ScenarioError([Problem(told, wrong, right, str(path), 1, 1)])
    return rows_of(first, found, section, str(path))


def rows_of(
    first: tuple[int, Sequence[str]], others: Iterable[Record], section: type[Section], file: str
) -> Table:
    """The rows of a table as nodes.

    Parameters
    ----------
    first : tuple of int and sequence of str
        Line and cells of its header.
    others : iterable of (int, sequence)
        The same of its rows.
    section : type
        What a row is.
    file : str
        What positions are told with.
    """
    line, header = first
    problems: list[Problem] = []
    names = [name.strip() for name in header]
    at_header = Spot(file, line, 1)
    columns = _columns(names, section, at_header, problems)
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        return Table(Node([], Spot(file, 1, 1)), problems, set())
    given = {column.keys[0] for column in columns}
    missing = {n for n, f in section.model_fields.items() if f.is_required() and n not in given}
    for name in sorted(missing):
        wrong = f"the column {name!r} is missing"
        problems.append(Problem("", wrong, "add it", file, line, 1))
    rows, uneven = [], 0
    bare = [cell for cell, name in enumerate(names) if not name]
    for line, cells in others:
        if len(cells) != len(header):
            uneven += 1
            if uneven > MOST_TOLD:
                continue
            wrong = f"this row has {len(cells)} cells and the header {len(header)}"
            right = "give one cell a column; put a text that holds a comma in quotes"
            cell = min(len(cells), len(header)) + 1
            problems.append(Problem("", wrong, right, file, line, cell))
            continue
        for cell in [cell for cell in bare if _text(cells[cell])]:
            bare.remove(cell)
            wrong = f"a column has no name, and holds {shown(_text(cells[cell]))} in line {line}"
            right = "name it or remove it"
            problems.append(Problem("", wrong, right, file, at_header.line, cell + 1))
        rows.append(_row(cells, columns, section, Spot(file, line, 1)))
    if uneven > MOST_TOLD:
        wrong, right = f"{uneven} rows are too short or too long", "look at the marks between cells"
        problems.append(Problem("", wrong, right, file, at_header.line, 1))
    return Table(Node(rows, Spot(file, 1, 1)), problems, missing)


def _text(cell: Any) -> Any:
    """A cell without the blanks around it; what is not a text as it is."""
    return cell.strip() if isinstance(cell, str) else cell


def records(
    text: str, file: str, between: str = ",", comments: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Records of a text that are not blank, with the line in which each begins.

    Parameters
    ----------
    text : str
    file : str
        What positions are told with.
    between : str
        The mark between cells.
    comments : bool
        Whether lines that begin with ``#`` are left out.
    """
    lines = iter(text.split("\n"))
    at, begun, fresh = 0, 0, True

    def feed() -> Iterator[str]:
        nonlocal at, begun, fresh
        for line in lines:
            at += 1
            is_comment = comments and line.lstrip().startswith("#")
            if fresh and (is_comment or not line.strip()):
                continue
            if fresh:
                begun, fresh = at, False
            yield line + "\n"

    reader = csv.reader(feed(), delimiter=between, strict=True)
    while True:
        fresh = True
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            wrong = f"this row cannot be read: {error}"
            right = 'close each quote, and write a quote in a quoted text as ""'
            raise ScenarioError([Problem("", wrong, right, file, begun, 1)]) from None
        if any(cell.strip() for cell in cells):
            yield begun, cells


def _columns(
    header: list[str], section: type[Section], at: Spot, problems: list[Problem]
) -> list[Column]:
    columns: list[Column] = []
    seen: dict[str, int] = {}
    fields = list(section.model_fields)

    def problem(cell: int, wrong: str, right: str) -> None:
        problems.append(Problem("", wrong, right, at.file, at.line, cell + 1))

    given = set(header)
    for cell, name in enumerate(header):
        keys = tuple(name.split("."))
        stem, _, end = name.rpartition(".")
        is_part = stem in given and end in _RANGE and bool(stem)
        around = _around(keys[:-1] if is_part else keys, given)
        if not name:
            continue
        if name in seen:
            wrong = f"the column {name!r} appears twice, first as cell {seen[name] + 1}"
            problem(cell, wrong, "keep one of them")
        elif around:
            wrong = f"the column {name!r} is given beside {around!r}, which is all of it"
            problem(cell, wrong, "keep one of them")
        elif is_part:
            columns.append(Column(cell, tuple(stem.split(".")), end))
        elif keys[0] not in fields or (len(keys) > 1 and is_leaf(_type(section, keys[0]))):
            problem(cell, f"there is no column {name!r}", _known(name, fields, len(header)))
        else:
            many = get_origin(bare(_type(section, *keys))) is tuple
            columns.append(Column(cell, keys, many=many))
        seen.setdefault(name, cell)
    return columns


def _around(keys: tuple[str, ...], given: set[str]) -> str:
    """A column that holds what others hold a key of; empty where there is none."""
    above = (".".join(keys[:i]) for i in range(1, len(keys)))
    return next((name for name in above if name in given), "")


def _known(name: str, fields: list[str], width: int) -> str:
    if width == 1 and any(mark in name for mark in ";\t"):
        return "put commas between the columns"
    stem, dot, end = name.rpartition(".")
    near = did_you_mean(stem if dot and end in _RANGE else name, fields)
    return f"use one of {listed(fields, 20)}{near}"


def _row(cells: Sequence[Any], columns: list[Column], section: type[Section], at: Spot) -> Node:
    row = Node({}, at)
    for column in columns:
        spot = Spot(at.file, at.line, column.cell + 1)
        if not column.part:
            row.keys.setdefault(column.keys[0], spot)
        value = _text(cells[column.cell])
        if isinstance(value, str):
            value = uncell(value)
        if value != "":
            _put(row, column, value, spot)
    for name, node in row.value.items():
        is_mapping = isinstance(node.value, dict)
        if is_mapping and get_origin(bare(_type(section, name))) is tuple:
            node.value = list(node.value.values())  # columns such as orders.1.start
    return row


def _put(row: Node, column: Column, told: Any, spot: Spot) -> None:
    """Set a cell's value in its row; the parts of a range make a mapping of the number."""
    node = row
    for key in column.keys[:-1]:
        node.keys.setdefault(key, spot)
        node = node.value.setdefault(key, Node({}, spot))
    last = column.keys[-1]
    old = node.value.get(last)
    node.keys.setdefault(last, spot)
    if column.part:
        if old is None or not isinstance(old.value, dict):
            value = {} if old is None else {"value": old}
            old = node.value[last] = Node(value, old.at if old else spot)
        old.value[column.part] = Node(told, spot)
        old.keys[column.part] = spot
    elif old is not None:
        old.value["value"] = Node(told, spot)
    else:
        node.value[last] = _cell(told, spot, column.many)


def _cell(told: Any, spot: Spot, many: bool) -> Node:
    if many and isinstance(told, str):
        return Node([Node(part.strip(), spot) for part in told.split(";") if part.strip()], spot)
    return made_of(told, spot)


def _type(section: type[Section], *keys: str) -> Any:
    expected: Any = section
    for key in keys:
        expected = bare(expected)
        if get_origin(expected) in (dict, tuple):
            expected = get_args(expected)[1 if get_origin(expected) is dict else 0]
        else:
            field = expected.model_fields.get(key) if is_section(expected) else None
            expected = field.annotation if field else None
        if expected is None:
            return None
    return expected
