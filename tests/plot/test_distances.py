"""The figure of distances: a row a report, by what it is used for, in its standard errors."""

from __future__ import annotations

import pytest

import flowsim.plot
from flowsim.evidence.likelihood import distances
from flowsim.evidence.predicted import predicted
from flowsim.evidence.statements import USES, statements
from tests.fake_result import toy_result, toy_scenario
from tests.plot.test_figures import find
from tests.plot.test_layout import flaws


@pytest.mark.parametrize("width", [89, 183])
def test_each_report_of_the_period_stands_where_the_run_is(width: int) -> None:
    result, scenario = toy_result(), toy_scenario()
    told = statements(scenario, use=USES)
    expected = dict(
        zip((s.id for s in told), distances(told, predicted(result, told)), strict=True)
    )
    chart = flowsim.plot.reports(result, scenario, width=width)
    assert flaws(chart) == []
    for statement in told:
        [mark] = find(chart, f"report {statement.id}")
        far = abs(expected[statement.id]) > 5
        assert bool(find(chart, f"beyond {statement.id}")) == far
        if not far:
            assert mark.get_xdata()[0] == pytest.approx(expected[statement.id])
        full = mark.get_markerfacecolor() != "white"
        assert full == (statement.use == "fit")
        shape = {"about": "o", "at least": ">", "up to": "<"}[statement.bound]
        assert mark.get_marker() == shape


def test_what_is_far_stands_at_the_edge_with_an_arrow() -> None:
    row = {"id": "far", "when": "2010-06-12T00:00", "variable": "crossed", "value": 1, "use": "fit"}
    chart = flowsim.plot.reports(toy_result(), toy_scenario(reports=[row]))
    assert find(chart, "report far")[0].get_xdata()[0] == 5.0
    assert find(chart, "beyond far")


def test_a_scenario_without_reports_is_told() -> None:
    with pytest.raises(ValueError, match="no report"):
        flowsim.plot.reports(toy_result(), toy_scenario(reports=[]))
