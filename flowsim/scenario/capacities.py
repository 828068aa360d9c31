"""A scenario whose camps have no limit, as capacities may leak what they are to predict."""

from __future__ import annotations

from flowsim.scenario.scenario import Scenario


def without_capacities(scenario: Scenario) -> Scenario:
    """The scenario with camps that take in whoever comes; places that take nobody stay so."""
    grow = {row.place for row in scenario.capacities if row.room >= 1.0}
    grow |= {place.name for place in scenario.places if place.capacity_per_day > 0.0}
    places = tuple(
        place.model_copy(update={"capacity": None, "capacity_per_day": 0.0})
        if place.capacity or place.name in grow
        else place
        for place in scenario.places
    )
    return scenario.model_copy(update={"places": places, "capacities": ()})
