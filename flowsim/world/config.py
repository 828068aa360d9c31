"""Sections that say what is there: places, routes, groups, arrivals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flowsim.config import Instant, Name, NonNegative, Positive, Section, Share

KINDS = ("children", "women", "men", "elderly_women", "elderly_men")
"""Kinds of person: children under 15; women and men from 15 to 59; elderly from 60."""


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


class Arrival(Section):
    """Persons who leave their homes from a moment on until the next row, where that is told."""

    start: Instant
    """From this moment until the next row."""
    persons: Annotated[int, Field(ge=0, le=100_000_000)]
    """How many leave."""
    place: Name | None = None
    """Where they live; empty means where violence and population say, see `behaviour.origins`."""
    source: str = ""
