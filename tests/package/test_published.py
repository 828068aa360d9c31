"""What tells others of flowsim agrees: versions, names, licence, Pythons, dependencies, targets."""

from __future__ import annotations

import datetime
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import flowsim as fs
from tests.package.published import FILES, ROOT, citation, conda_needs, project, pythons

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
PAPER = ROOT / "paper"


def plain(path: Path) -> Any:
    """A YAML file of one document."""
    return YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
def test_files_made_from_the_project_are_as_it_is(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name](), "run: make metadata"


def test_the_citation_agrees_with_the_project() -> None:
    told, cited = project(), citation()
    assert cited["cff-version"] == "1.2.0"
    assert (cited["version"], cited["license"]) == (told["version"], told["license"])
    assert cited["keywords"] == told["keywords"]
    assert [author["name"] for author in cited["authors"]] == [a["name"] for a in told["authors"]]
    assert cited["repository-code"] == told["urls"]["Homepage"]
    assert cited["title"].startswith(f"{told['name']}: ")
    assert fs.__version__ == told["version"]


def test_the_licence_is_the_one_that_is_named() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert project()["license"] == "BSD-3-Clause"
    assert text.startswith("BSD 3-Clause License")
    assert project()["authors"][0]["name"] in text.splitlines()[2]


def test_the_changelog_has_a_section_of_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(project()['version'])} \(.+\)$", text, re.MULTILINE)


def test_the_recipe_asks_for_what_the_project_asks_for() -> None:
    made = plain(ROOT / "recipe" / "recipe.yaml")
    run = made["requirements"]["run"]
    assert run == [f"python {project()['requires-python']}", *conda_needs()]
    named = {need.split()[0] for need in run}
    wanted = {re.split(r"[\[<>=]", need)[0] for need in project()["dependencies"]}
    renamed = {"matplotlib": "matplotlib-base", "tzdata": "python-tzdata"}
    assert named == {"python", "networkx"} | {renamed.get(name, name) for name in wanted}
    assert made["context"]["version"] == project()["version"]
    (built,) = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert built.replace(">=", " >=") in made["requirements"]["host"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_workflows_call_targets_that_there_are_on_pythons_that_we_say(path: Path) -> None:
    told = plain(path)
    assert set(told) >= {"name", "on", "permissions", "jobs"}
    assert told["name"] == path.stem
    assert told["permissions"] == {"contents": "read"}  # more is given to single jobs
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    used = []
    for job in told["jobs"].values():
        assert set(job.get("needs", "").split()) <= set(told["jobs"])
        assert job["runs-on"] == "ubuntu-latest"
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            if "uses" in step:
                assert re.fullmatch(r"[\w-]+/[\w.-]+@(v\d+|release/v\d+)", step["uses"])
            used += re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
            version = step.get("with", {}).get("python-version")
            assert version is None or version in (*pythons(), "${{ matrix.python }}")
        if "strategy" in job:
            assert job["strategy"]["matrix"]["python"] == pythons()
    assert set(used) <= targets | {"docs"}
    assert used or path.stem == "docs"


def test_workflows_cover_tests_site_and_release() -> None:
    assert [path.stem for path in WORKFLOWS] == ["docs", "release", "tests"]
    release = plain(ROOT / ".github" / "workflows" / "release.yml")
    index = release["jobs"]["index"]
    assert index["permissions"] == {"id-token": "write"}  # a trusted publisher, and no secret
    assert "secrets." not in (ROOT / ".github" / "workflows" / "release.yml").read_text()


@pytest.mark.parametrize("path", [p for p in FORMS if p.stem != "config"], ids=lambda p: p.stem)
def test_forms_of_issues_are_forms(path: Path) -> None:
    told = plain(path)
    assert set(told) <= {"name", "description", "labels", "body", "title"}
    assert told["name"]
    assert told["description"]
    ids = [part["id"] for part in told["body"]]
    assert len(set(ids)) == len(ids)
    for part in told["body"]:
        assert part["type"] in ("input", "textarea", "dropdown", "checkboxes")
        assert part["attributes"]["label"]
    assert any(part.get("validations", {}).get("required") for part in told["body"])


def test_hooks_before_a_commit_use_the_tools_of_the_checkout() -> None:
    (repository,) = plain(ROOT / ".pre-commit-config.yaml")["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        assert hook["language"] == "system"
        assert re.match(r"\.venv/bin/(ruff|flowsim) ", hook["entry"])
    (pattern,) = (hook["files"] for hook in repository["hooks"] if "files" in hook)
    found = [p.relative_to(ROOT).as_posix() for p in ROOT.glob("scenarios/*/scenario.yaml")]
    assert len(found) == len([name for name in found if re.search(pattern, name)]) > 3


def pages() -> str:
    """The description of the model, wherever it stands."""
    files = [ROOT / "README.md", ROOT / "MODEL.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def test_the_paper_cites_what_the_model_s_description_cites() -> None:
    text = (PAPER / "paper.md").read_text(encoding="utf-8")
    works = (PAPER / "paper.bib").read_text(encoding="utf-8")
    entries = dict(re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", works, re.DOTALL | re.MULTILINE))
    assert set(re.findall(r"@(\w+)", text)) == set(entries)
    described = pages()
    for entry in entries.values():
        told = dict(re.findall(r"(\w+) = \{(.*)\}", entry))
        surname, title = told["author"].partition(",")[0], re.sub(r"[{}]", "", told["title"])
        (line,) = [row for row in described.splitlines()
                   if row.startswith("- ") and title.casefold() in row.casefold()]  # fmt: skip
        assert surname in line
        assert f"({told['year']})" in line
        assert all(
            told[key].replace("--", "-") in line for key in ("volume", "pages") if key in told
        )


def test_the_paper_says_no_number_that_the_pages_do_not() -> None:
    head, _, body = (PAPER / "paper.md").read_text(encoding="utf-8").partition("\n---\n")
    told = YAML(typ="safe", pure=True).load(head.removeprefix("---\n"))
    assert told["bibliography"] == "paper.bib"
    assert {"title", "tags", "authors", "affiliations", "date"} <= set(told)
    datetime.datetime.strptime(told["date"], "%d %B %Y")
    assert told["authors"][0]["name"] == project()["authors"][0]["name"]
    means = re.search(r"^\| \*\*mean\*\* \|.*$", pages(), re.MULTILINE)
    assert means is not None
    numbers = re.findall(r"\b0\.\d+\b", body)
    assert len(numbers) == 3
    assert all(f"**{number}**" in means[0] for number in numbers)
    assert 600 < len(body.split()) < 1000


def test_they_read_as_a_page() -> None:
    """Each names the file or the target that it sends people to, and these are there."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for name in ("CONTRIBUTING.md", "CODE_OF_CONDUCT.md", ".github/PULL_REQUEST_TEMPLATE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        links = re.findall(r"flowsim-developers/flowsim/(?:blob|tree)/main/([\w./-]+)", text)
        assert all((ROOT / link).exists() for link in links), links
        assert set(re.findall(r"`make ([a-z-]+)`", text)) <= targets
    assert json.loads((ROOT / "codemeta.json").read_text())["name"] == project()["name"]
