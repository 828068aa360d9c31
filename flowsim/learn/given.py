"""Indices from samples that are there already: PAWN and RBD-FAST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from flowsim.arrays import Floats
from flowsim.draws import text_key
from flowsim.learn.designs import Index
from flowsim.learn.library import salib

Given = Literal["pawn", "rbd_fast"]
LEAST = 40
"""Samples below which neither says anything."""
INERT = "an input that cannot act"
"""A factor that is drawn beside the others and used by no run."""
DRAWS = 50
"""Bootstrap samples of PAWN, and inputs that cannot act."""
HARMONICS = {0: 4, 200: 10}
SLICES = {0: 5, 200: 10}
"""By the number of samples from which on."""


def indices(method: Given, positions: pd.DataFrame, values: Floats, level: float) -> list[Index]:
    """What samples say of each factor.

    Parameters
    ----------
    method : {"pawn", "rbd_fast"}
        The median over slices of the Kolmogorov-Smirnov distance between an outcome's distribution
        in a slice of a factor's range and in all of it (Pianosi and Wagener 2018); or the first
        order index by random balance designs (Tarantola et al. 2006; bias corrected).
    positions : pandas.DataFrame
        A row a sample, a column a factor.
    values : float64 array (samples,)
        Finite, and not all the same.
    level : float
        Of the intervals.

    Returns
    -------
    list of Index
        The last is of `INERT`: what of an index is nothing but the number of samples being small.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> positions = pd.DataFrame(rng.random((400, 2)), columns=["a", "b"])
    >>> told = indices("rbd_fast", positions, positions["a"].to_numpy() ** 2, 0.9)
    >>> [(i.factor, round(i.value, 1) + 0.0) for i in told]
    [('a', 1.0), ('b', 0.0), ('an input that cannot act', 0.0)]
    """
    return list((_pawn if method == "pawn" else _rbd)(positions, values, level))


def _pawn(positions: pd.DataFrame, values: Floats, level: float) -> Iterator[Index]:
    holds = f"which {len(values)} samples were drawn, and chance"
    rng = np.random.default_rng(int(text_key("pawn")))
    z = float(norm.ppf(0.5 + level / 2.0))
    factors = positions.to_numpy()
    found = _medians(factors, values)
    again = []
    for _ in range(DRAWS):
        at = rng.integers(len(values), size=len(values))
        again.append(_medians(factors[at], values[at]))
    half = z * np.std(again, axis=0, ddof=1)
    for i, name in enumerate(positions.columns):
        yield Index(str(name), "pawn", found[i], max(found[i] - half[i], 0.0),
                    min(found[i] + half[i], 1.0), holds)  # fmt: skip
    yield _inert("pawn", _medians(rng.random((len(values), DRAWS)), values), level)


def _rbd(positions: pd.DataFrame, values: Floats, level: float) -> Iterator[Index]:
    holds = f"which {len(values)} samples were drawn, and chance"
    rng = np.random.default_rng(int(text_key("rbd fast")))
    harmonics, analyze = _by_size(HARMONICS, len(values)), salib("analyze.rbd_fast").analyze
    told = analyze(_problem(positions.shape[1]), positions.to_numpy(), values, M=harmonics,
                   num_resamples=200, conf_level=level, seed=rng)  # fmt: skip
    for name, value, half in zip(positions.columns, told["S1"], told["S1_conf"], strict=True):
        yield Index(str(name), "S1", float(value), float(value - half), float(value + half), holds)
    inert = rng.random((len(values), DRAWS))
    told = analyze(_problem(DRAWS), inert, values, M=harmonics, num_resamples=2, seed=rng)
    yield _inert("S1", np.array(told["S1"], dtype=np.float64), level)


def _medians(factors: Floats, values: Floats) -> Floats:
    slices = _by_size(SLICES, len(values))
    told = salib("analyze.pawn").analyze(_problem(factors.shape[1]), factors, values, S=slices)
    return np.asarray(told["median"], dtype=np.float64)


def _inert(index: str, found: Floats, level: float) -> Index:
    low, middle, high = np.quantile(found, [0.5 - level / 2.0, 0.5, 0.5 + level / 2.0])
    holds = f"what {len(found)} inputs that no run used came to"
    return Index(INERT, index, float(middle), float(low), float(high), holds)


def _by_size(table: dict[int, int], samples: int) -> int:
    return table[max(least for least in table if least <= samples)]


def _problem(factors: int) -> dict[str, Any]:
    return {"num_vars": factors, "names": [str(i) for i in range(factors)],
            "bounds": [[0.0, 1.0]] * factors}  # fmt: skip
