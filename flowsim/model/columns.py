"""Households as columns: storage, clocks, and whose event is due."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.clock import NEVER, ClockFace
from flowsim.draws import Purpose, child_key
from flowsim.model.laws import Laws
from flowsim.model.layout import KINDS, PURPOSE, STATUSES, Clock, Event, Status
from flowsim.model.observe import Stocks
from flowsim.world.population import Households

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

_COLUMNS: dict[str, Any] = {
    "key": np.uint64, "home": np.int32, "group": np.int32, "place": np.int32, "link": np.int32,
    "status": np.int8, "next_event": np.int32, "what": np.int8, "arrive": np.int32,
    "ready": np.int32, "joined": np.int32, "bound": np.int8, "parent": np.int32,
    "guard": bool, "burnt": bool, "informed": bool, "held": bool, "refused": bool,
    "registered": bool, "resting": bool, "rank": np.int32, "passing": np.int32,
    "quota": np.float64,
}  # fmt: skip
_TABLES: dict[str, tuple[int, Any]] = {
    "kinds": (KINDS, np.uint8),
    "wounded": (KINDS, np.uint8),
    "count": (max(Purpose) + 1, np.uint16),
    "cell": (len(Clock), np.int32),
    "target": (len(Clock), np.float64),
}
_RESTING_CLOCKS = (Clock.LEAVE, Clock.HARM)


class _Sorted:
    """Targets of one clock for those who have not stirred, in order by cell."""

    def __init__(self, cell: Ints, target: NDArray[np.float64], cells: int) -> None:
        self.order = np.lexsort((target, cell))
        self.target = target[self.order]
        edges = np.searchsorted(cell[self.order], np.arange(cells + 1))
        self.cells = np.flatnonzero(np.diff(edges))
        self.at, self.stop = edges[self.cells].copy(), edges[self.cells + 1]

    def due(self, face: ClockFace) -> Ints:
        """Rows whose target is reached by the end of the tick, each given out once."""
        found = []
        for i in np.flatnonzero(face.live[self.cells]):
            first, stop = self.at[i], self.stop[i]
            reading = face.reading_at_stop[self.cells[i]]
            n = int(np.searchsorted(self.target[first:stop], reading, side="right"))
            if n:
                found.append(self.order[first : first + n])
                self.at[i] = first + n
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)


class Columns:
    """All households of a run, a row each; parts that split off are appended.

    A household that has not stirred since the start is `resting`: its clocks wait in sorted order,
    so a tick costs work only for those whose time has come. All others are `loose`.

    Parameters
    ----------
    laws : Laws
    face : ClockFace
    households : Households
    """

    key: NDArray[np.uint64]
    home: NDArray[np.int32]
    group: NDArray[np.int32]
    place: NDArray[np.int32]
    link: NDArray[np.int32]
    status: NDArray[np.int8]
    next_event: NDArray[np.int32]
    what: NDArray[np.int8]
    arrive: NDArray[np.int32]
    ready: NDArray[np.int32]
    joined: NDArray[np.int32]
    bound: NDArray[np.int8]
    parent: NDArray[np.int32]
    guard: Bools
    burnt: Bools
    informed: Bools
    held: Bools
    refused: Bools
    registered: Bools
    resting: Bools
    rank: NDArray[np.int32]
    passing: NDArray[np.int32]
    quota: NDArray[np.float64]
    kinds: NDArray[np.uint8]
    wounded: NDArray[np.uint8]
    count: NDArray[np.uint16]
    cell: NDArray[np.int32]
    target: NDArray[np.float64]

    def __init__(self, laws: Laws, face: ClockFace, households: Households) -> None:
        self.laws, self.face = laws, face
        self.n = self.n_start = len(households)
        room = self.n + self.n // 4 + 64
        for name, kind in _COLUMNS.items():
            setattr(self, name, np.zeros(room, dtype=kind))
        for name, (depth, kind) in _TABLES.items():
            setattr(self, name, np.zeros((depth, room), dtype=kind))
        self._blank(np.arange(room))
        rows = np.arange(self.n)
        self.key[rows], self.group[rows] = households.key, households.group
        self.home[rows] = self.place[rows] = households.home
        self.kinds[:, rows] = households.kinds
        self.resting[rows] = True
        self._know(rows)
        self.burnt[rows] = laws.burnt(self.key[rows], self.home[rows], self.group[rows])
        for clock in _RESTING_CLOCKS:
            self.draw(clock, rows, np.zeros(self.n, dtype=np.int64), Status.AT_HOME)
        self._lines = {
            c: _Sorted(self.cell[c, rows], self.target[c, rows], laws.cells.total)
            for c in _RESTING_CLOCKS
        }
        self._loose: list[Ints] = []
        self._loose_rows = np.empty(0, dtype=np.int64)
        self._rested = self._count(rows)

    def _blank(self, rows: Ints) -> None:
        self.next_event[rows], self.arrive[rows] = NEVER, NEVER
        self.parent[rows], self.link[rows] = -1, -1
        self.target[:, rows] = np.inf

    def _know(self, rows: Ints) -> None:
        self.informed[rows] = self.laws.informed(self.key[rows])

    @property
    def loose(self) -> Ints:
        """Rows that have stirred since the start, parts included."""
        if self._loose:
            self._loose_rows = np.concatenate([self._loose_rows, *self._loose])
            self._loose = []
        return self._loose_rows

    def stir(self, rows: Ints) -> None:
        """Rows about to change: they rest no longer."""
        fresh = rows[self.resting[rows]]
        if fresh.size:
            self.resting[fresh] = False
            self._loose.append(fresh)
            for total, gone in zip(self._rested, self._count(fresh), strict=True):
                total -= gone

    def split(self, rows: Ints, kinds: NDArray, wounded: NDArray, number: Ints, part: int) -> Ints:
        """Part persons off households into new rows, which are new owners of draws; gives the rows.

        The caller lets the new rows enter a status.
        """
        new = np.arange(self.n, self.n + rows.size)
        if new.size and new[-1] >= self.key.size:
            self._grow(self.n + rows.size)
        self.n += rows.size
        self.key[new] = child_key(self.key[rows], number, part)
        for name in ("home", "group", "place", "link", "burnt", "joined", "bound"):
            column = getattr(self, name)
            column[new] = column[rows]
        self._know(new)
        self.parent[new] = rows
        self.kinds[:, new], self.wounded[:, new] = kinds, wounded
        self.kinds[:, rows] -= kinds
        self.wounded[:, rows] -= wounded
        self.status[new] = Status.EMPTY
        self._loose.append(new)
        return new

    def _grow(self, needed: int) -> None:
        old = self.key.size
        room = needed + needed // 4
        for name in _COLUMNS:
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros(room - old, dtype=column.dtype)]))
        for name, (depth, kind) in _TABLES.items():
            more = np.zeros((depth, room - old), dtype=kind)
            setattr(self, name, np.concatenate([getattr(self, name), more], axis=1))
        self._blank(np.arange(old, room))

    def counted(self, purpose: Purpose, rows: Ints) -> Ints:
        """How many draws the rows have made for a purpose; the one to come is counted."""
        count = self.count[purpose, rows].astype(np.int64)
        self.count[purpose, rows] += 1
        return count

    def persons(self, rows: Ints) -> Ints:
        """Persons in each household."""
        return self.kinds[:, rows].sum(axis=0, dtype=np.int64)

    def enter(self, rows: Ints, now: Ints, status: Status, place: Ints) -> None:
        """Put households into a status at a place; thresholds of its clocks are drawn anew."""
        self.stir(rows)
        self.status[rows], self.place[rows] = status, place
        self.target[:, rows] = np.inf
        for clock in self.laws.clocks(status):
            self.draw(clock, rows, now, status)
        self.wake(rows, status)

    def draw(self, clock: Clock, rows: Ints, now: Ints, status: Status) -> None:
        """Draw the threshold of one clock and set its target."""
        count = self.counted(PURPOSE[clock], rows)
        group = self.group[rows].astype(np.int64)
        cell = self.laws.cell(
            clock,
            status,
            self.place[rows].astype(np.int64),
            group,
            self.home[rows].astype(np.int64),
            self.burnt[rows],
            self._gate(rows),
            self.held[rows],
        )
        threshold = self.laws.threshold(
            clock, self.key[rows], count, self.kinds[:, rows], self.guard[rows]
        )
        self.cell[clock, rows] = cell
        self.target[clock, rows] = self.face.target(cell, now, threshold)

    def _gate(self, rows: Ints) -> Ints:
        return self.laws.world.network.gate[self.link[rows]]

    def wake(self, rows: Ints, status: Status) -> None:
        """Find what happens next, within the tick, to households of one status."""
        moving = status in (Status.MOVING, Status.DETAINED)
        soonest = self.arrive[rows].astype(np.int64) if moving else np.full(rows.size, NEVER)
        what = np.full(rows.size, Event.ARRIVE if status == Status.MOVING else Event.RELEASE)
        for clock in self.laws.clocks(status):
            when = self.face.due(self.cell[clock, rows], self.target[clock, rows])
            earlier = (when < soonest) | ((when == soonest) & (when < NEVER) & (clock < what))
            soonest = np.where(earlier, when, soonest)
            what = np.where(earlier, clock, what)
        self.next_event[rows], self.what[rows] = soonest, what

    def begin_tick(self) -> None:
        """Find all whose clock rings within the tick that the face now shows."""
        for clock in _RESTING_CLOCKS:
            rows = self._lines[clock].due(self.face)
            rows = rows[self.resting[rows]]
            self._set_earlier(clock, rows)
        loose = self.loose
        status = self.status[loose]
        for which in Status:
            clocks = [c for c in self.laws.clocks(which) if self._runs(c)]
            rows = loose[status == which] if clocks else loose[:0]
            for clock in clocks:
                reached = self.target[clock, rows] <= self.face.reading_at_stop[self.cell[clock, rows]]
                self._set_earlier(clock, rows[reached])

    def _runs(self, clock: Clock) -> bool:
        cells = self.laws.cells
        first, stop = {
            Clock.LEAVE: (cells.leave, cells.onward),
            Clock.ONWARD: (cells.onward, cells.harm),
            Clock.HARM: (cells.harm, cells.back_home),
            Clock.RETURN: (cells.back_home, cells.give_up),
            Clock.GIVE_UP: (cells.give_up, cells.fence),
            Clock.FENCE: (cells.fence, cells.disperse),
            Clock.DISPERSE: (cells.disperse, cells.crush),
            Clock.CRUSH: (cells.crush, cells.total),
        }[clock]
        return bool(self.face.live[first:stop].any())

    def _set_earlier(self, clock: Clock, rows: Ints) -> None:
        when = self.face.due(self.cell[clock, rows], self.target[clock, rows])
        now = self.next_event[rows]
        earlier = (when < now) | ((when == now) & (when < NEVER) & (clock < self.what[rows]))
        self.next_event[rows[earlier]], self.what[rows[earlier]] = when[earlier], clock

    def due(self, stop: int) -> Ints:
        """Rows whose next event comes before ``stop``."""
        return np.flatnonzero(self.next_event[: self.n] < stop)

    def with_status(self, status: Status) -> Ints:
        """Loose rows in a status."""
        loose = self.loose
        return loose[self.status[loose] == status]

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        people, composition = (
            rested + moved
            for rested, moved in zip(self._rested, self._count(self.loose), strict=True)
        )
        gates = self.laws.world.network.gates
        crossings = len(self.laws.world.network.crossings)
        rows = self.with_status(Status.WAITING)
        gate = self._gate(rows)
        out = np.array([g.out for g in gates], dtype=bool)[gate] if rows.size else gate > 0
        crossing = np.array([g.crossing for g in gates], dtype=np.int64)[gate[out]]
        waiting = np.zeros((crossings, KINDS), dtype=np.int64)
        for k in range(KINDS):
            waiting[:, k] = np.bincount(crossing, self.kinds[k, rows[out]], crossings)
        return Stocks(people, composition, waiting)

    def _count(self, rows: Ints) -> tuple[Ints, Ints]:
        cells = self.laws.cells
        place, status = self.place[rows].astype(np.int64), self.status[rows]
        n_status = len(STATUSES)
        index = (place * cells.groups + self.group[rows]) * (n_status + 1) + status
        size = cells.places * cells.groups * (n_status + 1)
        people = np.bincount(index, self.persons(rows), size).astype(np.int64)
        people = people.reshape(cells.places, cells.groups, n_status + 1)[:, :, :n_status]
        present = status != Status.MOVING
        composition = np.stack(
            [
                np.bincount(place[present], self.kinds[k, rows[present]], cells.places)
                for k in range(KINDS)
            ],
            axis=1,
        ).astype(np.int64)
        return people.copy(), composition
