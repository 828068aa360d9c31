"""A scenario for sbi; imported where that is installed, see `flowsim.learn.adapters`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from sbi.utils import BoxUniform
from torch.distributions import biject_to, constraints

from flowsim.arrays import Floats

if TYPE_CHECKING:
    from flowsim.learn.adapters import ForOtherTools


class Prior(BoxUniform):
    """Uniform over all positions at which no times contradict each other.

    Parameters
    ----------
    told : ForOtherTools
    """

    def __init__(self, told: ForOtherTools) -> None:
        zeros = torch.zeros(len(told.factors))
        super().__init__(zeros, zeros + 1.0)
        self.told = told

    @property
    def support(self) -> Any:
        """By it sbi passes over draws of a posterior."""
        return Support(super().support, self.told)

    def sample(self, sample_shape: Any = ()) -> Any:
        """Draws, by torch's random numbers; those that contradict are drawn again."""
        drawn = super().sample(torch.Size(sample_shape))
        while not (good := self.support.check(drawn)).all():
            drawn[~good] = super().sample(good[~good].shape)
        return drawn

    def log_prob(self, value: Any) -> Any:
        """0 where it can be, not less what cannot: as all methods go by ratios."""
        return torch.where(self.support.check(value), super().log_prob(value), -torch.inf)


class Support(constraints.independent):
    """The box without what contradicts.

    Parameters
    ----------
    box : Constraint
    told : ForOtherTools
    """

    def __init__(self, box: Any, told: ForOtherTools) -> None:
        super().__init__(box.base_constraint, box.reinterpreted_batch_ndims)
        self.told = told

    def check(self, value: Any) -> Any:
        """Which positions can be, (...,) of (..., factors)."""
        rows = value.detach().cpu().numpy().reshape(-1, value.shape[-1])
        fits = torch.as_tensor(self.told.fits(rows), device=value.device)
        return super().check(value) & fits.reshape(value.shape[:-1])


@biject_to.register(Support)
def _of_the_box(support: Support) -> Any:
    return biject_to(constraints.independent(support.base_constraint, 1))


def tensor(rows: Floats) -> Any:
    """Numbers as sbi takes them."""
    return torch.as_tensor(rows, dtype=torch.float32)
