"""The command line: what it writes, what it answers, and what it leaves behind when it fails."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.scenario.block_yaml import block_yaml
from flowsim.scenario.flaws import listed
from flowsim.scenario.read import parse
from flowsim.study.read import is_study
from tests.children import PATIENCE_S, let_others_in

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests/data/small"
CLI = "from flowsim.cli.main import cli"
OUTSIDE = 65534
"""The user of no rights; CI is root, who may write everywhere."""
FILES = {"policy_effects.csv", "result.nc", "scenario.yaml", "summary.json"}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(SMALL, tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def run(*arguments: str) -> Result:
    return call("run", "small", "--no-figures", *arguments)


def in_child(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own, after some code."""
    return subprocess.run(
        [sys.executable, "-c", f"{code}\nfrom flowsim.cli.main import main\nmain()", *arguments],
        capture_output=True,
        text=True,
    )


def names(folder: str = ".") -> set[str]:
    return {entry.name for entry in Path(folder).iterdir()}


def test_a_run_writes_the_scenario_as_yaml_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def noted(data: dict) -> str:
        made.append(block_yaml(data))
        return made[-1]

    monkeypatch.setattr("flowsim.model.assemble.block_yaml", noted)
    assert run("-o", "a").exit_code == 0
    assert made == [Path("a/scenario.yaml").read_text(encoding="utf-8")]


def test_nothing_of_matplotlib_is_loaded_where_no_figure_is_drawn() -> None:
    told = "import atexit, sys\natexit.register(lambda: print('matplotlib' in sys.modules))"
    assert run("-q", "-o", "a").exit_code == 0
    again = in_child(told, "run", "small", "--no-figures", "-q", "-o", "a", "--overwrite")
    assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "False"), again.stderr


def test_run_writes_all_of_it() -> None:
    told = run("-o", "a", "--seed", "3")
    assert (told.exit_code, told.stderr) == (0, "")
    assert names("a") == FILES
    assert names() == {"small", "a"}
    assert told.stdout.splitlines()[-1] == "The run is in a"
    assert "crossed so far" in told.stdout
    result = fs.Result.from_netcdf("a/result.nc")
    assert (result.name, result.seed) == ("small", "3")
    summary = json.loads(Path("a/summary.json").read_text())
    assert summary["run"]["seed"] == "3"
    assert fs.load("a/scenario.yaml").digest() == fs.load("small").digest()


def test_run_draws_figures() -> None:
    told = call("run", "small", "-o", "a")
    assert told.exit_code == 0
    figures = [line.strip() for line in told.stdout.splitlines() if line.endswith(".png")]
    assert figures
    drawn = {str(path) for path in Path("a").rglob("*.png")}
    assert drawn == set(figures)
    assert all(Path(figure).stat().st_size for figure in figures)


def test_same_seed_same_files() -> None:
    for folder in ("a", "b"):
        assert run("-o", folder).exit_code == 0
    for name in FILES:
        assert (Path("a") / name).read_bytes() == (Path("b") / name).read_bytes()


def test_engines_agree() -> None:
    for engine in ("columns", "agents"):
        assert run("-o", engine, "--engine", engine).exit_code == 0
    one, other = (fs.Result.from_netcdf(f"{e}/result.nc") for e in ("columns", "agents"))
    assert one.data.drop_attrs().identical(other.data.drop_attrs())


def test_default_folder_is_made() -> None:
    assert run().exit_code == 0
    assert names("out") == {"small"}


def test_name_of_the_default_folder_stays_below_out() -> None:
    assert run("--set", "name=../../a b").exit_code == 0
    assert names("out") == {"a_b"}


def test_default_folder_is_not_left_by_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    import flowsim.running

    def fail(*arguments: object, **options: object) -> None:
        raise fs.SimulationError("a policy gave 5")

    monkeypatch.setattr(flowsim.running, "run", fail)
    told = run()
    assert (told.exit_code, told.stderr) == (1, "the run failed: a policy gave 5\n")
    assert names() == {"small"}


def test_settings() -> None:
    told = run("-o", "a", "--set", "places[Town].population=100", "--set", "title=NO")
    assert told.exit_code == 0
    scenario = fs.load("a/scenario.yaml")
    assert (scenario.places[0].population, scenario.title) == (100, "NO")


def test_wrong_settings_are_all_told() -> None:
    told = run("-o", "a", "--set", "plases[Town].population=100", "--set", "step=5")
    assert told.exit_code == 2
    assert told.stderr.splitlines() == [
        "plases[Town].population: there is no 'plases'; use one of "
        f"{listed(fs.Scenario.model_fields, most=30)} (did you mean 'places'?)",
        "step: 5 has no unit; write 1h, 30min or 1d",
        "2 problems",
    ]
    assert run("--set", "step").exit_code == 2
    assert names() == {"small"}


def test_what_is_there_stays() -> None:
    Path("a").mkdir()
    told = run("-o", "a")
    assert told.exit_code == 2
    assert told.stderr.splitlines()[-1] == (
        "Error: a exists; give another -o, or --overwrite to replace it"
    )
    assert names("a") == set()


def test_overwrite_replaces_the_folder_of_a_run() -> None:
    assert run("-o", "a").exit_code == 0
    Path("a/mine.txt").touch()
    assert run("-o", "a", "--overwrite", "--seed", "2").exit_code == 0
    assert names("a") == FILES | {"mine.txt"}
    assert names() == {"small", "a"}
    assert fs.Result.from_netcdf("a/result.nc").seed == "2"


@pytest.mark.parametrize("target", ["small", "small/places.csv", "."])
def test_overwrite_spares_what_is_no_run(target: str) -> None:
    before = sorted(Path().rglob("*"))
    told = run("-o", target, "--overwrite")
    assert told.exit_code == 2
    assert "give another -o" in told.stderr
    assert sorted(Path().rglob("*")) == before


def test_a_failed_overwrite_keeps_the_old_run(monkeypatch: pytest.MonkeyPatch) -> None:
    import flowsim.evidence.digest

    assert run("-o", "a").exit_code == 0
    before = Path("a/result.nc").read_bytes()

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device", "summary.json")

    monkeypatch.setattr(flowsim.evidence.digest, "summary", fail)
    told = run("-o", "a", "--overwrite", "--seed", "2")
    assert told.exit_code == 1
    assert told.stderr == "the run failed: summary.json: No space left on device\n"
    assert Path("a/result.nc").read_bytes() == before
    assert names() == {"small", "a"}


def test_parent_is_missing() -> None:
    told = run("-o", "x/a")
    assert told.exit_code == 1
    assert told.stderr == "the run failed: the folder x does not exist\n"
    told = run("-o", "small/places.csv/a")
    assert told.stderr == "the run failed: the folder small/places.csv is not a folder\n"
    assert told.exit_code == 1


def test_disk_is_full(here: Path) -> None:
    code = (  # no file can grow beyond 6 kB; bytecode that is cut off would be found by all others
        "import sys, resource, flowsim\nsys.dont_write_bytecode = True\n"
        "flowsim.run(flowsim.load('small'))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000))"
    )
    told = in_child(code, "run", "small", "-o", "a", "--no-figures")
    assert told.returncode == 1
    assert told.stderr.splitlines()[-1].startswith("the run failed: ")
    assert len(told.stderr.splitlines()) == 1
    assert names() == {"small"}


def test_folder_may_not_be_written(here: Path) -> None:
    let_others_in(here)
    code = (  # run once with all rights, as the interpreter itself may be out of reach later
        "import os, flowsim\nfrom flowsim.cli.main import cli\n"
        "cli(['validate', '-q', 'small'], standalone_mode=False)\n"
        "flowsim.run(flowsim.load('small'))\n"
        f"if os.getuid() == 0: os.setgid({OUTSIDE}); os.setuid({OUTSIDE})\n"
        "else: os.chmod('.', 0o555)"
    )
    told = in_child(code, "run", "small", "-o", "a", "--no-figures")
    here.chmod(0o755)
    assert told.returncode == 1
    (line,) = told.stderr.splitlines()
    assert line.startswith("the run failed: ")
    assert line.endswith(": Permission denied")
    assert names() == {"small"}


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted(number: signal.Signals, code: int) -> None:
    slow = (
        "import time, flowsim.running as flow\n"
        "def slow(*a, **k): print('runs', flush=True); time.sleep(3600)\n"
        "flow.run = slow\nfrom flowsim.cli.main import main\nmain()"
    )
    command = [sys.executable, "-c", slow, "run", "small", "-o", "a"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "runs\n"
        child.send_signal(number)
        _, told = child.communicate(timeout=PATIENCE_S)
    assert child.returncode == code
    assert told == ("interrupted; nothing was written\n" if code == 130 else "")
    assert names() == {"small"}


def test_no_bar_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "step/s" not in run("-o", "a", "--progress").stderr
    import flowsim.running

    asked = []

    def note(*arguments: object, progress: bool, **options: object) -> None:
        asked.append(progress)
        raise fs.SimulationError("enough")

    monkeypatch.setattr(flowsim.running, "run", note)
    monkeypatch.setattr("flowsim.cli.main.is_terminal", lambda: True)
    run("-o", "b")
    run("-o", "b", "--no-progress")
    assert asked == [True, False]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing",),
        ("run",),
        ("validate",),
        ("run", "small", "--seed", "-1"),
        ("run", "small", "--seed", "x"),
        ("run", "small", "--engine", "fast"),
        ("run", "small", "--nothing"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...]) -> None:
    assert call(*arguments).exit_code == 2
    assert names() == {"small"}


def test_version_and_help() -> None:
    assert call("--version").stdout == f"flowsim {fs.__version__}\n"
    for arguments in (("-h",), ("--help",), ("run", "-h"), ("validate", "-h"), ("schema", "-h")):
        assert call(*arguments).exit_code == 0


def test_validate() -> None:
    told = call("validate", "small", "small/scenario.yaml")
    assert (told.exit_code, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        f"{name}: valid (3 places, 2 routes, 2 reports)"
        for name in ("small", "small/scenario.yaml")
    ]


HEAVY = ("mesa", "matplotlib", "scipy", "xarray", "pandas", "networkx")


@pytest.mark.parametrize(
    ("code", "not_loaded"),
    [
        ("import flowsim, flowsim.policy, flowsim.flee", (*HEAVY, "numpy", "pydantic", "click")),
        (
            "from flowsim.cli.main import cli; cli(['--help'])",
            (*HEAVY, "numpy", "pydantic", "ruamel"),
        ),
        (f"{CLI}; cli(['study', '--help'])", (*HEAVY, "numpy", "pydantic", "ruamel", "joblib")),
        (f"{CLI}; cli(['compare', '--help'])", (*HEAVY, "numpy", "pydantic", "ruamel")),
        (f"{CLI}; cli(['--version'])", (*HEAVY, "numpy", "pydantic")),
        (
            f"{CLI}; cli(['validate', 'small'])",
            tuple(name for name in HEAVY if name != "scipy"),  # which ways people see takes it
        ),
        (f"{CLI}; cli(['validate', 'nowhere'])", HEAVY),
        ("import flowsim; flowsim.load('small').with_values({'step': '30min'})", HEAVY),
        ("import flowsim; flowsim.policy.Closed(), flowsim.Opening()", HEAVY),
    ],
)
def test_what_is_not_loaded(code: str, not_loaded: tuple[str, ...]) -> None:
    child = (
        f"import sys\ntry: exec({code!r})\nexcept SystemExit: pass\n"
        f"print(','.join(name for name in {not_loaded!r} if name in sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", child], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == ""


def test_public_names() -> None:
    assert set(fs.__all__) <= set(dir(fs))
    for name in fs.__all__:
        assert getattr(fs, name) is not None
    for name in ("Closed", "Opening", "as_policy", "override"):
        assert name in dir(fs.policy)
        assert getattr(fs.policy, name) is not None
    for module in (fs, fs.policy):
        with pytest.raises(AttributeError, match="no attribute 'nothing'"):
            _ = module.nothing


WRITTEN = [path for path in ROOT.glob("scenarios/*/*.yaml") if path.name != "check.yaml"]


@cache
def schema_of(*options: str) -> jsonschema.Draft202012Validator:
    """The schema that the command prints, itself checked, once."""
    schema = json.loads(call("schema", *options).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("file", [SMALL / "scenario.yaml", *WRITTEN])
def test_schema_accepts_what_is_valid(file: Path) -> None:
    of_study = ("--study",) if is_study(file) else ()
    schema = schema_of(*of_study)
    schema.validate(parse(file.read_text(encoding="utf-8"), "").plain())
    if not of_study:
        schema.validate({"extends": ".", "places": {"Town": {"population": 5}}})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("leave: 0.5", "leave: 1.5"),
        ("leave: 0.5", "leav: 0.5"),
        ("high: 5.0", "hi: 5.0"),
        ("type: closed", "type: close"),
        ("flee_from: [Here]", "flee_from: Here"),
        ("name: small\n", ""),
    ],
)
def test_schema_refuses_what_is_not(old: str, new: str) -> None:
    text = (SMALL / "scenario.yaml").read_text(encoding="utf-8")
    assert old in text
    with pytest.raises(jsonschema.ValidationError):
        schema_of().validate(parse(text.replace(old, new), "").plain())


def test_a_command_looks_for_garbage_rarely_and_the_library_does_not() -> None:
    code = (
        "import gc\nbefore = gc.get_threshold()\nimport flowsim.cli.main as command\n"
        "assert gc.get_threshold() == before\ncommand.cli = lambda **_: None\ncommand.main()\n"
        "assert gc.get_threshold() == command.RARELY > before"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
