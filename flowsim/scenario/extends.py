"""A variant laid over the scenario that it extends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flowsim.errors import Problem
from flowsim.scenario.flaws import SUGGESTIONS, Flaw, did_you_mean, listed
from flowsim.scenario.messages import shown
from flowsim.scenario.nodes import NAMED_BY, Loc, Node, Spot, by_name, join, labels

ADD = "add"
OPAQUE = "arguments"
"""A mapping of this name is of the user's own, so that nothing in it has a meaning here."""
ADDED_TO: tuple[Loc, ...] = (("levels",), ("capacities",))
"""Lists whose items have no name, to which a variant can add."""
_UNNAMED = "number "
Lists = list[tuple[Loc, Node, Node]]
"""Locations, and what stood and now stands there."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """A list of sections that a list of a variant takes the place of.

    Attributes
    ----------
    path : str
    at : Spot
        Where the list of the variant is written.
    dropped : tuple of str
        Names of the items that are gone with it, and number and type of those without a name,
        where the author may not have meant that: they could have been changed one by one, and the
        list is neither empty nor another table.
    """

    path: str
    at: Spot
    dropped: tuple[str, ...]

    def __str__(self) -> str:
        """As a warning to the author of the variant."""
        wrong = f"this list takes the place of that in what it extends, without {self._listed()}"
        right = f"repeat what is to be kept, or give `{ADD}: [...]` to add to them"
        if not all(name.startswith(_UNNAMED) for name in self.dropped):
            right = (
                "to keep some, give a mapping: `NAME: {...}` changes one, `NAME: null` removes it, "
                f"`{ADD}: [...]` adds more"
            )
        told = Problem(self.path, wrong, right, self.at.file, self.at.line, self.at.column)
        return str(told)

    def _listed(self) -> str:
        return listed(self.dropped, 10)


def merge(
    base: Node,
    over: Node,
    flaws: list[Flaw],
    loc: Loc = (),
    replaced: Lists | None = None,
) -> Node:
    """What ``over`` makes of ``base``; both are left as they are.

    Mappings merge key by key; a null removes the key. A list replaces a list; a mapping changes
    the items of a list of named things by name, and its null removes an item. Its key ``add``
    holds a list of items that come after the others; levels and capacities have no name, and take
    ``add`` alone. A
    thing that is itself named "add" can therefore not be changed by name. A number with its range
    (a mapping with ``value``) replaces the number as a whole.

    Parameters
    ----------
    base, over : Node
    flaws : list of Flaw
        Where names that no item has, and what cannot be added, are told, by where they stand in
        ``over``.
    loc : tuple of str and int
        Where ``over`` stands.
    replaced : list, optional
        Where lists of mappings that replace another are told: location, the old and the new one.

    Examples
    --------
    >>> from flowsim.scenario.read import parse
    >>> base = parse("places: [{name: Osh, burnt: 0.1}, {name: Uzgen}]", "")
    >>> over = parse("places: {Osh: {burnt: 0.2}, Uzgen: null, add: [{name: Naryn}]}", "")
    >>> merge(base, over, []).plain()
    {'places': [{'name': 'Osh', 'burnt': 0.2}, {'name': 'Naryn'}]}
    """
    if not isinstance(over.value, dict):
        if replaced is not None and _replaces(base, over) and OPAQUE not in loc:
            replaced.append((loc, base, over))
        return over
    is_range = "value" in over.value and OPAQUE not in loc
    if isinstance(base.value, dict) and not is_range:
        return _mappings(base, over, flaws, loc, replaced)
    if isinstance(base.value, list) and _has_items(loc):
        return _items(base, over, flaws, loc, replaced)
    return over


def _replaces(base: Node, over: Node) -> bool:
    lists = isinstance(base.value, list) and isinstance(over.value, list)
    return lists and any(isinstance(item.value, dict) for item in base.value)


def replacement(loc: Loc, base: Node, over: Node) -> Replaced:
    """What is told of a list that replaced another.

    Parameters
    ----------
    loc : tuple of str and int
        Where it stands in the variant.
    base, over : Node
        The old list and the new.

    Examples
    --------
    >>> from flowsim.scenario.read import parse
    >>> base, over = (parse(text, "") for text in ("[{name: a}, {name: b}]", "[{name: b}]"))
    >>> told = replacement(("borders", "A-B", "policies"), base, over)
    >>> told.path, told.dropped
    ('borders[A-B].policies', ('a',))
    """
    field, path = str(loc[-1]), ""
    for around, part in zip(("", *loc), loc, strict=False):
        path = f"{path}[{part}]" if around in NAMED_BY else join(path, str(part))
    is_table = over.at.file and Path(over.at.file).suffix not in (".yaml", ".yml")
    may_change = _has_items(loc) and over.value and not is_table
    dropped = tuple(_gone(field, base, over)) if may_change else ()
    return Replaced(path, over.at, dropped)


def _gone(field: str, base: Node, over: Node) -> Iterator[str]:
    """Items of a list that another has no more, and those of lists in what it has by name."""
    kept = by_name(field, over.value)
    told = {_text(item) for item in over.value}
    for label, item in zip(labels(field, base.value), base.value, strict=True):
        if isinstance(label, int):
            if _text(item) not in told:
                yield _without_name(item, label)
        elif label not in kept:
            yield label
        else:
            other = over.value[kept[label][0]]
            yield from (f"{name} of {label}" for name in _gone_below(item, other))


def _gone_below(base: Node, over: Node) -> Iterator[str]:
    for key, inner in base.value.items() if isinstance(base.value, dict) else ():
        if key in NAMED_BY and isinstance(inner.value, list):
            other = over.get(key)
            is_list = other is not None and isinstance(other.value, list)
            yield from _gone(key, inner, other if other and is_list else Node([], over.at))


def _text(item: Node) -> str:
    return json.dumps(item.plain(), sort_keys=True, default=str)


def _without_name(item: Node, index: int) -> str:
    kind = item.get("type")
    return f"{_UNNAMED}{index + 1} ({kind.value})" if kind else f"{_UNNAMED}{index + 1}"


def _has_items(loc: Loc) -> bool:
    """Whether items of the list there can be changed or added one by one."""
    named = bool(loc) and str(loc[-1]) in NAMED_BY
    return (named or loc in ADDED_TO) and OPAQUE not in loc


def _mappings(base: Node, over: Node, flaws: list[Flaw], loc: Loc, replaced: Lists | None) -> Node:
    merged = Node(dict(base.value), over.at, {**base.keys, **over.keys})
    for key, node in over.value.items():
        if node.value is None:
            merged.value.pop(key, None)
        else:
            below: Loc = (*loc, key)
            old = base.get(key)
            if old is None or old.value is None:
                old = _empty(node, below)
            merged.value[key] = merge(old, node, flaws, below, replaced)
    return merged


def _empty(over: Node, loc: Loc) -> Node:
    """What stands where the base has nothing, so that things can be added to it."""
    return Node([] if over.get(ADD) and _has_items(loc) else {}, over.at)


def _items(base: Node, over: Node, flaws: list[Flaw], loc: Loc, replaced: Lists | None) -> Node:
    items: list[Node | None] = list(base.value)
    field = str(loc[-1])
    added: list[Node] = []
    indices, told = by_name(field, base.value), _NotOne(field, base)
    for name, node in over.value.items():
        below: Loc = (*loc, name)
        if name == ADD:
            added = _added(node, flaws, below)
            continue
        found = indices.get(name, [])
        if len(found) != 1:
            flaws.append(told.flaw(len(found), below))
        elif node.value is None:
            items[found[0]] = None
        else:
            items[found[0]] = merge(base.value[found[0]], node, flaws, below, replaced)
    return Node([*(item for item in items if item is not None), *added], base.at)


def _added(node: Node, flaws: list[Flaw], loc: Loc) -> list[Node]:
    if isinstance(node.value, list):
        return node.value
    wrong = f"{shown(node.value)} is not a list"
    flaws.append(Flaw(loc, wrong, "give a list of what to add, as [a, b]"))
    return []


class _NotOne:
    """Tells of names by which no item of a list goes, or several."""

    def __init__(self, field: str, base: Node) -> None:
        self._field, self._base, self._count = field, base, 0

    @cached_property
    def _names(self) -> list[str]:
        names = labels(self._field, self._base.value)
        told = [name for name in names if isinstance(name, str)]
        if self._field == "routes" and not told:
            return list(by_name(self._field, self._base.value))  # by their ends
        return told

    @cached_property
    def _listed(self) -> str:
        return listed(self._names)

    def flaw(self, found: int, loc: Loc) -> Flaw:
        """What is wrong with a name that so many items have."""
        name, self._count = str(loc[-1]), self._count + 1
        if self._base.value and not self._names and not found:
            right = f"give the whole list, or `{ADD}: [...]` to add to it"
            return Flaw(loc, "these have no name", right, at_key=True)
        many = f"{found} items are named {name!r}"
        wrong = many if found else f"there is no {name!r} in what this extends"
        near = did_you_mean(name, self._names) if self._count <= SUGGESTIONS else ""
        right = f"name one of {self._listed}{near}, or give `{ADD}: [...]` for a new one"
        if not found:
            right += "; `NAME: null` removes one"
        add = f"give `{ADD}: [...]` to add it"
        return Flaw(loc, wrong, right if self._names else add, at_key=True)
