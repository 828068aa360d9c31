"""A commented scenario to begin with: five made-up places, or the towns of a country."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from flowsim.imports.towns import country_towns
from flowsim.scenario.draft import EVENTS, ROWS
from flowsim.scenario.estimates import Spots, estimated_km_cost, estimated_routes
from flowsim.scenario.load import FILE, read_scenario
from flowsim.scenario.scenario import Scenario
from flowsim.scenario.write import TABLES
from flowsim.scenario.write_tables import Ranged, table
from flowsim.world.earth import distance_km

TEMPLATE = Path(__file__).with_name("template") / FILE
START = datetime(2025, 5, 3)
DAYS = 14
HOMELAND = "Homeland"
MADE_UP = "made up: replace it"
Row = dict[str, Any]


def begin(folder: Path, name: str, country: str | None = None, towns: int = 8) -> Scenario:
    """Write a scenario to begin with, and read it back.

    Parameters
    ----------
    folder : Path
        It exists and is empty.
    name : str
        Of the scenario.
    country : str, optional
        Its largest towns, and the nearest of each country beside it; else five made-up places.
    towns : int
        How many of the country's own.

    Returns
    -------
    Scenario
        That it is, as it is read back.

    Raises
    ------
    ScenarioError
        There is no such country.
    ImportError
        The extra ``geo`` is not installed, which is needed for a country.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as there:
    ...     begin(Path(there), "mine").places[0].name
    'Old Town'
    """
    zone = "UTC"
    if country is None:
        places, routes, home = _five_places(), _five_routes(), HOMELAND
        title = "Five made-up places"
    else:
        found = country_towns(country, towns)
        places, home, zone = found.rows, found.country, found.timezone
        title = f"{home}, a made-up crisis"
        routes = estimated_routes(_spots(places), [home])
    tables = {
        ("places",): places,
        ("routes",): routes,
        EVENTS: (events := _events(places, home)),
        ("reports",): _reports(places, events, home),
    }
    for loc, rows in tables.items():
        if not rows:
            continue
        told = [_ranged(row) for row in rows]
        text = f"# {_ABOUT[loc]}\n{table(told, ROWS[loc].model_fields)}"
        (folder / TABLES[loc]).write_text(text, encoding="utf-8", newline="\n")
    words = {
        "name": _quoted(name), "title": title, "country": _quoted(home), "timezone": zone,
        "start": f"{START:%Y-%m-%dT%H:%M}", "end": f"{START + timedelta(days=DAYS):%Y-%m-%dT%H:%M}",
        "first": _quoted(str(places[0]["name"])), "borders": _borders(places, home),
        "km_cost": _km_cost(places, routes, events, home),
        "reports": f"reports: {TABLES[('reports',)]}" if tables[("reports",)] else "reports: []",
    }  # fmt: skip
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(words)
    (folder / FILE).write_text(text, encoding="utf-8", newline="\n")
    return read_scenario(folder)


_ABOUT = {
    ("places",): "population of the places fled from becomes households; an empty capacity is none",
    (
        "routes",
    ): "kilometres by road or path; a route over a border has a name and is a post or gap",
    EVENTS: "made up: replace these by what happened, as `flowsim import --acled` does",
    ("reports",): "made up: replace these by what was counted; use: fit, specify, check, context",
}


def _five_places() -> list[Row]:
    everybody, where = {"share": {"Everybody": 1.0}}, {"source": MADE_UP}
    home, abroad = {"country": HOMELAND}, {"country": "Neighbour"}
    return [
        {"name": "Old Town", **home, "kind": "city", "lat": 10.00, "lon": 40.00,
         "population": 3000, **everybody, **where},
        {"name": "Mill Town", **home, "kind": "town", "lat": 10.10, "lon": 40.15,
         "population": 1500, **everybody, **where},
        {"name": "Hill Village", **home, "kind": "village", "lat": 10.20, "lon": 40.05,
         "population": 500, **everybody, **where},
        {"name": "Border Camp", **abroad, "kind": "camp", "lat": 10.10, "lon": 40.35,
         "capacity": 2000, **where},
        {"name": "Host Town", **abroad, "kind": "host", "lat": 10.15, "lon": 40.55, **where},
    ]  # fmt: skip


def _five_routes() -> list[Row]:
    where = {"source": MADE_UP}
    return [
        {"start": "Old Town", "end": "Mill Town", "km": 25.0, **where},
        {"start": "Old Town", "end": "Hill Village", "km": 29.0, "mode": "foot", **where},
        {"start": "Mill Town", "end": "Hill Village", "km": 20.0, **where},
        {"start": "Mill Town", "end": "Border Camp", "km": 26.0, "crossing": "Bridge",
         "kind": "post", "gate_per_hour": 100.0, **where},
        {"start": "Border Camp", "end": "Host Town", "km": 28.0, **where},
    ]  # fmt: skip


def _events(places: Sequence[Row], home: str) -> list[Row]:
    """Violence of two days at one of the home's places, and half of it at the nearest to it.

    That is the smallest of a country's towns, so that a run is quick, and the largest of the five.
    """
    inside = [p for p in places if p["country"] == home]
    first = inside[0] if home == HOMELAND else inside[-1]
    others = [p for p in inside if p is not first]
    others.sort(key=lambda p: _km(first, p))
    rows = []
    for place, day, size in ((first, 1, 1.0), *((p, 2, 0.5) for p in others[:1])):
        start = START + timedelta(days=day)
        rows.append(
            {
                "place": place["name"], "start": start, "peak": start + timedelta(hours=6),
                "until": start + timedelta(days=2), "half_life_hours": 12.0,
                "intensity": {"value": size, "low": size / 2, "high": min(2 * size, 1.0)},
                "target": {"Everybody": 1.0}, "source": MADE_UP,
            }
        )  # fmt: skip
    return rows


def _reports(places: Sequence[Row], events: Sequence[Row], home: str) -> list[Row]:
    """A count in the country that is nearest to the violence, of which only the kind is of use."""
    (struck,) = (p for p in places if p["name"] == events[0]["place"])
    abroad = sorted((p for p in places if p["country"] != home), key=lambda p: _km(struck, p))
    persons = struck["population"] // 4
    return [
        {"id": "R1", "when": START + timedelta(days=7), "variable": "stock_abroad",
         "place": place["country"], "value": persons, "low": persons / 2, "high": persons * 2,
         "use": "check", "source": MADE_UP}
        for place in abroad[:1]
    ]  # fmt: skip


def _km(place: Row, other: Row) -> float:
    return distance_km(place["lat"], place["lon"], other["lat"], other["lon"])


def _ranged(row: Row) -> Row:
    """A row as the writer of tables takes it: times as texts, and numbers with a range as such."""
    told: Row = {}
    for key, value in row.items():
        if isinstance(value, datetime):
            told[key] = value.isoformat(timespec="minutes")
        elif isinstance(value, dict) and "value" in value:
            told[key] = Ranged(value, 0)
        else:
            told[key] = value
    return told


def _spots(places: Sequence[Row]) -> Spots:
    return Spots(
        [p["name"] for p in places], [p["country"] for p in places],
        np.array([p["lat"] for p in places]), np.array([p["lon"] for p in places]),
    )  # fmt: skip


def _km_cost(places: Sequence[Row], routes: Sequence[Row], events: Sequence[Row], home: str) -> str:
    struck = {row["place"] for row in events}
    persons = [p.get("population") or 0 if p["name"] in struck else 0 for p in places]
    abroad = [p["country"] != home for p in places]
    cost = estimated_km_cost([p["name"] for p in places], abroad, persons, routes)
    if cost is None:  # a single town
        return "0.15"
    return "{{value: {value}, low: {low}, high: {high}, source: {quoted}}}".format(
        **cost, quoted=_quoted(cost["source"])
    )


def _borders(places: Sequence[Row], home: str) -> str:
    others = dict.fromkeys(p["country"] for p in places if p["country"] != home)
    lines = []
    for other in others:
        lines += [
            f"  - id: {_quoted(f'{home}-{other}')}",
            f"    between: [{_quoted(home)}, {_quoted(other)}]",
            "    # authorities:",
            f"    #   - name: {_quoted(other)}",
            f"    #     country: {_quoted(other)}",
            "    #     policies:",
            f"    #       - {{type: closed, stop: {START + timedelta(days=3):%Y-%m-%dT%H:%M}}}",
        ]
    return "".join(f"{line}\n" for line in lines) if lines else "  []\n"


def _quoted(text: str) -> str:
    """A text as YAML, in quotes where it must be."""
    plain = text.replace(" ", "").replace("-", "").isalpha() and text == text.strip()
    is_word = text.casefold() in ("null", "true", "false", "yes", "no", "on", "off", "nan", "inf")
    return text if plain and not is_word else "'" + text.replace("'", "''") + "'"
