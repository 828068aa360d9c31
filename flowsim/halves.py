"""What is half written: names that tell whose it is, and what of it is abandoned.

A file or folder is written under a hidden name beside its place and renamed when it is whole. A
process that is killed leaves such a name behind; whoever writes there next removes it.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path

STALE_SECONDS = 86_400
"""Age from which what is half written by an unknown process is taken for abandoned."""
HALF, OLD = "tmp", "old"
"""Endings: what is being written, and what was there before and is about to be removed."""

_written = itertools.count()


def half_of(target: Path, stem: str | None = None) -> Path:
    """A name to write under: no other process, also one forked, and no thread has it.

    Parameters
    ----------
    target : Path
        What it will be renamed to.
    stem : str, optional
        What the name begins with, after its dot; else the name of ``target``.
    """
    whose = f"{socket.gethostname()}.{os.getpid()}"
    return target.with_name(f".{stem or target.name}-{next(_written)}.{whose}.{HALF}")


def is_abandoned(path: Path) -> bool:
    """Whether this is half written, and by a process that is gone."""
    found = re.fullmatch(rf"\..*-\d+\.(.*)\.(\d+)\.({HALF}|{OLD})", path.name)
    if found is None:
        return False
    if os.name != "nt" and found[1] == socket.gethostname():
        return not _is_alive(int(found[2]))
    try:
        return time.time() - path.stat().st_mtime > STALE_SECONDS
    except FileNotFoundError:
        return False  # its process has just finished it


def clear_abandoned(target: Path) -> None:
    """Remove what dead processes left half written of a target.

    Where one died after it had moved the old target out of the way and before the new one was in
    its place, the old one is put back.

    Parameters
    ----------
    target : Path
        Its parent must exist.

    Raises
    ------
    OSError
        It cannot be removed.
    """
    for path in _left_of(target):
        if path.suffix == f".{OLD}" and not os.path.lexists(target):
            path.rename(target)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _left_of(target: Path) -> Iterator[Path]:
    """In an order in which the old is put back first."""
    named = re.compile(rf"\.{re.escape(target.name)}-\d+\..*\.(?:{HALF}|{OLD})")
    found = [path for path in target.parent.iterdir() if named.fullmatch(path.name)]
    return filter(is_abandoned, sorted(found))


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
