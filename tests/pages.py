"""The pages that people read: the README, MODEL.md, and all under docs."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MODEL = DOCS / "model"
HOME = "https://github.com/flowsim-developers/flowsim"
RAW = HOME.replace("github.com", "raw.githubusercontent.com") + "/main"
BUILT = ("_build", "tutorials/notebooks", "_generated")
"""What `make docs` leaves below docs."""


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def model() -> str:
    """All that is said of the model, in the order in which MODEL.md names its pages."""
    found = re.findall(r"\]\(docs/model/(\w+\.md)", read(ROOT / "MODEL.md"))
    return "\n".join(read(MODEL / name) for name in dict.fromkeys(found))


def model_page_with(text: str) -> Path:
    """The one page on the model that holds a text."""
    (page,) = [path for path in sorted(MODEL.glob("*.md")) if text in read(path)]
    return page


def pages() -> list[Path]:
    """All pages, those of the site first."""
    written = [
        p
        for p in sorted(DOCS.rglob("*.md"))
        if not p.relative_to(DOCS).as_posix().startswith(BUILT)
    ]
    return [*written, ROOT / "README.md", ROOT / "MODEL.md"]


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a page in a language, or in one with a mark behind it."""
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def table(page: str, name: str) -> str:
    """What stands between the marks of a table."""
    return page.split(f"<!-- table: {name} -->\n")[1].split("<!-- end -->")[0]


def anchor(heading: str) -> str:
    """What a link to a heading says, as GitHub and the site make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """Where a link into a page can lead."""
    return {anchor(told) for told in re.findall(r"^#+ (.*)$", read(page), re.MULTILINE)}
