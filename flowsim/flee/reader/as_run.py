"""Closures as Flee 3's own code enacts them, which is not always what their authors meant.

A rule fires on exactly its first and last day, so one that begins before day 0 never does, and one
whose last day is not after its first never ends. `location` cuts off the place that is named first,
whatever is named beside it. `link` closes nothing. Rules do not count how many of them close a
link: the end of one opens it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flowsim.flee.reader.rows import Row
from flowsim.world.config import Route


class Told(NamedTuple):
    """A row of closures.csv, with days since the start."""

    row: Row
    kind: str
    one: str
    other: str
    first: int
    last: int


class Spell(NamedTuple):
    """A time in which a route or a camp is closed, days ``[first, stop)``; None means no end."""

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
    things = _Things(routes, country)
    closed: dict[Thing, tuple[int, Row]] = {}
    by_day: dict[int, dict[int, Told]] = {}
    for number, closure in enumerate(told):
        for day in (closure.first, closure.last):
            by_day.setdefault(day, {})[number] = closure
    for day in sorted(day for day in by_day if 0 <= day < days):
        for closure in by_day[day].values():
            if closure.first == day:
                for thing in things.of(closure):
                    closed.setdefault(thing, (day, closure.row))
            if closure.last == day:
                for thing in things.of(closure):
                    begun = closed.pop(thing, None)
                    if begun is not None and begun[0] < day:
                        yield _spell(thing, *begun, day)
    for thing, (first, row) in closed.items():
        yield _spell(thing, first, row, None)


class _Things:
    """What each closure closes: camps by name, routes by number."""

    def __init__(self, routes: Sequence[Route], country: Mapping[str, str]) -> None:
        self._at: dict[str, list[Thing]] = {}
        self._between: dict[frozenset[str], list[Thing]] = {}
        for r, route in enumerate(routes):
            for end in (route.start, route.end):
                self._at.setdefault(end, []).append(r)
            pair = frozenset((country[route.start], country[route.end]))
            self._between.setdefault(pair, []).append(r)

    def of(self, told: Told) -> Sequence[Thing]:
        if told.kind in ("camp", "idpcamp"):
            return (told.one,)
        if told.kind == "location":
            return self._at.get(told.one, ())
        if told.kind == "country":
            return self._between.get(frozenset((told.one, told.other)), ())
        return ()


def _spell(thing: Thing, first: int, row: Row, stop: int | None) -> Spell:
    if isinstance(thing, str):
        return Spell(row, -1, thing, first, stop)
    return Spell(row, thing, "", first, stop)
