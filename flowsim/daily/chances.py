"""The chance to move on from each place in a day, and how long people stay by it."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_section import Flee
from flowsim.daily.ground import Ground

NEVER = np.iinfo(np.int64).max // 4
"""Days after which somebody moves who never does."""


def move_chances(flee: Flee, ground: Ground, day: int, population: Floats) -> Floats:
    """Chance to move on from each place on a day, (P,), in [0, 1]."""
    fought = ground.intensity[day] > 0.0
    of_kind = {
        "camp": flee.camp_movechance, "idp_camp": flee.idpcamp_movechance,
        "hub": 1.0, "marker": 1.0,
    }  # fmt: skip
    told = np.array([of_kind.get(kind, flee.default_movechance) for kind in ground.kinds])
    told = np.where(ground.no_camp[day], flee.default_movechance, told)
    chance = np.where(fought, flee.conflict_movechance, told)
    if flee.movechance_pop_scale_factor != 0.0:
        size = np.maximum(np.maximum(population, ground.capacity), 0.0)
        with np.errstate(divide="ignore"):
            base = size / flee.movechance_pop_base
            chance = chance * base**flee.movechance_pop_scale_factor
    return np.clip(chance, 0.0, 1.0)


def is_town(ground: Ground, day: int) -> Bools:
    """Places from which those who moved little of late move on for sure, (P,)."""
    special = np.array([kind in ("hub", "marker") for kind in ground.kinds], dtype=bool)
    return ~(ground.is_camp(day) | special | (ground.intensity[day] > 0.0))


def waits(chance: Floats, luck: Floats) -> Ints:
    """Days until somebody moves on who tries once a day, from 1: the geometric law.

    Examples
    --------
    >>> waits(np.array([1.0, 0.5, 0.5, 0.0]), np.array([0.9, 0.6, 0.2, 0.5])).tolist()[:3]
    [1, 1, 3]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        days = np.log(luck) / np.log1p(-chance)
    days = np.where(chance >= 1.0, 0.0, np.where(chance <= 0.0, np.inf, days))
    return 1 + np.minimum(days, NEVER).astype(np.int64)
