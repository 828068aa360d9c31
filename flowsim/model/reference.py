"""The reference engine: each household a Mesa agent that can be read, subclassed and asked.

It visits people one by one and is slow; the columns engine does the same for all at once. Both ask
the same laws, this one with arrays of one row, so that both give the same bytes for every seed.
"""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np
from numpy.typing import NDArray

from flowsim.behaviour.routes import SETTLE
from flowsim.clock import NEVER, ClockFace
from flowsim.draws import Purpose, child_key
from flowsim.model.crowd import AT_GATE_PART, AT_HOME_PART, RETRY
from flowsim.model.laws import Holding, Laws, Now
from flowsim.model.layout import KINDS, PURPOSE, STATUSES, Bound, Clock, Event, Outcome, Status
from flowsim.model.observe import Observer, Stocks
from flowsim.model.plain_queue import InLine, PlainGate
from flowsim.world.population import Households

Ints = NDArray[np.int64]
HOME = (Status.AT_HOME, Status.RETURNED)


def one(value: Any) -> Ints:
    """A column of one row."""
    return np.array([int(value)], dtype=np.int64)


def flag(value: bool) -> NDArray[np.bool_]:
    """A column of one truth value."""
    return np.array([value], dtype=bool)


class Household(mesa.Agent):
    """A household: who is in it, where it stands, and what comes next.

    Attributes
    ----------
    key : uint64 array (1,)
        Owner of its draws.
    kinds, wounded : uint8 arrays (5, 1)
        Persons by kind, and the wounded among them.
    status : Status
    place, link : int
        Where it is (on the move: where the leg starts), and the link it uses or used last.
    next_event, what : int
        When something happens next, and what: a `Clock` or an `Event`.
    family : Household or None
        Whom it parted from.
    """

    def __init__(
        self, crowd: ReferenceCrowd, key: NDArray[np.uint64], home: int, group: int, kinds: NDArray
    ) -> None:
        super().__init__(crowd.model)
        laws = crowd.laws
        self.crowd, self.key, self.home, self.group = crowd, key, home, group
        self.kinds, self.wounded = kinds, np.zeros_like(kinds)
        self.status, self.place, self.link = Status.AT_HOME, home, -1
        self.guard = self.held = self.refused = self.registered = False
        self.burnt = bool(laws.burnt(key, one(home), one(group))[0])
        self.informed = bool(laws.informed(key)[0])
        self.bound, self.family = Bound.AWAY, None
        self.next_event, self.what, self.arrive = NEVER, 0, NEVER
        self.ready = self.joined = 0
        self.drawn: dict[Purpose, int] = {}
        self.targets: dict[Clock, tuple[Ints, NDArray[np.float64]]] = {}

    # ---- draws and clocks ----------------------------------------------------------------

    @property
    def persons(self) -> int:
        """How many they are."""
        return int(self.kinds.sum())

    @property
    def gate(self) -> int:
        """The gate on its link, or -1."""
        return int(self.crowd.network.gate[self.link])

    def count(self, purpose: Purpose) -> Ints:
        """How many draws were made for a purpose; the one to come is counted."""
        count = self.drawn.get(purpose, 0)
        self.drawn[purpose] = count + 1
        return one(count)

    def draw(self, clock: Clock, now: int) -> None:
        """Draw the threshold of a clock and set its target."""
        laws = self.crowd.laws
        count = self.count(PURPOSE[clock])
        holding = Holding(
            *(one(v) for v in (self.place, self.group, self.home, self.burnt, self.gate, self.held))
        )
        cell = laws.under(one(self.status), one(clock), holding)
        threshold = laws.threshold(one(clock), self.key, count, self.kinds, flag(self.guard))
        self.targets[clock] = (cell, self.crowd.face.target(cell, one(now), threshold))

    def wake(self) -> None:
        """Find what happens next within the tick; a tie goes to the first clock."""
        self.next_event, self.what = NEVER, Event.RELEASE
        if self.status in (Status.MOVING, Status.DETAINED):
            self.next_event = self.arrive
            self.what = Event.ARRIVE if self.status == Status.MOVING else Event.RELEASE
        for clock, (cell, target) in sorted(self.targets.items()):
            when = int(self.crowd.face.due(cell, target)[0])
            if (when, clock) < (self.next_event, self.what) and when < NEVER:
                self.next_event, self.what = when, clock

    def enter(self, now: int, status: Status, place: int) -> None:
        """Come into a status at a place; all its thresholds are drawn anew."""
        self.status, self.place, self.targets = status, place, {}
        for clock in self.crowd.clocks(status):
            self.draw(clock, now)
        self.wake()

    def draw_again(self, clock: Clock, now: int) -> None:
        """Draw one threshold anew."""
        self.draw(clock, now)
        self.wake()

    def chance(self, purpose: Purpose, share: float) -> bool:
        """Draw whether something of that chance happens."""
        return bool(self.crowd.laws.chance(self.key, purpose, self.count(purpose), share)[0])

    def choose(self, state: int) -> int:
        """Draw the next link from a state of route choice, or SETTLE, or -2."""
        count = self.count(Purpose.ROUTE)
        now = self.crowd.now
        return int(now.choose(one(state), self.key, count, one(self.group), one(self.informed))[0])

    def part(self, kinds: NDArray, wounded: NDArray, number: int, which: int) -> Household:
        """Persons part off and are a household, and an owner of draws, of their own."""
        key = child_key(self.key, one(number), which)
        other = Household(self.crowd, key, self.home, self.group, kinds)
        other.wounded = wounded
        self.kinds = self.kinds - kinds
        self.wounded = self.wounded - wounded
        other.place, other.link, other.joined = self.place, self.link, self.joined
        other.bound, other.burnt, other.family = self.bound, self.burnt, self
        self.crowd.households.append(other)
        return other

    # ---- what happens --------------------------------------------------------------------

    def step(self) -> None:
        """Do what is due."""
        now = self.next_event
        match self.what:
            case Event.ARRIVE:
                self.place = int(self.crowd.network.head[self.link])
                if self.bound == Bound.HOME:
                    self.homeward(now)
                else:
                    self.take(now, self.choose(self.link))
            case Event.RELEASE:
                self.release(now)
            case Clock.LEAVE:
                self.depart(now)
            case Clock.ONWARD:
                option = self.choose(int(self.crowd.laws.routes.leaving(one(self.place))[0]))
                if option < 0:
                    self.draw_again(Clock.ONWARD, now)
                else:
                    self.go(now, option)
            case Clock.RETURN:
                goal = self.destination()
                if self.place == goal or self.crowd.laws.way[self.place, goal] < 0:
                    self.draw_again(Clock.RETURN, now)
                else:
                    self.bound = Bound.HOME
                    self.homeward(now)
            case Clock.HARM | Clock.CRUSH:
                self.harm(now, Clock(self.what))
            case Clock.GIVE_UP:
                self.turn_away(now, Outcome.GAVE_UP)
            case Clock.DISPERSE:
                self.turn_away(now, Outcome.DISPERSED)
            case Clock.FENCE:
                self.attempt(now)

    def depart(self, now: int) -> None:
        """Leave home; the men may stay to guard it."""
        laws = self.crowd.laws
        option = self.choose(int(laws.routes.leaving(one(self.home))[0]))
        if option < 0:
            self.draw_again(Clock.LEAVE, now)
            return
        number = self.count(Purpose.MEN_STAY)
        if laws.men_stay(self.key, number, self.kinds)[0]:
            men, hurt = np.zeros_like(self.kinds), np.zeros_like(self.kinds)
            men[2], hurt[2] = self.kinds[2], self.wounded[2]
            guards = self.part(men, hurt, int(number[0]), AT_HOME_PART)
            guards.guard = True
            guards.enter(now, Status.AT_HOME, self.home)
        self.crowd.left[self.home, self.group] += self.persons
        self.bound = Bound.AWAY
        self.go(now, option)

    def take(self, now: int, option: int) -> None:
        """Follow a choice: settle (once all arrivals are known), go, or look again later."""
        if option == SETTLE and self.place == self.home:
            self.home_again(now)
        elif option == SETTLE:
            if self.status == Status.WAITING:  # out of the queue, and not yet anywhere else
                self.arrive = NEVER
                self.enter(now, Status.MOVING, self.place)
            self.next_event = NEVER
            self.crowd.parked.append((now, self))
        elif option >= 0:
            self.go(now, option)
        else:
            self.arrive = now + RETRY
            self.enter(now, Status.MOVING, self.place)

    def go(self, now: int, link: int, delay: int = 0) -> None:
        """Take a link; at a gate, join its queue first."""
        if self.crowd.network.gate[link] >= 0:
            self.join(now, link)
        else:
            self.travel(now, link, delay)

    def travel(self, now: int, link: int, delay: int = 0) -> None:
        """Be on the way."""
        self.link = link
        self.arrive = now + delay + int(self.crowd.now.travel[link, self.group])
        self.enter(now, Status.MOVING, int(self.crowd.network.tail[link]))

    def settle(self, now: int, room: dict[int, int]) -> None:
        """Find shelter where they are, or go on; ``room`` is what is left by place."""
        crowd = self.crowd
        if self.place in room:
            room[self.place] -= self.persons
            if room[self.place] < 0:
                self.take(now, self.choose(int(crowd.laws.routes.leaving(one(self.place))[0])))
                return
        inside = bool(crowd.laws.world.inside[self.place])
        self.enter(now, Status.DISPLACED if inside else Status.SHELTERED, self.place)
        if not inside and not self.registered:
            self.registered = True
            hours = crowd.laws.behaviour.reception.registration_hours
            crowd.observer.register(one(now + round(hours * 3600)), one(self.place), self.kinds)

    def destination(self) -> int:
        """Home, or near it where it is burnt."""
        return int(self.crowd.laws.destination(one(self.home), flag(self.burnt))[0])

    def homeward(self, now: int) -> None:
        """The next leg home, or be there."""
        goal = self.destination()
        if self.place == goal:
            self.home_again(now)
        else:
            self.go(now, int(self.crowd.laws.way[self.place, goal]))

    def home_again(self, now: int) -> None:
        """At home, or near it where it is burnt."""
        self.bound = Bound.AWAY
        near = self.place != self.home
        self.enter(now, Status.DISPLACED if near else Status.RETURNED, self.place)
        self.crowd.came_home = True

    # ---- at a gate -----------------------------------------------------------------------

    def join(self, now: int, link: int) -> None:
        """Join the queue before a gate."""
        self.link, self.joined, self.ready, self.refused = link, now, now, False
        self.count(Purpose.GATE)
        self.crowd.tell(self.gate, Outcome.REACHED, self.kinds)
        self.assess()
        self.enter(now, Status.WAITING, int(self.crowd.network.tail[link]))

    def admission(self) -> Any:
        """What the gate means for this household."""
        visit = one(self.drawn[Purpose.GATE] - 1)
        group = one(self.group)
        return self.crowd.now.admission(
            one(self.gate), self.key, visit, group, self.kinds, self.wounded
        )

    def assess(self) -> None:
        """Be held against the rules of the gate."""
        a = self.admission()
        self.held, self.passing = bool(a.held[0]), int(a.kinds.sum())
        self.rank, self.quota = int(a.rank[0]), float(a.quota_per_hour[0])
        if self.held and not self.refused:
            self.refused = True
            self.crowd.tell(self.gate, Outcome.REFUSED, self.kinds)

    def queue(self, now: int) -> None:
        """Be let through; those whom the gate holds part and go on waiting."""
        crowd, gate, a = self.crowd, self.gate, self.admission()
        if int(a.kinds.sum()) < self.persons:
            number = self.drawn[Purpose.GATE]
            rest = self.part(self.kinds - a.kinds, self.wounded - a.wounded, number, AT_GATE_PART)
            rest.ready = now
            rest.drawn[Purpose.GATE] = 1
            rest.assess()
            rest.enter(now, Status.WAITING, int(crowd.network.tail[self.link]))
        if crowd.gates[gate].out:
            crowd.tell(gate, Outcome.EXEMPT, a.exempt)
            crowd.tell(gate, Outcome.ADMITTED, a.kinds - a.exempt)
            waited, persons = one(now - self.joined), one(a.kinds.sum())
            crowd.observer.passed(one(crowd.gates[gate].crossing), waited, persons)
        else:
            crowd.tell(gate, Outcome.RETURNED, a.kinds)
        self.travel(now, self.link, int(crowd.now.rules.delay_s[gate]))

    def turn_away(self, now: int, outcome: Outcome) -> None:
        """Leave the queue and go elsewhere; who has nowhere else stays in line."""
        option = self.choose(self.link ^ 1)
        if option < SETTLE:
            for clock in (Clock.GIVE_UP, Clock.DISPERSE):
                self.draw_again(clock, now)
            return
        self.crowd.tell(self.gate, outcome, self.kinds)
        self.take(now, option)

    def attempt(self, now: int) -> None:
        """Try the fence: through, sent back, detained, or still waiting, at the end of the line."""
        crowd, gate = self.crowd, self.gate
        rules, laws = crowd.now.rules, crowd.laws
        count = self.count(Purpose.FENCE_RESULT)
        kind, dies = laws.lost_at_the_fence(self.key, count, self.kinds)
        through = bool(laws.chance(self.key, Purpose.FENCE_RESULT, count, rules.leak[gate])[0])
        self.ready = now
        if dies[0]:
            self.lose(int(kind[0]), gate)
        if self.persons == 0:
            self.enter(now, Status.EMPTY, self.place)
        back = self.chance(Purpose.PUSHBACK, rules.pushback[gate])
        caught = self.chance(Purpose.DETAIN, rules.detention[gate])
        if self.persons == 0:
            return
        near, far = int(crowd.network.tail[self.link]), int(crowd.network.head[self.link])
        over = Outcome.IRREGULAR if crowd.gates[gate].out else Outcome.RETURNED
        if through and back:
            crowd.tell(gate, Outcome.IRREGULAR, self.kinds)
            self.detain(now, Bound.BACK_OVER_THE_BORDER, far, int(rules.pushback_after_s[gate]))
        elif through:
            crowd.tell(gate, over, self.kinds)
            self.travel(now, self.link)
        elif caught:
            crowd.tell(gate, Outcome.DETAINED, self.kinds)
            self.detain(now, Bound.QUEUE, near, int(rules.detention_s[gate]))
        else:
            crowd.tell(gate, Outcome.INTERCEPTED, self.kinds)
            if dies[0]:
                self.assess()
            self.draw_again(Clock.FENCE, now)

    def detain(self, now: int, why: Bound, place: int, seconds: int) -> None:
        """Be held for some time."""
        self.bound, self.arrive = why, now + seconds
        self.enter(now, Status.DETAINED, place)

    def release(self, now: int) -> None:
        """Be sent back over the border, or let go: to the queue again."""
        if self.bound == Bound.BACK_OVER_THE_BORDER:
            self.crowd.tell(self.gate, Outcome.PUSHED_BACK, self.kinds)
        self.bound = Bound.AWAY
        self.join(now, self.link)

    # ---- harm ----------------------------------------------------------------------------

    def harm(self, now: int, clock: Clock) -> None:
        """One of them is killed or wounded."""
        crowd, waiting = self.crowd, self.status == Status.WAITING
        purpose = Purpose.HARM_RESULT if clock == Clock.HARM else Purpose.VICTIM
        kind, dies = crowd.laws.struck(clock, self.key, self.count(purpose), self.kinds)
        k = int(kind[0])
        if dies[0]:
            self.lose(k, self.gate if waiting else -1)
        elif self.wounded[k, 0] < self.kinds[k, 0]:
            self.wounded[k, 0] += 1
            crowd.observer.harmed(one(self.place), one(self.group), flag(False), flag(True))
        if waiting:
            self.ready = now
        if self.persons == 0:
            self.enter(now, Status.EMPTY, self.place)
            return
        if waiting:
            self.assess()
        self.draw_again(Clock.HARM, now)
        if waiting and Clock.CRUSH in crowd.clocks(Status.WAITING):
            self.draw_again(Clock.CRUSH, now)

    def lose(self, kind: int, gate: int) -> None:
        """One of them dies, at a gate or (-1) elsewhere."""
        self.kinds[kind, 0] -= 1
        self.wounded[kind, 0] = min(self.wounded[kind, 0], self.kinds[kind, 0])
        self.crowd.observer.harmed(one(self.place), one(self.group), flag(True), flag(False))
        if gate >= 0:
            person = np.zeros_like(self.kinds)
            person[kind, 0] = 1
            self.crowd.tell(gate, Outcome.DIED, person)


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
        self.begun = [0] * len(self.gates)
        self.came_home = False
        self.now: Now
        self.households: list[Household] = []
        for i in range(len(households)):
            household = Household(
                self,
                households.key[i : i + 1].copy(),
                int(households.home[i]),
                int(households.group[i]),
                households.kinds[:, i : i + 1].copy(),
            )
            household.enter(0, Status.AT_HOME, household.home)
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

    def open_gates(self, start: int, stop: int, changed: list[int]) -> None:
        """Begin a segment; at the changed gates all who wait are held against the new rules."""
        for gate, plain in self.open.items():
            self.begun[gate] = plain.unfinished
        self.open, self.segment = {}, (start, stop)
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
        due = [
            h for h in self.households if h.next_event < stop and h.status != Status.WAITING
        ]
        for household in due:
            household.step()
        return bool(due)

    def cross(self, stop: int) -> bool:
        """Queues meet openings; whose own clock rings before its turn acts on that instead."""
        did = False
        waiting = self.waiting()
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
            self.open[gate] = PlainGate(capacity, *self.segment, self.begun[gate])
            self.begun[gate] = 0
        line = [
            InLine(h.ready, h.next_event, h.passing, h.rank, h.quota, int(h.key[0]))
            for h in households
        ]
        self.open[gate].serve(line)
        pairs = zip(households, line, strict=True)
        return {h: inline.done for h, inline in pairs if inline.done < NEVER}

    def settle(self) -> bool:
        """Those who chose to stay find room in order of arrival, or go on."""
        if not self.parked:
            return False
        arrivals = sorted(self.parked, key=lambda pair: (pair[0], int(pair[1].key[0])))
        self.parked = []
        capacity, taken = self.laws.world.capacity, self.occupancy()
        room = {p: int(capacity[p] - taken[p]) for p in np.flatnonzero(capacity >= 0).tolist()}
        for now, household in arrivals:
            household.settle(now, room)
        return True

    def end_tick(self) -> None:
        """Let families join again whose parts are home."""
        if not self.came_home:
            return
        ready = [
            h for h in self.households
            if h.family and h.status in HOME and h.family.status in HOME
            and h.place == h.family.place
        ]  # fmt: skip
        now = [h for h in ready if h.family not in ready]  # else wait for the next tick
        self.came_home = len(now) < len(ready)
        end = self.face.stop
        for household in now:
            family = household.family
            family.kinds = family.kinds + household.kinds
            family.wounded = family.wounded + household.wounded
            household.kinds = np.zeros_like(household.kinds)
            household.wounded = np.zeros_like(household.wounded)
            household.enter(end, Status.EMPTY, household.place)
        for family in {h.family for h in now}:
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
        return Stocks(people, composition, waiting)
