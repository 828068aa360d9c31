"""A figure is laid out with ticks worked out once a size, and rendered once for each PNG."""

import io
from collections import Counter

import pytest
from matplotlib.axis import XAxis, YAxis
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import flowsim as fs
from flowsim.plot.folder import FIGURES, save_all
from flowsim.plot.style import Chart, styled
from flowsim.plot.ticks import ticks_once


@pytest.fixture(scope="module")
def small():
    base = fs.load("tests/data/small")
    return fs.run(base, seed=1), base


def test_each_figure_is_rendered_once_for_its_file(small, tmp_path, monkeypatch):
    drawn = Counter()
    draw = Figure.draw

    def counted(figure, renderer):
        drawn[id(figure)] += 1
        kept.append(figure)
        return draw(figure, renderer)

    kept = []
    monkeypatch.setattr(Chart, "draw", counted, raising=False)
    paths = save_all(*small, tmp_path)
    assert len(paths) == len(FIGURES)
    assert list(drawn.values()) == [1] * len(paths)


def test_one_rendering_gives_the_bytes_of_savefig(small):
    for draw in FIGURES.values():
        chart = draw(small[0], scenario=small[1])
        once, twice = io.BytesIO(), io.BytesIO()
        chart.write(once)
        saved = styled(Figure.savefig)
        saved(chart, twice, format="png", dpi=150.0, metadata={"Software": None})
        assert once.getvalue() == twice.getvalue()
        assert chart.dpi == 100.0


@pytest.mark.parametrize("axis", [XAxis, YAxis])
def test_ticks_are_worked_out_again_when_a_panel_changes(axis, monkeypatch):
    asked = Counter()
    update = axis._update_ticks

    def counted(self):
        asked[self] += 1
        return update(self)

    monkeypatch.setattr(axis, "_update_ticks", counted)
    figure = Figure()
    FigureCanvasAgg(figure)
    one, two = figure.subplots(2, sharex=True, sharey=True)
    with ticks_once(figure):
        mine = one.xaxis if axis is XAxis else one.yaxis
        for _ in range(3):
            mine._update_ticks()
        assert asked[mine] == 1
        two.set_position((0.1, 0.1, 0.3, 0.3))
        mine._update_ticks()
        assert asked[mine] == 2
        one.set_xlim(0, 7)
        one.set_ylim(0, 7)
        mine._update_ticks()
        assert asked[mine] == 3
    mine._update_ticks()
    assert asked[mine] == 4
