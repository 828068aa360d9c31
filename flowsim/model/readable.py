"""The kernel as it stands, for reading and for tests: every household is a Mesa agent."""

from __future__ import annotations

from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.compiling import readable_state
from flowsim.model.compiled import kernel_functions
from flowsim.model.household import STEPS, Household
from flowsim.model.layout import Act


class Households(list[Household]):
    """Households by row; one that is asked for and not yet there is made."""

    def __init__(self, run: Readable, table: NDArray[Any], n: int) -> None:
        super().__init__()
        self._run, self._blank = run, table[n:]
        columns = {name: table[name][:n].tolist() for name in table.dtype.names or ()}
        self.extend(
            run.household(run, dict(zip(columns, values, strict=True)))
            for values in zip(*columns.values(), strict=True)
        )

    def __getitem__(self, row: Any) -> Any:
        """One that parts from its family is the next one."""
        if row == len(self):
            blank = self._blank[0]
            values = {name: blank[name].tolist() for name in blank.dtype.names}
            self.append(self._run.household(self._run, {**values, "row": row}))
        return super().__getitem__(row)


class Readable:
    """An engine that runs the kernel uncompiled.

    Parameters
    ----------
    model : mesa.Model
    household : type
        `Household`, or a subclass.
    """

    def __init__(self, model: Any, household: type[Household] = Household) -> None:
        self.model, self.household, self.acts = model, household, Act
        self.state_now: Any = None
        own = [
            name for name in STEPS if getattr(household, name) is not getattr(Household, name)
        ]

        def make(function: FunctionType) -> Any:
            if function.__name__ not in own:
                return function
            name = function.__name__
            steps[name] = function
            return lambda s, h, *arguments: getattr(h, name)(*arguments)

        steps: dict[str, Any] = {}
        known = kernel_functions(make)
        self.steps = {**vars(known), **steps}
        self.begin, self.begin_segment = known.begin, known.begin_segment
        self.run_segment, self.end_tick = known.run_segment, known.end_tick
        self.apart, self.count_queues = known.apart, known.count_queues

    def numbers(self, kind: np.dtype[Any]) -> Any:
        """A record of numbers by name."""
        return SimpleNamespace(**dict.fromkeys(kind.names or (), 0))

    def rows(self, table: NDArray[Any], n: int) -> Any:
        """Households of the first rows of a table; those that are there already stay."""
        if self.state_now is None:
            return Households(self, table, n)
        return self.state_now.rows

    def state(self, held: dict[str, Any]) -> Any:
        """What the kernel works on."""
        self.state_now = readable_state(held)
        return self.state_now
