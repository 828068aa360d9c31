"""Measures points in processes of their own, here and in another commit, and keeps each at once."""

from __future__ import annotations

import json
import math
import os
import platform
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.benchmarks.cases import Point
from tests.benchmarks.kinds import IN_OTHERS, SCENARIOS

ROOT = Path(__file__).parents[2]
HERE = "here"
COMPILING_S = 900.0
"""After so long a process that compiles hangs for certain."""
Line = dict[str, Any]


class PointError(Exception):
    """A point could not be measured; says why, in a line."""


class Lines:
    """Measurements in a file of JSON lines: each is on the disk as soon as it is there.

    Parameters
    ----------
    path : Path
        With what it has, the file is gone on with.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        whole = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
        if len("".join(whole)) < len(text):  # the end of a line that was being written is dropped
            path.write_text("".join(whole), encoding="utf-8")
        self.lines: list[Line] = [json.loads(line) for line in whole]

    def add(self, line: Line) -> None:
        """Keep one more."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.lines.append(line)

    @property
    def head(self) -> Line:
        """What the first line says of machine and call."""
        return self.lines[0]

    def of(self, case: str, commit: str = HERE) -> list[Line]:
        """Measurements of a case at a commit, the quickest of each point."""
        best: dict[str, Line] = {}
        for line in self.measured(commit):
            if line["case"] == case:
                before = best.get(line["label"])
                if before is None or line[line["clock"]] < before[before["clock"]]:
                    best[line["label"]] = line
        return list(best.values())

    def measured(self, commit: str = HERE) -> list[Line]:
        """All measurements at a commit, in their order."""
        return [line for line in self.lines if line.get("commit") == commit and "cpu" in line]

    def of_point(self, point: Point) -> list[Line]:
        """All that is known of a point, at any commit."""
        key = point.case, point.label
        return [line for line in self.lines[1:] if (line["case"], line["label"]) == key]

    def left_out(self, case: str) -> list[Line]:
        """What was not measured, nor later in this file, and why."""
        why: dict[tuple[str, str], Line] = {}
        for line in self.lines[1:]:
            if line["case"] == case and "commit" in line:
                key = line["label"], line["commit"]
                if "left_out" in line:
                    why[key] = line
                else:
                    why.pop(key, None)
        return list(why.values())


def machine(arguments: Sequence[str], against: str | None = None) -> Line:
    """What the figures depend on; of another commit, whose scenarios are run here too."""
    libraries = ("numpy", "numba", "mesa", "xarray")
    return {
        "cpu": cpu_model(), "cores": os.cpu_count(), "memory_gb": round(memory_gb("MemTotal"), 1),
        "load": round(os.getloadavg()[0], 1), "system": platform.system(),
        "machine": platform.machine(), "python": platform.python_version(),
        **{name: version(name) for name in libraries},
        "flowsim": described(),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"), "arguments": list(arguments),
        "against": against,
    }  # fmt: skip


def cpu_model() -> str:
    """Name of the processor."""
    told = Path("/proc/cpuinfo")
    if told.exists():
        for line in told.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def memory_gb(field: str = "MemAvailable") -> float:
    """Gigabytes of memory by a field of the system; endless where it does not tell."""
    told = Path("/proc/meminfo")
    if not told.exists():
        return math.inf
    lines = told.read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 2**20


def described() -> str:
    """The commit that is measured, or the version where there is none."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    return told.stdout.strip() or version("flowsim")


@contextmanager
def source_of(commit: str) -> Iterator[Path]:
    """A folder with flowsim and its scenarios as they are at a commit, removed afterwards.

    Raises
    ------
    PointError
        There is no such commit.
    """
    told = subprocess.run(
        ["git", "archive", commit, "flowsim", "scenarios"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if told.returncode:
        raise PointError(f"no flowsim at {commit}: {told.stderr.decode().strip()}")
    with tempfile.TemporaryDirectory(prefix="flowsim-against-") as folder:
        with tarfile.open(fileobj=BytesIO(told.stdout)) as archive:
            archive.extractall(folder, filter="data")
        yield Path(folder)


def byte_compile(source: Path) -> None:
    """Compile Python's own code as pip does: else a process that may not keep it does so anew."""
    command = [sys.executable, "-m", "compileall", "-qq", str(source / "flowsim")]
    subprocess.run(command, check=False)


def measure(
    point: Point,
    source: Path,
    timeout: float,
    most: int | None = None,
    functions: int = 0,
    scenarios: Path = ROOT,
) -> Line:
    """Measure a point in a process of its own, with the flowsim and the scenarios of two folders.

    Raises
    ------
    PointError
        It failed or took too long.
    """
    told = {"kind": point.kind, "params": point.params, "most": most or point.most,
            "functions": functions}  # fmt: skip
    path = os.pathsep.join([str(source), str(ROOT)])
    command = [sys.executable, "-P", "-W", "ignore", "-m", "tests.benchmarks.child"]
    with subprocess.Popen(
        [*command, json.dumps(told)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": path, SCENARIOS: str(scenarios / "scenarios")},
    ) as child:  # fmt: skip
        try:
            out, err = child.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            child.kill()
            raise PointError(f"took more than {timeout:g} s") from None
        except BaseException:
            child.kill()
            raise
    if child.returncode:
        last = [line for line in err.splitlines() if line.strip()][-1:] or ["no message"]
        raise PointError(f"failed with status {child.returncode}: {last[0].strip()}")
    return json.loads(out.splitlines()[-1])


class Budget:
    """How long a point may take, and what is expected of the next on an axis.

    Parameters
    ----------
    seconds : float
        Once a point of an axis has taken so long, or would by what the points before took, larger
        ones are left out. A process is ended after eight times as long (two minutes at least).
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.timeout = max(8 * seconds, 120.0)
        self._seen: dict[str, list[tuple[float, float, float]]] = {}
        self._stopped: dict[str, str] = {}

    def note(self, point: Point, line: Line) -> None:
        """What a point took."""
        if point.x is not None:
            seen = self._seen.setdefault(point.case, [])
            seen.append((point.x, line["wall"], line["peak_mb"]))

    def stop(self, point: Point, why: str) -> None:
        """A point of an axis failed: larger ones are not tried."""
        if point.x is not None:
            self._stopped[point.case] = f"a smaller one {why}"

    def refusal(self, point: Point) -> str:
        """Why a point is not measured; empty where it is."""
        if point.x is None or point.case not in self._seen:
            return self._stopped.get(point.case, "")
        if point.case in self._stopped:
            return self._stopped[point.case]
        seen = self._seen[point.case]
        (x, seconds, megabytes), factor = seen[-1], point.x / seen[-1][0]
        power = 1.0
        if len(seen) > 1:
            power = max(math.log(seconds / seen[-2][1]) / math.log(x / seen[-2][0]), 0.0)
        if seconds * factor**power > 2 * self.seconds:
            return f"would take some {seconds * factor**power:.0f} s (--seconds {self.seconds:g})"
        if megabytes * factor / 1024 > memory_gb():
            return f"would take up to {megabytes * factor / 1024:.0f} GB, more than is free"
        return ""


def run(
    points: Sequence[Point],
    lines: Lines,
    seconds: float,
    against: str | None = None,
    rounds: int = 1,
    functions: int = 0,
) -> Iterator[tuple[Point, Line]]:
    """Measure all points that are not there yet, and give each as it is there.

    With another commit each is measured in several rounds, here and there in turn. Both then run
    the scenarios of that commit: it may not know a key that those of today have.
    """
    budget = Budget(seconds)
    with source_of(against) if against else _nothing() as other:
        sources = {HERE: ROOT, **({against: other} if against else {})}
        for source in sources.values():
            byte_compile(source)
        if any(point.kind not in IN_OTHERS for point in points):
            for source in sources.values():  # what fails is told with the first point
                with suppress(PointError):
                    measure(Point("compiled", "", "compiled"), source, COMPILING_S)
        turns = [(n, commit) for n in range(rounds if against else 1) for commit in sources]
        for point in points:
            for line in _measure(point, turns, sources, other, lines, budget, functions):
                lines.add(line)
                yield point, line


def _measure(
    point: Point,
    turns: Sequence[tuple[int, str]],
    sources: Mapping[str, Path],
    scenarios: Path,
    lines: Lines,
    budget: Budget,
    functions: int,
) -> Iterator[Line]:
    """What is missing of a point, turn by turn; a commit that fails has no further turn."""
    told = {key: value for key, value in asdict(point).items() if key != "most"}
    had = {(line["round"], line["commit"]): line for line in lines.of_point(point)
           if "round" in line}  # fmt: skip
    if (0, HERE) in had:
        budget.note(point, had[0, HERE])
    elif why := budget.refusal(point):
        yield {**told, "commit": HERE, "left_out": why}
        return
    failed: set[str] = set()
    for number, commit in turns:
        if (number, commit) in had or commit in failed or HERE in failed:
            continue
        try:
            most = 1 if len(turns) > 1 else None
            line = measure(point, sources[commit], budget.timeout, most, functions, scenarios)
        except PointError as error:
            failed.add(commit)
            yield {**told, "commit": commit, "left_out": str(error)}
            if commit == HERE:
                budget.stop(point, str(error))
            continue
        if (number, commit) == (0, HERE):
            budget.note(point, line)
        yield {**told, "commit": commit, "round": number, **line}


@contextmanager
def _nothing() -> Iterator[Path]:
    yield ROOT
