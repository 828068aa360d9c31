"""What the process behind the page answers: runs, figures, and why nothing came of it."""

from __future__ import annotations

import pickle
import zipfile
from io import BytesIO
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

import pytest

import flowsim as fs
from flowsim import plot
from flowsim.app import worker
from flowsim.app.worker import STOP, Done, Failed, Step, Work

WORLD = fs.teaching_world().with_values({"end": "2030-05-02T00:00"})


def answered(work: Work, say: object = None) -> tuple[list[Any], Done | Failed]:
    """What is told on the way, and in the end."""
    ours: Connection
    ours, theirs = Pipe()
    if say is not None:
        ours.send(say)
    answer = worker._answer(theirs, work)
    told = []
    while ours.poll():
        told.append(ours.recv())
    return told, answer


def test_a_run_tells_how_far_it_is() -> None:
    told, answer = answered(Work(7, pickle.dumps(WORLD), seed=3))
    assert told == [(7, Step(8 * n, 24)) for n in (1, 2, 3)]
    assert isinstance(answer, Done)
    assert answer.what.data.equals(fs.run(WORLD, seed=3).data)


def test_a_run_that_is_not_wanted_any_more_ends() -> None:
    told, answer = answered(Work(1, pickle.dumps(WORLD)), STOP)
    assert (told, answer) == ([], Failed(STOP))


def test_figures_are_the_same_bytes_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plot, "OF_A_RUN", {"queues.png": "queues"})
    work = Work(1, pickle.dumps(WORLD), 0, fs.run(WORLD, seed=1))
    (_, one), (_, other) = answered(work), answered(work)
    assert isinstance(one, Done)
    assert one == other
    assert zipfile.ZipFile(BytesIO(one.what)).namelist() == ["queues.png"]


def test_why_a_run_failed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise fs.SimulationError("a policy gave nothing that can be used")

    monkeypatch.setattr("flowsim.running.run", broken)
    _, answer = answered(Work(1, pickle.dumps(WORLD)))
    assert isinstance(answer, Failed)
    assert answer.why == "a policy gave nothing that can be used"
    assert "SimulationError" in answer.trace
