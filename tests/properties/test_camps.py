"""Capacities that change, overfull places and crowding, in random worlds under random policies."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flowsim.behaviour.settling import taken_in_at_most
from flowsim.model.simulation import Simulation
from flowsim.scenario.scenario import Scenario
from flowsim.world.config import PlaceCapacity
from tests.model.worlds import hours
from tests.properties.on_both_engines import assert_same_bytes_and_all_persons
from tests.properties.strategies import few, rates, scenarios
from tests.properties.test_movement import nothing_burnt


@st.composite
def camps(draw: Any, steps: tuple[str, ...] = ("1h", "6h", "1d")) -> Scenario:
    """A random world in which the room at some places goes up and down."""
    scenario: Scenario = draw(scenarios(most=70, steps=steps))
    rows = [
        PlaceCapacity(
            place=place.name, start=hours(hour), persons=draw(st.integers(0, 30)),
            hosts=draw(st.integers(0, 3)), between=draw(st.sampled_from(("hold", "line"))),
        )
        for place in scenario.places
        for hour in draw(st.lists(st.integers(-5, 30), max_size=3, unique=True))
    ]  # fmt: skip
    told = {
        "overfull": draw(rates(0.0, 0.5)), "crowded_from": draw(rates(0.5, 1.0)),
        "crowded_per_day": draw(rates(0.0, 2.0, 20.0)),
    }  # fmt: skip
    made = scenario.model_copy(update={"capacities": tuple(rows)})
    return made.with_values(
        {f"behaviour.reception.{name}": value for name, value in told.items()}
        | {"behaviour.routes.crowded_cost": draw(rates(0.0, 3.0))}
    )


@few(15)
@given(scenario=camps(), seed=st.integers(0, 2**64))
def test_both_engines_give_the_same_bytes_and_keep_all_persons(scenario, seed):
    assert_same_bytes_and_all_persons(scenario, seed)


@few(15)
@given(scenario=camps(steps=("1h",)))
def test_nobody_is_taken_in_beyond_what_a_place_takes_at_most(scenario):
    """Where room shrinks below those who are there, they only grow fewer."""
    simulation = Simulation(nothing_burnt(scenario))
    overfull = scenario.behaviour.reception.overfull
    while simulation.running:
        before = simulation.crowd.occupancy()
        most = taken_in_at_most(simulation.world.capacity_at(simulation.seconds), overfull)
        simulation.step()
        limit = np.maximum(most, before)
        limited = most >= 0
        assert (simulation.crowd.occupancy()[limited] <= limit[limited]).all()
