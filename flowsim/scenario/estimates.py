"""What stands in where a scenario does not know its roads, or what a kilometre costs on them.

Roads where none is known are straight lines times a detour factor, between places that are
neighbours in the Gabriel graph: no third place lies in the circle over the line between them
(Gabriel and Sokal 1969). It is connected, has no crossing lines, and few roads a place. Ballou,
Rahardja and Sakai (2002) give such factors by country; the one here is assumed, with a wide range.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from flowsim.arrays import Floats
from flowsim.world.config import Route
from flowsim.world.network import great_circle_km

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Scenario

DETOUR, SHORT, LONG = 1.3, 1.1, 1.6
"""Road length over great circle where no road is known, and the ends of its range."""
SHORTEST_KM = 0.1
USUAL_WAY, CHEAP, DEAR = 2.5, 1.0, 5.0
"""Cost of the way abroad from where people are in danger, in units of utility, and its range.

June 2010 has 0.15 a kilometre and 18 km (2.6); eight conflicts in Flee's format have ways of 116 to
999 km, which at the 0.0089 a kilometre that was fitted to six of them cost 1.0 to 8.9.
"""
DEAREST_KM = 0.5
"""Cost of a kilometre at most, where a border is a walk away."""


class Spots(NamedTuple):
    """Places by what is needed to guess the ways between them."""

    names: Sequence[str]
    countries: Sequence[str]
    lat: Floats
    lon: Floats


def neighbours(lat: Floats, lon: Floats) -> list[tuple[int, int]]:
    """Pairs of points that are neighbours in the Gabriel graph.

    Parameters
    ----------
    lat, lon : float64 arrays (n,)
        Degrees.

    Examples
    --------
    >>> neighbours(np.array([0.0, 0.0, 0.0]), np.array([0.0, 1.0, 2.0]))
    [(0, 1), (1, 2)]
    """
    square = great_circle_km(lat, lon) ** 2
    found = []
    for i in range(lat.size):
        over = square[i][:, None] + square  # [k, j]: from i by k to j
        over[i, :] = np.inf
        np.fill_diagonal(over, np.inf)
        nearest = over.min(axis=0)
        found += [(i, j) for j in range(i + 1, lat.size) if square[i, j] <= nearest[j]]
    return found


def estimated_routes(spots: Spots, flee_from: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Routes between neighbouring places, as long as their great circles times `DETOUR`.

    A place abroad does not part two places of a country. Routes over a border are posts, named
    after their ends. Between two countries that people do not flee from there are none, where it
    is told which those are.

    Parameters
    ----------
    spots : Spots
    flee_from : sequence of str

    Returns
    -------
    list of dict
        Fields of a route each, its length with a range; the source says that it is assumed.

    Examples
    --------
    >>> two = Spots(["Town", "Camp"], ["Here", "There"], np.zeros(2), np.array([0.0, 1.0]))
    >>> route = estimated_routes(two)[0]
    >>> route["crossing"], route["km"]["value"], route["km"]["source"]
    ('Town - Camp', 144.6, 'assumed: great circle x 1.3 (1.1 to 1.6); no road is known')
    """
    pairs = _pairs(spots)
    if flee_from:
        pairs = _without_third(pairs, spots, set(flee_from))
    km = great_circle_km(spots.lat, spots.lon)
    source = f"assumed: great circle x {DETOUR:g} ({SHORT:g} to {LONG:g}); no road is known"
    return [_route(spots, i, j, float(km[i, j]), source) for i, j in pairs]


def _pairs(spots: Spots) -> list[tuple[int, int]]:
    """Neighbours within each country, whatever lies beyond its borders, and those across one."""
    found = {
        (i, j)
        for i, j in neighbours(spots.lat, spots.lon)
        if spots.countries[i] != spots.countries[j]
    }
    for country in dict.fromkeys(spots.countries):
        own = [i for i, told in enumerate(spots.countries) if told == country]
        found |= {(own[i], own[j]) for i, j in neighbours(spots.lat[own], spots.lon[own])}
    return sorted(found)


def _without_third(
    pairs: list[tuple[int, int]], spots: Spots, fled: set[str]
) -> list[tuple[int, int]]:
    """Pairs without those between two other countries; who has none left gets the nearest."""
    inside = np.array([country in fled for country in spots.countries])
    kept = [
        (i, j)
        for i, j in pairs
        if inside[i] or inside[j] or spots.countries[i] == spots.countries[j]
    ]
    km = great_circle_km(spots.lat, spots.lon)
    for country in dict.fromkeys(c for c in spots.countries if c not in fled):
        own = np.array([told == country for told in spots.countries])
        joined = {i for pair in kept for i in pair if inside[list(pair)].any()}
        if not own[list(joined)].any() and inside.any():
            near = np.where(own[:, None] & inside, km, np.inf)
            i, j = divmod(int(near.argmin()), near.shape[1])
            kept.append((min(i, j), max(i, j)))
    return sorted(kept)


def _route(spots: Spots, i: int, j: int, km: float, source: str) -> dict[str, Any]:
    start, end = spots.names[i], spots.names[j]
    length = {
        "value": max(round(km * DETOUR, 1), SHORTEST_KM),
        "low": max(round(km * SHORT, 1), SHORTEST_KM),
        "high": max(round(km * LONG, 1), SHORTEST_KM),
        "source": source,
    }
    route: dict[str, Any] = {"start": start, "end": end, "km": length}
    return route | over_border(start, end, spots.countries[i], spots.countries[j])


def over_border(start: str, end: str, country: str, other: str) -> dict[str, str]:
    """What a route over a border has besides: a post, named after its ends."""
    return {} if country == other else {"crossing": f"{start} - {end}", "kind": "post"}


def estimated_km_cost(
    names: Sequence[str],
    abroad: Sequence[bool],
    persons: Sequence[float],
    routes: Sequence[Route | dict[str, Any]],
) -> dict[str, Any] | None:
    """What a kilometre costs so that people see the ways out that their network has.

    The way from where they live to the nearest place abroad, by persons the middle one of all,
    costs `USUAL_WAY`; where nobody can go abroad, that to the nearest other place does.

    Parameters
    ----------
    names : sequence of str
        Places.
    abroad : sequence of bool
    persons : sequence of float
        Who may leave each of them.
    routes : sequence of Route or dict
        With ``start``, ``end`` and ``km``.

    Returns
    -------
    dict or None
        ``behaviour.routes.km_cost`` with its range; None where there is no way.

    Examples
    --------
    >>> road = {"start": "Town", "end": "Camp", "km": 80.0}
    >>> estimated_km_cost(["Town", "Camp"], [False, True], [600, 0], [road])["value"]
    0.031
    """
    far = _ways(names, routes)
    out, weight = np.asarray(abroad, dtype=bool), np.asarray(persons, dtype=np.float64)
    np.fill_diagonal(far, np.inf)
    home = np.flatnonzero(~out & (weight > 0.0))
    nearest = far[np.ix_(home, np.flatnonzero(out))].min(axis=1, initial=np.inf)
    if not np.isfinite(nearest).any():
        nearest = far[home].min(axis=1, initial=np.inf)
    home, nearest = home[np.isfinite(nearest)], nearest[np.isfinite(nearest)]
    if not home.size:
        return None
    order = np.argsort(nearest, kind="stable")
    reached = np.cumsum(weight[home][order])
    usual = float(nearest[order][np.searchsorted(reached, reached[-1] / 2.0)])
    value, low, high = (
        float(f"{min(c / usual, DEAREST_KM):.2g}") for c in (USUAL_WAY, CHEAP, DEAR)
    )
    where = "abroad" if out.any() else "to another place"
    source = f"assumed: the usual way {where}, {usual:,.0f} km, costs {USUAL_WAY:g}"
    return {"value": value, "low": low, "high": high, "source": source}


def scale_of(scenario: Scenario) -> dict[str, Any] | None:
    """What a kilometre should cost on a scenario's network, by who lives where violence is.

    Examples
    --------
    >>> import flowsim as fs
    >>> scale_of(fs.load("tests/data/small"))["value"]
    0.1
    """
    places = scenario.places
    struck = {event.place for event in scenario.violence.events}
    told = [p.population if p.country in scenario.flee_from else 0 for p in places]
    persons = [n if p.name in struck else 0 for n, p in zip(told, places, strict=True)]
    abroad = [p.country not in scenario.flee_from for p in places]
    weights = persons if any(persons) else told
    return estimated_km_cost([p.name for p in places], abroad, weights, scenario.routes)


def _ways(names: Sequence[str], routes: Sequence[Route | dict[str, Any]]) -> Floats:
    """Shortest ways between all places, kilometres."""
    index = {name: i for i, name in enumerate(names)}
    told = [route if isinstance(route, dict) else route.model_dump() for route in routes]
    km = np.full((len(names), len(names)), np.inf)
    for route in told:
        i, j = index[route["start"]], index[route["end"]]
        length = route["km"]["value"] if isinstance(route["km"], dict) else route["km"]
        km[i, j] = km[j, i] = min(km[i, j], length)
    linked = np.isfinite(km)
    graph = csr_array((km[linked], np.nonzero(linked)), shape=km.shape)
    return np.asarray(dijkstra(graph), dtype=np.float64)
