"""Rules on spells of violence, forces and conditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.nodes import Loc
from flowsim.scenario.rules.common import numbered, twice, unknown
from flowsim.world.crowds import persons_meant
from flowsim.world.violence_config import Order

HALF_LIVES = 10
"""After so many half-lives nothing is left of a spell."""


def event_names(draft: Draft) -> Iterator[Flaw]:
    """Spells are at places that exist, and no two have one name."""
    yield from twice(draft.events, "name", "event")
    names = (((*loc, "place"), event.place) for loc, event in draft.events.each())
    yield from unknown(names, draft.places.names(), "place")


def targets(draft: Draft) -> Iterator[Flaw]:
    """Spells target groups that exist."""
    events = draft.events.each()
    names = (((*loc, "target", group), group) for loc, event in events for group in event.target)
    return unknown(names, draft.groups.names(), "group")


def crowds(draft: Draft) -> Iterator[Flaw]:
    """Who gathers lives there, and is targeted."""
    groups, hosts = draft.groups.all(), {place.name: place for place in draft.places.all()}
    names = [group.name for group in groups]
    for loc, event in draft.events.each():
        place = hosts.get(event.place)
        if event.crowd is None or place is None:
            continue
        live = [place.population * place.share.get(name, 0.0) for name in names]
        meant = persons_meant(event, live, names)
        if event.crowd > meant:
            wrong = (
                f"{event.crowd:,.7g} persons gather where the event targets {meant:,.7g} of those "
                "who live there"
            )
            yield Flaw((*loc, "crowd"), wrong, "name more groups in `target`, or a smaller crowd")


def on_the_road(draft: Draft) -> Iterator[Flaw]:
    """Violence on the road is on a route that there is; what belongs to the road is told of one."""
    joined = {frozenset((route.start, route.end)) for route in draft.routes.all()}
    known = draft.places.names()
    for loc, event in draft.events.each():
        if not event.to:
            if event.part < 1.0:
                wrong = "it tells on which part of the way it holds, and is not on a road"
                yield Flaw((*loc, "part"), wrong, "name the other end of the route in `to`")
            continue
        if event.crowd is not None:
            wrong = "a crowd gathers on a road, where all who travel are in danger"
            yield Flaw((*loc, "crowd"), wrong, "let it gather at a place, or leave the crowd out")
        if event.to not in known:
            yield from unknown([((*loc, "to"), event.to)], known, "place")
        elif event.place in known and frozenset((event.place, event.to)) not in joined:
            wrong = f"no route joins {event.place!r} and {event.to!r}"
            yield Flaw((*loc, "to"), wrong, "name the other end of a route from the place")


def event_tolls(draft: Draft) -> Iterator[Flaw]:
    """An event that strikes some number targets somebody, and no more than are simulated."""
    for loc, event in draft.events.each():
        field = "deaths" if event.deaths > 0.0 else "wounded"
        most = max(event.deaths, event.wounded)
        if most == 0.0:
            continue
        if not any(event.target.values()):
            wrong = "it has a toll and targets nobody"
            yield Flaw((*loc, field), wrong, "give whom it targets in `target`")
            continue
        meant = _simulated(draft, {name for name, share in event.target.items() if share > 0.0})
        if most > meant > 0.0:
            field = "deaths" if event.deaths == most else "wounded"
            wrong = f"{most:,.7g} are to be struck, and it targets {meant:,.7g} persons anywhere"
            yield Flaw((*loc, field), wrong, "give fewer, in persons")


def _simulated(draft: Draft, groups: set[str]) -> float:
    """Persons of some groups in the countries that people flee from."""
    fled = set(draft.flee_from)
    homes = (place for place in draft.places.all() if place.country in fled)
    return sum(p.population * sum(p.share.get(name, 0.0) for name in groups) for p in homes)


def event_times(draft: Draft) -> Iterator[Flaw]:
    """A spell begins, peaks and ebbs away in this order."""
    for loc, event in draft.events.each():
        if event.peak < event.start:
            wrong = f"the peak {event.peak:%Y-%m-%dT%H:%M} is before the start"
            yield Flaw((*loc, "peak"), wrong, "give start <= peak <= until")
        if event.until < event.peak:
            wrong = f"'until' {event.until:%Y-%m-%dT%H:%M} is before the peak"
            yield Flaw((*loc, "until"), wrong, "give start <= peak <= until")


def event_period(draft: Draft) -> Iterator[Flaw]:
    """Spells touch the period; those that a shortened run does not come to are not a mistake."""
    events = list(draft.events.each())
    all_late = all(event.start >= draft.end for _, event in events)
    for loc, event in events:
        tail = timedelta(hours=min(HALF_LIVES * (event.half_life_hours or 0.0), 1e6))
        if all_late:
            yield Flaw((*loc, "start"), "it begins after the period", "give an earlier time")
        elif draft.start - event.until > tail:
            yield Flaw((*loc, "until"), "it is over before the period", "give a later time")


def forces(draft: Draft) -> Iterator[Flaw]:
    """Forces stand at places that exist."""
    yield from twice(draft.forces, "name", "force")
    names = (n for loc, c in draft.forces.each() for n in numbered(loc, "places", c.places))
    yield from unknown(names, draft.places.names(), "place")


def orders(draft: Draft) -> Iterator[Flaw]:
    """The orders of a force stand in order of time."""
    for loc, force in draft.forces.each():
        for i in range(1, len(force.orders)):
            if force.orders[i].start <= force.orders[i - 1].start:
                wrong = "this order does not come after the one before it"
                yield Flaw((*loc, "orders", i, "start"), wrong, "give the orders in order of time")


def order_places(draft: Draft) -> Iterator[Flaw]:
    """Orders send forces to places that exist."""
    names = (n for at, order in _orders(draft) for n in numbered(at, "places", order.places))
    return unknown(names, draft.places.names(), "place")


def order_groups(draft: Draft) -> Iterator[Flaw]:
    """Roadblocks of forces stop groups that exist."""
    names = (n for at, order in _orders(draft) for n in numbered(at, "groups", order.groups))
    return unknown(names, draft.groups.names(), "group")


def order_sides(draft: Draft) -> Iterator[Flaw]:
    """A force that takes part does so against groups that exist, and no other names any."""
    names = (n for at, order in _orders(draft) for n in numbered(at, "against", order.against))
    yield from unknown(names, draft.groups.names(), "group")
    for at, order in _orders(draft):
        if order.stance == "take_part" and not order.against:
            wrong = "it takes part on one side, and does not say against whom"
            yield Flaw((*at, "stance"), wrong, "name the groups it turns on: `against: [...]`")
        elif order.against and order.stance != "take_part":
            wrong = f"it names groups to turn on, but its stance is {order.stance}"
            yield Flaw((*at, "against"), wrong, "remove them, or give `stance: take_part`")


def escalation(draft: Draft) -> Iterator[Flaw]:
    """Violence that excites itself does not grow without end, whatever its forces do."""
    violence = draft.value("violence")
    section = violence.escalation
    if section.branching == 0.0:
        return
    places, groups = draft.places.all(), draft.groups.all()
    forces, conditions = draft.forces.all(), draft.conditions.all()
    from flowsim.world.escalation import without_end  # only now: it takes scipy

    found = without_end(
        violence, places, groups, forces, conditions, draft.flee_from, (draft.start, draft.end)
    )
    if found:
        moment, ratio = found
        wrong = (
            f"from {moment:%Y-%m-%dT%H:%M} on an act sets off {ratio:.3g} further ones, forces and "
            "conditions counted, so that violence would grow without end"
        )
        right = f"give less than {section.branching / ratio:.3g}, or forces that feed it less"
        yield Flaw(("violence", "escalation", "branching"), wrong, right)


def _orders(draft: Draft) -> Iterator[tuple[Loc, Order]]:
    for loc, force in draft.forces.each():
        for i, order in enumerate(force.orders):
            yield (*loc, "orders", i), order


def order_roads(draft: Draft) -> Iterator[Flaw]:
    """Who blocks or opens roads is somebody, and who stops groups blocks roads."""
    for loc, force in draft.forces.each():
        size = force.size
        for i, order in enumerate(force.orders):
            size = size if order.size is None else order.size
            at = (*loc, "orders", i)
            if order.roads != "leave_alone" and size == 0:
                wrong = f"a force of 0 persons cannot {order.roads} roads"
                yield Flaw((*at, "roads"), wrong, "give it a size, or leave the roads alone")
            if order.groups and order.roads != "block":
                wrong = "it names groups to stop, but blocks no roads"
                yield Flaw((*at, "groups"), wrong, "remove them, or give `roads: block`")


def conditions(draft: Draft) -> Iterator[Flaw]:
    """Conditions hold at places that exist."""
    yield from twice(draft.conditions, "name", "condition")
    names = (n for loc, c in draft.conditions.each() for n in numbered(loc, "places", c.places))
    yield from unknown(names, draft.places.names(), "place")


def condition_groups(draft: Draft) -> Iterator[Flaw]:
    """Conditions concern groups that exist."""
    names = (n for loc, c in draft.conditions.each() for n in numbered(loc, "groups", c.groups))
    return unknown(names, draft.groups.names(), "group")


def condition_windows(draft: Draft) -> Iterator[Flaw]:
    """Conditions hold for a time."""
    for loc, condition in draft.conditions.each():
        if condition.stop <= condition.start:
            wrong = f"it stops at {condition.stop:%Y-%m-%dT%H:%M}, which is not after its start"
            yield Flaw((*loc, "stop"), wrong, "give a later stop")
        if condition.hours and condition.hours[0] == condition.hours[1]:
            wrong = "it begins and ends at the same hour"
            yield Flaw((*loc, "hours"), wrong, "give two hours, or none for all day")


RULES = (
    event_names, targets, crowds, on_the_road, event_tolls, event_times, event_period, forces,
    orders, order_places, order_groups, order_roads, order_sides, escalation, conditions,
    condition_groups, condition_windows,
)  # fmt: skip
