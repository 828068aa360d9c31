"""A hand-made Result that follows the contract of the model: two countries, a pulse, a queue."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xarray as xr

from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

STATUSES = ("at_home", "moving", "waiting", "displaced", "sheltered", "detained", "returned")
OUTCOMES = (
    "reached", "admitted", "exempt", "gave_up", "irregular", "detained", "pushed_back",
    "dispersed", "died", "returned", "refused", "intercepted",
)  # fmt: skip
WAITS = (0.0, 1.0, 2.0, 4.0, 8.0, 12.0, 24.0, 48.0, 96.0, 192.0)
KINDS = ("children", "women", "men", "elderly_women", "elderly_men")


def empty_data(
    places: list[dict[str, Any]],
    crossings: list[tuple[str, str, str, str]],
    times: np.ndarray,
    groups: tuple[str, ...] = ("Uzbek", "Kyrgyz", "Other"),
    **attrs: str,
) -> xr.Dataset:
    """A Dataset of the contract with nothing but zeros in it.

    Places have name, country, region, lat, lon and kind; crossings name, near, far and kind.
    """
    t, p, x, g, k = len(times), len(places), len(crossings), len(groups), len(KINDS)

    def ints(*shape: int) -> np.ndarray:
        return np.zeros(shape, dtype=np.int32)

    def texts(values: Any) -> np.ndarray:
        return np.array(list(values), dtype=np.str_)

    variables = {
        "people": (("time", "place", "group", "status"), ints(t, p, g, 7)),
        "outcomes": (("time", "crossing", "outcome", "kind"), ints(t, x, 12, k)),
        "waiting": (("time", "crossing", "kind"), ints(t, x, k)),
        "composition": (("time", "place", "kind"), ints(t, p, k)),
        "registered": (("time", "place", "kind"), ints(t, p, k)),
        "violence": (("time", "place"), np.zeros((t, p))),
        "deaths": (("time", "place", "group"), ints(t, p, g)),
        "wounded": (("time", "place", "group"), ints(t, p, g)),
        "exposure": (("time", "place", "group"), np.zeros((t, p, g))),
        "waiting_time": (("time", "crossing"), np.full((t, x), np.nan)),
        "hours_waited": (("crossing", "wait"), ints(x, len(WAITS))),
        "hours_to_safety": (("refuge", "wait"), ints(2, len(WAITS))),
        "split": (("time", "crossing"), ints(t, x)),
        "reunited": (("time", "place"), ints(t, p)),
        "apart": (("time",), ints(t)),
        "barred_deaths": (("time", "crossing"), ints(t, x)),
        "exposure_by_status": (("time", "group", "status"), np.zeros((t, g, 7))),
    }
    coords = {
        "time": times.astype("datetime64[ns]"),
        "place": texts(q["name"] for q in places),
        "group": texts(groups),
        "status": texts(STATUSES),
        "crossing": texts(c[0] for c in crossings),
        "outcome": texts(OUTCOMES),
        "kind": texts(KINDS),
        "refuge": texts(("inside", "abroad")),
        "wait": np.array(WAITS),
        "capacity": ("place", np.array([q.get("capacity", -1) for q in places], dtype=np.int64)),
        "country": ("place", texts(q["country"] for q in places)),
        "region": ("place", texts(q["region"] for q in places)),
        "place_kind": ("place", texts(q["kind"] for q in places)),
        "lat": ("place", np.array([q["lat"] for q in places], dtype=float)),
        "lon": ("place", np.array([q["lon"] for q in places], dtype=float)),
        "near": ("crossing", texts(c[1] for c in crossings)),
        "far": ("crossing", texts(c[2] for c in crossings)),
        "crossing_kind": ("crossing", texts(c[3] for c in crossings)),
    }
    told = {
        "name": "toy",
        "title": "A toy crisis",
        "digest": "0123456789abcdef",
        "scenario": "name: toy\n",
        "seed": "1",
        "engine": "columns",
        "versions": json.dumps({"flowsim": "0.1.0"}),
        "cpu": "x86_64",
        "start": "2010-06-10T18:00:00",
        "timezone": "Asia/Bishkek",
        "flee_from": "A-land",
    }
    return xr.Dataset(variables, coords, {**told, **attrs})


TOY_PLACES = [
    dict(zip(("name", "country", "region", "kind", "lat", "lon"), row, strict=True))
    for row in (
        ("Town", "A-land", "South", "town", 40.5, 72.8),
        ("Calm", "A-land", "North", "town", 40.7, 73.1),
        ("Gate", "A-land", "South", "gate", 40.6, 72.75),
        ("Camp", "B-land", "East", "camp", 40.62, 72.7),
        ("City", "B-land", "West", "host", 40.8, 72.3),
    )
]
TOY_CROSSINGS = [("Post", "Gate", "Camp", "post"), ("Gap", "Town", "City", "gap")]


def toy_data(hours: int = 60) -> xr.Dataset:
    """The toy world with zeros, hourly from 10 June 2010, 18:00."""
    times = np.datetime64("2010-06-10T18:00") + np.arange(1, hours + 1) * np.timedelta64(1, "h")
    return empty_data(TOY_PLACES, TOY_CROSSINGS, times)


def put(data: xr.Dataset, variable: str, value: float, **labels: Any) -> None:
    """Set cells by label; a time may be a slice or text."""
    data[variable].loc[labels] = value


def toy_result() -> Result:
    """A small run by hand: 100 flee Town, 60 cross, 20 wait, 5 die."""
    data = toy_data()
    put(data, "people", 1000, group="Uzbek", status="at_home", place=["Town", "Calm"])
    later = slice("2010-06-12T00:00", None)
    put(data, "people", 900, time=later, place="Town", group="Uzbek", status="at_home")
    put(data, "people", 20, time=later, place="Gate", group="Uzbek", status="waiting")
    put(data, "people", 15, time=later, place="Calm", group="Uzbek", status="displaced")
    put(data, "people", 60, time=later, place="Camp", group="Uzbek", status="sheltered")
    put(data, "composition", 25, time=later, place="Camp", kind="children")
    put(data, "composition", 30, time=later, place="Camp", kind="women")
    put(data, "composition", 4, time=later, place="Camp", kind="elderly_women")
    put(data, "composition", 1, time=later, place="Camp", kind="men")
    put(data, "waiting", 20, time=later, crossing="Post", kind="men")
    at = "2010-06-12T00:00"
    put(data, "outcomes", 85, time="2010-06-11T12:00", crossing="Post", outcome="reached",
        kind="women")  # fmt: skip
    put(data, "outcomes", 40, time=at, crossing="Post", outcome="admitted", kind="women")
    put(data, "outcomes", 15, time=at, crossing="Post", outcome="exempt", kind="children")
    put(data, "outcomes", 10, time="2010-06-12T06:00", crossing="Gap", outcome="irregular",
        kind="men")  # fmt: skip
    put(data, "outcomes", 5, time="2010-06-12T08:00", crossing="Gap", outcome="pushed_back",
        kind="men")  # fmt: skip
    put(data, "waiting_time", 7.5, time=at, crossing="Post")
    put(data, "registered", 12, time=later, place="Camp", kind="children")
    put(data, "registered", 33, time=later, place="Camp", kind="women")
    put(data, "deaths", 5, time="2010-06-11T06:00", place="Town", group="Uzbek")
    put(data, "wounded", 20, time="2010-06-11T06:00", place="Town", group="Uzbek")
    for place, persons in (("Camp", 100), ("City", 200)):
        data["capacity"].loc[{"place": place}] = persons
    put(data, "hours_waited", 30, crossing="Post", wait=[4.0, 24.0])
    put(data, "hours_waited", 10, crossing="Gap", wait=192.0)
    put(data, "hours_to_safety", 60, refuge="abroad", wait=12.0)
    put(data, "split", 4, time=at, crossing="Post")
    put(data, "reunited", 3, time="2010-06-12T06:00", place="Camp")
    put(data, "apart", 2, time=later)
    put(data, "barred_deaths", 1, time="2010-06-12T06:00", crossing="Post")
    put(data, "exposure", 2.0, time=at, place="Town", group="Uzbek")
    put(data, "violence", 0.5, time=slice(None, "2010-06-12T00:00"), place="Town")
    return Result(data)


def toy_scenario(reports: list[dict[str, Any]] | None = None) -> Scenario:
    """A Scenario that fits `toy_result`."""
    return Scenario.model_validate(
        {
            "name": "toy",
            "title": "A toy crisis",
            "start": "2010-06-10T18:00",
            "end": "2010-06-13T06:00",
            "flee_from": ["A-land"],
            "places": TOY_PLACES,
            "routes": [
                {"start": "Town", "end": "Gate", "km": 8},
                {"start": "Town", "end": "Calm", "km": 40},
                {"start": "Camp", "end": "City", "km": 40},
                *(
                    {"start": n, "end": f, "km": 5, "mode": "foot", "crossing": c, "kind": k}
                    for c, n, f, k in TOY_CROSSINGS
                ),
            ],
            "groups": [
                {"name": name, "household_size": {5: 1}, "children": 0.35, "women": 0.3,
                 "men": 0.3, "elderly_women": 0.03, "elderly_men": 0.02}
                for name in ("Uzbek", "Kyrgyz", "Other")
            ],
            "borders": [
                {
                    "id": "A-B",
                    "between": ["A-land", "B-land"],
                    "authorities": [
                        {
                            "name": "B guards",
                            "country": "B-land",
                            "policies": [
                                {"type": "triage", "barred": ["men"]},
                                {"type": "closed", "stop": "2010-06-11T12:00"},
                                {"type": "closed", "start": "2010-06-12T12:00",
                                 "crossings": ["Post"]},
                            ],
                        }
                    ],
                }
            ],
            "reports": reports if reports is not None else TOY_REPORTS,
        }
    )  # fmt: skip


TOY_REPORTS: list[dict[str, Any]] = [
    {"id": "R1", "when": "2010-06-12T00:00", "variable": "crossed", "place": "B-land", "value": 50,
     "low": 40, "high": 60, "use": "fit"},
    {"id": "R2", "when": "2010-06-12T12:00", "variable": "crossed", "value": 80, "low": 80,
     "use": "check"},
    {"id": "R3", "when": "2010-06-12T09:00", "variable": "waiting", "place": "Post", "value": 15,
     "high": 15, "use": "check"},
    {"id": "R4", "when": "2010-06-13T00:00", "variable": "share_women", "place": "East",
     "value": 0.57, "low": 0.5, "high": 0.6, "unit": "share", "use": "fit"},
    {"id": "R5", "when": "2010-06-13T00:00", "variable": "displaced_inside", "value": 30,
     "use": "check"},
    {"id": "R6", "when": "2010-06-13T00:00", "variable": "deaths", "value": 5, "low": 4,
     "high": 6, "use": "fit"},
    {"id": "R7", "when": "2010-06-11T12:00", "variable": "deaths_official", "value": 3},
    {"id": "R8", "when": "2010-06-12T12:00", "variable": "deaths_official", "value": 4,
     "use": "check"},
    {"id": "R9", "when": "2010-06-20T00:00", "variable": "crossed", "value": 90, "use": "check"},
    {"id": "R10", "when": "2010-06-12T00:00", "variable": "registered_adults", "place": "East",
     "value": 30, "low": 20, "high": 40, "unit": "adults", "use": "fit"},
    {"id": "R11", "when": "2010-06-12T00:00", "variable": "crossed_day", "value": 99, "low": 90,
     "high": 110, "use": "check"},
]  # fmt: skip
