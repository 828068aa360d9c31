"""Where compiled code is kept between runs: a folder of the user, named by what it was made of.

numba looks up compiled code by the file of one function and does not see that a function which it
calls has changed, in another file. So the folder carries a digest of all sources and of numba's
version: new code gets a new folder, and nothing stale is ever read. And nothing is compiled twice:
checkouts and environments with the same sources share a folder, and of several processes that want
the same code one compiles it while the others wait.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

VARIABLE = "FLOWSIM_CACHE"
"""Environment variable that names another folder for the cache."""
LOG = logging.getLogger("flowsim")
PATIENCE_S = 300
"""Who has waited so long for another to compile compiles."""
BESIDE = ("flowsim.compiling", "flowsim.compiled_whole", "flowsim.numba_state")
"""Modules that say how others are compiled."""


def user_folder() -> Path:
    """The cache folder of this user, by the habits of the system."""
    if told := os.environ.get(VARIABLE):
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "flowsim"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/flowsim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flowsim"


def digest(modules: tuple[str, ...]) -> str:
    """Of all that decides what the compiled functions of some modules do."""
    found = hashlib.blake2b(digest_size=8)
    for name in ("numba", "llvmlite", "numpy"):
        found.update(f"{name} {version(name)}\n".encode())
    for name in (*modules, *BESIDE):
        found.update(f"{name}\n{Path(_file(name)).read_text(encoding='utf-8')}".encode())
    for name in modules:
        values = vars(import_module(name)).items()
        numbers = sorted((key, value) for key, value in values if isinstance(value, int | float))
        found.update(repr(numbers).encode())  # constants of other modules are compiled in too
    return found.hexdigest()


def _file(module: str) -> str:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return spec.origin


@cache
def folder(modules: tuple[str, ...]) -> Path:
    """A folder for compiled code that can be written to.

    Where the user's cannot, one of this process and those that it starts, which ends with it.
    """
    wanted = user_folder() / f"compiled-{digest(modules)}"
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=wanted):
            return wanted
    except OSError:
        return _of_this_process(wanted)


def _of_this_process(wanted: Path) -> Path:
    """A folder that can be written to, with what there is in one that cannot."""
    import atexit

    home = Path(tempfile.mkdtemp(prefix="flowsim-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    made = home / wanted.name
    try:
        shutil.copytree(wanted, made)
    except OSError:  # it is not there, or may not be read: all is compiled anew
        made.mkdir(exist_ok=True)
    os.environ[VARIABLE] = str(home)  # workers that are started find what is compiled here
    return made


@contextmanager
def cached(modules: tuple[str, ...]) -> Iterator[None]:
    """Functions that are given to numba in here are kept in the folder."""
    from numba.core import config

    settings = vars(config)
    before, settings["CACHE_DIR"] = settings["CACHE_DIR"], str(folder(modules))
    try:
        yield
    finally:
        settings["CACHE_DIR"] = before


def is_compiled(modules: tuple[str, ...]) -> bool:
    """Whether there is compiled code to be read."""
    return any(folder(modules).rglob("*.nbi"))


def forgiving(function: Any, tells: bool = False) -> Any:
    """A function of numba of which what is kept may be damaged, and need not be kept at all.

    What cannot be read is compiled again; what cannot be written, as the disk is full, is not kept.
    Where the sources lie and when they were written, by which numba knows them, says nothing here.

    Parameters
    ----------
    tells : bool
        Whether the user is told that it takes a while, where it has to be compiled.
    """
    cache = function._cache
    _known_by_its_folder(cache)
    turn = _Turn(Path(cache.cache_path))
    load, save = cache.load_overload, cache.save_overload

    def kept(signature: Any, context: Any) -> Any:
        try:
            return load(signature, context)
        except Exception as error:
            LOG.info("compiled code in %s cannot be read: %s", cache.cache_path, error)
            shutil.rmtree(cache.cache_path, ignore_errors=True)
            return None

    def read(signature: Any, context: Any) -> Any:
        found = kept(signature, context)
        if found is None and turn.waited():
            found = kept(signature, context)
            if found is not None:
                turn.over()
        if found is None and tells:
            LOG.warning("flowsim compiles its model for this machine, once, for half a minute")
        return found

    def write(signature: Any, made: Any) -> None:
        try:
            save(signature, made)
        except Exception as error:
            LOG.info("compiled code cannot be kept in %s: %s", cache.cache_path, error)
        finally:
            turn.over()

    cache.load_overload, cache.save_overload = read, write
    return function


def _known_by_its_folder(cache: Any) -> None:
    """Keep code in a folder named by its module, whatever the path and the time of the source."""
    from numba.core.caching import IndexDataCacheFile

    path = str(Path(cache.cache_path).parent / cache._py_func.__module__)
    cache._cache_path = cache._impl.locator._cache_path = path
    cache._cache_file = IndexDataCacheFile(path, cache._impl.filename_base, source_stamp=VARIABLE)


class _Turn:
    """Whose turn it is to compile a function: of all processes one has it, until it has kept it."""

    def __init__(self, folder: Path) -> None:
        from filelock import FileLock

        self._lock = FileLock(folder.with_name(f".{folder.name}.lock"), timeout=PATIENCE_S)

    def waited(self) -> bool:
        """Wait for it, unless it never comes."""
        from filelock import Timeout

        try:
            self._lock.acquire()
        except (OSError, Timeout) as error:
            LOG.info("compiling without waiting for others: %s", error)
            return False
        return True

    def over(self) -> None:
        """It is another's turn."""
        self._lock.release()
