"""The command ``flowsim``: ``run``, ``validate`` and ``schema``; the others stand beside.

Exit status 0: done; 1: a run failed; 2: a scenario or the usage is wrong; 130: interrupted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    OUT,
    answering,
    file_name,
    importing,
    is_folder,
    is_terminal,
    load,
    parent_of,
    terminable,
)
from flowsim.cli.check import check_command
from flowsim.cli.convert import convert_command
from flowsim.cli.scores import score_command
from flowsim.cli.studies import commands
from flowsim.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from flowsim.results import Result
    from flowsim.scenario.scenario import Scenario

RESULT = "result.nc"
EFFECTS = "policy_effects.csv"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="flowsim", prog_name="flowsim", message="%(prog)s %(version)s")
def cli() -> None:
    """Simulate people who flee across a border."""


@cli.command()
@click.argument("scenario")
@click.option("-o", "--output", type=click.Path(path_type=Path), callback=is_folder,
              help="Folder; else out/NAME.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--engine", type=click.Choice(["columns", "agents"]), default="columns")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier run.")
@click.option("--figures/--no-figures", default=True, help="Draw the figures.")
@click.option("--progress/--no-progress", default=True, help="Show progress on a terminal.")
def run(
    scenario: str,
    output: Path | None,
    seed: int,
    engine: str,
    settings: tuple[str, ...],
    allow_code: bool,
    overwrite: bool,
    figures: bool,
    progress: bool,
) -> None:
    """Run SCENARIO (a folder or a YAML file) once and write what comes of it.

    The folder gets result.nc, summary.json, policy_effects.csv, the effective scenario.yaml and the
    figures, all of them or none.
    """
    with answering("the run failed"), importing(allow_code):
        setup = load(scenario, settings, allow_code)
        target = output or OUT / file_name(setup.name)
        _check_target(target, overwrite)
        with parent_of(target), terminable():
            shown = progress and is_terminal()
            told, drawn = _run_into(target, setup, seed, engine, figures, overwrite, shown)
    with answering(f"the run is in {target}, but this could not be told"):
        if told:
            click.echo(f"{told}\n")
        click.echo(f"The run is in {target}")
        for figure in drawn:
            click.echo(f"  {target / figure}")


@cli.command()
@click.argument("files", nargs=-1, required=True, metavar="SCENARIO_OR_STUDY...")
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
def validate(files: tuple[str, ...], allow_code: bool) -> None:
    """Check scenarios and studies, and tell everything that is wrong in them."""
    problems: list[Problem] = []
    with answering("it failed"), importing(allow_code):
        for name in files:
            try:
                click.echo(f"{name}: valid ({_sizes(name, allow_code)})")
            except ScenarioError as error:
                problems += error.problems
        if problems:
            raise ScenarioError(list(dict.fromkeys(problems)))


@cli.command()
@click.option("--study", is_flag=True, help="That of a study file.")
def schema(study: bool) -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    with answering("it failed"):
        if study:
            from flowsim.study.schema import study_schema as made
        else:
            from flowsim.scenario.schema import file_schema as made

        click.echo(json.dumps(made(), indent=2, ensure_ascii=False))


for command in (*commands, check_command, convert_command, score_command):
    cli.add_command(command)


def main() -> None:
    """Entry point of the command ``flowsim``."""
    cli(prog_name="flowsim")


def _sizes(name: str, allow_code: bool) -> str:
    """Check a scenario or study; what is in it."""
    from flowsim.study.read import is_study, read_study

    if is_study(name):
        study = read_study(name, allow_code)
        samples = f"{study.samples} samples, " if study.samples else ""
        return f"{len(study.scenarios)} scenarios, {samples}{study.members} members"
    found = load(name, (), allow_code)
    sizes = f"{len(found.places)} places, {len(found.routes)} routes"
    return f"{sizes}, {len(found.reports)} reports"


def _run_into(
    target: Path,
    scenario: Scenario,
    seed: int,
    engine: Any,
    figures: bool,
    overwrite: bool,
    progress: bool,
) -> tuple[str, list[Path]]:
    """Run and write; the table of reported figures and the names of the drawn ones."""
    from flowsim.folders import whole_folder
    from flowsim.model.flow import run as simulate

    with whole_folder(target, replace=overwrite) as folder:
        result = simulate(scenario, seed=seed, engine=engine, progress=progress)
        told = _write(folder, result, scenario)
        drawn: list[Path] = []
        if figures:
            from flowsim.plot import save_all

            drawn = [path.relative_to(folder) for path in save_all(result, scenario, folder)]
    return told, drawn


def _write(folder: Path, result: Result, scenario: Scenario) -> str:
    from flowsim.evidence.digest import summary
    from flowsim.evidence.table import against_reports, format_table, tally

    result.to_netcdf(folder / RESULT)
    text = json.dumps(summary(result, scenario), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    effects = result.policy_effects()
    effects.to_csv(folder / EFFECTS, index=False, lineterminator="\n", float_format="%.10g")
    (folder / "scenario.yaml").write_text(str(result.data.attrs["scenario"]), encoding="utf-8")
    frame = against_reports(result, scenario)
    return f"{format_table(frame)}\n\n{tally(frame)}" if len(frame) else ""


def _check_target(target: Path, overwrite: bool) -> None:
    """Refuse, before anything is run, to write over what is there."""
    if not (target.exists() or target.is_symlink()):
        return
    if not overwrite:
        raise click.UsageError(f"{target} exists; give another -o, or --overwrite to replace it")
    if not target.is_dir():
        raise click.UsageError(f"{target} is no folder; give another -o")
    if not (target / RESULT).is_file() and any(target.iterdir()):
        raise click.UsageError(f"{target} is no folder of a run; give another -o, or remove it")


if __name__ == "__main__":
    main()
