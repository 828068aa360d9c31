"""Figures carry labels and units, and draw reports where they belong."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from datetime import datetime

import matplotlib
import numpy as np
import pytest
from matplotlib import dates as mdates

import flowsim.plot
from flowsim.plot.style import Chart
from flowsim.results import Result
from tests.fake_result import TOY_PLACES, empty_data, toy_result, toy_scenario

NAMES = flowsim.plot.__all__
DRAWN = [name for name in NAMES if name not in ("contrasts", "registrations", "save_all")]


def find(chart: Chart, gid: str) -> list:
    """Every artist that bears a mark."""
    return [a for a in chart.findobj() if a.get_gid() == gid]


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_draws_with_and_without_a_scenario(name):
    draw = getattr(flowsim.plot, name)
    for scenario in (None, toy_scenario(), toy_scenario(reports=[])):
        chart = draw(toy_result(), scenario=scenario)
        assert isinstance(chart, Chart)
        assert chart._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("name", DRAWN)
def test_a_run_in_which_nothing_happens_can_be_drawn(name):
    times = np.datetime64("2010-06-10T18:00") + np.arange(1, 5) * np.timedelta64(1, "h")
    result = Result(empty_data(TOY_PLACES, [], times))
    getattr(flowsim.plot, name)(result)._repr_png_()


@pytest.mark.parametrize("name", [n for n in DRAWN if n != "flow_map"])
def test_axes_say_what_they_measure(name):
    chart = getattr(flowsim.plot, name)(toy_result(), scenario=toy_scenario())
    labels = {a.get_xlabel() for a in chart.axes} | {a.get_ylabel() for a in chart.axes}
    words = " ".join(labels)
    units = {
        "timeline": ("persons", "persons an hour", "local time", "border"),
        "queues": ("persons", "hours", "local time"),
        "violence": ("intensity of violence", "place", "local time"),
        "deaths": ("deaths", "deaths a day", "local date"),
        "composition": ("per cent",),
    }[name]
    for unit in units:
        assert unit in words, (unit, labels)


def test_reports_stand_at_their_time_and_value():
    chart = flowsim.plot.timeline(toy_result(), scenario=toy_scenario())
    (point,) = find(chart, "report R1")
    assert point.get_ydata() == [50]
    assert point.get_xdata() == [mdates.date2num(datetime(2010, 6, 12))]
    (bar,) = find(chart, "range R1")
    assert list(bar.get_ydata()) == [40, 60]
    (adults,) = find(chart, "report R10")
    assert adults.get_ydata() == [30]
    assert not find(chart, "report R9"), "after the end"
    assert not find(chart, "report R7"), "told only"


@pytest.mark.parametrize(
    ("draw", "variable"), [("timeline", "crossed"), ("composition", "share_women")]
)
def test_points_are_filled_by_what_a_report_was_used_for(draw: str, variable: str):
    """Whole where values were fitted to it, half where an input was set from it, else hollow."""
    told = {"fit": "fitted to", "specify": "used for an input", "compare": "compared only"}
    rows = [
        {"id": use, "when": "2010-06-12T00:00", "variable": variable, "value": 0.5, "use": use}
        for use in ("context", *told)
    ]
    chart = getattr(flowsim.plot, draw)(toy_result(), scenario=toy_scenario(reports=rows))
    assert not find(chart, "report context")
    looks = {}
    for use in told:
        (point,) = find(chart, f"report {use}")
        looks[use] = _look(point)
        assert point.get_markerfacecoloralt() == "white"
    assert looks == {"fit": ("full", True), "specify": ("left", True), "compare": ("full", False)}
    legends = chart.findobj(matplotlib.legend.Legend)
    (legend,) = [x for x in legends if "reported, fitted to" in _words(x)]
    entries = dict(zip(_words(legend), legend.legend_handles, strict=True))
    assert {use: _look(entries[f"reported, {told[use]}"]) for use in told} == looks


def _look(point: matplotlib.lines.Line2D) -> tuple[str, bool]:
    """How a point is filled, and whether in its own colour."""
    return point.get_fillstyle(), point.get_markerfacecolor() == point.get_color()


def _words(legend: matplotlib.legend.Legend) -> list[str]:
    return [text.get_text() for text in legend.get_texts()]


def test_the_legend_names_only_the_uses_that_are_drawn():
    chart = flowsim.plot.timeline(toy_result(), scenario=toy_scenario())
    words = [word for x in chart.findobj(matplotlib.legend.Legend) for word in _words(x)]
    assert "reported, fitted to" in words
    assert "reported, used for an input" not in words


def test_curves_are_the_quantities():
    chart = flowsim.plot.timeline(toy_result())
    (crossed,) = find(chart, "crossed")
    assert crossed.get_ydata().max() == 65
    (waiting,) = find(chart, "waiting")
    assert waiting.get_ydata().max() == 20


def test_the_queue_report_stands_at_its_crossing():
    chart = flowsim.plot.queues(toy_result(), scenario=toy_scenario())
    (point,) = find(chart, "report R3")
    assert point.axes.get_title(loc="left") == "Post"
    texts = [t.get_text() for t in chart.findobj(matplotlib.text.Text)]
    assert "peak 20 at 11 Jun 24:00" in texts
    assert "nobody waits" in texts


def test_the_official_count_lags_beside_the_deaths():
    chart = flowsim.plot.deaths(toy_result(), scenario=toy_scenario())
    (official,) = find(chart, "official")
    assert list(official.get_ydata()) == [3, 4]
    (band,) = find(chart, "later")
    assert (band.get_y(), band.get_height()) == (4.0, 2.0)


def test_the_map_shows_people_and_flows():
    scenario = toy_scenario()
    chart = flowsim.plot.flow_map(toy_result(), at="2010-06-12T13:00", scenario=scenario)
    texts = {t.get_text() for t in chart.findobj(matplotlib.text.Text)}
    assert {"Camp\n60", "Gate\n20", "Post\n55 crossed", "Gap\n5 crossed"} <= texts
    (shut,), (open_,) = find(chart, "gate Post"), find(chart, "gate Gap")
    assert shut.get_marker() == "X"
    assert open_.get_marker() == "s"
    assert find(chart, "flow Post")
    assert not find(chart, "place Town"), "nobody away from home is there"
    assert chart.get_suptitle().endswith("12 Jun 13:00")


def test_the_map_is_true_to_scale():
    chart = flowsim.plot.flow_map(toy_result())
    assert chart.axes[0].get_aspect() == 1.0


def test_a_map_before_the_run_is_refused():
    with pytest.raises(ValueError, match="before the first recorded time"):
        flowsim.plot.flow_map(toy_result(), at="2010-06-01")


def test_matplotlib_stays_as_it_was():
    before = dict(matplotlib.rcParams)
    for name in DRAWN:
        getattr(flowsim.plot, name)(toy_result())._repr_png_()
    assert dict(matplotlib.rcParams) == before


def test_save_all_writes_all_and_the_same_bytes(tmp_path):
    digests = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        paths = flowsim.plot.save_all(toy_result(), toy_scenario(), folder)
        assert sorted(p.name for p in paths) == [
            "composition.png", "deaths.png", "map.png", "queues.png", "timeline.png",
            "violence.png",
        ]  # fmt: skip
        assert sorted(folder.iterdir()) == sorted(paths)
        digests.append([hashlib.sha256(p.read_bytes()).hexdigest() for p in paths])
    assert digests[0] == digests[1]


def test_no_matplotlib_before_a_figure_is_drawn():
    code = (
        "import sys, flowsim, flowsim.plot, flowsim.results, flowsim.evidence.digest\n"
        "assert not any(m.split('.')[0] == 'matplotlib' for m in sys.modules)\n"
        "flowsim.plot.timeline\n"
        "assert 'matplotlib' in sys.modules and 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_public_name_is_a_submodule():
    from pathlib import Path

    modules = {p.stem for p in Path(flowsim.plot.__file__).parent.glob("*.py")}
    assert not modules & set(NAMES)
    assert set(dir(flowsim.plot)) == set(NAMES)
    with pytest.raises(AttributeError, match="no attribute 'pie'"):
        flowsim.plot.pie  # noqa: B018
