"""Commands for many runs: ``flowsim study``, ``compare`` and ``export``."""

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
    figure_name,
    file_name,
    importing,
    is_folder,
    parent_of,
    terminable,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result, wants_json, written
from flowsim.folders import refuse_link

if TYPE_CHECKING:
    from flowsim.study.comparison import Comparison
    from flowsim.study.runs import Runs

FIGURE = "comparison.png"
TABLE = "comparison.csv"


def _samples(
    context: click.Context, option: click.Parameter, value: str | None
) -> int | str | None:
    """A number of samples, or a posterior."""
    if value is None or not value.strip():
        return None
    try:
        count = int(value)
    except ValueError:
        return value
    if count < 0:
        raise click.BadParameter(f"{count} is not in the range x>=0.")
    return count


@click.command()
@click.argument("study_file", metavar="STUDY", type=SCENARIO)
@click.option("-o", "--store", type=click.Path(path_type=Path), callback=is_folder,
              help="Folder; else out/NAME.")  # fmt: skip
@click.option("--members", type=click.IntRange(min=1), help="Instead of those of the file.")
@click.option("--samples", metavar="N|posterior", callback=_samples,
              help="Instead of those of the file: how many, or what a calibration learnt, "
              "as posterior, posterior:40, or its file.")  # fmt: skip
@JOBS
@click.option("--cluster", metavar="ADDRESS", help="A Dask scheduler, as tcp://host:8786.")
@RECOMPUTE
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--figures/--no-figures", default=True, help="Draw the comparison.")
@PROGRESS
@quiet_option
@json_option
def study(
    study_file: str,
    store: Path | None,
    members: int | None,
    samples: int | str | None,
    jobs: int,
    cluster: str | None,
    recompute: bool,
    allow_code: bool,
    figures: bool,
    progress: bool,
) -> None:
    """Run STUDY (a YAML file) into a store, and compare its scenarios.

    What is in the store already is not run again: the same command goes on after an interruption,
    and with more --members it adds to them.
    """
    with answering("the study failed", "what is done is kept: the same command goes on from there"):
        with importing(allow_code):
            from flowsim.study.read import read_study
            from flowsim.study.study import Study

            told = read_study(study_file, allow_code)
            made = Study.of_file(told, members=members, samples=samples)
            target = store or OUT / file_name(told.name)
            for name in (FIGURE, TABLE):
                refuse_link(target / name)  # before anything is run
            with parent_of(target), terminable():
                runs = made.run(
                    target,
                    jobs=cluster or jobs,
                    progress=progress and not is_quiet(),
                    on_change="recompute" if recompute else "refuse",
                )
        written(f"{len(made)} runs are in {target}")
        if wants_json() and not (told.compare and len(told.scenarios) > 1):
            result("", {"store": target, "runs": len(made)})
        if told.compare and len(told.scenarios) > 1:
            asked = told.compare
            _compare(
                runs, asked.against, list(asked.outcomes), asked.level, asked.interval, None,
                target / FIGURE if figures else None, target / TABLE,
            )  # fmt: skip


@click.command()
@click.argument("store", type=click.Path(path_type=Path))
@click.option("--against", required=True, metavar="NAME", help="The reference scenario.")
@click.option("--outcome", "outcomes", multiple=True, metavar="NAME", help="Several may be given.")
@click.option("--level", type=click.FloatRange(0, 1, True, True), default=0.9, show_default=True)
@click.option("--interval", type=click.Choice(["t", "bootstrap"]), default="t", show_default=True)
@click.option("--precision", type=click.FloatRange(min=0, min_open=True),
              help="Half width of the interval that is wished, in the outcome's unit.")  # fmt: skip
@click.option("--partial", is_flag=True, help="Use the members that all scenarios have by now.")
@click.option("--figure", type=click.Path(path_type=Path), callback=figure_name,
              help="A PNG, PDF or SVG; else comparison.png in the store.")  # fmt: skip
@click.option("--no-figure", is_flag=True, help="Draw nothing.")
@click.option("--csv", "table", type=click.Path(path_type=Path),
              callback=ends_in(suffixes.TABLE, "a table"),
              help="Write the table there, too.")  # fmt: skip
@click.option("--markdown", is_flag=True, help="Print the table as Markdown.")
@quiet_option
@json_option
def compare(
    store: Path,
    against: str,
    outcomes: tuple[str, ...],
    level: float,
    interval: str,
    precision: float | None,
    partial: bool,
    figure: Path | None,
    no_figure: bool,
    table: Path | None,
    markdown: bool,
) -> None:
    """Compare the scenarios of a study in STORE, member by member."""
    if markdown and wants_json():
        raise click.UsageError("--markdown and --json are two forms of one table; give one")
    with answering("the comparison failed", "nothing was compared"):
        from flowsim.study.runs import open_study

        drawn = None if no_figure else figure or store / FIGURE
        if drawn is not None:
            refuse_link(drawn)  # before anything is computed
        runs = open_study(store, partial)
        _compare(
            runs, against, list(outcomes), level, interval, precision, drawn, table, markdown
        )  # fmt: skip


@click.command()
@click.argument("store", type=click.Path(path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--variable", metavar="NAME", help="Only this one, as a long table for CSV.")
@click.option("--partial", is_flag=True, help="Use the members that all scenarios have by now.")
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@click.option("--crate", is_flag=True,
              help="A whole RO-Crate: TARGET is a folder, or a .zip.")  # fmt: skip
@click.option("--author", "authors", multiple=True, metavar="NAME [ORCID]",
              help="Of the crate; several may be given.")  # fmt: skip
@click.option("--licence", "--license", default="", metavar="SPDX",
              help="Of the crate, as CC-BY-4.0; else it says that none is given.")  # fmt: skip
@click.option("--published", metavar="DAY",
              help="Of the crate; else the day on which the last run was done.")  # fmt: skip
@quiet_option
def export(
    store: Path,
    target: Path,
    variable: str | None,
    partial: bool,
    overwrite: bool,
    crate: bool,
    authors: tuple[str, ...],
    licence: str,
    published: str | None,
) -> None:
    """Write the runs in STORE to TARGET: .nc, .zarr, .parquet, .csv, or a whole RO-Crate.

    CSV and Parquet have a row a run and a column an effect, or one --variable in long form. A
    --crate has the scenarios, the plan with its seeds, the runs, and how to make them again.
    """
    if crate and variable:
        raise click.UsageError("--crate has all variables; leave --variable out")
    if not crate and (authors or licence or published):
        raise click.UsageError("--author, --licence and --published are for a --crate; add it")
    with answering("the export failed"):
        if crate:
            from flowsim.study.crate import export_crate
            from flowsim.study.runs import open_study

            with terminable():
                export_crate(
                    open_study(store, partial), target, overwrite,
                    authors=authors, licence=licence, published=published,
                )  # fmt: skip
            written(f"The crate is in {target}")
            return
        from flowsim.study.export import export as write
        from flowsim.study.runs import open_study

        write(open_study(store, partial).data, target, variable, overwrite)
        written(f"The runs are in {target}")


commands = (study, compare, export)


def _compare(
    runs: Runs,
    against: str,
    outcomes: list[str],
    level: float,
    interval: Any,
    precision: float | None,
    figure: Path | None,
    table: Path | None,
    markdown: bool = False,
) -> None:
    """Print a comparison, write it and draw it."""
    from flowsim.study.comparison import compare as hold

    told = hold(runs, against, outcomes or None, level, interval, precision)
    files = [path for path in (figure, table) if path is not None]
    kept = {name: getattr(told, name) for name in ("against", "level", "method", "unit")}
    rows = told.table.to_dict("records")
    data = {"store": runs.store.folder, **kept, "files": files, "table": rows}
    result(told.markdown() if markdown else str(told), data)
    if table is not None:
        told.to_csv(table)
    if figure is not None:
        _draw(told, figure)
    if files:  # beside a Markdown table, which may go to a file, not in it
        written("\n".join(["", *(f"  {path}" for path in files)]), err=markdown)


def _draw(comparison: Comparison, path: Path) -> None:
    from flowsim.plot import contrasts

    contrasts(comparison).write(path)
