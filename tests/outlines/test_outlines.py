"""Outlines of countries: the world's, cut to a box, and a user's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import flowsim as fs
from flowsim.outlines.natural_earth import natural_earth, write
from flowsim.outlines.rings import cut, thinned

SQUARE = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]


def area(ring: np.ndarray) -> float:
    x, y = ring.T
    return abs(float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))) / 2


def feature(shape: Any, name: str = "Here") -> dict[str, Any]:
    kind = {"type": "Polygon", "coordinates": shape}
    return {"type": "Feature", "properties": {"name": name}, "geometry": kind}


def collection(folder: Path, *features: Any) -> Path:
    file = folder / "own.geojson"
    text = json.dumps({"type": "FeatureCollection", "features": features}, indent=1)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("lon", "lat", "name", "code"),
    [
        (72.8, 40.53, "Kyrgyzstan", "417"),
        (72.34, 40.78, "Uzbekistan", "860"),
        (71.1, 39.96, "Uzbekistan", "860"),  # Sokh, an enclave within Kyrgyzstan
        (46.75, 39.82, "Azerbaijan", "031"),
        (28.0, -29.5, "Lesotho", "426"),  # a hole of South Africa
        (100.0, 65.0, "Russia", "643"),  # no border within a thousand kilometres
        (179.3, -16.7, "Fiji", "242"),
        (180.05, -16.8, "Fiji", "242"),  # over the date line
        (-179.95, -16.8, "Fiji", "242"),
        (-175.0, 66.5, "Russia", "643"),
        (10.0, -85.0, "Antarctica", "010"),
        (-0.1, 51.5, "United Kingdom", "826"),
    ],
)
def test_a_point_lies_in_one_country(lon: float, lat: float, name: str, code: str) -> None:
    found = fs.outlines.within(lon - 0.5, lat - 0.5, lon + 0.5, lat + 0.5)
    there = [c for c in found if c.contains(np.array([lon]), np.array([lat]))[0]]
    assert [(c.name, c.code) for c in there] == [(name, code)]


def test_countries_fill_a_box_once() -> None:
    """Inside a continent the parts of all countries make up the box, at any detail."""
    for detail in (0.0, 0.02):
        found = fs.outlines.within(66.0, 38.0, 76.0, 43.0, margin=0.0, detail=detail)
        parts = [
            area(polygon[0]) - sum(area(hole) for hole in polygon[1:])
            for country in found for polygon in country.polygons
        ]  # fmt: skip
        assert sum(parts) == pytest.approx(50.0, rel=1e-3)


def test_rings_are_closed_and_within_the_box() -> None:
    found = fs.outlines.within(44.0, 38.0, 48.0, 41.0, margin=0.5, detail=0.01)
    rings = [ring for country in found for ring in country.rings]
    assert len(found) >= 5
    for ring in rings:
        assert (ring[0] == ring[-1]).all()
        assert len(ring) >= 4
        assert (ring.min(axis=0) >= (42.0, 36.5)).all()
        assert (ring.max(axis=0) <= (50.0, 42.5)).all()


def test_less_detail_has_fewer_points_and_neighbours_still_share_them() -> None:
    box = (69.0, 39.0, 76.0, 43.0)
    all_points, few = (
        {c.name: np.concatenate(list(c.rings)) for c in fs.outlines.within(*box, detail=d)}
        for d in (0.0, 0.05)
    )
    assert sum(map(len, few.values())) < 0.6 * sum(map(len, all_points.values()))
    mine, theirs = ({tuple(p) for p in few[n].tolist()} for n in ("Kyrgyzstan", "Tajikistan"))
    assert len(mine & theirs) > 20


def test_the_sea_has_no_country_and_a_box_has_an_area() -> None:
    assert fs.outlines.within(0.0, 0.0, 0.3, 0.3) == ()
    with pytest.raises(ValueError, match="is not a box of west, south, east, north"):
        fs.outlines.within(3.0, 0.0, 0.0, 1.0)


def test_a_ring_in_two_parts_keeps_its_area() -> None:
    ring = np.array([[0.0, 0], [4, 0], [4, 3], [3, 3], [3, 1], [1, 1], [1, 3], [0, 3], [0, 0]])
    assert area(cut(ring, (-1.0, 2.0, 5.0, 4.0))) == pytest.approx(2.0)
    assert len(cut(ring, (5.0, 5.0, 6.0, 6.0))) == 0
    assert thinned(ring, 0.0) is ring


def test_the_file_is_made_of_the_package_the_same_each_time(tmp_path: Path) -> None:
    arcs = [[[0, 0], [10, 0], [0, 10]], [[10, 10], [-10, 0], [0, -10]], [[2, 2], [1, 0], [0, 1]]]
    shape = {"type": "Polygon", "arcs": [[0, 1]], "properties": {"name": "Here"}, "id": "001"}
    both = {"type": "MultiPolygon", "arcs": [[[-1, -2]]], "properties": {"name": "There"}}
    topology = {
        "arcs": arcs, "transform": {"scale": [0.5, 1.0], "translate": [-1.0, 3.0]},
        "objects": {"countries": {"geometries": [shape, both]}},
    }  # fmt: skip
    one, two = tmp_path / "one.npz", tmp_path / "two.npz"
    write(topology, one)
    write(topology, two)
    assert one.read_bytes() == two.read_bytes()
    with np.load(one) as file:
        assert str(file["names"]) == "Here\nThere"
        assert file["arc_sizes"].tolist() == [3, 3, 3]
    earth = natural_earth()
    assert len(earth.names) == len(earth.codes) == len(earth.country_ends) == 255
    assert "Kosovo" in earth.names


def test_outlines_of_ones_own(tmp_path: Path) -> None:
    far = [[[x + 50, y] for x, y in SQUARE]]
    file = collection(tmp_path, feature([SQUARE], "Ош"), feature(far, "Far"))
    (found,) = fs.outlines.within(1.0, 1.0, 3.0, 3.0, margin=0.0, outlines=file)
    assert found.name == "Ош"
    assert sum(map(area, found.rings)) == pytest.approx(1.0)
    read = fs.outlines.read_outlines(file)
    (again,) = fs.outlines.within(1.0, 1.0, 3.0, 3.0, margin=0.0, outlines=read)
    assert [r.tolist() for r in again.rings] == [r.tolist() for r in found.rings]


def test_all_features_that_are_wrong_are_told_with_their_lines(tmp_path: Path) -> None:
    point = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}}
    wrong = [
        point, {"type": "Feature", "geometry": None}, feature([SQUARE[:3]]), feature([[1, 2]]),
        feature([[[700000, 4500000]] * 4]), feature([]), 7,
    ]  # fmt: skip
    file = collection(tmp_path, feature([SQUARE]), *wrong)
    lines = file.read_text(encoding="utf-8").split("\n")
    with pytest.raises(fs.ScenarioError) as told:
        fs.outlines.read_outlines(file)
    problems = told.value.problems
    assert [p.path for p in problems] == [f"features[{i}]" for i in range(1, 8)]
    assert [p.wrong for p in problems] == [
        "this is a Point", "this has no geometry",
        "a ring of 3 points does not end where it begins", "a ring is not a list of points",
        "700000 and 4.5e+06 are not a longitude and a latitude", "a polygon has no rings",
        "this has no geometry",
    ]  # fmt: skip
    assert all(lines[p.line - 1].strip() == "{" for p in problems[:-1])
    assert str(problems[0]).startswith(f"{file}:")


@pytest.mark.parametrize("text", ["[]", "{}", '{"features": []}', '{"features": 3}', "{"])
def test_what_is_not_a_collection_is_told(text: str, tmp_path: Path) -> None:
    file = tmp_path / "own.geojson"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(fs.ScenarioError, match=r"own\.geojson:1:\d"):
        fs.outlines.read_outlines(file)
