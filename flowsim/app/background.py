"""Work in a process of its own: told how far it is, stopped when it is not wanted any more."""

from __future__ import annotations

import multiprocessing
import time
from collections import deque
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from flowsim.app.worker import STOP, Done, Failed, Step, Work, serve
from flowsim.safe_path import safe_children

PATIENCE_S = 3.0
"""A worker that is told to stop and does not within so many seconds is ended."""
Answer = Callable[[Done | Failed], None]


class Background:
    """A worker, and the work that waits for it, in order.

    Nothing here waits: `poll`, to be called a few times a second, takes what has come.

    Attributes
    ----------
    step : Step or None
        How far the work in hand is; None where there is none, or it does not tell.
    """

    def __init__(self) -> None:
        self.step: Step | None = None
        self._queue: deque[tuple[Work, Answer]] = deque()
        self._now: tuple[Work, Answer] | None = None
        self._stop_by: float | None = None
        self._count = 0
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._start()

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        process = spawn.Process(target=serve, args=(theirs,), daemon=True, name="flowsim app run")
        with safe_children():
            process.start()
        theirs.close()
        self._process = process

    @property
    def is_busy(self) -> bool:
        """Whether there is work in hand or waiting."""
        return self._now is not None or bool(self._queue)

    @property
    def left(self) -> int:
        """Pieces of work in hand and waiting."""
        return len(self._queue) + (self._now is not None)

    def submit(self, answer: Answer, scenario: bytes, seed: int = 0, result: Any = None) -> None:
        """Have a run done, or figures of a result drawn; `poll` will call ``answer``."""
        self._count += 1
        self._queue.append((Work(self._count, scenario, seed, result), answer))
        self._give()

    def cancel(self) -> None:
        """Drop what waits, and stop what is in hand; no answer will be called."""
        self._queue.clear()
        if self._now is None or self._stop_by is not None:
            return
        self._now = (self._now[0], lambda _: None)
        self._stop_by = time.monotonic() + PATIENCE_S
        self.step = None
        assert self._pipe is not None
        try:
            self._pipe.send(STOP)
        except OSError:
            self._stop_by = time.monotonic()

    def poll(self) -> None:
        """Take what has come from the worker, and give it what waits."""
        assert self._pipe is not None
        try:
            while self._pipe.poll():
                number, told = self._pipe.recv()
                self._take(number, told)
        except (EOFError, OSError):
            self._lost("the process of the run ended; perhaps it was out of memory")
        if self._stop_by is not None and time.monotonic() > self._stop_by:
            self._lost(STOP)
        self._give()

    def close(self) -> None:
        """End the worker, whatever it is doing."""
        self._queue.clear()
        self._now = None
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.kill()
            self._process.join(PATIENCE_S)
            self._process = None

    def _take(self, number: int, told: Step | Done | Failed) -> None:
        if self._now is None or self._now[0].number != number:
            return
        if isinstance(told, Step):
            self.step = told if self._stop_by is None else None
            return
        _, answer = self._now
        self._now = self.step = self._stop_by = None
        answer(told)

    def _give(self) -> None:
        if self._now is not None or not self._queue:
            return
        self._now = self._queue.popleft()
        self._stop_by = self.step = None
        assert self._pipe is not None
        try:
            self._pipe.send(self._now[0])
        except OSError:
            self._lost("the process of the run ended before it began")

    def _lost(self, why: str) -> None:
        """The worker is gone, or does not answer: another one takes its place."""
        now, queue = self._now, self._queue
        self._queue = deque()
        self.close()
        self._stop_by = self.step = None
        self._queue = queue
        self._start()
        if now is not None:
            now[1](Failed(why))
