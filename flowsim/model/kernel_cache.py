"""Where compiled code is kept between runs: a folder of the user, named by what it was made of.

numba looks up compiled code by the file of one function and does not see that a function which it
calls has changed, in another file. So the folder carries a digest of all sources and of numba's
version: new code gets a new folder, and nothing stale is ever read.
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
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from flowsim.model.kernel import constants

VARIABLE = "FLOWSIM_CACHE"
"""Environment variable that names another folder for the cache."""
LOG = logging.getLogger("flowsim")
HOME = Path(__file__).parent
SOURCES = ("kernel", "compiled.py", "numba_state.py")
"""What compiled code is made of."""


def user_folder() -> Path:
    """The cache folder of this user, by the habits of the system."""
    if told := os.environ.get(VARIABLE):
        return Path(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "flowsim"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/flowsim"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flowsim"


def digest() -> str:
    """Of all that decides what compiled code does."""
    found = hashlib.blake2b(digest_size=8)
    for name in ("numba", "llvmlite", "numpy"):
        found.update(f"{name} {version(name)}\n".encode())
    numbers = ((name, value) for name, value in vars(constants).items() if isinstance(value, int))
    found.update(repr(sorted(numbers)).encode())  # some are of modules elsewhere
    for name in SOURCES:
        path = HOME / name
        for file in sorted(path.glob("*.py")) if path.is_dir() else [path]:
            found.update(f"{file.relative_to(HOME).as_posix()}\n".encode())
            found.update(file.read_bytes())
    return found.hexdigest()


@lru_cache(maxsize=1)
def folder() -> Path:
    """A folder for compiled code that can be written to.

    Where the user's cannot, one of this process and those that it starts, which ends with it.
    """
    wanted = user_folder() / f"kernel-{digest()}"
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
def cached() -> Iterator[None]:
    """Functions that are given to numba in here are kept in the folder."""
    from numba.core import config

    settings = vars(config)
    before, settings["CACHE_DIR"] = settings["CACHE_DIR"], str(folder())
    try:
        yield
    finally:
        settings["CACHE_DIR"] = before


def is_compiled() -> bool:
    """Whether there is compiled code to be read."""
    return any(folder().rglob("*.nbi"))


def forgiving(function: Any, tells: bool = False) -> Any:
    """A function of numba of which what is kept may be damaged, and need not be kept at all.

    What cannot be read is compiled again; what cannot be written, as the disk is full, is not kept.

    Parameters
    ----------
    tells : bool
        Whether the user is told that it takes a while, where it has to be compiled.
    """
    cache = function._cache
    load, save = cache.load_overload, cache.save_overload

    def read(signature: Any, context: Any) -> Any:
        try:
            found = load(signature, context)
        except Exception as error:
            LOG.info("compiled code in %s cannot be read: %s", folder(), error)
            shutil.rmtree(cache.cache_path, ignore_errors=True)
            found = None
        if found is None and tells:
            LOG.warning("flowsim is compiling its model, which takes some 20 seconds, once")
        return found

    def write(signature: Any, made: Any) -> None:
        try:
            save(signature, made)
        except Exception as error:
            LOG.info("compiled code cannot be kept in %s: %s", folder(), error)

    cache.load_overload, cache.save_overload = read, write
    return function
