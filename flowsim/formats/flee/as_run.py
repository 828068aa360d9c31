"""Closures as Flee 3's own code enacts them, which is not always what their authors meant.

A rule fires on exactly its first and last day, so one that begins before day 0 never does, and one
whose last day is not after its first never ends. `location` cuts off the place that is named first,
whatever is named beside it. `link` closes nothing. Rules do not count how many of them close a
link: the end of one opens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flowsim.formats.flee.rows import Row
from flowsim.world.sections import Route


class Told(NamedTuple):
    """A row of closures.csv, with days since the start."""

    row: Row
    kind: str
    one: str
    other: str
    first: int
    last: int


class Spell(NamedTuple):
    """A time in which a route or a camp is closed, days ``[first, stop)``; None is no end."""

    row: Row
    route: int
    camp: str
    first: int
    stop: int | None


Thing = int | str
"""A route by its number, or a camp by its name."""


def spells_as_run(
    told: Sequence[Told], routes: Sequence[Route], country: Mapping[str, str], days: int
) -> Iterator[Spell]:
    """When each route and camp is closed in a run of so many days.

    Parameters
    ----------
    told : sequence of Told
    routes : sequence of Route
    country : mapping of str to str
        Of each place.
    days : int
    """
    things = [_things(closure, routes, country) for closure in told]
    closed: dict[Thing, tuple[int, Row]] = {}
    for day in range(days):
        for closure, own in zip(told, things, strict=True):
            if closure.first == day:
                for thing in own:
                    closed.setdefault(thing, (day, closure.row))
            if closure.last == day:
                for thing in own:
                    begun = closed.pop(thing, None)
                    if begun is not None and begun[0] < day:
                        yield _spell(thing, *begun, day)
    for thing, (first, row) in closed.items():
        yield _spell(thing, first, row, None)


def _things(told: Told, routes: Sequence[Route], country: Mapping[str, str]) -> list[Thing]:
    if told.kind in ("camp", "idpcamp"):
        return [told.one]
    if told.kind == "location":
        return [r for r, route in enumerate(routes) if told.one in (route.start, route.end)]
    if told.kind == "country":
        pair = {told.one, told.other}
        return [r for r, t in enumerate(routes) if {country[t.start], country[t.end]} == pair]
    return []


def _spell(thing: Thing, first: int, row: Row, stop: int | None) -> Spell:
    if isinstance(thing, str):
        return Spell(row, -1, thing, first, stop)
    return Spell(row, thing, "", first, stop)
