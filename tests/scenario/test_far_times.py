"""Times and durations that results cannot hold are refused at every door, and none wraps."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner
from pydantic import ValidationError

import flowsim as fs
import flowsim.policy
from flowsim.cli.main import cli
from flowsim.config import Section, to_instant, to_seconds
from flowsim.scenario.shape import adapter, child
from tests.flee_folder import flee_folder
from tests.worlds import small_scenario

DATA = Path(__file__).parents[1] / "data/small"
WRONG = "the year 3000 is too far away; give one from 1678 to 2261"


def sections(kind: type[Section] = Section) -> Iterator[type[Section]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("flowsim."):
            yield below
            yield from sections(below)


def mentions(annotation: Any, kind: type) -> bool:
    return annotation is kind or any(mentions(part, kind) for part in get_args(annotation))


FIELDS = sorted(
    {
        (f"{section.__name__}.{name}", section, name)
        for section in (*sections(), flowsim.policy.Closed)
        for name, field in section.model_fields.items()
        if mentions(field.annotation, datetime)
    },
    key=lambda found: found[0],
)


def test_there_are_such_fields() -> None:
    names = {name for name, _, _ in FIELDS}
    assert {"Scenario.start", "Event.peak", "Report.when", "Closed.stop", "Order.start"} <= names


@pytest.mark.parametrize(("section", "name"), [f[1:] for f in FIELDS], ids=[f[0] for f in FIELDS])
@pytest.mark.parametrize("time", ["0001-01-01", "1677-12-31T23:59", "2262-01-01", "9999-12-31"])
def test_every_time_of_every_section(section: type[Section], name: str, time: str) -> None:
    field = adapter(child(section, name))
    with pytest.raises(ValidationError, match="too far away; give one from 1678 to 2261"):
        field.validate_python(time)


@pytest.mark.parametrize("time", ["1678-01-01", "2261-12-31T23:59:59"])
def test_what_is_within_stays_itself_in_a_result(time: str) -> None:
    assert to_instant(time) == datetime.fromisoformat(time)
    day = time[:10]
    scenario = small_scenario(
        start=f"{day}T00:00", end=f"{day}T02:00", violence={}, borders=(), step="1h"
    )
    assert str(fs.run(scenario).data.time.values[0]) == f"{day}T01:00:00.000000000"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(DATA, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return Path("small")


@pytest.mark.parametrize(
    ("file", "old"),
    [("scenario.yaml", "2010-06-12T18:00"), ("events.csv", "2010-06-11T00:00"),
     ("reports.csv", "2010-06-")],
)  # fmt: skip
def test_in_files(small: Path, file: str, old: str) -> None:
    text = (small / file).read_text()
    assert old in text
    (small / file).write_text(text.replace(old, old.replace("2010", "3000"), 1))
    with pytest.raises(fs.ScenarioError, match=WRONG):
        fs.load(small)


def test_in_python_and_by_path(small: Path) -> None:
    base = fs.load(small)
    for when in ("3000-01-01", date(3000, 1, 1), datetime(3000, 1, 1)):
        with pytest.raises(fs.ScenarioError, match=WRONG):
            base.with_values({"end": when})
    told = CliRunner().invoke(cli, ["run", "small", "--set", "end=3000-01-01"])
    assert (told.exit_code, told.stderr.splitlines()[0]) == (2, f"end: {WRONG}")


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("sim_period", "StartDate,3000-05-01\nLength,10\n", f":1:2: {WRONG}"),
        ("sim_period", "StartDate,2200-05-01\nLength,10\n",
         ":1:2: the year 2200 is too far away; give one from 1815 to 2124"),
        ("cee", "2015-05-01,10\n3000-05-01,20\n", f":2:1: {WRONG}"),
        ("refugees", "2015-05-01,10\n3000-05-01,20\n", f":2:1: {WRONG}"),
        ("closures", "camp,Cee,,0,50001\n", ":1:5: '50001' is not a valid day"),
    ],
)  # fmt: skip
def test_in_folders_of_flee(tmp_path: Path, file: str, text: str, says: str) -> None:
    folder = flee_folder(tmp_path / "top", **{file: text})
    with pytest.raises(fs.ScenarioError) as error:
        fs.load(folder)
    assert any(says in str(problem) for problem in error.value.problems)


def test_the_farthest_days_of_the_farthest_folders_of_flee(tmp_path: Path) -> None:
    for start in ("1815-01-01", "2124-12-31"):
        folder = flee_folder(
            tmp_path / start, sim_period=f"StartDate,{start}\nLength,10\n",
            cee=f"{start},5\n", refugees=f"{start},5\n", closures="camp,Cee,,1,50000\n",
        )  # fmt: skip
        assert fs.load(folder).start == datetime.fromisoformat(start)


@pytest.mark.parametrize("text", ["24856d", "100000000000000000000d", f"{10**300}d"])
def test_durations_that_no_run_has(text: str) -> None:
    with pytest.raises(ValueError, match="too long; give at most 24855d"):
        to_seconds(text)


def test_a_grid_is_a_day_at_most() -> None:
    """One of years overflowed in the run."""
    with pytest.raises(fs.ScenarioError, match="grid: a grid of 2d is longer than a day; give a"):
        small_scenario().with_values({"grid": "2d"})
