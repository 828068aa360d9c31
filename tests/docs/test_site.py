"""The site builds without a warning, fetches nothing from elsewhere, and leads somewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.children import PATIENCE_S
from tests.docs.built import broken, remote
from tests.full import only_full
from tests.pages import DOCS, ROOT, blocks, pages, read

REMOTE = """\
<link rel="stylesheet" href="https://example.org/a.css"><img src="//example.org/b.png">
<p style="background: url(http://example.org/c.png)"><a href="https://example.org">out</a>
<script src="local.js"></script><link rel="canonical" href="https://example.org/">
"""
BROKEN = '<h1 id="here">x</h1><a href="#here"></a><a href="#gone"></a><a href="other.html#a"></a>'


def test_what_is_fetched_from_elsewhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(REMOTE)
    (tmp_path / "style.css").write_text("@import 'https://example.org/d.css'; a { color: red }")
    (tmp_path / "local.js").write_text("import('https://example.org/e.js')")
    found = list(remote(tmp_path))
    assert [one.split(": ", 1)[0] for one in found] == ["local.js", *["page.html"] * 3, "style.css"]


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(BROKEN)
    (tmp_path / "other.html").write_text("<p id='b'>")
    assert [one.split()[1] for one in broken(tmp_path)] == ["#gone", "other.html#a"]


def test_formulas_need_no_script_from_elsewhere() -> None:
    """Sphinx would load MathJax from its host for a page with a formula in TeX."""
    for page in pages():
        text = read(page)
        assert "{math}" not in text, page
        assert not blocks(text, "math"), page
    sources = [path for path in (ROOT / "flowsim").rglob("*.py") if ":math:" in read(path)]
    assert sources == []
    assert "dollarmath" not in read(DOCS / "conf.py")


@only_full
def test_the_site_builds(tmp_path: Path) -> None:
    """Without running the notebooks, which `make docs` does, and tests of their own do."""
    words = ["-E", "-W", "--keep-going", "-q", "-D", "nb_execution_mode=off"]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *words, "-d", tmp_path / "trees", DOCS, tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(remote(tmp_path / "site")) == []
    assert list(broken(tmp_path / "site")) == []
