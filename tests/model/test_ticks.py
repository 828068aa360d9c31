"""Hours over which nothing changes are one tick where a step is longer and no grid is given."""

from __future__ import annotations

import numpy as np
import pytest

import flowsim as fs
from flowsim.model.borders import Borders
from flowsim.model.outlook import Outlook, world_of
from flowsim.model.ticks import Ticks, told_of
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.write import write_scenario
from tests.model.worlds import hours, plain, rich, same_bytes

ROADS = [
    {"type": "corridor", "routes": [["Town", "Far"]], "danger": 0.3,
     "start": hours(11.2), "stop": hours(33)},
    {"type": "checkpoint", "routes": [["Town", "Village"]], "permeability": 0.5,
     "start": hours(20)},
]  # fmt: skip
CAMPS = [
    {"type": "reception_stop", "places": ["Camp"], "start": hours(14.5), "stop": hours(30)},
    {"type": "encouraged_return", "factor": 3, "start": hours(26)},
    {"type": "forced_return", "start": hours(31), "deadline": hours(40), "per_day_at_deadline": 2},
]
GATES = [
    {"type": "opening_hours", "hours": [8, 16.5]},
    {"type": "announced_closure", "announced": hours(5), "start": hours(40)},
]
ANNOUNCED = [{"type": "announced_opening", "announced": hours(5), "stop": hours(40)}]
STEADY = {"harm": {"crush_per_day": 0.0}, "waiting": {"part": 0.0}}


def ticks_of(scenario: Scenario) -> list[tuple[int, int]]:
    ticks = Ticks(scenario, Borders(scenario, world_of(scenario)))
    end = int((scenario.end - scenario.start).total_seconds())
    steps = range(0, end, scenario.step)
    return [t for first in steps for t in ticks.between(first, min(first + scenario.step, end))]


def calm(policies=(), **changes) -> Scenario:
    """The rich world, in which violence begins and ends at once."""
    spell = {"place": "Town", "start": hours(4.4), "peak": hours(4.4), "until": hours(29.5),
             "intensity": 1, "target": {"U": 1, "K": 0.3}}  # fmt: skip
    fields = {"violence": {"events": [spell]}, "behaviour": STEADY, "step": "1d", "record": "1d"}
    return rich(300, policies, **{**fields, **changes})


def as_it_is(outlook: Outlook) -> list:
    """All that comes from outside as the course has got, and what is known of it."""
    borders = outlook.borders
    told: list = [borders.pressure.tolist(), borders.wish.tolist(), borders.shut.tolist()]
    for snapshot in (outlook.known, outlook.late):
        danger, roads = snapshot.danger, snapshot.roads
        fields = {**vars(danger), **({} if danger.push is None else vars(danger.push))}
        told += [a.tolist() for a in fields.values() if isinstance(a, np.ndarray)]
        told += [[id(rule) for rule in snapshot.rules.by_gate], snapshot.rules.opens_s.tolist()]
        told += [] if roads is None else [roads.danger.tolist(), roads.permeability.tolist()]
    return told


@pytest.mark.parametrize("policies", [(), ROADS, CAMPS, GATES, ANNOUNCED])
@pytest.mark.parametrize("lag", [0.0, 2.5, 6.0])
@pytest.mark.parametrize("world", [calm, rich], ids=["calm", "rich"])
def test_nothing_changes_within_a_tick(policies, lag, world):
    """Held against a look at every hour."""
    behaviour = {**STEADY, "news": {"lag_hours": lag}}
    scenario = world(policies=policies, step="1d", record="1d", behaviour=behaviour)
    ticks = ticks_of(scenario)
    assert any(stop - start > 3600 for start, stop in ticks)
    outlook = Outlook(scenario.with_values({"grid": "1h"}))
    by_hour = [as_it_is(outlook) for _ in outlook.intervals()]
    for start, stop in ticks:
        assert start % 3600 == stop % 3600 == 0
        for hour in range(start // 3600 + 1, stop // 3600):
            assert by_hour[hour] == by_hour[start // 3600], (start, hour)


@pytest.mark.parametrize("policies", [(), ROADS, CAMPS[:2], GATES[1:]])
def test_longer_ticks_change_nothing_that_is_counted(policies):
    """Where neither queues nor room nor neighbours feed back, and no men stay to be joined."""
    behaviour = {**STEADY, "leaving": {"neighbours_per_day": 0.0, "men_stay": 0.0}}
    whole = calm(policies, behaviour=behaviour)
    places = [place.model_copy(update={"capacity": None}) for place in whole.places]
    routes = [route.model_copy(update={"gate_per_hour": None}) for route in whole.routes]
    whole = whole.model_copy(update={"places": tuple(places), "routes": tuple(routes)})
    hourly = whole.with_values({"grid": "1h"})
    assert len(ticks_of(whole)) < len(ticks_of(hourly)) / 2
    assert set(same_bytes(run(whole), run(hourly))) <= {"exposure", "exposure_by_status"}
    assert run(whole).data.people.isel(time=-1, status=4).sum() > 0  # it was a run


def test_a_day_of_a_long_step_is_the_longest_tick():
    scenario = plain(50, abroad=False, days=6, step="3d", record="3d")
    assert ticks_of(scenario) == [(86_400 * day, 86_400 * (day + 1)) for day in range(6)]
    assert told_of(scenario).endswith("so 144 hours are 6 ticks")
    assert run(scenario).data.attrs["ticks"] == told_of(scenario)


@pytest.mark.parametrize(("changes", "why"), [
    ({"policies": [{"type": "capacity_bound"}]},
     "the policy 'capacity_bound' goes by what it sees"),
    ({"policies": [{"type": "triage", "barred": ["men"]}], "behaviour": {}},
     "the policy 'triage' lets parts of families pass"),
    ({"policies": [{"type": "announced_opening", "announced": hours(0), "stop": hours(48)}]},
     "the policy 'announced_opening' is waited for"),
    ({"behaviour": {"harm": {"crush_per_day": 0.1}}}, "crowds at crossings crush people"),
])  # fmt: skip
def test_what_goes_on_by_the_hour_keeps_the_hours(changes, why):
    scenario = calm(**changes)
    assert {stop - start for start, stop in ticks_of(scenario)} == {3600}
    assert told_of(scenario).endswith(f"48 hours are 48 ticks; most of these are short as {why}")


@pytest.mark.parametrize("changes", [{"grid": "1h"}, {"grid": "1d"}, {"step": "1h"},
                                     {"step": "90min", "record": "3h"}])  # fmt: skip
def test_a_grid_that_is_given_and_short_steps_have_the_ticks_of_the_grid(changes):
    scenario = calm().with_values(changes)
    length = {stop - start for start, stop in ticks_of(scenario)}
    assert length <= ({86_400} if changes.get("grid") == "1d" else {3600, 1800})
    assert not told_of(scenario)
    assert "ticks" not in run(scenario).data.attrs


def test_the_scenario_holds_whether_a_grid_was_given(tmp_path):
    scenario = calm()
    for name, grid in (("left", None), ("hour", "1h"), ("day", "1d")):
        made = scenario if grid is None else scenario.with_values({"grid": grid})
        (tmp_path / name).mkdir()
        write_scenario(made, tmp_path / name)
        again = fs.load(tmp_path / name)
        assert (again, again.digest()) == (made, made.digest())
        assert f"grid: {grid}" in (tmp_path / name / "scenario.yaml").read_text() or grid is None
    assert len({fs.load(tmp_path / n).digest() for n in ("left", "hour", "day")}) == 3
    short = scenario.with_values({"step": "1h"})
    assert short.digest() == short.with_values({"grid": "1h"}).digest()


def test_a_force_that_gets_an_order_in_a_run_follows_it_in_the_next_step():
    def harmed(orders: bool) -> int:
        scenario = calm(behaviour={**STEADY, "harm": {"deaths_per_day": 2.0}})
        model = fs.FlowModel(scenario, rng=1)
        model.step()
        if orders:
            model.force("army").order("protect", places=["Town"], size=1_000_000)
        model.step()
        return model.dead()

    assert harmed(orders=True) < harmed(orders=False)


def test_ticks_are_as_exact_for_a_script_as_for_a_run():
    model = fs.FlowModel(calm(), rng=1)
    while model.running:
        model.step()
    assert not same_bytes(model.result(), run(calm()))
    assert np.diff(model.ticks._begins).max() > 3600


@pytest.mark.parametrize(("between", "hours_apart"), [("hold", 0), ("line", 7)])
def test_ticks_begin_where_the_table_of_capacities_changes(between, hours_apart):
    """In a line each hour is a tick of its own; all know of it, so nothing comes late."""
    rows = [{"place": "Camp", "start": hours(at), "persons": persons, "between": between}
            for at, persons in ((14.2, 5), (21.5, 40))]  # fmt: skip
    bare = calm()
    some = bare.with_values({"capacities": rows})
    begins = {start // 3600 for start, _ in ticks_of(some)}
    new = {15, 22} | set(range(15, 15 + hours_apart))
    assert begins == {start // 3600 for start, _ in ticks_of(bare)} | new
