"""Scalar functions compiled by numba: a shadow of each of their modules.

The sources carry no decorator, so that one process can hold both forms. Here the functions are made
anew in namespaces of their own, in which each stands for its compiled twin. Only the few that a run
calls are cached on the disk, with all that they call in them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np

from flowsim import compiled_cache
from flowsim.left_out import left_out


def remade(
    modules: Sequence[str], make: Callable[[FunctionType], Any], **replaced: Any
) -> SimpleNamespace:
    """All functions of some modules, made anew by ``make``, calling each other.

    Parameters
    ----------
    modules : sequence of str
        Their names, each after those that it calls.
    make : function of a function
        The function that it is given sees, under the names of others, what was made of them.
    replaced : anything
        What else stands under a name.
    """
    made: dict[FunctionType, Any] = {}
    known: dict[str, Any] = {}
    for name in modules:
        module = import_module(name)
        space = {**vars(module), **replaced}
        file = os.path.realpath(module.__file__ or name)
        for key, value in space.items():
            if isinstance(value, FunctionType) and value in made:
                space[key] = made[value]
        for key, function in vars(module).items():
            if isinstance(function, FunctionType) and function.__module__ == module.__name__:
                code = function.__code__.replace(co_filename=file)  # the cache knows it by that
                copy = FunctionType(code, space, key, function.__defaults__)
                copy.__module__, copy.__qualname__ = module.__name__, key
                made[function] = known[key] = space[key] = make(copy)
    return SimpleNamespace(**known)


def _numba() -> Any:
    """Numba, without all of scipy's linear algebra, which it loads to see whether it is there."""
    with left_out("coverage"):
        import numba
    from numba.np import linalg

    ensure, linalg.ensure_blas = linalg.ensure_blas, lambda: None
    try:
        import numba.np.arraymath
    finally:
        linalg.ensure_blas = ensure
    return numba


@cache
def compiled(modules: tuple[str, ...], entries: tuple[str, ...]) -> SimpleNamespace:
    """The functions of some modules, compiled when first called with arrays of some types.

    Parameters
    ----------
    modules : tuple of str
        See `remade`.
    entries : tuple of str
        Functions that a run calls.
    """
    numba = _numba()
    types = numba.core.types
    from flowsim.compiled_whole import Entry, Inner

    def wide(kind: Any) -> Any:
        kind = types.unliteral(kind)
        return types.int64 if isinstance(kind, types.Integer) and kind != types.uint64 else kind

    def make(function: FunctionType) -> Any:
        if function.__name__ in entries:
            with compiled_cache.cached(modules):
                # several threads of a run call it at once, and each shall have a core
                entry = numba.njit(
                    cache=True, error_model="numpy", nogil=True, pipeline_class=Entry
                )(function)
                return compiled_cache.forgiving(entry, tells=function.__name__ == entries[0])
        unwrapped: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
        made: Any = numba.njit(error_model="numpy", pipeline_class=Inner, **unwrapped)(function)
        # numba would compile a version for each constant and each width of whole number
        template = made.get_call_template
        made.get_call_template = lambda args, kws: template(
            tuple(map(wide, args)), {name: wide(kind) for name, kind in kws.items()}
        )
        return made

    @numba.extending.register_jitable
    def word(value: Any) -> Any:
        return types.uint64(value)

    return remade(modules, make, word=word)


def compiled_state(held: dict[str, Any]) -> Any:
    """What compiled functions work on: one reference to arrays and records by name."""
    _numba()
    from flowsim.numba_state import maker

    return maker(tuple(held))(*held.values())


def readable_state(held: dict[str, Any]) -> SimpleNamespace:
    """The same for functions that run as they stand: a namespace of views of the arrays."""
    views: dict[str, Any] = {
        name: value.data if isinstance(value, np.ndarray) else value for name, value in held.items()
    }
    return SimpleNamespace(**views)
