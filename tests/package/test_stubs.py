"""Packages that hand names out: the stub is what type checkers read and what is imported."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import flowsim
from flowsim.lazy_names import attach

ROOT = Path(flowsim.__file__).parent
STUBS = sorted(ROOT.rglob("*.pyi"))
ROOMS = ("evidence", "interactive", "outlines", "plot", "policy", "reporting")
PACKAGES = [".".join(("flowsim", *path.parent.relative_to(ROOT).parts)) for path in STUBS]


def imported(stub: Path) -> dict[str, str]:
    """Names and the modules that a stub takes them from."""
    nodes = [n for n in ast.parse(stub.read_text("ascii")).body if isinstance(n, ast.ImportFrom)]
    return {name.asname or name.name: node.module or "" for node in nodes for name in node.names}


def stated(stub: Path) -> list[str]:
    (names,) = (
        ast.literal_eval(node.value)
        for node in ast.parse(stub.read_text("ascii")).body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return names


def test_these_packages_have_stubs() -> None:
    assert ["flowsim", *(f"flowsim.{room}" for room in ROOMS)] == PACKAGES


@pytest.mark.parametrize(("name", "stub"), list(zip(PACKAGES, STUBS, strict=True)))
def test_every_name_of_a_stub_is_there_and_no_other(name: str, stub: Path) -> None:
    package = import_module(name)
    assert set(stated(stub)) == set(imported(stub)) == set(package.__all__) == set(dir(package))
    for given, module in imported(stub).items():
        value = getattr(package, given)
        if module:
            assert value is getattr(import_module(f"{name}.{module}"), given)
        else:
            assert value is import_module(f"{name}.{given}")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_star_takes_all_names_and_a_name_that_is_not_there_is_an_error(name: str) -> None:
    names: dict[str, object] = {}
    exec(f"from {name} import *", names)
    package = import_module(name)
    assert set(names) - {"__builtins__"} == set(package.__all__)
    with pytest.raises(AttributeError, match=rf"^module '{name}' has no attribute 'nothing'$"):
        _ = package.nothing


def test_importing_a_package_imports_none_of_its_names() -> None:
    child = f"import {', '.join(PACKAGES)}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)
    own = {name for name in done.stdout.split() if name.startswith("flowsim.")}
    assert own == {*PACKAGES[1:], "flowsim.lazy_names"}


def test_a_package_without_a_stub_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="non-existent stub"):
        attach("of_tests", str(tmp_path / "__init__.py"))
