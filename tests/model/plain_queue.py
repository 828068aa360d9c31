"""A gate served second by second: the account that the queue of the kernel is held against.

It is written another way on purpose: it keeps a dictionary of what was used in each second, lets
all through who stay, and begins again when somebody quits before its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flowsim.clock import NEVER
from flowsim.model.kernel.constants import PERSON
from flowsim.model.quotas import work_per_second


@dataclass
class InLine:
    """One household before a gate.

    Attributes
    ----------
    ready : int
        Second from which it can be served; also its place in the line.
    quits : int
        Second of its next other event: if it is not through by then, it drops out.
    persons, rank : int
    quota_per_hour : float
        The least that binds; inf without one.
    spread, counted : int
        Quotas that bind it, spread and counted, a bit each.
    key : int
        Breaks ties.
    worked : int
        Work done for it in earlier segments.
    done : int
        Second in which it is through.
    used : dict
        Work done for it in this segment, by second.
    """

    ready: int
    quits: int
    persons: int
    rank: int
    quota_per_hour: float
    spread: int
    counted: int
    key: int
    worked: int = 0
    left: int = 0
    done: int = NEVER
    used: dict[int, int] = field(default_factory=dict)

    def order(self) -> tuple[float, int, int, int, int]:
        """Who comes first: the loosest quota, the order of service, then time and key."""
        return (-self.quota_per_hour, self.rank, self.spread, self.ready, self.key)

    def under(self, quotas: int) -> list[int]:
        """Of some quotas that are spread, those that bind it."""
        return [number for number in range(quotas) if self.spread >> number & 1]


class PlainGate:
    """What a gate can let through in one segment, second by second.

    Parameters
    ----------
    capacity_per_hour : float or None
    rates : sequence of float
        Quotas that are spread, persons an hour.
    start, stop : int
        Seconds.
    """

    def __init__(
        self,
        capacity_per_hour: float | None,
        rates: Sequence[float],
        start: int,
        stop: int,
    ) -> None:
        self.rates = [work_per_second(rate) for rate in rates]
        self.start, self.stop = start, stop
        self.capacity = work_per_second(capacity_per_hour)
        self.endless = self.capacity == work_per_second(None)
        self.taken: dict[int, int] = {}
        self.taken_of_quota: dict[tuple[int, int], int] = {}

    def serve(self, line: list[InLine], left: list[int], fresh: list[bool]) -> None:
        """Set ``done`` of all who are through before the end of the segment.

        Of the others, ``used`` is what was done for them; for those through it is empty.
        ``left`` is the persons left of each counted quota, ``fresh`` whether none are used yet.
        """
        counted = sorted(line, key=InLine.order)
        while True:
            line = list(counted)
            self._let_through_who_stays(line)
            late = self._too_many(counted, left, fresh)
            if not late:
                break
            for household in late:
                household.done, household.used = NEVER, {}
                counted.remove(household)
        for household in line:
            if household.done < self.stop:
                for second, work in household.used.items():
                    self._take(household, second, work)
                household.used = {}
            else:
                household.done = NEVER

    def _let_through_who_stays(self, line: list[InLine]) -> None:
        while True:
            self._let_through(line)
            early = [h for h in line if h.done < self.stop and h.quits < h.done]
            if not early:
                return
            early[0].done, early[0].used = NEVER, {}
            line.remove(early[0])  # drops out before its turn; the others move up

    def _too_many(self, line: list[InLine], left: list[int], fresh: list[bool]) -> list[InLine]:
        """Those of a counted quota who come too late for it, from the first who does not fit.

        Of several quotas, the one that stops somebody first: who is stopped uses up no other.
        """
        order = sorted(line, key=lambda h: h.done)
        persons, unused = list(left), list(fresh)
        for n, household in enumerate(order):
            if household.done >= self.stop:
                return []
            mine = [count for count in range(len(left)) if household.counted >> count & 1]
            for count in mine:
                persons[count] -= household.persons
                if persons[count] < 0 and not unused[count]:
                    return [h for h in order[n:] if h.counted >> count & 1]
            for count in mine:
                unused[count] = False
        return []

    def _take(self, household: InLine, second: int, work: int) -> None:
        self.taken[second] = self.taken.get(second, 0) + work
        for number in household.under(len(self.rates)):
            key = (number, second)
            self.taken_of_quota[key] = self.taken_of_quota.get(key, 0) + work

    def _let_through(self, line: list[InLine]) -> None:
        for household in line:
            household.left = max(household.persons * PERSON - household.worked, 0)
            household.done, household.used = NEVER, {}
            if household.left == 0:
                household.done = self.start  # finished in the last second before
            elif self.endless and not household.spread:
                household.left, household.done = 0, max(household.ready, self.start)
        for second in range(self.start, self.stop):
            if all(household.left == 0 for household in line):
                return
            quotas = {
                number: rate - self.taken_of_quota.get((number, second), 0)
                for number, rate in enumerate(self.rates)
            }
            self._spend(line, second, self.capacity - self.taken.get(second, 0), quotas)

    def _spend(self, line: list[InLine], second: int, room: int, quotas: dict[int, int]) -> None:
        """One second: each in turn takes what is left of the gate and of its quota."""
        for household in line:
            if household.left == 0 or household.ready > second:
                continue
            spread = household.under(len(self.rates))
            work = min([room, household.left, *(quotas[number] for number in spread)])
            if work:
                household.used[second] = work
                household.left -= work
                room -= work
                for number in spread:
                    quotas[number] -= work
            if household.left == 0:
                household.done = second + 1
