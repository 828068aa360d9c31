"""Rules on what policies name besides crossings: roads, places, levels and whom they stop."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.policy.base import Policy
from flowsim.policy.gatekeeping import ExitBan, PushBack
from flowsim.policy.hosting import (
    Dispersal,
    EncouragedReturn,
    ForcedReturn,
    ReceptionStop,
    Relocation,
)
from flowsim.policy.roads import Checkpoint, RoadPolicy
from flowsim.policy.sections import Authority
from flowsim.policy.stock import CapacityBound, Reactive, Watch
from flowsim.policy.who import OF_HOUSEHOLDS
from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, listed
from flowsim.scenario.nodes import Loc
from flowsim.scenario.rules.borders import crossings_of, each_policy
from flowsim.scenario.rules.common import numbered, unknown

Held = tuple[Loc, Authority, Policy]


def _held(draft: Draft) -> Iterator[Held]:
    for loc, border in draft.borders.each():
        for direction in ("policies", "back"):
            for at, policy in each_policy(loc, border, direction):
                yield at, border.authorities[int(at[len(loc) + 1])], policy


def roads(draft: Draft) -> Iterator[Flaw]:
    """Corridors and checkpoints lie on routes inside a country."""
    country = draft.country_of()
    inner = {
        frozenset((r.start, r.end))
        for r in draft.routes.all()
        if country.get(r.start) == country.get(r.end)
    }
    for loc, _, policy in _held(draft):
        if not isinstance(policy, RoadPolicy):
            continue
        for i, pair in enumerate(policy.routes):
            if frozenset(pair) not in inner:
                wrong = f"no route inside a country joins {pair[0]!r} and {pair[1]!r}"
                yield Flaw((*loc, "routes", i), wrong, "name the two ends of a row of the routes")


def stops(draft: Draft) -> Iterator[Flaw]:
    """A checkpoint stops households, not some persons of them."""
    for loc, _, policy in _held(draft):
        if not isinstance(policy, Checkpoint):
            continue
        for i, who in enumerate(policy.stops):
            words = [word.strip() for word in who.split("+")]
            if not all(word.startswith(OF_HOUSEHOLDS) for word in words):
                wrong = f"{who!r} is no condition on a household"
                right = "name group:NAME, nationality:NAME or kin_across"
                yield Flaw((*loc, "stops", i), wrong, right)


def camps(draft: Draft) -> Iterator[Flaw]:
    """People are moved among places of the country whose authority moves them, and to others."""
    own, named = _places_of(draft), dict[str, list[tuple[Loc, str]]]()
    limited = {place.name for place in draft.places.all() if place.capacity}
    for loc, authority, policy in _held(draft):
        mine = own.get(authority.country, set())
        names = named.setdefault(authority.country, [])
        if isinstance(policy, Relocation | Dispersal):
            names += numbered(loc, "origins", policy.origins)
            if isinstance(policy, Relocation):
                to = policy.to
                names += numbered(loc, "to", to)
            else:
                to = tuple(policy.shares)
                names += (((*loc, "shares", name), name) for name in to)
            both = sorted(set(policy.origins) & set(to))
            if both and mine.issuperset(both):
                wrong = f"{both[0]!r} is moved from and to"
                yield Flaw((*loc, "origins"), wrong, "name it once")
        elif isinstance(policy, ReceptionStop):
            names += numbered(loc, "places", policy.places)
        elif isinstance(policy, CapacityBound) and authority.country not in draft.flee_from:
            names += numbered(loc, "places", policy.places)
            watched = set(policy.places) & limited if policy.places else mine & limited
            if not watched and mine.issuperset(policy.places):
                wrong = "none of the places that it watches has a capacity"
                yield Flaw((*loc, "type"), wrong, "give the places a capacity")
    for country, names in named.items():
        mine = own.get(country, set())
        yield from unknown(names, mine, "place", _of_country(country, mine))


def watches(draft: Draft) -> Iterator[Flaw]:
    """What an authority watches is a crossing of its border, a place of its country, or any."""
    own, crossings = _places_of(draft), crossings_of(draft)
    anywhere: list[tuple[Loc, str]] = []
    inside: dict[str, list[tuple[Loc, str]]] = {}
    for b_loc, border in draft.borders.each():
        at_border: list[tuple[Loc, str]] = []
        for direction in ("policies", "back"):
            for loc, policy in each_policy(b_loc, border, direction):
                if not isinstance(policy, Reactive):
                    continue
                authority = border.authorities[int(loc[len(b_loc) + 1])]
                for field in ("when", "until"):
                    watch: Watch | None = getattr(policy, field)
                    if watch is None or not watch.where:
                        continue
                    told = inside.setdefault(authority.country, [])
                    if watch.what in ("waiting", "admitted", "irregular"):
                        told = at_border
                    elif watch.what == "violence":
                        told = anywhere
                    told.append(((*loc, field, "where"), watch.where))
        known = set(crossings.get(frozenset(border.between), []))
        yield from unknown(at_border, known, "crossing")
    yield from unknown(anywhere, set(draft.country_of()), "place")
    for country, names in inside.items():
        mine = own.get(country, set())
        yield from unknown(names, mine, "place", _of_country(country, mine))


def _places_of(draft: Draft) -> dict[str, set[str]]:
    """Names of the places of each country."""
    found: dict[str, set[str]] = {}
    for name, country in draft.country_of().items():
        found.setdefault(country, set()).add(name)
    return found


def _of_country(country: str, own: set[str]) -> str:
    return f"the places of {country}, {listed(sorted(own))}"


def bans(draft: Draft) -> Iterator[Flaw]:
    """An exit ban belongs to a country that people flee from, a limit of camps to one of refuge."""
    for loc, authority, policy in _held(draft):
        fled = authority.country in draft.flee_from
        if isinstance(policy, CapacityBound) and fled:
            wrong = f"nobody is sheltered in {authority.country!r}, from where people flee"
            right = "give it to the authority of a country of refuge"
            yield Flaw((*loc, "type"), wrong, right)
        if isinstance(policy, ExitBan) and not fled and "back" not in loc:
            wrong = f"nobody flees from {authority.country!r}, so it can ban no exit"
            right = f"give it to an authority of {listed(draft.flee_from)}, or close the crossing"
            yield Flaw((*loc, "type"), wrong, right)


def idle(draft: Draft) -> Iterator[Flaw]:
    """Policies stand where they are asked, and press people who are abroad."""
    for loc, authority, policy in _held(draft):
        on_return = isinstance(policy, ForcedReturn | EncouragedReturn)
        outward = RoadPolicy | Relocation | Dispersal | ReceptionStop | ExitBan | PushBack
        if not on_return and not isinstance(policy, outward):
            continue
        kind = getattr(policy, "type", "policy")
        if "back" in loc:
            wrong = f"{kind!r} stands in 'back', and means nothing for those who go home"
            yield Flaw((*loc, "type"), wrong, "move it to 'policies'")
        elif on_return and authority.country in draft.flee_from:
            wrong = f"nobody is sheltered in {authority.country!r}, from where people flee"
            yield Flaw((*loc, "type"), wrong, "give it to the authority of a country of refuge")


RULES = (roads, stops, camps, watches, bans, idle)
