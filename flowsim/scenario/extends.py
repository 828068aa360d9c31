"""A variant laid over the scenario that it extends."""

from __future__ import annotations

from flowsim.scenario.flaws import Flaw, did_you_mean, listed
from flowsim.scenario.nodes import NAMED_BY, Loc, Node, labels, lookup


def merge(base: Node, over: Node, flaws: list[Flaw], loc: Loc = ()) -> Node:
    """What ``over`` makes of ``base``; both are left as they are.

    Mappings merge key by key; a null removes the key. A list replaces a list; a mapping changes
    the items of a list of named things by name, and its null removes an item. A number with its
    range (a mapping with ``value``) replaces the number as a whole.

    Parameters
    ----------
    base, over : Node
    flaws : list of Flaw
        Where names that no item has are added, by where they stand in ``over``.
    loc : tuple of str and int
        Where ``over`` stands.
    """
    if not isinstance(over.value, dict):
        return over
    if isinstance(base.value, dict) and "value" not in over.value:
        return _mappings(base, over, flaws, loc)
    if isinstance(base.value, list) and loc and str(loc[-1]) in NAMED_BY:
        return _by_name(base, over, flaws, loc)
    return over


def _mappings(base: Node, over: Node, flaws: list[Flaw], loc: Loc) -> Node:
    merged = Node(dict(base.value), over.at, {**base.keys, **over.keys})
    for key, node in over.value.items():
        if node.value is None:
            merged.value.pop(key, None)
        elif key in base.value:
            merged.value[key] = merge(base.value[key], node, flaws, (*loc, key))
        else:
            merged.value[key] = node
    return merged


def _by_name(base: Node, over: Node, flaws: list[Flaw], loc: Loc) -> Node:
    items: list[Node | None] = list(base.value)
    field = str(loc[-1])
    for name, node in over.value.items():
        found = lookup(field, base.value, name)
        if len(found) != 1:
            names = [str(label) for label in labels(field, base.value)]
            many = f"{len(found)} items go by the name {name!r}"
            wrong = many if found else f"there is no {name!r} in what this extends"
            right = f"name one of {listed(names)}{did_you_mean(name, names)}"
            flaws.append(Flaw((*loc, name), wrong, right, at_key=True))
        elif node.value is None:
            items[found[0]] = None
        else:
            old = base.value[found[0]]
            items[found[0]] = merge(old, node, flaws, (*loc, name))
    return Node([item for item in items if item is not None], base.at)
