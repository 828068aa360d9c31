"""What every command says with --json and with -q, and how far a study is where nobody watches."""

from __future__ import annotations

import io
import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.study import campaign
from tests.flee_folder import flee_folder
from tests.pages import DOCS, read

SMALL = Path(__file__).parents[1] / "data" / "small"
STUDY = """\
name: borders
scenarios:
  as it was: small
  open: {file: small, set: {"borders[Here-There].authorities[Guards].policies": [{type: open}]}}
members: 2
seed: 7
compare: {against: as it was, outcomes: [let_through, deaths]}
"""
CHECK = "outcomes: [deaths]\nmembers: 1\nset: {end: 2010-06-11T06:00}\n"
FORMS = {
    "run": ("small", "-o", "new", "--no-figures"),
    "validate": ("small", "study.yaml"),
    "score": ("made_up",),
    "study": ("study.yaml", "-o", "new", "--no-figures"),
    "compare": ("store", "--against", "as it was", "--no-figure"),
    "check": ("small",),
    "scenarios": (),
    "extensions": (),
    "import": ("new", "--from", "small", "--registrations", "series.csv"),
    "report": ("store", "-o", "new.html", "--no-figures"),
}
"""Every command that prints a table, as it is called in the folder that is laid out."""
WRITES = {"convert": ("small", "new"), "export": ("store", "new.nc"), "new": ("new",),
          "import": FORMS["import"], "report": FORMS["report"]}  # fmt: skip
"""Every command of which nothing is left to tell when it is quiet."""
QUIET = {**FORMS, **WRITES}
LISTS = ("scenarios", "extensions")
"""What prints nothing but what it is asked for, so that it is never quiet."""
DATA = ("schema",)
"""What prints JSON without being asked."""


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("laid_out")
    shutil.copytree(SMALL, folder / "small")
    flee_folder(folder)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "series.csv").write_text("date,individuals\n2010-06-11,60\n", encoding="utf-8")
    (folder / "small" / "check.yaml").write_text(CHECK, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert call("study", "study.yaml", "-o", "store", "--no-figures").exit_code == 0
        assert call("check", "small", "--update", "it is the first").exit_code == 0
    return folder


@pytest.fixture(autouse=True)
def here(laid_out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(laid_out, tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def document(*arguments: str) -> Any:
    """What a command answers with --json: one document and nothing beside it."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    told = call(*arguments, "--json")
    assert told.exit_code == 0, told.output
    return json.loads(told.stdout, parse_constant=refuse)


def test_every_command_is_among_them() -> None:
    assert {*QUIET, *DATA} <= set(cli.commands)
    for name, command in cli.commands.items():
        flags = {text for option in command.params for text in option.opts}
        assert (name in FORMS) <= ("--json" in flags), name
        assert (name in {*QUIET} - {*LISTS}) <= ("-q" in flags), name


@pytest.mark.parametrize("command", FORMS)
def test_json_is_one_document(command: str) -> None:
    assert document(command, *FORMS[command])


def test_the_documents_hold_what_the_tables_say() -> None:
    run = document("run", *FORMS["run"])
    reports = fs.load("small").reports
    assert [row["id"] for row in run["reports"]] == [r.id for r in reports if r.use != "context"]
    assert (run["folder"], run["drawn"], run["run"]["seed"]) == ("new", [], "1")
    kept = json.loads(Path("new/summary.json").read_text(encoding="utf-8"))
    assert kept.items() <= run.items()
    score = document("score", "made_up")
    assert [row["camp"] for row in score["camps"]] == ["Cee", "Dee", "Eve"]
    assert score["halved"] == pytest.approx(score["ard"] / 2)
    assert "members" in score
    valid = document("validate", "small", "study.yaml")
    assert valid == {
        "valid": [
            {"name": "small", "places": 3, "routes": 2, "reports": 2},
            {"name": "study.yaml", "scenarios": 2, "members": 2},
        ],
        "problems": [],
    }
    compared = document("compare", *FORMS["compare"])
    rows = [(row["outcome"], row["scenario"]) for row in compared["table"]]
    assert ("let_through", "open") in rows
    (against, *_) = (row for row in compared["table"] if row["scenario"] == "as it was")
    assert against["mean_difference" if "mean_difference" in against else "gain"] is None
    (held,) = document("check", "small")
    assert (held["name"], held["held"], held["changes"]) == ("small", True, [])


def test_what_is_wrong_is_in_the_document_of_validate() -> None:
    file = Path("small/scenario.yaml")
    file.write_text(file.read_text().replace("leave: 0.5", "leave: 5"))
    told = call("validate", "small", "study.yaml", "--json")
    assert told.exit_code == 2
    (problem,) = json.loads(told.stdout)["problems"]
    assert (problem["file"], problem["path"]) == ("small/scenario.yaml", "conditions[Curfew].leave")
    assert problem["line"] > 1


def test_what_moved_is_in_the_document_of_check() -> None:
    file = Path("small/baseline/outcomes.csv")
    header, row = file.read_text().splitlines()
    file.write_text(f"{header}\n{row}5\n")
    told = call("check", "small", "--json")
    assert told.exit_code == 1
    (moved,) = json.loads(told.stdout)
    assert not moved["held"]
    (change,) = moved["changes"]
    assert change["outcome"] == "deaths"
    assert change["before"] != change["after"]
    assert change["p"] is None


@pytest.mark.parametrize("command", [name for name in QUIET if name not in LISTS])
def test_quiet_tells_results_only(command: str) -> None:
    shutil.copytree("small", "other")
    loud = call(command, *QUIET[command]).stdout
    for made in Path().glob("new*"):
        shutil.rmtree(made) if made.is_dir() else made.unlink()
    told = call(command, *QUIET[command], "-q")
    assert (told.exit_code, told.stderr) == (0, "")
    assert " is in " not in told.stdout
    assert " are in " not in told.stdout
    if command not in WRITES:
        words = [line for line in told.stdout.splitlines() if " s" not in line]
        assert words
        assert set(words) <= set(loud.splitlines())
    else:
        assert told.stdout == ""


def test_quiet_leaves_notes_out_and_errors_in() -> None:
    places = Path("made_up/input_csv/sim_period.csv")
    places.write_text("StartDate,2015-05-01\nLength,12\n")
    assert call("validate", "made_up").stderr.startswith("note: ")
    assert call("validate", "made_up", "-q").stderr == ""
    assert "there is no such file or folder" in call("validate", "nowhere", "-q").stderr


def test_two_forms_of_one_table_are_refused() -> None:
    told = call("compare", *FORMS["compare"], "--json", "--markdown")
    assert told.exit_code == 2
    assert "give one" in told.stderr


def test_the_version_in_short() -> None:
    assert call("-V").stdout == call("--version").stdout == f"flowsim {fs.__version__}\n"


# ---- how far a study is -------------------------------------------------------------------


def test_a_study_tells_a_line_so_often_where_nobody_watches(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import flowsim.study.worker as worker

    monkeypatch.setattr(campaign, "EVERY_S", 0.01)
    whole = worker.work

    def slowly(task: Any) -> Any:
        time.sleep(0.1)
        return whole(task)

    monkeypatch.setattr("flowsim.study.execution.work", slowly)
    lines = call("study", "study.yaml", "-o", "a", "--no-figures").stderr.splitlines()
    assert lines
    assert all(line.startswith("borders: ") and " of 4 runs" in line for line in lines)
    assert "\r" not in "".join(lines)
    for flag in ("-q", "--no-progress"):
        assert call("study", "study.yaml", "-o", f"b{flag}", "--no-figures", flag).stderr == ""


@pytest.mark.parametrize(("watched", "kind"), [(True, "tqdm"), (False, "_Lines")])
def test_a_bar_is_for_a_terminal(watched: bool, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(sys.stderr, "isatty", lambda: watched)
    with campaign.telling("june", 2, 0, True) as told:
        assert type(told).__name__ == kind


def test_what_a_line_says() -> None:
    told = campaign._Lines("june", 600, 100)
    assert told.line(0.0) == "june: 100 of 600 runs"
    told.update()
    told.update(99)
    assert told.line(300.0) == "june: 200 of 600 runs, 20 a minute, 20:00 left"
    told.set_postfix_str("2 failed")
    assert told.line(300.0).endswith("20:00 left, 2 failed")


def test_a_log_that_nobody_can_write_to_stops_no_study(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        def write(self, text: str) -> int:
            raise BrokenPipeError

        def isatty(self) -> bool:
            return False

    monkeypatch.setattr(campaign, "EVERY_S", 0.0)
    monkeypatch.setattr(sys, "stderr", Gone())
    with campaign.telling("june", 1, 0, True) as told:
        told.update()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_can_be_had_as_the_page_says(
    shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from click.shell_completion import get_completion_class

    page = read(DOCS / "howto" / "command_line.md")
    assert f"_FLOWSIM_COMPLETE={shell}_source flowsim" in page
    known = get_completion_class(shell)
    assert known is not None
    complete = known(cli, {}, "flowsim", "_FLOWSIM_COMPLETE")
    found = {item.value for item in complete.get_completions(["run"], "--j")}
    assert found == {"--json"}
    items = complete.get_completions(["run"], "kyr")
    assert ("plain", "kyrgyz_uzbek_2010") in {(item.type, item.value) for item in items}
    assert "file" in {item.type for item in items}
