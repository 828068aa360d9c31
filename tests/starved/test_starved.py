"""Every command that writes, killed, starved or shut out: a line that says why, nothing by half."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from flowsim.cli.main import cli
from flowsim.study.runs import open_study
from tests.children import let_others_in
from tests.flee_folder import flee_folder
from tests.full import FULL
from tests.starved.hard_times import COMMANDS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and forks are Linux's")

ROOT = Path(__file__).parents[2]
STUDY = """\
name: borders
scenarios:
  as it was: small
  open: {file: small, set: {"borders[Here-There].authorities[Guards].policies": [{type: open}]}}
members: 2
seed: 7
compare: {against: as it was, outcomes: [let_through, deaths]}
"""
CHECK = "outcomes: [deaths, let_through]\nmembers: 1\nset: {end: 2010-06-11T06:00}\n"
FAILED = {
    "run": "the run failed", "run again": "the run failed", "convert": "the conversion failed",
    "study": "the study failed", "compare": "the comparison failed",
    "export": "the export failed", "export to csv": "the export failed",
    "export a crate": "the export failed",
    "score": "the run failed", "forecast": "the forecast failed",
    "report": "the report failed",
    "check": "the check failed", "update": "the check failed",
}  # fmt: skip
WRITTEN_ALONE = (
    "run", "run again", "convert", "export", "export to csv", "export a crate", "update",
    "forecast", "report",
)  # fmt: skip
"""Commands whose whole work is one folder or file."""

Files = dict[str, bytes]


class Told(NamedTuple):
    """What a command answered."""

    status: int
    stdout: str
    stderr: str


class Place(NamedTuple):
    """A folder, and a way to run a command in it."""

    folder: Path
    call: Callable[..., Told]


def files(folder: Path) -> Files:
    """All files of a folder, hidden ones too, less what notes how long it took."""
    return {
        str(path.relative_to(folder)): re.sub(rb'time="[\d.]+"|[\d.]+ s \|', b"", path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in ("journal.csv", "lock")
    }


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario with its check, a study and its store, an earlier run, a folder of Flee."""
    folder = tmp_path_factory.mktemp("laid_out")
    shutil.copytree(ROOT / "tests/data/small", folder / "small")
    flee_folder(folder)
    (folder / "study.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "small" / "check.yaml").write_text(CHECK, encoding="utf-8")
    with contextlib.chdir(folder):
        for arguments in (
            ["run", "small", "-o", "old", "--no-figures"],
            ["study", "study.yaml", "-o", "store", "--no-figures"],
            ["check", "small", "--update", "it is the first"],
        ):
            told = CliRunner().invoke(cli, arguments)
            assert told.exit_code == 0, told.output
    return folder


@pytest.fixture(scope="module")
def hard_times(
    laid_out: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[subprocess.Popen[str]]:
    """The process that runs commands in forks."""
    warm = tmp_path_factory.mktemp("warm") / "here"
    shutil.copytree(laid_out, warm)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.starved.hard_times", str(warm)],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert child.stdout
    assert child.stdout.readline() == "\n"
    with child:
        yield child
        child.stdin.close()  # type: ignore[union-attr]


@pytest.fixture
def place(laid_out: Path, hard_times: subprocess.Popen[str], tmp_path: Path) -> Place:
    """A copy of what is laid out."""
    folder = tmp_path / "here"
    shutil.copytree(laid_out, folder)

    def call(what: str, befalls: str = "", much: int = 0, where: Path = folder) -> Told:
        asked = json.dumps([COMMANDS[what], str(where), befalls, much])
        assert hard_times.stdin
        assert hard_times.stdout
        print(asked, file=hard_times.stdin, flush=True)
        return Told(*json.loads(hard_times.stdout.readline()))

    return Place(folder, call)


@pytest.fixture(scope="module")
def wholes() -> dict[str, Files]:
    """What commands leave that nothing befalls, filled as it is asked for."""
    return {}


@pytest.fixture
def whole(place: Place, wholes: dict[str, Files], what: str) -> Files:
    """What the command leaves that nothing befalls."""
    if what not in wholes:
        where = place.folder.with_name("whole")
        shutil.copytree(place.folder, where)
        told = place.call(what, where=where)
        assert told.status == 0, told
        wholes[what] = files(where)
    return wholes[what]


def failed(told: Told, what: str) -> str:
    """The one line that says why."""
    assert told.status == 1, told
    (line,) = told.stderr.splitlines()
    assert line.startswith(f"{FAILED[what]}: "), line
    return line


def nothing_by_half(before: Files, now: Files, whole: Files) -> None:
    """Every file is as it was, or as a whole command would have left it."""
    for name in before.keys() | now.keys():
        allowed = [made[name] for made in (before, whole) if name in made]
        assert now.get(name) in (*allowed, *([] if name in before else [None])), name


def is_sound(folder: Path, before: Files, whole: Files, what: str) -> None:
    """What a command that failed has left is what was there, or whole."""
    now = files(folder)
    if what == "study":  # what is done is kept
        if (folder / "new" / "manifest.json").exists():
            open_study(folder / "new", partial=True)
        now = {name: text for name, text in now.items() if not name.startswith("new/")}
    if what in ("study", *WRITTEN_ALONE):
        assert now in (before, whole)
    else:  # the first of two files may be there
        nothing_by_half(before, now, whole)


@pytest.mark.parametrize("what", COMMANDS)
@pytest.mark.parametrize("most_bytes", [0, 5_000])
def test_files_cannot_grow(place: Place, whole: Files, what: str, most_bytes: int) -> None:
    before = files(place.folder)
    told = place.call(what, "files_stay_small", most_bytes)
    if told.status:
        assert "File too large" in failed(told, what)
        is_sound(place.folder, before, whole, what)
    else:
        assert files(place.folder) == whole


@pytest.mark.parametrize("what", COMMANDS)
@pytest.mark.parametrize("kilobytes", [12, 80])
def test_a_full_disk(place: Place, whole: Files, what: str, kilobytes: int) -> None:
    before = files(place.folder)
    there = sum(-(-len(text) // 4096) for text in before.values()) * 4 + 8  # whole pages
    disk = place.folder.with_name("disk")
    disk.mkdir()
    size = f"size={there + kilobytes}k"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a disk may not be mounted here")
    try:
        shutil.copytree(place.folder, disk, dirs_exist_ok=True)
        told = place.call(what, where=disk)
        if told.status:
            assert "No space left on device" in failed(told, what)
            is_sound(disk, before, whole, what)
        else:
            assert files(disk) == whole
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("what", ["run", "run again", "study", "check", "update"])
@pytest.mark.parametrize("megabytes", [0, 60, 110])
def test_memory_ends_amid_a_run(place: Place, what: str, megabytes: int) -> None:
    places = place.folder / "small" / "places.csv"
    text = places.read_text(encoding="utf-8")
    places.write_text(text.replace("600,500,700", "1000000,500,2000000"), encoding="utf-8")
    before = files(place.folder)
    told = place.call(what, "memory_ends", megabytes * 1_000_000)
    if what == "study":  # a line for each run of it, and where their tracebacks are
        assert told.status == 1
        assert "MemoryError: Unable to allocate" in told.stderr
        assert "Traceback" not in told.stderr
    else:
        assert "out of memory (Unable to allocate" in failed(told, what)
    is_sound(place.folder, before, before, what)


@pytest.mark.parametrize("what", COMMANDS)
def test_nothing_may_be_written(place: Place, what: str) -> None:
    before = files(place.folder)
    let_others_in(place.folder)
    tree = [place.folder, *place.folder.rglob("*")]
    for path in tree:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        told = place.call(what, "no_rights")
        assert "Permission denied" in failed(told, what)
        assert files(place.folder) == before
    finally:
        for path in tree:
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.parametrize("what", ["run again", "convert", "export", "export to csv", "update"])
def test_killed_wherever_it_writes(place: Place, laid_out: Path, whole: Files, what: str) -> None:
    """At every write, or at every third where it must be quick."""
    before = files(laid_out)
    for kill in itertools.count(1, 1 if FULL else 3):
        shutil.rmtree(place.folder)
        shutil.copytree(laid_out, place.folder)
        told = place.call(what, "killed_at", kill)
        if told.status != -signal.SIGKILL:
            break
        seen = {name: text for name, text in files(place.folder).items() if "/." not in f"/{name}"}
        is_moved_away = seen.keys() < before.keys()  # the old is gone and the new not yet there
        assert seen in (before, whole) or is_moved_away, kill
        told = place.call(what)
        assert told.status == 0 or (seen == whole and "exists" in told.stderr), told
        assert without_history(files(place.folder)) == without_history(whole), kill
    assert told.status == 0
    assert kill > 3


def test_what_a_killed_run_had_moved_away_comes_back(place: Place, laid_out: Path) -> None:
    before = files(laid_out)
    moved = []
    for kill in itertools.count(1):
        shutil.rmtree(place.folder)
        shutil.copytree(laid_out, place.folder)
        if place.call("run again", "killed_at", kill).status == 0:
            break
        if not (place.folder / "old").exists():
            with contextlib.chdir(place.folder):
                told = CliRunner().invoke(cli, ["run", "small", "-o", "old", "--no-figures"])
            assert told.exit_code == 1
            assert told.stderr == "the run failed: old exists\n"
            assert files(place.folder) == before
            moved.append(kill)
    assert moved


def without_history(found: Files) -> Files:
    """A baseline that is written twice has two lines there."""
    return {name: text for name, text in found.items() if not name.endswith("history.md")}


@pytest.mark.parametrize("what", ["run again", "study", "check"])
@pytest.mark.parametrize("handle", [0, 1, 2])
def test_a_stream_is_closed(place: Place, whole: Files, what: str, handle: int) -> None:
    told = place.call(what, "closed", handle)
    assert (told.status, told.stderr) == (0, "")
    assert files(place.folder) == whole
