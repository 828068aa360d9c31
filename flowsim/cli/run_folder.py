"""What `flowsim run` leaves in its folder, by which other commands know it; and a study's store."""

from __future__ import annotations

from pathlib import Path

RESULT, WRITTEN_OUT = "result.nc", "scenario.yaml"


def is_store(folder: Path) -> bool:
    """Whether a folder is the store of a study.

    Examples
    --------
    >>> is_store(Path("scenarios"))
    False
    """
    from flowsim.study.store import MANIFEST

    return (folder / MANIFEST).is_file()
