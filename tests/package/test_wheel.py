"""What pip installs has the scenarios, and runs them by name in any folder."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import matplotlib.image
import pytest

from flowsim.plot import OF_A_RUN
from tests.children import PATIENCE_S
from tests.full import only_full

ROOT = Path(__file__).parents[2]
JUNE = "kyrgyz_uzbek_2010"
TAKEN = ("flowsim", "scenarios", "pyproject.toml", "setup.py", "setup.cfg", "README.md", "LICENSE")
"""What of the checkout a package is built from."""
BUILD = """
import sys
from setuptools import build_meta
print(build_meta.build_sdist(sys.argv[1]))
"""


def run(*words: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints; it must end well."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env={**os.environ, **environment},
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def files_below(folder: Path) -> set[str]:
    """Those of a folder, less what Python and its tools leave there."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return {name for name in found if "__pycache__" not in name and "/." not in f"/{name}"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made from the source distribution, as an index has it; that from a bare checkout."""
    folder = tmp_path_factory.mktemp("package")
    checkout, built = folder / "checkout", folder / "built"
    checkout.mkdir()
    built.mkdir()
    for name in TAKEN:
        source = ROOT / name
        for file in sorted(files_below(source)) if source.is_dir() else [""]:
            copy = checkout / name / file
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes((source / file).read_bytes())
    run(sys.executable, "-c", BUILD, built, cwd=checkout)
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as packed:
        packed.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    run(
        sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation",
        "--no-index", "-w", built, unpacked, cwd=folder,
    )  # fmt: skip
    (made,) = built.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of an environment that has the wheel. What it depends on is lent by this one, whose own
    flowsim is not found there: an editable install counts only in its own folder."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    made = folder / "bin" / "python"
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(run(made, "-c", asked, cwd=folder).rstrip("\n"))
    run(
        sys.executable, "-m", "pip", "--python", made, "install", "-q", "--no-deps", "--no-index",
        "--no-compile", wheel, cwd=folder,
    )  # fmt: skip
    own = [*site.getsitepackages(), site.getusersitepackages()]
    lent = [path for path in sys.path if path in own or path.endswith("site-packages")]
    (packages / "lent.pth").write_text("\n".join(lent), encoding="utf-8")
    return made


def assert_drawn(told: dict[str, Any], folder: Path) -> None:
    """A run into the folder `short` has written its files, and its figures are no blank pages."""
    names = {Path(figure).name for figure in told["drawn"]}
    assert names | {"reports.png"} == set(OF_A_RUN)  # a scenario may have no reports
    for figure in told["drawn"]:
        drawn = matplotlib.image.imread(folder / figure)
        assert drawn.std() > 0.05  # not a blank page
    assert {"result.nc", "scenario.yaml"} <= {path.name for path in (folder / "short").iterdir()}


def test_the_wheel_has_the_whole_package_and_every_scenario(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, inside in (("flowsim", "flowsim"), ("scenarios", "flowsim/_scenarios")):
        missing = {f"{inside}/{name}" for name in files_below(ROOT / folder)} - names
        assert not missing
    assert f"flowsim/_scenarios/{JUNE}/baseline/about.json" in names
    assert not [name for name in names if name.split("/")[0] in ("scenarios", "tests")]


def test_it_runs_in_an_empty_environment_and_its_figures_open(python: Path, tmp_path: Path) -> None:
    command = python.with_name("flowsim")
    where = run(python, "-c", "import flowsim; print(flowsim.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(python.parents[1])
    listed = json.loads(run(command, "scenarios", "--json", cwd=tmp_path))
    assert {JUNE, "teaching"} <= {one["name"] for one in listed}
    assert all(Path(one["path"]).is_relative_to(python.parents[1].resolve()) for one in listed)
    june = f"{JUNE}/variants/men_too.yaml"
    (valid,) = json.loads(run(command, "validate", june, "--json", cwd=tmp_path))["valid"]
    assert valid["name"] == june
    words = ("run", "teaching", "-o", "short", "--engine", "agents", "--json")
    told = json.loads(run(python, "-m", "flowsim", *words, cwd=tmp_path))
    assert_drawn(told, tmp_path)


@only_full
def test_its_compiled_kernel_runs_a_scenario_by_name(python: Path, tmp_path: Path) -> None:
    """Compiled code is shared with a checkout of the same sources, or made."""
    told = json.loads(
        run(
            python, "-m", "flowsim", "run", f"{JUNE}/variants/men_too.yaml", "-o", "short",
            "--set", "end=2010-06-11T00:00", "--json", cwd=tmp_path,
        )
    )  # fmt: skip
    assert told["run"]["end"] == "2010-06-11T00:00:00"
    assert_drawn(told, tmp_path)


def test_a_baseline_of_the_package_is_not_written_to(python: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [str(python.with_name("flowsim")), "check", JUNE, "--update", "because"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert f"{JUNE}: the installed package is not written to; copy the folder" in done.stderr
