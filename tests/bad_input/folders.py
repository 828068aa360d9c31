"""Valid folders of every kind, in parts that can be broken: small, random, variants, Flee's.

A part is a file, link or pipe below the folder that is loaded, or below one beside it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import flowsim as fs
from flowsim.model.assemble import as_yaml
from flowsim.scenario.write import write_scenario
from tests.flee_folder import FILES
from tests.fuzz.blob import FILE, LOADED, Part
from tests.properties.together import everything

SMALL = Path(__file__).parents[1] / "data/small"
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
VARIANT = """extends: ../base
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
MORE_OF_FLEE: Mapping[str, str] = {
    "input_csv/agents.csv": "#location,age\nAha,3\nDee,30\n",
    "input_csv/demographics_age.csv": "age,Default\n7,1\n30,3\n",
    "input_csv/demographics_gender.csv": "gender,Default,Aha\nf,1,2\nm,2,1\n",
    "input_csv/location_changes.csv": "#name,type,day\nBee,camp,3\nDee,town,4\nAha,town,5\n",
    "input_csv/registration_corrections.csv": "Dee,2015-05-11\n",
    "input_csv/flood_level.csv": "#Day,Aha\n0,1\n3,2\n",
    "input_csv/region_attributes_IPC.csv": "#Day,North\n0,10\n2,30.5\n",
    "input_csv/major_routes.csv": "Aha,Bee,Cee\n",
    "input_csv/closures.csv": "country,Home,Else,0,4\ncamp,Cee,,2,5\nlink,Aha,Bee,1,3\n"
    "location,Aha,Eve,1,-1\n",
    "simsetting.yml": SETTINGS,
}

Parts = tuple[Part, ...]


def part(name: str, text: str | bytes, folder: str = LOADED) -> Part:
    """A file of a folder."""
    raw = text.encode() if isinstance(text, str) else text
    return Part(FILE, f"{folder}/{name}".encode(), raw)


def files_of(folder: Path, called: str = LOADED) -> Parts:
    """The files of a folder on the disk."""
    return tuple(part(f.name, f.read_bytes(), called) for f in sorted(folder.iterdir()))


@cache
def small() -> Parts:
    """The scenario of the tests, with tables and ranges."""
    return files_of(SMALL)


@cache
def inline() -> Parts:
    """The same as one file, with the ranges in a list."""
    return (part("scenario.yaml", as_yaml(fs.load(SMALL))),)


@cache
def variant() -> Parts:
    """A variant of the same in a folder beside it."""
    return (*files_of(SMALL, "base"), part("scenario.yaml", VARIANT))


@cache
def flee() -> Parts:
    """A folder of Flee with the files that each has."""
    return tuple(part(name, text) for name, text in FILES.items())


@cache
def more_of_flee() -> Parts:
    """A folder of Flee with every file that is read."""
    return tuple(part(name, text) for name, text in {**FILES, **MORE_OF_FLEE}.items())


KINDS = (small, inline, variant, flee, more_of_flee)
NATIVE = (small, inline, variant)


@st.composite
def written(draw: Any) -> Parts:
    """A random scenario as it is written out."""
    scenario = draw(everything(most=40))
    with tempfile.TemporaryDirectory() as there:
        write_scenario(scenario, Path(there))
        return files_of(Path(there))


def native() -> st.SearchStrategy[Parts]:
    """Scenarios as files, most of them small."""
    return st.one_of(*(st.builds(kind) for kind in NATIVE), written())


def any_kind() -> st.SearchStrategy[Parts]:
    """The same and folders of Flee."""
    return st.one_of(*(st.builds(kind) for kind in KINDS), written())
