"""Compiled code is kept where it can be, read again, and never taken for that of something else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim import compiled_cache

SCRIPT = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
from flowsim.compiling import compiled
known = compiled(("flowsim.keyed",), ("to_unit",))
print(known.to_unit(2**63), known.to_unit.stats.cache_hits and "hit" or "none")
print("hits", sum(known.to_unit.stats.cache_hits.values()))
"""


def run(cache: Path, sources: Path | None = None) -> tuple[str, str]:
    """What a small kernel gives in a process of its own, and what it says."""
    found = {compiled_cache.VARIABLE: str(cache), "PYTHONPATH": str(sources or Path.cwd())}
    environment = {**os.environ, **found}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, check=True,
        cwd=sources,
    )  # fmt: skip
    return done.stdout.splitlines()[-1], done.stderr


def test_code_is_compiled_once_and_then_read(tmp_path: Path) -> None:
    first, said = run(tmp_path)
    assert first == "hits 0"
    assert "flowsim compiles its model for this machine, once" in said
    assert list(tmp_path.rglob("*.nbi"))
    again, said = run(tmp_path)
    assert (again, said) == ("hits 1", "")


def test_another_copy_of_the_same_sources_reads_it(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "flowsim"
    shutil.copytree(Path(compiled_cache.__file__).parent, copy, copy_function=shutil.copyfile)
    assert run(tmp_path / "cache")[0] == "hits 0"
    assert run(tmp_path / "cache", copy.parent) == ("hits 1", "")


@pytest.mark.parametrize("damage", [b"", b"\x80\x04", b"nothing of the kind"])
def test_what_is_damaged_is_compiled_again(tmp_path: Path, damage: bytes) -> None:
    run(tmp_path)
    for file in (*tmp_path.rglob("*.nbi"), *tmp_path.rglob("*.nbc")):
        file.write_bytes(damage)
    assert run(tmp_path)[0] == "hits 0"
    assert run(tmp_path)[0] == "hits 1"


def test_a_folder_that_cannot_be_made_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert run(tmp_path / "file" / "cache")[0] == "hits 0"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_each_version_of_a_callee_has_a_folder_of_its_own(tmp_path: Path, monkeypatch) -> None:
    """Of numba's own cache a callee that has changed in another file is not seen."""
    (tmp_path / "callee.py").write_text("def less(x):\n    return x - 1\n")
    (tmp_path / "caller.py").write_text(
        "from callee import less\n\ndef f(x):\n    return less(x)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    names = ("callee", "caller")
    before = compiled_cache.digest(names)
    assert compiled_cache.digest(names) == before
    (tmp_path / "callee.py").write_text("def less(x):\n    return x - 2\n")
    assert compiled_cache.digest(names) != before


def test_what_needs_no_run_loads_no_compiler() -> None:
    code = (
        "import sys, flowsim as fs; fs.load('scenarios/kyrgyz_uzbek_2010'); "
        "from flowsim.cli.main import main; import flowsim.running, flowsim.model.simulation; "
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
