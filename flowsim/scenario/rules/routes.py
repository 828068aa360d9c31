"""Rules on routes and crossings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.rules.common import twice, unknown
from flowsim.scenario.swapped import seeming
from flowsim.world.earth import distance_km

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Scenario
    from flowsim.world.config import Route

SHORTEST = 0.95
"""Least length of a route, as part of the distance of its ends, whose coordinates are rough."""


def some_routes(draft: Draft) -> Iterator[Flaw]:
    """There is a route, where `reached` does not tell that there is none."""
    untold = draft.value("as_given") or len(draft.places.all()) < 2
    if untold and not draft.routes.all():
        yield Flaw(("routes",), "there is no route", "give at least one route")


def ends(draft: Draft) -> Iterator[Flaw]:
    """Routes join two places that exist."""
    routes = list(draft.routes.each())
    names = (
        ((*loc, end), getattr(route, end)) for loc, route in routes for end in ("start", "end")
    )
    yield from unknown(names, draft.places.names(), "place")
    for loc, route in routes:
        if route.start == route.end:
            wrong = f"the route leads from {route.start!r} to itself"
            yield Flaw((*loc, "end"), wrong, "name two places")


def route_twice(draft: Draft) -> Iterator[Flaw]:
    """No two routes of a kind join the same two places."""
    first: dict[tuple[frozenset[str], str, str], int] = {}
    for loc, route in draft.routes.each():
        key = (frozenset((route.start, route.end)), route.mode, route.crossing)
        if key in first:
            wrong = f"a {route.mode} route from {route.start!r} to {route.end!r} appears twice"
            right = f"remove one of them; the first is number {first[key] + 1}"
            yield Flaw((*loc, "start"), wrong, right)
        first.setdefault(key, int(loc[-1]))


def crossing_twice(draft: Draft) -> Iterator[Flaw]:
    """No two crossings have one name."""
    return twice(draft.routes, "crossing", "crossing")


def gates(draft: Draft) -> Iterator[Flaw]:
    """Capacities over time are of crossings that exist, one at a time in each direction."""
    known = {route.crossing for route in draft.routes.all() if route.crossing}
    told = list(draft.gates.each())
    yield from unknown([((*loc, "crossing"), row.crossing) for loc, row in told], known, "crossing")
    first: dict[tuple[str, datetime, str], int] = {}
    for loc, row in told:
        ways = ("out", "back") if row.direction == "both" else (row.direction,)
        keys = [(row.crossing, row.start, way) for way in ways]
        before = next((first[key] for key in keys if key in first), None)
        if before is not None:
            wrong = f"the capacity of {row.crossing!r} from then on is told twice"
            yield Flaw((*loc, "start"), wrong, f"remove one; the first is number {before + 1}")
        for key in keys:
            first.setdefault(key, int(loc[-1]))


def over_a_border(draft: Draft) -> Iterator[Flaw]:
    """A route between countries is a named post or gap; others are not."""
    country = draft.country_of()
    for loc, route in draft.routes.each():
        start, end = country.get(route.start), country.get(route.end)
        if start is None or end is None:
            continue
        if start == end:
            for field, value in (
                ("crossing", route.crossing),
                ("gate_per_hour", route.gate_per_hour),
            ):
                if value:
                    wrong = f"{field!r} is given for a route inside {start}"
                    yield Flaw((*loc, field), wrong, "leave it empty, or let the route lead abroad")
            if route.kind != "inner":
                wrong = f"a route inside {start} cannot be a {route.kind}"
                yield Flaw((*loc, "kind"), wrong, "give 'inner'")
            continue
        if not route.crossing:
            wrong = f"the route leads from {start} to {end} and has no 'crossing'"
            yield Flaw((*loc, "crossing"), wrong, "name the crossing")
        if route.kind == "inner":
            wrong = f"the route leads from {start} to {end} and is not 'inner'"
            yield Flaw((*loc, "kind"), wrong, "give 'post' or 'gap'")


def shortest_km(scenario: Scenario, route: Route) -> float:
    """What a route must measure at least, kilometres."""
    ends = {place.name: place for place in scenario.places}
    a, b = ends[route.start], ends[route.end]
    return SHORTEST * distance_km(a.lat, a.lon, b.lat, b.lon)


def length(draft: Draft) -> Iterator[Flaw]:
    """No route is shorter than the line between its ends."""
    if draft.value("as_given"):
        return
    places = {place.name: place for _, place in draft.places.each()}
    hint: str | None = None
    for loc, route in draft.routes.each():
        if route.start not in places or route.end not in places:
            continue
        a, b = places[route.start], places[route.end]
        line = distance_km(a.lat, a.lon, b.lat, b.lon)
        if route.km < SHORTEST * line:
            wrong = f"{route.km:g} km is shorter than the {line:.1f} km between its ends"
            if hint is None:
                told = seeming(list(places.values()), [r for _, r in draft.routes.each()])
                hint = f" ({told})" if told else ""
            right = f"give a longer way, or correct the coordinates{hint}"
            yield Flaw((*loc, "km"), wrong, right)


def reached(draft: Draft) -> Iterator[Flaw]:
    """Every place can be reached from where people flee."""
    if draft.value("as_given"):
        return
    beside: dict[str, list[str]] = {}
    for route in draft.routes.all():
        beside.setdefault(route.start, []).append(route.end)
        beside.setdefault(route.end, []).append(route.start)
    fled = set(draft.flee_from)
    todo = [p.name for p in draft.places.all() if p.country in fled and p.population]
    if not todo:
        return
    seen = set(todo)
    while todo:
        for name in beside.get(todo.pop(), ()):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    for loc, place in draft.places.each():
        if len(draft.places.valid) > 1 and (place.name not in seen or place.name not in beside):
            wrong = f"no route leads to {place.name!r} from where people flee"
            yield Flaw((*loc, "name"), wrong, "give a route to it, or remove it")


RULES = (some_routes, ends, route_twice, crossing_twice, gates, over_a_border, length, reached)
