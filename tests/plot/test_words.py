"""Words of figures stand by what they mean: each name in a key has the colour of its own data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import matplotlib.text
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib import dates as mdates
from matplotlib.artist import Artist
from matplotlib.collections import QuadMesh
from matplotlib.colors import to_hex, to_rgba
from matplotlib.legend import Legend
from matplotlib.transforms import Bbox

import flowsim.plot
from flowsim.outlines import Country
from flowsim.plot import labels as placing
from flowsim.plot.basemap import KM_PER_DEGREE, Ground
from flowsim.plot.before_after import before_after
from flowsim.plot.labels import NAME_GAP, Label, place_labels
from flowsim.plot.lands import TINTS, WATER, Lands, name_countries
from flowsim.plot.overview import ABROAD
from flowsim.plot.style import (
    GROUPS,
    INK,
    KIND,
    OUTCOME,
    STATUS,
    Chart,
    interval_edges,
    interval_name,
    moment,
    name_of,
    title_of,
)
from flowsim.results.result import Result
from tests.fake_result import put, toy_data, toy_result, toy_scenario

OUTWARD, BACK = ("admitted", "exempt", "irregular"), ("returned", "pushed_back")


def told_apart() -> Result:
    """The toy with other numbers for each kind, outcome and group."""
    result = toy_result()
    data = result.data
    for k, kind in enumerate(KIND):
        put(data, "waiting", 10 + k, time="2010-06-12T06:00", crossing="Post", kind=kind)
        put(data, "composition", 100 + 10 * k, time="2010-06-13T00:00", place="City", kind=kind)
    for o, outcome in enumerate((*OUTWARD, *BACK)):
        put(data, "outcomes", 50 + o, time="2010-06-12T03:00", crossing="Gap", outcome=outcome,
            kind="men")  # fmt: skip
    for g, group in enumerate(("Uzbek", "Kyrgyz", "Other"), 1):
        put(data, "deaths", g, time="2010-06-12T03:00", place="Calm", group=group)
    return result


@pytest.fixture(scope="module")
def crossing() -> Chart:
    """The timeline of that, which some tests look at."""
    return flowsim.plot.timeline(told_apart(), scenario=toy_scenario())


def keys(chart: Chart) -> dict[str, Artist]:
    """Each entry of all legends of a figure."""
    found: dict[str, Artist] = {}
    for legend in chart.findobj(Legend):
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            found[text.get_text()] = handle
    return found


def colour(artist: Any) -> str:
    """What an entry of a legend looks like."""
    face = getattr(artist, "get_facecolor", None) or artist.get_color
    return to_hex(face()).upper()


def texts(chart: Chart) -> list[str]:
    return [t.get_text() for t in chart.findobj(matplotlib.text.Text) if t.get_text()]


def drawn(chart: Chart, gid: str) -> Any:
    """The one thing that is drawn for a quantity or an outcome."""
    (artist,) = (a for a in chart.findobj() if a.get_gid() == gid)
    return artist


# ---- style ----------------------------------------------------------------------------------


def test_no_two_things_of_one_figure_have_one_colour() -> None:
    for colours in (STATUS, OUTCOME, KIND):
        assert len(set(colours.values())) == len(colours)
    assert len(set(GROUPS)) == len(GROUPS)
    assert list(KIND) == ["children", "women", "elderly_women", "men", "elderly_men"]


def test_times_and_intervals_in_words() -> None:
    start = np.datetime64("2010-06-10T00:00", "ns")

    def every(hours: float, n: int = 3) -> np.ndarray:
        return start + np.arange(1, n + 1) * np.timedelta64(round(hours * 3600), "s")

    def edges_of(times: np.ndarray, **attrs: str) -> np.ndarray:
        return interval_edges(xr.Dataset(coords={"time": times}, attrs=attrs))

    assert [interval_name(edges_of(every(h))) for h in (1, 24, 6, 0.5)] == [
        "an hour", "a day", "in 6 hours", "in 0.5 hours",
    ]  # fmt: skip
    first = mdates.date2num(start)
    assert edges_of(every(6)) - first == pytest.approx([0.0, 0.25, 0.5, 0.75])
    assert edges_of(every(6, 1)) - first == pytest.approx([-0.75, 0.25])
    late = edges_of(every(6), start="2010-06-10T02:00")
    assert late - first == pytest.approx([2 / 24, 0.25, 0.5, 0.75])
    assert interval_name(late) == ""
    assert interval_name(first + np.array([0.0, 0.25, 0.5, 0.6])) == "in 6 hours"
    assert interval_name(first + np.array([0.0, 0.25, 0.5, 0.8])) == ""
    assert moment(np.datetime64("2010-06-14T00:00")) == "13 Jun 24:00"
    assert moment(np.datetime64("2010-06-04T09:05")) == "4 Jun 09:05"
    assert name_of("elderly_men") == "elderly men"
    data = toy_data()
    assert title_of(data) == "A toy crisis"
    assert title_of(data.assign_attrs(title="")) == "toy"
    assert title_of(data.drop_attrs()) == "A run"


# ---- keys -----------------------------------------------------------------------------------


def test_each_name_of_passing_has_its_colour_and_its_persons(crossing: Chart) -> None:
    times = toy_data()["time"].values
    at = int(np.flatnonzero(times == np.datetime64("2010-06-12T03:00"))[0])
    seen = keys(crossing)
    high = low = 0.0
    for o, outcome in enumerate((*OUTWARD, *BACK)):
        steps = drawn(crossing, outcome)
        values, _, below = steps.get_data()
        foot = float(np.broadcast_to(below, values.shape)[at])
        if outcome in OUTWARD:
            assert (foot, values[at]) == (high, high + 50 + o)
            high += 50 + o
        else:
            assert (foot, values[at]) == (low, low - 50 - o)
            low -= 50 + o
        assert colour(steps) == OUTCOME[outcome]
        assert colour(seen[name_of(outcome)]) == OUTCOME[outcome]
    assert steps.axes.get_ylabel() == "persons an hour"


def test_the_lines_of_the_timeline_are_what_the_key_says(crossing: Chart) -> None:
    chart, seen = crossing, keys(crossing)
    crossed, adults = seen["crossed so far"], seen["adults registered so far"]
    whole, dashed = drawn(chart, "crossed"), drawn(chart, "registered_adults")
    assert colour(crossed) == colour(whole) == STATUS["sheltered"]
    assert colour(adults) == colour(dashed) == INK
    assert dashed.is_dashed()
    assert adults.is_dashed()  # type: ignore[attr-defined]
    assert not whole.is_dashed()
    assert colour(seen["sheltered abroad"]) == colour(drawn(chart, "stock_abroad")) == ABROAD
    assert [axes.get_ylabel() for axes in chart.axes] == [
        "", "persons", "persons", "persons", "persons an hour", "",
    ]  # fmt: skip


def test_each_kind_in_a_queue_has_its_colour_and_its_persons() -> None:
    chart = flowsim.plot.queues(told_apart(), scenario=toy_scenario())
    seen = keys(chart)
    (panel,) = (a for a in chart.axes if a.get_title(loc="left") == "Post")
    bands = {to_hex(c.get_facecolor()[0]).upper(): c for c in panel.collections[: len(KIND)]}
    for k, kind in enumerate(KIND):
        assert colour(seen[name_of(kind)]) == KIND[kind]
        corners = bands[KIND[kind]].get_paths()[0].vertices
        moments = np.unique(corners[:, 0])
        heights = [np.ptp(corners[corners[:, 0] == x, 1]) for x in moments]
        assert 10 + k in np.round(heights, 6)
    assert f"peak {sum(10 + k for k in range(5))} at 12 Jun 06:00" in texts(chart)


def test_each_kind_in_a_bar_has_its_colour_and_its_part() -> None:
    chart = flowsim.plot.composition(told_apart(), scenario=toy_scenario())
    seen = keys(chart)
    axes = chart.axes[0]
    rows = [t.get_text().split("\n")[0] for t in axes.get_yticklabels()]
    assert rows == [
        "inside, 10 Jun 19:00", "waiting, 12 Jun 06:00", "crossed in all",
        "abroad, 12 Jun 24:00",
    ]  # fmt: skip
    for k, kind in enumerate(KIND):
        (bars,) = (c for c in axes.containers if c.get_label() == name_of(kind))
        assert colour(bars[0]) == colour(seen[name_of(kind)]) == KIND[kind]
        assert bars[1].get_width() == pytest.approx((10 + k) / 60)
    assert "60 persons" in axes.get_yticklabels()[1].get_text()


def test_reported_shares_stand_by_their_words() -> None:
    def report(name: str, variable: str, **told: Any) -> dict[str, Any]:
        return {"id": name, "when": "2010-06-13T00:00", "variable": variable, "unit": "share",
                "use": "fit", **told}  # fmt: skip

    scenario = toy_scenario(reports=[
        report("A", "share_men", value=0.1), report("B", "share_children", value=0.2, use="check",
                                                    low=0.15, high=0.3, place="East"),
        report("C", "share_women_children", value=0.3, use="specify"),
        report("D", "share_women", value=0.4),
        report("E", "share_women", value=0.9, use="context"),
    ])  # fmt: skip
    chart = flowsim.plot.composition(toy_result(), scenario=scenario)
    axes = chart.axes[1]
    assert [t.get_text() for t in axes.get_yticklabels()] == [
        "children under 15\nEast, 12 Jun 24:00", "women, elderly among them\nall, 12 Jun 24:00",
        "men, elderly among them\nall, 12 Jun 24:00", "women and children\nall, 12 Jun 24:00",
    ]  # fmt: skip
    points = {a.get_gid(): a for a in axes.lines if a.get_gid()}
    assert [int(points[f"report {n}"].get_ydata()[0]) for n in "BDAC"] == [0, 1, 2, 3]
    assert float(points["report B"].get_xdata()[0]) == 0.2
    assert float(points["simulated B"].get_xdata()[0]) == pytest.approx(25 / 60)
    assert points["report B"].get_markerfacecolor() == "white"
    assert points["report A"].get_markerfacecolor() == INK
    assert [points[f"report {n}"].get_fillstyle() for n in "ABC"] == ["full", "full", "left"]
    seen: dict[str, Any] = keys(chart)
    assert seen["reported, kept to check"].get_markerfacecolor() == "white"
    assert seen["reported, fitted to"].get_markerfacecolor() == INK
    assert seen["reported, fitted to"].get_fillstyle() == "full"
    assert seen["reported, specified from"].get_fillstyle() == "left"
    assert seen["simulated"].get_marker() == "D"
    assert "reported range" in seen
    assert points["simulated A"].get_marker() == "D"


def test_each_group_of_the_dead_has_its_colour_and_number() -> None:
    chart = flowsim.plot.deaths(told_apart(), scenario=toy_scenario())
    seen = keys(chart)
    for g, (group, dead) in enumerate((("Uzbek", 6), ("Kyrgyz", 2), ("Other", 3))):
        name = f"{group} ({dead:,})"
        (bars,) = (c for axes in chart.axes for c in axes.containers if c.get_label() == name)
        assert sum(bar.get_height() for bar in bars) == dead
        assert colour(bars[0]) == colour(seen[name]) == GROUPS[g]
    assert "simulated, by time of death" in seen
    assert "official count, by time of report (lags)" in seen
    assert "later counts, 4 to 6 in all" in seen


def test_fitted_and_compared_reports_are_told_apart_in_the_key(crossing: Chart) -> None:
    seen: dict[str, Any] = keys(crossing)
    assert seen["reported, kept to check"].get_markerfacecolor() == "white"
    assert seen["reported, fitted to"].get_markerfacecolor() == INK
    assert seen["its range"].get_marker() == "|"
    assert seen["or more"].get_marker() == "^"
    assert "or less" not in seen
    seen = keys(flowsim.plot.queues(toy_result(), scenario=toy_scenario()))
    assert seen["or less"].get_marker() == "v"
    assert "or more" not in seen


def test_each_mark_of_a_report_is_in_the_key_whichever_panel_it_is_on() -> None:
    told = {"when": "2010-06-12T00:00", "use": "fit", "value": 10}
    chart = flowsim.plot.timeline(toy_result(), scenario=toy_scenario(reports=[
        {**told, "id": "A", "variable": "crossed"},
        {**told, "id": "B", "variable": "displaced_inside", "high": 10},
        {**told, "id": "C", "variable": "waiting", "use": "specify", "low": 5, "high": 15},
    ]))  # fmt: skip
    by_panel = {
        axes.get_title(loc="left"): [t.get_text() for t in axes.get_legend().get_texts()]
        for axes in chart.axes
        if axes.get_legend()
    }
    assert by_panel["Across the border"][-1] == "reported, fitted to"
    assert by_panel["Out of their homes inside the country"] == ["or less"]
    assert by_panel["Waiting at the border"] == ["reported, specified from", "its range"]


def test_violence_is_told_by_place_in_the_order_in_which_it_begins() -> None:
    result = toy_result()
    put(result.data, "violence", 0.9, time=slice("2010-06-10T22:00", "2010-06-11T00:00"),
        place="Calm")  # fmt: skip
    put(result.data, "violence", 0.0, place="Town")
    put(result.data, "violence", 0.5, time="2010-06-12T00:00", place="Town")
    chart = flowsim.plot.violence(result)
    axes = chart.axes[0]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["Calm", "Town"]
    (mesh,) = [c for c in axes.collections if isinstance(c, QuadMesh)]
    shown = np.ma.filled(mesh.get_array(), 0.0)
    assert shown.max(axis=1).tolist() == [0.9, 0.5]
    assert axes.get_xlabel() == "local time (places by onset; 3 stay calm)"
    assert axes.get_ylabel() == "place"
    beside = {t.get_text(): t.get_position() for t in axes.texts}
    assert beside == {"0": (1.01, 0), "5": (1.01, 1), "dead\n(5 in all)": (1.01, 1.0)}
    (key,) = chart.findobj(Legend)
    assert key.get_title().get_text() == "intensity of violence (1 = worst day in the worst place)"
    assert [t.get_text() for t in key.get_texts()] == ["0.1", "0.4", "0.7", "1"]
    for name, patch in keys(chart).items():
        assert colour(patch) == to_hex(mesh.cmap(mesh.norm(float(name)))).upper()


# ---- labels that keep out of each other's way -------------------------------------------------


@pytest.fixture
def chart() -> Chart:
    made = Chart(4.0, 3.0)
    made.set_layout_engine(None)
    axes = made.add_axes((0.0, 0.0, 1.0, 1.0))
    axes.set(xlim=(0, 400), ylim=(0, 300))
    return made


def boxes(chart: Chart) -> dict[str, Bbox]:
    renderer = chart.canvas.get_renderer()  # type: ignore[attr-defined]
    return {t.get_text(): t.get_window_extent(renderer) for t in chart.axes[0].texts
            if t.get_text()}  # fmt: skip


def test_labels_hide_neither_each_other_nor_what_is_taken(chart: Chart) -> None:
    taken = [Bbox.from_extents(200, 100, 400, 200)]
    names = [Label(200, 150, f"place {i}", 3.0, 2.0 + i) for i in range(6)]
    assert place_labels(chart.axes[0], names, taken) == 0
    found = boxes(chart)
    assert set(found) == {label.text for label in names}
    assert len(taken) == 7
    every = list(found.values())
    for i, box in enumerate(every):
        assert box.x0 >= 0.0
        assert box.x1 <= 400.0
        for other in (*every[i + 1 :], Bbox.from_extents(200, 100, 400, 200)):
            shared = Bbox.intersection(box, other)
            assert shared is None or shared.width * shared.height < 0.01 * box.width * box.height
    gap = NAME_GAP * 10.0 * chart.dpi / 72.0  # of matplotlib's 10 points
    for box, label in zip(taken[1:], sorted(names, key=lambda n: -n.weight), strict=True):
        own = found[label.text]
        kept = (own.x0 - gap, own.y0, own.x1 + gap, own.y1)
        assert box.extents == pytest.approx(kept, abs=1.0)


def test_names_side_by_side_do_not_read_as_one(chart: Chart) -> None:
    """A second name would just fit between the first and its point, without a space before it."""
    axes, pixel = chart.axes[0], chart.dpi / 72.0
    place_labels(axes, [Label(100, 150, "Osh", 3.0, 3.0), Label(300, 150, "Uzgen", 3.0, 2.0)], [])
    first, second = boxes(chart)["Osh"], boxes(chart)["Uzgen"]
    for text in list(axes.texts):
        text.remove()
    x = first.x1 + 1.0 + second.width + 4.5 * pixel
    right = Bbox.from_extents(x + 1.0, 0.0, 400.0, 300.0)
    place_labels(
        axes, [Label(100, 150, "Osh", 3.0, 3.0), Label(x, 150, "Uzgen", 3.0, 2.0)], [right]
    )
    one, other = boxes(chart)["Osh"], boxes(chart)["Uzgen"]
    beside = min(one.y1, other.y1) - max(one.y0, other.y0) > 1.0
    assert not beside or other.x0 - one.x1 >= 3.0 * pixel - 1.0


def test_a_label_stands_close_on_the_right_where_there_is_room(chart: Chart) -> None:
    place_labels(chart.axes[0], [Label(100, 150, "Osh", 4.0, 2.0)], [])
    box = boxes(chart)["Osh"]
    pixel = chart.dpi / 72.0
    assert box.x0 == pytest.approx(100 + (4.0 + 1.5) * pixel, abs=1.5)
    assert (box.y0 + box.y1) / 2 == pytest.approx(150, abs=1.5)
    (text,) = (t for t in chart.axes[0].texts if t.get_text() == "Osh")
    assert to_hex(text.get_color()) == INK
    assert text.get_style() == "normal"
    assert (text.get_ha(), text.get_va()) == ("center", "center")
    assert text.get_fontsize() == pytest.approx(7.8)  # 0.78 of matplotlib's 10
    assert text.get_path_effects()
    assert not text.get_in_layout()
    assert text.get_zorder() == 9


def test_a_label_of_another_colour_leans(chart: Chart) -> None:
    place_labels(chart.axes[0], [Label(100, 150, "post", 4.0, 2.0, "#004C80")], [])
    (text,) = (t for t in chart.axes[0].texts if t.get_text() == "post")
    assert text.get_color() == "#004C80"
    assert text.get_style() == "italic"


def test_the_heavier_label_has_the_better_place_and_a_light_one_may_be_left_out(
    chart: Chart,
) -> None:
    two = [Label(100, 150, "light", 4.0, 2.0), Label(100, 150, "heavy", 4.0, 3.0)]
    place_labels(chart.axes[0], two, [])
    found = boxes(chart)
    assert found["heavy"].x0 > 100
    assert found["light"].x1 < 100
    level = {t.get_text(): t.get_position()[1] for t in chart.axes[0].texts}
    assert level == pytest.approx({"heavy": 0.0, "light": 0.0}, abs=1e-9)


def test_a_label_in_a_corner_stands_as_far_across_as_down(chart: Chart) -> None:
    rest = [Bbox.from_extents(0, 150, 400, 300), Bbox.from_extents(100, 0, 400, 300)]
    place_labels(chart.axes[0], [Label(100, 150, "Osh", 4.0, 2.0)], rest)
    box = boxes(chart)["Osh"]
    across, down = 100 - box.x1, 150 - box.y1
    assert across == pytest.approx(down, abs=0.02)
    assert np.hypot(across, down) == pytest.approx((4.0 + 1.5) * chart.dpi / 72.0, abs=0.5)


def test_no_label_stands_far_from_its_point(chart: Chart) -> None:
    """Fifty points off is a place of its own; there one would look for another point."""
    pixel = chart.dpi / 72.0
    for room, lost in ((44.0, 0), (60.0, 1)):
        half = room * pixel
        around = [Bbox.from_extents(200 - half, 150 - half, 200 + half, 150 + half)]
        left_out = place_labels(chart.axes[0], [Label(200, 150, f"at {room}", 4.0, 2.0)], around)
        assert left_out == lost
    (text,) = (t for t in chart.axes[0].texts if t.get_text())
    off = text.get_position()[0] - text.get_window_extent().width / 2 / pixel
    assert 44.0 <= off <= 50.0


def test_a_label_has_a_pale_rim_where_it_lies_on_something_dark(chart: Chart) -> None:
    chart.axes[0].axhspan(0, 300, color="black")
    chart.axes[0].set_axis_off()
    place_labels(chart.axes[0], [Label(100, 150, "Osh", 4.0, 2.0)], [])
    chart.canvas.draw()
    lit = np.asarray(chart.canvas.buffer_rgba())[..., :3].min(axis=-1) > 120  # type: ignore[attr-defined]
    rows, columns = np.nonzero(lit)
    box = boxes(chart)["Osh"].padded(2.5)
    assert 30 < lit.sum() < 0.6 * box.width * box.height
    assert box.x0 <= columns.min() <= columns.max() <= box.x1
    assert box.y0 <= 300 - rows.max() <= 300 - rows.min() <= box.y1


def specks(side: float) -> list[Bbox]:
    """Squares all over the figure, five pixels apart."""
    corners = [(x, y) for x in range(0, 400, 5) for y in range(0, 300, 5)]
    return [Bbox.from_bounds(x, y, side, side) for x, y in corners]


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ([], {"heavy", "light"}),
        (specks(0.2), {"heavy"}),  # hide 0.04 / 25, not quite 0.2 per cent
        (specks(0.5), set()),  # 1 per cent
        ([Bbox.from_extents(0, 0, 400, 300)], set()),
    ],
    ids=["nothing", "specks", "spots", "all"],
)
def test_a_label_that_would_hide_something_is_left_out_and_counted(
    chart: Chart, taken: list[Bbox], kept: set[str]
) -> None:
    before = len(taken)
    two = [Label(300, 50, "heavy", 4.0, 1.0), Label(100, 50, "light", 4.0, 0.9)]
    mine = list(taken)
    assert place_labels(chart.axes[0], two, mine) == 2 - len(kept)
    assert set(boxes(chart)) == kept
    assert len(mine) == before + len(kept)


def test_a_label_that_stands_off_has_a_line_to_its_point(chart: Chart) -> None:
    near = [Bbox.from_extents(70, 135, 130, 165)]
    place_labels(chart.axes[0], [Label(100, 150, "Osh", 2.0, 2.0, "#004C80")], near)
    lines = [t for t in chart.axes[0].texts if not t.get_text()]
    assert len(lines) == 1
    assert tuple(lines[0].xy) == (100, 150)
    box, pixel = boxes(chart)["Osh"], chart.dpi / 72.0
    end = np.array([100, 150]) + np.array(lines[0].xyann) * pixel
    assert box.x0 - 2 <= end[0] <= box.x1 + 2
    assert box.y0 - 2 <= end[1] <= box.y1 + 2
    # at the edge, and not across the name
    assert np.abs([*(end[0] - box.intervalx), *(end[1] - box.intervaly)]).min() < 1.0
    assert lines[0].arrow_patch.get_linewidth() == 0.5
    chart.canvas.draw()
    assert to_hex(lines[0].arrow_patch.get_edgecolor()).upper() == "#004C80"
    path = lines[0].arrow_patch.get_path()
    ends = lines[0].arrow_patch.get_transform().transform_path(path).vertices
    away = np.hypot(*(ends - [100, 150]).T)
    assert away.min() == pytest.approx(2.0 * pixel, abs=0.1), "from the edge of the mark"
    assert np.abs(ends[away.argmax()] - end).max() < 0.1, "to the edge of the name"
    place_labels(chart.axes[0], [Label(300, 150, "free", 2.0, 2.0)], [])
    assert len([t for t in chart.axes[0].texts if not t.get_text()]) == 1


def test_areas_that_boxes_share() -> None:
    others = [Bbox.from_extents(0, 0, 10, 10), Bbox.from_extents(5, 5, 20, 6)]
    mine = np.array([[5.0, 0.0, 15.0, 10.0], [30.0, 0.0, 31.0, 1.0]])
    assert placing._common(mine, others).tolist() == [[50.0, 10.0], [0.0, 0.0]]
    assert placing._common(mine, []).shape == (2, 0)
    frame = Bbox.from_extents(0, 0, 10, 100)
    hidden = placing.hidden(mine, others, frame)
    # Per cent: 50 and 10 over others and twice 50 outside, of 100; twice 1 outside, of 1.
    assert hidden.tolist() == [160.0, 200.0]
    inside = np.array([[0.0, 8.0, 8.0, 13.0]])
    assert placing.hidden(inside, others, frame).tolist() == [100.0 * 16 / 40]


@pytest.mark.parametrize(
    ("turn", "middle"),
    [(0, (14, 0)), (180, (-14, 0)), (90, (0, 7)), (270, (0, -7)), (45, (14.0, 7.0))],
)
def test_where_a_label_lies_in_a_direction(turn: float, middle: tuple[float, float]) -> None:
    found = placing._offset(np.array([10.0, 3.0]), 4.0, turn)
    way = np.array([np.cos(np.radians(turn)), np.sin(np.radians(turn))])
    assert found == pytest.approx(np.array(middle) if turn % 90 == 0 else 4 * way + [10, 3])


def test_a_label_stands_beside_its_point_at_a_shallow_turn() -> None:
    x, y = placing._offset(np.array([10.0, 3.0]), 4.0, 20.0)
    assert x - 10.0 == pytest.approx(4.0, abs=0.3)
    assert 2.0 < y < 3.0, "its lower edge is just below the point"


def on_lands(*shapes: tuple[str, tuple[float, float, float, float]]) -> Lands:
    """Rectangles (west, south, east, north) under a map of 400 by 300 km around (0, 0)."""
    countries = [
        Country(name, "", ((np.array([[w, s], [e, s], [e, n], [w, n], [w, s]]) / KM_PER_DEGREE,),))
        for name, (w, s, e, n) in shapes
    ]
    return Lands(Ground(0.0, 0.0), Bbox.from_extents(0, 0, 400, 300), 4.0, countries)


HALVES = on_lands(("Ab", (-100, -100, 200, 400)), ("Cd", (200, -100, 500, 400)))


def test_a_country_is_named_in_its_outline_and_one_without_beside_its_places(
    chart: Chart,
) -> None:
    xy = np.array([[20.0, 20.0], [180.0, 280.0], [220.0, 20.0], [390.0, 280.0]])
    countries = ["Ab", "Ab", "Cd", "Cd"]
    axes, stand_for = chart.axes[0], HALVES.stand_for(xy, countries)
    assert stand_for == {"Ab": "Ab", "Cd": "Cd"}
    taken = [Bbox.from_extents(200, 0, 400, 200)]
    name_countries(axes, HALVES, xy, countries, stand_for, taken)
    placed = boxes(chart)
    assert set(placed) == {"A B", "C D"}
    assert placed["A B"].x1 <= 200 <= placed["C D"].x0
    assert placed["C D"].y0 > 195
    assert len(taken) == 3
    assert all(text.get_zorder() < 1 for text in axes.texts), "under roads and places"


def test_part_of_a_country_with_a_name_of_its_own_has_no_outline(chart: Chart) -> None:
    xy = np.array([[20.0, 20.0], [30.0, 40.0], [220.0, 20.0], [390.0, 280.0]])
    countries = ["Part", "Part", "Old name", "Old name"]
    stand_for = HALVES.stand_for(xy, countries)
    assert stand_for == {"Cd": "Old name"}
    name_countries(chart.axes[0], HALVES, xy, countries, stand_for, [])
    placed = boxes(chart)
    assert set(placed) == {"P A R T", "O L D   N A M E", "A B"}
    assert placed["P A R T"].x1 < 200
    assert placed["P A R T"].y1 < 170, "beside its places"
    marks = HALVES.draw(chart.axes[0], stand_for, ["Part", "Old name"])
    assert [mark.get_label() for mark in marks] == ["country that people\nflee from"]
    shades = [to_hex(patch.get_facecolor()).upper() for patch in chart.axes[0].patches]
    assert shades == [TINTS["none"], TINTS["fled"]]


def test_a_name_lies_in_its_country_as_a_whole_or_is_left_out(chart: Chart) -> None:
    narrow = on_lands(("Longnamenia", (0, 0, 60, 300)), ("Widelandia", (60, 0, 400, 300)))
    xy = np.array([[30.0, 20.0], [30.0, 280.0]])
    names = ["Longnamenia"] * 2
    name_countries(chart.axes[0], narrow, xy, names, narrow.stand_for(xy, names), [])
    ((text, box),) = boxes(chart).items()
    assert text == "W I D E L A N D I A"
    assert 60 <= box.x0 < box.x1 <= 400


def test_a_hole_is_cut_out_whichever_way_it_is_written() -> None:
    square = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4], [0, 0]])
    for hole in (square / 2 + 1, square[::-1] / 2 + 1):
        country = Country("Ring", "", ((square, hole),))
        lands = Lands(Ground(0.0, 0.0), Bbox.from_extents(0, 0, 400, 400), 4.0, [country])
        axes = Chart(4.0, 4.0).subplots()
        lands.draw(axes, {}, [])
        (patch,) = axes.patches
        first, second = patch.get_path().to_polygons(closed_only=False)
        assert _turn(first) > 0.0 > _turn(second)
        assert axes.get_facecolor() == to_rgba(WATER)


def _turn(ring: np.ndarray) -> float:
    x, y = ring.T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))


def test_dates_of_a_long_and_of_a_short_run() -> None:
    assert datetime(2010, 6, 11).strftime("%b") == "Jun"
    chart = flowsim.plot.deaths(toy_result(), scenario=toy_scenario())
    chart.canvas.draw()
    below = chart.axes[1]
    shown = [t.get_text() for t in below.get_xticklabels(minor=True) if t.get_text()]
    assert shown == ["11 Jun", "12 Jun"]
    assert {t.get_text() for t in below.get_xticklabels()} <= {""}


def test_before_and_after_are_what_they_say() -> None:
    before = pd.DataFrame({"deaths": [1.0, 2.0]}, index=[1, 2])
    index = pd.MultiIndex.from_tuples(
        [("deaths", "Osh"), ("deaths", "Uzgen"), ("waiting", "Post")], names=["quantity", "where"]
    )
    days = pd.DataFrame([[1.0, 2], [3, 4], [50, 60]], index, ["2010-06-11", "2010-06-12"])
    chart = before_after((before, before + 5), (days, days * 10), ["deaths"], ["deaths"], "Mine")
    members, by_day = chart.axes
    lines = {line.get_gid(): line for line in members.lines if line.get_gid()}
    assert lines["before"].get_ydata().tolist() == [1, 2]
    assert lines["after"].get_ydata().tolist() == [6, 7]
    assert [t.get_text() for t in members.get_xticklabels()] == ["before", "after"]
    assert lines["before"].get_xdata().tolist() == [0, 0]
    lines = {line.get_label(): line for line in by_day.lines}
    assert lines["before"].get_ydata().tolist() == [4, 6]
    assert lines["after"].get_ydata().tolist() == [40, 60]
    seen = keys(chart)
    for name in ("before", "after"):
        assert colour(seen[name]) == colour(lines[name])
    assert {members.get_ylabel(), by_day.get_ylabel()} == {"each member", "sum over places"}
    assert chart.get_suptitle() == "Mine"
