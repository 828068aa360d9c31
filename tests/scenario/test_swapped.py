"""Latitude and longitude in each other's place are told where only the other order fits."""

from __future__ import annotations

import math
import shutil
import warnings
from pathlib import Path

import pytest

import flowsim as fs
from flowsim.scenario.swapped import all_swapped, swapped_places
from flowsim.scenario.write import write_scenario
from flowsim.world.config import Place, Route
from flowsim.world.earth import distance_km
from tests.conflicts import NAMES, conflicts_folder, needs_conflicts
from tests.flee_folder import flee_folder

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "scenarios/kyrgyz_uzbek_2010"
LOCATIONS = (
    "#name,region,country,latitude,longitude,location_type,conflict_date,population\n"
    "Aha,North,Home,14.0,39.0,conflict_zone,0,1000\n"
    "Bee,North,Home,14.5,39.2,town,,\n"
    "Cee,West,Far,14.2,37.9,camp,,500\n"
    "Dee,West,Far,{},camp,,400\n"
    "Eve,East,Else,15.0,38.5,camp,,300\n"
)


def turned(place: Place) -> Place:
    return place.model_copy(update={"lat": place.lon, "lon": place.lat})


def grid(lat: float, lon: float, side: int = 4) -> tuple[list[Place], list[Route]]:
    """Places half a degree apart, and roads a third longer than the lines between neighbours."""
    at = {f"{i} {j}": (lat + i / 2, lon + j / 2) for i in range(side) for j in range(side)}
    places = [Place(name=name, country="A", lat=a, lon=b) for name, (a, b) in at.items()]
    routes = [
        Route(start=one, end=other, km=1.3 * distance_km(*at[one], *at[other]))
        for one in at
        for other in at
        if one < other and math.dist(at[one], at[other]) < 0.6
    ]
    return places, routes


@pytest.mark.parametrize(("lat", "lon"), [(40.0, 72.0), (-30.0, 20.0), (5.0, 30.0), (33.0, 60.0)])
def test_any_one_place(lat: float, lon: float) -> None:
    places, routes = grid(lat, lon)
    assert swapped_places(places, routes) == []
    for i, place in enumerate(places):
        others = [*places[:i], turned(place), *places[i + 1 :]]
        (swap,) = swapped_places(others, routes)
        assert swap.index == i
        assert swap.swapped_km < swap.road_km < swap.line_km


def test_some_places() -> None:
    places, routes = grid(40.0, 72.0)
    some = (0, 5, 10)
    mixed = [turned(p) if i in some else p for i, p in enumerate(places)]
    assert tuple(swap.index for swap in swapped_places(mixed, routes)) == some


@pytest.mark.parametrize(
    ("lat", "lon", "told"),
    [(40.0, 72.0, True), (5.0, 70.0, True), (70.0, 25.0, True), (2.0, 30.0, False),
     (36.0, 37.0, False)],
)  # fmt: skip
def test_all_places(lat: float, lon: float, told: bool) -> None:
    """Near the equator, and near where both are the same, both orders fit, and nothing is said."""
    places, routes = grid(lat, lon)
    assert not all_swapped(places, routes)
    assert all_swapped([turned(place) for place in places], routes) is told


@pytest.mark.parametrize("lon", [100.0, -120.0])
def test_a_longitude_that_is_no_latitude_is_not_swapped(lon: float) -> None:
    places, routes = grid(40.0, lon)
    assert swapped_places(places, routes) == []
    assert not all_swapped(places, routes)


def test_rough_coordinates_and_odd_roads_are_not_swapped() -> None:
    """Four degrees off, a ferry of no length, a road round a sea."""
    places, routes = grid(14.0, 39.0)
    places[3] = places[3].model_copy(update={"lat": places[3].lat + 4.0})
    routes[0] = routes[0].model_copy(update={"km": 1.0})
    routes[-1] = routes[-1].model_copy(update={"km": 900.0})
    assert swapped_places(places, routes) == []
    assert not all_swapped(places, routes)


def test_in_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(SHIPPED, "june")
    table = Path("june/places.csv")
    lines = table.read_text().splitlines()
    header = lines[[line.startswith("name,") for line in lines].index(True)].split(",")
    i = next(i for i, line in enumerate(lines) if line.startswith("Dostuk,"))
    cells = lines[i].split(",")
    lat, lon = header.index("lat"), header.index("lon")
    cells[lat], cells[lon] = cells[lon], cells[lat]
    lines[i] = ",".join(cells)
    table.write_text("\n".join(lines))
    with pytest.raises(fs.ScenarioError) as error:
        fs.load("june")
    hint = "correct the coordinates (latitude and longitude of 'Dostuk' seem to be swapped)"
    assert all(hint in problem.right for problem in error.value.problems)
    text = Path("june/scenario.yaml").read_text()
    Path("june/scenario.yaml").write_text(text.replace("step: 1h", "step: 1h\nas_given: true"))
    with pytest.warns(fs.ScenarioWarning) as warned:
        fs.load("june")
    (told,) = (str(w.message) for w in warned)
    assert told.startswith(f"june/places.csv:{i + 1}:{lat + 1}: places[Dostuk].lat: it lies 3,")
    assert told.endswith("swapped it would be 3 km; correct them if they are")


def test_a_whole_table(tmp_path: Path) -> None:
    base = fs.load(SHIPPED)
    changed = base.model_copy(
        update={"places": tuple(map(turned, base.places)), "as_given": True, "reports": ()}
    )
    write_scenario(changed, tmp_path)
    with pytest.warns(fs.ScenarioWarning, match="places.csv:1:1: places: latitudes and longitudes"):
        fs.load(tmp_path)


def test_in_a_folder_of_flee(tmp_path: Path) -> None:
    fine = flee_folder(tmp_path / "fine", locations=LOCATIONS.format("14.1,38.1"))
    assert len(fs.load(fine).places) == 5
    folder = flee_folder(tmp_path / "mixed", locations=LOCATIONS.format("38.1,14.1"))
    with pytest.warns(fs.ScenarioWarning) as warned:
        fs.load(folder)
    (told,) = (str(w.message) for w in warned)
    assert told.startswith(f"{folder}/input_csv/locations.csv:5: 'Dee': it lies 3,")
    assert " from 'Cee', 90 km away by road; with latitude and longitude swapped it " in told


@pytest.mark.parametrize("file", [SHIPPED, *sorted((SHIPPED / "variants").glob("a*.yaml"))])
def test_shipped_scenarios_are_as_they_should_be(file: Path) -> None:
    scenario = fs.load(file)  # a warning would be an error
    assert not swapped_places(scenario.places, scenario.routes)
    assert not all_swapped(scenario.places, scenario.routes)


@needs_conflicts
@pytest.mark.parametrize("name", NAMES)
def test_conflicts_are_as_they_should_be(name: str) -> None:
    folder = conflicts_folder()
    assert folder is not None
    with warnings.catch_warnings(record=True) as odd:
        warnings.simplefilter("always")
        fs.load(folder / name)
    assert not [str(w.message) for w in odd if "swapped" in str(w.message)]
