"""Floods and hunger in a folder for Flee: read as drivers, and what Flee's rules make of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.behaviour.flee_config import FLOOD, HUNGER, Flee, Spawning
from flowsim.draws import seed_key
from flowsim.flee.ground import ground_of
from flowsim.flee.refused import unknown_to_flee
from flowsim.flee.simulate import simulate
from flowsim.flee.spawning import plan_starts
from flowsim.scenario.write import write_scenario
from flowsim.world.push_config import Driver, Level
from tests.flee.by_hand import state
from tests.flee.test_formulas import ground
from tests.flee_folder import flee_folder

FLOODS = "#Day,Aha,Bee\n0,1,0\n1,3,0\n2,3,2\n4,0,2\n"
IPC = "#Day,North,West\n0,10,0\n4,30,0\n9,30,50\n"
ALL_RULES = (
    "spawn_rules:\n  starvation_driven_spawning: True\n"
    "move_rules:\n  flee_when_starving: True\n  avoid_food_deprived_locations: True\n"
    "  flood_rules:\n    max_flood_level: 2\n    flood_movechances: [0.0, 0.5, 0.75]\n"
    "    flood_loc_weights: [1.0, 0.5, 0.25]\n"
)
BEGIN = datetime(2015, 5, 1)


def days(n: float) -> datetime:
    return BEGIN + timedelta(days=n)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return flee_folder(
        tmp_path, flood_level=FLOODS, region_attributes_IPC=IPC, simsetting=ALL_RULES
    )


def test_both_tables_become_levels_of_drivers(folder: Path) -> None:
    """Of floods the days on which they change, of hunger all days, as parts and by region."""
    made = fs.load(folder)
    assert [driver.name for driver in made.drivers] == [FLOOD, HUNGER]
    floods = [(r.place, r.start, r.level) for r in made.levels if r.driver == FLOOD]
    assert floods == [("Aha", days(0), 1.0), ("Aha", days(1), 3.0), ("Aha", days(4), 0.0),
                      ("Bee", days(2), 2.0)]  # fmt: skip
    hunger = [(r.region, r.start, r.level) for r in made.levels if r.driver == HUNGER]
    assert hunger == [
        ("North", days(0), 0.1),
        ("North", days(4), 0.3),
        ("North", days(9), 0.3),
        ("West", days(0), 0.0),
        ("West", days(4), 0.0),
        ("West", days(9), 0.5),
    ]
    assert made.flee.flood_movechances == (0.0, 0.5, 0.75)
    flood, hungry = made.drivers
    assert (flood.leave_per_day, flood.settle_cost) == pytest.approx((np.log(2.0),) * 2)
    assert (hungry.leave_per_day, hungry.settle_cost, hungry.origin_weight) == (1.0, 0.5, 1.0)
    assert hungry.between == "line"


def test_a_sound_folder_tells_nothing_of_them(folder: Path, recwarn) -> None:
    fs.load(folder)
    assert [str(told.message) for told in recwarn] == []


def test_levels_by_day_on_the_ground(folder: Path) -> None:
    """Hunger in a line between the days that are told, in all places of the region."""
    told = ground_of(fs.load(folder))
    aha, bee, cee = (told.names.index(name) for name in ("Aha", "Bee", "Cee"))
    assert told.flood[:6, aha].tolist() == [1, 3, 3, 3, 0, 0]
    assert told.flood[:4, bee].tolist() == [0, 0, 2, 2]
    np.testing.assert_allclose(told.hunger[:6, aha], [0.1, 0.15, 0.2, 0.25, 0.3, 0.3])
    np.testing.assert_allclose(told.hunger[:, bee], told.hunger[:, aha])
    np.testing.assert_allclose(told.hunger[4:7, cee], [0.0, 0.1, 0.2])


def levels(**told: float) -> np.ndarray:
    """Levels at the six places of `ground`, by letter, on each of three days."""
    return np.tile([told.get(name, 0.0) for name in "ABCDEF"], (3, 1))


def test_so_many_more_move_on_as_go_hungry() -> None:
    there = ground(hunger=levels(A=0.2, B=0.4))
    plain = state(Flee(), there)
    hungry = state(Flee(flee_when_starving=True), there)
    for place, part in enumerate((0.2, 0.4, 0.0, 0.0)):
        assert hungry.chance[place] == pytest.approx(part + (1.0 - part) * plain.chance[place])
    assert plain.chance[1] == 0.3


def test_hungry_places_at_home_draw_less() -> None:
    there = ground(hunger=levels(B=0.5, C=0.5))
    plain, hungry = (
        state(Flee(avoid_food_deprived_locations=is_set), there) for is_set in (False, True)
    )
    assert hungry.score[1] == pytest.approx(plain.score[1] * 0.75)
    assert hungry.score[2] == plain.score[2]  # abroad


def test_floods_set_the_chance_to_move_on_and_weigh_scores() -> None:
    """Override and factor where the level is above 0; in a line between levels, the last holds."""
    rules = Flee(flood_movechances=(0.0, 0.5, 0.9), flood_loc_weights=(1.0, 0.5, 0.2))
    there = ground(flood=levels(A=1, B=1.5, C=2, D=7))
    plain, flooded = state(Flee(), there), state(rules, there)
    assert flooded.chance[:5] == pytest.approx([0.5, 0.7, 0.9, 0.9, plain.chance[4]])
    factor = [0.5, 0.35, 0.2, 0.2, 1.0]
    wanted = [f * s for f, s in zip(factor, plain.score[:5], strict=True)]
    assert flooded.score[:5] == pytest.approx(wanted)


@pytest.mark.parametrize("only_in_conflict", [True, False])
def test_hunger_weighs_where_people_start(folder: Path, only_in_conflict: bool) -> None:
    """Population times the part, up to the population, besides conflict there."""
    spawning = Spawning(
        starvation_driven_spawning=True, conflict_zone_spawning_only=only_in_conflict
    )
    made = fs.load(folder).with_values({"flee.spawning": spawning.model_dump()})
    places = [
        place.model_copy(update={"population": 3000, "share": {"people": 1.0}})
        if place.name == "Bee"
        else place
        for place in made.places
    ]
    told = ground_of(made.model_copy(update={"places": tuple(places)}))
    starts = plan_starts(made, told, seed_key(1))
    at_bee = (starts.place[starts.first[0] :] == told.names.index("Bee")).sum()
    assert bool(at_bee == 0) == only_in_conflict


def test_a_run_by_flees_rules_goes_by_them(folder: Path, tmp_path: Path) -> None:
    """And is the same uncompiled; without the tables it is another."""
    made = fs.load(folder).with_values({"rules": "flee"})
    days = simulate(made, seed=2)
    assert (days.persons == simulate(made, seed=2, readable=True).persons).all()
    bare = flee_folder(tmp_path / "bare")
    dry = simulate(fs.load(bare).with_values({"rules": "flee"}), seed=2)
    assert (days.persons != dry.persons).any()
    assert days.persons[-1].sum() + days.on_way[-1].sum() == 370


def test_flowsims_own_rules_go_by_them(folder: Path, tmp_path: Path) -> None:
    one, other = (fs.run(fs.load(f), seed=2) for f in (folder, flee_folder(tmp_path / "bare")))
    assert int(one.people.isel(time=-1).sum()) == int(other.people.isel(time=-1).sum()) == 370
    assert not (one.people == other.people).all()


def test_rules_of_hunger_need_its_levels(tmp_path: Path) -> None:
    made = fs.load(flee_folder(tmp_path, simsetting=ALL_RULES))
    assert [f"{p.path}: {p.wrong}" for p in unknown_to_flee(made)] == [
        f"flee.{name}: there are no levels of hunger"
        for name in ("flee_when_starving", "avoid_food_deprived_locations",
                     "spawning.starvation_driven_spawning")
    ]  # fmt: skip


def test_other_drivers_and_threats_are_refused_by_flees_rules(folder: Path) -> None:
    made = fs.load(folder)
    cold = made.model_copy(
        update={
            "drivers": (*made.drivers, Driver(name="cold")),
            "levels": (*made.levels, Level(driver="cold", place="Aha", start=BEGIN, level=1)),
        }
    )
    assert [(p.path, p.wrong) for p in unknown_to_flee(cold)] == [
        ("drivers[cold]", "Flee's rules know the drivers 'flood' and 'hunger' alone")
    ]


def test_a_folder_read_from_flee_is_written_and_read_back(folder: Path, tmp_path: Path) -> None:
    made = fs.load(folder)
    (tmp_path / "out").mkdir()
    write_scenario(made, tmp_path / "out")
    assert fs.load(tmp_path / "out") == made
    assert (tmp_path / "out" / "levels.csv").read_text().startswith("driver,place,region,start,")
