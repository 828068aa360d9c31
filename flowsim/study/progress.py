"""How far a study is: a bar on a terminal, and elsewhere, as in a log, a line every minute."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import AbstractContextManager
from typing import Protocol, Self

from tqdm import tqdm

EVERY_S = 60.0
"""Between two lines."""


class Progress(Protocol):
    """What is told of runs that are done."""

    def update(self, n: float | None = 1) -> object: ...

    def set_postfix_str(self, s: str = "") -> object: ...


def telling(name: str, total: int, done: int, shown: bool) -> AbstractContextManager[Progress]:
    """Tell on standard error how far a study is, while this is entered.

    Parameters
    ----------
    name : str
        Of the study.
    total, done : int
        Runs, and how many of them were there before.
    shown : bool
        Whether to tell anything.
    """
    if shown and sys.stderr is not None and not sys.stderr.isatty():
        return _Lines(name, total, done)
    bar: tqdm = tqdm(
        total=total, initial=done, unit="run", desc=name, smoothing=0.1,
        disable=None if shown else True,
    )  # fmt: skip
    return bar


class _Lines:
    """A line every so often, by a thread of its own, so that one long run is seen to go on."""

    def __init__(self, name: str, total: int, done: int) -> None:
        self.name, self.total, self.before, self.done = name, total, done, done
        self.more = ""
        self._begun, self._over = time.monotonic(), threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def update(self, n: float | None = 1) -> None:
        self.done += int(n or 0)

    def set_postfix_str(self, s: str = "") -> None:
        self.more = s

    def line(self, seconds: float) -> str:
        """What is told so many seconds after the beginning."""
        told = f"{self.name}: {self.done:,} of {self.total:,} runs"
        rate = (self.done - self.before) / seconds if seconds else 0.0
        if rate:
            left = tqdm.format_interval((self.total - self.done) / rate)
            told += f", {60 * rate:.3g} a minute, {left} left"
        return f"{told}, {self.more}" if self.more else told

    def _go_on(self) -> None:
        while not self._over.wait(EVERY_S):
            try:
                print(self.line(time.monotonic() - self._begun), file=sys.stderr, flush=True)
            except OSError:  # whoever read it is gone; the study goes on
                return
