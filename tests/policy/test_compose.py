"""How openings make one set of rules: in any order, and exemptions stay with their own policy."""

from __future__ import annotations

from datetime import datetime
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowsim.errors import SimulationError
from flowsim.policy import WHO, Closed, Open, Opening, Quota, as_policy, override
from flowsim.policy.compose import RulesAtGates, at_crossing, compose, pressure, state, who

GROUPS = ("U", "K")
NOW = datetime(2010, 6, 12, 12)
CHILD, WOMAN, MAN, OLD_WOMAN, OLD_MAN = range(5)

shares = st.sampled_from((0.0, 0.1, 0.3, 0.7, 1.0))
conditions = st.lists(st.sampled_from((*WHO, "group:U")), max_size=2, unique=True).map(tuple)
openings = st.builds(
    Opening,
    permeability=shares,
    quota_per_hour=st.sampled_from((None, 5.0, 20.0)),
    exempt=conditions,
    barred=conditions,
    priority=st.sampled_from(((), ("wounded", "children"))),
    leak=shares,
    detention=shares,
    detention_hours=st.sampled_from((0.0, 5.0, 48.0)),
    pushback=shares,
    pushback_after_hours=st.sampled_from((0.0, 2.0)),
    dispersal_per_day=st.sampled_from((0.0, 0.1, 0.7)),
    delay_hours=st.sampled_from((0.0, 1.5)),
)
FIELDS = ("passes", "quota_per_hour", "exempt", "rank", "leak", "detention", "detention_hours",
          "pushback", "pushback_after_hours", "dispersal_per_day", "delay_hours")  # fmt: skip


def the_bytes(rules):
    return [np.asarray(getattr(rules, name)).tobytes() for name in FIELDS]


@given(some=st.lists(openings, max_size=4))
def test_the_order_of_openings_does_not_matter(some):
    expected = the_bytes(compose(some, GROUPS))
    for order in permutations(some):
        assert the_bytes(compose(order, GROUPS)) == expected


@given(some=st.lists(openings, max_size=3))
def test_fully_open_is_neutral(some):
    assert the_bytes(compose([*some, Opening()], GROUPS)) == the_bytes(compose(some, GROUPS))


@given(some=st.lists(openings, min_size=1, max_size=3))
def test_each_class_follows_the_rule(some):
    """p = prod of 1 where exempt, 0 where barred, else permeability; quota = min of the others;
    leak, detention, push-back = 1 - prod(1 - x); times the largest; dispersal the sum."""
    rules = compose(some, GROUPS)
    for g, kind, wounded in np.ndindex(len(GROUPS), 5, 2):
        p, quota = 1.0, np.inf
        for o in some:
            free, barred = (
                any(who(c, GROUPS)[g, kind, wounded] for c in told) for told in (o.exempt, o.barred)
            )
            p *= 1.0 if free else 0.0 if barred else o.permeability
            if not free and o.quota_per_hour is not None:
                quota = min(quota, o.quota_per_hour)
        assert rules.passes[g, kind, wounded] == pytest.approx(p)
        assert rules.quota_per_hour[g, kind, wounded] == quota
    for name in ("leak", "detention", "pushback"):
        rest = np.prod([1.0 - getattr(o, name) for o in some])
        assert getattr(rules, name) == pytest.approx(1.0 - rest)
    for name in ("detention_hours", "pushback_after_hours", "delay_hours"):
        assert getattr(rules, name) == max(getattr(o, name) for o in some)
    assert rules.dispersal_per_day == pytest.approx(sum(o.dispersal_per_day for o in some))


def test_no_opening_is_open_to_all():
    rules = compose([], GROUPS)
    assert (rules.passes == 1.0).all()
    assert np.isinf(rules.quota_per_hour).all()
    assert not rules.exempt.any()
    assert rules.leak == rules.dispersal_per_day == 0.0


def test_an_exemption_stays_with_its_policy():
    """One state exempts the elderly from its closure; the other closes to all: they are held."""
    one, other = Opening(permeability=0, exempt=("elderly",)), Opening(permeability=0)
    assert compose([one], GROUPS).passes[0, OLD_WOMAN, 0] == 1.0
    assert (compose([one, other], GROUPS).passes == 0.0).all()
    quota = Opening(quota_per_hour=10)
    both = compose([one, quota], GROUPS)
    assert both.quota_per_hour[0, OLD_MAN, 0] == 10.0
    assert both.exempt[0, OLD_MAN, 0]
    assert not both.exempt[0, MAN, 0]


def test_an_exemption_wins_over_a_bar_of_the_same_policy():
    rules = compose([Opening(barred=("men",), exempt=("wounded",))], GROUPS)
    assert rules.passes[1, MAN].tolist() == [0.0, 1.0]
    assert rules.passes[1, WOMAN].tolist() == [1.0, 1.0]
    assert rules.exempt[1, MAN].tolist() == [False, True]
    assert not rules.exempt[1, WOMAN].any()  # who would pass anyhow needs no exemption


def test_permeabilities_multiply_and_the_least_quota_binds():
    rules = compose([Opening(permeability=0.5, quota_per_hour=90), Opening(permeability=0.2),
                     Opening(quota_per_hour=30)], GROUPS)  # fmt: skip
    assert rules.passes == pytest.approx(np.full((2, 5, 2), 0.1))
    assert (rules.quota_per_hour == 30.0).all()


def test_order_of_service():
    rank = compose([Opening(priority=("wounded", "children", "women"))], GROUPS).rank
    assert rank[0, :, 0].tolist() == [1, 2, 3, 3, 3]
    assert rank[0, :, 1].tolist() == [0, 0, 0, 0, 0]
    assert (compose([], GROUPS).rank == 0).all()


def test_two_orders_of_service_are_an_error_and_one_told_twice_is_not():
    women, men = Opening(priority=("women",)), Opening(priority=("men",))
    with pytest.raises(SimulationError, match="two orders of service at once: men and women"):
        compose([women, Opening(), men], GROUPS)
    assert (compose([women, women], GROUPS).rank == compose([women], GROUPS).rank).all()


@pytest.mark.parametrize(
    ("condition", "kinds"),
    [("children", [0]), ("women", [1]), ("men", [2]), ("elderly_women", [3]), ("elderly_men", [4]),
     ("elderly", [3, 4])],
)  # fmt: skip
def test_conditions_on_a_person(condition, kinds):
    mask = who(condition, GROUPS)
    assert sorted(set(np.nonzero(mask)[1])) == kinds
    assert mask.sum() == len(kinds) * 2 * 2


def test_conditions_on_wounds_and_groups():
    assert who("wounded", GROUPS)[:, :, 1].all()
    assert not who("wounded", GROUPS)[:, :, 0].any()
    assert who("group:K", GROUPS)[1].all()
    assert not who("group:K", GROUPS)[0].any()
    for wrong in ("tall", "group:X", ""):
        with pytest.raises(SimulationError, match="no condition on a person"):
            who(wrong, GROUPS)


def test_state_keeps_windows_and_crossings():
    policies = [Closed(stop=NOW), Quota(per_hour=5, crossings=["Gate"]), Open(start=NOW)]
    stated = state(policies, NOW, None)
    assert [s.policy.type for s in stated] == ["quota", "open"]
    assert len(at_crossing(stated, "Gate")) == 2
    assert at_crossing(stated, "Side") == (Opening(),)


def test_what_stands_above_hides_the_list_while_it_speaks():
    def sometimes(now, view):
        return Opening(permeability=0.3) if view == "yes" else None

    policies = [Closed(), override(sometimes)]
    assert [s.opening.permeability for s in state(policies, NOW, "yes")] == [0.3]
    assert [s.opening.permeability for s in state(policies, NOW, "no")] == [0.0]
    beside = [Closed(), as_policy(sometimes)]
    assert [s.opening.permeability for s in state(beside, NOW, "yes")] == [0.0, 0.3]


def test_pressure_of_one_authority_adds_up():
    stated = state([as_policy(lambda n, v: Opening(return_per_day=0.1))] * 3, NOW, None)
    assert pressure(stated) == pytest.approx(0.3)
    assert pressure([]) == 0.0


def test_rules_of_gates_are_stacked_with_whole_seconds():
    slow = Opening(delay_hours=0.5, pushback_after_hours=2, detention_hours=1.25)
    rules = RulesAtGates([compose([], GROUPS), compose([slow], GROUPS)], [np.inf, np.inf])
    assert rules.passes.shape == (2, 2, 5, 2)
    assert rules.delay_s.tolist() == [0, 1800]
    assert rules.pushback_after_s.tolist() == [1, 7200]  # nobody is back in no time
    assert rules.detention_s.tolist() == [1, 4500]


def test_what_a_family_hopes_for_at_a_gate():
    """The best chance and rate of any unhurt person of its group, and not more than fits."""
    triage = Opening(permeability=0.5, barred=("group:K",), exempt=("elderly",), quota_per_hour=40)
    rules = RulesAtGates([compose([triage], GROUPS)] * 2, [np.inf, 25.0])
    assert rules.family_chance.tolist() == [[1.0, 1.0]] * 2  # the elderly of both are exempt
    assert rules.family_per_hour.tolist() == [[np.inf, np.inf], [25.0, 25.0]]
    closed = RulesAtGates([compose([Opening(permeability=0)], GROUPS)], [30.0])
    assert closed.family_chance.tolist() == [[0.0, 0.0]]
    assert 0 < closed.family_per_hour.max() < 0.01
    nil = RulesAtGates([compose([Opening(quota_per_hour=0.0)], GROUPS)], [30.0])
    assert 0 < nil.family_per_hour.max() < 0.01
