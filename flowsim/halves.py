"""What is half written: names that tell whose it is, and what of it is abandoned.

A file or folder is written under a hidden name beside its place and renamed when it is whole. A
process that is killed leaves such a name behind; whoever writes there next removes it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import secrets
import shutil
import socket
import time
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

STALE_SECONDS = 7 * 86_400
"""Age from which what is half written on another host is taken for abandoned."""
HALF, OLD = "tmp", "old"
"""Endings: what is being written, and what was there before and is about to be removed."""

_NAME = re.compile(rf"\.(.+)-\d+\.([^.]+)\.(\d+)\.([0-9a-f]+)\.(?:{HALF}|{OLD})")
_written = itertools.count()


class _Whose(NamedTuple):
    """What a name tells: of which target, and the host, number and token of its process."""

    target: str
    host: str
    process: int
    token: str


def half_of(target: Path) -> Path:
    """A name to write under: no other process, also one forked, and no thread has it.

    Parameters
    ----------
    target : Path
        What it will be renamed to.
    """
    process = os.getpid()
    whose = f"{_host()}.{process}.{_token(process)}"
    return target.with_name(f".{target.name}-{next(_written)}.{whose}.{HALF}")


def is_half(path: Path) -> bool:
    """Whether this is half written, by whichever process."""
    return _whose(path) is not None


def is_abandoned(path: Path) -> bool:
    """Whether this is half written, and by a process that is gone."""
    whose = _whose(path)
    if whose is None:
        return False
    if os.name != "nt" and whose.host == _host():
        if whose.process == os.getpid():  # of a dead process, where the token is not ours
            return whose.token != _token(whose.process)
        return not _is_alive(whose.process)
    try:
        return time.time() - path.stat().st_mtime > STALE_SECONDS
    except FileNotFoundError:
        return False  # its process has just finished it


def clear_abandoned(target: Path) -> None:
    """Remove what dead processes left half written of a target.

    Where one died after it had moved the old target out of the way and before the new one was in
    its place, the old one is put back. What cannot be removed is in nobody's way, and stays.

    Parameters
    ----------
    target : Path
        Its parent must exist.

    Raises
    ------
    OSError
        The old target cannot be put back.
    """
    for path in _left_of(target):
        if path.suffix == f".{OLD}" and not os.path.lexists(target):
            with contextlib.suppress(FileNotFoundError):  # another has put it back
                path.rename(target)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


def _left_of(target: Path) -> list[Path]:
    """In order of their names, so that the oldest is put back."""
    try:
        beside = sorted(target.parent.iterdir())
    except PermissionError:  # one may write there and not look
        return []
    return [
        path
        for path in beside
        if (whose := _whose(path)) and whose.target == target.name and is_abandoned(path)
    ]


def _whose(path: Path) -> _Whose | None:
    found = _NAME.fullmatch(path.name)
    return _Whose(found[1], found[2], int(found[3]), found[4]) if found else None


def _host() -> str:
    """Without dots, which part the name."""
    return socket.gethostname().replace(".", "_")


@lru_cache(maxsize=1)
def _token(process: int) -> str:
    """Of this process alone, as a number comes again: in a container it is always 1."""
    return secrets.token_hex(4)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
