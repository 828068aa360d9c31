"""A command loads nothing that it has no use for, even where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim.left_out import left_out
from tests.flee_folder import flee_folder

ALONE = """
import sys
from flowsim.cli.main import main
sys.argv = ["flowsim", *sys.argv[1:], "--quiet"]
try:
    main()
finally:
    heavy = {"dask", "pyarrow", "coverage", "pandas", "xarray", "scipy.sparse", "matplotlib"}
    print(*sorted(heavy & set(sys.modules)))
"""


def loaded(*words: str) -> list[str]:
    """Heavy libraries that a command has loaded by its end."""
    told = subprocess.run(
        [sys.executable, "-c", ALONE, *words], capture_output=True, text=True, check=False
    )
    assert told.stdout, told.stderr
    return told.stdout.splitlines()[-1].split()


def test_a_run_by_the_command_loads_neither_dask_nor_pyarrow(tmp_path: Path) -> None:
    there = [n for n in ("dask", "pyarrow", "coverage") if importlib.util.find_spec(n)]
    if not there:
        pytest.skip("none of them is installed")
    out = tmp_path / "out"
    found = loaded("run", "tests/data/small", "-o", str(out), "--no-figures")
    assert found == ["pandas", "scipy.sparse", "xarray"]
    assert (out / "result.nc").exists()


def test_a_score_by_flees_rules_loads_no_tables_and_no_scipy(tmp_path: Path) -> None:
    folder = str(flee_folder(tmp_path))
    assert loaded("score", folder, "--strict-flee", "--rules", "flee") == []
    assert loaded("score", folder) == ["pandas", "scipy.sparse", "xarray"]


def test_what_was_left_out_can_be_imported_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with left_out("colorsys", "json"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("colorsys")
        import json  # it was there before
    assert json.dumps([1]) == "[1]"
    assert importlib.import_module("colorsys").__name__ == "colorsys"
