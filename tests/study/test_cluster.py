"""A real Dask scheduler with two worker processes gives the bytes of one process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.study.store import Store
from tests.children import PATIENCE_S
from tests.study.worlds import contents, study

ROOT = Path(__file__).parents[2]


class Cluster:
    """A scheduler and two workers, each a process of its own, on this machine only."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "scheduler.json"
        self.log = (folder / "log.txt").open("w")
        self.processes = [
            self._start("scheduler", "--host", "127.0.0.1", "--port", "0",
                        "--scheduler-file", str(self.file)),
        ]  # fmt: skip
        self.processes += [self.add_worker() for _ in range(2)]

    def _start(self, what: str, *arguments: str) -> subprocess.Popen[bytes]:
        code = f"from distributed.cli.dask_{what} import main; main()"
        return subprocess.Popen(
            [sys.executable, "-c", code, "--no-dashboard", *arguments],
            cwd=ROOT, stdout=self.log, stderr=self.log,
        )  # fmt: skip

    def add_worker(self) -> subprocess.Popen[bytes]:
        """One more worker, without a nanny: killed, it is gone."""
        return self._start(
            "worker", "--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny",
            "--host", "127.0.0.1", "--local-directory", str(self.folder),
        )  # fmt: skip

    @property
    def address(self) -> str:
        """Of the scheduler, once it answers."""
        import json

        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if self.file.exists() and self.file.stat().st_size:
                return str(json.loads(self.file.read_text())["address"])
            time.sleep(0.02)
        raise TimeoutError((self.folder / "log.txt").read_text())

    def close(self) -> None:
        """End all processes."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()
        self.log.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    made.close()


def workers(store: Path) -> list[str]:
    """Who did each run."""
    lines = (store / "journal.csv").read_text().splitlines()[1:]
    return [line.split(",")[4] for line in lines]


def test_a_cluster_gives_the_bytes_of_one_process_and_survives_a_killed_worker(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    study(members=10).run(tmp_path / "alone")
    store = tmp_path / "cluster"

    note, victims = Store.note, []

    def noted(self: Store, *cells: object) -> None:
        """Kill the worker that did the first run that came back."""
        note(self, *cells)
        if not victims:
            victims.append(int(workers(store)[0].split(":")[1]))
            os.kill(victims[0], signal.SIGKILL)

    monkeypatch.setattr(Store, "note", noted)
    study(members=10).run(store, jobs=cluster.address)
    assert contents(store) == contents(tmp_path / "alone")
    done = workers(store)
    assert len(done) == 20  # each run was done once
    assert {int(name.split(":")[1]) for name in done} <= {p.pid for p in cluster.processes}
    assert len(set(done)) == 2
    assert os.getpid() not in {int(name.split(":")[1]) for name in done}
    again = study(members=11)
    again.run(store, jobs=cluster.address)  # by the one that is left
    assert len(workers(store)) == 22


def test_a_scheduler_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr("flowsim.study.execution.ANSWER_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(fs.StoreError, match=f"no Dask scheduler answers at {address}"):
        study(members=1).run(tmp_path / "s", jobs=address)
