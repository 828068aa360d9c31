"""What policies state by default, what they refuse in which words, and how land rules add up."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from flowsim import policy
from flowsim.clock import NEVER
from flowsim.errors import ScenarioError, SimulationError
from flowsim.policy import Count, Opening, Road, Transfer
from flowsim.policy.base import Policy, Stated, Window, cut
from flowsim.policy.check import check
from flowsim.policy.compose import MOST_QUOTAS, Counted, Spread, compose, state
from flowsim.policy.gates import RulesAtGates
from flowsim.policy.land import Roads, Transfers, of_kind, pressure, shut_places
from flowsim.policy.opening import Shut
from flowsim.policy.own import Function
from flowsim.policy.stock import STOCK as BY_TYPE
from flowsim.policy.who import Sorts, any_of, sort_of, who
from tests.views import View

SORTS = Sorts(("U", "K"), ("A", "B"))
NOW = datetime(2010, 6, 11, 12)
PLACES = ("Camp", "East", "West")

# ---- people who are moved -------------------------------------------------------------------


def test_two_transfers_of_different_rates_from_one_camp() -> None:
    """Hazards add up, and each destination gets its part of the rate of its own statement."""
    slow = Transfer(1.0, ("Camp",), (("East", 3.0), ("West", 1.0)))
    fast = Transfer(4.0, ("Camp", "East"), (("West", 2.0),))
    none = Transfer(9.0, ("Camp",), (("West", 0.0),))
    for stated in permutations([slow, fast, none]):
        found = Transfers(stated, PLACES)
        assert found.per_day.tolist() == [5.0, 4.0, 0.0]
        assert found.weight.tolist() == [[0.0, 0.75, 4.25], [0.0, 0.0, 4.0], [0.0, 0.0, 0.0]]


def test_who_is_named_twice_is_moved_once() -> None:
    twice = Transfers([Transfer(2.0, ("Camp", "Camp"), (("East", 1.0), ("East", 1.0)))], PLACES)
    assert twice.per_day.tolist() == [2.0, 0.0, 0.0]
    assert twice.weight[0].tolist() == [0.0, 2.0, 0.0]


def test_places_that_are_not_there_are_told() -> None:
    for transfer in (Transfer(1.0, ("Cmp",), (("East", 1.0),)),
                     Transfer(1.0, ("Camp",), (("Cmp", 1.0),))):  # fmt: skip
        with pytest.raises(SimulationError) as error:
            Transfers([transfer], PLACES)
        assert str(error.value) == "there is no place 'Cmp' to move people from or to"
    with pytest.raises(SimulationError) as error:
        shut_places([Shut(("East", "Zet", "Cmp"))], PLACES)
    assert str(error.value) == "there is no place 'Cmp' to take nobody in"
    with pytest.raises(SimulationError) as error:
        Roads([Road((("Camp", "East"),))], {}, [0], 1, SORTS)
    assert str(error.value) == "no route joins 'Camp' and 'East'; name two neighbours"


def test_places_that_are_shut() -> None:
    shut = shut_places([Shut(("West",)), Shut(("Camp", "West"))], PLACES)
    assert (shut.dtype, shut.tolist()) == (bool, [True, False, True])
    assert shut_places([], PLACES).tolist() == [False] * 3


def test_statements_are_told_apart_by_their_kind_and_pressure_is_of_openings() -> None:
    rule = policy.Open()
    stated = [
        Stated(rule, Opening(return_per_day=0.25, return_wish=3.0)),
        Stated(rule, Shut(("Camp",))),
        Stated(rule, Opening(return_per_day=0.5, return_wish=0.5)),
    ]
    assert pressure(stated) == (0.75, 1.5)
    assert of_kind(stated, Shut) == (Shut(("Camp",)),)
    assert of_kind(stated, Road) == ()


def test_a_road_stops_whom_it_means_and_lifts_at_its_ends() -> None:
    links = {("A", "B"): (0, 1)}
    some = Road((("B", "A"),), permeability=0.25, stops=("group:K",))
    roads = Roads([some], links, [0, 1], 2, SORTS)
    assert roads.permeability.tolist() == [[1.0, 1.0, 0.25, 0.25]] * 2
    assert roads.stops_somebody
    free = Roads([Road((("A", "B"),), lifts=0.5)], links, [0, 1], 3, SORTS)
    assert not free.stops_somebody
    assert free.lifts_at.tolist() == [0.5, 0.5, 0.0]
    assert free.danger.tolist() == [1.0, 1.0]


# ---- gates ----------------------------------------------------------------------------------


def test_rules_of_several_openings_by_hand() -> None:
    later = NOW + timedelta(days=1)
    one = Opening(
        permeability=0.5, quota_per_hour=30.0, exempt=("women",), leak=0.5, interception=0.5,
        detention=0.5, detention_hours=4.0, pushback=0.5, pushback_after_hours=1.0,
        pushback_reach_km=3.0, dispersal_per_day=0.25, delay_hours=1.0, cost_km=2.0,
        closes_at=later, opens_at=NOW,
    )  # fmt: skip
    two = Opening(
        count=Count(240.0, 24.0), exempt=("children", "women", "children"), leak=0.5,
        interception=0.2, detention=0.5, detention_hours=2.0, pushback=0.2,
        pushback_after_hours=3.0, pushback_reach_km=5.0, dispersal_per_day=0.5, delay_hours=0.5,
        cost_km=3.0, closes_at=NOW, opens_at=later,
    )  # fmt: skip
    for both in permutations([one, two]):
        rules = compose(both, SORTS)
        assert rules.passes[0, :, 0].tolist() == [0.5, 1.0, 0.5, 0.5, 0.5]
        assert rules.quota_per_hour[0, :, 0].tolist() == [30.0, np.inf, 10.0, 10.0, 10.0]
        assert rules.spread[0, :, 0].tolist() == [1, 0, 1, 1, 1]
        assert rules.counted[0, :, 0].tolist() == [0, 0, 1, 1, 1]
        assert rules.spread_quotas == (Spread(30.0, ("women",)),)
        assert rules.counted_quotas == (Counted(Count(240.0, 24.0), ("children", "women")),)
        assert rules.exempt[0, :, 0].tolist() == [True, True, False, False, False]
        assert rules.leak == pytest.approx(0.75 * (1 - 0.6))
        assert (rules.detention, rules.pushback) == pytest.approx((0.75, 0.6))
        assert (rules.detention_hours, rules.delay_hours) == (4.0, 1.0)
        assert rules.pushback_after_hours == 3.0
        assert rules.pushback_reach_km == 5.0
        assert (rules.dispersal_per_day, rules.cost_km) == (0.75, 5.0)
        assert (rules.closes_at, rules.opens_at) == (NOW, NOW)  # the other holds nobody


def test_without_openings_nothing_holds() -> None:
    rules = compose([], SORTS)
    assert rules.passes.shape == rules.rank.shape == (4, 5, 2)
    assert (rules.passes == 1.0).all()
    assert np.isinf(rules.quota_per_hour).all()
    assert not rules.exempt.any()
    assert not rules.rank.any()
    assert (rules.spread_quotas, rules.counted_quotas) == ((), ())
    for name in ("leak", "detention", "detention_hours", "pushback", "pushback_after_hours",
                 "dispersal_per_day", "delay_hours", "cost_km"):  # fmt: skip
        assert getattr(rules, name) == 0.0
    assert rules.pushback_reach_km == math.inf
    assert (rules.closes_at, rules.opens_at) == (None, None)


def test_there_may_be_sixty_quotas_at_a_crossing_and_no_more() -> None:
    for make in (lambda n: Opening(quota_per_hour=float(n)), lambda n: Opening(count=Count(n, 1))):
        some = [make(n) for n in range(1, MOST_QUOTAS + 1)]
        rules = compose(some, SORTS)
        bits = rules.spread | rules.counted
        assert (bits == 2**MOST_QUOTAS - 1).all()
        with pytest.raises(SimulationError) as error:
            compose([*some, make(99)], SORTS)
        assert str(error.value) == "61 quotas at one crossing; keep 60 at most"


def test_two_orders_of_service_are_told_with_both() -> None:
    rules = compose([Opening(priority=("wounded", "children"))], SORTS)
    assert rules.rank[0, :, 0].tolist() == [1, 2, 2, 2, 2]
    assert rules.rank[0, :, 1].tolist() == [0] * 5
    with pytest.raises(SimulationError) as error:
        compose([Opening(priority=("women", "men")), Opening(priority=("children",))], SORTS)
    assert str(error.value) == ("two orders of service at once: children and women > men; keep one")


def test_gates_are_stacked_each_with_its_own_rules() -> None:
    one = Opening(leak=0.1, detention=0.2, detention_hours=1.0, pushback=0.3, cost_km=4.0,
                  pushback_reach_km=5.0, closes_at=NOW + timedelta(seconds=90.4))  # fmt: skip
    two = Opening(permeability=0.5, quota_per_hour=7.0, delay_hours=1e9,
                  opens_at=NOW - timedelta(hours=1))  # fmt: skip
    rules = RulesAtGates([compose([o], SORTS) for o in (one, two)], [np.inf, 20.0], NOW)
    assert [r.cost_km for r in rules.by_gate] == [4.0, 0.0]
    assert rules.leak == pytest.approx([0.1, 0.0])
    assert rules.detention == pytest.approx([0.2, 0.0])
    assert rules.pushback == pytest.approx([0.3, 0.0])
    assert rules.pushback_reach_km.tolist() == [5.0, math.inf]
    assert rules.cost_km.tolist() == [4.0, 0.0]
    assert rules.detention_s.tolist() == [3600, 1]
    assert rules.delay_s.tolist() == [0, NEVER // 4]
    assert rules.closes_s.tolist() == [90, NEVER]
    assert rules.opens_s.tolist() == [NEVER, -3600]
    assert rules.spread[:, 0, 0, 0].tolist() == [0, 1]
    assert rules.family_per_hour[:, 0].tolist() == [np.inf, 7.0]
    assert RulesAtGates([], [], NOW).by_gate == ()


# ---- who is meant ---------------------------------------------------------------------------


def test_each_word_means_its_classes() -> None:
    def kinds(word: str) -> list[int]:
        return np.flatnonzero(who(word, SORTS)[0, :, 0]).tolist()

    words = ("children", "women", "men", "elderly_women", "elderly_men", "elderly")
    assert [kinds(word) for word in words] == [[0], [1], [2], [3], [4], [3, 4]]
    assert who("wounded", SORTS)[0].tolist() == [[False, True]] * 5
    assert who("kin_across", SORTS)[:, 0, 0].tolist() == [False, True, False, True]
    assert who("group:K", SORTS)[:, 0, 0].tolist() == [False, False, True, True]
    assert who("nationality:A", SORTS)[:, 0, 0].tolist() == [True, True, False, False]
    same = Sorts(("U", "K"), ("A", "A"))
    assert who("nationality:A", same)[:, 0, 0].all()
    assert who("men + group:K", SORTS).sum() == 4
    assert any_of(("men", "women"), SORTS).sum() == 16
    assert any_of((), SORTS).sum() == 0
    assert len(SORTS) == 4
    assert sort_of(np.array([0, 1, 2]), np.array([1, 0, 1])).tolist() == [1, 2, 5]


@pytest.mark.parametrize("word", ["man", "group:X", "group:", "nationality:U", "group", "", ":U"])
def test_a_word_that_means_nobody_is_told(word: str) -> None:
    with pytest.raises(SimulationError) as error:
        who(f"men+{word}", SORTS)
    assert str(error.value) == (f"{word!r} is not a condition on a person; see flowsim.policy.WHO")


# ---- statements that make no sense ----------------------------------------------------------

RULE = Function(rule=len)
"""One that may state anything."""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (3, "gave 3; a policy gives an Opening or None"),
        (Opening(exempt="men"), "exempt='men' is not a tuple"),  # type: ignore[arg-type]
        (Opening(barred=["men"]), "barred=['men'] is not a tuple"),  # type: ignore[arg-type]
        (Opening(priority="men"), "priority='men' is not a tuple"),  # type: ignore[arg-type]
        (Road("AB"), "routes='AB' is not a tuple"),  # type: ignore[arg-type]
        (Road((), stops="x"), "stops='x' is not a tuple"),  # type: ignore[arg-type]
        (Transfer(1.0, "A", ()), "origins='A' is not a tuple"),  # type: ignore[arg-type]
        (Transfer(1.0, (), {}), "shares={} is not a tuple"),  # type: ignore[arg-type]
        (Shut("A"), "places='A' is not a tuple"),  # type: ignore[arg-type]
        *((Opening(**{name: 1.5}), f"{name}=1.5 is not in [0, 1]")
          for name in ("permeability", "leak", "interception", "detention", "pushback")),
        *((Opening(**{name: -0.5}), f"{name}=-0.5 is not in [0, 1]")
          for name in ("permeability", "leak", "interception", "detention", "pushback")),
        *((Road((), **{name: 1.5}), f"{name}=1.5 is not in [0, 1]")
          for name in ("permeability", "danger", "lifts")),
        (Opening(count=Count(5.0, 12.0)), "counts neither by hour nor by day"),
        (Opening(pushback_reach_km=-1.0), "pushback_reach_km=-1.0 is below 0"),
        (Opening(pushback_reach_km=math.nan), "pushback_reach_km=nan is below 0"),
        *((Opening(**{name: -1.0}), "has a negative or infinite number")
          for name in ("detention_hours", "pushback_after_hours", "dispersal_per_day",
                       "delay_hours", "cost_km", "return_per_day", "return_wish",
                       "quota_per_hour")),
        (Opening(count=Count(-5.0, 24.0)), "has a negative or infinite number"),
        (Opening(count=Count(5.0, 24.0, math.inf)), "has a negative or infinite number"),
        (Road((), delay_hours=math.inf), "has a negative or infinite number"),
        (Road((), cost_km=-1.0), "has a negative or infinite number"),
        (Transfer(-1.0, (), ()), "has a negative or infinite number"),
        (Transfer(1.0, (), (("A", -1.0),)), "has a negative or infinite number"),
        (Transfer(1.0, (), (("A", 1.0), ("B", math.nan))), "has a negative or infinite number"),
    ],
)  # fmt: skip
def test_a_statement_that_makes_no_sense_is_told_with_its_policy(said: Any, told: str) -> None:
    with pytest.raises(SimulationError) as error:
        check(Stated(RULE, said))
    assert str(error.value).endswith(told)
    own = Function(rule=lambda now, view: said, name="mine", crossings=("X",))
    with pytest.raises(SimulationError) as error:
        state([own], NOW, View(), side="Guards")
    begins = f"the policy 'mine' of Guards for X, {NOW:%Y-%m-%dT%H:%M}: "
    assert str(error.value).startswith(begins)
    assert str(error.value).endswith(told)


@pytest.mark.parametrize(
    "said",
    [
        Opening(), Road(()), Transfer(0.0, (), ()), Shut(()),
        Opening(permeability=0.0, leak=1.0, interception=1.0, detention=1.0, pushback=1.0,
                pushback_reach_km=0.0, quota_per_hour=0.0, return_wish=0.0),
        Opening(count=Count(0.0, 1.0)), Opening(count=Count(5.0, 24.0, 2.0)),
        Transfer(1.0, (), (("A", 0.0),)), Opening(pushback_reach_km=math.inf),
    ],
)  # fmt: skip
def test_a_statement_at_the_ends_of_its_range_makes_sense(said: Any) -> None:
    check(Stated(RULE, said))


# ---- windows --------------------------------------------------------------------------------


def test_windows_have_in_common_the_latest_start_and_the_first_stop() -> None:
    early, late = NOW, NOW + timedelta(hours=6)
    assert Window(early, late).common(Window()) == Window(early, late)
    assert Window(early, None).common(Window(late, None)) == Window(late, None)
    assert Window(None, early).common(Window(None, late)) == Window(None, early)
    assert Window(late, early).is_empty()
    assert Window(early, early).is_empty()
    assert not Window(early, late).is_empty()
    assert not Window(None, early).is_empty()
    assert not Window(early, None).is_empty()
    assert "noon" not in Window()
    assert NOW in Window()


def test_edges_are_those_of_the_window_that_lie_within() -> None:
    rule = policy.Closed(start=NOW, stop=NOW + timedelta(hours=6))
    hour = timedelta(hours=1)
    assert rule.edges(NOW, NOW + 6 * hour) == (NOW, NOW + 6 * hour)
    assert rule.edges(NOW + hour, NOW + 5 * hour) == ()
    assert policy.Closed(start=NOW, stop=NOW).edges(NOW, NOW) == ()
    assert policy.Closed(start=NOW).edges(NOW - hour, NOW + hour) == (NOW,)


def test_parts_are_cut_to_the_window_and_the_crossings_around_them() -> None:
    around = policy.Open(start=NOW, crossings=("X", "Y"))
    inner = [policy.Closed(stop=NOW + timedelta(hours=1), crossings=("Y", "Z")), policy.Open()]
    one, two = cut(inner, around)
    assert (one.crossings, two.crossings) == (("Y",), ("X", "Y"))
    assert one.window() == Window(NOW, NOW + timedelta(hours=1))
    assert two.window() == Window(NOW, None)
    assert cut([policy.Closed(crossings=("Z",))], around)[0].crossings == ("",)
    assert cut(inner, policy.Open())[0].crossings == ("Y", "Z")
    assert inner[0].window() == Window(None, NOW + timedelta(hours=1))
    assert Policy().parts() == (Policy(),)
    assert Policy().within() == ()
    with pytest.raises(NotImplementedError):
        Policy().opening(NOW, View())


# ---- the stock by default, and what it refuses -----------------------------------------------


def says(rule: Any, now: datetime = NOW, view: Any = None) -> Any:
    return rule.opening(now, view)


def test_what_each_states_by_default() -> None:
    assert says(policy.Open()) == Opening()
    assert says(policy.Closed()) == Opening(permeability=0.0, detention_hours=48.0)
    assert says(policy.Triage()) == Opening()
    assert says(policy.ExitBan()) == Opening(permeability=0.0)
    assert says(policy.PushBack()) == Opening(pushback_after_hours=1.0)
    assert says(policy.Quota(per_hour=6)) == Opening(quota_per_hour=6.0)
    assert says(policy.Quota(per_day=6, counted=True)).count == Count(6.0, 24.0, 0.0)
    assert says(policy.Quota(per_hour=6, priority=["men"])).priority == ("men",)
    assert says(policy.Quota(per_hour=6, counted=True, priority=["men"])).priority == ("men",)
    assert says(policy.Triage(priority=["men"], exempt=["women"], delay_hours=2, cost_km=3)) == (
        Opening(priority=("men",), exempt=("women",), delay_hours=2.0, cost_km=3.0)
    )
    road = {"routes": [("A", "B")]}
    assert says(policy.Checkpoint(**road)).danger == 1.0
    full = View(occupancy=1.0)
    assert says(policy.CapacityBound(), view=full) == Opening(permeability=0.0)
    assert says(policy.CapacityBound(), view=View(occupancy=0.99)) is None
    bound = policy.CapacityBound(exempt=["men"], leak=0.5)
    assert says(bound, view=full) == Opening(permeability=0.0, exempt=("men",), leak=0.5)
    night = policy.OpeningHours(hours=(8, 18), exempt=["men"], leak=0.5)
    assert says(night, NOW.replace(hour=7)) == Opening(permeability=0.0, exempt=("men",), leak=0.5)
    assert says(policy.OpeningHours(), NOW.replace(hour=0)) is None
    ends = {"announced": NOW, "start": NOW + timedelta(hours=2)}
    closure = policy.AnnouncedClosure(**ends, leak=0.5)
    assert says(closure) == Opening(closes_at=NOW + timedelta(hours=2))
    assert says(closure, NOW + timedelta(hours=2)).leak == 0.5
    assert not closure.in_force(NOW - timedelta(seconds=1))
    assert closure.in_force(NOW)


def test_a_shared_quota_is_parted_among_its_crossings() -> None:
    assert says(policy.Quota(per_hour=6, shared=True), view=View()).quota_per_hour == 2.0
    two = policy.Quota(per_hour=6, shared=True, crossings=["X", "Y", "X"])
    assert says(two, view=View()).quota_per_hour == 3.0
    day = policy.Quota(per_day=48, shared=True, counted=True, carry_over=1)
    assert says(day, view=View()).count == Count(16.0, 24.0, 1.0)


def test_a_counted_quota_cuts_steps_at_its_periods() -> None:
    hour = timedelta(hours=1)
    by_hour = policy.Quota(per_hour=6, counted=True, start=NOW)
    assert by_hour.edges(NOW - hour, NOW + 2 * hour) == (NOW, NOW, NOW + hour, NOW + 2 * hour)
    by_day = policy.Quota(per_day=6, counted=True)
    midnight = NOW.replace(hour=0)
    assert by_day.edges(midnight, midnight + 48 * hour) == tuple(
        midnight + d * 24 * hour for d in range(3)
    )
    assert policy.Quota(per_day=6).edges(midnight, midnight + 48 * hour) == ()


def test_hours_wrap_over_midnight_and_belong_to_the_day_on_which_they_begin() -> None:
    friday = policy.OpeningHours(hours=(22, 6), days=["fri"])  # the 11th is a Friday
    at = {
        (day, hour): says(friday, datetime(2010, 6, day, hour)) is None
        for day in (11, 12)
        for hour in (0, 5, 6, 21, 22, 23)
    }
    assert {key for key, is_open in at.items() if is_open} == {(11, 22), (11, 23), (12, 0), (12, 5)}
    edges = friday.edges(datetime(2010, 6, 11), datetime(2010, 6, 12, 6))
    assert sorted(f"{e:%d %H}" for e in edges) == ["11 06", "11 22", "12 06"]


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: policy.AnnouncedClosure(announced="2010-06-12", start="2010-06-11"),
         "it is announced after it starts; announce it earlier"),
        (lambda: policy.AnnouncedOpening(announced="2010-06-12", stop="2010-06-11"),
         "it is announced after it opens; announce it earlier"),
        (lambda: policy.OpeningHours(hours=(8, 8)),
         "it opens and closes at the same hour; give two hours"),
        (lambda: policy.Quota(),
         "a quota has one rate; give per_hour or per_day, and not both"),
        (lambda: policy.Quota(per_hour=1, per_day=1),
         "a quota has one rate; give per_hour or per_day, and not both"),
        (lambda: policy.Quota(per_hour=1, carry_over=1),
         "only a counted quota carries over; give counted: true"),
        (lambda: policy.EncouragedReturn(factor=2, crossings=["X"]),
         "it binds people who are across and no crossings; leave crossings out"),
        (lambda: policy.Corridor(routes=[("A", "B")], crossings=["X"]),
         "it binds routes and no crossings; leave crossings out"),
        (lambda: policy.ForcedReturn(start="2010-06-12", deadline="2010-06-12",
                                     per_day_at_deadline=1),
         "the deadline is not after the start; give a later deadline"),
        (lambda: policy.Watch(what="waiting"),
         "a condition has one level; give above or below, and not both"),
        (lambda: policy.CapacityBound(closes_at=0.5, reopens_at=0.6),
         "it opens again above where it closes; give reopens_at <= closes_at"),
    ],
)  # fmt: skip
def test_what_the_stock_refuses_and_in_which_words(make: Any, told: str) -> None:
    with pytest.raises(ScenarioError) as error:
        make()
    (problem,) = error.value.problems
    assert f"{problem.wrong}; {problem.right}" == told


def test_what_the_stock_takes_at_the_ends() -> None:
    at = "2010-06-12"
    policy.AnnouncedClosure(announced=at, start=at)
    policy.AnnouncedOpening(announced=at, stop=at)
    policy.CapacityBound(closes_at=0.5, reopens_at=0.5)


def test_pressure_rises_to_its_deadline_and_stays() -> None:
    rule = policy.ForcedReturn(
        start="2010-06-10", deadline="2010-06-14", per_day=0.25, per_day_at_deadline=1.25
    )
    days = [says(rule, datetime(2010, 6, d)).return_per_day for d in (10, 11, 14, 20)]
    assert days == [0.25, 0.5, 1.25, 1.25]
    first, last = datetime(2010, 6, 1), datetime(2010, 6, 14)
    assert rule.edges(first, last) == (datetime(2010, 6, 10), last)
    assert rule.edges(first, datetime(2010, 6, 13)) == (datetime(2010, 6, 10),)
    assert rule.edges(datetime(2010, 6, 15), datetime(2010, 6, 16)) == ()


def test_an_opening_that_says_nothing_changes_nothing() -> None:
    said = Opening()
    assert {name: getattr(said, name) for name in Opening.__slots__} == {
        "permeability": 1.0, "quota_per_hour": None, "count": None, "exempt": (), "barred": (),
        "priority": (), "leak": 0.0, "interception": 0.0, "detention": 0.0, "detention_hours": 0.0,
        "pushback": 0.0, "pushback_after_hours": 0.0, "pushback_reach_km": math.inf,
        "dispersal_per_day": 0.0, "delay_hours": 0.0, "cost_km": 0.0, "return_per_day": 0.0,
        "return_wish": 1.0, "closes_at": None, "opens_at": None,
    }  # fmt: skip
    road = Road(())
    assert (road.permeability, road.stops, road.delay_hours, road.cost_km) == (1.0, (), 0.0, 0.0)
    assert (road.danger, road.lifts) == (1.0, 0.0)


def test_what_is_left_out_of_a_policy_is_nothing() -> None:
    plain = policy.Open()
    assert (plain.name, plain.source, plain.note, plain.crossings) == ("", "", "", ())
    assert (plain.start, plain.stop) == (None, None)
    assert policy.Checkpoint(routes=[("A", "B")]).stops == ()
    bound = policy.CapacityBound()
    assert (bound.places, bound.closes_at, bound.reopens_at) == ((), 1.0, 0.9)
    reaction = policy.Reactive(when={"what": "waiting", "above": 1}, policies=[plain])
    assert (reaction.until, reaction.delay_hours, reaction.stands_above) == (None, 0.0, False)
    assert reaction.when.where == ""


def test_a_policy_states_what_holds_at_the_moment_that_it_is_asked_about() -> None:
    rule = policy.ForcedReturn(start="2010-06-10", deadline="2010-06-14", per_day_at_deadline=1.0)
    (stated,) = rule.says(datetime(2010, 6, 12), View())
    assert stated == Stated(rule, Opening(return_per_day=0.5))
    assert not stated.above
    assert list(rule.says(datetime(2010, 6, 9), View())) == []


def test_without_days_it_opens_on_every_day_of_the_week() -> None:
    rule = policy.OpeningHours(hours=(8, 18))
    noons = [says(rule, datetime(2010, 6, day, 12)) for day in range(7, 14)]
    assert noons == [None] * 7
    morning, evening = (datetime(2010, 6, 7, hour) for hour in (8, 18))
    assert rule.edges(morning, evening) == (morning, evening)
    for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
        only = policy.OpeningHours(hours=(8, 18), days=[day])
        opens = [says(only, datetime(2010, 6, 7 + i, 12)) is None for i in range(7)]
        assert sum(opens) == 1
        assert f"{datetime(2010, 6, 7 + opens.index(True)):%a}".lower() == day


def test_orders_of_service_are_stacked_too() -> None:
    rules = RulesAtGates(
        [compose([], SORTS), compose([Opening(priority=("men",))], SORTS)], [1.0, 1.0], NOW
    )
    assert rules.rank[0].max() == 0
    assert rules.rank[1, 0, :, 0].tolist() == [1, 1, 0, 1, 1]


STOCK = list(BY_TYPE.values())


def test_what_the_package_hands_out_goes_by_its_own_name() -> None:
    others = (Policy, Opening, Count, Road, Transfer, Shut, policy.Watch)
    for kind in (*STOCK, *others):
        assert getattr(policy, kind.__name__) is kind
        assert kind.__name__ in dir(policy)
    assert "wounded" in policy.WHO
    with pytest.raises(AttributeError):
        policy.Nothing  # noqa: B018


@pytest.mark.parametrize("kind", STOCK, ids=lambda kind: kind.__name__)
def test_each_policy_says_its_type_by_itself(kind: Any) -> None:
    words = "".join(f"_{c.lower()}" if c.isupper() else c for c in kind.__name__)
    field = kind.model_fields["type"]
    assert field.default == words.removeprefix("_")
    assert field.annotation.__args__ == (field.default,)


class Seen:
    """A border that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        def seen(where: Any) -> int:
            self.asked.append((name, where))
            return 5

        return seen


@pytest.mark.parametrize(
    ("what", "where", "asked"),
    [
        *((what, "", None) for what in ("waiting", "admitted", "irregular", "sheltered")),
        *((what, "X", "X") for what in ("waiting", "admitted", "irregular", "sheltered")),
        ("violence", "Osh", "Osh"), ("violence", "", ""),
        ("occupancy", "Camp", ("Camp",)), ("occupancy", "", ()),
    ],
)  # fmt: skip
def test_a_watch_looks_at_what_and_where_it_says(what: Any, where: str, asked: Any) -> None:
    view: Any = Seen()
    levels = [{"above": 4}, {"above": 5}, {"below": 5}, {"below": 6}]
    held = [policy.Watch(what=what, where=where, **level).holds(view) for level in levels]
    assert held == [True, False, False, True]
    assert view.asked == [(what, asked)] * 4


def test_hours_by_default_are_those_of_a_whole_day() -> None:
    rule = policy.OpeningHours()
    assert (rule.hours, rule.exempt, rule.leak) == ((0.0, 24.0), (), 0.0)
    assert says(rule, NOW.replace(hour=23, minute=59, second=59)) is None
    road = policy.Checkpoint(routes=[("A", "B")])
    assert (road.permeability, road.delay_hours, road.cost_km) == (1.0, 0.0, 0.0)


def test_a_rule_of_ones_own_keeps_its_label_and_what_it_is_no_policy_is_told() -> None:
    class Relief:
        def opening(self, now: datetime, view: Any) -> None:
            return None

    made = policy.as_policy(Relief(), "v2")
    assert (made.type, made.label) == ("function", "v2")  # type: ignore[attr-defined]
    assert policy.as_policy(lambda now, view: None, "v3").label == "v3"  # type: ignore[attr-defined]
    above = policy.override(Relief())
    assert (above.label, above.stands_above) == ("", True)
    for wrong in (3, Relief):
        with pytest.raises(TypeError) as error:
            policy.as_policy(wrong)
        assert str(error.value) == (
            f"{wrong!r} is not a policy; give one of flowsim.policy, a function (now, view), or an "
            "object with a method opening(now, view)"
        )


def test_a_function_is_known_by_its_defaults_and_not_by_where_things_lie() -> None:
    def rule(level: Any) -> Any:
        return policy.as_policy(lambda now, view, level=level: None).identity()

    assert rule(1) != rule(2)
    assert rule({"a": 1}) != rule({"a": 2})
    assert rule(object()) == rule(object())
    assert rule(object()) != rule(NOW)
