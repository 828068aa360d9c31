"""Scenarios from data frames: the same rows, ranges and errors as tables, and told defaults."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import flowsim as fs
from flowsim.behaviour.config import Behaviour, RouteChoice
from flowsim.scenario.estimates import Spots, estimated_routes, neighbours
from flowsim.world.network import great_circle_km

SMALL = Path(__file__).parents[1] / "data/small"


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(SMALL / f"{name}.csv", comment="#")


def small(**changes: Any) -> fs.Scenario:
    """The small scenario from its own tables, read by pandas."""
    base = fs.load(SMALL)
    rest = ("name", "title", "start", "end", "timezone", "forces", "conditions", "groups")
    given: dict[str, Any] = {name: getattr(base, name) for name in rest}
    given |= {name: table(name) for name in ("places", "routes", "events", "reports")}
    given |= {"borders": base.borders, "behaviour": base.behaviour, "record": "6h"}
    return fs.Scenario.from_frames(**{**given, **changes})


def world(**changes: Any) -> fs.Scenario:
    """A town, a village and a camp of which little is known."""
    frames = {
        "places": pd.DataFrame(
            {
                "name": ["Town", "Village", "Camp"],
                "country": ["Here", "Here", "There"],
                "lat": [40.5, 40.6, 40.9],
                "lon": [72.8, 72.8, 72.8],
                "population": [600, 300, np.nan],
            }
        ),
        "events": pd.DataFrame(
            {
                "place": ["Town"],
                "start": [pd.Timestamp("2010-06-10 20:00")],
                "peak": [pd.Timestamp("2010-06-11")],
                "until": [pd.Timestamp("2010-06-12")],
                "half_life_hours": [12.0],
                "intensity": [1.0],
            }
        ),
    }
    return fs.Scenario.from_frames(**{**frames, **changes})


def test_the_tables_of_a_folder_give_its_scenario() -> None:
    base, made = fs.load(SMALL), small()
    for name in ("places", "routes", "violence", "reports", "groups", "flee_from", "start", "end"):
        assert getattr(made, name) == getattr(base, name), name
    low = {n.path: (n.low, n.high) for n in made.numbers}
    assert low["places[Town].population"] == (500, 700)


def test_saved_it_is_valid_and_runs_to_the_same_bytes(tmp_path: Path) -> None:
    made = world(reports=pd.DataFrame({"id": ["R"], "when": ["2010-06-13"],
                                       "variable": ["crossed"], "value": [10]}))  # fmt: skip
    made.save(tmp_path / "mine")
    again = fs.load(tmp_path / "mine")
    assert again == made
    assert again.digest() == made.digest()
    runs = [fs.run(scenario, seed=3).data for scenario in (made, again)]
    assert runs[0].identical(runs[1])
    with pytest.raises(FileExistsError):
        made.save(tmp_path / "mine")
    made.save(tmp_path / "mine", overwrite=True)


def test_what_is_left_out_is_filled_in_and_says_so() -> None:
    made = world()
    assert made.flee_from == ("Here",)
    assert (made.start, made.end) == (datetime(2010, 6, 10), datetime(2010, 6, 26))
    assert [g.name for g in made.groups] == ["Everybody"]
    assert made.places[0].share == {"Everybody": 1.0}
    assert made.places[2].share == {}
    assert made.violence.events[0].target == {"Everybody": 1.0}
    assert [(r.start, r.end) for r in made.routes] == [("Town", "Village"), ("Village", "Camp")]
    assert [(b.id, b.between) for b in made.borders] == [("Here-There", ("Here", "There"))]
    told = {n.path: n.source for n in made.numbers}
    assert told["routes[0].km"].startswith("assumed: great circle x 1.3")
    assert told["behaviour.routes.km_cost"].startswith("assumed: the usual way abroad")
    cost = made.behaviour.routes.km_cost * (made.routes[0].km + made.routes[1].km)
    assert cost == pytest.approx(2.5, rel=0.05)


def test_what_is_given_is_left_as_it_is() -> None:
    routes = RouteChoice(km_cost=0.02)
    made = world(
        behaviour=Behaviour(routes=routes), start="2010-06-09", flee_from=["Here", "There"],
        groups=list(fs.load(SMALL).groups[:1]),
    )  # fmt: skip
    assert made.behaviour.routes == routes
    assert made.start == datetime(2010, 6, 9)
    assert made.flee_from == ("Here", "There")
    assert made.places[0].share == {"North": 1.0}


def test_people_do_not_flee_from_a_camp_near_which_something_happened() -> None:
    events = [{"place": name, "start": "2010-06-10", "peak": "2010-06-11", "until": "2010-06-12",
               "intensity": 1} for name in ("Town", "Camp")]  # fmt: skip
    assert world(events=events).flee_from == ("Here",)


LEVELS = [{"driver": "flood", "place": "Town", "start": f"2010-06-{day}", "level": level}
          for day, level in ((11, 1), (14, 0))]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "last"),
    [
        ({"levels": LEVELS, "drivers": [{"name": "flood", "leave_per_day": 1}]}, 14),
        ({"threats": [{"name": "dam", "places": ["Town"], "start": "2010-06-11"}]}, 11),
        ({"threats": [{"name": "end", "places": ["Town", "Village"], "start": "2010-06-11",
                       "lost_from": "2010-06-13"}]}, 13),
    ],
)  # fmt: skip
def test_a_crisis_without_violence_says_when_it_is_and_who_flees(
    given: dict[str, Any], last: int
) -> None:
    made = world(events=None, **given)
    assert made.flee_from == ("Here",)
    assert made.start == datetime(2010, 6, 11)
    assert made.end == datetime(2010, 6, last + 14)
    valley = world(events=None, places=table("places"), levels=[
        {**row, "place": "", "region": "Valley"} for row in LEVELS
    ], drivers=[{"name": "flood", "leave_per_day": 1}], groups=fs.load(SMALL).groups)  # fmt: skip
    assert valley.flee_from == ("Here",)


def test_what_follows_from_nothing_is_told_once_with_what_to_give() -> None:
    with pytest.raises(fs.ScenarioError) as told:
        world(events=None)
    lines = str(told.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ["flee_from", "start", "end"]
    assert all("nothing tells" in line and "give it" in line for line in lines)


def test_a_long_period_has_results_by_the_day() -> None:
    assert world().record == 3600
    assert world(end="2010-08-01").record == 86_400


def test_everything_that_is_wrong_is_told_at_once_with_its_cell() -> None:
    places = pd.DataFrame(
        {
            "name": ["Town", "Camp"],
            "country": ["Here", "There"],
            "lat": ["40,5", "95"],
            "lon": [72.8, None],
            "population": [600.5, np.inf],
        }
    )
    events = pd.DataFrame({"place": ["Twon"], "start": ["June"], "peak": ["2010-06-11"],
                           "until": ["2010-06-12"], "intensity": [True]})  # fmt: skip
    with pytest.raises(fs.ScenarioError) as error:
        world(places=places, events=events)
    told = [str(problem) for problem in error.value.problems]
    begins = [
        "places:1:3: places[Town].lat: '40,5' is not a number",
        "places:1:5: places[Town].population: '600.5' is not a whole number",
        "places:2:3: places[Camp].lat: 95",
        "places:2:4: places[Camp].lon: 'lon' is missing",
        "places:2:5: places[Camp].population: 'inf' is not a whole number",
        "events:1:2: violence.events[0].start: 'June' is not a time",
        "events:1:5: violence.events[0].intensity: true is not a number",
    ]
    for start in begins:
        assert any(line.startswith(start) for line in told), (start, told)
    assert len(told) == len(begins), told


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"places": pd.DataFrame({"name": ["Town"]})}, "places:0:1: the column 'country' is"),
        ({"places": table("places").rename(columns={"lat": "latitude"})},
         "places:0:5: there is no column 'latitude'; use one of"),
        ({"routs": []}, "routs: there is no key 'routs'"),
        ({"behaviour": pd.DataFrame()}, "behaviour: this is a data frame; give one of places"),
        ({"groups": pd.DataFrame({"name": ["A"]})}, "groups:0:1: the column 'household_size'"),
    ],
)  # fmt: skip
def test_headers_and_other_fields_are_checked(changes: dict[str, Any], line: str) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        small(**changes)
    assert any(str(p).startswith(line) for p in error.value.problems), str(error.value)


def test_an_index_with_a_name_is_a_column_and_cells_may_be_mappings() -> None:
    places = table("places").set_index("name").drop(columns=["share.North", "share.South"])
    places["share"] = [{"North": 0.5, "South": 0.5}, {"North": 1.0, "South": 0.0}, None]
    assert small(places=places).places == fs.load(SMALL).places


def test_neighbours_join_all_places_and_none_over_a_third() -> None:
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(40, 41, 40), rng.uniform(70, 71, 40)
    pairs = neighbours(lat, lon)
    seen, todo = {0}, [0]
    while todo:
        here = todo.pop()
        for pair in pairs:
            if here in pair:
                (other,) = set(pair) - {here}
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
    assert len(seen) == 40
    square = great_circle_km(lat, lon) ** 2
    for i, j in pairs:
        others = [k for k in range(40) if k not in (i, j)]
        assert all(square[i, k] + square[k, j] >= square[i, j] for k in others)


def test_a_town_abroad_does_not_part_two_towns_of_a_country() -> None:
    lat, lon = np.array([40.0, 40.5, 41.0]), np.array([70.0, 70.05, 70.0])
    routes = estimated_routes(Spots(["A", "Abroad", "B"], ["Here", "There", "Here"], lat, lon))
    ends = [(route["start"], route["end"], "crossing" in route) for route in routes]
    assert ends == [("A", "Abroad", True), ("A", "B", False), ("Abroad", "B", True)]


def test_two_other_countries_are_not_joined_and_each_can_be_reached() -> None:
    places = pd.DataFrame(
        {
            "name": ["A", "B", "C"], "country": ["Here", "Left", "Right"],
            "lat": [40.0, 41.0, 42.0], "lon": [70.0, 70.0, 70.0], "population": [100, None, None],
        }
    )  # fmt: skip
    events = pd.DataFrame({"place": ["A"], "start": ["2010-06-10"], "peak": ["2010-06-11"],
                           "until": ["2010-06-12"], "intensity": [1]})  # fmt: skip
    made = fs.Scenario.from_frames(places, events=events)
    assert [(r.start, r.end) for r in made.routes] == [("A", "B"), ("A", "C")]
    assert [b.id for b in made.borders] == ["Here-Left", "Here-Right"]


def test_swapped_coordinates_are_warned_of_with_their_cell() -> None:
    lat = [40.0, 40.5, 41.0, 41.5, 72.0]  # the last one is turned
    lon = [72.0, 72.0, 72.0, 72.0, 42.0]
    names = list("ABCDE")
    frame = {"name": names, "country": "Here", "lat": lat, "lon": lon, "population": 100}
    routes = [{"start": a, "end": b, "km": 75} for a, b in zip("ABCD", "BCDE", strict=True)]
    with pytest.warns(fs.ScenarioWarning, match=r"places:5:3: places\[E\]\.lat: it lies "):
        world(places=pd.DataFrame(frame), routes=[*routes, {"start": "C", "end": "E", "km": 150}],
              events=[{"place": "A", "start": "2010-06-10", "peak": "2010-06-11",
                       "until": "2010-06-12", "intensity": 1}], as_given=True)  # fmt: skip
