"""Figures on what a user has: an Axes, a Figure or a SubFigure; widths by name."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

import flowsim as fs
import flowsim.plot
from flowsim.plot import OF_A_RUN
from tests.fake_result import toy_result, toy_scenario
from tests.plot.layout import flaws

SEVERAL = [name for name in OF_A_RUN.values() if name not in ("flow_map", "reports", "violence")]


@pytest.mark.parametrize("name", OF_A_RUN.values())
def test_a_figure_of_ones_own_keeps_its_size_and_has_no_word_cut_off(name: str) -> None:
    mine = Figure(figsize=(7.2, 9.0), dpi=100)
    made = getattr(flowsim.plot, name)(toy_result(), scenario=toy_scenario(), ax=mine)
    assert made is mine
    assert mine.get_size_inches().tolist() == [7.2, 9.0]
    assert flaws(mine) == []


def test_two_figures_stand_beside_each_other() -> None:
    mine = Figure(figsize=(14.0, 8.0), dpi=100)
    left, right = mine.subfigures(1, 2)
    flowsim.plot.timeline(toy_result(), scenario=toy_scenario(), ax=left)
    flowsim.plot.composition(toy_result(), scenario=toy_scenario(), ax=right)
    assert len(left.axes) > 2
    assert flaws(mine) == []
    middle = mine.bbox.width / 2
    assert max(a.get_window_extent().x1 for a in left.axes) < middle
    assert min(a.get_window_extent().x0 for a in right.axes) > middle


def test_a_map_on_axes_of_ones_own_has_one_panel() -> None:
    mine = Figure(figsize=(9.0, 9.0), layout="constrained")
    axes = mine.subplots()
    flowsim.plot.flow_map(toy_result(), ax=axes)
    assert mine.axes == [axes]
    assert axes.get_legend() is not None


@pytest.mark.parametrize("name", SEVERAL)
def test_several_panels_need_more_than_an_axes(name: str) -> None:
    with pytest.raises(ValueError, match="several panels, for which an Axes is too little"):
        getattr(flowsim.plot, name)(toy_result(), scenario=toy_scenario(), ax=Figure().subplots())


def test_what_is_nothing_to_draw_on() -> None:
    full = Figure()
    full.subplots()
    for what, told in ((full, "has axes already"), (3, "is nothing to draw on")):
        with pytest.raises(ValueError, match=told):
            flowsim.plot.deaths(toy_result(), ax=what)  # type: ignore[arg-type]


def test_a_figure_that_is_too_low_says_how_high_it_should_be() -> None:
    with pytest.warns(UserWarning, match=r"is 1\.5 inches high, too low .* make it about \d"):
        flowsim.plot.timeline(toy_result(), ax=Figure(figsize=(7.0, 1.5)))


@pytest.mark.parametrize(("name", "mm"), [("single", 89), ("double", 183)])
def test_widths_have_names(name: str, mm: int) -> None:
    chart = flowsim.plot.deaths(toy_result(), width=name)  # type: ignore[arg-type]
    assert 25.4 * chart.get_figwidth() == pytest.approx(mm)


@pytest.mark.parametrize("width", [89, 183])
def test_figures_of_households(width: int) -> None:
    world = fs.teaching_world()
    ways = fs.follow(world)
    for chart in (
        flowsim.plot.sankey(ways, width=width),
        flowsim.plot.story(ways.story(), world, width=width),
    ):
        assert flaws(chart) == []
