"""Rules on places, groups and who lives where."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import SUGGESTIONS, Flaw, did_you_mean, listed
from flowsim.scenario.rules.common import TOLERANCE, twice, unknown
from flowsim.world.config import KINDS, Place
from flowsim.world.earth import EARTH_KM, distance_km

MOST_PERSONS = 80_000_000
"""Persons whom a run can hold in memory: 15 GB of so many, where a third are on the move."""
SAMPLE = ", or run one household in several: population.one_in"
MOST_IN_HOUSEHOLD = 200
OVERLAP_KM = 0.01
"""Places closer than this are taken for the same, kilometres."""


def some_places(draft: Draft) -> Iterator[Flaw]:
    """There is a place."""
    if draft.no_places():
        yield Flaw(("places",), "there is no place", "give at least one place")


def place_twice(draft: Draft) -> Iterator[Flaw]:
    """No two places have one name."""
    return twice(draft.places, "name", "place")


def group_twice(draft: Draft) -> Iterator[Flaw]:
    """No two groups have one name, and there is one."""
    if not draft.groups.all():
        yield Flaw(("groups",), "there is no group", "give at least one group of people")
    yield from twice(draft.groups, "name", "group")


def overlap(draft: Draft) -> Iterator[Flaw]:
    """No two places lie on one spot."""
    if draft.value("as_given"):
        return
    cells: dict[tuple[int, int, int], list[Place]] = {}
    for loc, place in draft.places.each():
        cell = _cell(place)
        around = (cells.get(beside, ()) for beside in _beside(cell))
        earlier = next((other for some in around for other in some if _near(place, other)), None)
        if earlier is None:
            cells.setdefault(cell, []).append(place)
        elif earlier.name != place.name:
            wrong = f"{place.name!r} lies on the spot of {earlier.name!r}"
            yield Flaw((*loc, "lat"), wrong, "give each place its own coordinates")


def _cell(place: Place) -> tuple[int, int, int]:
    """A cube of the size of a spot, so that what is near lies in it or beside it."""
    lat, lon = math.radians(place.lat), math.radians(place.lon)
    x, y, z = math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat)
    per_axis = EARTH_KM / OVERLAP_KM
    return math.floor(x * per_axis), math.floor(y * per_axis), math.floor(z * per_axis)


def _beside(cell: tuple[int, int, int]) -> Iterator[tuple[int, int, int]]:
    x, y, z = cell
    for dx, dy, dz in product((0, -1, 1), repeat=3):
        yield x + dx, y + dy, z + dz


def _near(one: Place, other: Place) -> bool:
    return distance_km(one.lat, one.lon, other.lat, other.lon) < OVERLAP_KM


def flee_from(draft: Draft) -> Iterator[Flaw]:
    """People flee from at least one country, and each has a place."""
    if not draft.flee_from:
        yield Flaw(("flee_from",), "there is no country to flee from", "name at least one")
    countries, seen = draft.countries(), set[str]()
    known = sorted(countries)
    told, lost = listed(known), 0
    for i, country in enumerate(draft.flee_from):
        if country in seen:
            yield Flaw(("flee_from", i), f"{country!r} appears twice", "remove one of them")
        elif country not in countries:
            lost += 1
            near = did_you_mean(country, known) if lost <= SUGGESTIONS else ""
            yield Flaw(
                ("flee_from", i), f"no place lies in {country!r}", f"name one of {told}{near}"
            )
        seen.add(country)


def share_names(draft: Draft) -> Iterator[Flaw]:
    """Shares are of groups that exist."""
    places = draft.places.each()
    names = (((*loc, "share", group), group) for loc, place in places for group in place.share)
    return unknown(names, draft.groups.names(), "group")


def share_sum(draft: Draft) -> Iterator[Flaw]:
    """Where people can flee from, the shares of the groups add up to 1."""
    fled = set(draft.flee_from)
    for loc, place in draft.places.each():
        if place.population == 0 or place.country not in fled:
            continue
        total = math.fsum(place.share.values())
        if not place.share:
            wrong = f"{place.population} people live here and none of them is in a group"
            yield Flaw((*loc, "share"), wrong, "give the share of each group, adding up to 1")
        elif abs(total - 1.0) > TOLERANCE:
            wrong = f"the shares add up to {total:.4g}"
            yield Flaw((*loc, "share"), wrong, "give shares that add up to 1")


def ages(draft: Draft) -> Iterator[Flaw]:
    """The kinds of person of a group add up to 1, and some of them are grown up."""
    for loc, group in draft.groups.each():
        total = math.fsum(getattr(group, kind) for kind in KINDS)
        if abs(total - 1.0) > TOLERANCE:
            wrong = f"children, women, men and elderly add up to {total:.4g}"
            yield Flaw((*loc, "children"), wrong, "give parts that add up to 1")
        elif group.children >= total:
            yield Flaw((*loc, "children"), "everybody is a child", "give households adults")


def sizes(draft: Draft) -> Iterator[Flaw]:
    """Households have at least one person, and some size has a weight."""
    for loc, group in draft.groups.each():
        for size in group.household_size:
            if not 1 <= size <= MOST_IN_HOUSEHOLD:
                wrong = f"a household of {size} persons"
                right = f"give sizes from 1 to {MOST_IN_HOUSEHOLD}"
                yield Flaw((*loc, "household_size", size), wrong, right, at_key=True)
        if not math.fsum(group.household_size.values()) > 0.0:
            wrong, right = "no household size has a weight", "give a weight above 0"
            yield Flaw((*loc, "household_size"), wrong, right)


def households(draft: Draft) -> Iterator[Flaw]:
    """Every group has households, where people flee from."""
    homes = _homes(draft)
    if not any(place.population for place in homes):
        return
    living = {
        name for place in homes for name, share in place.share.items()
        if round(place.population * share)
    }  # fmt: skip
    for loc, group in draft.groups.each():
        if group.name not in living:
            wrong = f"the group {group.name!r} has no households"
            right = f"give it a share of a place in {listed(draft.flee_from)}, or remove it"
            yield Flaw((*loc, "name"), wrong, right)


def _homes(draft: Draft) -> list[Place]:
    fled = set(draft.flee_from)
    return [place for place in draft.places.all() if place.country in fled]


def total(draft: Draft) -> Iterator[Flaw]:
    """Somebody lives where people flee from, and not more become persons than a run can hold.

    Of a sample, not more than so many persons are in the households that are run.

    Where it is told how many leave, residents are weights, and who leaves becomes a person.
    """
    homes = _homes(draft)
    most = MOST_PERSONS * draft.value("population").one_in
    persons = sum(place.population for place in homes)
    if homes and persons == 0:
        wrong = f"nobody lives in {listed(draft.flee_from)}"
        yield Flaw(("places",), wrong, "give places there a population")
    elif draft.value("behaviour").leaving.count == "given":
        coming = sum(row.persons for row in draft.rows(("arrivals",)).all())
        there = sum(place.sheltered for place in draft.places.all())
        if coming + there > most:
            wrong = f"{coming} persons arrive and {there} are sheltered at the start"
            yield Flaw(("arrivals",), wrong, f"give at most {most} together{SAMPLE}")
    elif persons > most:
        wrong = f"{persons} persons live in {listed(draft.flee_from)}"
        yield Flaw(("places",), wrong, f"give at most {most}{SAMPLE}")


RULES = (
    some_places,
    place_twice, group_twice, overlap, flee_from, share_names, share_sum, ages, sizes, households,
    total,
)  # fmt: skip
