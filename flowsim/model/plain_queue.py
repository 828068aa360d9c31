"""A gate served second by second: the account that `flowsim.model.queues` is tested against."""

from __future__ import annotations

from dataclasses import dataclass, field

from flowsim.clock import NEVER
from flowsim.model.queues import PERSON, work_per_second


@dataclass
class InLine:
    """One household before a gate (see `flowsim.model.queues.Line`)."""

    ready: int
    quits: int
    persons: int
    rank: int
    quota_per_hour: float
    key: int
    count: int = -1
    left: int = 0
    done: int = NEVER
    used: dict[int, int] = field(default_factory=dict)

    def order(self) -> tuple[float, int, int, int]:
        """Who comes first: the loosest quota, the order of service, then time and key."""
        return (-self.quota_per_hour, self.rank, self.ready, self.key)


class PlainGate:
    """What a gate can let through in one segment, second by second.

    The same parameters and meaning as `flowsim.model.queues.Allowance`.
    """

    def __init__(self, capacity_per_hour: float | None, start: int, stop: int, begun: int) -> None:
        self.start, self.stop, self.begun, self.unfinished = start, stop, begun, 0
        self.capacity = work_per_second(capacity_per_hour)
        self.endless = self.capacity == work_per_second(None)
        self.taken: dict[int, int] = {}
        self.taken_of_quota: dict[tuple[float, int], int] = {}

    def serve(self, line: list[InLine], left: list[int]) -> None:
        """Set ``done`` of all who are through before the end of the segment.

        ``left`` is the persons left of each counted quota.
        """
        counted = sorted(line, key=InLine.order)
        while True:
            line = list(counted)
            self._let_through_who_stays(line)
            late = self._too_many(counted, left)
            if not late:
                break
            for household in late:
                household.done = NEVER
                counted.remove(household)
        self.unfinished = 0
        for household in line:
            if household.done < self.stop:
                for second, work in household.used.items():
                    self._take(household.quota_per_hour, second, work)
            else:
                household.done = NEVER
                self.unfinished += sum(household.used.values())

    def _let_through_who_stays(self, line: list[InLine]) -> None:
        while True:
            self._let_through(line)
            early = [h for h in line if h.done < self.stop and h.quits < h.done]
            if not early:
                return
            early[0].done = NEVER
            line.remove(early[0])  # drops out before its turn; the others move up

    def _too_many(self, line: list[InLine], left: list[int]) -> list[InLine]:
        """Those of a counted quota who come too late for it, from the first who does not fit."""
        for count, persons in enumerate(left):
            mine = sorted((h for h in line if h.count == count), key=lambda h: h.done)
            for n, household in enumerate(mine):
                persons -= household.persons
                if persons < 0 and household.done < self.stop:
                    return mine[n:]
        return []

    def _take(self, quota: float, second: int, work: int) -> None:
        if second < self.start:
            self.begun -= work
            return
        self.taken[second] = self.taken.get(second, 0) + work
        key = (quota, second)
        self.taken_of_quota[key] = self.taken_of_quota.get(key, 0) + work

    def _let_through(self, line: list[InLine]) -> None:
        for household in line:
            household.left, household.done = household.persons * PERSON, NEVER
            household.used = {}
            if self.endless and household.quota_per_hour == float("inf"):
                household.left, household.done = 0, max(household.ready, self.start)
        self._spend(line, self.start - 1, self.begun, {})
        for second in range(self.start, self.stop):
            if all(household.left == 0 for household in line):
                return
            quotas = {
                q: work_per_second(None if q == float("inf") else q)
                - self.taken_of_quota.get((q, second), 0)
                for q in {household.quota_per_hour for household in line}
            }
            self._spend(line, second, self.capacity - self.taken.get(second, 0), quotas)

    def _spend(self, line: list[InLine], second: int, room: int, quotas: dict[float, int]) -> None:
        """One second: each in turn takes what is left of the gate and of its quota."""
        for household in line:
            if household.left == 0 or household.ready > max(second, self.start):
                continue
            quota = quotas.get(household.quota_per_hour, room)
            work = min(room, quota, household.left)
            if work:
                household.used[second] = work
                household.left -= work
                room -= work
                quotas[household.quota_per_hour] = quota - work
            if household.left == 0:
                household.done = second + 1
