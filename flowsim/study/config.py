"""Sections of a study file, and its JSON Schema: what is run, how often, kept and compared."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from flowsim.config import Name, Section
from flowsim.draws import seed_text
from flowsim.scenario.messages import shown
from flowsim.study.sampling import Method

Interval = Literal["t", "bootstrap"]
"""Student's t over the members, or their bootstrap."""

POSTERIOR = "posterior"
"""What a study says for the samples that lie beside its scenario."""
SHARED = ("start", "end", "record")
"""What the scenarios of a study have in common, so that their results stand side by side."""
MOST = 1_000_000
"""Most members, and most samples, of a study."""
LEARNT = r"^((posterior|.+\.csv)(:[0-9]+)?)?$"
"""What a study draws from that is no number: a posterior, or the first samples of one."""
_LEARNT = re.compile(LEARNT)
NAME_CHARACTERS = 80
_CONTROL = ("Cc", "Zl", "Zp", "Cs")


def to_scenario_name(value: Any) -> Any:
    """A name of a scenario as tables and file names can show it."""
    if not isinstance(value, str):
        return value
    if value != value.strip():
        raise ValueError(f"the name {value!r} starts or ends with a space; remove it")
    if any(unicodedata.category(character) in _CONTROL for character in value):
        raise ValueError(f"the name {value!r} has a control character; remove it")
    return value


def to_seed(value: Any) -> Any:
    """A whole number or a text; a text of digits that tells a whole number is that number."""
    try:
        text = seed_text(value)
    except (TypeError, ValueError):
        raise ValueError(f"{shown(value)} is not a seed; give a whole number or a text") from None
    is_whole = re.fullmatch("0|-?[1-9][0-9]{0,99}", text) is not None
    return int(text) if is_whole else text


def to_scenarios(value: Any) -> Any:
    """At least one scenario, by name."""
    if not isinstance(value, dict):
        right = "give each scenario a name, as `as reported: ../june_2010`"
        raise ValueError(f"{shown(value)} is not a mapping; {right}")
    if not value:
        raise ValueError("there is no scenario; give at least one, as `as reported: ../june_2010`")
    return value


ScenarioName = Annotated[
    str, Field(min_length=1, max_length=NAME_CHARACTERS), BeforeValidator(to_scenario_name)
]
"""What a scenario is called in the tables and figures of a study."""
Seed = Annotated[int | Annotated[str, Field(min_length=1)], BeforeValidator(to_seed)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class Variant(Section):
    """A scenario of a study: a file, and what is set in it. Its file alone stands for it, too."""

    file: Text
    """A scenario's folder or YAML file, relative to the study file."""
    set: dict[str, Any] = {}
    """Other values by path, as `behaviour.leaving.men_stay: 0.4`."""

    @model_validator(mode="before")
    @classmethod
    def _from_file(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"file": value}
        if isinstance(value, dict | Variant):
            return value
        right = "give a folder or YAML file, or a mapping with `file` and `set`"
        raise ValueError(f"{shown(value)} is not a scenario; {right}")


class Samples(Section):
    """How uncertain numbers are sampled. A count alone stands for it, and so does a posterior."""

    count: Annotated[int, Field(strict=True, ge=0, le=MOST)]
    """How many samples; with 0 each scenario runs at its central values."""
    posterior: Annotated[str, Field(max_length=500, pattern=LEARNT)] = ""
    """Instead of a count, what a calibration learnt: `posterior`, the file beside the scenario, or
    a file; with `:40` at its end its first 40 samples."""
    method: Method = "latin_hypercube"
    inputs: tuple[Text, ...] = ()
    """Which inputs are sampled, with `*` for anything; all of the uncertain ones if empty."""

    @model_validator(mode="before")
    @classmethod
    def _from_count(cls, value: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return {"count": value}
        if isinstance(value, str) and _LEARNT.fullmatch(value):
            return {"count": 0, "posterior": value}
        if isinstance(value, dict) and "posterior" in value:
            return {"count": 0, **value}
        if isinstance(value, dict | Samples):
            return value
        right = "give a count, as 64, a mapping with `count`, `method` and `inputs`, or `posterior`"
        raise ValueError(f"{shown(value)} does not describe samples; {right}")

    @model_validator(mode="after")
    def _one_way(self) -> Samples:
        if self.posterior and (self.count or self.inputs or self.method != "latin_hypercube"):
            wrong = "a posterior has its own samples, and a count, a method or inputs are given too"
            raise ValueError(f"{wrong}; leave these out")
        return self


class CompareSection(Section):
    """How the scenarios of a study are compared, member by member."""

    against: ScenarioName
    """The scenario that the others are compared with."""
    outcomes: tuple[Text, ...] = ()
    """Which outcomes; empty leaves the choice to `flowsim.compare`."""
    level: Annotated[float, Field(strict=True, gt=0.0, lt=1.0)] = 0.9
    """Of the intervals, as 0.9 for 90 %."""
    interval: Interval = "t"


class StudySection(Section):
    """A study file: scenarios times samples times members, and what becomes of them."""

    name: Name
    title: str = ""
    scenarios: Annotated[dict[ScenarioName, Variant], BeforeValidator(to_scenarios)]
    """In the order of the tables. They share their start, end and record."""
    members: Annotated[int, Field(strict=True, ge=1, le=MOST)] = 1
    """Runs of each scenario and sample, the same seeds in every scenario."""
    seed: Seed = 1
    samples: Samples = Samples(count=0)
    keep: tuple[Text, ...] = ()
    """What each run keeps beside its effects, as `crossings` or `people:daily`; all by day if
    empty."""
    compare: CompareSection | None = None


_SCENARIO_NAME = {
    "type": "string",
    "minLength": 1,
    "maxLength": NAME_CHARACTERS,
    "pattern": r"^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$",
}
_SHORT = {
    "Variant": {"type": "string", "minLength": 1},
    "Samples": {
        "type": ["integer", "string"],
        "minimum": 0,
        "maximum": MOST,
        "minLength": 1,
        "pattern": LEARNT,
    },
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
