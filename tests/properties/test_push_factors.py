"""Threats, lost places, drivers and the ways out, in random worlds under random policies."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flowsim.model.simulation import Simulation
from flowsim.policy import Closed
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from flowsim.world.push_config import Driver, Level, Threat
from tests.model.worlds import hours, same_bytes
from tests.properties.on_both_engines import assert_same_bytes_and_all_persons
from tests.properties.strategies import few, scenarios
from tests.properties.together import with_push


def pushed(most: int = 70, steps: tuple[str, ...] = ("1h", "6h")) -> st.SearchStrategy[Scenario]:
    """A random world with threats, of which one may lose places, and a driver."""
    return scenarios(most=most, steps=steps).flatmap(with_push)


@few(12)
@given(scenario=pushed(), seed=st.integers(0, 2**64))
def test_both_engines_give_the_same_bytes_and_keep_all_persons(scenario, seed):
    assert_same_bytes_and_all_persons(scenario, seed)


@few(12)
@given(scenario=pushed(steps=("1h",)))
def test_nobody_comes_to_stay_where_a_place_is_lost(scenario):
    """Once it is lost, the displaced and sheltered there only grow fewer."""
    simulation, before = Simulation(scenario), None
    while simulation.running:
        simulation.step()
        lost = simulation.danger.push.taken
        there = simulation.crowd.occupancy()
        if before is not None:
            assert (there[lost & before[1]] <= before[0][lost & before[1]]).all()
        before = there, lost


@few(12)
@given(scenario=pushed(steps=("1h",)), data=st.data())
def test_closing_crossings_never_makes_the_ways_out_better(scenario, data):
    names = sorted({route.crossing for route in scenario.routes if route.crossing})
    some = data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=2)) if names else ()
    scenario = scenario.with_values({"behaviour.leaving.way_out": 1.0})
    as_it_is, closed = (
        first_factor(one)
        for one in (scenario, scenario.add_policies("A-B", Closed(crossings=some)))
    )
    assert np.isfinite(as_it_is).all()
    assert (closed <= as_it_is * (1.0 + 1e-12)).all()


def first_factor(scenario: Scenario) -> np.ndarray:
    """What the ways out make of leaving as the run begins, (P, G)."""
    simulation = Simulation(scenario)
    simulation.violence(0)
    simulation.policies(0)
    simulation.news(0)
    return simulation.way_out


@few(8)
@given(scenario=scenarios(most=70, steps=("1h", "6h")))
def test_a_threat_or_driver_that_does_nothing_changes_nothing(scenario):
    name = scenario.places[0].name
    idle = scenario.model_copy(
        update={
            "threats": (Threat(name="T", places=(name,), start=hours(2), fear=0.0),),
            "drivers": (Driver(name="D"), Driver(name="E", leave_per_day=5.0)),
            "levels": (
                Level(driver="D", place=name, start=hours(1), level=3.0),
                Level(driver="E", place=name, start=hours(1), level=0.0),
            ),
        }
    )
    assert not same_bytes(run(scenario), run(idle))


@few(8)
@given(scenario=pushed(), data=st.data())
def test_the_order_in_the_file_does_not_matter(scenario, data):
    other = scenario.model_copy(
        update={
            key: tuple(data.draw(st.permutations(getattr(scenario, key))))
            for key in ("threats", "drivers", "levels")
        }
    )
    assert not same_bytes(run(scenario), run(other))
