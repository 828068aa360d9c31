"""Uncertain inputs: which there are, where samples lie, and the scenarios they make."""

from __future__ import annotations

import math
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, norm, qmc, triang

import flowsim as fs
from flowsim.scenario.checks import check
from flowsim.scenario.scenario import Distribution, Linked, Number
from flowsim.study.distributions import UNBOUNDED, Law
from flowsim.study.inputs import doubts, inputs_of, uncertain
from flowsim.study.sampling import BLOCK, METHODS, MOST_SOBOL, design, positions, sampled
from flowsim.world.config import KINDS
from tests.full import FULL
from tests.worlds import small_scenario

JUNE = Path(__file__).parents[2] / "scenarios" / "kyrgyz_uzbek_2010"
LEAVING = "behaviour.leaving.violence_per_day"
NORTH = "places[Town].share.North"
PEOPLE = "places[Town].population"
POLICY = "borders[Here-There].authorities[There].policies[0]"
RANGES = (
    Number(path=PEOPLE, value=600, low=500, high=700, distribution="uniform", source="census"),
    Number(path=NORTH, value=0.5, low=0.2, high=0.9, distribution="uniform"),
    Number(path=LEAVING, value=3.0, low=1, high=5, distribution="triangular"),
    Number(path="groups[North].children", value=0.3, low=0.1, high=0.5, distribution="uniform"),
    Number(path="violence.events[0].intensity", value=1.0, source="no range"),
    Number(path="routes[Bridge].gate_per_hour", value=200, low=200, high=200),
    Number(path=f"{POLICY}.stop", value="2010-06-11T12:00", low="2010-06-11T08:00",
           high="2010-06-11T18:00", distribution="uniform"),
    Number(path="record", value="1h", low="1h", high="2h", distribution="uniform"),
)  # fmt: skip
PATHS = tuple(RANGES[i].path for i in (0, 1, 2, 3, 6, 7))

methods = pytest.mark.parametrize("method", METHODS)
unit = st.floats(0.0, 1.0)


def scenario(**changes: object) -> fs.Scenario:
    return small_scenario(**{"numbers": RANGES, **changes})


def value_at(scenario: fs.Scenario, path: str) -> object:
    return {number.path: number.value for number in scenario.numbers}[path]


# which inputs there are


def test_uncertain() -> None:
    assert uncertain([scenario()]) == PATHS
    assert uncertain([small_scenario()]) == ()
    more = Number(path="behaviour.news.informed", value=0.7, low=0.5, high=0.9)
    first, second = scenario(numbers=RANGES[2:4]), scenario(numbers=(more, *RANGES))
    assert uncertain([first, second])[:3] == (LEAVING, RANGES[3].path, more.path)


def test_patterns() -> None:
    base = [scenario()]
    assert uncertain(base, [LEAVING]) == (LEAVING,)
    assert uncertain(base, ["record", "places[*"]) == (PEOPLE, NORTH, "record")
    assert uncertain(base, "places[Town].*") == (PEOPLE, NORTH)
    assert uncertain(base, ["groups[????h].children"]) == ("groups[North].children",)


def test_all_patterns_that_fit_nothing_are_told() -> None:
    only = [LEAVING, "places[Twon].population", "behavior.*", "[rb]ecord", "places?Town?.*"]
    with pytest.raises(fs.ScenarioError) as error:
        uncertain([scenario()], only)
    problems = error.value.problems
    assert [problem.path for problem in problems] == ["inputs[1]", "inputs[2]", "inputs[3]"]
    assert str(problems[0]) == (
        "inputs[1]: no uncertain input fits 'places[Twon].population'; name numbers that have a "
        "low and a high end, by path, linked[NAME], or with * and ? "
        "(did you mean 'places[Town].population'?)"
    )
    assert problems[1].right.endswith("(did you mean 'behaviour.*'?)")
    with pytest.raises(fs.ScenarioError, match="nothing is uncertain, so 'x' fits nothing"):
        uncertain([small_scenario()], ["x"])


def test_numbers_that_are_gone_are_not_uncertain() -> None:
    """Other policies and other values leave nothing to sample of what stood there before."""
    base = scenario()
    for policies in ([], [fs.policy.Closed(stop="2010-06-11T13:00")], [fs.policy.Open()]):
        changed = base.replace_policies("Here-There", *policies)
        assert f"{POLICY}.stop" not in uncertain([changed])
        assert sampled(changed, dict.fromkeys(PATHS[:5], 0.5)).borders == changed.borders
    assert LEAVING not in uncertain([base.with_values({LEAVING: 2})])


def test_one_fact_that_stands_twice_is_one_doubt() -> None:
    closures = [fs.policy.Closed(start="2010-06-11T00:00", stop="2010-06-11T12:00", leak=0.1)] * 4
    base = small_scenario().replace_policies("Here-There", *closures)
    at = [f"{POLICY[:-3]}[{i}]" for i in range(4)]
    end = {"value": "2010-06-11T12:00", "low": "2010-06-11T08:00", "high": "2010-06-11T18:00"}
    ends = [{**end, "source": "a"}, {**end, "source": "b"}, {**end, "source": "a"},
            {**end, "source": "b", "high": "2010-06-11T19:00"}]  # fmt: skip
    leak = {"value": 0.1, "low": 0.0, "high": 0.2, "source": "a"}
    numbers = [Number(path=f"{path}.stop", **told) for path, told in zip(at, ends, strict=True)]
    numbers += [Number(path=f"{path}.leak", **leak) for path in at]
    base = base.model_copy(update={"numbers": tuple(numbers)})
    paths = uncertain([base])
    leader = doubts([base], paths)
    assert len(paths) == 8
    assert {path: first for path, first in leader.items() if path != first} == {
        f"{at[2]}.stop": f"{at[0]}.stop"
    }
    assert doubts([base], [f"{at[2]}.stop"]) == {f"{at[2]}.stop": f"{at[0]}.stop"}
    # linked in one scenario, linked in all; and over a third if need be
    other = base.model_copy(update={"numbers": tuple(
        n.model_copy(update={"source": "c"}) if n.path in (f"{at[2]}.stop", f"{at[1]}.stop") else n
        for n in numbers
    )})  # fmt: skip
    linked = doubts([other, base], paths)
    assert {linked[f"{path}.stop"] for path in at[:3]} == {f"{at[0]}.stop"}
    columns = design([base], samples=20)
    assert tuple(columns) == paths
    assert np.array_equal(columns[f"{at[0]}.stop"], columns[f"{at[2]}.stop"])
    assert len({column.tobytes() for column in columns.values()}) == 7


# where samples lie


@methods
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 5))
def test_the_first_samples_of_more_are_the_same(method: str, n: int, more: int, seed: int) -> None:
    few, many = positions("ab", n, method, seed), positions("ab", n + more, method, seed)
    for path, column in few.items():
        assert column.shape == (n,)
        assert column.dtype == np.float64
        assert ((column > 0.0) & (column < 1.0)).all()
        assert np.array_equal(column, many[path][:n])


@methods
def test_columns_are_keyed(method: str) -> None:
    alone = positions(["b"], 40, method, seed=3)["b"]
    others = positions(["b", "a", "c", "b"], 40, method, seed=3)
    assert list(others) == ["b", "a", "c"]
    assert np.array_equal(alone, others["b"])
    if method != "sobol":
        assert np.array_equal(alone, positions(["a", "b"], 40, method, seed=3)["b"])
    assert not np.array_equal(alone, others["a"])
    assert not np.array_equal(alone, positions(["b"], 40, method, seed=4)["b"])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("latin_hypercube", [0.2997579237444309, 0.48787928441846795, 0.6388549668278898]),
        ("sobol", [0.4490391727901939, 0.9490391727901939, 0.6990391727901939]),
        ("monte_carlo", [0.30680826599152267, 0.03236272444364896, 0.7319792343076413]),
    ],
)
def test_positions_are_the_same_on_every_machine(method: str, expected: list[float]) -> None:
    assert positions(["b", "a"], 3, method)["a"].tolist() == expected


def test_each_block_is_a_latin_hypercube() -> None:
    columns = positions([f"input {i}" for i in range(20)], 50)
    for column in columns.values():
        blocks = np.sort((column * BLOCK).astype(int).reshape(5, BLOCK))
        assert (blocks == np.arange(BLOCK)).all()
    table = np.array(list(columns.values()))
    assert len({row.tobytes() for row in table.reshape(-1, BLOCK)}) == 100  # no block twice
    assert abs(np.corrcoef(table)[np.triu_indices(20, 1)]).mean() < 0.2  # nor are inputs linked


def test_sobol_is_more_even_than_random() -> None:
    names = [f"input {i}" for i in range(4)]
    uneven = {
        method: [
            qmc.discrepancy(np.array(list(positions(names, 64, method, seed).values())).T)
            for seed in range(8)
        ]
        for method in METHODS
    }
    assert max(uneven["sobol"]) < min(uneven["monte_carlo"])


def test_means_over_seeds_are_unbiased() -> None:
    """The first Sobol point is 0 before it is rotated."""
    first = [[c[0] for c in positions("abcd", 1, "sobol", seed).values()] for seed in range(100)]
    assert kstest(np.ravel(first), "uniform").pvalue > 0.01
    assert abs(np.corrcoef(np.transpose(first))[np.triu_indices(4, 1)]).max() < 0.3


def test_what_cannot_be_placed() -> None:
    names = [str(i) for i in range(MOST_SOBOL + 1)]
    with pytest.raises(fs.ScenarioError) as error:
        positions(names, -1, "sobol")
    assert [problem.path for problem in error.value.problems] == ["samples", "inputs"]
    with pytest.raises(fs.ScenarioError, match=r"no method 'sobl'.*did you mean 'sobol'"):
        positions(names, 3, "sobl")
    assert qmc.Sobol.MAXDIM == MOST_SOBOL
    assert positions([], 5, "sobol") == {}


# distributions


EVEN = (np.arange(4000) + 0.5) / 4000


def law(low: object, value: object, high: object, distribution: str = "uniform") -> Law:
    made = Law.of(Number(path="x", low=low, value=value, high=high, distribution=distribution))
    assert made is not None
    return made


def quantiles(
    low: object, value: object, high: object, bounds: tuple[float, float] = UNBOUNDED
) -> Law:
    made = Law.of(Number(path="x", low=low, value=value, high=high), bounds)
    assert made is not None
    return made


BOUNDS = {
    "a number": (-4.0, 1.0, 2.0, UNBOUNDED),
    "a rate": (0.5, 3.0, 9.0, (0.0, 1e12)),
    "a share": (0.2, 0.7, 0.9, (0.0, 1.0)),
    "a share up to its bound": (0.2, 0.7, 1.0, (0.0, 1.0)),
    "a rate from its bound": (0.0, 0.2, 1.0, (0.0, 1e12)),
}


@pytest.mark.parametrize("told", BOUNDS.values(), ids=BOUNDS)
def test_low_value_and_high_are_five_fifty_and_ninety_five_per_cent(
    told: tuple[float, float, float, tuple[float, float]],
) -> None:
    low, value, high, bounds = told
    law = quantiles(low, value, high, bounds)
    assert [law.at(u) for u in (0.05, 0.5, 0.95)] == pytest.approx([low, value, high], rel=1e-9)
    drawn = [float(law.at(u)) for u in EVEN]
    assert drawn == sorted(drawn)
    assert min(drawn) >= bounds[0]
    assert max(drawn) <= bounds[1]
    assert min(drawn) < low or low == bounds[0]
    assert max(drawn) > high or high == bounds[1]


def test_the_halves_are_normal_on_the_scale_without_bounds() -> None:
    z = norm.ppf(EVEN) / norm.ppf(0.95)
    side = np.where(z > 0.0, np.log(9.0 / 3.0), np.log(3.0 / 0.5))
    law = quantiles(0.5, 3.0, 9.0, (0.0, math.inf))
    assert [law.at(u) for u in EVEN] == pytest.approx(3.0 * np.exp(z * side), rel=1e-9)
    odds = [u / (1.0 - u) for u in (0.2, 0.5, 0.8)]
    share = quantiles(0.2, 0.5, 0.8, (0.0, 1.0))
    drawn = np.array([float(share.at(u)) for u in EVEN])
    assert np.log(drawn / (1.0 - drawn)) == pytest.approx(z * np.log(odds[2]), abs=1e-8)


def test_where_an_end_is_the_value_half_of_the_draws_are() -> None:
    law = quantiles(3, 3, 9, (0.0, math.inf))
    assert {law.at(u) for u in EVEN[:2000]} == {3.0}
    assert law.at(0.95) == 9.0


def test_times_and_whole_numbers_by_quantiles() -> None:
    times = quantiles("2010-06-14T18:00", "2010-06-14T20:00", "2010-06-14T23:00")
    assert [times.at(u) for u in (0.05, 0.5, 0.95)] == [
        "2010-06-14T18:00", "2010-06-14T20:00", "2010-06-14T23:00",
    ]  # fmt: skip
    assert times.at(0.99) > "2010-06-14T23:00"
    people = quantiles(500, 600, 900, (0.0, 1e8))
    assert [people.at(u, whole=True) for u in (0.05, 0.5, 0.95)] == [500, 600, 900]
    assert quantiles("1h", "2h", "8h").at(0.05) == "3600s"


def test_bounds_are_those_of_the_field() -> None:
    base = scenario()
    told = {e.number.path: e.law.bounds for e in inputs_of(base)}
    assert told[LEAVING] == (0.0, 1e12)
    assert told[NORTH] == (0.0, 1.0)
    assert told[PEOPLE] == (0.0, 1e8)
    assert told[f"{POLICY}.stop"] == UNBOUNDED


def test_no_route_is_drawn_shorter_than_the_line() -> None:
    base = scenario()
    i = base.routes.index(next(r for r in base.routes if r.crossing))
    path = f"routes[{base.routes[i].crossing}].km"
    km = base.routes[i].km
    doubtful = Number(path=path, value=km, low=0.01 * km, high=2 * km)
    made = sampled(base.model_copy(update={"numbers": (doubtful,)}), {path: 0.001})
    assert 0.01 * km < made.routes[i].km < km
    assert not check(made)


# linked inputs


def linked(base: fs.Scenario, **fields: object) -> fs.Scenario:
    return base.model_copy(update={"linked": (Linked(name="all", **fields),)})


def test_linked_inputs_have_one_position() -> None:
    base = linked(scenario(), inputs=(PEOPLE, "groups[*].children"))
    children = "groups[North].children"
    columns = design([base, scenario()], samples=20)
    assert np.array_equal(columns[PEOPLE], columns[children])
    assert not np.array_equal(columns[PEOPLE], columns[LEAVING])
    assert np.array_equal(columns[LEAVING], design([scenario()], samples=20)[LEAVING])


def test_a_common_factor_takes_the_place_of_the_ranges() -> None:
    camp = "places[Camp].capacity"
    base = scenario().with_values({camp: 400})
    base = linked(base, inputs=(PEOPLE, camp), by="factor", low=0.5, high=3.0)
    assert set(uncertain([base])) == {*PATHS, camp}
    for u, factor in ((0.05, 0.5), (0.5, 1.0), (0.95, 3.0)):
        made = sampled(base, {PEOPLE: u, camp: u})
        assert made.places[0].population == round(600 * factor)
        assert made.places[2].capacity == round(400 * factor)
    assert not made.linked


def test_times_that_shift_together() -> None:
    stop, start = f"{POLICY}.stop", "violence.events[0].start"
    base = linked(scenario(), inputs=(stop, start), by="shift_hours", low=-2.0, high=4.0)
    made = sampled(base, {stop: 0.95, start: 0.95})
    old, new = (s.borders[0].authorities[0].policies[0].stop for s in (base, made))
    assert (new - old).total_seconds() == 4 * 3600
    old, new = (s.violence.events[0].start for s in (base, made))
    assert (new - old).total_seconds() == 4 * 3600


WRONG_LINKS = {
    "no input fits 'places[Twon].capacity'": {"inputs": ("places[Twon].capacity",)},
    "a low is given, and each input has its own": {"inputs": (PEOPLE,), "low": 0.5},
    "a common factor without a low and a high end": {"inputs": (PEOPLE,), "by": "factor"},
    "from 2 to 3 does not hold 1": {"inputs": (PEOPLE,), "by": "factor", "low": 2, "high": 3},
    "stop' is a time": {"inputs": (f"{POLICY}.stop",), "by": "factor", "low": 0.5, "high": 2},
    "population' is not a time": {"inputs": (PEOPLE,), "by": "shift_hours", "low": -1, "high": 1},
    "of which a factor makes nothing else": {
        "inputs": ("behaviour.harm.on_the_way",), "by": "factor", "low": 0.5, "high": 2,
    },
}  # fmt: skip


@pytest.mark.parametrize("told", WRONG_LINKS)
def test_wrong_links_are_told(told: str) -> None:
    problems = check(linked(scenario(), **WRONG_LINKS[told]))
    assert [told in str(problem) for problem in problems] == [True]
    assert problems[0].path.startswith("linked[all]")


def test_an_input_moves_with_one_set_only() -> None:
    sets = (Linked(name="a", inputs=(PEOPLE,)), Linked(name="b", inputs=("places[*",)),
            Linked(name="a", inputs=(LEAVING,)))  # fmt: skip
    told = [str(p) for p in check(scenario().model_copy(update={"linked": sets}))]
    assert len(told) == 2
    assert "is in 'a' too" in told[0]
    assert "the name 'a' appears twice" in told[1]


# times in order


def test_times_of_a_section_keep_their_order() -> None:
    start = Number(path=f"{POLICY}.start", value="2010-06-11T09:00", low="2010-06-11T00:00",
                   high="2010-06-11T16:00")  # fmt: skip
    base = scenario().with_values({start.path: start.value})
    base = base.model_copy(update={"numbers": (*base.numbers, start)})
    columns = design([base], samples=60)
    loose = positions(columns, 60)
    stop = f"{POLICY}.stop"
    laws = {e.number.path: e.law for e in inputs_of(base)}

    def in_order(told: dict[str, np.ndarray]) -> list[bool]:
        return [str(laws[start.path].at(told[start.path][k])) < str(laws[stop].at(told[stop][k]))
                for k in range(60)]  # fmt: skip

    kept = np.array(in_order(loose))
    assert 0 < kept.sum() < 60  # a fault of the test else
    assert all(in_order(columns))
    assert np.array_equal(columns[stop][kept], loose[stop][kept])
    assert np.array_equal(columns[LEAVING], loose[LEAVING])
    assert np.array_equal(columns[stop][:20], design([base], samples=20)[stop])


def test_times_that_are_named_keep_their_order() -> None:
    stop, event = f"{POLICY}.stop", "violence.events[0].start"
    base = scenario().model_copy(update={"in_order": ((event, stop),)})
    assert not check(base)
    backwards = base.model_copy(update={"in_order": (tuple(reversed(base.in_order[0])),)})
    assert f"before {stop!r}" in str(check(backwards)[0])
    wrong = base.model_copy(update={"in_order": ((stop,), (stop, PEOPLE))})
    assert [p.wrong for p in check(wrong)] == [
        "one time has no order", f"{PEOPLE!r} is not the path of a time",
    ]  # fmt: skip


def test_times_that_never_come_in_order() -> None:
    start = Number(path=f"{POLICY}.start", value="2010-06-11T11:59", low="2010-06-11T11:58",
                   high="2010-06-12T12:00", distribution="uniform")  # fmt: skip
    base = scenario().with_values({start.path: start.value})
    early = Number(path=f"{POLICY}.stop", value="2010-06-11T12:00", low="2010-06-11T00:00",
                   high="2010-06-11T12:00", distribution="uniform")  # fmt: skip
    base = base.model_copy(update={"numbers": (start, early)})
    with pytest.raises(fs.ScenarioError, match="draws it never came after"):
        design([base], samples=400)


@pytest.mark.parametrize("mode", [1.0, 2.0, 4.5, 5.0])
def test_triangular(mode: float) -> None:
    values = [law(1.0, mode, 5.0, "triangular").at(u) for u in EVEN]
    expected = triang((mode - 1.0) / 4.0, loc=1.0, scale=4.0).ppf(EVEN)
    assert np.allclose(values, expected, atol=1e-9)


def test_uniform() -> None:
    values = [law(1, 2, 5).at(u) for u in EVEN]
    assert np.allclose(values, 1.0 + 4.0 * EVEN, atol=1e-12)
    assert [law(0.1, 0.2, 0.3).at(u) for u in (0.0, 1.0)] == [0.1, 0.3]


def test_whole_numbers_are_equally_likely() -> None:
    values, counts = np.unique([law(3, 5, 7).at(u, whole=True) for u in EVEN], return_counts=True)
    assert (values.tolist(), counts.tolist()) == ([3, 4, 5, 6, 7], [800] * 5)
    drawn = [law(0, 30, 100, "triangular").at(u, whole=True) for u in EVEN]
    assert all(isinstance(n, int) and 0 <= n <= 100 for n in drawn)
    assert np.mean(drawn) == pytest.approx(130 / 3, abs=0.1)


def test_times_and_durations() -> None:
    times = law("2010-06-14T18:00", "2010-06-14T20:00", "2010-06-14 23:00")
    drawn = [datetime.fromisoformat(str(times.at(u))) for u in EVEN]
    minutes = [(when - datetime(2010, 6, 14, 18)).total_seconds() / 60 for when in drawn]
    assert (min(minutes), max(minutes), len(set(minutes))) == (0, 300, 301)
    assert times.at(0.5) == "2010-06-14T20:30"
    narrow = law("2010-06-14T18:00:10", "2010-06-14T18:00:20", "2010-06-14T18:00:50")
    assert narrow.at(0.5) == "2010-06-14T18:00:30"
    assert law("1h", "90min", "2h").at(0.0) == "3600s"
    assert law("1h", "90min", "2h").at(1.0) == "7200s"


@pytest.mark.parametrize("ends", [(1, 1), (None, 2), (1, None), ("a", "b"), (1, "2h")])
def test_no_law(ends: tuple[object, object]) -> None:
    assert Law.of(Number(path="x", value=ends[0] or 1, low=ends[0], high=ends[1])) is None


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), unit, st.lists(unit, min_size=2))
def test_quantiles_stay_in_range_and_rise(
    low: float, width: float, at: float, places: list[float]
) -> None:
    high = low + width
    value = min(low + at * width, high)
    for distribution in get_args(Distribution):
        values = [law(low, value, high, distribution).at(u) for u in sorted(places)]
        assert distribution == "quantiles" or all(low <= v <= high for v in values)
        assert all(b >= a - 1e-9 * (1 + abs(a)) for a, b in pairwise(values))


# scenarios


def test_sampled() -> None:
    base = scenario()
    made = sampled(base, dict.fromkeys([*PATHS[:-1], "not.here"], 0.25))
    assert made.places[0].population == 550
    assert made.places[0].share == pytest.approx({"North": 0.375, "South": 0.625})
    assert made.behaviour.leaving.violence_per_day == pytest.approx(1.0 + math.sqrt(2.0))
    assert made.borders[0].authorities[0].policies[0].stop == datetime(2010, 6, 11, 10, 30)
    assert made.record == base.record
    assert uncertain([made]) == ("record",)
    assert [n.path for n in made.numbers] == [n.path for n in base.numbers]
    census = Number(path=PEOPLE, value=550, distribution="uniform", source="census")
    assert made.numbers[0] == census
    assert made.numbers[4:6] == base.numbers[4:6]
    assert sampled(base, {}) == base
    assert sampled(base, {"record": 1.0}).record == 7200


@given(st.fixed_dictionaries(dict.fromkeys(PATHS[:5], unit)))
def test_parts_add_up_to_one(position: dict[str, float]) -> None:
    base = scenario()
    made = sampled(base, position)
    assert math.fsum(made.places[0].share.values()) == pytest.approx(1.0, abs=1e-12)
    group = made.groups[0]
    assert math.fsum(getattr(group, kind) for kind in KINDS) == pytest.approx(1.0, abs=1e-12)
    assert group.women / group.elderly_men == pytest.approx(7.5)  # 0.3 to 0.04, as before
    assert made.groups[1] == base.groups[1]
    assert value_at(made, "groups[North].children") == group.children


@pytest.mark.parametrize(("u", "north"), [(0.0, 0.5), (0.5, 0.5), (1.0, 0.5)])
def test_all_parts_sampled(u: float, north: float) -> None:
    numbers = [Number(path=f"places[Town].share.{g}", value=0.5, low=0.2, high=0.9,
                      distribution="uniform")
               for g in ("North", "South")]  # fmt: skip
    base = scenario(numbers=tuple(numbers))
    made = sampled(base, dict.fromkeys(uncertain([base]), u))
    assert made.places[0].share == pytest.approx({"North": north, "South": 1 - north})
    assert value_at(made, NORTH) == made.places[0].share["North"]
    one = sampled(base, {NORTH: u})  # the other gives way, and has one value too
    assert one.places[0].share == pytest.approx({"North": 0.2 + 0.7 * u, "South": 0.8 - 0.7 * u})
    assert uncertain([one]) == ()


def test_parts_that_leave_nothing_for_others() -> None:
    groups = [*small_scenario().groups, small_scenario().groups[1].model_copy(
        update={"name": "East"})]  # fmt: skip
    places = list(small_scenario().places)
    places[0] = places[0].model_copy(update={"share": {"North": 0.6, "South": 0.3, "East": 0.1}})
    places[1] = places[1].model_copy(update={"share": {"East": 1.0}})
    places[2] = places[2].model_copy(update={"share": {"North": 0.5}})
    told = {
        NORTH: (0.4, 0.6, 0.9), "places[Town].share.South": (0.1, 0.3, 0.6),
        "places[Village].share.East": (0.5, 1.0, 1.0), "places[Camp].share.North": (0.5, 0.5, 0.8),
    }  # fmt: skip
    numbers = tuple(
        Number(path=path, low=low, value=value, high=high, distribution="uniform")
        for path, (low, value, high) in told.items()
    )
    base = scenario(groups=groups, places=places, numbers=numbers)
    made = sampled(base, dict.fromkeys(uncertain([base]), 1.0))
    assert made.places[0].share == pytest.approx({"North": 0.6, "South": 0.4, "East": 0.0})
    assert sampled(base, {"places[Village].share.East": 0.0}).places[1].share == {"East": 1.0}
    assert made.places[2].share == {"North": 0.8}  # abroad nothing asks for a whole


@given(unit)
def test_one_position_gives_one_value_in_all_scenarios(u: float) -> None:
    base = scenario()
    other = base.replace_policies("Here-There", fs.policy.Open()).with_values({NORTH: 0.9,
        "places[Town].share.South": 0.1})  # fmt: skip
    one, two = (sampled(s, dict.fromkeys(PATHS[:5], u)) for s in (base, other))
    assert one.behaviour == two.behaviour
    assert one.places[0].population == two.places[0].population
    assert two.places[0].share["North"] == 0.9


def test_impossible_samples_tell_their_values() -> None:
    start = Number(path=f"{POLICY}.start", value="2010-06-11T06:00", low="2010-06-11T00:00",
                   high="2010-06-11T12:00", distribution="uniform")  # fmt: skip
    lag = "borders[Here-There].authorities[There].lag_hours"
    beside = Number(path=lag, value=0.0, low=0, high=2, distribution="uniform")
    base = scenario().with_values({start.path: start.value})
    base = base.model_copy(update={"numbers": (*base.numbers, start, beside)})
    assert sampled(base, {start.path: 1.0, f"{POLICY}.stop": 1.0})
    with pytest.raises(fs.ScenarioError) as error:
        sampled(base, {start.path: 1.0, f"{POLICY}.stop": 0.0, LEAVING: 0.5, lag: 0.5})
    assert str(error.value) == (
        f"{POLICY}.stop: it stops at 2010-06-11T08:00, before it starts "
        f"(sampled: {POLICY}.stop=2010-06-11T08:00, {POLICY}.start=2010-06-11T12:00); "
        "give a later stop"
    )
    with pytest.raises(fs.ScenarioError) as error:
        sampled(base, {LEAVING: 1.5, PEOPLE: float("nan"), NORTH: 0.0})
    assert len(error.value.problems) == 2


def test_a_group_may_be_called_as_a_number_of_its_place() -> None:
    """Its share is not that number."""
    base = small_scenario()
    north, south = base.groups
    groups = (north.model_copy(update={"name": "population"}), south)
    town = base.places[0].model_copy(update={"share": {"population": 0.5, "South": 0.5}})
    village = base.places[1].model_copy(update={"share": {"population": 1.0}})
    violence = base.violence.model_copy(update={"events": ()})
    changed = small_scenario(groups=groups, places=(town, village, base.places[2]),
                             violence=violence, numbers=RANGES[:1])  # fmt: skip
    (place, *_) = sampled(changed, {PEOPLE: 1.0}).places
    assert (place.population, place.share) == (700, {"population": 0.5, "South": 0.5})


def test_june_2010() -> None:
    files = [JUNE, *sorted((JUNE / "variants").glob("*.yaml"))]
    scenarios = [fs.load(file) for file in files]
    columns = design(scenarios, samples=2, method="monte_carlo", seed=5)
    assert len(uncertain(scenarios[:1])) == 275
    assert set(uncertain(scenarios[:1])) < set(columns)
    policies = "borders[Kyrgyzstan-Uzbekistan].authorities[Uzbekistan].policies"
    one, two = (f"{policies}[closure of 14 June, {w}].start" for w in ("checkpoints", "elsewhere"))
    assert np.array_equal(columns[one], columns[two])
    samples = [{path: column[k] for path, column in columns.items()} for k in (0, 1)]
    for base in scenarios if FULL else scenarios[::5]:
        for position in (samples[0], dict.fromkeys(columns, 0.05), dict.fromkeys(columns, 0.95)):
            made = sampled(base, position)
            assert uncertain([made]) == ()
            for place in made.places:
                assert not place.share or math.isclose(math.fsum(place.share.values()), 1.0)
    assert sampled(scenarios[0], samples[0]).digest() != scenarios[0].digest()
