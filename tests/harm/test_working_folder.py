"""Nothing that lies in the working folder is imported, by the command or by its workers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim.safe_path import VARIABLE, leave_working_folder, safe_children
from tests.full import only_full

SMALL = Path(__file__).parents[1] / "data/small"
TRAPS = (
    "argparse", "cloudpickle", "flowsim", "joblib", "multiprocessing", "numpy", "pandas", "pickle",
    "scipy", "signal", "sitecustomize", "tempfile", "threading", "usercustomize", "xarray",
)  # fmt: skip
TRAP = "open(r'{}', 'w').close()\nraise ImportError('this is a trap')\n"
STUDY = """\
name: borders
scenarios:
  as it was: small
members: 3
keep: [effects]
"""
CHECK = "members: 3\noutcomes: [deaths]\n"
COMMAND = "from flowsim.cli.main import main\nmain()\n"
SCRIPT = """\
import flowsim as fs
from mine import Slow


class Here:
    def opening(self, now, view):
        return Slow(0.4).opening(now, view)


if __name__ == "__main__":
    base = fs.load("small")
    border = "Here-There"
    scenarios = {"a": base.replace_policies(border, fs.policy.as_policy(Slow(0.2))),
                 "b": base.replace_policies(border, fs.policy.as_policy(Here()))}
    runs = fs.Study(scenarios, members=2, keep=["effects"]).run("s", jobs=2, progress=False)
    print(runs.data["effects"].shape[:3])
"""
MINE = """\
import flowsim as fs


class Slow:
    def __init__(self, leak):
        self.leak = leak

    def opening(self, now, view):
        return fs.Opening(leak=self.leak)
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A folder that somebody sent: a scenario, and modules that tell when they are imported."""
    folder = tmp_path / "foreign"
    shutil.copytree(SMALL, folder / "small")
    (folder / "study.yaml").write_text(STUDY)
    (folder / "small/check.yaml").write_text(CHECK)
    for name in TRAPS:
        (folder / f"{name}.py").write_text(TRAP.format(tmp_path / f"ran {name}"))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/flowsim").write_text(COMMAND)
    return folder


def run(folder: Path, *arguments: str) -> str:
    command = [sys.executable, str(folder.parent / "bin/flowsim"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert [path.name for path in folder.parent.glob("ran *")] == []
    return done.stdout


def test_no_worker_of_a_study_imports_from_the_working_folder(foreign: Path) -> None:
    assert "3 runs are in s" in run(foreign, "study", "study.yaml", "-o", "s", "--jobs", "2")


@only_full
def test_no_worker_of_a_check_imports_from_the_working_folder(foreign: Path) -> None:
    run(foreign, "check", "small", "--update", "a trial", "--jobs", "2")


def test_a_script_takes_its_own_modules_along(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "small")
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "my.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "my.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "(2, 1, 2)\n"


def test_the_variable_is_there_only_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with safe_children():
        with safe_children():
            assert os.environ[VARIABLE] == "1"
        assert os.environ[VARIABLE] == "1"
    assert VARIABLE not in os.environ
    monkeypatch.setenv(VARIABLE, "yes")
    with safe_children():
        assert os.environ[VARIABLE] == "yes"
    assert os.environ[VARIABLE] == "yes"


@pytest.mark.parametrize("first", ["", "{here}"])
def test_the_working_folder_leaves_the_path(
    first: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [first.format(here=os.getcwd()), "other"])
    leave_working_folder(str(tmp_path / "flowsim/safe_path.py"))
    assert len(sys.path) == 2  # the package itself is there
    leave_working_folder()
    assert sys.path == ["other"]
    leave_working_folder()
    assert sys.path == ["other"]
