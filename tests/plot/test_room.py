"""The figure of who finds room: persons at each place, and its capacity as it changes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.dates import date2num

import flowsim.plot
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.config import PlaceCapacity
from tests.fake_result import put, toy_data, toy_result, toy_scenario
from tests.plot.test_figures import find

ROWS = [
    {"place": "Camp", "start": "2010-06-11T00:00", "sites": 2, "places_per_site": 20},
    {"place": "Camp", "start": "2010-06-12T00:00", "persons": 60, "between": "line"},
    {"place": "Camp", "start": "2010-06-13T00:00", "persons": 100},
]


def curve(chart: Chart, gid: str) -> tuple[np.ndarray, np.ndarray]:
    (line,) = find(chart, gid)
    return np.asarray(line.get_xdata()), np.asarray(line.get_ydata(), dtype=float)


def at(line: tuple[np.ndarray, np.ndarray], moment: str) -> float:
    x, y = line
    found: float = y[np.searchsorted(x, date2num(np.datetime64(moment)), side="right") - 1]
    return found


def world(rows: list[dict[str, Any]], overfull: float = 0.0, **capacity: int | None) -> Scenario:
    """The toy scenario with capacities."""
    setup = toy_scenario()
    reception = setup.behaviour.reception.model_copy(update={"overfull": overfull})
    return setup.model_copy(update={
        "places": tuple(
            place.model_copy(update={"capacity": capacity.get(place.name, place.capacity)})
            for place in setup.places
        ),
        "capacities": tuple(PlaceCapacity.model_validate(row) for row in rows),
        "behaviour": setup.behaviour.model_copy(update={"reception": reception}),
    })  # fmt: skip


def drawn(setup: Scenario, result: Result | None = None) -> Chart:
    chart: Chart = flowsim.plot.reception(result or toy_result(), scenario=setup, width=183)
    return chart


def test_persons_stand_beside_the_capacity_of_the_moment() -> None:
    chart = drawn(world(ROWS, Camp=20))
    persons, capacity = curve(chart, "persons Camp"), curve(chart, "capacity Camp")
    assert at(persons, "2010-06-11T23:00") == 0
    assert at(persons, "2010-06-12T12:00") == 60
    told = ["2010-06-10T19:00", "2010-06-11T01:00", "2010-06-11T23:00", "2010-06-12T12:00",
            "2010-06-13T03:00"]  # fmt: skip
    assert [at(capacity, moment) for moment in told] == [20, 40, 40, 80, 100]
    jumps = np.diff(capacity[0])[np.abs(np.diff(capacity[1])) > 15]
    assert (24 * 3600 * jumps < 1.5).all(), "what jumps is upright"
    assert find(chart, "most Camp") == []
    (words,) = find(chart, "under Camp")
    assert words.get_text() == "peak 60, room 100"


def test_what_is_taken_in_beyond_the_capacity_has_a_line_and_a_row_of_the_key() -> None:
    chart = drawn(world(ROWS, 0.5, Camp=20))
    assert at(curve(chart, "most Camp"), "2010-06-12T12:00") == 120
    told = [text.get_text() for text in chart.legends[0].get_texts()]
    assert "taken in at most (overfull)" in told


def test_ample_room_is_told_in_words_so_that_people_can_be_seen() -> None:
    chart = drawn(world([], Camp=9_000))
    assert np.isnan(curve(chart, "capacity Camp")[1]).all()
    (words,) = find(chart, "under Camp")
    assert words.get_text() == "peak 60, room 9,000"
    assert chart.axes[0].get_ylim()[1] < 100
    (words,) = find(drawn(world([], Camp=None)), "under Camp")
    assert words.get_text() == "peak 60, no limit"


def test_a_camp_inside_has_its_own_colour_and_one_without_a_limit_is_no_camp() -> None:
    inside = drawn(world(ROWS, Calm=30))
    assert [axes.get_title(loc="left") for axes in inside.axes] == ["Camp", "Calm"]
    assert "displaced inside the country" in [t.get_text() for t in inside.legends[0].get_texts()]
    assert [axes.get_title(loc="left") for axes in drawn(world(ROWS)).axes] == ["Camp"]


@pytest.mark.parametrize("shown", [True, False])
def test_where_nobody_is_sheltered_the_room_is_told(shown: bool) -> None:
    data = toy_data()
    if shown:
        put(data, "people", 60, place="Camp", group="Uzbek", status="sheltered")
    chart = drawn(world([], Camp=20, City=10), Result(data))
    told = [text.get_text() for text in chart.legends[0].get_texts()]
    assert ("nobody at 1 place with room" in told) == shown
    titles = [axes.get_title(loc="left") for axes in chart.axes]
    assert titles == (["Camp"] if shown else ["Camp", "City"])
