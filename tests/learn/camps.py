"""A small world of two towns and three camps, with registrations of one's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import flowsim as fs

Points = Mapping[str, Sequence[tuple[int, float]]]

ROWS: Points = {
    "Near": [(0, 0), (10, 900), (20, 2100), (28, 2900), (50, 5200), (80, 7000)],
    "Far": [(0, 0), (15, 300), (29, 600), (60, 1500), (90, 2000)],
    "Late": [(0, 0), (55, 100), (85, 900)],
}


def camps_world(rows: Points = ROWS, **changed: Any) -> fs.Scenario:
    """It lasts 120 days; places, routes and borders may be given anew."""
    home, host = {"country": "Here", "lon": 0.0}, {"country": "There", "kind": "camp"}
    all_of_them = {"share": {"people": 1.0}}
    told: dict[str, Any] = {
        "name": "camps", "flee_from": ("Here",), "step": "1d", "record": "1d", "grid": "1d",
        "start": "2030-01-01", "end": "2030-05-01",
        "places": [
            {"name": "West", **home, "lat": 0.0, "population": 30_000, **all_of_them},
            {"name": "East", "country": "Here", "lon": 1.0, "lat": 0.0, "population": 60_000,
             **all_of_them},
            {"name": "Near", **host, "lon": 0.1, "lat": 0.6},
            {"name": "Far", **host, "lon": 0.9, "lat": 1.4},
            {"name": "Late", **host, "lon": 0.5, "lat": 0.8}],
        "routes": [
            {"start": "West", "end": "East", "km": 120},
            {"start": "West", "end": "Near", "km": 70, "crossing": "A", "kind": "post"},
            {"start": "East", "end": "Far", "km": 160, "crossing": "B", "kind": "post"},
            {"start": "West", "end": "Late", "km": 100, "crossing": "C", "kind": "post"}],
        "groups": [{"name": "people", "household_size": {1: 1.0}, "children": 0.4,
                    "women": 0.3, "men": 0.2, "elderly_women": 0.05, "elderly_men": 0.05}],
        "violence": {"events": [
            {"place": name, "start": "2030-01-01", "peak": "2030-01-01", "until": "2030-05-01",
             "intensity": power, "target": {"people": 1.0}}
            for name, power in (("West", 1.0), ("East", 0.3))]},
        "reports": reports(rows),
    }  # fmt: skip
    return fs.Scenario(**{**told, **changed})


def reports(rows: Points) -> list[dict[str, Any]]:
    """Rows as reports."""
    return [
        {"id": f"{place} {day}", "when": f"{date(day)}", "variable": "stock_abroad",
         "place": place, "value": persons}
        for place, points in rows.items() for day, persons in points
    ]  # fmt: skip


def checked_world(rows: Points) -> fs.Scenario:
    """The same with rows that are kept to check."""
    return camps_world(reports=[{**row, "use": "check"} for row in reports(rows)])


def date(day: int) -> str:
    """The date of a day since the start."""
    return str((datetime(2030, 1, 1) + timedelta(days=day)).date())
