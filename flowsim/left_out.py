"""Libraries that others load wherever they are installed, left out where nobody has a use for them.

pandas loads pyarrow, xarray dask, and numba coverage, only to see whether they are there: together
half a second of a command, and 60 MB. Without them all works as where flowsim is installed alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """Libraries that cannot be imported meanwhile, unless they have been.

    Examples
    --------
    >>> with left_out("this"):
    ...     import this
    Traceback (most recent call last):
    ...
    ModuleNotFoundError: import of this halted; None in sys.modules
    """
    added = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(added))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in added:
            if sys.modules.get(name, name) is None:
                del sys.modules[name]
