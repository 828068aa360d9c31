"""A run by Flee's daily rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from flowsim.arrays import Floats, Ints
from flowsim.daily.check import unknown_to_flee
from flowsim.daily.crowd import Crowd
from flowsim.daily.ground import Ground, ground_of
from flowsim.daily.spawning import Starts, plan_starts
from flowsim.daily.today import Today
from flowsim.daily.walk import Walk
from flowsim.daily.ways import find_ways
from flowsim.draws import seed_key, seed_text
from flowsim.errors import ScenarioError
from flowsim.scenario.scenario import Scenario


@dataclass(frozen=True)
class Days:
    """What a run by the daily rules gives: persons at the end of each day.

    Attributes
    ----------
    places : tuple of str, (P,)
    persons : int64 array (D, P)
        At each place, those of day 0 in camps with them.
    on_way : int64 array (D, P)
        On a link, by the place where it starts.
    to_come : int64 array (D, P)
        Who will start later, by where.
    violence : float64 array (D, P)
        Intensity of conflict.
    seed : str
    """

    places: tuple[str, ...]
    persons: Ints
    on_way: Ints
    to_come: Ints
    violence: Floats
    seed: str

    def sheltered(self, camps: Sequence[str]) -> Floats:
        """Persons at some places at the end of each day, (D, C)."""
        at = [self.places.index(name) for name in camps]
        return self.persons[:, at].astype(np.float64)


def simulate(scenario: Scenario, seed: int | str = 1) -> Days:
    """Run a scenario by Flee 3's rules, one day after the other.

    On a day people appear, closures change, all who try to move choose a way and step on to it, and
    then each goes on until its day is over, seeing how full camps are by then.

    Parameters
    ----------
    scenario : Scenario
    seed : int or str
        Of all draws: the same seed gives the same numbers.

    Raises
    ------
    ScenarioError
        With everything in the scenario that these rules do not know.
    """
    key = seed_key(seed)
    problems = unknown_to_flee(scenario)
    if problems:
        raise ScenarioError(problems)
    flee = scenario.flee
    ground = ground_of(scenario)
    ways = find_ways(ground.links, ground.marker, flee.awareness_level)
    starts = plan_starts(scenario, ground, key)
    places = len(ground.names)
    crowd = Crowd(flee, ground.links, starts, key, places, ground.days)
    persons, on_way = np.zeros((2, ground.days, places), dtype=np.int64)
    before: Today | None = None
    for day in range(ground.days):
        today = Today(flee, ground, ways, day, starts.population[day])
        _morning(crowd, starts, before, today)
        Walk(flee, ground.links, ways, crowd, today).run()
        persons[day], on_way[day], before = crowd.present, crowd.moving, today
    many = flee.hasten
    return Days(
        places=ground.names, persons=persons * many, on_way=on_way * many,
        to_come=_to_come(starts, ground) * many, violence=ground.intensity, seed=seed_text(seed),
    )  # fmt: skip


def _morning(crowd: Crowd, starts: Starts, before: Today | None, today: Today) -> None:
    """People appear, and closures and conflicts change."""
    first, last = starts.first[today.day : today.day + 2].tolist()
    if before is None:
        crowd.appear(0, first, today)
    else:
        crowd.turn_back(today.shut & ~before.shut)
        changed = today.chance != before.chance
        if changed.any():
            crowd.draw_waits_anew(changed, today)
    crowd.appear(first, last, today)


def _to_come(starts: Starts, ground: Ground) -> Ints:
    """Persons who have not started by the end of each day, by where they will, (D, P)."""
    shape = (ground.days, len(ground.names))
    day = np.repeat(np.arange(ground.days), np.diff(starts.first))
    cell = day * shape[1] + starts.place[starts.first[0] :]
    started = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape)
    return np.asarray(started.sum(axis=0) - np.cumsum(started, axis=0))
