"""Who is hurt: weights of kinds of person, and what one harm does to a household."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Counts, Floats, Ints, Keys
from flowsim.behaviour.sections import Harm
from flowsim.draws import Purpose, uniform


def kind_weights(section: Harm) -> Floats:
    """Hazard of each kind of person relative to men, (5,)."""
    return np.array(
        [section.children, section.women, 1.0, section.elderly, section.elderly], dtype=np.float64
    )


def household_weight(weights: Floats, kinds: Counts) -> Floats:
    """Hazard of households relative to one man: sum over kinds of weight x persons; (n,)."""
    total = weights[0] * kinds[0]
    for k in range(1, kinds.shape[0]):
        total = total + weights[k] * kinds[k]
    return total


def harm_per_day(section: Harm) -> float:
    """Hazard of a man under danger 1 of being killed or wounded, 1/day."""
    return section.deaths_per_day * (1.0 + section.wounded_per_death)


def strike(
    seed: np.uint64,
    key: Keys,
    purpose: Purpose,
    count: Ints,
    weights: Floats,
    kinds: Counts,
    death_chance: float,
) -> tuple[Ints, Bools]:
    """Who of each household is struck, and whether it is death.

    Parameters
    ----------
    weights : float64 array (5,)
    kinds : uint8 array (5, n)
    death_chance : float
        Else the person is wounded.

    Returns
    -------
    kind : int64 array (n,)
    dies : bool array (n,)
    """
    zero = np.zeros(key.size, dtype=np.int64)
    u = uniform(seed, key, purpose, count, zero) * household_weight(weights, kinds)
    kind = np.full(key.size, -1, dtype=np.int64)
    reached = np.zeros(key.size)
    for k in range(kinds.shape[0]):
        reached = reached + weights[k] * kinds[k]
        kind = np.where((kind < 0) & (u < reached) & (kinds[k] > 0), k, kind)
    last = kinds.shape[0] - 1 - np.argmax(kinds[::-1] > 0, axis=0)  # u at the very end of the sum
    kind = np.where(kind < 0, last, kind)
    dies = uniform(seed, key, purpose, count, zero + 1) < death_chance
    return kind, dies
