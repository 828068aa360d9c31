"""A variant laid over the scenario that it extends."""

from __future__ import annotations

from flowsim.scenario.draft import EVENTS
from flowsim.scenario.flaws import Flaw, did_you_mean, listed
from flowsim.scenario.nodes import NAMED_BY, Loc, Node, labels, lookup
from flowsim.scenario.wording import shown

ADD = "add"
OPAQUE = "arguments"
"""A mapping of this name is of the user's own, so that nothing in it has a meaning here."""


def merge(base: Node, over: Node, flaws: list[Flaw], loc: Loc = ()) -> Node:
    """What ``over`` makes of ``base``; both are left as they are.

    Mappings merge key by key; a null removes the key. A list replaces a list; a mapping changes
    the items of a list of named things by name, and its null removes an item. Its key ``add``
    holds a list of items that come after the others; the events of violence, which have no name,
    take ``add`` alone. A thing that is itself named "add" can therefore not be changed by name. A
    number with its range (a mapping with ``value``) replaces the number as a whole.

    Parameters
    ----------
    base, over : Node
    flaws : list of Flaw
        Where names that no item has, and what cannot be added, are told, by where they stand in
        ``over``.
    loc : tuple of str and int
        Where ``over`` stands.

    Examples
    --------
    >>> from flowsim.scenario.read import parse
    >>> base = parse("places: [{name: Osh, burnt: 0.1}, {name: Uzgen}]", "")
    >>> over = parse("places: {Osh: {burnt: 0.2}, Uzgen: null, add: [{name: Naryn}]}", "")
    >>> merge(base, over, []).plain()
    {'places': [{'name': 'Osh', 'burnt': 0.2}, {'name': 'Naryn'}]}
    """
    if not isinstance(over.value, dict):
        return over
    is_range = "value" in over.value and OPAQUE not in loc
    if isinstance(base.value, dict) and not is_range:
        return _mappings(base, over, flaws, loc)
    if isinstance(base.value, list) and _has_items(loc):
        return _items(base, over, flaws, loc)
    return over


def _has_items(loc: Loc) -> bool:
    """Whether items of the list there can be changed or added one by one."""
    named = bool(loc) and str(loc[-1]) in NAMED_BY
    return (named or loc == EVENTS) and OPAQUE not in loc


def _mappings(base: Node, over: Node, flaws: list[Flaw], loc: Loc) -> Node:
    merged = Node(dict(base.value), over.at, {**base.keys, **over.keys})
    for key, node in over.value.items():
        if node.value is None:
            merged.value.pop(key, None)
        else:
            below: Loc = (*loc, key)
            old = base.get(key)
            if old is None or old.value is None:
                old = _empty(node, below)
            merged.value[key] = merge(old, node, flaws, below)
    return merged


def _empty(over: Node, loc: Loc) -> Node:
    """What stands where the base has nothing, so that things can be added to it."""
    return Node([] if over.get(ADD) and _has_items(loc) else {}, over.at)


def _items(base: Node, over: Node, flaws: list[Flaw], loc: Loc) -> Node:
    items: list[Node | None] = list(base.value)
    field = str(loc[-1])
    added: list[Node] = []
    for name, node in over.value.items():
        below: Loc = (*loc, name)
        if name == ADD:
            added = _added(node, flaws, below)
            continue
        found = lookup(field, base.value, name)
        if len(found) != 1:
            flaws.append(_not_one(base, len(found), below))
        elif node.value is None:
            items[found[0]] = None
        else:
            items[found[0]] = merge(base.value[found[0]], node, flaws, below)
    return Node([*(item for item in items if item is not None), *added], base.at)


def _added(node: Node, flaws: list[Flaw], loc: Loc) -> list[Node]:
    if isinstance(node.value, list):
        return node.value
    wrong = f"{shown(node.value)} stands where a list belongs"
    flaws.append(Flaw(loc, wrong, "give a list of what to add, as [a, b]"))
    return []


def _not_one(base: Node, count: int, loc: Loc) -> Flaw:
    """A name by which no item goes, or several."""
    field, name = str(loc[-2]), str(loc[-1])
    names = [label for label in labels(field, base.value) if isinstance(label, str)]
    if base.value and not names and not count:
        right = f"give the whole list, or `{ADD}: [...]` to add to it"
        return Flaw(loc, "these have no name", right, at_key=True)
    many = f"{count} items go by the name {name!r}"
    wrong = many if count else f"there is no {name!r} in what this extends"
    right = f"name one of {listed(names)}{did_you_mean(name, names)}"
    return Flaw(loc, wrong, right if names else f"give `{ADD}: [...]` to add it", at_key=True)
