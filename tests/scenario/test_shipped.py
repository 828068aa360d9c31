"""Scenarios that come with flowsim are known by name in every folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import flowsim as fs
from flowsim.check.read import read_checks
from flowsim.cli.main import cli
from flowsim.scenario import shipped
from flowsim.study.read import is_study, read_study
from tests.bad_input.guarded import load_guarded

SMALL = Path(__file__).parents[1] / "data" / "small"
JUNE = "kyrgyz_uzbek_2010"
VARIANT = "title: A smaller town\nextends: tiny\nplaces: {Town: {population: 700}}\n"


@pytest.fixture(autouse=True)
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small scenario as one that comes with flowsim, and an empty folder to be in."""
    home, here = tmp_path / "home", tmp_path / "here"
    shutil.copytree(SMALL, home / "tiny")
    (home / "tiny" / "variants").mkdir()
    (home / "tiny" / "variants" / "less.yaml").write_text(
        "name: less\nextends: ..\nplaces: {Town: {population: 800}}\n", encoding="utf-8"
    )
    (home / "no scenario").mkdir()
    here.mkdir()
    monkeypatch.setattr(shipped, "INSTALLED", home)
    monkeypatch.chdir(here)
    return home / "tiny"


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def population(scenario: fs.Scenario) -> int:
    return scenario.places[0].population


def test_the_checkout_has_june_2010_with_its_variants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    june = next(one for one in fs.scenarios() if one.name == JUNE)
    assert (june.name, june.title) == (JUNE, "Southern Kyrgyzstan, June 2010")
    assert f"{JUNE}/variants/men_too.yaml" in june.variants
    assert len(june.variants) == len(list(june.path.glob("variants/*.yaml"))) >= 11


def test_they_are_listed(tiny: Path) -> None:
    (one,) = fs.scenarios()
    assert one == ("tiny", fs.load(SMALL).title, ("tiny/variants/less.yaml",), tiny)
    told = call("scenarios").stdout
    assert told.splitlines() == [f"tiny: {one.title}", f"  {tiny}", "  tiny/variants/less.yaml"]


def test_names_load_in_any_folder(tiny: Path) -> None:
    assert fs.load("tiny") == fs.load(Path("tiny")) == fs.load(SMALL)
    assert population(fs.load("tiny/variants/less.yaml")) == 800
    assert population(fs.load("tiny/scenario.yaml")) == population(fs.load(SMALL))


@pytest.mark.parametrize(
    "words",
    [
        ("run", "NAME", "-o", "out", "--no-figures"),
        ("validate", "NAME"),
        ("convert", "NAME", "made"),
        ("check", "NAME"),
    ],
)
@pytest.mark.parametrize("name", ["tiny", "tiny/scenario.yaml"])
def test_every_command_knows_them(words: tuple[str, ...], name: str) -> None:
    told = call(*(name if word == "NAME" else word for word in words))
    if words[0] == "check":  # there is no baseline
        assert told.exit_code == 1
        assert told.stdout.startswith("tiny: failed")
    else:
        assert (told.exit_code, told.stderr) == (0, "")


@pytest.mark.parametrize("words", [("run", "-o", "out", "--no-figures"), ("validate",)])
@pytest.mark.parametrize("name", ["tiny/variants/calm.yaml", "calm"])
def test_what_is_odd_in_one_is_told_with_its_place(
    tiny: Path, words: tuple[str, ...], name: str
) -> None:
    calm = (
        "name: calm\nextends: ../../tiny\nbehaviour:\n  leaving:\n    violence_per_day: 0\n"
        "    news_per_day: 0\n    neighbours_per_day: 0\n"
    )
    (tiny / "variants" / "calm.yaml").write_text(calm, encoding="utf-8")
    (tiny.parent / "calm").mkdir()
    (tiny.parent / "calm" / "scenario.yaml").write_text(calm.replace("../../", "../"), "utf-8")
    told = call(words[0], name, *words[1:])
    assert told.exit_code == 0, told.stderr
    file = tiny.parent / (name if name.endswith("yaml") else f"{name}/scenario.yaml")
    assert told.stderr.startswith(f"warning: {file}:"), told.stderr
    assert "next to nobody" in told.stderr


def test_a_folder_on_the_disk_is_meant_and_it_is_said() -> None:
    shutil.copytree(SMALL, "tiny")
    file = Path("tiny/places.csv")
    file.write_text(file.read_text().replace(",1000,", ",77,"))
    told = "'tiny' is that of this folder, not the one that comes with flowsim"
    with pytest.warns(fs.ScenarioWarning, match=told):
        fs.load("tiny")
    run = call("run", "tiny", "-o", "out", "--no-figures")
    assert run.stderr == f"note: {told}\n"
    assert call("validate", "tiny").stderr == f"note: {told}\n"
    mixed = call("validate", "tiny/variants/less.yaml")
    assert mixed.exit_code == 2
    assert "there is no such file or folder" in mixed.stderr


def test_the_folder_itself_is_nothing_to_tell_of(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny.parent)
    assert call("validate", "tiny").stderr == ""


def test_a_variant_of_ones_own_extends_one() -> None:
    Path("mine.yaml").write_text(VARIANT, encoding="utf-8")
    assert population(fs.load("mine.yaml")) == 700
    Path("mine.yaml").write_text(VARIANT.replace("tiny", "tiny/variants/less.yaml"))
    assert fs.load("mine.yaml").name == "less"


@pytest.mark.parametrize(
    ("extended", "file"),
    [("tiny", "tiny/scenario.yaml"), ("tiny/variants/less.yaml", "tiny/variants/less.yaml")],
)
def test_what_extends_one_is_compared_with_that(extended: str, file: str) -> None:
    Path("mine.yaml").write_text(f"name: mine\nextends: {extended}\n", encoding="utf-8")
    done = call("diff", "mine.yaml", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert Path(told["old"]).as_posix().endswith(file)
    assert [row["path"] for row in told["differences"]] == ["name"]


def test_extending_one_reads_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    file = tmp_path / "mine" / "mine.yaml"
    file.parent.mkdir()
    file.write_text(f"extends: {JUNE}\nname: mine\n", encoding="utf-8")
    scenario, problems = load_guarded(file)
    assert (scenario is not None, problems) == (True, ())


@pytest.mark.parametrize("name", ["tiny/../tiny", "tiny/..", "../home/tiny", "./../home/tiny"])
def test_no_name_leads_out(name: str) -> None:
    assert shipped.shipped_path(name) is None
    Path("mine.yaml").write_text(f"extends: {name}\n", encoding="utf-8")
    Path("deep").mkdir()
    shutil.move("mine.yaml", "deep/mine.yaml")
    with pytest.raises(fs.ScenarioError):
        fs.load("deep/mine.yaml")


def test_a_study_names_them(tiny: Path) -> None:
    text = "name: s\nscenarios: {as it was: tiny, less: tiny/variants/less.yaml}\nmembers: 2\n"
    Path("study.yaml").write_text(text, encoding="utf-8")
    assert [population(s) for s in read_study("study.yaml").scenarios.values()][1] == 800
    (tiny / "study.yaml").write_text(text.replace("tiny/", "").replace("tiny", "."))
    assert is_study("tiny/study.yaml")
    assert len(read_study("tiny/study.yaml").scenarios) == 2


def test_a_check_is_called_by_the_name(tiny: Path) -> None:
    (asked,) = read_checks([Path("tiny")])
    assert (asked.name, asked.folder) == ("tiny", tiny)


@pytest.mark.parametrize("name", ["tinny", "elsewhere/tinny"])
def test_an_unknown_name_is_told_with_the_nearest(name: str) -> None:
    with pytest.raises(fs.ScenarioError, match=r"\(did you mean 'tiny'\?\)"):
        fs.load(name)
    for command in ("run", "validate", "study", "check"):
        told = call(command, name)
        assert told.exit_code == 2
        assert "(did you mean 'tiny'?)" in told.stderr


def test_a_name_far_from_all_is_told_what_there_is() -> None:
    with pytest.raises(fs.ScenarioError, match=r"or one that comes with flowsim, as tiny$"):
        fs.load("bamboo")


@pytest.mark.parametrize("given", ["small", Path("small")])
def test_a_name_where_a_scenario_is_meant(given: str | Path) -> None:
    right = r"not the (text|path) 'small'; load it first: fs\.load\('small'\)$"
    for meant in (fs.run, fs.FlowModel, fs.Study):
        with pytest.raises(TypeError, match=right):
            meant(given)
