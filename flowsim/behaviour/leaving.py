"""The hazard of leaving home: a wish (violence, fear, news, neighbours) times an ability."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.config import Leaving
from flowsim.world.push_factors import Push

MOST_GAIN = 5.0
"""Bound on way_out x gain either way: a hazard grows or falls 148 times by the ways out at most."""


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
    section: Leaving,
    danger: Floats,
    news: Floats,
    gone: Floats,
    ability: Floats,
    push: Push | None = None,
) -> Floats:
    """Hazard of leaving home by place and group, 1/day.

    (violence_per_day x danger + news_per_day x news + neighbours_per_day x gone
    + fear_per_day x fear + what drivers add) x ability x exp(-trapped x danger): the rate can fall
    where violence peaks.

    Parameters
    ----------
    section : Leaving
    danger, news, gone, ability : float64 arrays (P, G)
        Danger at home; `heard`; part of the group that has left of late; factor of curfews,
        roadblocks and barricades.
    push : Push, optional
        Fear of threats, and drivers.
    """
    wish = (
        section.violence_per_day * danger
        + section.news_per_day * news
        + section.neighbours_per_day * gone
    )
    if push is not None:
        wish = wish + pushed(section, push)
    return wish * ability * np.exp(-section.trapped * danger)


def onward_rate(
    section: Leaving, danger: Floats, ability: Floats, push: Push | None = None
) -> Floats:
    """Hazard of moving on from a place of refuge that turns dangerous, 1/day; (P, G)."""
    wish = section.violence_per_day * danger
    if push is not None:
        wish = wish + pushed(section, push)
    return wish * ability * np.exp(-section.trapped * danger)


def pushed(section: Leaving, push: Push) -> Floats:
    """What fear and drivers add to the wish to leave, 1/day, (P, G)."""
    return section.fear_per_day * push.fear + push.leave


def inclusive_value(values: Floats) -> Floats:
    """What some options are worth together: ln of the sum of exp over the last axis.

    -inf where there is none.

    Examples
    --------
    >>> inclusive_value(np.log([[1.0, 3.0], [2.0, 0.5]])).round(3).tolist()
    [1.386, 0.916]
    >>> inclusive_value(np.full((1, 2), -np.inf)).tolist()
    [-inf]
    """
    top = values.max(axis=-1, keepdims=True, initial=-np.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(values - top).sum(axis=-1)) + top[..., 0])


def way_out_factor(way_out: float, worth: Floats, calm: Floats) -> Floats:
    """Factor of the ways out on the hazard of leaving: exp(way_out x (worth - calm)).

    The exponent is held within `MOST_GAIN` either way. Where there would be no way over open
    borders in calm there is nothing to go by: 1.

    Parameters
    ----------
    way_out : float
    worth, calm : float64 arrays
        `inclusive_value` of the ways as people believe them, and over open borders in calm.

    Examples
    --------
    >>> worth, calm = np.array([-2.0, 1.0, -np.inf, -np.inf]), np.array([1.0, 1.0, 1.0, -np.inf])
    >>> way_out_factor(0.5, worth, calm).round(4).tolist()
    [0.2231, 1.0, 0.0067, 1.0]
    """
    known = np.isfinite(calm)
    gain = np.where(known, worth, 0.0) - np.where(known, calm, 0.0)
    return np.asarray(np.exp(np.clip(way_out * gain, -MOST_GAIN, MOST_GAIN)))
