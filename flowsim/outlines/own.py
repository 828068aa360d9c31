"""Outlines of a user's own, from GeoJSON of polygons."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np

from flowsim.errors import Problem, ScenarioError
from flowsim.imports.sheets import check_degrees, read_json
from flowsim.outlines.country import Country, Polygon
from flowsim.outlines.rings import LEAST

NAMES = ("name", "NAME", "name:en", "NAME_EN", "ADMIN", "shapeName", "NAME_0", "ADM0_EN", "ADM1_EN")
"""Properties that have the name of an outline, as OpenStreetMap, Natural Earth, geoBoundaries,
GADM and HDX write it; the first that is there."""
CODES = ("iso_n3", "ISO_N3", "id", "shapeISO", "GID_0", "ADM0_PCODE", "ADM1_PCODE")
RIGHT = "give a Polygon or MultiPolygon of [longitude, latitude] in degrees"


def read_outlines(file: str | os.PathLike[str]) -> tuple[Country, ...]:
    """Read outlines of countries, or of parts of them, from GeoJSON.

    Parameters
    ----------
    file : path
        A FeatureCollection of polygons in degrees (WGS 84). The name of each is its property
        ``name``, or what OpenStreetMap, Natural Earth, geoBoundaries, GADM or HDX call it.

    Raises
    ------
    ScenarioError
        It cannot be read; tells all features that are wrong, each with its line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> square = [[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]
    >>> here = {"type": "Feature", "properties": {"name": "Here"},
    ...         "geometry": {"type": "Polygon", "coordinates": [square]}}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "here.geojson")
    ...     _ = file.write_text(json.dumps({"type": "FeatureCollection", "features": [here]}))
    ...     read_outlines(file)[0].name
    'Here'
    """
    path = Path(file)
    data = read_json(path)
    check_degrees(data, str(path))
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list) or not features:
        wrong, right = "this is not a FeatureCollection", "give GeoJSON with features of polygons"
        raise ScenarioError([Problem("", wrong, right, str(path), 1, 1)])
    found, wrongs = [], []
    for number, feature in enumerate(features):
        try:
            found.append(_country(feature))
        except ValueError as error:
            wrongs.append((number, str(error)))
    if wrongs:
        lines = _lines(path, len(features))
        raise ScenarioError(
            [Problem(f"features[{i}]", wrong, RIGHT, str(path), lines[i], 1) for i, wrong in wrongs]
        )
    return tuple(found)


def _country(feature: Any) -> Country:
    """One feature; ValueError where it is not an outline."""
    shape = feature.get("geometry") if isinstance(feature, dict) else None
    kind = shape.get("type") if isinstance(shape, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(f"this is a {kind}" if isinstance(kind, str) else "this has no geometry")
    assert isinstance(shape, dict)
    told = shape.get("coordinates")
    polygons = [told] if kind == "Polygon" else told
    if not isinstance(polygons, list) or not polygons:
        raise ValueError("this has no coordinates")
    about = feature.get("properties")
    about = {**feature, **about} if isinstance(about, dict) else feature
    name, code = (
        next((str(about[key]) for key in keys if about.get(key) not in (None, "")), "")
        for keys in (NAMES, CODES)
    )
    return Country(name, code, tuple(_polygon(polygon) for polygon in polygons))


def _polygon(rings: Any) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise ValueError("a polygon has no rings")
    return tuple(_ring(ring) for ring in rings)


def _ring(told: Any) -> np.ndarray:
    try:
        ring = np.array([[point[0], point[1]] for point in told], dtype=np.float64)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        raise ValueError("a ring is not a list of points") from None
    if len(ring) < LEAST or (ring[0] != ring[-1]).any():
        raise ValueError(f"a ring of {len(ring)} points does not end where it begins")
    degrees = np.abs(ring).max(axis=0)
    if not (degrees <= (360.0, 90.0)).all():
        raise ValueError(f"{degrees[0]:g} and {degrees[1]:g} are not a longitude and a latitude")
    return ring


def _lines(path: Path, count: int) -> list[int]:
    """The line in which each feature begins; 1 where the file is written unusually."""
    text = path.read_text("utf-8-sig")
    begin = re.search(r'"features"\s*:\s*\[', text)
    lines: list[int] = []
    decoder = json.JSONDecoder()
    at = begin.end() if begin else len(text)
    while len(lines) < count and (start := re.compile(r"[\s,]*").match(text, at)):
        try:
            _, at = decoder.raw_decode(text, start.end())
        except ValueError:
            break
        lines.append(text.count("\n", 0, start.end()) + 1)
    return lines + [1] * (count - len(lines))
