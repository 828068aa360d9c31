"""Links, gates and the way home; residents of a world."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pytest

from flowsim.world.config import Group, Place, Route
from flowsim.world.network import Network
from flowsim.world.violence_config import Violence
from flowsim.world.world import World

PLACES = [Place(name=n, country=c, lat=i, lon=0) for i, (n, c) in enumerate(
    [("A", "In"), ("B", "In"), ("X", "Out"), ("Y", "Out")])]  # fmt: skip
ROUTES = [
    Route(start="A", end="B", km=10),
    Route(start="X", end="B", km=6, mode="foot", crossing="post", gate_per_hour=9),
    Route(start="A", end="X", km=40, crossing="gap"),
    Route(start="X", end="Y", km=5),
    Route(start="A", end="B", km=12),
]
INSIDE = np.array([True, True, False, False])


def test_each_route_is_two_links():
    network = Network(PLACES, ROUTES, INSIDE)
    assert network.tail.tolist() == [0, 1, 2, 1, 0, 2, 2, 3, 0, 1]
    assert network.head.tolist() == [1, 0, 1, 2, 2, 0, 3, 2, 1, 0]
    assert network.hours(10.0, 3.0).tolist() == [1, 1, 2, 2, 4, 4, 0.5, 0.5, 1.2, 1.2]


def test_gates_lead_out_of_where_people_flee():
    network = Network(PLACES, ROUTES, INSIDE)
    assert network.crossings == ("post", "gap")
    told = [(g.link, g.crossing, g.out, g.capacity_per_hour) for g in network.gates]
    assert told == [(2, 0, False, 9), (3, 0, True, 9), (4, 1, True, None), (5, 1, False, None)]
    assert network.gate.tolist() == [-1, -1, 0, 1, 2, 3, -1, -1, -1, -1]


def test_the_way_home_is_the_quickest_and_over_the_border_only_back():
    """Y to A: 0.5 h to X, then 2 h on foot and 1 h by road, and not 4 h by the gap."""
    network = Network(PLACES, ROUTES, INSIDE)
    first, total = network.way_home(network.hours(10.0, 3.0))
    assert total[3, 0] == pytest.approx(3.5)
    assert [first[3, 0], first[2, 0], first[1, 0]] == [7, 2, 1]
    assert np.isinf(total[0, 2])
    assert first[0, 2] == -1
    assert first[0, 1] == 0  # the shorter of two roads


def test_residents_are_whole_and_live_inside():
    kinds = {"children": 0.3, "women": 0.3, "men": 0.3, "elderly_women": 0.06, "elderly_men": 0.04}
    groups = [Group(name=n, household_size={4: 1}, **kinds) for n in "uvw"]
    places = [
        Place(name="A", country="In", lat=0, lon=0, population=100,
              share={"u": 1 / 3, "v": 1 / 3, "w": 1 / 3}, capacity=0),
        Place(name="X", country="Out", lat=1, lon=0, population=900, share={"u": 1.0}),
    ]  # fmt: skip
    world = World(places, [Route(start="A", end="X", km=200, crossing="c")], groups, ["In"],
                  Violence(), [], [], datetime(2010, 6, 10))  # fmt: skip
    assert world.residents.sum(axis=1).tolist() == [100, 0]
    assert sorted(world.residents[0].tolist()) == [33, 33, 34]
    assert world.hosts[1].tolist() == [900, 0, 0]
    assert world.capacity.tolist() == [0, -1]
    assert world.inside.tolist() == [True, False]
