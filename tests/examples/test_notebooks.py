"""The notebooks run from top to bottom, are kept without outputs, and say what they said.

To accept what has moved in their headline figures: ``FLOWSIM_BASELINE="why it moved" pytest
tests/examples``; the reason is written into the files beside this one.
"""

import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.children import PATIENCE_S
from tests.full import only_full

ROOT = Path(__file__).parents[2]
KEPT = Path(__file__).parent
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
FIGURES = {
    "01_first_run": 5, "02_border_policies": 2, "03_sensitivity": 2, "04_calibration": 3,
    "05_forecast": 1,
}  # fmt: skip
"""How many each draws."""
HEADLINES = {
    "01_first_run": ("across by 15 June",),
    "02_border_policies": ("beside.round(1)", "with_relief ="),
    "03_sensitivity": ('through["effect"] =',),
    "04_calibration": ('sort_values("width")', "print(comparison)"),
    "05_forecast": ("scores.round(3)", "a month ahead"),
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


FIRST = NOTEBOOKS[:1]
REST = [pytest.param(path, marks=only_full) for path in NOTEBOOKS[1:]]


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
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", ())]
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    figures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(figures) == FIGURES[path.stem]
    file, told = KEPT / f"{path.stem}.txt", headline(notebook, HEADLINES[path.stem])
    reason = os.environ.get("FLOWSIM_BASELINE", "").strip()
    if reason:
        file.write_text(f"# Headline figures. Why they are these: {reason}\n{told}", "utf-8")
    assert figures_in(told) == figures_in(file.read_text(encoding="utf-8")), told
