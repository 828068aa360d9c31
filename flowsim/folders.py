"""Folders and files that appear whole or not at all, and never through a link.

Who writes to a link changes what it leads to, which whoever laid the link may have chosen. Links on
the way to a target are followed; a target that is a link itself is refused.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flowsim.halves import OLD, clear_abandoned, half_of


class LinkError(OSError):
    """What is to be written is a link; tells where it leads."""


def refuse_link(target: Path) -> None:
    """Raise `LinkError` where a target is a link, unless that leads to a pipe or device."""
    if target.is_symlink() and not _takes_a_stream(target):
        leads = f"a link to {os.readlink(target)}"
        raise LinkError(f"{target} is {leads}, and is not written to; remove it, or name a file")


@contextmanager
def whole_folder(
    target: Path, replace: bool = False, ours: Callable[[Path], bool] = lambda entry: False
) -> Iterator[Path]:
    """A new folder to write into, which takes the place of ``target`` when the block ends well.

    It is made beside ``target``; everything in it is on the disk before it is renamed. When the
    block raises, it is removed and ``target`` is as it was.

    Parameters
    ----------
    target : Path
        Its parent must exist.
    replace : bool
        Whether a folder that is there already is swapped for the new one.
    ours : callable
        Which entries of the folder that is there are ours, and go. All others are kept.

    Raises
    ------
    FileExistsError
        ``target`` exists and is not to be replaced, or holds something else under a name that the
        new one has.
    LinkError
        ``target`` is a link.
    OSError
        The folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as there:
    ...     with whole_folder(Path(there) / "new") as folder:
    ...         _ = (folder / "a").write_text("b")
    ...     (Path(there) / "new" / "a").read_text()
    'b'
    """
    named, target = target, _real(target)
    clear_abandoned(target)
    if os.path.lexists(target) and not replace:
        raise FileExistsError(f"{named} exists")
    made = half_of(target)
    made.mkdir()
    try:
        yield made
        if target.is_dir():
            _keep_others(target, made, ours)
        _sync(made)
        _swap(made, target, replace)
    finally:
        _remove(made)


@contextmanager
def whole_file(target: Path, replace: bool = False) -> Iterator[Path]:
    """A new file to write, which takes the place of ``target`` when the block ends well.

    It is made, empty, beside ``target``; it is on the disk before it is renamed. When the block
    raises, it is removed and ``target`` is as it was. A pipe or device is written as it is.

    Parameters
    ----------
    target : Path
        Its parent must exist.
    replace : bool
        Whether a file that is there already is replaced.

    Raises
    ------
    FileExistsError
        ``target`` exists and is not to be replaced.
    LinkError
        ``target`` is a link.
    OSError
        The file cannot be written, or ``target`` is a folder.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as there:
    ...     with whole_file(Path(there) / "new") as path:
    ...         _ = path.write_text("b")
    ...     (Path(there) / "new").read_text(), os.listdir(there)
    ('b', ['new'])
    """
    if replace and _takes_a_stream(target):
        yield target
        return
    named, target = target, _real(target)
    clear_abandoned(target)
    if os.path.lexists(target) and not replace:
        raise FileExistsError(f"{named} exists")
    made = half_of(target)
    made.touch(exist_ok=False)
    try:
        yield made
        _sync_one(made)
        if os.path.lexists(target) and not replace:  # made by another while the block ran
            raise FileExistsError(f"{named} exists")
        os.replace(made, target)
        _sync_one(target.parent)
    finally:
        made.unlink(missing_ok=True)


def _real(target: Path) -> Path:
    """The target in its real folder; LinkError where it is a link itself."""
    refuse_link(target)
    if target.name in ("", ".."):
        return Path(os.path.realpath(target))
    return Path(os.path.realpath(target.parent), target.name)


def _keep_others(old: Path, made: Path, ours: Callable[[Path], bool]) -> None:
    """Copy what is not ours; links as links."""
    for entry in sorted(old.iterdir()):
        if ours(entry):
            continue
        if os.path.lexists(made / entry.name):
            raise FileExistsError(f"{entry} is something else, and would be replaced")
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, made / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, made / entry.name, follow_symlinks=False)


def _remove(folder: Path) -> None:
    """Remove a folder, into which threads of a library that failed may still be writing."""
    for wait_s in (0.01, 0.1, 1.0):
        if not folder.exists():
            return
        shutil.rmtree(folder, ignore_errors=True)
        time.sleep(wait_s)


def _takes_a_stream(target: Path) -> bool:
    return target.exists() and not (target.is_file() or target.is_dir())


def _swap(made: Path, target: Path, replace: bool) -> None:
    old = made.with_suffix(f".{OLD}")
    if target.exists() and not replace:  # rename would replace an empty folder silently
        raise FileExistsError(f"{target} exists")
    try:
        if target.exists():
            target.rename(old)
            with suppress(OSError):
                os.utime(old)  # by its age others know whether it is abandoned
        made.rename(target)
        _sync_one(target.parent)
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
        elif old.exists():
            old.rename(target)


def _sync(folder: Path) -> None:
    """Bring a folder and all that is in it to the disk."""
    for parent, _, files in os.walk(folder):
        for name in files:
            _sync_one(Path(parent) / name)
        _sync_one(Path(parent))


def _sync_one(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open folders
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
