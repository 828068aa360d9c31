"""What of a scenario does nothing is told as a warning, with its place, where it is loaded."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.errors import ScenarioWarning
from flowsim.scenario.idle import idle
from flowsim.scenario.shipped import home, names

SMALL = Path(__file__).parents[1] / "data" / "small"
FLOOD = "levels: [{driver: flood, place: Town, start: 2010-06-11T00:00, level: 1}]\n"
TELLS = {
    "gates: [{crossing: Bridge, start: 2011-06-11T00:00, persons_per_hour: 9}]\n": (
        "gates: all rows of gates begin after the period, and do nothing"
    ),
    "fuel: [{place: Town, start: 2011-06-11T00:00, vehicles_per_day: 9}]\n": (
        "fuel: all rows of fuel begin after the period"
    ),
    "road_events: [{route: [Town, Village], start: 2009-06-11T00:00, stop: 2009-06-12T00:00}]\n": (
        "road_events[0].stop: it is over before the period"
    ),
    "threats: [{name: rumour, places: [Town], start: 2010-06-11T00:00, fear: 0}]\n": (
        "threats[rumour].fear: the threat 'rumour' frightens nobody"
    ),
    "threats: [{name: end, region: Valley, start: 2010-06-11T00:00, target: {North: 0}}]\n": (
        "threats[end].target: the threat 'end' targets nobody"
    ),
    "drivers: [{name: flood}]\n" + FLOOD: "drivers[flood].name: the driver 'flood' does nothing",
    "drivers: [{name: flood, origin_weight: 1}]\n" + FLOOD: (
        "drivers[flood].origin_weight: it weighs origins where it is told how many leave"
    ),
    "drivers: [{name: flood, settle_cost: 1, target: {South: 0}}]\n" + FLOOD: (
        "drivers[flood].target: the driver 'flood' touches nobody"
    ),
    "drivers: [{name: flood, leave_per_day: 1}]\n" + FLOOD.replace("level: 1", "level: 0"): (
        "drivers[flood].name: all levels of the driver 'flood' are 0"
    ),
    "linked: [{name: one doubt, inputs: [behaviour.leaving.violence_per_day, "
    "behaviour.news.informed]}]\n": "'behaviour.news.informed' has no range, and so does not move",
}
"""What is added to the small scenario, and what it makes somebody told of."""


@pytest.mark.parametrize("added", TELLS, ids=lambda text: text[:40])
def test_it_is_told_with_its_place(tmp_path: Path, added: str) -> None:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    file = folder / "scenario.yaml"
    file.write_text(file.read_text().replace("\nconditions:\n", f"\n{added}\nconditions:\n"))
    with pytest.warns(ScenarioWarning) as told:
        fs.load(folder)
    (message,) = [str(one.message) for one in told]
    assert TELLS[added] in message
    assert "scenario.yaml:4" in message


def test_a_capacity_that_grows_from_no_limit_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    file = folder / "places.csv"
    head, town, village, camp = file.read_text().splitlines()
    camp = camp.replace(",500,", ",,")
    rows = [f"{head},capacity_per_day", f"{town},", f"{village},", f"{camp},50"]
    file.write_text("\n".join(rows) + "\n")
    with pytest.warns(ScenarioWarning, match=r"places\.csv:4:15: .*'Camp' shelters people without"):
        fs.load(folder)


def test_a_setting_that_only_another_makes_use_of_is_told() -> None:
    choice, origins = "behaviour.routes.", "behaviour.origins."
    alone = {f"{choice}near_km": 30.0, f"{choice}distance_power": 2.0, f"{origins}decay_days": 7}
    world = fs.teaching_world().with_values(alone)
    told = [flaw.wrong for flaw in idle(world)]
    assert told == [
        f"nothing uses {name} here" for name in ("distance_power", "near_km", "decay_days")
    ]
    power = world.with_values({f"{choice}distance": "power", f"{origins}decay": [1.0, 0.5]})
    assert [flaw.wrong for flaw in idle(power)] == ["nothing uses decay here"]
    assert not [*idle(power.with_values({"behaviour.leaving.count": "given"}))]


@pytest.mark.parametrize("name", names())
def test_nothing_that_comes_with_it_is_idle(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ScenarioWarning)
        fs.load(home() / name)
