"""Every scenario that comes with flowsim is what its baseline says, at the exact level.

To accept what has moved: ``flowsim check --update REASON``. `make check-full` does the statistical
level.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from flowsim.check.guard import guard
from flowsim.check.read import FILE, folders

FOLDERS = folders(Path("scenarios"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_a_scenario_is_what_it_was(folder: Path) -> None:
    verdict = guard(folder)
    assert verdict.held, str(verdict)
    assert (folder / FILE).is_file()


def test_all_scenarios_are_found() -> None:
    assert {path.name for path in FOLDERS} == {path.name for path in Path("scenarios").iterdir()}
