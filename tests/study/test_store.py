"""Stores and campaigns at their edges: what is half done, lost, grown by others, or unreadable."""

from __future__ import annotations

import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
import pytest
import xarray as xr

import flowsim as fs
from flowsim.study import execution
from flowsim.study.alignment import at_common_times
from flowsim.study.campaign import DamageWarning
from flowsim.study.execution import Execution, Pool
from flowsim.study.manifest import Run
from flowsim.study.record import Layout, encode
from flowsim.study.runs import open_study
from flowsim.study.store import Store
from flowsim.study.worker import Done, Failed
from tests.children import PATIENCE_S
from tests.study.worlds import BORDER, contents, small


def tiny(members: int = 2, **options: Any) -> fs.Study:
    """One scenario, of which little is kept."""
    return fs.Study({"a": small()}, members=members, seed=7, keep=["effects"], **options)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the tiny study, left as it is."""
    store = tmp_path_factory.mktemp("done") / "s"
    tiny().run(store)
    return store


@pytest.fixture
def folder(done: Path, tmp_path: Path) -> Path:
    """A copy of it to change."""
    return Path(shutil.copytree(done, tmp_path / "s"))


# ---- policies of the user's own ------------------------------------------------------------


class Level:
    """A policy with a number that is changed in a notebook."""

    def __init__(self, level: float) -> None:
        self.level = level

    def opening(self, now: datetime, view: Any) -> Any:
        return fs.Opening(permeability=self.level)


def test_a_policy_that_changes_after_its_study_ran_is_seen_to_have_changed(tmp_path: Path) -> None:
    level = Level(0.0)
    made = fs.Study({"a": small().add_policies(BORDER, level)}, seed=7, keep=["effects"])
    before = made.plan()
    cloudpickle.dumps(made.scenarios["a"])
    assert made.plan() == before
    level.level = 1.0
    assert made.plan() != before


def test_a_policy_is_known_elsewhere_as_here() -> None:
    scenario = small().add_policies(BORDER, Level(0.5))
    assert cloudpickle.loads(cloudpickle.dumps(scenario)).digest() == scenario.digest()


# ---- workers -------------------------------------------------------------------------------


def test_all_of_one_core_is_no_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", "1")
    with execution.pool(-1) as workers:
        assert not workers.apart  # else it would ignore Ctrl-C, in the user's process


def test_results_that_nobody_takes_are_no_warning() -> None:
    results = execution._joblib(
        range(100),
        2,
        lambda task: time.sleep(0.02),
        backend="threading",  # type: ignore[arg-type]
    )
    next(results)
    results.close()  # as where a study is interrupted, or cannot write


def test_a_run_that_another_process_did_twice_over_is_met_once() -> None:
    run = Run("a", 0, 1, "7.1", "0" * 32)
    told: list[Run] = []

    def late(tasks: Any) -> Iterator[Done | Failed]:
        under_way._met.append(run)  # as a thread of a pool that broke may do
        yield from tasks

    under_way = Execution(
        Pool(late, (), apart=False), lambda run: pytest.fail("it is there"), lambda run: True,
        lambda run, done: told.append(run), lambda failed: None,
    )  # fmt: skip
    under_way.all([run])
    assert told == [run]


def test_failures_are_told_in_the_order_of_the_study(tmp_path: Path) -> None:

    def fails(now: datetime, view: Any) -> None:
        raise ValueError("no")

    def fails_later(now: datetime, view: Any) -> None:
        raise ValueError("later")

    bad = {
        name: small().add_policies(BORDER, fs.policy.override(rule, name))
        for name, rule in (("a", fails), ("b", fails_later))
    }
    made = fs.Study(bad, members=2, seed=7, keep=["effects"])

    def backwards(tasks: Any) -> Iterator[Done | Failed]:
        from flowsim.study.worker import work

        yield from [work(task) for task in tasks][::-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flowsim.study.execution._here", lambda: Pool(backwards, (), apart=False))
        with pytest.raises(fs.StudyError) as caught:
            made.run(tmp_path / "s")
    named = [line.strip().split(" (")[0] for line in str(caught.value).splitlines()[1:5]]
    assert named == ["'a', member 1", "'b', member 1", "'a', member 2", "'b', member 2"]


# ---- what is half done ---------------------------------------------------------------------


def test_a_process_that_was_forked_writes_under_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    replace = os.replace

    def spied(source: Path, target: Path) -> None:
        names.append(Path(source).name)
        replace(source, target)

    monkeypatch.setattr("flowsim.study.store.os.replace", spied)
    store = Store(tmp_path)
    store.add("ab" * 16, b"one")
    monkeypatch.setattr("flowsim.halves.os.getpid", lambda: 77)
    store.remove("ab" * 16)
    store.add("ab" * 16, b"one")
    assert ".77." in names[1]
    assert names[0] != names[1]


def test_two_threads_that_write_one_file_do_not_meet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both, fsync = threading.Barrier(2), os.fsync

    def together(handle: int) -> None:
        fsync(handle)
        both.wait(PATIENCE_S)

    monkeypatch.setattr("flowsim.study.store.os.fsync", together)
    failures: list[BaseException] = []

    def write() -> None:
        try:
            Store(tmp_path).add("ab" * 16, b"one")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert Store(tmp_path).read("ab" * 16) == b"one"


def test_runs_of_an_earlier_code_leave_even_if_that_is_cut_off(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("study", "worker"):
        monkeypatch.setattr(f"flowsim.study.{module}.code_version", lambda: "0" * 16)
    tiny().run(tmp_path / "fresh")

    def killed(self: Store, keys: set[str]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_drop_all_but", killed)
        with pytest.raises(KeyboardInterrupt):
            tiny().run(folder, on_change="recompute")
    tiny().run(folder, on_change="recompute")
    assert contents(folder) == contents(tmp_path / "fresh")


def test_a_failure_is_forgotten_even_if_the_study_is_killed_then(
    done: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path / "s")
    store.prepare(tiny().plan())
    for run in tiny().plan().runs():
        store.add_failure(run.key, {"error": "once"})

    def killed(self: Store, *arguments: Any) -> None:
        raise KeyboardInterrupt

    for step in ("forgive", "add", "note"):
        with monkeypatch.context() as patch:
            patch.setattr(Store, step, killed)
            with pytest.raises(KeyboardInterrupt):
                tiny().run(tmp_path / "s")
    tiny().run(tmp_path / "s")
    assert contents(tmp_path / "s") == contents(done)


def test_a_damaged_note_of_a_failure_stops_no_study(tmp_path: Path) -> None:
    made = tiny()
    store = Store(tmp_path / "s")
    store.prepare(made.plan())
    run = next(made.plan().runs())
    store.add_failure(run.key, {})
    note = tmp_path / "s" / "failures" / f"{run.key}.json"
    note.write_text('{"error')
    with pytest.raises(fs.StoreError, match=f"{run.key}.json is damaged"):
        open_study(tmp_path / "s").failures()
    assert not made.run(tmp_path / "s").failures()
    assert not note.exists()


def test_a_file_that_another_host_finishes_meanwhile_is_let_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = tmp_path / ".abc-0.elsewhere.1.ab.tmp"
    far.touch()
    from flowsim.study import store as module

    entries, listed = module._entries, list[Path]()

    def late(folder: Path) -> Any:
        found = entries(folder)
        listed.append(folder)
        if len(listed) > 1:
            far.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(module, "_entries", late)
    Store(tmp_path).clear()


# ---- damage --------------------------------------------------------------------------------


def test_a_lost_layout_does_not_hide_a_damaged_record(folder: Path) -> None:
    before = contents(folder)
    for record in folder.rglob("*.run"):
        record.write_bytes(record.read_bytes()[:-1] + b"?")
    for path in (folder / "layouts").iterdir():
        path.unlink()
    with pytest.warns(DamageWarning):
        tiny().run(folder)
    assert contents(folder) == before


def test_records_of_a_layout_that_never_comes_back_are_done_again(folder: Path) -> None:
    made = tiny()
    before = contents(folder)
    strange = Layout.of(xr.Dataset({"x": ("y", np.arange(3.0))}))
    record = encode(strange, strange.pack(xr.Dataset({"x": ("y", np.arange(3.0))})), {})
    for path in folder.rglob("*.run"):
        path.write_bytes(record)
    with pytest.warns(DamageWarning):
        made.run(folder)
    assert contents(folder) == before


def test_a_record_that_may_not_be_read_is_not_thrown_away(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)

    def refused(path: Path, *arguments: Any, **options: Any) -> Any:
        if Path(path).suffix == ".run":
            raise PermissionError(errno.EMFILE, "Too many open files")
        return open(path, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr("flowsim.study.store.opened", refused)
        with pytest.raises(fs.StoreError, match="Too many open files"):
            tiny().run(folder)
    assert contents(folder) == before


def test_an_array_of_another_layout_is_not_read_as_ones_own(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = tiny()
    store, runs = Store(folder), list(made.plan().runs())
    data = open_study(folder).data
    record = store.read(runs[0].key)
    own = store.layout(record[8:16])
    assert own is not None
    other = Layout(own.fields, own.coords, {**own.attrs, "title": "other"})
    store.add_layout(other)
    payload = np.frombuffer(record[-own.size :], np.uint8)
    store.path(runs[1].key).write_bytes(encode(other, payload, runs[1].known))
    monkeypatch.setattr("flowsim.study.runs.LAZY_BYTES", 0)
    with pytest.raises(fs.StoreError, match="of another layout"):
        open_study(folder).data.load()
    assert data.sizes["member"] == 2


# ---- what is opened ------------------------------------------------------------------------


def test_a_study_is_its_own_members_of_a_store_that_is_to_have_more(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    store.prepare(tiny(members=5).plan())  # and killed
    runs = tiny(members=2).run(tmp_path / "s")
    assert runs.data["member"].values.tolist() == [1, 2]
    assert not runs.missing()
    with pytest.raises(fs.StoreError, match="lacks 3 of 5 runs"):
        _ = open_study(tmp_path / "s").data


def test_scenarios_that_are_alike_are_run_once_and_both_shown(tmp_path: Path) -> None:
    made = fs.Study({"a": small(), "b": small()}, members=2, seed=7, keep=["effects"])
    data = made.run(tmp_path / "s").data
    assert len(Store(tmp_path / "s").keys()) == 2
    assert data["scenario"].values.tolist() == ["a", "b"]
    assert np.array_equal(data["effects"].sel(scenario="a"), data["effects"].sel(scenario="b"))


def test_waiting_times_at_other_instants_need_their_weights() -> None:
    days = np.array(["2010-06-11", "2010-06-12"], dtype="datetime64[ns]")
    part = xr.Dataset({"waiting_time": (("time", "crossing"), np.ones((2, 1)))}, {"time": days})
    with pytest.raises(fs.StoreError, match="waiting_time"):
        at_common_times([part, part.isel(time=[1])])
