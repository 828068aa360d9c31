"""The code that a record is known by: what a run imports, all of it and nothing else."""

from __future__ import annotations

import ast
import pickle
import shutil
import subprocess
import sys
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import cloudpickle
import pytest

from flowsim.study import identity
from flowsim.study.identity import (
    APART,
    LIBRARIES,
    OF_CHECKS,
    OF_RECORDS,
    code_version,
    imported_by,
)
from flowsim.study.study import Study
from flowsim.study.worker import Task
from tests.study.worlds import small

WITHOUT_NUMBERS = {"cloudpickle", "pydantic", "ruamel", "tqdm"}
"""Libraries that a run imports to check, store and show values, not to make them."""

WORK = """
import pickle, sys
task = pickle.load(sys.stdin.buffer)
from flowsim.study.worker import Done, work
done = work(task)
assert isinstance(done, Done), done
print(*(name for name in sys.modules if name.startswith("flowsim")))
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    there = tmp_path_factory.mktemp("copy") / "flowsim"
    shutil.copytree(identity.ROOT, there, ignore=shutil.ignore_patterns("__pycache__"))
    return there


def test_whatever_a_worker_imports_is_in_its_identity() -> None:
    study = Study({"a": small()}, samples=1, seed=7)
    plan = study.plan()
    scenario = cloudpickle.dumps(study.scenarios["a"])
    task = Task(next(plan.runs()), scenario, study.position(1), study.keep, plan.code, False)
    told = subprocess.run(
        [sys.executable, "-c", WORK], input=pickle.dumps(task), check=True, capture_output=True
    ).stdout.decode()
    used = {name.partition(".")[2] for name in told.split()}
    assert {"model.flow", "study.sample", "draws"} <= used
    assert used <= {*imported_by(OF_RECORDS), *APART}


def test_modules_without_numbers_are_not_in_it() -> None:
    found = set(imported_by(OF_RECORDS))
    assert not found & APART
    rooms = {name.split(".")[0] for name in found}
    assert not rooms & {"check", "cli", "evidence", "formats", "plot"}
    assert "check.measure" in imported_by(OF_CHECKS)


def test_a_change_beside_the_run_leaves_stores_usable(copy: Path) -> None:
    before = code_version(root=copy)
    assert before == code_version()
    code_version.cache_clear()
    for name in (
        "halves",
        "plot/style",
        "cli/main",
        "study/table",
        "evidence/table",
        "check/guard",
    ):
        with (copy / f"{name}.py").open("a") as file:
            file.write("\nchanged = 1\n")
    assert code_version(root=copy) == before


@pytest.mark.parametrize(
    "name", ["draws", "model/queues", "policy/stock", "behaviour/leaving", "world/violence",
             "daily/walk", "study/sample", "model/__init__"],
)  # fmt: skip
def test_a_change_of_what_a_run_imports_is_seen(copy: Path, name: str) -> None:
    before = code_version(root=copy)
    with (copy / f"{name}.py").open("a") as file:
        file.write("\nchanged = 1\n")
    code_version.cache_clear()
    assert code_version(root=copy) != before


def test_a_new_module_that_the_model_imports_is_seen(copy: Path) -> None:
    (copy / "model" / "fresh.py").write_text("from flowsim import wind as wind\n")
    (copy / "wind.py").write_text("SPEED = 3\n")
    with (copy / "model/queues.py").open("a") as file:
        file.write("\ndef late():\n    from flowsim.model.fresh import wind\n    return wind\n")
    assert {"model.fresh", "wind"} <= set(imported_by(OF_RECORDS, copy))


def package(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "p" / f"{name}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, encoding="utf-8")
    return folder / "p"


def test_every_way_to_import_is_followed(tmp_path: Path) -> None:
    files = {
        "__init__": "", "late": "", "unused": "", "only_typed": "",
        "a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import p.only_typed\n"
             "else:\n    import p.other\ntry:\n    from . import b\nexcept ImportError:\n"
             "    from .c.d import thing\nfinally:\n    import os, p.e\n",
        "b": "class K:\n    def f(self):\n        with open('x'):\n            import p.f\n"
             "        match 1:\n            case 1:\n                import p.g\n",
        "c/__init__": "from p.late import on_demand\nx = on_demand({'Name': 'hidden'})\n",
        "c/d": "", "c/hidden": "", "e": "", "f": "", "g": "", "other": "",
    }  # fmt: skip
    found = imported_by(("a",), package(tmp_path, files))
    assert found == ("a", "b", "c", "c.d", "c.hidden", "e", "f", "g", "other")


def test_modules_that_hand_out_and_tell_are_left_out_of_any_package(tmp_path: Path) -> None:
    told = ("errors", "folders", "halves", "late", "netcdf", "safe_path", "shown", "suffixes")
    text = "from p.study import damage, identity, worker\n"
    files = {
        "__init__": "", **dict.fromkeys(told, ""), "study/__init__": "",
        "study/worker": f"from p import {', '.join(told)}\nfrom . import damage\n",
        "study/damage": "", "study/identity": "", "a": text,
    }  # fmt: skip
    assert imported_by(("a",), package(tmp_path, files)) == ("a", "study", "study.worker")


def test_names_of_modules_alone_import_nothing(tmp_path: Path) -> None:
    """Only beside the import of what hands names out."""
    files = {
        "__init__": "", "a": "from . import deep\nx = 'b'\n", "b": "", "own": "", "late": "",
        "deep/__init__": "from .own import x\nfrom ..b import y\nz = 'c'\n", "deep/own": "",
        "deep/c": "",
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
    libraries = ("mesa", "networkx", "numpy", "pandas", "scipy", "xarray")
    known = "".join(f"{name} {version(name)}\n" for name in libraries)
    text = f"{known}a\nimport p.b\nb\nx = 'Ош'\n"
    assert code_version(("a",), root) == blake2b(text.encode(), digest_size=8).hexdigest()
    files = dict.fromkeys(("study/worker", "study/inputs", "study/__init__"), "")
    inner = package(tmp_path / "more", files)
    told = f"{known}study\nstudy.inputs\nstudy.worker\n"
    assert code_version(root=inner) == blake2b(told.encode(), digest_size=8).hexdigest()


def test_libraries_that_compute_are_in_it() -> None:
    tops, through_the_package = set(), []
    for module in imported_by(OF_RECORDS):
        path = identity.ROOT.joinpath(*module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        for node in identity._run(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                tops |= {name.name.split(".")[0] for name in node.names}
            else:
                tops.add((node.module or "").split(".")[0])
                if node.module == "flowsim":
                    through_the_package += [name.name for name in node.names]
    others = tops - {"flowsim"} - set(sys.stdlib_module_names)
    assert others <= {*LIBRARIES, *WITHOUT_NUMBERS}
    assert set(LIBRARIES) <= others
    # A name that the package itself hands out would hide its module.
    assert {name for name in through_the_package if name[0].isupper() or name == "run"} == set()
