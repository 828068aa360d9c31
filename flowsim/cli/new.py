"""The command ``flowsim new``: a commented scenario to begin with."""

from __future__ import annotations

from pathlib import Path

import click

from flowsim.cli.answer import (
    answering,
    check_scenario_folder,
    file_name,
    is_new_folder,
    parent_of,
    terminable,
)
from flowsim.cli.output import quiet_option, written


@click.command("new")
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path), callback=is_new_folder)
@click.option("--country", help="Its largest towns, looked up offline, and the nearest of each "
              "country beside it; else five made-up places.")  # fmt: skip
@click.option("--towns", type=click.IntRange(1, 60), default=8, show_default=True,
              help="How many of the country's own.")  # fmt: skip
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier one.")
@quiet_option
def new_command(folder: Path, country: str | None, towns: int, overwrite: bool) -> None:
    """Begin the scenario NAME: a folder with a commented scenario.yaml and its tables.

    It is valid and runs in a second or two. Violence and reports in it are made up; roads between
    the towns of a country are great circles times 1.3, and say so.
    """
    with answering("it failed"):
        check_scenario_folder(folder, overwrite, "another NAME", "is not of a scenario")
        with parent_of(folder), terminable():
            from flowsim.folders import whole_folder
            from flowsim.imports.begin import begin

            with whole_folder(folder, overwrite, lambda entry: entry.is_file()) as made:
                begin(made, file_name(folder.resolve().name), country, towns)
    with answering(f"the scenario is in {folder}, but the output could not be written"):
        files = (f"  {file}" for file in sorted(folder.iterdir()))
        told = f"Next: flowsim explain {folder}, flowsim run {folder}"
        written("\n".join([f"The scenario is in {folder}", *files, told]))
