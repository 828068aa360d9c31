"""What holds at each crossing over time, as the policies compose."""

from __future__ import annotations

from datetime import datetime

import pytest

import flowsim as fs
from flowsim.plot.windows import _told, border_spans, crossing_spans, state_at
from flowsim.policy import (
    CapacityBound,
    Closed,
    ExitBan,
    Open,
    OpeningHours,
    Policy,
    Quota,
    Reactive,
    Scheduled,
    Triage,
    override,
)
from flowsim.policy.config import Authority
from flowsim.policy.who import Sorts
from tests.fake_result import toy_scenario

NOON_11, NOON_12 = datetime(2010, 6, 11, 12), datetime(2010, 6, 12, 12)
ALL = ("children", "women", "men", "elderly")


def test_a_crossing_is_shut_barred_and_shut_again():
    spans = crossing_spans(toy_scenario(), "Post")
    assert [(s.state, s.start) for s in spans] == [
        ("shut", datetime(2010, 6, 10, 18)),
        ("barred", NOON_11),
        ("shut", NOON_12),
    ]
    assert spans[1].label == "men barred"
    assert spans[-1].stop == datetime(2010, 6, 13, 6)


def test_the_border_is_partly_shut_when_one_crossing_is():
    spans = border_spans(toy_scenario(), ["Post", "Gap"])
    assert [(s.state, s.label) for s in spans] == [
        ("shut", "shut"),
        ("barred", "men barred"),
        ("partly", "1 of 2 shut"),
    ]


def test_windows_are_half_open():
    scenario = toy_scenario()
    assert state_at(scenario, "Post", NOON_12) == "shut"
    assert state_at(scenario, "Post", datetime(2010, 6, 12, 11, 59)) == "barred"
    assert state_at(scenario, "Post", datetime(2011, 1, 1)) == "shut"


def told(*policies, crossing: str = "Gap") -> list[tuple[str, str]]:
    """States and words at a crossing under some policies of one side."""
    spans = crossing_spans(toy_scenario().replace_policies("A-B", *policies), crossing)
    return [(s.state, s.label) for s in spans]


class OwnClass(Policy):
    """A researcher's own policy."""

    def opening(self, now, view):
        raise AssertionError("code of the user's own runs in a run only")


def nobody(now, view):
    """A rule that is never asked here."""
    raise AssertionError("code of the user's own runs in a run only")


WATCH = {"what": "waiting", "above": 10}


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ((), ("open", "open")),
        ((Open(),), ("open", "open")),
        ((Closed(),), ("shut", "shut")),
        ((Closed(crossings=("Post",)),), ("open", "open")),
        ((Closed(exempt=("wounded",)),), ("shut", "shut, not to wounded")),
        ((Triage(permeability=0),), ("shut", "shut")),
        ((Triage(permeability=0, exempt=("elderly",)),), ("shut", "shut, not to elderly")),
        ((Triage(permeability=0.25),), ("barred", "25 % let in")),
        ((Triage(barred=ALL),), ("shut", "shut")),
        ((Triage(barred=("men",)),), ("barred", "men barred")),
        ((Triage(barred=("men",), exempt=("wounded",)),), ("barred", "men barred")),
        (
            (Triage(barred=("men",)), Triage(barred=ALL[:2])),
            ("barred", "men, children, women barred"),
        ),
        ((Triage(barred=("men",)), Triage(barred=(*ALL[:2], "elderly"))), ("shut", "shut")),
        ((ExitBan(),), ("shut", "shut")),
        ((Triage(barred=("group:Uzbek",)),), ("barred", "Uzbek barred")),
        ((Triage(barred=("group:Uzbek", "group:Kyrgyz", "group:Other")),), ("shut", "shut")),
        ((Quota(per_hour=5),), ("quota", "5 an hour")),
        ((Quota(per_day=5, shared=True),), ("quota", "2.5 a day")),
        ((Reactive(when=WATCH, policies=[Closed()]),), ("rule", "by rule")),
        ((Closed(), Reactive(when=WATCH, policies=[Open()])), ("shut", "shut")),
        (
            (Closed(), Reactive(when=WATCH, policies=[Open()], stands_above=True)),
            ("rule", "by rule"),
        ),
        ((Reactive(when=WATCH, policies=[Open()]),), ("open", "open")),
        ((CapacityBound(),), ("rule", "by rule")),
        ((Scheduled(policies=[CapacityBound()]),), ("rule", "by rule")),
        ((nobody,), ("rule", "by rule")),
        ((OwnClass(),), ("rule", "by rule")),
        ((Closed(), nobody), ("shut", "shut")),
        ((Closed(), override(nobody)), ("rule", "by rule")),
    ],
)
def test_the_composed_opening_is_what_is_told(policies, expected):
    assert told(*policies) == [expected]


def test_both_authorities_and_their_windows():
    scenario = toy_scenario().replace_policies("A-B", Triage(permeability=0, stop=NOON_11))
    (border,) = scenario.borders
    leaving = Authority(name="A guards", country="A-land", policies=(ExitBan(start=NOON_12),))
    border = border.model_copy(update={"authorities": (*border.authorities, leaving)})
    both = scenario.model_copy(update={"borders": (border,)})
    assert [(s.state, s.start) for s in crossing_spans(both, "Post")] == [
        ("shut", datetime(2010, 6, 10, 18)),
        ("open", NOON_11),
        ("shut", NOON_12),
    ]


def test_a_quota_of_nobody_is_shut():
    assert _told((fs.Opening(quota_per_hour=0.0),), Sorts(["Uzbek"])) == ("shut", "shut")
    free = fs.Opening(quota_per_hour=0.0, exempt=("women",))
    assert _told((free,), Sorts(["Uzbek"])) == ("shut", "shut, not to women")


def test_opening_hours_shut_at_night():
    spans = crossing_spans(
        toy_scenario().replace_policies("A-B", OpeningHours(hours=(8, 18))), "Gap"
    )
    assert [(s.state, s.start.hour) for s in spans][:3] == [("shut", 18), ("open", 8), ("shut", 18)]


def test_an_unknown_crossing_is_told():
    with pytest.raises(KeyError, match="no crossing 'Pots'"):
        crossing_spans(toy_scenario(), "Pots")
