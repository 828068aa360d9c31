"""A study file gives its study, or all that is wrong in it and in its scenarios, with positions."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import flowsim as fs
from flowsim.errors import Problem, ScenarioError
from flowsim.scenario.flaws import did_you_mean
from flowsim.scenario.read import parse
from flowsim.study.config import CompareSection, study_schema
from flowsim.study.locate import placed, steps
from flowsim.study.read import is_study, read_study

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests" / "data" / "small"

pytestmark = pytest.mark.filterwarnings("ignore:.*this list takes the place of that in what it")
"""`OPEN` drops policies without names, as a list must."""

WHOLE = """\
name: whole
title: All that a study can say
scenarios:
  as reported: ../small
  fewer stay:
    file: ../small/open.yaml
    set:
      behaviour.leaving.men_stay: 0.4
      places[0].population: 700
      routes[Bridge].gate_per_hour:
      borders[Here-There].authorities[There].policies[0]:
        {type: quota, per_hour: 5}
members: 50
seed: june
samples: {count: 64, method: sobol, inputs: ["behaviour.*"]}
keep: [crossings, "people:daily"]
compare:
  against: as reported
  outcomes: [let_through, person_days_exposed]
  level: 0.95
  interval: bootstrap
"""
BARE = """\
name: bare
scenarios: {only: ../small}
samples: 8
"""
OPEN = """\
extends: .
name: open
borders: {Here-There: {authorities: {There: {policies: [{type: open}]}}}}
"""
KEEPS = ("crossings", "people", "people:daily", "deaths")
INPUTS = ("behaviour.leaving.violence_per_day", "groups[North].children")


def stand_in_keep() -> ModuleType:
    """What `flowsim.study.keep` promises: problems at ``keep[i]``."""
    module = ModuleType("flowsim.study.keep")

    def parse_keep(entries: Any = ()) -> object:
        wrong = [
            Problem(f"keep[{i}]", f"there is no {e!r}", f"name a variable{did_you_mean(e, KEEPS)}")
            for i, e in enumerate(entries)
            if e not in KEEPS
        ]
        if wrong:
            raise ScenarioError(wrong)
        return entries

    module.parse_keep = parse_keep  # type: ignore[attr-defined]
    return module


def stand_in_inputs() -> ModuleType:
    """What `flowsim.study.inputs` promises: problems at ``inputs[i]``."""
    module = ModuleType("flowsim.study.inputs")

    def uncertain(scenarios: Any, only: Any = ()) -> tuple[str, ...]:
        paths = [number.path for scenario in scenarios for number in scenario.numbers]
        fits = [[p for p in paths if p.startswith(o.removesuffix("*"))] for o in only]
        wrong = [
            Problem(f"inputs[{i}]", f"{o!r} fits nothing uncertain", f"name one of {len(paths)}")
            for i, (o, fit) in enumerate(zip(only, fits, strict=True))
            if not fit
        ]
        if wrong:
            raise ScenarioError(wrong)
        return tuple(dict.fromkeys(p for fit in (fits or [paths]) for p in fit))

    module.uncertain = uncertain  # type: ignore[attr-defined]
    return module


STAND_INS = {"flowsim.study.keep": stand_in_keep, "flowsim.study.inputs": stand_in_inputs}


@pytest.fixture
def like_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-ins, so that what they say is known."""
    for name, make in STAND_INS.items():
        monkeypatch.setitem(sys.modules, name, make())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `study` beside the scenario `small` and its variant, below the current one."""
    shutil.copytree(SMALL, tmp_path / "small")
    (tmp_path / "small" / "open.yaml").write_text(OPEN, encoding="utf-8")
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path)
    return Path("study")


def write(folder: Path, text: str, name: str = "study.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def said(path: Path, allow_code: bool = False) -> list[str]:
    """What a study is refused with."""
    with pytest.raises(ScenarioError) as error:
        read_study(path, allow_code)
    return str(error.value).splitlines()


def one(folder: Path, line: str, *, scenarios: str = "scenarios: {a: ../small}") -> list[str]:
    """What is said of a study with one more line, its third."""
    return said(write(folder, f"name: x\n{scenarios}\n{line}\n"))


def test_a_whole_study(folder: Path) -> None:
    write(folder, WHOLE)
    study = read_study(folder)
    assert study == read_study(str(folder / "study.yaml"))
    assert (study.name, study.title) == ("whole", "All that a study can say")
    assert list(study.scenarios) == ["as reported", "fewer stay"]
    assert study.scenarios["as reported"] == fs.load("small")
    changed = study.scenarios["fewer stay"]
    assert (changed.name, changed.behaviour.leaving.men_stay) == ("open", 0.4)
    assert changed.places[0].population == 700
    assert changed.routes[0].gate_per_hour is None
    assert changed.routes[1].gate_per_hour is None
    assert changed.borders[0].authorities[0].policies == (fs.policy.Quota(per_hour=5),)
    assert (study.members, study.seed, study.samples, study.method) == (50, "june", 64, "sobol")
    assert study.inputs == ("behaviour.*",)
    assert study.keep == ("crossings", "people:daily")
    assert study.compare == CompareSection(
        against="as reported",
        outcomes=("let_through", "person_days_exposed"),
        level=0.95,
        interval="bootstrap",
    )


def test_what_is_left_out(folder: Path) -> None:
    study = read_study(write(folder, "name: bare\nscenarios: {only: ../small}\n", "bare.yaml"))
    assert (study.title, study.members, study.seed, study.samples) == ("", 1, 1, 0)
    assert (study.method, study.inputs, study.keep) == ("latin_hypercube", (), ())
    assert study.compare is None


def test_a_count_of_samples_alone(folder: Path) -> None:
    study = read_study(write(folder, BARE))
    assert (study.samples, study.method, study.inputs) == (8, "latin_hypercube", ())


def test_scenarios_keep_their_order(folder: Path) -> None:
    names = ["z", "a", "2010", "m"]
    entries = "".join(f"  {name}: ../small\n" for name in names)
    assert list(read_study(write(folder, f"name: x\nscenarios:\n{entries}")).scenarios) == names


def test_all_mistakes_at_once(folder: Path) -> None:
    text = (
        "name: 2010\n"
        "titel: June\n"
        "scenarios:\n"
        "  as reported: ../small\n"
        "  lost: ../smal\n"
        "  none:\n"
        "  odd: {fil: ../small, set: 5}\n"
        "  fewer stay:\n"
        "    file: ../small\n"
        "    set:\n"
        "      behaviour.leavin.men_stay: 0.4\n"
        "      behaviour.leaving.men_stay: 1.4\n"
        "  short: {file: ../small, set: {end: 2010-06-11T18:00, record: 12h}}\n"
        "members: 0\n"
        "seed: true\n"
        "samples: {count: 64.5, methods: sobol, method: sobl, inputs: behaviour.*}\n"
        "keep: [crossings, 5]\n"
        "compare:\n"
        "  against: as reportd\n"
        "  level: 90\n"
        "  interval: z\n"
    )
    told = said(write(folder, text))
    paths = [line.removeprefix("study/study.yaml:") for line in told]
    assert paths == [
        "1:7: name: 2010 is not text; give a text; put a number in quotes to make it one",
        "2:1: titel: there is no key 'titel'; use one of its keys (did you mean 'title'?)",
        "5:9: scenarios.lost: there is no such file or folder; name a scenario's folder or YAML "
        "file (did you mean 'small'?)",
        "6:3: scenarios.none: nothing is not a scenario; give a folder or YAML file, or a mapping "
        "with `file` and `set`",
        "7:8: scenarios.odd.file: 'file' is missing; add it",
        "7:9: scenarios.odd.fil: there is no key 'fil'; use one of its keys (did you mean 'file'?)",
        "7:29: scenarios.odd.set: 5 is not a mapping; give a mapping, as {a: 1}",
        "11:7: scenarios.fewer stay.set[behaviour.leavin.men_stay]: there is no 'leavin'; use one "
        "of news, leaving, origins, routes, waiting, harm, returning, reception, traffic "
        "(did you mean 'leaving'?)",
        "12:35: scenarios.fewer stay.set[behaviour.leaving.men_stay]: 1.4 is out of range; give a "
        "number of at most 1",
        "13:3: scenarios.short: its end is 2010-06-11T18:00, and that of 'as reported' is "
        "2010-06-12T18:00; give all scenarios the same end, as with `set: {end: ...}`",
        "13:3: scenarios.short: its record is 12h, and that of 'as reported' is 6h; give all "
        "scenarios the same record, as with `set: {record: ...}`",
        "14:10: members: 0 is out of range; give a number of at least 1",
        "15:7: seed: true is not a seed; give a whole number or a text",
        "16:18: samples.count: 64.5 is not a whole number; give plain digits, as 1500",
        "16:24: samples.methods: there is no key 'methods'; use one of its keys "
        "(did you mean 'method'?)",
        "16:48: samples.method: there is no 'sobl'; give 'latin_hypercube', 'sobol' or "
        "'monte_carlo' (did you mean 'sobol'?)",
        "16:62: samples.inputs: 'behaviour.*' is not a list; give a list, as [a, b]",
        "17:19: keep[1]: 5 is not text; give a text; put a number in quotes to make it one",
        "20:10: compare.level: 90 is out of range; give a number below 1",
        "21:13: compare.interval: there is no 'z'; give 't' or 'bootstrap'",
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("members: true", "3:10: members: true is not a whole number; give plain digits, as 1500"),
        ("members: '5'", "3:10: members: '5' is not a whole number; give plain digits, as 1500"),
        ("members: 9000000", "3:10: members: 9000000 is out of range; give a number of at most "
         "1000000"),
        ("seed: 1.5", "3:7: seed: 1.5 is not a seed; give a whole number or a text"),
        ("seed: ''", "3:7: seed: '' is not a seed; give a whole number or a text"),
        ("samples: -1", "3:10: samples: -1 is out of range; give a number of at least 0"),
        ("samples: many", "3:10: samples: 'many' does not describe samples; give a count, as "
         "64, a mapping with `count`, `method` and `inputs`, or `posterior`"),
        ("samples: true", "3:10: samples: true does not describe samples; give a count, as 64, a "
         "mapping with `count`, `method` and `inputs`, or `posterior`"),
        ("samples: {method: sobol}", "3:10: samples.count: 'count' is missing; add it"),
        ("keep: [{people: daily}]", "3:8: keep[0]: a mapping is not text; give a text; put a "
         "number in quotes to make it one"),
        ("compare: a", "3:10: compare: 'a' is not a mapping; give a mapping with its "
         "keys"),
        ("compare: {}", "3:10: compare.against: 'against' is missing; add it"),
        ("compare: {against: b}", "3:20: compare.against: there is no scenario 'b'; name one of a"),
        ("compare: {against: a, level: true}", "3:30: compare.level: true is not a number; give a "
         "plain decimal, as 0.25"),
        ("compare: {against: a, level: 1}", "3:30: compare.level: 1 is out of range; give a number "
         "below 1"),
        ("extends: other", "3:1: extends: there is no key 'extends'; use one of name, title, "
         "scenarios, members, seed, samples, keep, compare"),
        ("seed: 1\nseed: 2", "4:1: seed: 'seed' appears twice, first in line 3; keep one of them"),
    ],
)  # fmt: skip
def test_a_mistake(folder: Path, line: str, says: str) -> None:
    assert one(folder, line) == [f"study/study.yaml:{says}"]


@pytest.mark.parametrize(
    ("scenarios", "says"),
    [
        ("scenarios: {}", "2:12: scenarios: there is no scenario; give at least one, as "
         "`as reported: ../june_2010`"),
        ("scenarios:", "2:1: scenarios: 'scenarios' is missing; add it"),
        ("scenarios: [../small]", "2:12: scenarios: a list is not a mapping; give "
         "each scenario a name, as `as reported: ../june_2010`"),
        ("scenarios: {a: [../small]}", "2:16: scenarios.a: a list is not a scenario; give a folder "
         "or YAML file, or a mapping with `file` and `set`"),
        ("scenarios: {'': ../small}", "2:13: scenarios[]: the text is empty; give a name"),
        ("scenarios: {' a': ../small}", "2:13: scenarios. a: the name ' a' starts or ends with a "
         "space; remove it"),
        ('scenarios: {"a\\tb": ../small}', "2:13: scenarios.a\\tb: the name 'a\\tb' has a control "
         "character; remove it"),
        (f"scenarios: {{{'a' * 81}: ../small}}", f"2:13: scenarios.{'a' * 81}: the text has 81 "
         "characters; give at most 80"),
        ('scenarios: {a: "x\\0.yaml"}',
         "2:16: the escape stands for U+0000, which is not text; leave it out"),
        ("scenarios: {a: ..}", "2:16: scenarios.a: there is no scenario.yaml in this folder; name "
         "a scenario's folder"),
    ],
)  # fmt: skip
def test_mistakes_with_scenarios(folder: Path, scenarios: str, says: str) -> None:
    assert one(folder, "title: x", scenarios=scenarios) == [f"study/study.yaml:{says}"]


def test_scenarios_tell_their_problems_at_their_own_place(folder: Path) -> None:
    bad = Path("small/bad.yaml")
    bad.write_text("extends: .\nstep: 0h\nstepp: 1h\n", encoding="utf-8")
    places = Path("small/places.csv")
    text = places.read_text(encoding="utf-8")
    places.write_text(text.replace("40.5", "140.5"), encoding="utf-8")
    listed = "scenarios: {a: ../small, b: ../small/bad.yaml, c: ../small/none.yaml}"
    assert one(folder, "member: 2", scenarios=listed) == [
        "study/study.yaml:2:51: scenarios.c: there is no such file or folder; name a scenario's "
        "folder or YAML file (did you mean 'open.yaml'?)",
        "study/study.yaml:3:1: member: there is no key 'member'; use one of its keys "
        "(did you mean 'members'?)",
        "small/places.csv:2:5: places[Town].lat: 140.5 is out of range; give a number of at most "
        "90",
        "small/bad.yaml:2:7: step: '0h' is not a whole number of seconds above zero; write 1h, "
        "30min or 1d",
        "small/bad.yaml:3:1: stepp: there is no key 'stepp'; use one of its keys "
        "(did you mean 'step'?)",
    ]


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ("{^x: 1}", "set.x: there is no 'x'; use one of "),
        ("{step: 1h, ^'places[8].burnt': 1}", "set[places[8].burnt]: there is no item '8'; name "),
        ("{'places[0].burnt': ^-1}", "set[places[0].burnt]: -1 is out of range; give a number "),
        (
            "{step: 1h, 'places[0].share': {North: 0.5, South: 0.5, East: ^0}}",
            "set[places[0].share].East: there is no group 'East'; name one of North, South",
        ),
        (
            "{behaviour.leaving.violence_per_day: {value: 8, low: ^9}}",
            "set[behaviour.leaving.violence_per_day].low: low 9 is above value 8; give low",
        ),
        (
            "{step: 1h, 'places[0].share.North': ^0.9}",
            "set[places[0].share.North]: places[Town].share: the shares add up to 1.4",
        ),
        ("{end: ^2010-06-10T19:00}", "set.end: record: an interval of 6h does not divide "),
    ],
)
def test_problems_of_what_is_set(folder: Path, values: str, says: str) -> None:
    """Told at the key where the path leads nowhere, else at the value, which ^ marks."""
    line = f"  b: {{file: ../small,     set: {values}}}"
    text = f"name: x\nscenarios:\n{line.replace('^', '')}\n"
    told, *_ = said(write(folder, text))
    assert told.startswith(f"study/study.yaml:3:{line.index('^') + 1}: scenarios.b.{says}")


def test_a_problem_that_no_value_set_is_near_to(folder: Path) -> None:
    scenarios = "scenarios: {a: {file: ../small, set: {step: 1h, flee_from: [There]}}}"
    told = one(folder, "title: x", scenarios=scenarios)
    assert told[0] == (
        "study/study.yaml:2:33: scenarios.a.set: places: nobody lives in There; give places there "
        "a population"
    )


def test_a_set_that_harms_the_whole_is_told_once(folder: Path) -> None:
    """Of two shares that together do not add up, either would do."""
    text = (
        "name: x\n"
        "scenarios:\n"
        "  b:\n"
        "    file: ../small\n"
        "    set:\n"
        "      step: 1h\n"
        "      places[Town].share.North: 0.6\n"
        "      places[Town].share.South: 0.7\n"
    )
    (line,) = said(write(folder, text))
    assert line.startswith(
        "study/study.yaml:7:33: scenarios.b.set[places[Town].share.North]: "
        "places[Town].share: the shares add up to 1.3"
    )


def test_code_runs_only_if_it_is_allowed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("own_rules")
    module.relief = lambda now, view: None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "own_rules", module)
    code = "[{type: code, call: 'own_rules:relief'}]"
    policies = "borders[Here-There].authorities[There].policies"
    text = f"name: x\nscenarios:\n  b:\n    file: ../small\n    set:\n      {policies}: {code}\n"
    file = write(folder, text)
    assert said(file) == [
        f"study/study.yaml:6:64: scenarios.b.set[{policies}][0].type: code of a scenario file is "
        "not run unless you allow it; pass --allow-code, or allow_code=True to flowsim.load, if "
        "you trust this file"
    ]
    (policy,) = read_study(file, allow_code=True).scenarios["b"].borders[0].authorities[0].policies
    assert policy.type == "code"


def test_times_are_shared_with_the_first(folder: Path) -> None:
    longer = "{file: ../small, set: {start: 2010-06-10T12:00}}"
    (line,) = one(
        folder, "title: x", scenarios=f"scenarios: {{a: ../small, b: {longer}, c: ../small}}"
    )
    assert line == (
        "study/study.yaml:2:26: scenarios.b: its start is 2010-06-10T12:00, and that of 'a' is "
        "2010-06-10T18:00; give all scenarios the same start, as with `set: {start: ...}`"
    )


@pytest.mark.usefixtures("like_them")
def test_what_is_kept_is_told_at_its_place(folder: Path) -> None:
    assert one(folder, "keep:\n  - crossings\n  - peple\n  - death") == [
        "study/study.yaml:5:5: keep[1]: there is no 'peple'; name a variable "
        "(did you mean 'people'?)",
        "study/study.yaml:6:5: keep[2]: there is no 'death'; name a variable "
        "(did you mean 'deaths'?)",
    ]


@pytest.mark.usefixtures("like_them")
def test_inputs_are_told_at_their_place(folder: Path) -> None:
    assert one(folder, "samples: {count: 4, inputs: [behaviour.*, behavior.*]}") == [
        "study/study.yaml:3:43: samples.inputs[1]: 'behavior.*' fits nothing uncertain; name one "
        "of 4"
    ]


@pytest.mark.usefixtures("like_them")
def test_inputs_are_looked_for_in_what_is_run(folder: Path) -> None:
    """A value that is set has no range any more."""
    text = (
        "name: x\n"
        "scenarios: {a: {file: ../small, set: {behaviour.leaving.violence_per_day: 2}}}\n"
        "samples: {count: 4, inputs: [behaviour.*]}\n"
        "keep: [peple]\n"
    )
    assert [line.split(";")[0] for line in said(write(folder, text))] == [
        "study/study.yaml:3:30: samples.inputs[0]: 'behaviour.*' fits nothing uncertain",
        "study/study.yaml:4:8: keep[0]: there is no 'peple'",
    ]


def test_samples_of_what_is_certain(folder: Path) -> None:
    text = (SMALL / "scenario.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("{value: 0.3, low: 0.25, high: 0.35, source: census}", "0.3"),
        ("{value: 2010-06-11T12:00, low: 2010-06-11T06:00, high: 2010-06-11T18:00}",
         "2010-06-11T12:00"),
        ("{value: 3.0, low: 1.0, high: 5.0, source: assumed}", "3.0"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    places = Path("small/places.csv")
    table = places.read_text(encoding="utf-8")
    places.write_text(table.replace("600,500,700", "600,,"), encoding="utf-8")
    Path("small/scenario.yaml").write_text(text, encoding="utf-8")
    assert one(folder, "samples: {count: 4}") == [
        "study/study.yaml:3:18: samples.count: no number of these scenarios has a range, so all "
        "samples would be alike; write numbers as {value: 3, low: 1, high: 5}, or leave samples out"
    ]
    assert one(folder, "samples: 4")[0].startswith("study/study.yaml:3:10: samples: no number")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "1:1: the file is empty; give the keys of a study"),
        ("- a", "1:1: this is not a study; give the keys of a study, as `name: ...`"),
        ("name: [x", "1:7: the list in [ ] is not closed; close it with ]"),
        ("name: !x y\nscenarios: {a: b}", "1:7: the tag !x is not allowed here; give the plain "
         "value, without a tag"),
        ("title: x", "1:1: name: 'name' is missing; add it"),
    ],
)  # fmt: skip
def test_what_is_no_study(folder: Path, text: str, says: str) -> None:
    assert said(write(folder, text))[0] == f"study/study.yaml:{says}"


def test_paths_without_a_study(folder: Path) -> None:
    assert said(folder) == ["study: there is no study.yaml in this folder; name a study's folder"]
    write(folder, BARE)
    assert said(folder / "studi.yaml") == [
        "study/studi.yaml: there is no such file or folder; name a study's folder or YAML file "
        "(did you mean 'study.yaml'?)"
    ]


def test_paths_are_relative_to_the_study_file(folder: Path, tmp_path: Path) -> None:
    file = write(folder, BARE)
    os.chdir(tmp_path.parent)
    assert list(read_study(tmp_path / file).scenarios) == ["only"]
    os.chdir(tmp_path / "study")
    assert list(read_study("study.yaml").scenarios) == ["only"]
    whole = write(tmp_path, f"name: x\nscenarios: {{only: {tmp_path / 'small'}}}\n")
    assert list(read_study(whole).scenarios) == ["only"]


def test_a_study_is_told_from_a_scenario(folder: Path) -> None:
    assert not is_study(folder)
    file = write(folder, WHOLE)
    assert is_study(file)
    assert is_study(str(folder))
    assert is_study(write(folder, "{scenarios: }", "flow.yml"))
    assert is_study(write(folder, "name: [x\nscenarios:\n  a: b\n", "broken.yaml"))
    for name, text in {
        "inner.yaml": "name: x\nnotes:\n  scenarios: 5\n",
        "bad.yaml": "name: [x\n",
        "list.yaml": "[scenarios]",
        "text.yaml": "scenarios",
        "empty.yaml": "",
        "study.txt": WHOLE,
    }.items():
        assert not is_study(write(folder, text, name)), name
    assert not is_study("small")
    assert not is_study("small/scenario.yaml")
    assert not is_study("small/open.yaml")
    assert not is_study("nowhere")
    shutil.copy(file, "small")
    assert not is_study("small")  # it is a scenario's folder, whatever lies there too
    assert is_study("small/study.yaml")


def test_the_schema_takes_what_is_valid(folder: Path) -> None:
    schema = study_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    for text in (WHOLE, BARE, "name: x\nscenarios: {a: {file: b}}\nseed: 5\nsamples: 0\n"):
        jsonschema.validate(parse(text, "").plain(), schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title:", "titel:"),
        ("name: whole\n", ""),
        ("name: whole", "name: 5"),
        ("as reported: ../small", "as reported: 5"),
        ("as reported: ../small", f"{'a' * 81}: ../small"),
        ("as reported: ../small", '"a\\tb": ../small'),
        ("file: ../small/open.yaml", "fil: ../small/open.yaml"),
        ("file: ../small/open.yaml", "file: ../small/open.yaml\n    step: 1h"),
        ("members: 50", "members: 0"),
        ("members: 50", "members: '50'"),
        ("seed: june", "seed: [1]"),
        ("seed: june", "seed: ''"),
        ("count: 64", "count: -1"),
        ("count: 64, ", ""),
        ("method: sobol", "method: sobl"),
        ("method: sobol", "methods: sobol"),
        ("keep: [crossings", "keep: [5"),
        ("  against: as reported\n", ""),
        ("level: 0.95", "level: 95"),
        ("interval: bootstrap", "interval: z"),
        ("outcomes:", "outcome:"),
    ],
)
def test_the_schema_and_the_reader_refuse_alike(folder: Path, old: str, new: str) -> None:
    assert old in WHOLE
    text = WHOLE.replace(old, new, 1)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(parse(text, "").plain(), study_schema())
    with pytest.raises(ScenarioError):
        read_study(write(folder, text))


def test_the_schema_wants_a_scenario() -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"name": "x", "scenarios": {}}, study_schema())


def test_june_2010_with_all_of_its_variants(tmp_path: Path) -> None:
    june = ROOT / "scenarios" / "kyrgyz_uzbek_2010"
    where = os.path.relpath(june, tmp_path)
    files = sorted(june.glob("variants/*.yaml"))
    assert len(files) >= 11
    entries = "".join(f"  {file.stem}: {where}/variants/{file.name}\n" for file in files)
    text = f"name: june\nscenarios:\n  as reported: {where}\n{entries}samples: 4\n"
    study = read_study(write(tmp_path, text))
    assert len(study.scenarios) == len(files) + 1
    assert study.scenarios["open"] == fs.load(june / "variants" / "open.yaml")


NAMES = st.text("ab .[]é日-", min_size=1, max_size=12).filter(lambda name: name == name.strip())


@given(st.lists(NAMES, min_size=1, max_size=5, unique=True), st.integers(0, 4))
def test_problems_find_their_line_whatever_the_names(names: list[str], at: int) -> None:
    """The key that leads nowhere is told at its own line, under any names."""
    quoted = [name.replace("'", "''") for name in names]
    lines = [f"  '{name}': {{file: x, set: {{step: 1h, q: 2}}}}" for name in quoted]
    root = parse("\n".join(["scenarios:", *lines]), "f")
    i = at % len(names)
    (told,) = placed([Problem("set.q", "wrong", "right")], root, ("scenarios", names[i]))
    assert (told.line, told.column) == (i + 2, lines[i].index("q:") + len("q: ") + 1)


def test_steps_of_paths() -> None:
    assert steps("keep[1]") == ("keep", 1)
    assert steps("inputs[0].low.x[a.b]") == ("inputs", 0, "low", "x", "a.b")
    assert steps("") == ()


def test_placed_keeps_what_has_a_file() -> None:
    problem = Problem("a", "wrong", "right", "other.yaml", 3, 4)
    root = parse("a: 1", "f")
    assert placed([problem], root) == [problem]
    assert placed([Problem("b.3", "wrong", "right")], root) == [
        Problem("b.3", "wrong", "right", "f", 1, 1)
    ]
