"""Edits of a folder in parts: a value of a file, a key, a row, a column, or the bytes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st
from ruamel.yaml import YAML

from flowsim.scenario.read import parse
from tests.bad_input.folders import Parts
from tests.fuzz.blob import FILE, LOADED, Part

Draw = Callable[[st.SearchStrategy[Any]], Any]
Path = tuple[str | int, ...]
MARK = "XXMARKXX"
"""Stands for a value until the text of the file is made, so that any text can be put there."""


def is_yaml(part: Part) -> bool:
    """Whether a part is a file of YAML."""
    return part.kind == FILE and part.name.endswith((b".yaml", b".yml"))


def is_table(part: Part) -> bool:
    """Whether a part is a table that has a row."""
    return part.kind == FILE and part.name.endswith(b".csv") and part.body.count(b"\n") > 0


def pick(draw: Draw, parts: Parts, of: Callable[[Part], bool]) -> int:
    """The number of a part that is chosen; not all have one."""
    return draw(st.sampled_from([i for i, part in enumerate(parts) if of(part)]))


def replaced(parts: Parts, i: int, body: str | bytes) -> Parts:
    """The folder with other bytes in a file."""
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    return (*parts[:i], parts[i]._replace(body=raw), *parts[i + 1 :])


def set_value(draw: Draw, parts: Parts, text: str, key: str | None = None) -> Parts | None:
    """The folder with a text in the place of a value, as it is and without quotes.

    Parameters
    ----------
    draw : callable
    parts : tuple of Part
    text : str
    key : str, optional
        Of the value, or the name of its column; any where it is not given.

    Returns
    -------
    tuple of Part or None
        None where no file has such a value.
    """
    places = []
    for i, part in enumerate(parts):
        if is_yaml(part):
            data = load(part)
            places += [(i, p) for p in leaves(data) if key is None or key in p]
        elif is_table(part):
            rows = list(csv.reader(io.StringIO(part.body.decode())))
            places += [
                (i, (r, c))
                for r in range(1, len(rows))
                for c in range(len(rows[r]))
                if key is None or rows[0][min(c, len(rows[0]) - 1)] == key
            ]
    if not places:
        return None
    i, path = draw(st.sampled_from(places))
    if is_yaml(parts[i]):
        data = load(parts[i])
        put(data, path, MARK)
        return replaced(parts, i, dump(data).replace(MARK, text))
    rows = list(csv.reader(io.StringIO(parts[i].body.decode())))
    rows[path[0]][path[1]] = text
    return replaced(parts, i, table(rows))


def load(part: Part) -> Any:
    """The plain data of a file of YAML, times as they are written."""
    return parse(part.body.decode(), "").plain()


def dump(data: Any) -> str:
    """Plain data as YAML."""
    yaml, made = YAML(typ="safe", pure=True), io.StringIO()
    yaml.width = 10_000
    yaml.dump(data, made)
    return made.getvalue()


def table(rows: list[list[str]]) -> str:
    """Rows as a table."""
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()


def leaves(data: Any, path: Path = ()) -> Iterator[Path]:
    """Where the values are that hold no others."""
    if isinstance(data, dict | list) and data:
        for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from leaves(inner, (*path, key))
    elif path:
        yield path


def holders(data: Any, path: Path = ()) -> Iterator[Path]:
    """Where the mappings and lists are that hold something."""
    if isinstance(data, dict | list) and data:
        yield path
        for key, inner in data.items() if isinstance(data, dict) else enumerate(data):
            yield from holders(inner, (*path, key))


def at(data: Any, path: Path) -> Any:
    """What stands there."""
    for key in path:
        data = data[key]
    return data


def put(data: Any, path: Path, value: Any) -> None:
    """Set what stands there."""
    at(data, path[:-1])[path[-1]] = value


def files(parts: Parts) -> list[int]:
    """Numbers of the files in the folder that is loaded."""
    mine = LOADED.encode() + b"/"
    return [i for i, p in enumerate(parts) if p.kind == FILE and p.name.startswith(mine)]
