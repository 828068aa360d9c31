"""Sections that say what people do; every rate is a hazard in 1/day."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flowsim.config import MOST, NonNegative, Positive, Section, Share

Utility = Annotated[float, Field(ge=-MOST, le=100.0)]
"""In units of utility, of which all that add up stay below what an exponential can hold."""
Worth = Annotated[float, Field(ge=0.0, le=100.0)]
Power = Annotated[float, Field(ge=0.0, le=10.0)]
"""Of a number of persons."""


class News(Section):
    """What people believe about violence and borders."""

    informed: Share = 0.7
    """Part of the households that know how things stand; the others know it `lag_hours` late."""
    lag_hours: NonNegative = 6.0
    """How late the others know it."""
    source: str = ""


class Leaving(Section):
    """When a household leaves: hazard = (violence + fear + news + neighbours) x ability."""

    count: Literal["hazard", "given"] = "hazard"
    """How many leave: by the hazard below, or as `arrivals` tells."""
    violence_per_day: NonNegative = 3.0
    """Hazard at danger 1 at home."""
    news_per_day: NonNegative = 0.5
    """Hazard where danger 1 is heard of from close by."""
    news_km: Positive = 8.0
    """Scale over which news of violence frightens, kilometres."""
    neighbours_per_day: NonNegative = 1.0
    """Hazard when the whole group has just left the place."""
    neighbours_hours: Positive = 24.0
    """How long the leaving of neighbours is felt."""
    fear_per_day: NonNegative = 3.0
    """Hazard at fear 1 at home: of an advance or an order to leave, see `threats`."""
    way_out: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """How much leaving goes by the ways out: the hazard is multiplied by exp(way_out x gain), gain
    being what people believe their ways to be worth more than over open borders in calm."""
    trapped: NonNegative = 0.5
    """Gunfire keeps people in: ability falls as exp(-trapped x danger)."""
    men_stay: Share = 0.5
    """Part of the families whose men stay to guard when the family leaves."""
    guards_leave: Share = 0.1
    """Hazard of leaving of men who stayed, relative to families."""
    hurry: NonNegative = 1.0
    """Rise of the hazard while everybody knows that the border will close: 1 doubles it."""
    frailty_variance: NonNegative = 0.5
    """Variance of the households' frailty (gamma, mean 1) of leaving."""
    source: str = ""


class Origins(Section):
    """Where those live who leave, where only their number is told (`leaving.count: given`).

    A place weighs residents to a power, times danger there and elsewhere, times what the decay
    leaves.
    """

    population_power: Power = 1.0
    """Power of the residents of the group."""
    elsewhere: Share = 0.0
    """Danger that counts everywhere in the countries that people flee from, besides that which is
    told: they leave from where no fighting has been told yet."""
    decay: tuple[NonNegative, ...] = ()
    """Factor by the intervals since danger there began; the last holds on. Empty means none."""
    decay_days: Positive = 30.0
    """Length of an interval, days."""
    source: str = ""


class RouteChoice(Section):
    """Where to: recursive logit over the network, in units of utility."""

    rule: Literal["recursive_logit"] = "recursive_logit"
    """The only one there is."""
    km_cost: NonNegative = 0.15
    """Per kilometre."""
    distance: Literal["exponential", "power"] = "exponential"
    """How the length of the whole way from home counts among places to settle at: by km_cost for
    each kilometre, or by a power. Among ways to one place, km_cost counts in either case."""
    distance_power: Power = 1.0
    """Power of 1 + km / near_km, with `distance: power`."""
    near_km: Positive = 50.0
    """Distance up to which it matters little how far a place is, kilometres, likewise."""
    any_distance: Share = 0.0
    """Part of the people who choose a place whatever its distance from home, by what it is worth
    and by how much worse ways to it are than in peace."""
    danger_cost: NonNegative = 0.5
    """Per hour under danger 1 on the way."""
    settle_danger_cost: NonNegative = 4.0
    """For settling at a place of danger 1."""
    margin: Positive = 0.1
    """Added to the cost of a leg beyond what keeps the values finite."""
    settle_inside: Utility = 0.0
    """Utility of settling inside the country, before kin."""
    settle_abroad: Utility = 2.0
    """Utility of settling in a camp or host area abroad."""
    kin: Worth = 2.0
    """Utility of a host place that is wholly of the own group."""
    size: Power = 0.5
    """Utility per factor e in the number of possible hosts (population of the own group)."""
    room: NonNegative = 0.0
    """Utility per factor e in the part of a place's capacity that is free: people hear where there
    is room, and are sent there. Places without limit count as free."""
    crowding: NonNegative = 0.0
    """Cost of a place where all are who have settled away from home; in proportion to its share."""
    compatriots: Worth = 0.0
    """Utility of a country in which all of them are; in proportion to its share."""
    by_country: Power = 0.0
    """Cost of a place per factor e in the number of places of its country that have room: at 1
    people choose among countries, however many camps one has."""
    opened: Worth = 0.0
    """Utility of a place that has opened during the run, once a `reception_stop` there ended."""
    crowded_cost: Worth = 0.0
    """Cost of settling at a place whose load is 1 beyond `reception.crowded_from`; in proportion to
    the excess, and no more than a full place costs."""
    wait_cost_per_hour: NonNegative = 0.15
    """Cost of an hour in the queue that people expect at a crossing."""
    wait_cost_cap: NonNegative = 3.0
    """Cost of a crossing that is believed closed; no queue is believed to cost more."""
    road_kmh: Positive = 12.0
    """Speed on roads, km/h: vehicles, walkers and stops together."""
    foot_kmh: Positive = 3.0
    """Speed of a family on foot, km/h."""
    source: str = ""


class Waiting(Section):
    """At a crossing: wait, give up, try the fence, part."""

    give_up_per_day: NonNegative = 0.15
    """Hazard of giving up while the crossing admits the household."""
    give_up_closed_per_day: NonNegative = 0.5
    """Hazard of giving up while it admits nobody of the household."""
    fence_per_day: NonNegative = 0.2
    """Hazard of an attempt at the fence while the crossing admits nobody of the household."""
    part: Share = 0.8
    """Part of the families that part where only some of them are admitted."""
    follow: Share = 1.0
    """Part of those who were left at a gate who, once across, go to where their family is
    sheltered."""
    source: str = ""


class Harm(Section):
    """Deaths and wounds of those exposed."""

    deaths_per_day: NonNegative = 0.001
    """Hazard of death of a man under danger 1, 1/day."""
    women: Share = 0.15
    """Hazard of women relative to men."""
    children: Share = 0.05
    """Hazard of children relative to men."""
    elderly: Share = 0.3
    """Hazard of the elderly relative to men."""
    wounded_per_death: NonNegative = 4.0
    """Persons wounded for each death."""
    on_the_way: NonNegative = 0.0
    """Danger on the road relative to that at the places it starts from."""
    danger_ahead: Share = 0.0
    """Part of a leg on which the danger is that of the place ahead; on the rest it is that of the
    place where the leg began."""
    detained: NonNegative = 0.0
    """Danger for the detained relative to that at the place where they are held."""
    crush_per_day: NonNegative = 0.0
    """Hazard of death in a crowd of 10,000 at a crossing, 1/day and person."""
    fence_death: Share = 0.0
    """Chance that somebody of a household dies in an attempt at the fence (drowning)."""
    die_of_wounds: Share = 0.0
    """Part of the wounded who die of their wounds; the others recover or stay wounded."""
    die_of_wounds_days: Positive = 2.0
    """Mean time from a wound to such a death, days."""
    recover_per_day: NonNegative = 0.0
    """Hazard of recovery of a wounded person who does not die of it, 1/day."""
    wounded_speed: Annotated[float, Field(gt=0.01, le=1.0)] = 1.0
    """Speed of a household with wounded relative to others."""
    counted_after_days: NonNegative = 0.0
    """Mean time from a death until it is counted officially, days (exponential)."""
    never_counted: Share = 0.0
    """Part of the deaths that are never counted officially."""
    source: str = ""


class Returning(Section):
    """When people go home: hazard = own wish x calm at home + pressure."""

    inside_per_day: NonNegative = 0.05
    """Hazard of the displaced inside the country when home is calm."""
    abroad_per_day: NonNegative = 0.02
    """Hazard of those sheltered abroad when home is calm."""
    calm: Positive = 0.1
    """Danger at home at which the wish falls to 1/e."""
    burnt_factor: Share = 0.5
    """Own wish to return of those whose home is burnt, relative to the others."""
    source: str = ""


class Reception(Section):
    """Camps and hosts, and the count that the host keeps."""

    registration_hours: NonNegative = 6.0
    """Hours from arrival to registration."""
    full: Annotated[float, Field(gt=0.0, le=1.0)] = 1.0
    """Load from which people who choose their way take a place for full. Who arrives finds room up
    to the capacity. At 1 a single free bed draws all who hear of it, hour after hour."""
    overfull: Annotated[float, Field(ge=0.0, le=10.0)] = 0.0
    """Part beyond the capacity up to which people are still taken in; `full` is then a part of
    both together."""
    crowded_from: Annotated[float, Field(ge=0.0, le=10.0)] = 1.0
    """Load, persons over capacity, from which a place is crowded."""
    crowded_per_day: NonNegative = 0.0
    """Hazard of a sheltered or displaced household of moving on from a place whose load is 1 beyond
    that; in proportion to the excess."""
    source: str = ""


class Traffic(Section):
    """Vehicles on roads with a capacity."""

    persons_per_vehicle: Positive = 4.9
    """Persons in a vehicle. 53,629 persons in 10,985 vehicles had come over the Hakari bridge from
    Nagorno-Karabakh by 27 September 2023."""
    jam_per_km: Positive = 133.0
    """Vehicles on a kilometre of one lane in a jam: 7.5 m each (Nagel and Schreckenberg 1992)."""
    source: str = ""


class Behaviour(Section):
    """All that people do."""

    news: News = News()
    """What people believe."""
    leaving: Leaving = Leaving()
    """When they leave."""
    origins: Origins = Origins()
    """Where those live who leave, where only their number is told."""
    routes: RouteChoice = RouteChoice()
    """Where to."""
    waiting: Waiting = Waiting()
    """What they do at a crossing."""
    harm: Harm = Harm()
    """Deaths and wounds."""
    returning: Returning = Returning()
    """When they go home."""
    reception: Reception = Reception()
    """Camps and hosts."""
    traffic: Traffic = Traffic()
    """Vehicles on roads with a capacity."""
