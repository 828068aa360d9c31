"""`.ci/run` tests a clone named flowsim, below a folder with a blank, and leaves nothing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.children import PATIENCE_S

SCRIPT = Path(__file__).parents[2] / ".ci" / "run"
TOOLS = ("bash", "git", "make")
pytestmark = pytest.mark.skipif(
    not all(shutil.which(tool) for tool in TOOLS), reason=f"it needs {', '.join(TOOLS)}"
)
MAKEFILE = """\
browser:
	@exit $${BROWSER_STATUS:-0}
test:
	@echo browser: $$FLOWSIM_BROWSER
	@pwd
	@git log -1 --format=%s
	@cat told
	@exit $${STATUS:-0}
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with the script, and a target that tells where it is made."""
    folder = tmp_path / "some where"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(SCRIPT, folder / ".ci" / "run")
    (folder / "Makefile").write_text(MAKEFILE, encoding="utf-8")
    (folder / "told").write_text("committed\n", encoding="utf-8")
    author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for words in (["init", "-q"], ["add", "-A"], [*author, "commit", "-q", "-m", "the commit"]):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def run(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    temporary = checkout.with_name("temporary")
    temporary.mkdir(exist_ok=True)
    return subprocess.run(
        ["bash", str(checkout / ".ci" / "run")],
        cwd="/",
        env={**os.environ, "TMPDIR": str(temporary), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


def test_the_last_commit_is_tested_in_a_clone_with_a_blank_above_it(checkout: Path) -> None:
    done = run(checkout)
    assert done.returncode == 0, done.stderr
    where = next(line for line in done.stdout.splitlines() if line.startswith("/"))
    assert Path(where).name == "flowsim"
    assert "browser: required" in done.stdout  # so no test in a browser is skipped
    assert " " in Path(where).parent.name
    assert not Path(where).is_relative_to(checkout)
    assert {"the commit", "committed"} <= set(done.stdout.splitlines())
    assert "not tested" not in done.stderr


def test_what_is_not_committed_is_told(checkout: Path) -> None:
    (checkout / "told").write_text("changed\n", encoding="utf-8")
    done = run(checkout)
    assert "What is not committed is not tested:\n M told\n" in done.stderr
    assert "changed" not in done.stdout


@pytest.mark.parametrize("status", ["0", "3"])
def test_the_exit_status_is_that_of_the_tests_and_the_clone_goes(
    checkout: Path, status: str
) -> None:
    done = run(checkout, STATUS=status)
    assert (done.returncode == 0) == (status == "0")
    assert not list(checkout.with_name("temporary").iterdir())


def test_a_folder_that_is_not_a_repository_is_copied(checkout: Path) -> None:
    shutil.rmtree(checkout / ".git")
    (checkout / ".venv").mkdir()
    makefile = "test:\n\t@pwd\n\t@ls -A\n"
    (checkout / "Makefile").write_text(makefile, encoding="utf-8")
    done = run(checkout)
    assert done.returncode == 0, done.stderr
    assert "git cannot clone this folder; its files are copied" in done.stderr
    where, *files = [line for line in done.stdout.splitlines() if not line.startswith("make")]
    assert Path(where).name == "flowsim"
    assert files == [".ci", "Makefile", "told"]


def test_without_a_browser_the_tests_run_and_are_told_whether_they_need_it(checkout: Path) -> None:
    done = run(checkout, BROWSER_STATUS="1", FLOWSIM_BROWSER="optional")
    assert done.returncode == 0, done.stderr
    assert "browser: optional" in done.stdout
