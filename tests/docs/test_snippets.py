"""The Python on the pages runs, page by page, as a reader would type it in."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.docs.workspace import smaller
from tests.pages import ROOT, blocks, pages, read

ENDS = "2010-06-16T01:00"
OWN_TESTS = ("docs/batch_run.md",)
"""Their blocks are alternatives, and are run by tests of their own."""
MARKS = {"", "elsewhere", "pytest"}
"""What stands behind `python`: runs here, needs what a machine may lack, or is a test itself."""


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


WITH_CODE = [p for p in pages() if blocks(read(p), "python") and name(p) not in OWN_TESTS]


@pytest.mark.parametrize("page", WITH_CODE, ids=name)
def test_the_python_of_a_page_runs(page: Path, workspace: Path) -> None:
    text = read(page)
    names: dict[str, object] = {"__name__": "__main__"}
    for found in re.finditer(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        above = text[: found.start(1)].count("\n")  # so that an error names the line of the page
        code = "\n" * above + smaller(found[1], name(page))
        exec(compile(code, page, "exec"), names)


def test_every_block_of_python_has_a_mark_that_a_test_knows() -> None:
    for page in pages():
        if name(page) in OWN_TESTS:
            continue
        for mark in re.findall(r"^```python ?(.*)$", read(page), re.MULTILINE):
            assert mark in MARKS, (name(page), mark)


@pytest.mark.parametrize("page", [p for p in pages() if "```python elsewhere" in read(p)], ids=name)
def test_code_for_another_machine_names_what_there_is(page: Path) -> None:
    for block in blocks(read(page), "python elsewhere"):
        tree = ast.parse(block)
        used = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        made = {node.id for node in used if isinstance(node.ctx, ast.Store)}
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        made |= {alias.asname or alias.name for node in imports for alias in node.names}
        assert {node.id for node in used} <= made
