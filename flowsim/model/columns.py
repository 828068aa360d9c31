"""Households as columns: storage, clocks, and whose event is due."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Bools, Counts, Floats, Ints, Keys
from flowsim.clock import NEVER, ClockFace
from flowsim.draws import Purpose, child_key
from flowsim.model.laws import Holding, Laws
from flowsim.model.layout import (
    KINDS,
    PURPOSE,
    SAFE_AT,
    SETTLED,
    STATUSES,
    Clock,
    Event,
    Refuge,
    Status,
)
from flowsim.model.observe import Stocks
from flowsim.model.resting import Sorted
from flowsim.policy.land import Roads
from flowsim.policy.who import sort_of
from flowsim.world.population import Households

_COLUMNS: dict[str, Any] = {
    "key": np.uint64, "home": np.int32, "group": np.int32, "place": np.int32, "link": np.int32,
    "status": np.int8, "next_event": np.int32, "what": np.int8, "arrive": np.int32,
    "ready": np.int32, "joined": np.int32, "bound": np.int8, "fled": np.int32, "barred": np.int16,
    "goal": np.int32, "camp": np.int32, "leaves": np.int32, "follows": bool,
    "parent": np.int32, "part": np.int32, "sibling": np.int32,
    "size": np.uint8, "guard": bool, "burnt": bool, "informed": bool,
    "kin": bool, "held": bool, "refused": bool,
    "registered": bool, "resting": bool, "rank": np.int32, "passing": np.int32,
    "quota": np.float64, "by_rate": np.int64, "by_count": np.int64, "luck": np.float64,
    "worked": np.int64,
}  # fmt: skip
_TABLES: dict[str, tuple[int, Any]] = {
    "kinds": (KINDS, np.uint8),
    "wounded": (KINDS, np.uint8),
    "safe": (len(Refuge), bool),
    "count": (max(Purpose) + 1, np.uint16),
    "cell": (len(Clock), np.int32),
    "target": (len(Clock), np.float64),
}
_OF_THE_FAMILY = (
    "home", "group", "place", "link", "burnt", "kin", "joined", "bound", "luck", "fled", "safe",
)  # fmt: skip
"""What a part that splits off has of its family."""
_QUIET = np.zeros(len(Status), dtype=bool)
_QUIET[list(SETTLED)] = True
_PURPOSES = np.array([PURPOSE[clock] for clock in Clock], dtype=np.int64)
_N_STATUS = len(Status)
_MOVING, _WAITING, _DETAINED = (int(s) for s in (Status.MOVING, Status.WAITING, Status.DETAINED))
_ARRIVE, _RELEASE = int(Event.ARRIVE), int(Event.RELEASE)


class Columns:
    """All households of a run, a row each; parts that split off are appended.

    A household that nothing happens to is `resting`: its clocks wait in sorted order, so a tick
    costs work only for those whose time has come. All others are `loose`, until the next time that
    the quiet among them are put to rest.

    Parameters
    ----------
    laws : Laws
    face : ClockFace
    households : Households
    """

    key: Keys
    home: Ints
    group: Ints
    place: Ints
    link: Ints
    status: Ints
    next_event: Ints
    what: Ints
    arrive: Ints
    ready: Ints
    joined: Ints
    bound: Ints
    fled: Ints
    barred: Ints
    goal: Ints
    camp: Ints
    leaves: Ints
    follows: Bools
    parent: Ints
    part: Ints
    sibling: Ints
    size: Counts
    guard: Bools
    burnt: Bools
    informed: Bools
    kin: Bools
    held: Bools
    refused: Bools
    registered: Bools
    resting: Bools
    rank: Ints
    passing: Ints
    quota: Floats
    by_rate: Ints
    by_count: Ints
    luck: Floats
    worked: Ints
    kinds: Counts
    wounded: Counts
    safe: Bools
    count: Ints
    cell: Ints
    target: Floats

    def __init__(self, laws: Laws, face: ClockFace, households: Households) -> None:
        self.laws, self.face = laws, face
        self.roads: Roads | None = None
        self.n = self.n_start = len(households)
        room = self.n + self.n // 4 + 64
        for name, kind in _COLUMNS.items():
            setattr(self, name, np.zeros(room, dtype=kind))
        for name, (depth, kind) in _TABLES.items():
            setattr(self, name, np.zeros((room, depth), dtype=kind))
        self._blank(np.arange(room))
        rows = np.arange(self.n)
        self.key[rows], self.group[rows] = households.key, households.group
        self.home[rows], self.place[rows] = households.home, households.place
        self.leaves[rows] = households.leaves
        self.status[rows] = laws.status_at_start(households)
        self.safe[rows] = (self.status[rows] == SAFE_AT[:, None]).T
        self.registered[rows] = self.status[rows] == Status.SHELTERED
        self.kinds[rows] = households.kinds.T
        self.size[rows] = self.kinds.take(rows, axis=0).sum(axis=1)
        self._know(rows)
        self.kin[rows] = laws.kin_across(self.key[rows], self.group[rows])
        self.burnt[rows] = laws.burnt(self.key[rows], self.home[rows], self.group[rows])
        cells, n_gates = laws.cells, len(laws.world.network.gates)
        self._people = np.zeros(cells.places * cells.groups * len(Status), dtype=np.int64)
        self._present = np.zeros((cells.places, KINDS), dtype=np.int64)
        self._line = np.zeros((n_gates, KINDS), dtype=np.int64)
        self._tally(rows, 1)
        self._entries: list[tuple[Ints, Ints, Ints, Ints, Ints]] = []
        self._redraws: list[tuple[Ints, Ints, Ints]] = []
        self._loose: list[Ints] = []
        self._loose_rows = rows
        self._sorted: dict[Clock, list[Sorted]] = {clock: [] for clock in Clock}
        everybody, clock = np.nonzero(laws.runs[self.status[rows]])
        self._draw(everybody, clock, np.zeros(everybody.size, dtype=np.int64))
        self.rest()

    def _blank(self, rows: Ints) -> None:
        self.next_event[rows], self.arrive[rows], self.leaves[rows] = NEVER, NEVER, NEVER
        for name in ("link", "parent", "part", "sibling", "barred", "goal"):
            getattr(self, name)[rows] = -1
        self.target[rows] = np.inf

    def _know(self, rows: Ints) -> None:
        self.informed[rows] = self.laws.informed(self.key[rows])

    @property
    def loose(self) -> Ints:
        """Rows that do not rest, parts included."""
        if self._loose:
            self._loose_rows = np.concatenate([self._loose_rows, *self._loose])
            self._loose = []
        return self._loose_rows

    def rest(self) -> None:
        """Put the quiet among the loose to rest: their clocks wait in sorted order."""
        loose = self.loose
        status = self.status[loose]
        quiet = _QUIET[status]
        rows = loose[quiet]
        self._loose_rows = loose[~quiet & (status != Status.EMPTY)]
        self.resting[rows] = True
        for clock in np.flatnonzero(self.laws.runs[_QUIET].any(axis=0)):
            under = rows[np.isfinite(self.target[rows, clock])]
            if under.size:
                line = Sorted(under, self.cell[under, clock], self.target[under, clock])
                self._sorted[Clock(int(clock))].append(line)

    def stir(self, rows: Ints) -> None:
        """Rows about to change: they rest no longer."""
        fresh = rows[self.resting[rows]]
        if fresh.size:
            fresh = np.unique(fresh)
            self.resting[fresh] = False
            self._loose.append(fresh)

    def _tally(self, rows: Ints, sign: int) -> None:
        """Add households to the persons as they stand, or take them off."""
        if rows.size == 0:
            return
        place, status, size = self.place[rows], self.status[rows], self.size[rows]
        index = (place * self.laws.cells.groups + self.group[rows]) * _N_STATUS + status
        np.add.at(self._people, index, sign * size.astype(np.int64))
        present = np.flatnonzero(status != _MOVING)
        if present.size:
            kinds = sign * self.kinds.take(rows[present], axis=0).astype(np.int64)
            np.add.at(self._present, place[present], kinds)
        waiting = rows[status == _WAITING]
        if waiting.size:
            kinds = sign * self.kinds.take(waiting, axis=0).astype(np.int64)
            np.add.at(self._line, self._gate(waiting), kinds)

    def split(self, rows: Ints, kinds: NDArray, wounded: NDArray, number: Ints, part: int) -> Ints:
        """Part persons off households into new rows, which are new owners of draws; gives the rows.

        The caller lets the new rows enter a status.
        """
        new = np.arange(self.n, self.n + rows.size)
        if new.size and new[-1] >= self.key.size:
            self._grow(self.n + rows.size)
        self.n += rows.size
        self.key[new] = child_key(self.key[rows], number, part)
        for name in _OF_THE_FAMILY:
            column = getattr(self, name)
            column[new] = column[rows]
        self._know(new)
        self.parent[new], self.sibling[new], self.part[rows] = rows, self.part[rows], new
        self.status[new] = Status.EMPTY
        self._loose.append(new)
        self.change(new, kinds, wounded)
        self.change(rows, -kinds, -wounded)  # modulo 256, as all of these columns
        return new

    def parts_of(self, rows: Ints) -> Ints:
        """All rows that parted from these, or from parts of these that are no more."""
        found = []
        parts = self.part[rows]
        while (parts := parts[parts >= 0]).size:
            found.append(parts.astype(np.int64))
            gone = parts[self.status[parts] == Status.EMPTY]
            parts = np.concatenate([self.sibling[parts], self.part[gone]])
        return np.concatenate(found) if found else np.empty(0, dtype=np.int64)

    def settled(self, rows: Ints) -> Bools:
        """Who is neither on the way nor held, and lives."""
        return _QUIET[self.status[rows]]

    def family_of(self, rows: Ints) -> Ints:
        """The household that each parted from or, if it is no more, that one's family; else -1."""
        family = self.parent[rows].astype(np.int64)
        while (gone := (family >= 0) & (self.status[family] == Status.EMPTY)).any():
            family[gone] = self.parent[family[gone]]
        return family

    def _look_for_family(self) -> None:
        """Note where the families of those who follow are sheltered as the tick begins."""
        rows = self.n_start + np.flatnonzero(self.follows[self.n_start : self.n])
        family = self.family_of(rows)
        sheltered = (family >= 0) & (self.status[family] == Status.SHELTERED)
        self.goal[rows] = np.where(sheltered, self.place[family], -1)

    def change(self, rows: Ints, kinds: NDArray, wounded: NDArray) -> None:
        """Add persons (5, n) to households, or take them away; each row once."""
        self._tally(rows, -1)
        self.kinds[rows] += kinds.T
        self.wounded[rows] += wounded.T
        self.size[rows] = self.kinds.take(rows, axis=0).sum(axis=1)
        self._tally(rows, 1)

    def _grow(self, needed: int) -> None:
        old = self.key.size
        room = needed + needed // 4
        for name in _COLUMNS:
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.zeros(room - old, dtype=column.dtype)]))
        for name, (depth, kind) in _TABLES.items():
            more = np.zeros((room - old, depth), dtype=kind)
            setattr(self, name, np.concatenate([getattr(self, name), more]))
        self._blank(np.arange(old, room))

    def line_up(self, rows: Ints, when: Ints) -> None:
        """Stand at the end of a line: nothing is done for them yet."""
        self.ready[rows], self.worked[rows] = when, 0

    def counted(self, purpose: Purpose, rows: Ints) -> Ints:
        """How many draws the rows have made for a purpose; the one to come is counted."""
        count = self.count[rows, purpose].astype(np.int64)
        self.count[rows, purpose] += 1
        return count

    def sort(self, rows: Ints) -> Ints:
        """Sorts of households, see `flowsim.policy.who`."""
        return sort_of(self.group[rows].astype(np.int64), self.kin[rows].astype(np.int64))

    def kinds_of(self, rows: Ints) -> Counts:
        """Persons of households by kind, (5, n)."""
        return np.ascontiguousarray(self.kinds.take(rows, axis=0).T)

    def wounded_of(self, rows: Ints) -> Counts:
        """The wounded among them by kind, (5, n)."""
        return np.ascontiguousarray(self.wounded.take(rows, axis=0).T)

    def persons(self, rows: Ints) -> Ints:
        """Persons in each household."""
        return self.size[rows].astype(np.int64)

    def enter(
        self, rows: Ints, now: Ints, status: Status, place: Ints, link: Ints | None = None
    ) -> None:
        """Put households into a status at a place; it takes effect with `flush`.

        Each row may enter once between two calls of `flush`.
        """
        if rows.size:
            link = self.link[rows].astype(np.int64) if link is None else link
            self._entries.append((rows, now, np.full(rows.size, int(status)), place, link))

    def draw_again(self, clock: Clock, rows: Ints, now: Ints) -> None:
        """Draw the threshold of one clock anew; it takes effect with `flush`."""
        if rows.size:
            self._redraws.append((rows, np.full(rows.size, int(clock)), now))

    def flush(self) -> None:
        """Carry out all that entered a status or draws anew, at once.

        The thresholds of all clocks of a new status are drawn anew, and the next event is found.
        """
        rows = np.empty(0, dtype=np.int64)
        pairs = []
        if self._entries:
            rows, now, status, place, link = map(np.concatenate, zip(*self._entries, strict=True))
            self._entries = []
            self.stir(rows)
            self._tally(rows, -1)
            self.status[rows], self.place[rows], self.link[rows] = status, place, link
            self._tally(rows, 1)
            self.target[rows] = np.inf
            index, clock = np.nonzero(self.laws.runs[status])
            pairs.append((rows[index], clock, now[index]))
        if self._redraws:
            again, clock, now = map(np.concatenate, zip(*self._redraws, strict=True))
            self._redraws = []
            self.stir(again)
            rows = np.unique(np.concatenate([rows, again]))
            pairs.append((again, clock, now))
        if pairs:
            self._draw(*(np.concatenate(column) for column in zip(*pairs, strict=True)))
            self._wake(rows)

    def _draw(self, rows: Ints, clock: Ints, now: Ints) -> None:
        """Draw the thresholds of pairs of household and clock, and set their targets."""
        purpose = _PURPOSES[clock]
        count = self.count[rows, purpose].astype(np.int64)
        self.count[rows, purpose] += 1
        holding = Holding(
            place=self.place[rows].astype(np.int64),
            group=self.group[rows].astype(np.int64),
            home=self.home[rows].astype(np.int64),
            burnt=self.burnt[rows].astype(np.int64),
            gate=self._gate(rows),
            held=self.held[rows].astype(np.int64),
        )
        cell = self.laws.under(self.status[rows].astype(np.int64), clock, holding)
        danger = None
        if self.roads is not None:
            on_the_way = self.status[rows] == _MOVING
            danger = np.where(on_the_way, self.roads.danger[self.link[rows]], 1.0)
        told = self.laws.until_told(clock, self.status[rows], self.leaves[rows], now)
        threshold = self.laws.threshold(
            clock, self.key[rows], count, self.kinds_of(rows), self.guard[rows], danger, told
        )
        self.cell[rows, clock] = cell
        self.target[rows, clock] = self.face.target(cell, now, threshold)

    def _gate(self, rows: Ints) -> Ints:
        return self.laws.world.network.gate[self.link[rows]]

    def _wake(self, rows: Ints) -> None:
        """Find what happens next, within the tick; a tie goes to the first clock."""
        status = self.status[rows]
        arrives = (status == _MOVING) | (status == _DETAINED)
        self.next_event[rows] = np.where(arrives, self.arrive[rows], NEVER)
        self.what[rows] = np.where(status == _MOVING, _ARRIVE, _RELEASE)
        cell, target = self.cell.take(rows, axis=0), self.target.take(rows, axis=0)
        reached = target <= self.face.reading_at_stop[cell]  # a target is inf where no clock runs
        for clock in np.flatnonzero(reached.any(axis=0)):
            self._set_earlier(int(clock), rows[reached[:, clock]])

    def begin_tick(self) -> None:
        """Find all whose clock rings within the tick that the face now shows."""
        self._look_for_family()
        reading = self.face.reading_at_stop
        loose = self.loose
        runs = self.laws.runs[self.status[loose]]
        due = []
        for clock, lines in self._sorted.items():
            if not self._live(clock):
                continue
            resting = np.concatenate([loose[:0], *(line.due(reading) for line in lines)])
            rows = loose[runs[:, clock]]
            reached = self.target[rows, clock] <= reading[self.cell[rows, clock]]
            due.append((clock, np.concatenate([resting[self.resting[resting]], rows[reached]])))
        for clock, rows in due:
            self.stir(rows)  # if one falls on the very end of the tick, the next one sees it
            self._set_earlier(clock, rows)

    def _live(self, clock: Clock) -> bool:
        if clock == Clock.LEAVE and self.laws.told:
            return True  # the calendar always runs
        first, stop = self.laws.cells.span(clock)
        return bool(self.face.live[first:stop].any())

    def _set_earlier(self, clock: int, rows: Ints) -> None:
        if rows.size == 0:
            return
        when = self.face.due(self.cell[rows, clock], self.target[rows, clock])
        now = self.next_event[rows]
        earlier = (when < now) | ((when == now) & (when < NEVER) & (clock < self.what[rows]))
        self.next_event[rows[earlier]], self.what[rows[earlier]] = when[earlier], clock

    def due(self, stop: int) -> Ints:
        """Rows whose next event comes before ``stop``; who rests has none."""
        loose = self.loose
        return loose[self.next_event[loose] < stop]

    def with_status(self, status: Status) -> Ints:
        """Loose rows in a status."""
        loose = self.loose
        return loose[self.status[loose] == status]

    def people(self) -> Ints:
        """Persons by place, group and status, (P, G, 7)."""
        cells = self.laws.cells
        table = self._people.reshape(cells.places, cells.groups, len(Status))
        return table[:, :, : len(STATUSES)].copy()

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        network = self.laws.world.network
        waiting = np.zeros((len(network.crossings), KINDS), dtype=np.int64)
        for g, gate in enumerate(network.gates):
            if gate.out:
                waiting[gate.crossing] += self._line[g]
        parts = slice(self.n_start, self.n)
        apart = self.size[parts][~self.guard[parts]].sum(dtype=np.int64)
        return Stocks(self.people(), self._present.copy(), waiting, int(apart))
