"""The command ``flowsim``: ``run``, ``validate`` and ``schema``; the others stand beside.

Exit status 0: done; 1: a run failed; 2: a scenario or the usage is wrong; 130: interrupted.
"""

from __future__ import annotations

import gc
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    OUT,
    OWN_PROCESS,
    PERIOD,
    SCENARIO,
    PlainGroup,
    answering,
    file_name,
    importing,
    is_new_folder,
    is_terminal,
    load,
    load_tables,
    parent_of,
    terminable,
    with_what_is_used,
)
from flowsim.cli.app import app_command
from flowsim.cli.calibration import calibrate_command
from flowsim.cli.check import check_command
from flowsim.cli.convert import convert_command
from flowsim.cli.differences import diff_command
from flowsim.cli.explain import explain_command
from flowsim.cli.extensions import extensions_command
from flowsim.cli.figures import plot_command
from flowsim.cli.forecasts import forecast_command
from flowsim.cli.imports import import_command
from flowsim.cli.new import new_command
from flowsim.cli.output import (
    is_quiet,
    json_option,
    note,
    quiet_option,
    result,
    say,
    wants_json,
    written,
)
from flowsim.cli.reports import report_command
from flowsim.cli.run_folder import RESULT, WRITTEN_OUT
from flowsim.cli.scores import score_command
from flowsim.cli.sensitivity import sensitivity_command
from flowsim.cli.shipped import scenarios_command
from flowsim.cli.studies import commands
from flowsim.errors import Problem, ScenarioError
from flowsim.shown import as_csv

if TYPE_CHECKING:
    from flowsim.results.result import Result
    from flowsim.scenario.scenario import Scenario

EFFECTS = "policy_effects.csv"
SUMMARY = "summary.json"
RARELY = (50_000, 20, 20)
"""Objects made, and rounds, after which Python looks for garbage."""


@click.group(cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "-V", "--version", package_name="flowsim", prog_name="flowsim",
                      message="%(prog)s %(version)s")  # fmt: skip
def cli() -> None:
    """Simulate people who flee across a border."""


@cli.command()
@click.argument("scenario", type=SCENARIO)
@click.option("-o", "--output", type=click.Path(path_type=Path), callback=is_new_folder,
              help="Folder; else out/NAME.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True)
@click.option("--engine", type=click.Choice(["columns", "agents"]), default="columns")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True,
              help="How many share the households; the bytes stay the same.")  # fmt: skip
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@PERIOD
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier run.")
@click.option("--figures/--no-figures", default=True, help="Draw the figures.")
@click.option("--figure", "also", multiple=True, metavar="NAME",
              help="Also draw this figure of an installed package.")  # fmt: skip
@click.option("--progress/--no-progress", default=True, help="Show progress on a terminal.")
@quiet_option
@json_option
def run(
    scenario: str,
    output: Path | None,
    seed: int,
    engine: str,
    threads: int,
    settings: tuple[str, ...],
    period: str | None,
    allow_code: bool,
    overwrite: bool,
    figures: bool,
    also: tuple[str, ...],
    progress: bool,
) -> None:
    """Run SCENARIO (a folder, a YAML file or a name) once and write what comes of it.

    The folder gets result.nc, summary.json, policy_effects.csv, the effective scenario.yaml and the
    figures, all of them or none.
    """
    with answering("the run failed"), importing(allow_code):
        _check_figures(also, figures)
        setup = load(scenario, settings, allow_code, period=period)
        _check_threads(threads, engine, setup)
        load_tables()

        from flowsim.model.unlikely import warn_of  # only now: it takes scipy

        warn_of(setup, scenario)
        _tell_ticks(setup, scenario)
        if setup.population.one_in > 1:
            one_in = setup.population.one_in
            note(f"one household in {one_in} is run, and what is counted is multiplied by {one_in}")
        target = output or OUT / file_name(setup.name)
        _check_target(target, overwrite)
        with parent_of(target), terminable():
            shown = progress and is_terminal() and not is_quiet()
            told, rows, drawn = _run_into(
                target, setup, seed, engine, threads, figures, also, overwrite, shown
            )
    with answering(f"the run is in {target}, but the output could not be written"):
        figures_told = [target / figure for figure in drawn]
        result(told, {"folder": target, "drawn": figures_told, **rows})
        written("\n".join(
            [*([""] if told else []), f"The run is in {target}", *(f"  {f}" for f in figures_told)]
        ))  # fmt: skip


@cli.command()
@click.argument("files", nargs=-1, required=True, type=SCENARIO, metavar="SCENARIO_OR_STUDY...")
@PERIOD
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@quiet_option
@json_option
def validate(files: tuple[str, ...], period: str | None, allow_code: bool) -> None:
    """Check scenarios and studies, and tell everything that is wrong in them.

    With --json the document has the valid ones with their sizes, and each problem with its file,
    line, column and path; the exit status is 2 where there is one.
    """
    problems: list[Problem] = []
    valid: list[dict[str, Any]] = []
    with answering("it failed"), importing(allow_code):
        for name in files:
            try:
                sizes = _sizes(name, allow_code, period)
            except ScenarioError as error:
                problems += error.problems
                continue
            valid.append({"name": name, **sizes})
            if not wants_json():
                told = ", ".join(f"{count} {what}" for what, count in sizes.items())
                say(f"{name}: valid ({told})")
        problems = list(dict.fromkeys(problems))
        if wants_json():
            result("", {"valid": valid, "problems": [asdict(p) for p in problems]})
        if problems:
            raise ScenarioError(problems)


@cli.command()
@click.option("--study", is_flag=True, help="That of a study file.")
@click.option("--markdown", is_flag=True, help="A page on every field instead, for people.")
def schema(study: bool, markdown: bool) -> None:
    """Print the JSON Schema of a scenario file, for editors."""
    if study and markdown:
        raise click.UsageError("give --study or --markdown, and not both")
    with answering("it failed"):
        if markdown:
            from flowsim.scenario.reference import reference

            say(reference().rstrip("\n"))
            return
        if study:
            from flowsim.study.config import study_schema as made
        else:
            from flowsim.scenario.schema import file_schema as made

        say(json.dumps(made(), indent=2, ensure_ascii=False))


for command in (
    *commands, app_command, check_command, convert_command, diff_command, explain_command,
    extensions_command,
    import_command,
    calibrate_command,
    sensitivity_command,
    forecast_command,
    new_command, plot_command, report_command, scenarios_command, score_command,
):  # fmt: skip
    cli.add_command(command)


def main() -> None:
    """Entry point of the command ``flowsim``."""
    # A command ends soon, and the libraries that it loads are a million objects: to look through
    # them for garbage again and again takes a second of a run.
    gc.set_threshold(*RARELY)
    cli(prog_name="flowsim", obj=OWN_PROCESS)


def _sizes(name: str, allow_code: bool, period: str | None) -> dict[str, int | str]:
    """Check a scenario or study; how much of what is in it."""
    from flowsim.study.read import is_study, read_study

    if is_study(name):
        study = read_study(name, allow_code)
        samples = {"samples": study.samples} if study.samples else {}
        return {"scenarios": len(study.scenarios), **samples, "members": study.members}
    found = load(name, (), allow_code, period=period)

    from flowsim.model.unlikely import warn_of  # only now: it takes scipy

    warn_of(found, name)
    _tell_ticks(found, name)
    sections = {"places": found.places, "routes": found.routes, "reports": found.reports}
    return {name: len(rows) for name, rows in sections.items()}


def _tell_ticks(scenario: Scenario, name: str) -> None:
    """Say how long steps are cut where the scenario gives no grid for it."""
    from flowsim.model.ticks import told_of

    if told := told_of(scenario):
        note(f"{name}: {told}")


def _run_into(
    target: Path,
    scenario: Scenario,
    seed: int,
    engine: Any,
    threads: int,
    figures: bool,
    also: tuple[str, ...],
    overwrite: bool,
    progress: bool,
) -> tuple[str, dict[str, Any], list[Path]]:
    """Run and write; the table of reports, its summary as data, and the names of the figures."""
    from flowsim.folders import whole_folder
    from flowsim.running import run as simulate

    with whole_folder(target, overwrite, _is_of_a_run) as folder:
        made = simulate(scenario, seed=seed, engine=engine, progress=progress, threads=threads)
        told, rows = _write(folder, made, scenario)
        drawn: list[Path] = []
        if figures:
            from flowsim.plot import save_all

            drawn = [
                path.relative_to(folder) for path in save_all(made, scenario, folder, also=also)
            ]
    return told, rows, drawn


def _write(folder: Path, made: Result, scenario: Scenario) -> tuple[str, dict[str, Any]]:
    from flowsim.evidence.digest import summary
    from flowsim.evidence.scorecard import against_reports, format_table, tally

    with with_what_is_used():  # xarray asks dask who computes, of arrays that are there
        made.to_netcdf(folder / RESULT)
    rows = summary(made, scenario)
    text = json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / SUMMARY).write_text(f"{text}\n", encoding="utf-8")
    effects = made.policy_effects()
    as_csv(effects, folder / EFFECTS, float_format="%.10g")
    (folder / WRITTEN_OUT).write_text(str(made.data.attrs["scenario"]), encoding="utf-8")
    frame = against_reports(made, scenario)
    return (f"{format_table(frame)}\n\n{tally(frame)}" if len(frame) else ""), rows


def _is_of_a_run(entry: Path) -> bool:
    """Whether it is a file that a run has written, which goes when another takes its place."""
    from flowsim.plot import OF_A_RUN, OF_SERIES

    if entry.name in (RESULT, SUMMARY, EFFECTS, WRITTEN_OUT, *OF_A_RUN, *OF_SERIES):
        return entry.is_file()
    if entry.suffix != ".png" or not entry.is_file():
        return False
    from flowsim.plot.installed_figures import FIGURES

    return entry.stem in FIGURES.names()


def _check_figures(also: tuple[str, ...], figures: bool) -> None:
    """Refuse, before anything is run, figures that no package has or that are not to be drawn."""
    if not also:
        return
    if not figures:
        raise click.UsageError("--figure and --no-figures do not go together; leave one out")
    from flowsim.plot.installed_figures import FIGURES

    for name in also:
        try:
            found = FIGURES.load(name)
        except ValueError as error:
            raise click.UsageError(f"--figure {name}: {error}") from None
        if found is None:
            known = ", ".join(FIGURES.names()) or "none"
            raise click.UsageError(f"no package has a figure {name!r}; there is {known}")


def _check_threads(threads: int, engine: str, setup: Scenario) -> None:
    """Refuse threads, before anything is run, where the work cannot be shared."""
    if threads > 1 and engine == "agents":
        raise click.UsageError("--threads needs --engine columns: agents act one by one")
    if threads > 1 and setup.rules == "flee":
        raise click.UsageError("--threads needs flowsim's own rules: by Flee's, people move one "
                               "after another")  # fmt: skip


def _check_target(target: Path, overwrite: bool) -> None:
    """Refuse, before anything is run, to write over what is there."""
    if not (target.exists() or target.is_symlink()):
        return
    if not overwrite:
        raise click.UsageError(f"{target} exists; give another -o, or --overwrite to replace it")
    if target.is_symlink():
        raise click.UsageError(f"{target} is a link; give another -o, or remove it")
    if not target.is_dir():
        raise click.UsageError(f"{target} is not a folder; give another -o")
    if not (target / RESULT).is_file() and any(target.iterdir()):
        raise click.UsageError(f"{target} is not a folder of a run; give another -o, or remove it")


if __name__ == "__main__":
    main()
