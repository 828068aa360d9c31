"""At the widths of a journal's column and page no word of any figure overlaps or is cut off."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from matplotlib.figure import Figure

import flowsim as fs
import flowsim.plot
from flowsim.learn.designs import Method
from flowsim.plot import OF_A_RUN
from flowsim.plot.before_after import before_after
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.study.comparison import compare
from tests.fake_result import KINDS, empty_data, toy_result, toy_scenario
from tests.learn.camps import camps_world
from tests.learn.made_up import made_up
from tests.plot.layout import flaws, panels
from tests.plot.test_camps import scores
from tests.study.comparisons import june_2010

ROOT = Path(__file__).parents[2]
WIDTHS = (89, 183)


@pytest.fixture(scope="module")
def small() -> tuple[Result, Scenario]:
    scenario = fs.load(ROOT / "tests/data/small")
    return fs.run(scenario, seed=1), scenario


@pytest.fixture(scope="module")
def june() -> tuple[Result, Scenario]:
    """The places, crossings, policies and reports of June 2010, with people that are made up."""
    scenario = fs.load(ROOT / "scenarios/kyrgyz_uzbek_2010")
    hours = int((scenario.end - scenario.start).total_seconds() // 3600)
    times = np.datetime64(scenario.start) + np.arange(1, hours + 1) * np.timedelta64(1, "h")
    places = [{**p.model_dump(), "capacity": -1} for p in scenario.places]
    crossings = [(r.crossing, r.start, r.end, r.kind) for r in scenario.routes if r.crossing]
    groups = tuple(g.name for g in scenario.groups)
    data = empty_data(
        places, crossings, times, groups,
        title=str(scenario.title), start=scenario.start.isoformat(), flee_from="Kyrgyzstan",
    )  # fmt: skip
    part = np.linspace(0.0, 1.0, hours)
    wave = np.sin(np.pi * part)
    size = np.array([p["population"] or 9000 for p in places]) / 20
    people = data["people"].transpose("place", "time", "group", "status")
    for status in ("displaced", "sheltered", "waiting", "moving"):
        share = {"displaced": 1.0, "sheltered": 0.7, "waiting": 0.2, "moving": 0.1}[status]
        people.loc[{"status": status, "group": groups[0]}] = np.outer(size * share, wave)
    gates = 1.0 / np.arange(1, len(crossings) + 1) ** 2
    for k, _ in enumerate(KINDS):
        data["waiting"][:, :, k] = np.outer(wave, 9000 * gates)
        data["composition"][:, :, k] = np.outer(part, size)
        data["registered"][:, :, k] = np.outer(part, size)
        data["outcomes"][:, :, 1, k] = np.outer(wave, 400 * gates)
    data["waiting_time"][:] = np.outer(wave, 40 * gates)
    data["deaths"][:, :, 0] = np.outer(wave, size > 3000)
    data["violence"][:] = np.outer(wave, size / size.max())
    return Result(data), scenario


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", OF_A_RUN.values())
@pytest.mark.parametrize("world", ["small", "june"])
def test_figures_of_a_run(
    name: str, width: int, world: str, request: pytest.FixtureRequest
) -> None:
    result, scenario = request.getfixturevalue(world)
    chart = getattr(flowsim.plot, name)(result, scenario=scenario, width=width)
    assert isinstance(chart, Chart)
    assert flaws(chart) == []
    assert 25.4 * chart.get_figwidth() == pytest.approx(width)
    assert 25.4 * chart.get_figheight() < 300, "a page has no more"
    if name != "flow_map":
        touching = [a.get_title(loc="left") for a in panels(chart) if _touches(a)]
        assert touching == []


def _touches(axes: object) -> bool:
    """Whether the highest mark of an axis of persons lies on its frame."""
    counted = any(unit in axes.get_ylabel() for unit in ("persons", "deaths", "hours"))
    return counted and axes.dataLim.y1 > 0.97 * axes.get_ylim()[1]


@pytest.mark.parametrize("width", WIDTHS)
def test_figures_of_many_runs(width: int) -> None:
    runs = [toy_result(), toy_result()]
    charts = [
        flowsim.plot.timeline(runs, scenario=toy_scenario(), width=width),
        flowsim.plot.contrasts(compare(june_2010(), "as reported"), width=width),
        flowsim.plot.registrations(
            scores({f"A camp with a long name {n}": 900.0 * n for n in range(1, 16)}),
            fs.load(ROOT / "tests/data/small"),
            width=width,
        ),
        *(flowsim.plot.sensitivity(made_up(of), width=width) for of in get_args(Method)),
        flowsim.plot.forecast(fs.forecast(camps_world(), 30), camps_world(), width=width),
    ]
    for chart in charts:
        assert flaws(chart) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_before_and_after(width: int) -> None:
    told = june_2010()["effects"].isel(scenario=0, sample=0).transpose("member", "effect")
    table = told.to_pandas()
    days = table.iloc[:5, :4].T.set_axis([f"2010-06-{d}" for d in range(11, 16)], axis=1)
    days.index = days.index.map(lambda name: (name, "Osh")).set_names(["quantity", "where"])
    names = list(table.columns[:4])
    chart = before_after(
        (table, table + 1),
        (days, days + 1),
        names,
        names[:2],
        "A scenario: what moved",
        width=width,
    )
    assert flaws(chart) == []


def test_axes_of_ones_own(june: tuple[Result, Scenario]) -> None:
    result, scenario = june
    mine = Figure(figsize=(7, 9), layout="constrained")
    axes = mine.subplots()
    assert flowsim.plot.violence(result, scenario=scenario, ax=axes) is mine
    assert mine.axes == [axes]
    assert axes.get_title(loc="left").startswith("Southern Kyrgyzstan, June 2010: ")
    assert mine.get_size_inches().tolist() == [7, 9]
    assert flaws(mine) == []


@pytest.mark.parametrize("width", [7.2, 3.5, 0, -89, 5000, float("nan"), "89", True, None])
def test_what_is_not_a_width(width: object) -> None:
    with pytest.raises(ValueError, match="is not the width of a figure in millimetres"):
        flowsim.plot.deaths(toy_result(), width=width)


def bad(what: str) -> Figure:
    figure = Figure(figsize=(3, 3))
    axes = figure.subplots()
    axes.set_position((0.2, 0.2, 0.6, 0.6))
    axes.plot([0, 1], [0, 1], label="curve", zorder=2)
    if what == "cut off":
        figure.text(0.9, 0.95, "a long heading")
    elif what == "over each other":
        axes.text(0.7, 0.2, "one word")
        axes.text(0.72, 0.22, "and another")
    elif what == "key":
        axes.legend(loc="upper left")
    elif what == "lies on":
        axes.text(0.4, 0.45, "a name")
    return figure


@pytest.mark.parametrize("what", ["cut off", "over each other", "key", "lies on", ""])
def test_flaws_are_found(what: str) -> None:
    found = flaws(bad(what))
    assert any(what in flaw for flaw in found) if what else found == []
