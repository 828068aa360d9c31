"""What policies cost: ten of them on twenty crossings. `make bench` prints it; nothing is asserted.

Two figures: what it takes the states to look and to state their openings, and what a whole step
takes more than without policies, in which the work of queues that policies make is counted too.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from flowsim.model.flow import FlowModel
from flowsim.policy import (
    AnnouncedClosure,
    CapacityBound,
    Closed,
    ForcedReturn,
    Open,
    OpeningHours,
    PushBack,
    Quota,
    Reactive,
    Triage,
)
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import border, hours, plain

CROSSINGS = 20
TEN = [
    Triage(barred=["men"], permeability=0.9, exempt=["wounded"]),
    Quota(per_hour=30),
    Quota(per_day=500, counted=True, carry_over=1),
    PushBack(dispersal_per_day=0.5, inside=0.2),
    Closed(start=hours(10), stop=hours(20), exempt=["elderly"]),
    OpeningHours(hours=(6, 22)),
    CapacityBound(),
    Reactive(when={"what": "waiting", "above": 100}, policies=[Open()]),
    AnnouncedClosure(announced=hours(24), start=hours(30), stop=hours(40)),
    ForcedReturn(start=hours(5), deadline=hours(40), per_day_at_deadline=0.5),
]


def world(policies: list[Any]) -> Scenario:
    """Two places and twenty crossings between them."""
    data = plain(persons=2000, per_day=0.5, days=2).model_dump()
    data["routes"] = [
        {"start": "Here", "end": "There", "km": 24, "crossing": f"Gate {i}", "kind": "gap"}
        for i in range(CROSSINGS)
    ]
    data["places"][1]["capacity"] = 3000
    return Scenario.model_validate({**data, "borders": border(policies)})


class Timed(FlowModel):
    """A run that times the phase of policies."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self.spent: list[float] = []
        super().__init__(*args, **named)

    def look_at_borders(self, start: int) -> None:
        before = time.perf_counter()
        super().look_at_borders(start)
        self.spent.append(time.perf_counter() - before)

    def policies(self, start: int) -> list[int]:
        before = time.perf_counter()
        changed = super().policies(start)
        self.spent[-1] += time.perf_counter() - before
        return changed


def run(policies: list[Any]) -> tuple[float, float]:
    """Milliseconds a step: of the policies, and of everything."""
    model = Timed(world(policies), rng=1)
    before = time.perf_counter()
    while model.running:
        model.step()
    whole = (time.perf_counter() - before) / model.steps
    return 1e3 * statistics.mean(model.spent), 1e3 * whole


def test_ten_policies_on_twenty_crossings() -> None:
    without, within = (min(run(policies) for _ in range(5)) for policies in ([], TEN))
    print(f"\nten policies on {CROSSINGS} crossings, milliseconds a step (best of 5)")
    print(f"  stating them {within[0]:6.2f}  (without policies {without[0]:.2f})")
    print(f"  a whole step {within[1]:6.2f}  (without policies {without[1]:.2f})")
