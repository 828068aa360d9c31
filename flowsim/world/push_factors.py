"""What drives people besides violence: threats that frighten, places that are lost, other drivers.

It harms nobody. What people do about it stands in `flowsim.behaviour`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.world.config import Place
from flowsim.world.course import course
from flowsim.world.push_config import Driver, Level, Threat


@dataclass(frozen=True)
class Push:
    """What drives each group at each place at a moment, besides violence; all arrays (P, G).

    Attributes
    ----------
    fear : float64 array
        Of threats, as far as they target the group.
    must_leave : float64 array
        Hazard of leaving a place that is lost to the group, 1/day; 0 where it is not.
    leave : float64 array
        Hazard of leaving that the drivers add, 1/day.
    way_cost : float64 array
        Utility that an hour on the way costs there for the drivers.
    settle_cost : float64 array
        Utility that settling there costs for the drivers.
    stay_away : float64 array
        The wish to return there falls as exp(-stay_away).
    origin_weight : float64 array
        Danger that the drivers count as in the weights of origins.
    """

    fear: Floats
    must_leave: Floats
    leave: Floats
    way_cost: Floats
    settle_cost: Floats
    stay_away: Floats
    origin_weight: Floats

    @property
    def lost(self) -> Bools:
        """Places to which the group cannot return, (P, G)."""
        return self.must_leave > 0.0

    @property
    def taken(self) -> Bools:
        """Places where nobody settles any more, as they are lost to some, (P,)."""
        return np.asarray(self.lost.any(axis=1))


def none_at_all(places: int, groups: int) -> Push:
    """Nothing drives anybody.

    Examples
    --------
    >>> none_at_all(2, 1).taken.tolist()
    [False, False]
    """
    return Push(*(np.zeros((places, groups)) for _ in range(7)))


class PushFactors:
    """Threats and drivers of a scenario, ready to be asked for any moment.

    Parameters
    ----------
    threats, drivers, levels
        Sections of the scenario.
    places : sequence of Place
    groups : sequence of str
    start : datetime
        Zero of the clock.

    Attributes
    ----------
    none : bool
        Whether there are neither threats nor drivers.
    """

    def __init__(
        self,
        threats: Sequence[Threat],
        drivers: Sequence[Driver],
        levels: Sequence[Level],
        places: Sequence[Place],
        groups: Sequence[str],
        start: datetime,
    ) -> None:
        self._shape = (len(places), len(groups))
        # by name, so that the order in the file does not matter to the last bit of a sum
        threats = sorted(threats, key=lambda threat: threat.name)
        drivers = sorted(drivers, key=lambda driver: driver.name)
        self._threats = _ThreatTable(threats, places, groups, start) if threats else None
        self._drivers = [Course(d, levels, places, groups, start) for d in drivers]
        self.none = self._threats is None and not self._drivers

    def at(self, seconds: int) -> Push:
        """What drives people ``seconds`` after the start."""
        nothing = none_at_all(*self._shape)
        fear, must_leave = nothing.fear, nothing.must_leave
        if self._threats is not None:
            fear, must_leave = self._threats.at(float(seconds))
        felt = [(driver, driver.at(float(seconds))) for driver in self._drivers]

        def summed(what: str) -> Floats:
            total = np.zeros(self._shape)
            for driver, level in felt:
                total += getattr(driver.section, what) * level
            return total

        return Push(
            fear, must_leave, summed("leave_per_day"), summed("way_cost_per_hour"),
            summed("settle_cost"), summed("stay_away"), summed("origin_weight"),
        )  # fmt: skip


def shares(target: Mapping[str, float], groups: Sequence[str]) -> Floats:
    """How much each group is meant, (G,): everybody fully where none is named.

    Examples
    --------
    >>> shares({}, ["a", "b"]).tolist(), shares({"b": 0.5}, ["a", "b"]).tolist()
    ([1.0, 1.0], [0.0, 0.5])
    """
    if not target:
        return np.ones(len(groups))
    return np.array([target.get(group, 0.0) for group in groups])


def places_of(threat: Threat, places: Sequence[Place]) -> list[int]:
    """Numbers of the places that a threat is for."""
    return [
        p
        for p, place in enumerate(places)
        if place.name in threat.places or (threat.region and place.region == threat.region)
    ]


class _ThreatTable:
    """Threats as arrays."""

    def __init__(
        self,
        threats: Sequence[Threat],
        places: Sequence[Place],
        groups: Sequence[str],
        start: datetime,
    ) -> None:
        def seconds(moments: Sequence[datetime | None]) -> Floats:
            return np.array([np.inf if m is None else (m - start).total_seconds() for m in moments])

        self._start = seconds([t.start for t in threats])
        self._peak = seconds([t.peak or t.start for t in threats])
        self._until = seconds([t.until for t in threats])
        self._half = 3600.0 * np.array([t.half_life_hours or 0.0 for t in threats])
        self._lost_from = seconds([t.lost_from for t in threats])
        self._per_day = np.array([24.0 / t.leave_within_hours for t in threats])
        self._fear = np.array([t.fear for t in threats])
        self._target = np.stack([shares(t.target, groups) for t in threats])
        self._there = np.zeros((len(threats), len(places)), dtype=bool)
        for n, threat in enumerate(threats):
            self._there[n, places_of(threat, places)] = True

    def at(self, seconds: float) -> tuple[Floats, Floats]:
        """Fear, and the hazard of leaving what is lost, each (P, G)."""
        fear = np.zeros((self._there.shape[1], self._target.shape[1]))
        must_leave = fear.copy()
        strength = course(seconds, self._fear, self._start, self._peak, self._until, self._half)
        for n, value in enumerate(strength):
            fear[self._there[n]] += value * self._target[n]
            if seconds >= self._lost_from[n]:
                gone = self._there[n][:, None] & (self._target[n] > 0.0)
                must_leave = np.maximum(must_leave, np.where(gone, self._per_day[n], 0.0))
        return fear, must_leave


class Course:
    """A driver and how strong it is over time.

    Parameters
    ----------
    driver : Driver
    levels : sequence of Level
        Of all drivers.
    places : sequence of Place
    groups : sequence of str
    start : datetime
        Zero of the clock.
    """

    def __init__(
        self,
        driver: Driver,
        levels: Sequence[Level],
        places: Sequence[Place],
        groups: Sequence[str],
        start: datetime,
    ) -> None:
        self.section = driver
        self._target, self._places = shares(driver.target, groups), len(places)
        told: dict[tuple[str, str], list[Level]] = {}
        for row in levels:
            if row.driver == driver.name:
                told.setdefault((row.place, row.region), []).append(row)
        self._series: list[tuple[Ints, Floats, Floats]] = []
        for (name, region), rows in told.items():
            where = [
                p
                for p, place in enumerate(places)
                if place.name == name
                or (region and place.region == region and (place.name, "") not in told)
            ]
            rows = sorted(rows, key=lambda row: row.start)
            when = np.array([(row.start - start).total_seconds() for row in rows])
            self._series.append(
                (np.array(where, dtype=np.int64), when, np.array([row.level for row in rows]))
            )

    def at(self, seconds: float) -> Floats:
        """Level as it touches each group, (P, G)."""
        return np.asarray(self.level(seconds)[:, None] * self._target)

    def level(self, seconds: float) -> Floats:
        """Level at each place, (P,)."""
        level = np.zeros(self._places)
        for where, when, values in self._series:
            if self.section.between == "line":
                level[where] = np.interp(seconds, when, values, left=0.0)
            else:
                row = int(np.searchsorted(when, seconds, side="right"))
                level[where] = values[row - 1] if row else 0.0
        return level
