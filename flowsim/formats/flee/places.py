"""Places and routes of Flee."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flowsim.formats.flee.rows import Notes, Row, read_rows
from flowsim.scenario.flaws import did_you_mean
from flowsim.world.sections import Place, Route

TYPES = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")


@dataclass(frozen=True)
class Spot:
    """A row of the table of places: what it says, by Flee's types."""

    row: Row
    name: str
    country: str
    kind: str
    number: int | None
    """Capacity of a camp, population of any other place; None where the cell is empty or 0."""
    conflict_day: int

    def place(self, sheltered: int, inside: bool) -> Place:
        """The place; nobody settles but in camps, as in Flee."""
        lat, lon = (
            self.row.number(3, "latitude", -90, 90),
            self.row.number(4, "longitude", -180, 180),
        )
        camp = self.kind == "camp"
        told: dict[str, Any] = {"kind": KIND.get(self.kind, "town"), "capacity": 0}
        if camp:
            kind = "idp_camp" if inside else "camp"
            told = {"kind": kind, "capacity": self.number, "sheltered": sheltered}
        elif self.number:
            told |= {"population": self.number, "share": {"people": 1.0}}
        return Place(
            name=self.name, country=self.country, region=self.row.text(1), lat=lat, lon=lon, **told
        )


KIND = {"forward": "hub", "marker": "marker"}


def read_places(path: Path, notes: Notes) -> dict[str, Spot]:
    """The rows of locations.csv by name."""
    found: dict[str, Spot] = {}
    for row in read_rows(path, notes):
        name, country = row.needs(0, "the name"), row.needs(2, "the country")
        if name in found:
            row.wrong(0, f"{name!r} stands twice", "give each place its own name")
            continue
        told = row.text(5).lower()
        kind = next((known for known in TYPES if known in told), "")
        if not kind:
            row.wrong(5, f"{row.text(5)!r} is no type of place", f"give one of {', '.join(TYPES)}")
        if "idp" in told and kind == "camp":
            notes.warn(row, f"{name!r} is for the displaced inside")
        number = row.whole(7, "number of persons") if row.text(7) else 0
        day = row.whole(6, "day") if row.text(6) else 0
        found[name] = Spot(row, name, country, kind, number or None, day)
    return found


def read_routes(path: Path, spots: Mapping[str, Spot], notes: Notes) -> tuple[Route, ...]:
    """The routes; one between two countries is a crossing, named by its ends."""
    routes: list[Route] = []
    seen: dict[frozenset[str], float] = {}
    for row in read_rows(path, notes):
        ends = (row.text(0), row.text(1))
        unknown = [(i, end) for i, end in enumerate(ends) if end not in spots]
        for i, end in unknown:
            near = did_you_mean(end, list(spots))
            row.wrong(i, f"there is no place {end!r}", f"name one of locations.csv{near}")
        km = row.number(2, "length in km", 0.001, 40_000)
        if unknown:
            continue
        if ends[0] == ends[1]:
            notes.warn(row, f"the route leads from {ends[0]!r} to itself, and is left out")
            continue
        pair = frozenset(ends)
        if pair in seen:
            kept = f"the first, {seen[pair]:g} km, is kept; Flee would draw it twice as often"
            notes.warn(row, f"the route between {ends[0]!r} and {ends[1]!r} stands twice; {kept}")
            continue
        seen[pair] = km
        if row.text(3) not in ("", "0"):
            notes.warn(row, f"forced redirection {row.text(3)!r} has no effect in Flee 3")
        abroad = spots[ends[0]].country != spots[ends[1]].country
        crossing = {"crossing": f"{ends[0]} - {ends[1]}", "kind": "post"} if abroad else {}
        routes.append(Route(start=ends[0], end=ends[1], km=km, **crossing))
    return tuple(routes)
