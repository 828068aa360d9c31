"""What gates and their quotas allow: work by the second, and persons by the period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flowsim.model.kernel.constants import PERSON, UNLIMITED
from flowsim.policy.compose import Counted


def work_per_second(persons_per_hour: float | None) -> int:
    """Allowance of a gate in a second; without a limit, more than anybody can use.

    Examples
    --------
    >>> work_per_second(3600.0) == PERSON
    True
    """
    if persons_per_hour is None or persons_per_hour * PERSON / 3600.0 >= UNLIMITED:
        return UNLIMITED
    return round(persons_per_hour * PERSON / 3600.0)


class Budgets:
    """What is left of counted quotas, by gate; their periods begin at midnight.

    Parameters
    ----------
    start : datetime
        Zero of the clock, local time.
    debts : function of a gate and of a number, optional
        Persons whom the quota of that number at a gate has let pass too many as it first comes into
        force, in a run of a sample: there a household is many persons at once, and what one takes
        over the quota is taken off the next periods.
    """

    def __init__(self, start: datetime, debts: Callable[[int, int], int] | None = None) -> None:
        self._debts = debts
        self._midnight = start.hour * 3600 + start.minute * 60 + start.second
        self._left: dict[tuple[int, Counted], tuple[int, int, int]] = {}

    def begin(self, gate: int, counts: Sequence[Counted], now: int) -> list[tuple[int, int]]:
        """Open the period of second ``now`` of quotas in force, whether or not anybody comes.

        Returns
        -------
        list of (int, int)
            Persons left of each quota, and used.
        """
        return [self._begin(gate, n, counted, now) for n, counted in enumerate(counts)]

    def _begin(self, gate: int, number: int, counted: Counted, now: int) -> tuple[int, int]:
        count = counted.quota
        period = int((self._midnight + now) // round(count.hours * 3600))
        known, left, used = self._left.get((gate, counted), (None, 0, 0))
        if known != period:
            kept = 0
            if known == period - 1:
                kept = min(max(left, 0), int(count.carry_over * count.persons))
            owed = 0
            if self._debts is not None:
                fresh = -self._debts(gate, number)
                owed = fresh if known is None else left + (period - known - 1) * int(count.persons)
            left, used = int(count.persons) + kept + min(owed, 0), 0
            self._left[gate, counted] = period, left, used
        return left, used

    def end(
        self, gate: int, counts: Sequence[Counted], left: Sequence[int], used: Sequence[int]
    ) -> None:
        """Note what is left and used of quotas as a segment ends."""
        for counted, more, less in zip(counts, left, used, strict=False):
            self._left[gate, counted] = self._left[gate, counted][0], more, less
