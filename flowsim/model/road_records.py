"""What is recorded of roads with a capacity: lines, times on the road, hours to a crossing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.model.kernel.constants import MOST_HOURS


class RoadRecords:
    """Counts by recording interval; of nothing where no road has a capacity.

    Parameters
    ----------
    intervals, links, places, crossings : int
        How many there are.

    Attributes
    ----------
    in_jam : int32 array (T, L + P)
        Persons in line on each link and, by place, for fuel at the end of each interval.
    road_s, passed : int64 arrays (T, L)
        Person-seconds on a link of those who left it in each interval, and how many they are.
    way_s : int64 array (T, X)
        Person-seconds from leaving home to a crossing of those who passed it in each interval.
    hours_on_the_way : int32 array (X, hours)
        The same persons by whole hours, of the whole run.
    """

    def __init__(
        self, intervals: int = 0, links: int = 0, places: int = 0, crossings: int = 0
    ) -> None:
        self.in_jam = np.zeros((intervals, links + places), dtype=np.int32)
        self.road_s = np.zeros((intervals, links), dtype=np.int64)
        self.passed = np.zeros((intervals, links), dtype=np.int64)
        self.way_s = np.zeros((intervals, crossings), dtype=np.int64)
        self.hours_on_the_way = np.zeros((crossings, MOST_HOURS + 1), dtype=np.int32)
        self._links = links

    def queue(self, routes: Sequence[int]) -> Ints:
        """Persons in line on some routes, both directions together, (T, R)."""
        of_links = self.in_jam[:, : self._links]
        return np.asarray(_of_routes(of_links, routes), dtype=np.int32)

    def fuel(self) -> Ints:
        """Persons in line for fuel, (T, P)."""
        return self.in_jam[:, self._links :]

    def left(self, routes: Sequence[int]) -> Ints:
        """Persons who left some routes in each interval, (T, R)."""
        return np.asarray(_of_routes(self.passed, routes), dtype=np.int32)

    def hours(self, routes: Sequence[int]) -> Floats:
        """Mean hours on some routes of those who left them, NaN where nobody did, (T, R)."""
        return _mean_hours(_of_routes(self.road_s, routes), _of_routes(self.passed, routes))

    def way_hours(self, passed: Ints) -> Floats:
        """Mean hours from leaving home to each crossing, NaN where nobody passed it, (T, X)."""
        return _mean_hours(self.way_s, passed)


def _of_routes(by_link: Ints, routes: Sequence[int]) -> Ints:
    along = 2 * np.array(routes, dtype=np.int64)
    return np.asarray(by_link[:, along] + by_link[:, along + 1])


def _mean_hours(seconds: Ints, persons: Ints) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(persons > 0, seconds / persons / 3600.0, np.nan)
