"""What plays is what the run has: frames hold the numbers of the result at their times."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.quantities import quantity
from flowsim.interactive import Frames, Playback
from flowsim.interactive.frames import AT_PLACES, TOTALS, chosen
from flowsim.interactive.moving_map import STATES
from flowsim.interactive.place_names import with_room
from flowsim.plot.windows import state_at
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def base() -> Scenario:
    shut = fs.policy.Closed(start="2030-05-02T00:00", stop="2030-05-03T12:00", leak=0.1)
    quota = fs.policy.Quota(per_hour=20, start="2030-05-03T12:00")
    made = fs.teaching_world()
    return made.replace_policies(made.borders[0].id, shut, quota)


@pytest.fixture(scope="module")
def result(base: Scenario) -> Result:
    return fs.run(base, seed=1)


@pytest.mark.parametrize("most", [240, 50, 7])
def test_frames_have_the_numbers_of_the_result(base: Scenario, result: Result, most: int) -> None:
    told = Frames.of(result, base, most)
    data = result.data
    assert 2 <= len(told) <= most
    assert (told.time == data["time"].values[told.step].astype("M8[s]")).all()
    assert told.step[0] == 0
    assert told.step[-1] == data.sizes["time"] - 1
    for status in AT_PLACES:
        persons = result.people.sel(status=status).sum("group").values[told.step]
        assert (told.away[status] == persons).all()
    assert (told.waiting == result.waiting.sum("kind").values[told.step]).all()
    assert (told.crossed == result.crossed().values[told.step]).all()
    dead = result.deaths.sum("group").values.cumsum(axis=0)[told.step]
    assert (told.deaths == dead).all()
    for name in TOTALS:
        assert (told.totals[name] == quantity(result, name).values[told.step]).all()
    assert told.totals["crossed"][-1] > 0
    assert told.waiting.max() > 0


def test_each_crossing_is_what_policies_state(base: Scenario, result: Result) -> None:
    told = Frames.of(result, base)
    seen = set()
    for frame, when in enumerate(told.time):
        span = told.opening(frame, 0)
        assert span.state == state_at(base, told.crossings[0], when.item())
        seen.add(span.label)
    assert seen == {"open", "shut", "20 an hour"}
    assert Frames.of(result).opening(0, 0).state == "unknown"


@pytest.mark.parametrize("times", [2, 3, 50, 241, 1000])
@pytest.mark.parametrize("places", [1, 500, 100_000])
def test_frames_are_few_and_even(times: int, places: int) -> None:
    step, every = chosen(times, 240, places)
    assert len(step) <= 240
    assert step[0] == 0
    assert step[-1] == times - 1
    assert set(np.diff(step)[1:]) <= {every}


def test_one_frame_is_too_few() -> None:
    with pytest.raises(ValueError, match="too few frames"):
        chosen(10, 1)


def test_names_do_not_overlap() -> None:
    spots = np.random.default_rng(1).uniform(0.0, 400.0, (60, 2))
    names = [f"Place {i}" for i in range(60)]
    kept = with_room(names, spots, np.full(60, 8.0), np.arange(60.0) + 1.0, 400.0)
    boxes = []
    for name in kept:
        x, y = spots[name.place]
        wide = 6.7 * len(names[name.place])
        left = x + name.east_px - (0.0 if name.align == "left" else wide)
        boxes.append((left, left + wide, y - 7.0, y + 7.0))
    assert kept[0].place == 59
    assert 10 < len(kept) < 60
    for i, a in enumerate(boxes):
        for b in boxes[:i]:
            assert a[1] <= b[0] or b[1] <= a[0] or a[3] <= b[2] or b[3] <= a[2]


# ---- the figures -------------------------------------------------------------------------


def shown(play: Playback) -> dict[str, Any]:
    return dict(play.map.crossings.now.data)


def test_what_is_drawn_are_the_frames(base: Scenario, result: Result) -> None:
    play = Playback(result, base)
    play.go_to("2030-05-02T12:00")
    number = int(play.clock.slider.value)
    assert play.time == np.datetime64("2030-05-02T12:00:00")
    moving = play.map.crossings.all.data
    assert (moving["waiting"] == play.frames.waiting).all()
    assert moving["state"][number].tolist() == [STATES.index("shut")]
    assert moving["shut"][number].tolist() == [1.0]
    places = play.map.places.all.data
    away = sum(play.frames.away[status] for status in AT_PLACES)
    assert (places["away"] == away).all()
    whole = places["to_detained"][away > 0]
    assert (np.pi / 2 - whole >= 2 * np.pi).all()  # slices go once around


def test_another_run_takes_the_place(base: Scenario, result: Result) -> None:
    play = Playback(result, base)
    play.go_to("2030-05-04T00:00")
    figures = play.map.figure, play.timeline.strip, *play.timeline.panels.values()
    open_border = fs.teaching_world()
    play.update(fs.run(open_border, seed=2), open_border)
    assert figures == (play.map.figure, play.timeline.strip, *play.timeline.panels.values())
    assert play.time == np.datetime64("2030-05-04T00:00:00")
    again = Playback(fs.run(open_border, seed=2), open_border)
    again.go_to("2030-05-04T00:00")
    for one, other in zip(play.map.moving, again.map.moving, strict=True):
        for name, column in one.all.data.items():
            assert np.array_equal(column, other.all.data[name])
    assert play.timeline.spans.data["label"] == again.timeline.spans.data["label"]
    assert again.clock.data.data["waiting"] == play.clock.data.data["waiting"]


def test_reports_and_bands_are_those_of_the_scenario(base: Scenario) -> None:
    runs = [fs.run(base, seed=seed) for seed in (1, 2, 3)]
    play = Playback(runs[0], base, runs=runs)
    band = play.timeline.bands["waiting", "90 % of the runs"].data
    waiting = np.array([quantity(run, "waiting").values for run in runs])
    assert np.allclose(band["low"], np.quantile(waiting, 0.05, axis=0))
    assert np.allclose(band["high"], np.quantile(waiting, 0.95, axis=0))
    assert "chance alone" in play.timeline.key.text


def test_bokeh_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import flowsim.interactive

    monkeypatch.setitem(sys.modules, "bokeh", None)
    with pytest.raises(ImportError, match=r"pip install 'flowsim\[app\]'"):
        flowsim.interactive.__getattr__("Playback")
    assert json.dumps(flowsim.interactive.__all__) == '["Frames", "Playback"]'
