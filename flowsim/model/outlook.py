"""What a scenario holds in store, interval by interval, before anybody has moved: no run is made.

Violence, what policies state, hazards of leaving and what people believe are asked of the same laws
as in a run, with empty queues and camps that hold whom they held at the start. How many leave is
the mean-field limit of the hazards: neighbours who left count, chance does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.leaving import heard, news_kernel
from flowsim.behaviour.origins import OriginWeights
from flowsim.behaviour.rules import RULES, RuleView, ask
from flowsim.behaviour.settling import Refuges, excess_load, free_part, taken_in_at_most
from flowsim.clock import DAY
from flowsim.model.beliefs import Beliefs, Grapevine, Snapshot, rows_of_beliefs
from flowsim.model.borders import Borders
from flowsim.model.circumstances import Circumstances
from flowsim.model.laws import Laws
from flowsim.model.ways_out import WaysOut
from flowsim.policy.config import Authority
from flowsim.scenario.scenario import Scenario
from flowsim.world.arrivals import Origins, spells, where_from
from flowsim.world.escalation import course_of
from flowsim.world.violence import Danger
from flowsim.world.world import World

ADDED = ("violence", "fear", "drivers", "news", "neighbours")
"""Terms of the hazard of leaving that add up, before the factors."""


def world_of(scenario: Scenario) -> World:
    """The world of a scenario."""
    return World(
        scenario.places, scenario.routes, scenario.groups, scenario.flee_from,
        scenario.violence, scenario.conditions, scenario.forces, scenario.start,
        scenario.threats, scenario.drivers, scenario.levels, scenario.capacities,
    )  # fmt: skip


class Untouched:
    """What an authority sees of a border that nobody has come to (`flowsim.view.BorderView`)."""

    def __init__(self, outlook: Outlook, section: Authority, border: str) -> None:
        self.name, self.country, self.border = section.name, section.country, border
        self.crossings = outlook.borders.crossings_of[border]
        self._outlook = outlook
        self._notes: dict[int, dict[str, Any]] = {}

    @property
    def now(self) -> datetime:
        """Local time."""
        return self._outlook.scenario.start + timedelta(seconds=self._outlook.seconds)

    seen_at = now

    def waiting(self, crossing: str | None = None) -> int:
        return 0

    def admitted(self, crossing: str | None = None) -> int:
        return 0

    def irregular(self, crossing: str | None = None) -> int:
        return 0

    def sheltered(self, place: str | None = None) -> int:
        return int(self._outlook.settled[self._own((place,) if place else ())].sum())

    def occupancy(self, places: Sequence[str] = ()) -> float:
        capacity = self._outlook.world.capacity_at(self._outlook.seconds)
        limited = [p for p in self._own(places) if capacity[p] > 0]
        held = self._outlook.settled[limited].sum()
        return float(held / capacity[limited].sum()) if limited else 0.0

    def violence(self, place: str = "") -> float:
        seen, names = self._outlook.danger.violence, self._outlook.world.network.names
        return float(seen[names.index(place)] if place else seen.max(initial=0.0))

    def memory(self, policy: object) -> dict[str, Any]:
        return self._notes.setdefault(id(policy), {})

    def _own(self, names: Sequence[str]) -> list[int]:
        every = self._outlook.world.places
        return [
            p
            for p, place in enumerate(every)
            if place.country == self.country and (not names or place.name in names)
        ]


@dataclass(frozen=True)
class Interval:
    """An interval of the grid.

    Attributes
    ----------
    start, stop : int
        Seconds since the start of the run.
    terms : dict of str to float64 array (P, G)
        What the hazard of leaving is made of: `ADDED` in 1/day, times the factors `ability`,
        `gunfire`, `flees`, `hurry` and `way out`, and beside them `lost` in 1/day, by which people
        leave a place that is lost. Empty where it is told how many leave.
    rate : float64 array (P, G)
        Hazard of leaving, 1/day.
    left : float64 array (P, G)
        Persons who leave in it.
    """

    start: int
    stop: int
    terms: dict[str, Floats]
    rate: Floats
    left: Floats


class Outlook:
    """The course of a scenario before anybody has moved.

    Parameters
    ----------
    scenario : Scenario
        With the model's own rules.

    Attributes
    ----------
    seconds : int
        How far the course has been followed.
    settled : int64 array (P,)
        Persons sheltered away from home at the start.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario, self.world = scenario, world_of(scenario)
        self.duration = int((scenario.end - scenario.start).total_seconds())
        self.borders = Borders(scenario, self.world)
        self.laws = Laws(scenario, self.world, 1)
        self._circumstances = Circumstances(scenario, self.world, self.borders)
        self._nobody = np.zeros(len(self.world.network.crossings), dtype=np.int64)
        self.settled = np.array([place.sheltered for place in self.world.places], dtype=np.int64)
        self.seconds = 0
        self._course = course_of(self.world, scenario.grid_s, None)
        self.danger: Danger = self._course.at(0)
        self.grapevine = Grapevine(
            scenario.behaviour, self.world, self.laws.routes, self.laws.hours,
            destinations=self.laws.destinations,
        )  # fmt: skip
        self.known = self.late = Snapshot(self.danger, self.borders.rules)
        self._views = {
            (border.id, side.country): Untouched(self, side, border.id)
            for border in scenario.borders for side in border.authorities
        }  # fmt: skip
        leaving = scenario.behaviour.leaving
        self._kernel = news_kernel(self.world.network.km_between, leaving.news_km)
        self._once_shut = np.zeros(len(self.world.places), dtype=bool)

    def intervals(self, most: int | None = None) -> Iterator[Interval]:
        """The intervals one after the other; with ``most``, no more than so many longer ones.

        While one is looked at, all that is asked of the outlook holds for it.
        """
        grid = self.scenario.grid_s
        if most is not None:
            grid *= max(1, -(-self.duration // (grid * most)))
        told = self.laws.told
        leaving = self._told(grid) if told else self._by_hazard(grid)
        for start in range(0, self.duration, grid):
            self._look(start)
            yield next(leaving)

    def _look(self, start: int) -> None:
        half = self.scenario.grid_s // 2
        self.seconds, self.danger = start, self._course.at(start + half)
        self.borders.observe(start, self._views)  # type: ignore[arg-type]
        self._once_shut |= self.borders.shut
        self.known = Snapshot(self.danger, self.borders.rules, self.borders.roads)
        self.talked_of, self.late = self.grapevine.hear(start, self.known)

    def _by_hazard(self, grid: int) -> Iterator[Interval]:
        """Those who leave by the hazards: the frail first, and the more the more have left."""
        behaviour, residents = self.scenario.behaviour, self.world.residents
        variance, memory = behaviour.leaving.frailty_variance, behaviour.leaving.neighbours_hours
        flees = np.array([group.flees for group in self.world.groups])
        ways_out = self._ways_out() if behaviour.leaving.way_out > 0.0 else None
        way_out, uncrowded = np.ones(residents.shape), np.zeros(len(residents))
        inside = self.world.inside[:, None]
        so_far, lost, gone = (np.zeros(residents.shape) for _ in range(3))
        home = np.ones(residents.shape)
        for start in range(0, self.duration, grid):
            stop = min(start + grid, self.duration)
            hurry = 1.0 + behaviour.leaving.hurry * self.grapevine.hurry(self.known, self.late)
            if ways_out is not None:
                way_out = ways_out.factor(self.beliefs())
            now = self.scenario.start + timedelta(seconds=start)
            view = self._circumstances.view(
                now, self.danger, heard(self._kernel, self.talked_of), gone,
                self.grapevine.hurry(self.known, self.late),
                self.grapevine.awaited(self.known, self.late), self._nobody, way_out, uncrowded,
            )  # fmt: skip
            rate = ask(RULES["leave"], "leave", view, residents.shape, now) * flees * hurry
            rate = rate * way_out * inside
            so_far += rate * (stop - start) / DAY
            lost += view.push.must_leave * inside * (stop - start) / DAY
            still = _still_home(so_far, variance) * np.exp(-lost)
            left, home = home - still, still
            rate = rate + view.push.must_leave * inside
            yield Interval(start, stop, _terms(view, flees, hurry), rate, left * residents)
            faded = gone * np.exp(-(stop - start) / (memory * 3600.0))
            gone = np.minimum(faded + left * (residents > 0), 1.0)

    def _told(self, grid: int) -> Iterator[Interval]:
        """Those who are told to leave, where they live by the weights."""
        scenario, world = self.scenario, self.world
        course = course_of(world, scenario.grid_s, None)
        weigh = OriginWeights(scenario.behaviour.origins, world, self.duration, course)
        origins = Origins(world.network.names, world.groups, world.residents)
        spread = []
        for row, first, last in spells(scenario.arrivals, scenario.start, self.duration):
            share = np.diff(
                origins.cells(where_from(origins, row, weigh.at((first + last) // 2))), prepend=0.0
            )
            spread.append((first, last, row.persons * share.reshape(world.residents.shape)))
        none = np.zeros(world.residents.shape)
        for start in range(0, self.duration, grid):
            stop = min(start + grid, self.duration)
            left = none.copy()
            while spread and spread[0][1] <= start:
                spread.pop(0)
            for first, last, persons in spread:
                if first >= stop:
                    break
                left += persons * (min(stop, last) - max(start, first)) / (last - first)
            yield Interval(start, stop, {}, none, left)

    def refuges(self) -> Refuges:
        """What people hear of places to settle at, as the camps stood at the start."""
        shut = self.borders.shut
        if self.danger.push is not None:
            shut = shut | self.danger.push.taken
        return self._room(shut, self._once_shut & ~self.borders.shut)

    def _room(self, shut: Bools, opened: Bools) -> Refuges:
        reception, there = self.scenario.behaviour.reception, self.settled
        capacity = self.world.capacity_at(self.seconds)
        most = taken_in_at_most(capacity, reception.overfull)
        taken = (capacity >= 0) & (there >= most * reception.full)
        excess = excess_load(capacity, there, reception.crowded_from)
        return Refuges(taken | shut, free_part(most, there), there, opened, excess)

    def beliefs(self) -> Beliefs:
        """What people believe at the moment."""
        return self.grapevine.believe(
            self.seconds, self.known, self.late, self.queue(), self.refuges()
        )

    def _ways_out(self) -> WaysOut:
        lived_in = np.flatnonzero(self.world.residents.sum(axis=0))
        rows = rows_of_beliefs(self.scenario.behaviour, self.world, lived_in)
        none = np.zeros(len(self.world.places), dtype=bool)
        return WaysOut(self.laws, self.grapevine, self._room(none, none), rows)

    def queue(self) -> Ints:
        """Nobody waits."""
        return np.zeros(len(self.world.network.gates), dtype=np.int64)


def _still_home(exposure: Floats, variance: float) -> Floats:
    """Share who have not left under an integrated hazard and a gamma frailty of that variance."""
    if variance == 0.0:
        return np.exp(-exposure)
    return np.asarray((1.0 + variance * exposure) ** (-1.0 / variance))


def _terms(view: RuleView, flees: Floats, hurry: Floats) -> dict[str, Floats]:
    section, shape = view.behaviour.leaving, view.danger.shape
    return {
        "violence": section.violence_per_day * view.danger,
        "fear": section.fear_per_day * view.push.fear,
        "drivers": view.push.leave,
        "news": section.news_per_day * view.news,
        "neighbours": section.neighbours_per_day * view.gone,
        "ability": view.ability,
        "gunfire": np.exp(-section.trapped * view.danger),
        "flees": np.broadcast_to(flees, shape),
        "hurry": np.broadcast_to(hurry, shape),
        "way out": view.way_out,
        "lost": view.push.must_leave,
    }
