"""What README.md and MODEL.md say can be done, and what they point to is there."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.behaviour.sections import Behaviour
from flowsim.cli.main import cli
from flowsim.scenario.differences import Written, differences
from flowsim.scenario.load import read_whole
from tests.flee_folder import flee_folder
from tests.study.worlds import BORDER, small

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "MODEL.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def snippets(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def anchor(heading: str) -> str:
    """What a link to a heading says, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(page: str) -> set[str]:
    """Anchors of a page."""
    return {anchor(told) for told in re.findall(r"^#+ (.*)$", text(page), re.MULTILINE)}


def test_the_snippets_of_the_readme_run(tmp_path: Path) -> None:
    script = tmp_path / "readme.py"
    script.write_text("\n".join(snippets(text("README.md"), "python")), encoding="utf-8")
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios", target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "open throughout" in done.stdout
    assert {p.name for p in tmp_path.iterdir()} >= {"timeline.png", "map.png", "result.nc"}


def test_the_study_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the small scenario, with two members."""
    monkeypatch.chdir(tmp_path)
    base = small()
    block = snippets(text("README.md"), "python study")[0].replace("members=50", "members=2")
    names = {"base": base, "open_border": base.replace_policies(BORDER, fs.policy.Open()), "fs": fs}
    monkeypatch.setattr("flowsim.formats.readers.load", lambda path: names["open_border"])
    exec(compile(block, "README.md", "exec"), names)
    assert "'as reported'" in capsys.readouterr().out
    assert (tmp_path / "contrasts.png").stat().st_size
    assert names["camps"].dims == ("scenario", "sample", "member", "time")


def test_the_block_on_folders_of_flee_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a made-up folder."""
    flee_folder(tmp_path).rename(tmp_path / "mali2012")
    monkeypatch.chdir(tmp_path)
    exec(compile(snippets(text("README.md"), "python flee")[0], "README.md", "exec"), {"fs": fs})
    first, second = capsys.readouterr().out.splitlines()
    assert 0.0 < float(first) < 2.0
    assert "gravity" in second


def test_the_variant_of_the_readme_changes_what_it_says(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios/kyrgyz_uzbek_2010", tmp_path / "june")
    (block,) = (b for b in snippets(text("README.md"), "yaml") if b.startswith("extends:"))
    file = tmp_path / "june/variants/of_the_readme.yaml"
    file.write_text(block, encoding="utf-8")
    new, base = (read_whole(path) for path in (file, tmp_path / "june"))
    found = differences(Written(base.scenario), Written(new.scenario))
    assert [(d.kind, d.path.rpartition("policies")[2]) for d in found if d.path != "name"] == [
        ("changed", "[who is let in].barred"),
        ("removed", "[push-back of 11 June]"),
        ("added", "[daily quota]"),
    ]


def test_the_readme_names_commands_and_options_that_exist() -> None:
    lines = [line for block in snippets(text("README.md"), "sh") for line in block.splitlines()]
    calls = [line.split("#")[0].split() for line in lines if re.match(r"\S*flowsim ", line)]
    assert len(calls) >= 5
    for _, command, *rest in calls:
        if command == "--help":
            continue
        told = CliRunner().invoke(cli, [command, "--help"])
        assert told.exit_code == 0, command
        for word in rest:
            assert not word.startswith("-") or word in told.output, f"{command} {word}"
            assert not word.startswith("scenarios/") or (ROOT / word).exists(), word


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text(page)) if "://" not in link]
    assert links
    for link in links:
        name, _, heading = link.partition("#")
        assert (ROOT / (name or page)).exists(), link
        assert not heading or heading in headings(name or page), link


def test_the_model_page_names_every_parameter_of_behaviour() -> None:
    body = text("MODEL.md")
    missing = [
        f"{section}.{name}"
        for section, values in Behaviour()
        for name in type(values).model_fields
        if name != "source" and f"`{section}.{name}`" not in body
    ]
    assert not missing


def test_the_tables_of_the_model_page_are_filled() -> None:
    tables = re.findall(r"<!-- table: (\w+) -->\n(.*?)<!-- end -->", text("MODEL.md"), re.DOTALL)
    assert {name for name, _ in tables} == {"targets", "mechanisms", "parameters"}
    for name, rows in tables:
        assert rows.count("\n|") >= 5, name
