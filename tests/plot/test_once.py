"""A figure is drawn once for each file, and its words are measured no more than twice."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

import flowsim.plot
from flowsim.plot import OF_A_RUN
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from tests.fake_result import toy_result, toy_scenario

NAMES = tuple(OF_A_RUN.values())


class Drawn(Artist):
    """A mark that counts how often it is drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0

    def draw(self, renderer: Any) -> None:
        self.times += 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("format", ["png", "svg", "pdf"])
def test_a_file_takes_one_drawing(name: str, format: Any) -> None:
    chart = getattr(flowsim.plot, name)(toy_result(), scenario=toy_scenario())
    assert isinstance(chart, Chart)
    mark = Drawn()
    chart.add_artist(mark)
    chart.write(io.BytesIO(), format=format)
    assert mark.times == 1


@pytest.mark.parametrize("width", [89, 254])
@pytest.mark.parametrize("name", NAMES)
def test_words_are_measured_twice_and_nothing_is_drawn_to_place_them(
    name: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: Counter[tuple[str, int]] = Counter()

    def counted(method: str) -> Callable[..., Any]:
        real = getattr(Axes, method)

        def call(axes: Axes, *args: Any, **how: Any) -> Any:
            counts[method, id(axes)] += 1
            return real(axes, *args, **how)

        return call

    for method in ("get_tightbbox", "draw"):
        monkeypatch.setattr(Axes, method, counted(method))
    chart = getattr(flowsim.plot, name)(toy_result(), scenario=toy_scenario(), width=width)
    assert {counts["get_tightbbox", id(axes)] for axes in chart.axes} == {2}
    assert {counts["draw", id(axes)] for axes in chart.axes} == {0}


def test_days_are_named_for_the_lowest_panel_only(monkeypatch: pytest.MonkeyPatch) -> None:
    chart = flowsim.plot.queues(toy_result(), scenario=toy_scenario())
    made = {axes: len(axes.xaxis.minorTicks) for axes in chart.axes}
    named = [axes for axes, ticks in made.items() if ticks > 1]
    assert len(chart.axes) > 2
    assert named == [axes for axes in chart.axes if axes.get_xlabel()]
    assert not any(isinstance(a.xaxis.get_minor_formatter(), FuncFormatter) for a in named)


def test_a_figure_of_ones_own_is_drawn_and_written_with_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mine(result: Result, scenario: Scenario | None = None, *, width: float = 89) -> Chart:
        made.append(scenario)
        return Chart(width / 25.4, 1.0)

    made: list[Scenario | None] = []
    monkeypatch.setattr(flowsim.plot, "mine", mine, raising=False)
    monkeypatch.setattr(flowsim.plot, "OF_A_RUN", {"mine.png": "mine"})
    world = toy_scenario()
    assert flowsim.plot.save_all(toy_result(), world, tmp_path) == [tmp_path / "mine.png"]
    assert made == [world]
