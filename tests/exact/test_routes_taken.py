"""Where people get to, by which way and when, against the algebra of absorbing chains and against
all paths told out one by one.

Absorbing chains: Kemeny and Snell (1960), "Finite Markov Chains", chapter 3.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from flowsim.behaviour.routes import RouteLogit
from flowsim.model.axes import Status
from flowsim.model.flow import FlowModel
from flowsim.running import run
from tests.exact.chance import assert_binomial, assert_shares
from tests.exact.ways import SETTLE, all_paths, paths_taken, ways_of
from tests.full import FULL, only_full
from tests.model.worlds import border, column, finished, forget, plain, same_bytes, spell, stock

N = 40_000 if FULL else 12_000
HOURS = 48


def triangle(persons=N, per_day=6.0, **changes):
    """Home, where nobody can settle and danger is 1, and X and Y, one, three and two hours apart
    from each other: people go round until they settle."""
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": persons,
         "share": {"G": 1}, "capacity": 0},
        {"name": "X", "country": "A", "lat": 40.1, "lon": 72.0},
        {"name": "Y", "country": "A", "lat": 40.2, "lon": 72.1},
    ]  # fmt: skip
    routes = [
        {"start": "Here", "end": "X", "km": 12},
        {"start": "X", "end": "Y", "km": 24},
        {"start": "Y", "end": "Here", "km": 36},
    ]
    behaviour = {"routes": {"km_cost": 0.02, "settle_inside": -1.0, "danger_cost": 0.3}}
    return plain(persons, per_day, days=HOURS / 24, abroad=False, places=places, routes=routes,
                 behaviour=behaviour, **changes)  # fmt: skip


def arrivals_by_hour(ways, absorbing=None):
    """Chance of coming by each link so many hours after leaving, (hours, L).

    Who has come by a link of ``absorbing`` goes no further.
    """
    hours = ways.hours.astype(int)
    assert (hours == ways.hours).all()
    onward = ways.onward
    if absorbing is not None:
        onward = onward * ~absorbing[:, None]
    come = np.zeros((200, hours.size))
    for link, chance in enumerate(ways.start):
        come[hours[link], link] += chance
    for t in range(come.shape[0]):
        for link in np.flatnonzero(hours <= t):
            come[t, link] += come[t - hours[link]] @ onward[:, link]
    return come


def test_where_people_settle_and_after_how_many_hours():
    """The chance of ending at a place is start (1 - onward)^-1 settles, over the links into it; by
    hours, the same sum told out. Each place and hour is a class."""
    scenario = triangle()
    ways = ways_of(scenario, "Here", {"Here": 1.0})
    ends = arrivals_by_hour(ways) * ways.settles
    at = np.array([(ends * (ways.head == place)).sum(axis=1) for place in (1, 2)])
    visits = np.linalg.solve(np.eye(6) - ways.onward.T, ways.start)
    whole = [(visits * ways.settles)[ways.head == place].sum() for place in (1, 2)]
    assert at.sum(axis=1) == pytest.approx(whole, abs=1e-12)
    assert sum(whole) == pytest.approx(1.0, abs=1e-12)

    model = finished(scenario)
    there = np.flatnonzero(column(model, "status") == Status.DISPLACED)
    place = column(model, "place")[there]
    took, odd = np.divmod(column(model, "arrive")[there] - column(model, "fled")[there], 3600)
    early = column(model, "fled")[there] < 12 * 3600  # all of these are there at the end, or nearly
    forget(model)
    assert not odd.any()
    assert early.sum() > 0.9 * N
    seen = np.array([np.bincount(took[early & (place == p)], minlength=200) for p in (1, 2)])
    in_time = at[:, : HOURS - 12].sum()
    assert in_time > 1 - 1e-6
    assert_shares(seen.ravel(), at.ravel())


def test_how_many_are_at_each_place_by_the_hour():
    """Away by t: the sum over hours of travel of the chance to have left that long before."""
    per_day = 6.0
    scenario = triangle(per_day=per_day)
    ways = ways_of(scenario, "Here", {"Here": 1.0})
    ends = arrivals_by_hour(ways) * ways.settles
    t, took = np.arange(1, HOURS + 1)[:, None], np.arange(200)[None, :]
    left = -np.expm1(-per_day * np.maximum((t - took) / 24 - 1 / 86_400, 0.0))
    result = run(scenario, seed=2)
    for place, name in ((1, "X"), (2, "Y")):
        law = left @ ends[:, ways.head == place].sum(axis=1)
        assert_binomial(stock(result, "displaced", name), N, law)


@only_full
def test_which_place_is_reached_first_and_when():
    """Y before settling at X, and after how many hours: the links into Y made absorbing."""
    scenario = triangle(per_day=1e6, violence=spell(HOURS))
    ways = ways_of(scenario, "Here", {"Here": 1.0})
    into = ways.head == 2
    first = arrivals_by_hour(ways, into)[:, into].sum(axis=1)
    settled = (arrivals_by_hour(ways, into) * ways.settles)[:, ~into].sum()
    assert first.sum() + settled == pytest.approx(1.0, abs=1e-12)
    paths = paths_taken(scenario)
    hours = ways.hours.astype(int)
    seen = np.zeros(201, dtype=int)  # never is the last class
    for path in paths:
        links = list(path[: -1 if path[-1] == SETTLE else None])
        at = next((i for i, link in enumerate(links) if into[link]), None)
        seen[200 if at is None else hours[links[: at + 1]].sum()] += 1
    assert len(paths) == N
    assert_binomial(N - seen[200], N, first.sum())
    assert_shares(seen, np.append(first, settled))


def round_trips(persons=N):
    """Home and two places, all joined, and a camp beyond two crossings; people may walk in circles,
    and home again. The two ways from Here to X, by road and on foot, are different ways.

    Nobody minds the danger that drives all out in the first second.
    """
    places = [
        {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": persons,
         "share": {"G": 1}},
        {"name": "X", "country": "A", "lat": 40.1, "lon": 72.0},
        {"name": "Y", "country": "A", "lat": 40.0, "lon": 72.1, "capacity": 0},
        {"name": "Camp", "country": "B", "lat": 40.1, "lon": 72.1},
    ]  # fmt: skip
    post = {"crossing": "North", "kind": "post"}, {"crossing": "East", "kind": "gap"}
    routes = [
        {"start": "Here", "end": "X", "km": 12},
        {"start": "Here", "end": "X", "km": 13, "mode": "foot"},
        {"start": "X", "end": "Y", "km": 15},
        {"start": "Y", "end": "Here", "km": 18},
        {"start": "X", "end": "Camp", "km": 20, **post[0]},
        {"start": "Camp", "end": "Y", "km": 14, **post[1]},
    ]
    says = {"km_cost": 0.03, "margin": 0.9, "settle_inside": -0.5, "settle_abroad": 0.3,
            "kin": 0.4, "size": 0.1, "danger_cost": 0, "settle_danger_cost": 0}  # fmt: skip
    return plain(persons, 1e6, days=4, places=places, routes=routes, behaviour={"routes": says},
                 borders=border(), violence=spell(0.5))  # fmt: skip


def test_whole_paths_are_taken_in_the_shares_of_all_paths():
    """P(path) = exp(its utility) / sum over all paths, with cycles. Paths that weigh too little are
    left out of the sum, and at most one person in ten thousand would be on any of them."""
    scenario = round_trips()
    ways = ways_of(scenario, "Here")
    paths, left_out = all_paths(ways, least=1e-8)
    total = sum(paths.values())
    assert left_out < 1e-4 * total
    assert total == pytest.approx((ways.weight * ways.worth)[ways.first].sum(), rel=1e-4)
    assert max(map(len, paths)) > 8  # some walk in circles

    taken = paths_taken(scenario)
    assert len(taken) == N
    seen = Counter(taken)
    names = sorted(paths, key=paths.__getitem__, reverse=True)
    other = N - sum(seen[name] for name in names)
    law = np.array([paths[name] for name in names]) / (total + left_out)
    counts = np.array([seen[name] for name in names])
    assert_binomial(counts[:100], N, law[:100])
    assert_shares(np.append(counts, other), np.append(law, 1 - law.sum()))


def test_choices_multiply_to_the_share_of_a_path_with_cycles():
    """The logit's own chances along each path, against its weight among all: within what was left
    out of the sum and the 1e-6 to which the cost of a leg is rounded up."""
    scenario = round_trips()
    paths, left_out = all_paths(ways_of(scenario, "Here"), least=1e-8)
    total = sum(paths.values())
    model = FlowModel(scenario)
    network, may_settle = model.world.network, np.array([True, True, False, True])
    logit = RouteLogit(scenario.behaviour.routes, network, may_settle)
    stay = np.log([_settle(scenario, i) if ok else 1.0 for i, ok in enumerate(may_settle)])
    value = logit.utilities(np.zeros(network.tail.size), stay)
    for path, weight in paths.items():
        chance, state = 1.0, int(logit.leaving(np.array([0]))[0])
        for option in path:
            told = np.exp(value[state])
            chance *= told[logit.option[state] == option].sum() / told.sum()
            state = option
        assert chance == pytest.approx(weight / total, rel=left_out / total + 1e-6 * len(path))


def _settle(scenario, place):
    ways = ways_of(scenario, "Here")
    return ways.stay[np.flatnonzero(ways.head == place)[0]]


@pytest.mark.parametrize("world", [triangle, round_trips])
def test_the_reference_engine_takes_the_same_ways(world):
    one, other = (run(world(300), engine=engine) for engine in ("columns", "agents"))
    assert not same_bytes(one, other)
