"""The command ``flowsim convert``: what it writes, refuses and leaves as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from tests.flee_folder import flee_folder

SMALL = Path(__file__).parents[2] / "tests/data/small"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def convert(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["convert", *arguments])


def names(folder: str = ".") -> set[str]:
    return {entry.name for entry in Path(folder).iterdir()}


def test_it_writes_a_scenario_that_loads_to_the_same() -> None:
    told = convert("small", "made")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines()[:2] == ["The scenario is in made", "  made/events.csv"]
    assert fs.load("made") == fs.load("small")


def test_what_is_odd_in_the_source_is_told(here: Path) -> None:
    flee_folder(here, sim_period="StartDate,2015-05-01\nLength,12\n")
    told = convert("made_up", "made")
    assert told.exit_code == 0
    odd = "conflicts.csv:11: the last day is 9 of 12; it holds on to the end"
    assert told.stderr == f"note: made_up/input_csv/{odd}\n"


def test_a_value_can_be_set_on_the_way() -> None:
    assert convert("small", "made", "--set", "title=Another").exit_code == 0
    assert fs.load("made").title == "Another"


def test_a_source_that_is_wrong_leaves_nothing() -> None:
    Path("small/routes.csv").write_text("start,end\nTown,Camp\n")
    told = convert("small", "made")
    assert told.exit_code == 2
    assert "the column 'km' is missing" in told.stderr
    assert names() == {"small"}


def test_a_folder_is_replaced_only_if_asked() -> None:
    assert convert("small", "made").exit_code == 0
    told = convert("small", "made")
    assert told.exit_code == 2
    assert "made exists; give another DST, or --overwrite to replace it" in told.stderr
    assert convert("small", "made", "--overwrite", "--set", "title=Another").exit_code == 0
    assert fs.load("made").title == "Another"


def test_what_no_conversion_wrote_is_not_replaced() -> None:
    Path("small/SOURCES.md").write_text("mine")
    told = convert("small", "small", "--overwrite")
    assert told.exit_code == 2
    assert "small holds SOURCES.md, which no conversion wrote" in told.stderr
    assert Path("small/SOURCES.md").read_text() == "mine"
    Path("file").write_text("mine")
    assert "file is not a folder" in convert("small", "file", "--overwrite").stderr


def test_a_parent_that_is_missing_is_told() -> None:
    told = convert("small", "nowhere/made")
    assert told.exit_code == 1
    assert told.stderr == "the conversion failed: the folder nowhere does not exist\n"


def test_code_must_be_allowed_and_is_kept_by_its_name() -> None:
    text = Path("small/scenario.yaml").read_text()
    policy = "          - {type: code, call: 'flowsim.policy:Closed', arguments: {leak: 0.1}}\n"
    at = text.index("          - {type: closed")
    Path("small/scenario.yaml").write_text(text[:at] + policy + text[at:])
    assert "code of a scenario file is not run" in convert("small", "made").stderr
    assert names() == {"small"}
    assert convert("small", "made", "--allow-code").exit_code == 0
    assert fs.load("made", allow_code=True) == fs.load("small", allow_code=True)
