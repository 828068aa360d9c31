"""What README.md, MODEL.md and the pages of the site point to is there, and tables are filled."""

import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

import flowsim as fs
from flowsim.behaviour.config import Behaviour
from flowsim.scenario.differences import Written, differences
from flowsim.scenario.load import read_whole
from tests.pages import DOCS, HOME, MODEL, RAW, ROOT, anchors, blocks, model, pages, read

LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")
SHORT_BYTES = 8_000


def here(link: str) -> str:
    """What a link into the repository leads to, from its root; another as it is."""
    return re.sub(rf"^(?:{HOME}/(?:blob|tree)/main|{RAW})/", "", link)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_readme_is_short() -> None:
    """What it is, two commands, one script, one picture, and where to go next."""
    text = read(ROOT / "README.md")
    assert len(text.encode()) < SHORT_BYTES
    assert text.count("![") == 1
    assert len(blocks(text, "sh")) == len(blocks(text, "python")) == 1


def test_the_policies_of_the_page_act() -> None:
    """Each of them changes what happens at the border of June 2010, the function among them."""
    page = DOCS / "howto" / "policy.md"
    (block,) = blocks(read(page), "python")
    above = read(page)[: read(page).index(block)].count("\n")  # a function is known by its source
    names: dict[str, Any] = {}
    exec(compile("\n" * above + block, page, "exec"), names)
    across, runs = {}, {}
    for policy in ("base", "with_relief", "first_come", "by_day"):
        short = names[policy].with_values({"end": "2010-06-13T12:00", "population.one_in": 10})
        runs[policy] = fs.run(short, seed=1)
        across[policy] = runs[policy].crossed(by_kind=True).isel(time=-1)
    total = {policy: int(persons.sum()) for policy, persons in across.items()}
    assert total["with_relief"] > 1.1 * total["base"]
    assert total["by_day"] < 0.5 * total["base"]
    assert not across["first_come"].equals(across["base"])
    queue = runs["base"].waiting.sel(crossing="Dustlik").sum("kind")
    passed = queue["time"].values[(queue > 2_000).values][0]
    assert np.datetime64("2010-06-11T18:00") < passed < np.datetime64("2010-06-12T06:00")


def test_the_policies_that_a_page_writes_into_a_file_are_valid(tmp_path: Path) -> None:
    (block,) = blocks(read(DOCS / "howto" / "policy.md"), "yaml policies")
    told = YAML(typ="safe", pure=True).load(block)
    base = fs.load("kyrgyz_uzbek_2010").with_values({"end": "2010-06-11T00:00"})
    at = "borders[Kyrgyzstan-Uzbekistan].authorities[Uzbekistan].policies"
    found = base.with_values({at: told}).borders[0].authorities
    (policies,) = [side.policies for side in found if side.country == "Uzbekistan"]
    assert [policy.type for policy in policies] == ["quota", "reactive"]


def test_the_variant_of_the_page_changes_what_it_says(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scenarios/kyrgyz_uzbek_2010", tmp_path / "june")
    shown = blocks(read(DOCS / "howto" / "scenario.md"), "yaml")
    (block,) = (found for found in shown if found.startswith("extends:"))
    file = tmp_path / "june/variants/of_the_page.yaml"
    file.write_text(block, encoding="utf-8")
    new, base = (read_whole(path) for path in (file, tmp_path / "june"))
    found = differences(Written(base.scenario), Written(new.scenario))
    assert [(d.kind, d.path.rpartition("policies")[2]) for d in found if d.path != "name"] == [
        ("changed", "[who is let in].barred"),
        ("removed", "[push-back of 11 June]"),
        ("added", "[daily quota]"),
    ]


def test_the_readme_can_stand_on_the_page_of_an_index() -> None:
    """There a relative link leads nowhere, and a picture must be the file itself."""
    links = LINK.findall(read(ROOT / "README.md"))
    assert links
    for picture, link in links:
        assert "://" in link or link.startswith("#"), link
        assert not picture or link.startswith(RAW), link
        if link.startswith(f"{HOME}/"):
            kind = "tree" if (ROOT / here(link).partition("#")[0]).is_dir() else "blob"
            assert link.startswith(f"{HOME}/{kind}/main/"), link


def test_all_files_name_the_same_home() -> None:
    urls = tomllib.loads(read(ROOT / "pyproject.toml"))["project"]["urls"]
    assert urls["Homepage"] == HOME
    for url in urls.values():
        assert url.startswith(HOME)
        assert (ROOT / here(url)).exists() or url in (HOME, f"{HOME}/issues"), url
    assert f'repository-code: "{HOME}"' in read(ROOT / "CITATION.cff")
    assert f"git+{HOME}" in read(DOCS / "start.md")


MADE = "reference/generated/"
"""Pages of functions are there only once the site is built."""


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for _, link in LINK.findall(read(page)):
        if ("://" in link and not link.startswith((HOME, RAW))) or link in (HOME, f"{HOME}/issues"):
            continue
        told, _, heading = here(link).partition("#")
        start = ROOT if link.startswith((HOME, RAW)) else page.parent
        file = (start / told).resolve() if told else page
        if file.relative_to(DOCS).as_posix().startswith(MADE) if file.is_relative_to(DOCS) else 0:
            continue
        assert file.exists(), link
        assert not heading or heading in anchors(file), link


def test_every_page_of_the_site_is_in_a_table_of_contents() -> None:
    """Sphinx says so as well, and makes the pages of functions and notebooks."""
    listed = set()
    for page in pages():
        for tree in blocks(read(page), r"\{toctree\}"):
            lines = [line for line in tree.splitlines() if line and not line.startswith(":")]
            entries = [re.sub(r".*<(.*)>", r"\1", line) for line in lines]
            listed |= {(page.parent / f"{entry}.md").resolve() for entry in entries}
    written = {page for page in pages() if page.is_relative_to(DOCS)} - {DOCS / "index.md"}
    assert sorted(map(name, written - listed)) == []


@pytest.mark.parametrize("room", ["", "evidence", "outlines", "plot", "policy"])
def test_the_page_of_functions_has_every_public_name(room: str) -> None:
    module = getattr(fs, room) if room else fs
    page = read(DOCS / "reference" / "api.md")
    of_room = page.split(f".. currentmodule:: {module.__name__}\n")[1:]
    blocks_of_room = "".join(part.split("```")[0] for part in of_room)
    listed = set(re.findall(r"^   (\w+)$", blocks_of_room, re.MULTILINE))
    told = set(re.findall(r"`(\w+)`", page))
    modules = {"__version__", "evidence", "outlines", "plot", "policy"}
    assert set(module.__all__) - listed - told - modules == set()
    assert listed <= set(module.__all__)


def test_model_md_names_the_page_of_every_section() -> None:
    contents = read(ROOT / "MODEL.md")
    headings = re.findall(r"^#+ (\d+(?:\.\d+)?) ([A-Z].*)$", model(), re.MULTILINE)
    assert len({number for number, _ in headings}) >= 27
    for number, words in headings:
        assert re.search(
            rf"^\| {re.escape(number)} {re.escape(words.partition(':')[0])}", contents, re.MULTILINE
        ), words


def test_sections_that_texts_name_are_there() -> None:
    """Code, messages, tests and pages say "MODEL.md 7.9"; it has such a section."""
    known = set(re.findall(r"^\| (\d+(?:\.\d+)?) ", read(ROOT / "MODEL.md"), re.MULTILINE)) | {"7"}
    files = [p for room in ("flowsim", "scenarios", "examples") for p in (ROOT / room).rglob("*")]
    texts = [read(p) for p in files if p.suffix in (".py", ".md", ".yaml", ".ipynb")]
    told = re.findall(
        r"MODEL\.md,? \(?(?:section )?(\d+(?:\.\d+)?)", "\n".join([*texts, *map(read, pages())])
    )
    assert len(told) > 50
    assert sorted(set(told) - known) == []


def test_the_model_pages_name_every_parameter_of_behaviour() -> None:
    body = model()
    missing = [
        f"{section}.{name}"
        for section, values in Behaviour()
        for name in type(values).model_fields
        if name != "source" and f"`{section}.{name}`" not in body
    ]
    assert not missing


def test_the_tables_of_the_model_pages_are_filled() -> None:
    tables = re.findall(r"<!-- table: (\w+) -->\n(.*?)<!-- end -->", model(), re.DOTALL)
    assert {name for name, _ in tables} == {
        "targets", "mechanisms", "parameters", "added", "said", "one_in", "sbc", "learnt",
        "discrepancy", "discrepancies", "other_tools",
    }  # fmt: skip
    for name, rows in tables:
        assert rows.count("\n|") >= 5, name


def test_pages_of_the_model_are_of_a_length_that_one_reads() -> None:
    for page in MODEL.glob("*.md"):
        assert len(read(page)) < 18_000, page.name
