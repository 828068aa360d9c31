"""How openings make one set of rules: in any order, and exemptions stay with their own policy."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from datetime import datetime
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowsim.errors import SimulationError
from flowsim.policy import (
    WHO,
    Closed,
    Count,
    Open,
    Opening,
    Quota,
    Reactive,
    Scheduled,
    as_policy,
    override,
)
from flowsim.policy.compose import at_crossing, compose, state
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.land import Roads, Transfers, pressure, shut_places
from flowsim.policy.opening import Road, Shut, Transfer
from flowsim.policy.who import Sorts, who
from tests.views import View

GROUPS = ("U", "K")
SORTS = Sorts(GROUPS, ("A", "B"))
NOW = datetime(2010, 6, 12, 12)
CHILD, WOMAN, MAN, OLD_WOMAN, OLD_MAN = range(5)

shares = st.sampled_from((0.0, 0.1, 0.3, 0.7, 1.0))
conditions = st.lists(
    st.sampled_from((*WHO, "group:U", "nationality:B", "men+kin_across")), max_size=2, unique=True
).map(tuple)
moments = st.sampled_from((None, NOW, datetime(2010, 6, 13), datetime(2010, 6, 14)))
counts = st.sampled_from((None, Count(240, 24), Count(240, 24, 1), Count(8, 1), Count(600, 24)))
openings = st.builds(
    Opening,
    permeability=shares,
    quota_per_hour=st.sampled_from((None, 5.0, 20.0)),
    count=counts,
    exempt=conditions,
    barred=conditions,
    priority=st.sampled_from(((), ("wounded", "children"))),
    leak=shares,
    interception=shares,
    detention=shares,
    detention_hours=st.sampled_from((0.0, 5.0, 48.0)),
    pushback=shares,
    pushback_after_hours=st.sampled_from((0.0, 2.0)),
    pushback_reach_km=st.sampled_from((math.inf, 3.0, 10.0)),
    dispersal_per_day=st.sampled_from((0.0, 0.1, 0.7)),
    delay_hours=st.sampled_from((0.0, 1.5)),
    cost_km=st.sampled_from((0.0, 0.1, 20.0)),
    closes_at=moments,
    opens_at=moments,
)
FIELDS = ("passes", "quota_per_hour", "exempt", "rank", "leak", "detention", "detention_hours",
          "pushback", "pushback_after_hours", "pushback_reach_km", "dispersal_per_day",
          "delay_hours", "cost_km", "spread", "counted")  # fmt: skip


def the_bytes(rules):
    numbers = [np.asarray(getattr(rules, name)).tobytes() for name in FIELDS]
    return [*numbers, rules.spread_quotas, rules.counted_quotas, rules.closes_at, rules.opens_at]


@given(some=st.lists(openings, max_size=4))
@settings(max_examples=40)
def test_the_order_of_openings_does_not_matter(some):
    expected = the_bytes(compose(some, SORTS))
    for order in permutations(some):
        assert the_bytes(compose(order, SORTS)) == expected


@given(some=st.lists(openings, max_size=3))
def test_fully_open_is_neutral(some):
    assert the_bytes(compose([*some, Opening()], SORTS)) == the_bytes(compose(some, SORTS))


@given(some=st.lists(openings, min_size=1, max_size=3))
def test_each_class_follows_the_rule(some):
    """p = prod of 1 where exempt, 0 where barred, else permeability; quota = min of the others;
    leak, detention, push-back = 1 - prod(1 - x); times the largest; dispersal the sum."""
    rules = compose(some, SORTS)
    for g, kind, wounded in np.ndindex(len(SORTS), 5, 2):
        p, quota, rates, counts = 1.0, np.inf, set(), set()
        for o in some:
            free, barred = (
                any(who(c, SORTS)[g, kind, wounded] for c in told) for told in (o.exempt, o.barred)
            )
            p *= 1.0 if free else 0.0 if barred else o.permeability
            if not free and o.quota_per_hour is not None:
                quota = min(quota, o.quota_per_hour)
                rates.add((o.quota_per_hour, tuple(sorted(o.exempt))))
            if not free and o.count is not None:
                quota = min(quota, o.count.persons / o.count.hours)
                counts.add((o.count, tuple(sorted(o.exempt))))
        assert rules.passes[g, kind, wounded] == pytest.approx(p)
        assert rules.quota_per_hour[g, kind, wounded] == quota
        for all_of, bits, bind in ((rules.spread_quotas, rules.spread, rates),
                                   (rules.counted_quotas, rules.counted, counts)):  # fmt: skip
            mine = int(bits[g, kind, wounded])
            assert {q for n, q in enumerate(all_of) if mine >> n & 1} == bind
    caught = np.prod([1.0 - o.interception for o in some])
    assert rules.leak == pytest.approx((1.0 - np.prod([1.0 - o.leak for o in some])) * caught)
    for name in ("detention", "pushback"):
        rest = np.prod([1.0 - getattr(o, name) for o in some])
        assert getattr(rules, name) == pytest.approx(1.0 - rest)
    assert rules.delay_hours == max(o.delay_hours for o in some)
    for name, share in (("detention_hours", "detention"), ("pushback_after_hours", "pushback")):
        told = [getattr(o, name) for o in some if getattr(o, share) > 0]
        assert getattr(rules, name) == max(told, default=0.0)
    assert rules.dispersal_per_day == pytest.approx(sum(o.dispersal_per_day for o in some))
    assert rules.cost_km == pytest.approx(sum(o.cost_km for o in some))
    reaches = [o.pushback_reach_km for o in some if o.pushback > 0]
    assert rules.pushback_reach_km == max(reaches, default=math.inf)
    assert rules.closes_at == min((o.closes_at for o in some if o.closes_at), default=None)
    holding = [o for o in some if (compose([o], SORTS).passes < 1).any()]
    assert rules.opens_at == max((o.opens_at for o in holding if o.opens_at), default=None)


HOW = {
    "detention_hours": st.sampled_from((5.0, 48.0, 900.0)),
    "pushback_after_hours": st.sampled_from((2.0, 30.0)),
    "pushback_reach_km": st.sampled_from((math.inf, 3.0, 100.0)),
    "opens_at": moments,
    "exempt": conditions,
    "return_per_day": st.sampled_from((0.0, 0.4)),
    "return_wish": st.sampled_from((1.0, 3.0)),
}
"""How an opening would do what it does not do; the rest of its fields is what it does."""
DOES = (
    "permeability", "quota_per_hour", "count", "barred", "priority", "leak", "interception",
    "detention", "pushback", "dispersal_per_day", "delay_hours", "cost_km", "closes_at",
)  # fmt: skip


@given(some=st.lists(openings, max_size=3), idle=st.builds(Opening, **HOW))
def test_an_opening_that_does_nothing_at_a_gate_changes_nothing_there(some, idle):
    """A closure that detains nobody has no say in how long those are held whom others detain."""
    assert {f.name for f in fields(Opening)} == {*HOW, *DOES}
    assert the_bytes(compose([*some, idle], SORTS)) == the_bytes(compose(some, SORTS))


@pytest.mark.parametrize(
    ("does", "how", "own", "others"),
    [
        ({"detention": 0.5}, "detention_hours", 6.0, 48.0),
        ({"pushback": 0.5}, "pushback_after_hours", 1.0, 5.0),
        ({"pushback": 0.5}, "pushback_reach_km", 3.0, math.inf),
        ({"permeability": 0.0}, "opens_at", NOW, datetime(2010, 6, 13)),
    ],
)
def test_times_and_reach_are_of_those_who_do_it(does, how, own, others):
    active, idle = Opening(**does, **{how: own}), Opening(**{how: others})
    both = replace(idle, **does)
    assert getattr(compose([idle, active], SORTS), how) == own
    assert getattr(compose([both, active], SORTS), how) == others  # the largest of two that do it


def test_no_opening_is_open_to_all():
    rules = compose([], SORTS)
    assert (rules.passes == 1.0).all()
    assert np.isinf(rules.quota_per_hour).all()
    assert not rules.exempt.any()
    assert rules.leak == rules.dispersal_per_day == 0.0


def test_an_exemption_stays_with_its_policy():
    """One state exempts the elderly from its closure; the other closes to all: they are held."""
    one, other = Opening(permeability=0, exempt=("elderly",)), Opening(permeability=0)
    assert compose([one], SORTS).passes[0, OLD_WOMAN, 0] == 1.0
    assert (compose([one, other], SORTS).passes == 0.0).all()
    quota = Opening(quota_per_hour=10)
    both = compose([one, quota], SORTS)
    assert both.quota_per_hour[0, OLD_MAN, 0] == 10.0
    assert both.exempt[0, OLD_MAN, 0]
    assert not both.exempt[0, MAN, 0]


def test_an_exemption_wins_over_a_bar_of_the_same_policy():
    rules = compose([Opening(barred=("men",), exempt=("wounded",))], SORTS)
    assert rules.passes[2, MAN].tolist() == [0.0, 1.0]
    assert rules.passes[1, WOMAN].tolist() == [1.0, 1.0]
    assert rules.exempt[1, MAN].tolist() == [False, True]
    assert not rules.exempt[1, WOMAN].any()  # who would pass anyhow needs no exemption


def test_permeabilities_multiply_and_the_least_quota_binds():
    rules = compose([Opening(permeability=0.5, quota_per_hour=90), Opening(permeability=0.2),
                     Opening(quota_per_hour=30)], SORTS)  # fmt: skip
    assert rules.passes == pytest.approx(np.full((4, 5, 2), 0.1))
    assert (rules.quota_per_hour == 30.0).all()


def test_order_of_service():
    rank = compose([Opening(priority=("wounded", "children", "women"))], SORTS).rank
    assert rank[0, :, 0].tolist() == [1, 2, 3, 3, 3]
    assert rank[0, :, 1].tolist() == [0, 0, 0, 0, 0]
    assert (compose([], SORTS).rank == 0).all()


def test_two_orders_of_service_are_an_error_and_one_told_twice_is_not():
    women, men = Opening(priority=("women",)), Opening(priority=("men",))
    with pytest.raises(SimulationError, match="two orders of service at once: men and women"):
        compose([women, Opening(), men], SORTS)
    assert (compose([women, women], SORTS).rank == compose([women], SORTS).rank).all()


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [("children", [0]), ("women", [1]), ("men", [2]), ("elderly_women", [3]), ("elderly_men", [4]),
     ("elderly", [3, 4])],
)  # fmt: skip
def test_conditions_on_a_person(condition, kinds):
    mask = who(condition, SORTS)
    assert sorted(set(np.nonzero(mask)[1])) == kinds
    assert mask.sum() == len(kinds) * 2 * len(SORTS)


def test_conditions_on_wounds_and_groups():
    assert who("wounded", SORTS)[:, :, 1].all()
    assert not who("wounded", SORTS)[:, :, 0].any()
    assert who("group:K", SORTS)[2:].all()
    assert not who("group:K", SORTS)[:2].any()
    for wrong in ("tall", "group:X", ""):
        with pytest.raises(SimulationError, match="not a condition on a person"):
            who(wrong, SORTS)


def test_conditions_on_households_and_several_at_once():
    """Sorts are U, U with kin, K, K with kin; U are nationals of A and K of B."""
    assert who("kin_across", SORTS).all(axis=(1, 2)).tolist() == [False, True, False, True]
    assert who("nationality:B", SORTS).all(axis=(1, 2)).tolist() == [False, False, True, True]
    both = who("men + kin_across+group:U", SORTS)
    assert np.argwhere(both).tolist() == [[1, MAN, 0], [1, MAN, 1]]
    for wrong in ("nationality:C", "men+", "men+tall", "nationality:"):
        with pytest.raises(SimulationError, match="not a condition on a person"):
            who(wrong, SORTS)


def test_state_keeps_windows_and_crossings():
    policies = [Closed(stop=NOW), Quota(per_hour=5, crossings=["Gate"]), Open(start=NOW)]
    stated = state(policies, NOW, None)
    assert [s.policy.type for s in stated] == ["quota", "open"]
    assert len(at_crossing([stated], "Gate")) == 2
    assert at_crossing([stated], "Side") == (Opening(),)


def told(policies, view=None, crossing="Gate", beside=()):
    """Permeabilities at a crossing, of one side and of the side beside it."""
    sides = [state(policies, NOW, view or View()), list(beside)]
    return [opening.permeability for opening in at_crossing(sides, crossing)]


def test_what_stands_above_hides_the_list_while_it_speaks():
    def sometimes(now, view):
        return Opening(permeability=0.3) if view.seen["speak"] else None

    yes, no = View(speak=True), View(speak=False)
    policies = [Closed(), override(sometimes)]
    assert told(policies, yes) == [0.3]
    assert told(policies, no) == [0.0]
    beside = [Closed(), as_policy(sometimes)]
    assert told(beside, no) == [0.0]
    assert told(beside, yes) == [0.0, 0.3]


def test_what_stands_above_hides_openings_of_its_side_at_its_crossings_and_no_more():
    above = Reactive(when={"what": "waiting", "above": 5}, policies=[Open()], stands_above=True,
                     crossings=["Gate"])  # fmt: skip
    press = as_policy(lambda now, view: Opening(return_per_day=0.5))
    side, view = [Closed(), press, above], View(waiting=9)
    other = state([Closed()], NOW, view)
    assert told(side, view) == [1.0]
    assert told(side, view, "Side") == [0.0, 1.0]  # the closure and the pressure, which is no gate
    assert told(side, view, beside=other) == [1.0, 0.0]  # the other state's closure holds
    assert pressure(state(side, NOW, view))[0] == 0.5


def test_pressure_to_return_above_its_side_opens_no_gate():
    """Nothing that is said of people across hides what is said of the gate."""
    policies = [
        {"type": "encouraged_return", "factor": 3},
        {"type": "forced_return", "start": NOW, "deadline": datetime(2010, 6, 14),
         "per_day_at_deadline": 1},
    ]  # fmt: skip
    reaction = Reactive(when={"what": "waiting", "above": 5}, policies=policies, stands_above=True)
    own = override(lambda now, view: Opening(return_wish=2.0))
    assert told([Closed(), reaction], View(waiting=9)) == [0.0, 1.0, 1.0]
    assert told([Closed(), own]) == [0.0, 1.0]


def test_any_policy_can_stand_above():
    class Relief:
        def opening(self, now, view):
            return Opening(permeability=0.7)

    for policy, passes in ((Open(), 1.0), (Relief(), 0.7), (lambda n, v: Opening(), 1.0)):
        assert told([Closed(), override(policy)]) == [passes]
    inner = Scheduled(policies=[override(Open())])
    assert told([Closed(), inner]) == [1.0]


def test_a_reaction_may_stand_above_its_side():
    """Beside a closure an open border opens nothing; above it, it does."""
    for above, passes in ((False, [0.0, 1.0]), (True, [1.0])):
        watching = Reactive(when={"what": "waiting", "above": 5}, policies=[Open()],
                            stands_above=above)  # fmt: skip
        assert told([Closed(), watching], View(waiting=9)) == passes
        assert told([Closed(), watching], View(waiting=1)) == [0.0]


def test_pressure_of_one_authority_adds_up():
    stated = state([as_policy(lambda n, v: Opening(return_per_day=0.1))] * 3, NOW, None)
    assert pressure(stated) == (pytest.approx(0.3), 1.0)
    assert pressure([]) == (0.0, 1.0)


def test_what_is_stated_of_one_road_composes():
    """Shares and dangers multiply, the longest delay counts, costs add up, and of obstacles is left
    what each leaves; the order does not matter, and other roads are let be."""
    one = Road((("A", "B"),), permeability=0.5, delay_hours=3, cost_km=2, danger=0.5, lifts=0.5)
    two = Road((("B", "A"),), permeability=0.4, delay_hours=1, cost_km=5, danger=0.4, lifts=0.2)
    links = {("A", "B"): (0, 1), ("A", "C"): (2, 3)}
    for both in ([one, two], [two, one]):
        roads = Roads(both, links, [0, 1, 0, 2], 3, SORTS)
        assert roads.permeability[:, 0].tolist() == [0.2, 0.2, 1.0, 1.0]
        assert roads.delay_hours.tolist() == [3.0, 3.0, 0.0, 0.0]
        assert roads.cost_km.tolist() == [7.0, 7.0, 0.0, 0.0]
        assert roads.danger.tolist() == [0.2, 0.2, 1.0, 1.0]
        assert roads.lifts == pytest.approx([0.6, 0.6, 0.0, 0.0])
        assert roads.lifts_at == pytest.approx([0.6, 0.6, 0.0])


@given(
    some=st.lists(
        st.builds(
            Road, routes=st.just((("A", "B"),)), permeability=shares, stops=st.just(()),
            delay_hours=st.sampled_from((0.0, 3.0)), cost_km=st.sampled_from((0.0, 2.0)),
            danger=shares, lifts=shares,
        ),
        max_size=3,
    ),
    stops=st.sampled_from(((), ("group:U",), ("kin_across",))),
)  # fmt: skip
def test_whoever_does_nothing_on_a_road_or_with_camps_changes_nothing(some, stops):
    links, idle = {("A", "B"): (0, 1)}, Road((("A", "B"),), stops=stops)
    with_it, without = (Roads(all_of, links, [0, 1], 2, SORTS) for all_of in ([*some, idle], some))
    for name in vars(without):
        assert np.array_equal(getattr(with_it, name), getattr(without, name)), name
    moved = Transfer(0.5, ("A",), (("B", 1.0),))
    for still in (Transfer(0.0, ("A",), (("C", 5.0),)), Transfer(9.0, ("A",), (("C", 0.0),))):
        one, other = (Transfers(all_of, "ABC") for all_of in ([moved, still], [moved]))
        assert np.array_equal(one.per_day, other.per_day)
        assert np.array_equal(one.weight, other.weight)
    assert not shut_places([Shut(())], "ABC").any()


def test_rules_of_gates_are_stacked_with_whole_seconds():
    times = {"delay_hours": 0.5, "pushback_after_hours": 2, "detention_hours": 1.25}
    slow = Opening(detention=0.1, pushback=0.1, **times)
    rules = RulesAtGates([compose([], SORTS), compose([slow], SORTS)], [np.inf, np.inf], NOW)
    assert rules.passes.shape == (2, 4, 5, 2)
    assert rules.delay_s.tolist() == [0, 1800]
    assert rules.pushback_after_s.tolist() == [1, 7200]  # nobody is back in no time
    assert rules.detention_s.tolist() == [1, 4500]


def test_what_a_family_hopes_for_at_a_gate():
    """The best chance and rate of any unhurt person of its group, and not more than fits."""
    triage = Opening(permeability=0.5, barred=("group:K",), exempt=("elderly",), quota_per_hour=40)
    rules = RulesAtGates([compose([triage], SORTS)] * 2, [np.inf, 25.0], NOW)
    assert rules.family_chance.tolist() == [[1.0] * 4] * 2  # the elderly of both are exempt
    assert rules.family_per_hour.tolist() == [[np.inf] * 4, [25.0] * 4]
    closed = RulesAtGates([compose([Opening(permeability=0)], SORTS)], [30.0], NOW)
    assert closed.family_chance.tolist() == [[0.0] * 4]
    assert 0 < closed.family_per_hour.max() < 0.01
    nil = RulesAtGates([compose([Opening(quota_per_hour=0.0)], SORTS)], [30.0], NOW)
    assert 0 < nil.family_per_hour.max() < 0.01


LEVEL = 0.1


def _by_level(now: datetime, view: View) -> Opening:
    return Opening(permeability=LEVEL)


def test_a_policy_is_known_by_the_values_of_its_module(monkeypatch: pytest.MonkeyPatch) -> None:
    before = as_policy(_by_level).identity()
    assert as_policy(_by_level).identity() == before
    monkeypatch.setitem(globals(), "LEVEL", 0.9)
    assert as_policy(_by_level).identity() != before
