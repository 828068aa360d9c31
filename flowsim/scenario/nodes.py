"""Plain data that knows where in which file it was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Loc = tuple[str | int, ...]
"""Where something stands in a scenario: keys of mappings and indices of lists, from the root."""

NAMED_BY: Mapping[str, tuple[str, ...]] = {
    "places": ("name",),
    "groups": ("name",),
    "forces": ("name",),
    "conditions": ("name",),
    "events": ("name",),
    "road_events": ("name",),
    "threats": ("name",),
    "drivers": ("name",),
    "borders": ("id",),
    "authorities": ("country", "name"),
    "reports": ("id",),
    "routes": ("crossing",),
    "policies": ("name",),
    "hazards": ("name", "type"),
    "back": ("name",),
    "linked": ("name",),
}
"""Lists whose items have a name, and the fields that hold it; paths give it in brackets."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A position: character in a line of YAML, cell in a line of a table; both from 1."""

    file: str = ""
    line: int = 0
    column: int = 0


_NO_KEYS: dict[str, Spot] = {}
"""Of all nodes that are not a mapping, to which nothing is added."""


@dataclass(slots=True)
class Node:
    """A value of a file.

    Attributes
    ----------
    value : scalar, list of Node or dict of str to Node
    at : Spot
        Where it is written.
    keys : dict of str to Spot
        Where the keys of a mapping are written; for a row of a table also those of empty cells.
    """

    value: Any
    at: Spot
    keys: dict[str, Spot] = field(default_factory=lambda: _NO_KEYS)

    def __post_init__(self) -> None:
        if self.keys is _NO_KEYS and isinstance(self.value, dict):
            self.keys = {}

    def get(self, key: str) -> Node | None:
        """The value of a key, or None where there is no such key or this is not a mapping."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def like(self, value: dict[str, Node] | list[Node]) -> Node:
        """The same with other nodes in it; itself, which saves memory, where none differs."""
        if isinstance(value, dict):
            same = all(value[key] is inner for key, inner in self.value.items())
        else:
            same = all(new is old for new, old in zip(value, self.value, strict=True))
        return self if same else Node(value, self.at, self.keys)

    def plain(self) -> Any:
        """The value without positions; keys whose value is null are left out."""
        if isinstance(self.value, dict):
            return {k: n.plain() for k, n in self.value.items() if n.value is not None}
        if isinstance(self.value, list):
            return [item.plain() for item in self.value]
        return self.value

    def spot(self, loc: Loc, at_key: bool = False) -> Spot:
        """Where the value at ``loc`` is written, or the nearest thing around it that is."""
        node = self
        for i, part in enumerate(loc):
            inner = node.value
            last = i == len(loc) - 1
            if isinstance(inner, dict) and str(part) in inner and not (last and at_key):
                node = inner[str(part)]
            elif isinstance(inner, list) and isinstance(part, int) and part < len(inner):
                node = inner[part]
            else:
                return node.keys.get(str(part), node.at)
        return node.at


def made_of(value: Any, at: Spot) -> Node:
    """Data of Python as nodes that all stand at one place; what is not plain data stays as it is.

    Examples
    --------
    >>> made_of({"share": {"North": 1.0}}, Spot("places", 1, 2)).get("share").plain()
    {'North': 1.0}
    """
    if isinstance(value, Mapping):
        inner = {str(key): made_of(item, at) for key, item in value.items()}
        return Node(inner, at, dict.fromkeys(inner, at))
    if isinstance(value, list | tuple):
        return Node([made_of(item, at) for item in value], at)
    return Node(value, at)


def labels(field_name: str, items: Sequence[Any]) -> list[str | int]:
    """How each item of a list is addressed: by a name that no other item has, else by its index."""
    chosen: list[str | int] = list(range(len(items)))
    for key in reversed(NAMED_BY.get(field_name, ())):
        names = [_named(item, key) for item in items]
        count: dict[str, int] = {}
        for name in names:
            count[name] = count.get(name, 0) + 1
        for i, name in enumerate(names):
            if name and count[name] == 1:
                chosen[i] = name
    return chosen


def lookup(field_name: str, items: Sequence[Any], name: str) -> list[int]:
    """Indices of the items of a list that go by a name; none go by an empty one."""
    return by_name(field_name, items).get(name, [])


def by_name(field_name: str, items: Sequence[Any]) -> dict[str, list[int]]:
    """Indices of the items of a list by each name that they go by.

    Routes go by their crossing and by their ends, as ``Osh - Dostuk``, with the mode in brackets
    behind where a road and a path join the same two.
    """
    found: dict[str, list[int]] = {}
    for i, item in enumerate(items):
        names = [_named(item, key) for key in NAMED_BY.get(field_name, ())]
        if field_name == "routes":
            ends = f"{_named(item, 'start')} - {_named(item, 'end')}"
            names += [ends, f"{ends} ({_named(item, 'mode') or 'road'})"]
        for name in dict.fromkeys(names):
            if name:
                found.setdefault(name, []).append(i)
    return found


class Paths:
    """Tells locations as text, as ``places[Osh].share.Uzbek``; remembers the names in each list.

    Parameters
    ----------
    root : Node or Section
        The scenario as a file or as an object.
    """

    def __init__(self, root: Any) -> None:
        self._root = root
        self._labels: dict[Loc, list[str | int]] = {}

    def __call__(self, loc: Loc) -> str:
        """The path of a location."""
        text, value = "", self._root
        for i, part in enumerate(loc):
            items = _inner(value)
            if isinstance(items, list | tuple) and isinstance(part, int):
                label: str | int = part
                if part < len(items):
                    label = self._of(loc[:i], items)[part]
                    value = items[part]
                text += f"[{label}]"
                continue
            text = join(text, str(part))
            value = _child(items, part)
        return text

    def _of(self, loc: Loc, items: Sequence[Any]) -> list[str | int]:
        if loc not in self._labels:
            self._labels[loc] = labels(str(loc[-1]) if loc else "", items)
        return self._labels[loc]


def join(path: str, key: str) -> str:
    """A path and one more key; a key that holds a dot or a bracket is put in brackets."""
    if not key or any(c in key for c in ".[]="):
        return f"{path}[{key}]"
    return f"{path}.{key}" if path else key


def _inner(value: Any) -> Any:
    return value.value if isinstance(value, Node) else value


def _child(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part, value.get(str(part)))
    return getattr(value, str(part), None)


def _named(item: Any, key: str) -> str:
    name = _inner(_child(_inner(item), key))
    return str(name) if isinstance(name, str | int) else ""
