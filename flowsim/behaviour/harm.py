"""Who is hurt: weights of kinds of person, and the hazard."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.config import Harm


def kind_weights(section: Harm) -> Floats:
    """Hazard of each kind of person relative to men, (5,)."""
    return np.array(
        [section.children, section.women, 1.0, section.elderly, section.elderly], dtype=np.float64
    )


def heal_or_die(section: Harm) -> bool:
    """Whether the wounded die of their wounds or recover; else they stay as they are."""
    return section.die_of_wounds > 0.0 or section.recover_per_day > 0.0


def harm_per_day(section: Harm) -> float:
    """Hazard of a man under danger 1 of being killed or wounded, 1/day."""
    return section.deaths_per_day * (1.0 + section.wounded_per_death)
