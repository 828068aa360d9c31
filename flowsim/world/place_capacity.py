"""How many each place can shelter over time."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Ints
from flowsim.clock import DAY
from flowsim.world.config import Place, PlaceCapacity

ROUNDING = 1e-9
"""By how much a product may fall short of a whole number of persons that it means."""


class PlaceCapacities:
    """Persons from elsewhere whom each place can shelter: its own, then by the rows of a table.

    Parameters
    ----------
    rows : sequence of PlaceCapacity
        In any order.
    places : sequence of Place
    start : datetime
        Zero of the clock.

    Attributes
    ----------
    ever : bool array (P,)
        Places that can shelter somebody at some time.

    Examples
    --------
    Three sites of 200 on the second day, five on the fourth, and a line between them:

    >>> start = datetime(2010, 6, 11)
    >>> rows = [PlaceCapacity(place="Camp", start=datetime(2010, 6, day), sites=sites,
    ...                       places_per_site=200, between="line")
    ...         for day, sites in ((12, 3), (14, 5))]
    >>> camp = Place(name="Camp", country="There", lat=0, lon=0, capacity=50)
    >>> told = PlaceCapacities(rows, [camp], start)
    >>> [told.at(day * DAY).tolist() for day in range(5)]
    [[50], [600], [800], [1000], [1000]]
    """

    def __init__(
        self, rows: Sequence[PlaceCapacity], places: Sequence[Place], start: datetime
    ) -> None:
        self.at_first = np.array(
            [-1 if p.capacity is None else p.capacity for p in places], dtype=np.int64
        )
        self._per_day = np.array([p.capacity_per_day for p in places])
        self._rows: dict[int, list[tuple[int, float, bool]]] = {}
        number = {place.name: p for p, place in enumerate(places)}
        for row in sorted(rows, key=lambda row: row.start):
            seconds = math.ceil((row.start - start).total_seconds())
            told = seconds, row.room, row.between == "line"
            self._rows.setdefault(number[row.place], []).append(told)
        grows = (self.at_first == 0) & (self._per_day > 0.0)
        self.ever: Bools = (self.at_first != 0) | grows
        for p, changes in self._rows.items():
            self.ever[p] |= any(room >= 1.0 for _, room, _ in changes)

    def at(self, seconds: int) -> Ints:
        """Persons so many seconds after the start, in whole persons; -1 without limit.

        Before the first row of a place it grows by `capacity_per_day`.
        """
        found: Ints = self.at_first.copy()
        if self._per_day.any():
            grown = np.floor(self._per_day * (seconds / DAY)).astype(np.int64)
            found = np.where(found >= 0, found + grown, -1)
        for p, changes in self._rows.items():
            past = bisect_right(changes, seconds, key=lambda change: change[0])
            if past:
                found[p] = _between(changes, past - 1, seconds)
        return found

    def most(self, seconds: int) -> Ints:
        """The largest capacity that each place has within so many seconds; -1 without limit."""
        edges = {first for changes in self._rows.values() for first, _, _ in changes}
        moments = {0, seconds, *(e - late for e in edges for late in (0, 1) if 0 < e <= seconds)}
        told = np.stack([self.at(moment) for moment in sorted(moments)])
        return np.where((told < 0).any(axis=0), -1, told.max(axis=0))


def _between(changes: Sequence[tuple[int, float, bool]], row: int, seconds: int) -> int:
    """Whole persons at a moment from a row until the next one."""
    first, room, line = changes[row]
    if line and row + 1 < len(changes):
        then, later, _ = changes[row + 1]
        room += (later - room) * (seconds - first) / (then - first)
    return math.floor(room + ROUNDING)
