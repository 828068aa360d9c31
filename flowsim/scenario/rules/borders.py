"""Rules on borders, authorities and their policies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from flowsim.policy.base import Policy
from flowsim.policy.config import Border
from flowsim.scenario.draft import Draft, NotKnownError, Rows
from flowsim.scenario.flaws import Flaw, did_you_mean, listed
from flowsim.scenario.nodes import Loc
from flowsim.scenario.policies import held
from flowsim.scenario.rules.common import numbered, twice, unknown

_DIRECTIONS = ("policies", "back")
MOST_ORDERS = 1_000
"""Policies of a border that are held against one another."""


def each_policy(loc: Loc, border: Border, direction: str) -> Iterator[tuple[Loc, Policy]]:
    """The policies of both sides of a border, those in other policies and in code too."""
    for i, authority in enumerate(border.authorities):
        for below, policy in held(authority, direction):
            at: Loc = (*loc, "authorities", i, *below)
            yield at, policy
            made = policy.made()
            if made is not None:
                there, policy = (*at, *made[0]), made[1]
                yield there, policy
                yield from (((*there, *deep), inner) for deep, inner in held(policy))


def _all(draft: Draft) -> Iterator[tuple[Loc, Policy]]:
    for loc, border in draft.borders.each():
        for direction in _DIRECTIONS:
            yield from each_policy(loc, border, direction)


def sides(draft: Draft) -> Iterator[Flaw]:
    """A border lies between two countries that have places."""
    known = draft.countries()
    for loc, border in draft.borders.each():
        names = numbered(loc, "between", border.between)
        yield from unknown(names, known, "country")
        if border.between[0] == border.between[1]:
            wrong = f"the border is between {border.between[0]!r} and itself"
            yield Flaw((*loc, "between"), wrong, "name two countries")


def border_twice(draft: Draft) -> Iterator[Flaw]:
    """No two borders have one id or lie between the same two countries."""
    yield from twice(draft.borders, "id", "border")
    first: dict[frozenset[str], str] = {}
    for loc, border in draft.borders.each():
        pair = frozenset(border.between)
        if first.setdefault(pair, border.id) != border.id:
            wrong = f"the border {first[pair]!r} lies between the same countries"
            yield Flaw((*loc, "between"), wrong, "make one border of the two")


def authorities(draft: Draft) -> Iterator[Flaw]:
    """Authorities belong to a side of their border."""
    for loc, border in draft.borders.each():
        if border.between[0] == border.between[1]:
            continue
        seen: set[str] = set()
        for i, authority in enumerate(border.authorities):
            if authority.country in seen:
                wrong = f"{authority.country!r} has an authority at {border.id!r} already"
                right = "give its policies to that one"
                yield Flaw((*loc, "authorities", i, "country"), wrong, right)
            if authority.country not in border.between:
                wrong = f"{authority.country!r} is not a side of the border {border.id!r}"
                near = did_you_mean(authority.country, border.between)
                right = f"name {' or '.join(border.between)}{near}"
                yield Flaw((*loc, "authorities", i, "country"), wrong, right)
            seen.add(authority.country)


def names(draft: Draft) -> Iterator[Flaw]:
    """A policy's name is its own in its list, and no number, which would be its place there."""
    for loc, border in draft.borders.each():
        lists: dict[Loc, dict[int, Policy]] = {}
        for at, policy in held(border):
            if isinstance(at[-1], int):
                lists.setdefault(at[:-1], {})[at[-1]] = policy
            if policy.name.isdecimal():
                wrong = f"the policy has a number, {policy.name!r}, for a name"
                yield Flaw((*loc, *at, "name"), wrong, "give a name with a letter")
        for at, items in lists.items():
            yield from twice(Rows((*loc, *at), items), "name", "policy")


def windows(draft: Draft) -> Iterator[Flaw]:
    """Policies hold for a time."""
    for loc, policy in _all(draft):
        if policy.start and policy.stop and policy.stop < policy.start:
            wrong = f"it stops at {policy.stop:%Y-%m-%dT%H:%M}, before it starts"
            yield Flaw((*loc, "stop"), wrong, "give a later stop")


def crossings_of(draft: Draft) -> dict[frozenset[str], list[str]]:
    """Names of the crossings between two countries."""
    country = draft.country_of()
    found: dict[frozenset[str], list[str]] = {}
    for route in draft.routes.all():
        pair = frozenset((country.get(route.start, ""), country.get(route.end, "")))
        if route.crossing and len(pair) == 2:
            found.setdefault(pair, []).append(route.crossing)
    return found


def priorities(draft: Draft) -> Iterator[Flaw]:
    """At a crossing one order of service holds at a time, whichever side states it."""
    of = crossings_of(draft)
    for loc, border in draft.borders.each():
        known = of.get(frozenset(border.between), [])
        for direction in _DIRECTIONS:
            orders = _orders(loc, border, direction)
            if len(orders) > MOST_ORDERS:
                wrong = f"{len(orders)} policies have an order of service"
                right = f"give at most {MOST_ORDERS} of them one"
                yield Flaw(orders[MOST_ORDERS][0], wrong, right)
                continue
            for (_, one), (at, other) in combinations(orders, 2):
                if one.order() == other.order() or not _meet(one, other):
                    continue
                shared = [c for c in known if _binds(one, c) and _binds(other, c)]
                if shared:
                    wrong = f"two orders of service at once at {listed(shared, 3)}"
                    right = "give one order, or windows that do not overlap"
                    yield Flaw(at, wrong, right)


def _orders(loc: Loc, border: Border, direction: str) -> Sequence[tuple[Loc, Policy]]:
    """Policies with an order of service, each cut to the window of the schedule that holds it."""
    found = []
    for i, authority in enumerate(border.authorities):
        for j, policy in enumerate(getattr(authority, direction)):
            at: Loc = (*loc, "authorities", i, direction, j)
            try:
                parts = policy.parts()
            except ValueError:  # told as a misfit
                raise NotKnownError from None
            found += [((*at, _where_ordered(part)), part) for part in parts if part.order()]
    return found


def _where_ordered(policy: Policy) -> str:
    """The field that holds an order of service, or the type where it has another name."""
    return "priority" if "priority" in type(policy).model_fields else "type"


def _meet(one: Policy, other: Policy) -> bool:
    return not one.window().common(other.window()).is_empty()


def _binds(policy: Policy, crossing: str) -> bool:
    return not policy.crossings or crossing in policy.crossings


RULES = (sides, border_twice, authorities, names, windows, priorities)
