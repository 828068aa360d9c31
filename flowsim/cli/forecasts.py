"""The command ``flowsim forecast``: registered persons after a day, from what was known on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flowsim.cli.answer import ALLOW_CODE, PERIOD, SCENARIO, answering, ends_in, figure_name, load
from flowsim.cli.output import json_option, quiet_option, result
from flowsim.errors import Problem, ScenarioError
from flowsim.suffixes import CSV

if TYPE_CHECKING:
    import pandas as pd

    from flowsim.learn.forecast import Forecast
    from flowsim.scenario.scenario import Scenario


@click.command("forecast")
@click.argument("scenario", type=SCENARIO)
@click.option("--until", required=True, metavar="DAY",
              help="Rows up to this day are known: days since the start, or a date.")  # fmt: skip
@click.option("--horizon", type=click.IntRange(min=1), default=90, show_default=True,
              help="Days to forecast.")  # fmt: skip
@click.option("--totals", default="not", show_default=True, metavar="told|not|CSV",
              help="Whether the persons in all places together are told: by the scenario's later "
                   "rows, not at all, or by a table of date and persons.")  # fmt: skip
@click.option("--course", type=click.Choice(["told", "known"]), default="told", show_default=True,
              help="Violence and closures after the day: as told, or as known on it.")  # fmt: skip
@click.option("--fold", metavar="NAME", default="all", show_default=True,
              help="Leave out what was learnt from this conflict.")  # fmt: skip
@click.option("--source", type=click.Path(path_type=Path), metavar="FOLDER",
              help="Registrations of a folder of Flee, where they lie elsewhere.")  # fmt: skip
@PERIOD
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Set a value.")
@click.option("--allow-code", is_flag=True, help=ALLOW_CODE)
@click.option("-o", "--output", type=click.Path(path_type=Path),
              callback=ends_in(CSV, "the forecast"),
              help="Write all days and places as CSV.")  # fmt: skip
@click.option("--figure", type=click.Path(path_type=Path), callback=figure_name,
              help="Draw fans by place, with the rows that came: PNG, PDF or SVG.")  # fmt: skip
@click.option("--score", "scored", is_flag=True, help="Hold it against the rows that came.")
@quiet_option
@json_option
def forecast_command(
    scenario: str,
    until: str,
    totals: str,
    settings: tuple[str, ...],
    allow_code: bool,
    source: Path | None,
    period: str | None,
    output: Path | None,
    figure: Path | None,
    scored: bool,
    **how: Any,
) -> None:
    """Forecast registered persons by place of SCENARIO from what was known on a day.

    SCENARIO is a folder or file with reports of stock_abroad by place, or a folder of Flee.
    Capacities, how many come, and rows after the day are not looked at.
    """
    with answering("the forecast failed"):
        from flowsim.learn.forecast import forecast

        setup = load(scenario, settings, allow_code, source=source, period=period)
        given = _totals(totals) if totals not in ("told", "not") else totals
        told = forecast(setup, until, totals=given, **how)  # type: ignore[arg-type]
        scores = told.score(setup) if scored else None
        if output is not None:
            told.to_csv(output)
        if figure is not None:
            _draw(figure, told, setup)
        words = str(told) if scores is None else f"{told}\n\n{_scores(scores)}"
        more = {} if scores is None else {"scores": scores.to_dict("records")}
        result(words, {**_plain(told), **more})


def _plain(told: Forecast) -> dict[str, Any]:
    rows = told.table.assign(date=told.table["date"].astype(str)).to_dict("records")
    return {
        "name": told.name, "known_until": str(told.when(told.known_until)),
        "totals": told.totals, "course": told.course, "fold": told.fold, "table": rows,
    }  # fmt: skip


def _scores(scores: pd.DataFrame) -> str:
    shown = scores.to_string(index=False, na_rep="", float_format=lambda x: f"{x:.3f}")
    return f"{shown}\nARD, CRPS and weighted interval score (wis) as parts of all registered"


def _totals(name: str) -> dict[date, float]:
    """Persons by date of a table with these two columns.

    Raises
    ------
    ScenarioError
        With every row that cannot be read, by file, line and column.
    """
    from flowsim.flee.reader.rows import Notes, read_rows

    path, notes = Path(name), Notes()
    if not path.is_file():
        right = "give told, not, or a table of date and persons"
        raise ScenarioError([Problem("--totals", f"there is no file {name!r}", right)])
    found = {}
    for i, row in enumerate(read_rows(path, notes)):
        if i == 0 and row.text(0).lower() == "date":
            continue
        day, persons = row.day(0), row.number(1, "number of persons", 0.0)
        if day is not None:
            found[day] = persons
    if notes.problems:
        raise ScenarioError(notes.problems)
    if not found:
        raise ScenarioError([Problem("--totals", f"{name!r} has no rows", "give date,persons")])
    return found


def _draw(path: Path, told: Forecast, setup: Scenario) -> None:
    from flowsim.plot import forecast

    forecast(told, setup).write(path)
