"""The notebooks run from top to bottom, are kept without outputs, and say what they said.

To accept what has moved in their headline figures: ``FLOWSIM_BASELINE="why it moved" pytest
tests/examples``; the reason is written into the files beside this one.
"""

from __future__ import annotations

import ast
import io
import linecache
import os
import re
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

from tests.children import PATIENCE_S
from tests.full import only_full

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
FIGURES = {
    "01_first_run": 5, "02_border_policies": 3, "03_sensitivity": 2, "04_calibration": 3,
    "05_forecast": 1, "06_own_policy": 2, "07_own_crisis": 2, "08_flee_score": 1,
    "09_household_story": 1, "10_mesa": 1, "11_guard": 1,
}  # fmt: skip
"""How many each draws."""
HEADLINES = {
    "01_first_run": ("across by 15 June",),
    "02_border_policies": ("gates.round(1)", "beside.round(-2)"),
    "03_sensitivity": ('through["effect"] =',),
    "04_calibration": ('sort_values("width")', "print(comparison)"),
    "05_forecast": ("scores.round(3)", "a month ahead"),
    "06_own_policy": ("print(comparison)",),
    "07_own_crisis": ("most waiting at once",),
    "08_flee_score": ("ARD, own rules", "ARD on its own days"),
    "09_household_story": ("a family of", 'groupby("step")'),
    "10_mesa": ("notes[notes", "told.tail"),
    "11_guard": ("verdict.changes",),
}
"""What stands in the cells whose figures are guarded."""


def read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_stripped(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
    assert notebook.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def headline(notebook: nbformat.NotebookNode, marks: tuple[str, ...]) -> str:
    """What the guarded cells print and show."""
    cells = [c for mark in marks for c in notebook.cells if mark in c.source and c.get("outputs")]
    assert len(cells) == len(marks)
    outputs = [output for cell in cells for output in cell.outputs]
    texts = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs]
    lines = [line.rstrip() for text in texts for line in text.splitlines()]
    return "\n".join(lines) + "\n"


def figures_in(text: str) -> list[str]:
    """Numbers, as they are written; how a version of pandas sets its columns does not matter."""
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return re.findall(r"-?\d[\d,]*(?:\.\d+)?", "\n".join(lines))


def test_a_figure_that_moves_is_seen() -> None:
    kept = (KEPT / "01_first_run.txt").read_text(encoding="utf-8")
    numbers = figures_in(kept)
    assert len(numbers) >= 8
    other = kept.replace(numbers[-1], f"{numbers[-1]}1")
    assert figures_in(other) != numbers


QUICK = [path for path in NOTEBOOKS if path.stem >= "06"]
"""They take seconds, and run in this process too, where nothing has to be loaded again."""
FIRST = NOTEBOOKS[:1]
REST = [pytest.param(path, marks=only_full) for path in NOTEBOOKS[1:]]


def hold(name: str, told: str) -> None:
    """Hold headline figures against the kept ones, or keep them where a reason is given."""
    file = KEPT / f"{name}.txt"
    reason = os.environ.get("FLOWSIM_BASELINE", "").strip()
    if reason:
        file.write_text(f"# Headline figures. Why they are these: {reason}\n{told}", "utf-8")
    assert figures_in(told) == figures_in(file.read_text(encoding="utf-8")), told


@pytest.mark.parametrize("path", [*FIRST, *REST], ids=lambda p: p.stem)
def test_it_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    notebook = read(path)
    NotebookClient(
        notebook,
        timeout=int(PATIENCE_S),
        startup_timeout=int(PATIENCE_S),
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path)}},  # it runs in any folder
    ).execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(figures) == FIGURES[path.stem]
    hold(path.stem, headline(notebook, HEADLINES[path.stem]))


def carry_out(cell: str, file: str, names: dict[str, Any]) -> tuple[str, Any]:
    """What a cell prints, and the value of its last expression."""
    linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
    tree, value = ast.parse(cell), None
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, file, "exec"), names)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), file, "eval"), names)
    return printed.getvalue(), value


@pytest.mark.parametrize("path", QUICK, ids=lambda p: p.stem)
def test_a_quick_one_runs_here(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plt.close("all")  # what an earlier test of this worker left open is no figure of the notebook
    names: dict[str, Any] = {"__name__": "__main__"}
    told, figures, marks = {}, 0, HEADLINES[path.stem]
    cells = [cell.source for cell in read(path).cells if cell.cell_type == "code"]
    with pd.option_context("display.max_columns", 20, "display.width", 200):
        for number, cell in enumerate(cells):
            printed, value = carry_out(cell, f"<{path.stem} {number}>", names)
            drawn = [value] if isinstance(value, Figure) else plt.get_fignums()
            figures += len(drawn)
            plt.close("all")
            shown = "" if value is None or isinstance(value, Figure) else f"{value!r}\n"
            told |= {mark: printed + shown for mark in marks if mark in cell and printed + shown}
    for value in names.values():
        if isinstance(value, TemporaryDirectory):
            value.cleanup()  # a kernel that ends does
    assert figures == FIGURES[path.stem]
    assert set(told) == set(marks)
    hold(path.stem, "".join(told[mark] for mark in marks))
