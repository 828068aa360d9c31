"""A crisis in one JSON file, ``NAME.crisis.json``: the reader ``crisis-json``.

The file has ``places`` and ``events``, lists of mappings with the columns of flowsim's own tables,
and may have further tables and fields of a scenario.
"""

from __future__ import annotations

import json
from pathlib import Path

from flowsim import Problem, Scenario, ScenarioError
from flowsim.readers import Reader

ENDING = ".crisis.json"
MOST_BYTES = 8 * 2**20


def knows(path: Path) -> bool:
    """Whether a path is of this format."""
    return path.name.endswith(ENDING) and path.is_file()


def read(path: Path, allow_code: bool) -> Scenario:
    """A crisis in one JSON file with places and events."""
    if path.stat().st_size > MOST_BYTES:
        wrong = f"the file is larger than {MOST_BYTES // 2**20} MB"
        raise ScenarioError([Problem("", wrong, "give a smaller one", str(path), 1, 1)])
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        spot = (str(path), error.lineno, error.colno)
        raise ScenarioError([Problem("", error.msg, "write it as JSON", *spot)]) from None
    if not isinstance(told, dict) or "places" not in told:
        wrong = "there are no places"
        raise ScenarioError([Problem("places", wrong, "give a list of them", str(path), 1, 1)])
    return Scenario.from_frames(**{"name": path.name.removesuffix(ENDING), **told})


READER = Reader("crisis-json", knows, read)
