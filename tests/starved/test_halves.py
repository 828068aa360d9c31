"""What dead processes left half written is known by its name, and only its own target's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim import halves
from flowsim.folders import whole_file, whole_folder
from flowsim.halves import OLD, clear_abandoned, half_of, is_abandoned

HOSTS = ("box", "node-12", "node-12.cluster.org", "ip-172-31-5-12.us-west-2.compute.internal")


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that is gone."""
    code = "import os; print(os.getpid())"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(told.stdout)


def left_by(process: int, target: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The name under which a process would have written, in a place of its own."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "getpid", lambda: process)
        return half_of(target)


@pytest.mark.parametrize("host", HOSTS)
def test_names_tell_the_living_from_the_dead_on_any_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int, host: str
) -> None:
    monkeypatch.setattr(halves.socket, "gethostname", lambda: host)
    target = tmp_path / "run"
    gone, alive = (left_by(process, target, monkeypatch) for process in (dead, os.getppid()))
    for path in (gone, alive):
        path.mkdir()
        os.utime(path, (0, 0))
    assert is_abandoned(gone)
    assert not is_abandoned(alive)


def test_what_was_moved_away_comes_back_to_its_own_target_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dead: int
) -> None:
    old = left_by(dead, tmp_path / "june-1.5", monkeypatch).with_suffix(f".{OLD}")
    old.mkdir()
    (old / "result.nc").write_text("the only one")
    clear_abandoned(tmp_path / "june")
    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    clear_abandoned(tmp_path / "june-1.5")
    assert (tmp_path / "june-1.5" / "result.nc").read_text() == "the only one"


def test_a_process_with_the_number_of_a_dead_one_writes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [half_of(tmp_path / name) for name in ("a", "b")]
    left[0].mkdir()
    left[1].touch()
    halves._token.cache_clear()  # as in a container that is begun anew
    monkeypatch.setattr(halves, "_written", iter(range(9)))
    with whole_folder(tmp_path / "a") as made:
        (made / "x").touch()
    with whole_file(tmp_path / "b") as made:
        made.write_text("x")
    assert {path.name for path in tmp_path.iterdir()} == {"a", "b"}


def test_the_living_are_let_be(tmp_path: Path) -> None:
    with whole_folder(tmp_path / "a") as mine:
        clear_abandoned(tmp_path / "a")
        assert mine.is_dir()


def test_a_folder_goes_though_a_thread_wrote_into_it_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    remove, times = shutil.rmtree, []

    def late(folder: Path, ignore_errors: bool) -> None:
        remove(folder)
        times.append(folder)
        if len(times) < 3:
            folder.mkdir()

    monkeypatch.setattr("flowsim.folders.shutil.rmtree", late)
    with pytest.raises(OSError, match="full"), whole_folder(tmp_path / "a"):
        raise OSError("full")
    assert len(times) == 3
    assert not list(tmp_path.iterdir())
