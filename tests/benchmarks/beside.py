"""Flee from the package index, run beside flowsim on the same folders."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.cases import Point
from tests.benchmarks.measure import ROOT, Line, Lines, PointError, measure
from tests.benchmarks.worlds import World, write_for_flee
from tests.conflicts import NAMES, conflicts_folder

FLEE = "3.1"
NEEDS = ("numpy", "pandas", "pyyaml", "beartype", "networkx", "matplotlib")
"""What Flee uses; its package asks for MPI too, which one process can do without."""
SCRIPT = ROOT / "tests" / "flee" / "run_flee.py"
SIZES = (1000, 10_000, 100_000)
"""People of made-up folders, of whom four in five come; one agent a person."""
PATIENCE_S = 3600.0


def environment(folder: Path) -> Path:
    """The Python of an environment with Flee, made where there is none.

    Raises
    ------
    PointError
        It cannot be installed.
    """
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"Making {folder}, with Flee {FLEE}", flush=True)
        pip = [str(python), "-m", "pip", "-qq", "install"]
        for command in (
            [sys.executable, "-m", "venv", "--clear", str(folder)],
            [*pip, *NEEDS],
            [*pip, "--no-deps", f"flee=={FLEE}"],
        ):
            if subprocess.run(command, check=False).returncode:
                raise PointError(f"Flee {FLEE} cannot be installed: {' '.join(command)} failed")
        (folder / "ready").touch()
    return python


def run(lines: Lines, output: Path, hasten: int) -> Iterator[Line]:
    """Flee and flowsim on made-up folders of rising size, and on the conflicts that are there."""
    python = environment(output / "flee-environment")
    with tempfile.TemporaryDirectory() as made:
        for people in SIZES:
            size = World(people=people, places=40, moving=0.8, days=100.0)
            where = Path(made) / str(people)
            yield from _one(lines, python, write_for_flee(size, where), f"made up, {people:,}", 1)
    there = conflicts_folder()
    for name in NAMES if there else ():
        yield from _one(lines, python, there / name, name, hasten)


def _one(lines: Lines, python: Path, folder: Path, label: str, hasten: int) -> Iterator[Line]:
    point = Point("flee", label, "conflict", {"folder": str(folder)})
    if lines.of_point(point):
        return
    told = {"case": "flee", "label": label, "hasten": hasten, "flee_version": FLEE}
    ours = {}
    for rules in ("flee", "flowsim"):
        many = hasten if rules == "flee" else 1
        params = {"folder": str(folder), "rules": rules, "flee_hasten": many}
        ours[rules] = measure(Point("flee", label, "conflict", params), ROOT, PATIENCE_S)
    line = {
        **told, "flee_seconds": flee_seconds(python, folder, hasten),
        "rules_flee": ours["flee"]["cpu"], "own_rules": ours["flowsim"]["cpu"],
        "persons": ours["flowsim"]["persons"], "steps": ours["flowsim"]["steps"],
    }  # fmt: skip
    lines.add(line)
    yield line


def flee_seconds(python: Path, folder: Path, hasten: int) -> float:
    """CPU seconds that Flee takes to read a folder and run it, as the script of the tests tells.

    Raises
    ------
    PointError
        It failed.
    """
    with tempfile.TemporaryDirectory() as out:
        told = subprocess.run(
            [python, SCRIPT, folder.parent, out, "--members", "1", "--hasten", str(hasten),
             "--names", folder.name], capture_output=True, text=True, check=False,
        )  # fmt: skip
    found = re.search(r"member 1: ([\d.]+) s", told.stdout)
    if told.returncode or found is None:
        last = told.stderr.strip().splitlines()[-1:] or ["no message"]
        raise PointError(f"Flee failed on {folder.name}: {last[0]}")
    return float(found[1])
