"""What a worker does: one run, from its task to the bytes of its record."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from flowsim.study.identity import code_version
from flowsim.study.keep import Keep, kept
from flowsim.study.manifest import Run
from flowsim.study.record import Layout, encode

if TYPE_CHECKING:
    import xarray as xr

    from flowsim.scenario.scenario import Scenario

ORPHAN_SECONDS = 2.0
"""How often a worker looks whether its study still lives."""


class Task(NamedTuple):
    """All that a worker needs for a run.

    Attributes
    ----------
    run : Run
    scenario : bytes
        The scenario, pickled; each run reads it anew, so that none sees what another left.
    position : mapping of str to float
        Where each sampled input lies in its range.
    keep : Keep
    code : str
        The code that the study runs with.
    apart : bool
        Whether the worker is a process of its own on this machine.
    rules : bytes
        Rules of one's own, pickled; empty without any.
    factors : mapping of str to str
        Which inputs move together, see `flowsim.study.inputs.doubts`.
    """

    run: Run
    scenario: bytes
    position: Mapping[str, float]
    keep: Keep
    code: str
    apart: bool
    rules: bytes = b""
    factors: Mapping[str, str] = {}


class Done(NamedTuple):
    """A run that is done: its record, and what the journal tells of it."""

    run: Run
    layout: str
    record: bytes
    seconds: float
    peak_mb: float
    worker: str
    cpu: str


class Failed(NamedTuple):
    """A run that raised an error."""

    run: Run
    error: str
    trace: str
    worker: str


def work(task: Task) -> Done | Failed:
    """Do a run. Errors are returned, so that other runs go on."""
    if task.apart:
        _live_with_parent()
    begun = time.perf_counter()
    try:
        return _done(task, begun)
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {error}".splitlines()[0]
        return Failed(task.run, told, traceback.format_exc(), _name())


def _done(task: Task, begun: float) -> Done:
    import cloudpickle

    from flowsim.model.assemble import cpu_level
    from flowsim.running import run as simulate

    if code_version() != task.code:
        raise RuntimeError(
            f"the worker {_name()} has other code ({code_version()}) than the study ({task.code}); "
            "install the same version on both, and restart the worker"
        )
    scenario: Scenario = cloudpickle.loads(task.scenario)
    drawn: dict[str, xr.Variable] = {}
    if task.position:
        from flowsim.study.drawn import coordinates
        from flowsim.study.sampling import sampled

        drawn = coordinates(scenario, task.position, task.factors)
        scenario = sampled(scenario, task.position)
    rules = cloudpickle.loads(task.rules) if task.rules else None
    result = simulate(scenario, seed=task.run.seed, rules=rules, provenance=False)
    data = kept(result, scenario, task.keep).assign_coords(drawn)
    layout = Layout.of(data)
    record = encode(layout, layout.pack(data), task.run.known)
    seconds = time.perf_counter() - begun
    return Done(task.run, layout.text, record, seconds, _peak_mb(), _name(), cpu_level())


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _peak_mb() -> float:
    """Most memory that this process has used so far, megabytes; NaN where nobody tells."""
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


_watched = threading.Event()


def _live_with_parent() -> None:
    """Leave Ctrl-C to the study, and end with it, however it ends."""
    if _watched.is_set():
        return
    _watched.set()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(ORPHAN_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
