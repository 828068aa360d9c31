"""Figures carry labels and units, and draw reports where they belong."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import dates as mdates
from matplotlib.colors import to_hex

import flowsim.plot
from flowsim.evidence import quantities
from flowsim.plot import OF_A_RUN
from flowsim.plot.style import KIND, Chart
from flowsim.policy import Triage
from flowsim.results.result import Result
from flowsim.running import run
from tests.fake_result import TOY_PLACES, empty_data, toy_result, toy_scenario
from tests.model.worlds import QUEUES, full_of_jams, hours, rich

NAMES = flowsim.plot.__all__
NOT_OF_A_RUN = (
    "animation", "contrasts", "effect_by_fit", "forecast", "posterior", "registrations", "reports",
    "sankey", "save_all", "sensitivity", "story",
)  # fmt: skip
DRAWN = [name for name in NAMES if name not in NOT_OF_A_RUN]


def find(chart: Chart, gid: str) -> list:
    """Every artist that bears a mark."""
    return [a for a in chart.findobj() if a.get_gid() == gid]


@pytest.mark.parametrize("name", DRAWN)
def test_every_figure_draws_with_and_without_a_scenario(name, toy):
    before = dict(matplotlib.rcParams)
    draw = getattr(flowsim.plot, name)
    bare = [draw(toy_result(), scenario=s) for s in (None, toy_scenario(reports=[]))]
    for chart in (toy(name), *bare):
        assert isinstance(chart, Chart)
        assert chart._repr_png_().startswith(b"\x89PNG")
    assert dict(matplotlib.rcParams) == before, "matplotlib stays as it was"


@pytest.mark.parametrize("name", DRAWN)
def test_a_run_in_which_nothing_happens_can_be_drawn(name):
    times = np.datetime64("2010-06-10T18:00") + np.arange(1, 5) * np.timedelta64(1, "h")
    result = Result(empty_data(TOY_PLACES, [], times))
    getattr(flowsim.plot, name)(result)._repr_png_()


LABELS = {
    "timeline": [
        ("The border, for those who flee", "", ""),
        ("Across the border", "", "persons"),
        ("Out of their homes inside the country", "", "persons"),
        ("Waiting at the border", "", "persons"),
        ("Passing the border, outward above the line and back below it", "", "persons an hour"),
        ("Violence in the worst place of each region", "local time", ""),
    ],
    "queues": [
        ("Post", "", "persons"), ("", "", "hours"),
        ("Gap", "local time", "persons"), ("", "local time", "hours"),
    ],
    "violence": [("", "local time (places by onset; 4 stay calm)", "place")],
    "deaths": [
        ("Total so far", "", "deaths"),
        ("Dead of each day, simulated, by group", "local date", "deaths a day"),
    ],
    "composition": [
        ("", "part of all persons in the row, per cent", ""),
        ("Reported shares", "part of those who are there or have crossed there, per cent", ""),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LABELS)
def test_axes_say_what_they_measure(name, toy):
    chart = toy(name)
    told = [(a.get_title(loc="left"), a.get_xlabel(), a.get_ylabel()) for a in chart.axes]
    assert told == LABELS[name]


def key_of(chart: Chart, panel: int | None = None) -> dict[str, object]:
    """The marks of a key by their labels."""
    legend = chart.legends[0] if panel is None else chart.axes[panel].get_legend()
    labels = [text.get_text() for text in legend.get_texts()]
    return dict(zip(labels, legend.legend_handles, strict=True))


def colour(artist) -> str:
    """What an artist looks like."""
    value = artist.get_facecolor() if hasattr(artist, "get_facecolor") else artist.get_color()
    return to_hex(value[0] if np.ndim(value) > 1 else value)


def test_each_label_of_the_timeline_is_that_of_its_curve(toy):
    chart = toy("timeline")
    lane, across, flows = key_of(chart, 0), key_of(chart, 1), key_of(chart, 4)
    for gid, label in (
        ("crossed", "crossed so far"),
        ("stock_abroad", "sheltered abroad"),
        ("registered_adults", "adults registered so far"),
    ):
        (curve,) = find(chart, gid)
        assert colour(curve) == colour(across[label])
        assert curve.get_linestyle() == across[label].get_linestyle()
    result = toy_result()
    for outcome in ("admitted", "exempt", "irregular", "pushed_back"):
        (steps,) = find(chart, outcome)
        assert colour(steps) == colour(flows[outcome.replace("_", " ")])
        values, _, base = steps.get_data()
        moved = result.outcomes.sel(outcome=outcome).sum(["crossing", "kind"]).values
        assert np.array_equal(np.abs(values - base), moved)
    for state, label in (("shut", "shut (grey below)"), ("barred", "open, not to all")):
        assert {colour(span) for span in find(chart, state)} == {colour(lane[label])}


def test_what_shuts_is_drawn_shut_in_the_strip_the_queues_and_the_map():
    held = toy_scenario().replace_policies("A-B", Triage(permeability=0))
    chart = flowsim.plot.timeline(toy_result(), scenario=held)
    assert list(key_of(chart, 0)) == ["shut (grey below)"]
    (span,) = find(chart, "shut")
    assert (span.get_x(), span.get_x() + span.get_width()) == chart.axes[0].get_xlim()
    assert [text.get_text() for text in chart.axes[0].texts] == ["shut"]
    (gate,) = find(flowsim.plot.flow_map(toy_result(), scenario=held), "gate Gap")
    assert gate.get_marker() == "X"
    shaded = flowsim.plot.queues(toy_result(), scenario=held).axes[0].patches
    assert [to_hex(p.get_facecolor()) for p in shaded] == ["#efefef"]


def test_each_label_of_the_queues_is_that_of_its_kind(toy):
    chart = toy("queues")
    handles = key_of(chart)
    men = colour(handles["men"])
    (layer,) = [c for c in chart.axes[0].collections[: len(KIND)] if colour(c) == men]
    assert layer.get_paths()[0].vertices[:, 1].max() == 20
    (hours,) = find(chart, "hours Post")
    assert np.nanmax(hours.get_ydata()) == 7.5
    assert hours.axes.get_ylabel() == "hours"
    assert colour(hours) == colour(handles["mean wait of those admitted"])


def test_each_label_of_the_composition_is_that_of_its_kind(toy):
    chart = toy("composition")
    handles = key_of(chart, 0)
    rows = [label.get_text() for label in chart.axes[0].get_yticklabels()]
    assert rows[2] == "crossed in all\n60 persons"
    kinds = ("children", "women", "elderly women", "men", "elderly men")
    for bars, kind in zip(chart.axes[0].containers, kinds, strict=True):
        assert colour(bars[2]) == colour(handles[kind])
        persons = {"children": 15, "women": 40, "men": 5}.get(kind, 0)
        assert bars[2].get_width() == pytest.approx(persons / 60)
    below = key_of(chart, 1)
    (simulated,), (reported,) = find(chart, "simulated R4"), find(chart, "report R4")
    assert simulated.get_marker() == below["simulated"].get_marker()
    assert reported.get_marker() == below["reported, fitted to"].get_marker()
    assert reported.get_xdata() == [0.57]


def test_each_label_of_the_deaths_is_that_of_its_group(toy):
    chart = toy("deaths")
    above, below = key_of(chart, 0), key_of(chart, 1)
    assert chart.axes[1].get_legend().get_title().get_text() == "dead in all"
    assert list(below) == ["Uzbek (5)", "Kyrgyz (0)", "Other (0)"]
    for bars, label in zip(chart.axes[1].containers, below, strict=True):
        assert colour(bars[0]) == colour(below[label])
        assert sum(bar.get_height() for bar in bars) == int(label.split("(")[1][:-1])
    (official,) = find(chart, "official")
    assert colour(official) == colour(above["official count, by time of report (lags)"])
    simulated = above["simulated, by time of death"]
    assert colour(chart.axes[0].lines[0]) == colour(simulated)


def test_the_key_of_the_map_goes_to_what_is_drawn(toy):
    chart = toy("flow_map", at="2010-06-12T13:00")
    handles = key_of(chart)
    labels = list(handles)
    assert [label for label in labels if "away from home" in label] == [
        "60 persons\naway from home", "10 persons\naway from home", "2 persons\naway from home",
    ]  # fmt: skip
    assert [label for label in labels if "crossed so far" in label] == [
        "55 crossed so far", "10 crossed so far",
    ]  # fmt: skip
    (largest,) = find(chart, "place Camp")
    assert largest.get_markersize() == handles["60 persons\naway from home"].get_markersize()
    assert {"road", "crossing, shut", "crossing, open, not to all"} <= set(labels)
    assert "path on foot" not in labels, "those on foot are crossings, which have arrows"
    (shut,) = find(chart, "gate Post")
    assert shut.get_marker() == handles["crossing, shut"].get_marker()
    statuses = {"sheltered": "#00619a", "waiting": "#e69f00", "displaced": "#bc6296"}
    assert {s: colour(handles[s]) for s in statuses if s in handles} == {
        s: c for s, c in statuses.items() if s in handles
    }
    assert "sheltered" in handles


def test_rings_are_as_dark_as_the_violence(toy):
    chart = toy("flow_map", at="2010-06-11T12:00")
    (ring,) = find(chart, "violence Town")
    handles = key_of(chart)
    levels = [label for label in handles if label.startswith("violence now")]
    assert levels == ["violence now, 0.1 of 1", "violence now, 0.5 of 1", "violence now, 1 of 1"]
    assert to_hex(ring.get_markeredgecolor()) == to_hex(handles[levels[1]].get_markeredgecolor())
    assert len({to_hex(handles[level].get_markeredgecolor()) for level in levels}) == 3


def test_arrows_between_near_places_have_a_length():
    near = [dict(place) for place in TOY_PLACES]
    near[2] |= {"lat": 40.6201, "lon": 72.7001}  # the gate stands at the camp
    data = toy_result().data.assign_coords(
        lat=("place", [p["lat"] for p in near]), lon=("place", [p["lon"] for p in near])
    )
    chart = flowsim.plot.flow_map(Result(data), at="2010-06-12T13:00", width=89)
    for gate in ("Post", "Gap"):
        (arrow,) = find(chart, f"flow {gate}")
        box = arrow.get_window_extent()
        assert np.hypot(box.width, box.height) > 72 / 72.0 * chart.dpi * 0.15


def test_reports_stand_at_their_time_and_value(toy):
    chart = toy("timeline")
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
    told = {"fit": "fitted to", "specify": "specified from", "compare": "kept to check"}
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


def test_the_legend_names_only_the_uses_that_are_drawn(toy):
    chart = toy("timeline")
    words = [word for x in chart.findobj(matplotlib.legend.Legend) for word in _words(x)]
    assert "reported, fitted to" in words
    assert "reported, specified from" not in words


def test_curves_are_the_quantities(toy):
    chart = toy("timeline")
    (crossed,) = find(chart, "crossed")
    assert crossed.get_ydata().max() == 65
    (waiting,) = find(chart, "waiting")
    assert waiting.get_ydata().max() == 20


def test_the_queue_report_stands_at_its_crossing(toy):
    chart = toy("queues")
    (point,) = find(chart, "report R3")
    assert point.axes.get_title(loc="left") == "Post"
    texts = [t.get_text() for t in chart.findobj(matplotlib.text.Text)]
    assert "peak 20 at 11 Jun 24:00" in texts
    assert "nobody waits" in texts


def test_the_official_count_lags_beside_the_deaths(toy):
    chart = toy("deaths")
    (official,) = find(chart, "official")
    assert list(official.get_ydata()) == [3, 4]
    (band,) = find(chart, "later")
    assert (band.get_y(), band.get_height()) == (4.0, 2.0)


def test_deaths_reported_of_a_part_are_not_drawn_as_those_of_all():
    scenario = toy_scenario()
    part = scenario.reports[0].model_copy(
        update={"id": "T", "variable": "deaths", "place": scenario.places[0].name, "low": None,
                "high": None, "value": 900.0, "use": "check"}
    )  # fmt: skip
    official = part.model_copy(update={"id": "U", "variable": "deaths_official"})
    reports = (*scenario.reports, part, official)
    chart = flowsim.plot.deaths(toy_result(), scenario=scenario, reports=reports)
    (band,) = find(chart, "later")
    assert (band.get_y(), band.get_height()) == (4.0, 2.0)
    (count,) = find(chart, "official")
    assert list(count.get_ydata()) == [3, 4]


def test_the_map_shows_people_and_flows(toy):
    chart = toy("flow_map", at="2010-06-12T13:00")
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


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2010-06-01", "2010-06-01 is before the first recorded time; the run is recorded from "),
        ("2030-01-01", "2030-01-01 is after the last recorded time; the run is recorded from "),
        (datetime(2030, 1, 1), "is after the last recorded time"),
        (np.datetime64("2030-01-01"), "is after the last recorded time"),
        ("2010-06-13T06:01", "is after the last recorded time"),
        ("2010-06-13T07:00+06:00", "is after the last recorded time"),
        ("June", "'June' is not a time; write it as 2010-06-12T18:00"),
        ("NaT", "'NaT' is not a time"),
        (np.datetime64("NaT", "ns"), "NaT is not a time"),
        (pd.NaT, "NaT is not a time"),
        ("", "'' is not a time"),
        (20, "20 is not a time"),
        (True, "True is not a time"),
    ],
)
def test_a_map_of_another_time_is_refused(at, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        flowsim.plot.flow_map(toy_result(), at=at)


@pytest.mark.parametrize(
    "at",
    [
        "2010-06-12T18:00", "2010-06-12 18:59", datetime(2010, 6, 12, 18), "2010-06-12T12:00Z",
        "2010-06-12T18:00+06:00", np.datetime64("2010-06-12T18:00"),
        pd.Timestamp("2010-06-12T12:00", tz="UTC"),
    ],
)  # fmt: skip
def test_a_map_shows_the_last_recorded_time_up_to_a_moment(at):
    assert flowsim.plot.flow_map(toy_result(), at=at).get_suptitle().endswith("12 Jun 18:00")


def test_an_offset_without_a_timezone_is_refused():
    data = toy_result().data
    attrs = {name: value for name, value in data.attrs.items() if name != "timezone"}
    bare = data.drop_attrs(deep=False).assign_attrs(attrs)
    with pytest.raises(ValueError, match="has an offset and the run does not say its timezone"):
        flowsim.plot.flow_map(Result(bare), at="2010-06-12T18:00Z")
    with pytest.raises(ValueError, match="has an offset"):
        quantities.at(toy_result().deaths, datetime(2010, 6, 12, tzinfo=UTC))
    with pytest.raises(ValueError, match="NaT is not a time"):
        quantities.at(toy_result().deaths, pd.NaT)


@pytest.mark.parametrize("at", [date(2010, 6, 12), "2010-06-12"])
def test_a_date_is_its_first_moment(at):
    assert flowsim.plot.flow_map(toy_result(), at=at).get_suptitle().endswith("11 Jun 24:00")


def width_of(picture: bytes) -> float:
    """Millimetres at 150 dots an inch."""
    return int.from_bytes(picture[16:20], "big") / 150 * 25.4


def test_save_all_writes_all_in_the_width_that_is_asked_for_and_the_same_bytes(tmp_path):
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        paths = flowsim.plot.save_all(toy_result(), toy_scenario(), folder, width=89)
        assert sorted(p.name for p in paths) == [
            "composition.png", "deaths.png", "map.png", "queues.png", "reception.png",
            "reports.png", "timeline.png", "violence.png",
        ]  # fmt: skip
        assert sorted(folder.iterdir()) == sorted(paths)
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]
    assert [width_of(picture) for picture in written[0]] == pytest.approx(
        [89] * len(OF_A_RUN), abs=0.2
    )


def test_figures_are_as_wide_as_each_is_by_itself_unless_told(tmp_path, monkeypatch):
    few = {name: draw for name, draw in OF_A_RUN.items() if name in ("map.png", "violence.png")}
    monkeypatch.setattr("flowsim.plot.OF_A_RUN", few)  # its order would not come back
    found = flowsim.plot.save_all(toy_result(), toy_scenario(), tmp_path)
    assert {p.name: round(width_of(p.read_bytes())) for p in found} == {
        "map.png": 320, "violence.png": 254,
    }  # fmt: skip


def test_no_matplotlib_before_a_figure_is_drawn():
    code = (
        "import sys, flowsim, flowsim.plot, flowsim.results.result, flowsim.evidence.digest\n"
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


def test_threats_stand_apart_from_violence():
    """Fear is hatched, and a line says from when on a place is lost; without threats nothing is."""
    threats = [
        {"name": "advance", "places": ["Village", "Far"], "start": hours(10), "until": hours(20)},
        {"name": "end", "places": ["Far"], "start": hours(30), "lost_from": hours(36)},
    ]
    base = rich(400, QUEUES)
    scenario = type(base)(**{**base.model_dump(exclude={"numbers"}), "threats": threats})
    result = run(scenario, seed=1)
    chart = flowsim.plot.violence(result, scenario)
    axes = chart.axes[0]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["Town", "Far", "Village"]
    hatched = [patch for patch in axes.patches if patch.get_hatch()]
    spans = sorted((round(box.get_y()), round(box.get_width() * 24)) for box in hatched)
    assert spans == [(1, 10), (1, 18), (2, 10)]  # until hour 20, and from hour 30 to the end
    (lost,) = [line for line in axes.lines if line.get_color() == "black"]
    assert mdates.num2date(lost.get_xdata()[0]).replace(tzinfo=None) == hours(36)
    told = [text.get_text() for legend in chart.legends for text in legend.get_texts()]
    assert told[-2:] == ["fear of a threat", "lost from here on"]
    plain = flowsim.plot.violence(run(base, seed=1), base)
    assert not [patch for patch in plain.axes[0].patches if patch.get_hatch()]


def test_lines_on_roads_and_for_fuel_have_a_panel_where_there_are_any():
    result = run(full_of_jams(300, days=1))
    chart = flowsim.plot.timeline([result, result])
    told = {
        name: find(chart, name)[0].get_ydata().tolist() for name in ("road_queue", "fuel_queue")
    }
    assert told["road_queue"] == result.road_queue.sum("route").values.tolist()
    assert told["fuel_queue"] == result.fuel_queue.sum("place").values.tolist()
    assert max(told["road_queue"]) > 0
