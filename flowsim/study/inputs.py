"""The uncertain inputs of scenarios: which there are, and their distributions."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from flowsim.config import Section, to_instant, to_seconds
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.scenario.nodes import Loc
from flowsim.scenario.override import locate
from flowsim.scenario.scenario import Number, Scenario

Kind = Literal["number", "time", "duration"]
Value = float | int | str
_EPOCH = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)
_MINUTE = 60


def uncertain(scenarios: Iterable[Scenario], only: Sequence[str] = ()) -> tuple[str, ...]:
    """Paths of the numbers that have a low and a higher high end.

    A number that stands in a scenario no more is left out: its policy was replaced, or its value.

    Parameters
    ----------
    scenarios : iterable of Scenario
    only : sequence of str
        Paths, or patterns of them, in which ``*`` means any text and ``?`` any character; empty
        means all.

    Returns
    -------
    tuple of str
        In order of first appearance, the first scenario first.

    Raises
    ------
    ScenarioError
        Patterns that nothing uncertain fits, all of them.

    Examples
    --------
    >>> import flowsim as fs
    >>> uncertain([fs.teaching_world()], ["borders*"])
    ('borders[Here-There].authorities[There].policies[closure].stop',)
    """
    found = (entry.number.path for scenario in scenarios for entry in inputs_of(scenario))
    paths = tuple(dict.fromkeys(found))
    patterns = (only,) if isinstance(only, str) else tuple(only)
    fits = [_matches(pattern, paths) for pattern in patterns]
    lost = [i for i, fit in enumerate(fits) if not fit]
    if lost:
        raise ScenarioError([_no_input(i, patterns[i], paths) for i in lost])
    return tuple(path for path in paths if not fits or any(path in fit for fit in fits))


def doubts(scenarios: Iterable[Scenario], paths: Iterable[str]) -> dict[str, str]:
    """Which inputs are one doubt: times of one fact that stand several times in a scenario.

    A closure may begin at one moment at checkpoints and elsewhere, written for each. Two times
    are one doubt where, in one of the scenarios, field, value, range, distribution and source are
    the same. They have one position then, in every scenario. Numbers are never linked: that two
    of them are alike says nothing.

    Parameters
    ----------
    scenarios : iterable of Scenario
    paths : iterable of str
        Of `uncertain`.

    Returns
    -------
    dict of str to str
        For each path the one that leads: the first of its doubt in the scenarios, itself where it
        is linked to none. It is the same whichever paths are asked for.
    """
    leader: dict[str, str] = {}
    for scenario in scenarios:
        first: dict[tuple[object, ...], str] = {}
        for number, law, _, _ in inputs_of(scenario):
            leader.setdefault(number.path, number.path)
            if law.kind == "time":
                fact = (number.path.rpartition(".")[2], law, number.source)
                _link(leader, first.setdefault(fact, number.path), number.path)
    return {path: _leading(leader, path) for path in paths}


def _matches(pattern: str, paths: tuple[str, ...]) -> frozenset[str]:
    """Not by fnmatch, in which the brackets of paths mean something else."""
    wild = {"*": ".*", "?": "."}
    form = re.compile("".join(wild.get(c, re.escape(c)) for c in pattern), re.DOTALL)
    return frozenset(path for path in paths if form.fullmatch(path))


def _no_input(i: int, pattern: str, paths: tuple[str, ...]) -> Problem:
    at = f"inputs[{i}]"
    if not paths:
        right = "give numbers a range, as {value: 3, low: 1, high: 9}"
        return Problem(at, f"nothing is uncertain, so {pattern!r} fits nothing", right)
    right = "name numbers that have a low and a high end, by path or with * and ?"
    among: dict[str, None] = dict.fromkeys(paths)
    if "*" in pattern or "?" in pattern:
        steps = ((path, step.end()) for path in paths for step in re.finditer(r"[.\[]", path))
        among = dict.fromkeys(f"{path[:end]}*" for path, end in steps)
    return Problem(at, f"no uncertain input fits {pattern!r}", right + did_you_mean(pattern, among))


def _link(leader: dict[str, str], one: str, other: str) -> None:
    """Two paths are one doubt; of their leaders the one that was known first goes on leading."""
    rank = {path: i for i, path in enumerate(leader)}
    heads = sorted((_leading(leader, one), _leading(leader, other)), key=rank.__getitem__)
    leader[heads[1]] = heads[0]


def _leading(leader: dict[str, str], path: str) -> str:
    while leader.get(path, path) != path:
        path = leader[path]
    return path


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
