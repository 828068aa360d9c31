"""A command loads nothing that it has no use for, even where it is installed."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from flowsim.left_out import left_out

ALONE = """
import sys
from flowsim.cli.main import main
sys.argv = ["flowsim", "run", "tests/data/small", "-o", sys.argv[1], "--no-figures", "--quiet"]
try:
    main()
finally:
    print(*sorted({"dask", "pyarrow", "coverage", "xarray"} & set(sys.modules)))
"""


def test_a_run_by_the_command_loads_neither_dask_nor_pyarrow(tmp_path: Path) -> None:
    there = [n for n in ("dask", "pyarrow", "coverage") if importlib.util.find_spec(n)]
    if not there:
        pytest.skip("none of them is installed")
    told = subprocess.run(
        [sys.executable, "-c", ALONE, str(tmp_path / "out")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.stdout.splitlines()[-1].split() == ["xarray"], told.stderr
    assert (tmp_path / "out" / "result.nc").exists()


def test_what_was_left_out_can_be_imported_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    with left_out("colorsys", "json"):
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("colorsys")
        import json  # it was there before
    assert json.dumps([1]) == "[1]"
    assert importlib.import_module("colorsys").__name__ == "colorsys"
