"""The command ``flowsim check``: scenarios held against their baselines."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    JOBS,
    answering,
    ends_in,
    file_name,
    importing,
    is_folder,
    parent_of,
    terminable,
)
from flowsim.cli.output import json_option, quiet_option, result, say, wants_json, written

if TYPE_CHECKING:
    from flowsim.check.read import Asked
    from flowsim.check.verdict import Verdict

SCENARIOS = Path("scenarios")


@click.command("check")
@click.argument("scenarios", nargs=-1, type=click.Path(path_type=Path), metavar="[SCENARIO...]")
@click.option("--level", type=click.Choice(["exact", "statistical"]), default="exact",
              show_default=True,
              help="The same numbers, or the same distribution over members.")  # fmt: skip
@click.option("--update", "reason", metavar="REASON", help="Write the baselines again, and why.")
@click.option("--false-alarm", type=click.FloatRange(0, 1, True, True), default=0.01,
              show_default=True,
              help="Of all scenarios together, at the statistical level.")  # fmt: skip
@JOBS
@click.option("--junit", type=click.Path(path_type=Path),
              callback=ends_in((".xml",), "JUnit"), help="Write JUnit XML there.")  # fmt: skip
@click.option("--summary", type=click.Path(path_type=Path),
              callback=ends_in((".md", ".markdown"), "Markdown"),
              help="Write Markdown there.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), callback=is_folder,
              help="Folder for a figure of each scenario that moved.")  # fmt: skip
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@quiet_option
@json_option
def check_command(
    scenarios: tuple[Path, ...],
    level: Any,
    reason: str | None,
    false_alarm: float,
    jobs: int,
    junit: Path | None,
    summary: Path | None,
    output: Path | None,
    allow_code: bool,
) -> None:
    """Hold each SCENARIO against the baseline in its folder; else all below scenarios/.

    A check.yaml beside it says which outcomes, members and tolerance. Exit status 0: held; 1:
    moved, or there is no baseline, or no scenario to one; 2: wrong input or usage.
    """
    if reason is not None and not reason.strip():
        raise click.UsageError("--update needs a reason; say why the baseline moves")
    with answering("the check failed"), importing(allow_code):
        from flowsim.check.read import read_checks

        asked = read_checks(scenarios or _all(), allow_code)
        with terminable():
            if reason is not None:
                _update(asked, reason, jobs)
                return
            verdicts = _held(asked, level, false_alarm, jobs)
        _write(verdicts, junit, summary)
        if output is not None:
            _draw(verdicts, output)
        kept = sum(v.held for v in verdicts)
        result(f"{kept} of {len(verdicts)} held", [_plain(verdict) for verdict in verdicts])
    if kept < len(verdicts):
        raise SystemExit(1)


def _all() -> Sequence[Path]:
    from flowsim.check.read import folders

    found = folders(SCENARIOS) if SCENARIOS.is_dir() else []
    if not found:
        raise click.UsageError(f"there is no scenario below {SCENARIOS}/; name one")
    return found


def _held(asked: list[Asked], level: Any, false_alarm: float, jobs: int) -> list[Verdict]:
    from flowsim.check.guard import hold

    verdicts = []
    for one in asked:
        verdicts.append(hold(one, level, false_alarm, len(asked), jobs))
        if not wants_json():
            say(str(verdicts[-1]))
    return verdicts


def _update(asked: list[Asked], reason: str, jobs: int) -> None:
    from flowsim.check.guard import update
    from flowsim.scenario.shipped import is_installed

    lost = [one.name for one in asked if one.scenario is None]
    if lost:
        raise click.UsageError(f"{', '.join(lost)}: the baseline belongs to no scenario; remove it")
    shipped = [one.name for one in asked if is_installed(one.folder)]
    if shipped:
        told = f"{', '.join(shipped)}: the installed package is not written to"
        raise click.UsageError(f"{told}; copy the folder, and update the copy")
    for one in asked:
        update(one, reason, jobs)
        written(f"{one.name}: the baseline is written")
    if wants_json():
        result("", [{"name": one.name, "updated": True} for one in asked])


def _plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict as data; its lines are those of the text."""
    changes = [
        {"outcome": c.outcome, "unit": c.unit, "before": c.before, "after": c.after, "p": c.p,
         "where": [str(spot) for spot in c.where]}
        for c in verdict.changes
    ]  # fmt: skip
    told = {name: getattr(verdict, name) for name in ("name", "level", "held", "since", "seconds")}
    lines = {"lines": verdict.lines(), "notes": verdict.notes}
    return {**told, "changes": changes, **lines}


def _write(verdicts: list[Verdict], junit: Path | None, summary: Path | None) -> None:
    from flowsim.check import papers
    from flowsim.folders import whole_file

    for path, paper in ((junit, papers.junit), (summary, papers.markdown)):
        if path is not None:
            with parent_of(path), whole_file(path, replace=True) as made:
                made.write_text(paper(verdicts), encoding="utf-8")


def _draw(verdicts: list[Verdict], folder: Path) -> None:
    """A figure of each scenario that moved."""
    moved = [v for v in verdicts if not v.held and v.outcomes]
    if not moved:
        return
    from flowsim.check.drawing import drawn

    with parent_of(folder):
        folder.mkdir(exist_ok=True)
        for verdict in moved:
            path = folder / f"{file_name(verdict.name)}.png"
            drawn(verdict).write(path)
            written(f"  {path}")
