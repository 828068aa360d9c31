"""Recursive logit against all paths told out one by one, and against its own recursion."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.routes import SETTLE, RouteLogit, link_cost, wait_cost
from flowsim.model.kernel.constants import FOR_ROUTE
from flowsim.model.kernel.ways import choose
from flowsim.world.config import Place, Route
from flowsim.world.network import Network
from tests.kernel import drawing, household

SECTION = RouteChoice(km_cost=0.1, margin=0.1)


def network(ends, km, one_way=False, crossings=()):
    """Places 0 .. n-1; one-way routes are crossings, each place being a country of its own."""
    n = max(max(pair) for pair in ends) + 1
    places = [Place(name=str(i), country=f"C{i}" if one_way else "A", lat=0.1 * i, lon=0.0)
              for i in range(n)]  # fmt: skip
    routes = [
        Route(start=str(a), end=str(b), km=length,
              crossing=f"X{i}" if one_way or i in crossings else "")
        for i, ((a, b), length) in enumerate(zip(ends, km, strict=True))
    ]  # fmt: skip
    return Network(places, routes, np.ones(n, dtype=bool))


ENDS = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (2, 4), (3, 4)]
KM = [4.0, 7.0, 3.0, 9.0, 5.0, 12.0, 2.0]
STAY = np.array([0.0, 0.3, -0.5, 1.0, 1.4])
COST = np.zeros(14)
COST[[0, 6, 12]] = (0.4, 1.1, 0.2)


def test_choices_are_those_of_all_paths():
    """P(path) = exp(sum of v over its links + settle at its end) / sum over all paths.

    On a network without cycles the product of the choices on the way is just that.
    """
    ways = network(ENDS, KM, one_way=True)
    logit = RouteLogit(SECTION, ways, np.ones(5, dtype=bool))
    value = logit.utilities(COST, STAY)
    utility = -(SECTION.km_cost * ways.km + logit.leg_cost + COST)
    paths = {}

    def follow(place, links, total):
        if links:
            paths[links] = np.exp(total + STAY[place])
        for link in np.flatnonzero((ways.tail == place) & (np.arange(14) % 2 == 0)):
            follow(ways.head[link], (*links, int(link)), total + utility[link])

    follow(0, (), 0.0)
    everything = sum(paths.values())
    assert len(paths) == 11
    for links, weight in paths.items():
        chance, at = 1.0, int(logit.leaving(np.array([0]))[0])
        for option in (*links, SETTLE):
            chance *= _chances(logit, value, at)[option]
            at = option
        assert chance == pytest.approx(weight / everything, rel=1e-12)


def _chances(logit, value, state):
    """Logit probabilities of the options of a state."""
    weight = np.exp(value[state])
    told = {int(o): w / weight.sum() for o, w in zip(logit.option[state], weight, strict=True)}
    told.pop(-2, None)
    return told


def test_keyed_choices_come_in_the_frequencies_of_the_logit():
    """Of n people a share p takes an option, within 4 sqrt(p (1 - p) / n)."""
    ways = network(ENDS, KM)
    logit = RouteLogit(SECTION, ways, np.ones(5, dtype=bool))
    value = logit.utilities(COST, STAY)
    keys = (np.arange(20_000, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).tolist()
    s = choosing(logit.option, logit.option_key, value)
    for state in (int(logit.leaving(np.array([1]))[0]), 0, 9):
        chosen = np.array([choose(s, household(key=key), state) for key in keys])
        for option, p in _chances(logit, value, state).items():
            share = (chosen == option).mean()
            assert abs(share - p) < 4 * np.sqrt(p * (1 - p) / chosen.size) + 1e-12, (state, option)


def choosing(option, option_key, value):
    """A state in which households choose by these options and values, (states, D)."""
    option, option_key = np.asarray(option, dtype=np.int64), np.asarray(option_key, dtype=np.uint64)
    run = SimpleNamespace(options=option.shape[1], checkpoints=0, fuel=0)
    table = np.repeat(np.asarray(value, dtype=np.float64)[None], 4, axis=0)
    none = np.zeros(1, dtype=np.int64)
    return drawing(run=run, option=option, option_key=option_key, values=table, home_rows=none)


def chosen_by_five_hundred(option, value):
    """What households choose of options in one order, in their first, second or third choice."""
    s = choosing([option], [[abs(o + 3) for o in option]], [value])
    told = []
    for key in range(500):
        one = household(key=key)
        one.count[s.slot[FOR_ROUTE]] = key % 3
        told.append(choose(s, one, 0))
        assert one.count[s.slot[FOR_ROUTE]] == key % 3 + 1
    return told


def test_a_choice_does_not_depend_on_the_order_of_options():
    option, value = (SETTLE, 4, 7, -2), (0.1, 0.5, 0.3, -np.inf)
    chosen = chosen_by_five_hundred(option, value)
    for order in ((2, 1, 0, 3), (0, 2, 1, 3), (1, 2, 0, 3)):
        assert (
            chosen_by_five_hundred([option[d] for d in order], [value[d] for d in order]) == chosen
        )
    assert set(chosen) == {SETTLE, 4, 7}
    assert set(chosen_by_five_hundred(option, [-np.inf] * 4)) == {-2}
    padded = chosen_by_five_hundred((*option, -2, -2), (*value, 9.0, 9.0))  # nothing counts there
    assert padded == chosen


def test_a_better_option_takes_only_from_the_others():
    """Nobody who would have taken an option leaves it as it alone becomes better."""
    option = (SETTLE, 4, 7)
    before = np.array(chosen_by_five_hundred(option, (0.0, 0.0, 0.0)))
    after = np.array(chosen_by_five_hundred(option, (0.0, 1.0, 0.0)))
    assert (after[before == 4] == 4).all()
    assert (after[after != 4] == before[after != 4]).all()
    assert (after == 4).sum() > (before == 4).sum()


edges = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] < e[1]),
    min_size=1, max_size=9, unique=True,
)  # fmt: skip


@settings(max_examples=60)
@given(
    ends=edges,
    km=st.lists(st.floats(0.2, 60), min_size=9, max_size=9),
    km_cost=st.sampled_from((0.0, 0.02, 0.3)),
    closed=st.sampled_from((0.0, 3.0, 800.0)),
    stay=st.lists(st.floats(-20, 5), min_size=6, max_size=6),
)
def test_values_solve_their_recursion_and_are_finite(ends, km, km_cost, closed, stay):
    """z_a = exp(settle at head) + sum over b after a of exp(v_b) z_b, for any network with cycles,
    any cost, and a waiting cost that is as good as infinite; no way is worth NaN or +inf."""
    ways = network(ends, km[: len(ends)])
    logit = RouteLogit(RouteChoice(km_cost=km_cost), ways, np.ones(len(ways.names), dtype=bool))
    cost = np.where(np.arange(ways.tail.size) % 3 == 0, closed, 0.1)
    settle = np.array(stay[: len(ways.names)])
    value = logit.utilities(cost, settle)
    there = logit.option != -2
    assert (value[there] < np.inf).all()
    assert not np.isnan(value).any()
    assert np.isfinite(value[logit.option == SETTLE]).all()
    v = -(km_cost * ways.km + logit.leg_cost + cost)
    links = np.arange(ways.tail.size)
    z = np.zeros(links.size)
    after = (ways.head[:, None] == ways.tail[None, :]) & (links[:, None] != links[None, :] ^ 1)
    for _ in range(4000):
        z = np.exp(settle[ways.head]) + (after * np.exp(v)[None, :]) @ z
    onward = {int(o): x for o, x in zip(logit.option[there], value[there], strict=True) if o >= 0}
    for link, told in onward.items():
        assert told == pytest.approx(v[link] + np.log(z[link]), rel=1e-6, abs=1e-6)


def test_nobody_turns_round_settles_where_forbidden_or_goes_back_over_the_border():
    may_settle = np.array([True, False, True, True, True])
    ways = network(ENDS, KM, crossings=(3,))
    logit = RouteLogit(SECTION, ways, may_settle)
    for link in range(14):
        options = set(logit.option[link].tolist()) - {-2}
        assert link ^ 1 not in options
        assert (SETTLE in options) == may_settle[ways.head[link]]
        assert all(ways.tail[o] == ways.head[link] for o in options if o >= 0)
        assert 7 not in options  # link 6 leads over the border, 7 back
    for place in range(5):
        options = set(logit.option[logit.leaving(np.array([place]))[0]].tolist())
        assert SETTLE not in options


def test_a_dead_end_without_shelter_is_worth_nothing():
    ways = network([(0, 1), (0, 2)], [5.0, 5.0])
    logit = RouteLogit(SECTION, ways, np.array([True, False, True]))
    value = logit.utilities(np.zeros(4), np.zeros(3))
    state = int(logit.leaving(np.array([0]))[0])
    told = dict(zip(logit.option[state].tolist(), value[state].tolist(), strict=True))
    assert told[0] == -np.inf
    assert np.isfinite(told[2])


def test_cost_only_lowers_a_link():
    ways = network(ENDS, KM)
    logit = RouteLogit(SECTION, ways, np.ones(5, dtype=bool))
    base = logit.utilities(np.zeros(14), STAY)
    assert (logit.utilities(np.full(14, -3.0), STAY) == base).all()
    dearer = logit.utilities(COST, STAY)
    there = logit.option >= 0
    assert (dearer[there] <= base[there]).all()
    assert (dearer[there] < base[there]).any()


def test_waiting_cost():
    """min(cap, per hour x queue / rate - ln(share let pass))."""
    section = RouteChoice(wait_cost_per_hour=0.2, wait_cost_cap=3.0)
    told = wait_cost(
        section,
        np.array([1.0, 0.5, 0.0, 1.0, 1.0]),
        np.array([0.0, 100.0, 0.0, 1e6, 50.0]),
        np.array([np.inf, 100.0, np.inf, 1.0, np.inf]),
    )
    assert told == pytest.approx([0.0, 0.2 + np.log(2), 3.0, 3.0, 0.0])


def test_cost_of_a_fee_and_of_an_opening_that_was_announced():
    """A closed gate costs the hours until it opens; a fee of 10 km costs as 10 km of way."""
    section = RouteChoice(wait_cost_per_hour=0.2, wait_cost_cap=3.0, km_cost=0.1)
    none, free = np.zeros(4), np.full(4, np.inf)
    share, opens = np.array([1.0, 0.0, 0.0, 0.0]), np.array([np.inf, 5.0, np.inf, 99.0])
    told = wait_cost(section, share, none, free, np.array([10.0, 0.0, 0.0, 0.0]), opens)
    assert told == pytest.approx([1.0, 1.0, 3.0, 3.0])


def test_no_fee_makes_a_gate_dearer_than_the_cap():
    """A fee of 25 km on top of 2.0 for the queue, or at a closed gate: the cap, and no more."""
    section = RouteChoice(wait_cost_per_hour=0.2, wait_cost_cap=3.0, km_cost=0.1)
    queue, per_hour = np.array([100.0, 0.0]), np.array([10.0, np.inf])
    told = wait_cost(section, np.array([1.0, 0.0]), queue, per_hour, 25.0)
    assert told.tolist() == [3.0, 3.0]


def test_danger_on_the_way_and_waiting_at_the_gate():
    """danger_cost x hours x mean danger of both ends + the gate's."""
    ways = network(ENDS, KM, crossings=(1,))
    danger = np.array([1.0, 0.0, 0.5, 0.0, 0.0])
    gate = np.array([2.0, 0.7])
    cost = link_cost(RouteChoice(danger_cost=0.5), ways, ways.hours(10.0, 3.0), danger, gate)
    assert cost[0] == pytest.approx(0.5 * 0.4 * 0.5)
    assert cost[2] == pytest.approx(0.5 * 0.7 * 0.75 + 2.0)
    assert cost[3] == pytest.approx(0.5 * 0.7 * 0.75 + 0.7)
    assert cost[7] == 0.0
