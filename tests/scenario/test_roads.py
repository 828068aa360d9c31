"""Capacities of roads, events on them and fuel in files: read, written, varied, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowsim as fs
from flowsim.errors import ScenarioError
from flowsim.flee.refused import unknown_to_flee
from flowsim.scenario.write import write_scenario
from tests.worlds import small_scenario

DATA = Path(__file__).parents[1] / "data"
EVENTS = (
    "route,start,stop,capacity,direction,source\nTown;Village,2010-06-11,2010-06-12,0.5,along,x\n"
)
FUEL = "place,start,vehicles_per_day\nTown,2010-06-11,500\nTown,2010-06-12,\n"
WRONG = [
    "routes.csv:2:10: routes[0].waiting_room: 'waiting_room' is given for a route inside "
    "Here; give lanes, or let the route lead abroad",
    "routes.csv:3:9: routes[Bridge].lanes: 'lanes' is given for a path that people walk; give"
    " persons_per_hour, or let the mode be road",
    "road_events.csv:3:1: road_events[1].route: no road route joins 'Town' and 'Camp'; name "
    "the two ends of a row of the routes",
    "road_events.csv:3:3: road_events[1].stop: it stops at 2010-06-12T00:00, which is not "
    "after its start; give a later stop",
    "road_events.csv:4:1: road_events[2].route: no road route joins 'Camp' and 'Village'; "
    "give `mode: foot`, as theirs is",
    "road_events.csv:5:4: road_events[3].capacity: 2 is out of range; give a number of at most 1",
    "fuel.csv:3:2: fuel[1].start: this place and moment appear twice, first as number 1; keep"
    " one of them",
    "fuel.csv:4:1: fuel[2].place: 'Camp' is in There, which people do not flee from; name a "
    "place in Here",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small scenario with limits on its roads."""
    text = (DATA / "small" / "scenario.yaml").read_text(encoding="utf-8")
    text += "\nroad_events: road_events.csv\nfuel: fuel.csv\n"
    for name in ("places.csv", "events.csv", "reports.csv"):
        (tmp_path / name).write_bytes((DATA / "small" / name).read_bytes())
    head = "start,end,km,mode,kind,crossing,gate_per_hour,vehicles_per_hour,lanes,waiting_room\n"
    rows = "Town,Village,12.5,road,inner,,,40,1,\nVillage,Camp,12.0,foot,post,Bridge,200,,,60\n"
    (tmp_path / "routes.csv").write_text(head + rows, encoding="utf-8")
    (tmp_path / "road_events.csv").write_text(EVENTS, encoding="utf-8")
    (tmp_path / "fuel.csv").write_text(FUEL, encoding="utf-8")
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_tables_are_read(folder: Path) -> None:
    found = fs.load(folder)
    assert found.road_events[0].route == ("Town", "Village")
    assert [row.vehicles_per_day for row in found.fuel] == [500.0, None]
    assert (found.routes[0].lanes, found.routes[1].waiting_room) == (1.0, 60.0)


def test_what_is_written_is_read_back(folder: Path, tmp_path: Path) -> None:
    found = fs.load(folder)
    there = tmp_path / "written"
    there.mkdir()
    write_scenario(found, there)
    assert fs.load(there) == found
    assert "Town;Village" in (there / "road_events.csv").read_text(encoding="utf-8")


def test_a_variant_names_a_road_by_its_ends(folder: Path) -> None:
    """A road inside a country has no crossing to be named by."""
    text = (
        "extends: scenario.yaml\nname: wide\nroutes:\n  Town - Village: {vehicles_per_hour: 80}\n"
    )
    (folder / "wide.yaml").write_text(text, encoding="utf-8")
    wide = fs.load(folder / "wide.yaml")
    assert [r.vehicles_per_hour for r in wide.routes] == [80.0, None]
    assert wide.routes[0].lanes == 1.0
    again = wide.with_values(
        {"routes[Town - Village (road)].vehicles_per_hour": 40, "name": "small"}
    )
    assert again.routes == fs.load(folder).routes


def test_a_variant_changes_and_removes_events_on_roads_by_their_name(folder: Path) -> None:
    rows = (folder / "road_events.csv").read_text(encoding="utf-8").splitlines()
    named = [f"name,{rows[0]}", f"slow,{rows[1]}", f"shut,{rows[1]}"]
    (folder / "road_events.csv").write_text("\n".join(named) + "\n", encoding="utf-8")
    (folder / "variant.yaml").write_text(
        "extends: .\nroad_events: {slow: {capacity: 0.25}, shut: null}\n", encoding="utf-8"
    )
    (event,) = fs.load(folder / "variant.yaml").road_events
    assert (event.name, event.capacity) == ("slow", 0.25)


def test_ends_that_several_routes_have_do_not_name_one() -> None:
    small = small_scenario()
    path = small.routes[0].model_copy(update={"mode": "foot"})
    both = small.model_copy(update={"routes": (*small.routes, path)})
    with pytest.raises(ScenarioError, match="2 items are named 'Town - Village'"):
        both.with_values({"routes[Town - Village].km": 13})
    assert both.with_values({"routes[Town - Village (foot)].km": 13}).routes[2].km == 13.0


def test_all_that_is_wrong_is_told_at_once(folder: Path) -> None:
    more = ["Town;Camp,2010-06-12,2010-06-12", "Camp;Village,2010-06-11,2010-06-12,0.5",
            "Twon;Village,2010-06-11,2010-06-12,2"]  # fmt: skip
    events = [row + "," * (5 - row.count(",")) for row in more]
    for name, old, new in (
        ("routes.csv", "200,,,60", "200,,2,"),
        ("routes.csv", "40,1,", "40,1,7"),
        ("road_events.csv", "x\n", "\n".join(["x", *events, ""])),
        ("fuel.csv", "Town,2010-06-12,", "Town,2010-06-11,9\nCamp,2010-06-11,9"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        fs.load(folder)
    told = [str(problem).removeprefix(f"{folder}/") for problem in raised.value.problems]
    assert told == WRONG


@pytest.mark.parametrize(
    ("field", "value"),
    [("vehicles_per_hour", 30), ("persons_per_hour", 30), ("lanes", 1), ("waiting_room", 9)],
)
def test_rules_of_flee_refuse_what_they_do_not_know(field: str, value: float) -> None:
    small = small_scenario()
    route = 1 if field == "waiting_room" else 0
    routes = list(small.routes)
    routes[route] = routes[route].model_copy(update={field: value})
    told = [p.path for p in unknown_to_flee(small.model_copy(update={"routes": tuple(routes)}))]
    assert f"routes[{route}].{field}" in told
