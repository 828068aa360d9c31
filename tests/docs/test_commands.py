"""The commands on the pages run, page by page, after the files that the page says to save."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import flowsim.plot
from flowsim.cli.main import cli
from tests.docs.workspace import smaller
from tests.full import only_full
from tests.pages import ROOT, pages, read

BLOCK = re.compile(r"^```(sh|text|yaml)( [\w./]+)?\n(.*?)^```", re.DOTALL | re.MULTILINE)
ENDS = "2010-06-11T18:00"
MARKS = {"", "elsewhere"}
"""What stands behind `sh`: runs here, or sets things up, or needs what only a reader has."""
MAKE = set(
    re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def commands(block: str) -> list[str]:
    """Lines of a block without what stands behind a #."""
    return [
        line for line in (re.sub(r"\s+#.*|^#.*", "", raw) for raw in block.splitlines()) if line
    ]


SLOW = ("docs/howto/calibrate.md", "docs/howto/sensitivity.md", "docs/howto/report.md")
"""What their commands do takes seconds, and other tests do it in every `make test`: the Python of
the same page, and the tests of the report."""
WITH_COMMANDS = [page for page in pages() if "```sh" in read(page)]


RUN = [
    pytest.param(page, marks=[only_full] if name(page) in SLOW else []) for page in WITH_COMMANDS
]


@pytest.mark.parametrize("page", RUN, ids=name)
def test_the_commands_of_a_page_run(
    page: Path,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # what figures show is tested elsewhere, and drawing them is most of the time of a run
    monkeypatch.setattr(flowsim.plot, "OF_A_RUN", {})
    for kind, mark, block in BLOCK.findall(read(page)):
        mark = mark.strip()
        if kind != "sh" and "." in mark:
            file = workspace / mark
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(smaller(block, name(page)), encoding="utf-8")
        if kind == "sh" and not mark:
            for line in commands(block):
                carry_out(smaller(line, name(page)), workspace)


def carry_out(line: str, folder: Path) -> None:
    """Run a command in this process, as a shell would."""
    line, _, output = line.partition(" > ")
    program, *words = shlex.split(line)
    if program == "make":
        assert words[0] in MAKE, line
        return
    assert program == "flowsim", f"{line}: mark its block `sh elsewhere` if it cannot run here"
    done = CliRunner().invoke(cli, words)
    told = f"{line}\n{done.output}"
    assert done.exit_code in ((0, 1) if words[0] == "check" else (0,)), (
        f"{told}\n{done.exception!r}"
    )
    if output:
        (folder / output).write_text(done.stdout, encoding="utf-8")


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=name)
def test_commands_that_do_not_run_here_exist(page: Path) -> None:
    """Their names, their options, and the targets of make."""
    for mark, block in re.findall(r"^```sh ?(.*)\n((?:.*\n)*?)^```", read(page), re.MULTILINE):
        assert mark in MARKS, (name(page), mark)
        for line in commands(block):
            program, *words = shlex.split(line.partition(" > ")[0])
            if program == "make":
                assert words[0] in MAKE, line
            if Path(program).name != "flowsim" or words[0].startswith("-"):
                continue
            told = CliRunner().invoke(cli, [words[0], "--help"])
            assert told.exit_code == 0, line
            for word in words[1:]:
                assert not word.startswith("-") or word in told.output, f"{line}: {word}"
