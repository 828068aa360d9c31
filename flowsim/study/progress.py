"""How far a study is: a bar on a terminal, and elsewhere, as in a log, a line every minute."""

from __future__ import annotations

import contextlib
import sys
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
    told = shown and sys.stderr is not None  # None where it is closed
    if told and not sys.stderr.isatty():
        return _Lines(name, total, done)
    bar: tqdm = tqdm(
        total=total, initial=done, unit="run", desc=name, smoothing=0.1,
        disable=None if told else True,
    )  # fmt: skip
    return bar


class _Lines:
    """A line at the first run that is done after every so many seconds.

    The study tells it by itself: a thread that memory does not suffice for would never start, and
    the study would wait for it.
    """

    def __init__(self, name: str, total: int, done: int) -> None:
        self.name, self.total, self.before, self.done = name, total, done, done
        self.more = ""
        self._begun = self._told = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def update(self, n: float | None = 1) -> None:
        self.done += int(n or 0)
        now = time.monotonic()
        if now - self._told >= EVERY_S:
            self._told = now
            with contextlib.suppress(OSError):  # whoever read it is gone; the study goes on
                print(self.line(now - self._begun), file=sys.stderr, flush=True)

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
