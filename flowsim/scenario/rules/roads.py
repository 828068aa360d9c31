"""Rules on what roads hold and let through, on events on them, and on fuel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, listed
from flowsim.scenario.rules.common import numbered, unknown

EVENTS = ("road_events",)
FUEL = ("fuel",)


def one_capacity(draft: Draft) -> Iterator[Flaw]:
    """A road has one capacity, and a path one in persons."""
    for loc, route in draft.routes.each():
        if route.vehicles_per_hour is not None and route.persons_per_hour is not None:
            wrong = "the route has a capacity in vehicles and one in persons"
            yield Flaw((*loc, "persons_per_hour"), wrong, "keep one of them")
        for field in ("vehicles_per_hour", "lanes"):
            if route.mode == "foot" and getattr(route, field) is not None:
                wrong = f"{field!r} is given for a path that people walk"
                yield Flaw((*loc, field), wrong, "give persons_per_hour, or let the mode be road")


def before_a_gate(draft: Draft) -> Iterator[Flaw]:
    """There is room to wait before a gate only where there is a gate."""
    country = draft.country_of()
    for loc, route in draft.routes.each():
        inner = country.get(route.start) == country.get(route.end)
        if route.waiting_room is not None and inner:
            wrong = f"'waiting_room' is given for a route inside {country.get(route.start)}"
            right = "give lanes, or let the route lead abroad"
            yield Flaw((*loc, "waiting_room"), wrong, right)


def event_names(draft: Draft) -> Iterator[Flaw]:
    """Events name places that exist."""
    rows = list(draft.rows(EVENTS).each())
    names = (n for loc, event in rows for n in numbered(loc, "route", event.route))
    yield from unknown(names, draft.places.names(), "place")


def event_routes(draft: Draft) -> Iterator[Flaw]:
    """An event is on a road that there is; what is less than closed is a part of a capacity."""
    limited: dict[tuple[frozenset[str], str], bool] = {}
    for route in draft.routes.all():
        key = (frozenset((route.start, route.end)), route.mode)
        told = route.vehicles_per_hour is not None or route.persons_per_hour is not None
        limited[key] = limited.get(key, False) or told
    known = set(draft.country_of())
    for loc, event in draft.rows(EVENTS).each():
        if not known.issuperset(event.route):
            continue  # told by `event_names`
        one, other = event.route
        key = (frozenset(event.route), event.mode)
        if key not in limited:
            wrong = f"no {event.mode} route joins {one!r} and {other!r}"
            others = [mode for ends, mode in limited if ends == key[0]]
            right = "name the two ends of a row of the routes"
            right = f"give `mode: {others[0]}`, as theirs is" if others else right
            yield Flaw((*loc, "route"), wrong, right)
        elif not limited[key] and 0.0 < event.capacity < 1.0:
            wrong = f"the route from {one!r} to {other!r} has no capacity to take a part of"
            right = "give it vehicles_per_hour or persons_per_hour, or close it with 0"
            yield Flaw((*loc, "capacity"), wrong, right)


def event_times(draft: Draft) -> Iterator[Flaw]:
    """Events last for a time."""
    for loc, event in draft.rows(EVENTS).each():
        if event.stop <= event.start:
            wrong = f"it stops at {event.stop:%Y-%m-%dT%H:%M}, which is not after its start"
            yield Flaw((*loc, "stop"), wrong, "give a later stop")


def pumps(draft: Draft) -> Iterator[Flaw]:
    """Fuel is short where people set out from."""
    rows = list(draft.rows(FUEL).each())
    country = draft.country_of()
    yield from unknown((((*loc, "place"), row.place) for loc, row in rows), set(country), "place")
    fled, right = set(draft.flee_from), ""
    for loc, row in rows:
        if row.place in country and country[row.place] not in fled:
            wrong = f"{row.place!r} is in {country[row.place]}, which people do not flee from"
            right = right or f"name a place in {listed(draft.flee_from)}"
            yield Flaw((*loc, "place"), wrong, right)


def pump_twice(draft: Draft) -> Iterator[Flaw]:
    """No two rows tell of one place and moment."""
    first: dict[tuple[str, datetime], int] = {}
    for loc, row in draft.rows(FUEL).each():
        key = (row.place, row.start)
        if key in first:
            wrong = f"this place and moment appear twice, first as number {first[key] + 1}"
            yield Flaw((*loc, "start"), wrong, "keep one of them")
        first.setdefault(key, int(loc[-1]))


RULES = (
    one_capacity, before_a_gate, event_names, event_routes, event_times, pumps, pump_twice,
)  # fmt: skip
