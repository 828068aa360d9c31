"""The kernel compiled by numba; see `flowsim.compiling`."""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim import compiling
from flowsim.compiling import remade

MODULES = ("flowsim.keyed", *(f"flowsim.model.kernel.{name}" for name in (
    "standing", "frailty", "clocks", "status", "admission", "ways", "moves", "harm",
    "border", "order", "queue", "reception", "families", "rest", "tick",
)))  # fmt: skip
"""Each after those that it calls."""
ENTRIES = ("begin", "begin_segment", "run_segment", "end_tick", "apart", "count_queues")
"""What a run calls."""


def kernel_functions(make: Callable[[FunctionType], Any], **replaced: Any) -> SimpleNamespace:
    """All functions of the kernel, made anew by ``make``; see `flowsim.compiling.remade`."""
    return remade(MODULES, make, **replaced)


def compiled() -> SimpleNamespace:
    """The kernel, compiled when it is first called with arrays of some types."""
    return compiling.compiled(MODULES, ENTRIES)


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
        return compiling.compiled_state(held)
