"""Nobody moves where no route leads or faster than it allows, and no camp is over its capacity."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partialmethod

import numpy as np
import pytest
from hypothesis import given

from flowsim.clock import NEVER
from flowsim.model import simulation
from flowsim.model.axes import Bound, Status
from flowsim.model.household import STEPS, Household
from flowsim.model.household_table import HouseholdTable
from flowsim.running import run
from tests.model.worlds import POLICIES, rich
from tests.properties.strategies import few, scenarios

HOME = (Status.AT_HOME, Status.RETURNED)


class Watched(Household):
    """A household that looks at itself after each thing it does, and fails where it has cheated."""

    steps = 0
    since = 0  # when it set out on the link it is on

    def watch(self, name, now, *more):
        """Do one of the things that a household does, and look."""
        status, place, link, arrive = self.status, self.place, self.link, self.arrive
        took = now - self.since  # what it does may begin the next leg
        getattr(Household, name)(self, now, *more)
        type(self).steps += 1
        if self.place != place:
            self.look_at_move(name, took, status, place, link)
        if self.status == Status.MOVING and (self.link, self.arrive) != (link, arrive):
            assert self.link >= 0
            self.since = now
        if name == "settle" and self.status != Status.MOVING:
            self.look_for_room()

    def look_at_move(self, name, took, status, place, link):
        """Who is elsewhere now came by its link in no less than its time, or was sent or let go."""
        network, speeds = self.model.world.network, self.model.laws.behaviour.routes
        ends = network.tail[link], network.head[link]
        if name == "attempt":
            assert (place, self.place) == ends
            assert (self.status, self.bound) == (Status.DETAINED, Bound.BACK_OVER_THE_BORDER)
            return
        if status == Status.DETAINED:
            assert (name in ("release", "join"), self.place) == (True, ends[0])
            return
        assert (name, status) == ("arrive", Status.MOVING)
        assert (place, self.place) == ends
        kmh = speeds.foot_kmh if network.on_foot[link] else speeds.road_kmh
        assert took >= network.km[link] / kmh * 3600
        gate = network.gate[link]
        assert gate < 0 or network.gates[gate].out or self.model.world.inside[self.place]

    def look_for_room(self):
        """No place is over its capacity, with the family that has just found room."""
        people, capacity = self.run.state_now.people, self.model.world.capacity[self.place]
        settled = (Status.DISPLACED, Status.SHELTERED)
        groups = range(self.run.state_now.run.groups)
        assert capacity < 0 or capacity >= sum(
            people[self.place, group, status] for group in groups for status in settled
        )


for _name in set(STEPS) - {"choose"}:
    setattr(Watched, _name, partialmethod(Watched.watch, _name))


class WatchedCrowd(HouseholdTable):
    """A crowd of which everybody is looked at after each segment."""

    segments = 0

    def segment(self, first, last, changed):
        super().segment(first, last, changed)
        type(self).segments += 1
        status, place, home, link, arrive = (
            self.column(name) for name in ("status", "place", "home", "link", "arrive")
        )
        network, inside = self.laws.world.network, self.laws.world.inside
        waiting = status == Status.WAITING
        assert (link[waiting] >= 0).all()
        assert (network.gate[link[waiting]] >= 0).all()
        assert (network.tail[link[waiting]] == place[waiting]).all()
        assert (arrive[status == Status.MOVING] < NEVER).all()
        assert not inside[place[status == Status.SHELTERED]].any()
        displaced = status == Status.DISPLACED
        assert inside[place[displaced]].all()
        assert (place[displaced] != home[displaced]).all()
        at_home = np.isin(status, HOME)
        assert (place[at_home] == home[at_home]).all()
        capacity = self.laws.world.capacity
        assert (self.occupancy()[capacity >= 0] <= capacity[capacity >= 0]).all()


WATCHED = {"seed": 1, "engine": "agents", "household": Watched}


@contextmanager
def watched(least: int = 10) -> Iterator[None]:
    """All runs in here are watched; people do something so often at the least."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulation, "HouseholdTable", WatchedCrowd)
        Watched.steps = WatchedCrowd.segments = 0
        yield
        assert Watched.steps >= least
        assert WatchedCrowd.segments > 10


@few(25)
@given(scenario=scenarios())
def test_nobody_cheats(scenario):
    with watched(least=0):
        run(nothing_burnt(scenario), **WATCHED)


def nothing_burnt(scenario):
    """See `test_those_who_settle_near_a_burnt_home_find_room_or_go_on`."""
    places = tuple(place.model_copy(update={"burnt": 0.0}) for place in scenario.places)
    return scenario.model_copy(update={"places": places})


def test_those_who_settle_near_a_burnt_home_find_room_or_go_on():
    scenario = rich(800, [], days=3, behaviour={"returning": {"abroad_per_day": 9.0}})
    places = list(scenario.places)
    places[0] = places[0].model_copy(update={"burnt": 1.0})
    places[1] = places[1].model_copy(update={"capacity": 20})
    with watched(least=1000):
        run(scenario.model_copy(update={"places": tuple(places)}), **WATCHED)


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_cheats_in_the_rich_world(name):
    with watched(least=1000):
        result = run(rich(1500, POLICIES[name]), **WATCHED)
    assert result.crossed().isel(time=-1).sum() > 0
