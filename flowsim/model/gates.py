"""The columns engine at the gates: queues, the fence, and those whom they turn away."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import proxy

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.gate import Admission
from flowsim.behaviour.routes import SETTLE
from flowsim.clock import NEVER
from flowsim.draws import Purpose
from flowsim.model.layout import Bound, Clock, Outcome, Status
from flowsim.model.queues import (
    Allowance,
    Budgets,
    Line,
    by_count,
    serve,
    serve_counted,
)

if TYPE_CHECKING:
    from flowsim.model.crowd import Crowd

AT_GATE_PART = 2
"""Which part of a family splits off: those whom a gate holds."""


class Gates:
    """All gates of a run and the households before them.

    Parameters
    ----------
    crowd : Crowd
        Whose households these are; it is asked to let them choose and depart.
    """

    def __init__(self, crowd: Crowd) -> None:
        self.crowd: Crowd = proxy(crowd)  # no cycle: a crowd is large, and goes with its run
        self.columns, self.laws = crowd.columns, crowd.laws
        self.network, self.observer = crowd.network, crowd.observer
        gates = self.network.gates
        self._capacity = [gate.capacity_per_hour for gate in gates]
        self._out = np.array([gate.out for gate in gates], dtype=bool)
        self._crossing = np.array([gate.crossing for gate in gates], dtype=np.int64)
        self._in_hand: dict[int, tuple[Ints, Ints]] = {}
        self._allowances: dict[int, Allowance] = {}
        self._budgets = Budgets(crowd.laws.scenario.start)
        self._stirred = np.zeros(len(gates), dtype=bool)
        self._segment = (0, 0)

    def begin_segment(self, start: int, stop: int, changed: list[int]) -> None:
        """Begin a segment; at the changed gates all who wait are held against the new rules."""
        for rows, work in self._in_hand.values():
            self.columns.worked[rows] += work
        self._allowances, self._in_hand = {}, {}
        self._segment = (start, stop)
        self._stirred[:] = True
        for g, rule in enumerate(self.crowd.now.rules.by_gate):
            self._budgets.begin(g, rule.counts, start)
        if not changed:
            return
        c = self.columns
        rows, gate = self._waiting()
        rows, gate = rows[np.isin(gate, changed)], gate[np.isin(gate, changed)]
        before = c.held[rows]
        self.assess(rows, gate)
        rows = rows[before != c.held[rows]]  # the gate means something else for them now
        when = np.full(rows.size, start, dtype=np.int64)
        for clock in (Clock.GIVE_UP, Clock.FENCE):
            c.draw_again(clock, rows, when)
        c.flush()

    def _waiting(self) -> tuple[Ints, Ints]:
        """Rows that wait, and their gates."""
        rows = self.columns.with_status(Status.WAITING)
        return rows, self.network.gate[self.columns.link[rows]]

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held, (gates,)."""
        rows, gate = self._waiting()
        passing = np.where(self.columns.held[rows], 0, self.columns.passing[rows])
        return np.bincount(gate, passing, self._out.size).astype(np.int64)

    def join(self, rows: Ints, when: Ints, link: Ints) -> None:
        """Join the queues before the gates on these links."""
        if rows.size == 0:
            return
        c, gate = self.columns, self.network.gate[link]
        c.joined[rows], c.refused[rows] = when, False
        c.line_up(rows, when)
        c.luck[rows] = self.laws.gate_luck(c.key[rows], c.counted(Purpose.GATE, rows))
        self.tell(gate, Outcome.REACHED, c.kinds_of(rows))
        self.assess(rows, gate)
        c.enter(rows, when, Status.WAITING, self.network.tail[link], link)
        self._stirred[gate] = True

    def tell(self, gate: Ints, outcome: Outcome, kinds: NDArray) -> None:
        """Record an outcome; in the direction back only the return itself is one."""
        told = np.ones(gate.size, dtype=bool) if outcome == Outcome.RETURNED else self._out[gate]
        if told.any():
            self.observer.outcome(self._crossing[gate[told]], outcome, kinds[:, told])

    def assess(self, rows: Ints, gate: Ints) -> None:
        """Hold households against the rules of their gates."""
        c = self.columns
        a = self._admission(rows, gate)
        c.held[rows], c.rank[rows], c.quota[rows] = a.held, a.rank, a.quota_per_hour
        c.by_rate[rows], c.by_count[rows] = a.rated, a.counted
        c.passing[rows] = a.kinds.sum(axis=0, dtype=np.int64)
        fresh = a.held & ~c.refused[rows]
        c.refused[rows[fresh]] = True
        barred = fresh & self._out[gate]
        c.barred[rows[barred]] = self._crossing[gate[barred]]
        self.tell(gate[fresh], Outcome.REFUSED, c.kinds_of(rows[fresh]))

    def _admission(self, rows: Ints, gate: Ints) -> Admission:
        c = self.columns
        visit = c.count[rows, Purpose.GATE].astype(np.int64) - 1
        return self.crowd.now.admission(
            gate,
            c.luck[rows],
            c.key[rows],
            visit,
            c.sort(rows),
            c.kinds_of(rows),
            c.wounded_of(rows),
        )

    def cross(self, stop: int) -> bool:
        """Queues meet openings; whose own clock rings before its turn acts on that instead."""
        c = self.columns
        for g in np.flatnonzero(self._stirred):  # its line is not what it was
            self._in_hand.pop(int(g), None)
        rows, gate = self._waiting()
        stirred = self._stirred[gate] | (c.next_event[rows] < stop)
        rows, gate = rows[stirred], gate[stirred]
        if rows.size == 0:
            return False
        fresh = self._stirred.copy()
        self._stirred[:] = False
        done = np.full(rows.size, NEVER, dtype=np.int64)
        in_line = ~c.held[rows] & fresh[gate]
        for g in np.unique(gate[in_line]):
            line = np.flatnonzero(in_line & (gate == g))
            done[line] = self._serve(int(g), rows[line])
        served = done < stop
        rings = ~served & (c.next_event[rows] < stop)
        if served.any():
            self._pass(rows[served], done[served], gate[served])
        if rings.any():
            self._ring(rows[rings], gate[rings])
        self._stirred[gate[rings]] = True
        c.flush()
        return bool(served.any() or rings.any())

    def _serve(self, gate: int, rows: Ints) -> Ints:
        c, rules = self.columns, self.crowd.now.rules.by_gate[gate]
        if gate not in self._allowances:
            start, stop = self._segment
            self._allowances[gate] = Allowance(
                self._capacity[gate],
                [rate.per_hour for rate in rules.rates],
                start,
                stop,
            )
        line = Line(
            ready=c.ready[rows].astype(np.int64),
            quits=c.next_event[rows].astype(np.int64),
            persons=c.passing[rows].astype(np.int64),
            rank=c.rank[rows].astype(np.int64),
            quota_per_hour=c.quota[rows],
            rated=c.by_rate[rows],
            key=c.key[rows],
            worked=c.worked[rows],
        )
        counts, allowance = rules.counts, self._allowances[gate]
        if not counts:
            done = serve(allowance, line)
            self._in_hand[gate] = rows, allowance.unfinished
            return done
        by = c.by_count[rows]
        left, fresh = self._budgets.left(gate, counts, self._segment[0])
        done, self._allowances[gate] = serve_counted(allowance, line, by, left, fresh)
        self._in_hand[gate] = rows, self._allowances[gate].unfinished
        through = done < self._segment[1]
        used = by_count(by[through], line.persons[through], len(counts))
        self._budgets.use(gate, counts, used)
        return done

    def _pass(self, rows: Ints, when: Ints, gate: Ints) -> None:
        """Let households through; those whom the gate holds of a family part and go on waiting."""
        c = self.columns
        a = self._admission(rows, gate)
        rest: Bools = (c.kinds_of(rows) != a.kinds).any(axis=0)
        if rest.any():
            self._leave_at_the_gate(rows[rest], when[rest], gate[rest], a, rest)
        c.barred[rows] = -1
        persons = a.kinds.sum(axis=0, dtype=np.int64)
        out = self._out[gate]
        self.tell(gate[~out], Outcome.RETURNED, a.kinds[:, ~out])
        self.tell(gate, Outcome.EXEMPT, a.exempt)
        self.tell(gate, Outcome.ADMITTED, a.kinds - a.exempt)
        waited = when - c.joined[rows]
        self.observer.passed(self._crossing[gate[out]], waited[out], persons[out])
        link = c.link[rows].astype(np.int64)
        self.crowd.depart(rows, when, link, self.crowd.now.rules.delay_s[gate])

    def _leave_at_the_gate(
        self, rows: Ints, when: Ints, gate: Ints, a: Admission, rest: Bools
    ) -> None:
        c = self.columns
        kinds = c.kinds_of(rows) - a.kinds[:, rest]
        wounded = c.wounded_of(rows) - a.wounded[:, rest]
        number = c.count[rows, Purpose.GATE].astype(np.int64)
        new = c.split(rows, kinds, wounded, number, AT_GATE_PART)
        self.observer.parted(self._crossing[gate])
        c.follows[new] = self.laws.follows(c.key[new])
        c.line_up(new, when)
        c.count[new, Purpose.GATE] = 1
        self.assess(new, gate)
        self._stirred[gate[~c.held[new]]] = True
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
                self.crowd.toll.harm(rows[mask], when[mask], clock)

    def _give_up(self, rows: Ints, when: Ints, gate: Ints) -> None:
        self._turn_away(rows, when, gate, Outcome.GAVE_UP)

    def _disperse(self, rows: Ints, when: Ints, gate: Ints) -> None:
        self._turn_away(rows, when, gate, Outcome.DISPERSED)

    def _turn_away(self, rows: Ints, when: Ints, gate: Ints, outcome: Outcome) -> None:
        """Leave the queue and go elsewhere; who has nowhere else stays in line."""
        c = self.columns
        option = self.crowd.choose(rows, c.link[rows].astype(np.int64) ^ 1)
        stuck = option < SETTLE
        for clock in (Clock.GIVE_UP, Clock.DISPERSE):
            c.draw_again(clock, rows[stuck], when[stuck])
        rows, when, option = rows[~stuck], when[~stuck], option[~stuck]
        self.tell(gate[~stuck], outcome, c.kinds_of(rows))
        self.crowd.take(rows, when, c.place[rows].astype(np.int64), option)

    def _attempt(self, rows: Ints, when: Ints, gate: Ints) -> None:
        """Try the fence: through, sent back, detained, or still waiting, at the end of the line."""
        c, rules, laws = self.columns, self.crowd.now.rules, self.laws
        count = c.counted(Purpose.FENCE_RESULT, rows)
        kind, dies = laws.lost_at_the_fence(c.key[rows], count, c.kinds_of(rows))
        through = laws.chance(c.key[rows], Purpose.FENCE_RESULT, count, rules.leak[gate])
        back = self._drawn(rows, Purpose.PUSHBACK, rules.pushback[gate])
        back &= self.crowd.now.found(c.link[rows].astype(np.int64), c.group[rows], gate)
        caught = self._drawn(rows, Purpose.DETAIN, rules.detention[gate])
        c.line_up(rows, when)
        self.crowd.toll.lose(rows[dies], kind[dies], gate[dies])
        c.barred[rows[through]] = -1
        alive = c.persons(rows) > 0
        c.enter(rows[~alive], when[~alive], Status.EMPTY, c.place[rows[~alive]].astype(np.int64))
        link = c.link[rows].astype(np.int64)
        some = alive & through & back
        self.tell(gate[some], Outcome.IRREGULAR, c.kinds_of(rows[some]))
        hours = rules.pushback_after_s[gate[some]]
        far = self.network.head[link[some]]
        self._detain(rows[some], when[some], Bound.BACK_OVER_THE_BORDER, far, hours)
        some = alive & ~through & caught
        self.tell(gate[some], Outcome.DETAINED, c.kinds_of(rows[some]))
        hours = rules.detention_s[gate[some]]
        near = self.network.tail[link[some]]
        self._detain(rows[some], when[some], Bound.QUEUE, near, hours)
        some = alive & through & ~back
        self.tell(gate[some], Outcome.IRREGULAR, c.kinds_of(rows[some]))
        self.crowd.depart(rows[some], when[some], link[some])
        some = alive & ~through & ~caught
        self.tell(gate[some], Outcome.INTERCEPTED, c.kinds_of(rows[some]))
        self.assess(rows[some & dies], gate[some & dies])
        c.draw_again(Clock.FENCE, rows[some], when[some])

    def _drawn(self, rows: Ints, purpose: Purpose, share: Floats) -> Bools:
        c = self.columns
        return self.laws.chance(c.key[rows], purpose, c.counted(purpose, rows), share)

    def _detain(self, rows: Ints, when: Ints, why: Bound, place: Ints, seconds: Ints) -> None:
        self.columns.bound[rows] = why
        self.columns.arrive[rows] = np.minimum(when + seconds, NEVER - 1)
        self.columns.enter(rows, when, Status.DETAINED, place)

    def release(self, rows: Ints, when: Ints) -> None:
        """Sent back over the border, or let go: to the queue again."""
        c = self.columns
        link = c.link[rows].astype(np.int64)
        back = c.bound[rows] == Bound.BACK_OVER_THE_BORDER
        self.tell(self.network.gate[link[back]], Outcome.PUSHED_BACK, c.kinds_of(rows[back]))
        c.bound[rows] = Bound.AWAY
        self.join(rows, when, link)
