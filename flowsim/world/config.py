"""Sections that say what is there: places, routes, groups, violence, forces, reports."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flowsim.config import Instant, Name, NonNegative, Positive, Section, Share

KINDS = ("children", "women", "men", "elderly_women", "elderly_men")
"""Kinds of person: children under 15; women and men from 15 to 59; elderly from 60."""

Hour = Annotated[float, Field(ge=0.0, le=24.0)]
Toll = Annotated[float, Field(ge=0.0, le=10_000_000)]
"""Expected number of persons killed or wounded."""
Armed = Annotated[int, Field(ge=0, le=10_000_000)]
"""Persons under arms."""


class Place(Section):
    """A town, quarter, village, border gate, host area or camp."""

    name: Name
    country: Name
    """Where it lies; people flee from those in `flee_from`."""
    region: str = ""
    """Province, for sums over places."""
    kind: Literal[
        "city", "quarter", "town", "village", "district", "gate", "host", "camp",
        "idp_camp", "hub", "marker",
    ] = "town"  # fmt: skip
    """An `idp_camp` is for the displaced inside; at a `hub` people only pass on, and a `marker` is
    a bend or fork of a road."""
    lat: Annotated[float, Field(ge=-90.0, le=90.0)]
    """Degrees north."""
    lon: Annotated[float, Field(ge=-180.0, le=180.0)]
    """Degrees east."""
    population: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    """Persons who live there. Only those in the countries people flee from become households."""
    share: dict[str, Share] = {}
    """Part of the population by group; adds up to one where anybody lives."""
    capacity: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    """Persons from elsewhere whom it can shelter; empty means no limit, 0 means nobody settles.
    What it is from a later moment on, the table `capacities` tells."""
    capacity_per_day: NonNegative = 0.0
    """Persons by whom the capacity grows each day, until the first row of `capacities`."""
    sheltered: Annotated[int, Field(ge=0, le=100_000_000)] = 0
    """Persons from elsewhere who are there already when the scenario starts."""
    burnt: Share = 0.0
    """Part of the homes of the most targeted group that is burnt, so that none can return to it."""
    note: str = ""
    source: str = ""


class Route(Section):
    """A road or path between two places; between two countries it is a crossing and has a name."""

    start: Name
    """Place at one end."""
    end: Name
    """Place at the other; people use it both ways."""
    km: Positive
    """Length, kilometres."""
    mode: Literal["road", "foot"] = "road"
    """Whether vehicles can use it, or people on foot only."""
    crossing: str = ""
    """Name of the crossing, for a route between two countries."""
    kind: Literal["inner", "post", "gap"] = "inner"
    """An official post or a gap in the fence; `inner` inside a country."""
    gate_per_hour: Positive | None = None
    """Persons an hour who can physically pass in file, for a crossing; empty means no limit. What
    it is from a later moment on, the table `gates` tells."""
    vehicles_per_hour: Positive | None = None
    """Vehicles an hour that come out of the road at its end, in each direction; empty means no
    limit. On a crossing it is the road behind the gate."""
    persons_per_hour: Positive | None = None
    """The same in persons an hour, for a path or where vehicles are not known."""
    lanes: Positive | None = None
    """Lanes in each direction on which a queue stands; who does not fit on them stands on the roads
    that lead there. Empty means that any queue fits."""
    waiting_room: Positive | None = None
    """Persons who can wait before the gate of a crossing; further ones stand on the roads that lead
    there. Empty means that any queue fits."""
    note: str = ""
    source: str = ""


class GateCapacity(Section):
    """How many can physically pass a crossing from a moment on, until its next row.

    A gate that is widened, a bridge that falls: no policy, and nobody is held by it.
    """

    crossing: Name
    """Which crossing."""
    start: Instant
    """From this moment on."""
    persons_per_hour: NonNegative | None = None
    """Persons an hour in each direction; 0 means that nobody can pass, empty that there is no
    limit any more."""
    direction: Literal["both", "out", "back"] = "both"
    """For those who flee, for those who go home, or for each of them alike."""
    note: str = ""
    source: str = ""


class PlaceCapacity(Section):
    """How many a place can shelter from a moment on, until its next row.

    Camps that are put up day by day: give the persons, or the sites and the places on each.
    """

    place: Name
    """Whose capacity it is."""
    start: Instant
    """From this moment, until the next row of the place."""
    persons: Annotated[float, Field(ge=0.0, le=100_000_000)] | None = None
    """Persons from elsewhere whom it can shelter; 0 means that it takes nobody in any more."""
    sites: Annotated[float, Field(ge=0.0, le=1_000_000)] | None = None
    """Sites that stand by then, where persons are not given."""
    places_per_site: Annotated[float, Field(ge=0.0, le=1_000_000)] | None = None
    """Places on each of them; the capacity is the product."""
    hosts: Annotated[float, Field(ge=0.0, le=100_000_000)] = 0.0
    """Persons whom families there take in besides, as part of the capacity."""
    between: Literal["hold", "line"] = "hold"
    """Until the next row it holds, or goes in a line to that one; the last row holds on."""
    note: str = ""
    source: str = ""

    @property
    def room(self) -> float:
        """Persons, not yet whole ones."""
        product = (self.sites or 0.0) * (self.places_per_site or 0.0)
        return self.hosts + (product if self.persons is None else self.persons)


class Group(Section):
    """Who people are: a name, household sizes, ages and sexes."""

    name: Name
    household_size: dict[int, NonNegative]
    """Weight of each household size, in persons."""
    children: Share
    """Part of the persons who are under 15."""
    women: Share
    """Women from 15 to 59."""
    men: Share
    """Men from 15 to 59."""
    elderly_women: Share
    """Women from 60."""
    elderly_men: Share
    """Men from 60."""
    flees: NonNegative = 1.0
    """Hazard of leaving relative to other groups in the same danger.

    Below 1 for a group whose own side holds the streets.
    """
    nationality: str = ""
    """Citizenship of the group, for policies with the condition ``nationality:NAME``."""
    kin_across: Share = 0.0
    """Part of the households with close kin across the border, for the condition `kin_across`."""
    source: str = ""


class Population(Section):
    """How many of the households are run."""

    one_in: Annotated[int, Field(ge=1, le=10_000)] = 1
    """Run one household in so many, each of which stands for as many: for looking around and for
    calibration. Whether one is among them is drawn by its own key; results are told in full."""


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


class Arrival(Section):
    """Persons who leave their homes from a moment on until the next row, where that is told."""

    start: Instant
    """From this moment until the next row."""
    persons: Annotated[int, Field(ge=0, le=100_000_000)]
    """How many leave."""
    place: Name | None = None
    """Where they live; empty means where violence and population say, see `behaviour.origins`."""
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


class Threat(Section):
    """Fear without killing: an advance, an order to leave, the end of a state, a place lost.

    It rises from start to peak, holds, and decays by half, as violence does. People flee from it,
    keep away from it and hear of it; nobody is harmed by it.
    """

    name: Name
    places: tuple[Name, ...] = ()
    """Where it is felt."""
    region: str = ""
    """All places of this region, besides those named."""
    start: Instant
    """Onset."""
    peak: Instant | None = None
    """From here on at full intensity; empty means from its start."""
    until: Instant | None = None
    """From here on it decays; empty means that it stays to the end."""
    half_life_hours: Positive | None = None
    """Empty means that it ends at once."""
    fear: NonNegative = 1.0
    """1 frightens as `leaving.fear_per_day` says."""
    target: dict[str, Share] = {}
    """How much each group fears it, 1 fully; empty means everybody fully."""
    lost_from: Instant | None = None
    """From here on the places are lost to those whom it targets: they leave, whatever else holds,
    and do not return; nobody else settles there. Empty means that they are not."""
    leave_within_hours: Positive = 24.0
    """Mean time in which those who are still there leave from then on, hours."""
    note: str = ""
    source: str = ""


class Driver(Section):
    """What else drives people, besides violence: a flood, hunger, cold; its course is in `levels`.

    All that it does is in proportion to its level.
    """

    name: Name
    between: Literal["hold", "line"] = "hold"
    """Between two rows of `levels` it holds the earlier one, or goes in a line from it to the
    later one. Before the first row it is 0; after the last it holds on."""
    leave_per_day: NonNegative = 0.0
    """Hazard of leaving home, or a refuge inside, at level 1."""
    way_cost_per_hour: NonNegative = 0.0
    """Utility that an hour on the way costs at level 1."""
    settle_cost: NonNegative = 0.0
    """Utility that settling costs at a place of level 1."""
    stay_away: NonNegative = 0.0
    """The wish to return falls as exp(-stay_away x level at home)."""
    origin_weight: NonNegative = 0.0
    """Danger that level 1 counts as in the weights of origins, where it is told how many leave."""
    target: dict[str, Share] = {}
    """How much it touches each group, 1 fully; empty means everybody fully."""
    note: str = ""
    source: str = ""


class Level(Section):
    """How strong a driver is at a place or in a region from a moment on."""

    driver: Name
    """Name of the driver."""
    place: str = ""
    """Where, if not in a whole region."""
    region: str = ""
    """All places of it that have no rows of their own for this driver."""
    start: Instant
    """From this moment on."""
    level: NonNegative
    """How strong it is; what the driver does is in proportion to it."""
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


class Report(Section):
    """One reported figure, to be held against the simulation."""

    id: Name
    """By which it is told."""
    when: Instant
    """Local time to which the figure belongs."""
    variable: Literal[
        "crossed",
        "crossed_day",
        "registered_adults",
        "waiting",
        "displaced_inside",
        "stock_abroad",
        "deaths",
        "deaths_official",
        "injured_official",
        "share_children",
        "share_women",
        "share_men",
        "share_women_children",
        "other",
    ]
    """What was counted; `other` is only told."""
    place: str = ""
    """A place, region, crossing or country; empty means all."""
    value: float | None = None
    """The figure."""
    low: float | None = None
    """Low end of what is reported."""
    high: float | None = None
    """High end of what is reported."""
    counted: float | None = None
    """The figure as it was counted, where `value` was corrected since."""
    recount: bool = False
    """Whether all that the place reported before was counted otherwise: what changes from the
    report before this one is the counting, and no person moved."""
    unit: str = "persons"
    """Of the figure; only told."""
    use: Literal["fit", "specify", "compare", "context"] = "context"
    """Whether values were fitted to it, an input was set from it, it is only compared with, or
    only told."""
    source: str = ""
    url: str = ""
    """Where the source can be read."""
    note: str = ""
