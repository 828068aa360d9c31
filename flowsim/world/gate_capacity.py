"""How many can physically pass each gate over time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from flowsim.world.config import GateCapacity
from flowsim.world.network import Gate


class GateCapacities:
    """Persons an hour who can physically pass each gate: of its route, then by the rows of a table.

    Parameters
    ----------
    rows : sequence of GateCapacity
        In any order.
    gates : sequence of Gate
    crossings : sequence of str
        Names, by the number that gates have.
    start : datetime
        Zero of the clock.

    Examples
    --------
    >>> start = datetime(2010, 6, 11)
    >>> wider = GateCapacity(crossing="Bridge", start=datetime(2010, 6, 11, 2), persons_per_hour=90)
    >>> told = GateCapacities([wider], [Gate(0, 0, True, 30.0)], ["Bridge"], start)
    >>> told.at(7199), told.at(7200), told.edges()
    ((30.0,), (90.0,), [7200])
    """

    def __init__(
        self, rows: Sequence[GateCapacity], gates: Sequence[Gate], crossings: Sequence[str],
        start: datetime,
    ) -> None:  # fmt: skip
        self._at_first = tuple(gate.capacity_per_hour for gate in gates)
        self._changes: list[list[tuple[int, float | None]]] = [[] for _ in gates]
        for row in sorted(rows, key=lambda row: row.start):
            seconds = math.ceil((row.start - start).total_seconds())
            for g, gate in enumerate(gates):
                meant = row.direction in ("both", "out" if gate.out else "back")
                if meant and crossings[gate.crossing] == row.crossing:
                    self._changes[g].append((seconds, row.persons_per_hour))
        self._changing = any(self._changes)

    def edges(self) -> list[int]:
        """Seconds since the start at which some gate changes."""
        return sorted({seconds for changes in self._changes for seconds, _ in changes})

    def at(self, seconds: int) -> tuple[float | None, ...]:
        """Persons an hour at each gate; None without limit."""
        if not self._changing:
            return self._at_first
        found = []
        for first, changes in zip(self._at_first, self._changes, strict=True):
            past = bisect_right(changes, seconds, key=lambda change: change[0])
            found.append(changes[past - 1][1] if past else first)
        return tuple(found)
