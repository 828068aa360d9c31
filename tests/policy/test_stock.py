"""Each policy of the stock: what it states, and when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from flowsim.policy import (
    Closed,
    ForcedReturn,
    Open,
    Opening,
    PushBack,
    Quota,
    Scheduled,
    Triage,
    as_policy,
    override,
)

DAY = datetime(2010, 6, 12)
SECOND = timedelta(seconds=1)
ALWAYS = datetime(2000, 1, 1), datetime(2020, 1, 1)


def test_windows_are_half_open():
    policy = Closed(start=DAY, stop=DAY + timedelta(days=1))
    assert not policy.in_force(DAY - SECOND)
    assert policy.in_force(DAY)
    assert policy.in_force(DAY + timedelta(days=1) - SECOND)
    assert not policy.in_force(DAY + timedelta(days=1))
    assert policy.edges(*ALWAYS) == (DAY, DAY + timedelta(days=1))


def test_a_window_may_lack_an_end_or_be_empty():
    assert Closed().in_force(DAY)
    assert Closed(start=DAY).in_force(datetime.max)
    assert not Closed(start=DAY).in_force(DAY - SECOND)
    assert Closed(stop=DAY).in_force(datetime.min)
    empty = Closed(start=DAY, stop=DAY)
    assert not any(empty.in_force(DAY + n * SECOND) for n in (-1, 0, 1))
    assert Closed().edges(*ALWAYS) == ()


def test_what_each_states():
    def says(policy):
        return policy.opening(DAY, None)

    assert says(Open(delay_hours=2, priority=["men"])) == Opening(delay_hours=2, priority=("men",))
    assert says(Closed(leak=0.1, exempt=["women"], detention=0.5, detention_hours=3)) == Opening(
        permeability=0, leak=0.1, exempt=("women",), detention=0.5, detention_hours=3
    )
    assert says(Quota(per_hour=7, exempt=["elderly"])) == Opening(
        quota_per_hour=7, exempt=("elderly",)
    )
    assert says(Quota(per_day=48)) == Opening(quota_per_hour=2)
    assert says(Triage(permeability=0.4, per_hour=9, barred=["men"], leak=0.2)) == Opening(
        permeability=0.4, quota_per_hour=9, barred=("men",), leak=0.2
    )
    assert says(PushBack(dispersal_per_day=2, inside=0.3, after_hours=4)) == Opening(
        dispersal_per_day=2, pushback=0.3, pushback_after_hours=4
    )


@pytest.mark.parametrize("rates", [{}, {"per_hour": 1, "per_day": 1}])
def test_a_quota_has_one_rate(rates):
    with pytest.raises(ValidationError, match="a quota has one rate"):
        Quota(**rates)


def test_forced_return_rises_to_its_deadline_and_stays():
    """rate = a + (b - a) min(1, (t - start) / (deadline - start))."""
    policy = ForcedReturn(
        start=DAY, deadline=DAY + timedelta(days=4), per_day=0.1, per_day_at_deadline=0.9
    )
    rates = [policy.opening(DAY + timedelta(days=d), None).return_per_day for d in (0, 1, 4, 9)]
    assert rates == pytest.approx([0.1, 0.3, 0.9, 0.9])
    assert DAY + timedelta(days=4) in policy.edges(*ALWAYS)
    assert not policy.in_force(DAY - SECOND)
    with pytest.raises(ValidationError, match="deadline is not after the start"):
        ForcedReturn(start=DAY, deadline=DAY, per_day_at_deadline=1)


def test_a_schedule_cuts_its_parts_to_its_own_window_and_crossings():
    inner = Scheduled(
        policies=[Closed(), Open(start=DAY - timedelta(days=9), crossings=["X", "Y"])]
    )
    outer = Scheduled(start=DAY, stop=DAY + timedelta(days=2), crossings=["Y", "Z"],
                      policies=[inner, Quota(per_hour=1, stop=DAY + 86_400 * SECOND)])  # fmt: skip
    closed, opened, quota = outer.parts()
    assert closed.window() == (DAY, DAY + timedelta(days=2))
    assert (opened.window().start, opened.crossings) == (DAY, ("Y",))
    assert (quota.window().stop, quota.crossings) == (DAY + timedelta(days=1), ("Y", "Z"))


def test_a_part_that_shares_no_crossing_with_its_schedule_binds_none():
    (part,) = Scheduled(crossings=["Y"], policies=[Closed(crossings=["X"])]).parts()
    assert not {"X", "Y"} & set(part.crossings)
    assert part.crossings  # empty would mean all


def test_functions_are_policies_and_other_things_are_not():
    def rule(now, view):
        return None

    policy = Closed()
    assert as_policy(policy) is policy
    assert as_policy(rule).opening(DAY, None) is None
    assert not as_policy(rule).stands_above
    assert override(rule).stands_above
    for wrong in ("closed", None, 3):
        with pytest.raises(TypeError, match="is no policy"):
            as_policy(wrong)


def test_a_function_is_known_by_its_source():
    def one(now, view):
        return Opening(permeability=0.5)

    def other(now, view):
        return Opening(permeability=0.6)

    assert as_policy(one).identity() == as_policy(one).identity()
    assert as_policy(one).identity() != as_policy(other).identity()
    made = {}
    exec("def rule(now, view): return None", made)
    with pytest.raises(ValueError, match="has no source to be known by"):
        as_policy(made["rule"]).identity()


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [(Closed, {"leak": 1.1}), (Closed, {"leak": float("nan")}), (Triage, {"permeability": -0.1}),
     (Quota, {"per_hour": 0}), (PushBack, {"inside": 2}), (Open, {"delay": 1})],
)  # fmt: skip
def test_values_out_of_range_are_refused(policy, wrong):
    with pytest.raises(ValidationError):
        policy(**wrong)
