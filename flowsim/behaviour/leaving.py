"""The hazard of leaving home: a wish (violence, news, neighbours) times an ability."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.config import Leaving


def news_kernel(km_between: Floats, scale_km: float) -> Floats:
    """Weight (P, P) with which violence at one place is heard of at another: exp(-km / scale).

    Violence at home is not news, so the diagonal is zero.
    """
    kernel = np.exp(-km_between / scale_km)
    np.fill_diagonal(kernel, 0.0)
    return kernel


def heard(kernel: Floats, danger: Floats) -> Floats:
    """News of danger elsewhere, in [0, 1): 1 - exp(-sum of kernel x danger); (P, G)."""
    total = (kernel[:, :, None] * danger[None, :, :]).sum(axis=1)
    return -np.expm1(-total)


def leave_rate(
    section: Leaving, danger: Floats, news: Floats, gone: Floats, ability: Floats
) -> Floats:
    """Hazard of leaving home by place and group, 1/day.

    (violence_per_day x danger + news_per_day x news + neighbours_per_day x gone)
    x ability x exp(-trapped x danger): the rate can fall where violence peaks.

    Parameters
    ----------
    section : Leaving
    danger, news, gone, ability : float64 arrays (P, G)
        Danger at home; `heard`; part of the group that has left of late; factor of curfews,
        roadblocks and barricades.
    """
    wish = (
        section.violence_per_day * danger
        + section.news_per_day * news
        + section.neighbours_per_day * gone
    )
    return wish * ability * np.exp(-section.trapped * danger)


def onward_rate(section: Leaving, danger: Floats, ability: Floats) -> Floats:
    """Hazard of moving on from a place of refuge that turns dangerous, 1/day; (P, G)."""
    return section.violence_per_day * danger * ability * np.exp(-section.trapped * danger)
