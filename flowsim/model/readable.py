"""The kernel as it stands, for reading and for tests: every household is a Mesa agent."""

from __future__ import annotations

from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from flowsim.behaviour.elimination import factorise_and_solve
from flowsim.compiling import readable_state, remade
from flowsim.model.axes import Act
from flowsim.model.compiled import MODULES
from flowsim.model.household import STEPS, Household


class Households(list[Household]):
    """Households by row; one that is asked for and not yet there is made."""

    def __init__(self, run: Readable, kind: np.dtype[Any]) -> None:
        super().__init__()
        nobody = np.zeros((), dtype=kind)
        self._run, self.kind = run, kind
        self._blank = {name: nobody[name] for name in kind.names or ()}

    def __getitem__(self, row: Any) -> Any:
        """One of them; whoever parts from a family is the next one."""
        if row == len(self):
            values = {name: value.tolist() for name, value in self._blank.items()}
            self.append(self._run.household(self._run, values))
        return super().__getitem__(row)


class Numbers(SimpleNamespace):
    """A record of plain Python numbers by name."""

    @property
    def record(self) -> Numbers:
        """Itself."""
        return self

    def set(self, **values: float) -> None:
        """Set some of them."""
        self.__dict__.update(values)

    def get(self, name: str) -> int:
        """A whole number among them."""
        return int(getattr(self, name))


class Readable:
    """An engine that runs the kernel uncompiled.

    Parameters
    ----------
    model : mesa.Model
    household : type
        `Household`, or a subclass.
    """

    name = "agents"
    whole = True
    """All households are agents from the start, for who looks at them."""

    def __init__(self, model: Any, household: type[Household] = Household) -> None:
        self.model, self.household, self.acts = model, household, Act
        self.state_now: Any = None
        self._make()

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model, "household": self.household}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, acts=Act, state_now=None)
        self._make()

    def _make(self) -> None:
        """The kernel, in which each step that a subclass overrides is asked of the household."""
        household = self.household
        own = [name for name in STEPS if getattr(household, name) is not getattr(Household, name)]

        def make(function: FunctionType) -> Any:
            if function.__name__ not in own:
                return function
            name = function.__name__
            steps[name] = function
            own_step = getattr(household, name)  # a column may have the name, as `arrive` does
            return lambda s, h, *arguments: own_step(h, *arguments)

        steps: dict[str, Any] = {}
        known = remade(MODULES, make)
        self.steps = {**vars(known), **steps}
        self._carry_out = known.carry_out

    def carry_out(self, state: Any, order: int) -> bool:
        """Have the kernel do something, see `flowsim.model.kernel.tick`."""
        return bool(self._carry_out(state, order))

    def solve(self, *system: Any) -> None:
        """Solve a system of route choice, see `flowsim.behaviour.elimination`."""
        factorise_and_solve(*system)

    def numbers(self, kind: np.dtype[Any]) -> Numbers:
        """Numbers of the kernel by name."""
        return Numbers(**dict.fromkeys(kind.names or (), 0))

    def rows(self, kind: np.dtype[Any], room: int, old: Households | None) -> Households:
        """Households, who are made as they are asked for."""
        return Households(self, kind) if old is None else old

    def state(self, held: dict[str, Any]) -> Any:
        """What the kernel works on."""
        self.state_now = readable_state(held)
        return self.state_now

    def column(self, rows: Households, name: str, n: int) -> NDArray[Any]:
        """A column of the first rows."""
        found = [getattr(household, name) for household in list(rows)[:n]]
        kind = rows.kind[name]
        return np.array(found, dtype=kind.base).reshape(n, *kind.shape)
