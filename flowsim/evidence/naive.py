"""Forecasts without a simulation, to hold one against: all know how many are registered a day.

Of a camp's own series they know day 0, but for those whose names say more. Each gives persons by
day and camp that add up to the registered sum, and is judged on the days that it forecasts: what it
was told is not a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.evidence.registered import Registered
from flowsim.scenario.scenario import Scenario

EXPONENT = 2.0
"""Of distance in the gravity model."""


class Forecast(NamedTuple):
    """Persons by day and camp, without a simulation.

    Attributes
    ----------
    persons : float64 array (D, C)
    first : int
        The first day that it forecasts; days before it are as they were registered.
    same_as : str
        An earlier forecast from which it does not differ on any day that it forecasts; empty where
        there is none.
    why : str
        Why it is the same, where that is known.
    """

    persons: Floats
    first: int = 0
    same_as: str = ""
    why: str = ""


def naive_forecasts(scenario: Scenario, known: Registered) -> Mapping[str, Forecast]:
    """All of them by name.

    =======================  =====================================================================
    ``equal shares``         every camp alike
    ``last value``           the shares of day 0 for good; alike where nobody is registered then.
                             It forecasts from day 1 on
    ``share frozen, day n``  the shares of day 7 or 30 for good, likewise; it forecasts from the day
                             after on
    ``share of capacity``    by capacity; capacities mostly are the largest registration, so it
                             reads the answer (left out where a camp has none)
    ``capacity, begun``      the same among the camps whose series has begun: it reads it twice
    ``gravity``              population of places in danger over distance by road, squared (Zipf
                             1946, "The P1 P2 / D hypothesis"); nothing of capacity
    =======================  =====================================================================
    """
    data = known.persons
    found = {
        "equal shares": Forecast(_shared(np.ones_like(data), data)),
        "last value": _frozen(data, 0),
        "share frozen, day 7": _frozen(data, 7),
        "share frozen, day 30": _frozen(data, 30),
        "gravity": Forecast(_shared(_gravity(scenario, known), data)),
    }
    by_name = {place.name: place for place in scenario.places}
    capacity = np.array([by_name[camp].capacity or 0 for camp in known.camps], dtype=np.float64)
    if capacity.all():
        begun = np.arange(data.shape[0])[:, None] >= known.first[None, :]
        every = np.tile(capacity, (data.shape[0], 1))
        found["share of capacity"] = Forecast(_shared(every, data))
        found["capacity, begun"] = Forecast(_shared(capacity * np.maximum(begun, 1e-12), data))
    return _compared(found)


def _compared(found: Mapping[str, Forecast]) -> dict[str, Forecast]:
    """The same with those told that are others under another name."""
    told: dict[str, Forecast] = {}
    for name, forecast in found.items():
        twin = next((other for other in told if _is_same(forecast, told[other])), "")
        told[name] = forecast._replace(same_as=twin, why=forecast.why if twin else "")
    return told


def _is_same(one: Forecast, other: Forecast) -> bool:
    first = max(one.first, other.first)
    return first < len(one.persons) and np.allclose(
        one.persons[first:], other.persons[first:], rtol=1e-9, atol=1e-6
    )


def _shared(weight: Floats, data: Floats) -> Floats:
    """The registered sum of each day by weights (D, C); alike where no weight is above zero."""
    total = weight.sum(axis=1, keepdims=True)
    share = np.where(total > 0.0, weight / np.where(total > 0.0, total, 1.0), 1.0 / weight.shape[1])
    return np.asarray(share * data.sum(axis=1, keepdims=True))


def _frozen(data: Floats, day: int) -> Forecast:
    """The shares of a day for all days after it."""
    at = min(day, data.shape[0] - 1)
    frozen = _shared(np.tile(data[at], (data.shape[0], 1)), data)
    persons = np.where(np.arange(data.shape[0])[:, None] <= day, data, frozen)
    why = "" if data[at].any() else f"nobody is registered on day {at}"
    return Forecast(persons, day + 1, why=why)


def _gravity(scenario: Scenario, known: Registered) -> Floats:
    """Population of the places in danger that day over their distance squared, (D, C)."""
    km, days = road_km(scenario), known.persons.shape[0]
    names = [place.name for place in scenario.places]
    people = np.array([float(place.population) for place in scenario.places])
    danger = np.zeros((days, len(names)))
    for event in scenario.violence.events:
        first = max(0, (event.start - scenario.start).days)
        last = min(days, (event.until - scenario.start).days)
        danger[first : max(last, first + 1), names.index(event.place)] += event.intensity
    camps: Ints = np.array([names.index(camp) for camp in known.camps], dtype=np.int64)
    with np.errstate(divide="ignore"):
        near = np.maximum(km[:, camps], 1.0) ** -EXPONENT
    return np.asarray((danger * people) @ near)


def road_km(scenario: Scenario) -> Floats:
    """Shortest way by the routes between each two places, kilometres, (P, P); inf without one.

    By way of each place in turn (Floyd 1962, "Algorithm 97: shortest path"): places are few.
    """
    index = {place.name: i for i, place in enumerate(scenario.places)}
    km = np.full((len(index), len(index)), np.inf)
    np.fill_diagonal(km, 0.0)
    for route in scenario.routes:
        ends = [index[route.start], index[route.end]]
        km[ends, ends[::-1]] = np.minimum(km[ends, ends[::-1]], route.km)
    for by in range(len(index)):
        km = np.minimum(km, km[:, by, None] + km[None, by, :])
    return km
