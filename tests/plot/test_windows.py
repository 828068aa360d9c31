"""What the calendar of the policies says about each crossing."""

from __future__ import annotations

from datetime import datetime

import pytest

from flowsim.plot.windows import border_spans, crossing_spans, state_at
from tests.fake_result import toy_scenario

NOON_11, NOON_12 = datetime(2010, 6, 11, 12), datetime(2010, 6, 12, 12)


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


def test_no_policies_is_open_and_a_function_is_a_rule():
    free = toy_scenario().replace_policies("A-B")
    assert {s.state for s in crossing_spans(free, "Gap")} == {"open"}
    ruled = toy_scenario().replace_policies("A-B", lambda now, view: None)
    assert {s.state for s in crossing_spans(ruled, "Gap")} == {"rule"}


def test_an_unknown_crossing_is_told():
    with pytest.raises(KeyError, match="no crossing 'Pots'"):
        crossing_spans(toy_scenario(), "Pots")
