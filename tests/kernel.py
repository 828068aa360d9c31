"""Parts of the kernel by hand: households and states with only what one function looks at.

The kernel's functions are plain Python, so that a namespace will do for both. Compiled, they take a
row of the table of households, and a named tuple of arrays.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from flowsim.draws import Purpose, mix, salts, seed_key, text_key
from flowsim.model.compiled import Numbers, compiled
from flowsim.model.household_row import COUNTED, row_type
from flowsim.model.kernel.births import blank

CLOCKS = 3
ROW = row_type(CLOCKS, 0, len(COUNTED))


def household(row: int = 0, **columns: Any) -> SimpleNamespace:
    """A household of the readable engine with all its columns, nought but for the given ones."""
    nobody = np.zeros((), dtype=ROW)
    made = SimpleNamespace(**{name: nobody[name].tolist() for name in ROW.names})
    blank(made, row)
    vars(made).update(columns)
    if "kinds" in columns and "size" not in columns:
        made.size = sum(columns["kinds"])
    return made


def drawing(seed: int | str = 1, **held: Any) -> SimpleNamespace:
    """A state in which households can draw; arrays are seen as the readable engine sees them."""
    slot = [COUNTED.index(p) if p in COUNTED else -1 for p in range(max(Purpose) + 1)]
    views = {n: memoryview(v) if isinstance(v, np.ndarray) else v for n, v in held.items()}
    return SimpleNamespace(salts=salts(seed_key(seed)).tolist(), slot=slot, **views)


def part_key(parent: int, number: int, part: int) -> int:
    """Key of a part that splits off a household: a new owner of draws."""
    key = np.array([parent], dtype=np.uint64)
    for value in (text_key("split"), np.uint64(number), np.uint64(part)):
        key = mix(key, value)
    return int(key[0])


def rows_of(households: list[SimpleNamespace]) -> np.ndarray:
    """The same households as rows of the table."""
    rows = np.zeros(len(households), dtype=ROW)
    for row, household in zip(rows, households, strict=True):
        for name in ROW.names:
            row[name] = getattr(household, name)
    return rows


def as_arrays(state: SimpleNamespace) -> Any:
    """A state as compiled code takes it: rows, records of numbers, and arrays."""
    held = {name: _array(name, value) for name, value in vars(state).items()}
    return _state_type(tuple(held))(**held)


def _array(name: str, value: Any) -> Any:
    if name == "rows":
        return rows_of(value)
    if isinstance(value, SimpleNamespace):
        kind = np.dtype(
            [(n, "f8" if isinstance(v, float) else "i8") for n, v in vars(value).items()]
        )
        made = Numbers(kind)
        made.set(**vars(value))
        return made.record
    return np.array(value, dtype=np.uint64 if name in ("salts", "option_key") else None)


@lru_cache
def _state_type(names: tuple[str, ...]) -> Any:
    return namedtuple("State", names)


@lru_cache
def compiled_function(name: str) -> Callable[..., Any]:
    """A function of the compiled kernel, to be called from Python with a state by `as_arrays`."""
    import numba

    from flowsim.compiled_whole import Entry

    function, count = getattr(compiled(), name), 0
    count = function.py_func.__code__.co_argcount
    arguments = ", ".join(f"a{n}" for n in range(count))
    space = {"function": function}
    exec(f"def call({arguments}):\n    return function({arguments})\n", space)
    return numba.njit(error_model="numpy", pipeline_class=Entry)(space["call"])
