"""The command ``flowsim import``: a scenario from tables and maps that others publish."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, get_args

import click

from flowsim.cli.answer import (
    SCENARIO,
    answering,
    check_scenario_folder,
    is_new_folder,
    load,
    parent_of,
    terminable,
)
from flowsim.cli.output import is_quiet, json_option, quiet_option, result, say, wants_json, written

FILE = click.Path(path_type=Path)
ORDERS = {"day": True, "month": False}


class _Period(click.ParamType):
    """Two days, as ``2015-05-01..2016-05-31``."""

    name = "START..END"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[date, date]:
        """The two days."""
        if isinstance(value, tuple):
            return value
        try:
            first, last = map(date.fromisoformat, str(value).split(".."))
        except ValueError:
            self.fail(f"{value!r} is not two days; write it as 2015-05-01..2016-05-31")
        if last < first:
            self.fail(f"{value!r} ends before it starts")
        return first, last


@click.command("import")
@click.argument("folder", type=FILE, callback=is_new_folder)
@click.option("--places", type=FILE, help="Places: GeoJSON of points, or a table.")
@click.option("--roads", type=FILE, help="Roads: GraphML of OSMnx, or GeoJSON of lines.")
@click.option("--acled", type=FILE, help="Violence: an export of ACLED.")
@click.option("--registrations", type=FILE, multiple=True,
              help="Reports: of UNHCR's portal, DTM, or with HXL tags; one or more.")  # fmt: skip
@click.option("--from", "base", type=SCENARIO, help="Scenario that has what these files do not.")
@click.option("--country", help="Country of places that tell none.")
@click.option("--place", default="", help="Place, region or country of registrations without one.")
@click.option("--variable", help="What registrations count, as crossed; else by their columns.")
@click.option("--within-km", type=click.FloatRange(min=0, min_open=True), default=25.0,
              show_default=True, help="How far an event may be from a place.")  # fmt: skip
@click.option("--worst", type=click.FloatRange(min=0, min_open=True),
              help="Dead and events of a day of intensity 1; else the most there.")  # fmt: skip
@click.option("--period", type=_Period(), help="Only events and reports of these days.")
@click.option("--first", type=click.Choice(list(ORDERS)), help="What 06/12/2010 begins with.")
@click.option("--leave-out-bad", is_flag=True, help="Leave out rows that cannot be read.")
@click.option("--overwrite", is_flag=True, help="Replace the folder of an earlier import.")
@quiet_option
@json_option
def import_command(
    folder: Path,
    places: Path | None,
    roads: Path | None,
    acled: Path | None,
    registrations: tuple[Path, ...],
    base: str | None,
    overwrite: bool,
    first: str | None,
    leave_out_bad: bool,
    **how: Any,
) -> None:
    """Make the scenario FOLDER from files that others publish, and tell what was left out.

    What the files do not give is taken from --from, or filled in and marked as assumed: roads as
    great circles times 1.3, one group of everybody, an open border between each two countries.
    """
    with answering("the import failed"):
        from flowsim.imports.crisis import Bad, Files, How, import_files

        check_scenario_folder(folder, overwrite, "another folder", "no import wrote")
        files = Files(places, roads, acled, registrations)
        if not any(files) or not (places or base):
            raise click.UsageError("give --places, or a scenario with places with --from")
        _check_variable(how["variable"])
        start = load(base, (), False) if base else None
        bad: Bad = "leave_out" if leave_out_bad else "refuse"
        order = ORDERS[first] if first else None
        setup, done = import_files(
            files, start, folder.resolve().name, How(**how, day_first=order, bad=bad)
        )
        for found in done:
            if not (is_quiet() or wants_json()):
                say(str(found))
        with parent_of(folder), terminable():
            setup.save(folder, overwrite)
    with answering(f"the scenario is in {folder}, but the output could not be written"):
        told = [
            {"table": d.table, "file": d.file, "rows": len(d.rows), "taken": d.taken,
             "notes": d.notes, "left_out": [row._asdict() for row in d.left]}
            for d in done
        ]  # fmt: skip
        result("", {"folder": folder, "imported": told})
        written("\n".join([f"The scenario is in {folder}", *listed_files(folder)]))


def _check_variable(name: str | None) -> None:
    from flowsim.world.reported import Report

    known = get_args(Report.model_fields["variable"].annotation)
    if name is not None and name not in known:
        raise click.UsageError(f"there is no variable {name!r}; use one of {', '.join(known)}")


def listed_files(folder: Path) -> list[str]:
    """The files of a folder, as they are told."""
    return [f"  {file}" for file in sorted(folder.iterdir())]
