"""The columns engine: what happens to many households at once when their events are due."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.behaviour.gate import Admission
from flowsim.behaviour.routes import SETTLE
from flowsim.clock import NEVER, ClockFace
from flowsim.draws import Purpose
from flowsim.model.columns import Columns
from flowsim.model.laws import Laws, Now
from flowsim.model.layout import KINDS, Bound, Clock, Event, Outcome, Status
from flowsim.model.observe import Observer, Stocks
from flowsim.model.queues import Allowance, Line, serve
from flowsim.world.population import Households

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

RETRY = 3600
"""Seconds after which somebody looks again who found nowhere to go."""
REST_EVERY = 24
"""Ticks after which the quiet are put to rest; it changes how long a run takes and nothing else."""
AT_HOME_PART, AT_GATE_PART = 1, 2
"""Which part of a family splits off: the men who guard the home; those whom a gate holds."""


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
        gates = self.network.gates
        self._capacity = [gate.capacity_per_hour for gate in gates]
        self._out = np.array([gate.out for gate in gates], dtype=bool)
        self._crossing = np.array([gate.crossing for gate in gates], dtype=np.int64)
        self._begun = [0] * len(gates)
        self._allowances: dict[int, Allowance] = {}
        self._stirred = np.zeros(len(gates), dtype=bool)
        self._parked: list[tuple[Ints, Ints, Ints]] = []
        self._came_home: list[Ints] = []
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
        for gate, allowance in self._allowances.items():
            self._begun[gate] = allowance.unfinished
        self._allowances = {}
        self._segment = (start, stop)
        self._stirred[:] = True
        if not changed:
            return
        c, rows, gate = self.columns, *self._waiting()
        rows, gate = rows[np.isin(gate, changed)], gate[np.isin(gate, changed)]
        before = c.held[rows]
        self._assess(rows, gate)
        rows = rows[before != c.held[rows]]  # the gate means something else for them now
        when = np.full(rows.size, start, dtype=np.int64)
        for clock in (Clock.GIVE_UP, Clock.FENCE):
            c.draw_again(clock, rows, when)
        c.flush()

    def _waiting(self) -> tuple[Ints, Ints]:
        """Rows that wait, and their gates."""
        rows = self.columns.with_status(Status.WAITING)
        return rows, self.network.gate[self.columns.link[rows]]

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        return self.columns.stocks()

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held, (gates,)."""
        rows, gate = self._waiting()
        passing = np.where(self.columns.held[rows], 0, self.columns.passing[rows])
        return np.bincount(gate, passing, self._out.size).astype(np.int64)

    def occupancy(self) -> Ints:
        """Persons from elsewhere settled at each place, (P,)."""
        people = self.columns.people()
        return people[:, :, [Status.DISPLACED, Status.SHELTERED]].sum(axis=(1, 2))

    def end_tick(self) -> None:
        """Let families join again whose parts are home."""
        if self._came_home:
            rows, self._came_home = np.concatenate(self._came_home), []
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
            (Event.RELEASE, self._release),
            (Clock.LEAVE, self._leave),
            (Clock.ONWARD, self._onward),
            (Clock.RETURN, self._go_home),
            (Clock.HARM, self._harm),
        ):
            mask = what == event
            if mask.any():
                act(rows[mask], when[mask])
        c.flush()
        return True

    def _choose(self, rows: Ints, state: Ints) -> Ints:
        c = self.columns
        return self.now.choose(
            state,
            c.key[rows],
            c.counted(Purpose.ROUTE, rows),
            c.group[rows].astype(np.int64),
            c.informed[rows].astype(np.int64),
        )

    def _arrive(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        here = self.network.head[c.link[rows]]
        home = c.bound[rows] == Bound.HOME
        if home.any():
            self._homeward(rows[home], when[home], here[home])
            rows, when, here = rows[~home], when[~home], here[~home]
        if rows.size:
            self._take(rows, when, here, self._choose(rows, c.link[rows].astype(np.int64)))

    def _take(self, rows: Ints, when: Ints, here: Ints, option: Ints) -> None:
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
            self.columns.arrive[rows[lost]] = when[lost] + RETRY
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
        self._depart(rows[~at_gate], when[~at_gate], link[~at_gate])
        self._join(rows[at_gate], when[at_gate], link[at_gate])

    def _depart(self, rows: Ints, when: Ints, link: Ints, delay: Ints | int = 0) -> None:
        if rows.size:
            c = self.columns
            c.arrive[rows] = when + delay + self.now.travel[link, c.group[rows]]
            c.enter(rows, when, Status.MOVING, self.network.tail[link], link)

    def _leave(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        home = c.home[rows].astype(np.int64)
        option = self._choose(rows, self.laws.routes.leaving(home))
        stuck = option < 0
        c.draw_again(Clock.LEAVE, rows[stuck], when[stuck])
        rows, when, home, option = rows[~stuck], when[~stuck], home[~stuck], option[~stuck]
        c.stir(rows)
        number = c.counted(Purpose.MEN_STAY, rows)
        stay = self.laws.men_stay(c.key[rows], number, c.kinds[:, rows])
        self._leave_guards(rows[stay], when[stay], number[stay])
        np.add.at(self.left, (home, c.group[rows]), c.persons(rows))
        c.bound[rows] = Bound.AWAY
        self._go(rows, when, option)

    def _leave_guards(self, rows: Ints, when: Ints, number: Ints) -> None:
        if rows.size:
            c = self.columns
            men, hurt = np.zeros_like(c.kinds[:, rows]), np.zeros_like(c.wounded[:, rows])
            men[2], hurt[2] = c.kinds[2, rows], c.wounded[2, rows]
            new = c.split(rows, men, hurt, number, AT_HOME_PART)
            c.guard[new] = True
            c.enter(new, when, Status.AT_HOME, c.home[new].astype(np.int64))

    def _onward(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        option = self._choose(rows, self.laws.routes.leaving(c.place[rows]))
        stuck = option < 0
        c.draw_again(Clock.ONWARD, rows[stuck], when[stuck])
        self._go(rows[~stuck], when[~stuck], option[~stuck])

    # ---- going home ----------------------------------------------------------------------

    def _go_home(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        here = c.place[rows].astype(np.int64)
        goal = self.laws.destination(c.home[rows], c.burnt[rows])
        way = (self.laws.way[here, goal] >= 0) & (here != goal)
        c.draw_again(Clock.RETURN, rows[~way], when[~way])
        c.bound[rows[way]] = Bound.HOME
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
        """At home, or near it where it is burnt."""
        if rows.size:
            c = self.columns
            c.bound[rows] = Bound.AWAY
            near = here != c.home[rows]
            c.enter(rows[near], when[near], Status.DISPLACED, here[near])
            c.enter(rows[~near], when[~near], Status.RETURNED, here[~near])
            self._came_home.append(rows)

    def _reunite(self, rows: Ints) -> None:
        """Parts that are home where their family is join it again, if one of them just came."""
        c = self.columns
        came = np.zeros(c.n, dtype=bool)
        came[rows] = True
        parts = np.arange(c.n_start, c.n)
        parts = parts[came[parts] | came[c.parent[parts]]]
        whole = c.parent[parts].astype(np.int64)
        ready = self._is_home(parts) & self._is_home(whole) & (c.place[parts] == c.place[whole])
        parts, whole = parts[ready], whole[ready]
        later = np.isin(whole, parts)  # a family that itself joins another waits for the next tick
        if later.any():
            self._came_home.append(parts[later])
        parts, whole = parts[~later], whole[~later]
        families, index = np.unique(whole, return_inverse=True)
        kinds, wounded = (np.zeros((KINDS, families.size), dtype=np.uint8) for _ in range(2))
        for k in range(KINDS):
            np.add.at(kinds[k], index, c.kinds[k, parts])
            np.add.at(wounded[k], index, c.wounded[k, parts])
        c.change(families, kinds, wounded)
        c.change(parts, -c.kinds[:, parts], -c.wounded[:, parts])
        end = np.full(parts.size, self.now.face.stop, dtype=np.int64)
        c.enter(parts, end, Status.EMPTY, c.place[parts].astype(np.int64))
        c.draw_again(Clock.HARM, families, end[: families.size])
        c.flush()

    def _is_home(self, rows: Ints) -> Bools:
        status = self.columns.status[rows]
        return (status == Status.AT_HOME) | (status == Status.RETURNED)

    # ---- at the gates --------------------------------------------------------------------

    def _join(self, rows: Ints, when: Ints, link: Ints) -> None:
        if rows.size == 0:
            return
        c, gate = self.columns, self.network.gate[link]
        c.joined[rows], c.ready[rows], c.refused[rows] = when, when, False
        c.count[Purpose.GATE, rows] += 1
        self._tell(gate, Outcome.REACHED, c.kinds[:, rows])
        self._assess(rows, gate)
        c.enter(rows, when, Status.WAITING, self.network.tail[link], link)
        self._stirred[gate] = True

    def _tell(self, gate: Ints, outcome: Outcome, kinds: NDArray) -> None:
        """Record an outcome; in the direction back only the return itself is one."""
        told = np.ones(gate.size, dtype=bool) if outcome == Outcome.RETURNED else self._out[gate]
        if told.any():
            self.observer.outcome(self._crossing[gate[told]], outcome, kinds[:, told])

    def _assess(self, rows: Ints, gate: Ints) -> None:
        """Hold households against the rules of their gates."""
        c = self.columns
        a = self._admission(rows, gate)
        c.held[rows], c.rank[rows], c.quota[rows] = a.held, a.rank, a.quota_per_hour
        c.passing[rows] = a.kinds.sum(axis=0, dtype=np.int64)
        fresh = a.held & ~c.refused[rows]
        c.refused[rows[fresh]] = True
        self._tell(gate[fresh], Outcome.REFUSED, c.kinds[:, rows[fresh]])

    def _admission(self, rows: Ints, gate: Ints) -> Admission:
        c = self.columns
        visit = c.count[Purpose.GATE, rows].astype(np.int64) - 1
        group = c.group[rows].astype(np.int64)
        return self.now.admission(
            gate, c.key[rows], visit, group, c.kinds[:, rows], c.wounded[:, rows]
        )

    def cross(self, stop: int) -> bool:
        """Queues meet openings; whose own clock rings before its turn acts on that instead."""
        if not self._stirred.any():
            return False
        c = self.columns
        rows, gate = self._waiting()
        stirred = self._stirred[gate]
        rows, gate = rows[stirred], gate[stirred]
        self._stirred[:] = False
        done = np.full(rows.size, NEVER, dtype=np.int64)
        in_line = ~c.held[rows]
        for g in np.unique(gate[in_line]):
            line = np.flatnonzero(in_line & (gate == g))
            done[line] = self._serve(int(g), rows[line])
        served = done < stop
        rings = ~served & (c.next_event[rows] < stop)
        if served.any():
            self._pass(rows[served], done[served], gate[served])
        if rings.any():
            self._ring(rows[rings], gate[rings])
        self._stirred[gate[served | rings]] = True
        c.flush()
        return bool(served.any() or rings.any())

    def _serve(self, gate: int, rows: Ints) -> Ints:
        c = self.columns
        if gate not in self._allowances:
            start, stop = self._segment
            self._allowances[gate] = Allowance(self._capacity[gate], start, stop, self._begun[gate])
            self._begun[gate] = 0
        line = Line(
            ready=c.ready[rows].astype(np.int64),
            quits=c.next_event[rows].astype(np.int64),
            persons=c.passing[rows].astype(np.int64),
            rank=c.rank[rows].astype(np.int64),
            quota_per_hour=c.quota[rows],
            key=c.key[rows],
        )
        return serve(self._allowances[gate], line)

    def _pass(self, rows: Ints, when: Ints, gate: Ints) -> None:
        """Let households through; those whom the gate holds of a family part and go on waiting."""
        c = self.columns
        a = self._admission(rows, gate)
        rest = (c.kinds[:, rows] - a.kinds).any(axis=0)
        if rest.any():
            self._leave_at_the_gate(rows[rest], when[rest], gate[rest], a, rest)
        persons = a.kinds.sum(axis=0, dtype=np.int64)
        out = self._out[gate]
        self._tell(gate[~out], Outcome.RETURNED, a.kinds[:, ~out])
        self._tell(gate, Outcome.EXEMPT, a.exempt)
        self._tell(gate, Outcome.ADMITTED, a.kinds - a.exempt)
        waited = when - c.joined[rows]
        self.observer.passed(self._crossing[gate[out]], waited[out], persons[out])
        link = c.link[rows].astype(np.int64)
        self._depart(rows, when, link, self.now.rules.delay_s[gate])

    def _leave_at_the_gate(
        self, rows: Ints, when: Ints, gate: Ints, a: Admission, rest: Bools
    ) -> None:
        c = self.columns
        kinds = c.kinds[:, rows] - a.kinds[:, rest]
        wounded = c.wounded[:, rows] - a.wounded[:, rest]
        number = c.count[Purpose.GATE, rows].astype(np.int64)
        new = c.split(rows, kinds, wounded, number, AT_GATE_PART)
        c.ready[new] = when
        c.count[Purpose.GATE, new] = 1
        self._assess(new, gate)
        c.enter(new, when, Status.WAITING, self.network.tail[c.link[new]])

    def _ring(self, rows: Ints, gate: Ints) -> None:
        c = self.columns
        when, what = c.next_event[rows].astype(np.int64), c.what[rows]
        for clock, act in (
            (Clock.GIVE_UP, self._give_up),
            (Clock.DISPERSE, self._disperse),
            (Clock.FENCE, self._attempt),
        ):
            mask = what == clock
            if mask.any():
                act(rows[mask], when[mask], gate[mask])
        for clock in (Clock.HARM, Clock.CRUSH):
            mask = what == clock
            if mask.any():
                self._harm(rows[mask], when[mask], clock)

    def _give_up(self, rows: Ints, when: Ints, gate: Ints) -> None:
        self._turn_away(rows, when, gate, Outcome.GAVE_UP)

    def _disperse(self, rows: Ints, when: Ints, gate: Ints) -> None:
        self._turn_away(rows, when, gate, Outcome.DISPERSED)

    def _turn_away(self, rows: Ints, when: Ints, gate: Ints, outcome: Outcome) -> None:
        """Leave the queue and go elsewhere; who has nowhere else stays in line."""
        c = self.columns
        option = self._choose(rows, c.link[rows].astype(np.int64) ^ 1)
        stuck = option < SETTLE
        for clock in (Clock.GIVE_UP, Clock.DISPERSE):
            c.draw_again(clock, rows[stuck], when[stuck])
        rows, when, option = rows[~stuck], when[~stuck], option[~stuck]
        self._tell(gate[~stuck], outcome, c.kinds[:, rows])
        self._take(rows, when, c.place[rows].astype(np.int64), option)

    def _attempt(self, rows: Ints, when: Ints, gate: Ints) -> None:
        """Try the fence: through, sent back, detained, or still waiting, at the end of the line."""
        c, rules, laws = self.columns, self.now.rules, self.laws
        count = c.counted(Purpose.FENCE_RESULT, rows)
        kind, dies = laws.lost_at_the_fence(c.key[rows], count, c.kinds[:, rows])
        through = laws.chance(c.key[rows], Purpose.FENCE_RESULT, count, rules.leak[gate])
        back = self._drawn(rows, Purpose.PUSHBACK, rules.pushback[gate])
        caught = self._drawn(rows, Purpose.DETAIN, rules.detention[gate])
        c.ready[rows] = when
        self._lose(rows[dies], kind[dies], gate[dies])
        alive = c.persons(rows) > 0
        c.enter(rows[~alive], when[~alive], Status.EMPTY, c.place[rows[~alive]].astype(np.int64))
        link = c.link[rows].astype(np.int64)
        some = alive & through & back
        self._tell(gate[some], Outcome.IRREGULAR, c.kinds[:, rows[some]])
        hours = rules.pushback_after_s[gate[some]]
        far = self.network.head[link[some]]
        self._detain(rows[some], when[some], Bound.BACK_OVER_THE_BORDER, far, hours)
        some = alive & ~through & caught
        self._tell(gate[some], Outcome.DETAINED, c.kinds[:, rows[some]])
        hours = rules.detention_s[gate[some]]
        near = self.network.tail[link[some]]
        self._detain(rows[some], when[some], Bound.QUEUE, near, hours)
        some = alive & through & ~back
        self._tell(gate[some], Outcome.IRREGULAR, c.kinds[:, rows[some]])
        self._depart(rows[some], when[some], link[some])
        some = alive & ~through & ~caught
        self._tell(gate[some], Outcome.INTERCEPTED, c.kinds[:, rows[some]])
        self._assess(rows[some & dies], gate[some & dies])
        c.draw_again(Clock.FENCE, rows[some], when[some])

    def _drawn(self, rows: Ints, purpose: Purpose, share: NDArray[np.float64]) -> Bools:
        c = self.columns
        return self.laws.chance(c.key[rows], purpose, c.counted(purpose, rows), share)

    def _detain(self, rows: Ints, when: Ints, why: Bound, place: Ints, seconds: Ints) -> None:
        self.columns.bound[rows], self.columns.arrive[rows] = why, when + seconds
        self.columns.enter(rows, when, Status.DETAINED, place)

    def _release(self, rows: Ints, when: Ints) -> None:
        """Sent back over the border, or let go: to the queue again."""
        c = self.columns
        link = c.link[rows].astype(np.int64)
        back = c.bound[rows] == Bound.BACK_OVER_THE_BORDER
        self._tell(self.network.gate[link[back]], Outcome.PUSHED_BACK, c.kinds[:, rows[back]])
        c.bound[rows] = Bound.AWAY
        self._join(rows, when, link)

    # ---- harm ----------------------------------------------------------------------------

    def _harm(self, rows: Ints, when: Ints, clock: Clock = Clock.HARM) -> None:
        """One of each household is killed or wounded."""
        c = self.columns
        c.stir(rows)
        purpose = Purpose.HARM_RESULT if clock == Clock.HARM else Purpose.VICTIM
        count = c.counted(purpose, rows)
        kind, dies = self.laws.struck(clock, c.key[rows], count, c.kinds[:, rows])
        hurt = ~dies & (c.wounded[kind, rows] < c.kinds[kind, rows])
        c.wounded[kind[hurt], rows[hurt]] += 1
        place, group = c.place[rows].astype(np.int64), c.group[rows].astype(np.int64)
        self.observer.harmed(place, group, np.zeros_like(dies), hurt)
        waiting = c.status[rows] == Status.WAITING
        gate = np.where(waiting, self.network.gate[c.link[rows]], -1)
        self._lose(rows[dies], kind[dies], gate[dies])
        gone = c.persons(rows) == 0
        c.enter(rows[gone], when[gone], Status.EMPTY, place[gone])
        c.ready[rows[waiting]] = when[waiting]
        waiting &= ~gone
        self._assess(rows[waiting], gate[waiting])
        c.draw_again(Clock.HARM, rows[~gone], when[~gone])
        if self.laws.runs[Status.WAITING, Clock.CRUSH]:
            c.draw_again(Clock.CRUSH, rows[waiting], when[waiting])

    def _lose(self, rows: Ints, kind: Ints, gate: Ints) -> None:
        """One person of each household dies, at a gate or (-1) elsewhere."""
        if rows.size == 0:
            return
        c, own = self.columns, np.arange(rows.size)
        kinds, wounded = (np.zeros((KINDS, rows.size), dtype=np.uint8) for _ in range(2))
        kinds[kind, own] = 1
        wounded[kind, own] = c.wounded[kind, rows] == c.kinds[kind, rows]
        c.change(rows, -kinds, -wounded)
        place, group = c.place[rows].astype(np.int64), c.group[rows].astype(np.int64)
        everybody = np.ones(rows.size, dtype=bool)
        self.observer.harmed(place, group, everybody, ~everybody)
        at_gate = gate >= 0
        self._tell(gate[at_gate], Outcome.DIED, kinds[:, at_gate])

    # ---- reception -----------------------------------------------------------------------

    def settle(self) -> bool:
        """Those who chose to stay find room in order of arrival, or go on; capacity is never
        exceeded."""
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
        stays = fits & ~inside
        self._shelter(rows[stays], when[stays], here[stays])
        rows, when, here = rows[~fits], when[~fits], here[~fits]
        if rows.size:
            option = self._choose(rows, self.laws.routes.leaving(here))
            self._take(rows, when, here, option)
        c.flush()
        return True

    def _fits(self, rows: Ints, here: Ints) -> Bools:
        capacity = self.laws.world.capacity
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
        self.observer.register(counted, here[new], c.kinds[:, rows[new]])
