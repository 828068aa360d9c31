"""What a built site holds: no page fetches anything from elsewhere, and every link leads somewhere.

python -m tests.docs.built out/site
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

FETCHES = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"),
    "video": ("src", "poster"), "audio": ("src",), "embed": ("src",), "object": ("data",),
    "link": ("href",), "image": ("href", "xlink:href"), "use": ("href", "xlink:href"),
    "input": ("src",), "track": ("src",),
}  # fmt: skip
"""Attributes by which a browser fetches something without being asked."""
NAMED = ("canonical", "search", "next", "prev", "index", "author", "copyright")
"""Relations of a link that name a page and fetch none."""
REMOTE = re.compile(r"^(?:[a-z]+:)?//", re.IGNORECASE)
IN_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")
IN_SCRIPT = re.compile(
    r"""(?:import\s*\(?|from|fetch\(|importScripts\(|\.src\s*=)\s*["'`](https?:)?//"""
)


class Page(HTMLParser):
    """What a page fetches, links to, and can be linked to by."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self._style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.anchors |= {told[name] for name in ("id", "name") if name in told}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        if tag != "link" or not set(told.get("rel", "").split()) & set(NAMED):
            self.fetched += [told[name] for name in FETCHES.get(tag, ()) if name in told]
        self._style = tag == "style"
        self.fetched += _in_style(told.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self._style:
            self.fetched += _in_style(data)


def _in_style(text: str) -> list[str]:
    return [one or other for one, other in IN_STYLE.findall(text)]


def remote(site: Path) -> Iterator[str]:
    """Everything that a browser would fetch from another host."""
    for file in sorted(site.rglob("*")):
        name = file.relative_to(site)
        if file.suffix == ".html":
            fetched = Page(file.read_text(encoding="utf-8")).fetched
        elif file.suffix == ".css":
            fetched = _in_style(file.read_text(encoding="utf-8"))
        elif file.suffix in (".js", ".mjs"):
            found = IN_SCRIPT.search(file.read_text(encoding="utf-8"))
            fetched = [found[0]] if found else []
            yield from (f"{name}: {one}" for one in fetched)
            continue
        else:
            continue
        yield from (f"{name}: {one}" for one in fetched if REMOTE.match(one))


def broken(site: Path) -> Iterator[str]:
    """Links and assets of the pages that lead nowhere inside the site."""
    found = (file for file in site.rglob("*.html") if "_static" not in file.parts)
    pages = {file: Page(file.read_text(encoding="utf-8")) for file in found}
    for file in sorted(pages):
        for link in dict.fromkeys([*pages[file].links, *pages[file].fetched]):
            if REMOTE.match(link) or re.match(r"^[a-z]+:", link):
                continue
            told, _, anchor = link.partition("#")
            there = (file.parent / unquote(told.partition("?")[0])).resolve() if told else file
            if there.is_dir():
                there /= "index.html"
            if not there.exists():
                yield f"{file.relative_to(site)}: {link}"
            elif anchor and there in pages and unquote(anchor) not in pages[there].anchors:
                yield f"{file.relative_to(site)}: {link} (no such place on that page)"


def main(folder: str) -> int:
    """Print what is wrong; 0 if nothing is."""
    site = Path(folder).resolve()
    wrong = [f"fetched from elsewhere: {one}" for one in remote(site)]
    wrong += [f"leads nowhere: {one}" for one in broken(site)]
    print("\n".join(wrong) or "Nothing is fetched from elsewhere, and every link leads somewhere")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
