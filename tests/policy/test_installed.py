"""Policies of another package, as docs/policies.md has them: checked, run, drawn, written."""

from __future__ import annotations

import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim import installed as packages
from flowsim.cli.main import cli
from flowsim.plot.windows import crossing_spans
from flowsim.policy import installed
from flowsim.policy.stock import STOCK
from flowsim.scenario.schema import file_schema
from flowsim.scenario.write import write_scenario

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
MODULE = "buses_and_ferries"


def block(language: str) -> str:
    """The one example in a language of the page."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return str(found)


def install(folder: Path, name: str, points: dict[str, str], version: str = "1.0") -> None:
    """What pip leaves of a package beside its modules."""
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{told} = {value}" for told, value in points.items()]
    (info / "entry_points.txt").write_text("\n".join([f"[{installed.GROUP}]", *lines, ""]))


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Python finds packages in, with the package of the page."""
    folder = tmp_path / "site"
    project = tomllib.loads(block("toml"))["project"]
    install(folder, project["name"], project["entry-points"][installed.GROUP], project["version"])
    (folder / f"{MODULE}.py").write_text(block("python"), encoding="utf-8")
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setattr(packages, "_loaded", packages._loaded.__wrapped__)
    yield folder
    for name in (MODULE, "broken_of_tests", "odd_of_tests"):
        sys.modules.pop(name, None)
    packages._declared.cache_clear()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the small scenario, a second camp in it, and the page's policies."""
    folder = tmp_path / "work"
    shutil.copytree(ROOT / "tests" / "data" / "small", folder / "small")
    with (folder / "small" / "places.csv").open("a") as file:
        file.write("Hostel,There,Plain,camp,40.8,72.8,0,,,,,500,,\n")
    with (folder / "small" / "routes.csv").open("a") as file:
        file.write("Camp,Hostel,14,road,inner,,\n")
    put(folder, *re.findall(r"^  - (.*)$", block("yaml"), re.MULTILINE))
    monkeypatch.chdir(folder)
    return folder


def put(folder: Path, *policies: str) -> None:
    """Write policies in the place of the scenario's own."""
    file = folder / "small" / "scenario.yaml"
    told = file.read_text(encoding="utf-8")
    first, last = told.index("        policies:\n"), told.index("\nbehaviour:")
    rows = "".join(f"          - {policy}\n" for policy in policies)
    file.write_text(f"{told[:first]}        policies:\n{rows}{told[last:]}", encoding="utf-8")


def problems(folder: Path, *policies: str) -> list[str]:
    """What is told of policies, from line and column on."""
    put(folder, *policies)
    with pytest.raises(fs.ScenarioError) as error:
        fs.load("small")
    at = "borders[Here-There].authorities[There].policies"
    return [str(problem).partition(":")[2].replace(at, "P") for problem in error.value.problems]


@pytest.mark.usefixtures("site")
def test_it_is_read_run_drawn_and_told_of(here: Path) -> None:
    told = CliRunner().invoke(cli, ["run", "small", "--output", "out"])
    assert told.exit_code == 0, told.output
    scenario = fs.load("small")
    (border,) = scenario.borders
    assert [p.kind for p in border.authorities[0].policies] == ["ferry", "shuttle"]
    spans = crossing_spans(scenario, "Bridge")
    assert [(s.state, s.start) for s in spans] == [
        ("quota", datetime(2010, 6, 10, 18)),
        ("shut", datetime(2010, 6, 10, 20)),
        ("quota", datetime(2010, 6, 11, 6)),
        ("shut", datetime(2010, 6, 11, 20)),
        ("quota", datetime(2010, 6, 12, 6)),
    ]
    explained = CliRunner().invoke(cli, ["explain", "small", "--from", "Town"])
    assert explained.exit_code == 0, explained.output


@pytest.mark.usefixtures("site")
def test_it_moves_people_and_holds_a_gate(here: Path) -> None:
    scenario = fs.load("small")
    run = fs.run(scenario, seed=1)
    moved = run.people.sel(place="Hostel", status="sheltered").sum("group")
    assert int(moved[-1]) > 20
    ((ferry, _),) = (authority.policies for authority in scenario.borders[0].authorities)
    alone = fs.run(scenario.replace_policies("Here-There", ferry), seed=1)
    at_the_end = alone.people.sel(place="Hostel", status="sheltered").sum("group")[-1]
    assert int(at_the_end) < int(moved[-1]) / 2
    by_night = run.crossed().sum("crossing").sel(time=["2010-06-11T00:00", "2010-06-11T06:00"])
    assert int(by_night[0]) == int(by_night[1])


@pytest.mark.usefixtures("site")
def test_it_is_written_and_read_back(here: Path) -> None:
    scenario = fs.load("small")
    Path("again").mkdir()
    write_scenario(scenario, Path("again"))
    again = fs.load("again")
    assert again == scenario
    assert (again.digest(), again.effective()) == (scenario.digest(), scenario.effective())
    assert "type: ferry" in Path("again/scenario.yaml").read_text()
    (policy,) = (n.path for n in again.numbers if "seats" in n.path)
    assert (
        again.with_values({policy: 50}).borders[0].authorities[0].policies[0].seats_per_hour == 50
    )


@pytest.mark.usefixtures("site")
def test_a_variant_and_a_study_change_it(here: Path) -> None:
    Path("more.yaml").write_text(
        "extends: small\nname: more\nborders:\n  Here-There:\n    authorities:\n      There:\n"
        "        policies: {ferry: {seats_per_hour: 400}, buses: null}\n"
    )
    scenarios = {"base": fs.load("small"), "more": fs.load("more.yaml")}
    assert [p.kind for p in scenarios["more"].borders[0].authorities[0].policies] == ["ferry"]
    runs = fs.Study(scenarios, members=2, seed=1).run("study", jobs=2)
    assert list(runs.data.scenario.values) == ["base", "more"]


def test_its_digest_has_the_package_in_it(site: Path, here: Path) -> None:
    before = fs.load("small").digest()
    sys.modules.pop(MODULE)
    with (site / f"{MODULE}.py").open("a") as file:
        file.write("# another version\n")
    assert fs.load("small").digest() != before


@pytest.mark.usefixtures("site")
def test_what_is_wrong_is_told_with_its_place(here: Path) -> None:
    known = "'reactive', 'capacity_bound', 'code', 'ferry' or 'shuttle'"
    assert problems(
        here,
        "{type: ferry, seats_per_hour: many, boards_frist: [women]}",
        "{type: ferry, seats_per_hour: 0}",
        "{type: fery, seats_per_hour: 1}",
        "{type: shuttle, origin: Camp, stops: {Hostel: some}}",
        "{type: reactive, when: {what: waiting, above: 1}, policies: [{type: ferry}]}",
    ) == [
        "59:43: P[0].seats_per_hour: 'many' is not a number; give a plain decimal, as 0.25",
        "59:49: P[0].boards_frist: there is no key 'boards_frist'; use one of its keys "
        "(did you mean 'boards_first'?)",
        "60:43: P[1].seats_per_hour: 0 is out of range; give a number above 0",
        "61:13: P[2]: there is no type 'fery'; give " + ", ".join(map(repr, list(STOCK)[:-3]))
        + f", {known} (did you mean 'ferry'?)",
        "62:59: P[3].stops.Hostel: 'some' is not a number; give a plain decimal, as 0.25",
        "63:74: P[4].policies[0].seats_per_hour: 'seats_per_hour' is missing; add it",
    ]  # fmt: skip
    names = problems(
        here,
        "{type: ferry, seats_per_hour: 1, boards_first: [womn], crossings: [Bridg]}",
        "{type: shuttle, origin: Kamp, stops: {Town: 1}}",
    )
    assert [problem.partition("; ")[0] for problem in names] == [
        "59:61: P[0].boards_first[0]: 'womn' is not a condition on a person",
        "59:80: P[0].crossings[0]: there is no crossing 'Bridg'",
        "60:37: P[1].origin: there is no place 'Kamp'",
        "60:57: P[1].stops.Town: there is no place 'Town'",
    ]
    orders = (
        f"{{type: ferry, seats_per_hour: 1, boards_first: [{who}]}}" for who in ("men", "women")
    )
    (told,) = problems(here, *orders)
    assert told.startswith("60:20: P[1].type: two orders of service at once at Bridge; ")


def test_a_package_that_cannot_be_used_is_named(site: Path, here: Path) -> None:
    (site / "broken_of_tests.py").write_text("import nothing_of_tests\n")
    (site / "odd_of_tests.py").write_text(f"from {MODULE} import Ferry\nhelper = 1\n")
    points = {"broken": "broken_of_tests:Any", "helper": "odd_of_tests:helper",
              "boat": "odd_of_tests:Ferry", "lost": "odd_of_tests:Lost"}  # fmt: skip
    install(site, "odd", points)
    install(site, "other", {"twice": "odd_of_tests:Ferry"})
    install(site, "third", {"twice": "odd_of_tests:Ferry"})
    packages._declared.cache_clear()
    told = problems(here, *(f"{{type: {name}}}" for name in (*points, "twice")))
    correct = "correct the package, or remove it"
    assert told == [
        "59:13: P[0]: the policy 'broken' of the package 'odd' cannot be imported, "
        f"ModuleNotFoundError: No module named 'nothing_of_tests'; {correct}",
        "60:13: P[1]: the package 'odd' names 'odd_of_tests:helper' for the policy 'helper', "
        f"which is not a subclass of flowsim.policy.Policy; {correct}",
        "61:13: P[2]: 'odd_of_tests:Ferry' of the package 'odd' does not have the type 'boat' that "
        f"its entry point is named for; {correct}",
        "62:13: P[3]: the policy 'lost' of the package 'odd' cannot be imported, AttributeError: "
        f"module 'odd_of_tests' has no attribute 'Lost'; {correct}",
        "63:13: P[4]: the packages 'other' and 'third' each have a policy 'twice'; remove one of "
        "them",
    ]
    put(here, "{type: closed}")
    fs.load("small")  # one that is not asked for does no harm


def test_a_package_in_the_working_folder_does_not_count(
    site: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fs.load("small").borders
    monkeypatch.syspath_prepend(here)
    install(here, "sent", {"sent": "sent_of_tests:Sent"})
    Path("sent_of_tests.py").write_text("from pathlib import Path\nPath('imported').touch()\n")
    (told,) = problems(here, "{type: sent}")
    assert told.startswith("59:13: P[0]: there is no type 'sent'; give 'open'")
    assert "'sent'" not in told.partition("; ")[2]
    assert not Path("imported").exists()


@pytest.mark.usefixtures("site")
def test_the_schema_has_its_keys(here: Path) -> None:
    from flowsim.scenario.read import parse

    written = parse(Path("small/scenario.yaml").read_text(), "").plain()
    written["places"], written["routes"] = "places.csv", "routes.csv"
    jsonschema.validate(written, file_schema())
    written["borders"][0]["authorities"][0]["policies"][0]["seats"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(written, file_schema())


def test_packages_are_looked_through_only_for_a_type_that_is_not_known(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(group: str, path: tuple[str, ...]) -> None:
        raise AssertionError("packages were looked through")

    monkeypatch.setattr(packages, "_declared", never)
    put(here, "{type: closed}")
    fs.load("small").digest()
    fs.load("kyrgyz_uzbek_2010").digest()
