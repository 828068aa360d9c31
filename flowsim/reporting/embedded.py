"""The map that plays as data and scripts within a page, the same bytes each time."""

from __future__ import annotations

import json
import re
from typing import Any

from flowsim.interactive import Playback

REMOTE = re.compile(r"https?://(?!www\.w3\.org/)[\w.-]+[\w./@?&=%~-]*")
"""Addresses in Bokeh's own scripts, but for names of XML. Some would be fetched: MathJax where a
text looks like a formula, Google's maps, a font of icons."""
NOWHERE = "data:,"


def scripts() -> list[str]:
    """Bokeh's scripts, without any address that could be fetched."""
    from bokeh.resources import Resources

    inline = Resources(mode="inline", components=["bokeh", "bokeh-widgets"], log_level="warn")
    return [REMOTE.sub(NOWHERE, script) for script in inline.js_raw]


def film(play: Playback, target: str) -> str:
    """A playback as JSON that ``Bokeh.embed.embed_item`` shows in the element ``target``."""
    from bokeh.embed import json_item

    item = _renumbered(json_item(play.layout, target))
    text = json.dumps(item, separators=(",", ":"), ensure_ascii=True)
    return text.replace("<", "\\u003c")  # no text ends the script that it stands in


def _renumbered(item: Any) -> Any:
    """The same with the numbers of Bokeh's models counted from 1 in the order they are met in.

    Bokeh counts on over all that a process has made.
    """
    known: dict[str, str] = {}

    def new(name: str) -> str:
        return known.setdefault(name, f"m{len(known) + 1}")

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: new(part) if key in ("id", "root_id") and isinstance(part, str) else walk(part)
                for key, part in value.items()
            }
        return [walk(part) for part in value] if isinstance(value, list | tuple) else value

    return walk(item)
