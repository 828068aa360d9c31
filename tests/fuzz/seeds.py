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
reports: [{id: one, when: *start, variable: waiting, place: C, value: 1, use: fit,
  counted: 2, recount: true, originator: a, rounded_to: 1, counting_error: 0.1,
  lag_hours_low: -1, lag_hours_high: 2}]
arrivals: [{start: *start, persons: 3, place: P}]
behaviour: {leaving: {count: given}}
"""
MORE = """population: {one_in: 3}
evidence: {counting_error: 0.1, discrepancy: {waiting: 0.3}, other_discrepancy: 0.1,
  same_originator: 0.5, degrees_of_freedom: 4, discrepancy_within: 2}
gates: [{crossing: C, start: 2010-06-10T03:00, persons_per_hour: 20, direction: out},
  {crossing: C, start: 2010-06-10T09:00}]
threats: [{name: Advance, places: [R], start: *start, peak: 2010-06-10T02:00, fear: 0.7,
  until: 2010-06-10T20:00, half_life_hours: 3, target: *one, lost_from: 2010-06-10T08:00,
  leave_within_hours: 6}]
drivers: [{name: flood, between: line, leave_per_day: 1, way_cost_per_hour: 0.5, settle_cost: 1,
  stay_away: 1, origin_weight: 1}]
levels: [{driver: flood, place: P, start: *start, level: 0.5},
  {driver: flood, region: North, start: 2010-06-10T06:00, level: 2}]
road_events: [{route: [P, R], start: 2010-06-10T03:00, stop: 2010-06-10T06:00, capacity: 0.3,
  direction: along}]
capacities: [{place: R, start: *start, sites: 2, places_per_site: 40, hosts: 5, between: line},
  {place: R, start: 2010-06-10T12:00, persons: 90}]
fuel: [{place: P, start: *start, vehicles_per_day: 30}, {place: P, start: 2010-06-10T12:00}]
"""
"""Sections beside those of `ALIASES`, and what they change in them."""
CHANGES = (
    ("{start: P, end: R, km: 15}",
     "{start: P, end: R, km: 15, lanes: 1, persons_per_hour: 40}"),
    ("kind: post, crossing: C}", "kind: post, crossing: C, gate_per_hour: 30, waiting_room: 20, "
     "vehicles_per_hour: 9}"),
    ("target: *one}]}", "target: *one}, {place: P, to: R, part: 0.5, start: *start, peak: *start, "
     "until: 2010-06-11, intensity: 0.2, target: *one, deaths: 1, wounded: 2}, {place: P, "
     "crowd: 2, start: *start, peak: *start, until: *start, intensity: 1, target: *one}], "
     "escalation: {branching: 0.3, hours: 3, intensity: 0.2, half_life_hours: 3, km: 5}}"),
    ("stance: attack}", "stance: take_part, against: [G], roads: block, groups: [G]}"),
    ("lon: 1, population: 3", "lon: 1, region: North, population: 3"),
    ("leaving: {count: given}", "leaving: {way_out: 0.5}, harm: {die_of_wounds: 0.1, "
     "die_of_wounds_days: 2, recover_per_day: 0.1, wounded_speed: 0.7, counted_after_days: 1, "
     "never_counted: 0.1, danger_ahead: 0.5, detained: 1}, traffic: {persons_per_vehicle: 4, "
     "jam_per_km: 100}"),
    ("arrivals: [{start: *start, persons: 3, place: P}]\n", ""),
    ("[{name: G, ", "[{name: G, nationality: N, kin_across: 0.5, "),
)  # fmt: skip
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
    found["mechanisms"] = Blob(b"", (part("scenario.yaml", mechanisms()),))
    return {name: pack(blob) for name, blob in found.items()}


def mechanisms() -> str:
    """A scenario of all sections and fields that ask for a mechanism that is off by default."""
    text = ALIASES % POLICIES[0]
    for old, new in CHANGES:
        assert old in text, old
        text = text.replace(old, new)
    return text + MORE


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
