"""Tables as others save them: CSV of any mark between cells, JSON, GeoJSON, or a data frame.

A byte order mark, a line ``sep=;`` and title lines above the header are passed over; a row of HXL
tags below it is kept as such. All cells are texts, with the line in which they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.files import MEGABYTE, read_table_text, read_text
from flowsim.scenario.flaws import listed
from flowsim.scenario.frames import records_of
from flowsim.scenario.tables import records

MARKS = (",", ";", "\t", "|")
MOST_BYTES = 500 * MEGABYTE
"""Of a file: years of a country in ACLED, or the roads of one."""
TITLE_LINES = 10
"""Lines above a header in which there may be a title."""


@dataclass
class Sheet:
    """A table of texts.

    Attributes
    ----------
    file : str
    header : list of str
        Names of the columns, as written.
    rows : list of (int, list of str)
        The line of each row and its cells.
    line : int
        Of the header.
    tags : list of str
        HXL tags of the columns; empty where there are none.
    problems : list of Problem
        Rows that are too short or too long.
    """

    file: str
    header: list[str]
    rows: list[tuple[int, list[str]]]
    line: int = 1
    tags: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def find(self, *names: str) -> int | None:
        """The column of one of some names, the first that is there; those of HXL begin with #.

        Examples
        --------
        >>> sheet = Sheet("a.csv", ["Event Date", "x"], [], tags=["#date+reported", ""])
        >>> sheet.find("day", "event_date"), sheet.find("#date"), sheet.find("y")
        (0, 0, None)
        """
        keys = [key_of(name) for name in self.header]
        for name in names:
            if name.startswith("#"):
                found = next((i for i, tag in enumerate(self.tags) if _has_tag(tag, name)), None)
            else:
                found = keys.index(key_of(name)) if key_of(name) in keys else None
            if found is not None:
                return found
        return None

    def need(self, what: str, *names: str) -> int:
        """The same; ScenarioError where there is none."""
        found = self.find(*names)
        if found is None:
            wrong = f"there is no column for {what}"
            right = f"name one {listed([n for n in names if n[0] != '#'], 8)}"
            had = f"; it has {listed(self.header, 12)}"
            raise ScenarioError([Problem("", wrong + had, right, self.file, self.line, 1)])
        return found


def read_sheet(source: Any, known: Sequence[str]) -> Sheet:
    """Read a table.

    Parameters
    ----------
    source : path or DataFrame
        A file of CSV, JSON or GeoJSON.
    known : sequence of str
        Names of columns by which the header is known from titles above it.

    Raises
    ------
    ScenarioError
        It cannot be read.
    """
    if hasattr(source, "columns"):
        header, found = records_of(source)
        rows = [(line, ["" if c == "" else str(c) for c in cells]) for line, cells in found]
        return _tagged(Sheet("frame", header, rows, 0))
    path = Path(source)
    if path.suffix.lower() in (".json", ".geojson"):
        return from_records(read_json(path), str(path))
    return _tagged(_of_csv(read_table_text(path, most_bytes=MOST_BYTES), str(path), known))


def read_json(path: Path) -> Any:
    """What a file of JSON holds."""
    text = read_text(path, MOST_BYTES, longest_line=MOST_BYTES)
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        wrong, right = "this is nested too deeply", "give a plain table"
        raise ScenarioError([Problem("", wrong, right, str(path), 1, 1)]) from None
    except json.JSONDecodeError as error:
        wrong, right = f"this is not JSON: {error.msg}", "save the file anew"
        problem = Problem("", wrong, right, str(path), error.lineno, error.colno)
        raise ScenarioError([problem]) from None
    except ValueError as error:
        problem = Problem("", str(error), "leave it out or give null", str(path), 1, 1)
        raise ScenarioError([problem]) from None


def from_records(data: Any, file: str) -> Sheet:
    """A table from JSON: a list of objects, also within ``data``, ``result`` or ``timeseries``.

    Examples
    --------
    >>> portal = {"data": {"timeseries": [{"data_date": "2010-06-12", "individuals": 6000}]}}
    >>> from_records(portal, "a.json").rows
    [(1, ['2010-06-12', '6000'])]
    """
    check_degrees(data, file)
    inner = data
    while isinstance(inner, dict):
        keys = ("features", "timeseries", "data", "result", "results", "rows")
        inner = next((inner[key] for key in keys if key in inner), None)
    if not isinstance(inner, list) or not all(isinstance(row, dict) for row in inner):
        wrong, right = "this holds no list of objects", "give a list of rows, or GeoJSON"
        raise ScenarioError([Problem("", wrong, right, file, 1, 1)])
    rows = [_properties(row) for row in inner]
    header = list(dict.fromkeys(str(key) for row in rows for key in row))
    return Sheet(
        file, header, [(i, [_text(r.get(k)) for k in header]) for i, r in enumerate(rows, 1)], 0
    )


def check_degrees(data: Any, file: str) -> None:
    """Refuse GeoJSON of the kind that may have other coordinates than degrees (before 2016)."""
    crs = data.get("crs") if isinstance(data, dict) else None
    named = str((crs.get("properties") or {}).get("name", "")) if isinstance(crs, dict) else ""
    if named and not named.endswith(("CRS84", "4326")):
        wrong = f"coordinates are in {named!r}"
        raise ScenarioError([Problem("crs", wrong, "save it in degrees (WGS 84)", file, 1, 1)])


def key_of(name: str) -> str:
    """A column's name as it is compared: small letters and digits.

    Examples
    --------
    >>> key_of("EVENT_DATE"), key_of("Événement (nom)")
    ('eventdate', 'événementnom')
    """
    return "".join(c for c in name.casefold() if c.isalnum())


def _properties(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The properties of a feature of GeoJSON, with latitude and longitude where it is a point."""
    if row.get("type") != "Feature":
        return row
    found = dict(row.get("properties") or {})
    shape = row.get("geometry") or {}
    at = shape.get("coordinates") if isinstance(shape, dict) else None
    found["geometry type"] = shape.get("type") if isinstance(shape, dict) else None
    if found["geometry type"] == "Point" and isinstance(at, list) and len(at) >= 2:
        found["geometry longitude"], found["geometry latitude"] = at[0], at[1]
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return value.strip() if isinstance(value, str) else str(value)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number of JSON")


def _of_csv(text: str, file: str, known: Sequence[str]) -> Sheet:
    first, _, rest = text.partition("\n")
    skipped = bool(re.fullmatch(r"sep=.", first.strip(), re.IGNORECASE))
    body = "\n" + rest if skipped else text
    between = first.strip()[4:] if skipped else _mark(body)
    found = list(records(body, file, between, comments=False))
    if not found:
        wrong, right = "the table is empty", "give a header row with the names of its columns"
        raise ScenarioError([Problem("", wrong, right, file, 1, 1)])
    at = _header_at(found, known)
    line, cells = found[at]
    sheet = Sheet(file, [cell.strip() for cell in cells], [], line)
    for line, cells in found[at + 1 :]:
        if any(cells[len(sheet.header) :]) or len(cells) < len(sheet.header):
            wrong = f"this row has {len(cells)} cells and the header {len(sheet.header)}"
            right = "give one cell a column; put a text that holds the mark in quotes"
            sheet.problems.append(Problem("", wrong, right, file, line, 1))
            continue
        sheet.rows.append((line, [cell.strip() for cell in cells[: len(sheet.header)]]))
    return sheet


def _mark(text: str) -> str:
    """The mark between cells: that which the first lines have most of, outside of quotes."""
    lines = [re.sub(r'"[^"]*"', "", line) for line in text.split("\n")[: TITLE_LINES + 5]]
    return max(MARKS, key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _header_at(found: Sequence[tuple[int, list[str]]], known: Sequence[str]) -> int:
    """The first row with names that are known, or with tags; else the first of all."""
    keys = {key_of(name) for name in known if name[0] != "#"}
    for i, (_, cells) in enumerate(found[:TITLE_LINES]):
        names = sum(key_of(cell) in keys for cell in cells)
        if names >= min(2, len(cells)) or _are_tags(cells):
            return i
    return 0


def _are_tags(cells: Sequence[str]) -> bool:
    told = [cell for cell in cells if cell.strip()]
    tags = sum(cell.strip().startswith("#") for cell in told)
    return bool(told) and 2 * tags > len(told)


def _tagged(sheet: Sheet) -> Sheet:
    """A table whose first row, or whose header, is one of HXL tags."""
    if _are_tags(sheet.header):
        sheet.tags = list(sheet.header)
    elif sheet.rows and _are_tags(sheet.rows[0][1]):
        sheet.tags = sheet.rows.pop(0)[1]
    return sheet


def _has_tag(tag: str, wanted: str) -> bool:
    """Whether a tag is the wanted one and has at least its attributes."""
    told, asked = (re.split(r"\s*\+\s*", text.strip().casefold()) for text in (tag, wanted))
    return told[0] == asked[0] and set(asked[1:]) <= set(told[1:])


def each(sheet: Sheet, column: int | None) -> Iterator[tuple[int, str]]:
    """Lines and cells of a column; empty cells where there is no such column."""
    return ((line, "" if column is None else cells[column]) for line, cells in sheet.rows)
