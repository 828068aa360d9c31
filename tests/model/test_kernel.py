"""Single functions of the kernel: the law of frailty, who comes first, and that compiled code does
the same to the last bit."""

from __future__ import annotations

import math
from datetime import datetime
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammaincinv

import flowsim as fs
from flowsim import compiled_cache, keyed
from flowsim.model import memory
from flowsim.model.compiled import MODULES, compiled
from flowsim.model.kernel import admission, clocks, frailty, ways
from flowsim.model.kernel.constants import FOR_GATE, FOR_HARM
from flowsim.model.kernel.harm import struck
from flowsim.model.kernel.order import BY_CLASS, BY_TIME, BY_TURN, sort
from flowsim.policy import Opening
from flowsim.policy.compose import compose
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.who import Sorts
from tests.kernel import as_arrays, drawing, household
from tests.model.worlds import plain, rich

# ---- frailty ----------------------------------------------------------------------------------

VARIANCES = (0.01, 0.1, 0.3, 0.5, 1.0, 1.7, 2.0, 5.0, 10.0)
LEAST, MOST = 2.0**-53, 1.0 - 2.0**-53
"""The least and the largest draw that there are."""


def quantile(variance: float, u: float) -> float:
    shape = 1.0 / variance
    return frailty.gamma_quantile(shape, u, math.lgamma(shape + 1.0))


@pytest.mark.parametrize("variance", VARIANCES)
def test_the_quantiles_of_frailty_are_those_of_the_gamma_law(variance: float) -> None:
    """To 1e-12 and, where the law comes near to 1, to the digits of it that are left."""
    drawn = np.random.default_rng(1).uniform(size=500)
    edges = [1e-15, 1e-9, 1e-6, 1e-3, 0.25, 0.5 - 1e-9, 0.5, 0.5 + 1e-9, 0.75, 0.999, 1.0 - 1e-6]
    for u in (*drawn.tolist(), *edges):
        told, least = gammaincinv(1.0 / variance, u), max(1e-12, 1e-14 / (1.0 - u))
        assert quantile(variance, u) == pytest.approx(told, rel=least, abs=1e-300), u


@pytest.mark.parametrize("variance", VARIANCES)
def test_the_ends_of_the_law_of_frailty(variance: float) -> None:
    """At its upper end, which one draw in 2 ** 52 comes to, it is finite and of that size."""
    least = quantile(variance, LEAST)
    assert 0.0 <= least < quantile(variance, 1e-12)
    assert least == pytest.approx(gammaincinv(1.0 / variance, LEAST), rel=1e-9, abs=1e-300)
    for u in (1.0 - 1e-7, 1.0 - 1e-9, 1.0 - 1e-12):
        assert quantile(variance, u) == pytest.approx(gammaincinv(1.0 / variance, u), rel=0.001)
    for u in (1.0 - 2.0**-51, 1.0 - 2.0**-52, MOST):
        assert 0.2 < quantile(variance, u) / gammaincinv(1.0 / variance, u) < 5.0


@given(st.sampled_from(VARIANCES), st.floats(LEAST, 0.999), st.floats(LEAST, 0.999))
def test_the_quantiles_of_frailty_rise(variance: float, one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert quantile(variance, low) <= quantile(variance, high) * (1.0 + 1e-12)


@pytest.mark.parametrize("variance", [0.0, 0.01, 0.5, 10.0])
def test_the_bound_of_a_frailty_is_never_below_it(
    variance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who rests by the bound is roused in time; in the middle of the law it is a near one."""
    shape = 1.0 / variance if variance else 0.0
    law = SimpleNamespace(frailty_shape=shape, frailty_log_gamma=math.lgamma(shape + 1.0))
    s = SimpleNamespace(run=law, frailty_bound=[math.nan] * memory.FRAILTIES)
    frailty.bound_frailties(s)
    edges = [part / memory.FRAILTIES for part in range(1, memory.FRAILTIES, 37)]
    at_edges = [math.nextafter(edge, end) for edge in edges for end in (0.0, 1.0)]
    for u in (*np.random.default_rng(1).uniform(size=200).tolist(), *edges, *at_edges, LEAST, MOST):
        monkeypatch.setattr(frailty, "uniform", lambda *_, u=u: u)
        told, most = frailty.frailty(s, 1), frailty.frailty_at_most(s, 1)
        assert told <= most
        if 0.3 < u < 0.7:
            assert most <= 1.1 * told


# ---- who comes first --------------------------------------------------------------------------

lines = st.lists(
    st.fixed_dictionaries({
        "done": st.integers(0, 2), "ready": st.integers(0, 2), "rank": st.integers(0, 1),
        "spread": st.integers(0, 1), "quota": st.sampled_from((1.0, math.inf)),
    }),
    max_size=40,
)  # fmt: skip


@settings(max_examples=200)
@given(lines, st.sampled_from((BY_CLASS, BY_TIME, BY_TURN)), st.randoms(use_true_random=False))
def test_rows_are_sorted_as_a_tuple_says(line, order, shuffle) -> None:
    keys = shuffle.sample(range(1000), len(line))
    rows = [household(n, key=key, **h) for n, (h, key) in enumerate(zip(line, keys, strict=True))]
    before = [-7, *range(len(rows)), -7]
    s = SimpleNamespace(rows=rows, scratch=[0] * len(before))
    after = list(before)
    sort(s, after, 1, len(rows), order)

    def place(row: int) -> tuple:
        h = rows[row]
        of_class = (-h.quota, h.rank, h.spread, h.ready)
        return {
            BY_CLASS: (of_class, h.key), BY_TIME: (h.done, h.key),
            BY_TURN: (h.done, of_class, h.key),
        }[order]  # fmt: skip

    assert after == [-7, *sorted(range(len(rows)), key=place), -7]


# ---- compiled ---------------------------------------------------------------------------------


def at_a_gate_and_a_fork(n: int = 300) -> SimpleNamespace:
    """Families with a way to choose, a gate to pass and a clock to draw."""
    openings = [Opening(permeability=0.7, barred=("men",), quota_per_hour=9.0)]
    rules = RulesAtGates([compose(openings, Sorts(["U"]))], [math.inf], datetime(2010, 6, 12))
    shape = 1.0 / 0.3
    s = drawing(
        "7.3", **memory.at_gates(rules), passing=np.zeros((2, 5), dtype=np.int64),
        run=SimpleNamespace(
            options=3, checkpoints=0, part=0.6, guards_leave=0.5, frailty_shape=shape,
            frailty_log_gamma=math.lgamma(shape + 1.0), fuel=0, links=7, die_per_day=0.5,
            recover_per_day=0.2,
        ),
        on_foot=np.zeros(7, dtype=bool), fuel_cost=np.zeros(1),
        route_key=np.arange(7, dtype=np.uint64), road_permeability=np.ones((7, 1)),
        option=np.array([[-1, 4, 6]]), option_key=np.array([[9, 5, 7]], dtype=np.uint64),
        values=np.array([[[0.1, 0.3, 0.2]]] * 4), home_rows=np.zeros(1, dtype=np.int64),
        gate_out=np.array([False]),
        gate_crossing=np.array([0]), outcomes=np.zeros((1, 1, 12, 5), dtype=np.int32),
        outcomes_so_far=np.zeros((1, 12), dtype=np.int64), tick=SimpleNamespace(at=0, start=0),
        country=np.array([0]), first_cell=np.array([0]),
        road_danger=np.ones(1),
        harm_weight=np.array([0.05, 0.15, 1.0, 0.3, 0.3]), purpose=np.array([5]),
        form=np.array([0]), scale=np.array([1]), own_column=np.array([-1]),
    )  # fmt: skip
    s.rows = []
    for row in range(n):
        kinds = [row % 3, 1 + row % 2, row % 4, 0, row % 5 == 0]
        one = household(row, key=(row * 0x9E3779B97F4A7C15) % 2**64, kinds=list(map(int, kinds)))
        one.guard, one.refused, one.wounded = row % 7 == 0, True, [0, 1, 0, 0, 0]
        one.count[s.slot[FOR_GATE]] = 1
        s.rows.append(one)
    return s


def all_of(s, functions) -> list[tuple]:
    """What some functions give for each household, all of which draw."""
    told = []
    for j in range(len(s.rows)):
        h = s.rows[j]
        h.frailty = functions.frailty(s, h.key)
        h.luck = functions.uniform(s, h.key, FOR_GATE, 0)
        option = functions.choose(s, h, 0)
        functions.assess(s, h, 0)
        total = functions.exposed_persons(s, h)
        kind = functions.struck(s, h, FOR_HARM, j, total, False)
        drawn = functions.threshold(s, h, 0, 0)
        told.append((h.frailty, h.luck, drawn, option, h.passing, h.rank, h.quota, kind))
    return told


def test_compiled_code_gives_the_same_bits() -> None:
    import numba

    from flowsim.compiled_whole import Entry

    plain = SimpleNamespace(
        frailty=frailty.frailty, uniform=keyed.uniform, choose=ways.choose,
        assess=admission.assess, exposed_persons=clocks.exposed_persons, struck=struck,
        threshold=clocks.threshold,
    )  # fmt: skip
    twins = compiled()
    frailty_, uniform_, choose_, assess_ = twins.frailty, twins.uniform, twins.choose, twins.assess
    exposed_, struck_, threshold_ = twins.exposed_persons, twins.struck, twins.threshold

    @numba.njit(error_model="numpy", pipeline_class=Entry)
    def all_compiled(s, told):  # pragma: no cover
        for j in range(len(s.rows)):
            h = s.rows[j]
            h.frailty = frailty_(s, h.key)
            h.luck = uniform_(s, h.key, FOR_GATE, 0)
            told[j, 3] = choose_(s, h, 0)
            assess_(s, h, 0)
            told[j, 7] = struck_(s, h, FOR_HARM, j, exposed_(s, h), False)
            told[j, 2] = threshold_(s, h, 0, 0)
            told[j, 0], told[j, 1], told[j, 4] = h.frailty, h.luck, h.passing
            told[j, 5], told[j, 6] = h.rank, h.quota

    told = np.zeros((300, 8))
    all_compiled(as_arrays(at_a_gate_and_a_fork()), told)
    assert told.tolist() == [list(map(float, row)) for row in all_of(at_a_gate_and_a_fork(), plain)]
    assert 0 < (told[:, 4] == 0).sum() < 300  # some are held
    assert np.isin([-1, 4, 6], told[:, 3]).all()


def test_compiled_code_of_other_constants_is_other_code(monkeypatch) -> None:
    """Some of them, as the seconds of a day, are of modules that the digest does not read."""
    before = compiled_cache.digest(MODULES)
    monkeypatch.setattr(clocks, "DAY", 86_401)
    assert compiled_cache.digest(MODULES) != before


def test_all_worlds_are_run_by_one_compilation() -> None:
    """Whatever a world has or lacks, its arrays are of the types that were compiled for."""
    worlds = (rich(60, days=1), plain(60, days=1), plain(60, days=1, abroad=False))
    before = len(compiled().carry_out.signatures)
    for world in worlds:
        fs.run(world)
    assert len(compiled().carry_out.signatures) <= max(before, 1)
