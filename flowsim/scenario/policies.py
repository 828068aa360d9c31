"""Policies wherever they stand in a scenario, and those that a file must not hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowsim.config import Section
from flowsim.policy.base import Policy
from flowsim.policy.stock import BY_TYPE, EXAMPLE
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.nodes import Loc, Node

_FUNCTION = ("a file cannot hold a function", "give it in a script, with add_policies")
_CODE = (
    "code of a scenario file is not run unless you allow it",
    "pass --allow-code, or allow_code=True to flowsim.load, if you trust this file",
)


def held(section: Section, *fields: str) -> Iterator[tuple[Loc, Policy]]:
    """The policies in a section, those in other policies too, and where they stand in it.

    Parameters
    ----------
    section : Section
    *fields : str
        Where to look; all of its fields where none is given.

    Examples
    --------
    >>> from flowsim.policy import Open, Scheduled
    >>> [(loc, policy.type) for loc, policy in held(Scheduled(policies=[Open()]))]
    [(('policies', 0), 'open')]
    """
    for field in fields or type(section).model_fields:
        value = getattr(section, field)
        inner = enumerate(value) if isinstance(value, tuple) else [(None, value)]
        for i, item in inner:
            if not isinstance(item, Section):
                continue
            loc: Loc = (field,) if i is None else (field, i)
            if isinstance(item, Policy):
                yield loc, item
            yield from (((*loc, *below), policy) for below, policy in held(item))


def without_own(root: Node, allow_code: bool) -> tuple[Node, list[Flaw]]:
    """A scenario's nodes with an open border for each policy that a file must not hold.

    Those are functions, and code unless it is allowed. As such a policy is never made, nothing
    that it names is imported.

    Parameters
    ----------
    root : Node
    allow_code : bool
    """
    refused = {told: _FUNCTION for told, kind in BY_TYPE.items() if not kind.in_file}
    if not allow_code:
        refused |= {told: _CODE for told, kind in BY_TYPE.items() if kind.runs_code}
    flaws: list[Flaw] = []
    return _without(root, (), refused, flaws), flaws


def _without(
    node: Node, loc: Loc, refused: Mapping[str, tuple[str, str]], flaws: list[Flaw]
) -> Node:
    if isinstance(node.value, list):
        items = [_without(item, (*loc, i), refused, flaws) for i, item in enumerate(node.value)]
        return node.like(items)
    if not isinstance(node.value, dict):
        return node
    kind = node.get("type")
    told = kind.value if kind and isinstance(kind.value, str) else ""
    if kind and told in refused:
        flaws.append(Flaw((*loc, "type"), *refused[told]))
        kept = {key: inner for key, inner in node.value.items() if key in Policy.model_fields}
        return Node({**kept, "type": Node(EXAMPLE.kind, kind.at)}, node.at, node.keys)
    if _is_code(told):
        return node  # its arguments are of the user's own
    inner = {k: _without(below, (*loc, k), refused, flaws) for k, below in node.value.items()}
    return node.like(inner)


def _is_code(told: Any) -> bool:
    return isinstance(told, str) and told in BY_TYPE and BY_TYPE[told].runs_code


def has_code(value: Any) -> bool:
    """Whether plain data holds a policy that is code.

    Examples
    --------
    >>> has_code([{"type": "scheduled", "policies": [{"type": "code"}]}]), has_code("code")
    (True, False)
    """
    if isinstance(value, Mapping):
        return _is_code(value.get("type")) or any(has_code(inner) for inner in value.values())
    return isinstance(value, list | tuple) and any(has_code(item) for item in value)
