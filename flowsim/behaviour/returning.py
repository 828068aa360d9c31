"""The hazard of going home: the own wish where home is calm, and the pressure of the host."""

from __future__ import annotations

import numpy as np

from flowsim.arrays import Bools, Floats
from flowsim.behaviour.config import Returning


def return_rate(
    section: Returning,
    danger: Floats,
    inside: Bools,
    pressure: Floats,
    encouraged: Floats,
    stay_away: Floats | float = 0.0,
) -> Floats:
    """Hazard of return by country of refuge, home place, group and burnt home, 1/day.

    Own wish x encouragement x exp(-danger at home / calm - stay_away) + pressure. Those
    displaced inside the country whose home is burnt stay where they are.

    Parameters
    ----------
    section : Returning
    danger : float64 array (P, G)
        Danger at home, and fear.
    inside : bool array (C,)
        Countries that people flee from.
    pressure : float64 array (C,)
        Hazard that each country's policies add for those sheltered there, 1/day.
    encouraged : float64 array (C,)
        Factor of each country's policies on the own wish of those sheltered there.
    stay_away : float64 array (P, G)
        By what drivers at home lower the wish.

    Returns
    -------
    float64 array (C, P, G, 2)
    """
    calm = np.exp(-danger / section.calm - stay_away)
    wish = np.where(inside, section.inside_per_day, section.abroad_per_day * encouraged)
    rate = wish[:, None, None] * calm[None, :, :]
    burnt = np.where(inside[:, None, None], 0.0, section.burnt_factor * rate)
    pressed = np.where(inside, 0.0, pressure)[:, None, None, None]
    # Pressure comes on top of the own wish: it sends those whose home burns or is burnt, too.
    forced = np.broadcast_to(pressed, (*rate.shape, 1))
    return np.stack([rate, burnt], axis=-1) + forced
