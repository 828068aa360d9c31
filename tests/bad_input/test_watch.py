"""The watch over loading sees each thing that loading must never do, before it is done."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
import warnings
import zoneinfo
from collections.abc import Callable
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.errors import Problem
from tests.bad_input import guarded
from tests.bad_input.guarded import check_problem, load_guarded, snapshot
from tests.bad_input.test_findings import SMALL
from tests.bad_input.watch import BreachError, watched

Deed = Callable[[Path], object]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A scenario in a folder of its own, with a module beside its files, and files outside."""
    shutil.copytree(SMALL, tmp_path / "top/small")
    (tmp_path / "top/small/evil.py").write_text("raise RuntimeError('this was executed')\n")
    (tmp_path / "top/small/link").symlink_to(tmp_path / "outside")
    (tmp_path / "outside").write_text("secret")
    return tmp_path / "top/small"


def _import(folder: Path) -> None:
    spec = importlib.util.spec_from_file_location("evil", folder / "evil.py")
    assert spec is not None
    assert spec.loader is not None
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def _import_by_name(folder: Path) -> None:
    sys.path.insert(0, str(folder))
    try:
        __import__("evil")
    finally:
        sys.path.remove(str(folder))


DEEDS: dict[str, Deed] = {
    "write": lambda folder: (folder / "new").write_text("x"),
    "append": lambda folder: (folder / "places.csv").open("ab"),
    "write outside": lambda folder: (folder.parents[1] / "new").write_text("x"),
    "create": lambda folder: os.open(folder / "new", os.O_CREAT),
    "remove": lambda folder: (folder / "places.csv").unlink(),
    "rename": lambda folder: (folder / "places.csv").rename(folder / "new"),
    "folder": lambda folder: (folder / "new").mkdir(),
    "link": lambda folder: (folder / "new").symlink_to("places.csv"),
    "rights": lambda folder: (folder / "places.csv").chmod(0o777),
    "times": lambda folder: os.utime(folder / "places.csv"),
    "environment": lambda folder: os.environ.__setitem__("FLOWSIM_TEST", "x"),
    "read outside": lambda folder: (folder.parents[1] / "outside").read_text(),
    "read by a link": lambda folder: (folder / "link").read_text(),
    "read upwards": lambda folder: (folder / "../../outside").read_text(),
    "read passwords": lambda folder: Path("/etc/passwd").read_text(),
    "import": _import,
    "import by name": _import_by_name,
    "eval": lambda folder: eval("1 + 1"),
    "exec": lambda folder: exec("x = 1"),
    "compile": lambda folder: compile("1", str(folder / "scenario.yaml"), "eval"),
    "socket": lambda folder: socket.socket(),
    "name": lambda folder: socket.getaddrinfo("localhost", 80),
    "address": lambda folder: urllib.request.urlopen("http://localhost:9/x"),
    "process": lambda folder: subprocess.run(["true"], check=True),
    "shell": lambda folder: os.system("true"),
    "execute": lambda folder: os.execv(sys.executable, [sys.executable, "-c", ""]),
    "spawn": lambda folder: os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}),
    "fork": lambda folder: os.fork(),
    "library": lambda folder: ctypes.CDLL("libc.so.6"),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_each_deed_is_seen_before_it_is_done(deed: Deed, folder: Path) -> None:
    before = snapshot(folder.parents[1])
    with watched(folder.parent) as watch, pytest.raises(BreachError):
        deed(folder)
    assert len(watch.tried) == 1
    assert snapshot(folder.parents[1]) == before
    assert "FLOWSIM_TEST" not in os.environ


@pytest.mark.parametrize("deed", [_import, _import_by_name])
def test_code_of_the_folder_is_seen_by_its_name(
    deed: Deed, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    with watched(folder.parent) as watch, pytest.raises(BreachError):
        deed(folder)
    assert "evil" in watch.tried[0]


def test_what_loading_needs_is_allowed(folder: Path) -> None:
    with watched(folder.parent) as watch:
        assert (folder / "places.csv").read_bytes()
        assert str(zoneinfo.ZoneInfo.no_cache("Asia/Bishkek")) == "Asia/Bishkek"
        sys.modules.pop("this", None)
        sys.modules.pop("colorsys", None)
        import colorsys  # noqa: F401  (any module that is not loaded yet)
    assert watch.tried == []


def test_it_does_nothing_when_it_is_not_on(folder: Path) -> None:
    with watched(folder):
        pass
    assert eval("1 + 1") == 2
    assert (folder / "new").write_text("x") == 1


def test_an_except_swallows_no_breach(folder: Path) -> None:
    def careful() -> None:
        try:
            (folder / "link").read_text()
        except Exception:
            return

    with watched(folder), pytest.raises(BreachError):
        careful()


# ---- what is held of loading ---------------------------------------------------------------


def loads_as(deed: Callable[[Path], object]) -> Callable[..., object]:
    def load(path: Path, strict_flee: bool = False) -> object:
        return deed(path)

    return load


def fails_with(*problems: Problem) -> Deed:
    def fail(folder: Path) -> None:
        raise fs.ScenarioError(problems)

    return fail


def _warns(folder: Path) -> None:
    warnings.warn("odd", UserWarning, stacklevel=1)


def _warns_on_lines(folder: Path) -> None:
    warnings.warn("a\nb", fs.ScenarioWarning, stacklevel=1)


def _writes_unseen(folder: Path) -> None:
    """By a file that was opened before, which no audit event tells."""
    os.write(_writes_unseen.handle, b"x")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("deed", "says"),
    [
        (_warns, "a warning that is none of the library"),
        (_warns_on_lines, "in a message"),
        (_writes_unseen, "loading changed the folder"),
        (fails_with(), "a ScenarioError without a problem"),
        (fails_with(Problem("a", "", "b")), "what is wrong is not said"),
        (fails_with(Problem("a", "b", " ")), "what would be right is not said"),
        (fails_with(Problem("", "a", "b")), "it is not said where"),
    ],
)
def test_what_must_hold_is_held(
    deed: Deed, says: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = os.open(folder / "places.csv", os.O_WRONLY | os.O_APPEND)
    monkeypatch.setattr(_writes_unseen, "handle", handle, raising=False)
    monkeypatch.setattr(guarded, "load", loads_as(deed))
    with pytest.raises(AssertionError, match=says):
        load_guarded(folder)
    os.close(handle)


@pytest.mark.parametrize("error", [ValueError, OSError, KeyError, RecursionError, MemoryError])
def test_other_errors_come_through(
    error: type[Exception], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(folder: Path) -> None:
        raise error

    monkeypatch.setattr(guarded, "load", loads_as(fail))
    with pytest.raises(error):
        load_guarded(folder)


@pytest.mark.parametrize(
    ("name", "line", "column", "is_there"),
    [
        ("scenario.yaml", 1, 1, True),
        ("scenario.yaml", 2, 12, True),  # after the last character of "name: small"
        ("scenario.yaml", 2, 13, False),
        ("scenario.yaml", 0, 1, False),
        ("scenario.yaml", 1, 0, False),
        ("scenario.yaml", 1000, 1, False),
        ("places.csv", 2, 15, True),  # a cell after the last of fourteen
        ("places.csv", 2, 100, False),
        ("nowhere.csv", 1, 1, True),
        ("nowhere.csv", 1, 2, False),
    ],
)
def test_a_position_is_in_its_file(
    name: str, line: int, column: int, is_there: bool, folder: Path
) -> None:
    problem = Problem("", "wrong", "right", str(folder / name), line, column)
    if is_there:
        check_problem(problem)
        return
    with pytest.raises(AssertionError):
        check_problem(problem)
