"""What policies mean does not depend on how they are written down.

An edge cuts a tick in two, and room in a full camp is shared out once a piece; so where edges
differ, the worlds here have room for all.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from flowsim.policy import (
    Checkpoint,
    Closed,
    Corridor,
    Open,
    PushBack,
    Quota,
    ReceptionStop,
    Scheduled,
    Triage,
)
from flowsim.running import run
from tests.model.worlds import STRICT, hours, rich, same_bytes
from tests.properties.strategies import few, scenarios, with_room

moments = st.integers(0, 36 * 4).map(lambda quarters: hours(quarters / 4))


def nothing(at):
    """A closure of the window [at, at), which a schedule that starts as its part stops makes."""
    return Scheduled(start=at, policies=(Closed(stop=at, leak=1.0),))


@few(10)
@given(scenario=scenarios())
def test_open_is_no_policy(scenario):
    """Permeability 1 and no quota on either side change no byte."""
    bare = scenario.replace_policies("A-B")
    for side in ("A", "B"):
        assert not same_bytes(run(bare), run(bare.add_policies("A-B", Open(), side=side)))
    free = bare.add_policies("A-B", Triage(permeability=1.0))
    assert not same_bytes(run(bare), run(free))


@few(10)
@given(scenario=scenarios())
def test_open_beside_other_policies_changes_nothing(scenario):
    assert not same_bytes(run(scenario), run(scenario.add_policies("A-B", Open())))


@few(10)
@given(scenario=scenarios(), at=moments)
def test_an_empty_window_does_nothing(scenario, at):
    scenario = with_room(scenario)
    assert not same_bytes(run(scenario), run(scenario.add_policies("A-B", nothing(at))))


@few(10)
@given(at=moments)
def test_an_empty_window_does_nothing_in_a_queue(at):
    """Nor to a family that is half through a gate at that moment."""
    scenario = with_room(rich(800, [Quota(per_hour=17, priority=["women"])]))
    assert not same_bytes(run(scenario), run(scenario.add_policies("A-B", nothing(at))))


@few(10)
@given(scenario=scenarios(), edges=st.lists(moments, min_size=4, max_size=4, unique=True))
def test_overlapping_closures_equal_their_union(scenario, edges):
    """[a, c) and [b, d) close as [a, d) does, on one side or on both."""
    a, b, c, d = sorted(edges)
    base = with_room(scenario).replace_policies("A-B").with_values({"grid": "1h"})
    union = run(base.add_policies("A-B", Closed(start=a, stop=d)))
    two = base.add_policies("A-B", Closed(start=a, stop=c), Closed(start=b, stop=d))
    sides = base.add_policies("A-B", Closed(start=a, stop=c), side="A")
    sides = sides.add_policies("A-B", Closed(start=b, stop=d), side="B")
    touching = base.add_policies("A-B", Closed(start=a, stop=b), Closed(start=b, stop=d))
    for other in (two, sides, touching):
        assert not same_bytes(union, run(other))


def test_who_does_nothing_changes_nothing():
    """A closure that detains nobody beside one that does, a force without soldiers, and so on."""
    scenario = rich(800)
    idle = [
        Closed(stop=scenario.borders[0].authorities[1].policies[0].stop, detention_hours=300),
        PushBack(inside=0.0, after_hours=200, reach_km=500),
        Corridor(routes=[("Town", "Far")], danger=1.0, lifts=0.0),
        Checkpoint(routes=[("Town", "Far")], stops=["group:U"]),
        ReceptionStop(places=[]),
    ]
    groups = [g.name for g in scenario.groups]
    calm = [{"place": p, "start": hours(0), "peak": hours(1), "until": hours(40), "intensity": 0.0,
             "target": dict.fromkeys(groups, 1.0)} for p in ("Town", "Village", "Far")]  # fmt: skip
    nobody = {"name": "nobody", "kind": "militia", "places": ["Town"], "size": 0, "orders": [
        {"start": hours(0), "stance": "attack"}]}  # fmt: skip
    events = [e.model_dump() for e in scenario.violence.events] + calm
    forces = [f.model_dump() for f in scenario.forces] + [nobody]
    quiet = rich(800, violence={**scenario.violence.model_dump(), "events": events}, forces=forces)
    expected = run(scenario)
    assert expected.outcomes.sel(outcome="detained").sum() > 0
    assert not same_bytes(expected, run(quiet))
    assert not same_bytes(expected, run(scenario.add_policies("A-B", *idle)))


def test_a_schedule_is_its_parts():
    scenario = rich(800, [])
    parts = [Closed(stop=hours(20), leak=0.2), Triage(start=hours(20), barred=["men"])]
    one = scenario.add_policies("A-B", *parts)
    other = scenario.add_policies("A-B", Scheduled(policies=tuple(parts)))
    assert not same_bytes(run(one), run(other))
    assert same_bytes(run(one), run(scenario))


def test_a_policy_binds_the_crossings_it_names():
    scenario = rich(1500, [])
    result = run(scenario.add_policies("A-B", Closed(crossings=["Gate"])))
    admitted = result.outcomes.sel(outcome="admitted").sum(["time", "kind"]).to_series()
    assert admitted["Gate"] == 0
    assert admitted["Side"] > 0


def test_a_function_of_the_clock_is_the_policy_it_copies():
    closure = Closed(start=hours(10), stop=hours(25))

    def rule(now, view):
        return closure.opening(now, view) if hours(10) <= now < hours(25) else None

    scenario = rich(800, [])
    one = scenario.add_policies("A-B", closure)
    assert not same_bytes(run(one), run(scenario.add_policies("A-B", rule)))


def test_a_window_that_is_over_before_the_start_says_nothing():
    past = Closed(stop=hours(0) - timedelta(days=1), leak=1.0)
    base = rich(500, STRICT, days=1)
    assert not same_bytes(run(base), run(base.add_policies("A-B", past)))
