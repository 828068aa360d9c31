"""The columns engine: what happens to many households at once when their events are due."""

from __future__ import annotations

from typing import Any

import numpy as np

from flowsim.arrays import Bools, Ints
from flowsim.behaviour.routes import SETTLE
from flowsim.clock import NEVER, ClockFace
from flowsim.draws import Purpose
from flowsim.model.columns import Columns
from flowsim.model.gates import Gates
from flowsim.model.laws import Laws, Now
from flowsim.model.layout import KINDS, Bound, Clock, Event, Refuge, Status
from flowsim.model.observe import Observer, Stocks
from flowsim.model.toll import Toll
from flowsim.world.population import Households

REST_EVERY = 24
"""Ticks after which the quiet are put to rest; it changes how long a run takes and nothing else."""
AT_HOME_PART = 1
"""Which part of a family splits off: the men who guard the home."""


class Crowd:
    """Households as columns, and their events.

    The model calls `begin_tick`, then for each segment `open_gates` and, until nothing is due,
    `travel`, `cross` and `settle`; each says whether it did anything.
    """

    def __init__(
        self, laws: Laws, face: ClockFace, households: Households, observer: Observer, model: Any
    ) -> None:
        self.laws, self.observer = laws, observer
        self.columns = Columns(laws, face, households)
        self.network = laws.world.network
        self.gates = Gates(self)
        self.toll = Toll(self)
        self._parked: list[tuple[Ints, Ints, Ints]] = []
        self._regrouped: list[Ints] = []
        self._ticks = 0
        self.left = np.zeros(laws.targeted.shape, dtype=np.int64)
        self.now: Now

    # ---- what the model asks -------------------------------------------------------------

    def begin_tick(self, now: Now) -> None:
        """Take the tables of a tick and find who is due in it."""
        self.now = now
        self.columns.begin_tick()

    def open_gates(self, start: int, stop: int, changed: list[int]) -> None:
        """Begin a segment; at the changed gates all who wait are held against the new rules."""
        self.columns.roads = self.now.roads
        self.gates.begin_segment(start, stop, changed)

    def cross(self, stop: int) -> bool:
        """Queues meet openings; whose own clock rings before its turn acts on that instead."""
        return self.gates.cross(stop)

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        return self.columns.stocks()

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held, (gates,)."""
        return self.gates.queue()

    def occupancy(self) -> Ints:
        """Persons from elsewhere settled at each place, (P,)."""
        people = self.columns.people()
        return people[:, :, [Status.DISPLACED, Status.SHELTERED]].sum(axis=(1, 2))

    def end_tick(self) -> None:
        """Let families join again whose parts have settled where they are."""
        if self._regrouped:
            rows, self._regrouped = np.concatenate(self._regrouped), []
            self._reunite(rows)
        self._ticks += 1
        if self._ticks % REST_EVERY == 0:
            self.columns.rest()

    # ---- departures and travel -----------------------------------------------------------

    def travel(self, stop: int) -> bool:
        """Carry out all that is due before ``stop`` for those who do not wait at a gate."""
        c = self.columns
        rows = c.due(stop)
        rows = rows[c.status[rows] != Status.WAITING]
        if rows.size == 0:
            return False
        when, what = c.next_event[rows].astype(np.int64), c.what[rows]
        for event, act in (
            (Event.ARRIVE, self._arrive),
            (Event.RELEASE, self.gates.release),
            (Clock.LEAVE, self._leave),
            (Clock.ONWARD, self._onward),
            (Clock.RETURN, self._go_home),
            (Clock.RELOCATE, self._relocate),
            (Clock.HARM, self.toll.harm),
        ):
            mask = what == event
            if mask.any():
                act(rows[mask], when[mask])
        c.flush()
        return True

    def choose(self, rows: Ints, state: Ints) -> Ints:
        """Link that each household takes next from a state of route choice, or SETTLE, or -2."""
        c = self.columns
        return self.now.choose(
            state,
            c.key[rows],
            c.counted(Purpose.ROUTE, rows),
            c.sort(rows),
            c.informed[rows].astype(np.int64),
        )

    def _arrive(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        here = self.network.head[c.link[rows]]
        for bound, go in ((Bound.HOME, self._homeward), (Bound.CAMP, self._to_camp)):
            mask = c.bound[rows] == bound
            if mask.any():
                go(rows[mask], when[mask], here[mask])
                rows, when, here = rows[~mask], when[~mask], here[~mask]
        if rows.size:
            self.take(rows, when, here, self._follow_or_choose(rows, here))

    def _follow_or_choose(self, rows: Ints, here: Ints) -> Ints:
        """The way to the family for those who were left at a gate, else what they choose."""
        c = self.columns
        option = self.laws.to_family(here, c.goal[rows].astype(np.int64))
        found = rows[option == SETTLE]
        c.follows[found], c.goal[found] = False, -1  # whether or not there is room for them
        free = option < SETTLE
        if free.any():
            option[free] = self.choose(rows[free], c.link[rows[free]].astype(np.int64))
        return option

    def take(self, rows: Ints, when: Ints, here: Ints, option: Ints) -> None:
        """Follow a choice: settle (once all arrivals are known), go, or look again later."""
        stay = option == SETTLE
        if stay.any():
            own = stay & (here == self.columns.home[rows])
            self._home_again(rows[own], when[own], here[own])
            self._park(rows[stay & ~own], when[stay & ~own], here[stay & ~own])
        go = option >= 0
        self._go(rows[go], when[go], option[go])
        lost = option < SETTLE
        if lost.any():
            self.columns.arrive[rows[lost]] = when[lost] + self.laws.retry
            self.columns.enter(rows[lost], when[lost], Status.MOVING, here[lost])

    def _park(self, rows: Ints, when: Ints, here: Ints) -> None:
        c = self.columns
        c.next_event[rows] = NEVER
        queued = c.status[rows] == Status.WAITING
        if queued.any():  # out of the queue, and not yet anywhere else
            c.arrive[rows[queued]] = NEVER
            c.enter(rows[queued], when[queued], Status.MOVING, here[queued])
        self._parked.append((rows, when, here))

    def _go(self, rows: Ints, when: Ints, link: Ints) -> None:
        at_gate = self.network.gate[link] >= 0
        self.depart(rows[~at_gate], when[~at_gate], link[~at_gate])
        self.gates.join(rows[at_gate], when[at_gate], link[at_gate])

    def depart(self, rows: Ints, when: Ints, link: Ints, delay: Ints | int = 0) -> None:
        """Be on the way along a link, ``delay`` seconds from now."""
        if rows.size:
            c = self.columns
            there = when + delay + self.now.travel[link, c.group[rows]]
            c.arrive[rows] = np.minimum(there, NEVER - 1)
            c.enter(rows, when, Status.MOVING, self.network.tail[link], link)

    def _leave(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        home = c.home[rows].astype(np.int64)
        option = self.choose(rows, self.laws.routes.leaving(home))
        stuck = option < 0
        c.draw_again(Clock.LEAVE, rows[stuck], when[stuck])
        rows, when, home, option = rows[~stuck], when[~stuck], home[~stuck], option[~stuck]
        c.stir(rows)
        number = c.counted(Purpose.MEN_STAY, rows)
        stay = self.laws.men_stay(c.key[rows], number, c.kinds_of(rows))
        self._leave_guards(rows[stay], when[stay], number[stay])
        np.add.at(self.left, (home, c.group[rows]), c.persons(rows))
        c.fled[rows], c.safe[rows] = when, False
        c.bound[rows] = Bound.AWAY
        self._go(rows, when, option)

    def _leave_guards(self, rows: Ints, when: Ints, number: Ints) -> None:
        if rows.size:
            c = self.columns
            men, hurt = np.zeros_like(c.kinds_of(rows)), np.zeros_like(c.wounded_of(rows))
            men[2], hurt[2] = c.kinds[rows, 2], c.wounded[rows, 2]
            new = c.split(rows, men, hurt, number, AT_HOME_PART)
            c.guard[new] = True
            c.enter(new, when, Status.AT_HOME, c.home[new].astype(np.int64))

    def _onward(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        option = self.choose(rows, self.laws.routes.leaving(c.place[rows]))
        stuck = option < 0
        c.draw_again(Clock.ONWARD, rows[stuck], when[stuck])
        self._go(rows[~stuck], when[~stuck], option[~stuck])

    # ---- moved from camp to camp ---------------------------------------------------------

    def _relocate(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        here = c.place[rows].astype(np.int64)
        camp = self.now.moved_to(c.key[rows], c.counted(Purpose.TRANSFER, rows), here)
        none = camp < 0
        c.draw_again(Clock.RELOCATE, rows[none], when[none])
        c.bound[rows[~none]], c.camp[rows[~none]] = Bound.CAMP, camp[~none]
        self._to_camp(rows[~none], when[~none], here[~none])

    def _to_camp(self, rows: Ints, when: Ints, here: Ints) -> None:
        """The next leg to the camp, or ask for room there."""
        c = self.columns
        camp = c.camp[rows].astype(np.int64)
        there = here == camp
        c.bound[rows[there]] = Bound.AWAY
        self._park(rows[there], when[there], here[there])
        go = ~there
        self._go(rows[go], when[go], self.laws.way[here[go], camp[go]])

    # ---- going home ----------------------------------------------------------------------

    def _go_home(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        here = c.place[rows].astype(np.int64)
        goal = self.laws.destination(c.home[rows], c.burnt[rows])
        way = (self.laws.way[here, goal] >= 0) & (here != goal)
        c.draw_again(Clock.RETURN, rows[~way], when[~way])
        c.bound[rows[way]] = Bound.HOME
        c.safe[rows[way], Refuge.INSIDE] = True  # settling near a burnt home is no flight
        self._homeward(rows[way], when[way], here[way])

    def _homeward(self, rows: Ints, when: Ints, here: Ints) -> None:
        c = self.columns
        goal = self.laws.destination(c.home[rows], c.burnt[rows])
        there = here == goal
        if there.any():
            self._home_again(rows[there], when[there], here[there])
        go = ~there
        self._go(rows[go], when[go], self.laws.way[here[go], goal[go]])

    def _home_again(self, rows: Ints, when: Ints, here: Ints) -> None:
        """At home, or near it where it is burnt: there they ask for room like anybody."""
        if rows.size:
            c = self.columns
            c.bound[rows] = Bound.AWAY
            near = here != c.home[rows]
            self._park(rows[near], when[near], here[near])
            c.enter(rows[~near], when[~near], Status.RETURNED, here[~near])
            c.barred[rows[~near]] = -1
            self.regroup(rows[~near])

    def regroup(self, rows: Ints) -> None:
        """These have settled, or are no more: at the end of the tick families may join again."""
        if rows.size:
            self._regrouped.append(rows)

    def _reunite(self, rows: Ints) -> None:
        """Parts settled where their family is join it again, if one of them just came."""
        c = self.columns
        parts = np.concatenate([rows[c.parent[rows] >= 0], c.parts_of(rows)])
        whole = c.family_of(parts)
        ready = (whole >= 0) & (c.place[parts] == c.place[whole])
        parts = np.unique(parts[ready & c.settled(parts) & c.settled(whole)])
        whole = c.family_of(parts)
        later = np.isin(whole, parts)  # a family that itself joins another waits for the next tick
        if later.any():
            self.regroup(parts[later])
        parts, whole = parts[~later], whole[~later]
        if parts.size == 0:
            return
        families, index = np.unique(whole, return_inverse=True)
        kinds, wounded = (np.zeros((KINDS, families.size), dtype=np.uint8) for _ in range(2))
        for k in range(KINDS):
            np.add.at(kinds[k], index, c.kinds[parts, k])
            np.add.at(wounded[k], index, c.wounded[parts, k])
        c.change(families, kinds, wounded)
        c.change(parts, -c.kinds_of(parts), -c.wounded_of(parts))
        self.observer.rejoined(c.place[parts[~c.guard[parts]]].astype(np.int64))
        end = np.full(parts.size, self.now.face.stop, dtype=np.int64)
        c.enter(parts, end, Status.EMPTY, c.place[parts].astype(np.int64))
        c.draw_again(Clock.HARM, families, end[: families.size])
        c.flush()

    # ---- reception -----------------------------------------------------------------------

    def settle(self) -> bool:
        """Those who chose to stay find room in order of arrival, or go on.

        Capacity is never exceeded; once a family finds no room, those behind it go on too.
        """
        if not self._parked:
            return False
        rows, when, here = (np.concatenate(column) for column in zip(*self._parked, strict=True))
        self._parked = []
        c = self.columns
        order = np.lexsort((c.key[rows], when))
        rows, when, here = rows[order], when[order], here[order]
        fits = self._fits(rows, here)
        inside = self.laws.world.inside[here]
        stays = fits & inside
        c.enter(rows[stays], when[stays], Status.DISPLACED, here[stays])
        self._safe(rows[stays], when[stays], Refuge.INSIDE)
        stays = fits & ~inside
        self._shelter(rows[stays], when[stays], here[stays])
        self._safe(rows[stays], when[stays], Refuge.ABROAD)
        self.regroup(rows[fits])
        rows, when, here = rows[~fits], when[~fits], here[~fits]
        if rows.size:
            option = self.choose(rows, self.laws.routes.leaving(here))
            self.take(rows, when, here, option)
        c.flush()
        return True

    def _safe(self, rows: Ints, when: Ints, refuge: Refuge) -> None:
        """Count how long those took who settle in such a refuge for the first time on a flight."""
        c = self.columns
        first = ~c.safe[rows, refuge]
        c.safe[rows, refuge] = True
        rows, since = rows[first], when[first] - c.fled[rows[first]]
        self.observer.safe(refuge, since, c.persons(rows))

    def _fits(self, rows: Ints, here: Ints) -> Bools:
        capacity = self.now.capacity
        fits = np.ones(rows.size, dtype=bool)
        limited = np.unique(here[capacity[here] >= 0])
        if limited.size:
            room = capacity - self.occupancy()
            persons = self.columns.persons(rows)
            for place in limited:
                some = here == place
                fits[some] = np.cumsum(persons[some]) <= room[place]
        return fits

    def _shelter(self, rows: Ints, when: Ints, here: Ints) -> None:
        c = self.columns
        c.enter(rows, when, Status.SHELTERED, here)
        new = ~c.registered[rows]
        c.registered[rows] = True
        hours = self.laws.behaviour.reception.registration_hours
        counted = when[new] + round(hours * 3600)
        self.observer.register(counted, here[new], c.kinds_of(rows[new]))
