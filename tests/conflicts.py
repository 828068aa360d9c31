"""Where the conflicts in Flee's format lie, which are not part of the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NAMES = ("burundi2015", "car2013", "mali2012", "nigeria2016", "ssudan2013", "tigray2020")


def conflicts_folder() -> Path | None:
    """Their folder: FLOWSIM_CONFLICTS, or ``shared/conflicts`` beside the checkout."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "conflicts"
    folder = Path(os.environ.get("FLOWSIM_CONFLICTS", beside))
    return folder if folder.is_dir() else None


needs_conflicts = pytest.mark.skipif(
    conflicts_folder() is None, reason="the folder of conflicts is absent; set FLOWSIM_CONFLICTS"
)
