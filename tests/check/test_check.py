"""`flowsim check` on a made-up scenario: each exit status, what it writes, what it tells."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from flowsim.check.baseline import read_baseline
from flowsim.check.config import CheckSection
from flowsim.check.guard import guard
from flowsim.cli.main import cli
from tests.children import PATIENCE_S
from tests.pages import DOCS, blocks, read

ROOT = Path(__file__).parents[2]
CHECK = """\
outcomes: [deaths, let_through, sheltered_abroad_at_end, person_days_exposed]
members: 2
seed: 5
set: {end: 2010-06-12T00:00, step: 3h, grid: 3h}
statistical: {members: 12}
"""


def check(*words: str) -> Result:
    return CliRunner().invoke(cli, ["check", *words])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scenario, its check and its baseline."""
    folder = tmp_path_factory.mktemp("made")
    mine = folder / "scenarios" / "mine"
    shutil.copytree(ROOT / "tests" / "data" / "small", mine)
    (mine / "check.yaml").write_text(CHECK, encoding="utf-8")
    told = check(str(mine), "--update", "it is the first")
    assert told.exit_code == 0, told.output
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that to change; the current folder."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "scenarios" / "mine"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")


def less_room(here: Path) -> None:
    """The change of a number: the camp has room for 5 instead of 500."""
    change(here / "places.csv", "72.8,0,,,,,500", "72.8,0,,,,,5")


def test_what_did_not_move_held(here: Path) -> None:
    told = check()
    assert told.exit_code == 0, told.output
    assert "scenarios/mine: held (exact" in told.output
    assert told.output.endswith("1 of 1 held\n")


def test_a_changed_number_moves_it_and_all_of_it_is_told(here: Path, tmp_path: Path) -> None:
    less_room(here)
    told = check("--junit", "j.xml", "--summary", "s.md", "-o", "figures")
    assert told.exit_code == 1
    kept = read_baseline(here)
    assert kept is not None
    for word in (
        f"since the baseline of {kept.about.date}, flowsim {kept.about.version} (it is the first)",
        "changed since: the scenario",
        "digest of the result of member 1: ",
        "0 of 1 held",
    ):
        assert word in told.output
    verdict = guard(here)
    (moved,) = [c for c in verdict.changes if c.outcome == "sheltered_abroad_at_end"]
    assert moved.before.max() > 5 >= moved.after.max()
    assert f"{moved.before[0]:,.0f} -> {moved.after[0]:,.0f} (member 1)" in told.output
    assert 1 <= len(moved.where) <= 3
    for spot in moved.where:
        assert (spot.where, spot.quantity) == ("Camp", "sheltered")
        before, after = (table.loc[("sheltered", "Camp"), spot.day] for table in verdict.days)
        assert (spot.before, spot.after) == (before, after)
        assert str(spot) in told.output
    apart = [abs(s.after - s.before) for s in moved.where]
    assert apart == sorted(apart, reverse=True)
    assert Path("figures/scenarios_mine.png").read_bytes().startswith(b"\x89PNG")
    page = Path("s.md").read_text(encoding="utf-8")
    assert "0 of 1 held" in page
    assert "| scenarios/mine | **failed** | exact |" in page
    assert str(moved) in page
    suite = ElementTree.parse("j.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("1", "1")
    case = suite.find("testcase")
    assert case is not None
    assert case.get("name") == "scenarios/mine"
    assert str(moved) in str(case.findtext("failure"))


def test_papers_of_what_held(here: Path) -> None:
    assert check("--junit", "j.xml", "--summary", "s.md", "-o", "figures").exit_code == 0
    assert ElementTree.parse("j.xml").getroot().get("failures") == "0"
    assert "| scenarios/mine | held | exact |" in Path("s.md").read_text(encoding="utf-8")
    assert not Path("figures").exists()


def test_update_keeps_the_history(here: Path) -> None:
    less_room(here)
    assert check("--update", "half the\n room").exit_code == 0
    assert check().exit_code == 0
    history = (here / "baseline" / "history.md").read_text(encoding="utf-8")
    first, second = [line for line in history.splitlines() if line.startswith("- ")]
    assert first.endswith("it is the first. The first baseline.")
    assert ": half the room. Moved: " in second
    assert "sheltered_abroad_at_end" in second


def test_a_baseline_reads_well_in_a_diff(here: Path) -> None:
    files = {path.name for path in (here / "baseline").iterdir()}
    assert files == {"about.json", "outcomes.csv", "days.csv", "history.md"}
    outcomes = pd.read_csv(here / "baseline" / "outcomes.csv", dtype=str)
    assert len(outcomes) == 12
    assert outcomes["let_through"].str.fullmatch(r"\d+").all()
    days = (here / "baseline" / "days.csv").read_text(encoding="utf-8").splitlines()
    assert days[0] == "quantity,where,2010-06-10,2010-06-11"
    assert any(line.startswith("sheltered,Camp,") for line in days)


def test_a_place_alone_can_move(here: Path) -> None:
    """Where no outcome and no digest tells, the table of days does."""
    file = here / "baseline" / "days.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("registered,Camp,"))
    *rest, last = lines[at].split(",")
    lines[at] = ",".join([*rest, str(int(last) + 1)])
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = check()
    assert told.exit_code == 1
    assert f"Camp, 2010-06-11: registered {int(last) + 1} -> {last}" in told.output


def test_on_another_platform_only_the_digest_is_left_out(here: Path) -> None:
    about = here / "baseline" / "about.json"
    plain = json.loads(about.read_text(encoding="utf-8"))
    plain["environment"]["numpy"] = "1.0"
    plain["digests"] = ["0", "0"]
    about.write_text(json.dumps(plain), encoding="utf-8")
    told = check()
    assert told.exit_code == 0, told.output
    assert "digests are not compared: numpy 1.0 there, " in told.output
    less_room(here)
    assert check().exit_code == 1


def test_a_scenario_without_baseline_fails(here: Path) -> None:
    shutil.rmtree(here / "baseline")
    told = check()
    assert told.exit_code == 1
    assert "there is no baseline" in told.output
    assert check("--level", "statistical").exit_code == 1


def test_a_baseline_without_scenario_fails(here: Path) -> None:
    (here / "scenario.yaml").unlink()
    told = check("--summary", "s.md")
    assert told.exit_code == 1
    assert "there is a baseline and no scenario" in told.output
    assert "**failed**" in Path("s.md").read_text(encoding="utf-8")
    (here / "check.yaml").unlink()
    assert check().exit_code == 1
    assert check("--update", "why").exit_code == 2


def test_a_check_that_asks_for_something_else_fails(here: Path) -> None:
    change(here / "check.yaml", "seed: 5", "seed: 6")
    told = check()
    assert told.exit_code == 1
    assert "seed was 5, and is 6" in told.output
    assert check("--update", "another seed").exit_code == 0
    assert check().exit_code == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("members: 2\n", "membrs: 2\n", "check.yaml:2:1: membrs: there is no key 'membrs'"),
        ("members: 2\n", "members: 0\n", "check.yaml:2:10: members: "),
        ("deaths, let", "death, let", "'death' is not an outcome of small"),
        ("{members: 12}", "{members: 3}", "check.yaml:5:24: statistical.members: "),
        ("end: 2010-06-12T00:00", "ende: 3", "check.yaml:4:7: "),
        ("end: 2010-06-12T00:00", "end: 1999-01-01", "check.yaml:4:"),
    ],
)
def test_a_check_that_is_wrong_is_usage(here: Path, old: str, new: str, told: str) -> None:
    change(here / "check.yaml", old, new)
    before = (here / "baseline" / "about.json").read_bytes()
    run = check("--update", "why") if "not an outcome" in told else check()
    assert run.exit_code == 2, run.output
    assert told in run.output
    assert (here / "baseline" / "about.json").read_bytes() == before


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("about.json", "{}"),
        ("about.json", '{"format": 99}'),
        ("outcomes.csv", "member,deaths\n1,0\n2,0\n"),
        ("outcomes.csv", "member,deaths,let_through\n2,0,0\n"),
        ("days.csv", "quantity,where,2010-06-10\ndeaths,Town,many\n"),
        ("days.csv", ""),
    ],
)
def test_a_damaged_baseline_is_usage(here: Path, file: str, text: str) -> None:
    (here / "baseline" / file).write_text(text, encoding="utf-8")
    told = check()
    assert told.exit_code == 2
    assert f"scenarios/mine/baseline/{file}:1:1: this is not a baseline: " in told.output


@pytest.mark.parametrize("words", [["nowhere"], ["."], ["--jobs", "0"], ["--update", " "]])
def test_wrong_usage(here: Path, words: list[str]) -> None:
    assert check(*words).exit_code == 2


def test_without_scenarios_there_is_nothing_to_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = check()
    assert told.exit_code == 2
    assert "there is no scenario below scenarios/" in told.output


def test_the_statistical_level(here: Path) -> None:
    told = check("--level", "statistical")
    assert told.exit_code == 0, told.output
    assert "12 members, level 0.01; power against a shift of 2%" in told.output
    less_room(here)
    told = check("--level", "statistical", "-o", "figures")
    assert told.exit_code == 1
    assert "sheltered_abroad_at_end: mean " in told.output
    assert "p = " in told.output
    assert "Camp, 2010-06-11: sheltered " in told.output
    assert Path("figures/scenarios_mine.png").is_file()
    change(here / "check.yaml", "{members: 12}", "{members: 13}")
    assert "the baseline has 12 members" in check("--level", "statistical").output


def test_the_rate_of_false_alarms_is_shared_by_all_that_are_checked(here: Path) -> None:
    shutil.copytree(here, here.with_name("twin"))
    told = check("--level", "statistical", "--false-alarm", "0.02")
    assert told.output.count("12 members, level 0.01;") == 2


def test_a_float_may_move_as_far_as_the_tolerance_says(here: Path) -> None:
    """By a ten-millionth, where the digest says nothing: too much unless check.yaml allows it."""
    kept = here / "baseline"
    table = pd.read_csv(kept / "outcomes.csv", index_col="member")
    table["person_days_exposed"] *= 1.0 + 1e-7
    table.to_csv(kept / "outcomes.csv", lineterminator="\n")
    plain = json.loads((kept / "about.json").read_text(encoding="utf-8"))
    plain["environment"]["numpy"] = "1.0"
    (kept / "about.json").write_text(json.dumps(plain), encoding="utf-8")
    assert "person_days_exposed: " in check().output
    change(here / "check.yaml", "seed: 5", "tolerance: 1.0e-6\nseed: 5")
    assert check().exit_code == 0


PYTEST = """\
import sys

LOADED = set(sys.modules)


def test_it_holds(flowsim_check):
    flowsim_check("scenarios/mine")


def test_it_moved(flowsim_check):
    flowsim_check("scenarios/less")


def test_the_plugin_alone_loads_nothing():
    assert not {"numpy", "mesa", "flowsim.check.guard"} & LOADED
"""


def test_the_plugin(here: Path, tmp_path: Path) -> None:
    """In a repository of somebody else, warnings being errors."""
    less = shutil.copytree(here, here.with_name("less"))
    less_room(less)
    (tmp_path / "test_mine.py").write_text(PYTEST, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n", encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-q", "-p", "flowsim.check.plugin"],
        cwd=tmp_path,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 1, done.stdout
    assert "1 failed, 2 passed" in done.stdout
    assert "scenarios/less: moved (exact" in done.stdout
    assert "Camp, 2010-06-11: sheltered " in done.stdout


def test_the_plugin_is_announced() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"flowsim": "flowsim.check.plugin"}


def test_what_the_page_shows_is_valid(here: Path) -> None:
    shown = blocks(read(DOCS / "howto" / "ci.md"), "yaml")
    loaded = (YAML(typ="safe", pure=True).load(block) for block in shown)
    asked, workflow = (block for block in loaded if {"members", "jobs"} & set(block))
    assert CheckSection(**asked).statistical is not None
    steps = workflow["jobs"]["check"]["steps"]
    (words,) = [s["run"].split() for s in steps if s.get("run", "").startswith("flowsim check")]
    assert check(*words[2:]).exit_code == 0
