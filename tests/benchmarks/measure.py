"""Starts a process of its own for each case and keeps what it tells, line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import ROOT, Case
from tests.conflicts import conflicts_folder

FLEE_NEEDS = ("numpy", "pandas", "pyyaml", "beartype", "networkx", "matplotlib")
HERE = "this"


def measured(case: Case, limit_s: float, code: Path = ROOT) -> dict[str, Any]:
    """What a case took with the flowsim in a folder; the reason where it did not end."""
    path = os.pathsep.join([str(code), str(ROOT)])
    command = [sys.executable, "-m", "tests.benchmarks.child", json.dumps(case)]
    began = time.perf_counter()
    try:
        done = subprocess.run(
            command, cwd=code, env={**os.environ, "PYTHONPATH": path}, capture_output=True,
            text=True, timeout=limit_s, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return {"failed": f"not done after {limit_s:.0f} s"}
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or [f"exit {done.returncode}"]
        return {"failed": last[0]}
    return {**json.loads(done.stdout.splitlines()[-1]), "wall": time.perf_counter() - began}


@contextmanager
def older(commit: str) -> Iterator[Path]:
    """The package and the scenarios of a commit, in a folder for as long as it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.tar"
        command = ["git", "archive", "-o", str(archive), commit, "flowsim", "scenarios"]
        subprocess.run(command, cwd=ROOT, check=True)
        code = Path(folder) / "code"
        with tarfile.open(archive) as tar:
            tar.extractall(code, filter="data")
        yield code


class Journal:
    """A file with a line of JSON for each measurement; what it has is not measured again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: list[dict[str, Any]] = []
        if path.exists():
            for line in path.read_text().splitlines():
                try:
                    self.lines.append(json.loads(line))
                except json.JSONDecodeError:
                    continue  # cut off in the middle of a line
            path.write_text("".join(json.dumps(line) + "\n" for line in self.lines))
        path.parent.mkdir(parents=True, exist_ok=True)

    def find(self, key: dict[str, Any]) -> dict[str, Any] | None:
        """The line of a measurement that ended, or None."""
        for line in self.lines:
            if all(line.get(name) == value for name, value in key.items()):
                return line
        return None

    def add(self, line: dict[str, Any]) -> None:
        """Keep a measurement, on the disk at once."""
        self.lines.append(line)
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")


def flee_python(given: str | None) -> Path:
    """A Python that has Flee: the given one, or that of an environment made for it."""
    if given:
        return Path(given)
    folder = ROOT / ".venv-flee"
    python = folder / "bin" / "python"
    if not python.exists():
        pip = [str(python), "-m", "pip", "-q", "install"]
        for command in (
            [sys.executable, "-m", "venv", str(folder)],
            [*pip, "--no-deps", "flee==3.1"],
            [*pip, *FLEE_NEEDS],
        ):
            subprocess.run(command, check=True)
    return python


def flee_seconds(python: Path, name: str, hasten: int, limit_s: float) -> dict[str, Any]:
    """Processor time and peak memory of one run of Flee itself on a conflict."""
    script = ROOT / "tests" / "flee" / "run_flee.py"
    with tempfile.TemporaryDirectory() as out:
        command = [
            str(python), str(script), str(conflicts_folder()), out, "--members", "1",
            "--hasten", str(hasten), "--names", name,
        ]  # fmt: skip
        timed = "import resource as r, subprocess as s, sys; \
            done = s.run(sys.argv[1:], stdout=sys.stderr); u = r.getrusage(r.RUSAGE_CHILDREN); \
            print(u.ru_utime + u.ru_stime, u.ru_maxrss / 1024); sys.exit(done.returncode)"
        try:
            done = subprocess.run(
                [sys.executable, "-c", timed, *command], capture_output=True, text=True,
                timeout=limit_s, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"failed": f"not done after {limit_s:.0f} s"}
    if done.returncode:
        return {"failed": (done.stderr.strip().splitlines() or ["no message"])[-1]}
    seconds, peak = done.stdout.split()
    return {"seconds": float(seconds), "peak_mb": float(peak), "hasten": hasten}


def median(values: Sequence[float]) -> float:
    """The middle one, or the mean of the middle two."""
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2
