"""The kernel compiled by numba; see `flowsim.compiling`."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim import compiling

MODULES = (
    "flowsim.keyed",
    *(f"flowsim.model.kernel.{name}" for name in (
        "standing", "frailty", "births", "clocks", "road", "status", "admission", "ways", "moves",
        "traffic", "harm", "border", "order", "queue", "reception", "families", "residents", "rest",
        "start", "tick",
    )),
    "flowsim.behaviour.elimination",
)  # fmt: skip
"""Each after those that it calls."""
ENTRIES = ("carry_out", "factorise_and_solve")
"""What a run calls."""


def compiled() -> SimpleNamespace:
    """The kernel, to be compiled when it is first called, or read from where it is kept."""
    return compiling.compiled(MODULES, ENTRIES)


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
    whole = False
    """Whether all households have a row from the start; at home, most are never roused."""

    def carry_out(self, state: Any, order: int) -> bool:
        """Have the kernel do something, see `flowsim.model.kernel.tick`."""
        return bool(compiled().carry_out(state, order))

    def solve(self, *system: Any) -> None:
        """Solve a system of route choice, see `flowsim.behaviour.elimination`."""
        compiled().factorise_and_solve(*system)

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
        return compiling.compiled_state(held)

    def column(self, rows: NDArray[Any], name: str, n: int) -> NDArray[Any]:
        """A column of the first rows."""
        return rows[name][:n]
