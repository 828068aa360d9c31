"""Nothing is written through a link, and nothing goes that flowsim did not write."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.folders import LinkError, whole_file, whole_folder
from flowsim.study.runs import open_study
from tests.study.worlds import small, study

SMALL = Path(__file__).parents[1] / "data/small"
CHECK = "members: 1\noutcomes: [deaths]\nset: {end: 2010-06-11T00:00}\n"
STUDY = """\
name: borders
scenarios: {a: small, b: small}
keep: [effects]
compare: {against: a, outcomes: [deaths]}
"""


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with a baseline, and the store of a study of it."""
    folder = tmp_path_factory.mktemp("done")
    shutil.copytree(SMALL, folder / "small")
    (folder / "small/check.yaml").write_text(CHECK)
    (folder / "study.yaml").write_text(STUDY)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert call("check", "small", "--update", "first").exit_code == 0
        assert call("study", "study.yaml", "-o", "s", "--no-figures").exit_code == 0
        assert call("run", "small", "-o", "r", "--no-figures").exit_code == 0
    return folder


@pytest.fixture
def here(done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = Path(shutil.copytree(done, tmp_path / "here"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder with what links may lead to."""
    folder = tmp_path / "outside"
    folder.mkdir()
    for name in ("about.json", "history.md", "result.nc", "letter.txt", ".zgroup"):
        (folder / name).write_text("Dear")
    return folder


def instead(link: Path, target: Path) -> None:
    """A link where something of ours was; of a folder, with what was in it."""
    if link.is_dir():
        shutil.copytree(link, target, dirs_exist_ok=True)
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(target)


UPDATE = ("check", "small", "--update", "again")
MORE = ("study", "study.yaml", "-o", "s", "--members", "2")
COMPARE = ("compare", "s", "--against", "a", "--outcome", "deaths")
LINKS = {
    "baseline": ("small/baseline", "", UPDATE),
    "history of a baseline": ("small/baseline/history.md", "letter.txt", UPDATE),
    "table of a baseline": ("small/baseline/days.csv", "letter.txt", UPDATE),
    "figure of a comparison": ("s/comparison.png", "letter.txt", COMPARE),
    "table of a comparison": ("s/comparison.csv", "letter.txt", MORE),
    "named table": ("t.csv", "letter.txt", (*COMPARE, "--no-figure", "--csv", "t.csv")),
    "named figure": ("t.png", "letter.txt", (*COMPARE, "--figure", "t.png")),
    "link to nothing": ("t.csv", "new", (*COMPARE, "--no-figure", "--csv", "t.csv")),
    "runs": ("s/runs", "", MORE),
    "layouts": ("s/layouts", "", MORE),
    "scenarios": ("s/scenarios", "", MORE),
    "failures": ("s/failures", "", MORE),
    "lock": ("s/lock", "letter.txt", MORE),
    "journal": ("s/journal.csv", "letter.txt", MORE),
    "manifest": ("s/manifest.json", "letter.txt", MORE),
    "folder of a run": ("r", "", ("run", "small", "-o", "r", "--overwrite")),
    "usual folder of a run": ("out/small", "", ("run", "small", "--overwrite")),
    "export": ("e.nc", "letter.txt", ("export", "s", "e.nc", "--overwrite")),
    "export to Zarr": ("e.zarr", "", ("export", "s", "e.zarr", "--overwrite")),
    "conversion": ("c", "", ("convert", "small", "c", "--overwrite")),
    "summary of a check": ("m.md", "letter.txt", ("check", "small", "--summary", "m.md")),
    "JUnit of a check": ("m.xml", "letter.txt", ("check", "small", "--junit", "m.xml")),
}


@pytest.mark.parametrize("name", LINKS)
def test_nothing_is_written_through_a_link(name: str, here: Path, outside: Path) -> None:
    link, target, command = LINKS[name]
    (here / "out").mkdir()
    instead(here / link, outside / target)
    before, ours = contents(outside), contents(here / "small")
    told = call(*command)
    assert told.exit_code in (1, 2), told.output
    assert "link" in told.stderr, told.stderr
    assert Path(link).name in told.stderr
    assert contents(outside) == before
    assert contents(here / "small") == ours
    assert (here / link).is_symlink()


def test_part_of_runs_that_is_a_link(here: Path, outside: Path) -> None:
    part = next((here / "s/runs").iterdir())
    instead(part, outside)
    before = contents(outside)
    assert "flowsim does not write through links" in call(*MORE, "--recompute").stderr
    assert contents(outside) == before


def test_a_link_that_is_laid_while_a_study_runs(
    tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flowsim.study import campaign

    def lay(*arguments: object) -> str:
        (tmp_path / "s/scenarios").symlink_to(outside)
        return "text"

    monkeypatch.setattr(campaign, "as_yaml", lay)
    before = contents(outside)
    with pytest.raises(fs.StoreError, match="flowsim does not write through links"):
        study().run(tmp_path / "s")
    assert contents(outside) == before


def test_the_folders_above_may_be_links(here: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (here / "out").symlink_to(tmp_path / "disk")
    shutil.move(here / "s", tmp_path / "disk/s")
    (here / "s").symlink_to(tmp_path / "disk/s")
    assert call("run", "small", "--no-figures").exit_code == 0
    assert (tmp_path / "disk/small/result.nc").is_file()
    assert call(*MORE, "--no-figures").exit_code == 0
    assert call(*COMPARE, "--no-figure", "--csv", "/dev/null").exit_code == 0


def test_figures_and_results_follow_no_link(tmp_path: Path, outside: Path) -> None:
    (tmp_path / "a.nc").symlink_to(outside / "letter.txt")
    (tmp_path / "map.png").symlink_to(outside / "letter.txt")
    result = fs.run(small(end="2010-06-11T00:00"), seed=1)
    writers: list[Callable[[], None]] = [
        lambda: result.to_netcdf(tmp_path / "a.nc"),
        lambda: fs.plot.timeline(result).write(tmp_path / "map.png"),
    ]
    for write in writers:
        with pytest.raises(LinkError, match="is a link to"):
            write()
    assert (outside / "letter.txt").read_text() == "Dear"


# ---- what is not ours ------------------------------------------------------------------------


def test_a_new_baseline_leaves_what_somebody_put_beside_it(here: Path, outside: Path) -> None:
    baseline = here / "small/baseline"
    (baseline / "notes.txt").write_text("mine")
    (baseline / "papers").mkdir()
    (baseline / "papers/a.txt").write_text("mine, too")
    (baseline / "elsewhere").symlink_to(outside)
    assert call(*UPDATE).exit_code == 0
    assert (baseline / "notes.txt").read_text() == "mine"
    assert (baseline / "papers/a.txt").read_text() == "mine, too"
    assert (baseline / "elsewhere").readlink() == outside
    assert "again" in (baseline / "history.md").read_text()


def test_a_new_run_leaves_what_somebody_put_beside_the_old_one(here: Path) -> None:
    (here / "r/notes.txt").write_text("mine")
    (here / "r/timeline.png").write_text("of an earlier run")
    assert call("run", "small", "-o", "r", "--overwrite", "--no-figures").exit_code == 0
    assert (here / "r/notes.txt").read_text() == "mine"
    assert not (here / "r/timeline.png").exists()


def test_a_folder_under_our_name_is_not_replaced(here: Path) -> None:
    (here / "small/baseline/days.csv").unlink()
    (here / "small/baseline/days.csv").mkdir()
    (here / "small/baseline/days.csv/mine").write_text("mine")
    told = call(*UPDATE)
    assert told.exit_code == 2
    assert "days.csv: it is a folder" in told.stderr
    (here / "r/summary.json").unlink()
    (here / "r/summary.json").mkdir()
    told = call("run", "small", "-o", "r", "--overwrite", "--no-figures")
    assert told.exit_code == 1
    assert "something else, and would be replaced" in told.stderr
    assert (here / "r/result.nc").is_file()


def test_a_zarr_is_replaced_and_a_note_in_it_kept(here: Path) -> None:
    assert call("export", "s", "e.zarr").exit_code == 0
    (here / "e.zarr/notes.txt").write_text("mine")
    assert call("export", "s", "e.zarr", "--overwrite").exit_code == 0
    assert (here / "e.zarr/notes.txt").read_text() == "mine"
    assert (here / "e.zarr/effects/.zarray").is_file()


def test_a_store_that_is_computed_anew_leaves_what_is_not_its_own(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = next((here / "s/runs").iterdir())
    (here / "s/failures").mkdir(exist_ok=True)
    mine = [part / "mine.run", here / "s/runs/mine.run", here / "s/failures/mine.json",
            here / "s/notes.txt"]  # fmt: skip
    for path in mine:
        path.write_text("mine")
    for module in ("study", "worker"):
        monkeypatch.setattr(f"flowsim.study.{module}.code_version", lambda: "0" * 16)
    told = call(*MORE, "--recompute", "--no-figures")
    assert told.exit_code == 0, told.stderr
    assert [path.read_text() for path in mine] == ["mine"] * 4
    assert len(open_study(here / "s").data["member"]) == 2


@pytest.mark.parametrize("name", ["runs", "lock", "layouts"])
def test_a_folder_that_only_looks_like_a_store_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "s" / name).mkdir(parents=True)
    (tmp_path / "s" / "letter.txt").write_text("Dear")
    with pytest.raises(fs.ScenarioError, match=r"holds something else: letter\.txt"):
        study().run(tmp_path / "s")
    assert sorted(os.listdir(tmp_path / "s")) == sorted([name, "letter.txt"])


def test_whole_things_refuse_links(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for whole in (whole_file, whole_folder):
        with pytest.raises(LinkError), whole(tmp_path / "b", replace=True):
            pass
    assert sorted(os.listdir(tmp_path)) == ["a", "b"]
