"""The command ``flowsim calibrate``: what the reports say of the uncertain inputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim import suffixes
from flowsim.cli.answer import (
    ALLOW_CODE,
    JOBS,
    OUT,
    PROGRESS,
    RECOMPUTE,
    SCENARIO,
    answering,
    ends_in,
    file_name,
    importing,
    is_folder,
    load,
    parent_of,
    terminable,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result, written
from flowsim.folders import refuse_link

if TYPE_CHECKING:
    from flowsim.learn.posterior import Posterior

FIGURE = "posterior.png"


@click.command("calibrate")
@click.argument("source", metavar="SCENARIO", type=SCENARIO)
@click.option("-o", "--output", type=click.Path(path_type=Path),
              callback=ends_in(suffixes.CSV, "a posterior", needed=True),
              help="The posterior; else posterior.csv in the folder of runs. Beside the scenario, "
              "as posterior.csv, it is what --samples posterior draws from.")  # fmt: skip
@click.option("--input", "inputs", multiple=True, metavar="PATTERN",
              help="Inputs by path or linked[NAME], with * for any text; else all.")  # fmt: skip
@click.option("--runs", type=click.IntRange(min=1), default=2000, show_default=True,
              help="At most, in all.")  # fmt: skip
@click.option("--one-in", type=click.IntRange(min=1), help="Run one household in so many.")
@click.option("--waves", type=click.IntRange(min=1), default=3, show_default=True,
              help="Of history matching, at most.")  # fmt: skip
@click.option("--rows", type=click.IntRange(min=1), default=200, show_default=True,
              help="Samples of the posterior.")  # fmt: skip
@click.option("--leave-out", type=click.Choice(["originator"]),
              help="Also tell the reports of each originator by those of all others.")  # fmt: skip
@click.option("--check-at-full", type=click.IntRange(min=0), default=0, show_default=True,
              help="Run so many samples with the whole population as well.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@click.option("--store", type=click.Path(path_type=Path), callback=is_folder,
              help="Folder of runs and figure; else out/NAME_calibration.")  # fmt: skip
@JOBS
@RECOMPUTE
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--figure/--no-figure", "drawn", default=True, help="Draw the figure.")
@PROGRESS
@quiet_option
@json_option
def calibrate_command(
    source: str,
    output: Path | None,
    store: Path | None,
    settings: tuple[str, ...],
    allow_code: bool,
    recompute: bool,
    drawn: bool,
    progress: bool,
    **how: Any,
) -> None:
    """Learn the uncertain inputs of SCENARIO from its reports with `use: fit`.

    Inputs that are linked are one. The folder keeps the runs: the same command goes on after an
    interruption, and ends with the same bytes.
    """
    again = "what is done is kept: the same command goes on from there"
    with answering("the calibration failed", again), importing(allow_code):
        own = load(source, settings, allow_code)
        target = store or OUT / f"{file_name(own.name)}_calibration"
        table = output or target / "posterior.csv"
        for file in (target / FIGURE, table):
            refuse_link(file)  # before anything is run
        if output is not None and not output.parent.is_dir():
            raise FileNotFoundError(f"the folder {output.parent} does not exist")
        with parent_of(target), terminable():
            from flowsim.learn.calibrate import calibrate

            told = calibrate(
                own, store=target, progress=progress and not is_quiet(),
                on_change="recompute" if recompute else "refuse", **how,
            )  # fmt: skip
        _tell(told, target, table, drawn)


def _tell(told: Posterior, target: Path, table: Path, drawn: bool) -> None:
    files = [table]
    told.to_csv(table)
    if drawn:
        from flowsim.plot import posterior as draw

        files.insert(0, target / FIGURE)
        draw(told).write(files[0])
    data = {
        "store": target, "files": files, **{k.replace(" ", "_"): v for k, v in told.head.items()},
        "by": told.learnt.by, "discrepancy": told.discrepancy, "impossible": told.learnt.impossible,
        **{name: getattr(told, name).to_dict("records")
           for name in ("inputs", "pairs", "reports", "left_out", "full")},
    }  # fmt: skip
    result(str(told), data)
    written("\n".join(["", *(f"  {path}" for path in files)]))
