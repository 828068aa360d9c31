"""The code that a record is known by: what a run imports, all of it and nothing else."""

from __future__ import annotations

import ast
import pickle
import shutil
import subprocess
import sys
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

WITHOUT_NUMBERS = {
    "cloudpickle",
    "filelock",
    "lazy_loader",
    "pydantic",
    "pydantic_core",
    "ruamel",
    "tqdm",
}
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
    assert {"model.simulation", "study.sampling", "draws"} <= used
    assert used <= {*imported_by(OF_RECORDS), *APART}


def test_modules_without_numbers_are_not_in_it() -> None:
    found = set(imported_by(OF_RECORDS))
    assert not found & APART
    rooms = {name.split(".")[0] for name in found}
    assert not rooms & {"check", "cli", "formats", "learn", "plot"}
    of_evidence = {name for name in found if name.startswith("evidence")}
    assert of_evidence == {"evidence.predicted", "evidence.quantities", "evidence.statements"}
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
    "name", ["draws", "model/kernel/queue", "policy/stock", "behaviour/leaving", "world/violence",
             "flee/ground", "study/sampling", "model/__init__"],
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
    with (copy / "model/quotas.py").open("a") as file:
        file.write("\ndef late():\n    from flowsim.model.fresh import wind\n    return wind\n")
    assert {"model.fresh", "wind"} <= set(imported_by(OF_RECORDS, copy))


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


def test_what_stands_apart_is_there() -> None:
    assert {"", *identity._sources(identity.ROOT)} >= APART
