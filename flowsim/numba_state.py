"""What compiled code takes in the place of a namespace: one reference to all arrays of a run.

Imported when something is to be compiled, as it needs numba. The type is that of a module, so that
what was compiled for it is found again on the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
from numba.core import types
from numba.experimental import structref

from flowsim import compiled_cache


@structref.register
class StateType(types.StructRef):
    """Its name is short, since it is part of every name in the cache."""

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        digest = hashlib.blake2b(repr(self._fields).encode(), digest_size=8).hexdigest()
        self.name = f"State_{digest}"

    def preprocess_fields(self, fields: Any) -> Any:
        return tuple((name, types.unliteral(kind)) for name, kind in fields)


class State(structref.StructRefProxy):
    """All arrays and records of a run; it keeps them alive."""

    def __new__(cls, *values: Any) -> State:
        return structref.StructRefProxy.__new__(cls, *values)


structref.define_boxing(StateType, State)


@cache
def maker(names: tuple[str, ...]) -> Callable[..., State]:
    """Compiled function that makes a state of values of these names.

    Its text has to name them, as numba takes no ``*values`` here. What it calls in place of the
    class is a function of its own, so that states with other names can be made beside it. Its own
    name tells the names: to numba's cache, which sees code and types, it is else the same function.
    """

    def state(*values: Any) -> State:
        return State(*values)

    structref.define_constructor(state, StateType, list(names))
    space: dict[str, Any] = {"state": state, "__name__": __name__}
    listed = ", ".join(names)
    make = f"make_{hashlib.blake2b(listed.encode(), digest_size=8).hexdigest()}"
    exec(compile(f"def {make}({listed}):\n    return state({listed})\n", __file__, "exec"), space)
    with compiled_cache.cached(("flowsim.numba_state",)):
        return compiled_cache.forgiving(numba.njit(cache=True)(space[make]))
