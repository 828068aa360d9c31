"""One input of the fuzzer: it is written to a folder, loaded under guard, and perhaps run."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import traceback
import zlib
from collections.abc import Iterator
from pathlib import Path

import flowsim
from tests.bad_input.guarded import load_guarded
from tests.bad_input.short_run import is_quick, run_briefly
from tests.fuzz.blob import LOADED, unpack, write

RAM = Path("/dev/shm")
LIBRARY = Path(flowsim.__file__).parent
ONE_IN = 2
"""Of the inputs that load, so many run a little."""


def try_out(raw: bytes, run: bool | None = None) -> str:
    """Load what an input holds; anything that must not happen raises.

    Parameters
    ----------
    raw : bytes
    run : bool, optional
        Whether to run what loads; by default one in `ONE_IN`, by its checksum.

    Returns
    -------
    str
        "refused", "loaded" or "ran".
    """
    blob = unpack(raw)
    with folder() as top:
        (top / LOADED).mkdir()
        write(blob.parts, top)
        scenario, _ = load_guarded(top / blob.loaded, strict_flee=blob.strict)
    if scenario is None:
        return "refused"
    if run is None:
        run = zlib.crc32(raw) % ONE_IN == 0
    if not run or not is_quick(scenario):
        return "loaded"
    run_briefly(scenario)
    return "ran"


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """An empty folder, in memory where the system has such; TMPDIR overrides."""
    ram = RAM if "TMPDIR" not in os.environ and os.access(RAM, os.W_OK) else None
    made = Path(tempfile.mkdtemp(prefix="fuzz.", dir=ram))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def site(error: BaseException) -> str:
    """Where and how something failed, by which findings are told apart."""
    own = [
        frame for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(LIBRARY)
    ]  # fmt: skip
    where = "guard"
    if own:
        where = f"{Path(own[-1].filename).stem}.{own[-1].name}.{own[-1].lineno}"
    told = ""
    if isinstance(error, AssertionError) or not own:
        words = str(error).split(":")[0].split(" ")[:6]
        told = "." + "_".join("".join(c for c in word if c.isalpha()) for word in words)
    return f"{type(error).__name__}.{where}{told}"[:120]
