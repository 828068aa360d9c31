"""Folders to start from: small ones that hold every kind of section.

All load but June 2010, whose tables are cut short.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.flee_folder import FILES
from tests.fuzz.blob import FILE, LINK, LOADED, Blob, Part, pack

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "tests/data/small"
JUNE = ROOT / "scenarios/kyrgyz_uzbek_2010"
ITEMS = 3
"""Items kept of each list and table of June 2010."""

SETTINGS = """log_levels: {agent: 0}
spawn_rules:
  take_from_population: False
  conflict_driven_spawning: {spawn_mode: pop_ratio, displaced_per_conflict_day: 0.01}
move_rules:
  max_move_speed: 360.0
  awareness_level: 1
  conflict_weight: 0.25
  use_v1_rules: false
optimisations: {hasten: 1}
"""
VARIANT = """extends: ../scn
title: A variant
end: {value: 2010-06-12T12:00, low: 2010-06-12T06:00, high: 2010-06-12T18:00}
places:
  Village: {capacity: 50}
  add: [{name: New, country: Here, lat: 40.55, lon: 72.75, population: 20, share: {North: 1}}]
routes:
  add: [{start: New, end: Village, km: 9}]
violence: {events: {add: [{place: New, start: 2010-06-11, peak: 2010-06-11, until: 2010-06-12,
  intensity: 0.5, target: {South: 1.0}}]}}
forces: null
"""
ALIASES = """name: small
start: &start 2010-06-10
end: 2010-06-11
flee_from: [A]
groups: [{name: G, household_size: {1: 1}, children: 0, women: 0.5, men: 0.5, elderly_women: 0,
  elderly_men: 0}]
places:
  - {name: P, country: A, lat: 1, lon: 1, population: 9, share: &one {G: 1}}
  - {name: Q, country: B, lat: 1, lon: 1.1, capacity: 5, sheltered: 2}
  - {name: R, country: A, lat: 1.1, lon: 1, population: 3, share: *one}
  - {name: S, country: B, kind: camp, lat: 1, lon: 1.2, capacity: 50, capacity_per_day: 1.5}
routes: [{start: P, end: Q, km: 20, kind: post, crossing: C}, {start: P, end: R, km: 15},
  {start: Q, end: S, km: 12, mode: foot}]
violence: {events: [{place: P, start: *start, peak: *start, until: 2010-06-11, intensity: 1,
  target: *one}]}
borders: [{id: A-B, between: [A, B], authorities: [{name: B, country: B, policies: [%s]},
  {name: A, country: A, lag_hours: 1, policies: [{type: exit_ban, barred: [men], leak: 0.1}]}]}]
conditions: [{name: Block, kind: roadblock, places: [P], start: *start, stop: 2010-06-11}]
forces: [{name: Army, kind: army, places: [P], size: 9, orders: [{start: *start, stance: attack}]}]
reports: [{id: one, when: *start, variable: waiting, place: C, value: 1, use: fit}]
arrivals: [{start: *start, persons: 3, place: P}]
behaviour: {leaving: {count: given}}
"""
POLICIES = (
    "{type: quota, per_day: 40, exempt: [women], priority: [children], start: *start}",
    "{type: reactive, when: {what: waiting, where: C, above: 5}, policies: [{type: closed}]}",
    "{type: scheduled, policies: [{type: opening_hours, hours: [8, 18], days: [thu]}]}",
    "{type: push_back, interception: 0.1, after_hours: 2}, {type: encouraged_return, factor: 2}",
    "{type: capacity_bound, closes_at: 1, reopens_at: 0.5, places: [S]}",
    "{type: corridor, routes: [[Q, S]], danger: 0.1}, {type: reception_stop, places: [S]}",
    "{type: relocation, origins: [Q], to: [S], per_day: 2}",
    "{type: quota, per_hour: 9, counted: true, carry_over: 0.5, shared: true, crossings: [C]}",
    "{type: announced_opening, announced: *start, stop: 2010-06-10T12:00}",
    "{type: announced_closure, announced: 2010-06-10T06:00, start: 2010-06-10T12:00}",
    "{type: checkpoint, routes: [], permeability: 0.5}, "
    "{type: forced_return, per_day_at_deadline: 6, start: *start, deadline: 2010-06-10T20:00}",
)  # fmt: skip
MORE_OF_FLEE: Mapping[str, str] = {
    "input_csv/agents.csv": "#location,age\nAha,3\nDee,30\n",
    "input_csv/demographics_age.csv": "age,Default\n7,1\n30,3\n",
    "input_csv/demographics_gender.csv": "gender,Default,Aha\nf,1,2\nm,2,1\n",
    "input_csv/location_changes.csv": "#name,type,day\nBee,camp,3\nDee,town,4\nAha,town,5\n",
    "input_csv/registration_corrections.csv": "Dee,2015-05-11\n",
    "input_csv/flood_level.csv": "#Day,Aha\n0,1\n3,2\n",
    "input_csv/major_routes.csv": "Aha,Bee,Cee\n",
    "input_csv/closures.csv": "country,Home,Else,0,4\ncamp,Cee,,2,5\nlink,Aha,Bee,1,3\n"
    "location,Aha,Eve,1,-1\n",
    "input_csv/region_attributes_IPC.csv": "#Day,North\n0,10\n2,30.5\n",
    "simsetting.yml": SETTINGS,
}


def seeds() -> dict[str, bytes]:
    """Blobs by name."""
    small = _folder(SMALL)
    variant = (*small, Part(FILE, b"variants/variant.yaml", VARIANT.encode()))
    found = {
        "small": Blob(b"", small),
        "variant": Blob(
            b"variant", (*small, _file("variant.yaml", VARIANT.replace("../scn", ".")))
        ),
        "beside": Blob(
            b"", (*_moved(small, b"base"), _file("scenario.yaml", "extends: ../base\n"))
        ),
        "linked": Blob(b"", (*small, Part(LINK, b"scn/more.csv", b"places.csv"))),
        "june": Blob(b"", _folder(JUNE, ITEMS)),
    }
    found["apart"] = Blob(b"", variant)
    for number, policies in enumerate(POLICIES):
        text = ALIASES % policies
        found[f"policies_{number}"] = Blob(b"", (_file("scenario.yaml", text),))
    flee = {f"{LOADED}/{name}": text for name, text in FILES.items()}
    more = flee | {f"{LOADED}/{name}": text for name, text in MORE_OF_FLEE.items()}
    found["flee"] = Blob(b"", _texts(flee))
    found["flee_more"] = Blob(b"", _texts(more))
    found["flee_strict"] = Blob(b"strict", _texts(more))
    return {name: pack(blob) for name, blob in found.items()}


def _folder(folder: Path, most: int | None = None) -> tuple[Part, ...]:
    """The files of a scenario; of lists and tables only so many items."""
    files = [folder / "scenario.yaml", *sorted(folder.glob("*.csv"))]
    parts = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        if most is not None:
            text = _cut(text, most, file.suffix == ".csv")
        parts.append(_file(file.name, text))
    return tuple(parts)


def _cut(text: str, most: int, is_table: bool) -> str:
    if is_table:
        rows = [row for row in text.splitlines(keepends=True) if not row.startswith("#")]
        return "".join(rows[: most + 1])
    yaml, made = YAML(typ="safe", pure=True), io.StringIO()
    yaml.dump(_shorter(yaml.load(text), most), made)
    return made.getvalue()


def _shorter(value: Any, most: int) -> Any:
    if isinstance(value, dict):
        return {key: _shorter(inner, most) for key, inner in value.items()}
    return [_shorter(item, most) for item in value[:most]] if isinstance(value, list) else value


def _moved(parts: tuple[Part, ...], to: bytes) -> tuple[Part, ...]:
    return tuple(part._replace(name=part.name.replace(b"scn/", to + b"/")) for part in parts)


def _file(name: str, text: str) -> Part:
    return Part(FILE, f"{LOADED}/{name}".encode(), text.encode())


def _texts(files: Mapping[str, str]) -> tuple[Part, ...]:
    return tuple(Part(FILE, name.encode(), text.encode()) for name, text in files.items())
