"""The figure of contrasts shows what the comparison says, and nothing lies over another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import flowsim.plot
from flowsim.plot.style import Chart
from flowsim.study.comparison import compare
from tests.study.comparisons import correlated, june_2010, study_of


def find(parent, gid):
    return [a for a in parent.findobj() if a.get_gid() == gid]


def panels(chart):
    return {axes.get_title(loc="left"): axes for axes in chart.axes if axes.get_visible()}


def test_marks_stand_at_differences_and_intervals():
    told = compare(june_2010(), "as reported", ["deaths", "let_through"])
    chart = flowsim.plot.contrasts(told)
    assert isinstance(chart, Chart)
    assert list(panels(chart)) == ["Deaths", "Let through"]
    axes = panels(chart)["Deaths"]
    rows = told.table[
        (told.table["outcome"] == "deaths") & (told.table["scenario"] != told.against)
    ]
    for y, row in enumerate(rows.to_dict("records")):
        name = row["scenario"]
        (dot,), (thick,), (thin,) = (
            find(axes, f"{kind} {name}") for kind in ("difference", "paired", "unpaired")
        )
        assert list(dot.get_xdata()) == [row["difference"]]
        assert list(dot.get_ydata()) == [y]
        assert list(thick.get_xdata()) == [row["low"], row["high"]]
        assert list(thin.get_xdata()) == [row["unpaired_low"], row["unpaired_high"]]
        assert thick.get_linewidth() > thin.get_linewidth()
        assert thick.get_zorder() > thin.get_zorder()
    names = [t.get_text() for t in axes.get_yticklabels()]
    assert names == rows["scenario"].tolist(), "in the order of the study"
    assert axes.get_ylim()[0] > axes.get_ylim()[1], "the first on top"


def test_axes_say_what_they_measure_and_against_what():
    chart = flowsim.plot.contrasts(compare(june_2010(), "as reported"))
    assert {axes.get_xlabel().replace("\n", " ") for axes in chart.axes} == {
        "difference, persons", "difference, person-days, weighted by danger",
    }  # fmt: skip
    for axes in chart.axes:
        texts = {t.get_text() for t in axes.texts}
        assert {"as reported", "gain"} <= texts
    assert "'as reported'" in chart.get_suptitle()
    key = {t.get_text() for t in chart.legends[0].get_texts()}
    assert "mean difference and its 90 % interval" in key
    assert "intervals hold chance alone: all runs have the same inputs" in key


def words_of(chart):
    """All words that are drawn: ticks beyond the ends of an axis and inner names are not."""
    words = [chart._suptitle, *chart.legends[0].get_texts()]
    for axes in panels(chart).values():
        low, high = axes.get_xlim()
        ticks = zip(axes.get_xticks(), axes.get_xticklabels(), strict=True)
        words += [axes._left_title, axes.xaxis.label, *axes.texts]
        words += [label for x, label in ticks if low <= x <= high]
        words += axes.get_yticklabels() if axes.get_subplotspec().is_first_col() else []
    return [text for text in words if text.get_text().strip()]


@pytest.mark.parametrize("count", [1, 2, 4, 6])
@pytest.mark.parametrize("scenarios", [12, 3])
def test_no_words_lie_over_others_or_beyond_the_edge(count, scenarios):
    data = june_2010().isel(scenario=slice(0, scenarios))
    # With three scenarios all families split are fewer, so zero is at the edge.
    outcomes = ["families_split", *(str(e) for e in data["effect"].values)][:count]
    chart = flowsim.plot.contrasts(compare(data, "as reported", outcomes))
    chart.draw_without_rendering()
    renderer = chart.canvas.get_renderer()
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in words_of(chart)]
    assert len(boxes) > scenarios * count
    page = chart.bbox
    for words, box in boxes:
        assert 0 <= box.x0 < box.x1 <= page.width + 1, words
        assert 0 <= box.y0 < box.y1 <= page.height, words
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        across = min(a.x1, b.x1) - max(a.x0, b.x0)
        along = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert not (across > 1 and along > 1), (one, other)


def test_one_difference_far_beyond_all_others_is_an_arrow():
    reference, _ = correlated(10, 0.5)
    far = {"a": 0, "b": 3, "c": -4, "d": 4000}
    data = study_of({name: {"deaths": reference + shift} for name, shift in far.items()})
    chart = flowsim.plot.contrasts(compare(data, "a"))
    (arrow,) = find(chart, "arrow d")
    assert arrow.get_text() == "+4,000"
    assert not find(chart, "difference d")
    low, high = chart.axes[0].get_xlim()
    assert -20 < low < -4 < 3 < high < 20
    near = study_of({n: {"deaths": reference + s} for n, s in {**far, "d": 20}.items()})
    assert find(flowsim.plot.contrasts(compare(near, "a")), "difference d")


def test_one_pair_no_pair_and_nothing_but_the_reference():
    one = study_of({"a": {"deaths": [3.0]}, "b": {"deaths": [5.0]}, "c": {"deaths": [np.nan]}})
    chart = flowsim.plot.contrasts(compare(one, "a"))
    assert find(chart, "difference b")
    assert not find(chart, "paired b")
    assert "no pair" in {t.get_text() for t in chart.axes[0].texts}
    assert "no interval" in chart.legends[0].get_texts()[0].get_text()
    alone = study_of({"a": {"deaths": [3.0, 4.0]}})
    assert flowsim.plot.contrasts(compare(alone, "a"))._repr_png_().startswith(b"\x89PNG")
    same = study_of({"a": {"deaths": [3.0, 4.0]}, "b": {"deaths": [3.0, 4.0]}})
    assert "∞" in {t.get_text() for t in flowsim.plot.contrasts(compare(same, "a")).axes[0].texts}
