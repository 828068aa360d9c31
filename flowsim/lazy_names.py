"""The names of a package, imported when they are first used: its stub says where each one is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import lazy_loader


def attach(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """``__getattr__``, ``__dir__`` and ``__all__`` of a package, from the stub beside it.

    As `lazy_loader.attach_stub`, with Python's own message for a name that is not there.

    Parameters
    ----------
    package : str
        Its ``__name__``.
    file : str
        Its ``__file__``; the stub is beside it, with the suffix ``.pyi``.

    Examples
    --------
    >>> import flowsim.plot
    >>> get, names, _ = attach("flowsim.plot", flowsim.plot.__file__)
    >>> "timeline" in names(), get("timeline").__module__
    (True, 'flowsim.plot.overview')
    """
    get, names, handed_out = lazy_loader.attach_stub(package, file)
    known = frozenset(handed_out)

    def checked(name: str) -> Any:
        if name in known:
            return get(name)
        # With name and obj, Python suggests the nearest name there is.
        wrong = f"module {package!r} has no attribute {name!r}"
        raise AttributeError(wrong, name=name, obj=sys.modules.get(package))

    return checked, names, handed_out
