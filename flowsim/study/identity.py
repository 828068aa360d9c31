"""What made a run: the code that its numbers depend on, which is what a run imports."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
OF_RECORDS = ("study.worker", "study.sampling")
"""What makes a record: the worker, and the samples of inputs."""
OF_CHECKS = ("check.measure",)
"""What makes a baseline."""
APART = frozenset(
    {"", "errors", "folders", "halves", "lazy_names", "safe_path", "shown", "suffixes", "version"}
    | {"evidence", "results.netcdf", "study.files", "study.identity"}
)  # fmt: skip
"""Modules that runs import and no number comes from: messages, files, and names handed out."""
LIBRARIES = ("llvmlite", "mesa", "networkx", "numba", "numpy", "pandas", "scipy", "xarray")


@lru_cache(maxsize=8)
def code_version(roots: tuple[str, ...] = OF_RECORDS, root: Path = ROOT) -> str:
    """Sixteen hexadecimal digits that change with the code behind a record.

    That is the source of all modules of the package that the roots import, those that are imported
    inside a function too, with the stubs of packages that hand names out, and the versions of the
    libraries that compute.

    Parameters
    ----------
    roots : tuple of str
        Modules of the package, by their names in it.
    root : Path
        Folder of the package.
    """
    digest = hashlib.blake2b(digest_size=8)
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    sources = _sources(root)
    for module in imported_by(roots, root):
        digest.update(f"{module}\n".encode())
        digest.update(sources[module].read_bytes())
        stub = _stub(sources[module])
        digest.update(stub.read_bytes() if stub else b"")
    return digest.hexdigest()


def imported_by(roots: tuple[str, ...], root: Path = ROOT) -> tuple[str, ...]:
    """All modules that some of a package import, directly or not, without those that are `APART`.

    Parameters
    ----------
    roots : tuple of str
        By their names in the package.
    root : Path
        Folder of the package.

    Returns
    -------
    tuple of str
        Sorted; with the packages that the modules are in.

    Examples
    --------
    >>> found = imported_by(("model.flow",))
    >>> "draws" in found, "policy.stock" in found, "plot.style" in found
    (True, True, False)
    """
    sources = _sources(root)
    found: set[str] = set()
    left = list(roots)
    while left:
        module = left.pop()
        if module in found or module in APART:
            continue
        if module not in sources:
            raise FileNotFoundError(f"the source of {root.name}.{module} is not there")
        found.add(module)
        left.append(module.rpartition(".")[0])
        left += _imports(module, sources, root.name)
    return tuple(sorted(found))


def _sources(root: Path) -> dict[str, Path]:
    """Every module of a package by its name in it; the package's own is empty."""
    found = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _imports(module: str, sources: Mapping[str, Path], top: str) -> Iterator[str]:
    """The modules of the package that a module imports, or hands out names of."""
    path = sources[module]
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in _import_statements(path):
        if isinstance(node, ast.Import):
            named = (_within(name.name, top) for name in node.names)
            yield from (name for name in named if name is not None)
            continue
        base = _base(node, package, top)
        if base is not None:
            yield base
            inner = (f"{base}.{name.name}".lstrip(".") for name in node.names)
            yield from (name for name in inner if name in sources)


def _import_statements(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    """Those that a module runs, and those of its stub, which a package runs when names are used."""
    for source in filter(None, (path, _stub(path))):
        yield from _run(ast.parse(source.read_bytes(), str(source)))


def _stub(path: Path) -> Path | None:
    """The stub from which a package hands names out (`flowsim.lazy_names`)."""
    stub = path.with_suffix(".pyi")
    return stub if path.name == "__init__.py" and stub.exists() else None


def _run(tree: ast.AST) -> Iterator[ast.Import | ast.ImportFrom]:
    """Imports that are run, wherever they stand; those for type checkers are not."""
    if isinstance(tree, ast.Import | ast.ImportFrom):
        yield tree
        return
    for part in ("body", "handlers", "cases", "orelse", "finalbody"):
        if part == "body" and isinstance(tree, ast.If) and _is_for_types(tree.test):
            continue
        for inner in getattr(tree, part, ()):
            yield from _run(inner)


def _is_for_types(test: ast.expr) -> bool:
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def _within(name: str, package: str) -> str | None:
    """The name of a module in the package; None where it is of another."""
    top, _, inner = name.partition(".")
    return inner if top == package else None


def _base(node: ast.ImportFrom, package: str, top: str) -> str | None:
    if not node.level:
        return _within(node.module or "", top)
    parts = package.split(".") if package else []
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)
