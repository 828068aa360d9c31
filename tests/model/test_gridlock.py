"""A ring of full roads stands still; it is told, in the result and as a warning."""

from __future__ import annotations

import warnings

import pytest

import flowsim as fs
from flowsim.errors import ScenarioWarning
from flowsim.model.gridlock import rings
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import ADULTS, QUIET, START, border, deeper, hours

CORNERS = 4


def ring(lanes: float | None) -> Scenario:
    """Towns around a square, each with a way abroad, and people to whom no way is too long."""
    spell = {"start": START, "peak": START, "until": hours(72), "intensity": 1, "target": {"G": 1}}
    at = [(40.0, 72.0), (40.0, 72.1), (40.1, 72.1), (40.1, 72.0)]
    towns = [{"name": f"T{i}", "country": "A", "lat": lat, "lon": lon, "population": 400,
              "share": {"G": 1}, "capacity": 0} for i, (lat, lon) in enumerate(at)]  # fmt: skip
    camps = [{"name": f"C{i}", "country": "B", "kind": "camp", "lat": lat - 0.5 + (i > 1),
              "lon": lon} for i, (lat, lon) in enumerate(at)]  # fmt: skip
    sides = [{"start": f"T{i}", "end": f"T{(i + 1) % CORNERS}", "km": 12, "lanes": lanes,
              "persons_per_hour": 60} for i in range(CORNERS)]  # fmt: skip
    exits = [{"start": f"T{i}", "end": f"C{i}", "km": 60, "crossing": f"X{i}", "kind": "post"}
             for i in range(CORNERS)]  # fmt: skip
    return Scenario(
        name="ring", start=START, end=hours(72), flee_from=["A"], record="6h",
        places=[*towns, *camps], routes=[*sides, *exits],
        groups=[{"name": "G", "household_size": {2: 1}, **ADULTS}],
        violence={"events": [{**spell, "place": f"T{i}"} for i in range(CORNERS)]},
        borders=border(()),
        behaviour=deeper(QUIET, {"leaving": {"violence_per_day": 3.0},
                                 "routes": {"km_cost": 0.0, "danger_cost": 0.0}}),
    )  # fmt: skip


@pytest.mark.parametrize("engine", ["columns", "agents"])
def test_a_run_that_ends_in_a_ring_of_full_roads_tells_it(engine: fs.Engine) -> None:
    setup = ring(lanes=0.002)  # room for a household or two on each road
    with pytest.warns(ScenarioWarning, match="in a ring, and nobody moves there: T") as told:
        result = fs.run(setup, seed=1, engine=engine)
    said = result.data.attrs["gridlock"]
    assert str(told[0].message).startswith(said)
    assert "give these roads more lanes" in str(told[0].message)
    # it is one: of those who are on the roads nobody has come out for the last day
    assert int(result.data["road_left"][-4:].sum()) == 0
    assert int(result.data["road_queue"][-1].sum()) > 0


@pytest.mark.parametrize("lanes", [None, 3.0])
def test_nothing_is_told_where_queues_fit(lanes: float | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ScenarioWarning)
        result = fs.run(ring(lanes), seed=1)
    assert "gridlock" not in result.data.attrs
    assert int(result.data["road_left"].sum()) > 300


def test_rings_are_found_once_and_what_only_leads_there_is_none() -> None:
    assert rings([-1, -1]) == []
    assert rings([1, 2, 3, -1]) == []
    assert rings([1, 0, 3, 2, 0]) == [(0, 1), (2, 3)]
