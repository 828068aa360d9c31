"""Designs of a sensitivity analysis: which positions are run, and the indices that come of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from flowsim.arrays import Floats
from flowsim.draws import text_key
from flowsim.learn.library import salib
from flowsim.study.pairing import half_width
from flowsim.study.positions import CHANCE

Method = Literal["morris", "sobol"]
LEVELS = 4
"""Of Morris's grid."""
ENDS = (0.05, 0.95)
"""Positions of the lowest and the highest level: the low and the high end of a stated range."""
LEAST = {"morris": 4, "sobol": 16}
"""Trajectories, and points, below which an interval says nothing."""
RESAMPLES = 1000
MOST_DROPPED = 20
"""So many times as many blocks as wished are looked at for such as do not contradict themselves."""
_EDGE = 2.0**-53
_TRAJECTORIES = 2.0**20

Fits = Callable[[pd.DataFrame], NDArray[np.bool_]]
"""Which rows of positions can be run."""


class Index(NamedTuple):
    """A number that says how much a factor matters, with its interval."""

    factor: str
    kind: str
    value: float
    low: float
    high: float
    holds: str


@dataclass(frozen=True, eq=False)
class Design:
    """Positions in blocks: trajectories of Morris, or points of Sobol with their crossings.

    Attributes
    ----------
    method : {"morris", "sobol"}
    factors : tuple of str
    blocks : int
    positions : pandas.DataFrame
        A row a sample, a column a factor, as `flowsim.Study` takes it.
    dropped : int
        Blocks that were passed over, as times in them contradict each other.

    Examples
    --------
    >>> made = design("sobol", ["a", "b"], most=4096)
    >>> made.blocks, len(made.positions)
    (1024, 4096)
    >>> told = made.indices((3.0 * made.positions["a"] + made.positions["b"]).to_numpy(), 0.9)
    >>> {i.factor: round(i.value, 2) for i in told if i.kind == "S1"}
    {'a': 0.9, 'b': 0.1}
    """

    method: Method
    factors: tuple[str, ...]
    blocks: int
    positions: pd.DataFrame
    dropped: int = 0
    _unit: Floats = field(default_factory=lambda: np.empty((0, 0)), repr=False)

    def indices(self, values: Floats, level: float) -> list[Index]:
        """What the outcome of every row says of each factor.

        Parameters
        ----------
        values : float64 array (rows,)
            Finite, and not all the same.
        level : float
            Of the intervals.
        """
        told = _of_morris if self.method == "morris" else _of_sobol
        return list(told(self, np.asarray(values, dtype=np.float64), level))


def rows_of_block(method: str, factors: int) -> int:
    """Rows of a trajectory, or of a point with its crossings."""
    return factors + (1 if method == "morris" else 2)


def blocks_of(method: str, factors: int, most: int) -> int:
    """Blocks that so many rows suffice for; of Sobol's points a power of two.

    Examples
    --------
    >>> blocks_of("morris", 3, 100), blocks_of("sobol", 3, 100), blocks_of("sobol", 3, 4)
    (25, 16, 0)
    """
    blocks = most // rows_of_block(method, factors)
    return blocks if method == "morris" or not blocks else 1 << (blocks.bit_length() - 1)


def design(
    method: Method,
    factors: Sequence[str],
    most: int,
    seed: int | str = 1,
    fits: Fits | None = None,
) -> Design:
    """Positions of a design with at most so many rows.

    The first blocks of a larger design are those of a smaller one. A factor `CHANCE` stands for the
    dice; in a trajectory they are thrown anew once.

    Parameters
    ----------
    method : {"morris", "sobol"}
        Morris (1991), trajectories on four levels from the low to the high end of each range;
        or Saltelli et al. (2010), on a scrambled Sobol sequence.
    factors : sequence of str
    most : int
        Rows.
    seed : int or str
    fits : callable, optional
        Says of rows which can be run; a block with one that cannot is passed over.

    Raises
    ------
    ValueError
        Hardly a block can be run, or the rows do not suffice for one.
    """
    names = tuple(factors)
    wished = blocks_of(method, len(names), most)
    if not wished:
        raise ValueError(f"{most} rows do not suffice for {len(names)} factors")
    looked = wished
    while True:
        unit = _draw(method, len(names), looked, seed)
        positions = _positions(method, names, unit)
        good: NDArray[np.bool_] = np.ones(looked, dtype=np.bool_)
        if fits is not None:
            good = np.all(fits(positions).reshape(looked, -1), axis=1)
        if good.sum() >= wished:
            break
        if looked >= MOST_DROPPED * wished:
            raise ValueError(f"in {looked - good.sum()} of {looked} blocks times contradict")
        looked *= 2
    chosen = np.flatnonzero(good)[:wished]
    rows = rows_of_block(method, len(names))
    at = (chosen[:, None] * rows + np.arange(rows)).ravel()
    dropped = int(chosen[-1]) + 1 - wished
    return Design(
        method, names, wished, positions.iloc[at].reset_index(drop=True), dropped, unit[at]
    )


def _draw(method: str, factors: int, blocks: int, seed: int | str) -> Floats:
    """Rows in the unit cube."""
    rng = np.random.default_rng(int(text_key("sensitivity", method, str(seed))))
    problem = _problem([str(i) for i in range(factors)])
    if method == "morris":
        return salib("sample.morris").sample(problem, blocks, num_levels=LEVELS, seed=rng)
    count = 1 << (blocks - 1).bit_length()  # SciPy warns of any but a power of two
    rows = salib("sample.sobol").sample(problem, count, calc_second_order=False, seed=rng)
    return rows[: blocks * rows_of_block(method, factors)]


def _positions(method: str, names: tuple[str, ...], unit: Floats) -> pd.DataFrame:
    low, high = ENDS if method == "morris" else (0.0, 1.0)
    inside = np.clip(low + (high - low) * unit, _EDGE, 1.0 - _EDGE)
    if method == "morris" and CHANCE in names:
        trajectory = np.arange(len(unit)) // rows_of_block(method, len(names))
        late = unit[:, names.index(CHANCE)] > 0.5
        inside[:, names.index(CHANCE)] = (trajectory + 0.25 + 0.5 * late) / _TRAJECTORIES
    return pd.DataFrame(inside, columns=list(names))


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _of_morris(made: Design, values: Floats, level: float) -> Iterator[Index]:
    told = salib("analyze.morris").analyze(
        _problem(made.factors), made._unit, values, num_resamples=RESAMPLES, conf_level=level,
        num_levels=LEVELS, seed=_seed(),
    )  # fmt: skip
    holds = f"which {made.blocks} trajectories were drawn, and chance: each has dice of its own"
    for i, factor in enumerate(made.factors):
        star, half = float(told["mu_star"][i]), float(told["mu_star_conf"][i])
        yield Index(factor, "mu_star", star, max(star - half, 0.0), star + half, holds)
        mean, sigma = float(told["mu"][i]), float(told["sigma"][i])
        half = half_width(sigma, made.blocks, level)
        yield Index(factor, "mu", mean, mean - half, mean + half, holds)
        yield Index(factor, "sigma", sigma, math.nan, math.nan, "it has no interval")


def _of_sobol(made: Design, values: Floats, level: float) -> Iterator[Index]:
    told = salib("analyze.sobol").analyze(
        _problem(made.factors), values, calc_second_order=False, num_resamples=RESAMPLES,
        conf_level=level, seed=_seed(),
    )  # fmt: skip
    holds = f"which {made.blocks} points were drawn" + (
        "; chance is a factor of its own" if CHANCE in made.factors else ", and not chance"
    )
    for i, factor in enumerate(made.factors):
        for index in ("S1", "ST"):
            value, half = float(told[index][i]), float(told[f"{index}_conf"][i])
            yield Index(factor, index, value, value - half, value + half, holds)


def _seed() -> int:
    """Of the bootstrap: always the same draws, and never 0, which SALib takes for none."""
    return int(text_key("sensitivity interval")) % 2**31 + 1
