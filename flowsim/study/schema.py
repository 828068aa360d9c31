"""The JSON Schema of a study file, which says more than that of its sections.

A scenario may be its file alone, and samples their count alone.
"""

from __future__ import annotations

from typing import Any

from flowsim.study.config import MOST, NAME_CHARACTERS, StudySection

_SCENARIO_NAME = {
    "type": "string",
    "minLength": 1,
    "maxLength": NAME_CHARACTERS,
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
}
_SHORT = {
    "Variant": {"type": "string", "minLength": 1},
    "Samples": {"type": "integer", "minimum": 0, "maximum": MOST},
}
"""What may stand for a section."""


def study_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a ``study.yaml``.

    Examples
    --------
    >>> schema = study_schema()
    >>> schema["required"]
    ['name', 'scenarios']
    >>> schema["properties"]["members"]["minimum"]
    1
    """
    made = StudySection.model_json_schema(mode="validation")
    scenarios, samples = made["properties"]["scenarios"], made["properties"]["samples"]
    for key in ("patternProperties", "propertyNames"):
        scenarios.pop(key, None)
    scenarios["additionalProperties"] = _or_short("Variant")
    scenarios["propertyNames"] = _SCENARIO_NAME
    scenarios["minProperties"] = 1
    for key in ("$ref", "allOf"):
        samples.pop(key, None)
    samples.update(_or_short("Samples"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **made,
        "title": "Study file of flowsim",
    }


def _or_short(section: str) -> dict[str, Any]:
    return {"anyOf": [_SHORT[section], {"$ref": f"#/$defs/{section}"}]}
