"""What a variant changes is told value by value, and a list that replaces another is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.policy import Quota
from flowsim.scenario.differences import Difference, Written, differences
from tests.flee_folder import flee_folder
from tests.worlds import small_scenario

ROOT = Path(__file__).parents[2]
VARIANTS = sorted((ROOT / "scenarios/kyrgyz_uzbek_2010/variants").glob("*.yaml"))
NAMED = """
          - {name: shut, type: closed, stop: {value: 2010-06-11T12:00, low: 2010-06-11T06:00}}
          - {name: slow, type: quota, per_hour: 9}
          - {type: open}
"""
AT = "borders[Here-There].authorities[There].policies"


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The scenario of tests/data with two policies that have names, below the current folder."""
    shutil.copytree(ROOT / "tests/data/small", tmp_path / "small")
    monkeypatch.chdir(tmp_path)
    file = Path("small/scenario.yaml")
    text = file.read_text()
    i, j = text.index("\n          - {type: closed"), text.index("\nbehaviour:")
    file.write_text(text[:i] + NAMED + text[j:])
    return Path("small")


def variant(folder: Path, text: str) -> str:
    (folder / "v.yaml").write_text(f"extends: .\n{text}\n", encoding="utf-8")
    return str(folder / "v.yaml")


def diff(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["diff", *arguments])


def told(*arguments: str) -> list[str]:
    """The lines between the two scenarios and the count."""
    result = diff(*arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    _, *lines, count = result.stdout.splitlines()
    assert count == f"{len(lines)} difference{'s' if len(lines) != 1 else ''}"
    return lines


def policies(text: str) -> str:
    return f"borders: {{Here-There: {{authorities: {{There: {{policies: {text}}}}}}}}}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("title: Other", ["v.yaml:2: title: A small world -> Other"]),
        ("places: {Town: {population: 700, share: {North: 0.4, South: 0.6}}}", [
            "v.yaml:2: places[Town].population: 600 (500 to 700) -> 700",
            "v.yaml:2: places[Town].share.North: 0.5 -> 0.4",
            "v.yaml:2: places[Town].share.South: 0.5 -> 0.6",
        ]),
        ("groups: {North: {household_size: {1: 0.5, 7: 0.2}}}", [
            "v.yaml:2: groups[North].household_size.1: 0.2 -> 0.5",
            "v.yaml:2: groups[North].household_size.7: added: 0.2",
        ]),
        ("conditions: null", [
            "scenario.yaml:44: conditions[Curfew]: removed: {name: Curfew, kind: curfew, places: "
            "[Town, Village], start: 2010-06-11T00:00, stop: 2010-06-12T00:00, hours: [22.0, 6.0], "
            "leave: 0.5}",
        ]),
        ("routes: {Bridge: {gate_per_hour: null}}", [
            "v.yaml:2: routes[Bridge].gate_per_hour: 200.0 -> nothing",
        ]),
        ("step: 30min\nbehaviour: {leaving: {men_stay: {value: 0.5, low: 0.4, source: told}}}", [
            "v.yaml:2: step: 3600s -> 1800s",
            "v.yaml:3: behaviour.leaving.men_stay: 0.25 -> 0.5 (0.4 to )",
            "v.yaml:3: behaviour.leaving.men_stay.source: nothing -> told",
        ]),
        (policies("{shut: {leak: 0.3}, slow: null, add: [{name: new, type: quota, per_day: 5}]}"), [
            f"v.yaml:2: {AT}[shut].leak: 0.0 -> 0.3",
            f"scenario.yaml:60: {AT}[slow]: removed: {{type: quota, name: slow, per_hour: 9.0}}",
            f"v.yaml:2: {AT}[new]: added: {{type: quota, name: new, per_day: 5.0}}",
        ]),
        (policies("{shut: {stop: 2010-06-11T18:00}}"), [
            f"v.yaml:2: {AT}[shut].stop: 2010-06-11T12:00 (2010-06-11T06:00 to ) -> "
            "2010-06-11T18:00",
        ]),
        ("name: small", []),
    ],
    ids=["text", "table", "mapping", "list", "null", "section", "names", "range", "none"],
)  # fmt: skip
def test_what_a_variant_changes(small: Path, text: str, says: list[str]) -> None:
    lines = told(variant(small, text))
    expected = [f"small/{line}" for line in says]
    if "men_stay" in text:  # its default is no concern of this test
        expected[1] = next(line for line in lines if "men_stay: " in line)
        assert expected[1].endswith("-> 0.5 (0.4 to )")
    assert lines == expected


def test_cells_of_another_table(small: Path) -> None:
    text = (small / "places.csv").read_text()
    i = text[: text.index("\nTown,")].count("\n") + 2
    (small / "more.csv").write_text(text.replace("\nTown,", "\n\nTown,").replace("600", "650", 1))
    lines = told(variant(small, "places: more.csv"))
    assert (
        f"small/more.csv:{i + 1}: places[Town].population: 600 (500 to 700) -> 650 (500 to 700)"
        in lines
    )
    assert lines[-1] == "small/more.csv:1: places: the whole list is replaced"
    assert len(lines) == 2


def test_a_replaced_list_is_told(small: Path) -> None:
    path = variant(small, policies("[{name: slow, type: quota, per_hour: 9}]"))
    lines = told(path)
    assert [line.split(": ")[2].split(" ")[0] for line in lines] == ["removed", "removed", "the"]
    dropped = "[shut, number 3 (open)]"
    assert lines[-1] == f"small/v.yaml:2: {AT}: the whole list is replaced, without {dropped}"
    with pytest.warns(fs.ScenarioWarning) as warned:
        fs.load(path)
    assert [str(w.message) for w in warned] == [
        f"small/v.yaml:2:56: {AT}: this list takes the place of that in what it extends, without "
        "shut, number 3 (open); to keep some, give a mapping: `NAME: {...}` changes one, "
        "`NAME: null` removes it, `add: [...]` adds more"
    ]
    assert warned[0].filename == __file__
    validated = CliRunner().invoke(cli, ["validate", path])
    assert validated.exit_code == 0
    assert validated.stderr.startswith(f"note: small/v.yaml:2:56: {AT}: this list takes")


@pytest.mark.parametrize(
    ("text", "dropped"),
    [
        (
            "conditions: [{name: Night, kind: curfew, places: [Town], start: 2010-06-11T00:00, "
            "stop: 2010-06-12T00:00}]",
            "without Curfew;",
        ),
        (
            "borders: [{id: Here-There, between: [Here, There], authorities: [{name: Guards, "
            "country: There, policies: [{name: slow, type: open}]}]}]",
            r"without shut of There of Here-There, number 3 \(open\) of There of Here-There; ",
        ),
        ("borders: [{id: Here-There, between: [Here, There]}]", r"without There of Here-There;"),
        ("conditions: []", ""),
        ("forces: []", ""),
        (policies("[{name: shut, type: open}, {name: slow, type: open}, {type: open}]"), ""),
        (policies("{add: [{type: open}]}"), ""),
        ("places: places.csv", ""),
    ],
    ids=["conditions", "below", "above", "empty", "none there", "all repeated", "added", "table"],
)
def test_when_it_is_told(small: Path, text: str, dropped: str) -> None:
    path = variant(small, text)
    if not dropped:
        fs.load(path)  # a warning would be an error here
        return
    with pytest.warns(fs.ScenarioWarning, match=dropped):
        fs.load(path)


def test_a_list_replaced_in_the_base_is_told_once(small: Path) -> None:
    (small / "base.yaml").write_text(f"extends: .\n{policies('[{type: open}]')}\n")
    (small / "v.yaml").write_text("extends: base.yaml\nname: other\n")
    with pytest.warns(fs.ScenarioWarning, match=r"^small/base.yaml:2:56: .* without shut, slow;"):
        fs.load(small / "v.yaml")


def test_two_scenarios(small: Path, tmp_path: Path) -> None:
    v, w = variant(small, "title: Other"), small / "w.yaml"
    w.write_text("extends: .\ntitle: Third\n")
    assert told(v, str(w)) == ["small/v.yaml:2: title: Third -> Other"]
    assert told("small", "small") == []
    folder = str(flee_folder(tmp_path))
    lines = told("small", folder)
    assert "small/scenario.yaml:2: name: made_up -> small" in lines
    assert any("places[Town]: added" in line for line in lines)


def test_json_has_whole_values(small: Path) -> None:
    result = json.loads(diff("--json", variant(small, "title: " + "x" * 200)).stdout)
    assert result == {
        "old": "small/scenario.yaml",
        "new": "small/v.yaml",
        "differences": [
            {"path": "title", "kind": "changed", "old": "A small world", "new": "x" * 200,
             "file": "small/v.yaml", "line": 2},
        ],
    }  # fmt: skip


def test_what_cannot_be_compared(small: Path) -> None:
    alone = diff("small")
    assert alone.exit_code == 2
    assert "small extends nothing; name OTHER to compare it with" in alone.stderr
    wrong = diff(variant(small, "places: {Twon: null}"))
    assert (wrong.exit_code, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("small/v.yaml:2:10: places.Twon: there is no 'Twon'")
    assert diff("small", "nowhere").exit_code == 2


def test_scenarios_made_in_python() -> None:
    base = small_scenario()
    other = base.add_policies("Here-There", Quota(per_day=5), lambda now, view: None)
    found = differences(Written(base), Written(other))
    assert [(d.path, d.kind, d.at.file) for d in found] == [
        (f"{AT}[1]", "added", ""), (f"{AT}[2]", "added", ""),
    ]  # fmt: skip
    assert found[0].new == {"type": "quota", "per_day": 5.0}
    places = base.model_copy(update={"places": base.places[::-1]})
    assert differences(Written(base), Written(places)) == [Difference("places", "reordered")]


def test_what_is_added_is_told_as_it_was_given() -> None:
    """Values that happen to be the default too, with their ranges."""
    lines = told(str(VARIANTS[0].with_name("bound_by_capacity.yaml")))
    (added,) = (line for line in lines if "[closed when full]" in line)
    assert "closes_at: 1.0 (0.9 to 1.2), reopens_at: 0.9 (0.7 to 0.9)" in added


@pytest.mark.parametrize("file", VARIANTS, ids=lambda file: file.stem)
def test_shipped_variants(file: Path) -> None:
    """None replaces a list without a word, and each changes something beside its title."""
    fs.load(file)
    lines = told(str(file))
    assert all(line.startswith(str(ROOT)) for line in lines)
    assert len(lines) > 2
