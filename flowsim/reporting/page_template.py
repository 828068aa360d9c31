"""The page itself: a template that escapes all that is put into it, its style and its script."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from flowsim.reporting.embedded import scripts
from flowsim.shown import plain

TEMPLATES = ("report.html.j2", "parts.html.j2")


def rendered(contents: dict[str, Any]) -> str:
    """The page with its contents."""
    folder = files("flowsim.reporting") / "templates"
    texts = {name: (folder / name).read_text("utf-8") for name in TEMPLATES}
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.finalize = _shown
    style, script = ((folder / name).read_text("utf-8") for name in ("report.css", "report.js"))
    page: str = environment.get_template(TEMPLATES[0]).render(
        **contents,
        style=Markup(style),
        script=Markup(script),
        bokeh=[Markup(text) for text in scripts()],
    )
    return page


def _shown(value: Any) -> Any:
    """Texts of files without characters that turn text around; what is ready stays."""
    return plain(value) if isinstance(value, str) and not isinstance(value, Markup) else value
