"""How dangerous each place is for each group at a moment: events, contagion, conditions, forces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.world.sections import Condition, Event, Force, Violence


@dataclass(frozen=True)
class Danger:
    """The state of violence at a moment.

    Attributes
    ----------
    violence : float64 array (P,)
        Intensity at each place, whoever is targeted.
    danger : float64 array (P, G)
        Intensity as far as it targets each group.
    leave : float64 array (P, G)
        Factor of curfews, roadblocks and barricades on the hazard of leaving.
    delay_hours : float64 array (P, G)
        Hours lost on a leg that starts there.
    """

    violence: Floats
    danger: Floats
    leave: Floats
    delay_hours: Floats


class Surroundings:
    """Events, conditions and forces of a scenario, ready to be asked for any moment.

    Parameters
    ----------
    violence, conditions, forces
        Sections of the scenario.
    places, groups : sequence of str
    population : int64 array (P,)
        By which a force shares itself among its places.
    km_between : float64 array (P, P)
    start : datetime
        Zero of the clock.
    """

    def __init__(
        self,
        violence: Violence,
        conditions: Sequence[Condition],
        forces: Sequence[Force],
        places: Sequence[str],
        groups: Sequence[str],
        population: Ints,
        km_between: Floats,
        start: datetime,
    ) -> None:
        self._start = start
        self._shape = (len(places), len(groups))
        index = {name: i for i, name in enumerate(places)}
        self._events = _EventTable(violence.events, index, groups, start, violence.negligible)
        self._conditions = [
            (c, np.array([index[p] for p in c.places], dtype=np.int64),
             np.array([not c.groups or g in c.groups for g in groups], dtype=bool))
            for c in conditions
        ]  # fmt: skip
        self._forces = [_Posted(f, index, population) for f in forces]
        self._halving = violence.force_effect.persons_halving
        self._spill: Floats | None = None
        if violence.contagion > 0.0:
            kernel = violence.contagion * np.exp(-km_between / violence.contagion_km)
            np.fill_diagonal(kernel, 1.0)
            self._spill = kernel

    def at(self, seconds: int) -> Danger:
        """The state at ``seconds`` after the start."""
        now = self._start + timedelta(seconds=seconds)
        factor = self._force_factor(now)
        leave = np.ones(self._shape)
        delay = np.zeros(self._shape)
        for condition, rows, cols in self._conditions:
            if not in_force(condition, now):
                continue
            cells = np.ix_(rows, cols)
            leave[cells] *= condition.leave
            delay[cells] += condition.delay_hours
            factor[rows] *= condition.violence
        violence, danger = self._events.at(float(seconds))
        violence, danger = violence * factor, danger * factor[:, None]
        if self._spill is not None:  # sums over places, not households: fixed length, fixed order
            violence = (self._spill * violence[None, :]).sum(axis=1)
            danger = (self._spill[:, :, None] * danger[None, :, :]).sum(axis=1)
        return Danger(violence, danger, leave, delay)

    def _force_factor(self, now: datetime) -> Floats:
        """Protecting forces divide violence by 1 + size / halving size, attacking ones multiply."""
        factor = np.ones(self._shape[0])
        for posted in self._forces:
            stance = stance_at(posted.force, now)
            weight = 1.0 + posted.size / self._halving
            if stance == "protect":
                factor[posted.rows] /= weight
            elif stance == "attack":
                factor[posted.rows] *= weight
        return factor


def stance_at(force: Force, now: datetime) -> str:
    """What a force does at a moment: its latest order, or standing by before the first.

    Examples
    --------
    >>> from flowsim.world.sections import Force
    >>> army = Force(name="army", kind="army", places=["Osh"], size=10,
    ...              orders=[{"start": "2010-06-12", "stance": "protect"}])
    >>> stance_at(army, datetime(2010, 6, 11)), stance_at(army, datetime(2010, 6, 12))
    ('stand_by', 'protect')
    """
    past = [order.stance for order in force.orders if order.start <= now]
    return past[-1] if past else "stand_by"


def in_force(condition: Condition, now: datetime) -> bool:
    """Whether a condition holds at a moment: in its window, and in its hours of the day."""
    if not condition.start <= now < condition.stop:
        return False
    if condition.hours is None:
        return True
    first, last = condition.hours
    hour = now.hour + now.minute / 60.0 + now.second / 3600.0
    return first <= hour < last if first <= last else hour >= first or hour < last


class _Posted:
    """A force and its strength at each of its places."""

    def __init__(self, force: Force, index: dict[str, int], population: Ints) -> None:
        self.force = force
        self.rows = np.array([index[p] for p in force.places], dtype=np.int64)
        people = np.maximum(population[self.rows], 1).astype(np.float64)
        self.size = force.size * people / people.sum()


class _EventTable:
    """The events as arrays over which the shape of violence in time is evaluated at once."""

    def __init__(
        self,
        events: Sequence[Event],
        index: dict[str, int],
        groups: Sequence[str],
        start: datetime,
        negligible: float,
    ) -> None:
        def seconds(moments: list[datetime]) -> Floats:
            return np.array([(m - start).total_seconds() for m in moments])

        self._place = np.array([index[e.place] for e in events], dtype=np.int64)
        self._start = seconds([e.start for e in events])
        self._peak = seconds([e.peak for e in events])
        self._until = seconds([e.until for e in events])
        self._half = 3600.0 * np.array([e.half_life_hours for e in events])
        self._size = np.array([e.intensity for e in events])
        self._target = np.array([[e.target.get(g, 0.0) for g in groups] for e in events])
        self._target = self._target.reshape(len(events), len(groups))
        self._places, self._negligible = len(index), negligible

    def at(self, seconds: float) -> tuple[Floats, Floats]:
        """Intensity by place (P,), and as far as it targets each group (P, G)."""
        rise = np.maximum(self._peak - self._start, 1.0)
        ramp = np.clip((seconds - self._start) / rise, 0.0, 1.0)
        ramp = np.where(self._peak <= self._start, seconds >= self._start, ramp)
        over = np.maximum(seconds - self._until, 0.0)
        value = self._size * ramp * np.exp2(-over / self._half)
        value[value < self._negligible] = 0.0
        violence = np.bincount(self._place, value, self._places).astype(np.float64)
        danger: Floats = np.stack(
            [
                np.bincount(self._place, value * self._target[:, g], self._places).astype(
                    np.float64
                )
                for g in range(self._target.shape[1])
            ],
            axis=1,
        )
        return violence, danger
