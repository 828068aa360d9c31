"""Who finds every shelter in reach full stays outside one, and looks again once a day."""

from __future__ import annotations

import numpy as np

from flowsim.draws import Purpose
from flowsim.model.flow import FlowModel
from flowsim.model.household_row import COUNTED
from flowsim.running import run
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import (
    ADULTS,
    QUIET,
    START,
    border,
    column,
    deeper,
    hours,
    same_bytes,
    stock,
)

CAMPS = ("Camp", "Wide", "High")
DAYS = 12


def full(persons: int = 90, grows: float = 0.0) -> Scenario:
    """Three camps of ten beds a third of a day apart, all abroad; nobody goes home."""
    spell = {"place": "Here", "start": START, "peak": START, "until": hours(24 * DAYS + 1),
             "intensity": 1, "target": {"G": 1}}  # fmt: skip
    camps = [{"name": name, "country": "B", "lat": 40.2 + 0.1 * i, "lon": 72.0, "kind": "camp",
              "capacity": 10, "capacity_per_day": grows if name == "High" else 0.0}
             for i, name in enumerate(CAMPS)]  # fmt: skip
    ways = [("Here", "Camp"), ("Camp", "Wide"), ("Wide", "High"), ("High", "Camp")]
    return Scenario(
        name="full", start=START, end=hours(24 * DAYS), flee_from=["A"], record="1d",
        places=[{"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": persons,
                 "share": {"G": 1}, "capacity": 0}, *camps],
        routes=[{"start": a, "end": b, "km": 40} | ({"crossing": "Gate", "kind": "post"}
                if a == "Here" else {}) for a, b in ways],
        groups=[{"name": "G", "household_size": {1: 1}, **ADULTS}],
        violence={"events": [spell]}, borders=border(()),
        behaviour=deeper(QUIET, {"leaving": {"violence_per_day": 5.0}}),
    )  # fmt: skip


def choices(scenario: Scenario) -> np.ndarray:
    """How often each household has chosen a way, at the end."""
    model = FlowModel(scenario, rng=1)
    while model.running:
        model.step()
    return column(model, "count")[:, COUNTED.index(Purpose.ROUTE)]


def test_who_finds_all_camps_full_does_not_walk_on_for_good():
    result = run(full())
    assert (stock(result, "sheltered")[5:] == 10 * len(CAMPS)).all()
    outside = result.data.people.sel(status="moving").sum("group").values
    assert (outside[6:] == outside[-1]).all()  # nobody is on the way between camps
    assert outside[-1].sum() == 90 - 30
    assert choices(full()).max() < 12  # a way was chosen on the first days alone; 3 a day before


def test_who_stays_outside_comes_in_once_there_is_room():
    result = run(full(grows=10.0))
    room = 30 + 10 * np.arange(1, DAYS + 1)
    sheltered = stock(result, "sheltered")
    assert (sheltered <= np.minimum(room, 90)).all()
    assert sheltered[-1] == 90
    late = 2  # days: a day until they look, less than one to walk
    assert (sheltered[late + 1 :] >= np.minimum(room, 90)[1:-late] - 5).all()


def test_engines_agree_on_who_stays_outside():
    for scenario in (full(40), full(40, grows=3.0)):
        assert not same_bytes(run(scenario), run(scenario, engine="agents"))
