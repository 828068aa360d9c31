"""What the tests of child processes share: how long they wait, and who may reach their folders."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

PATIENCE_S = 900.0
"""After so long a process hangs for certain, however busy the machine is."""


def let_others_in(folder: Path) -> None:
    """Let the user of no rights reach a folder; only root becomes that user, so else do nothing.

    What lies below the system's temporary folder was made for the tests and is opened; where a
    folder above it shuts others out, the test is skipped.
    """
    if os.getuid():
        return
    temporary = Path(tempfile.gettempdir()).resolve()
    for each in (folder.resolve(), *folder.resolve().parents):
        mode = each.stat().st_mode
        if mode & stat.S_IXOTH and mode & stat.S_IROTH:
            continue
        if temporary not in each.parents:
            pytest.skip(f"the user of no rights cannot reach {each}")
        each.chmod(mode | stat.S_IXOTH | stat.S_IROTH)
