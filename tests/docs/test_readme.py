"""What README.md and MODEL.md say can be done, and what they point to is there."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import flowsim as fs
from flowsim.behaviour.config import Behaviour
from flowsim.cli.main import cli
from flowsim.scenario.differences import Written, differences
from flowsim.scenario.load import read_whole
from flowsim.scenario.shipped import located
from tests.children import PATIENCE_S
from tests.flee_folder import flee_folder
from tests.learn.toys import reported
from tests.study.worlds import BORDER, small

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "MODEL.md")
HOME = "https://github.com/flowsim-developers/flowsim"
RAW = HOME.replace("github.com", "raw.githubusercontent.com") + "/main"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def snippets(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def anchor(heading: str) -> str:
    """What a link to a heading says, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def here(link: str) -> str:
    """What a link into the repository leads to, from its root; another as it is."""
    return re.sub(rf"^(?:{HOME}/(?:blob|tree)/main|{RAW})/", "", link)


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
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "open throughout" in done.stdout
    assert {p.name for p in tmp_path.iterdir()} >= {"timeline.png", "map.png", "result.nc"}


def test_the_policies_of_the_readme_act() -> None:
    """Each of them changes what happens at the border of June 2010, the function among them."""
    page = text("README.md")
    (block,) = [x for x in snippets(page, "python") if "def relief" in x]
    lines_above = page[: page.index(block)].count("\n")  # a function is known by its source
    base = fs.load(ROOT / "scenarios" / "kyrgyz_uzbek_2010").with_values(
        {"end": "2010-06-13T12:00"}
    )
    names: dict[str, Any] = {"base": base, "fs": fs}
    exec(compile("\n" * lines_above + block, ROOT / "README.md", "exec"), names)
    runs = {
        name: fs.run(names[name], seed=1)
        for name in ("base", "with_relief", "first_come", "by_day")
    }
    across = {name: run.crossed(by_kind=True).isel(time=-1) for name, run in runs.items()}
    total = {name: int(persons.sum()) for name, persons in across.items()}
    assert total["with_relief"] > 1.1 * total["base"]
    assert total["by_day"] < 0.5 * total["base"]
    assert not across["first_come"].equals(across["base"])
    queue = runs["base"].waiting.sel(crossing="Dustlik").sum("kind")
    passed = queue["time"].values[(queue > 2_000).values][0]
    assert np.datetime64("2010-06-11T18:00") < passed < np.datetime64("2010-06-12T06:00")


def test_the_study_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the small scenario, with two members."""
    monkeypatch.chdir(tmp_path)
    base = small()
    block = snippets(text("README.md"), "python study")[0].replace("members=50", "members=2")
    names = {"base": base, "open_border": base.replace_policies(BORDER, fs.policy.Open()), "fs": fs}
    monkeypatch.setattr(fs, "load", lambda path: names["open_border"])
    exec(compile(block, "README.md", "exec"), names)
    assert "'as reported'" in capsys.readouterr().out
    assert (tmp_path / "contrasts.png").stat().st_size
    assert names["camps"].dims == ("scenario", "sample", "member", "time")


def test_the_block_on_sensitivity_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the small scenario, in fewer runs and one process."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    base = small()
    block = snippets(text("README.md"), "python sensitivity")[0]
    block = block.replace("runs=400,\n    jobs=2", "runs=40,\n    progress=False")
    assert "progress=False" in block
    names = {"base": base, "open_border": base.replace_policies(BORDER, fs.policy.Open()), "fs": fs}
    exec(compile(block, "README.md", "exec"), names)
    assert "chance" in capsys.readouterr().out
    assert (tmp_path / "sensitivity.png").stat().st_size


def test_the_block_on_calibration_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On a small scenario with reports of its own, in fewer runs and one process."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    base = reported()
    block = snippets(text("README.md"), "python calibrate")[0]
    block = block.replace("runs=500, one_in=5, jobs=2", "runs=60, waves=1, progress=False")
    block = block.replace(".csv:20", ".csv:3").replace('border")', 'border", progress=False)')
    assert block.count("progress=False") == 2
    scenarios = {
        "as reported": base,
        "open": base.replace_policies(BORDER, fs.policy.Open()),
    }
    exec(compile(block, "README.md", "exec"), {"base": base, "scenarios": scenarios, "fs": fs})
    told = capsys.readouterr().out
    assert "what was reported" in told
    assert "The intervals hold inputs and chance." in " ".join(told.split())
    assert (tmp_path / "posterior.png").stat().st_size


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


def test_the_block_on_imports_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On made-up files."""
    shutil.copytree(ROOT / "tests/imports/data", tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    exec(compile(snippets(text("README.md"), "python import")[0], "README.md", "exec"), {"fs": fs})
    assert "5 left out" in capsys.readouterr().out
    assert len(fs.load("valley").reports) == 4


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
            assert not word.startswith("kyrgyz") or located(word).exists(), word


def test_the_readme_can_stand_on_the_page_of_an_index() -> None:
    """There a relative link leads nowhere, and a picture must be the file itself."""
    links = re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", text("README.md"))
    assert links
    for picture, link in links:
        assert "://" in link or link.startswith("#"), link
        assert not picture or link.startswith(RAW), link
        if link.startswith(f"{HOME}/"):
            kind = "tree" if (ROOT / here(link).partition("#")[0]).is_dir() else "blob"
            assert link.startswith(f"{HOME}/{kind}/main/"), link


def test_all_files_name_the_same_home() -> None:
    urls = tomllib.loads(text("pyproject.toml"))["project"]["urls"]
    assert urls["Homepage"] == HOME
    for url in urls.values():
        assert url.startswith(HOME)
        assert (ROOT / here(url)).exists() or url in (HOME, f"{HOME}/issues"), url
    assert f'repository-code: "{HOME}"' in text("CITATION.cff")
    assert f"git+{HOME}" in text("README.md")


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", text(page))
    inside = [here(link) for link in links if "://" not in link or link.startswith((HOME, RAW))]
    assert inside
    for link in inside:
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
    assert {name for name, _ in tables} == {
        "targets", "mechanisms", "parameters", "added", "said", "one_in", "sbc", "learnt",
    }  # fmt: skip
    for name, rows in tables:
        assert rows.count("\n|") >= 5, name
