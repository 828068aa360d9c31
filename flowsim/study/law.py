"""Uncertain numbers of a scenario: their distributions, and the value at a position in one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from flowsim.config import Section, to_instant, to_seconds
from flowsim.scenario.nodes import Loc
from flowsim.scenario.override import locate
from flowsim.scenario.scenario import Number, Scenario

Kind = Literal["number", "time", "duration"]
Value = float | int | str

_EPOCH = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Law:
    """How an uncertain number is distributed.

    Attributes
    ----------
    kind : {"number", "time", "duration"}
    low, value, high : float or int
        Of a time seconds since 1970, of a duration seconds; ``low < high``.
    triangular : bool
        With its mode at the value; else uniform.

    Examples
    --------
    >>> number = Number(path="behaviour.news.informed", value=0.7, low=0.5, high=0.9)
    >>> Law.of(number).at(0.25)
    0.6
    """

    kind: Kind
    low: float
    value: float
    high: float
    triangular: bool = False

    @classmethod
    def of(cls, number: Number) -> Law | None:
        """The law of a number; None where it has not both a low and a higher high end."""
        parts = (number.low, number.value, number.high)
        triangular = number.distribution == "triangular"
        if all(isinstance(part, int | float) for part in parts):
            low, value, high = (part for part in parts if isinstance(part, int | float))
            return cls("number", low, value, high, triangular) if low < high else None
        if not all(isinstance(part, str) for part in parts):
            return None
        for kind, seconds in (("time", _since_1970), ("duration", to_seconds)):
            try:
                low, value, high = (seconds(part) for part in parts)
            except ValueError:
                continue
            return cls(kind, low, value, high, triangular) if low < high else None  # type: ignore[arg-type]
        return None

    def tells(self, field: object) -> bool:
        """Whether a field of a scenario holds the value that this law is about."""
        if isinstance(field, datetime):
            return self.kind == "time" and (field - _EPOCH) // _SECOND == self.value
        return self.kind != "time" and isinstance(field, int | float) and field == self.value

    def at(self, position: float, whole: bool = False) -> Value:
        """The value below which a part ``position`` of the distribution lies.

        Parameters
        ----------
        position : float
            In [0, 1].
        whole : bool
            Whether only whole numbers are possible. Each of them between low and high is then
            equally likely, if the distribution is uniform.

        Returns
        -------
        float, int or str
            Times to the minute and durations to the second, as a scenario tells them.
        """
        if self.kind == "number" and not whole:
            return _quantile(self.low, self.value, self.high, position, self.triangular)
        if self.kind == "time":
            return _clock(self._whole(position, _MINUTE))
        seconds = self._whole(position, 1)
        return f"{seconds}s" if self.kind == "duration" else seconds

    def _whole(self, position: float, unit: int) -> int:
        """A multiple of the unit; in a range that holds not two of them a multiple of 1."""
        first, last = math.ceil(self.low / unit), math.floor(self.high / unit)
        if first >= last and unit > 1:
            return self._whole(position, 1)
        if self.triangular:
            mode = self.value / unit
            n = math.floor(_quantile(first, mode, last, position, triangular=True) + 0.5)
        else:
            n = first + math.floor(position * (last - first + 1))
        return unit * min(max(n, first), last)


class Input(NamedTuple):
    """A number of a scenario that has a range, and where it stands there."""

    number: Number
    law: Law
    loc: Loc
    whole: bool


def inputs_of(scenario: Scenario) -> list[Input]:
    """The numbers with a range that stand in the scenario as they say."""
    found = []
    for number in scenario.numbers:
        law = Law.of(number)
        if law is None:
            continue
        try:
            loc = locate(scenario, number.path)
        except ValueError:
            continue
        field = _at(scenario, loc)
        if law.tells(field):
            found.append(Input(number, law, loc, isinstance(field, int)))
    return found


def _at(scenario: Scenario, loc: Loc) -> Any:
    value: Any = scenario
    for key in loc:
        if isinstance(value, Section):
            value = getattr(value, str(key))
        else:
            value = value.get(key) if isinstance(value, dict) else value[key]
    return value


def _quantile(low: float, mode: float, high: float, position: float, triangular: bool) -> float:
    """Inverse of the distribution function; plain arithmetic, the same on every machine."""
    width = high - low
    if not triangular:
        value = low + position * width
    else:
        mode = min(max(mode, low), high)
        if position * width < mode - low:
            value = low + math.sqrt(position * width * (mode - low))
        else:
            value = high - math.sqrt((1.0 - position) * width * (high - mode))
    return float(min(max(value, low), high))


def _since_1970(text: object) -> int:
    return (to_instant(text) - _EPOCH) // _SECOND


def _clock(seconds: int) -> str:
    when = _EPOCH + seconds * _SECOND
    return when.isoformat(timespec="seconds" if when.second else "minutes")
