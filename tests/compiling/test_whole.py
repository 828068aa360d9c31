"""Machine code is made of what a run calls, with all below it in it, and of nothing else."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from flowsim import compiled_cache, compiling

SOURCE = """
from math import sqrt

def lowest(values, n):
    here = values
    return sqrt(here[n]) + 1.0

def middle(values, n):
    return lowest(values, n) + (middle_again(values, n) if n > 0 else 0.0)

def middle_again(values, n):
    return 2.0 * lowest(values, n)

def entry(values):
    total = 0.0
    for n in range(len(values)):
        total += middle(values, n)
    return total

def other(values):
    return lowest(values, 0)
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Its functions compiled, of which two are called by a run."""
    (tmp_path / "scalar_ones.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv(compiled_cache.VARIABLE, str(tmp_path / "cache"))
    compiled_cache.folder.cache_clear()
    yield compiling.compiled(("scalar_ones",), ("entry", "other"))
    compiled_cache.folder.cache_clear()
    sys.modules.pop("scalar_ones")


def library_of(function):
    [version] = function.overloads.values()
    return version.library


def test_inner_functions_are_linked_into_what_a_run_calls_and_not_made_code_of(made) -> None:
    values = np.array([4.0, 9.0])
    assert made.entry(values) == 3.0 + (4.0 + 8.0)
    assert made.other(values) == 3.0
    for inner in (made.lowest, made.middle, made.middle_again):
        library = library_of(inner)
        assert not library._compiled
        assert [f.name for f in library.get_defined_functions()] == [
            version.fndesc.mangled_name for version in inner.overloads.values()
        ]
        assert "NRT_" not in library.get_llvm_str()  # who calls holds the arrays
    assert library_of(made.entry)._compiled
    assert library_of(made.other)._compiled
