"""The size of the Earth, and the distance between two points on it."""

from __future__ import annotations

import math

EARTH_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance between two points given in degrees, kilometres (haversine formula).

    Examples
    --------
    >>> round(distance_km(0.0, 0.0, 0.0, 1.0), 1)
    111.2
    """
    phi, other_phi = math.radians(lat), math.radians(other_lat)
    half_phi = math.sin((other_phi - phi) / 2.0)
    half_lam = math.sin(math.radians(other_lon - lon) / 2.0)
    a = half_phi * half_phi + math.cos(phi) * math.cos(other_phi) * half_lam * half_lam
    return 2.0 * EARTH_KM * math.asin(math.sqrt(min(a, 1.0)))
