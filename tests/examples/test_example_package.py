"""The package of ``examples``, installed: flowsim knows its policy, hazard, reader and figure."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim import installed
from flowsim.cli.main import cli
from flowsim.plot.installed_figures import FIGURES
from flowsim.policy.stock import STOCK, kinds
from flowsim.scenario.reference import reference
from flowsim.scenario.schema import file_schema
from tests.children import PATIENCE_S
from tests.model.worlds import same_bytes

PACKAGE = Path(__file__).parents[2] / "examples" / "flowsim_example"
SOURCES = sorted((PACKAGE / "src" / "flowsim_example").glob("*.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has installed the package, without a network and with nothing else."""
    top = tmp_path_factory.mktemp("example")
    shutil.copytree(PACKAGE, top / "source")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation",
         "--no-index", "--target", str(top / "site"), str(top / "source")],
        check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return top


@pytest.fixture
def here(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with the package's crises, in a process that has the package."""
    monkeypatch.syspath_prepend(folder / "site")
    shutil.copytree(PACKAGE / "crisis", tmp_path / "crisis")
    monkeypatch.chdir(tmp_path / "crisis")
    yield tmp_path / "crisis"
    for name in [name for name in sys.modules if name.startswith("flowsim_example")]:
        sys.modules.pop(name)
    installed._loaded.cache_clear()
    installed._declared.cache_clear()


def flowsim(*words: str) -> tuple[int, str]:
    """Exit status, and all that a command says."""
    done = CliRunner().invoke(cli, words)
    return done.exit_code, done.output


def test_its_own_tests_pass_where_it_is_installed(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(PACKAGE / "tests")],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder / "site")},
        capture_output=True, text=True, timeout=PATIENCE_S, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


@pytest.mark.usefixtures("here")
def test_the_list_of_extensions_has_all_four_and_the_list_of_commands_none() -> None:
    status, told = flowsim("extensions")
    assert status == 0
    assert [line.partition(":")[0] for line in told.splitlines()] == [
        "policy convoys (flowsim-example 1.0)",
        "hazard call_to_leave (flowsim-example 1.0)",
        "reader crisis-json (flowsim-example 1.0)",
        "figure how_far (flowsim-example 1.0)",
    ]
    rows = json.loads(flowsim("extensions", "--json")[1])["extensions"]
    assert [row["name"] for row in rows] == ["convoys", "call_to_leave", "crisis-json", "how_far"]
    assert not {"convoys", "how_far"} & set(flowsim("--help")[1].split())


@pytest.mark.usefixtures("here")
def test_schema_page_and_list_of_policies_know_it() -> None:
    """What editors, the site and the app go by."""
    from flowsim.scenario.read import parse

    assert list(kinds()) == [*STOCK, "convoys"]
    page = reference()
    assert "## Convoys: `type: convoys`" in page
    assert "| `per_day` | number of 0 or more | 1/day | — |" in page
    schema = file_schema()
    whole = flowsim("convert", "convoys.yaml", "written")
    assert whole[0] == 0, whole[1]
    written = parse(Path("written/scenario.yaml").read_text(), "").plain()
    jsonschema.validate(written, schema)
    written["hazards"][0]["kinn"] = 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, schema)


@pytest.mark.usefixtures("here")
def test_the_page_to_play_with_offers_its_policy_and_has_its_hazard() -> None:
    pytest.importorskip("bokeh")
    from flowsim.app.policies import sides, types_for
    from flowsim.app.settings import Settings, build

    world = fs.load("convoys.yaml")
    offered = [types_for(world, side) for side in sides(world)]
    assert any("convoys" in types for types in offered)
    built = build(world, Settings.of(world))
    assert not built.problems
    assert built.scenario is not None
    assert [hazard.called for hazard in built.scenario.hazards] == ["call_to_leave"]


def test_files_are_checked_by_it_with_their_places(here: Path) -> None:
    file = here / "convoys.yaml"
    text = file.read_text()
    file.write_text(
        text.replace("low: 0.1", "low: few").replace("Town, Village]", "Twon]\n    kinn: 2")
        .replace("persons: 50", "persons: 0")
    )  # fmt: skip
    status, told = flowsim("validate", "convoys.yaml", "valley.crisis.json")
    assert status == 2
    assert told.splitlines() == [
        "valley.crisis.json: valid (2 places, 1 routes, 0 reports)",
        "convoys.yaml:13:74: borders[Here-There].authorities[There].policies[convoys].persons: "
        "0 is out of range; give a number above 0",
        "convoys.yaml:17:32: hazards[call_to_leave].per_day.low: 'few' is not a number; "
        "give a plain decimal, as 0.25",
        "convoys.yaml:19:5: hazards[call_to_leave].kinn: there is no key 'kinn'; "
        "use one of its keys (did you mean 'kin'?)",
        "3 problems",
    ]
    file.write_text(text.replace("Town, Village]", "Twon]\n    name: leave"))
    assert flowsim("validate", "convoys.yaml")[1].splitlines() == [
        "convoys.yaml:18:14: hazards[leave].places[0]: there is no place 'Twon'; name one of "
        "Camp, City, Ford, Town, Village (did you mean 'Town'?)",
        "convoys.yaml:19:11: hazards[leave].name: 'leave' is a hazard of the model; "
        "give it another name",
        "2 problems",
    ]
    file.write_text(text.replace("type: call_to_leave", "type: call_to_leav"))
    assert (
        "there is no type 'call_to_leav'; give 'call_to_leave'"
        in (flowsim("validate", "convoys.yaml")[1])
    )
    file.write_text(text.replace("type: call_to_leave", "note: none"))
    assert "'type' is missing" in flowsim("validate", "convoys.yaml")[1]
    file.write_text(text + "\nrules: flee\n")
    told = flowsim("run", "convoys.yaml")[1]
    assert "hazards: Flee's rules have no hazards of other packages; leave it out" in told


def test_it_is_written_varied_sampled_and_known_by_its_source(here: Path, folder: Path) -> None:
    scenario = fs.load("convoys.yaml")
    scenario.save("again")
    again = fs.load("again")
    assert again == scenario
    assert again.digest() == scenario.digest()
    hazard = again.hazards[0]
    assert [n.low for n in scenario.numbers if n.path.startswith("hazards")] == [0.1]
    louder = scenario.with_values({"hazards[call_to_leave].per_day": 1.0})
    assert (hazard.per_day, louder.hazards[0].per_day) == (0.3, 1.0)
    assert louder.digest() != scenario.digest()
    status, told = flowsim("diff", "convoys.yaml")
    assert status == 0
    assert "hazards[call_to_leave]: added: {type: call_to_leave, start: 2030-05-02T00:00" in told
    Path("two.yaml").write_text(
        "extends: convoys.yaml\nname: two\nhazards: {call_to_leave: null}\n"
    )
    assert fs.load("two.yaml").hazards == ()
    drawn = fs.Study({"a": scenario}, samples=3, seed=1).sampled("a", 2).hazards[0].per_day
    assert 0.0 < drawn != 0.3
    module = folder / "site" / "flowsim_example" / "call_to_leave.py"
    text, before = module.read_text(), scenario.digest()
    sys.modules.pop("flowsim_example.call_to_leave")
    installed._loaded.cache_clear()
    try:
        module.write_text(text + "# another version\n")
        assert fs.load("convoys.yaml").digest() != before
    finally:
        module.write_text(text)


@pytest.mark.usefixtures("here")
def test_a_hazard_of_a_file_is_one_of_the_table() -> None:
    """The same bytes by either engine, and as the hazard that a script passes by the same name."""
    scenario = fs.load("convoys.yaml")
    scenario = scenario.model_copy(update={"end": scenario.start.replace(day=4)})
    by_file = fs.run(scenario)
    assert same_bytes(by_file, fs.run(scenario, engine="agents")) == []
    section = scenario.hazards[0]
    own = fs.Hazard(
        "call_to_leave", ("at_home",), "place", "leave",
        rate=section.rate_in_window, factor=section.factor,
    )  # fmt: skip
    by_script = fs.run(scenario.model_copy(update={"hazards": ()}), rules={"call_to_leave": own})
    assert np.array_equal(by_file.people, by_script.people)
    silenced = fs.run(scenario, rules={"call_to_leave": lambda view: 0.0 * view.danger})
    assert not np.array_equal(by_file.people, silenced.people)


@pytest.mark.usefixtures("here")
def test_a_figure_is_drawn_when_asked_and_goes_with_its_run() -> None:
    words = ("run", "valley.crisis.json", "-o", "out")
    assert flowsim(*words, "--figure", "how_far")[0] == 0
    assert Path("out/how_far.png").read_bytes()[:4] == b"\x89PNG"
    assert flowsim(*words, "--overwrite", "--no-figures")[0] == 0
    assert not Path("out/how_far.png").exists()
    assert callable(fs.plot.how_far)
    for more, wrong in (
        (("--figure", "how_fra"), "no package has a figure 'how_fra'; there is how_far"),
        (("--figure", "how_far", "--no-figures"), "--figure and --no-figures do not go together"),
    ):
        status, told = flowsim(*words, *more)
        assert (status, wrong in told) == (2, True), told


def test_nobody_imports_it_who_does_not_ask_for_it(folder: Path) -> None:
    child = (
        "import sys, flowsim as fs; fs.load('teaching').digest(); fs.plot.timeline; "
        "print(*(name for name in sys.modules if name.startswith('flowsim_example')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", child], env={**os.environ, "PYTHONPATH": str(folder / "site")},
        cwd=folder, capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_it_takes_what_flowsim_hands_out(source: Path) -> None:
    """A pattern for others: no private name of flowsim is in it."""
    taken = [line for line in source.read_text().splitlines() if "flowsim" in line]
    assert not [line for line in taken if "import _" in line or "._" in line]


def test_without_it_nothing_of_it_is_there(tmp_path: Path) -> None:
    file = tmp_path / "crisis" / "convoys.yaml"
    shutil.copytree(PACKAGE / "crisis", file.parent)
    status, told = flowsim("validate", str(file))
    assert status == 2
    assert (
        "hazards[call_to_leave]: no package that is installed has a hazard 'call_to_leave'; "
        in told
    )
    assert "there is no type 'convoys'" in told
    status, told = flowsim("run", str(file.parent / "valley.crisis.json"))
    assert status == 2
    assert flowsim("extensions") == (0, "no package that is installed adds anything to flowsim\n")
    assert not hasattr(fs.plot, "how_far")
    with pytest.raises(fs.ScenarioError, match="no package that is installed has a hazard"):
        fs.Scenario.from_frames(
            [{"name": "Town", "country": "Here", "lat": 1, "lon": 1, "population": 9}],
            hazards=[{"type": "call_to_leave"}], start="2030-01-01", end="2030-01-02",
            flee_from=["Here"],
        )  # fmt: skip


# ---- packages that cannot be used -----------------------------------------------------------

ODD = """
import flowsim as fs
from flowsim.readers import Reader
from flowsim.plot import timeline


class Hazard(fs.OwnHazard):
    type: str = "gateless"
    statuses, act, form = ("at_home",), "leave", "gate"

    def rate(self, view):
        return view.crowd


class Bare(fs.OwnHazard):
    type: str = "bare"


def fails(*told, **others):
    raise KeyError("Osh")


failing = Reader("failing", lambda path: path.suffix == ".odd", fails)
looking = Reader("looking", fails, fails)
empty = Reader("empty", lambda path: path.suffix == ".none", lambda path, allow_code: None)
one = Reader("one", lambda path: path.suffix == ".two", fails)
two = Reader("two", lambda path: path.suffix == ".two", fails)
"""
POINTS = {
    "flowsim.hazards": {"gateless": "Hazard", "bare": "Bare", "leave": "Hazard"},
    "flowsim.readers": {name: name for name in ("failing", "looking", "empty", "one", "two")}
    | {"Flee": "failing", "other": "failing"},
    "flowsim.figures": {"odd": "fails", "map": "fails", "timeline": "fails", "a-b": "fails"},
    "flowsim.policies": {"closed": "Bare"},
}


@pytest.fixture
def odd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with much that cannot be used."""
    info = tmp_path / "site" / "odd-2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: odd\nVersion: 2\n")
    lines = [
        line for group, points in POINTS.items()
        for line in (f"[{group}]", *(f"{k} = odd_of_these_tests:{v}" for k, v in points.items()))
    ]  # fmt: skip
    (info / "entry_points.txt").write_text("\n".join(lines))
    (tmp_path / "site" / "odd_of_these_tests.py").write_text(ODD)
    monkeypatch.syspath_prepend(tmp_path / "site")
    yield tmp_path
    sys.modules.pop("odd_of_these_tests", None)
    installed._loaded.cache_clear()
    installed._declared.cache_clear()


@pytest.mark.usefixtures("odd")
def test_what_cannot_be_used_is_told_with_its_package() -> None:
    status, told = flowsim("extensions")
    assert status == 1
    taken = "which is flowsim's own; give it another name"
    correct = "correct the package, or remove it"
    assert [line for line in told.splitlines() if line.startswith("warning: ")] == [
        f"warning: the package 'odd' has a policy 'closed', {taken}",
        "warning: the hazard 'bare' of the package 'odd' has no method `rate`; " + correct,
        "warning: the hazard 'gateless' of the package 'odd': nobody who is at home is under a "
        f"cell by gate, give it the statuses waiting; {correct}",
        f"warning: the package 'odd' has a hazard 'leave', {taken}",
        f"warning: the package 'odd' has a reader 'Flee', {taken}",
        "warning: the reader 'odd_of_these_tests:failing' of the package 'odd' has the name "
        f"'failing', and its entry point 'other'; {correct}",
        f"warning: the figure 'a-b' of the package 'odd' cannot be called in Python; {correct}",
        f"warning: the package 'odd' has a figure 'map', {taken}",
        f"warning: the package 'odd' has a figure 'timeline', {taken}",
    ]
    assert "figure odd (odd 2): says nothing of itself" in told


def test_any_figure_of_matplotlib_will_do(tmp_path: Path) -> None:
    from matplotlib.figure import Figure

    from flowsim.plot.installed_figures import write

    for name in ("one.png", "two.png"):
        write("any", Figure(), tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


def test_it_keeps_nothing_else_from_working(odd: Path) -> None:
    assert fs.plot.timeline.__module__ == "flowsim.plot.overview"
    with pytest.warns(fs.ScenarioWarning) as warned:
        assert file_schema()["$defs"]
    told = {str(warning.message).partition(",")[0] for warning in warned}
    assert "the package 'odd' has a policy 'closed'" in told
    assert (
        "the hazard 'bare' of the package 'odd' has no method `rate`; correct the package" in told
    )
    with pytest.warns(fs.ScenarioWarning, match="a policy 'closed', which is flowsim's own"):
        assert list(kinds()) == list(STOCK)
    assert FIGURES.names() == ["a-b", "odd"]
    with pytest.raises(AttributeError, match=r"no attribute 'a-b': the figure 'a-b' of the pack"):
        getattr(fs.plot, "a-b")
    teaching = fs.teaching_world()
    with pytest.raises(fs.SimulationError, match="the figure 'odd' of the package 'odd': KeyError"):
        fs.plot.save_all(fs.run(teaching), teaching, odd, also=["odd"])


@pytest.mark.filterwarnings("ignore:the (package|reader) .* (has|own):flowsim.ScenarioWarning")
@pytest.mark.parametrize(
    ("suffix", "wrong"),
    [
        (".odd", "the reader 'failing' of the package 'odd' 2 failed, KeyError: 'Osh'"),
        (".none", "the reader 'empty' of the package 'odd' 2 gave NoneType and not a Scenario"),
        (".two", "the reader 'one' of the package 'odd' 2 and the reader 'two' of the package"),
    ],
)
def test_what_a_reader_does_wrong_is_told_with_its_package(
    odd: Path, suffix: str, wrong: str
) -> None:
    file = odd / f"crisis{suffix}"
    file.touch()
    with (
        pytest.warns(fs.ScenarioWarning, match="'looking' of the package 'odd' 2 failed to look"),
        pytest.raises(fs.ScenarioError) as error,
    ):
        fs.load(file)
    assert wrong in str(error.value)
