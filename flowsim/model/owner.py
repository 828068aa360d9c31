"""A household of the reference engine as an owner of draws and clocks.

What it does with them is in `flowsim.model.household`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import mesa
import numpy as np
from numpy.typing import NDArray

from flowsim.arrays import Bools, Floats, Ints, Keys
from flowsim.clock import NEVER
from flowsim.draws import Purpose, child_key
from flowsim.model.laws import Holding
from flowsim.model.layout import PURPOSE, SAFE_AT, Bound, Clock, Event, Refuge, Status
from flowsim.policy.who import sort_of

if TYPE_CHECKING:
    from flowsim.model.reference import ReferenceCrowd


def one(value: Any) -> Ints:
    """A column of one row."""
    return np.array([int(value)], dtype=np.int64)


def flag(value: bool) -> Bools:
    """A column of one truth value."""
    return np.array([value], dtype=bool)


class Owner(mesa.Agent):
    """A household as an owner of draws: who is in it, where it stands, and what comes next.

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
        self, crowd: ReferenceCrowd, key: Keys, home: int, group: int, kinds: NDArray
    ) -> None:
        super().__init__(crowd.model)
        laws = crowd.laws
        self.crowd, self.key, self.home, self.group = crowd, key, home, group
        self.kinds, self.wounded = kinds, np.zeros_like(kinds)
        self.status, self.place, self.link = Status.AT_HOME, home, -1
        self.guard = self.held = self.refused = self.registered = False
        self.burnt = bool(laws.burnt(key, one(home), one(group))[0])
        self.informed = bool(laws.informed(key)[0])
        self.kin_across = bool(laws.kin_across(key, one(group))[0])
        self.bound = Bound.AWAY
        self.family: Self | None = None
        self.fled, self.safe = 0, set[Refuge]()
        self.barred = self.goal = self.camp = -1
        self.follows = False
        self.leaves = NEVER
        self.next_event, self.what, self.arrive = NEVER, 0, NEVER
        self.ready = self.joined = self.worked = 0
        self.luck: Floats = np.zeros(1)
        self.drawn: dict[Purpose, int] = {}
        self.targets: dict[Clock, tuple[Ints, Floats]] = {}

    @property
    def persons(self) -> int:
        """How many they are."""
        return int(self.kinds.sum())

    @property
    def gate(self) -> int:
        """The gate on its link, or -1."""
        return int(self.crowd.network.gate[self.link])

    @property
    def sort(self) -> Ints:
        """Its sort, see `flowsim.policy.who`."""
        return sort_of(one(self.group), one(self.kin_across))

    @property
    def apart(self) -> bool:
        """Whether it was left at a gate by its family."""
        return self.family is not None and not self.guard

    @property
    def relatives(self) -> Owner | None:
        """The household it parted from or, if that is no more, that one's family."""
        family = self.family
        while family is not None and family.status == Status.EMPTY:
            family = family.family
        return family

    def count(self, purpose: Purpose) -> Ints:
        """How many draws were made for a purpose; the one to come is counted."""
        count = self.drawn.get(purpose, 0)
        self.drawn[purpose] = count + 1
        return one(count)

    def begin(self, status: Status, place: int) -> None:
        """Stand where they stand as the run begins."""
        self.safe = {refuge for refuge in Refuge if SAFE_AT[refuge] == status}
        self.registered = status == Status.SHELTERED
        self.enter(0, status, place)

    def draw(self, clock: Clock, now: int) -> None:
        """Draw the threshold of a clock and set its target."""
        laws = self.crowd.laws
        count = self.count(PURPOSE[clock])
        holding = Holding(
            place=one(self.place),
            group=one(self.group),
            home=one(self.home),
            burnt=one(self.burnt),
            gate=one(self.gate),
            held=one(self.held),
        )
        cell = laws.under(one(self.status), one(clock), holding)
        roads = self.crowd.roads
        danger = None
        if roads is not None:
            danger = np.ones(1)
            if self.status == Status.MOVING:
                danger = roads.danger[self.link : self.link + 1]
        threshold = laws.threshold(
            one(clock), self.key, count, self.kinds, flag(self.guard), danger,
            laws.until_told(one(clock), one(self.status), one(self.leaves), one(now)),
        )  # fmt: skip
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
        return int(now.choose(one(state), self.key, count, self.sort, one(self.informed))[0])

    def part(self, kinds: NDArray, wounded: NDArray, number: int, which: int) -> Self:
        """Persons part off and are a household, and an owner of draws, of their own."""
        key = child_key(self.key, one(number), which)
        other = type(self)(self.crowd, key, self.home, self.group, kinds)
        other.wounded = wounded
        self.kinds = self.kinds - kinds
        self.wounded = self.wounded - wounded
        other.place, other.link, other.joined = self.place, self.link, self.joined
        other.bound, other.burnt, other.family = self.bound, self.burnt, self
        other.kin_across = self.kin_across
        other.luck, other.fled, other.safe = self.luck, self.fled, set(self.safe)
        self.crowd.households.append(other)
        return other
