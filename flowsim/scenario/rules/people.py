"""Rules on places, groups and who lives where."""

from __future__ import annotations

import math
from collections.abc import Iterator

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, did_you_mean, listed
from flowsim.scenario.nodes import Loc
from flowsim.scenario.rules.common import TOLERANCE, twice, unknown
from flowsim.world.earth import distance_km
from flowsim.world.sections import KINDS, Place

MOST_PERSONS = 50_000_000
"""Persons whom a run can hold in memory."""
MOST_IN_HOUSEHOLD = 200
OVERLAP_KM = 0.01
"""Places closer than this are taken for the same, kilometres."""
_DEGREE_KM = 111.0


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
    by_lat = sorted(draft.places.each(), key=lambda entry: entry[1].lat)
    for i, (loc, place) in enumerate(by_lat):
        for other_loc, other in by_lat[i + 1 :]:
            if (other.lat - place.lat) * _DEGREE_KM > OVERLAP_KM:
                break
            if other.name == place.name:
                continue
            if distance_km(place.lat, place.lon, other.lat, other.lon) < OVERLAP_KM:
                later, earlier = sorted([(loc, place), (other_loc, other)], key=_row)[::-1]
                wrong = f"{later[1].name!r} lies on the spot of {earlier[1].name!r}"
                yield Flaw((*later[0], "lat"), wrong, "give each place its own coordinates")


def _row(entry: tuple[Loc, Place]) -> int:
    return int(entry[0][-1])


def flee_from(draft: Draft) -> Iterator[Flaw]:
    """People flee from at least one country, and each has a place."""
    if not draft.flee_from:
        yield Flaw(("flee_from",), "there is no country to flee from", "name at least one")
    known = draft.countries()
    for i, country in enumerate(draft.flee_from):
        if country in draft.flee_from[:i]:
            yield Flaw(("flee_from", i), f"{country!r} stands twice", "remove one of them")
        elif country not in known:
            right = f"name one of {listed(sorted(known))}{did_you_mean(country, sorted(known))}"
            yield Flaw(("flee_from", i), f"no place lies in {country!r}", right)


def share_names(draft: Draft) -> Iterator[Flaw]:
    """Shares are of groups that exist."""
    places = draft.places.each()
    names = (((*loc, "share", group), group) for loc, place in places for group in place.share)
    return unknown(names, draft.groups.names(), "group")


def share_sum(draft: Draft) -> Iterator[Flaw]:
    """Where people can flee from, the shares of the groups add up to 1."""
    for loc, place in draft.places.each():
        if place.population == 0 or place.country not in draft.flee_from:
            continue
        total = math.fsum(place.share.values())
        if not place.share:
            wrong = f"{place.population} people live here and none of them is of a group"
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
            yield Flaw((*loc, "children"), "everybody is a child", "give households grown-ups")


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
    homes = [place for place in draft.places.all() if place.country in draft.flee_from]
    if not any(place.population for place in homes):
        return
    for loc, group in draft.groups.each():
        if not any(round(place.population * place.share.get(group.name, 0.0)) for place in homes):
            wrong = f"the group {group.name!r} has no households"
            right = f"give it a share of a place in {listed(draft.flee_from)}, or remove it"
            yield Flaw((*loc, "name"), wrong, right)


def total(draft: Draft) -> Iterator[Flaw]:
    """Somebody lives where people flee from, and not more than a run can hold."""
    homes = [place for place in draft.places.all() if place.country in draft.flee_from]
    persons = sum(place.population for place in homes)
    if homes and persons == 0:
        wrong = f"nobody lives in {listed(draft.flee_from)}"
        yield Flaw(("places",), wrong, "give places there a population")
    elif persons > MOST_PERSONS:
        wrong = f"{persons} persons live in {listed(draft.flee_from)}"
        yield Flaw(("places",), wrong, f"give at most {MOST_PERSONS}")


RULES = (
    some_places,
    place_twice, group_twice, overlap, flee_from, share_names, share_sum, ages, sizes, households,
    total,
)  # fmt: skip
