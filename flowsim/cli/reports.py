"""The command ``flowsim report``: a run or a study as one HTML file to send."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import (
    ALLOW_CODE,
    SCENARIO,
    answering,
    ends_in,
    importing,
    is_terminal,
    load,
    load_tables,
    parent_of,
    terminable,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result, wants_json, written
from flowsim.cli.run_folder import RESULT, is_store
from flowsim.errors import Problem, ScenarioError

if TYPE_CHECKING:
    from flowsim.reporting import HtmlReport

ENDINGS = (".html", ".htm")


@click.command("report")
@click.argument("source", metavar="RESULT|STORE", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path),
              callback=ends_in(ENDINGS, "a report", needed=True),
              help="HTML file; else report.html beside the result or in the store.")  # fmt: skip
@click.option("--against", metavar="NAME",
              help="Of a study: what the others are held against; else its first.")  # fmt: skip
@click.option("--base", type=SCENARIO,
              help="Of a run: what it is a variant of, to tell what was changed.")  # fmt: skip
@click.option("--figures/--no-figures", default=True, help="Draw the figures below the map.")
@click.option("--outlines", type=click.Path(path_type=Path),
              help="GeoJSON of your own for the outlines of the countries.")  # fmt: skip
@click.option("--partial", is_flag=True, help="Use the members that all scenarios have by now.")
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@click.option("--progress/--no-progress", default=True, help="Show progress on a terminal.")
@quiet_option
@json_option
def report_command(
    source: Path,
    output: Path | None,
    against: str | None,
    base: str | None,
    figures: bool,
    outlines: Path | None,
    partial: bool,
    allow_code: bool,
    overwrite: bool,
    progress: bool,
) -> None:
    """Write one HTML file about a run or a study, to read, print and send.

    RESULT is a folder that `flowsim run` wrote, or its result.nc; STORE is the folder of a study.
    The file has the map played over time, figures, policies, reports, sources and how to do it
    again, is under 5 MB, and opens from disk without Python and without a network.
    """
    with answering("the report failed"), importing(allow_code):
        of_study = is_store(source)
        target = output or (source if source.is_dir() else source.parent) / "report.html"
        _check(source, target, of_study, against, base, overwrite)
        load_tables()
        how = {"figures": figures, "outlines": outlines, "allow_code": allow_code,
               "progress": progress and is_terminal() and not is_quiet()}  # fmt: skip
        with parent_of(target), terminable():
            if of_study:
                page = _of_store(source, against, partial, how)
            else:
                page = _of_result(source, base, how)
            page.write(target, overwrite)
        size = target.stat().st_size
        data = {"file": target, "bytes": size, "title": page.title}
        result("", data) if wants_json() else written(f"{target}: {size / 1e6:.1f} MB")


def _check(
    source: Path,
    target: Path,
    of_study: bool,
    against: str | None,
    base: str | None,
    overwrite: bool,
) -> None:
    """Refuse, before anything is read, what cannot be."""
    if target.is_dir():
        raise click.UsageError(f"{target} is a folder; give the name of a file")
    if target.exists() and not overwrite:
        raise click.UsageError(f"{target} exists; give another -o, or --overwrite to replace it")
    if of_study and base:
        raise click.UsageError("--base is of a run; a study tells what its scenarios change")
    if not of_study and against:
        raise click.UsageError("--against is of a study; of a run give --base SCENARIO")
    if not of_study and not _file(source).is_file():
        there = "is not" if source.exists() else "does not exist, and is to be"
        right = "give what `flowsim run` or `flowsim study` wrote"
        wrong = f"{source} {there} a result, or the folder of a run or a study"
        raise ScenarioError([Problem("", wrong, right)])


def _file(source: Path) -> Path:
    return source / RESULT if source.is_dir() else source


def _of_result(source: Path, base: str | None, how: dict[str, Any]) -> HtmlReport:
    from flowsim.reporting import report
    from flowsim.results.result import Result

    held = None if base is None else load(base, (), how["allow_code"])
    return report(Result.from_netcdf(_file(source)), base=held, **how)


def _of_store(source: Path, against: str | None, partial: bool, how: dict[str, Any]) -> HtmlReport:
    from flowsim.reporting import report
    from flowsim.study.runs import open_study

    return report(open_study(source, partial), against=against or "", **how)
