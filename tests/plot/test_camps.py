"""The figure of registrations: which camps have a panel, what is drawn in it, and its words."""

from __future__ import annotations

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.against_registrations import CampScore, Scores
from flowsim.evidence.registered import Registered
from flowsim.plot.style import Chart
from flowsim.scenario.scenario import Scenario
from tests.flee_folder import flee_folder

DAYS = 10


def scores(registered: dict[str, float], members: int = 4) -> Scores:
    """Camps that grow in a straight line; member m has m times the registered persons."""
    part = np.arange(1, DAYS + 1) / DAYS
    persons = part[:, None] * np.array(list(registered.values()))
    known = Registered(tuple(registered), persons, np.zeros(len(registered), dtype=np.int64))
    told = persons * np.arange(members)[:, None, None]
    nothing = dict.fromkeys(("ard_unscaled", "halved", "rmse", "crps", "coverage"), 0.0)
    total = CampScore("all camps", *[0.0] * 6)
    return Scores(
        ard=0.25, **nothing, against={}, elsewhere=(), camps=(), total=total, totals=(),
        known=known, members=told,
    )  # fmt: skip


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return fs.load(flee_folder(tmp_path_factory.mktemp("camps")))


def titles(chart: Chart) -> list[str]:
    return [axes.get_title(loc="left") for axes in chart.axes if axes.get_visible()]


def curve(chart: Chart, gid: str) -> list[float]:
    (line,) = [a for a in chart.findobj() if a.get_gid() == gid]
    return line.get_ydata().tolist()


def test_the_total_comes_first_and_then_the_largest_camp(scenario: Scenario) -> None:
    chart = fs.plot.registrations(scores({"Cee": 10, "Dee": 30, "Eve": 20}), scenario)
    assert titles(chart) == ["All camps", "Dee", "Eve", "Cee"]
    assert curve(chart, "registered All camps")[-1] == 60
    assert curve(chart, "registered Eve")[-1] == 20
    assert curve(chart, "simulated Eve")[-1] == 30, "the median of 0, 20, 40 and 60"


def test_bands_hold_half_and_nine_tenths_of_the_members(scenario: Scenario) -> None:
    chart = fs.plot.registrations(scores({"Cee": 100}, members=101), scenario)
    for words, low, high in (("half of the runs", 25, 75), ("90 % of the runs", 5, 95)):
        (band,) = [a for a in chart.findobj() if a.get_gid() == f"{words} Cee"]
        x, y = band.get_paths()[0].vertices.T
        last = y[x == x.max()]
        assert (min(last), max(last)) == pytest.approx((100 * low, 100 * high))


def test_words(scenario: Scenario) -> None:
    chart = fs.plot.registrations(scores({"Cee": 10, "Dee": 30}), scenario)
    assert chart.get_suptitle() == "made_up: persons in camps, ARD 0.250"
    assert chart.get_supylabel() == "persons"
    (legend,) = chart.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "registered", "simulated, median of 4 runs", "half of the runs", "90 % of the runs",
        "bands hold chance alone: all runs have the same inputs",
        "each panel to its own scale",
    ]  # fmt: skip
    chart.draw_without_rendering()
    dates = [label.get_text() for label in chart.axes[0].get_xticklabels()]
    assert {"1 May 2015", "5 May 2015"} & set(dates)
    low, high = chart.axes[0].get_xlim()
    assert high - low == DAYS - 1


def test_one_run_has_no_bands(scenario: Scenario) -> None:
    chart = fs.plot.registrations(scores({"Cee": 10}, members=1), scenario)
    (legend,) = chart.legends
    assert [text.get_text() for text in legend.get_texts()] == [
        "registered", "simulated, one run", "each panel to its own scale"
    ]  # fmt: skip
    assert not [a for a in chart.findobj() if "of the runs" in str(a.get_gid())]


def test_a_camp_that_nobody_registers_at(scenario: Scenario) -> None:
    chart = fs.plot.registrations(scores({"Cee": 0, "Dee": 30}), scenario)
    assert titles(chart) == ["All camps", "Dee", "Cee"]
    assert chart.axes[2].get_ylim() == (0, 1)
    assert chart._repr_png_().startswith(b"\x89PNG")


def test_camps_after_the_twelfth_share_a_panel(scenario: Scenario) -> None:
    many = {f"Camp {n}": float(n) for n in range(1, 16)}
    chart = fs.plot.registrations(scores(many), scenario)
    assert titles(chart)[1] == "Camp 15"
    assert titles(chart)[-1] == "3 other camps"
    assert len(titles(chart)) == 14
    assert curve(chart, "registered 3 other camps")[-1] == pytest.approx(1 + 2 + 3)


def test_long_names_are_cut(scenario: Scenario) -> None:
    name = "Koulikoro-" * 5
    chart = fs.plot.registrations(scores({name: 10}), scenario)
    assert titles(chart)[1] == "Koulikoro-Koulikoro-Kou..."


def test_the_same_bytes_each_time(scenario: Scenario) -> None:
    once, twice = (fs.plot.registrations(scores({"Cee": 10}), scenario) for _ in range(2))
    assert once._repr_png_() == twice._repr_png_()
