"""What of the weight of a way stays as it is all the time: how far it is, and its end from home."""

from __future__ import annotations

import math

import numpy as np

from flowsim.arrays import Floats
from flowsim.behaviour.flee_config import Flee
from flowsim.flee.ground import Ground
from flowsim.flee.paths import Ways

FLEE_EARTH_KM = 6373.0
"""Radius of the Earth in Flee."""


def reach(flee: Flee, ways: Ways) -> Floats:
    """Distance to the power of the settings, by which a score is divided, (R,).

    One at a time: numpy's powers differ in their last bit from one processor to another.
    """
    power, softening = flee.distance_power, flee.softening
    return np.array([(softening + km) ** power for km in ways.km.tolist()], dtype=np.float64)


def nearness(flee: Flee, ground: Ground, ways: Ways) -> Floats:
    """The straight line from the origin of each way to its end to its power, (R,); 1 if unused."""
    if not flee.stay_close_to_home:
        return np.ones(ways.end.size)
    ends = zip(ways.origin.tolist(), ways.end.tolist(), strict=True)
    power = flee.home_distance_power
    return np.array(
        [max(line_km(ground, one, other, flee.strict), 1.0) ** power for one, other in ends]
    )


def line_km(ground: Ground, one: int, other: int, swapped: bool) -> float:
    """Kilometres in a straight line between two places; Flee takes latitudes for longitudes."""
    north, east = (ground.lon, ground.lat) if swapped else (ground.lat, ground.lon)
    phi, psi = math.radians(north[one]), math.radians(north[other])
    across = math.sin(math.radians(east[one] - east[other]) / 2.0) ** 2
    along = math.sin((phi - psi) / 2.0) ** 2
    a = along + math.cos(phi) * math.cos(psi) * across
    return 2.0 * FLEE_EARTH_KM * math.asin(math.sqrt(min(a, 1.0)))
