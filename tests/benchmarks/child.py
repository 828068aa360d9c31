"""Measures one thing in this process and prints a line of JSON; see `tests.benchmarks.measure`."""

from __future__ import annotations

import cProfile
import json
import pstats
import resource
import sys
import time
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks.kinds import IN_OTHERS, KINDS, Timed, children_cpu
from tests.benchmarks.watched import COUNTING, Times, watching

MEGABYTE = 2**20
STATUS = Path("/proc/self/status")


def memory(field: str) -> float:
    """Megabytes of this process alone: ``VmRSS`` now, ``VmHWM`` at the most so far.

    Where there is no /proc the most so far stands for both; it may hold that of the parent.
    """
    if STATUS.exists():
        lines = STATUS.read_text(encoding="utf-8").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / MEGABYTE if sys.platform == "darwin" else most / 1024


def peak() -> float:
    """Megabytes at the most, of this process or the largest that it started."""
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    children = most / MEGABYTE if sys.platform == "darwin" else most / 1024
    return max(memory("VmHWM"), children)


def cpu() -> float:
    """CPU seconds of this process and those that it started."""
    return time.process_time() + children_cpu()


def measure(
    kind: str, params: dict[str, Any], most: int = 1, seconds: float = 3.0, functions: int = 0
) -> dict[str, Any]:
    """Run something up to ``most`` times, as long as all runs together stay below some seconds.

    Returns
    -------
    dict
        Of the quickest run: `cpu` and `wall` seconds, `phases`, and what was done. `base_mb` and
        `peak_mb` are of the first, before it and at the most; `times` are the CPU seconds of all.
        `functions`, where some are asked for, are the dearest of one more run.
    """
    timed = KINDS[kind](**params)
    base, runs, highest = memory("VmRSS"), [], 0.0
    while len(runs) < most and sum(run["wall"] for run in runs) < seconds:
        with nullcontext(Times()) if kind in IN_OTHERS else watching() as times:
            wall, used = time.perf_counter(), cpu()
            done = timed(times)
            wall, used = time.perf_counter() - wall, cpu() - used
        highest = highest or peak()
        counting = times.seconds.pop(COUNTING, 0.0)
        runs.append({
            "cpu": used - counting, "wall": wall - counting, "phases": dict(times.seconds),
            "rows": times.rows, "events": times.events, **asdict(done),
        })  # fmt: skip
    best = min(runs, key=lambda run: run["cpu"])
    made = {**best, "base_mb": base, "peak_mb": highest, "times": [run["cpu"] for run in runs]}
    return {**made, "functions": dearest(timed, functions)} if functions else made


def dearest(timed: Timed, most: int) -> list[tuple[str, int, float, float]]:
    """Functions of flowsim in which one more run spends its time, the dearest first.

    Returns
    -------
    list of tuple
        File, line and name; calls; CPU seconds with what it calls, and of its own.
    """
    profile = cProfile.Profile(time.process_time)
    profile.runcall(timed, Times())
    found = pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
    told = [
        (f"{file.rpartition('/flowsim/')[2]}:{line} {name}", calls, total, own)
        for (file, line, name), (_, calls, own, total, _) in found
        if "/flowsim/" in file
    ]
    return sorted(told, key=lambda row: -row[2])[:most]


def forget_the_checkout() -> None:
    """Import nothing by the way of an editable install.

    It would give modules of the checkout that are not there in the other commit.
    """
    sys.meta_path[:] = [
        one for one in sys.meta_path if "__editable__" not in getattr(one, "__module__", "")
    ]


if __name__ == "__main__":
    forget_the_checkout()
    print(json.dumps(measure(**json.loads(sys.argv[1]))))
