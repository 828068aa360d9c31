"""How many start each day and where: told, or by conflict; nothing of it depends on who moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats, Ints, Keys
from flowsim.behaviour.flee_config import Flee
from flowsim.clock import DAY
from flowsim.draws import Purpose, mix, text_key, uniform
from flowsim.errors import Problem, ScenarioError
from flowsim.flee.ground import Ground
from flowsim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Starts:
    """Everybody, in the order in which they come: first those who are in camps on day 0.

    Attributes
    ----------
    key : uint64 array (N,)
        Of their draws.
    place : int64 array (N,)
        Where they start.
    first : int64 array (D + 1,)
        Number of the first who starts on a day; those before ``first[0]`` are there already.
    population : float64 array (D, P)
        Residents left on the morning of a day, before anybody starts.
    """

    key: Keys
    place: Ints
    first: Ints
    population: Floats


def decay(flee: Flee, ground: Ground) -> Floats:
    """Factor on places in conflict by the days since it began, (D, P)."""
    told = flee.spawning.conflict_spawn_decay
    if not told:
        return np.ones(ground.since.shape)
    age = np.maximum(np.arange(ground.days)[:, None] - ground.since, 0)
    step = (age / flee.spawning.conflict_spawn_decay_interval).astype(np.int64)
    return np.array(told)[np.minimum(step, len(told) - 1)]


def plan_starts(scenario: Scenario, ground: Ground, seed: np.uint64) -> Starts:
    """Who starts where and when.

    In mode `data` the day's persons are shared among places by population times intensity times
    decay, which Flee keeps from the evening before unless a conflict begins or ends. Where no place
    is in conflict they wait for the first day on which one is (Flee stops with an error).

    Raises
    ------
    ScenarioError
        People are told to come, and there never is a conflict.
    """
    spawning, left = scenario.flee.spawning, ground.population.copy()
    told, weary = _told(scenario, ground), decay(scenario.flee, ground)
    populations, keys, places, counts = [], [], [], []
    carried, weighed = 0, False
    for day in range(ground.days):
        populations.append(left.copy())
        name = text_key("daily", day)
        if spawning.mode == "data":
            weight = _weights(scenario.flee, ground, weary, day, left)
            weighed = weighed or bool(weight.any())
            persons = carried + int(told[day].sum())
            key, place = _drawn(seed, name, persons, told[day, :-1], weight)
            carried = persons - place.size
        else:
            number = _by_conflict(scenario.flee, ground, day, left, seed)
            place = np.repeat(np.arange(left.size), number)
            key = mix(np.full(place.size, name), np.arange(place.size, dtype=np.uint64))
        if spawning.take_from_population:
            left = np.maximum(left - np.bincount(place, minlength=left.size), 0.0)
        keys.append(key)
        places.append(place)
        counts.append(place.size)
    if carried and not weighed:
        wrong = f"{carried} persons arrive, but no place is ever in conflict"
        raise ScenarioError([Problem("violence.events", wrong, "give spells of conflict")])
    stock = ground.stock if spawning.insert_day0 else np.zeros_like(ground.stock)
    there = np.repeat(np.arange(stock.size), stock)
    old = mix(np.full(there.size, text_key("day 0")), np.arange(there.size, dtype=np.uint64))
    return Starts(
        key=np.concatenate([old, *keys]),
        place=np.concatenate([there, *places]),
        first=there.size + np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        population=np.array(populations),
    )


def _told(scenario: Scenario, ground: Ground) -> Ints:
    """Persons who come each day from each place, the last column from wherever; (D, P + 1).

    Divided by `hasten` so that no part of a person is lost over the days. Without `insert_day0`
    those who would be in camps come on day 0.
    """
    index = {name: i for i, name in enumerate(ground.names)}
    persons = np.zeros((ground.days, len(index) + 1), dtype=np.int64)
    for row in scenario.arrivals:
        day = int((row.start - scenario.start).total_seconds() // DAY)
        if 0 <= day < ground.days:
            persons[day, index[row.place] if row.place else -1] += row.persons
    if not scenario.flee.spawning.insert_day0:
        persons[0, -1] += sum(place.sheltered for place in scenario.places)
    whole = np.cumsum(persons, axis=0) // scenario.flee.hasten
    return np.diff(whole, axis=0, prepend=0)


def _weights(flee: Flee, ground: Ground, weary: Floats, day: int, left: Floats) -> Floats:
    there = ground.intensity > 0.0
    fresh = day == 0 or bool((there[day] != there[day - 1]).any())
    of = day if fresh or not flee.spawning.conflict_spawn_decay else day - 1
    weight = left * ground.intensity[day] * weary[of]
    if flee.spawning.starvation_driven_spawning:
        hungry = np.minimum(left, weight + left * ground.hunger[day])
        among = there[day] | (not flee.spawning.conflict_zone_spawning_only)
        weight = np.where(among, hungry, 0.0)
    return weight


def _drawn(
    seed: np.uint64, name: np.uint64, persons: int, placed: Ints, weight: Floats
) -> tuple[Keys, Ints]:
    """Keys and places: those whose place is told, and the others by weight."""
    here = np.repeat(np.arange(placed.size), placed)
    total = float(weight.sum())
    size = persons if total > 0.0 else here.size
    key = mix(np.full(size, name), np.arange(size, dtype=np.uint64))
    luck = uniform(seed, key[here.size :], Purpose.ORIGIN, np.zeros(size - here.size, np.int64))
    share = np.cumsum(weight)[:-1] / (total or 1.0)
    return key, np.concatenate([here, np.searchsorted(share, luck, side="right")])


def _by_conflict(flee: Flee, ground: Ground, day: int, left: Floats, seed: np.uint64) -> Ints:
    """Persons who start at each place in conflict, (P,)."""
    spawning, intensity = flee.spawning, ground.intensity[day]
    if spawning.mode == "pop_ratio":
        number = np.floor(spawning.displaced_per_conflict_day * left * intensity)
    elif spawning.mode == "constant":
        number = np.floor(spawning.displaced_per_conflict_day * intensity / flee.hasten)
    else:
        key = mix(np.array([seed]), text_key("poisson", day))
        mean = spawning.displaced_per_conflict_day * intensity / flee.hasten
        number = np.random.default_rng(int(key[0])).poisson(mean)
    if spawning.take_from_population:
        number = np.minimum(number, left)
    return number.astype(np.int64)
