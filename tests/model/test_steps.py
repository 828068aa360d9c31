"""What a policy says means the same whatever the step: policies count in hours and in shares."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.policy import (
    AnnouncedClosure,
    AnnouncedOpening,
    CapacityBound,
    Checkpoint,
    Closed,
    Corridor,
    EncouragedReturn,
    ExitBan,
    Open,
    OpeningHours,
    PushBack,
    Quota,
    Reactive,
    Triage,
)
from flowsim.running import run
from tests.model.worlds import FAMILIES, flows, hours, same_bytes, ways

KINDS = {name: FAMILIES[name] for name in FAMILIES if name != "household_size"}
SIZES = {1: 1, 3: 2, 5: 2}
STEPS = ("1h", "6h", "1d")
WAY = (("Here", "North"),)

SAID = {
    "permeability": [Triage(permeability=0.4, barred=["men"], leak=0.2)],
    "quota": [Quota(per_hour=7, priority=["women"])],
    "counted": [Quota(per_day=25, counted=True, carry_over=1.0, start=hours(3))],
    "counted by the hour": [Quota(per_hour=14, counted=True, shared=True)],
    "leak": [Closed(leak=0.3, detention=0.3, detention_hours=3)],
    "guards": [Closed(leak=0.6), PushBack(inside=0.7, after_hours=0.7, reach_km=9, interception=0.2,
                                          dispersal_per_day=2)],
    "delay": [Open(delay_hours=5.3)],
    "cost": [Open(cost_km=8, crossings=["Side"]), Quota(per_hour=20)],
    "checkpoint": [Checkpoint(routes=WAY, permeability=0.4, delay_hours=1.4, cost_km=2)],
    "corridor": [Corridor(routes=WAY, danger=0.1, start=hours(5), stop=hours(20))],
    "opening hours": [OpeningHours(hours=(7.25, 16.5))],
    "announced closure": [AnnouncedClosure(announced=hours(5), start=hours(14), leak=0.1)],
    "announced opening": [AnnouncedOpening(announced=hours(5), stop=hours(17))],
    "ban": [ExitBan(barred=["men"])],
    "capacity": [CapacityBound(closes_at=0.3, reopens_at=0.25)],
    "reaction": [Reactive(when={"what": "waiting", "below": 30}, delay_hours=2,
                          policies=[Closed(leak=0.2)]), Quota(per_hour=15)],
    "encouragement": [EncouragedReturn(factor=3, start=hours(10))],
}  # fmt: skip


def restless(policies, step, **changes):
    """Families who do all there is, without anything that is looked at once a step."""
    behaviour = {
        "news": {"informed": 0.5, "lag_hours": 7},
        "leaving": {"men_stay": 0.3, "frailty_variance": 0.5},
        "waiting": {"give_up_per_day": 1.0, "give_up_closed_per_day": 2.0, "fence_per_day": 3.0},
        "harm": {"deaths_per_day": 1.0, "on_the_way": 1.0},
        "returning": {"abroad_per_day": 0.7, "calm": 1e9},
    }
    near = [p for p in policies if isinstance(p, ExitBan)]
    far = [p for p in policies if not isinstance(p, ExitBan)]
    fields = {"sizes": SIZES, "kinds": KINDS, "per_day": 3.0, "days": 1, "capacity": 400,
              "record": "1d", "behaviour": behaviour}  # fmt: skip
    return ways(400, far, near, **{**fields, **changes}, step=step)


@pytest.fixture(scope="module")
def nothing_said():
    return run(restless([], "1h"))


@pytest.mark.parametrize("name", SAID)
def test_where_nothing_feeds_back_no_byte_depends_on_the_step(name, nothing_said):
    """At steps of an hour, six hours and a day, recorded by the day."""
    hourly = (restless(SAID[name], step).with_values({"grid": "1h"}) for step in STEPS)
    results = [run(scenario) for scenario in hourly]
    for other in results[1:]:
        assert not same_bytes(results[0], other)
    assert same_bytes(results[0], nothing_said)  # it did something


FEEDBACK = {
    "leaving": {"neighbours_per_day": 3.0, "neighbours_hours": 24.0},
    "routes": {"wait_cost_per_hour": 0.5},
}
"""Neighbours who leave and queues that people hear of: both are looked at once a step."""


def both(result, outcome):
    return sum(flows(result, name)[outcome].sum() for name in ("Gate", "Side"))


@pytest.mark.parametrize("step", STEPS)
def test_violence_is_that_of_the_middle_of_each_hour(step):
    """It rises evenly for a day; what is recorded of a longer step is its last hour."""
    (event,) = ways(10, days=1).violence.events
    rise = event.model_copy(update={"peak": hours(24)})
    world = {"days": 1, "step": step, "record": step, "violence": {"events": [rise.model_dump()]}}
    scenario = ways(10, **world)
    every = scenario.step // 3600
    by_hour = (np.arange(24) + 0.5) / 24
    here = run(scenario).violence.sel(place="Here").values
    assert here == pytest.approx(by_hour[every - 1 :: every])


@pytest.mark.parametrize("step", STEPS)
def test_where_people_feed_back_a_share_is_still_that_share(step):
    """Permeability, leak and checkpoint are each binomial: within 4 sqrt(p (1 - p) / n)."""
    world = {"per_day": 4.0, "days": 1, "step": step, "record": "1d"}
    result = run(ways(1600, [Triage(permeability=0.35)], behaviour=FEEDBACK, **world))
    came, passed = both(result, "reached"), both(result, "admitted")
    assert came > 1500
    assert abs(passed / came - 0.35) < 4 * np.sqrt(0.35 * 0.65 / came)

    fence = {**FEEDBACK, "waiting": {"fence_per_day": 8.0}}
    result = run(ways(1600, [Closed(leak=0.3)], behaviour=fence, **world))
    through = both(result, "irregular")
    tries = through + both(result, "intercepted")
    assert tries > 1500
    assert abs(through / tries - 0.3) < 4 * np.sqrt(0.3 * 0.7 / tries)

    policies = [Checkpoint(routes=WAY, permeability=0.6)]
    fields = {**world, "per_day": 1000.0, "crossings": ("Gate",)}
    result = run(ways(1600, policies, behaviour=FEEDBACK, **fields))
    passed = flows(result)["admitted"].sum()
    assert abs(passed / 1600 - 0.6) < 4 * np.sqrt(0.6 * 0.4 / 1600)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("counted", [True, False])
def test_where_people_feed_back_a_quota_is_still_so_many_an_hour(step, counted):
    """Whichever crossing people choose, each passes q an hour while there is a queue: q x hours of
    the second day, but for the family at either end of it that is half through or does not fit."""
    quota = Quota(per_hour=8, counted=counted)
    world = {"per_day": 20.0, "days": 2.25, "step": step, "record": "6h", "sizes": SIZES}
    if step == "1d":
        world |= {"record": "1d", "days": 2}
    result = run(ways(3000, [quota], behaviour=FEEDBACK, kinds=KINDS, **world))
    for name in ("Gate", "Side"):
        admitted = flows(result, name)["admitted"]
        assert result.waiting.sel(crossing=name).sum("kind").values[-1] > 100
        day = admitted[-4:].sum() if step != "1d" else admitted[-1]
        most = 8 * 24
        least = most - 5 if not counted else most - 24 * 4
        assert least <= day <= most + (0 if counted else 5)


@pytest.mark.parametrize("step", STEPS)
def test_where_people_feed_back_a_delay_is_still_so_many_hours(step):
    """All leave at once: an hour to the crossing, and sheltered one hour and the delay after that.
    The delay of 21.9 hours lets them arrive within the first day, and 22.1 after it."""
    sheltered = []
    for delay in (21.9, 22.1):
        world = {"per_day": 1e6, "days": 2, "step": step, "record": "1d"}
        result = run(ways(300, [Open(delay_hours=delay)], behaviour=FEEDBACK, **world))
        people = result.people.sel(place="There", status="sheltered").sum("group")
        sheltered.append(people.values.tolist())
    assert sheltered == [[300, 300], [0, 300]]


@pytest.mark.parametrize("step", STEPS)
def test_where_people_feed_back_opening_hours_are_still_those_hours(step):
    """Open from 17:00 to 18:00, the last hour of a day of the run: whoever came before passes, so
    nobody waits at its end. Open from 18:00 to 19:00, the first, those wait who came after."""
    world = {"per_day": 3.0, "days": 2, "step": step, "record": "1d"}
    waiting = []
    for times in ((17.0, 18.0), (18.0, 19.0)):
        result = run(ways(800, [OpeningHours(hours=times)], behaviour=FEEDBACK, **world))
        waiting.append(result.waiting.sum(["crossing", "kind"]).values.tolist())
    assert waiting[0] == [0, 0]
    assert waiting[1][0] > 500
    assert waiting[1][1] < 200
