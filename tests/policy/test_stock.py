"""Each policy of the stock: what it states, and when."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from pydantic import PrivateAttr

from flowsim.errors import ScenarioError
from flowsim.policy import (
    AnnouncedClosure,
    AnnouncedOpening,
    CapacityBound,
    Checkpoint,
    Closed,
    Corridor,
    Count,
    Dispersal,
    EncouragedReturn,
    ExitBan,
    ForcedReturn,
    Open,
    Opening,
    OpeningHours,
    Policy,
    PushBack,
    Quota,
    Reactive,
    Relocation,
    Road,
    Scheduled,
    Transfer,
    Triage,
    Watch,
    as_policy,
    override,
)
from flowsim.policy.stock import STOCK
from tests.views import View

DAY = datetime(2010, 6, 12)
SECOND = timedelta(seconds=1)
HOLDERS = {"Scheduled", "Code", "Function"}
"""Policies that only hold others."""
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


def test_what_the_others_state():
    def says(policy, view=None):
        return policy.opening(DAY, view)

    assert says(Open(cost_km=5)) == Opening(cost_km=5)
    assert says(ExitBan(leak=0.1)) == Opening(permeability=0, leak=0.1)
    assert says(ExitBan(barred=["men"], exempt=["kin_across"])) == Opening(
        barred=("men",), exempt=("kin_across",)
    )
    assert says(PushBack(interception=0.4, inside=0.2, reach_km=3)) == Opening(
        interception=0.4, pushback=0.2, pushback_after_hours=1, pushback_reach_km=3
    )
    assert says(EncouragedReturn(factor=2)) == Opening(return_wish=2)
    assert says(Quota(per_day=50, counted=True, exempt=["women"])) == Opening(
        count=Count(50, 24), exempt=("women",)
    )
    assert says(Quota(per_hour=9, counted=True, carry_over=2)).count == Count(9, 1, 2)
    assert says(Quota(per_hour=9, shared=True), View()).quota_per_hour == 3
    assert says(Quota(per_hour=9, shared=True, crossings=["X"]), View()).quota_per_hour == 9
    assert says(Corridor(routes=[("A", "B")], danger=0.1, lifts=0.5)) == Road(
        routes=(("A", "B"),), danger=0.1, lifts=0.5
    )
    assert says(Checkpoint(routes=[("A", "B")], permeability=0.5, delay_hours=2, cost_km=3,
                           stops=["group:U"])) == Road(
        routes=(("A", "B"),), permeability=0.5, delay_hours=2, cost_km=3, stops=("group:U",)
    )  # fmt: skip
    assert says(Relocation(origins=["A"], to=["B", "C"], per_day=2)) == Transfer(
        2, ("A",), (("B", 1.0), ("C", 1.0))
    )
    assert says(Dispersal(origins=["A"], shares={"C": 2, "B": 1}, per_day=2)) == Transfer(
        2, ("A",), (("B", 1.0), ("C", 2.0))
    )


def test_an_announced_closure_is_known_and_then_shut():
    told, shut = DAY + timedelta(hours=6), DAY + timedelta(hours=20)
    policy = AnnouncedClosure(announced=told, start=shut, stop=shut + timedelta(days=1), leak=0.1)
    assert not policy.in_force(told - SECOND)
    assert policy.in_force(told)
    assert policy.opening(shut - SECOND, None) == Opening(closes_at=shut)
    assert policy.opening(shut, None).permeability == 0
    assert policy.opening(shut, None).leak == 0.1
    assert policy.in_force(shut + timedelta(days=1) - SECOND)
    assert not policy.in_force(shut + timedelta(days=1))
    assert {told, shut} <= set(policy.edges(*ALWAYS))
    (part,) = Scheduled(start=DAY + timedelta(hours=10), policies=[policy]).parts()
    assert not part.in_force(DAY + timedelta(hours=9))  # the schedule has not begun
    assert part.in_force(DAY + timedelta(hours=10))
    with pytest.raises(ScenarioError, match="announced after it starts"):
        AnnouncedClosure(announced=shut, start=told)


def test_an_announced_opening_is_known_before():
    told, opens = DAY + timedelta(hours=6), DAY + timedelta(hours=20)
    policy = AnnouncedOpening(announced=told, stop=opens)
    assert policy.opening(told - SECOND, None) == Opening(permeability=0, detention_hours=48)
    assert policy.opening(told, None).opens_at == opens
    assert policy.in_force(opens - SECOND)
    assert not policy.in_force(opens)
    assert {told, opens} <= set(policy.edges(*ALWAYS))
    with pytest.raises(ScenarioError, match="announced after it opens"):
        AnnouncedOpening(announced=opens, stop=told)


@pytest.mark.parametrize(
    ("hours", "days", "open_at"),
    [
        ((8, 18), None, [8, 12, 17]),
        ((20, 6), None, [0, 5, 20, 23]),  # over midnight
        ((0, 24), ("sun",), []),  # 12 June 2010 was a Saturday
        ((0, 24), ("sat",), [0, 5, 6, 7, 8, 12, 17, 18, 19, 20, 23]),
        ((20, 6), ("fri",), [0, 5]),  # Friday night ends on Saturday morning
        ((20, 6), ("sat",), [20, 23]),
    ],
)
def test_opening_hours(hours, days, open_at):
    policy = OpeningHours(hours=hours, **({} if days is None else {"days": days}))
    asked = (0, 5, 6, 7, 8, 12, 17, 18, 19, 20, 23)
    told = [h for h in asked if policy.opening(DAY + timedelta(hours=h), None) is None]
    assert told == open_at


def test_opening_hours_and_counted_quotas_cut_steps_where_they_change():
    day = timedelta(days=1)
    policy = OpeningHours(hours=(8, 18.5), start=DAY, stop=DAY + 2 * day)
    expected = {DAY + timedelta(hours=h) for h in (0, 8, 18.5, 32, 42.5, 48)}
    assert set(policy.edges(DAY - day, DAY + 9 * day)) == expected
    assert Quota(per_day=5, counted=True).edges(DAY, DAY + day) == (DAY, DAY + day)
    assert len(Quota(per_hour=5, counted=True, stop=DAY + day).edges(DAY, DAY + 2 * day)) == 25
    assert Quota(per_day=5).edges(DAY, DAY + 9 * day) == ()


def test_a_full_camp_closes_the_border_until_there_is_room():
    """Closed from 0.9 on, open again below 0.6, and as it was between them."""
    policy, view = CapacityBound(closes_at=0.9, reopens_at=0.6, exempt=["wounded"]), View()
    told = []
    for full in (0.5, 0.89, 0.9, 0.8, 0.61, 0.6, 0.59, 0.8, 0.9):
        view.seen["occupancy"] = full
        told.append(policy.opening(DAY, view) is not None)
    assert told == [False, False, True, True, True, True, False, False, True]
    assert policy.opening(DAY, view).exempt == ("wounded",)
    with pytest.raises(ScenarioError, match="opens again above where it closes"):
        CapacityBound(closes_at=0.5, reopens_at=0.6)


def test_a_reaction_comes_late_and_lasts_until_it_is_over():
    """On once more than 100 wait for two hours; off once fewer than 50 do for two hours."""
    policy = Reactive(
        when={"what": "waiting", "above": 100}, until={"what": "waiting", "below": 50},
        delay_hours=2, policies=[Closed(exempt=["women"]), Quota(per_hour=3)],
    )  # fmt: skip
    view = View()
    queue = [90, 110, 90, 110, 120, 130, 90, 40, 60, 40, 30, 20, 110]
    told = []
    for hour, waiting in enumerate(queue):
        view.seen["waiting"], view.seen_at = waiting, DAY + timedelta(hours=hour)
        told.append(len(list(policy.says(DAY + timedelta(hours=hour), view))))
    #        .  seen over seen .  on  .  .  seen over seen .  off seen
    assert told == [0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 0, 0]
    assert [w.type for w in policy.within()] == ["closed", "quota"]


def test_a_reaction_without_delay_follows_what_is_seen():
    policy = Reactive(when={"what": "violence", "where": "P", "below": 0.5}, policies=[Closed()],
                      start=DAY, crossings=["X"])  # fmt: skip
    view, on = View(violence={"P": 0.4}), []
    for hour, level in enumerate((0.4, 0.6, 0.4)):
        view.seen["violence"], view.seen_at = {"P": level}, DAY + timedelta(hours=hour)
        on.append([s.policy.crossings for s in policy.says(DAY, view)])
    assert on == [[("X",)], [], [("X",)]]
    view.seen["violence"] = {"P": 0.6}
    assert len(list(policy.says(DAY, view))) == 1  # it has not looked again
    assert not list(policy.says(DAY - SECOND, view))  # before its window
    assert DAY in policy.edges(*ALWAYS)


@pytest.mark.parametrize("level", [{}, {"above": 1, "below": 2}])
def test_a_watch_has_one_level(level):
    with pytest.raises(ScenarioError, match="a condition has one level"):
        Watch(what="waiting", **level)


def test_a_ramp_keeps_its_start_inside_a_schedule_that_starts_later():
    ramp = ForcedReturn(start=DAY, deadline=DAY + timedelta(days=4), per_day_at_deadline=0.8)
    (part,) = Scheduled(start=DAY + timedelta(days=2), policies=[ramp]).parts()
    assert not part.in_force(DAY + timedelta(days=1))
    assert part.opening(DAY + timedelta(days=2), None).return_per_day == pytest.approx(0.4)


def test_road_policies_bind_no_crossing():
    with pytest.raises(ScenarioError, match="binds routes and no crossings"):
        Corridor(routes=[("A", "B")], crossings=["X"])


def test_only_a_counted_quota_carries_over():
    with pytest.raises(ScenarioError, match="only a counted quota carries over"):
        Quota(per_day=5, carry_over=1)


def test_each_policy_of_the_stock_tells_its_effect_an_example_and_a_case():
    for kind in STOCK.values():
        told = kind.__doc__
        assert ">>> " in told, kind
        lead = told.split("Examples")[0]
        assert kind.__name__ in HOLDERS or re.search(r"\b(1[89]|20)\d\d\b|Koenigstein", lead), kind


@pytest.mark.parametrize("rates", [{}, {"per_hour": 1, "per_day": 1}])
def test_a_quota_has_one_rate(rates):
    with pytest.raises(ScenarioError, match="a quota has one rate"):
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
    with pytest.raises(ScenarioError, match="deadline is not after the start"):
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


def test_a_schedule_in_a_schedule_keeps_both_windows():
    late = Scheduled(start=DAY + timedelta(days=1), policies=[Closed()])
    (part,) = Scheduled(stop=DAY + timedelta(days=2), policies=[late]).parts()
    assert part.window() == (DAY + timedelta(days=1), DAY + timedelta(days=2))


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
        with pytest.raises(TypeError, match="is not a policy"):
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
    assert "rule:" in as_policy(made["rule"], label="rule 1").identity()


class Patient:
    """Opens at the third look."""

    def __init__(self, share):
        self.share, self.looks = share, 0

    def opening(self, now, view):
        self.looks += 1
        return Opening(permeability=self.share) if self.looks > 2 else None

    def __call__(self, now, view):
        return self.opening(now, view)


class Mornings(Policy):
    """Of the user's own class: shut until noon."""

    leak: float = 0.0

    def in_force(self, now):
        return super().in_force(now) and now.hour < 12

    def opening(self, now, view):
        return Opening(permeability=0, leak=self.leak)


def at_level(level):
    def rule(now, view):
        return Opening(permeability=level)

    return rule


def test_a_function_is_known_by_what_it_holds_on_to():
    def asked(now, view, share=0.5):
        return Opening(permeability=share)

    known = [
        as_policy(rule).identity()
        for rule in (at_level(0.1), at_level(0.2), asked, partial(asked, share=0.1),
                     partial(asked, share=0.2), Patient(0.1), Patient(0.2), Mornings(leak=0.1),
                     Mornings(leak=0.2))
    ]  # fmt: skip
    assert len(set(known)) == len(known)
    assert as_policy(at_level(0.1)).identity() == known[0]
    assert as_policy(Patient(0.1)).identity() == known[5]


def test_an_object_remembers_within_a_run_and_not_beyond():
    for thing in (Patient(0.3), Patient(0.3).opening, partial(Patient(0.3))):
        policy = as_policy(thing)
        for _ in range(2):  # two runs: each has a view of its own
            view = View()
            told = [policy.opening(DAY, view) for _ in range(4)]
            assert told == [None, None, Opening(permeability=0.3), Opening(permeability=0.3)]
        assert policy.identity() == as_policy(thing).identity()


def test_a_policy_of_ones_own_class_keeps_its_window_and_hours():
    policy = as_policy(Mornings(leak=0.2, stop=DAY + timedelta(days=1)))
    (part,) = policy.within()
    assert part.opening(DAY, None).leak == 0.2
    asked = [DAY + timedelta(hours=hour) for hour in (11, 12, 24)]
    assert [len(list(policy.says(now, View()))) for now in asked] == [1, 0, 0]
    assert DAY + timedelta(days=1) in policy.edges(*ALWAYS)
    with pytest.raises(TypeError, match="is not a policy"):
        as_policy(Mornings)


class Forgetful(Policy):
    """Of the user's own class, with a memory of its own: shuts after two looks."""

    _seen: list = PrivateAttr(default_factory=list)

    def opening(self, now, view):
        self._seen.append(now)
        return Opening(permeability=0) if len(self._seen) > 2 else None


def test_what_a_policy_of_ones_own_class_remembers_is_of_one_run():
    policy = as_policy(Forgetful())
    for _ in range(2):
        view = View()
        assert [len(list(policy.says(DAY, view))) for _ in range(4)] == [0, 0, 1, 1]


def test_functions_and_objects_stand_inside_other_policies_too():
    def rule(now, view):
        return Opening(permeability=0.4)

    whole = Scheduled(policies=[rule, Patient(0.2), Closed(), Mornings()])
    assert [part.type for part in whole.parts()] == ["function", "function", "closed", "function"]
    watching = Reactive(when={"what": "waiting", "above": 1}, policies=[rule])
    told = [said.opening for said in watching.says(DAY, View(waiting=2))]
    assert told == [Opening(permeability=0.4)]
    with pytest.raises(ScenarioError):
        Scheduled(policies=["closed"])


@pytest.mark.parametrize(
    ("policy", "wrong"),
    [(Closed, {"leak": 1.1}), (Closed, {"leak": float("nan")}), (Triage, {"permeability": -0.1}),
     (Quota, {"per_hour": 0}), (PushBack, {"inside": 2}), (Open, {"delay": 1})],
)  # fmt: skip
def test_values_out_of_range_are_refused(policy, wrong):
    with pytest.raises(ScenarioError):
        policy(**wrong)
