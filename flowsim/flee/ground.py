"""What Flee's rules stand on: places, links and what the calendar makes of them each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from flowsim.arrays import Bools, Floats, Ints
from flowsim.behaviour.flee_config import FLOOD, HUNGER, Flee
from flowsim.clock import DAY
from flowsim.flee.closed import closed_by_day
from flowsim.flee.paths import Links
from flowsim.scenario.scenario import Scenario
from flowsim.world.push_factors import Course

CAMPS = ("camp", "idp_camp")


@dataclass(frozen=True)
class Ground:
    """Places, links and the calendar of a scenario, all numbers divided by `Flee.hasten`.

    Attributes
    ----------
    names : tuple of str, (P,)
    kinds : tuple of str, (P,)
    foreign, marker : bool arrays (P,)
    population : float64 array (P,)
    capacity : float64 array (P,)
        As it is given, not scaled; -1 where there is no limit.
    growth : float64 array (P,)
        Persons a day by which it grows.
    stock : int64 array (P,)
        Persons who are there on day 0.
    lat, lon : float64 arrays (P,)
    links : Links
    intensity : float64 array (D, P)
        Of conflict.
    since : int64 array (D, P)
        Day on which the conflict of a place last began, -1 before any.
    shut : bool array (D, L)
        Links that are closed.
    no_camp : bool array (D, P)
        Camps that are closed: as towns, they take in those who come, and let them go.
    hunger, flood : float64 arrays (D, P)
        Part of the people who go hungry at the start of the day; level of the flood.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    foreign: Bools
    marker: Bools
    population: Floats
    capacity: Floats
    growth: Floats
    stock: Ints
    lat: Floats
    lon: Floats
    links: Links
    intensity: Floats
    since: Ints
    shut: Bools
    no_camp: Bools
    hunger: Floats
    flood: Floats

    @property
    def days(self) -> int:
        """Length of the run."""
        return self.intensity.shape[0]

    @property
    def camps(self) -> Bools:
        """Places that are a camp, open or closed, (P,)."""
        return np.array([kind in CAMPS for kind in self.kinds], dtype=bool)


def ground_of(scenario: Scenario) -> Ground:
    """The ground of a scenario; its length is cut to whole days."""
    places, flee = scenario.places, scenario.flee
    days = int((scenario.end - scenario.start).total_seconds()) // DAY
    index = {place.name: i for i, place in enumerate(places)}
    ends = [(index[route.start], index[route.end]) for route in scenario.routes]
    links = Links.of(ends, [route.km for route in scenario.routes])
    intensity, since = _conflict(scenario, index, days, flee)
    shut, no_camp = closed_by_day(scenario, index, days)
    stock = np.array([place.sheltered // flee.hasten for place in places], dtype=np.int64)
    return Ground(
        names=tuple(index),
        kinds=tuple(place.kind for place in places),
        foreign=np.array([p.country not in scenario.flee_from for p in places], dtype=bool),
        marker=np.array([place.kind == "marker" for place in places], dtype=bool),
        population=np.array([float(p.population // flee.hasten) for p in places]),
        capacity=_capacity(scenario, stock),
        growth=np.array([place.capacity_per_day / flee.hasten for place in places]),
        stock=stock,
        lat=np.array([place.lat for place in places]),
        lon=np.array([place.lon for place in places]),
        links=links,
        intensity=intensity,
        since=since,
        shut=shut,
        no_camp=no_camp,
        hunger=_levels(scenario, HUNGER, days),
        flood=_levels(scenario, FLOOD, days),
    )


def _capacity(scenario: Scenario, stock: Ints) -> Floats:
    """Persons whom camps can take; one below one has no limit, as in Flee.

    Flee takes those of day 0 off the capacity and counts them as present, too: `Flee.strict`.
    """
    flee = scenario.flee
    told = np.full(len(scenario.places), -1.0)
    for i, place in enumerate(scenario.places):
        if place.kind in CAMPS and place.capacity is not None:
            taken = int(stock[i]) if flee.strict and flee.spawning.insert_day0 else 0
            told[i] = place.capacity // flee.hasten - taken
    return np.where(told < 1.0, -1.0, told)


def _levels(scenario: Scenario, name: str, days: int) -> Floats:
    """Level of a driver at the start of each day, (D, P); 0 where there is none of that name."""
    for driver in scenario.drivers:
        if driver.name == name:
            course = Course(driver, scenario.levels, scenario.places, (), scenario.start)
            return np.array([course.level(day * DAY) for day in range(days)]).reshape(days, -1)
    return np.zeros((days, len(scenario.places)))


def _conflict(
    scenario: Scenario, index: dict[str, int], days: int, flee: Flee
) -> tuple[Floats, Ints]:
    """Intensity at the beginning of each day, and the day on which it last rose from nothing."""
    intensity = np.zeros((days, len(index)))
    starts = [scenario.start + timedelta(days=day) for day in range(days)]
    for event in scenario.violence.events:
        first, stop = np.searchsorted(
            np.array(starts, dtype="datetime64[s]"),
            np.array([event.start, event.until], dtype="datetime64[s]"),
        )
        intensity[first:stop, index[event.place]] += event.intensity
    there = intensity > 0.0
    begins = there & ~np.vstack([np.zeros((1, len(index)), dtype=bool), there[:-1]])
    number = np.where(begins, np.arange(days)[:, None], -1)
    since = np.maximum.accumulate(number, axis=0)
    if flee.strict:  # Flee sees the first day of a spell, and none of its changes
        first_day = np.take_along_axis(intensity, np.maximum(since, 0), axis=0)
        intensity = np.where(there, first_day, 0.0)
    return intensity, since
