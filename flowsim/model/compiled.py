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

MODULES = (
    "keyed", "standing", "frailty", "clocks", "status", "admission", "ways", "moves", "harm",
    "border", "order", "queue", "reception", "families", "rest", "tick",
)  # fmt: skip
"""Each after those that it calls."""
ENTRIES = ("begin", "begin_segment", "run_segment", "end_tick", "apart", "count_queues")
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
    """The kernel, compiled when it is first called with arrays of some types."""
    import numba
    from numba.core import types

    def wide(kind: Any) -> Any:
        kind = types.unliteral(kind)
        return types.int64 if isinstance(kind, types.Integer) and kind != types.uint64 else kind

    def make(function: FunctionType) -> Any:
        if function.__name__ in ENTRIES:
            return numba.njit(cache=True, error_model="numpy")(function)
        made = numba.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(
            function
        )
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


class Compiled:
    """An engine that runs the compiled kernel."""

    def __init__(self) -> None:
        known = compiled()
        self.begin, self.begin_segment = known.begin, known.begin_segment
        self.run_segment, self.end_tick = known.run_segment, known.end_tick
        self.apart, self.count_queues = known.apart, known.count_queues

    def numbers(self, kind: np.dtype[Any]) -> Any:
        """A record of numbers by name."""
        return np.zeros(1, dtype=kind).view(np.recarray)[0]

    def rows(self, table: NDArray[Any], n: int) -> NDArray[Any]:
        """Households of a table."""
        return table

    def state(self, held: dict[str, Any]) -> Any:
        """What the kernel works on."""
        from flowsim.model.numba_state import maker

        return maker(tuple(held))(*held.values())
