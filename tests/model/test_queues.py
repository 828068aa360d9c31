"""The queue of the kernel against the second-by-second account, for any line."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.clock import NEVER
from flowsim.model.kernel.constants import PERSON
from flowsim.model.kernel.queue import serve
from flowsim.model.quotas import Budgets, work_per_second
from flowsim.policy import Count
from flowsim.policy.compose import Counted
from tests.kernel import as_arrays, compiled_function, household
from tests.model.plain_queue import InLine, PlainGate

START, LENGTH = 100, 60
STOP = START + LENGTH
RATES = (1800.0, 3600.0, 5000.0, 9000.0, 40_000.0)
INF = float("inf")
QUOTAS = (1800.0, 3600.0, 7000.0)
"""Spread quotas of the gate; a household has a bit for each that binds it."""


def arrivals(first: int = START - 20) -> st.SearchStrategy[list[tuple]]:
    """Households that come: ready, persons, rank, bits of quotas, how long after that they quit."""
    household = st.tuples(
        st.one_of(st.integers(first, STOP - 1), st.sampled_from((START, STOP - 2, STOP - 1))),
        st.integers(1, 8),
        st.integers(0, 2),
        st.sampled_from((0, 0, 1, 2, 4, 3, 5)),
        st.one_of(st.just(NEVER), st.integers(1, LENGTH)),
    )
    return st.lists(household, max_size=10)


def least(bits: int) -> float:
    return min((q for n, q in enumerate(QUOTAS) if bits >> n & 1), default=INF)


def in_line(rows: list[tuple], first_key: int) -> list[InLine]:
    return [
        InLine(ready, min(ready + quits, NEVER), persons, rank, least(bits), bits, 0, first_key + i)
        for i, (ready, persons, rank, bits, quits) in enumerate(rows)
    ]


FIRST = 2
"""Place of the line in the list of all lines: another gate's comes before it."""


class Gate:
    """The kernel's queue at a gate in one segment; the parameters are those of `PlainGate`.

    Attributes
    ----------
    in_hand : list of int
        Work that the last call of `serve` did for each who is not through.
    """

    def __init__(self, capacity_per_hour, rates, start, stop, compiled=False):
        lanes = [work_per_second(rate) for rate in (None, capacity_per_hour, *rates)]
        empty = [[0] * (stop - start) for _ in lanes]
        self.compiled = compiled
        self.state = SimpleNamespace(
            tick=SimpleNamespace(first=start, last=stop), run=SimpleNamespace(one_in=1),
            first_lane=[0, 1], lane_work=lanes,
            n_spread=[0, len(rates)], opened=[False, False], n_counted=[0, 0],
            busy=[0, 0],
            lanes=np.array([empty] * 3, dtype=np.int64),
        )  # fmt: skip
        self.in_hand = []

    def serve(self, line, left=(), fresh=()):
        """When each of a line is through; counted quotas as for `PlainGate.serve`."""
        s, n = self.state, len(line)
        s.n_counted = [0, len(left)]
        s.count_left = np.array([[0] * len(left), left], dtype=np.int64)
        s.count_used = np.array([[0] * len(left), [not new for new in fresh]], dtype=np.int64)
        for name in ("trial_left", "trial_used"):
            setattr(s, name, np.zeros(len(left), dtype=np.int64))
        s.rows = [
            household(
                row, key=h.key, ready=h.ready, next_event=h.quits, passing=h.persons, rank=h.rank,
                quota=h.quota_per_hour, spread=h.spread, counted=h.counted, worked=h.worked,
            )
            for row, h in enumerate(line)
        ]  # fmt: skip
        for name in ("line_up", "in_turn", "scratch"):
            setattr(s, name, np.array([*[0] * FIRST, *range(n)], dtype=np.int32))
        rows = self._compiled(n) if self.compiled else self._as_it_stands(n)
        assert not any(late for *_, late in rows)  # for the next call
        self.in_hand = [int(in_hand) for _, in_hand, _ in rows]
        return [int(done) for done, _, _ in rows]

    def _as_it_stands(self, n):
        serve(self.state, 1, FIRST, n)
        return [(h.done, h.in_hand, h.late) for h in self.state.rows]

    def _compiled(self, n):
        made = as_arrays(self.state)
        compiled_function("serve")(made, 1, FIRST, n)
        self.state.opened, self.state.lanes = made.opened, made.lanes
        self.state.count_left = made.count_left
        return [(row["done"], row["in_hand"], row["late"]) for row in made.rows]


@settings(max_examples=400)
@given(
    capacity=st.sampled_from((None, *RATES)),
    worked=st.lists(st.integers(0, 3 * PERSON), max_size=3),
    first=arrivals(),
    second=arrivals(),
)
def test_kernel_is_the_plain_account(capacity, worked, first, second):
    """Two passes in one segment: the second shares what the first left, with those still in line
    and those who came meanwhile."""
    two_passes(capacity, worked, first, second, compiled=False)


@settings(max_examples=100)
@given(
    capacity=st.sampled_from((None, *RATES)),
    worked=st.lists(st.integers(0, 3 * PERSON), max_size=3),
    first=arrivals(),
    second=arrivals(),
)
def test_compiled_it_is_the_plain_account(capacity, worked, first, second):
    two_passes(capacity, worked, first, second, compiled=True)


def two_passes(capacity, worked, first, second, compiled):
    fast = Gate(capacity, QUOTAS, START, STOP, compiled)
    plain = PlainGate(capacity, QUOTAS, START, STOP)
    line = in_line(first, 0)
    for one, work in zip(line, worked, strict=False):
        one.worked = work if one.ready < START else 0
    for rows, key in ((second, 100), ([], 200)):
        done = fast.serve(line)
        plain.serve(line, [], [])
        assert done == [h.done for h in line]
        assert fast.in_hand == [sum(h.used.values()) for h in line]
        line = [h for h in line if h.done == NEVER and h.quits >= STOP] + in_line(rows, key)


@settings(max_examples=300)
@given(
    capacity=st.sampled_from((None, *RATES)),
    first=arrivals(),
    second=arrivals(),
    data=st.data(),
)
def test_counted_quotas_are_the_plain_account(capacity, first, second, data):
    """As above, under up to two counted quotas that run out."""
    under_counted_quotas(capacity, first, second, data, compiled=False)


@settings(max_examples=100)
@given(
    capacity=st.sampled_from((None, *RATES)),
    first=arrivals(),
    second=arrivals(),
    data=st.data(),
)
def test_compiled_counted_quotas_are_the_plain_account(capacity, first, second, data):
    under_counted_quotas(capacity, first, second, data, compiled=True)


def under_counted_quotas(capacity, first, second, data, compiled):
    left = data.draw(st.lists(st.integers(0, 20), min_size=1, max_size=2))
    fresh = [data.draw(st.booleans()) for _ in left]
    fast = Gate(capacity, QUOTAS, START, STOP, compiled)
    plain = PlainGate(capacity, QUOTAS, START, STOP)
    line = in_line(first, 0)
    for rows, key in ((second, 100), ([], 200)):
        for one in line:
            one.counted = data.draw(st.integers(0, 2 ** len(left) - 1))
        done = fast.serve(line, left, fresh)
        plain.serve(line, left, fresh)
        assert done == [h.done for h in line]
        assert fast.in_hand == [sum(h.used.values()) for h in line]
        for n in range(len(left)):
            through = [h.persons for h in line if h.counted >> n & 1 and h.done < NEVER]
            assert sum(through) <= max(left[n], 0) or (fresh[n] and len(through) == 1)
            left[n] -= sum(through)
            fresh[n] &= not through
        assert fast.state.count_left[1].tolist() == left  # the kernel takes them off itself
        line = [h for h in line if h.done == NEVER and h.quits >= STOP] + in_line(rows, key)


def counted_line(rows, by):
    line = in_line(rows, 0)
    for one, bits in zip(line, by, strict=True):
        one.counted = bits
    return line


def test_whoever_does_not_fit_stops_those_behind_but_not_those_of_no_quota():
    rows = [(START, 3, 0, 0, NEVER), (START + 1, 4, 0, 0, NEVER), (START + 2, 1, 0, 0, NEVER)]
    line = counted_line([*rows, (START + 3, 9, 0, 0, NEVER)], [1, 1, 1, 0])
    free = Gate(None, (), START, STOP)
    assert free.serve(line, [6], [False]) == [START, NEVER, NEVER, START + 3]
    # a family larger than the whole number passes while nothing of it is used, and uses it up
    assert free.serve(line, [2], [True]) == [START, NEVER, NEVER, START + 3]
    assert free.serve(line, [2], [False]) == [NEVER, NEVER, NEVER, START + 3]


def test_a_household_counts_against_every_quota_that_binds_it():
    """Four come of three persons: A binds all, B two of them; nine of A and three of B are left."""
    line = counted_line([(START + i, 3, 0, 0, NEVER) for i in range(4)], [3, 1, 3, 1])
    done = Gate(None, (), START, STOP).serve(line, [9, 3], [True, True])
    assert done == [START, START + 1, NEVER, START + 3]


def test_what_a_day_leaves_is_lost_or_kept_up_to_a_limit():
    """300 a day from midnight, the run begins at 18:00: the first day is six hours long."""
    lost, kept = Counted(Count(300, 24), ()), Counted(Count(300, 24, 0.5), ())
    budgets = Budgets(datetime(2010, 6, 10, 18))
    told = []
    for hour in (0, 5, 6, 30, 78, 79):
        now = hour * 3600
        begun = budgets.begin(0, (lost, kept), now)
        told.append([left for left, _ in begun])
        assert [used for _, used in begun] == ([100, 100] if hour in (5, 79) else [0, 0])
        left, used = ([n - 100 for n in told[-1]], [used + 100 for _, used in begun])
        budgets.end(0, (lost, kept), left, used)
    # two hours of day 0; day 1 keeps 100; day 2 keeps no more than half; day 4 follows a gap
    assert told == [[300, 300], [200, 200], [300, 400], [300, 450], [300, 300], [200, 200]]
    assert budgets.begin(1, (lost,), 0) == [(300, 0)]  # each gate has its own
    other = Counted(Count(300, 24), ("women",))
    assert budgets.begin(0, (other,), 79 * 3600) == [(300, 0)]  # and each who is exempt


@given(capacity=st.sampled_from(RATES), line=arrivals())
def test_no_more_pass_than_the_gate_allows(capacity, line):
    """Persons through by second t are at most rate x (t - start), and nobody before he is ready."""
    line = in_line(line, 0)
    done = Gate(capacity, QUOTAS, START, STOP).serve(line)
    for one, when in zip(line, done, strict=True):
        assert one.ready <= when
        through = sum(h.persons for h, w in zip(line, done, strict=True) if w <= when)
        if when < NEVER:
            assert through * PERSON <= work_per_second(capacity) * (when - START)
            assert when <= one.quits


@given(line=arrivals())
def test_one_class_is_served_first_come_first_served(line):
    line = [(ready, persons, 0, 0, NEVER) for ready, persons, *_ in line]
    households = in_line(line, 0)
    done = Gate(3600.0, QUOTAS, START, STOP).serve(households)
    order = sorted(range(len(line)), key=lambda i: (households[i].ready, households[i].key))
    assert [done[i] for i in order] == sorted(done)


def test_a_line_by_hand():
    """One person a second: 3 who were there first, then 2 of higher rank, then one who gave up.

    The 2 come at second 5; the 3 are through at 3; so the 2 are through at 5 + 2 = 7. The one who
    came at 5 too, of low rank, would be through at 8 but gave up at 7.
    """
    line = [
        InLine(START, NEVER, 3, 1, INF, 0, 0, 1),
        InLine(START + 5, NEVER, 2, 0, INF, 0, 0, 2),
        InLine(START + 5, START + 7, 1, 1, INF, 0, 0, 3),
    ]
    done = Gate(3600.0, QUOTAS, START, STOP).serve(line)
    assert done == [START + 3, START + 7, NEVER]


def through_in_parts(capacity, line: list[InLine], cuts: list[int]) -> list[int]:
    """When each is through if the segment is cut; work is carried from each part to the next."""
    edges = [START, *sorted(cuts), STOP]
    for start, stop in pairwise(edges):
        here = [h for h in line if h.done == NEVER and h.ready < stop]
        part = Gate(capacity, QUOTAS, start, stop)
        done = part.serve(here)
        for one, when, work in zip(here, done, part.in_hand, strict=True):
            one.done, one.worked = when, one.worked + work
            assert 0 <= one.worked <= one.persons * PERSON  # no more than its own
    return [h.done for h in line]


@settings(max_examples=300)
@given(
    capacity=st.sampled_from((*RATES, 360_000.0)),
    line=arrivals(START),
    cuts=st.lists(st.integers(START + 1, STOP - 1), min_size=1, max_size=3, unique=True),
    at_a_cut=st.lists(st.integers(-2, 1), max_size=4),
)
def test_edges_of_segments_change_nothing(capacity, line, cuts, at_a_cut):
    """Whoever stays in line is through when they would be without the edge."""
    line = [(ready, *more, NEVER) for ready, *more, _ in line]
    for n, near in enumerate(at_a_cut[: len(line)]):
        line[n] = (max(START, cuts[0] + near), *line[n][1:])
    whole = Gate(capacity, QUOTAS, START, STOP).serve(in_line(line, 0))
    assert through_in_parts(capacity, in_line(line, 0), cuts) == whole


def test_work_in_hand_is_kept_over_the_edge_of_a_segment():
    """A family of four at one person a second, in a segment of three seconds and the next."""
    family = InLine(0, NEVER, 4, 0, INF, 0, 0, 1)
    first = Gate(3600.0, (), 0, 3)
    assert first.serve([family]) == [NEVER]
    assert first.in_hand == [3 * PERSON]
    family.worked = 3 * PERSON
    assert Gate(3600.0, (), 3, 6).serve([family]) == [4]


def test_what_nobody_could_use_is_not_carried_over_the_edge():
    """Ten a second and three who come in the last second: theirs is three, and the rest is lost."""
    three, seven = (InLine(9, NEVER, 3, 0, INF, 0, 0, 1), InLine(10, NEVER, 7, 0, INF, 0, 0, 2))
    gate, plain = Gate(36_000.0, (), 0, 10), PlainGate(36_000.0, (), 0, 10)
    assert gate.serve([three]) == [NEVER]
    plain.serve([three], [], [])
    assert gate.in_hand == [3 * PERSON] == [sum(three.used.values())]
    three.worked = 3 * PERSON
    assert Gate(36_000.0, (), 10, 20).serve([three, seven]) == [10, 11]  # the seven need 0.7 s


def test_what_was_done_for_one_helps_nobody_else():
    """Six of a family's seven are done when another is alone in the line: it starts anew."""
    family, other = (InLine(0, NEVER, n, 0, INF, 0, 0, 10 - n) for n in (7, 5))
    first = Gate(3600.0, (), 0, 6)
    assert first.serve([family, other]) == [NEVER, NEVER]
    assert first.in_hand == [6 * PERSON, 0]
    assert Gate(3600.0, (), 6, 12).serve([other]) == [11]


def test_a_gate_without_limits_lets_everybody_through_at_once():
    line = [InLine(120, 130, 50, 0, INF, 0, 0, 1), InLine(90, NEVER, 1, 0, INF, 0, 0, 2)]
    assert Gate(None, QUOTAS, START, STOP).serve(line) == [120, START]
