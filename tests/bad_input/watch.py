"""What a piece of code does to the world outside of it, watched by an audit hook.

An audit hook cannot be taken away again, so there is one, which does nothing unless it is armed.
It raises before the thing is done, so that nothing a test tries is done in earnest.
"""

from __future__ import annotations

import importlib.metadata
import os
import site
import sys
import sysconfig
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import flowsim
from flowsim.behaviour.own_hazard import HAZARD_TYPES
from flowsim.policy.installed import POLICIES
from flowsim.readers import INSTALLED as READERS
from flowsim.scenario.shipped import home

STARTS = (
    "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile",
    "pty.",
)  # fmt: skip
"""Events of a process that is started."""
TALKS = ("socket.", "urllib.", "ftplib.", "http.", "smtplib.", "ssl.")
CHANGES = (
    "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
    "os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr", "shutil.", "tempfile.",
    "os.putenv", "os.unsetenv", "os.chdir",
)  # fmt: skip
LIBRARIES = ("ctypes.dlopen", "ctypes.dlsym")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class BreachError(BaseException):
    """Something was tried that loading must never do; no `except Exception` swallows it."""


@dataclass
class Watch:
    """What is allowed, and what was tried beyond it.

    Attributes
    ----------
    roots : tuple of str
        Real paths of the folders in which files may be read.
    tried : list of str
        Each breach, in words.
    """

    roots: tuple[str, ...]
    tried: list[str] = field(default_factory=list)

    def see(self, event: str, args: tuple[Any, ...]) -> None:
        """Judge an audit event."""
        told = None
        if event == "open":
            told = self._opened(*args)
        elif event == "import":
            told = _imported(args[0], args[1])
        elif event == "exec":
            told = _executed(args[0].co_filename)
        elif event == "compile":
            told = _executed(args[1]) if args[0] is not None or args[1] else None
        elif event.startswith(STARTS):
            told = f"starts a process: {event}"
        elif event.startswith(TALKS):
            told = f"talks to the network: {event}"
        elif event.startswith(CHANGES):
            told = None if _is_bytecode(args) else f"changes something: {event} {args[:1]}"
        elif event.startswith(LIBRARIES) and not _importing():
            told = f"loads a library: {event} {args[-1:]}"
        if told:
            self.tried.append(told)
            raise BreachError(told)

    def _opened(self, path: Any, mode: Any, flags: int) -> str | None:
        if isinstance(path, int):
            return None
        real = os.path.realpath(os.fsdecode(path))
        if flags & WRITING:
            return None if _is_bytecode((real,)) else f"writes {real}"
        fine = _below(real, self.roots) or _below(real, _own()) or _below(real, _zones())
        return None if fine else f"reads {real}"


_armed: Watch | None = None


def _hook(event: str, args: tuple[Any, ...]) -> None:
    global _armed
    if _armed is None:
        return
    watch, _armed = _armed, None  # what the judging does is not judged
    try:
        watch.see(event, args)
    finally:
        _armed = watch


sys.addaudithook(_hook)

# What the first scenario of a process reads of Python itself and of installed packages.
zoneinfo.available_timezones()
for group in (POLICIES, HAZARD_TYPES, READERS):
    group.find("none such")
    group.problems()


@contextmanager
def watched(*roots: Path) -> Iterator[Watch]:
    """Raise `BreachError` for what goes beyond reading files below the roots.

    Files of the interpreter, of installed packages, of flowsim and of time zones may be read too,
    and bytecode of them written.
    """
    global _armed
    watch = Watch(tuple(os.path.realpath(root) for root in roots))
    if _armed is not None:
        raise RuntimeError("a watch is on already")
    for known in (_own, _zones, _packages):
        known()
    _armed = watch
    try:
        yield watch
    finally:
        _armed = None


def _below(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)


def _is_bytecode(args: tuple[Any, ...]) -> bool:
    """Whether all paths among the arguments are where the interpreter keeps what it compiled."""
    paths = [os.path.realpath(os.fsdecode(arg)) for arg in args if isinstance(arg, str | bytes)]
    kept = [path for path in paths if "__pycache__" in path.split(os.sep) and _below(path, _own())]
    return bool(paths) and kept == paths


@cache
def _own() -> tuple[str, ...]:
    """Folders of the interpreter, of packages, of flowsim, its scenarios; none with tests."""
    paths = sysconfig.get_paths()
    folders = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), str(Path(flowsim.__file__).parent), str(home())]
    return tuple({os.path.realpath(folder) for folder in folders})


@cache
def _zones() -> tuple[str, ...]:
    return tuple(os.path.realpath(path) for path in zoneinfo.TZPATH)


@cache
def _packages() -> frozenset[str]:
    """Modules that may be imported by name."""
    installed = importlib.metadata.packages_distributions()
    return frozenset({*sys.stdlib_module_names, *installed, "flowsim", "tests"})


def _imported(name: str, file: str | None) -> str | None:
    if file is not None:
        return None if _below(os.path.realpath(file), _own()) else f"imports {file}"
    known = name in sys.modules or name.split(".")[0] in _packages()
    return None if known else f"imports {name}"


def _executed(file: Any) -> str | None:
    """Code is fine that lies where code belongs, or that such code makes while it is imported."""
    name = os.fsdecode(file) if isinstance(file, str | bytes) else "<unknown>"
    if name.startswith("<"):
        fine = name.startswith("<frozen") or _importing()
    else:
        fine = _below(os.path.realpath(name), _own())
    return None if fine else f"executes {name}"


def _importing() -> bool:
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code.co_filename == "<frozen importlib._bootstrap>":
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False
