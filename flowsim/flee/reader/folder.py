"""A folder of Flee as a scenario."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from flowsim.behaviour.flee_config import Flee
from flowsim.errors import Problem, ScenarioError, ScenarioWarning
from flowsim.flee.reader.changes import camps_at_times, read_changes, shut, with_changes
from flowsim.flee.reader.closures import Closures
from flowsim.flee.reader.conflict import GROUP, read_conflict
from flowsim.flee.reader.coordinates import coordinates
from flowsim.flee.reader.defaults import PER_DAY, behaviour, rate_of_leaving
from flowsim.flee.reader.drivers import read_drivers
from flowsim.flee.reader.home import home_country, tell_unreached
from flowsim.flee.reader.people import read_agents, read_group
from flowsim.flee.reader.period import (
    EARLIEST,
    LATEST,
    Period,
    has_period,
    parse_period,
    tell_other_start,
)
from flowsim.flee.reader.places import Spot, read_places, read_routes
from flowsim.flee.reader.registrations import Registered, Series, read_registered
from flowsim.flee.reader.rows import Notes, is_told, read_rows
from flowsim.flee.reader.settings import FILE, find_settings, read_settings
from flowsim.flee.reader.signs import folders, where_registered
from flowsim.flee.reader.unused import check_unused
from flowsim.scenario.files import lies_in
from flowsim.scenario.flaws import capped
from flowsim.scenario.rules.period import YEARS
from flowsim.scenario.scenario import Number, Scenario
from flowsim.scenario.swapped import ALL_SWAPPED, all_swapped, swapped_places
from flowsim.shown import plain
from flowsim.world.config import Arrival, Place, Route
from flowsim.world.reported import Report
from flowsim.world.violence_config import Event

LONGEST_RUN = int(365.25 * YEARS)
"""Days."""


def read_flee(
    path: str | os.PathLike[str],
    source: str | os.PathLike[str] | None = None,
    strict_flee: bool = False,
    period: Period | None = None,
) -> Scenario:
    """Read a crisis as it was prepared for Flee.

    What comes of it: places, routes and crossings; conflict days as spells of violence; closures as
    policies of the states, as their authors meant them; registrations as reports, corrected; the
    persons who came each day as arrivals, and those of the first day in their camps; changes of a
    place's type as camps that open or close and as violence; floods and hunger as drivers and their
    levels; ages and sexes; people told one by one
    as further arrivals; the settings of ``simsetting.yml`` in the folder, in its ``input_csv``,
    beside it or in the folder above that as `Scenario.flee`. Only camps take people in. What Flee
    would misread without a word, and what no rule here uses, is told as a `ScenarioWarning` with
    file and line.

    Without registrations nothing can be scored, and where nobody else is told to come how many
    leave follows from violence (``behaviour.leaving.count: hazard``).

    Parameters
    ----------
    path : str or path
        Folder with ``input_csv``, or the latter.
    source : str or path, optional
        Folder of the registrations; else ``source_data`` beside ``input_csv``.
    strict_flee : bool
        With Flee's own defects where a published figure depends on them: closures as its code
        enacts them (see `flowsim.flee.reader.as_run`); the first day's registered off the capacity
        of their camp though they fill it, too; changes of intensity within a conflict unseen;
        the country of the first place for the home country.
    period : str or pair of date, optional
        ``START..END``, from midnight to midnight, instead of that of ``sim_period.csv``.

    Returns
    -------
    Scenario

    Raises
    ------
    ScenarioError
        With everything that cannot be read, by file, line and cell.
    """
    when = None if period is None else parse_period(period, LONGEST_RUN)
    folder, tables = folders(Path(path), source is not None)
    notes = Notes(folders=(folder,))
    registered = Path(source) if source else where_registered(folder, tables)
    try:
        return _read(folder, tables, registered, strict_flee, when, notes)
    except ScenarioError as error:
        if all(problem.file for problem in error.problems):
            raise
        # What no cell shows by itself, as a sum that is too large.
        told = [replace(p, path=f"{folder}: {p.path}") for p in error.problems]
        raise ScenarioError(capped(notes.problems) or told) from None


def _read(
    folder: Path,
    tables: Path,
    source: Path,
    strict_flee: bool,
    when: tuple[date, int] | None,
    notes: Notes,
) -> Scenario:
    begin, length = _when(tables / "sim_period.csv", when, notes)
    at_first = read_places(tables / "locations.csv", notes)
    phases = read_changes(tables / "location_changes.csv", at_first, length, notes)
    spots = camps_at_times(at_first, phases)
    routes = read_routes(tables / "routes.csv", spots, notes)
    start = datetime(begin.year, begin.month, begin.day)
    end = start + timedelta(days=length)
    events = _events(tables, at_first, start, length, notes)
    events = with_changes(events, phases, start, end, notes)
    fought = list(dict.fromkeys(event.place for event in events))
    origin = home_country(spots, fought, strict_flee, notes)
    tell_unreached(spots, routes, fought, notes)
    closures = Closures(spots, routes, origin, start, notes)
    for phase in shut(spots, phases):
        closures.shut(phase.row, phase.place, phase.first, phase.last)
    borders = closures.read(tables / "closures.csv", length if strict_flee else None)
    flee = _settings(folder, tables, strict_flee, notes)
    registered = _registered(source, tables, spots, begin, notes)
    sheltered = Counter(_first_day(registered, spots, begin))
    present = _present(tables / "agents.csv", spots, origin, sheltered, notes)
    scored = registered
    if flee.spawning.empty_camps_on_day0:
        scored = registered.emptied(begin, notes)
        how = "camps start empty, and reports are less the persons of the first day"
        notes.odd.append(plain(f"{folder}: empty_camps_on_day0: {how}"))
        sheltered.clear()
    people = read_group(tables, spots, notes, fought)
    check_unused(tables, spots, notes)
    drivers, levels = read_drivers(tables, spots, start, flee, notes)
    where = coordinates(spots, routes, notes)
    if notes.problems:
        raise ScenarioError(capped(notes.problems))
    arrivals = (
        *_arrivals(registered, begin, length),
        *(Arrival(start=start, persons=n, place=p) for p, n in present.items()),
    )
    given = bool(registered.camps or present or sheltered.total())
    if not given:
        how = "how many leave follows from violence, by behaviour.leaving, and is not a forecast"
        notes.odd.append(plain(f"{folder}: no arrivals are given: {how}"))
    places = tuple(
        s.place(where[s.name], sheltered[s.name], s.country == origin) for s in spots.values()
    )
    scenario = Scenario(
        name=_name(folder),
        start=start,
        end=end,
        step="1d",
        record="1d",
        grid="1d",
        as_given=True,
        flee_from=(origin,),
        places=places,
        routes=routes,
        groups=(people,),
        violence={"events": events},
        drivers=drivers,
        levels=levels,
        borders=borders,
        behaviour=behaviour(given),
        numbers=() if given else (Number(path=PER_DAY, **rate_of_leaving()),),
        flee=flee,
        arrivals=arrivals if given else (),
        reports=_reports(scored, spots, begin),
    )
    _check_order(places, routes, spots, tables / "locations.csv", notes)
    for told in notes.odd:
        warnings.warn(told, ScenarioWarning, stacklevel=3)
    return scenario


def _check_order(
    places: Sequence[Place],
    routes: Sequence[Route],
    spots: Mapping[str, Spot],
    table: Path,
    notes: Notes,
) -> None:
    """Tell the places whose latitude and longitude seem to be swapped."""
    swaps = swapped_places(places, routes)
    for swap in swaps:
        name = places[swap.index].name
        notes.warn(spots[name].row, f"{name!r}: {swap}")
    if not swaps and all_swapped(places, routes):
        notes.tell(table, 1, ALL_SWAPPED)


def _name(folder: Path) -> str:
    """Name of a scenario by its folder's, which may be no text at all."""
    told = os.fsencode(folder.resolve().name).decode("utf-8", "replace")
    return told[:200].strip() or "flee"


def _settings(folder: Path, tables: Path, strict: bool, notes: Notes) -> Flee:
    path = find_settings(folder, tables)
    if path is None:
        told = f"there is no {FILE} in it, beside it or above: Flee's rules have Flee's defaults"
        notes.odd.append(plain(f"{folder}: {told}"))
        return Flee(strict=strict)
    if not lies_in(path, folder):
        notes.odd.append(plain(f"{folder}: the settings for Flee's rules are of {path}"))
    return read_settings(path, notes).model_copy(update={"strict": strict})


def _when(file: Path, when: tuple[date, int] | None, notes: Notes) -> tuple[date, int]:
    """First day and number of days: as asked for, else as the file tells."""
    if when is None:
        return _period(file, notes) if has_period(file, notes) else (date(1970, 1, 1), 1)
    if is_told(file):
        tell_other_start(file, _period(file, notes)[0], when[0], notes)
    return when


def _registered(
    source: Path, tables: Path, spots: Mapping[str, Spot], begin: date, notes: Notes
) -> Registered:
    """The registrations, none where there is no such folder; what is odd among them is told."""
    if not is_told(source):
        notes.tell(tables, 1, f"there is no {source.name}: nothing to score the run by")
        return Registered({}, Series((), ()), {})
    found = read_registered(source, tables / "registration_corrections.csv", begin, notes)
    _tell_series(found, spots, notes)
    return found


def _period(path: Path, notes: Notes) -> tuple[date, int]:
    begin, length = date(1970, 1, 1), 1
    missing = {"startdate": "StartDate,YYYY-MM-DD", "length": "Length,DAYS"}
    for row in read_rows(path, notes):
        key = row.text(0).lower()
        if key == "startdate":
            day = row.day(1) or begin
            if EARLIEST <= day.year <= LATEST:
                begin = day
            else:
                right = f"give one from {EARLIEST} to {LATEST}"
                row.wrong(1, f"the year {day.year} is too far away", right)
        elif key == "length":
            length = row.whole(1, "number of days", 1, LONGEST_RUN)
        missing.pop(key, None)
    if not any(p.file == str(path) for p in notes.problems):
        for right in missing.values():
            wrong = f"{right.split(',')[0]} is missing"
            notes.problems.append(Problem("", wrong, f"add a row {right}", str(path), 1, 1))
    return begin, length


def _events(
    tables: Path, spots: Mapping[str, Spot], start: datetime, length: int, notes: Notes
) -> tuple[Event, ...]:
    path = tables / "conflicts.csv"
    if is_told(path):
        for spot in [spot for spot in spots.values() if "conflict_intensity" in spot.more][:1]:
            notes.warn(spot.row, "conflict_intensity is not used, as conflicts.csv gives it")
        return read_conflict(path, list(spots), start, length, notes)
    end = start + timedelta(days=length)
    begins = {s.name: start + timedelta(days=s.conflict_day) for s in spots.values()}
    return tuple(
        Event(place=s.name, start=begins[s.name], peak=begins[s.name], until=end,
              intensity=s.more.get("conflict_intensity", 1.0), target={GROUP: 1.0})
        for s in spots.values()
        if s.kind == "conflict" and begins[s.name] < end
    )  # fmt: skip


def _tell_series(registered: Registered, spots: Mapping[str, Spot], notes: Notes) -> None:
    """Tell camps without a series, and series without a camp."""
    for name, row in registered.rows.items():
        if name not in spots:
            notes.warn(row, f"{name!r} has a series and is not a place: its people come, and settle"
                            " elsewhere")  # fmt: skip
        elif spots[name].kind != "camp":
            notes.warn(row, f"{name!r} has a series and is not a camp: it is not scored")
    for spot in spots.values():
        if spot.kind == "camp" and spot.name not in registered.camps:
            notes.warn(spot.row, f"the camp {spot.name!r} has no series: it is not scored")


def _first_day(registered: Registered, spots: Mapping[str, Spot], begin: date) -> dict[str, int]:
    """Persons in each camp on the first day."""
    return {
        name: int(registered.by_day(name, begin, 1)[0])
        for name in registered.camps
        if name in spots and spots[name].kind == "camp"
    }


def _present(
    agents: Path, spots: Mapping[str, Spot], origin: str, sheltered: Counter[str], notes: Notes
) -> dict[str, int]:
    """Persons who start on day 0 from where they are told; those at camps join the sheltered."""
    there = read_agents(agents, spots, notes)
    for spot in spots.values():
        there[spot.name] += int(spot.more.get("initial_idps", 0.0))
    found = {}
    for name in [name for name in there if there[name] and name in spots]:
        if spots[name].kind == "camp":
            sheltered[name] += there[name]
        elif spots[name].country == origin:
            found[name] = there[name]
        else:
            wrong = f"who starts at {name!r}, abroad and not at a camp, is left out"
            notes.warn(spots[name].row, f"{wrong}: persons {there[name]}")
    return found


def _arrivals(registered: Registered, begin: date, length: int) -> tuple[Arrival, ...]:
    coming = registered.arrivals(begin, length)
    start = datetime(begin.year, begin.month, begin.day)
    return tuple(
        Arrival(start=start + timedelta(days=day), persons=int(persons))
        for day, persons in enumerate(coming.tolist())
    )


def _reports(registered: Registered, spots: Mapping[str, Spot], begin: date) -> tuple[Report, ...]:
    """The series of the camps, corrected, and of all together as it was told."""
    found = []
    for name, files in registered.camps.items():
        if name not in spots or spots[name].kind != "camp":
            continue
        days = sorted({day for series in files for day in series.days})
        for day in days:
            persons = sum(float(s.by_day(day, 1)[0]) for s in files)
            counted = sum(s.last_counted(day) for s in files)
            recount = day in registered.recounts.get(name, ())
            found.append(_report(f"{name} {day}", day, name, persons, counted, recount))
    for day, persons in zip(registered.total.days, registered.total.persons, strict=True):
        found.append(_report(f"total {day}", day, "", persons))
    return tuple(found)


def _report(
    name: str,
    day: date,
    place: str,
    persons: float,
    counted: float | None = None,
    recount: bool = False,
) -> Report:
    when = datetime(day.year, day.month, day.day)
    told = "after the corrections of the folder" if place else ""
    return Report(
        id=name, when=when, variable="stock_abroad", place=place, value=persons,
        counted=counted, recount=recount, use="check" if place else "context",
        source="source_data", note=told,
    )  # fmt: skip
