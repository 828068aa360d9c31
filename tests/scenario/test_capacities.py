"""Capacities over time in files, in variants, and to those who ask a scenario for its room."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowsim as fs
from flowsim.model.outlook import Outlook
from flowsim.model.unlikely import unlikely
from flowsim.policy import CapacityBound
from flowsim.scenario.capacities import without_capacities
from flowsim.scenario.checks import check
from tests.worlds import small_scenario

ROWS = [
    {"place": "Camp", "start": "2010-06-11T00:00", "sites": 2, "places_per_site": 50},
    {"place": "Camp", "start": "2010-06-12T00:00", "persons": 0},
]
LATER = {"places[Camp].capacity": 0, "capacities": ROWS}
"""A camp that opens after half a day and is closed a day later."""


def test_a_table_is_read(tmp_path: Path) -> None:
    base = small_scenario()
    base.save(tmp_path / "made")
    file = tmp_path / "made" / "scenario.yaml"
    file.write_text(f"{file.read_text('utf-8')}capacities: room.csv\n", "utf-8")
    table = "place,start,sites,sites.low,sites.high,places_per_site,between\n"
    row = "Camp,2010-06-11T00:00,3,1,9,20,line\n"
    (tmp_path / "made" / "room.csv").write_text(table + row, "utf-8")
    made = fs.load(tmp_path / "made")
    assert [(r.place, r.room, r.between) for r in made.capacities] == [("Camp", 60.0, "line")]
    assert [(n.path, n.low, n.high) for n in made.numbers] == [("capacities[0].sites", 1, 9)]


def test_a_variant_adds_rows(tmp_path: Path) -> None:
    small_scenario(capacities=ROWS[:1]).save(tmp_path / "made")
    variant = tmp_path / "variant.yaml"
    variant.write_text(
        "extends: made/scenario.yaml\ncapacities:\n  add:\n"
        "    - {place: Camp, start: 2010-06-12T00:00, persons: 0}\n",
        "utf-8",
    )
    assert [row.room for row in fs.load(variant).capacities] == [100.0, 0.0]


@pytest.mark.parametrize(("rows", "told"), [(ROWS, 0), (ROWS[1:], 1), ([], 1)])
def test_a_state_watches_places_that_have_room_at_some_time(rows: list, told: int) -> None:
    scenario = small_scenario().with_values({"places[Camp].capacity": 0, "capacities": rows})
    wrong = check(scenario.replace_policies("Here-There", CapacityBound()))
    assert ["none of the places" in problem.wrong for problem in wrong] == [True] * told


def test_without_capacities_there_is_no_table_either() -> None:
    bare = without_capacities(small_scenario().with_values(LATER))
    assert (bare.places[2].capacity, bare.capacities) == (None, ())
    never = small_scenario().with_values({"places[Camp].capacity": 0})
    assert without_capacities(never).places[2].capacity == 0


def test_a_camp_that_opens_later_counts_as_room_and_takes_people() -> None:
    """Its room is the most that it has, though it is closed as the run ends."""
    scenario = small_scenario().with_values(LATER)
    world = Outlook(scenario).world
    assert world.may_settle.all()
    assert [int(world.capacity_at(hour * 3600)[2]) for hour in (0, 6, 30)] == [0, 100, 0]
    assert world.most_capacity(48 * 3600)[2] == 100
    assert fs.run(scenario.replace_policies("Here-There")).people.sel(place="Camp").sum() > 0
    assert not any("have room" in str(flaw) for flaw in unlikely(scenario))
