"""The first step of whatever has loaded, where that is quick."""

from __future__ import annotations

import warnings

import flowsim as fs
from flowsim.scenario.scenario import Scenario

PERSONS, TICKS, INTERVALS, PLACES = 5_000, 50, 10_000, 40
"""Most of each in a scenario that is tried."""


def is_quick(scenario: Scenario) -> bool:
    """Whether its first step, or by Flee's rules the whole run, takes well under a second."""
    residents = sum(place.population + place.sheltered for place in scenario.places)
    arrivals = sum(arrival.persons for arrival in scenario.arrivals)
    seconds = (scenario.end - scenario.start).total_seconds()
    ticks = scenario.step / min(scenario.step, scenario.grid_s)
    if scenario.rules == "flee":
        ticks = seconds / min(scenario.step, 86_400)
        if scenario.flee.spawning.mode != "data":
            return False
    small = residents + arrivals <= PERSONS and len(scenario.places) <= PLACES
    return small and ticks <= TICKS and seconds / scenario.record <= INTERVALS


def run_briefly(scenario: Scenario) -> bool:
    """Take a step: a scenario that loads goes on, or tells in one of the house's errors why not.

    Returns
    -------
    bool
        Whether it went on.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            if scenario.rules == "flee":
                fs.run(scenario, seed=1)
            else:
                fs.FlowModel(scenario, rng=1).step()
        except (fs.ScenarioError, fs.SimulationError):
            return False
    return True
