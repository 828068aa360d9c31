"""Which modules of a package a run imports, and the version that they give; of made-up packages."""

from __future__ import annotations

from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import pytest

from flowsim.study.identity import code_version, imported_by


def package(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "p" / (name if "." in name else f"{name}.py")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return folder / "p"


def test_every_way_to_import_is_followed(tmp_path: Path) -> None:
    files = {
        "__init__": "", "unused": "", "only_typed": "",
        "a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.only_typed\n"
             "else:\n    import p.other\ntry:\n    from . import b\nexcept ImportError:\n"
             "    from .c.d import thing\nfinally:\n    import os, p.e\n",
        "b": "class K:\n    def f(self):\n        with open('x'):\n            import p.f\n"
             "        match 1:\n            case 1:\n                import p.g\n",
        "c/__init__": "", "c/__init__.pyi": "from .hidden import Name\nfrom . import shown\n",
        "c/d": "", "c/hidden": "", "c/shown": "", "e": "", "f": "", "g": "", "other": "",
    }  # fmt: skip
    found = imported_by(("a",), package(tmp_path, files))
    assert found == ("a", "b", "c", "c.d", "c.hidden", "c.shown", "e", "f", "g", "other")


def test_modules_that_hand_out_and_tell_are_left_out_of_any_package(tmp_path: Path) -> None:
    told = ("errors", "folders", "halves", "lazy_names", "safe_path", "shown", "suffixes")
    text = "from p.study import files, identity, worker\n"
    files = {
        "__init__": "", **dict.fromkeys(told, ""), "study/__init__": "",
        "study/worker": f"from p import {', '.join(told)}\n"
                        "from p.results import netcdf\nfrom . import files\n",
        "results/__init__": "", "results/netcdf": "", "study/files": "",
        "study/identity": "", "a": text,
    }  # fmt: skip
    assert imported_by(("a",), package(tmp_path, files)) == (
        "a",
        "results",
        "study",
        "study.worker",
    )


def test_names_of_modules_alone_import_nothing(tmp_path: Path) -> None:
    """Nor does the stub of a module that is not a package."""
    files = {
        "__init__": "", "a": "from . import deep\nx = 'b'\n", "b": "", "own": "",
        "deep/__init__": "from .own import x\nfrom ..b import y\nz = 'c'\n", "deep/own": "",
        "deep/c": "", "a.pyi": "import p.own\n",
    }  # fmt: skip
    assert imported_by(("a",), package(tmp_path, files)) == ("a", "b", "deep", "deep.own")


def test_a_module_that_is_gone_or_cannot_be_read_is_told(tmp_path: Path) -> None:
    root = package(tmp_path, {"__init__": "", "a": "import p.gone\n", "b": "x = (\n"})
    with pytest.raises(FileNotFoundError, match=r"^the source of p\.gone is not there$"):
        imported_by(("a",), root)
    with pytest.raises(SyntaxError) as error:
        imported_by(("b",), root)
    assert error.value.filename == str(root / "b.py")


def test_a_version_is_the_digest_of_libraries_and_sources(tmp_path: Path) -> None:
    """Else no store could be gone on with."""
    root = package(tmp_path, {"__init__": "", "a": "import p.b\n", "b": "x = 'Ош'\n", "c": ""})
    libraries = ("llvmlite", "mesa", "networkx", "numba", "numpy", "pandas", "scipy", "xarray")
    known = "".join(f"{name} {version(name)}\n" for name in libraries)
    text = f"{known}a\nimport p.b\nb\nx = 'Ош'\n"
    assert code_version(("a",), root) == blake2b(text.encode(), digest_size=8).hexdigest()
    files = dict.fromkeys(("study/worker", "study/sampling", "study/__init__"), "")
    inner = package(tmp_path / "more", files)
    told = f"{known}study\nstudy.sampling\nstudy.worker\n"
    assert code_version(root=inner) == blake2b(told.encode(), digest_size=8).hexdigest()


def test_a_stub_is_in_the_version(tmp_path: Path) -> None:
    """Where a name comes from decides what it does."""
    files = {"__init__": "", "a": "import p.c\n", "c/__init__": "", "c/d": "", "c/e": ""}
    stubs = ("from .d import x\n", "from .e import x\n", "from .e import x, y\n")
    versions = set()
    for i, stub in enumerate(stubs):
        root = package(tmp_path / str(i), {**files, "c/__init__.pyi": stub})
        versions.add(code_version(("a",), root))
    assert len(versions) == 3
