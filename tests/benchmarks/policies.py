"""Ten policies of all kinds on twenty crossings."""

from __future__ import annotations

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


def ten_on_twenty() -> Scenario:
    """Two places and twenty crossings between them."""
    data = plain(persons=2000, per_day=0.5, days=2).model_dump()
    data["routes"] = [
        {"start": "Here", "end": "There", "km": 24, "crossing": f"Gate {i}", "kind": "gap"}
        for i in range(CROSSINGS)
    ]
    data["places"][1]["capacity"] = 3000
    return Scenario.model_validate({**data, "borders": border(TEN)})
