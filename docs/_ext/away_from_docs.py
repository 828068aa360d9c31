"""Links that lead out of docs/ are made to lead to the site's own copy, or to the repository.

On GitHub and in an editor `../../examples/01_first_run.ipynb` is a file; on the site the notebook
is a page, and any other file of the repository is where its home is.
"""

import os
import re
from pathlib import Path

HOME = "https://github.com/flowsim-developers/flowsim"
LINK = re.compile(r"(\]\()([^)\s\"\\]+)")


def led_from(docs: Path, page: Path, link: str) -> str:
    """A link of a page as the site has it; one that stays in docs is as it was."""
    if "://" in link or link.startswith(("#", "mailto:")):
        return link
    name, mark, anchor = link.partition("#")
    file = Path(os.path.normpath(page.parent / name))
    root = docs.parent
    folder = file.is_dir()  # the site has pages and no listings
    if not file.is_relative_to(root) or (file.is_relative_to(docs) and not folder):
        return link
    inside = file.relative_to(root)
    if inside.parts[0] == "examples" and file.suffix == ".ipynb":
        led = docs / "tutorials" / "notebooks" / file.name
        return Path(os.path.relpath(led, page.parent)).as_posix() + mark + anchor
    kind = "tree" if folder else "blob"
    return f"{HOME}/{kind}/main/{inside.as_posix()}{mark}{anchor}"


def rewrite(app, name, source):
    """Change the links of a page; those of a notebook start where the notebook comes from."""
    docs = Path(app.srcdir)
    page = Path(app.env.doc2path(name))
    notebook = page.suffix == ".ipynb"
    written = docs.parent / "examples" / page.name if notebook else page

    def led(found: re.Match[str]) -> str:
        link = found[2]
        if notebook and "://" not in link and not link.startswith("#"):
            told = Path(os.path.normpath(written.parent / link.partition("#")[0]))
            link = os.path.relpath(told, page.parent) + link[len(link.partition("#")[0]) :]
        return found[1] + led_from(docs, page, link)

    source[0] = LINK.sub(led, source[0])


def setup(app):
    """Ask Sphinx to have each page changed as it is read."""
    app.connect("source-read", rewrite)
    return {"parallel_read_safe": True}
