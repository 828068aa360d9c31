"""Roads in random worlds: nobody is lost or quicker than free flow, no road is over its capacity or
fuller than full, lines are first come first served, and both engines agree."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.model import simulation
from flowsim.model.axes import OnRoad, Status
from flowsim.model.household import Household
from flowsim.model.household_table import HouseholdTable
from flowsim.running import run
from flowsim.scenario.checks import check
from flowsim.scenario.scenario import Scenario
from tests.model.worlds import full_of_jams, rich, same_bytes
from tests.properties.strategies import few, scenarios
from tests.properties.together import with_roads

pytestmark = pytest.mark.filterwarnings("ignore:full roads hold one another up")
ON_A_LINK = (OnRoad.DRIVING, OnRoad.IN_LINE, OnRoad.AT_MOUTH)


@st.composite
def worlds(draw: Any, **options: Any) -> Scenario:
    """A random world some of whose roads have a capacity, fill, or are closed for a time."""
    made: Scenario = draw(with_roads(draw(scenarios(**options))))
    assert not check(made)
    return made


class Driver(Household):
    """A household that notes when it is out of a road."""

    out: dict[int, list[tuple[int, int, int, int]]] = defaultdict(list)

    def arrive(self, now: int) -> None:
        """Note the road, when, how many, since when they were on it, and when in line."""
        if self.road == OnRoad.AT_MOUTH:
            took = now - self.since
            quickest = self.model.laws.hours[self.link] * 3600
            assert took >= quickest
            self.out[self.link].append((now, self.load, self.since, self.ready))
        super().arrive(now)


class Traffic(HouseholdTable):
    """A table of households whose roads are counted anew after each segment."""

    most_in_jam = 0

    def segment(self, first: int, last: int, changed: list[int]) -> None:
        super().segment(first, last, changed)
        if not self.laws.limits.any:
            return
        road, link, load, status, want, line, ready = (
            self.column(name)
            for name in ("road", "link", "load", "status", "want", "line", "ready")
        )
        assert set(road[status == Status.EMPTY].tolist()) <= {OnRoad.OFF}
        assert (status[np.isin(road, (*ON_A_LINK, OnRoad.HELD_BACK))] == Status.MOVING).all()
        links, mouth = len(self._held["mouth"]), self._held["mouth"]
        at_mouth = np.isin(np.arange(road.size), mouth[mouth >= 0])
        held = road == OnRoad.HELD_BACK
        on_it = np.isin(road, ON_A_LINK) | (held & at_mouth)
        there = np.bincount(link[on_it], load[on_it], minlength=links)
        assert (there == self._held["on_road"]).all()
        room, crews = self._held["entry_room"][:links], np.bincount(link[on_it], minlength=links)
        assert ((there <= room) | (room < 0) | (crews <= 1)).all()
        stands = np.where(held & ~at_mouth, want % links, link)
        in_jam = (on_it & (road != OnRoad.DRIVING)) | held
        jam = np.bincount(stands[in_jam], load[in_jam], minlength=links)
        assert (jam == self._held["in_jam"][:links]).all()
        assert ((road == OnRoad.IN_LINE) == ((line >= 0) & (line < links))).all()
        self.look_at_lines(ready)
        type(self).most_in_jam = max(type(self).most_in_jam, int(jam.max(initial=0)))

    def look_at_lines(self, ready: np.ndarray) -> None:
        """Who came first stands first, but for those who came in one interval of the grid."""
        behind = self.column("behind")
        for first, last in zip(self._held["line_head"], self._held["line_last"], strict=True):
            at, before = int(first), -1
            while at >= 0:
                assert ready[at] >= before - self.laws.retry
                at, before, end = int(behind[at]), int(ready[at]), at
            assert last == (end if first >= 0 else -1)


@pytest.fixture(autouse=True)
def _watched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "HouseholdTable", Traffic)


def look(scenario: Scenario) -> Any:
    """A run by agents in which all is watched; what each road let out is looked at afterwards."""
    Driver.out.clear()
    result = run(scenario, engine="agents", household=Driver)
    alive = result.people.sum(["place", "group", "status"])
    dead = result.deaths.sum(["place", "group"]).cumsum("time")
    everybody = (alive + dead).values
    assert (everybody == everybody[0]).all()
    for link, out in Driver.out.items():
        route = scenario.routes[link // 2]
        if route.persons_per_hour is not None:
            within_capacity(out, route.persons_per_hour / 3600)
        for before, after in pairwise(out):
            assert after[3] >= before[3] - scenario.grid_s  # first come first served
    return result


def within_capacity(out: list[tuple[int, int, int, int]], per_second: float) -> None:
    """Between any two that come out, no more do than the road allows in the time, and one."""
    when = np.array([o[0] for o in out])
    load = np.array([o[1] for o in out])
    behind = np.cumsum(load)
    most = per_second * (when[None, :] - when[:, None])
    came = behind[None, :] - behind[:, None]
    later = np.triu(np.ones_like(came, dtype=bool), 1)
    assert (came[later] <= (most + load.max() + per_second + 1e-6)[later]).all()


@few(25)
@given(scenario=worlds())
def test_roads_hold_in_random_worlds(scenario: Scenario) -> None:
    look(scenario)


@few(12)
@given(scenario=worlds(most=80))
def test_both_engines_give_the_same_bytes(scenario: Scenario) -> None:
    assert not same_bytes(*(run(scenario, engine=engine) for engine in ("columns", "agents")))


def test_roads_hold_in_the_rich_world_and_both_engines_agree() -> None:
    Traffic.most_in_jam = 0
    scenario = full_of_jams()
    result = look(scenario)
    assert Traffic.most_in_jam > 100
    assert result.fuel_queue.max() > 100
    assert sum(map(len, Driver.out.values())) > 150
    assert (result.deaths.sum() > 0).item()
    assert not same_bytes(run(scenario), result)


def test_without_limits_roads_are_as_they_were() -> None:
    """Capacities that nobody can use up change nothing: the hour at which people come through."""
    scenario = rich(600, [])
    limit = {"persons_per_hour": 1e11}
    routes = tuple(route.model_copy(update=limit) for route in scenario.routes)
    wide = scenario.model_copy(update={"routes": routes})
    assert not same_bytes(run(scenario), run(wide))
