"""What made a run: the code that its numbers depend on."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

APART = (
    "__init__", "__main__", "app", "check", "cli", "errors", "evidence", "folders", "learn",
    "netcdf", "plot", "report",
)  # fmt: skip
"""Rooms of the package that no number of a run depends on."""
OF_STUDIES = (
    "inputs.py", "keep.py", "law.py", "layout.py", "points.py", "record.py", "sample.py",
    "worker.py",
)  # fmt: skip
"""What of `flowsim.study` the numbers in a record depend on."""
LIBRARIES = ("mesa", "numpy", "scipy")


@lru_cache(maxsize=1)
def code_version() -> str:
    """Sixteen hexadecimal digits that change with the code behind a record.

    That is the package's own source, without figures, scores and the command line, and the
    versions of numpy, scipy and Mesa.
    """
    root = Path(__file__).parents[1]
    digest = hashlib.blake2b(digest_size=8)
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(root.rglob("*.py")):
        where = path.relative_to(root)
        room = where.parts[0].removesuffix(".py")
        if room in APART or (room == "study" and where.name not in OF_STUDIES):
            continue
        digest.update(f"{where.as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
