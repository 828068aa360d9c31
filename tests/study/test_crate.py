"""A study as an RO-Crate: sound by itself, the same bytes each time, and run again from it."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.cli.main import cli
from flowsim.policy import Open
from flowsim.study.crate import export_crate
from flowsim.study.identity import code_version
from flowsim.study.runs import Runs, open_study

AUTHOR = "Josiah Carberry https://orcid.org/0000-0002-1825-0097"
CLOSURE = "borders[Here-There].authorities[There].policies[closure].stop"


def world() -> fs.Scenario:
    """Two days of the teaching world, in which the border closes."""
    whole = fs.teaching_world()
    return whole.with_values({
        "end": "2030-05-03T06:00",
        CLOSURE: {"value": "2030-05-03", "low": "2030-05-02T20:00", "high": "2030-05-03T04:00"},
    })  # fmt: skip


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    scenarios = {"as told": world(), "öpen": world().replace_policies("Here-There", Open())}
    study = fs.Study(scenarios, members=2, samples=2, seed="a 7", name="two", keep=["people:daily"])
    return study.run(tmp_path_factory.mktemp("crate") / "store", progress=False)


@pytest.fixture(scope="module")
def crate(runs: Runs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "crate"
    export_crate(runs, folder, authors=[AUTHOR, "Someone Else"], licence="CC-BY-4.0")
    return folder


def told(folder: Path) -> dict[str, dict[str, Any]]:
    """The entities of a crate by their id."""
    document = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    assert document["@context"] == [
        "https://w3id.org/ro/crate/1.1/context", {"sha256": "http://schema.org/sha256"},
    ]  # fmt: skip
    entities = document["@graph"]
    by_id = {entity["@id"]: entity for entity in entities}
    assert len(by_id) == len(entities)
    return by_id


def links(value: Any) -> list[str]:
    """All ids that something names."""
    if isinstance(value, dict):
        return (
            [value["@id"]]
            if set(value) == {"@id"}
            else [n for v in value.values() for n in links(v)]
        )
    return [name for item in value for name in links(item)] if isinstance(value, list) else []


def test_the_description_holds_together(crate: Path) -> None:
    entities = told(crate)
    assert entities["ro-crate-metadata.json"] == {
        "@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
    }  # fmt: skip
    assert all({"@id", "@type"} <= set(entity) for entity in entities.values())
    named = {name for entity in entities.values() for name in links(entity)}
    assert named - set(entities) == {"https://w3id.org/ro/crate/1.1"}
    assert set(entities) - named == {"ro-crate-metadata.json"}  # and each is reached
    root = entities["./"]
    assert {"name", "description", "datePublished", "license"} <= set(root)
    assert date.fromisoformat(root["datePublished"]) <= date.today()
    assert "2 scenarios, 2 samples of the uncertain inputs, 2 members" in root["description"]
    assert [entities[name]["name"] for name in links(root["author"])] == [
        "Josiah Carberry", "Someone Else",
    ]  # fmt: skip


def test_every_file_is_told_with_its_size_and_digest(crate: Path) -> None:
    entities = told(crate)
    files = {
        path.relative_to(crate).as_posix(): path.read_bytes()
        for path in crate.rglob("*") if path.is_file()
    }  # fmt: skip
    files.pop("ro-crate-metadata.json")
    assert sorted(files) == sorted(links(entities["./"]["hasPart"]))
    assert {"scenarios/01_as_told.yaml", "scenarios/02_pen.yaml"} < set(files)
    for name, content in files.items():
        entity = entities[name]
        assert entity["@type"] == "File"
        assert entity["contentSize"] == str(len(content))
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
    assert entities["scenarios/02_pen.yaml"]["name"] == "The scenario 'öpen' as it was run"


def test_it_tells_how_to_make_the_runs_again_and_that_gives_them(crate: Path) -> None:
    entities = told(crate)
    (action,) = (e for e in entities.values() if e["@type"] == "CreateAction")
    assert links(action["result"]) == ["runs.csv", "runs.nc"]
    assert entities["#seed"]["value"] == "a 7"
    assert entities["#code"]["value"] == code_version()
    assert entities["#flowsim"]["softwareVersion"] == fs.__version__
    words = "flowsim study study.yaml -o store && flowsim export store again.nc"
    assert words in action["description"]
    before = Path.cwd()
    os.chdir(crate)
    try:
        for command in words.split(" && "):
            done = CliRunner().invoke(cli, [*command.split()[1:], "--quiet"])
            assert done.exit_code == 0, done.output
        assert Path("again.nc").read_bytes() == Path("runs.nc").read_bytes()
        Path("again.nc").unlink()
    finally:
        os.chdir(before)


def test_the_same_study_is_the_same_bytes_in_a_folder_and_in_a_file(
    runs: Runs, tmp_path: Path
) -> None:
    for name in ("one", "two", "one.zip", "two.zip"):
        export_crate(runs, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        names = packed.namelist()
        assert names[0] == "ro-crate-metadata.json"
        for name in names:
            content = (tmp_path / "one" / name).read_bytes()
            assert content == (tmp_path / "two" / name).read_bytes() == packed.read(name)
    assert told(tmp_path / "one")["#no-licence"]["description"].startswith("No licence is given")


def test_what_cannot_be_run_from_the_crate_alone_is_told(tmp_path: Path) -> None:
    scenarios = {"own": world().add_policies("Here-There", lambda now, view: None)}
    own = fs.Study(scenarios).run(tmp_path / "own", progress=False)
    export_crate(own, tmp_path / "a")
    (action,) = (e for e in told(tmp_path / "a").values() if e["@type"] == "CreateAction")
    assert action["description"].startswith("The crate alone does not run the same again: ")
    assert "a file cannot hold a function" in action["description"]
    ruled = fs.Study(world(), rules={"leave": lambda view: 0.0 * view.danger})
    export_crate(ruled.run(tmp_path / "ruled", progress=False), tmp_path / "b")
    (action,) = (e for e in told(tmp_path / "b").values() if e["@type"] == "CreateAction")
    assert (
        "the scenario 'teaching' is not the whole of what was run: rules" in action["description"]
    )


def test_runs_of_other_code_are_not_said_to_be_of_this_version(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowsim.study.crate.code_version", lambda: "another")
    export_crate(runs, tmp_path / "crate")
    entities = told(tmp_path / "crate")
    assert entities["#flowsim"]["softwareVersion"] == f"code {code_version()}"
    assert "#numpy" not in entities


def test_what_a_run_has_of_its_scenario_loads_also_where_a_policy_with_a_range_has_gone(
    tmp_path: Path,
) -> None:
    opened = world().replace_policies("Here-There", Open())
    assert CLOSURE in [number.path for number in world().numbers]
    assert not opened.numbers
    file = tmp_path / "scenario.yaml"
    file.write_text(fs.run(opened).data.attrs["scenario"], encoding="utf-8")
    assert fs.load(file).digest() == opened.digest()


def command(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["export", *map(str, words)])
    return done.exit_code, done.output


def test_all_that_is_wrong_is_told_at_once_and_nothing_written(runs: Runs, tmp_path: Path) -> None:
    store, full = runs.store.folder, tmp_path / "full"
    full.mkdir()
    (full / "mine").touch()
    told = command(
        store, full, "--crate", "--overwrite", "--licence", "my own", "--author", " ",
        "--published", "soon",
    )  # fmt: skip
    assert told[0] == 2
    assert [line.partition("; ")[0] for line in told[1].splitlines()] == [
        f"{full}: it exists and is not a crate", "authors: ' ' is not an author",
        "licence: 'my own' is neither a name of the SPDX list nor an address",
        "published: 'soon' is not a day", "4 problems",
    ]  # fmt: skip
    assert os.listdir(full) == ["mine"]
    for words, wrong in (
        ((store, tmp_path / "c.tar", "--crate"), "a crate is not written as '.tar'"),
        ((store, tmp_path / "no" / "c", "--crate"), "does not exist; make it"),
        ((store, tmp_path / "c", "--crate", "--variable", "people"), "leave --variable out"),
        ((store, tmp_path / "c.nc", "--licence", "MIT"), "are for a --crate; add it"),
    ):
        status, said = command(*words)
        assert (status, wrong in said) == (2, True), said
    assert sorted(os.listdir(tmp_path)) == ["full"]


def test_an_earlier_crate_is_replaced_only_when_asked(runs: Runs, tmp_path: Path) -> None:
    store, crate = runs.store.folder, tmp_path / "crate"
    for target in (crate, tmp_path / "crate.zip"):
        assert command(store, target, "--crate", "--published", "2026-01-01")[0] == 0
        assert "it exists; give another path" in command(store, target, "--crate")[1]
        assert command(store, target, "--crate", "--overwrite", "--licence", "MIT")[0] == 0
    (tmp_path / "other.zip").write_bytes(b"PK")
    assert "is not a crate" in command(store, tmp_path / "other.zip", "--crate", "--overwrite")[1]
    (crate / "mine.txt").touch()
    assert command(store, crate, "--crate", "--overwrite")[0] == 0
    assert (crate / "mine.txt").exists()
    (store / "scenarios").rename(store / "elsewhere")
    status, said = command(store, tmp_path / "new", "--crate")
    (store / "elsewhere").rename(store / "scenarios")
    assert status == 1
    assert "No such file or directory; run the study again" in said
    assert not (tmp_path / "new").exists()


def test_a_study_that_goes_on_is_told_with_the_members_that_are_there(
    runs: Runs, tmp_path: Path
) -> None:
    folder = tmp_path / "store"
    study = fs.Study({"as told": world()}, members=1, name="two", keep=["people:daily"])
    study.run(folder, progress=False)
    plan = json.loads((folder / "manifest.json").read_text())
    plan["scenarios"][0]["members"] = 3
    (folder / "manifest.json").write_text(json.dumps(plan))
    with pytest.raises(fs.StoreError, match="lacks 2 of 3 runs"):
        export_crate(open_study(folder), tmp_path / "crate")
    assert not (tmp_path / "crate").exists()
    export_crate(open_study(folder, partial=True), tmp_path / "crate")
    assert told(tmp_path / "crate")["#members"]["value"] == "1"
