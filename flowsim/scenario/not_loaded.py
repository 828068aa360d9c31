"""What is told to whom gives the name of a scenario where the scenario is wanted."""

from __future__ import annotations

import os


def not_loaded(given: object, what: str) -> TypeError:
    """What is raised where something else is given for a Scenario.

    Examples
    --------
    >>> not_loaded("small", "fs.run")
    TypeError("fs.run takes a Scenario, not the text 'small'; load it first: fs.load('small')")
    >>> not_loaded(None, "fs.run")
    TypeError('fs.run takes a Scenario, not NoneType')
    """
    if not isinstance(given, str | os.PathLike):
        return TypeError(f"{what} takes a Scenario, not {type(given).__name__}")
    kind = "text" if isinstance(given, str) else "path"
    name = repr(os.fspath(given))
    right = f"load it first: fs.load({name})"
    return TypeError(f"{what} takes a Scenario, not the {kind} {name}; {right}")
