"""The command ``flowsim convert``: any scenario as a folder of flowsim's own."""

from __future__ import annotations

from pathlib import Path

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    PERIOD,
    SCENARIO,
    answering,
    check_scenario_folder,
    importing,
    is_folder,
    load,
    parent_of,
    terminable,
)
from flowsim.cli.output import quiet_option, written


@click.command("convert")
@click.argument("source", metavar="SRC", type=SCENARIO)
@click.argument("target", metavar="DST", type=click.Path(path_type=Path),
                callback=is_folder)  # fmt: skip
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@PERIOD
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier conversion.")
@quiet_option
def convert_command(
    source: str,
    target: Path,
    settings: tuple[str, ...],
    period: str | None,
    allow_code: bool,
    overwrite: bool,
) -> None:
    """Write the scenario SRC to the new folder DST, as scenario.yaml and tables.

    SRC is a folder of Flee, or a folder or file of flowsim; a variant is written as a whole, with
    what it extends. DST loads to the same scenario. It appears whole or not at all.
    """
    with answering("the conversion failed"), importing(allow_code):
        check_scenario_folder(target, overwrite, "another DST", "no conversion wrote")
        setup = load(source, settings, allow_code, period=period)
        with parent_of(target), terminable():
            from flowsim.folders import whole_folder
            from flowsim.scenario.write import write_scenario

            with whole_folder(target, overwrite, lambda entry: entry.is_file()) as folder:
                write_scenario(setup, folder)
    with answering(f"the scenario is in {target}, but the output could not be written"):
        files = (f"  {file}" for file in sorted(target.iterdir()))
        written("\n".join([f"The scenario is in {target}", *files]))
