"""Violence from an export of ACLED: a spell a day and place, as strong as people died in it.

Battles, explosions, violence against civilians, riots and excessive force against protesters count;
protests and strategic developments are left out. What is known only to the region or the month is
left out, too (`geo_precision` and `time_precision` 3), and what is further from every place than
`within_km`. The weight of a day at a place is the number of its dead and of its events, so that an
event without dead counts as one with one. Its intensity is ``(weight / worst) ** power``: 1 on the
worst day of the worst place. Nobody has measured the power; 0.5 says that fear grows less than in
proportion to the dead, and the range of each intensity is that of powers from 0.3 to 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flowsim.imports.cells import Reading
from flowsim.imports.imported import Bad, Imported
from flowsim.imports.sheets import read_sheet
from flowsim.imports.where import Gazetteer

COLUMNS = (
    "event_id_cnty", "data_id", "event_date", "year", "time_precision", "disorder_type",
    "event_type", "sub_event_type", "actor1", "actor2", "country", "admin1", "admin2", "location",
    "latitude", "longitude", "geo_precision", "fatalities", "timestamp", "notes",
)  # fmt: skip
"""Of an export, by which its header is known."""
VIOLENT = (
    "battles", "explosions/remote violence", "violence against civilians", "riots",
    # names of before 2019
    "battle-no change of territory", "battle-government regains territory",
    "battle-non-state actor overtakes territory", "remote violence", "riots/protests",
)  # fmt: skip
"""Event types that count."""
VIOLENT_PROTEST = "excessive force against protesters"
WITHIN_KM = 25.0
SWAPPED_KM = 500.0
"""Only what is further away than this is taken for swapped: where latitude and longitude are nearly
alike, as in Syria, what happens in the next province would be."""
POWER, LOW_POWER, HIGH_POWER = 0.5, 0.3, 1.0
LEAST_PRECISE = "3"
"""Code of a place known only to the region, and of a date known only to the month."""


@dataclass
class _Day:
    """The violence of a day at a place."""

    events: int = 0
    dead: int = 0
    km: float = 0.0
    ids: list[str] = field(default_factory=list)
    types: dict[str, int] = field(default_factory=dict)

    def add(self, dead: int, km: float, name: str, kind: str) -> None:
        """Count one event, so far from its place, of a name and a type."""
        self.events += 1
        self.dead += dead
        self.km = max(self.km, km)
        self.ids += [name] if name else []
        self.types[kind] = self.types.get(kind, 0) + 1


def read_acled(
    source: Any,
    places: Any,
    *,
    within_km: float = WITHIN_KM,
    power: float = POWER,
    worst: float | None = None,
    targets: Mapping[str, float] | None = None,
    types: Sequence[str] = VIOLENT,
    period: tuple[date, date] | None = None,
    day_first: bool | None = None,
    bad: Bad = "refuse",
) -> Imported:
    """Read an export of ACLED as spells of violence.

    Parameters
    ----------
    source : path or DataFrame
        CSV or JSON, with ACLED's own names of columns.
    places : Imported, DataFrame, Scenario or sequence of Place
        Of which each event belongs to the nearest.
    within_km : float
        Events further away than this are left out.
    power : float
        See the module.
    worst : float, optional
        Weight of a day that has intensity 1; by default the greatest in the file.
    targets : mapping of str to float, optional
        How much each group is targeted; by default that is left to the scenario.
    types : sequence of str
        Event types that count.
    period : pair of date, optional
        First and last day that is taken.
    day_first : bool, optional
        Of dates in figures, as 06/12/2010.
    bad : {"refuse", "leave_out"}
        What becomes of rows that cannot be read.

    Returns
    -------
    Imported
        Rows for the table of events; `left_out` has each row that is not in them, with why.

    Raises
    ------
    ScenarioError
        With every cell that cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> places = pd.DataFrame({"name": ["Osh"], "country": ["KG"], "lat": [40.5], "lon": [72.8]})
    >>> rows = pd.DataFrame({"event_date": ["12 June 2010", "13 June 2010"],
    ...     "event_type": ["Riots", "Protests"], "latitude": [40.52, 40.52],
    ...     "longitude": [72.79, 72.79], "fatalities": [3, 0]})
    >>> found = read_acled(rows, places)
    >>> found.rows[["place", "start", "intensity"]].values.tolist()
    [['Osh', '2010-06-12T00:00', 1.0]]
    >>> print(found)
    frame: 1 events from 1 rows; 1 left out
      1 left out: Protests is not violence
        line 2: 13 June 2010, Protests
    """
    reading = Reading(read_sheet(source, COLUMNS), bad)
    reading.without_doubles()
    _without_older(reading)
    _without_others(reading, types)
    days, taken = _days(reading, Gazetteer(places), within_km, period, day_first)
    reading.refuse()
    rows = _rows(days, power, worst, targets or {})
    return reading.imported("events", rows, taken)


def _without_older(reading: Reading) -> None:
    """Of an event that is there in two versions, keep the one with the later timestamp."""
    sheet = reading.sheet
    name, stamp = sheet.find("event_id_cnty", "data_id"), sheet.find("timestamp")
    if name is None:
        return
    latest: dict[str, tuple[int, list[str]]] = {}
    for line, cells in sheet.rows:
        before = latest.get(cells[name])
        if not cells[name] or before is None:
            latest[cells[name] or f"line {line}"] = (line, cells)
            continue
        if stamp is None or cells[stamp] == before[1][stamp]:
            wrong = f"{cells[name]!r} is in line {before[0]} already, and says something else"
            reading.wrong(line, name, wrong, "keep one of them")
            continue
        older, newer = sorted((before, (line, cells)), key=lambda row: _number(row[1][stamp]))
        reading.leave(older[0], "there is a later version of it", f"{cells[name]}")
        latest[cells[name]] = newer
    sheet.rows = sorted(latest.values(), key=lambda row: row[0])


def _number(text: str) -> tuple[float, str]:
    return (float(text), "") if text.isdecimal() else (0.0, text)


def _without_others(reading: Reading, types: Sequence[str]) -> None:
    """Leave out what is not violence, or is known only roughly."""
    sheet = reading.sheet
    kind, sub = sheet.need("the type of event", "event_type"), sheet.find("sub_event_type")
    rough = {
        sheet.find("geo_precision"): "it is known only to the region",
        sheet.find("time_precision"): "it is known only to the month",
    }
    rough.pop(None, None)
    shown = [sheet.find(name) for name in ("event_id_cnty", "data_id", "event_date", "event_type")]
    wanted = {name.casefold() for name in types}

    def why(cells: list[str]) -> str:
        is_force = sub is not None and cells[sub].casefold() == VIOLENT_PROTEST
        if cells[kind].casefold() not in wanted and not is_force:
            return f"{cells[kind] or 'what has no type'} is not violence"
        told = (why for i, why in rough.items() if i is not None and cells[i] == LEAST_PRECISE)
        return next(told, "")

    reading.keep(why, lambda cells: ", ".join(cells[i] for i in shown if i is not None))


def _days(
    reading: Reading,
    places: Gazetteer,
    within_km: float,
    period: tuple[date, date] | None,
    day_first: bool | None,
) -> tuple[dict[tuple[str, date], _Day], int]:
    """The violence by place and day, and how many rows it is of."""
    sheet = reading.sheet
    kind = sheet.need("the type of event", "event_type")
    lat = sheet.need("the latitude", "latitude", "lat", "geometry latitude")
    lon = sheet.need("the longitude", "longitude", "lon", "long", "geometry longitude")
    dead = sheet.need("the dead", "fatalities")
    columns = zip(
        reading.lines(),
        reading.dates(sheet.need("the date", "event_date"), day_first),
        reading.numbers(lat, least=-180.0, most=180.0, needed=True),
        reading.numbers(lon, least=-180.0, most=180.0, needed=True),
        reading.numbers(dead, whole=True, least=0.0, needed=True),
        reading.texts(sheet.find("event_id_cnty", "data_id")),
        reading.texts(kind),
        strict=True,
    )
    days: dict[tuple[str, date], _Day] = {}
    taken = 0
    for line, day, north, east, killed, name, told in columns:
        if day is None or north is None or east is None or killed is None:
            continue  # told as what cannot be read
        what = ", ".join(part for part in (name, f"{day}", told) if part)
        if period is not None and not period[0] <= day <= period[1]:
            reading.leave(line, f"it is not from {period[0]} to {period[1]}", what)
            continue
        near = _near(reading, places, (line, lat), (north, east), within_km, what)
        if near is None:
            continue
        taken += 1
        days.setdefault((near[0], day), _Day()).add(int(killed), near[1], name, told)
    return days, taken


def _near(
    reading: Reading,
    places: Gazetteer,
    cell: tuple[int, int],
    at: tuple[float, float],
    within_km: float,
    what: str,
) -> tuple[str, float] | None:
    """The nearest place and how far away it is; None where the row is not taken, which is told."""
    (line, column), (lat, lon) = cell, at
    is_point = abs(lat) <= 90.0
    near, km = places.nearest(lat, lon) if is_point else (None, float("inf"))
    if near is not None and km <= within_km:
        return near.name, km
    other, swapped_km = places.nearest(lon, lat) if abs(lon) <= 90.0 else (None, float("inf"))
    if other is not None and swapped_km <= within_km and km > SWAPPED_KM:
        wrong = f"it lies near {other.name} only with latitude and longitude swapped"
        reading.wrong(line, column, wrong, "give latitude, then longitude")
    elif near is None:
        reading.wrong(line, column, f"{lat:g} is not a latitude", "give one from -90 to 90")
    else:
        why = f"no place lies within {within_km:g} km"
        reading.leave(line, why, f"{what}; {km:,.0f} km from {near.name}")
    return None


def _rows(
    days: Mapping[tuple[str, date], _Day],
    power: float,
    worst: float | None,
    targets: Mapping[str, float],
) -> Any:
    import pandas as pd

    most = worst or max((day.dead + day.events for day in days.values()), default=1)
    rows = []
    for (place, when), day in sorted(days.items(), key=lambda row: (row[0][1], row[0][0])):
        weight = (day.dead + day.events) / most
        ends = sorted((weight**LOW_POWER, weight**HIGH_POWER, weight**power))
        start = datetime.combine(when, time())
        told = ", ".join(f"{n} {kind}" for kind, n in sorted(day.types.items()))
        named = f" {', '.join(day.ids[:5])}{', ...' if len(day.ids) > 5 else ''}" if day.ids else ""
        rule = f"intensity = ((dead + events) / {most:g}) ^ {power:g}"
        rows.append(
            {
                "place": place,
                "start": start.isoformat(timespec="minutes"),
                "peak": start.isoformat(timespec="minutes"),
                "until": (start + timedelta(days=1)).isoformat(timespec="minutes"),
                "intensity": round(weight**power, 4),
                "intensity.low": round(ends[0], 4),
                "intensity.high": round(ends[-1], 4),
                **{f"target.{group}": share for group, share in targets.items()},
                "note": f"{told}; {day.dead} dead; at most {day.km:.0f} km away",
                "source": f"ACLED{named}; {rule}",
            }
        )
    names = ["place", "start", "peak", "until", "intensity"]
    return pd.DataFrame(rows, columns=None if rows else names)
