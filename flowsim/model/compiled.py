"""The kernel compiled by numba: a shadow of each of its modules.

The sources carry no decorator, so that one process can hold both engines. Here their functions are
made anew in namespaces of their own, in which every function of the kernel stands for its compiled
twin. Only the few that a run calls are cached on the disk, with all that they call in them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.model import kernel_cache

MODULES = (
    "keyed", "standing", "frailty", "births", "clocks", "status", "admission", "ways", "moves",
    "harm", "border", "order", "queue", "reception", "families", "rest", "start", "tick",
)  # fmt: skip
"""Each after those that it calls."""
ENTRY = "carry_out"
"""What a run calls."""


def kernel_functions(make: Callable[[FunctionType], Any], **replaced: Any) -> SimpleNamespace:
    """All functions of the kernel, made anew by ``make``, calling each other.

    Parameters
    ----------
    make : function of a function
        The function that it is given sees, under the names of others, what was made of them.
    replaced : anything
        What else stands under a name.
    """
    made: dict[FunctionType, Any] = {}
    known: dict[str, Any] = {}
    for name in MODULES:
        module = import_module(f"flowsim.model.kernel.{name}")
        space = {**vars(module), **replaced}
        for key, value in space.items():
            if isinstance(value, FunctionType) and value in made:
                space[key] = made[value]
        for key, function in vars(module).items():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                copy = FunctionType(function.__code__, space, key, function.__defaults__)
                copy.__module__, copy.__qualname__ = module.__name__, key
                made[function] = known[key] = space[key] = make(copy)
    return SimpleNamespace(**known)


@lru_cache(maxsize=1)
def compiled() -> SimpleNamespace:
    """The kernel, to be compiled when it is first called, or read from where it is kept."""
    import numba
    from numba.core import types

    def wide(kind: Any) -> Any:
        kind = types.unliteral(kind)
        return types.int64 if isinstance(kind, types.Integer) and kind != types.uint64 else kind

    def make(function: FunctionType) -> Any:
        if function.__name__ == ENTRY:
            with kernel_cache.cached():
                entry = numba.njit(cache=True, error_model="numpy")(function)
                return kernel_cache.forgiving(entry, tells=True)
        unwrapped: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        made: Any = numba.njit(error_model="numpy", **unwrapped)(function)
        # numba would compile a version for each constant and each width of whole number
        template = made.get_call_template
        made.get_call_template = lambda args, kws: template(
            tuple(map(wide, args)), {name: wide(kind) for name, kind in kws.items()}
        )
        return made

    @numba.extending.register_jitable
    def word(value: Any) -> Any:
        return types.uint64(value)

    return kernel_functions(make, word=word)


class Numbers:
    """A record of numbers by name that compiled code reads and writes."""

    def __init__(self, kind: np.dtype[Any]) -> None:
        self._array = np.zeros(1, dtype=kind)
        self.record = self._array.view(np.recarray)[0]

    def __getstate__(self) -> NDArray[Any]:
        return self._array  # a record alone would lose the array behind it

    def __setstate__(self, array: NDArray[Any]) -> None:
        self._array = array
        self.record = array.view(np.recarray)[0]

    def set(self, **values: float) -> None:
        """Set some of them."""
        for name, value in values.items():
            self._array[name] = value

    def get(self, name: str) -> int:
        """A whole number among them."""
        return int(self._array[name][0])


class Compiled:
    """An engine that runs the compiled kernel."""

    name = "columns"

    def carry_out(self, state: Any, order: int) -> bool:
        """Have the kernel do something, see `flowsim.model.kernel.tick`."""
        return bool(compiled().carry_out(state, order))

    def numbers(self, kind: np.dtype[Any]) -> Numbers:
        """Numbers of the kernel by name."""
        return Numbers(kind)

    def rows(self, kind: np.dtype[Any], room: int, old: NDArray[Any] | None) -> NDArray[Any]:
        """A table with room for so many households, among them those of an old one.

        Memory that nobody has written to yet is not taken from the machine.
        """
        rows = np.zeros(room, dtype=kind)
        if old is not None:
            rows[: old.size] = old
        return rows

    def state(self, held: dict[str, Any]) -> Any:
        """What the kernel works on."""
        from flowsim.model.numba_state import maker

        return maker(tuple(held))(*held.values())

    def column(self, rows: NDArray[Any], name: str, n: int) -> NDArray[Any]:
        """A column of the first rows."""
        return rows[name][:n]
