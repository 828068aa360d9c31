"""Each part of a scenario's data validated by itself, so that one mistake hides no other."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from pydantic import ValidationError

from flowsim.config import Section
from flowsim.errors import Problem
from flowsim.scenario.checks import flaws_across
from flowsim.scenario.draft import ROWS, Draft, Rows
from flowsim.scenario.flaws import Flaw, in_order, tell, unknown_key
from flowsim.scenario.leaves import settle
from flowsim.scenario.messages import flaws_of
from flowsim.scenario.nodes import NAMED_BY, Loc, Node
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.shape import adapter, child, fields_of
from flowsim.world.violence_config import Violence


def validate(root: Node, damaged: Container[Loc] = ()) -> tuple[Draft, dict[str, Any], list[Flaw]]:
    """Validate the fields of a scenario and the items of its lists one by one.

    Parameters
    ----------
    root : Node
        With plain numbers (see `flowsim.scenario.numbers`).
    damaged : container of location
        Lists of which some items were lost in reading.

    Returns
    -------
    Draft
        All that is valid.
    dict
        Fields to make the Scenario of, where there are no flaws; sections are made already.
    list of Flaw
    """
    if not isinstance(root.value, dict):
        return Draft({}, {}), {}, [Flaw((), "this is not a scenario", "give a mapping of its keys")]
    data: dict[str, Any] = root.plain()
    draft, flaws = _validate(data, damaged)
    return draft, data, flaws


def wrong_in(data: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong in fields that a Scenario was to be made of in Python.

    Parameters
    ----------
    data : mapping
        Of field to value: sections, or mappings with their fields.
    """
    plain = {key: list(v) if isinstance(v, tuple) else v for key, v in data.items()}
    violence = plain.get("violence")
    if isinstance(violence, Violence):
        told = {key: getattr(violence, key) for key in violence.model_fields_set}
        plain["violence"] = {**told, "events": list(violence.events)}
    draft, flaws = _validate(plain, ())
    return in_order(tell([*flaws, *flaws_across(draft)], data))


def _validate(data: dict[str, Any], damaged: Container[Loc]) -> tuple[Draft, list[Flaw]]:
    flaws: list[Flaw] = []
    rows = {loc: _rows(data, loc, section, flaws) for loc, section in ROWS.items()}
    for loc, found in rows.items():
        if found is not None and loc in damaged:
            rows[loc] = Rows(loc, found.valid, whole=False)
    values = fields(Scenario, data, flaws)
    return Draft(values, {loc: r for loc, r in rows.items() if r is not None}), flaws


def _rows(
    data: dict[str, Any], loc: Loc, section: type[Section], flaws: list[Flaw]
) -> Rows[Any] | None:
    """Validate the items of a list and put the sections in their place in ``data``."""
    around: Any = data
    for part in loc[:-1]:
        around = around.get(part) if isinstance(around, dict) else None
    items = around.get(loc[-1]) if isinstance(around, dict) else None
    if items is None:
        missing = len(loc) == 1 and Scenario.model_fields[str(loc[0])].is_required()
        return None if missing else Rows(loc, {}, names=set())
    if not isinstance(items, list):
        return None
    valid: dict[int, Any] = {}
    for i, item in enumerate(items):
        try:
            valid[i] = adapter(section).validate_python(item)
        except ValidationError as error:
            flaws += flaws_of(error, (*loc, i), section)
    whole = len(valid) == len(items)
    around[loc[-1]] = tuple(valid.values())
    return Rows(loc, valid, whole, _names(items, str(loc[-1])))


def _names(items: list[Any], field: str) -> set[str] | None:
    keys = NAMED_BY.get(field, ())
    names: set[str] = set()
    for item in items:
        told = dict(item) if isinstance(item, dict | Section) else {}
        found = [told[key] for key in keys if key in told]
        if not found and field != "routes":
            return None
        names |= {str(name).strip() for name in found}
    return names


def fields(kind: type[Section], data: dict[str, Any], flaws: list[Flaw]) -> dict[str, Any]:
    """Fields of a section that are valid by themselves; those left out have their defaults.

    Parameters
    ----------
    kind : type
        The section that the whole of ``data`` is.
    data : dict
    flaws : list of Flaw
        Where what is wrong, missing or unknown is added.
    """
    values: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name in data:
            expected = child(kind, name)
            odd: list[Flaw] = []
            settle(data[name], expected, (name,), None, odd)
            told = {flaw.loc for flaw in odd}
            try:
                values[name] = adapter(expected).validate_python(data[name])
            except ValidationError as error:
                odd += [f for f in flaws_of(error, (name,), expected) if f.loc not in told]
            flaws += odd
        elif field.is_required():
            flaws.append(Flaw((name,), f"{name!r} is missing", "add it"))
        else:
            values[name] = field.get_default()
    for key in data:
        if key not in kind.model_fields:
            flaws.append(Flaw((key,), *unknown_key(key, fields_of(kind)), at_key=True))
    return values
