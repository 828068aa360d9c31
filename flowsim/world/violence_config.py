"""Sections that say where people are in danger: violence, forces, and conditions."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flowsim.config import Hour, Instant, Name, NonNegative, Positive, Section, Share

Toll = Annotated[float, Field(ge=0.0, le=10_000_000)]
"""Expected number of persons killed or wounded."""
Armed = Annotated[int, Field(ge=0, le=10_000_000)]
"""Persons under arms."""


class Event(Section):
    """A spell of violence at a place: it rises from onset to peak, holds, and decays by half."""

    name: str = ""
    """By which a variant can change or remove it; empty means that it cannot."""
    place: Name
    """Where it happens."""
    to: str = ""
    """Other end of a route from the place, for violence on the road: it endangers those who are on
    that route in either direction, and nobody at its ends. Empty means at the place."""
    start: Instant
    """Onset."""
    peak: Instant
    """From here on at full intensity."""
    until: Instant
    """From here on it decays."""
    half_life_hours: Positive | None = None
    """Empty means that it ends at once."""
    intensity: NonNegative
    """1 is the worst day in the worst place of the scenario."""
    target: dict[str, Share] = {}
    """How much each group is targeted, 1 fully; a group that is not named is not targeted."""
    crowd: Annotated[float, Field(ge=0.0, le=100_000_000)] | None = None
    """Persons of the targeted groups who gather and are in danger. Nobody else is, and nobody is at
    home, so people do not flee from it and do not keep away. Empty means that all whom it targets
    are in danger, and at home."""
    part: Share = 1.0
    """Part of the way on which it holds, for violence on the road."""
    deaths: Toll = 0.0
    """Persons whom it is expected to kill besides what its intensity does, of those present."""
    wounded: Toll = 0.0
    """Persons whom it is expected to wound besides, likewise."""
    note: str = ""
    source: str = ""


class Condition(Section):
    """A curfew, roadblock or barricade: it makes leaving, moving or attacking harder for a time."""

    name: Name
    kind: Literal["curfew", "roadblock", "barricade"]
    """A force that opens roads lifts roadblocks and barricades, and no curfew."""
    places: tuple[Name, ...]
    """Where it holds."""
    start: Instant
    """From this moment."""
    stop: Instant
    """Until just before this moment."""
    hours: tuple[Hour, Hour] | None = None
    """Only between these hours of the day, which may wrap over midnight; empty means all day."""
    groups: tuple[Name, ...] = ()
    """Whom it concerns; empty means everybody."""
    leave: Share = 1.0
    """Factor on the hazard of leaving these places."""
    delay_hours: NonNegative = 0.0
    """Hours lost on each leg that starts there."""
    violence: NonNegative = 1.0
    """Factor on the violence there."""
    note: str = ""
    source: str = ""


class Order(Section):
    """What a force is told to do from a moment on, until its next order.

    An order states the whole: what it does not say of roads and groups is not done any more. Only
    places and size hold on from the order before, or the force's own, where it gives none.
    """

    start: Instant
    """From this moment, until the next order."""
    stance: Literal["protect", "stand_by", "attack", "take_part"]
    """To hold violence down, to do nothing, to attack all, or to take part in it on one side."""
    places: tuple[Name, ...] = ()
    """Where the force goes; empty means that it stays where it is."""
    size: Armed | None = None
    """Persons under arms to whom it is reinforced or thinned; empty means as before."""
    roads: Literal["leave_alone", "block", "open"] = "leave_alone"
    """What it does to the roads out of its places: nothing, block them, or clear them of blocks."""
    groups: tuple[Name, ...] = ()
    """Whom its roadblocks stop; empty means everybody."""
    against: tuple[Name, ...] = ()
    """The groups that it turns on where it takes part."""
    note: str = ""


class Force(Section):
    """Army, police, peacekeepers or a militia at one or more places."""

    name: Name
    kind: Literal["army", "police", "peacekeepers", "militia"]
    """What it is; only told."""
    places: tuple[Name, ...]
    """Where it stands at first; its size is shared among its places by population."""
    size: Armed
    """Persons under arms at first."""
    orders: tuple[Order, ...]
    """What it does over time; before the first it stands by and leaves the roads alone."""
    source: str = ""


class ForceEffect(Section):
    """How strongly forces change violence and hold people up. No source measures any of it."""

    persons_halving: Positive = 2000.0
    """A protecting force of this size halves the violence at its place, an attacking doubles it.

    One that takes part doubles what is aimed at the groups that it turns on.
    """
    persons_blocking: Positive = 200.0
    """A force of this size at a place halves the ability to leave it where it blocks the roads.

    Where it opens them it lifts half of what roadblocks and barricades do there.
    """
    block_delay_hours: NonNegative = 1.0
    """Hours lost on each leg that starts where a force blocks the roads."""
    source: str = ""


class Escalation(Section):
    """Violence that excites itself: each act sets off further ones, there and around."""

    branching: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    """Acts that an act sets off itself, on average; 0 means that violence is as given."""
    hours: Positive = 12.0
    """Mean time until they happen."""
    km: Positive = 3.0
    """Scale of the exponential kernel of the distance to them, kilometres."""
    intensity: Annotated[float, Field(gt=0.0, le=1000.0)] = 0.1
    """Of an act that was set off, as it begins; acts of the given events have theirs."""
    half_life_hours: Positive = 3.0
    """By which it fades."""
    source: str = ""


class Violence(Section):
    """Where and when people are in danger."""

    events: tuple[Event, ...] = ()
    """Spells of violence."""
    contagion: Share = 0.0
    """Part of the violence at a place that spills over to places within `contagion_km`."""
    contagion_km: Positive = 5.0
    """Scale of the exponential kernel of the spill-over, kilometres."""
    negligible: NonNegative = 0.01
    """Intensity below which an event is over."""
    force_effect: ForceEffect = ForceEffect()
    """How strongly forces change violence."""
    escalation: Escalation = Escalation()
    """Violence that sets off more of it."""
