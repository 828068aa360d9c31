"""How dangerous each place is for each group at a moment: events, contagion, conditions, forces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.world.course import course
from flowsim.world.crowds import as_exposed
from flowsim.world.forces import Effect, Forces
from flowsim.world.push_factors import Push, PushFactors
from flowsim.world.violence_config import Condition, Event, Force, Violence

ROADS = ("roadblock", "barricade")
"""Kinds of condition that a force which opens roads lifts; a curfew is the state's own."""


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
        Factor of curfews, roadblocks and barricades on the hazard of leaving, those of forces too.
    delay_hours : float64 array (P, G)
        Hours lost on a leg that starts there.
    on_road : float64 array (L, G), optional
        Intensity of the violence on each link itself, as far as it targets each group; None where
        a scenario has none.
    push : Push or None
        What drives people besides; None in a scenario without threats and drivers.
    crowds : float64 array (P, G) or None
        Intensity of events that only those who gather are exposed to, times the part of each group
        who do; None in a scenario without such events.
    """

    violence: Floats
    danger: Floats
    leave: Floats
    delay_hours: Floats
    on_road: Floats | None = None
    push: Push | None = None
    crowds: Floats | None = None

    @property
    def alarm(self) -> Floats:
        """What people keep away from and hear of, (P, G): danger, and fear of threats."""
        return self.danger if self.push is None else self.danger + self.push.fear

    @property
    def struck(self) -> Floats:
        """What harms people, (P, G): danger, and that of those who gather."""
        return self.danger if self.crowds is None else self.danger + self.crowds


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
    ends : two int64 arrays (L,), optional
        Places where each link starts and ends, for violence on the road.
    push_factors : PushFactors, optional
        Threats and drivers.
    hosts : float64 array (P, G), optional
        Persons by group, of whom crowds are a part.

    Attributes
    ----------
    forces : Forces
        What each force does; a run may give them further orders.
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
        ends: tuple[Ints, Ints] | None = None,
        push_factors: PushFactors | None = None,
        hosts: Floats | None = None,
    ) -> None:
        self._start, self.groups = start, tuple(groups)
        self._push = None if push_factors is None or push_factors.none else push_factors
        index = {name: i for i, name in enumerate(places)}
        here = [event for event in violence.events if not event.to]
        at_home = [(event, index[event.place]) for event in here if event.crowd is None]
        gathered = [
            (as_exposed(event, hosts[index[event.place]], groups), index[event.place])
            for event in here
            if event.crowd is not None and hosts is not None
        ]
        on_road = [(event, link) for event in violence.events if event.to
                   for link in links_of(event, index, ends)]  # fmt: skip
        n_links = 0 if ends is None else ends[0].size
        self._events = _EventTable(at_home, len(index), groups, start, violence.negligible)
        self._crowds = (
            _EventTable(gathered, len(index), groups, start, violence.negligible)
            if gathered
            else None
        )
        self._on_road = (
            _EventTable(on_road, n_links, groups, start, violence.negligible) if on_road else None
        )
        self._conditions = [
            (c, np.array([index[p] for p in c.places], dtype=np.int64),
             np.array([not c.groups or g in c.groups for g in groups], dtype=bool))
            for c in conditions
        ]  # fmt: skip
        self.forces = Forces(forces, violence.force_effect, index, groups, population)
        self._spill: Floats | None = None
        if violence.contagion > 0.0:
            kernel = violence.contagion * np.exp(-km_between / violence.contagion_km)
            np.fill_diagonal(kernel, 1.0)
            self._spill = kernel

    def at(self, seconds: int) -> Danger:
        """The state at ``seconds`` after the start."""
        return self.spilled(self.local(seconds))

    def effect(self, seconds: int) -> Effect:
        """What forces do at ``seconds`` after the start."""
        return self.forces.effect(self._start + timedelta(seconds=seconds))

    def local(self, seconds: int, excited: tuple[Floats, Floats] | None = None) -> Danger:
        """The state at ``seconds`` after the start, before violence spills over.

        ``excited`` is violence beside the given: by place (P,), and as far as it targets each group
        (P, G). A force that opens roads lifts the part ``f`` of each roadblock and barricade at its
        places: leave + f * (1 - leave), delay * (1 - f). What barricades do to violence stays.
        """
        now = self._start + timedelta(seconds=seconds)
        forces = self.forces.effect(now)
        factor, leave = forces.violence.copy(), forces.leave.copy()
        delay = forces.delay_hours.copy()
        for condition, rows, cols in self._conditions:
            if not in_force(condition, now):
                continue
            cells = np.ix_(rows, cols)
            lifted = forces.lifted[rows, None] if condition.kind in ROADS else 0.0
            leave[cells] *= condition.leave + lifted * (1.0 - condition.leave)
            delay[cells] += condition.delay_hours * (1.0 - lifted)
            factor[rows] *= condition.violence
        violence, danger = self._events.at(float(seconds))
        if excited is not None:
            violence, danger = violence + excited[0], danger + excited[1]
        violence, danger = violence * factor, danger * factor[:, None]
        if forces.aimed is not None:
            violence, danger = on_one_side(violence, danger, forces.aimed)
        on_road = None if self._on_road is None else self._on_road.at(float(seconds))[1]
        crowds: Floats | None = None
        if self._crowds is not None:
            unrest, crowds = self._crowds.at(float(seconds))
            unrest, crowds = unrest * factor, crowds * factor[:, None]
            if forces.aimed is not None:
                unrest, crowds = on_one_side(unrest, crowds, forces.aimed)
            violence = violence + unrest
        push = None if self._push is None else self._push.at(seconds)
        return Danger(violence, danger, leave, delay, on_road, push, crowds)

    def spilled(self, local: Danger) -> Danger:
        """The state with what spills over from place to place."""
        if self._spill is None:
            return local
        # Sums over places, not households: of fixed length, in a fixed order.
        violence = (self._spill * local.violence[None, :]).sum(axis=1)
        danger = (self._spill[:, :, None] * local.danger[None, :, :]).sum(axis=1)
        return replace(local, violence=violence, danger=danger)


def links_of(event: Event, index: Mapping[str, int], ends: tuple[Ints, Ints] | None) -> list[int]:
    """Links in either direction of the routes that an event on the road is on."""
    if ends is None:
        return []
    here, there = index[event.place], index[event.to]
    pairs = zip(ends[0].tolist(), ends[1].tolist(), strict=True)
    return [link for link, pair in enumerate(pairs) if pair in ((here, there), (there, here))]


def on_one_side(violence: Floats, danger: Floats, aimed: Floats) -> tuple[Floats, Floats]:
    """Violence by place, and by group, where forces take part in it against some groups.

    What is aimed at these is multiplied, and violence as a whole grows by as much.

    Examples
    --------
    >>> both = on_one_side(np.array([0.8]), np.array([[0.8, 0.2]]), np.array([[1.5, 1.0]]))
    >>> [x.round(6).tolist() for x in both]
    [[1.2], [[1.2, 0.2]]]
    """
    part = danger / np.where(violence > 0.0, violence, 1.0)[:, None]
    return violence * (1.0 + ((aimed - 1.0) * part).max(axis=1)), danger * aimed


def in_force(condition: Condition, now: datetime) -> bool:
    """Whether a condition holds at a moment: in its window, and in its hours of the day."""
    if not condition.start <= now < condition.stop:
        return False
    if condition.hours is None:
        return True
    first, last = condition.hours
    hour = now.hour + now.minute / 60.0 + now.second / 3600.0
    return first <= hour < last if first <= last else hour >= first or hour < last


class _EventTable:
    """The events as arrays over which the shape of violence in time is evaluated at once."""

    def __init__(
        self,
        cells: Sequence[tuple[Event, int]],
        n: int,
        groups: Sequence[str],
        start: datetime,
        negligible: float,
    ) -> None:
        events = [event for event, _ in cells]

        def seconds(moments: list[datetime]) -> Floats:
            return np.array([(m - start).total_seconds() for m in moments])

        self._cell = np.array([cell for _, cell in cells], dtype=np.int64)
        self._start = seconds([e.start for e in events])
        self._peak = seconds([e.peak for e in events])
        self._until = seconds([e.until for e in events])
        self._half = 3600.0 * np.array([e.half_life_hours or 0.0 for e in events])
        self._size = np.array([e.intensity * e.part for e in events])
        self._target = np.array([[e.target.get(g, 0.0) for g in groups] for e in events])
        self._target = self._target.reshape(len(events), len(groups))
        # Cells by place or link and group, so that one sum over the events serves all of them.
        self._cell_of_group = (self._cell[:, None] * len(groups) + np.arange(len(groups))).ravel()
        self._n, self._negligible = n, negligible

    def at(self, seconds: float) -> tuple[Floats, Floats]:
        """Intensity by place or link (n,), and as far as it targets each group (n, G)."""
        value = course(seconds, self._size, self._start, self._peak, self._until, self._half)
        value[value < self._negligible] = 0.0
        violence = np.bincount(self._cell, value, self._n).astype(np.float64)
        aimed = (value[:, None] * self._target).ravel()
        danger = np.bincount(self._cell_of_group, aimed, self._n * self._target.shape[1])
        return violence, danger.astype(np.float64).reshape(self._n, self._target.shape[1])
