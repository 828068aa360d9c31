"""Places whose latitude and longitude seem to stand in each other's place.

No map is asked: the lengths of roads are, and the other places. A road can be longer than the line
between its ends and hardly shorter, and a swapped place mostly lies thousands of kilometres off.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from flowsim.scenario.flaws import listed
from flowsim.world.config import Place, Route
from flowsim.world.earth import distance_km

FAR_FACTOR, FAR_KM = 1.5, 100.0
"""A line of more than so many times the road and so many kilometres does not fit; coordinates in
tables are rough, so what is less may be."""
NEAR_FACTOR, NEAR_KM = 1.1, 20.0
"""A line of at most that fits."""
CENTRE_FACTOR = 3.0
"""By how much nearer to the middle of all places the other order must lie."""
FEWEST_PLACES, FEWEST_ROUTES = 4, 5
PLAUSIBLE = (0.95, 3.0)
"""Length of most roads, as a multiple of the line between their ends."""
ALMOST_ALL, LESS = 0.9, 0.25
"""Part of the roads that is plausible in the other order, and how much smaller it is in this."""
ALL_SWAPPED = (
    "latitudes and longitudes of all places seem to be swapped: only then the lines between them "
    "fit the lengths of the roads"
)


@dataclass(frozen=True, slots=True)
class Swap:
    """A place that lies where it should only in the other order.

    Attributes
    ----------
    index : int
        Of the place.
    beside : str
        A place that a road leads to.
    road_km, line_km, swapped_km : float
        Length of that road, and of the line in the order given and in the other.
    """

    index: int
    beside: str
    road_km: float
    line_km: float
    swapped_km: float

    def __str__(self) -> str:
        """What is odd about it."""
        return (
            f"it lies {self.line_km:,.0f} km from {self.beside!r}, {self.road_km:,.0f} km away by "
            f"road; with latitude and longitude swapped it would be {self.swapped_km:,.0f} km"
        )


def swapped_places(places: Sequence[Place], routes: Sequence[Route]) -> list[Swap]:
    """The places that lie near their neighbours in exactly one order, and not in the one given.

    Examples
    --------
    >>> where = {"Osh": (40.5, 72.8), "Uzgen": (40.8, 73.3), "Aravan": (40.5, 72.5)}
    >>> at = {**where, "Andijan": (72.3, 40.8)}
    >>> places = [Place(name=n, country="K", lat=lat, lon=lon) for n, (lat, lon) in at.items()]
    >>> routes = [Route(start="Osh", end=name, km=55) for name in at if name != "Osh"]
    >>> [places[swap.index].name for swap in swapped_places(places, routes)]
    ['Andijan']
    """
    if len(places) < FEWEST_PLACES:
        return []
    points = {place.name: (place.lat, place.lon) for place in places}
    beside: dict[str, list[tuple[str, float]]] = {}
    for route in routes:
        if route.start in points and route.end in points and route.start != route.end:
            beside.setdefault(route.start, []).append((route.end, route.km))
            beside.setdefault(route.end, []).append((route.start, route.km))
    middle = tuple(statistics.median(point[i] for point in points.values()) for i in (0, 1))
    found = []
    for i, place in enumerate(places):
        here, other = points[place.name], (place.lon, place.lat)
        if not _may_be(other) or CENTRE_FACTOR * _km(other, middle) > _km(here, middle):
            continue
        lines = [
            Swap(i, name, km, _km(here, points[name]), _km(other, points[name]))
            for name, km in beside.get(place.name, ())
        ]
        fitting = [line for line in lines if _near(line.swapped_km, line.road_km)]
        if len(fitting) * 2 > len(lines) and all(
            _far(line.line_km, line.road_km) for line in lines
        ):
            found.append(fitting[0])
    return found


def all_swapped(places: Sequence[Place], routes: Sequence[Route]) -> bool:
    """Whether the lengths of roads fit the lines between their ends only in the other order.

    Near the equator, or where all roads lead one way, both orders may fit.
    """
    points = {place.name: (place.lat, place.lon) for place in places}
    ends = [
        (points[r.start], points[r.end], r.km)
        for r in routes
        if r.start in points and r.end in points and points[r.start] != points[r.end]
    ]
    if len(ends) < FEWEST_ROUTES or not all(_may_be(point[::-1]) for point in points.values()):
        return False
    given = sum(_plausible(a, b, km) for a, b, km in ends) / len(ends)
    other = sum(_plausible(a[::-1], b[::-1], km) for a, b, km in ends) / len(ends)
    return other >= ALMOST_ALL and given <= other - LESS


def seeming(places: Sequence[Place], routes: Sequence[Route]) -> str:
    """Whose coordinates seem to be swapped, for who has to correct them; empty if nobody's."""
    swaps = swapped_places(places, routes)
    if swaps:
        names = listed([repr(places[swap.index].name) for swap in swaps], 3)
        return f"latitude and longitude of {names} seem to be swapped"
    return ALL_SWAPPED if all_swapped(places, routes) else ""


def _km(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    return distance_km(one[0], one[1], other[0], other[1])


def _may_be(point: Sequence[float]) -> bool:
    return abs(point[0]) <= 90.0


def _near(line_km: float, road_km: float) -> bool:
    return line_km <= NEAR_FACTOR * road_km + NEAR_KM


def _far(line_km: float, road_km: float) -> bool:
    return line_km > FAR_FACTOR * road_km + FAR_KM


def _plausible(one: Sequence[float], other: Sequence[float], road_km: float) -> bool:
    line = _km(tuple(one), tuple(other))
    return PLAUSIBLE[0] * line <= road_km <= PLAUSIBLE[1] * line
