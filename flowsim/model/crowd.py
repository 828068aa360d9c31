"""The columns engine: what happens to many households at once when their events are due."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.behaviour.routes import SETTLE
from flowsim.clock import NEVER, ClockFace
from flowsim.draws import Purpose
from flowsim.model.columns import Columns
from flowsim.model.laws import Laws, Now
from flowsim.model.layout import Bound, Clock, Event, Outcome, Status
from flowsim.model.observe import Observer, Stocks
from flowsim.model.queues import Allowance, Line, serve
from flowsim.world.population import Households

Ints = NDArray[np.int64]

RETRY = 3600
"""Seconds after which somebody looks again who found nowhere to go."""
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
        self._gates = self.network.gates
        self._begun = [0] * len(self._gates)
        self._allowances: dict[int, Allowance] = {}
        self._parked: list[tuple[Ints, Ints]] = []
        self._came_home = False
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
        if not changed:
            return
        waiting = self.columns.with_status(Status.WAITING)
        gate = self.network.gate[self.columns.link[waiting]]
        for g in changed:
            rows = waiting[gate == g]
            if rows.size:
                before = self.columns.held[rows]
                self._assess(rows, g)
                self._reconsider(rows[before != self.columns.held[rows]], start)

    def stocks(self) -> Stocks:
        """Persons as they stand."""
        return self.columns.stocks()

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held, (gates,)."""
        rows = self.columns.with_status(Status.WAITING)
        gate = self.network.gate[self.columns.link[rows]]
        passing = np.where(self.columns.held[rows], 0, self.columns.passing[rows])
        return np.bincount(gate, passing, len(self._gates)).astype(np.int64)

    def occupancy(self) -> Ints:
        """Persons from elsewhere settled at each place, (P,)."""
        c = self.columns
        rows = np.concatenate(
            [c.with_status(Status.DISPLACED), c.with_status(Status.SHELTERED)]
        )
        total = np.bincount(c.place[rows], c.persons(rows), self.laws.cells.places)
        return total.astype(np.int64)

    def end_tick(self) -> None:
        """Let families join again whose parts are home."""
        if self._came_home:
            self._reunite()

    # ---- departures and travel -----------------------------------------------------------

    def travel(self, stop: int) -> bool:
        """Carry out all that is due before ``stop`` for those who do not wait at a gate."""
        c = self.columns
        rows = c.due(stop)
        rows = rows[c.status[rows] != Status.WAITING]
        if rows.size == 0:
            return False
        when, what = c.next_event[rows].astype(np.int64), c.what[rows].copy()
        for event, act in (
            (Event.ARRIVE, self._arrive),
            (Event.RELEASE, self._release),
            (Clock.LEAVE, self._leave),
            (Clock.ONWARD, self._onward),
            (Clock.RETURN, self._go_home),
        ):
            mask = what == event
            if mask.any():
                act(rows[mask], when[mask])
        struck = what == Clock.HARM
        if struck.any():
            self._harm(rows[struck], when[struck], Clock.HARM)
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
        c.place[rows] = here
        home = c.bound[rows] == Bound.HOME
        self._homeward(rows[home], when[home], here[home])
        rows, when, here = rows[~home], when[~home], here[~home]
        self._take(rows, when, here, self._choose(rows, c.link[rows].astype(np.int64)))

    def _take(self, rows: Ints, when: Ints, here: Ints, option: Ints) -> None:
        """Follow a choice: settle (once all arrivals are known), go, or look again later."""
        c = self.columns
        stay = option == SETTLE
        own = stay & (here == c.home[rows])
        if own.any():
            self._home_again(rows[own], when[own], here[own])
        self._park(rows[stay & ~own], when[stay & ~own])
        go = option >= 0
        self._go(rows[go], when[go], option[go])
        lost = option < SETTLE
        if lost.any():
            self._wait_a_while(rows[lost], when[lost], here[lost])

    def _park(self, rows: Ints, when: Ints) -> None:
        if rows.size:
            self.columns.next_event[rows] = NEVER
            self._parked.append((rows, when))

    def _wait_a_while(self, rows: Ints, when: Ints, here: Ints) -> None:
        self.columns.arrive[rows] = when + RETRY
        self.columns.enter(rows, when, Status.MOVING, here)

    def _go(self, rows: Ints, when: Ints, link: Ints) -> None:
        at_gate = self.network.gate[link] >= 0
        self._depart(rows[~at_gate], when[~at_gate], link[~at_gate])
        self._join(rows[at_gate], when[at_gate], link[at_gate])

    def _depart(self, rows: Ints, when: Ints, link: Ints, delay: int = 0) -> None:
        if rows.size:
            c = self.columns
            c.link[rows] = link
            c.arrive[rows] = when + delay + self.now.travel[link, c.group[rows]]
            c.enter(rows, when, Status.MOVING, self.network.tail[link])

    def _leave(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        home = c.home[rows].astype(np.int64)
        option = self._choose(rows, self.laws.routes.leaving(home))
        c.stir(rows)
        stuck = option < 0
        self._draw_again(Clock.LEAVE, rows[stuck], when[stuck])
        rows, when, home, option = rows[~stuck], when[~stuck], home[~stuck], option[~stuck]
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
        here = c.place[rows].astype(np.int64)
        option = self._choose(rows, self.laws.routes.leaving(here))
        stuck = option < 0
        self._draw_again(Clock.ONWARD, rows[stuck], when[stuck])
        self._go(rows[~stuck], when[~stuck], option[~stuck])

    def _draw_again(self, clock: Clock, rows: Ints, when: Ints) -> None:
        if rows.size:
            c = self.columns
            c.stir(rows)
            for status in np.unique(c.status[rows]):
                some = c.status[rows] == status
                c.draw(clock, rows[some], when[some], Status(status))
                c.wake(rows[some], Status(status))

    # ---- going home ----------------------------------------------------------------------

    def _go_home(self, rows: Ints, when: Ints) -> None:
        c = self.columns
        here = c.place[rows].astype(np.int64)
        goal = self.laws.destination(c.home[rows], c.burnt[rows])
        way = (self.laws.way[here, goal] >= 0) & (here != goal)
        self._draw_again(Clock.RETURN, rows[~way], when[~way])
        c.bound[rows[way]] = Bound.HOME
        self._homeward(rows[way], when[way], here[way])

    def _homeward(self, rows: Ints, when: Ints, here: Ints) -> None:
        if rows.size == 0:
            return
        c = self.columns
        goal = self.laws.destination(c.home[rows], c.burnt[rows])
        there = here == goal
        if there.any():
            self._home_again(rows[there], when[there], here[there])
        rows, when, here, goal = rows[~there], when[~there], here[~there], goal[~there]
        self._go(rows, when, self.laws.way[here, goal])

    def _home_again(self, rows: Ints, when: Ints, here: Ints) -> None:
        """At home, or near it where it is burnt."""
        c = self.columns
        c.bound[rows] = Bound.AWAY
        near = here != c.home[rows]
        c.enter(rows[near], when[near], Status.DISPLACED, here[near])
        c.enter(rows[~near], when[~near], Status.RETURNED, here[~near])
        self._came_home = True

    def _reunite(self) -> None:
        """Parts that are home where their family is join it again."""
        c = self.columns
        parts = np.arange(c.n_start, c.n)
        whole = c.parent[parts].astype(np.int64)
        ready = (
            self._is_home(parts) & self._is_home(whole) & (c.place[parts] == c.place[whole])
        )
        joins = np.zeros(c.n, dtype=bool)
        joins[parts[ready]] = True
        now = ready & ~joins[whole]  # a family that itself joins another waits for the next tick
        self._came_home = bool((ready & ~now).any())
        parts, whole = parts[now], whole[now]
        if parts.size == 0:
            return
        for k in range(c.kinds.shape[0]):
            np.add.at(c.kinds[k], whole, c.kinds[k, parts])
            np.add.at(c.wounded[k], whole, c.wounded[k, parts])
        c.kinds[:, parts] = 0
        c.wounded[:, parts] = 0
        end = np.full(parts.size, self.now.face.stop, dtype=np.int64)
        c.enter(parts, end, Status.EMPTY, c.place[parts].astype(np.int64))
        families = np.unique(whole)
        self._draw_again(Clock.HARM, families, end[: families.size])

    def _is_home(self, rows: Ints) -> NDArray[np.bool_]:
        status = self.columns.status[rows]
        return (status == Status.AT_HOME) | (status == Status.RETURNED)

    # ---- at the gates --------------------------------------------------------------------

    def _join(self, rows: Ints, when: Ints, link: Ints) -> None:
        if rows.size == 0:
            return
        c = self.columns
        c.link[rows], c.joined[rows], c.ready[rows] = link, when, when
        c.refused[rows] = False
        c.count[Purpose.GATE, rows] += 1
        gate = self.network.gate[link]
        for g in np.unique(gate):
            some = rows[gate == g]
            self._tell(g, Outcome.REACHED, c.kinds[:, some])
            self._assess(some, g)
        c.enter(rows, when, Status.WAITING, self.network.tail[link])

    def _tell(self, gate: int, outcome: Outcome, kinds: NDArray) -> None:
        """Record an outcome; in the direction back only the return itself is one."""
        g = self._gates[gate]
        if g.out or outcome == Outcome.RETURNED:
            self.observer.outcome(g.crossing, outcome, kinds)

    def _assess(self, rows: Ints, gate: int) -> None:
        """Hold households against the rules of their gate."""
        c = self.columns
        a = self._admission(rows, gate)
        c.held[rows], c.rank[rows], c.quota[rows] = a.held, a.rank, a.quota_per_hour
        c.passing[rows] = a.kinds.sum(axis=0, dtype=np.int64)
        fresh = rows[a.held & ~c.refused[rows]]
        if fresh.size:
            c.refused[fresh] = True
            self._tell(gate, Outcome.REFUSED, c.kinds[:, fresh])

    def _admission(self, rows: Ints, gate: int):  # type: ignore[no-untyped-def]
        c = self.columns
        visit = c.count[Purpose.GATE, rows].astype(np.int64) - 1
        group = c.group[rows].astype(np.int64)
        return self.now.admission(
            gate, c.key[rows], visit, group, c.kinds[:, rows], c.wounded[:, rows]
        )

    def _reconsider(self, rows: Ints, start: int) -> None:
        """The gate means something else for them now: their patience is drawn anew."""
        if rows.size:
            when = np.full(rows.size, start, dtype=np.int64)
            for clock in (Clock.GIVE_UP, Clock.FENCE):
                self.columns.draw(clock, rows, when, Status.WAITING)
            self.columns.wake(rows, Status.WAITING)

    def cross(self, stop: int) -> bool:
        """Queues meet openings; whose own clock rings before its turn acts on that instead."""
        c = self.columns
        waiting = c.with_status(Status.WAITING)
        gate = self.network.gate[c.link[waiting]]
        did = False
        for g in np.unique(gate):
            rows = waiting[gate == g]
            done = np.full(rows.size, NEVER, dtype=np.int64)
            line = np.flatnonzero(~c.held[rows])
            if line.size:
                done[line] = self._serve(g, rows[line])
            served = done < stop
            rings = ~served & (c.next_event[rows] < stop)
            when = c.next_event[rows].astype(np.int64)
            what = c.what[rows].copy()
            if served.any():
                self._pass(g, rows[served], done[served])
            if rings.any():
                self._ring(g, rows[rings], when[rings], what[rings])
            did |= bool(served.any() or rings.any())
        return did

    def _serve(self, gate: int, rows: Ints) -> Ints:
        c = self.columns
        if gate not in self._allowances:
            start, stop = self._segment
            capacity = self._gates[gate].capacity_per_hour
            self._allowances[gate] = Allowance(capacity, start, stop, self._begun[gate])
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

    def _pass(self, gate: int, rows: Ints, when: Ints) -> None:
        """Let households through; those whom the gate holds of a family part and go on waiting."""
        c, rules, g = self.columns, self.now.rules[gate], self._gates[gate]
        a = self._admission(rows, gate)
        rest = (c.kinds[:, rows] - a.kinds).sum(axis=0) > 0
        if rest.any():
            split = rows[rest]
            kinds = c.kinds[:, split] - a.kinds[:, rest]
            wounded = c.wounded[:, split] - a.wounded[:, rest]
            number = c.count[Purpose.GATE, split].astype(np.int64)
            new = c.split(split, kinds, wounded, number, AT_GATE_PART)
            c.ready[new] = when[rest]
            c.count[Purpose.GATE, new] = 1
            self._assess(new, gate)
            c.enter(new, when[rest], Status.WAITING, self.network.tail[c.link[new]])
        if g.out:
            self._tell(gate, Outcome.EXEMPT, a.exempt)
            self._tell(gate, Outcome.ADMITTED, a.kinds - a.exempt)
            waited = when - c.joined[rows]
            self.observer.passed(g.crossing, waited, a.kinds.sum(axis=0, dtype=np.int64))
        else:
            self._tell(gate, Outcome.RETURNED, a.kinds)
        self._depart(rows, when, c.link[rows].astype(np.int64), round(rules.delay_hours * 3600))

    def _ring(self, gate: int, rows: Ints, when: Ints, what: NDArray) -> None:
        for clock, outcome in (
            (Clock.GIVE_UP, Outcome.GAVE_UP),
            (Clock.DISPERSE, Outcome.DISPERSED),
        ):
            mask = what == clock
            if mask.any():
                self._turn_away(gate, rows[mask], when[mask], outcome)
        mask = what == Clock.FENCE
        if mask.any():
            self._attempt(gate, rows[mask], when[mask])
        for clock in (Clock.HARM, Clock.CRUSH):
            mask = what == clock
            if mask.any():
                self._harm(rows[mask], when[mask], clock)

    def _turn_away(self, gate: int, rows: Ints, when: Ints, outcome: Outcome) -> None:
        """Leave the queue and go elsewhere; who has nowhere else stays in line."""
        c = self.columns
        option = self._choose(rows, c.link[rows].astype(np.int64) ^ 1)
        stuck = option < SETTLE
        for clock in (Clock.GIVE_UP, Clock.DISPERSE):
            self._draw_again(clock, rows[stuck], when[stuck])
        rows, when, option = rows[~stuck], when[~stuck], option[~stuck]
        self._tell(gate, outcome, c.kinds[:, rows])
        here = c.place[rows].astype(np.int64)
        c.arrive[rows] = NEVER
        c.enter(rows, when, Status.MOVING, here)
        self._take(rows, when, here, option)

    def _attempt(self, gate: int, rows: Ints, when: Ints) -> None:
        """Try the fence: through, sent back, detained, or still waiting, at the end of the line."""
        c, rules, laws = self.columns, self.now.rules[gate], self.laws
        count = c.counted(Purpose.FENCE_RESULT, rows)
        kind, dies = laws.lost_at_the_fence(c.key[rows], count, c.kinds[:, rows])
        through = laws.chance(c.key[rows], Purpose.FENCE_RESULT, count, rules.leak)
        c.ready[rows] = when
        if dies.any():
            self._lose(rows[dies], kind[dies], gate)
        alive = c.persons(rows) > 0
        gone = ~alive
        if gone.any():
            c.enter(rows[gone], when[gone], Status.EMPTY, c.place[rows[gone]].astype(np.int64))
        back = self._drawn(rows, Purpose.PUSHBACK, rules.pushback)
        caught = self._drawn(rows, Purpose.DETAIN, rules.detention)
        link = c.link[rows].astype(np.int64)
        self._detain(
            gate, rows, when, through & back & alive, Bound.BACK_OVER_THE_BORDER,
            self.network.head[link], rules.pushback_after_hours,
        )  # fmt: skip
        self._detain(
            gate, rows, when, ~through & caught & alive, Bound.QUEUE,
            self.network.tail[link], rules.detention_hours,
        )  # fmt: skip
        free = through & ~back & alive
        if free.any():
            over = Outcome.IRREGULAR if self._gates[gate].out else Outcome.RETURNED
            self._tell(gate, over, c.kinds[:, rows[free]])
            self._depart(rows[free], when[free], link[free])
        failed = ~through & ~caught & alive
        if failed.any():
            self._tell(gate, Outcome.INTERCEPTED, c.kinds[:, rows[failed]])
            if dies[failed].any():
                self._assess(rows[failed & dies], gate)
            self._draw_again(Clock.FENCE, rows[failed], when[failed])

    def _drawn(self, rows: Ints, purpose: Purpose, share: float) -> NDArray[np.bool_]:
        c = self.columns
        return self.laws.chance(c.key[rows], purpose, c.counted(purpose, rows), share)

    def _detain(
        self, gate: int, rows: Ints, when: Ints, mask: NDArray, why: Bound, place: Ints, hours: float
    ) -> None:
        if mask.any():
            c, rows, when = self.columns, rows[mask], when[mask]
            back = why == Bound.BACK_OVER_THE_BORDER
            self._tell(gate, Outcome.IRREGULAR if back else Outcome.DETAINED, c.kinds[:, rows])
            c.bound[rows], c.arrive[rows] = why, when + max(1, round(hours * 3600))
            c.enter(rows, when, Status.DETAINED, place[mask])

    def _release(self, rows: Ints, when: Ints) -> None:
        """Sent back over the border, or let go: to the queue again."""
        c = self.columns
        link = c.link[rows].astype(np.int64)
        back = c.bound[rows] == Bound.BACK_OVER_THE_BORDER
        for g in np.unique(self.network.gate[link[back]]):
            some = rows[back & (self.network.gate[link] == g)]
            self._tell(g, Outcome.PUSHED_BACK, c.kinds[:, some])
        c.bound[rows] = Bound.AWAY
        self._join(rows, when, link)

    # ---- harm ----------------------------------------------------------------------------

    def _harm(self, rows: Ints, when: Ints, clock: Clock) -> None:
        c = self.columns
        purpose = Purpose.HARM_RESULT if clock == Clock.HARM else Purpose.VICTIM
        count = c.counted(purpose, rows)
        kind, dies = self.laws.struck(clock, c.key[rows], count, c.kinds[:, rows])
        c.stir(rows)
        hurt = ~dies & (c.wounded[kind, rows] < c.kinds[kind, rows])
        c.wounded[kind[hurt], rows[hurt]] += 1
        place, group = c.place[rows].astype(np.int64), c.group[rows].astype(np.int64)
        self.observer.harmed(place, group, np.zeros_like(dies), hurt)
        waiting = c.status[rows] == Status.WAITING
        gate = np.where(waiting, self.network.gate[c.link[rows]], -1)
        for g in np.unique(gate[dies]):
            some = dies & (gate == g)
            self._lose(rows[some], kind[some], int(g))
        gone = c.persons(rows) == 0
        c.enter(rows[gone], when[gone], Status.EMPTY, place[gone])
        for g in np.unique(gate[~gone]):
            if g >= 0:
                self._assess(rows[~gone & (gate == g)], int(g))
        c.ready[rows[waiting]] = when[waiting]
        for again in (Clock.HARM, Clock.CRUSH):
            if again == Clock.HARM:
                self._draw_again(again, rows[~gone], when[~gone])
            elif again in self.laws.clocks(Status.WAITING):
                self._draw_again(again, rows[~gone & waiting], when[~gone & waiting])

    def _lose(self, rows: Ints, kind: Ints, gate: int) -> None:
        """One person of each household dies, at a gate or (-1) elsewhere."""
        c = self.columns
        c.kinds[kind, rows] -= 1
        c.wounded[kind, rows] = np.minimum(c.wounded[kind, rows], c.kinds[kind, rows])
        place, group = c.place[rows].astype(np.int64), c.group[rows].astype(np.int64)
        everybody = np.ones(rows.size, dtype=bool)
        self.observer.harmed(place, group, everybody, ~everybody)
        if gate >= 0:
            self._tell(gate, Outcome.DIED, np.bincount(kind, minlength=5))

    # ---- reception -----------------------------------------------------------------------

    def settle(self) -> bool:
        """Those who chose to stay find room in order of arrival, or go on; capacity is never
        exceeded."""
        if not self._parked:
            return False
        rows = np.concatenate([r for r, _ in self._parked])
        when = np.concatenate([w for _, w in self._parked])
        self._parked = []
        c = self.columns
        order = np.lexsort((c.key[rows], when))
        rows, when = rows[order], when[order]
        here = c.place[rows].astype(np.int64)
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
        return True

    def _fits(self, rows: Ints, here: Ints) -> NDArray[np.bool_]:
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
