"""Laws of distance over the whole way from home: shares of places as they are told."""

import numpy as np
import pytest

from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.destinations import Destinations, by_the_leg, shortest_km
from flowsim.behaviour.routes import RouteLogit
from flowsim.model.route_options import chances, settled
from flowsim.world.config import Place, Route
from flowsim.world.network import Network

HOMES = np.array([0, 1])
CAMPS = np.array([False, False, False, True, True, True])
WORTH = np.array([0.0, 0.0, 0.0, 0.3, -0.2, 0.1])
ROADS = [("A", "B", 40.0), ("A", "C", 60.0), ("B", "C", 30.0), ("C", "X", 50.0), ("B", "Y", 400.0),
         ("C", "Z", 900.0), ("X", "Y", 70.0)]  # fmt: skip


def network() -> Network:
    places = [
        Place(name=name, lat=i, lon=i, country="home" if i < 3 else "abroad", population=100)
        for i, name in enumerate("ABCXYZ")
    ]
    routes = [
        Route(start=a, end=b, km=km, crossing=f"{a}{b}" if a in "BC" and b in "XYZ" else "")
        for a, b, km in ROADS
    ]
    inside = np.array([True] * 3 + [False] * 3)
    return Network(places, routes, inside)


def shares(section: RouteChoice, cost: np.ndarray | None = None) -> np.ndarray:
    """Where those from each home settle by the chances of all choices, (B, P)."""
    ways = network()
    routes = RouteLogit(section, ways, CAMPS)
    values = Destinations(section, routes, CAMPS, HOMES).utilities(
        np.zeros(routes.n_links) if cost is None else cost, WORTH
    )
    ends = [settled(routes, chances(v), 6)[home] for home, v in zip(HOMES, values, strict=True)]
    return np.array(ends)


def softmax(x: np.ndarray) -> np.ndarray:
    weight = np.where(CAMPS, np.exp(x), 0.0)
    return weight / weight.sum(axis=-1, keepdims=True)


def test_by_the_leg_it_is_the_recursive_logit() -> None:
    section = RouteChoice(km_cost=0.01)
    assert by_the_leg(section)
    routes = RouteLogit(section, network(), CAMPS)
    cost = np.linspace(0.0, 0.5, routes.n_links)
    told = Destinations(section, routes, CAMPS, HOMES).utilities(cost, WORTH)
    plain = chances(routes.utilities(cost, WORTH))
    for values in told:
        np.testing.assert_allclose(chances(values), plain, atol=1e-12)


@pytest.mark.parametrize("part", [0.0, 0.25, 1.0])
def test_in_peace_shares_go_by_the_power_of_the_whole_way(part: float) -> None:
    section = RouteChoice(
        km_cost=0.01, distance="power", distance_power=1.7, near_km=80.0, any_distance=part
    )
    km = shortest_km(RouteLogit(section, network(), CAMPS))[HOMES]
    expected = (1.0 - part) * softmax(WORTH - 1.7 * np.log1p(km / 80.0)) + part * softmax(WORTH)
    np.testing.assert_allclose(shares(section), expected, atol=1e-10)


def test_a_part_goes_wherever_however_far() -> None:
    near = shares(RouteChoice(km_cost=0.01))
    some = shares(RouteChoice(km_cost=0.01, any_distance=0.4))
    np.testing.assert_allclose(some, 0.6 * near + 0.4 * softmax(WORTH), atol=1e-10)
    assert near[0, 5] < 0.01 < some[0, 5]  # Z lies 960 km away


def test_what_has_got_worse_counts_for_everybody() -> None:
    section = RouteChoice(km_cost=0.01, any_distance=0.4)
    ways = network()
    cost = np.where(ways.gate == ways.gate[2 * 5], 12.0, 0.0)  # C to Z is closed
    closed = shares(section, cost)
    assert (closed[:, 5] < 1e-4).all()
    assert (shares(section)[:, 5] > 0.1).all()
    np.testing.assert_allclose(closed.sum(axis=1), 1.0, atol=1e-10)


def test_the_shortest_of_two_roads_counts_and_no_way_back_over_the_border() -> None:
    km = shortest_km(RouteLogit(RouteChoice(), network(), CAMPS))
    assert km[0].tolist() == [0.0, 40.0, 60.0, 110.0, 180.0, 960.0]
    assert np.isinf(km[3, :3]).all()
