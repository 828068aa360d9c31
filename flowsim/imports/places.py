"""Places from GeoJSON or a table: points with a name, as OpenStreetMap, GeoNames or HDX have them.

Names of columns are those that these sources use. What is not a point, and what is there twice
within a kilometre, is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from flowsim.imports.cells import Reading
from flowsim.imports.imported import Bad, Imported
from flowsim.imports.sheets import read_sheet
from flowsim.world.config import Place
from flowsim.world.earth import distance_km

NAMES: dict[str, tuple[str, ...]] = {
    "name": ("name", "name:en", "asciiname", "place_name", "town", "city", "site_name", "#loc+name",
             "adm2_en", "admin2Name"),
    "country": ("country", "adm0name", "adm0_name", "adm0_en", "admin0Name", "country_name",
                "sov0name", "addr:country", "is_in:country", "#country+name", "countrycode",
                "country_code"),
    "region": ("region", "adm1name", "adm1_name", "adm1_en", "admin1Name", "province", "state",
               "is_in:state", "#adm1+name"),
    "kind": ("kind", "place", "type", "fclass"),
    "lat": ("lat", "latitude", "geometry latitude", "y", "#geo+lat"),
    "lon": ("lon", "lng", "long", "longitude", "geometry longitude", "x", "#geo+lon"),
    "population": ("population", "pop", "pop_max", "pop_est", "inhabitants", "#population"),
    "capacity": ("capacity", "#capacity"),
}  # fmt: skip
"""Names of columns for each field of a place, the first that is there counts."""
KINDS = {
    "hamlet": "village", "isolated_dwelling": "village", "suburb": "quarter",
    "neighbourhood": "quarter", "borough": "quarter", "refugee_site": "camp",
    "refugee camp": "camp", "border_control": "gate", "county": "district",
}  # fmt: skip
"""Words of OpenStreetMap for a kind of place."""
_OWN = get_args(Place.model_fields["kind"].annotation)
SAME_KM = 1.0
"""A place of the same name so near is the same."""


def read_places(
    source: Any, *, country: str | None = None, kind: str = "town", bad: Bad = "refuse"
) -> Imported:
    """Read places from GeoJSON, CSV, JSON or a data frame.

    Parameters
    ----------
    source : path or DataFrame
    country : str, optional
        Of places that tell none.
    kind : str
        Of places that tell none that flowsim knows.
    bad : {"refuse", "leave_out"}
        What becomes of rows that cannot be read.

    Returns
    -------
    Imported
        Rows for the table of places.

    Raises
    ------
    ScenarioError
        With every cell that cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"NAME": ["Osh"], "ADM0NAME": ["Kyrgyzstan"], "latitude": ["40,53"],
    ...     "longitude": ["72,8"], "POP_MAX": ["230,000"]})
    >>> found = read_places(rows)
    >>> found.rows[["name", "country", "lat", "population"]].values.tolist()
    [['Osh', 'Kyrgyzstan', 40.53, 230000]]
    """
    reading = Reading(read_sheet(source, [n for names in NAMES.values() for n in names]), bad)
    _without_shapes(reading)
    reading.without_doubles()
    rows = _rows(reading, country, kind)
    reading.refuse()
    import pandas as pd

    frame = pd.DataFrame(rows).astype({"population": "Int64"}) if rows else pd.DataFrame()
    frame = frame.dropna(axis="columns", how="all")
    return reading.imported("places", frame, len(rows))


def _without_shapes(reading: Reading) -> None:
    shape, name = reading.sheet.find("geometry type"), reading.sheet.find(*NAMES["name"])
    if shape is None:
        return

    def why(cells: list[str]) -> str:
        told = cells[shape] or "what has no geometry"
        return "" if told == "Point" else f"{told} is not a point"

    reading.keep(why, lambda cells: "" if name is None else cells[name])


def _rows(reading: Reading, country: str | None, kind: str) -> list[dict[str, Any]]:
    sheet = reading.sheet
    at = {field: sheet.find(*names) for field, names in NAMES.items()}
    for field, what in (("name", "the name"), ("lat", "the latitude"), ("lon", "the longitude")):
        at[field] = sheet.need(what, *NAMES[field])
    if country is None:
        sheet.need("the country (or say which, for all)", *NAMES["country"])
    columns = zip(
        reading.lines(),
        *(reading.texts(at[field]) for field in ("name", "country", "region", "kind")),
        reading.numbers(at["lat"], least=-90.0, most=90.0, needed=True),
        reading.numbers(at["lon"], least=-180.0, most=180.0, needed=True),
        reading.numbers(at["population"], whole=True, least=0.0),
        reading.numbers(at["capacity"], whole=True, least=0.0),
        strict=True,
    )
    rows: list[dict[str, Any]] = []
    for line, name, state, region, told, lat, lon, population, capacity in columns:
        if not name:
            reading.wrong(line, at["name"], "there is no name", "give one")
        if not (state or country):
            reading.wrong(line, at["country"], "there is no country", "give one")
        if reading.is_left(line) or not name or lat is None or lon is None:
            continue
        row = {
            "name": name, "country": state or country, "region": region or None,
            "kind": _kind(reading, told, kind), "lat": lat, "lon": lon, "population": population,
            "capacity": capacity, "source": f"{Path(sheet.file).name}, {line}",
        }  # fmt: skip
        if not _is_there(reading, line, at["name"], row, rows):
            rows.append(row)
    return rows


def _kind(reading: Reading, told: str, default: str) -> str:
    found = KINDS.get(told.casefold(), told.casefold())
    if found in _OWN:
        return found
    note = f"{told!r} is not a kind of place, and is taken for a {default}"
    if told and note not in reading.notes:
        reading.notes.append(note)
    return default


def _is_there(
    reading: Reading, line: int, column: int | None, row: dict[str, Any], rows: list[dict[str, Any]]
) -> bool:
    """Whether a place is there already; one of the same name elsewhere is an error."""
    for other in rows:
        if other["name"] == row["name"]:
            km = distance_km(row["lat"], row["lon"], other["lat"], other["lon"])
            if km <= SAME_KM:
                reading.leave(line, "it is there twice", f"{row['name']}, {km:.1f} km away")
            else:
                wrong = f"another {row['name']!r} lies {km:,.0f} km away"
                reading.wrong(line, column, wrong, "give each a name of its own")
            return True
    return False
