"""The same runs give the same numbers wherever they are made: on any version of Python and of the
libraries, with any number of BLAS threads, and on any level of CPU features.

Counts are the same everywhere. So is each bit, but for one thing: with AVX-512 numpy's exp and log
differ in their last bits, so that there floats agree to ``TOLERANCE`` only.

To accept what has moved: ``FLOWSIM_BASELINE="why it moved" pytest tests/exact``; the reason is
written into `kept.txt`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

from flowsim.model.assemble import cpu_level
from flowsim.model.axes import OUTCOMES
from tests.exact import kept
from tests.full import only_full

ROOT = Path(__file__).parents[2]
TOLERANCE = 1e-9
SIMD = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
"""Vector features that numpy uses here beyond those that it takes for granted."""
OTHERS = [f"3.{minor}" for minor in (11, 12, 13) if minor != sys.version_info.minor]


class Told(NamedTuple):
    """What a process told of its runs: where it was, `kept.told`, and `kept.whole`."""

    where: str
    numbers: list[str]
    bits: list[str]


@lru_cache(maxsize=1)
def here():
    return kept.results()


def elsewhere(python: str | Path = sys.executable, **environment: str) -> Told:
    """The same in a process of its own."""
    done = subprocess.run(
        [str(python), "-m", "tests.exact.kept"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    gap = lines.index("")
    return Told(lines[0], lines[1:gap], lines[gap + 1 :])


def moved(before: list[str], after: list[str]) -> list[str]:
    """Lines that are not what they were: integers exactly, floats within the tolerance."""
    old, new = ({tuple(line.split()[:2]): line.split()[2:] for line in x} for x in (before, after))
    return [
        f"{' '.join(key)}: {old.get(key)} -> {new.get(key)}"
        for key in {**old, **new}
        if old.get(key) != new.get(key) and not _near(key[1], old.get(key), new.get(key))
    ]


def _near(what: str, old: list[str] | None, new: list[str] | None) -> bool:
    if what == "integers" or old is None or new is None:
        return False
    return np.allclose(np.array(old, float), np.array(new, float), rtol=TOLERANCE, atol=0.0)


def read() -> list[str]:
    lines = kept.FILE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def test_the_runs_are_what_they_were():
    now = kept.told(here())
    reason = os.environ.get("FLOWSIM_BASELINE", "").strip()
    if reason:
        head = f"# Runs of kept.py. Why they are these: {reason}"
        kept.FILE.write_text("\n".join([head, *now]) + "\n", encoding="utf-8", newline="\n")
    assert not moved(read(), now)


def test_every_outcome_is_among_them():
    totals = sum(
        data.outcomes.sum(["time", "crossing", "kind"]).values
        for name, data in here().items()
        if "flee" not in name
    )
    assert dict(zip(OUTCOMES, totals > 0, strict=True)) == dict.fromkeys(OUTCOMES, True)
    for name in ("deaths", "wounded", "split", "reunited", "apart", "barred_deaths", "registered"):
        assert here()["strict"][name].sum() > 0, name
    for data in here().values():
        assert data.people.isel(time=-1).sum(["place", "group"])[1:].sum() > 0


def test_a_number_that_moves_is_seen():
    lines = read()
    one = next(i for i, line in enumerate(lines) if " integers " in line)
    other = next(i for i, line in enumerate(lines) if " exposure " in line)
    name, what, first, second = lines[other].split()
    for i, text in (
        (one, lines[one][:-1] + ("0" if lines[one][-1] != "0" else "1")),
        (other, f"{name} {what} {float(first) * (1 + 1e-8):.12g} {second}"),
        (other, f"{name} {what} {first} {float(second) * (1 + 1e-8):.12g}"),
    ):
        assert len(moved(lines, [*lines[:i], text, *lines[i + 1 :]])) == 1
    assert moved(lines, lines[1:])
    near = f"{name} {what} {float(first) * (1 + 1e-11):.12g} {second}"
    assert not moved(lines, [*lines[:other], near, *lines[other + 1 :]])


@pytest.mark.parametrize("threads", ["2", pytest.param("1", marks=only_full)])
def test_the_number_of_blas_threads_changes_no_bit(threads):
    assert elsewhere(**blas(threads)).bits == kept.whole(here())


@pytest.mark.skipif(not SIMD, reason="numpy uses no vector features here that could be left out")
def test_with_one_thread_and_no_vector_features_counts_are_the_same_and_floats_nearly():
    there = elsewhere(NPY_DISABLE_CPU_FEATURES=" ".join(SIMD), **blas("1"))
    assert there.where.split(maxsplit=1)[1] != cpu_level()
    assert not moved(kept.told(here()), there.numbers)


def blas(threads: str) -> dict[str, str]:
    return {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads}


@only_full
def test_other_versions_of_python_change_no_bit(tmp_path):
    """In environments as `make` makes them, with the libraries that the lock has for each: the same
    bits, and June 2010 is what its baseline says. Those that are not installed are left out."""
    found = {version: python for version in OTHERS if (python := python_of(version))}
    if not found:
        pytest.skip(f"none of Python {', '.join(OTHERS)} is installed")
    for version, python in found.items():
        venv = tmp_path / version
        make = ["make", f"VENV={venv}", f"PYTHON={python}", f"{venv}/.dev"]
        subprocess.run(make, cwd=ROOT, check=True)
        there = elsewhere(venv / "bin" / "python")
        assert there.where == f"{version} {cpu_level()}"
        assert there.bits == kept.whole(here())
        check = [venv / "bin" / "flowsim", "check", "scenarios/kyrgyz_uzbek_2010"]
        done = subprocess.run(check, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def python_of(version: str) -> str | None:
    """An interpreter of that version that starts, if there is one."""
    path = shutil.which(f"python{version}")
    return path if path and not subprocess.run([path, "-c", ""], check=False).returncode else None
