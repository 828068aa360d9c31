"""Closures of Flee as policies of states: what their authors meant by them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flowsim.flee.reader.as_run import Told, spells_as_run
from flowsim.flee.reader.places import Spot
from flowsim.flee.reader.rows import FARTHEST, Notes, Row, is_told, read_rows
from flowsim.policy.base import Policy
from flowsim.policy.config import Authority, Border
from flowsim.policy.gatekeeping import Closed
from flowsim.policy.hosting import ReceptionStop
from flowsim.policy.roads import Checkpoint
from flowsim.world.config import Route

MOST_POLICIES = 50_000
"""Closures times the roads and camps that each shuts."""
TOO_MANY = f"give closures of at most {MOST_POLICIES}"
KINDS = ("country", "location", "camp", "idpcamp", "link", "remove_forced_redirection")


@dataclass
class Closures:
    """Policies of each country at each of its borders, made row by row.

    Parameters
    ----------
    spots : mapping of str to Spot
    routes : sequence of Route
    origin : str
        Country that people flee from.
    start : datetime
    notes : Notes
    """

    spots: Mapping[str, Spot]
    routes: Sequence[Route]
    origin: str
    start: datetime
    notes: Notes
    _out: dict[tuple[str, str], list[Policy]] = field(default_factory=dict)
    _back: dict[tuple[str, str], list[Policy]] = field(default_factory=dict)
    _made: int = 0

    def __post_init__(self) -> None:
        self._pairs = sorted({self._pair(route) for route in self.routes if route.crossing})
        self._roads: dict[str, list[Route]] = {}
        for route in self.routes:
            for end in (route.start, route.end):
                self._roads.setdefault(end, []).append(route)

    def read(self, path: Path, as_run: int | None = None) -> tuple[Border, ...]:
        """All borders, with the policies that the table makes.

        Parameters
        ----------
        path : Path
        as_run : int, optional
            Days of a run in which closures are as Flee's code enacts them, and not as meant.
        """
        rows = read_rows(path, self.notes) if is_told(path) else []
        told = [closure for row in rows if (closure := self._told(row)) is not None]
        if as_run is None:
            for closure in told:
                self._mean(closure)
        else:
            self._enact(told, as_run)
        if rows and self._made > MOST_POLICIES:
            rows[-1].wrong(0, f"closures up to here shut {self._made} roads and camps", TOO_MANY)
        return tuple(self._border(*pair) for pair in self._pairs)

    def shut(self, row: Row, place: str, first: int, last: int | None) -> None:
        """A camp that takes nobody in on days ``[first, last)``."""
        start = self.start + timedelta(days=first) if first else None
        stop = None if last is None else self.start + timedelta(days=last)
        self._stop(row, place, {"start": start, "stop": stop})

    def _told(self, row: Row) -> Told | None:
        """A row whose kind and places are known."""
        kind, one, other = row.text(0).lower(), row.text(1), row.text(2)
        if kind not in KINDS:
            near = self.notes.near(kind, KINDS)
            wrong = f"{row.text(0)!r} is not a kind of closure"
            row.wrong(0, wrong, f"give one of {', '.join(KINDS)}{near}")
            return None
        first, last = (row.whole(i, "day", -FARTHEST, FARTHEST) for i in (3, 4))
        if kind == "remove_forced_redirection":
            self.notes.warn(row, "forced redirection has no effect in Flee 3; the row is left out")
            return None
        if kind == "country":
            known = self._are_countries(row, one, other)
        else:
            known = self._is_place(row, 1, one)
            if known and kind == "link":
                known = self._is_place(row, 2, other)
        return Told(row, kind, one, other, first, last) if known else None

    def _mean(self, told: Told) -> None:
        """The policies that the author of a row means."""
        row = told.row
        if 0 <= told.last <= told.first:
            self.notes.warn(
                row, f"it ends on day {told.last}, not after day {told.first}; it is left out"
            )
            return
        window = self._window(told.first, told.last if told.last >= 0 else None)
        if told.kind == "country":
            self._countries(row, told.one, told.other, window)
        elif told.kind == "link":
            self._link(row, told.one, told.other, window)
        elif told.kind in ("camp", "idpcamp"):
            self._stop(row, told.one, window)
        else:
            self._location(row, told.one, told.other, window)

    def _enact(self, told: Sequence[Told], days: int) -> None:
        """The windows in which each link and camp really is closed in a run of Flee."""
        country = {name: spot.country for name, spot in self.spots.items()}
        for spell in spells_as_run(told, self.routes, country, days):
            window = self._window(spell.first, spell.stop)
            if spell.camp:
                self._stop(spell.row, spell.camp, window)
            else:
                self._shut(self.routes[spell.route], spell.row, window)

    def _window(self, first: int, stop: int | None) -> dict[str, datetime | None]:
        return {
            "start": self.start + timedelta(days=first) if first > 0 else None,
            "stop": None if stop is None else self.start + timedelta(days=stop),
        }

    def _is_place(self, row: Row, cell: int, name: str) -> bool:
        if name in self.spots:
            return True
        near = self.notes.near(name, self.spots)
        row.wrong(cell, f"there is no place {name!r}", f"name one of locations.csv{near}")
        return False

    def _are_countries(self, row: Row, one: str, other: str) -> bool:
        known = {spot.country for spot in self.spots.values()}
        for cell, name in ((1, one), (2, other)):
            if name not in known:
                near = self.notes.near(name, known)
                row.wrong(cell, f"there is no country {name!r}", f"name one of locations.csv{near}")
                return False
        return True

    def _countries(
        self, row: Row, one: str, other: str, window: Mapping[str, datetime | None]
    ) -> None:
        pair = (one, other) if other != self.origin else (other, one)
        if self._ordered(*pair) not in self._pairs:
            self.notes.warn(row, f"no route joins {one} and {other}; the row closes nothing")
            return
        self._close(self._ordered(*pair), Closed(note=_told(row), **window))

    def _location(
        self, row: Row, one: str, other: str, window: Mapping[str, datetime | None]
    ) -> None:
        """A place that is closed: a camp that takes nobody in, a link, or all roads of a place."""
        if self.spots[one].kind == "camp":
            self._stop(row, one, window)
        elif other in self.spots:
            self.notes.warn(
                row, f"it is taken for the road from {one} to {other}; Flee would cut {one} off"
            )
            self._link(row, one, other, window)
        else:
            for route in self._roads.get(one, ()):
                self._shut(route, row, window)

    def _link(self, row: Row, one: str, other: str, window: Mapping[str, datetime | None]) -> None:
        found = [r for r in self._roads.get(one, ()) if other in (r.start, r.end)]
        if found:
            self._shut(found[0], row, window)
        elif self.spots[other].kind == "camp":
            self._stop(row, other, window)
        else:
            self.notes.warn(row, f"no route joins {one} and {other}; the row closes nothing")

    def _shut(self, route: Route, row: Row, window: Mapping[str, datetime | None]) -> None:
        if route.crossing:
            policy = Closed(crossings=(route.crossing,), note=_told(row), **window)
            self._close(self._pair(route), policy)
            return
        country = self.spots[route.start].country
        blocked = Checkpoint(
            routes=((route.start, route.end),), permeability=0.0, note=_told(row), **window
        )
        self._give(self._out, country, blocked)

    def _close(self, pair: tuple[str, str], policy: Policy) -> None:
        """A closure of the country of refuge, both for those who flee and for those who go home."""
        for side in (self._out, self._back):
            self._add(side, pair, pair[1], policy)

    def _stop(self, row: Row, name: str, window: Mapping[str, datetime | None]) -> None:
        policy = ReceptionStop(places=(name,), note=_told(row), **window)
        self._give(self._out, self.spots[name].country, policy)

    def _give(
        self, side: dict[tuple[str, str], list[Policy]], country: str, policy: Policy
    ) -> None:
        """A policy of a country inside of it, at the first of its borders."""
        for pair in self._pairs:
            if country in pair:
                self._add(side, pair, country, policy)
                return

    def _add(
        self,
        side: dict[tuple[str, str], list[Policy]],
        pair: tuple[str, str],
        country: str,
        policy: Policy,
    ) -> None:
        self._made += 1
        if self._made <= MOST_POLICIES:
            side.setdefault((f"{pair[0]}-{pair[1]}", country), []).append(policy)

    def _pair(self, route: Route) -> tuple[str, str]:
        return self._ordered(self.spots[route.start].country, self.spots[route.end].country)

    def _ordered(self, one: str, other: str) -> tuple[str, str]:
        """Two countries, the one that people flee from first."""
        if self.origin in (one, other):
            return (one, other) if one == self.origin else (other, one)
        return (one, other) if one < other else (other, one)

    def _border(self, one: str, other: str) -> Border:
        name = f"{one}-{other}"
        authorities = tuple(
            Authority(
                name=country,
                country=country,
                policies=tuple(self._out.get((name, country), ())),
                back=tuple(self._back.get((name, country), ())),
            )
            for country in (one, other)
            if (name, country) in self._out or (name, country) in self._back
        )
        return Border(id=name, between=(one, other), authorities=authorities)


def _told(row: Row) -> str:
    return f"{Path(row.file).name}, line {row.line}"
