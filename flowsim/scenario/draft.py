"""The parts of a scenario that are valid by themselves, for the rules that look across them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flowsim.config import Section
from flowsim.policy.config import Border
from flowsim.scenario.nodes import NAMED_BY, Loc
from flowsim.world.config import (
    Arrival,
    Condition,
    Driver,
    Event,
    Force,
    GateCapacity,
    Group,
    Level,
    Place,
    PlaceCapacity,
    Route,
    Threat,
)
from flowsim.world.reported import Report
from flowsim.world.road_config import Fuel, RoadEvent

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Scenario

S = TypeVar("S", bound=Section)

EVENTS: Loc = ("violence", "events")
ROWS: Mapping[Loc, type[Section]] = {
    ("places",): Place,
    ("routes",): Route,
    ("gates",): GateCapacity,
    ("capacities",): PlaceCapacity,
    ("groups",): Group,
    EVENTS: Event,
    ("forces",): Force,
    ("conditions",): Condition,
    ("threats",): Threat,
    ("drivers",): Driver,
    ("levels",): Level,
    ("borders",): Border,
    ("reports",): Report,
    ("arrivals",): Arrival,
    ("road_events",): RoadEvent,
    ("fuel",): Fuel,
}
"""Lists whose items are validated one by one, and what an item is."""


class NotKnownError(Exception):
    """A rule needs something that is not valid by itself; the rule is left out."""


class Rows(Generic[S]):
    """The valid items of a list, and the names of all of them.

    Parameters
    ----------
    loc : tuple of str and int
        Where the list stands.
    valid : dict of int to Section
        Valid items by index.
    whole : bool
        Whether every item is valid.
    names : set of str or None
        Names of all items, valid or not; None where one of them has none.
    """

    def __init__(
        self, loc: Loc, valid: Mapping[int, S], whole: bool = True, names: set[str] | None = None
    ) -> None:
        self.loc, self.valid, self.whole, self._names = loc, valid, whole, names

    def each(self) -> Iterable[tuple[Loc, S]]:
        """The valid items with where they stand."""
        return (((*self.loc, i), item) for i, item in self.valid.items())

    def all(self) -> tuple[S, ...]:
        """All items; NotKnownError where one of them is not valid."""
        if not self.whole:
            raise NotKnownError
        return tuple(self.valid.values())

    def names(self) -> set[str]:
        """Names of all items, valid or not; NotKnownError where one of them has none."""
        if self._names is None:
            raise NotKnownError
        return self._names


class Draft:
    """What is known of a scenario. Asking for what is not valid raises NotKnownError.

    Parameters
    ----------
    values : dict
        Valid fields of the scenario that are not lists of sections.
    rows : dict of location to Rows
    """

    def __init__(self, values: Mapping[str, Any], rows: Mapping[Loc, Rows[Any]]) -> None:
        self._values, self._rows = values, rows

    @classmethod
    def of(cls, scenario: Scenario) -> Draft:
        """All of a scenario that exists as an object."""
        values = {name: getattr(scenario, name) for name in type(scenario).model_fields}
        rows = {}
        for loc in ROWS:
            items: Any = scenario
            for part in loc:
                items = getattr(items, str(part))
            keys = NAMED_BY.get(str(loc[-1]), ())
            names = {getattr(item, key) for item in items for key in keys}
            rows[loc] = Rows(loc, dict(enumerate(items)), names=names)
        return cls(values, rows)

    def value(self, name: str) -> Any:
        """A field of the scenario."""
        if name not in self._values:
            raise NotKnownError
        return self._values[name]

    def rows(self, loc: Loc) -> Rows[Any]:
        """A list of sections."""
        if loc not in self._rows:
            raise NotKnownError
        return self._rows[loc]

    @property
    def start(self) -> datetime:
        """When the period begins."""
        start: datetime = self.value("start")
        return start

    @property
    def end(self) -> datetime:
        """When the period ends."""
        end: datetime = self.value("end")
        return end

    @property
    def flee_from(self) -> tuple[str, ...]:
        """Countries whose residents are simulated."""
        countries: tuple[str, ...] = self.value("flee_from")
        return countries

    @property
    def places(self) -> Rows[Place]:
        """Its places; not known where there are none, as almost every rule would fail then."""
        if self.no_places():
            raise NotKnownError
        return self.rows(("places",))

    @property
    def routes(self) -> Rows[Route]:
        """Its routes."""
        return self.rows(("routes",))

    @property
    def gates(self) -> Rows[GateCapacity]:
        """Physical capacities of crossings over time."""
        return self.rows(("gates",))

    @property
    def capacities(self) -> Rows[PlaceCapacity]:
        """Capacities of places over time."""
        return self.rows(("capacities",))

    @property
    def groups(self) -> Rows[Group]:
        """Its groups."""
        return self.rows(("groups",))

    @property
    def events(self) -> Rows[Event]:
        """Its spells of violence."""
        return self.rows(EVENTS)

    @property
    def forces(self) -> Rows[Force]:
        """Its forces."""
        return self.rows(("forces",))

    @property
    def conditions(self) -> Rows[Condition]:
        """Its conditions."""
        return self.rows(("conditions",))

    @property
    def borders(self) -> Rows[Border]:
        """Its borders."""
        return self.rows(("borders",))

    @property
    def reports(self) -> Rows[Report]:
        """Its reports."""
        return self.rows(("reports",))

    def no_places(self) -> bool:
        """Whether the list of places is there and empty."""
        places = self.rows(("places",))
        return places.whole and not places.valid

    def country_of(self) -> dict[str, str]:
        """Country of each place."""
        return {place.name: place.country for place in self.places.all()}

    def countries(self) -> set[str]:
        """Countries that have a place."""
        return set(self.country_of().values())
