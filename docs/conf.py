"""How Sphinx builds the site: `make docs`. Nothing in the built pages is fetched from elsewhere.

Formulas are plain text in blocks of code, as the model's pages have them: they read the same on the
site, in an editor and on GitHub, and need no MathJax, whose script would come from another host.
"""

import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "_ext"))

from flowsim.version import __version__  # noqa: E402

project = "flowsim"
author = "The flowsim developers"
copyright = author  # the name that Sphinx asks for
version = release = __version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
    "away_from_docs",
    "generated_tables",
]
exclude_patterns = ["_build", "_ext"]
templates_path = ["_templates"]
nitpicky = True
nitpick_ignore_regex = [
    # Types in numpy's docstrings are words for readers ("float64 array (P, G)"), not names.
    ("py:.*", r".*"),
]
suppress_warnings = [
    "config.cache",  # a function in the configuration of numpydoc cannot be kept between builds
]

# Pages are Markdown; a heading can be linked to as on GitHub.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence"]
myst_links_external_new_tab = False

# The notebooks of examples/, copied here, are run once and again when their code changes.
NOTEBOOKS = HERE / "tutorials" / "notebooks"
nb_execution_mode = "cache"
nb_execution_cache_path = str(ROOT / "out" / "site-notebooks")
nb_execution_timeout = 600
nb_execution_raise_on_error = True
nb_merge_streams = True
nb_ipywidgets_js = {}  # no widget is shown, and these would come from other hosts

autosummary_generate = True
autodoc_typehints = "none"  # they stand in the docstrings, in words
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "pydata_sphinx_theme"
html_title = "flowsim"
html_static_path = ["_static"]
html_css_files = ["flowsim.css"]
html_show_sourcelink = False
html_copy_source = False
html_last_updated_fmt = None
html_theme_options = {
    "navigation_with_keys": False,
    "show_prev_next": True,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": ["theme-version"],
    "pygments_light_style": "tango",
    "pygments_dark_style": "github-dark",
    "header_links_before_dropdown": 6,
    "show_nav_level": 1,
}
html_sidebars = {
    page: [] for page in ("index", "start", "validation", "border_2010", "limits", "speed")
}


def copy_notebooks() -> None:
    """Put the notebooks where Sphinx reads them; what has not changed stays."""
    NOTEBOOKS.mkdir(parents=True, exist_ok=True)
    there = {path.name: path for path in sorted((ROOT / "examples").glob("*.ipynb"))}
    for old in NOTEBOOKS.glob("*.ipynb"):
        if old.name not in there:
            old.unlink()
    for name, path in there.items():
        copy = NOTEBOOKS / name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


copy_notebooks()
