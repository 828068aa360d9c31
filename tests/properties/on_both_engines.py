"""What holds of any scenario on both engines."""

from __future__ import annotations

from flowsim.model.simulation import Simulation
from flowsim.running import run
from flowsim.scenario.checks import check
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import same_bytes


def assert_same_bytes_and_all_persons(scenario: Scenario, seed: int) -> None:
    """Both engines give the same bytes, and nobody is lost or made."""
    assert not check(scenario)
    one, other = (run(scenario, seed=seed, engine=engine) for engine in ("columns", "agents"))
    assert not same_bytes(one, other)
    alive = one.people.sum(("place", "group", "status"))
    dead = one.deaths.sum(("place", "group")).cumsum("time")
    residents = int(Simulation(scenario).world.residents.sum())
    assert ((alive + dead) == residents).all()
