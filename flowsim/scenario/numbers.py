"""Numbers written with their range and source, lifted out of a scenario's data."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, get_args

from pydantic import ValidationError

from flowsim.scenario.flaws import Flaw, unknown_key
from flowsim.scenario.leaves import keys_of, leaf, zone_of
from flowsim.scenario.messages import flaws_of, no_number, shown
from flowsim.scenario.nodes import Loc, Node, Paths
from flowsim.scenario.scenario import Distribution
from flowsim.scenario.shape import adapter, bare, child, is_leaf

PARTS = ("value", "low", "high", "distribution", "source", "note")
DISTRIBUTIONS: tuple[str, ...] = get_args(Distribution)


def lift(root: Node, expected: Any, flaws: list[Flaw]) -> tuple[Node, list[dict[str, Any]]]:
    """A scenario's nodes with plain numbers and local times, and the ranges that stood there.

    Parameters
    ----------
    root : Node
    expected : type
        What the root is.
    flaws : list of Flaw
        Where ranges that make no sense are added.

    Returns
    -------
    Node
    list of dict
        Fields of a `flowsim.scenario.scenario.Number` each.
    """
    told = root.get("timezone")
    lifter = _Lifter(Paths(root), flaws, zone_of(told.value if told else "UTC"))
    return lifter.walk(root, expected, ()), lifter.numbers


def number(
    data: dict[str, Any], expected: Any, loc: Loc, path: str, zone: tzinfo | None = None
) -> tuple[dict[str, Any], list[Flaw]]:
    """The fields of a Number from a mapping ``{value, low, high, ...}``, and what is wrong in it.

    Parameters
    ----------
    data : dict
    expected : type
        What a value there must be.
    loc : tuple of str and int
    path : str
        The location as text.
    zone : tzinfo, optional
        Of the scenario, for times with an offset.
    """
    flaws = [_unknown(key, loc) for key in data if key not in PARTS]
    ends: dict[str, Any] = {}
    fields: dict[str, Any] = {"path": path}
    for part in ("value", "low", "high"):
        if data.get(part) is None:
            continue
        found: list[Flaw] = []
        value = leaf(data[part], expected, (*loc, part), zone, found)
        fields[part] = value if isinstance(value, int | float) else str(value)
        if found:
            flaws += found if part != "value" else []  # the value itself is told with the field
            continue
        try:
            ends[part] = adapter(expected).validate_python(value)
        except ValidationError as error:
            if part != "value":
                flaws += flaws_of(error, (*loc, part), expected)
    if "value" not in fields:
        wrong, right = "a range without a value", "add the value that a single run takes"
        flaws.append(Flaw(loc, wrong, right))
    flaws += _disorder(ends, data, loc)
    for part in ("source", "note"):
        if part in data:
            fields[part] = str(data[part])
    if "distribution" in data:
        fields["distribution"] = data["distribution"]
        if data["distribution"] not in DISTRIBUTIONS:
            wrong = f"there is no distribution {shown(data['distribution'])}"
            right = f"give {', '.join(map(repr, DISTRIBUTIONS))}"
            flaws.append(Flaw((*loc, "distribution"), wrong, right))
    return fields, flaws


class _Lifter:
    def __init__(self, paths: Paths, flaws: list[Flaw], zone: tzinfo | None) -> None:
        self.paths, self.flaws, self.zone = paths, flaws, zone
        self.numbers: list[dict[str, Any]] = []

    def walk(self, node: Node, expected: Any, loc: Loc) -> Node:
        """The node with every number in it plain; ``node`` itself is left as it is."""
        if isinstance(node.value, list):
            told = None
            items = [self._below(n, expected, told, i, loc) for i, n in enumerate(node.value)]
            return node.like(items)
        if not isinstance(node.value, dict):
            return self._plain(node, expected, loc)
        if expected is not None and is_leaf(expected) and set(PARTS[:3]) & set(node.value):
            return self._number(node, expected, loc)
        kind = node.get("type")
        told = kind.value if kind else None
        self.flaws += keys_of(node.value, expected, loc)
        inner = {k: self._below(n, expected, told, k, loc) for k, n in node.value.items()}
        return node.like(inner)

    def _below(self, node: Node, expected: Any, told: object, key: str | int, loc: Loc) -> Node:
        inner = None if expected is None else child(expected, key, told)
        return self.walk(node, inner, (*loc, key))

    def _number(self, node: Node, expected: Any, loc: Loc) -> Node:
        fields, flaws = number(node.plain(), expected, loc, self.paths(loc), self.zone)
        self.flaws += flaws
        value = node.get("value")
        if value is None or value.value is None:
            return Node(None, node.at)
        if not flaws:
            self.numbers.append(fields)
        return self._plain(value, expected, loc)

    def _plain(self, node: Node, expected: Any, loc: Loc) -> Node:
        """The node with the number or time that its text means.

        True and false are not numbers, though they can be counted with.
        """
        if isinstance(node.value, bool) and bare(expected) in (int, float):
            self.flaws.append(Flaw(loc, *no_number(node.value)))
        value = leaf(node.value, expected, loc, self.zone, self.flaws)
        return node if value is node.value else Node(value, node.at)


def _unknown(key: str, loc: Loc) -> Flaw:
    return Flaw((*loc, key), *unknown_key(key, PARTS), at_key=True)


def _disorder(ends: dict[str, Any], told: dict[str, Any], loc: Loc) -> list[Flaw]:
    flaws: list[Flaw] = []
    for lesser, greater in (("low", "value"), ("value", "high"), ("low", "high")):
        if lesser in ends and greater in ends and ends[lesser] > ends[greater]:
            if (lesser, greater) == ("low", "high") and flaws:
                continue
            at = greater if greater == "high" else lesser
            wrong = f"{lesser} {told[lesser]} is above {greater} {told[greater]}"
            flaws.append(Flaw((*loc, at), wrong, "give low <= value <= high"))
    return flaws
