"""The command ``flowsim sensitivity``: which uncertain inputs matter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    JOBS,
    OUT,
    PROGRESS,
    RECOMPUTE,
    SCENARIO,
    answering,
    file_name,
    importing,
    is_folder,
    load,
    parent_of,
    terminable,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result, written
from flowsim.cli.run_folder import is_store
from flowsim.folders import refuse_link

if TYPE_CHECKING:
    from flowsim.learn.sensitivity import Sensitivity

FIGURE, TABLE = "sensitivity.png", "sensitivity.csv"


@click.command("sensitivity")
@click.argument("source", metavar="SCENARIO|STORE", type=SCENARIO)
@click.option("--against", metavar="VARIANT", help="Of the difference: SCENARIO less VARIANT.")
@click.option("--outcome", "outcomes", multiple=True, metavar="NAME", help="Several may be given.")
@click.option("--method", type=click.Choice(["morris", "sobol", "pawn", "rbd_fast"]),
              help="morris or sobol of a scenario, pawn or rbd_fast of a store.")  # fmt: skip
@click.option("--runs", type=click.IntRange(min=1), default=400, show_default=True,
              help="At most; those of both scenarios together.")  # fmt: skip
@click.option("--members", type=click.IntRange(min=1), default=1, show_default=True,
              help="Runs of each position, whose mean counts.")  # fmt: skip
@click.option("--input", "inputs", multiple=True, metavar="PATTERN",
              help="Inputs by path or linked[NAME], with * for any text; else all.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--level", type=click.FloatRange(0, 1, True, True), default=0.9, show_default=True)
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE",
              help="Set a value, in both scenarios.")  # fmt: skip
@click.option("-o", "--output", type=click.Path(path_type=Path), callback=is_folder,
              help="Folder of runs, table and figure; else out/NAME_sensitivity.")  # fmt: skip
@JOBS
@RECOMPUTE
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--figure/--no-figure", "drawn", default=True, help="Draw the figure.")
@PROGRESS
@quiet_option
@json_option
def sensitivity_command(
    source: str,
    against: str | None,
    outcomes: tuple[str, ...],
    inputs: tuple[str, ...],
    output: Path | None,
    settings: tuple[str, ...],
    allow_code: bool,
    recompute: bool,
    drawn: bool,
    progress: bool,
    **how: Any,
) -> None:
    """Tell which uncertain inputs of SCENARIO an outcome hangs on.

    Inputs that are linked are one factor, and chance is one. The folder keeps the runs: the same
    command goes on after an interruption. Of the STORE of a study with samples what is there is
    read, and VARIANT is the name of one of its scenarios.
    """
    again = "what is done is kept: the same command goes on from there"
    with answering("the sensitivity analysis failed", again), importing(allow_code):
        of_study = is_store(Path(source))
        own = None if of_study else load(source, settings, allow_code)
        usual = OUT / f"{file_name(own.name)}_sensitivity" if own else Path(source)
        target = output or usual
        for file in (FIGURE, TABLE):
            refuse_link(target / file)  # before anything is run
        asked = {"outcomes": list(outcomes) or None, "inputs": inputs, **how}
        with parent_of(target), terminable():
            if own is None:
                told = _of_store(source, against, asked)
                target.mkdir(exist_ok=True)
            else:
                told = _of_scenarios(
                    own,
                    load(against, settings, allow_code) if against else None,
                    {**asked, "store": target, "progress": progress and not is_quiet(),
                     "on_change": "recompute" if recompute else "refuse"},
                )  # fmt: skip
        _tell(told, target, drawn)


def _of_scenarios(own: Any, against: Any, asked: dict[str, Any]) -> Sensitivity:
    from flowsim.learn.sensitivity import sensitivity

    return sensitivity(own, against, **asked)


def _of_store(store: str, against: str | None, asked: dict[str, Any]) -> Sensitivity:
    from flowsim.learn.sensitivity import sensitivity
    from flowsim.study.runs import open_study

    of_samples = {key: asked[key] for key in ("outcomes", "inputs", "method", "level")}
    return sensitivity(open_study(store), against, **of_samples)


def _tell(told: Sensitivity, target: Path, drawn: bool) -> None:
    files = [target / TABLE]
    told.to_csv(files[0])
    if drawn:
        from flowsim.plot import sensitivity as draw

        files.insert(0, target / FIGURE)
        draw(told).write(files[0])
    rows = told.table.to_dict("records")
    data = {"store": target, "method": told.method, "level": told.level, "note": told.note,
            "files": files, "table": rows}  # fmt: skip
    result(str(told), data)
    written("\n".join(["", *(f"  {path}" for path in files)]))
