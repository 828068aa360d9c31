"""Leaving by the ways out, from threats, from places that are lost, and for other drivers.

Where a way out has one price, the factor on leaving is its exponential, and who is at home at a
time follows the exponential law of the integrated hazard.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from flowsim.model.simulation import Simulation
from flowsim.running import run
from flowsim.world.config import Place
from flowsim.world.push_config import Driver, Level
from flowsim.world.push_factors import PushFactors
from tests.exact.chance import assert_binomial
from tests.model.worlds import FAMILIES, QUIET, START, deeper, hours, plain, same_bytes, stock, ways

N = 20_000
KINDS = {name: share for name, share in FAMILIES.items() if name != "household_size"}
CAP = 3.0
"""Of what a closed gate is believed to cost."""


def danger_cost(of: float = 1.0) -> float:
    """Of the two hours to There, of which the half is at Here, where danger is 1."""
    return 0.5 * 2.0 * 0.5 * of


def test_a_closure_deters_and_its_opening_draws_by_the_formula():
    """One way: its value falls by danger and, until people know it open, by a closed gate."""
    w, per_day, informed, late_h, opens_h = 0.4, 1.2, 0.6, 12.0, 24
    behaviour = {
        "leaving": {"way_out": w},
        "news": {"informed": informed, "lag_hours": late_h},
        "routes": {"wait_cost_cap": CAP},
    }
    closed = [{"type": "closed", "stop": hours(opens_h)}]
    scenario = plain(N, per_day, closed, days=3, behaviour=behaviour)
    at_home = stock(run(scenario, seed=3), "at_home")
    free, shut = (np.exp(-w * (danger_cost() + cost)) for cost in (0.0, CAP))
    hour = np.arange(72)
    knows = np.where(hour >= opens_h, informed, 0.0) + np.where(
        hour >= opens_h + late_h, 1.0 - informed, 0.0
    )
    factor = knows * free + (1.0 - knows) * shut
    assert_binomial(at_home, N, np.exp(-np.cumsum(per_day * factor / 24.0)))


def test_several_ways_count_by_their_logsum():
    """Two ways alike: closing one leaves ln((1 + exp(-3)) / 2) of their value."""
    w = 0.8
    behaviour = {"leaving": {"way_out": w}, "routes": {"wait_cost_cap": CAP, "danger_cost": 0.0}}
    scenario = ways(
        500, [{"type": "closed", "crossings": ["Gate"]}], behaviour=_with_quiet(behaviour)
    )
    found = _first_factor(scenario)
    here = scenario.places[0].name
    assert here == "Here"
    assert found[0, 0] == pytest.approx(((1.0 + np.exp(-CAP)) / 2.0) ** w, rel=1e-9)


def _with_quiet(behaviour: dict[str, Any]) -> dict[str, Any]:
    return deeper(deeper(QUIET, {"leaving": {"violence_per_day": 1.0}}), behaviour)


def _first_factor(scenario) -> np.ndarray:
    simulation = Simulation(scenario)
    simulation.violence(0)
    simulation.policies(0)
    simulation.news(0)
    return simulation.way_out


@pytest.mark.parametrize("w", [0.0, 2.0])
def test_open_and_calm_changes_nothing(w):
    """To the last bit: the value is that over open borders in calm, so the factor is 1."""
    quiet = {"events": []}
    rules = {"leave": lambda view: np.full_like(view.danger, 1.5)}
    scenario, plainly = (
        plain(800, days=1, violence=quiet, behaviour={"leaving": {"way_out": x}}) for x in (w, 0.0)
    )
    assert (_first_factor(scenario) == 1.0).all()
    assert not same_bytes(run(scenario, rules=rules), run(plainly, rules=rules))


def test_without_a_way_the_factor_is_finite():
    """An island: nothing to compare with, so that leaving is as before."""
    island = {"name": "Island", "country": "A", "lat": 41, "lon": 70, "population": 50,
              "share": {"G": 1}}  # fmt: skip
    base = plain(100, behaviour={"leaving": {"way_out": 5.0}})
    scenario = base.model_copy(update={"places": (*base.places, type(base.places[0])(**island))})
    assert _first_factor(scenario)[-1, 0] == 1.0


# ---- threats ----------------------------------------------------------------------------------


def threatened(persons: int = N, **threat: Any) -> Any:
    """As `plain` without violence, under a threat from hour 6 on."""
    told = {"name": "advance", "places": ["Here"], "start": hours(6), **threat}
    return plain(
        persons, days=2, violence={"events": []}, threats=[told],
        behaviour={"leaving": {"fear_per_day": 2.0, "men_stay": 0.5},
                   "harm": {"deaths_per_day": 0.5}},
    )  # fmt: skip


def test_fear_drives_people_out_and_harms_nobody():
    result = run(threatened(fear=0.5, until=hours(30)))
    exposed = np.clip(np.arange(1, 49) - 6, 0, 24)
    assert_binomial(stock(result, "at_home"), N, np.exp(-0.5 * 2.0 * exposed / 24.0))
    for told in ("deaths", "wounded", "exposure", "violence"):
        assert result.data[told].sum() == 0, told


def test_who_is_still_at_home_leaves_a_lost_place_within_the_stated_mean_time():
    """At 1 / mean time, besides the hazard of fear, and whatever `trapped` or `flees` say."""
    result = run(threatened(fear=0.5, lost_from=hours(24), leave_within_hours=4.0))
    hour = np.arange(1, 49)
    total = 0.5 * 2.0 * np.clip(hour - 6, 0, None) / 24.0 + np.clip(hour - 24, 0, None) / 4.0
    assert_binomial(stock(result, "at_home"), N, np.exp(-total))
    assert stock(result, "at_home")[-1] < 0.01 * N


def test_nobody_stays_to_guard_what_is_lost_nor_returns_nor_settles_there():
    """Families leave whole; those who fled before do not come back, and strangers go elsewhere."""
    scenario = plain(
        600, days=3, abroad=False, violence={"events": []}, sizes={4: 1}, kinds=KINDS,
        threats=[{"name": "end", "places": ["Here"], "start": START, "lost_from": START,
                  "fear": 0, "leave_within_hours": 2}],
        behaviour={"leaving": {"men_stay": 1.0}, "returning": {"inside_per_day": 5.0}},
    )  # fmt: skip
    result = run(scenario)
    assert stock(result, "at_home")[-1] == 0
    assert stock(result, "returned").sum() == 0
    assert stock(result, "displaced", "There")[-1] == 600
    free = scenario.model_copy(update={"threats": ()})
    home_again = run(free.with_values({"behaviour.leaving.violence_per_day": 2.0}))
    assert stock(home_again, "at_home")[-1] > 0


def test_those_in_a_refuge_that_is_lost_move_on():
    """There takes in all who flee Here, until it is lost itself; then they go on to Beyond."""
    beyond = {"name": "Beyond", "country": "A", "lat": 40.4, "lon": 72.0}
    base = plain(500, 50.0, days=3, abroad=False).model_dump(exclude={"numbers"})
    base["places"] = [*base["places"], beyond]
    base["routes"] = [*base["routes"], {"start": "There", "end": "Beyond", "km": 24}]
    base["threats"] = [{"name": "end", "places": ["There"], "start": hours(24),
                        "lost_from": hours(24), "leave_within_hours": 3}]  # fmt: skip
    result = run(type(plain(10))(**base))
    assert stock(result, "displaced", "There")[20] > 300
    assert stock(result, "displaced", "There")[-1] == 0
    assert stock(result, "displaced", "Beyond")[-1] == 500


def test_a_threat_targets_whom_it_names():
    two = ({"name": "G"}, {"name": "H"})
    scenario = ways(
        2000, groups=two, violence={"events": []}, days=1,
        threats=[{"name": "end", "places": ["Here"], "start": START, "target": {"H": 0.5},
                  "lost_from": START, "leave_within_hours": 1}],
    )  # fmt: skip
    at_home = run(scenario).people.sel(status="at_home", place="Here").isel(time=-1)
    assert at_home.sel(group="G") == 1000
    assert at_home.sel(group="H") == 0


# ---- drivers ----------------------------------------------------------------------------------


def flooded(between: str = "hold", **driver: Any) -> Any:
    """As `plain` without violence; water rises at Here from hour 6 and is gone at hour 30."""
    rows = [(6, 1.0), (18, 3.0), (30, 0.0)]
    return plain(
        N, days=2, violence={"events": []},
        drivers=[{"name": "flood", "between": between, **driver}],
        levels=[{"driver": "flood", "place": "Here", "start": hours(h), "level": level}
                for h, level in rows],
    )  # fmt: skip


def test_a_driver_adds_its_coefficient_times_its_level_to_the_hazard_of_leaving():
    hour = np.arange(48)
    held = np.select([hour < 6, hour < 18, hour < 30], [0.0, 1.0, 3.0], 0.0)
    at_home = stock(run(flooded(leave_per_day=0.4)), "at_home")
    assert_binomial(at_home, N, np.exp(-np.cumsum(0.4 * held / 24.0)))


def test_between_rows_a_driver_may_go_in_a_line():
    """Taken at the middle of each hour."""
    level = np.interp(np.arange(48) + 0.5, [6, 18, 30], [1.0, 3.0, 0.0], left=0.0)
    at_home = stock(run(flooded("line", leave_per_day=0.4)), "at_home")
    assert_binomial(at_home, N, np.exp(-np.cumsum(0.4 * level / 24.0)))


def test_a_driver_costs_the_way_and_the_settling_where_it_is():
    """North floods: of two ways alike, exp(-cost) of the South's share goes by it."""
    flood = {"name": "flood", "way_cost_per_hour": 1.5}
    scenario = ways(
        N, drivers=[flood], days=1,
        levels=[{"driver": "flood", "place": "North", "start": START, "level": 1}],
        behaviour=_with_quiet({"leaving": {"violence_per_day": 100.0}}),
    )  # fmt: skip
    result = run(scenario)
    through = result.outcomes.sel(outcome="admitted").sum(("time", "kind"))
    cost = 1.5 * (0.5 + 0.5)  # the half of an hour to North and of one from it
    share = np.exp(-cost) / (1.0 + np.exp(-cost))
    left = int(through.sum())
    assert_binomial(int(through.sel(crossing="Gate")), left, share)


def test_who_knows_late_sees_a_flood_late():
    """The others take the flooded way until the news is as old as its lag."""
    scenario = ways(
        200, drivers=[{"name": "flood", "way_cost_per_hour": 9.0}], days=1,
        levels=[{"driver": "flood", "place": "North", "start": START, "level": 0},
                {"driver": "flood", "place": "North", "start": hours(2), "level": 1}],
        behaviour=_with_quiet({"news": {"informed": 0.5, "lag_hours": 6}}),
    )  # fmt: skip
    simulation = Simulation(scenario)
    costs = {}
    for _ in range(12):
        now = simulation.seconds // 3600
        simulation.step()
        table = simulation.crowd.now.values
        state = simulation.laws.routes.leaving(np.array(0))
        option = simulation.laws.routes.option[int(state)]
        north = int(np.argmax(simulation.world.network.head[option] == 2))
        costs[now] = table[:2, int(state), north].copy()
    calm = costs[0]
    late, informed = costs[4]
    assert late == calm[0]
    assert informed < calm[1] - 8.0
    assert (costs[9] < calm - 8.0).all()


def test_levels_of_a_region_hold_where_a_place_has_none():
    places = [Place(name=n, country="A", region=r, lat=1, lon=1) for n, r in
              (("a", "R"), ("b", "R"), ("c", "S"))]  # fmt: skip
    rows = [Level(driver="hunger", region="R", start=START, level=2),
            Level(driver="hunger", place="b", start=hours(1), level=5)]  # fmt: skip
    pushes = PushFactors(
        (), (Driver(name="hunger", leave_per_day=1.0),), rows, places, ["G"], START
    )
    assert pushes.at(1800).leave[:, 0].tolist() == [2.0, 0.0, 0.0]
    assert pushes.at(7200).leave[:, 0].tolist() == [2.0, 5.0, 0.0]
    assert pushes.at(-1).leave.sum() == 0.0
