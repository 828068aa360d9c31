"""The command ``flowsim diff``: what a scenario has otherwise than the one it extends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import ALLOW_CODE, SCENARIO, answering, importing
from flowsim.cli.output import json_option, quiet_option, result
from flowsim.shown import plain

if TYPE_CHECKING:
    from flowsim.scenario.differences import Difference, Written


@click.command("diff")
@click.argument("scenario", type=SCENARIO)
@click.argument("other", required=False, type=SCENARIO)
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@quiet_option
@json_option
def diff_command(scenario: str, other: str | None, allow_code: bool) -> None:
    """Print every value of SCENARIO that is otherwise in OTHER, or in what SCENARIO extends.

    A line is file:line: path: value in OTHER -> value in SCENARIO; values are whole with --json.
    Exit status 0, whether they differ or not; 2: one of them is wrong.
    """
    with answering("it failed", "nothing was compared"), importing(allow_code):
        from flowsim.scenario.differences import differences

        new, base = _read(scenario, allow_code)
        if other is None and base is None:
            raise click.UsageError(f"{scenario} extends nothing; name OTHER to compare it with")
        old = _read(other if other is not None else str(base), allow_code)[0]
        found = differences(old, new)
        sides = other or str(base), scenario
        result(_as_text(found, *sides), _as_data(found, *sides))


def _read(name: str, allow_code: bool) -> tuple[Written, Path | None]:
    """A scenario, where it is written, and the file that it extends."""
    from flowsim import readers
    from flowsim.scenario.differences import Written
    from flowsim.scenario.load import is_scenario, read_whole
    from flowsim.scenario.shipped import located

    where = located(name)
    if is_scenario(where):
        whole = read_whole(where, allow_code)
        return Written(whole.scenario, whole.root, whole.replaced), whole.extends
    return Written(readers.load(where, allow_code)), None


def _as_data(found: list[Difference], old: str, new: str) -> dict[str, Any]:
    rows = [
        {"path": d.path, "kind": d.kind, "old": d.old, "new": d.new,
         "file": d.at.file, "line": d.at.line}
        for d in found
    ]  # fmt: skip
    return {"old": old, "new": new, "differences": rows}


def _as_text(found: list[Difference], old: str, new: str) -> str:
    count = f"{len(found)} difference{'s' if len(found) != 1 else ''}"
    lines = [f"{old} -> {new}", *map(_line, found), count]
    return "\n".join(map(plain, lines))


def _line(found: Difference) -> str:
    from flowsim.scenario.differences import in_words

    at = f"{found.at.file}:{found.at.line}: " if found.at.file else ""
    said = {
        "changed": f"{in_words(found.old)} -> {in_words(found.new)}",
        "added": f"added: {in_words(found.new)}",
        "removed": f"removed: {in_words(found.old)}",
        "reordered": "in another order",
        "replaced": "the whole list is replaced",
    }[found.kind]
    if found.kind == "replaced" and found.old:
        said += f", without {in_words(found.old)}"
    return f"{at}{found.path}: {said}"
