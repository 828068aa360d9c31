"""A household of the reference engine: a Mesa agent that can be read, subclassed and asked.

It asks the same laws as the columns engine, with arrays of one row.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from flowsim.behaviour.routes import SETTLE
from flowsim.clock import NEVER
from flowsim.draws import Purpose
from flowsim.model.crowd import AT_HOME_PART
from flowsim.model.gates import AT_GATE_PART
from flowsim.model.layout import Bound, Clock, Event, Outcome, Refuge, Status
from flowsim.model.owner import Owner, flag, one


class Household(Owner):
    """A household: what it does when something is due (see `Owner` for what it is)."""

    def step(self) -> None:
        """Do what is due."""
        now = self.next_event
        match self.what:
            case Event.ARRIVE:
                self.place = int(self.crowd.network.head[self.link])
                if self.bound == Bound.HOME:
                    self.homeward(now)
                elif self.bound == Bound.CAMP:
                    self.to_camp(now)
                else:
                    self.take(now, self.follow_or_choose())
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
                    self.safe.add(Refuge.INSIDE)  # settling near a burnt home is no flight
                    self.homeward(now)
            case Clock.RELOCATE:
                self.relocate(now)
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
        self.fled, self.safe = now, set()
        self.go(now, option)

    def follow_or_choose(self) -> int:
        """The way to the family for those who were left at a gate, else what they choose."""
        option = int(self.crowd.laws.to_family(one(self.place), one(self.goal))[0])
        if option == SETTLE:  # whether or not there is room for them
            self.follows, self.goal = False, -1
        return self.choose(self.link) if option < SETTLE else option

    def take(self, now: int, option: int) -> None:
        """Follow a choice: settle (once all arrivals are known), go, or look again later."""
        if option == SETTLE and self.place == self.home:
            self.home_again(now)
        elif option == SETTLE:
            self.park(now)
        elif option >= 0:
            self.go(now, option)
        else:
            self.arrive = now + self.crowd.laws.retry
            self.enter(now, Status.MOVING, self.place)

    def park(self, now: int) -> None:
        """Wait until all arrivals are known, and with them who finds room."""
        if self.status == Status.WAITING:  # out of the queue, and not yet anywhere else
            self.arrive = NEVER
            self.enter(now, Status.MOVING, self.place)
        self.next_event = NEVER
        self.crowd.parked.append((now, self))

    def go(self, now: int, link: int) -> None:
        """Take a link; at a gate, join its queue first."""
        if self.crowd.network.gate[link] >= 0:
            self.join(now, link)
        else:
            self.travel(now, link)

    def travel(self, now: int, link: int, delay: int = 0) -> None:
        """Be on the way."""
        self.link = link
        there = now + delay + int(self.crowd.now.travel[link, self.group])
        self.arrive = min(there, NEVER - 1)
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
        crowd.found_refuge(self, now)

    def relocate(self, now: int) -> None:
        """Be moved to another camp, if there is one with room."""
        count = self.count(Purpose.TRANSFER)
        self.camp = int(self.crowd.now.moved_to(self.key, count, one(self.place))[0])
        if self.camp < 0:
            self.draw_again(Clock.RELOCATE, now)
        else:
            self.bound = Bound.CAMP
            self.to_camp(now)

    def to_camp(self, now: int) -> None:
        """The next leg to the camp, or ask for room there."""
        if self.place == self.camp:
            self.bound = Bound.AWAY
            self.park(now)
        else:
            self.go(now, int(self.crowd.laws.way[self.place, self.camp]))

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
        """At home, or near it where it is burnt: there they ask for room like anybody."""
        self.bound = Bound.AWAY
        if self.place == self.home:
            self.enter(now, Status.RETURNED, self.place)
            self.barred = -1
            self.crowd.regroups = True
        else:
            self.park(now)

    # ---- at a gate -----------------------------------------------------------------------

    def join(self, now: int, link: int) -> None:
        """Join the queue before a gate."""
        self.link, self.joined, self.refused = link, now, False
        self.line_up(now)
        self.luck = self.crowd.laws.gate_luck(self.key, self.count(Purpose.GATE))
        self.crowd.tell(self.gate, Outcome.REACHED, self.kinds)
        self.assess()
        self.enter(now, Status.WAITING, int(self.crowd.network.tail[link]))

    def line_up(self, now: int) -> None:
        """Stand at the end of a line: nothing is done for them yet."""
        self.ready, self.worked = now, 0

    def admission(self) -> Any:
        """What the gate means for this household."""
        visit = one(self.drawn[Purpose.GATE] - 1)
        return self.crowd.now.admission(
            one(self.gate), self.luck, self.key, visit, self.sort, self.kinds, self.wounded
        )

    def assess(self) -> None:
        """Be held against the rules of the gate."""
        a = self.admission()
        self.held, self.passing = bool(a.held[0]), int(a.kinds.sum())
        self.rank, self.quota = int(a.rank[0]), float(a.quota_per_hour[0])
        self.rated, self.counted = int(a.rated[0]), int(a.counted[0])
        if self.held and not self.refused:
            self.refused = True
            self.crowd.tell(self.gate, Outcome.REFUSED, self.kinds)
            gate = self.crowd.gates[self.gate]
            self.barred = gate.crossing if gate.out else self.barred

    def queue(self, now: int) -> None:
        """Be let through; those whom the gate holds part and go on waiting."""
        crowd, gate, a = self.crowd, self.gate, self.admission()
        if int(a.kinds.sum()) < self.persons:
            number = self.drawn[Purpose.GATE]
            rest = self.part(self.kinds - a.kinds, self.wounded - a.wounded, number, AT_GATE_PART)
            crowd.observer.parted(one(crowd.gates[gate].crossing))
            rest.follows = bool(crowd.laws.follows(rest.key)[0])
            rest.line_up(now)
            rest.drawn[Purpose.GATE] = 1
            rest.assess()
            rest.enter(now, Status.WAITING, int(crowd.network.tail[self.link]))
        self.barred = -1
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
        self.line_up(now)
        if dies[0]:
            self.lose(int(kind[0]), gate)
        self.barred = -1 if through else self.barred
        if self.persons == 0:
            self.enter(now, Status.EMPTY, self.place)
        back = self.chance(Purpose.PUSHBACK, rules.pushback[gate])
        back &= bool(crowd.now.found(one(self.link), one(self.group), one(gate))[0])
        caught = self.chance(Purpose.DETAIN, rules.detention[gate])
        if self.persons == 0:
            return
        near, far = int(crowd.network.tail[self.link]), int(crowd.network.head[self.link])
        if through and back:
            crowd.tell(gate, Outcome.IRREGULAR, self.kinds)
            self.detain(now, Bound.BACK_OVER_THE_BORDER, far, int(rules.pushback_after_s[gate]))
        elif through:
            crowd.tell(gate, Outcome.IRREGULAR, self.kinds)
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
        self.bound, self.arrive = why, min(now + seconds, NEVER - 1)
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
            self.line_up(now)
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
        self.crowd.observer.died_barred(one(self.barred))
        self.crowd.regroups |= self.persons == 0
        if gate >= 0:
            person = np.zeros_like(self.kinds)
            person[kind, 0] = 1
            self.crowd.tell(gate, Outcome.DIED, person)
