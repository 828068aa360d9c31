"""The folder in which the code and the commands of the pages run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flowsim.scenario import shipped
from tests.docs.workspace import JUNE, make_small, thin
from tests.flee_folder import flee_folder
from tests.pages import ROOT


@pytest.fixture(scope="module")
def thinned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenarios for the tests of a module, which says when June 2010 ends."""
    folder = tmp_path_factory.mktemp("thinned") / "scenarios"
    thin(folder, request.module.ENDS)
    make_small(folder)
    return folder


@pytest.fixture
def workspace(thinned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, in which the names of scenarios mean the thinned ones."""
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "tests" / "imports" / "data", folder)
    flee_folder(tmp_path).rename(folder / "mali2012")
    for name in (JUNE, "mine"):  # what a checkout of one's own has, to be guarded
        shutil.copytree(thinned / "small", folder / "scenarios" / name)
    monkeypatch.setattr(shipped, "INSTALLED", thinned)
    monkeypatch.chdir(folder)
    return folder
