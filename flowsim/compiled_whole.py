"""Machine code made once, of all that a run calls together.

Numba optimises each function with all that it calls in it, and makes machine code of that, again at
each level of calls. Nobody asks for the machine code of inner functions, and to make it takes half
of the time of compilation. Here an inner function stays LLVM's intermediate code, and the function
that a run calls is linked with all below it, optimised, and made machine code.

Imported when something is to be compiled, as it needs numba.
"""

from __future__ import annotations

import re
from typing import Any

from llvmlite import binding as llvm
from numba.core import cgutils
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder

COUNTING = re.compile(r'^ *call void @"?NRT_(?:in|de)cref"?\(.*$\n', re.MULTILINE)


class Intermediate(JITCodeLibrary):
    """A function, and what it calls, that others are linked with and nobody calls by itself."""

    @property
    def codegen(self) -> Intermediate:
        """What an environment is handed to: there is no machine code that would read it."""
        return self

    def set_env(self, name: str, environment: Any) -> None:
        """Python objects are for errors that compiled code raises, and ours raises none."""

    def add_ir_module(self, module: Any) -> None:
        """Take the code of a function, without the counting of references to arrays.

        The caller of the whole holds all arrays as long as it runs; scalar functions neither make
        nor return any.
        """
        self._raise_if_finalized()
        text = COUNTING.sub("", cgutils.normalize_ir_text(str(module)))
        parsed = llvm.parse_assembly(text)
        parsed.name = module.name
        parsed.verify()
        self.add_llvm_module(parsed)

    def finalize(self) -> None:
        """Nothing is linked, optimised or made machine code yet."""
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        """Where the machine code is: there is none."""
        return 0


class Whole(JITCodeLibrary):
    """A function with all that it calls, at whatever depth, linked once."""

    def finalize(self) -> None:
        """Link, optimise and make machine code."""
        found: dict[Any, None] = {}  # in the order in which they are met, each once
        ahead = self._linking_libraries[::-1]
        while ahead:
            library = ahead.pop()
            if library not in found:
                found[library] = None
                if isinstance(library, Intermediate):
                    ahead += library._linking_libraries[::-1]
        self._linking_libraries = list(found)
        super().finalize()


class _Compiler(CompilerBase):
    """Numba's compiler, with another library for what it makes."""

    kind: type[JITCodeLibrary]

    def define_pipelines(self) -> list[Any]:
        state = self.state
        state.library = self.kind(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return [DefaultPassBuilder.define_nopython_pipeline(state)]


class Inner(_Compiler):
    """Of a function that compiled code alone calls."""

    kind = Intermediate


class Entry(_Compiler):
    """Of a function that a run calls."""

    kind = Whole
