"""All that is written on each figure, and that marks look as the key beside them says.

Each figure is drawn once, of a small run in which everything happens.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any

import matplotlib.text
import numpy as np
import pytest
import xarray as xr
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure

import flowsim.plot
from flowsim.errors import ScenarioWarning
from flowsim.plot.basemap import direction
from flowsim.plot.ensemble import Ensemble
from flowsim.plot.fonts import FAMILY
from flowsim.plot.lane import LANE
from flowsim.plot.scales import time_axis
from flowsim.plot.scene import Scene
from flowsim.plot.style import GROUPS, KIND, OUTCOME, STATUS, Chart
from flowsim.policy import CapacityBound, Triage
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.comparison import Comparison, compare
from flowsim.study.runs import Runs
from tests.fake_result import STATUSES, empty_data, put, toy_data, toy_result, toy_scenario
from tests.plot.layout import words
from tests.plot.test_camps import scores
from tests.plot.test_words import colour, drawn, keys, told_apart
from tests.study.comparisons import correlated, study_of

BORDER = "de facto border (Natural\nEarth, 1:10 million)"
NOON_11, MIDNIGHT = datetime(2010, 6, 11, 12), datetime(2010, 6, 12)


def told_twice() -> list[Result]:
    """Two runs with other inputs, of which the violence and the registered were not kept."""
    runs = [told_apart().data.drop_vars(["registered", "violence"]) for _ in range(2)]
    return [Result(runs[0]), Result(runs[1].assign_attrs(digest="another"))]


def by_rule() -> Scenario:
    """A border that is open where no rule of the guards says otherwise."""
    told = {"when": "2010-06-12T00:00", "use": "fit", "value": 10}
    reports = [
        {**told, "id": "S", "variable": "stock_abroad", "place": "East"},
        {**told, "id": "A", "variable": "crossed", "use": "specify"},
        {**told, "id": "B", "variable": "crossed", "use": "check", "value": 20},
        {**told, "id": "C", "variable": "crossed", "use": "context"},
        {**told, "id": "D", "variable": "displaced_inside", "high": 10},
        {**told, "id": "R", "variable": "share_men", "unit": "share", "value": 0.1},
        {**told, "id": "Q", "variable": "share_children", "unit": "share", "place": "East",
         "low": 0.1, "high": 0.3, "value": 0.2},
        {**told, "id": "P", "variable": "share_women_children", "unit": "share", "value": 0.2},
    ]  # fmt: skip
    policies = CapacityBound(stop=NOON_11), Triage(permeability=0.25, start=MIDNIGHT)
    return toy_scenario(reports).replace_policies("A-B", *policies)


def many_away() -> Result:
    result = told_apart()
    later = slice("2010-06-12T00:00", None)
    put(result.data, "people", 1200, time=later, place="City", group="Uzbek", status="sheltered")
    return result


def compared() -> Comparison:
    one, other = correlated(10, 0.5)
    away = {"b": one + 4000, "a name so long that it takes three lines, and ends before": other,
            "c": one - 4, "d": one + 3}  # fmt: skip
    told = {"deaths": one, "ratio": one}
    runs = {"a": told} | {name: {"deaths": d, "ratio": d / 100} for name, d in away.items()}
    return compare(study_of(runs, {"ratio": ""}), "a", ["deaths", "ratio"])


def pairs() -> Comparison:
    one = {"a": {"deaths": [3.0]}, "b": {"deaths": [5.0]}, "c": {"deaths": [np.nan]}}
    return compare(study_of(one), "a")


def on_axes_of_ones_own() -> Figure:
    mine = Figure(layout="constrained")
    flowsim.plot.violence(toy_result(), ax=mine.subplots())
    return mine


plot = flowsim.plot
DRAW: dict[str, Callable[[], Any]] = {
    "timeline": lambda: plot.timeline(told_apart(), scenario=toy_scenario()),
    "timeline by rule": lambda: plot.timeline(toy_result(), scenario=by_rule()),
    "timeline of two": lambda: plot.timeline(told_twice()),
    "queues": lambda: plot.queues(told_apart(), scenario=toy_scenario()),
    "composition": lambda: plot.composition(told_apart(), scenario=by_rule()),
    "deaths": lambda: plot.deaths(told_apart(), scenario=toy_scenario()),
    "violence": lambda: plot.violence(told_apart()),
    "violence on one's own": on_axes_of_ones_own,
    "map": lambda: plot.flow_map(many_away()),
    "map by rule": lambda: plot.flow_map(toy_result(), "2010-06-11T06:00", by_rule()),
    "map when open": lambda: plot.flow_map(toy_result(), "2010-06-11T18:00", by_rule()),
    "registrations": lambda: plot.registrations(scores({"Cee": 10, "Dee": 30}), toy_scenario()),
    "contrasts": lambda: plot.contrasts(compared()),
    "contrasts of pairs": lambda: plot.contrasts(pairs()),
}


@pytest.fixture(scope="module")
def figure() -> Callable[[str], Any]:
    """Each figure by its name, drawn and laid out."""

    @cache
    def made(name: str) -> Any:
        chart = DRAW[name]()
        chart.draw_without_rendering()
        return chart

    return made


READ: dict[str, list[str]] = {
    "timeline": [
        "A toy crisis: flight, border and violence", "shut (grey below)", "some crossings shut",
        "open, not to all", "crossed so far", "sheltered abroad", "adults registered so far",
        "reported, fitted to", "reported, kept to check", "its range", "or more", "admitted",
        "exempt", "irregular", "returned", "pushed back",
        "intensity of violence (1 = worst day in the worst place)",
        "The border, for those who flee", "shut", "men barred", "1 of 2 shut", "Across the border",
        "East", "persons", "Out of their homes inside the country", "persons",
        "Waiting at the border", "persons",
        "Passing the border, outward above the line and back below it", "persons an hour",
        "Violence in the worst place of each region", "local time", "11 Jun", "12 Jun", "South",
    ],
    "timeline by rule": [
        "A toy crisis: flight, border and violence", "open, not to all",
        "depends on what guards see", "open", "crossed so far", "sheltered abroad",
        "adults registered so far", "reported, fitted to", "reported, specified from",
        "reported, kept to check", "or less", "admitted", "exempt", "irregular", "pushed back",
        "intensity of violence (1 = worst day in the worst place)",
        "The border, for those who flee", "by rule", "open", "25 % let in", "Across the border",
        "sheltered, East", "persons", "Out of their homes inside the country", "persons",
        "Waiting at the border", "persons",
        "Passing the border, outward above the line and back below it", "persons an hour",
        "Violence in the worst place of each region", "local time", "11 Jun", "12 Jun", "South",
    ],
    "timeline of two": [
        "A toy crisis: flight and border", "median of 2 runs", "half of the runs",
        "90 % of the runs", "bands hold inputs and chance: the runs have different ones",
        "not kept by the study: who is registered, violence", "crossed so far", "sheltered abroad",
        "outward: admitted, exempt, irregular", "back: returned, pushed back", "Across the border",
        "persons", "Out of their homes inside the country", "persons", "Waiting at the border",
        "persons", "Passing the border, outward above the line and back below it", "local time",
        "11 Jun", "12 Jun", "persons an hour",
    ],
    "queues": [
        "A toy crisis: the queue at each crossing", "children", "women", "elderly women", "men",
        "elderly men", "crossing shut", "mean wait of those admitted", "reported, kept to check",
        "or less", "each row to its own scales", "Post", "peak 60 at 12 Jun 06:00", "persons",
        "hours", "Gap", "nobody waits", "local time", "11 Jun", "12 Jun", "persons", "local time",
        "11 Jun", "12 Jun", "hours",
    ],
    "composition": [
        "A toy crisis: who crosses the border", "children", "women", "elderly women", "men",
        "elderly men", "reported range", "reported, fitted to", "simulated",
        "part of all persons in the row, per cent", "inside, 10 Jun 19:00\n0 persons",
        "waiting, 12 Jun 06:00\n60 persons", "crossed in all\n159 persons",
        "abroad, 12 Jun 24:00\n660 persons", "Reported shares",
        "part of those who are there or have crossed there, per cent",
        "children under 15\nEast, 11 Jun 24:00", "men, elderly among them\nall, 11 Jun 24:00",
        "women and children\nall, 11 Jun 24:00",
    ],
    "deaths": [
        "A toy crisis: the dead", "simulated, by time of death",
        "official count, by time of report (lags)", "later counts, 4 to 6 in all", "Uzbek (6)",
        "Kyrgyz (2)", "Other (3)", "dead in all", "Total so far", "deaths",
        "Dead of each day, simulated, by group", "local date", "11 Jun", "12 Jun", "deaths a day",
    ],
    "violence": [
        "A toy crisis: violence by place",
        "intensity of violence (1 = worst day in the worst place)", "dead\n(11 in all)",
        "local time (places by onset; 4 stay calm)", "11 Jun", "12 Jun", "place", "Town",
    ],
    "violence on one's own": [
        "intensity of violence (1 = worst day in the worst place)",
        "A toy crisis: violence by place", "dead\n(5 in all)",
        "local time (places by onset; 4 stay calm)", "11 Jun", "12 Jun", "place", "Town",
    ],
    "map": [
        "A toy crisis: people away from home, 12 Jun 06:00", "displaced", "waiting", "sheltered",
        "1,200 persons\naway from home", "200 persons\naway from home",
        "50 persons\naway from home", "crossing, shut", "109 crossed so far", "20 crossed so far",
        BORDER, "10 km", "City\n1,200", "Gap\n109 crossed",
        "Camp\n60", "Post\n55 crossed", "Gate\n20", "Calm\n15", "Town", "A - L A N D",
        "B - L A N D", "U Z B E K I S T A N", "K Y R G Y Z S T A N",
        "72.5° E", "73° E", "40.6° N", "40.8° N",
    ],
    "map by rule": [
        "A toy crisis: people away from home, 11 Jun 06:00",
        "crossing, by rule", "violence now, 0.1 of 1", "violence now, 0.5 of 1",
        "violence now, 1 of 1", "road", BORDER, "10 km", "Town",
        "Gap\n0 crossed", "Post\n0 crossed", "Calm", "Camp", "City", "Gate", "A - L A N D",
        "B - L A N D", "U Z B E K I S T A N", "K Y R G Y Z S T A N",
        "72.5° E", "73° E", "40.6° N", "40.8° N",
    ],
    "map when open": [
        "A toy crisis: people away from home, 11 Jun 18:00",
        "crossing, open", "violence now, 0.1 of 1", "violence now, 0.5 of 1",
        "violence now, 1 of 1", "road", BORDER, "10 km", "Town",
        "Gap\n0 crossed", "Post\n0 crossed", "Calm", "Camp", "City", "Gate", "A - L A N D",
        "B - L A N D", "U Z B E K I S T A N", "K Y R G Y Z S T A N",
        "72.5° E", "73° E", "40.6° N", "40.8° N",
    ],
    "registrations": [
        "persons", "A toy crisis: persons in camps, ARD 0.250",
        "registered", "simulated, median of 4 runs", "half of the runs", "90 % of the runs",
        "bands hold chance alone: all runs have the same inputs",
        "each panel to its own scale", "All camps", "15 Jun 2010", "Dee", "15 Jun 2010", "Cee",
        "15 Jun 2010",
    ],
    "contrasts": [
        "How outcomes differ from 'a', paired by member",
        "mean difference and its 90 % interval",
        "interval of as many unpaired runs", "gain: unpaired over paired variance",
        "intervals hold chance alone: all runs have the same inputs", "Deaths", "∞",
        "+4,000", "∞", "∞", "a", "gain", "difference, persons", "b",
        "a name so long that it\ntakes three lines, and...", "c", "d", "Ratio", "a", "gain",
        "difference",
    ],
    "contrasts of pairs": [
        "How outcomes differ from 'a', paired by member",
        "difference of one pair, which has no interval", "Deaths", "no pair", "a", "gain",
        "difference, persons", "b", "c",
    ],
}  # fmt: skip
NUMBER = re.compile(r"[+-]?[\d.]+")


@pytest.mark.parametrize("name", READ)
def test_all_words_of_a_figure(name: str, figure: Callable[[str], Any]) -> None:
    """Numbers of axes and bars are left to other tests."""
    texts = [text.get_text() for text in words(figure(name))]
    assert [text for text in texts if not NUMBER.fullmatch(text)] == READ[name]


# ---- marks and their keys ---------------------------------------------------------------------


def texts_of(axes: Axes) -> dict[str, matplotlib.text.Text]:
    return {text.get_text(): text for text in axes.texts}


@pytest.mark.parametrize(("name", "states"), [
    ("timeline", ["shut", "barred", "partly"]), ("timeline by rule", ["rule", "open", "barred"]),
])  # fmt: skip
def test_each_state_of_the_border_looks_as_its_words_in_the_key(
    name: str, states: list[str], figure: Callable[[str], Any]
) -> None:
    chart = figure(name)
    entries = keys(chart)
    assert len({colour(entries[LANE[state][1]]) for state in states}) == 3
    for state in states:
        spans = [a for a in chart.findobj() if a.get_gid() == state]
        assert {colour(span) for span in spans} == {colour(entries[LANE[state][1]])}
    shut = [t for t in chart.axes[0].texts if t.get_text() == "shut"]
    assert {to_hex(text.get_color()) for text in shut} <= {"#ffffff"}, "on dark grey"


@pytest.mark.parametrize(("name", "gates", "words_of_it"), [
    ("map", ["Gap", "Post"], "crossing, shut"),
    ("map by rule", ["Gap", "Post"], "crossing, by rule"),
    ("map when open", ["Gap", "Post"], "crossing, open"),
])  # fmt: skip
def test_each_crossing_on_the_map_looks_as_its_words_in_the_key(
    name: str, gates: list[str], words_of_it: str, figure: Callable[[str], Any]
) -> None:
    chart = figure(name)
    entry: Any = keys(chart)[words_of_it]
    for gate in gates:
        mark = drawn(chart, f"gate {gate}")
        assert mark.get_marker() == entry.get_marker()
        assert mark.get_markerfacecolor() == entry.get_markerfacecolor()
        assert mark.get_markeredgecolor() == entry.get_markeredgecolor()


def test_an_open_crossing_is_white_and_a_shut_one_is_crossed_out(
    figure: Callable[[str], Any],
) -> None:
    way = drawn(figure("map when open"), "gate Post")
    assert (way.get_marker(), to_hex(way.get_markerfacecolor())) == ("s", "#ffffff")
    shut = drawn(figure("map"), "gate Post")
    assert (shut.get_marker(), to_hex(shut.get_markeredgecolor())) == ("X", "#ffffff")


def test_reports_look_as_their_use_in_the_key(figure: Callable[[str], Any]) -> None:
    for name, by_use in (
        ("timeline by rule", {"S": "fitted to", "A": "specified from", "B": "kept to check"}),
        ("composition", {"R": "fitted to", "Q": "fitted to"}),
    ):
        chart = figure(name)
        entries: dict[str, Any] = keys(chart)
        for report, use in by_use.items():
            mark, entry = drawn(chart, f"report {report}"), entries[f"reported, {use}"]
            assert (mark.get_marker(), entry.get_marker()) == ("o", "o")
            assert mark.get_fillstyle() == entry.get_fillstyle()
            hollow = mark.get_markerfacecolor() == "white"
            assert hollow == (use == "kept to check")
            assert hollow == (entry.get_markerfacecolor() == "white")
    assert not [a for a in figure("timeline by rule").findobj() if a.get_gid() == "report C"]


def test_an_open_range_has_an_arrow_with_a_head(figure: Callable[[str], Any]) -> None:
    chart = figure("timeline by rule")
    (axes,) = [a for a in chart.axes if a.get_title(loc="left").startswith("Out of their homes")]
    (arrow,) = [t.arrow_patch for t in axes.texts if getattr(t, "arrow_patch", None)]
    box = arrow.get_window_extent()
    assert box.height > 2 * box.width > 4.0
    ten, near = axes.transData.transform((0.0, 10.0))[1], 4.3 * chart.dpi / 72.0
    assert box.y1 == pytest.approx(ten, abs=near), "down"


def test_the_official_count_looks_as_in_the_key(figure: Callable[[str], Any]) -> None:
    chart = figure("deaths")
    count: Any = drawn(chart, "official")
    entry: Any = keys(chart)["official count, by time of report (lags)"]
    assert list(count.get_ydata()) == [3, 4]
    assert colour(count) == colour(entry)
    assert count.get_marker() == entry.get_marker()


def test_per_cents_in_bars_are_dark_on_pale_and_white_on_dark(
    figure: Callable[[str], Any],
) -> None:
    axes = figure("composition").axes[0]
    spots = {text: axes.transData.transform(text.get_position()) for text in axes.texts}
    for kind, bars in zip(KIND, axes.containers, strict=True):
        shade = to_rgb(colour(bars[0]))
        mine = [t for t, at in spots.items() if any(bar.contains_point(at) for bar in bars)]
        assert mine, kind
        for text in mine:
            assert contrast(to_rgb(text.get_color()), shade) > 4.0, kind


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast of two colours as WCAG 2 has it."""
    a, b = (
        sum(
            part * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4)
            for part, c in zip((0.2126, 0.7152, 0.0722), shade, strict=True)
        )
        for shade in (one, other)
    )
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def test_curves_and_bands_have_the_colours_of_their_quantities(
    figure: Callable[[str], Any],
) -> None:
    """Waiting, displaced, sheltered and passing look the same on all figures."""
    one, two = figure("timeline"), figure("timeline of two")
    for gid, shade in (("crossed", STATUS["sheltered"]), ("waiting", STATUS["waiting"]),
                       ("displaced_inside", STATUS["displaced"])):  # fmt: skip
        for chart in (one, two):
            assert colour(drawn(chart, gid)) == shade
        assert to_hex(drawn(two, f"half of the runs {gid}").get_facecolor()[0]).upper() == shade
    entries = keys(two)
    for gid, outcome in (("outward", "admitted"), ("back", "returned")):
        (words_of_it,) = [name for name in entries if name.startswith(f"{gid}: ")]
        assert colour(drawn(two, gid)) == colour(entries[words_of_it]) == OUTCOME[outcome]
    for status in ("displaced", "waiting", "sheltered"):
        assert colour(keys(figure("map"))[status]) == STATUS[status]


def test_a_key_has_lines_long_enough_for_their_dashes_and_rows_close_to_each_other(
    figure: Callable[[str], Any],
) -> None:
    legend = figure("timeline").axes[1].get_legend()
    size = legend.get_texts()[0].get_fontsize() * figure("timeline").dpi / 72.0
    line = legend.legend_handles[0].get_window_extent()
    assert line.width > 1.2 * size
    middles = sorted({round(t.get_window_extent().y0) for t in legend.get_texts()})
    rows = [b - a for a, b in pairwise(middles) if b - a > 3]
    assert all(row < 2.0 * size for row in rows)


def test_headings_are_larger_than_titles_and_these_than_labels(
    figure: Callable[[str], Any],
) -> None:
    chart = figure("deaths")
    axes = chart.axes[1]
    legend = axes.get_legend()
    heading, title, label = (
        text.get_fontsize() for text in (chart._suptitle, axes._left_title, axes.yaxis.label)
    )
    small = {
        text.get_fontsize()
        for text in (axes.get_yticklabels()[0], legend.get_title(), *legend.get_texts())
    }
    assert heading > title > label > max(small)
    assert len(small) == 1
    assert not axes.spines["top"].get_visible()
    assert FAMILY in chart._suptitle.get_fontfamily()


def test_a_figure_on_ones_own_axes_has_its_key_below_them(figure: Callable[[str], Any]) -> None:
    mine = figure("violence on one's own")
    (axes,) = mine.axes
    legend, label = axes.get_legend(), axes.xaxis.label
    assert legend.get_title().get_window_extent().y1 <= label.get_window_extent().y0 + 1.0
    assert legend.get_window_extent().x0 == pytest.approx(axes.get_window_extent().x0, abs=2.0)
    assert axes.get_title(loc="left") == "A toy crisis: violence by place"


def test_intervals_lie_in_their_colours_behind_the_dots(figure: Callable[[str], Any]) -> None:
    chart = figure("contrasts")
    entries: dict[str, Any] = keys(chart)
    name = "a name so long that it takes three lines, and ends before"
    for axes in chart.axes:
        found = {a.get_gid(): a for a in axes.lines if a.get_gid()}
        thick, thin = found[f"paired {name}"], found[f"unpaired {name}"]
        dot = found[f"difference {name}"]
        mean = entries["mean difference and its 90 % interval"]
        pale = entries["interval of as many unpaired runs"]
        assert colour(thick) == colour(mean)
        assert colour(thin) == colour(pale) != colour(thick)
        assert thick.get_linewidth() == mean.get_linewidth() > thin.get_linewidth()
        assert dot.get_marker() == mean.get_marker() == "o"
        assert dot.get_markerfacecolor() == mean.get_markerfacecolor()
    assert chart.axes[0].get_shared_y_axes().joined(*chart.axes)


# ---- words of other runs ----------------------------------------------------------------------


def test_places_beyond_the_fortieth_are_counted() -> None:
    places = [
        {"name": f"Place {n}", "country": "A-land", "region": "", "kind": "town", "lat": 40.0,
         "lon": 72.0 + 0.1 * n}
        for n in range(43)
    ]  # fmt: skip
    data = empty_data(places, [], np.array(["2010-06-12T00:00"], dtype="datetime64[s]"))
    data["violence"][:, 1:] = 0.5
    (axes,) = flowsim.plot.violence(Result(data)).axes
    assert axes.get_xlabel().replace("\n", " ") == (
        "local time (places by onset; 1 stay calm; 2 more not shown)"
    )
    assert len(axes.get_yticklabels()) == 40


def test_the_runs_of_a_study_are_told_from_its_samples_and_members() -> None:
    kept = ("waiting", "outcomes")
    data = toy_data().drop_vars([v for v in toy_data().data_vars if v not in kept])
    data = data.expand_dims(scenario=["closed"])

    def held(samples: int, members: int) -> Ensemble:
        numbers = {"sample": range(1, samples + 1), "member": range(1, members + 1)}
        runs = Runs(None, ("closed",))  # type: ignore[arg-type]
        drawn = xr.DataArray(np.zeros(samples), dims="sample")
        runs.data = data.expand_dims(numbers).assign_coords(drawn=drawn)
        return Ensemble.of(runs)

    for samples, members, words_of_it in (
        (1, 3, "bands hold chance alone: all runs have the same inputs"),
        (2, 3, "bands hold inputs and chance: samples of inputs were drawn"),
    ):
        shown = held(samples, members)
        assert [entry.get_label() for entry in shown.key()] == [
            f"median of {samples * members} runs", "half of the runs", "90 % of the runs",
            words_of_it,
        ]  # fmt: skip
        series = shown.series("waiting")
        assert series is not None
        assert series.shape == (samples * members, data.sizes["time"])
        assert shown.series("registered_adults") is None
        assert str(shown.first.data.attrs["title"]) == "A toy crisis, closed"
    bare = data.expand_dims(sample=[1], member=[1]).assign_attrs(title="")
    runs = Runs(None, ("closed",))  # type: ignore[arg-type]
    runs.data = bare
    assert Ensemble.of(runs).first.data.attrs["title"] == "toy, closed"


def test_runs_with_other_crossings_are_not_one_ensemble() -> None:
    one, other = toy_data(), toy_data().assign_coords(crossing=["Post", "Ford"])
    with pytest.raises(ValueError, match=r"^the runs differ in crossing; give runs of one"):
        Ensemble.of([Result(one), Result(other)])


def test_all_countries_that_people_flee_from_have_the_ground_of_those() -> None:
    data = toy_data().assign_attrs(flee_from="A-land,B-land")
    scene = Scene.of(Result(data), 0, np.zeros((5, 2)), None, np.ones(5, dtype=bool))
    assert set(scene.countries) <= set(scene.fled)


def test_how_many_names_have_no_room_is_told() -> None:
    assert {text for text in _no_room(1) if "no room" in text} == {"1 name has no room"}
    assert {text for text in _no_room(3) if "no room" in text} == {"3 names have no room"}


def _no_room(count: int) -> list[str]:
    """What the key says of a map on which calm places have names wider than itself."""
    spots = [("Large", 40.5, 72.8), ("West", 40.5, 72.0), ("East", 40.5, 73.6)]
    spots += [(f"Calm {n} " + 60 * "M", 40.5, 72.8) for n in range(count)]
    places = [
        {"name": n, "country": "A-land", "region": "", "kind": "town", "lat": y, "lon": x}
        for n, y, x in spots
    ]
    data = empty_data(places, [], np.array(["2010-06-12T00:00"], dtype="datetime64[s]"))
    put(data, "people", 1000, place="Large", group="Uzbek", status="displaced")
    chart = flowsim.plot.flow_map(Result(data), width=89)
    return [text.get_text() for text in chart.legends[0].get_texts()]


@pytest.mark.parametrize("n", range(8))
def test_the_eight_directions(n: int) -> None:
    names = ("east", "north-east", "north", "north-west", "west", "south-west", "south",
             "south-east")  # fmt: skip
    turn = np.radians(45.0 * n)
    assert direction(np.array([np.cos(turn), np.sin(turn)])) == names[n]


def test_an_axis_of_years_names_months_and_years() -> None:
    axes = Chart(6.0, 2.0).subplots()
    time_axis(axes, 14760.0 + np.array([0.0, 700.0]))
    shown = [t.get_text() for t in axes.get_xticklabels()]
    assert all(re.fullmatch(r"(Jan|Apr|Jul|Oct|[A-Z][a-z]{2}) 201[0-2]", text) for text in shown)
    assert len(shown) >= 3


def test_every_colour_is_one_and_every_status_has_one() -> None:
    assert set(STATUS) == set(STATUSES)
    shades = [*STATUS.values(), *OUTCOME.values(), *KIND.values(), *GROUPS]
    assert len({to_hex(shade) for shade in shades[: len(STATUS)]}) == len(STATUS)
    assert all(to_hex(shade).upper() == shade.upper() for shade in shades)


# ---- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_a_file_tells_neither_when_nor_by_which_matplotlib_it_was_written(kind: Any) -> None:
    memory = io.BytesIO()
    chart = Chart(1.0, 1.0)
    chart.text(0.1, 0.5, "words")
    chart.write(memory, format=kind)
    written = memory.getvalue()
    for told in (b"CreationDate", b"dc:date", b"Matplotlib", b"Software", b"Producer"):
        assert told not in written


def test_no_other_format_is_written() -> None:
    with pytest.raises(ValueError, match="a figure is not written as"):
        Chart(1.0, 1.0).write(io.BytesIO(), format="eps")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="a figure is not written as"):
        Chart(1.0, 1.0).write("t.eps")


def test_every_figure_is_there_by_its_name() -> None:
    names = ["animation", "composition", "contrasts", "deaths", "effect_by_fit", "flow_map",
             "forecast", "posterior", "queues", "reception", "registrations", "reports", "sankey",
             "save_all", "sensitivity", "story", "timeline", "violence"]  # fmt: skip
    assert [getattr(flowsim.plot, name).__name__ for name in names] == names
    assert sorted(dir(flowsim.plot)) == names


def test_what_no_font_has_is_told_and_the_font_of_all_words_comes_with_matplotlib(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    font_manager.findfont(FAMILY, fallback_to_default=False)
    ours = [font for font in font_manager.fontManager.ttflist if font.name == FAMILY]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", ours)
    chart = Chart(1.0, 1.0)
    chart.text(0.1, 0.5, "\N{CUNEIFORM SIGN A}")
    with pytest.warns(
        ScenarioWarning, match="^no font that is installed has \N{CUNEIFORM SIGN A}:"
    ):
        chart.write(io.BytesIO())
