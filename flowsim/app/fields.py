"""Which fields of a policy a page shows, how each is entered, and what an entry means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from flowsim.config import Section, field_docs
from flowsim.policy.base import Policy
from flowsim.policy.names import CONDITIONS, Names
from flowsim.policy.opening import WHO
from flowsim.scenario.override import assignment
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shape import bare

Kind = Literal["time", "share", "number", "flag", "people", "crossings", "choice", "text", "yaml"]
"""How a field is entered: a time, a part of one, a number, yes or no, conditions on people,
crossings of the border, one of some words, a text, or anything else as YAML."""
TOLD_APART = ("type", "name", "source", "note")
"""Fields that a page does not offer: they change nothing in a run."""
LABELS = {"start": "From", "stop": "To", "exempt": "Exempt", "barred": "Barred"}
HINTS = {
    "start": "empty is always",
    "stop": "empty is for good",
    "crossings": "the crossings it binds; none ticked: all of the border",
}
Entered = str | bool | tuple[str, ...]
"""What a page hands over: texts of what is typed, names of what is ticked."""


class Field(NamedTuple):
    """A field of a policy.

    Attributes
    ----------
    name : str
    kind : str
    label : str
        Its name in words, and what it means.
    choices : tuple of str
        Of a choice.
    """

    name: str
    kind: Kind
    label: str
    choices: tuple[str, ...] = ()


@cache
def fields_of(kind: type[Policy]) -> tuple[Field, ...]:
    """The fields of a kind of policy that a page offers, as they stand in it.

    Examples
    --------
    >>> from flowsim.policy import Closed
    >>> [(field.name, field.kind) for field in fields_of(Closed)][:4]
    [('start', 'time'), ('stop', 'time'), ('crossings', 'crossings'), ('exempt', 'people')]
    >>> fields_of(Closed)[4].label
    'Leak: chance that an attempt gets through the fence'
    """
    return tuple(_fields(kind))


def _fields(kind: type[Policy]) -> Iterator[Field]:
    docs = field_docs(kind)
    for name, info in kind.model_fields.items():
        if name in TOLD_APART:
            continue
        expected: Any = Annotated[(info.annotation, *info.metadata, None)]
        told = HINTS.get(name) or _first_sentence(docs.get(name, ""))
        label = LABELS.get(name, name.replace("_", " ").capitalize())
        how = _kind(name, expected)
        inner: Any = bare(expected)
        choices = get_args(inner) if how == "choice" else ()
        yield Field(name, how, f"{label}: {told}" if told else label, tuple(map(str, choices)))


def _first_sentence(text: str) -> str:
    sentence = " ".join(text.split()).partition(". ")[0].rstrip(".").replace("`", "")
    return sentence[:1].lower() + sentence[1:]


def _kind(name: str, expected: Any) -> Kind:
    named = set(names_in(expected))
    inner = bare(expected)
    if name == "priority":
        return "yaml"  # its order counts
    if named & {"person", "household"} or (not named and name in CONDITIONS):
        return "people"
    if named == {"crossing"} and get_origin(inner) is tuple:
        return "crossings"
    if get_origin(inner) is Literal:
        return "choice"
    if inner is datetime:
        return "time"
    if inner is bool:
        return "flag"
    if inner in (int, float):
        return "share" if _is_share(expected) else "number"
    return "text" if inner is str else "yaml"


def names_in(expected: Any) -> Iterator[str]:
    """What the values of a type are names of, but for those in sections."""
    if isinstance(expected, Names):
        yield expected.kind
    elif not (isinstance(expected, type) and issubclass(expected, Section)):
        for part in get_args(expected):
            yield from names_in(part)


def _is_share(expected: Any) -> bool:
    """Whether a number lies between 0 and 1."""
    notes = [note for part in (expected, *get_args(expected)) for note in _notes(part)]
    ends = {key: getattr(note, key) for note in notes for key in ("ge", "le")
            if getattr(note, key, None) is not None}  # fmt: skip
    return ends == {"ge": 0.0, "le": 1.0}


def _notes(expected: Any) -> Iterator[Any]:
    for note in get_args(expected)[1:] if get_origin(expected) is Annotated else ():
        yield note
        yield from getattr(note, "metadata", ())


def shown(field: Field, value: Any) -> Entered:
    """A value as the page has it: as it would be entered.

    Examples
    --------
    >>> shown(Field("stop", "time", ""), datetime(2010, 6, 12, 17))
    '2010-06-12T17:00'
    >>> shown(Field("per_day", "number", ""), 5000.0)
    '5000'
    """
    if field.kind == "flag":
        return bool(value)
    if field.kind in ("people", "crossings"):
        return tuple(value)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    return json.dumps(plain(value), ensure_ascii=False) if field.kind == "yaml" else str(value)


def plain(value: Any) -> Any:
    """Sections as plain data, of what they were given."""
    if isinstance(value, Section):
        told = {"type": value.kind} if isinstance(value, Policy) else {}
        given = [name for name in type(value).model_fields if name in value.model_fields_set]
        return told | {name: plain(getattr(value, name)) for name in given}
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, datetime) else value


def meant(field: Field, entered: Entered, path: str) -> Any:
    """What an entry means, to be set at a path of a scenario.

    Raises
    ------
    ScenarioError
        It is not YAML.

    Examples
    --------
    >>> meant(Field("leak", "share", ""), "0.25", "leak")
    0.25
    """
    if field.kind in ("flag", "people", "crossings"):
        return list(entered) if isinstance(entered, tuple) else entered
    text = str(entered).strip()
    if field.kind in ("time", "text", "choice"):
        return text or None
    return assignment(f"{path}={text}")[1]


def conditions(scenario: Scenario, standing: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Conditions on people that a page offers: single words, groups, and those that stand there.

    Examples
    --------
    >>> import flowsim as fs
    >>> conditions(fs.teaching_world(), ("men+kin_across",))[-3:]
    ('group:North', 'group:South', 'men+kin_across')
    """
    groups = [f"group:{group.name}" for group in scenario.groups]
    nations = [f"nationality:{g.nationality}" for g in scenario.groups if g.nationality]
    return tuple(dict.fromkeys((*WHO, *groups, *nations, *standing)))
