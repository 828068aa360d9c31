"""Places and roads from GeoJSON, tables and graphs of OSMnx."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest

import flowsim as fs
from flowsim.world.earth import distance_km

DATA = Path(__file__).parent / "data"
PLACES = fs.read_places(DATA / "places.geojson")


def test_points_become_places_and_shapes_are_left_out() -> None:
    rows = PLACES.rows
    assert rows["name"].tolist() == ["Nara", "Bel", "Oru", "Tis", "Gate Camp"]
    assert rows["kind"].tolist() == ["city", "town", "town", "village", "camp"]
    assert rows["country"].tolist() == ["Larland"] * 4 + ["Meria"]
    assert rows["population"].tolist()[:4] == [60000, 20000, 15000, 4000]
    assert [(row.line, row.why) for row in PLACES.left] == [(6, "Polygon is not a point")]


def town(**changes: str) -> dict[str, str]:
    return {
        "name": "Nara",
        "country": "X",
        "lat": "10.0",
        "lon": "40.0",
        "population": "60,000",
    } | changes


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"lat": "100.0"}, "frame:1:3: lat: '100.0' is out of range; give a number from -90 to 90"),
        ({"lat": ""}, "frame:1:3: lat: there is no number"),
        ({"lon": "40 E"}, "frame:1:4: lon: '40 E' is not a number"),
        ({"population": "60.5"}, "frame:1:5: population: '60.5' is not a whole number"),
        ({"name": ""}, "frame:1:1: name: there is no name"),
        ({"country": ""}, "frame:1:2: country: there is no country"),
    ],
)
def test_cells_that_cannot_be_read(changes: dict[str, str], line: str) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        fs.read_places(pd.DataFrame([town(**changes)]))
    assert str(error.value.problems[0]).startswith(line)


def test_the_same_place_twice_and_another_of_its_name() -> None:
    rows = pd.DataFrame([town(), town(lat="10.001"), town(name="Bel", kind="spring", lat="11")])
    found = fs.read_places(rows)
    assert [(r.line, r.why) for r in found.left] == [(2, "it is there twice")]
    assert found.notes[-1] == "'spring' is not a kind of place, and is taken for a town"
    with pytest.raises(fs.ScenarioError, match="another 'Nara' lies 111 km away"):
        fs.read_places(pd.DataFrame([town(), town(lat="11.0")]))
    with pytest.raises(fs.ScenarioError, match="there is no column for the country"):
        fs.read_places(rows.drop(columns="country"))
    assert fs.read_places(rows.drop(columns="country"), country="Y").rows["country"][0] == "Y"


def lengths(found: Any) -> dict[tuple[str, str], float]:
    return {(r.start, r.end): r.km for r in found.rows.itertuples()}


def test_edges_of_osmnx_become_routes_that_pass_no_third_place() -> None:
    found = fs.read_roads(DATA / "roads.geojson", PLACES)
    km = lengths(found)
    assert km["Tis", "Gate Camp"] == 36.0
    assert km["Bel", "Oru"] == pytest.approx(30.2 + 37.5, abs=0.11)  # by the fork
    assert ("Nara", "Gate Camp") not in km  # by Tis
    assert km["Nara", "Bel"] == pytest.approx(
        36.5 + 1.3 * distance_km(10, 40, 10.001, 40.001), abs=0.06
    )
    (over,) = found.rows.dropna(subset="crossing").itertuples()
    assert (over.crossing, over.kind) == ("Tis - Gate Camp", "post")
    assert {row.why for row in found.left} == {"nobody drives there"}


def graph() -> nx.MultiDiGraph:
    """The same edges as OSMnx saves them: all attributes are texts."""
    made = nx.MultiDiGraph(crs="epsg:4326")
    for feature in json.loads((DATA / "roads.geojson").read_text())["features"]:
        told, line = feature["properties"], feature["geometry"]["coordinates"]
        for node, (x, y) in zip((told["u"], told["v"]), (line[0], line[-1]), strict=True):
            made.add_node(node, x=str(x), y=str(y), street_count="3")
        made.add_edge(told["u"], told["v"], osmid="1", length=str(told["length"]),
                      highway=told["highway"], oneway="False")  # fmt: skip
    return made


def test_graphml_gives_the_same_as_its_edges(tmp_path: Path) -> None:
    nx.write_graphml(graph(), tmp_path / "roads.graphml")
    found = fs.read_roads(tmp_path / "roads.graphml", PLACES)
    assert lengths(found) == lengths(fs.read_roads(DATA / "roads.geojson", PLACES))


def lines(folder: Path, change: Any) -> Path:
    data = json.loads((DATA / "roads.geojson").read_text())
    for feature in data["features"]:
        change(feature)
    path = folder / "roads.geojson"
    path.write_text(json.dumps(data))
    return path


def test_lines_without_nodes_and_lengths_are_measured(tmp_path: Path) -> None:
    path = lines(tmp_path, lambda f: f.update(properties={"highway": f["properties"]["highway"]}))
    km = lengths(fs.read_roads(path, PLACES))
    straight = distance_km(10.2, 40.5, 10.25, 40.8)
    assert km["Tis", "Gate Camp"] == pytest.approx(straight, abs=0.06)


def test_lengths_that_are_not_metres_are_refused(tmp_path: Path) -> None:
    def to_km(feature: Any) -> None:
        feature["properties"]["length"] /= 1000

    with pytest.raises(fs.ScenarioError, match=r"length: the middle length is 0\.00107 times"):
        fs.read_roads(lines(tmp_path, to_km), PLACES)

    def swap(feature: Any) -> None:
        feature["geometry"]["coordinates"] = [[400.0, 10.0], [40.0, 10.0]]

    with pytest.raises(fs.ScenarioError, match="its coordinates are not longitudes and latitudes"):
        fs.read_roads(lines(tmp_path, swap), PLACES)


def test_where_no_road_leads_a_straight_line_does_and_says_so() -> None:
    far = pd.concat(
        [
            PLACES.rows,
            pd.DataFrame([{"name": "Far", "country": "Larland", "lat": 11.5, "lon": 40.0}]),
        ]
    )
    found = fs.read_roads(DATA / "roads.geojson", far)
    (added,) = found.rows[found.rows["source"].str.startswith("assumed")].itertuples()
    assert {added.start, added.end} == {"Bel", "Far"}
    assert added.km == pytest.approx(1.3 * distance_km(10.3, 40.1, 11.5, 40.0), abs=0.06)
    assert found.notes[0].startswith("Far: no road within 5 km, the nearest is 13")


@pytest.mark.parametrize(
    ("text", "told"),
    [("<graphml>", "this is not GraphML"), ("<!DOCTYPE x><graphml/>", "document type"),
     ("<graphml xmlns='http://graphml.graphdrawing.org/xmlns'><graph edgedefault='directed'>"
      "<node id='1'/></graph></graphml>", "the node 1 has no longitude x")],
)  # fmt: skip
def test_graphs_that_are_not_of_osmnx(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "a.graphml"
    path.write_text(text)
    with pytest.raises(fs.ScenarioError, match=told):
        fs.read_roads(path, PLACES)
