"""What a policy names, told by the types of its fields: crossings, places, routes, people."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from flowsim.config import Name, Section

Loc = tuple[str | int, ...]
Kind = Literal["crossing", "place", "place_anywhere", "route", "person", "household"]


@dataclass(frozen=True)
class Names:
    """An annotation of a type whose values are names: what it is that they name."""

    kind: Kind


CrossingName = Annotated[Name, Names("crossing")]
"""A crossing of the border."""
PlaceName = Annotated[Name, Names("place")]
"""A place of the country whose authority holds the policy."""
RouteEnds = Annotated[tuple[Name, Name], Names("route")]
"""A route inside a country, by the two places that it joins."""
Condition = Annotated[Name, Names("person")]
"""A condition on a person, see `flowsim.policy.WHO`."""
HouseholdCondition = Annotated[Name, Names("household")]
"""A condition on a household: its group, its nationality, or that it has kin across."""
Conditions = tuple[Condition, ...]
CONDITIONS = ("exempt", "barred", "priority", "stops")
"""Fields that hold conditions on people, as these parts of statements do, annotated or not."""


class Named(NamedTuple):
    """A name that stands in a policy, and what it is the name of.

    Attributes
    ----------
    loc : tuple of str and int
        Where it stands: field, and index or key.
    name : str or (str, str)
    kind : str
        ``crossing``, ``place`` (of the authority's own country), ``place_anywhere``, ``route``
        (two places), ``person`` or ``household`` (conditions).
    """

    loc: Loc
    name: Any
    kind: Kind


def named_in(section: Section) -> Iterator[Named]:
    """The names in the fields of a section, by the annotations of their types.

    Examples
    --------
    >>> from flowsim.policy import Checkpoint
    >>> for named in named_in(Checkpoint(routes=[("Osh", "Dostuk")], stops=["group:Uzbek"])):
    ...     print(*named)
    ('routes', 0) ('Osh', 'Dostuk') route
    ('stops', 0) group:Uzbek household
    """
    for field, expected in _naming_fields(type(section)):
        yield from _named(getattr(section, field), expected, (field,))


@lru_cache(maxsize=1024)
def _naming_fields(kind: type[Section]) -> tuple[tuple[str, Any], ...]:
    found = []
    for name, field in kind.model_fields.items():
        expected = _annotated(field)
        if name in CONDITIONS and not _names_something(expected):
            expected = Conditions
        if _names_something(expected):
            found.append((name, expected))
    return tuple(found)


def _annotated(field: FieldInfo) -> Any:
    """The type of a field with the annotations that pydantic took off it."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _is_plain(kind: type) -> bool:
    """Whether a section tells no names itself, as policies within a policy do."""
    return issubclass(kind, Section) and not hasattr(kind, "named")


def _names_something(expected: Any) -> bool:
    if isinstance(expected, type) and get_origin(expected) is None and _is_plain(expected):
        return any(_names_something(f) for _, f in _naming_fields(expected))
    return isinstance(expected, Names) or any(map(_names_something, get_args(expected)))


def _named(value: Any, expected: Any, loc: Loc) -> Iterator[Named]:
    if value is None:
        return
    if get_origin(expected) is Annotated:
        expected, *notes = get_args(expected)
        kind = next((note.kind for note in notes if isinstance(note, Names)), None)
        if kind is not None:
            yield Named(loc, value, kind)
            return
    if get_origin(expected) in (Union, types.UnionType):
        for part in get_args(expected):
            yield from _named(value, part, loc)
    elif isinstance(value, Section) and _is_plain(type(value)):
        yield from ((Named((*loc, *n.loc), n.name, n.kind)) for n in named_in(value))
    elif isinstance(value, Mapping) and get_origin(expected) is dict:
        of_key, of_value = get_args(expected)
        for key, inner in value.items():
            yield from _named(key, of_key, (*loc, key))
            yield from _named(inner, of_value, (*loc, key))
    elif isinstance(value, tuple) and get_origin(expected) is tuple:
        inside = get_args(expected)
        for i, inner in enumerate(value):
            part = inside[0] if inside[-1] is Ellipsis else inside[i]
            yield from _named(inner, part, (*loc, i))
