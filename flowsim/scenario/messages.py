"""Pydantic's errors as plain sentences: what is wrong, and what would be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError

from flowsim.config import Section
from flowsim.errors import Problem
from flowsim.scenario.flaws import Flaw, did_you_mean, unknown_key
from flowsim.scenario.nodes import Loc, Paths
from flowsim.scenario.shape import bare, child, fields_of, named, section_told

Said = tuple[str, str]
_LONG = 60


def flaws_of(error: ValidationError, base: Loc, expected: Any) -> list[Flaw]:
    """The flaws that a failed validation found.

    Parameters
    ----------
    error : ValidationError
    base : tuple of str and int
        Where in the scenario the validated value stands.
    expected : type
        That it was validated against.
    """
    found: dict[tuple[Loc, bool], Flaw] = {}
    for item in error.errors(include_url=False):
        loc, parent, told = _walk(item["loc"], expected, item["type"])
        if item["type"] == "extra_forbidden":
            fields = fields_of(parent, told)
            flaw = Flaw((*base, *loc), *unknown_key(loc[-1], fields), at_key=True)
        else:
            wrong, right = _said(item, loc)
            at_key = bool(item["loc"]) and item["loc"][-1] == "[key]"
            flaw = Flaw((*base, *loc), wrong, right, at_key)
        found.setdefault((flaw.loc, flaw.at_key), flaw)  # a union tells once for each member
    return list(found.values())


def wrong_in_section(
    kind: type[Section], data: Mapping[str, Any], failed: ValidationError | None
) -> list[Problem]:
    """Everything that is wrong in fields that a section was to be made of in Python.

    Parameters
    ----------
    kind : type
    data : mapping
    failed : ValidationError, optional
        What pydantic found; true and false, which it takes for 1 and 0, are not numbers either.
    """
    flaws = [
        Flaw((name,), *no_number(value))
        for name, value in data.items()
        if isinstance(value, bool) and bare(child(kind, name)) in (int, float)
    ]
    flaws += flaws_of(failed, (), kind) if failed else []
    paths = Paths(data)
    wholes = ((f"{kind.__name__}.{paths(flaw.loc)}".rstrip("."), flaw) for flaw in flaws)
    return [Problem(path, flaw.wrong, flaw.right) for path, flaw in wholes]


def no_number(value: bool) -> Said:
    """What is said of true or false in the place of a number."""
    return f"{shown(value)} is not a number", "give a plain decimal, as 0.25"


def _walk(loc: Loc, expected: Any, kind: str) -> tuple[Loc, Any, str]:
    """The location without pydantic's tags, the type around it and the tag of that."""
    kept: list[str | int] = []
    parent, tag, inner, inner_tag = expected, "", expected, ""
    for part in loc:
        if isinstance(part, str) and not inner_tag and section_told(inner, part) is not None:
            inner_tag = part
            continue
        if part == "[key]":
            continue
        below = child(inner, part, inner_tag)
        if below is None and kind != "extra_forbidden" and not isinstance(part, int):
            continue  # the name that pydantic gives a member of a union
        kept.append(part)
        parent, tag = inner, inner_tag
        inner, inner_tag = (below if below is not None else bare(inner)), ""
    return tuple(kept), parent, tag


def _said(item: Mapping[str, Any], loc: Loc) -> Said:
    kind, context = item["type"], item.get("ctx") or {}
    if kind in _FIXED:
        wrong, right = _FIXED[kind]
        return wrong.format(value=shown(item["input"])), right
    if kind in _MADE:
        return _MADE[kind](item["input"], context, loc)
    wrong = f"{shown(item['input'])} does not fit"
    return wrong, str(item["msg"])[:1].lower() + str(item["msg"])[1:]


def shown(value: Any) -> str:
    """A value of a file as a message tells it.

    Examples
    --------
    >>> shown({"a": 1}), shown([1]), shown(None), shown("Osh"), shown(True)
    ('a mapping', 'a list', 'nothing', "'Osh'", 'true')
    """
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= _LONG else f"{text[: _LONG - 4]}...{text[-1]}"


_FIXED: Mapping[str, Said] = {
    "string_type": ("{value} is not text", "give a text; put a number in quotes to make it one"),
    "string_too_short": ("the text is empty", "give a name"),
    "int_parsing": ("{value} is not a whole number", "give plain digits, as 1500"),
    "int_parsing_size": ("{value} is too large a number", "give a smaller one"),
    "int_from_float": ("{value} is not a whole number", "give a whole number"),
    "int_type": ("{value} is not a whole number", "give plain digits, as 1500"),
    "float_parsing": ("{value} is not a number", "give a plain decimal, as 0.25"),
    "float_type": ("{value} is not a number", "give a plain decimal, as 0.25"),
    "finite_number": ("{value} is not a finite number", "give a plain decimal, as 0.25"),
    "bool_type": ("{value} is neither true nor false", "give true or false"),
    "tuple_type": ("{value} is not a list", "give a list, as [a, b]"),
    "dict_type": ("{value} is not a mapping", "give a mapping, as {a: 1}"),
    "model_type": ("{value} is not a mapping", "give a mapping with its keys"),
    "model_attributes_type": (
        "{value} is not a mapping",
        "give a mapping with its keys",
    ),
}


def _missing(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
    if loc and isinstance(loc[-1], int):
        items = "1 item" if len(value) == 1 else f"{len(value)} items"
        return f"the list has only {items}", "add what is missing, in a table with ; between"
    return f"{str(loc[-1] if loc else 'it')!r} is missing", "add it"


def _literal(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
    expected = str(context["expected"])
    return f"there is no {shown(value)}", f"give {expected}{_near(value, expected)}"


def _no_tag(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
    return "'type' is missing", "add its type, as `type: closed`"


def _wrong_tag(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
    tags = str(context["expected_tags"]).replace("'", "").split(", ")
    tag = str(context["tag"])
    return f"there is no type {tag!r}", f"give {named(tags)}{did_you_mean(tag, tags)}"


def _own(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
    wrong, _, right = str(context["error"]).partition("; ")
    return wrong, right or "give another value"


def _bound(sign: str, key: str) -> Callable[[Any, Mapping[str, Any], Loc], Said]:
    def say(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
        bound = context[key]
        plain = int(bound) if bound == int(bound) else bound
        return f"{value} is out of range", f"give a number {sign} {plain}"

    return say


def _length(value: Any, context: Mapping[str, Any], loc: Loc) -> Said:
    most = context.get("max_length")
    if isinstance(value, str):
        return f"the text has {len(value)} characters", f"give at most {most}"
    return f"the list has {context.get('actual_length')} items", f"give {most}"


def _near(value: Any, expected: str) -> str:
    return did_you_mean(
        value, [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    )


_MADE: Mapping[str, Callable[[Any, Mapping[str, Any], Loc], Said]] = {
    "missing": _missing,
    "literal_error": _literal,
    "union_tag_not_found": _no_tag,
    "union_tag_invalid": _wrong_tag,
    "value_error": _own,
    "greater_than": _bound("above", "gt"),
    "greater_than_equal": _bound("of at least", "ge"),
    "less_than": _bound("below", "lt"),
    "less_than_equal": _bound("of at most", "le"),
    "too_long": _length,
    "string_too_long": _length,
}
