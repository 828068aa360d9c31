"""Nobody moves where no route leads or faster than it allows, and no camp is over its capacity."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given

from flowsim.clock import NEVER
from flowsim.model import flow
from flowsim.model.crowd import Crowd
from flowsim.model.layout import Status
from tests.model.worlds import POLICIES, rich
from tests.properties.strategies import few, scenarios


class Watched(Crowd):
    """A crowd that looks at everybody after each pass and fails where somebody has cheated."""

    passes = 0
    since = np.zeros(0, dtype=np.int64)

    def depart(self, rows, when, link, delay=0):
        c = self.columns
        self.since = np.pad(self.since, (0, c.n - self.since.size))
        assert (np.asarray(link) >= 0).all()
        self.since[rows] = when
        super().depart(rows, when, link, delay)

    def travel(self, stop):
        c = self.columns
        n, status, place = c.n, c.status.copy(), c.place.copy()
        link, took = c.link.copy(), c.next_event[:n] - np.pad(self.since, (0, n - self.since.size))
        did = super().travel(stop)
        self.look_at_moves(n, status, place, link, took)
        return did

    def look_at_moves(self, n, status, place, link, took):
        """Who is elsewhere now either came by its link in no less than its time, or was let go."""
        c, network, speeds = self.columns, self.network, self.laws.behaviour.routes
        moved = np.flatnonzero(c.place[:n] != place[:n])
        let_go = moved[status[moved] == Status.DETAINED]
        assert (c.place[let_go] == network.tail[c.link[let_go]]).all()
        moved = moved[status[moved] != Status.DETAINED]
        assert (status[moved] == Status.MOVING).all()
        used = link[moved]
        assert (network.tail[used] == place[moved]).all()
        assert (network.head[used] == c.place[moved]).all()
        kmh = np.where(network.on_foot[used], speeds.foot_kmh, speeds.road_kmh)
        assert (took[moved] >= network.km[used] / kmh * 3600).all()
        gate = network.gate[used]
        outward = np.array([g < 0 or network.gates[g].out for g in gate], dtype=bool)
        back = self.laws.world.inside[network.head[used]]
        assert (outward | back | (gate < 0)).all()

    def settle(self):
        did = super().settle()
        self.look_at_everybody()
        return did

    def look_at_everybody(self):
        c, network = self.columns, self.network
        type(self).passes += 1
        waiting = np.flatnonzero(c.status[: c.n] == Status.WAITING)
        assert (c.link[waiting] >= 0).all()
        assert (network.gate[c.link[waiting]] >= 0).all()
        assert (network.tail[c.link[waiting]] == c.place[waiting]).all()
        moving = np.flatnonzero(c.status[: c.n] == Status.MOVING)
        assert (c.arrive[moving] < NEVER).all()
        sheltered = np.flatnonzero(c.status[: c.n] == Status.SHELTERED)
        assert not self.laws.world.inside[c.place[sheltered]].any()
        displaced = np.flatnonzero(c.status[: c.n] == Status.DISPLACED)
        assert self.laws.world.inside[c.place[displaced]].all()
        assert (c.place[displaced] != c.home[displaced]).all()
        at_home = np.flatnonzero(np.isin(c.status[: c.n], (Status.AT_HOME, Status.RETURNED)))
        assert (c.place[at_home] == c.home[at_home]).all()
        capacity = self.laws.world.capacity
        assert (self.occupancy()[capacity >= 0] <= capacity[capacity >= 0]).all()


@contextmanager
def watched():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flow, "Crowd", Watched)
        Watched.passes = 0
        yield
        assert Watched.passes > 10


@few(40)
@given(scenario=scenarios())
def test_nobody_cheats(scenario):
    with watched():
        flow.run(nothing_burnt(scenario), seed=1)


def nothing_burnt(scenario):
    """See `test_those_who_settle_near_a_burnt_home_find_room_or_go_on`."""
    places = tuple(place.model_copy(update={"burnt": 0.0}) for place in scenario.places)
    return scenario.model_copy(update={"places": places})


def test_those_who_settle_near_a_burnt_home_find_room_or_go_on():
    scenario = rich(800, [], days=3, behaviour={"returning": {"abroad_per_day": 9.0}})
    places = list(scenario.places)
    places[0] = places[0].model_copy(update={"burnt": 1.0})
    places[1] = places[1].model_copy(update={"capacity": 20})
    with watched():
        flow.run(scenario.model_copy(update={"places": tuple(places)}), seed=1)


@pytest.mark.parametrize("name", POLICIES)
def test_nobody_cheats_in_the_rich_world(name):
    with watched():
        result = flow.run(rich(1500, POLICIES[name]), seed=1)
    assert result.crossed().isel(time=-1).sum() > 0
