"""Deaths are the integral of the hazard over the exposure of all, whatever they do.

Where all persons weigh alike, a run's expected deaths are `deaths_per_day` times its person-days of
danger, status by status. Exposure is summed over short ticks, in which few change their status.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from flowsim.model import simulation
from flowsim.model.axes import STATUSES, Status
from flowsim.model.hazards import hazards_of
from flowsim.results.result import Result
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import hours, rich, same_bytes

SIGMA = 4.0
PER_DAY = 0.25
ALIKE = {
    "deaths_per_day": PER_DAY, "wounded_per_death": 0.0, "women": 1.0, "children": 1.0,
    "elderly": 1.0, "on_the_way": 0.8, "danger_ahead": 0.3, "detained": 3.0, "crush_per_day": 0.0,
    "fence_death": 0.0,
}  # fmt: skip
GUARDED = [
    {"type": "closed", "start": hours(2), "stop": hours(36), "leak": 0.3,
     "detention": 0.9, "detention_hours": 12},
    {"type": "push_back", "start": hours(2), "stop": hours(36), "inside": 0.5},
]  # fmt: skip


def spell(place: str, intensity: float, until: float = 47.0, **more: Any) -> dict[str, Any]:
    return {
        "place": place, "start": hours(0), "peak": hours(3), "until": hours(until),
        "half_life_hours": 2, "intensity": intensity, "target": {"U": 1, "K": 0.4}, **more,
    }  # fmt: skip


def everywhere(persons: int = 20_000, **changes: Any) -> Scenario:
    """A world in which people of all statuses are in danger: at home in Town, in the queue and in
    guards' hands at Village, in Far, in the camp, on roads, and at home again."""
    events = [
        spell("Town", 0.8, 14.0), spell("Village", 2.0), spell("Far", 0.5), spell("Camp", 3.0),
        spell("City", 2.0), spell("Village", 1.5, to="Town", part=0.5),
        {**spell("Town", 0.6), "start": hours(24), "peak": hours(25)},
    ]  # fmt: skip
    behaviour = {
        "harm": ALIKE, "returning": {"inside_per_day": 3.0, "abroad_per_day": 2.0, "calm": 9.0},
        "waiting": {"fence_per_day": 6.0, "give_up_closed_per_day": 0.2},
        "routes": {"settle_danger_cost": 0.0, "danger_cost": 0.0},
    }  # fmt: skip
    world = rich(
        persons, GUARDED, step="10min", record="6h", grid="10min", behaviour=behaviour,
        violence={"events": events}, **changes,
    )  # fmt: skip
    return world.with_values({"places[City].sheltered": persons // 10})


@lru_cache(maxsize=1)
def ran() -> Result:
    return run(everywhere(), seed=1)


def off(result: Result, *left_out: str) -> float:
    """Standard errors by which deaths differ from what exposure makes of them."""
    exposure = result.exposure_by_status.sum(["time", "group"])
    expected = PER_DAY * float(exposure.drop_sel(status=list(left_out)).sum())
    return (float(result.deaths.sum()) - expected) / expected**0.5


def test_deaths_are_the_integral_of_the_hazard_over_the_exposure_of_all() -> None:
    assert ran().deaths.sum() > 500
    assert abs(off(ran())) < SIGMA


@pytest.mark.parametrize("status", STATUSES)
def test_no_status_can_be_left_out(status: str) -> None:
    assert off(ran(), status) > SIGMA


@pytest.mark.parametrize("status", [s for s in Status if s != Status.EMPTY])
def test_a_model_that_spares_a_status_is_found_out(
    status: Status, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sparing(*told: Any) -> Any:
        return tuple(
            replace(hazard, statuses=tuple(s for s in hazard.statuses if s != status))
            if hazard.name.startswith("harm")
            else hazard
            for hazard in hazards_of(*told)
        )

    monkeypatch.setattr(simulation, "hazards_of", sparing)
    assert off(run(everywhere(), seed=1)) < -SIGMA


def test_the_readable_engine_kills_the_same() -> None:
    small = everywhere(300)
    assert not same_bytes(run(small, seed=2), run(small, seed=2, engine="agents"))


def test_in_made_up_worlds_too() -> None:
    """Where danger, speeds and guards differ, over all of them together and one by one."""
    found = []
    for number in range(6):
        u = np.random.default_rng(number).uniform(0.2, 1.0, 6)
        harm = {**ALIKE, "on_the_way": u[0], "danger_ahead": u[1], "detained": 1.5 * u[2]}
        base = everywhere(1500)
        other = base.with_values(
            {f"behaviour.harm.{name}": harm[name] for name in ("on_the_way", "danger_ahead",
             "detained")}
            | {"behaviour.routes.road_kmh": 20 * u[3], "behaviour.leaving.violence_per_day":
               5 * u[4], "behaviour.returning.inside_per_day": 4 * u[5]}
        )  # fmt: skip
        found.append(off(run(other, seed=number)))
    assert np.abs(found).max() < SIGMA
    assert abs(sum(found)) / len(found) ** 0.5 < SIGMA
