"""Long series of registrations: shown by camp, named once, whole at the edges."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowsim as fs
from flowsim import plot
from flowsim.plot.distances import MOST
from flowsim.plot.folder import figures_of
from flowsim.plot.style import Chart
from flowsim.results.result import Result
from tests.learn.camps import camps_world, checked_world

DAYS = range(0, 120, 4)
LONG = {"Near": [(d, 40.0 * d) for d in DAYS], "Far": [(d, 10.0 * d) for d in DAYS]}


@pytest.fixture(scope="module")
def world() -> fs.Scenario:
    return checked_world(LONG)


@pytest.fixture(scope="module")
def result(world: fs.Scenario) -> Result:
    return fs.run(world, seed=1)


@pytest.fixture(scope="module")
def timeline(result: Result, world: fs.Scenario) -> Chart:
    return plot.timeline(result, scenario=world)


def test_more_reports_than_rows_are_shown_by_camp(
    result: Result, world: fs.Scenario, tmp_path: Path
) -> None:
    assert 2 * len(DAYS) > MOST
    found = figures_of(result, world)
    assert "registrations.png" in found
    assert "reports.png" not in found
    few = checked_world({name: rows[:5] for name, rows in LONG.items()})
    assert list(figures_of(result, few)) == list(plot.OF_A_RUN)
    assert "reports.png" not in figures_of(result, camps_world(reports=()))
    files = plot.save_all(result, world, tmp_path, width=89)
    assert sorted(path.name for path in files) == sorted(found)


def test_a_run_that_is_recorded_otherwise_keeps_its_reports(world: fs.Scenario) -> None:
    """Every 5 days are too few to hold days against."""
    seldom = world.with_values({"record": "5d"})
    assert list(figures_of(fs.run(seldom, seed=1), seldom)) == list(plot.OF_A_RUN)


def test_of_a_series_one_point_has_the_name(timeline: Chart) -> None:
    words = [text.get_text() for text in timeline.axes[1].texts if text.get_text()]
    assert sorted(words) == ["sheltered, Far", "sheltered, Near"]


def test_points_at_the_edges_are_whole_and_inside(timeline: Chart) -> None:
    """Both series begin on the first day, side by side."""
    axes = timeline.axes[1]
    drawn = [line for line in axes.lines if str(line.get_gid()).startswith("report ")]
    assert len(drawn) == 2 * len(DAYS)
    assert not any(line.get_clip_on() for line in drawn)
    frame = axes.get_window_extent()
    for line in drawn:
        (x, _), = line.get_transform().transform(line.get_path().vertices)  # fmt: skip
        assert frame.x0 - 1.0 <= x <= frame.x1 + 1.0
