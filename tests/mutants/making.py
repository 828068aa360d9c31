"""Mutants: the package with one small bug each.

The bugs are those of mutmut (another number, text, operator, argument, or assigned value), and two
of our own: a piece of an f-string is lost, and two neighbours of a dict swap their values.
mutmut's runner leaves out constants, properties and all else that is decorated, where most of the
labels and units are, so only its mutators are used here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

TEXTS = (cst.SimpleString, cst.FormattedStringText)
PLACEHOLDER = "code"


@dataclass(frozen=True)
class Mutant:
    """A file with one bug.

    Attributes
    ----------
    id : str
        By file, place among its mutants, and seed.
    file : str
        From the root of the checkout.
    line : int
    was, now : str
        What stands there, and what the bug makes of it.
    text : str
        The whole file with the bug.
    outer : str
        Qualified name of the outermost function that differs; empty where a module or a class does.
    """

    id: str
    file: str
    line: int
    was: str
    now: str
    text: str
    outer: str

    @property
    def told(self) -> str:
        """In a line."""
        return f"{self.file}:{self.line}: {_short(self.was)} -> {_short(self.now)}"


def lost_text(node: cst.FormattedStringText) -> Iterator[cst.FormattedStringText]:
    """A piece of an f-string, gone."""
    yield node.with_changes(value="")


def swapped_values(node: cst.Dict) -> Iterator[cst.Dict]:
    """The values of two neighbours in a dict, swapped."""
    for i, (one, two) in enumerate(zip(node.elements, node.elements[1:], strict=False)):
        if isinstance(one, cst.DictElement) and isinstance(two, cst.DictElement):
            swapped = [*node.elements]
            swapped[i] = one.with_changes(value=two.value)
            swapped[i + 1] = two.with_changes(value=one.value)
            yield node.with_changes(elements=swapped)


OPERATORS = [
    *mutation_operators,
    (cst.FormattedStringText, lost_text),
    (cst.Dict, swapped_values),
]


class _Visitor(MutationVisitor):
    """mutmut's, which goes into decorated functions too."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return node.name.value in ("__getattribute__", "__setattr__", "__new__")
        if isinstance(node, cst.If) and getattr(node.test, "value", "") == "TYPE_CHECKING":
            return True
        return super()._skip_node_and_children(node)


def mutants(
    root: Any, files: Iterable[str], seed: int, most: int, texts: Iterable[str] = ()
) -> tuple[list[Mutant], int]:
    """A keyed sample of the mutants of some files, and how many there are.

    Parameters
    ----------
    root : Path
    files : iterable of str
    seed : int
        Which sample.
    most : int
        Its size; a larger sample begins with a smaller one.
    texts : iterable of str
        Files of which only the text is mutated.
    """
    found: list[tuple[bytes, str, _Draft]] = []
    for file, only in [*((f, False) for f in files), *((f, True) for f in texts)]:
        source = (root / file).read_text("utf-8")
        of = hashlib.blake2b(f"{seed} {file}\0{source}".encode(), digest_size=8).digest()
        for i, draft in enumerate(_drafts(source, only)):
            name = hashlib.blake2b(of + str(i).encode(), digest_size=8)
            found.append((name.digest(), file, draft))
    found.sort(key=lambda item: item[0])
    chosen: list[Mutant] = []
    for name, file, draft in found:
        if len(chosen) == most:
            break
        mutant = _mutant(name.hex(), file, (root / file).read_text("utf-8"), draft)
        if mutant is not None:
            chosen.append(mutant)
    return chosen, len(found)


@dataclass(frozen=True)
class _Draft:
    module: cst.Module
    mutation: Any
    line: int


def _drafts(source: str, only_texts: bool) -> Iterator[_Draft]:
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    visitor = _Visitor(OPERATORS, IgnoredCode(set(), set(), set()))
    module = wrapper.visit(visitor)
    lines = wrapper.resolve(PositionProvider)
    for mutation in visitor.mutations:
        node = mutation.original_node
        if not only_texts or isinstance(node, (*TEXTS, cst.Dict)):
            where = lines.get(node)
            yield _Draft(module, mutation, where.start.line if where else 0)


def _mutant(name: str, file: str, source: str, draft: _Draft) -> Mutant | None:
    """The mutant; None where Python cannot read it or sees no difference."""
    mutation = draft.mutation
    text = draft.module.deep_replace(mutation.original_node, mutation.mutated_node).code
    try:
        old, new = (compile(code, file, "exec", dont_inherit=True) for code in (source, text))
    except (SyntaxError, ValueError):
        return None
    where = differing(old, new)
    if where is None:
        return None
    was, now = (
        draft.module.code_for_node(node) for node in (mutation.original_node, mutation.mutated_node)
    )
    return Mutant(name, file, draft.line, was, now, text, where)


def differing(old: CodeType, new: CodeType) -> str | None:
    """Qualified name of the outermost function that differs, "" for what runs on import, or None.

    Examples
    --------
    >>> codes = [compile(f"def f():\\n return {n}", "f.py", "exec") for n in (1, 2)]
    >>> differing(*codes), differing(codes[0], codes[0])
    ('f', None)
    """
    if _shell(old) != _shell(new):
        return ""
    found = []
    for a, b in zip(inner_codes(old), inner_codes(new), strict=True):
        if is_function(a):
            found += [] if _same(a, b) else [a.co_qualname]
        elif (name := differing(a, b)) is not None:
            found.append(name)
    if not found:
        return None
    return found[0] if len(found) == 1 else ""


def inner_codes(code: CodeType) -> list[CodeType]:
    """The code objects that stand directly in one."""
    return [const for const in code.co_consts if isinstance(const, CodeType)]


def is_function(code: CodeType) -> bool:
    """Whether it is that of a function, and not of a class's body."""
    return bool(code.co_flags & 0x1)  # CO_OPTIMIZED


def _same(old: CodeType, new: CodeType) -> bool:
    inside = zip(inner_codes(old), inner_codes(new), strict=False)
    return _shell(old) == _shell(new) and all(_same(a, b) for a, b in inside)


def _shell(code: CodeType) -> tuple[object, ...]:
    """What a code object does, without where it stands and without the code inside of it."""
    consts = [
        (PLACEHOLDER, c.co_name) if isinstance(c, CodeType) else (type(c).__name__, repr(c))
        for c in code.co_consts
    ]
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, consts, names, code.co_flags, code.co_exceptiontable


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else f"{text[:110]} ... {text[-45:]}"
