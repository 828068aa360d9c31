"""How time and memory grow with a size: the slope of a straight line through logarithms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

PARTS = ("set up", "steps", "result")
"""Parts of the time of a run; `steps` are all phases between."""
DECADES = 2.0
"""At the upper end, over which the slope is taken."""


class Slope(NamedTuple):
    """Exponent of growth, with its standard error (NaN from two points), and from how many."""

    exponent: float
    error: float
    points: int

    def __str__(self) -> str:
        """As it is printed."""
        if self.points < 2:
            return "-"
        doubt = "" if np.isnan(self.error) else f" ± {self.error:.2f}"
        return f"{self.exponent:.2f}{doubt}"


def slope(x: Sequence[float], y: Sequence[float], decades: float = DECADES) -> Slope:
    """Slope of log y over log x for the upper decades of x.

    Examples
    --------
    >>> slope([1, 10, 100, 1000], [9, 20, 200, 2000])
    Slope(exponent=1.0, error=0.0, points=3)
    >>> str(slope([10, 100, 1000], [1, 100, 20000]))
    '2.15 ± 0.09'
    """
    pairs = [(a, b) for a, b in zip(x, y, strict=True) if b > 0]
    pairs = [(a, b) for a, b in pairs if a * 10**decades >= 0.999 * max(x)]
    if len(pairs) < 2:
        return Slope(np.nan, np.nan, len(pairs))
    u, v = np.log10(np.array(pairs)).T
    u = u - u.mean()
    exponent = float((u * v).sum() / (u * u).sum())
    left = v - v.mean() - exponent * u
    spare = len(pairs) - 2
    error = float(np.sqrt((left @ left) / spare / (u * u).sum())) if spare else np.nan
    return Slope(round(exponent, 4), round(error, 4), len(pairs))


def told(x: Sequence[float], y: Sequence[float]) -> str:
    """The slope over the upper decades, and in brackets that over the last one alone.

    >>> told([1, 10, 100, 1000], [5, 10, 40, 4000])
    '1.30 ± 0.40 (2.00)'
    """
    last = slope(x, y, 1.0)
    return f"{slope(x, y)}" + (f" ({last.exponent:.2f})" if last.points > 1 else "")


def parts(found: Mapping[str, Any]) -> dict[str, float]:
    """CPU seconds of a measurement by part, and of all of it."""
    phases = found["phases"]
    told = {name: phases.get(name, 0.0) for name in ("set up", "result")}
    steps = sum(seconds for name, seconds in phases.items() if name not in told)
    return {"set up": told["set up"], "steps": steps, "result": told["result"],
            "all": found["cpu"]}  # fmt: skip


def curves(lines: Sequence[Mapping[str, Any]]) -> dict[str, tuple[list[float], list[float]]]:
    """What grows along an axis: the seconds of each part and of all, and megabytes.

    Memory is what a run takes beyond that of the process before it, with the libraries loaded.
    """
    ordered = sorted(lines, key=lambda line: line["x"])
    x = [float(line["x"]) for line in ordered]
    seconds = [parts(line) for line in ordered]
    told = {part: (x, [one[part] for one in seconds]) for part in ("all", *PARTS)}
    memory = [line["peak_mb"] - line["base_mb"] for line in ordered]
    return {**told, "memory": (x, memory)}
