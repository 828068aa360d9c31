"""What the schema expects at a place of a scenario."""

from __future__ import annotations

import types
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator, ConfigDict, TypeAdapter

from flowsim.config import Section


@lru_cache(maxsize=1024)
def bare(expected: Any) -> Any:
    """A type without its annotations and without ``| None``.

    Examples
    --------
    >>> bare(Annotated[float, "positive"] | None)
    <class 'float'>
    """
    while get_origin(expected) is Annotated:
        expected = get_args(expected)[0]
    if get_origin(expected) in (Union, types.UnionType):
        some = [part for part in get_args(expected) if part is not type(None)]
        if len(some) == 1:
            return bare(some[0])
    return expected


_READ_AS: dict[int, tuple[Any, Any]] = {}
"""What texts are read as, by the identity of a type, kept with it: types are slow to hash."""


def read_as(expected: Any) -> Any:
    """What a text there stands for: int, float, datetime, or None for what is read otherwise.

    Examples
    --------
    >>> from flowsim.config import Duration, Instant, Share
    >>> read_as(Share), read_as(int | None), read_as(Duration | None), read_as(str)
    (<class 'float'>, <class 'int'>, None, None)
    >>> read_as(Instant)
    <class 'datetime.datetime'>
    """
    known = _READ_AS.get(id(expected))
    if known is None:
        known = _READ_AS[id(expected)] = (expected, _stands_for(expected))
    return known[1]


def _stands_for(expected: Any) -> Any:
    kind = bare(expected)
    if kind is datetime:
        return kind
    return kind if kind in (int, float) and not _has_own_way(expected) else None


def _has_own_way(expected: Any) -> bool:
    """Whether a quantity has a way of writing of its own, as a duration has, or nothing."""
    inner = get_args(expected)
    if get_origin(expected) is Annotated:
        return any(isinstance(m, BeforeValidator) for m in inner[1:]) or _has_own_way(inner[0])
    return any(_has_own_way(part) for part in inner)


def is_section(expected: Any) -> bool:
    """Whether a type is a section, so that its fields are known."""
    return isinstance(expected, type) and issubclass(expected, Section)


def sections_of(expected: Any) -> dict[str, type[Section]]:
    """The sections of a union by their ``type``; empty for anything else."""
    expected = bare(expected)
    if get_origin(expected) not in (Union, types.UnionType):
        return {}
    members = [bare(part) for part in get_args(expected)]
    if not all(is_section(part) and "type" in part.model_fields for part in members):
        return {}
    return {str(part.model_fields["type"].default): part for part in members}


def section_told(expected: Any, type_told: object) -> type[Section] | None:
    """The section that a ``type`` means where one of several is expected; None where none is.

    An annotation with a method ``section`` may know more of them than the union itself.

    Examples
    --------
    >>> from flowsim.policy.stock import AnyPolicy
    >>> section_told(AnyPolicy, "quota"), section_told(AnyPolicy, "qouta")
    (<class 'flowsim.policy.gatekeeping.Quota'>, None)
    """
    if not isinstance(type_told, str):
        return None
    among = sections_of(expected)
    if type_told in among:
        return among[type_told]
    notes = get_args(expected)[1:] if get_origin(expected) is Annotated else ()
    further = (note.section(type_told) for note in notes if hasattr(note, "section"))
    return next((found for found in further if found is not None), None)


def is_leaf(expected: Any) -> bool:
    """Whether one number, time or text is expected."""
    kind = bare(expected)
    if get_origin(kind) is Literal or sections_of(kind) or is_section(kind):
        return False
    return kind is not None and kind is not Any and get_origin(kind) not in (tuple, dict, list)


def child(expected: Any, key: str | int, type_told: object = None) -> Any:
    """The type expected at a key or index, with its annotations; None where nothing is.

    Parameters
    ----------
    expected : type
    key : str or int
    type_told : object
        The ``type`` that a section of a union says it is.
    """
    expected = section_told(expected, type_told) or bare(expected)
    if is_section(expected):
        return _field(expected, str(key))
    arguments = get_args(expected)
    if get_origin(expected) is dict:
        return arguments[1]
    if get_origin(expected) is tuple and isinstance(key, int):
        if arguments[-1] is Ellipsis:
            return arguments[0]
        return arguments[key] if key < len(arguments) else None
    return None


@lru_cache(maxsize=1024)
def _field(section: type[Section], name: str) -> Any:
    field = section.model_fields.get(name)
    if field is None or not field.metadata:
        return None if field is None else field.annotation
    return Annotated[(field.annotation, *field.metadata)]


def fields_of(expected: Any, type_told: object = None) -> list[str]:
    """Names of the fields expected there; empty where no section is."""
    expected = section_told(expected, type_told) or bare(expected)
    return list(expected.model_fields) if is_section(expected) else []


@lru_cache(maxsize=1024)
def adapter(expected: Any) -> TypeAdapter[Any]:
    """What validates a value of a type by itself, as strictly as a section does."""
    if is_section(expected):
        return TypeAdapter(expected)
    return TypeAdapter(expected, config=ConfigDict(allow_inf_nan=False, str_strip_whitespace=True))


def named(words: Iterable[object]) -> str:
    """Words in quotes, the last after *or*.

    Examples
    --------
    >>> named(["road", "foot"])
    "'road' or 'foot'"
    """
    quoted = [repr(word) for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
