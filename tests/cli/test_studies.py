"""Studies on the command line: what is written and printed, what is refused, what goes on."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.results.netcdf import read_netcdf
from flowsim.scenario.read import parse
from flowsim.study.runs import open_study
from tests.children import PATIENCE_S
from tests.study.worlds import contents

SMALL = Path(__file__).parents[2] / "tests/data/small"
STUDY = """\
name: borders
scenarios:
  as it was: small
  open:
    file: small
    set:
      borders[Here-There].authorities[Guards].policies: [{type: open}]
members: 3
seed: 7
compare: {against: as it was, outcomes: [let_through, deaths]}
"""
AGAINST = ("--against", "as it was")
SIX = "6 runs are in s"


def lay_out(folder: Path) -> Path:
    shutil.copytree(SMALL, folder / "small")
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the whole study; copied by those who need it."""
    folder = lay_out(tmp_path_factory.mktemp("done"))
    told = call("study", str(folder / "study.yaml"), "-o", str(folder / "s"), "--no-figures")
    assert told.exit_code == 0, told.stderr
    return folder / "s"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(lay_out(tmp_path))
    return tmp_path


@pytest.fixture
def store(here: Path, done: Path) -> Path:
    """A store of two scenarios with three members each, as ``s`` in the current folder."""
    shutil.copytree(done, here / "s")
    return Path("s")


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def study(*arguments: str) -> Result:
    return call("study", "study.yaml", "--no-figures", *arguments)


def compare(*arguments: str) -> Result:
    return call("compare", "s", *AGAINST, "--no-figure", *arguments)


def names(folder: Path | str = ".") -> set[str]:
    return {entry.name for entry in Path(folder).iterdir()}


def change(old: str, new: str, file: str = "study.yaml") -> None:
    text = Path(file).read_text(encoding="utf-8")
    assert old in text
    Path(file).write_text(text.replace(old, new), encoding="utf-8")


def records(store: Path) -> dict[str, str]:
    return {name: digest for name, digest in contents(store).items() if name.endswith(".run")}


def record_of(store: Path, member: int) -> Path:
    """The record of a member of one scenario."""
    plan = open_study(store).plan
    key = next(run.key for run in plan.runs() if (run.scenario, run.member) == ("open", member))
    return next(store.rglob(f"{key}.run"))


def damage(record: Path) -> None:
    content = bytearray(record.read_bytes())
    content[-20] ^= 255
    record.write_bytes(content)


def no_run(*arguments: object, **options: object) -> None:
    raise AssertionError("a run that is there is not run again")


# ---- study -------------------------------------------------------------------------------


def test_a_study_is_run_compared_and_drawn(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (store / "comparison.csv").unlink()
    monkeypatch.setattr("flowsim.running.run", no_run)
    told = call("study", "study.yaml", "-o", "s")
    assert (told.exit_code, told.stderr) == (0, "")
    lines = told.stdout.splitlines()
    assert lines[0] == SIX
    assert lines[1] == "let through, persons"
    assert "deaths, persons" in lines
    assert lines[-3:] == ["", "  s/comparison.png", "  s/comparison.csv"]
    assert (store / "comparison.png").read_bytes().startswith(b"\x89PNG")
    rows = pd.read_csv(store / "comparison.csv")
    assert rows["outcome"].tolist() == ["let_through"] * 2 + ["deaths"] * 2
    assert rows["scenario"].tolist() == ["as it was", "open"] * 2
    assert rows["units"].tolist() == [3] * 4
    assert names() == {"small", "study.yaml", "s"}


def test_the_default_folder_is_out_and_the_name() -> None:
    assert study("--members", "1").stdout.splitlines()[0] == "2 runs are in out/borders"
    assert names("out") == {"borders"}
    assert "comparison.png" not in names("out/borders")
    assert len(records(Path("out/borders"))) == 2


def test_the_default_folder_is_not_left_by_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise fs.StoreError("the disk is gone")

    monkeypatch.setattr(fs.Study, "run", fail)
    told = study()
    assert (told.exit_code, told.stderr) == (1, "the study failed: the disk is gone\n")
    change("as it was: small", "as it was: smal")
    assert study().exit_code == 2
    assert names() == {"small", "study.yaml"}


def test_more_members_are_added_and_fewer_are_compared(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = records(store)
    told = study("-o", "s", "--members", "4")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[0] == "8 runs are in s"
    assert "in 4 pairs of members" in told.stdout
    after = records(store)
    assert len(after) == 8
    assert before.items() <= after.items()
    # A study of three is whole, though its store now awaits a fourth.
    record_of(store, 4).unlink()
    monkeypatch.setattr("flowsim.running.run", no_run)
    told = study("-o", "s")
    assert told.exit_code == 0, told.stderr
    assert "in 3 pairs of members" in told.stdout


def test_samples_are_not_mixed_with_central_values(store: Path) -> None:
    before = contents(store)
    told = study("-o", "s", "--samples", "2")
    assert told.exit_code == 2
    wrong = "s: the method of sampling of its runs was none, and now is latin_hypercube; "
    assert told.stderr.startswith(wrong)
    assert contents(store) == before


def test_two_jobs_write_the_same_bytes_as_one(store: Path) -> None:
    told = study("-o", "two", "--jobs", "2")
    assert (told.exit_code, told.stderr) == (0, "")
    assert contents(Path("two")) == contents(store)


def test_a_changed_scenario_is_refused_unless_it_is_to_be_recomputed(store: Path) -> None:
    before = contents(store)
    change("    set:\n", "    set:\n      behaviour.leaving.men_stay: 0.9\n")
    told = study("-o", "s")
    assert told.exit_code == 2
    assert told.stderr.splitlines() == [
        "s: the scenario 'open' is not what it was; name another store, or have its runs computed "
        "again with on_change='recompute' (--recompute on the command line)",
        "1 problem",
    ]
    assert contents(store) == before
    told = study("-o", "s", "--recompute")
    assert (told.exit_code, told.stdout.splitlines()[0]) == (0, SIX)
    after = records(store)
    assert len(after) == 6
    assert len(after.items() & before.items()) == 3  # those of the other scenario


def test_damage_is_a_plain_line_and_mended(store: Path) -> None:
    before = contents(store)
    record = record_of(store, 2)
    damage(record)
    told = study("-o", "s")
    assert told.exit_code == 0
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"warning: {record}: the checksum of ")
    assert line.endswith("the run of 'open', member 2 (seed 7.2) is computed again")
    assert contents(store) == before


def test_a_run_that_fails_is_told_and_the_others_are_kept(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import flowsim.running

    record_of(store, 2).unlink()
    record_of(store, 3).unlink()
    whole = flowsim.running.run

    def fragile(scenario: Any, seed: str, **options: Any) -> Any:
        if seed == "7.2":
            raise fs.SimulationError("a policy gave 5")
        return whole(scenario, seed=seed, **options)

    monkeypatch.setattr(flowsim.running, "run", fragile)
    told = study("-o", "s")
    assert (told.exit_code, told.stdout) == (1, "")
    assert told.stderr.splitlines() == [
        "the study failed: 1 of 6 runs failed, each twice; all others are in s",
        "  'open', member 2 (seed 7.2): SimulationError: a policy gave 5",
        "their tracebacks are in s/failures",
    ]
    assert len(records(store)) == 5
    monkeypatch.setattr(flowsim.running, "run", whole)
    assert study("-o", "s").exit_code == 0
    assert not list((store / "failures").iterdir())


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(store: Path) -> None:
    slow = (
        "import time, flowsim.running as flow\n"
        "whole, begun = flow.run, []\n"
        "def slow(*a, **k):\n"
        "    begun.append(1)\n"
        "    if len(begun) < 3: return whole(*a, **k)\n"
        "    print('runs', flush=True); time.sleep(3600)\n"
        "flow.run = slow\n"
        "from flowsim.cli.main import main\nmain()"
    )
    command = [sys.executable, "-c", slow, "study", "study.yaml", "-o", "t", "--no-figures"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "runs\n"
        os.killpg(child.pid, signal.SIGINT)  # as a terminal does
        out, errors = child.communicate(timeout=PATIENCE_S)
    assert (child.returncode, out) == (130, "")
    assert errors == ("interrupted; what is done is kept: the same command goes on from there\n")
    half = records(Path("t"))
    assert len(half) == 2
    assert study("-o", "t").exit_code == 0
    assert half.items() <= records(Path("t")).items()
    assert contents(Path("t")) == contents(store)


def test_all_that_is_wrong_in_a_study_is_told_with_its_place() -> None:
    change("as it was: small", "as it was: smal")
    change("borders[Here-There]", "border[Here-There]")
    change("members: 3", "members: none")
    change("against: as it was", "against: as it wos")
    change("step: 1h", "step: 5", "small/scenario.yaml")
    for command in ("study", "validate"):
        told = call(command, "study.yaml")
        assert (told.exit_code, told.stdout) == (2, "")
        *lines, last = told.stderr.splitlines()
        assert last == f"{len(lines)} problems"
        places = [re.match(r"\S+?:\d+:\d+(?=: )", line) for line in lines]
        assert all(places), lines
        found = [place.group() for place in places if place]
        assert found == ["study.yaml:3:14", "study.yaml:8:10", "study.yaml:10:20",
                         "small/scenario.yaml:7:7"], lines  # fmt: skip
    assert names() == {"small", "study.yaml"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("study",), "Missing argument 'STUDY'"),
        (("study", "lost.yaml"), "there is no such file or folder"),
        (("study", "small"), "there is no study.yaml in this folder"),
        (("study", "small/scenario.yaml"), "scenarios"),
        (("study", "study.yaml", "--members", "0"), "--members"),
        (("study", "study.yaml", "--samples", "-1"), "--samples"),
        (("study", "study.yaml", "--jobs", "0"), "--jobs 0 runs nothing"),
        (("study", "study.yaml", "--cluster", "here"), "'here' does not name workers"),
        (("study", "study.yaml", "-o", "small"), "this folder holds something else"),
        (("study", "study.yaml", "-o", "study.yaml"), "this is not a folder"),
        (("compare", "s"), "Missing option '--against'"),
        (("compare", "s", *AGAINST, "--level", "1"), "--level"),
        (("compare", "s", *AGAINST, "--precision", "0"), "--precision"),
        (("compare", "s", *AGAINST, "--interval", "z"), "--interval"),
        (("compare", "s", *AGAINST, "--figure", "a.eps"), "a figure is not written as '.eps'"),
        (("compare", "s", *AGAINST, "--figure", "a"), "a: a figure needs a suffix"),
        (("compare", "s", *AGAINST, "--csv", "a.xlsx"), "a table is not written as '.xlsx'"),
        (("study", "study.yaml", "-o", "s.nc"), "s.nc: a folder is written, which is not '.nc'"),
        (("export", "s"), "Missing argument 'TARGET'"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], words: str) -> None:
    told = call(*arguments)
    assert told.exit_code == 2
    assert words in told.stderr
    assert names() <= {"small", "study.yaml", "out"}


def test_the_folder_of_the_store_is_missing() -> None:
    told = study("-o", "x/s")
    assert told.exit_code == 1
    assert told.stderr == "the study failed: the folder x does not exist\n"


def test_progress_is_told_unless_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def note(*arguments: object, progress: bool, **options: object) -> None:
        asked.append(progress)
        raise fs.StoreError("enough")

    monkeypatch.setattr(fs.Study, "run", note)
    for words in (["--progress"], [], ["--no-progress"], ["-q"]):
        study(*words)
    assert asked == [True, True, False, False]


# ---- validate and schema -----------------------------------------------------------------


def test_validate_tells_the_size_of_a_study() -> None:
    told = call("validate", "study.yaml", ".", "small")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        "study.yaml: valid (2 scenarios, 3 members)",
        ".: valid (2 scenarios, 3 members)",
        "small: valid (3 places, 2 routes, 2 reports)",
    ]
    change("members: 3", "members: 5\nsamples: 8")
    told = call("validate", "study.yaml")
    assert told.stdout == "study.yaml: valid (2 scenarios, 8 samples, 5 members)\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [("", ""), ("members", "membrs"), ("name: borders\n", ""), ("members: 3", "members: 0")],
)
def test_the_schema_of_studies(old: str, new: str) -> None:
    schema = json.loads(call("schema", "--study").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    plain = parse(STUDY.replace(old, new), "").plain()
    if old:
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(plain, schema)
    else:
        jsonschema.validate(plain, schema)


# ---- compare -----------------------------------------------------------------------------


def test_compare_draws_into_the_store(store: Path) -> None:
    told = call("compare", "s", *AGAINST)
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines()[-2:] == ["", "  s/comparison.png"]
    assert str(fs.compare(open_study(store), "as it was")) in told.stdout
    assert (store / "comparison.png").stat().st_size
    told = call("compare", "s", *AGAINST, "--outcome", "deaths", "--figure", "f.png")
    assert told.stdout.splitlines()[-1] == "  f.png"
    assert Path("f.png").stat().st_size


def test_compare_takes_what_it_is_asked_for(store: Path) -> None:
    told = compare("--outcome", "let_through", "--outcome", "Bridge: admitted", "--csv", "t.csv",
                   "--level", "0.8", "--precision", "4")  # fmt: skip
    assert told.exit_code == 0
    heads = [line for line in told.stdout.splitlines() if line.endswith(", persons")]
    assert heads == ["let through, persons", "Bridge: admitted, persons"]
    assert "80 % interval" in told.stdout
    assert "half width of 4," in told.stdout.replace("\n", " ")
    assert told.stdout.splitlines()[-1] == "  t.csv"
    with open("t.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["scenario"] for row in rows] == ["as it was", "open"] * 2
    assert {row["precision"] for row in rows} == {"", "4"}
    assert "comparison.png" not in names("s")


def test_compare_as_markdown_prints_nothing_else(store: Path) -> None:
    told = compare("--outcome", "deaths", "--markdown", "--csv", "t.csv")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[:2] == ["| | deaths, persons |", "| --- | --- |"]
    assert all(line.startswith("|") for line in told.stdout.splitlines())
    assert told.stderr == "\n  t.csv\n"


def test_an_outcome_or_scenario_that_is_not_there(store: Path) -> None:
    told = call(
        "compare", "s", "--against", "as it wos", "--outcome", "deaths", "--outcome", "death"
    )
    assert (told.exit_code, told.stdout) == (2, "")
    first, second, last = told.stderr.splitlines()
    assert first.startswith("against: 'as it wos' is not a scenario of this study")
    assert first.endswith("(did you mean 'as it was'?)")
    assert second.startswith("outcomes[1]: 'death' is not an outcome of these runs")
    assert second.endswith("(did you mean 'deaths'?)")
    assert last == "2 problems"
    assert "comparison.png" not in names("s")


def test_an_incomplete_store_is_told_and_used_in_part(store: Path) -> None:
    record_of(store, 3).unlink()
    for told in (compare(), call("export", "s", "t.csv")):
        assert (told.exit_code, told.stdout) == (1, "")
        assert "s lacks 1 of 6 runs: 'open', member 3 (seed 7.3)" in told.stderr
        assert len(told.stderr.splitlines()) == 1
    told = compare("--partial")
    assert told.exit_code == 0
    assert "in 2 pairs of members" in told.stdout
    assert call("export", "s", "t.csv", "--partial").exit_code == 0
    assert pd.read_csv("t.csv")["member"].tolist() == [1, 2, 1, 2]


def test_a_damaged_store_is_told(store: Path) -> None:
    damage(record_of(store, 2))
    for told in (compare(), call("export", "s", "t.csv")):
        assert (told.exit_code, told.stdout) == (1, "")
        (line,) = told.stderr.splitlines()
        assert "of 'open', member 2 (seed 7.2), the checksum of" in line
        assert line.endswith("run the study again with this store")
    (store / "manifest.json").write_text("{", encoding="utf-8")
    for told in (compare(), study("-o", "s")):
        assert told.exit_code == 1
        assert "s/manifest.json is damaged" in told.stderr
    assert "t.csv" not in names()


@pytest.mark.parametrize("folder", ["small", "nowhere", "study.yaml"])
def test_what_is_no_store(folder: str) -> None:
    for arguments in (("compare", folder, *AGAINST), ("export", folder, "t.nc")):
        told = call(*arguments)
        assert (told.exit_code, told.stdout) == (1, "")
        assert len(told.stderr.splitlines()) == 1
        assert folder in told.stderr
    assert names() == {"small", "study.yaml"}


# ---- export ------------------------------------------------------------------------------


def test_export_has_the_runs(store: Path) -> None:
    data = open_study(store).data
    for name in ("t.csv", "t.nc"):
        told = call("export", "s", name)
        assert (told.exit_code, told.stderr) == (0, "")
        assert told.stdout == f"The runs are in {name}\n"
    table = pd.read_csv("t.csv", dtype={"seed_of_run": str})
    assert table["scenario"].tolist() == ["as it was"] * 3 + ["open"] * 3
    assert table["seed_of_run"].tolist() == ["7.1", "7.2", "7.3"] * 2
    wanted = data["effects"].sel(effect="let_through").values.ravel()
    assert table["let_through"].tolist() == wanted.tolist()
    assert read_netcdf("t.nc")["effects"].equals(data["effects"])
    assert call("export", "s", "d.csv", "--variable", "deaths").exit_code == 0
    deaths = pd.read_csv("d.csv")
    assert deaths.columns[-1] == "deaths"
    assert len(deaths) == data["deaths"].size


def test_export_spares_what_is_there(store: Path) -> None:
    Path("t.csv").write_text("mine", encoding="utf-8")
    told = call("export", "s", "t.csv")
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr.splitlines()[0].startswith("t.csv: it exists; ")
    assert Path("t.csv").read_text(encoding="utf-8") == "mine"
    assert call("export", "s", "t.csv", "--overwrite").exit_code == 0
    assert len(pd.read_csv("t.csv")) == 6


def test_export_tells_all_that_is_wrong(store: Path) -> None:
    told = call("export", "s", "x/t.xls", "--variable", "death")
    assert told.exit_code == 2
    assert [line.partition(";")[0] for line in told.stderr.splitlines()] == [
        "x/t.xls: no format has the suffix '.xls'",
        "x/t.xls: the folder x does not exist",
        "variable: there is no 'death'",
        "3 problems",
    ]
    assert "(did you mean 'deaths'?)" in told.stderr
    assert names() == {"small", "study.yaml", "s"}
