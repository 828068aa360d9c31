"""Which place of a scenario a row of somebody else's table belongs to."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.imports.imported import Imported
from flowsim.world.config import Place
from flowsim.world.earth import EARTH_KM


class Spot(NamedTuple):
    """What is needed of a place to find it."""

    name: str
    country: str
    region: str
    lat: float
    lon: float


class Gazetteer:
    """Places to look names and coordinates up in.

    Parameters
    ----------
    places : Imported, DataFrame, Scenario or sequence of Place
    """

    def __init__(self, places: Any) -> None:
        self.spots = _spots(places)
        if not self.spots:
            problem = Problem("places", "there is no place", "give at least one place")
            raise ScenarioError([problem])
        self._lat = np.radians([spot.lat for spot in self.spots])
        self._lon = np.radians([spot.lon for spot in self.spots])
        self._names: dict[str, str] = {}
        for kind in ("country", "region", "name"):  # a place goes before a region of its name
            for spot in self.spots:
                if getattr(spot, kind):
                    self._names[as_compared(getattr(spot, kind))] = getattr(spot, kind)

    def nearest(self, lat: float, lon: float) -> tuple[Spot, float]:
        """The nearest place to a point in degrees, and how far away it is in kilometres."""
        km = self._km(lat, lon)
        i = int(km.argmin())
        return self.spots[i], float(km[i])

    def named(self, text: str) -> str | None:
        """The place, region or country of a name, whatever its case and accents."""
        return self._names.get(as_compared(text)) if text else None

    def _km(self, lat: float, lon: float) -> Floats:
        phi, lam = np.radians(lat), np.radians(lon)
        a = np.sin((self._lat - phi) / 2.0) ** 2
        a = a + np.cos(self._lat) * np.cos(phi) * np.sin((self._lon - lam) / 2.0) ** 2
        return np.asarray(2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(a, 1.0))))


def as_compared(name: str) -> str:
    """A name without accents, marks and case.

    Examples
    --------
    >>> as_compared("Jalal-Abad"), as_compared("Ségou")
    ('jalalabad', 'segou')
    """
    plain = unicodedata.normalize("NFKD", name)
    return "".join(c for c in plain.casefold() if c.isalnum())


def _spots(places: Any) -> Sequence[Spot]:
    if isinstance(places, Imported):
        places = places.rows
    if hasattr(places, "columns"):
        lacking = {"name", "lat", "lon"} - set(places.columns)
        if lacking:
            wrong = f"there is no column {min(lacking)!r}"
            raise ScenarioError([Problem("places", wrong, "give name, country, lat and lon")])
        rows = places.reindex(columns=list(Spot._fields)).to_dict("records")
        return [
            Spot(_told(r["name"]), _told(r["country"]), _told(r["region"]), r["lat"], r["lon"])
            for r in rows
        ]
    held: Sequence[Place] = getattr(places, "places", places)
    return [Spot(p.name, p.country, p.region, p.lat, p.lon) for p in held]


def _told(value: Any) -> str:
    return value if isinstance(value, str) else ""
