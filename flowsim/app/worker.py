"""The process that runs scenarios for a page: its work comes and goes by a pipe.

The page's own process stays free to answer. Work is a `Work`; what comes back are pairs of its
number and a `Step`, a `Done` or a `Failed`. Whoever sends `STOP` ends what is being done.
"""

from __future__ import annotations

import io
import os
import signal
import tempfile
import traceback
import warnings
import zipfile
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from flowsim.results.result import Result

STOP = "stop"


class Work(NamedTuple):
    """A run, or the figures of one.

    Attributes
    ----------
    number : int
    scenario : bytes
        Pickled.
    seed : int
    result : Result or None
        Where it is there: its figures are drawn.
    """

    number: int
    scenario: bytes
    seed: int = 0
    result: Result | None = None


class Step(NamedTuple):
    """How far a run is."""

    done: int
    steps: int


class Done(NamedTuple):
    """What came of it: a Result, or the bytes of an archive of figures; and what it warned of."""

    what: Any
    notes: tuple[str, ...] = ()


class Failed(NamedTuple):
    """Why nothing came of it; in one line, and where in the code."""

    why: str
    trace: str = ""


class _StoppedError(Exception):
    """What was being done is not wanted any more."""


def serve(pipe: Connection) -> None:
    """Do what comes by a pipe, one after the other, until its other end is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the page's process, which ends us
    _warm()
    while True:
        try:
            work = pipe.recv()
            if isinstance(work, Work):
                pipe.send((work.number, _answer(pipe, work)))
        except (EOFError, OSError):
            return


def _warm() -> None:
    """Load what a run needs while somebody still looks at the page."""
    import flowsim.model.simulation
    import flowsim.running  # noqa: F401


def _answer(pipe: Connection, work: Work) -> Done | Failed:
    try:
        with warnings.catch_warnings(record=True) as odd:
            warnings.simplefilter("always", UserWarning)
            what = _drawn(work) if work.result is not None else _run(pipe, work)
        notes = dict.fromkeys(str(w.message) for w in odd if issubclass(w.category, UserWarning))
        return Done(what, tuple(notes))
    except _StoppedError:
        return Failed(STOP)
    except EOFError:
        raise
    except MemoryError:
        return Failed("out of memory; run fewer households, or close other programs")
    except Exception as error:
        return Failed(str(error) or type(error).__name__, traceback.format_exc())


def _run(pipe: Connection, work: Work) -> Result:
    import cloudpickle

    from flowsim.running import run

    def told(done: int, steps: int) -> None:
        if pipe.poll() and pipe.recv() == STOP:
            raise _StoppedError
        if done % 8 == 0 or done == steps:
            pipe.send((work.number, Step(done, steps)))

    return run(cloudpickle.loads(work.scenario), seed=work.seed, progress=told)


def _drawn(work: Work) -> bytes:
    """All figures of a run as an archive; the same figures are the same bytes."""
    import cloudpickle

    from flowsim.plot import save_all

    assert work.result is not None
    archive = io.BytesIO()
    with tempfile.TemporaryDirectory(prefix="flowsim-") as folder:
        files = save_all(work.result, cloudpickle.loads(work.scenario), folder)
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.writestr(entry(os.fspath(file.relative_to(folder))), Path(file).read_bytes())
    return archive.getvalue()


def entry(name: str) -> zipfile.ZipInfo:
    """An entry of an archive that bears no time of its own."""
    told = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    told.external_attr = 0o644 << 16
    told.compress_type = zipfile.ZIP_DEFLATED
    return told
