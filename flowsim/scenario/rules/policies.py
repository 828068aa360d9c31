"""Rules on what policies name, and on where they stand; the policies themselves say both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from flowsim.policy.base import Ground, Policy
from flowsim.policy.config import Authority, Border
from flowsim.policy.names import Named
from flowsim.policy.opening import WHO, Direction
from flowsim.policy.who import OF_HOUSEHOLDS
from flowsim.scenario.draft import Draft, NotKnownError
from flowsim.scenario.flaws import SUGGESTIONS, Flaw, did_you_mean, listed
from flowsim.scenario.nodes import Loc
from flowsim.scenario.rules.borders import crossings_of, each_policy
from flowsim.scenario.rules.common import unknown


class _Held(NamedTuple):
    """A policy with where it stands and who holds it."""

    loc: Loc
    border: Border
    authority: Authority
    direction: Direction
    policy: Policy


def _held(draft: Draft) -> Iterator[_Held]:
    directions: tuple[tuple[Direction, str], ...] = (("out", "policies"), ("back", "back"))
    for loc, border in draft.borders.each():
        for direction, field in directions:
            for at, policy in each_policy(loc, border, field):
                authority = border.authorities[int(at[len(loc) + 1])]
                yield _Held(at, border, authority, direction, policy)


def _names(draft: Draft) -> Iterator[tuple[_Held, Named]]:
    """The names in policies, each with its place in the scenario."""
    for held in _held(draft):
        if held.policy.of_refuge and held.authority.country in draft.flee_from:
            continue  # told by `standing`
        for named in held.policy.named():
            yield held, named._replace(loc=(*held.loc, *named.loc))


def crossings(draft: Draft) -> Iterator[Flaw]:
    """Policies name crossings of their border."""
    of = crossings_of(draft)
    by_border: dict[str, tuple[Border, list[tuple[Loc, str]]]] = {}
    for held in _held(draft):
        told = by_border.setdefault(held.border.id, (held.border, []))[1]
        told += (((*held.loc, *n.loc), n.name) for n in held.policy.named() if n.kind == "crossing")
    for border, names in by_border.values():
        known = of.get(frozenset(border.between), [])
        where = f"the crossings of {border.id!r}, {listed(known)}"
        yield from unknown(names, set(known), "crossing", where)


def routes(draft: Draft) -> Iterator[Flaw]:
    """Policies name routes inside a country."""
    country = draft.country_of()
    inner = {
        frozenset((r.start, r.end))
        for r in draft.routes.all()
        if country.get(r.start) == country.get(r.end)
    }
    for _, named in _names(draft):
        if named.kind == "route" and frozenset(named.name) not in inner:
            one, other = named.name
            wrong = f"no route inside a country joins {one!r} and {other!r}"
            yield Flaw(named.loc, wrong, "name the two ends of a row of the routes")


def places(draft: Draft) -> Iterator[Flaw]:
    """Policies name places of the country whose authority holds them, or such as are anywhere."""
    own = _capacities(draft)
    inside: dict[str, list[tuple[Loc, str]]] = {}
    anywhere: list[tuple[Loc, str]] = []
    for held, named in _names(draft):
        if named.kind == "place":
            inside.setdefault(held.authority.country, []).append((named.loc, named.name))
        elif named.kind == "place_anywhere":
            anywhere.append((named.loc, named.name))
    yield from unknown(anywhere, set(draft.country_of()), "place")
    for country, names in inside.items():
        mine = set(own.get(country, ()))
        where = f"the places of {country}, {listed(sorted(mine))}"
        yield from unknown(names, mine, "place", where)


def households(draft: Draft) -> Iterator[Flaw]:
    """Where a policy means households, a condition is on a household, not on some of its people."""
    for held in _held(draft):
        for named in held.policy.named():
            words = [word.strip() for word in str(named.name).split("+")]
            if named.kind == "household" and not all(w.startswith(OF_HOUSEHOLDS) for w in words):
                wrong = f"{named.name!r} is not a condition on a household"
                right = "name group:NAME, nationality:NAME or kin_across"
                yield Flaw((*held.loc, *named.loc), wrong, right)


def people(draft: Draft) -> Iterator[Flaw]:
    """Policies name kinds of person that exist."""
    nations = {group.nationality for _, group in draft.groups.each() if group.nationality}
    known = [*WHO, *(f"group:{name}" for name in sorted(draft.groups.names()))]
    known += [f"nationality:{name}" for name in sorted(nations)]
    fine, told_all, lost = set(known), listed(known, 20), 0
    for held in _held(draft):
        for named in held.policy.named():
            if named.kind not in ("person", "household"):
                continue
            for who in (word.strip() for word in str(named.name).split("+")):
                if who in fine:
                    continue
                lost += 1
                near = did_you_mean(who, known) if lost <= SUGGESTIONS else ""
                wrong = f"{who!r} is not a condition on a person"
                yield Flaw((*held.loc, *named.loc), wrong, f"name one of {told_all}{near}")


def standing(draft: Draft) -> Iterator[Flaw]:
    """Policies stand where they mean something."""
    try:
        flee_from = draft.flee_from
    except NotKnownError:
        flee_from = None
    try:
        own = _capacities(draft)
    except NotKnownError:
        own = None
    for held in _held(draft):
        country = held.authority.country
        mine = None if own is None else own.get(country, {})
        ground = Ground(country, held.direction, flee_from, mine)
        for misfit in held.policy.misfits(ground):
            yield Flaw((*held.loc, *misfit.loc), misfit.wrong, misfit.right)


def _capacities(draft: Draft) -> dict[str, dict[str, float | None]]:
    """Capacity of each place of each country, the largest of its rows or with a day's growth."""
    found: dict[str, dict[str, float | None]] = {}
    for place in draft.places.all():
        grown = None if place.capacity is None else place.capacity + place.capacity_per_day
        found.setdefault(place.country, {})[place.name] = grown
    for _, row in draft.capacities.each():
        for of_country in found.values():
            if row.place in of_country:
                of_country[row.place] = max(of_country[row.place] or 0.0, row.room)
    return found


RULES = (crossings, routes, places, households, people, standing)
