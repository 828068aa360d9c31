"""How large the model's discrepancy is, where that is not known: sizes to integrate over.

One number multiplies the discrepancies of all reports. It is log-normal, with its median at 1 and
its 5 and 95 % at ``1 / within`` and ``within``: see MODEL.md, 7.17.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from flowsim.arrays import Floats
from flowsim.evidence.statements import Z95, Statement

NODES = 7
"""Sizes that are integrated over (Gauss and Hermite), to about 0.02 of the logarithm."""


def within(statements: Sequence[Statement]) -> float:
    """By what factor all discrepancies may be larger or smaller than stated; 1 where known."""
    return max((s.discrepancy_within for s in statements), default=1.0)


def sizes(statements: Sequence[Statement]) -> tuple[Floats, Floats]:
    """Sizes of the discrepancy over what is stated, and what part of the prior each stands for.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from flowsim.evidence.likelihood import statements_of_example
    >>> [known] = statements_of_example()
    >>> [part.tolist() for part in sizes([known])]
    [[1.0], [1.0]]
    >>> size, part = sizes([replace(known, discrepancy_within=3.0)])
    >>> size.round(2).tolist(), float(part.sum().round(6))
    ([0.08, 0.21, 0.46, 1.0, 2.16, 4.86, 12.24], 1.0)
    """
    if not within(statements) > 1.0:
        return np.ones(1), np.ones(1)
    score, part = np.polynomial.hermite_e.hermegauss(NODES)
    return sized(statements, score), part / part.sum()


def sized(statements: Sequence[Statement], score: Floats) -> Floats:
    """Sizes at standard normal scores."""
    return np.exp(np.asarray(score) * math.log(within(statements)) / Z95)


def of_size(statements: Sequence[Statement], size: float) -> list[Statement]:
    """The same statements with discrepancies that are known to be so many times what is stated."""
    return [
        replace(s, sd_discrepancy=size * s.sd_discrepancy, discrepancy_within=1.0)
        if s.discrepancy_within > 1.0
        else s
        for s in statements
    ]


def expected(statements: Sequence[Statement]) -> list[Statement]:
    """With discrepancies that have the variance that is expected of them before any report."""
    spread = math.log(within(statements)) / Z95
    return of_size(statements, math.exp(spread**2))
