"""Code that a scenario file names: run only where it is allowed, and known by its source."""

from __future__ import annotations

import pickle
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.policy import Closed, Code, Opening, Scheduled
from flowsim.policy.compose import state
from flowsim.scenario.checks import check
from tests.views import View
from tests.worlds import small_scenario

DATA = Path(__file__).parents[1] / "data"
WHEN = datetime(2010, 6, 11)
POLICIES = "borders[Here-There].authorities[There].policies"
MODULE = """
from pathlib import Path
from flowsim.policy import Closed, Opening, Policy, Quota

Path("imported").touch()

def policy(now, view, share=0.5):
    return Opening(permeability=share)

class Nights(Policy):
    leak: float = 0.0
    exempt: tuple[str, ...] = ()

    def in_force(self, now):
        return super().in_force(now) and (now.hour >= 22 or now.hour < 6)

    def opening(self, now, view):
        return Opening(permeability=0.0, leak=self.leak, exempt=self.exempt)

class Relief:
    def __init__(self, share, least=0):
        if share > 1:
            raise ValueError("a share above one; no")
        self.share = share

    def opening(self, now, view):
        return Opening(permeability=self.share)

class Called:
    def __call__(self, now, view):
        return Opening(leak=0.1)

class Mute:
    pass

def short(now):
    return None

def strict(now, view, *, share):
    return Opening(permeability=share)

number = 5
"""


@pytest.fixture(autouse=True)
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The scenario of tests/data and a module `relief_of_tests` in the current folder."""
    shutil.copytree(DATA / "small", tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "relief_of_tests.py").write_text(MODULE)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Path("small")
    for name in [name for name in sys.modules if name.endswith("_of_tests")]:
        del sys.modules[name]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The current folder is one that is imported from."""
    monkeypatch.syspath_prepend(str(Path.cwd()))


def put(policy: str, more: str = "") -> None:
    """Write a policy in the place of the second one."""
    file = Path("small/scenario.yaml")
    lines = file.read_text().splitlines()
    (at,) = [i for i, line in enumerate(lines) if "type: triage" in line]
    lines[at] = f"          - {policy}{more}"
    file.write_text("\n".join(lines) + "\n")


def code(name: str, **fields: object) -> Code:
    return Code(call=f"relief_of_tests:{name}", **fields)


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def stated(policy: Code, when: datetime = WHEN) -> list[Opening]:
    return [said.opening for said in state([policy], when, View())]


@pytest.mark.usefixtures("here")
class TestWhatItNames:
    def test_a_function(self) -> None:
        assert stated(code("policy")) == [Opening(permeability=0.5)]
        assert stated(code("policy", arguments={"share": 0.1})) == [Opening(permeability=0.1)]
        assert stated(code("strict", arguments={"share": 0.1})) == [Opening(permeability=0.1)]

    def test_a_class_of_its_own(self) -> None:
        assert stated(code("Relief", arguments={"share": 0.2})) == [Opening(permeability=0.2)]
        assert stated(code("Called")) == [Opening(leak=0.1)]

    def test_a_subclass_of_policy(self) -> None:
        policy = code("Nights", arguments={"leak": 0.2})
        assert stated(policy) == [Opening(permeability=0.0, leak=0.2)]
        assert stated(policy, WHEN.replace(hour=12)) == []

    def test_a_policy_is_cut_to_the_window_and_crossings(self) -> None:
        inner = {"start": "2010-06-01", "stop": "2010-06-15", "crossings": ["X", "Y"]}
        policy = code("Nights", start=WHEN, crossings=("Y", "Z"), arguments=inner)
        (part,) = policy.parts()
        assert part.window() == (WHEN, datetime(2010, 6, 15))
        assert part.crossings == ("Y",)
        assert part.edges(WHEN, datetime(2011, 1, 1)) == (WHEN, datetime(2010, 6, 15))
        assert stated(policy, datetime(2010, 6, 10)) == []

    def test_it_stands_in_a_schedule(self) -> None:
        whole = Scheduled(stop=WHEN, policies=(code("policy"), code("Nights")))
        assert [part.window().stop for part in whole.parts()] == [WHEN, WHEN]
        assert state([whole], WHEN, View()) == []

    def test_it_is_found_once_and_anew_for_other_arguments(self) -> None:
        policy = code("Relief", arguments={"share": 0.2})
        assert policy.target is policy.target
        assert policy.model_copy(update={"stop": WHEN}).target is policy.target
        other = policy.model_copy(update={"arguments": {"share": 0.3}})
        assert stated(other) == [Opening(permeability=0.3)]
        assert policy == code("Relief", arguments={"share": 0.2})

    def test_it_goes_to_another_process(self) -> None:
        policy = code("Relief", arguments={"share": 0.2})
        assert stated(policy)
        again = pickle.loads(pickle.dumps(policy))
        assert "target" not in vars(again)
        assert stated(again) == stated(policy)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("policy", "says"),
    [
        (
            "{type: code, call: 'relif_of_tests:policy'}",
            ":60:32: P.call: there is no module 'relif_of_tests'; "
            "name one in the current folder, or one that is installed",
        ),
        (
            "{type: code, call: 'relief_of_tests.deep:policy'}",
            ":60:32: P.call: there is no module 'relief_of_tests.deep'; "
            "name one in the current folder, or one that is installed",
        ),
        (
            "{type: code, call: 'relief_of_tests:polici'}",
            ":60:32: P.call: there is no 'polici' in the module 'relief_of_tests'; "
            "name a function or class of it",
        ),
        (
            "{type: code, call: 'relief_of_tests:number'}",
            ":60:32: P.call: 'relief_of_tests:number' is neither a function nor a class; "
            "name a function policy(now, view), or a class with a method opening(now, view)",
        ),
        (
            "{type: code, call: 'relief_of_tests:Mute'}",
            ":60:32: P.call: objects of 'relief_of_tests:Mute' cannot be asked; "
            "give the class a method opening(now, view)",
        ),
        (
            "{type: code, call: 'relief_of_tests:short'}",
            ":60:32: P.call: 'relief_of_tests:short' does not take the moment and the view; "
            "give it the parameters (now, view)",
        ),
        (
            "{type: code, call: 'relief_of_tests:policy', arguments: {part: 1}}",
            ":60:32: P.call: the arguments of 'relief_of_tests:policy' are part; give share",
        ),
        (
            "{type: code, call: 'relief_of_tests:strict'}",
            ":60:32: P.call: the arguments of 'relief_of_tests:strict' are none; give share",
        ),
        (
            "{type: code, call: 'relief_of_tests:Called', arguments: {part: 1}}",
            ":60:32: P.call: the arguments of 'relief_of_tests:Called' are part; give none",
        ),
        (
            "{type: code, call: 'relief_of_tests:Relief'}",
            ":60:32: P.call: the arguments of 'relief_of_tests:Relief' are none; give share, least",
        ),
        (
            "{type: code, call: 'relief_of_tests:Relief', arguments: {share: 2}}",
            ":60:32: P.call: no 'relief_of_tests:Relief' can be made with its arguments, "
            "ValueError: a share above one, no; give other arguments",
        ),
        (
            "{type: code, call: 'relief_of_tests:Nights', arguments: {leak: much}}",
            ":60:32: P.call: no 'relief_of_tests:Nights' can be made with its arguments, "
            "ScenarioError: Nights.leak: 'much' is not a number, give a plain decimal, as 0.25; "
            "give other arguments",
        ),
        (
            "{type: code, call: 'relief_of_tests:Nights', arguments: {exempt: [women, men, man]}}",
            ":60:91: P.arguments.exempt[2]: 'man' is not a condition on a person; "
            "name one of children, women, men, elderly_women, elderly_men, elderly, wounded, "
            "kin_across, group:North, group:South (did you mean 'men'?)",
        ),
        (
            "{type: code, call: 'broken_of_tests:policy'}",
            ":60:32: P.call: the module 'broken_of_tests' cannot be imported, "
            "ZeroDivisionError: division by zero; correct the module",
        ),
        (
            "{type: code, call: 'leaving_of_tests:policy'}",
            ":60:32: P.call: the module 'leaving_of_tests' cannot be imported, "
            "SystemExit: 3; correct the module",
        ),
        (
            "{type: code, call: 'lost_of_tests:policy'}",
            ":60:32: P.call: the module 'lost_of_tests' cannot be imported, "
            "ModuleNotFoundError: No module named 'nothing_of_tests'; correct the module",
        ),
        (
            "{type: code, call: relief}",
            ":60:32: P.call: 'relief' does not name code; write it as module:name, as "
            "relief:policy",
        ),
        ("{type: code}", ":60:13: P.call: 'call' is missing; add it"),
        (
            "{type: code, call: 'relief_of_tests:policy', arguments: {share: .nan}}",
            ":60:69: P.arguments: an argument is not a plain value; "
            "give texts, finite numbers, lists and mappings",
        ),
    ],
)
def test_a_mistake(policy: str, says: str) -> None:
    Path("broken_of_tests.py").write_text("1 / 0\n")
    Path("leaving_of_tests.py").write_text("raise SystemExit(3)\n")
    Path("lost_of_tests.py").write_text("import nothing_of_tests\n")
    put(policy)
    with pytest.raises(fs.ScenarioError) as error:
        fs.load("small", allow_code=True)
    path = f"{POLICIES}[1]"
    assert [str(p) for p in error.value.problems] == [
        f"small/scenario.yaml{says.replace('P.', f'{path}.', 1)}"
    ]


FORBIDDEN = [
    "{type: code, call: 'relief_of_tests:policy'}",
    "{type: code, call: 'relief_of_tests:Nights', arguments: {exempt: [women]}}",
    "{type: scheduled, policies: [{type: scheduled, policies: [{type: code, "
    "call: 'relief_of_tests:policy'}]}]}",
    "{type: code, call: {type: code, call: 'relief_of_tests:policy'}}",
    "&a {type: code, call: 'relief_of_tests:policy'}",
]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("policy", FORBIDDEN)
def test_nothing_is_imported_that_is_not_allowed(policy: str) -> None:
    put(policy, "\n        back:\n          - {type: code, call: 'relief_of_tests:policy'}")
    with pytest.raises(fs.ScenarioError) as error:
        fs.load("small")
    assert len(error.value.problems) == 2
    for problem in error.value.problems:
        assert problem.path.endswith(".type")
        assert problem.wrong == "code of a scenario file is not run unless you allow it"
        assert problem.right == (
            "pass --allow-code, or allow_code=True to flowsim.load, if you trust this file"
        )
    assert "relief_of_tests" not in sys.modules
    assert not Path("imported").exists()


@pytest.mark.usefixtures("here")
def test_a_variant_does_not_allow_code() -> None:
    Path("small/variant.yaml").write_text(
        "extends: .\nborders: {Here-There: {authorities: {There: {policies: "
        "{add: [{type: code, call: 'relief_of_tests:policy'}]}}}}}\n"
    )
    with pytest.raises(fs.ScenarioError, match=r"variant.yaml:2:70: .*policies\[2\].type: code"):
        fs.load("small/variant.yaml")
    assert not Path("imported").exists()
    loaded = fs.load("small/variant.yaml", allow_code=True)
    assert loaded.borders[0].authorities[0].policies[2] == code("policy")


def test_a_scenario_is_made_without_import() -> None:
    scenario = small_scenario().add_policies("Here-There", code("policy"))
    assert not Path("imported").exists()
    (problem,) = check(scenario)
    assert str(problem) == (
        f"{POLICIES}[1].call: there is no module 'relief_of_tests'; "
        "name one in the current folder, or one that is installed"
    )
    with pytest.raises(ValueError, match="there is no module 'relief_of_tests'"):
        scenario.digest()


@pytest.mark.usefixtures("here")
class TestScenarioWithCode:
    @pytest.fixture
    def scenario(self) -> fs.Scenario:
        put("{name: mine, type: code, call: 'relief_of_tests:Relief', arguments: {share: 0.2}}")
        return fs.load("small", allow_code=True)

    def test_it_runs(self, scenario: fs.Scenario) -> None:
        barred = scenario.with_values({f"{POLICIES}[mine].arguments.share": 0})
        one, other = (fs.run(s, progress=False).data["people"] for s in (scenario, barred))
        assert not one.identical(other)

    def test_it_can_be_changed(self, scenario: fs.Scenario) -> None:
        changed = scenario.with_values(
            {f"{POLICIES}[mine].arguments.share": 0.3, "behaviour.leaving.violence_per_day": 2}
        )
        policy = changed.borders[0].authorities[0].policies[1]
        assert policy.opening(WHEN, View()) == Opening(permeability=0.3)
        added = changed.add_policies("Here-There", Closed(leak=0.1))
        assert added.with_values({"title": "more"}).borders[0].authorities[0].policies[1] == policy
        with pytest.raises(fs.ScenarioError, match=r"\[mine\].call: no 'relief_of_tests:Relief' "):
            scenario.with_values({f"{POLICIES}[mine].arguments.share": 3})
        with pytest.raises(
            fs.ScenarioError,
            match=r"\[mine\].call: 'x' does not name code; write it",
        ):
            scenario.with_values({f"{POLICIES}[mine].call": "x"})

    def test_its_digest_changes_with_source_and_arguments(self, scenario: fs.Scenario) -> None:
        before, policy = scenario.digest(), scenario.borders[0].authorities[0].policies[1]
        assert isinstance(policy, Code)
        assert policy.identity().startswith("relief_of_tests.Relief:")
        other = scenario.with_values({f"{POLICIES}[mine].arguments.share": 0.3})
        assert other.digest() != before
        del sys.modules["relief_of_tests"]
        Path("relief_of_tests.py").write_text(
            MODULE.replace("permeability=self.share", "permeability=self.share / 2")
        )
        again = fs.load("small", allow_code=True)
        assert again.digest() != before

    def test_the_digest_knows_code_in_a_schedule(self, scenario: fs.Scenario) -> None:
        whole = Scheduled(policies=(code("policy"),))
        row = scenario.replace_policies("Here-There", whole).effective()["borders"][0]
        (policy,) = row["authorities"][0]["policies"]
        assert policy["policies"][0]["known_as"].startswith("relief_of_tests.policy:")

    def test_it_is_written_and_read_back(self, scenario: fs.Scenario) -> None:
        from flowsim.model.assemble import as_yaml

        Path("again.yaml").write_text(as_yaml(scenario))
        with pytest.raises(fs.ScenarioError, match="code of a scenario file is not run"):
            fs.load("again.yaml")
        again = fs.load("again.yaml", allow_code=True)
        assert again.digest() == scenario.digest()
        assert again.effective() == scenario.effective()

    def test_code_without_source(self) -> None:
        bare = Code(call="relief_of_tests:made")
        assert stated(code("policy"))
        space: dict[str, object] = {"__name__": "relief_of_tests"}
        exec("def made(now, view): return None", space)
        sys.modules["relief_of_tests"].made = space["made"]  # type: ignore[attr-defined]
        with pytest.raises(ValueError, match="has no source to be known by; put it in a file"):
            bare.identity()


class TestCommandLine:
    def test_refused(self) -> None:
        put(FORBIDDEN[0])
        says = (
            f"small/scenario.yaml:60:20: {POLICIES}[1].type: code of a scenario file is not run "
            "unless you allow it; pass --allow-code, or allow_code=True to flowsim.load, if you "
            "trust this file\n1 problem\n"
        )
        before = sorted(Path().rglob("*"))
        for arguments in (("run", "small"), ("validate", "small")):
            told = call(*arguments)
            assert (told.exit_code, told.stdout, told.stderr) == (2, "", says)
        assert sorted(Path().rglob("*")) == before

    def test_allowed(self) -> None:
        put(FORBIDDEN[1])
        path = list(sys.path)
        assert call("validate", "small", "--allow-code").exit_code == 0
        told = call("run", "small", "--no-figures", "--allow-code", "-o", "a")
        assert (told.exit_code, told.stderr) == (0, "")
        assert "relief_of_tests:Nights" in Path("a/scenario.yaml").read_text()
        assert sys.path == path

    def test_allowed_and_wrong(self) -> None:
        put("{type: code, call: 'relief_of_tests:number'}")
        told = call("run", "small", "--allow-code", "-o", "a")
        assert told.exit_code == 2
        assert "is neither a function nor a class" in told.stderr
        assert not Path("a").exists()

    def test_settings_do_not_bring_code_in(self) -> None:
        inner = "{type: code, call: 'relief_of_tests:policy'}"
        says = (
            f"{POLICIES}: code is not run unless you allow it; pass --allow-code, if you trust it\n"
            "1 problem\n"
        )
        for value in (
            f"[{inner}]",
            f"[{{type: scheduled, policies: [{inner}]}}]",
            f"[&a {inner}, *a]",
        ):
            told = call("run", "small", "-o", "a", "--set", f"{POLICIES}={value}")
            assert (told.exit_code, told.stdout, told.stderr) == (2, "", says)
        told = call("run", "small", "-o", "a", "--set", f"{POLICIES}[0].type=code")
        assert told.exit_code == 2
        assert not Path("imported").exists()
        assert not Path("a").exists()
        setting = f"{POLICIES}=[{inner}]"
        told = call("run", "small", "--no-figures", "-o", "a", "--allow-code", "--set", setting)
        assert (told.exit_code, told.stderr) == (0, "")

    def test_help_tells_the_rights(self) -> None:
        for command in ("run", "validate"):
            told = " ".join(call(command, "-h").stdout.split())
            assert "--allow-code Import the code that the scenario names" in told
            assert "It then runs with your rights" in told
