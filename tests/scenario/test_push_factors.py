"""Threats, drivers and levels in files: read from tables, changed by variants, written again."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.model.unlikely import unlikely
from flowsim.scenario.schema import file_schema
from flowsim.scenario.write import write_scenario
from tests.pages import DOCS, blocks, read

SMALL = Path(__file__).parents[1] / "data" / "small"
MORE = """
threats:
  - {name: advance, region: Valley, start: 2010-06-11T00:00, target: {North: 0.5}}
  - {name: end, places: [Town], start: 2010-06-11T00:00, lost_from: 2010-06-11T12:00}
drivers:
  - {name: flood, leave_per_day: {value: 0.5, low: 0.1, high: 1, source: a guess}, settle_cost: 1}
levels: levels.csv

conditions:
"""
LEVELS = (
    "driver,place,region,start,level\n"
    "flood,Town,,2010-06-11T06:00,1\nflood,,Plain,2010-06-11T00:00,2\n"
)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    file = folder / "scenario.yaml"
    file.write_text(file.read_text().replace("\nconditions:\n", MORE))
    (folder / "levels.csv").write_text(LEVELS)
    return folder


def test_they_are_read_with_their_ranges_and_written_again(small: Path, tmp_path: Path) -> None:
    made = fs.load(small)
    assert [(r.place, r.region, r.level) for r in made.levels] == [("Town", "", 1.0),
                                                                   ("", "Plain", 2.0)]  # fmt: skip
    (number,) = [n for n in made.numbers if n.path.startswith("drivers")]
    assert (number.path, number.low, number.high) == ("drivers[flood].leave_per_day", 0.1, 1.0)
    (tmp_path / "again").mkdir()
    write_scenario(made, tmp_path / "again")
    assert fs.load(tmp_path / "again") == made


def test_a_variant_changes_them_by_name_and_adds_levels(small: Path, tmp_path: Path) -> None:
    later = tmp_path / "later"
    later.mkdir()
    (later / "scenario.yaml").write_text(
        "extends: ../small\nname: later\n"
        "threats: {advance: null, end: {lost_from: 2010-06-12T00:00}}\n"
        "drivers: {flood: {leave_per_day: 0.75}}\n"
        "levels: {add: [{driver: flood, place: Village, start: 2010-06-12T00:00, level: 3}]}\n"
    )
    made = fs.load(later)
    assert [(t.name, t.lost_from) for t in made.threats] == [("end", datetime(2010, 6, 12))]
    assert made.drivers[0].leave_per_day == 0.75
    assert [row.level for row in made.levels] == [1.0, 2.0, 3.0]
    told = fs.load(small).with_values({"threats[end].leave_within_hours": 6})
    assert told.threats[1].leave_within_hours == 6.0


def test_the_schema_knows_them() -> None:
    told = file_schema()["anyOf"][0]["properties"]
    assert {"threats", "drivers", "levels"} <= told.keys()


def test_fear_alone_is_reason_enough_to_leave(small: Path) -> None:
    """No warning that nobody will, where a threat or a driver touches people and no violence."""
    calm = fs.load(small).with_values({"violence.events": []})
    assert unlikely(calm) == []
    none = calm.model_copy(update={"threats": (), "drivers": (), "levels": ()})
    (flaw,) = unlikely(none)
    assert "no violence targets a group" in flaw.wrong


def test_the_page_shows_what_can_be_loaded_and_run(tmp_path: Path) -> None:
    shown = blocks(read(DOCS / "howto" / "scenario.md"), "yaml")
    (block,) = (found for found in shown if found.startswith("threats:"))
    shutil.copytree(SMALL, tmp_path / "small")
    folder = tmp_path / "shown"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(f"extends: ../small\nname: shown\n{block}")
    (folder / "levels.csv").write_text(LEVELS)
    at_home = fs.run(fs.load(folder), seed=1).people.sel(status="at_home", place="Town")
    assert at_home.isel(time=-1).sum() < 0.4 * at_home.isel(time=0).sum()
