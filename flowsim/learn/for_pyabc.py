"""A scenario for pyABC; imported where that is installed, see `flowsim.learn.adapters`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyabc
from pyabc.distance import SCALE_LOG, FunctionKernel

if TYPE_CHECKING:
    from flowsim.learn.adapters import ForOtherTools


class Prior(pyabc.random_variables.DistributionBase):
    """Uniform over all positions at which no times contradict each other.

    Parameters
    ----------
    told : ForOtherTools
    """

    def __init__(self, told: ForOtherTools) -> None:
        self.told = told
        self._box = pyabc.Distribution({f: pyabc.RV("uniform", 0.0, 1.0) for f in told.factors})

    def rvs(self, *args: Any, **kwargs: Any) -> Any:
        """A draw, by the random numbers that pyABC goes by."""
        while True:
            drawn = self._box.rvs(*args, **kwargs)
            if self.pdf(drawn):
                return drawn

    def pdf(self, x: Mapping[str, float]) -> float:
        """1 where it can be; pyABC goes by ratios, so that it need not add up to 1."""
        row = np.array([[x[factor] for factor in self.told.factors]])
        return float(self.told.fits(row)[0])


@dataclass(frozen=True)
class _LogLikelihood:
    """A function of what pyABC says of a run; an object, so that it goes to other processes."""

    told: ForOtherTools

    def __call__(self, x: Mapping[str, float], x_0: object, t: object, par: object) -> float:
        return self.told.log_likelihood(x)


def kernel(told: ForOtherTools) -> FunctionKernel:
    """The likelihood of reports."""
    return FunctionKernel(_LogLikelihood(told), ret_scale=SCALE_LOG, keys=list(told.observed))
