"""A map is not squashed by one far place, and its labels keep apart."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from matplotlib.text import Annotation, Text

import flowsim.plot
from flowsim.plot.basemap import Ground, crowded
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from tests.fake_result import empty_data


@pytest.fixture(scope="module")
def chart() -> Chart:
    return flowsim.plot.flow_map(crowded_result())


def crowded_result() -> Result:
    """A town of nine quarters, six villages around it, and a capital far in the north."""
    spots = [(f"Quarter {i}", 40.5 + 0.012 * (i // 3), 72.8 + 0.012 * (i % 3)) for i in range(9)]
    spots += [(f"Village {i}", 40.3 + 0.15 * (i % 3), 72.0 + 1.2 * (i % 2)) for i in range(6)]
    spots += [("Capital", 43.5, 74.6)]
    places = [
        {"name": n, "country": "A-land", "region": "", "kind": "town", "lat": y, "lon": x}
        for n, y, x in spots
    ]
    times = np.array(["2010-06-12T00:00"], dtype="datetime64[s]")
    data = empty_data(places, [], times)
    data["people"].loc[{"status": "displaced", "group": "Uzbek"}] = 100
    data["people"].loc[{"status": "displaced", "group": "Uzbek", "place": "Capital"}] = 7
    return Result(data)


def test_a_far_place_becomes_a_note_and_a_crowd_a_close_up(chart):
    texts = [t.get_text() for t in chart.findobj(Text)]
    note = next(t for t in texts if t.startswith("Off the map"))
    assert "Capital" in note
    assert "north-east): 7" in note
    assert "close-up\n900" in texts
    large, close = chart.axes
    assert large.get_ylim()[1] < 150.0, "the capital is 330 km north"
    assert np.diff(close.get_xlim())[0] < 10.0


def test_a_far_place_where_many_are_is_on_the_map() -> None:
    data = crowded_result().data.copy(deep=True)
    data["people"].loc[{"status": "displaced", "group": "Uzbek", "place": "Capital"}] = 90
    texts = [t.get_text() for t in flowsim.plot.flow_map(Result(data)).findobj(Text)]
    assert not any(text.startswith("Off the map") for text in texts)
    assert any(text.startswith("Capital") for text in texts)


def test_labels_do_not_overlap(chart):
    renderer = chart.canvas.get_renderer()
    for axes in chart.axes:
        labels = [
            t.get_window_extent(renderer).padded(-1.0)
            for t in axes.texts
            if isinstance(t, Annotation) and "\n" in t.get_text()
        ]
        assert len(labels) >= 6
        for one, other in itertools.combinations(labels, 2):
            assert not one.overlaps(other)


def test_a_degree_east_is_shorter_than_one_north():
    ground = Ground(60.0, 10.0)
    east, north = ground.xy(np.array([60.0, 61.0]), np.array([11.0, 10.0]))
    assert abs(east[0] / north[1] - 0.5) < 1e-6


def test_few_places_need_no_close_up():
    assert not crowded(np.zeros((5, 2))).any()
