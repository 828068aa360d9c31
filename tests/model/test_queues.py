"""The queue kernel against the second-by-second account, for any line."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.clock import NEVER
from flowsim.model.plain_queue import InLine, PlainGate
from flowsim.model.queues import (
    PERSON,
    Allowance,
    Budgets,
    Line,
    serve,
    serve_counted,
    work_per_second,
)
from flowsim.policy import Count
from flowsim.policy.compose import Counted

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


def as_arrays(line: list[InLine]) -> Line:
    return Line(
        ready=np.array([h.ready for h in line], dtype=np.int64),
        quits=np.array([h.quits for h in line], dtype=np.int64),
        persons=np.array([h.persons for h in line], dtype=np.int64),
        rank=np.array([h.rank for h in line], dtype=np.int64),
        quota_per_hour=np.array([h.quota_per_hour for h in line], dtype=np.float64),
        rated=np.array([h.rated for h in line], dtype=np.int64),
        key=np.array([h.key for h in line], dtype=np.uint64),
        worked=np.array([h.worked for h in line], dtype=np.int64),
    )


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
    fast, plain = (
        Allowance(capacity, QUOTAS, START, STOP),
        PlainGate(capacity, QUOTAS, START, STOP),
    )
    line = in_line(first, 0)
    for household, work in zip(line, worked, strict=False):
        household.worked = work if household.ready < START else 0
    for rows, key in ((second, 100), ([], 200)):
        done = serve(fast, as_arrays(line))
        plain.serve(line, [], [])
        assert done.tolist() == [h.done for h in line]
        assert fast.unfinished.tolist() == [sum(h.used.values()) for h in line]
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
    left = np.array(data.draw(st.lists(st.integers(0, 20), min_size=1, max_size=2)))
    fresh = np.array([data.draw(st.booleans()) for _ in left])
    fast, plain = (
        Allowance(capacity, QUOTAS, START, STOP),
        PlainGate(capacity, QUOTAS, START, STOP),
    )
    line = in_line(first, 0)
    for rows, key in ((second, 100), ([], 200)):
        for household in line:
            household.counted = data.draw(st.integers(0, 2**left.size - 1))
        by = np.array([h.counted for h in line], dtype=np.int64)
        done, fast = serve_counted(fast, as_arrays(line), by, left, fresh)
        plain.serve(line, left.tolist(), fresh.tolist())
        assert done.tolist() == [h.done for h in line]
        assert fast.unfinished.tolist() == [sum(h.used.values()) for h in line]
        for n in range(left.size):
            through = [h.persons for h in line if h.counted >> n & 1 and h.done < NEVER]
            assert sum(through) <= max(left[n], 0) or (fresh[n] and len(through) == 1)
            left[n] -= sum(through)
            fresh[n] &= not through
        line = [h for h in line if h.done == NEVER and h.quits >= STOP] + in_line(rows, key)


def test_whoever_does_not_fit_stops_those_behind_but_not_those_of_no_quota():
    rows = [(START, 3, 0, 0, NEVER), (START + 1, 4, 0, 0, NEVER), (START + 2, 1, 0, 0, NEVER)]
    line = as_arrays(in_line([*rows, (START + 3, 9, 0, 0, NEVER)], 0))
    by, left, free = np.array([1, 1, 1, 0]), np.array([6]), Allowance(None, (), START, STOP)
    done, _ = serve_counted(free, line, by, left, np.array([False]))
    assert done.tolist() == [START, NEVER, NEVER, START + 3]
    # a family larger than the whole number passes while nothing of it is used, and uses it up
    done, _ = serve_counted(free, line, by, np.array([2]), np.array([True]))
    assert done.tolist() == [START, NEVER, NEVER, START + 3]
    done, _ = serve_counted(free, line, by, np.array([2]), np.array([False]))
    assert done.tolist() == [NEVER, NEVER, NEVER, START + 3]


def test_a_household_counts_against_every_quota_that_binds_it():
    """Four come of three persons: A binds all, B two of them; nine of A and three of B are left."""
    line = as_arrays(in_line([(START + i, 3, 0, 0, NEVER) for i in range(4)], 0))
    by, left, free = np.array([3, 1, 3, 1]), np.array([9, 3]), Allowance(None, (), START, STOP)
    done, _ = serve_counted(free, line, by, left, np.array([True, True]))
    assert done.tolist() == [START, START + 1, NEVER, START + 3]


def test_what_a_day_leaves_is_lost_or_kept_up_to_a_limit():
    """300 a day from midnight, the run begins at 18:00: the first day is six hours long."""
    lost, kept = Counted(Count(300, 24), ()), Counted(Count(300, 24, 0.5), ())
    budgets = Budgets(datetime(2010, 6, 10, 18))
    told = []
    for hour in (0, 5, 6, 30, 78, 79):
        now = hour * 3600
        told.append(budgets.left(0, (lost, kept), now)[0].tolist())
        budgets.use(0, (lost, kept), np.array([100, 100]))
    # two hours of day 0; day 1 keeps 100; day 2 keeps no more than half; day 4 follows a gap
    assert told == [[300, 300], [200, 200], [300, 400], [300, 450], [300, 300], [200, 200]]
    assert budgets.left(1, (lost,), 0)[0].tolist() == [300]  # each gate has its own
    other = Counted(Count(300, 24), ("women",))
    assert budgets.left(0, (other,), 79 * 3600)[0].tolist() == [300]  # and each who is exempt


@given(capacity=st.sampled_from(RATES), line=arrivals())
def test_no_more_pass_than_the_gate_allows(capacity, line):
    """Persons through by second t are at most rate x (t - start), and nobody before he is ready."""
    line = in_line(line, 0)
    done = serve(Allowance(capacity, QUOTAS, START, STOP), as_arrays(line))
    for household, when in zip(line, done.tolist(), strict=True):
        assert household.ready <= when
        through = sum(h.persons for h, w in zip(line, done.tolist(), strict=True) if w <= when)
        if when < NEVER:
            assert through * PERSON <= work_per_second(capacity) * (when - START)
            assert when <= household.quits


@given(line=arrivals())
def test_one_class_is_served_first_come_first_served(line):
    line = [(ready, persons, 0, 0, NEVER) for ready, persons, *_ in line]
    households = in_line(line, 0)
    done = serve(Allowance(3600.0, QUOTAS, START, STOP), as_arrays(households)).tolist()
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
    done = serve(Allowance(3600.0, QUOTAS, START, STOP), as_arrays(line))
    assert done.tolist() == [START + 3, START + 7, NEVER]


def through_in_parts(capacity, line: list[InLine], cuts: list[int]) -> list[int]:
    """When each is through if the segment is cut; work is carried from each part to the next."""
    edges = [START, *sorted(cuts), STOP]
    for start, stop in pairwise(edges):
        here = [h for h in line if h.done == NEVER and h.ready < stop]
        part = Allowance(capacity, QUOTAS, start, stop)
        done = serve(part, as_arrays(here))
        for household, when, work in zip(here, done, part.unfinished, strict=True):
            household.done, household.worked = int(when), household.worked + int(work)
            assert 0 <= household.worked <= household.persons * PERSON  # no more than its own
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
    whole = serve(Allowance(capacity, QUOTAS, START, STOP), as_arrays(in_line(line, 0))).tolist()
    assert through_in_parts(capacity, in_line(line, 0), cuts) == whole


def test_work_in_hand_is_kept_over_the_edge_of_a_segment():
    """A family of four at one person a second, in a segment of three seconds and the next."""
    family = InLine(0, NEVER, 4, 0, INF, 0, 0, 1)
    first = Allowance(3600.0, (), 0, 3)
    assert serve(first, as_arrays([family])).tolist() == [NEVER]
    assert first.unfinished.tolist() == [3 * PERSON]
    family.worked = 3 * PERSON
    assert serve(Allowance(3600.0, (), 3, 6), as_arrays([family])).tolist() == [4]


def test_what_nobody_could_use_is_not_carried_over_the_edge():
    """Ten a second and three who come in the last second: theirs is three, and the rest is lost."""
    three, seven = (InLine(9, NEVER, 3, 0, INF, 0, 0, 1), InLine(10, NEVER, 7, 0, INF, 0, 0, 2))
    gate, plain = Allowance(36_000.0, (), 0, 10), PlainGate(36_000.0, (), 0, 10)
    assert serve(gate, as_arrays([three])).tolist() == [NEVER]
    plain.serve([three], [], [])
    assert gate.unfinished.tolist() == [3 * PERSON] == [sum(three.used.values())]
    three.worked = 3 * PERSON
    line = as_arrays([three, seven])
    assert serve(Allowance(36_000.0, (), 10, 20), line).tolist() == [10, 11]  # the seven need 0.7 s


def test_what_was_done_for_one_helps_nobody_else():
    """Six of a family's seven are done when another is alone in the line: it starts anew."""
    family, other = (InLine(0, NEVER, n, 0, INF, 0, 0, 10 - n) for n in (7, 5))
    first = Allowance(3600.0, (), 0, 6)
    assert serve(first, as_arrays([family, other])).tolist() == [NEVER, NEVER]
    assert first.unfinished.tolist() == [6 * PERSON, 0]
    second = serve(Allowance(3600.0, (), 6, 12), as_arrays([other]))
    assert second.tolist() == [11]


def test_a_gate_without_limits_lets_everybody_through_at_once():
    line = [InLine(120, 130, 50, 0, INF, 0, 0, 1), InLine(90, NEVER, 1, 0, INF, 0, 0, 2)]
    free = Allowance(None, QUOTAS, START, STOP)
    assert serve(free, as_arrays(line)).tolist() == [120, START]
