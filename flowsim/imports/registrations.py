"""Registered people as reports: of the UNHCR data portal, of IOM's DTM, and with tags of HXL.

- UNHCR: a series over time (``data_date``, ``individuals``; its CSV has a title line and
  semicolons) or by location (``geomaster_name``, ``centroid_lat``, ``date``, ``individuals``):
  people sheltered abroad, `stock_abroad`.
- DTM: rounds with ``admin1Name``, ``reportingDate``, ``numPresentIdpInd``: people displaced in
  their country, `displaced_inside`.
- HDX: any table with a row of tags, as ``#date+reported``, ``#adm1+name``, ``#affected+idps``.

A figure belongs to the end of its day, or of its month where only that is told. Finer rows than the
places of the scenario are added up.
"""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flowsim.errors import Problem, ScenarioError
from flowsim.imports.cells import Reading
from flowsim.imports.imported import Bad, Imported
from flowsim.imports.sheets import Sheet, read_sheet
from flowsim.imports.where import Gazetteer

DATES = ("data_date", "reportingDate", "reporting_date", "date", "report_date", "as_of",
         "#date+reported", "#date")  # fmt: skip
IDPS = ("numPresentIdpInd", "idp_individuals", "idps", "idp_ind", "#affected+idps+ind",
        "#affected+idps")  # fmt: skip
REFUGEES = ("individuals", "refugees", "total_refugees", "refugee_individuals", "population",
            "#affected+refugees+ind", "#affected+refugees", "#population+refugees")  # fmt: skip
LEVELS = (
    ("geomaster_name", "location", "site_name", "camp", "#loc+name", "#site+name"),
    ("admin3Name", "adm3_en", "#adm3+name"),
    ("admin2Name", "adm2_en", "#adm2+name"),
    ("admin1Name", "adm1_en", "#adm1+name"),
    ("admin0Name", "country", "country_name", "coa_name", "#country+name"),
)
"""Names of columns of places, from the finest level on."""
PARTS = ("population_group_id", "population_groups_concat", "displacementReason",
         "idpOriginAdmin1Name", "origin", "#reason", "gender", "sex", "age")  # fmt: skip
"""Columns by which a figure is divided further."""
WITHIN_KM = 25.0


class _Columns(NamedTuple):
    """Where in a table is what."""

    layout: str
    variable: str
    figure: int
    date: int | None
    lat: int | None
    lon: int | None


def read_registrations(
    source: Any,
    places: Any,
    *,
    place: str = "",
    variable: str | None = None,
    within_km: float = WITHIN_KM,
    period: tuple[date, date] | None = None,
    day_first: bool | None = None,
    bad: Bad = "refuse",
) -> Imported:
    """Read registrations as reports, to be compared with runs.

    Parameters
    ----------
    source : path or DataFrame
        CSV or JSON of the UNHCR data portal, of DTM, or of HDX with tags of HXL.
    places : Imported, DataFrame, Scenario or sequence of Place
        Names of places, regions and countries; where a row has another name, the nearest place.
    place : str
        Of a table that names none, as a series of the portal; empty means all.
    variable : str, optional
        What is counted; by default `displaced_inside` for the displaced in their country and
        `stock_abroad` for refugees.
    within_km : float
        A row whose name is not known is left out where no place is so near.
    period : pair of date, optional
        First and last day that is taken.
    day_first : bool, optional
        Of dates in figures, as 06/12/2010.
    bad : {"refuse", "leave_out"}
        What becomes of rows that cannot be read.

    Returns
    -------
    Imported
        Rows for the table of reports.

    Raises
    ------
    ScenarioError
        With every cell that cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["Osh"], "country": ["KG"], "lat": [40.5], "lon": [72.8]})
    >>> rows = pd.DataFrame({"data_date": ["2010-06-12"], "individuals": [6000]})
    >>> read_registrations(rows, places).rows[["when", "variable", "value"]].values.tolist()
    [['2010-06-13T00:00', 'stock_abroad', 6000]]
    """
    known = (*DATES, *IDPS, *REFUGEES, *(name for level in LEVELS for name in level))
    reading = Reading(read_sheet(source, known), bad)
    reading.without_doubles()
    columns = _columns(reading.sheet, variable)
    gazetteer = Gazetteer(places)
    if place and gazetteer.named(place) is None:
        wrong = f"there is no place, region or country {place!r}"
        raise ScenarioError([Problem("place", wrong, "name one of the places")])
    level = _level(reading, gazetteer)
    _without_empty(reading, columns.figure)
    named = _places(reading, gazetteer, columns, level, gazetteer.named(place) or "", within_km)
    figures = _figures(reading, columns, level, named, day_first, period)
    reading.refuse()
    taken = sum(count for _, count in figures.values())
    rows = _reports(columns, figures, Path(reading.sheet.file).name)
    return reading.imported("reports", rows, taken)


def _columns(sheet: Sheet, variable: str | None) -> _Columns:
    inside = sheet.find(*IDPS)
    figure = inside if inside is not None else sheet.find(*REFUGEES)
    when = sheet.find(*DATES)
    months = sheet.find("year") is not None and sheet.find("month") is not None
    if figure is None and len(sheet.header) == 2 and when is not None:
        figure = 1 - when  # the portal's CSV names its figure by its title
    if figure is None:
        figure = sheet.need("the persons", *REFUGEES, *IDPS)
    if when is None and not months:
        sheet.need("the date", *DATES)
    own = "DTM" if inside is not None else "UNHCR"
    layout = "HDX" if sheet.tags else own
    told = variable or ("displaced_inside" if inside is not None else "stock_abroad")
    lat, lon = ("centroid_lat", "latitude", "#geo+lat"), ("centroid_lon", "longitude", "#geo+lon")
    return _Columns(layout, told, figure, when, sheet.find(*lat), sheet.find(*lon))


def _level(reading: Reading, places: Gazetteer) -> int | None:
    """The column with names of the finest level that the places have, or the finest of all."""
    found = [at for names in LEVELS if (at := reading.sheet.find(*names)) is not None]
    for at in found:
        if any(places.named(text) for text in reading.texts(at)):
            return at
    return found[0] if found else None


def _without_empty(reading: Reading, figure: int) -> None:
    reading.keep(
        lambda cells: "" if cells[figure] else "it has no figure",
        lambda cells: ", ".join(cells[:4]),
    )


def _places(
    reading: Reading,
    places: Gazetteer,
    columns: _Columns,
    level: int | None,
    default: str,
    within_km: float,
) -> list[str | None]:
    """The place of each row; None where the row is left out, which is told."""
    if level is None:
        return [default] * len(reading.sheet.rows)
    found: list[str | None] = []
    lats = reading.numbers(columns.lat, least=-90.0, most=90.0)
    lons = reading.numbers(columns.lon, least=-180.0, most=180.0)
    for line, text, lat, lon in zip(reading.lines(), reading.texts(level), lats, lons, strict=True):
        name = places.named(text)
        if name is None and lat is not None and lon is not None:
            near, km = places.nearest(lat, lon)
            name = near.name if km <= within_km else None
        if name is None and text:
            why = "it is of no place, region or country of the scenario"
            reading.leave(line, why, text)
        elif name is None:
            name = default
        found.append(name)
    return found


def _figures(
    reading: Reading,
    columns: _Columns,
    level: int | None,
    named: list[str | None],
    day_first: bool | None,
    period: tuple[date, date] | None,
) -> dict[tuple[str, date], tuple[int, int]]:
    """Persons by place and day, and of how many rows they are."""
    sheet = reading.sheet
    finer = [at for names in LEVELS if (at := sheet.find(*names)) is not None and at != level]
    divided = bool(finer and level is not None) or sheet.find(*PARTS) is not None
    persons = reading.numbers(columns.figure, whole=True, least=0.0)
    figures: dict[tuple[str, date], tuple[int, int]] = {}
    for line, place, when, value in zip(
        reading.lines(), named, _dates(reading, columns, day_first), persons, strict=True
    ):
        if place is None or when is None or value is None or reading.is_left(line):
            continue
        if period is not None and not period[0] <= when <= period[1]:
            reading.leave(line, f"it is not from {period[0]} to {period[1]}", f"{when}")
            continue
        before, rows = figures.get((place, when), (0, 0))
        if rows and not divided:
            wrong = f"{place or 'all'} has another figure on {when} already, {before}"
            reading.wrong(line, columns.figure, wrong, "keep one of them")
            continue
        figures[place, when] = (before + int(value), rows + 1)
    most = max((rows for _, rows in figures.values()), default=0)
    if most > 1:
        reading.notes.append(f"figures of up to {most} rows are added up to one of a place and day")
    return figures


def _dates(reading: Reading, columns: _Columns, day_first: bool | None) -> list[date | None]:
    if columns.date is not None:
        return reading.dates(columns.date, day_first)
    year, month = (reading.sheet.need("the date", name) for name in ("year", "month"))
    reading.notes.append("figures belong to the end of their month")
    years = reading.numbers(year, whole=True, least=1900.0, most=2200.0, needed=True)
    months = reading.numbers(month, whole=True, least=1.0, most=12.0, needed=True)
    return [
        None if y is None or m is None else _last_day(int(y), int(m))
        for y, m in zip(years, months, strict=True)
    ]


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _reports(columns: _Columns, figures: dict[tuple[str, date], tuple[int, int]], file: str) -> Any:
    import pandas as pd

    rows = []
    for (place, when), (persons, count) in sorted(figures.items(), key=lambda f: (f[0][1], f[0])):
        moment = datetime.combine(when + timedelta(days=1), time())
        rows.append(
            {
                "id": f"{columns.layout} {when}{f' {place}' if place else ''}",
                "when": moment.isoformat(timespec="minutes"),
                "variable": columns.variable,
                "place": place or None,
                "value": persons,
                "use": "check",
                "source": f"{columns.layout} ({file})",
                "note": "end of the day" + (f"; {count} rows added up" if count > 1 else ""),
            }
        )
    return pd.DataFrame(rows, columns=None if rows else ["id", "when", "variable"])
