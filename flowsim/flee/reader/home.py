"""Where people flee from: the home country, and conflict zones that nobody can leave for a camp."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from flowsim.flee.reader.places import Spot, neighbours
from flowsim.flee.reader.rows import Notes
from flowsim.world.config import Route


def home_country(
    spots: Mapping[str, Spot], fought: Sequence[str], strict: bool, notes: Notes
) -> str:
    """The country in which most conflict zones lie; where there are none, that of the first row.

    Those count that are in conflict at some time, and where none is, those that are named as such.

    Of countries with as many, that of the first row goes first, then the one that comes first in
    the table. Flee takes the first row whatever it is, and so does ``strict`` where anybody lives
    there; a difference is told.

    Parameters
    ----------
    spots : mapping of str to Spot
    fought : sequence of str
        Places that are in conflict at some time.
    strict : bool
    notes : Notes
    """
    if not spots:
        return ""
    first = next(iter(spots.values()))
    named = fought or [name for name, spot in spots.items() if spot.kind == "conflict"]
    zones = Counter(spots[name].country for name in named)
    order = list(dict.fromkeys(spot.country for spot in spots.values()))
    most = max(order, key=lambda country: zones[country])  # max keeps the first of equals
    lived_in = any(spot.number for spot in spots.values() if spot.country == first.country
                   and spot.kind != "camp")  # fmt: skip
    home = first.country if strict and lived_in else most
    if most != first.country:
        taken = "and not that of the first row, which Flee takes"
        if strict:
            taken = "as Flee does" if lived_in else f"as nobody lives in {first.country}, the first"
        where = f"{zones[most]} of {len(named)} conflict zones are in {most}"
        notes.warn(first.row, f"people flee from {home}, {taken}: {where}")
    abroad = [name for name in fought if spots[name].country != home]
    if abroad:
        told = f"{abroad[0]!r} is in conflict and not in {home}, where people flee from"
        more = f"; so are {len(abroad) - 1} further places" if abroad[1:] else ""
        notes.warn(spots[abroad[0]].row, f"{told}: by flowsim's rules nobody leaves it{more}")
    return home


def tell_unreached(
    spots: Mapping[str, Spot], routes: Iterable[Route], fought: Sequence[str], notes: Notes
) -> None:
    """Warn of each conflict zone from which no chain of routes leads to a camp."""
    near = neighbours(spots, routes)
    ahead = [name for name, spot in spots.items() if spot.kind == "camp"]
    reached = set(ahead)
    while ahead:
        fresh = [other for other in near[ahead.pop()] if other not in reached]
        reached.update(fresh)
        ahead += fresh
    for name in fought:
        if name not in reached:
            way = "no way over its routes to a camp" if near[name] else "no route"
            told = f"the conflict zone {name!r} has {way}: who leaves it comes to no camp"
            notes.warn(spots[name].row, told)
