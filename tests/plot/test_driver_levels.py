"""Floods, hunger and tolls in the figure of what drives people at each place."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

import flowsim.plot
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.push_config import Driver, Level
from flowsim.world.violence_config import Event, Violence
from tests.fake_result import put, toy_data, toy_scenario
from tests.plot.test_figures import find

NOON = datetime(2010, 6, 11, 12)


def flooded() -> Scenario:
    """The toy crisis without violence: a flood in the north, and a depot that explodes."""
    depot = Event(place="Gate", start=NOON, peak=NOON, until=NOON, intensity=0,
                  target={"Uzbek": 1}, deaths=5)  # fmt: skip
    start = datetime(2010, 6, 10, 18)
    levels = [("North", "", 0, 2.0), ("North", "", 24, 0.5), ("", "Town", 12, 1.0)]
    return toy_scenario().model_copy(update={
        "violence": Violence(events=(depot,)),
        "drivers": (Driver(name="flood", leave_per_day=1.0),),
        "levels": tuple(
            Level(driver="flood", region=region, place=place, level=level,
                  start=start + timedelta(hours=hours))
            for region, place, hours, level in levels
        ),
    })  # fmt: skip


def quiet() -> Result:
    data = toy_data()
    data["violence"][:] = 0.0
    put(data, "deaths", 5, time="2010-06-11T12:00", place="Gate", group="Uzbek")
    return Result(data)


def test_levels_are_curves_in_the_rows_of_their_places_and_tolls_are_marks() -> None:
    chart = flowsim.plot.violence(quiet(), scenario=flooded(), width=183)
    axes = chart.axes[0]
    rows = [text.get_text() for text in axes.get_yticklabels()]
    assert rows == ["Calm", "Town", "Gate"]
    steps = find(chart, "level flood")
    heights = [step.get_data().baseline - step.get_data().values for step in steps]
    # of 2, the largest anywhere: all of the row of Calm, then a quarter; half of that of Town
    assert np.allclose(np.unique(heights[0].round(6)), [0.84 / 4, 0.84])
    assert np.allclose(np.unique(heights[1].round(6)), [0.0, 0.84 / 2])
    (marks,) = find(chart, "tolls")
    assert marks.get_ydata().tolist() == [2]
    words = [text.get_text() for text in chart.legends[0].get_texts()]
    assert "level of flood (a full row is 2)" in words
    assert "event with a toll of its own" in words
    assert "2 stay calm" in axes.get_xlabel()
    assert "other drivers" in chart.get_suptitle()


def test_without_violence_a_timeline_has_no_empty_strip_of_it() -> None:
    chart = flowsim.plot.timeline(quiet(), scenario=flooded())
    titles = [axes.get_title(loc="left") for axes in chart.axes]
    assert "Violence in the worst place of each region" not in titles
    assert chart.get_suptitle().endswith(": flight and border")
    bare = flowsim.plot.violence(quiet())
    assert find(bare, "tolls") == []
    assert "other drivers" not in bare.get_suptitle()
