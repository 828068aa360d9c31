"""Folders to start from: small ones that hold every kind of section.

All load but June 2010, whose tables are cut short.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.bad_input.folders import (
    SMALL,
    VARIANT,
    Parts,
    files_of,
    flee,
    more_of_flee,
    part,
    small,
    variant,
)
from tests.fuzz.blob import LINK, Blob, Part, pack

ROOT = Path(__file__).parents[2]
JUNE = ROOT / "scenarios/kyrgyz_uzbek_2010"
ITEMS = 3
"""Items kept of each list and table of June 2010."""

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


def seeds() -> dict[str, bytes]:
    """Blobs by name."""
    beside = (*files_of(SMALL, "base"), part("scenario.yaml", "extends: ../base\n"))
    near = part("variant.yaml", VARIANT.replace("../base", "."))
    found = {
        "small": Blob(b"", small()),
        "variant": Blob(b"variant", (*small(), near)),
        "apart": Blob(b"", variant()),
        "beside": Blob(b"", beside),
        "linked": Blob(b"", (*small(), Part(LINK, b"scn/more.csv", b"places.csv"))),
        "june": Blob(b"", _june()),
        "flee": Blob(b"", flee()),
        "flee_more": Blob(b"", more_of_flee()),
        "flee_strict": Blob(b"strict", more_of_flee()),
    }
    for number, policies in enumerate(POLICIES):
        text = ALIASES % policies
        found[f"policies_{number}"] = Blob(b"", (part("scenario.yaml", text),))
    return {name: pack(blob) for name, blob in found.items()}


def _june() -> Parts:
    """June 2010; of its lists and tables only the first items."""
    files = [JUNE / "scenario.yaml", *sorted(JUNE.glob("*.csv"))]
    return tuple(
        part(file.name, _cut(file.read_text(encoding="utf-8"), ITEMS, file.suffix == ".csv"))
        for file in files
    )


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
