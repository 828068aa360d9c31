"""Where modules may come from: not from the working folder, which may be somebody else's.

Python puts the working folder first where it runs ``-c`` or ``-m``, and so are workers and the
trackers of their resources started. What the session itself can import, workers can: they take over
its ``sys.path``, with the folder of a user's script.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLE = "PYTHONSAFEPATH"

_lock = threading.Lock()
_using = 0


@contextmanager
def safe_children() -> Iterator[None]:
    r"""Processes that are started meanwhile import nothing from the working folder.

    Examples
    --------
    >>> import subprocess
    >>> show = [sys.executable, "-c", "import sys; print('' in sys.path)"]
    >>> with safe_children():
    ...     subprocess.run(show, capture_output=True, text=True).stdout
    'False\n'
    """
    global _using
    with _lock:
        before = os.environ.get(VARIABLE)
        ours = _using > 0 or not before
        if ours:
            os.environ[VARIABLE] = "1"
            _using += 1
    try:
        yield
    finally:
        with _lock:
            if ours:
                _using -= 1
                if not _using:
                    os.environ.pop(VARIABLE, None)


def leave_working_folder(home: str = __file__) -> None:
    """Import no more from the working folder, where ``python -m`` has put that first.

    Parameters
    ----------
    home : path
        A file of the package; where that itself lies in the working folder, as in a checkout that
        is not installed, nothing changes.
    """
    here = os.getcwd()
    if sys.flags.safe_path or not sys.path or sys.path[0] not in ("", here):
        return
    if os.path.dirname(os.path.dirname(os.path.realpath(home))) != os.path.realpath(here):
        del sys.path[0]
