"""Workers and studies that are killed, interrupted, or cannot write: nothing is lost."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import flowsim as fs
from flowsim.study.runs import open_study
from tests.children import PATIENCE_S, let_others_in
from tests.full import FULL, only_full
from tests.study.worlds import BORDER, contents, small, study

ROOT = Path(__file__).parents[2]
OUTSIDE = 65534
"""The user of no rights; CI is root, who may write everywhere."""

START = """
import os, sys, time, warnings
from flowsim.study.store import Store
from tests.study.worlds import study

def pause_after(count, until):
    # However fast or busy the machine is, the test finds the study as it has noted so many runs.
    note, noted = Store.note, []
    def pausing(*cells):
        note(*cells)
        noted.append(cells)
        while len(noted) == count and not os.path.exists(until):
            time.sleep(0.01)
    Store.note = pausing
"""
NEVER = "pause_after(3, os.devnull + '/never')\n"


def child(code: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
    """A Python process that has the small study at hand."""
    return subprocess.Popen(
        [sys.executable, "-c", START + code, *arguments],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options,
    )  # fmt: skip


def records(store: Path) -> int:
    return sum(1 for _ in store.rglob("*.run"))


def end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a process and its workers, which hold the same pipes, have said when all are gone."""
    try:
        return process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()


def journal(store: Path) -> list[list[str]]:
    """Cells of each run that was noted as done."""
    file = store / "journal.csv"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [line.split(",") for line in lines[1:]]


def await_runs(store: Path, least: int, process: subprocess.Popen[str]) -> None:
    while len(journal(store)) < least:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the store of an undisturbed study of six members holds."""
    store = tmp_path_factory.mktemp("whole") / "s"
    study(members=6).run(store)
    return contents(store)


def test_a_study_killed_at_random_moments_ends_with_the_same_bytes(
    tmp_path: Path, whole: dict[str, str]
) -> None:
    # A process that has imported everything forks a study and kills it, again and again.
    code = """
import os, random, signal, time
import flowsim.model.flow, flowsim.study.campaign, flowsim.study.keep
made, moments, killed = study(members=6), random.Random(1), 0
def attempt(seconds):
    pid = os.fork()
    if pid == 0:
        made.run(sys.argv[1], progress=False)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]
for _ in range(int(sys.argv[2])):
    killed += attempt(moments.uniform(0.02, 0.5)) == signal.SIGKILL
print(killed, attempt(None))
"""
    process = child(code, str(tmp_path / "s"), "10" if FULL else "4")
    told, errors = end(process)
    assert process.returncode == 0, errors
    killed, last = map(int, told.split())
    assert killed >= 1  # the others were done before
    assert last == 0
    assert contents(tmp_path / "s") == whole


def test_a_study_killed_with_its_workers_at_work_goes_on(
    tmp_path: Path, whole: dict[str, str]
) -> None:
    store = tmp_path / "s"
    process = child(NEVER + "study(members=6).run(sys.argv[1], jobs=2)", str(store))
    await_runs(store, 3, process)
    process.kill()
    end(process)
    assert records(store) == 3
    study(members=6).run(store, jobs=2)
    assert contents(store) == whole


def test_a_killed_worker_loses_nothing(tmp_path: Path, whole: dict[str, str]) -> None:
    store, go_on = tmp_path / "s", tmp_path / "go on"
    code = "pause_after(2, sys.argv[2])\nstudy(members=6).run(sys.argv[1], jobs=2)"
    process = child(code, str(store), str(go_on))
    await_runs(store, 2, process)
    worker = journal(store)[0][4]
    os.kill(int(worker.split(":")[1]), signal.SIGKILL)
    go_on.touch()
    _, errors = end(process)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors
    assert contents(store) == whole


def test_a_run_that_kills_its_worker_every_time_is_told_and_the_others_are_done(
    tmp_path: Path,
) -> None:
    code = """
import os, signal
import flowsim as fs
import flowsim.study.execution as execution
from tests.study.worlds import BORDER, small
execution.DEATHS = 1
def deadly(now, view):
    os.kill(os.getpid(), signal.SIGKILL)
base = small()
scenarios = {"good": base, "deadly": base.add_policies(BORDER, fs.policy.override(deadly, "1"))}
try:
    fs.Study(scenarios, members=1, seed=7).run(sys.argv[1], jobs=2)
except fs.StudyError as error:
    print(error)
"""
    process = child(code, str(tmp_path / "s"))
    told, errors = end(process)
    assert process.returncode == 0, errors
    assert "'deadly', member 1 (seed 7.1): the worker that had it died" in told
    assert records(tmp_path / "s") == 1


@pytest.mark.parametrize("jobs", [pytest.param(1, marks=only_full), 2])
def test_ctrl_c_stops_cleanly(tmp_path: Path, whole: dict[str, str], jobs: int) -> None:
    store = tmp_path / "s"
    code = f"""
{NEVER}
try:
    study(members=6).run(sys.argv[1], jobs={jobs})
except KeyboardInterrupt:
    print("stopped")
"""
    process = child(code, str(store), start_new_session=True)
    await_runs(store, 3, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does
    told, errors = end(process)  # no worker goes on
    assert (process.returncode, told) == (0, "stopped\n"), errors
    assert errors == ""
    assert records(store) == 3
    study(members=6).run(store)
    assert contents(store) == whole


@only_full
def test_two_processes_on_one_store_do_not_harm_each_other(
    tmp_path: Path, whole: dict[str, str]
) -> None:
    store = str(tmp_path / "s")
    both = [child("study(members=6).run(sys.argv[1])", store) for _ in range(2)]
    for process in both:
        _, errors = end(process)
        assert process.returncode == 0, errors
    assert contents(tmp_path / "s") == whole


def test_two_studies_that_grow_one_store_at_once_lose_nothing(tmp_path: Path) -> None:
    store = str(tmp_path / "s")
    code = """
made = study(members=int(sys.argv[2]))
del made.scenarios[sys.argv[3]]
made.run(sys.argv[1])
"""
    both = [child(code, store, members, name) for members, name in (("4", "open"), ("6", "closed"))]
    for process in both:
        _, errors = end(process)
        assert process.returncode == 0, errors
    assert open_study(store).data.sizes["member"] == 4
    assert records(tmp_path / "s") == 10


def test_a_full_disk_is_told_and_leaves_the_store_sound(
    tmp_path: Path, whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, write, written = tmp_path / "s", os.write, 0

    def full(handle: int, content: Any) -> int:
        nonlocal written
        written += 1
        if written > 8:  # after half a record
            if written % 2:
                return write(handle, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(handle, content)

    monkeypatch.setattr("flowsim.study.store.os.write", full)
    with pytest.raises(fs.StoreError) as caught:
        study(members=6).run(store)
    assert str(caught.value) == (
        f"the store {store} cannot be written: No space left on device; what is in it is sound, "
        "and the same study goes on from there"
    )
    monkeypatch.undo()
    assert not list(store.rglob(".*"))
    assert 0 < records(store) < 12
    study(members=6).run(store)
    assert contents(store) == whole


@pytest.mark.skipif(os.name == "nt", reason="there are no such rights on Windows")
def test_a_read_only_store_is_told_and_can_be_read(tmp_path: Path) -> None:
    store = tmp_path / "s"
    study(members=1).run(store)
    for path in (store, *store.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    let_others_in(tmp_path)
    before = contents(store)
    code = f"""
import os
import flowsim as fs
study(members=1).run(sys.argv[2])  # with all rights, as the interpreter may be out of reach later
if os.getuid() == 0:
    os.setgid({OUTSIDE}); os.setuid({OUTSIDE})
for members in (1, 2):
    try:
        print(study(members=members).run(sys.argv[1]).data.sizes["member"])
    except fs.StoreError as error:
        print(error)
"""
    process = child(code, str(store), str(tmp_path / "other"))
    told, errors = end(process)
    assert process.returncode == 0, errors
    lines = told.splitlines()
    assert lines[0] == "1"  # what is done needs no writing
    assert lines[1].startswith(f"the store {store} cannot be written: Permission denied")
    assert contents(store) == before


def test_a_worker_that_never_starts_is_no_endless_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flowsim.study.execution import Pool

    class BrokenError(Exception):
        pass

    def broken(tasks: Any) -> Any:
        raise BrokenError
        yield

    pool = Pool(broken, (BrokenError,), apart=False)
    monkeypatch.setattr("flowsim.study.execution._here", lambda: pool)
    with pytest.raises(fs.SimulationError, match="died before they had any run"):
        study(members=1).run(tmp_path / "s")


def test_a_policy_that_remembers_begins_anew_in_each_run(tmp_path: Path) -> None:
    class Counting:
        def __init__(self) -> None:
            self.asked = 0

        def opening(self, now: Any, view: Any) -> Any:
            self.asked += 1
            return fs.Opening(permeability=0.0 if self.asked < 10 else 1.0)

    made = small().add_policies(BORDER, Counting())
    runs = fs.Study({"a": made}, members=2, seed=7).run(tmp_path / "s")
    again = fs.Study({"a": small().add_policies(BORDER, Counting())}, members=2, seed=7)
    again.run(tmp_path / "t", jobs=2)
    assert contents(tmp_path / "s") == contents(tmp_path / "t")
    assert runs.data.sizes["member"] == 2


def test_a_policy_that_cannot_be_sent_is_told(tmp_path: Path) -> None:
    import threading

    lock = threading.Lock()

    def locked(now: Any, view: Any) -> None:
        with lock:
            return None

    made = small().add_policies(BORDER, fs.policy.override(locked, label="1"))
    with pytest.raises(fs.ScenarioError, match="cannot be sent to a worker: cannot pickle"):
        fs.Study({"a": made}, seed=7).run(tmp_path / "s")


def test_a_policy_that_exits_fails_its_run_only(tmp_path: Path) -> None:
    def leaves(now: Any, view: Any) -> None:
        raise SystemExit(3)

    made = small().add_policies(BORDER, fs.policy.override(leaves, label="1"))
    with pytest.raises(fs.StudyError, match="2 of 4 runs failed"):
        fs.Study({"good": small(), "bad": made}, members=2, seed=7).run(tmp_path / "s")


def test_a_study_of_which_no_run_can_be_done_ends_before_it_has_tried_them_all(
    tmp_path: Path,
) -> None:
    asked = tmp_path / "asked"

    def broken(now: Any, view: Any) -> None:
        with asked.open("a") as told:
            told.write("once\n")
        raise RuntimeError("a library is missing")

    made = small().add_policies(BORDER, fs.policy.override(broken, label="1"))
    with pytest.raises(fs.SimulationError, match=r"first 10 runs all failed alike: .*is missing"):
        fs.Study(made, members=50, seed=7).run(tmp_path / "s", jobs=1)
    assert asked.read_text().count("once") == 10
