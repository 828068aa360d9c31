"""Places and routes of Flee."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flowsim.flee.reader.rows import FARTHEST, MOST, Notes, Row, read_all, read_rows
from flowsim.world.config import Place, Route

TYPES = ("camp", "conflict", "forward", "marker", "flood_zone", "default", "town")
NO_COORDINATES = "coordinates are not given"
"""Remark on a place that is drawn where nobody says that it is."""


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
    residents: int | None = None
    """Population of a camp, which only a place has that was not a camp at first."""
    more: Mapping[str, float] = field(default_factory=dict)
    """What the further columns tell, see `MORE`."""

    @property
    def has_coordinates(self) -> bool:
        """Whether its row has both."""
        return bool(self.row.text(3)) and bool(self.row.text(4))

    def coordinates(self) -> tuple[float, float]:
        """Latitude and longitude as its row tells them."""
        return (
            self.row.number(3, "latitude", -90, 90),
            self.row.number(4, "longitude", -180, 180),
        )

    def place(self, at: tuple[float, float], sheltered: int, inside: bool) -> Place:
        """The place at its coordinates; nobody settles but in camps, as in Flee."""
        (lat, lon), camp = at, self.kind == "camp"
        told: dict[str, Any] = {"kind": KIND.get(self.kind, "town"), "capacity": 0}
        if camp:
            kind = "idp_camp" if inside else "camp"
            told = {"kind": kind, "capacity": self.number, "sheltered": sheltered}
            if self.number is not None:
                told["capacity_per_day"] = self.more.get("capacity_per_day", 0.0)
        residents = self.residents if camp else self.number
        if residents:
            told |= {"population": residents, "share": {"people": 1.0}}
        return Place(
            name=self.name, country=self.country, region=self.row.text(1), lat=lat, lon=lon,
            note="" if self.has_coordinates else NO_COORDINATES, **told,
        )  # fmt: skip


KIND = {"forward": "hub", "marker": "marker"}
FIRST_MORE = 8
"""Number of the first column that goes by its name in the header."""
MORE = {"initial_idps": MOST, "conflict_intensity": MOST, "capacity_per_day": MOST}
"""Further columns that have a meaning here, and the most that each may hold: persons who are there
on day 0; intensity of a conflict that no table of days tells; growth of a camp, persons a day."""


def type_of(row: Row, cell: int) -> str:
    """The type of a place that a cell tells, by the first of Flee's words in it."""
    told = row.text(cell)
    kind = next((known for known in TYPES if known in told.lower()), "")
    if not kind:
        row.wrong(cell, f"{told!r} is not a type of place", f"give one of {', '.join(TYPES)}")
    return kind


def _more(rows: Sequence[Row], notes: Notes) -> dict[str, int]:
    """Cells of the further columns that have a meaning here; the others are told."""
    if not rows or not rows[0].text(0).startswith("#"):
        return {}
    names = {name: i for i, name in enumerate(rows[0].cells) if i >= FIRST_MORE and name}
    unread = [repr(name) for name in names if name not in MORE]
    if unread:
        some = "the column" if len(unread) == 1 else "the columns"
        notes.warn(rows[0], f"{some} {', '.join(unread)}: not used, as no rule here reads it")
    return {name: i for name, i in names.items() if name in MORE}


def read_places(path: Path, notes: Notes) -> dict[str, Spot]:
    """The rows of locations.csv by name."""
    found: dict[str, Spot] = {}
    rows = read_all(path, notes)
    columns = _more(rows, notes)
    for row in rows:
        if row.text(0).startswith("#"):
            continue
        name, country = row.needs(0, "the name"), row.needs(2, "the country") or "?"
        if not name:
            continue
        if name in found and not _is_same(found[name].row, row):
            first = found[name].row.line
            wrong = f"{name!r} appears twice, first in line {first}, as another place"
            row.wrong(0, wrong, "give each place its own name, or keep one of the rows")
            continue
        kind = type_of(row, 5)
        if "idp" in row.text(5).lower() and kind == "camp":
            notes.warn(row, f"{name!r} is for the displaced inside")
        number = row.whole(7, "number of persons") if row.text(7) else 0
        day = row.whole(6, "day", most=FARTHEST) if row.text(6) else 0
        more = {
            key: row.number(i, key, 0.0, MORE[key]) for key, i in columns.items() if row.text(i)
        }
        if name in found:
            notes.warn(row, f"{name!r} appears twice; {_kept(found[name].row, row)}")
        found[name] = Spot(row, name, country, kind, number or None, day, more=more)
    return found


WHERE = (1, 3, 4)
"""Cells that say where a place lies, and not what it is: region, latitude, longitude."""


def _is_same(one: Row, other: Row) -> bool:
    """Whether two rows tell of one place, be it at other coordinates."""
    return all(
        one.text(i) == other.text(i)
        for i in range(max(len(one.cells), len(other.cells)))
        if i not in WHERE
    )


def _kept(one: Row, other: Row) -> str:
    first = f"(first in line {one.line})"
    if all(one.text(i) == other.text(i) for i in WHERE):
        return f"the rows are the same, and one counts; Flee would make two of it {first}"
    at = ", ".join(filter(None, (other.text(3), other.text(4)))) or "no coordinates"
    return f"this row counts, at {at}, as Flee's routes lead to the last {first}"


def read_routes(path: Path, spots: Mapping[str, Spot], notes: Notes) -> tuple[Route, ...]:
    """The routes; one between two countries is a crossing, named by its ends."""
    routes: list[Route] = []
    seen: dict[frozenset[str], float] = {}
    for row in read_rows(path, notes):
        ends = (row.text(0), row.text(1))
        unknown = [(i, end) for i, end in enumerate(ends) if end not in spots]
        for i, end in unknown:
            near = notes.near(end, spots)
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
            notes.warn(row, f"the route between {ends[0]!r} and {ends[1]!r} appears twice; {kept}")
            continue
        seen[pair] = km
        if row.text(3) not in ("", "0"):
            notes.warn(row, f"forced redirection {row.text(3)!r} has no effect in Flee 3")
        abroad = spots[ends[0]].country != spots[ends[1]].country
        crossing = {"crossing": f"{ends[0]} - {ends[1]}", "kind": "post"} if abroad else {}
        routes.append(Route(start=ends[0], end=ends[1], km=km, **crossing))
    return tuple(routes)


def neighbours(spots: Iterable[str], routes: Iterable[Route]) -> dict[str, list[str]]:
    """The places that routes lead to from each place, both ways."""
    near: dict[str, list[str]] = {name: [] for name in spots}
    for route in routes:
        near[route.start].append(route.end)
        near[route.end].append(route.start)
    return near
