"""What every section of a scenario file is made of: strict, frozen, with nothing unknown in it."""

from __future__ import annotations

import ast
import inspect
import re
from datetime import date, datetime, timedelta
from functools import cache
from importlib import import_module
from itertools import pairwise
from textwrap import dedent
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    WithJsonSchema,
)

from flowsim.errors import ScenarioError

D = TypeVar("D", bound=date)


class Section(BaseModel):
    """Base of all sections. Unknown keys, NaN and infinities are errors; values never change.

    Raises
    ------
    ScenarioError
        With everything that is wrong in it, in the words that a file would get.

    Examples
    --------
    >>> from flowsim.policy import Quota
    >>> Quota(per_day=-5)
    Traceback (most recent call last):
    ...
    flowsim.errors.ScenarioError: Quota.per_day: -5 is out of range; give a number above 0
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        str_strip_whitespace=True,
    )

    def __init__(self, /, **data: Any) -> None:
        failed: ValidationError | None = None
        try:
            super().__init__(**data)
        except ValidationError as error:
            failed = error
        if failed or any(isinstance(value, bool) for value in data.values()):
            # The words stand with what reads files, above; they are needed where it fails alone.
            messages: Any = import_module("flowsim.scenario.messages")
            problems = messages.wrong_in_section(type(self), data, failed)
            if problems:
                raise ScenarioError(problems)

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: Any) -> Any:
        """The schema, in which each field is described by the text below it."""
        schema = handler(core)
        fields = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in field_docs(cls).items():
            if name in fields:
                fields[name].setdefault("description", text)
        return schema

    # As in pydantic's own RootModel: what is validated within another section is made without it,
    # so that the errors of all are told together.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


@cache
def field_docs(section: type[Section]) -> dict[str, str]:
    """The text below each field in the source of a section, and of those that it is made from.

    Only schemas and the page on all fields ask for it. Pydantic's own ``use_attribute_docstrings``
    would read the source of all sections in each process, which takes longer than all their checks.

    Examples
    --------
    >>> from flowsim.policy import Quota
    >>> field_docs(Quota)["per_day"]
    'Persons a day, at each crossing.'
    """
    found: dict[str, str] = {}
    for part in reversed(section.__mro__):
        if not issubclass(part, Section) or part is Section:
            continue
        try:
            body = ast.parse(dedent(inspect.getsource(part))).body[0].body  # type: ignore[attr-defined]
        except (OSError, TypeError):  # made without a file
            continue
        for field, text in pairwise(body):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                told = text.value if isinstance(text, ast.Expr) else None
                if isinstance(told, ast.Constant) and isinstance(told.value, str):
                    found[field.target.id] = inspect.cleandoc(told.value)
    return found


FIRST_YEAR, LAST_YEAR = 1678, 2261
"""Whole years that the times of a result can hold: nanoseconds in 64 bits (pandas, xarray)."""
LONGEST_SECONDS = 2**31 - 2
"""Moments of a run are seconds since its start in 32 bits, of which the last means never."""


def to_instant(value: Any) -> datetime:
    """A naive local time from ISO text, a date or a datetime."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError(f"{value!r} is not a time; write it as 2010-06-10T18:00") from None
    elif isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        raise ValueError(f"{value!r} is not a time; write it as 2010-06-10T18:00")
    if value.microsecond:
        raise ValueError("times are whole seconds; write it as 2010-06-10T18:00")
    if value.tzinfo is not None:
        raise ValueError("times are local and carry no offset; write it as 2010-06-10T18:00")
    return in_reach(value)


def in_reach(when: D) -> D:
    """A date or time as it is; ValueError where results could not hold it and would wrap.

    Examples
    --------
    >>> in_reach(date(3000, 1, 1))
    Traceback (most recent call last):
    ...
    ValueError: the year 3000 is too far away; give one from 1678 to 2261
    """
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        right = f"give one from {FIRST_YEAR} to {LAST_YEAR}"
        raise ValueError(f"the year {when.year} is too far away; {right}")
    return when


_UNITS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_PART = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*(s|min|h|d)")
_DURATION = re.compile(rf"(?:{_PART.pattern})+\s*")


def to_seconds(value: Any) -> Any:
    """Whole seconds from a duration such as ``1h`` or ``90min``; a plain number has no unit."""
    if isinstance(value, timedelta):
        seconds = value.total_seconds()
    elif isinstance(value, str):
        if not _DURATION.fullmatch(value):
            raise ValueError(f"{value!r} is not a duration; write 1h, 30min or 1d")
        seconds = sum(float(n) * _UNITS[unit] for n, unit in _PART.findall(value))
    else:
        raise ValueError(f"{value!r} has no unit; write 1h, 30min or 1d")
    if not (seconds > 0 and float(seconds).is_integer()):  # infinity is not an integer
        raise ValueError(
            f"{value!r} is not a whole number of seconds above zero; write 1h, 30min or 1d"
        )
    if seconds > LONGEST_SECONDS:
        raise ValueError(f"{value!r} is too long; give at most {LONGEST_SECONDS // 86_400}d")
    return int(seconds)


Instant = Annotated[datetime, BeforeValidator(to_instant)]
"""Naive local time."""
Duration = Annotated[
    int,
    BeforeValidator(to_seconds),
    PlainSerializer(lambda seconds: f"{seconds}s", when_used="always"),
    WithJsonSchema({"type": "string", "examples": ["1h", "30min", "1d"]}),
]
"""Whole seconds, written ``1h``, ``30min``, ``1d``."""
Share = Annotated[float, Field(ge=0.0, le=1.0)]
"""A part of one, in [0, 1]."""
MOST, LEAST = 1e12, 1e-9
"""Ends of what a number may be, so that what is made of it stays a number."""


def _far_from_zero(value: float) -> float:
    if value < LEAST:
        raise ValueError(f"{value!r} is too near to zero; give a number of at least {LEAST:g}")
    return value


NonNegative = Annotated[float, Field(ge=0.0, le=MOST)]
Positive = Annotated[float, Field(gt=0.0, le=MOST), AfterValidator(_far_from_zero)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Hour = Annotated[float, Field(ge=0.0, le=24.0)]
"""Hour of the day."""
