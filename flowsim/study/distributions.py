"""How an uncertain number is distributed between and beyond its ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist
from typing import Any, Literal

from flowsim.config import to_instant, to_seconds
from flowsim.scenario.scenario import Distribution, Number

Kind = Literal["number", "time", "duration"]
Value = float | int | str
_EPOCH = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)
_MINUTE = 60
_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)
_EDGE = 2.0**-53
UNBOUNDED = (-math.inf, math.inf)
FAR = 10.0
"""A bound so many times the high end away is as good as none."""


@dataclass(frozen=True, slots=True)
class Law:
    """How an uncertain number is distributed.

    ``quantiles`` is the two-piece normal distribution (Wallis 2014, "The two-piece normal,
    binormal, or double Gaussian distribution: its origin and rediscoveries", Statistical Science
    29) with its halves joined at the median, on the scale on which the number has no bounds: its
    logarithm where it cannot be negative, its log-odds where it is a share, itself else. The value
    is its median, low and high are 5 and 95 %, and where one of them is the value itself, so is
    that half. Where an end is on a bound of the number, it is on its own scale, cut at the bound.

    Attributes
    ----------
    kind : {"number", "time", "duration"}
    low, value, high : float or int
        Of a time seconds since 1970, of a duration seconds; ``low < high``.
    distribution : {"quantiles", "uniform", "triangular"}
    bounds : tuple of float
        Between which the number can lie at all.

    Examples
    --------
    >>> number = Number(path="behaviour.leaving.violence_per_day", value=3.0, low=1, high=9)
    >>> law = Law.of(number, bounds=(0.0, math.inf))
    >>> [law.at(part) for part in (0.05, 0.5, 0.95)]
    [1.0, 3.0, 9.0]
    """

    kind: Kind
    low: float
    value: float
    high: float
    distribution: Distribution = "quantiles"
    bounds: tuple[float, float] = UNBOUNDED

    @classmethod
    def of(cls, number: Number, bounds: tuple[float, float] = UNBOUNDED) -> Law | None:
        """The law of a number; None where it has not both a low and a higher high end."""
        parts = (number.low, number.value, number.high)
        told = number.distribution
        if all(isinstance(part, int | float) for part in parts):
            low, value, high = (part for part in parts if isinstance(part, int | float))
            return cls("number", low, value, high, told, bounds) if low < high else None
        if not all(isinstance(part, str) for part in parts):
            return None
        kinds: tuple[tuple[Kind, Any, tuple[float, float]], ...] = (
            ("time", since_1970, UNBOUNDED), ("duration", to_seconds, (0.0, math.inf))
        )  # fmt: skip
        for kind, seconds, within in kinds:
            try:
                low, value, high = (seconds(part) for part in parts)
            except ValueError:
                continue
            return cls(kind, low, value, high, told, within) if low < high else None
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
            return self._quantile(position)
        if self.kind == "time":
            return _clock(self.seconds_at(position))
        seconds = self._whole(position, 1)
        return f"{seconds}s" if self.kind == "duration" else seconds

    def seconds_at(self, position: float) -> int:
        """Of a time, the same in seconds since 1970."""
        return self._whole(position, _MINUTE)

    def _quantile(self, position: float) -> float:
        if self.distribution == "quantiles":
            return self._two_piece(position)
        triangular = self.distribution == "triangular"
        return _between(self.low, self.value, self.high, position, triangular)

    def _two_piece(self, position: float) -> float:
        z = _NORMAL.inv_cdf(min(max(position, _EDGE), 1.0 - _EDGE)) / _Z95
        to, back = self._scale()
        middle, end = to(self.value), to(self.high if z > 0.0 else self.low)
        bottom, top = self.bounds
        found = min(max(back(middle + abs(z) * (end - middle)), bottom), top)
        # Twelve digits: the last bits of a logarithm differ between machines.
        return float(f"{found:.12g}")

    def _scale(self) -> tuple[Any, Any]:
        """To the scale on which the number has no bounds, and back."""
        bottom, top = self.bounds
        if bottom == 0.0 < self.low:
            if top > FAR * self.high:
                return math.log, _exp
            if self.high < top:
                return (lambda x: math.log(x / (top - x))), (lambda y: top / (1.0 + _exp(-y)))
        return float, float

    def _whole(self, position: float, unit: int) -> int:
        """A multiple of the unit; in a range that holds not two of them a multiple of 1."""
        first, last = math.ceil(self.low / unit), math.floor(self.high / unit)
        if first >= last and unit > 1:
            return self._whole(position, 1)
        if self.distribution == "quantiles":
            return unit * math.floor(self._two_piece(position) / unit + 0.5)
        if self.distribution == "triangular":
            mode = self.value / unit
            n = math.floor(_between(first, mode, last, position, triangular=True) + 0.5)
        else:
            n = first + math.floor(position * (last - first + 1))
        return unit * min(max(n, first), last)


def since_1970(text: object) -> int:
    """Seconds from the beginning of 1970 to a time."""
    return (to_instant(text) - _EPOCH) // _SECOND


def _exp(x: float) -> float:
    return math.exp(min(x, 700.0))  # far beyond any bound, and no error


def _between(low: float, mode: float, high: float, position: float, triangular: bool) -> float:
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


def _clock(seconds: int) -> str:
    when = _EPOCH + seconds * _SECOND
    return when.isoformat(timespec="seconds" if when.second else "minutes")
