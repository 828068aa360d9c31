"""A process that has imported all of flowsim and runs commands in forks of itself, in hard times.

A fork is quick, and what befalls it (limits, lost rights, a kill) begins after all imports, so
that it meets flowsim's own work and not that of the interpreter.

    python -m tests.starved.hard_times FOLDER

reads a line of JSON a command and answers with one: the exit status, negative for a signal, and
what was said on standard output and standard error.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUTSIDE = 65534
"""The user of no rights; CI is root, who may read and write everywhere."""
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
TOUCHES = frozenset(
    ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "shutil.rmtree")
)


COMMANDS: dict[str, list[str]] = {
    "run": ["run", "small", "-o", "new"],
    "run again": ["run", "small", "-o", "old", "--seed", "2", "--overwrite",
                  "--no-figures"],
    "convert": ["convert", "small", "new"],
    "study": ["study", "study.yaml", "-o", "new"],
    "compare": ["compare", "store", "--against", "as it was", "--figure", "new.png"],
    "export": ["export", "store", "new.nc"],
    "export to csv": ["export", "store", "new.csv"],
    "export a crate": ["export", "store", "new.zip", "--crate"],
    "plot": ["plot", "old", "deaths", "-o", "new.png", "--dpi", "50"],
    "score": ["score", "made_up", "-o", "new.csv", "--figure", "new.png"],
    "forecast": ["forecast", "made_up", "--until", "5", "-o", "new.csv"],
    "report": ["report", "store", "-o", "new.html", "--no-figures"],
    "check": ["check", "small", "--junit", "new.xml", "--summary", "new.md"],
    "update": ["check", "small", "--update", "because"],
}  # fmt: skip
"""Every command that writes, as it is called in the folder that the tests lay out."""


def prepare(folder: str) -> None:
    """Run each command once in a folder, so that all that it needs is imported."""
    with contextlib.chdir(folder), contextlib.redirect_stdout(io.StringIO()):
        for what, arguments in COMMANDS.items():
            status = _answered(arguments, "", 0)
            assert status == 0, f"{what} ended with {status}"
            for made in Path().glob("new*"):
                shutil.rmtree(made) if made.is_dir() else made.unlink()


# ---- what befalls a command --------------------------------------------------------------


def files_stay_small(most_bytes: int) -> None:
    """No file can grow further, as on a full disk; writes answer with an error."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))


def memory_ends(more_bytes: int) -> None:
    """The process can take so many more bytes of address space than it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + more_bytes
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def no_rights(_: int) -> None:
    """What belongs to root cannot be written any more; who is not root never could."""
    if os.getuid():
        return
    os.setgroups([])
    os.setgid(OUTSIDE)
    os.setuid(OUTSIDE)


def killed_at(count: int) -> None:
    """SIGKILL right before a file or folder is touched for so many times."""
    here, left = os.getcwd(), count

    def hook(event: str, what: tuple[Any, ...]) -> None:
        nonlocal left
        if event not in TOUCHES or not what or not isinstance(what[0], str | os.PathLike):
            return
        if event == "open" and not (isinstance(what[2], int) and what[2] & WRITES):
            return
        if os.path.realpath(what[0]).startswith(here):
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def closed(handle: int) -> None:
    """A standard stream is closed, as by ``2>&-``."""
    os.close(handle)
    setattr(sys, ("stdin", "stdout", "stderr")[handle], None)


BEFALLS: dict[str, Callable[[int], None]] = {
    each.__name__: each for each in (files_stay_small, memory_ends, no_rights, killed_at, closed)
}


# ---- the process -------------------------------------------------------------------------


def command(arguments: list[str], folder: str, befalls: str, much: int) -> list[int | str]:
    """The command line in a fork, in a folder: its status, and what it says on either stream."""
    pipes = [os.pipe() for _ in range(2)]
    fork = os.fork()
    if not fork:
        status = 70  # as nothing else says
        try:
            for handle, (_, end) in enumerate(pipes, start=1):
                os.dup2(end, handle)
            os.chdir(folder)
            status = _answered(arguments, befalls, much)
        finally:
            os._exit(status)
    said = []
    for begin, end in pipes:
        os.close(end)
        with open(begin, encoding="utf-8") as pipe:
            said.append(pipe.read())
    return [os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1]), *said]


def _answered(arguments: list[str], befalls: str, much: int) -> int:
    from flowsim.cli.main import cli

    if befalls:
        BEFALLS[befalls](much)
    try:
        cli(arguments, prog_name="flowsim")
    except SystemExit as end:
        status = end.code
    finally:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    return status if isinstance(status, int) else 71


def main() -> None:
    prepare(sys.argv[1])
    print(flush=True)
    for line in sys.stdin:
        print(json.dumps(command(*json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
