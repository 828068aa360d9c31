"""The reference engine: households visited one by one.

It is slow and plain; the columns engine does the same for all at once. Both ask the same laws, this
one with arrays of one row, so that both give the same bytes for every seed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Ints
from flowsim.clock import NEVER, ClockFace
from flowsim.model.household import Household
from flowsim.model.laws import Laws, Now
from flowsim.model.layout import KINDS, SETTLED, STATUSES, Clock, Outcome, Refuge, Status
from flowsim.model.observe import Observer, Stocks
from flowsim.model.owner import one
from flowsim.model.plain_queue import InLine, PlainGate
from flowsim.model.queues import Budgets
from flowsim.policy.land import Roads
from flowsim.world.population import Households


class ReferenceCrowd:
    """All households, visited one by one (the same calls as `flowsim.model.crowd.Crowd`)."""

    def __init__(
        self, laws: Laws, face: ClockFace, households: Households, observer: Observer, model: Any
    ) -> None:
        self.laws, self.face, self.observer, self.model = laws, face, observer, model
        self.network, self.gates = laws.world.network, laws.world.network.gates
        self.left = np.zeros(laws.targeted.shape, dtype=np.int64)
        self.parked: list[tuple[int, Household]] = []
        self.open: dict[int, PlainGate] = {}
        self.in_hand: dict[int, dict[Household, int]] = {}
        self.regroups = False
        self.budgets = Budgets(laws.scenario.start)
        self.roads: Roads | None = None
        self.now: Now
        self.households: list[Household] = []
        status = laws.status_at_start(households)
        for i in range(len(households)):
            household = Household(
                self,
                households.key[i : i + 1].copy(),
                int(households.home[i]),
                int(households.group[i]),
                households.kinds[:, i : i + 1].copy(),
            )
            household.leaves = int(households.leaves[i])
            household.begin(Status(int(status[i])), int(households.place[i]))
            self.households.append(household)

    def tell(self, gate: int, outcome: Outcome, kinds: NDArray) -> None:
        """Record an outcome; in the direction back only the return itself is one."""
        if self.gates[gate].out or outcome == Outcome.RETURNED:
            self.observer.outcome(one(self.gates[gate].crossing), outcome, kinds)

    def clocks(self, status: Status) -> list[Clock]:
        """Clocks that compete in a status."""
        return [clock for clock in Clock if self.laws.runs[status, clock]]

    def begin_tick(self, now: Now) -> None:
        """Take the tables of a tick and find who is due in it."""
        self.now = now
        for household in self.households:
            household.wake()
            household.goal = -1
            kin = household.relatives if household.follows else None
            if kin is not None and kin.status == Status.SHELTERED:
                household.goal = kin.place

    def open_gates(self, start: int, stop: int, changed: list[int]) -> None:
        """Begin a segment; at the changed gates all who wait are held against the new rules."""
        self.roads = self.now.roads
        for unfinished in self.in_hand.values():
            for household, work in unfinished.items():
                household.worked += work
        self.open, self.in_hand, self.segment = {}, {}, (start, stop)
        for gate, rule in enumerate(self.now.rules.by_gate):
            self.budgets.begin(gate, rule.counts, start)
        for household in self.waiting():
            if household.gate in changed:
                before = household.held
                household.assess()
                if household.held != before:
                    for clock in (Clock.GIVE_UP, Clock.FENCE):
                        household.draw(clock, start)
                    household.wake()

    def waiting(self) -> list[Household]:
        """Households before a gate."""
        return [h for h in self.households if h.status == Status.WAITING]

    def travel(self, stop: int) -> bool:
        """Let all act whose event is due before ``stop`` and who do not wait at a gate."""
        due = [h for h in self.households if h.next_event < stop and h.status != Status.WAITING]
        for household in due:
            household.step()
        return bool(due)

    def cross(self, stop: int) -> bool:
        """Queues meet openings; whose own clock rings before its turn acts on that instead."""
        did = False
        waiting, self.in_hand = self.waiting(), {}
        for gate in sorted({h.gate for h in waiting}):
            here = [h for h in waiting if h.gate == gate]
            through = self.serve(gate, [h for h in here if not h.held])
            for household in here:
                if household in through:
                    household.queue(through[household])
                elif household.next_event < stop:
                    household.step()
                else:
                    continue
                did = True
        return did

    def serve(self, gate: int, households: list[Household]) -> dict[Household, int]:
        """When each household of a queue is through, for those who are in this segment."""
        if not households:
            return {}
        if gate not in self.open:
            capacity = self.gates[gate].capacity_per_hour
            rates = [rate.per_hour for rate in self.now.rules.by_gate[gate].rates]
            self.open[gate] = PlainGate(capacity, rates, *self.segment)
        line = [
            InLine(h.ready, h.next_event, h.passing, h.rank, h.quota, h.rated, h.counted,
                   int(h.key[0]), h.worked)
            for h in households
        ]  # fmt: skip
        counts = self.now.rules.by_gate[gate].counts
        left, fresh = self.budgets.left(gate, counts, self.segment[0])
        self.open[gate].serve(line, left.tolist(), fresh.tolist())
        used = [
            sum(h.persons for h in line if h.done < NEVER and h.counted >> number & 1)
            for number in range(len(counts))
        ]
        self.budgets.use(gate, counts, np.array(used, dtype=np.int64))
        pairs = list(zip(households, line, strict=True))
        self.in_hand[gate] = {h: sum(inline.used.values()) for h, inline in pairs}
        return {h: inline.done for h, inline in pairs if inline.done < NEVER}

    def settle(self) -> bool:
        """Those who chose to stay find room in order of arrival, or go on."""
        if not self.parked:
            return False
        arrivals = sorted(self.parked, key=lambda pair: (pair[0], int(pair[1].key[0])))
        self.parked = []
        capacity, taken = self.now.capacity, self.occupancy()
        room = {p: int(capacity[p] - taken[p]) for p in np.flatnonzero(capacity >= 0).tolist()}
        for now, household in arrivals:
            household.settle(now, room)
        return True

    def found_refuge(self, h: Household, now: int) -> None:
        """Count how long it took, once a flight, and for the register of the host."""
        self.regroups = True
        refuge = Refuge.ABROAD if h.status == Status.SHELTERED else Refuge.INSIDE
        if refuge not in h.safe:
            h.safe.add(refuge)
            self.observer.safe(refuge, one(now - h.fled), one(h.persons))
        if refuge == Refuge.ABROAD and not h.registered:
            h.registered = True
            hours = self.laws.behaviour.reception.registration_hours
            self.observer.register(one(now + round(hours * 3600)), one(h.place), h.kinds)

    def end_tick(self) -> None:
        """Let families join again whose parts have settled where they are."""
        if not self.regroups:
            return
        ready = {
            part: family
            for part in self.households
            if (family := part.relatives) is not None
            and part.status in SETTLED
            and family.status in SETTLED
            and part.place == family.place
        }
        joins = {part: family for part, family in ready.items() if family not in ready}
        self.regroups = len(joins) < len(ready)  # who joins one that joins waits for a tick
        end = self.face.stop
        for part, family in joins.items():
            family.kinds = family.kinds + part.kinds
            family.wounded = family.wounded + part.wounded
            part.kinds, part.wounded = np.zeros_like(part.kinds), np.zeros_like(part.wounded)
            part.enter(end, Status.EMPTY, part.place)
            if part.apart:
                self.observer.rejoined(one(part.place))
        for family in dict.fromkeys(joins.values()):
            family.draw_again(Clock.HARM, end)

    def queue(self) -> Ints:
        """Persons who wait at each gate and are not held."""
        queue = np.zeros(len(self.gates), dtype=np.int64)
        for household in self.waiting():
            if not household.held:
                queue[household.gate] += household.passing
        return queue

    def occupancy(self) -> Ints:
        """Persons from elsewhere settled at each place."""
        total = np.zeros(self.laws.cells.places, dtype=np.int64)
        for h in self.households:
            if h.status in (Status.DISPLACED, Status.SHELTERED):
                total[h.place] += h.persons
        return total

    def stocks(self) -> Stocks:
        """Persons as they stand, counted anew."""
        cells = self.laws.cells
        people = np.zeros((cells.places, cells.groups, len(STATUSES)), dtype=np.int64)
        composition = np.zeros((cells.places, KINDS), dtype=np.int64)
        waiting = np.zeros((len(self.network.crossings), KINDS), dtype=np.int64)
        for h in self.households:
            if h.status == Status.EMPTY:
                continue
            people[h.place, h.group, h.status] += h.persons
            if h.status != Status.MOVING:
                composition[h.place] += h.kinds[:, 0]
            if h.status == Status.WAITING and self.gates[h.gate].out:
                waiting[self.gates[h.gate].crossing] += h.kinds[:, 0]
        apart = sum(h.persons for h in self.households if h.apart)
        return Stocks(people, composition, waiting, apart)
