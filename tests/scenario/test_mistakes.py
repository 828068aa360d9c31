"""Every mistake in a scenario is told exactly, with its place, and nothing is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.scenario.read import parse
from tests.children import let_others_in

DATA = Path(__file__).parents[1] / "data"
OR = ", or give `add: [...]` for a new one; `NAME: null` removes one"
MISTAKES = {
    row["mistake"]: row
    for row in parse((DATA / "mistakes.yaml").read_text(encoding="utf-8"), "").plain()
}
OUTSIDE = 65534
"""The user of no rights; CI is root, who may read everything."""


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The valid scenario of tests/data, below the current folder."""
    shutil.copytree(DATA / "small", tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return Path("small")


def edit(file: Path, old: str | None, new: str | bytes) -> None:
    raw = file.read_bytes()
    put = new if isinstance(new, bytes) else new.encode()
    assert old is None or old.encode() in raw
    file.write_bytes(put if old is None else raw.replace(old.encode(), put, 1))


def said(*arguments: str) -> list[str]:
    """What the command line says of a scenario that it refuses, less the count at the end."""
    before = sorted(Path().rglob("*"))
    told = CliRunner().invoke(cli, arguments)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert sorted(Path().rglob("*")) == before
    *lines, count = told.stderr.splitlines()
    assert count == f"{len(lines)} problem{'s' if len(lines) != 1 else ''}"
    return lines


def test_it_is_valid_without_mistakes(small: Path) -> None:
    assert fs.load(small).name == "small"


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake(small: Path, mistake: str) -> None:
    for change in MISTAKES[mistake]["edits"]:
        edit(small / change["file"], change.get("old"), change["new"])
    assert said("validate", "small") == MISTAKES[mistake]["says"]
    assert said("run", "small") == MISTAKES[mistake]["says"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "scenario.yaml",
            "small world",
            b"small\x00world",
            ":3:15: the control character U+0000 is not allowed here; give plain text, without it",
        ),
        (
            "scenario.yaml",
            "A small world",
            b"Caf\xe9",
            ":3:11: byte 0xe9 is not UTF-8; save the file as UTF-8",
        ),
        (
            "places.csv",
            "two quarters",
            "é".encode() + b" H\xe4user",
            ":2:62: byte 0xe4 is not UTF-8; save the file as UTF-8",
        ),
        (
            "scenario.yaml",
            "A small world",
            "x" * 8_100_000,
            ":1:1: 'scenario.yaml' has 8.1 MB; give at most 8 MB",
        ),
        (
            "scenario.yaml",
            "A small world",
            "x" * 1_100_000,
            ":3:1: this line has 1100007 characters; give at most 1000000 a line",
        ),
        (
            "places.csv",
            "two quarters",
            "x" * 10_000_000,
            ":2:1: this line has 10000069 characters; give at most 1000000 a line",
        ),
        (
            "places.csv",
            "two quarters",
            "x" * 200_000,
            ":2:1: this row cannot be read: field larger than field limit (131072); "
            'close each quote, and write a quote in a quoted text as ""',
        ),
        (
            "scenario.yaml",
            "A small world",
            "[" * 60 + "]" * 60,
            ":3:57: this is nested deeper than 50 levels; nest less",
        ),
        (
            "scenario.yaml",
            "A small world",
            "[" * 100_000,
            ":3:57: this is nested deeper than 50 levels; nest less",
        ),
        (
            "scenario.yaml",
            "A small world",
            "&a [x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
                for old, new in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            ":8:8: the aliases of this file stand for more than 100000 values; "
            "write out what is meant",
        ),
    ],
)
def test_bytes_and_bombs(small: Path, file: str, old: str, new: str | bytes, says: str) -> None:
    edit(small / file, old, new)
    told = said("validate", "small")
    assert [line.replace("places: ", "") for line in told] == [f"small/{file}{says}"]


def test_no_such_scenario(small: Path) -> None:
    right = "name a scenario's folder or YAML file"
    assert said("validate", "smal") == [
        f"smal: there is no such file or folder; {right} (did you mean 'small'?)"
    ]
    assert said("run", "x/y") == [f"x/y: there is no such file or folder; {right}"]
    Path("bare").mkdir()
    assert said("validate", "bare") == [
        "bare: there is no scenario.yaml in this folder; name a scenario's folder"
    ]


def test_problems_of_several_scenarios(small: Path) -> None:
    told = CliRunner().invoke(cli, ["validate", "small", "one", "two"])
    assert told.exit_code == 2
    assert told.stdout.startswith("small: valid")
    assert told.stderr.splitlines()[-1] == "2 problems"


def test_symlink_out_of_the_folder(small: Path, tmp_path: Path) -> None:
    shutil.move(small / "places.csv", tmp_path / "elsewhere.csv")
    (small / "places.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert said("validate", "small") == [
        "small/scenario.yaml:11:9: places: 'places.csv' leads out of this folder; "
        "give a file in the folder of this file"
    ]


def test_symlink_within_the_folder(small: Path) -> None:
    (small / "places.csv").rename(small / "other.csv")
    (small / "places.csv").symlink_to("other.csv")
    assert fs.load(small).places


def test_symlink_in_a_circle(small: Path) -> None:
    (small / "places.csv").unlink()
    (small / "places.csv").symlink_to("places.csv")
    (line,) = said("validate", "small")
    assert line.startswith("small/scenario.yaml:11:9: places: 'places.csv' ")


def test_pipe_in_place_of_a_table(small: Path) -> None:
    (small / "places.csv").unlink()
    os.mkfifo(small / "places.csv")
    assert said("validate", "small") == [
        "small/scenario.yaml:11:9: places: 'places.csv' is not a plain file; name a plain file"
    ]


def test_folder_in_place_of_a_table(small: Path) -> None:
    (small / "places.csv").unlink()
    (small / "places.csv").mkdir()
    assert said("validate", "small") == [
        "small/scenario.yaml:11:9: places: 'places.csv' is a folder; name a file"
    ]


def test_table_that_may_not_be_read(small: Path) -> None:
    (small / "places.csv").chmod(0)
    let_others_in(Path.cwd())
    code = (  # load once with all rights, as the interpreter itself may be out of reach later
        "import os, flowsim, flowsim.study.read\nflowsim.load('small')\n"
        "from flowsim.cli.main import main\n"
        f"if os.getuid() == 0: os.setgid({OUTSIDE}); os.setuid({OUTSIDE})\nmain()"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, "validate", "small"], capture_output=True, text=True
    )
    assert told.stderr.splitlines() == [
        "small/scenario.yaml:11:9: places: 'places.csv' may not be read; "
        "give yourself the right to read",
        "1 problem",
    ]
    assert told.returncode == 2


def test_circle_of_variants(small: Path) -> None:
    Path("other").mkdir()
    Path("other/scenario.yaml").write_text("extends: ../small\n")
    edit(small / "scenario.yaml", "name: small", "extends: ../other\nname: small")
    right = "extend a scenario that extends no other"
    assert said("validate", "other") == [
        "small/scenario.yaml:2:10: extends: it extends itself: "
        f"other/scenario.yaml > small/scenario.yaml > other/scenario.yaml; {right}"
    ]


def test_names_that_a_variant_changes(small: Path) -> None:
    (small / "variant.yaml").write_text(
        "extends: .\nborders: {Here-Their: null}\nplaces:\n  Twon: {population: 5}\n"
    )
    assert said("validate", "small/variant.yaml") == [
        "small/variant.yaml:2:11: borders.Here-Their: there is no 'Here-Their' in what this "
        f"extends; name one of Here-There (did you mean 'Here-There'?){OR}",
        "small/variant.yaml:4:3: places.Twon: there is no 'Twon' in what this extends; "
        f"name one of Town, Village, Camp (did you mean 'Town'?){OR}",
    ]


def test_a_problem_of_the_base_is_told_there(small: Path) -> None:
    (small / "variant.yaml").write_text("extends: scenario.yaml\nname: variant\nrecord: 90min\n")
    edit(small / "scenario.yaml", "leave: 0.5", "leave: 5")
    assert said("validate", "small/variant.yaml") == [
        "small/variant.yaml:3:9: record: a step of 1h does not divide the interval of 90min; "
        "give a multiple of the step",
        "small/scenario.yaml:50:12: conditions[Curfew].leave: 5 is out of range; "
        "give a number of at most 1",
    ]
