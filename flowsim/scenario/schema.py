"""The JSON Schema of a scenario file, which says more than that of a Scenario object.

A number or time may carry its range, a list may be the name of a table, and a file that extends
another holds only what differs.
"""

from __future__ import annotations

from typing import Any

from flowsim.scenario.draft import ROWS
from flowsim.scenario.numbers import DISTRIBUTIONS, PARTS
from flowsim.scenario.scenario import Scenario

_TABLE = {"type": "string", "description": "Name of a CSV table beside this file."}
_TEXT = {"type": "string"}


def file_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a ``scenario.yaml``.

    Examples
    --------
    >>> sorted(file_schema()["$defs"])[-2:]
    ['Waiting', 'Watch']
    """
    made = Scenario.model_json_schema(mode="validation")
    sections = made.pop("$defs")
    for name, section in sections.items():
        if name != "Number":
            _allow_ranges(section)
    _allow_ranges(made)
    for loc in ROWS:
        holder = made if len(loc) == 1 else sections[str(loc[0]).capitalize()]
        field = holder["properties"][loc[-1]]
        if loc != ("borders",):
            holder["properties"][loc[-1]] = {"anyOf": [field, _TABLE]}
    properties = dict(made["properties"])
    differing = {
        "type": "object",
        "properties": {"extends": _TEXT, **dict.fromkeys(properties, True)},
        "required": ["extends"],
        "additionalProperties": False,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario file of flowsim",
        "anyOf": [made, differing],
        "$defs": sections,
    }


def _allow_ranges(section: dict[str, Any]) -> None:
    """Let each number and time of a section be a mapping with its range."""
    if "properties" in section:
        fields = section["properties"].items()
        section["properties"] = {name: _with_range(field) for name, field in fields}


def _with_range(field: Any) -> Any:
    if not isinstance(field, dict):
        return field
    if _is_number(field):
        outer = {key: field[key] for key in ("title", "description", "default") if key in field}
        value = {key: part for key, part in field.items() if key not in outer}
        return {**outer, "anyOf": [value, _range(value)]}
    changed = dict(field)
    for key in ("items", "additionalProperties"):
        if key in changed:
            changed[key] = _with_range(changed[key])
    for key in ("prefixItems", "oneOf"):
        if key in changed:
            changed[key] = [_with_range(item) for item in changed[key]]
    _allow_ranges(changed)  # of a policy of another package, which stands where it is named
    return changed


def _is_number(field: dict[str, Any]) -> bool:
    if "anyOf" in field:
        return any(_is_number(part) for part in field["anyOf"])
    is_time = field.get("format") == "date-time" or field.get("examples") == ["1h", "30min", "1d"]
    return field.get("type") in ("number", "integer") or is_time


def _range(value: dict[str, Any]) -> dict[str, Any]:
    texts = dict.fromkeys(("source", "note"), _TEXT)
    return {
        "type": "object",
        "properties": {
            **dict.fromkeys(PARTS[:3], value),
            "distribution": {"enum": list(DISTRIBUTIONS)},
            **texts,
        },
        "required": ["value"],
        "additionalProperties": False,
    }
