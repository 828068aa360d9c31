"""How a cost grows: the slope of its logarithm against that of a size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DECADES = 2.0


@dataclass(frozen=True)
class Growth:
    """An exponent with its standard error, over so many points."""

    exponent: float
    error: float
    points: int


def growth(sizes: Sequence[float], costs: Sequence[float], decades: float = DECADES) -> Growth:
    """Least squares over the upper decades, where constant costs weigh least.

    The standard error is not known with two points.

    Examples
    --------
    >>> round(growth([1, 10, 100], [5, 50, 500]).exponent, 6)
    1.0
    """
    x, y = np.log10(sizes), np.log10(costs)
    upper = x >= x.max() - decades - 1e-9
    x, y = x[upper], y[upper]
    if x.size < 2:
        return Growth(float("nan"), float("nan"), int(x.size))
    spread = ((x - x.mean()) ** 2).sum()
    slope = ((x - x.mean()) * (y - y.mean())).sum() / spread
    left = y - y.mean() - slope * (x - x.mean())
    error = float("nan") if x.size < 3 else np.sqrt((left**2).sum() / (x.size - 2) / spread)
    return Growth(float(slope), float(error), int(x.size))
