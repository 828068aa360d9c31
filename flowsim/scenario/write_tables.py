"""Lists of a scenario as CSV tables, in the way that `flowsim.scenario.tables` reads them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowsim.shown import cell as safe

PARTS = ("low", "high", "distribution", "source", "note")
"""What the columns beside a number tell of its range."""

Rows = Sequence[Mapping[str, Any]]


class Ranged(dict[str, Any]):
    """A number with its range, and its rank among all those of the scenario."""

    def __init__(self, told: Mapping[str, Any], rank: int) -> None:
        super().__init__(told)
        self.rank = rank


def is_tabular(rows: Rows) -> bool:
    """Whether the names in the rows can be parts of a column's name, or of a list in a cell.

    Examples
    --------
    >>> is_tabular([{"share": {"North": 1.0}}]), is_tabular([{"share": {"N. B.": 1.0}}])
    (True, False)
    >>> is_tabular([{"route": ["Here", "There"]}]), is_tabular([{"route": ["Here", "There; too"]}])
    (True, False)
    """
    names = {key for row in rows for value in row.values() for key in _keys(value)}
    inside = {str(v) for row in rows for value in row.values() for v in _items(value)}
    return all(name and name == name.strip() and "." not in name for name in names) and all(
        item and item == item.strip() and ";" not in item for item in inside
    )


def table(rows: Rows, fields: Iterable[str]) -> str:
    """The text of a table: a column for whatever any of its rows has.

    Parameters
    ----------
    rows : sequence of mapping
    fields : iterable of str
        Of a row's section, in the order that the columns take.

    Examples
    --------
    >>> rows = [{"name": "A", "share": {"N": 1.0}}, {"name": "B, or C"}]
    >>> print(table(rows, ["name", "region", "share"]), end="")
    name,share.N
    A,1
    "B, or C",
    """
    flat = [_flat(row) for row in rows]
    columns = _columns(flat, fields)
    header = [(stem, part) for stem in columns for part in ("", *_parts(flat, stem))]
    out = io.StringIO()
    plain = csv.writer(out, lineterminator="\n")
    quoting = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    plain.writerow([f"{stem}.{part}" if part else stem for stem, part in header])
    for row in flat:
        cells = [_cell(row.get(stem), part) for stem, part in header]
        # a plain row that begins with # would be a comment
        (quoting if cells[0].startswith("#") else plain).writerow(cells)
    return out.getvalue()


def in_order(data: Any) -> Any:
    """The same data with its ranges in the order of their ranks, as far as keys can be moved.

    Keys that hold ranges change places among themselves; all others stay where they are.

    Examples
    --------
    >>> in_order({"a": Ranged({"value": 1}, 1), "b": 2, "c": {"d": Ranged({"value": 3}, 0)}})
    {'c': {'d': {'value': 3}}, 'b': 2, 'a': {'value': 1}}
    """
    if isinstance(data, Ranged):
        return dict(data)
    if isinstance(data, list):
        return [in_order(item) for item in data]
    if isinstance(data, dict):
        ranks = {key: _first(value) for key, value in data.items()}
        return {key: in_order(data[key]) for key in _by_rank(list(data), ranks)}
    return data


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _keys(value: Any) -> Iterable[str]:
    return value if isinstance(value, dict) and not isinstance(value, Ranged) else ()


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """Values by column; a key of a mapping stands after a dot."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and not isinstance(value, Ranged):
            flat |= {f"{name}.{key}": inner for key, inner in value.items()}
        else:
            flat[name] = value
    return flat


def _columns(flat: Rows, fields: Iterable[str]) -> list[str]:
    seen = dict.fromkeys(name for row in flat for name in row)
    columns = [name for field in fields for name in seen if name.split(".")[0] == field]
    ranks = [
        {name: value.rank for name, value in row.items() if isinstance(value, Ranged)}
        for row in flat
    ]
    return _by_rank(columns, max(ranks, key=len))


def _parts(flat: Rows, column: str) -> list[str]:
    told = [row[column] for row in flat if isinstance(row.get(column), Ranged)]
    return [part for part in PARTS if any(part in ranged for ranged in told)]


def _cell(value: Any, part: str) -> str:
    if isinstance(value, Ranged):
        value = value.get(part or "value")
    elif part:
        value = None
    if isinstance(value, list):
        return safe(";".join(map(str, value)))
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return "" if value is None else safe(str(value))


def _first(value: Any) -> int | None:
    """The lowest rank in it."""
    if isinstance(value, Ranged):
        return value.rank
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return min((rank for rank in map(_first, inner) if rank is not None), default=None)


def _by_rank(keys: Sequence[str], ranks: Mapping[str, int | None]) -> list[str]:
    """Keys with a rank in its order, at the places that such keys have; the others stay."""
    known = {key: rank for key in keys if (rank := ranks.get(key)) is not None}
    moved = iter(sorted(known, key=known.__getitem__))
    return [next(moved) if key in known else key for key in keys]
