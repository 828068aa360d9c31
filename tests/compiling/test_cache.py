"""Compiled code is kept where it can be, read again, and never taken for that of something else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim import compiled_cache
from tests.full import only_full

ROOT = Path(__file__).parents[2]
SCRIPT = """
import logging
logging.basicConfig(level=logging.INFO, format="%(message)s")
from flowsim.compiling import compiled
known = compiled(("flowsim.keyed",), ("to_unit",))
print(known.to_unit(2**63), known.to_unit.stats.cache_hits and "hit" or "none")
print("hits", sum(known.to_unit.stats.cache_hits.values()))
"""


def started(cache: Path, sources: Path = ROOT) -> subprocess.Popen[str]:
    """A small kernel in a process of its own."""
    env = {**os.environ, compiled_cache.VARIABLE: str(cache), "PYTHONPATH": str(sources)}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT], stdout=pipe, stderr=pipe, text=True, env=env
    )


def told(child: subprocess.Popen[str]) -> tuple[str, str]:
    """What it gives, and what it says."""
    out, said = child.communicate()
    assert child.returncode == 0, said
    return out.splitlines()[-1], said


def run(cache: Path, sources: Path = ROOT) -> tuple[str, str]:
    return told(started(cache, sources))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the code of the kernel, which two processes wanted at once."""
    cache = tmp_path_factory.mktemp("kept")
    found = [told(child) for child in [started(cache), started(cache)]]
    assert sorted(hits for hits, _ in found) == ["hits 0", "hits 1"]
    assert sum("flowsim compiles its model for this machine, once" in s for _, s in found) == 1
    return cache


@pytest.fixture
def cache(kept: Path, tmp_path: Path) -> Path:
    """A copy of that folder."""
    return Path(shutil.copytree(kept, tmp_path / "cache"))


def test_code_is_compiled_once_and_then_read(cache: Path) -> None:
    assert list(cache.rglob("*.nbi"))
    assert run(cache) == ("hits 1", "")


def test_the_same_sources_elsewhere_and_later_are_the_same_code(
    cache: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "flowsim", tmp_path / "elsewhere" / "flowsim", copy_function=shutil.copy)
    assert run(cache, tmp_path / "elsewhere") == ("hits 1", "")


@pytest.mark.parametrize(
    "damage", [b"", b"\x80\x04", pytest.param(b"nothing of the kind", marks=only_full)]
)
def test_what_is_damaged_is_compiled_again(cache: Path, damage: bytes) -> None:
    for file in (*cache.rglob("*.nbi"), *cache.rglob("*.nbc")):
        file.write_bytes(damage)
    assert run(cache)[0] == "hits 0"
    assert run(cache)[0] == "hits 1"


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
