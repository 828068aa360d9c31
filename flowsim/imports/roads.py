"""Routes from roads: edges of OSMnx (GraphML or GeoJSON), or lines of any GeoJSON.

Each place belongs to the nearest node of the roads. A route joins two places between which the
shortest way by road passes no third one; its length is that of the way, and that of the lines to
the two places times a detour factor. Where roads do not lead to a place, a straight line times
that factor does, and says so. All roads are taken both ways, and paths (`NO_ROADS`) are left out.
Speeds are the scenario's own (`behaviour.routes.road_kmh`), so ``maxspeed`` is not used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from flowsim.arrays import Floats
from flowsim.errors import Problem, ScenarioError
from flowsim.imports.imported import Imported, LeftOut
from flowsim.imports.sheets import MOST_BYTES, check_degrees, read_json
from flowsim.imports.where import Gazetteer
from flowsim.scenario.estimates import DETOUR, Spots, estimated_routes, over_border
from flowsim.scenario.files import read_text
from flowsim.world.earth import distance_km
from flowsim.world.network import great_circle_km

WITHIN_KM = 5.0
SAME_WAY = 1.05
"""A way by a third place that is longer by less than this factor is taken for the same way."""
NO_ROADS = ("footway", "path", "steps", "pedestrian", "cycleway", "bridleway", "corridor")
"""Values of ``highway`` on which nobody drives."""
DIGITS = 5
"""Of degrees, a metre, to which ends of lines are alike."""
UNIT = (0.5, 3.0)
"""What the length that is given may be of that between the ends of a line, for the middle edge."""


@dataclass
class Roads:
    """A network of roads while it is read.

    Attributes
    ----------
    index : dict of node to int
    at : list of (float, float)
        Latitude and longitude of each node.
    edges : dict of (int, int) to float
        Kilometres of the shortest edge between two nodes.
    left : list of LeftOut
    ratios : list of float
        Of each length that is given, over that between its ends.
    """

    index: dict[Any, int] = field(default_factory=dict)
    at: list[tuple[float, float]] = field(default_factory=list)
    edges: dict[tuple[int, int], float] = field(default_factory=dict)
    left: list[LeftOut] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    taken: int = 0

    def node(self, name: Any, lat: float, lon: float) -> int:
        """The number of a node."""
        if name not in self.index:
            self.index[name] = len(self.at)
            self.at.append((lat, lon))
        return self.index[name]

    def join(self, i: int, j: int, km: float) -> None:
        """Add an edge; of two between the same nodes the shorter counts."""
        pair = (min(i, j), max(i, j))
        if i != j:
            self.edges[pair] = min(km, self.edges.get(pair, math.inf))


def read_roads(source: Any, places: Any, *, within_km: float = WITHIN_KM) -> Imported:
    """Read roads as routes between places.

    Parameters
    ----------
    source : path
        GraphML of OSMnx, or GeoJSON of lines; those with `length` (metres), `u` and `v` as OSMnx
        writes its edges.
    places : Imported, DataFrame, Scenario or sequence of Place
    within_km : float
        A place further away from every road is joined by a straight line times a factor.

    Returns
    -------
    Imported
        Rows for the table of routes.

    Raises
    ------
    ScenarioError
        It cannot be read.
    """
    path = Path(source)
    roads = Roads()
    if path.suffix.lower() in (".csv", ".tsv", ".txt"):
        wrong = "roads are GraphML or GeoJSON, and this is a table"
        right = "make it `routes.csv` of the scenario, or give it to `Scenario.from_frames`"
        raise ScenarioError([Problem("", wrong, right, str(path), 1, 1)])
    if path.suffix.lower() in (".graphml", ".xml"):
        _read_graphml(path, roads)
    else:
        _read_lines(path, roads)
    if not roads.edges:
        wrong, right = "there is no road", "give lines, as edges of OSMnx"
        raise ScenarioError([Problem("", wrong, right, str(path), 1, 1)])
    _check_unit(roads, path)
    spots = Gazetteer(places).spots
    found = Spots(
        [spot.name for spot in spots], [spot.country for spot in spots],
        np.array([spot.lat for spot in spots]), np.array([spot.lon for spot in spots]),
    )  # fmt: skip
    rows, notes = _routes(roads, found, within_km, path.name)
    import pandas as pd

    return Imported(
        "routes", str(path), pd.DataFrame(rows), roads.taken, tuple(roads.left), tuple(notes)
    )


def _read_graphml(path: Path, roads: Roads) -> None:
    import networkx as nx

    text = read_text(path, MOST_BYTES, longest_line=MOST_BYTES)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        wrong = "this has a document type, which GraphML needs not"
        raise ScenarioError([Problem("", wrong, "save it with OSMnx", str(path), 1, 1)])
    try:
        graph = nx.parse_graphml(text)
    except (nx.NetworkXError, SyntaxError, ValueError, KeyError) as error:
        problem = Problem(
            "", f"this is not GraphML: {error}", "save it with OSMnx", str(path), 1, 1
        )
        raise ScenarioError([problem]) from None
    for name, data in graph.nodes(data=True):
        lat, lon = _float(data.get("y")), _float(data.get("x"))
        if not _is_point(lat, lon):
            told = f"the node {name} has no longitude x and latitude y in degrees"
            raise ScenarioError([Problem("", told, "save it unprojected", str(path), 1, 1)])
        roads.node(str(name), lat, lon)
    for i, (u, v, data) in enumerate(graph.edges(data=True), 1):
        if not _is_path(roads, i, data):
            _edge(roads, i, roads.index[str(u)], roads.index[str(v)], data.get("length"))


def _is_path(roads: Roads, line: int, data: dict[str, Any]) -> bool:
    """Whether an edge is for people on foot only, which is told; several kinds may be listed."""
    told = str(data.get("highway") or "")
    kinds = [kind for kind in re.split(r"[^a-z_]+", told) if kind]
    if not kinds or any(kind not in NO_ROADS for kind in kinds):
        return False
    roads.left.append(LeftOut(line, "nobody drives there", told))
    return True


def _edge(roads: Roads, line: int, i: int, j: int, length: Any, km: float | None = None) -> None:
    """An edge with its length in metres or, where it has none, in kilometres along its line."""
    (lat, lon), (other_lat, other_lon) = roads.at[i], roads.at[j]
    straight = distance_km(lat, lon, other_lat, other_lon)
    told = _float(length) / 1000.0
    if length not in (None, "") and not 0.0 < told < math.inf:
        roads.left.append(LeftOut(line, "its length is not a number above 0", str(length)))
        return
    if told == told:
        roads.ratios += [told / straight] if straight > 0.0 else []
        km = told
    roads.join(i, j, straight if km is None else km)
    roads.taken += 1


def _read_lines(path: Path, roads: Roads) -> None:
    data = read_json(path)
    check_degrees(data, str(path))
    features = data.get("features") if isinstance(data, dict) else None
    if not isinstance(features, list):
        wrong, right = "this is not a FeatureCollection", "give GeoJSON of lines"
        raise ScenarioError([Problem("", wrong, right, str(path), 1, 1)])
    problems = []
    for line, feature in enumerate(features, 1):
        told = feature if isinstance(feature, dict) else {}
        shape, properties = told.get("geometry") or {}, told.get("properties") or {}
        kind = shape.get("type")
        parts = shape.get("coordinates")
        if kind not in ("LineString", "MultiLineString"):
            roads.left.append(LeftOut(line, f"{kind or 'what has no geometry'} is not a line", ""))
            continue
        if _is_path(roads, line, properties):
            continue
        for part in [parts] if kind == "LineString" else parts or []:
            points = list(_points(part))
            if len(points) < 2 or not all(_is_point(lat, lon) for lat, lon in points):
                wrong = "its coordinates are not longitudes and latitudes"
                right = "give degrees, the longitude first"
                problems.append(Problem("geometry", wrong, right, str(path), line, 1))
                continue
            _line(roads, line, points, properties, kind == "LineString")
    if problems:
        raise ScenarioError(problems)


def _line(
    roads: Roads,
    line: int,
    points: list[tuple[float, float]],
    properties: dict[str, Any],
    is_whole: bool,
) -> None:
    """A line: one edge where its ends are named, else one between each two of its points."""
    u, v = properties.get("u"), properties.get("v")
    if is_whole and u is not None and v is not None:
        i, j = roads.node(str(u), *points[0]), roads.node(str(v), *points[-1])
        km = sum(distance_km(*a, *b) for a, b in pairwise(points))
        _edge(roads, line, i, j, properties.get("length"), km)
        return
    nodes = [roads.node((round(p[0], DIGITS), round(p[1], DIGITS)), *p) for p in points]
    for a, b, i, j in zip(points, points[1:], nodes, nodes[1:], strict=False):
        roads.join(i, j, distance_km(*a, *b))
    roads.taken += 1


def _points(part: Any) -> Iterator[tuple[float, float]]:
    for point in part if isinstance(part, list) else ():
        told = point if isinstance(point, list) else []
        yield (_float(told[1]), _float(told[0])) if len(told) >= 2 else (math.nan, math.nan)


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _is_point(lat: float, lon: float) -> bool:
    return -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0


def _check_unit(roads: Roads, path: Path) -> None:
    """Lengths are metres: in other units the middle one is far from that between its ends."""
    if not roads.ratios:
        return
    middle = sorted(roads.ratios)[len(roads.ratios) // 2]
    if not UNIT[0] <= middle <= UNIT[1]:
        wrong = f"the middle length is {middle:.3g} times the straight line in metres"
        raise ScenarioError([Problem("length", wrong, "give lengths in metres", str(path), 1, 1)])


def _routes(
    roads: Roads, spots: Spots, within_km: float, file: str
) -> tuple[list[dict[str, Any]], list[str]]:
    """Routes between places by road and, where there is none, by straight lines."""
    node, off = _snapped(roads, spots)
    near = off <= within_km
    direct = _direct(roads, np.where(near, node, -1)) + DETOUR * (off[:, None] + off[None, :])
    direct[~near, :] = direct[:, ~near] = np.inf
    np.fill_diagonal(direct, np.inf)
    straight = great_circle_km(spots.lat, spots.lon)
    direct = np.maximum(direct, straight)
    kept = _without_by_way(direct)
    rows = []
    for i, j in np.argwhere(np.triu(kept)).tolist():
        start, end = spots.names[i], spots.names[j]
        rows.append(
            {
                "start": start, "end": end, "km": max(round(float(direct[i, j]), 1), 0.1),
                **over_border(start, end, spots.countries[i], spots.countries[j]),
                "source": f"{file}: shortest way by road",
            }
        )  # fmt: skip
    added = _completed(kept, spots, straight)
    notes = [
        f"{spots.names[i]}: no road within {within_km:g} km, the nearest is {off[i]:.1f} km away"
        for i in np.flatnonzero(~near).tolist()
    ]
    if added:
        notes.append(f"{len(added)} routes are great circles x {DETOUR:g}, as no road leads there")
    return rows + added, notes


def _snapped(roads: Roads, spots: Spots) -> tuple[Any, Floats]:
    """The nearest node of each place that has an edge, and how far away it is, kilometres."""
    used = np.unique(np.array(list(roads.edges)))
    at = np.radians(np.array(roads.at)[used])
    node, off = np.zeros(len(spots.names), dtype=np.int64), np.zeros(len(spots.names))
    for p, (lat, lon) in enumerate(zip(spots.lat, spots.lon, strict=True)):
        flat = np.hypot(
            at[:, 0] - math.radians(lat), _turn(at[:, 1], lon) * math.cos(math.radians(lat))
        )
        node[p] = used[int(flat.argmin())]
        off[p] = distance_km(lat, lon, *roads.at[int(node[p])])
    return node, off


def _turn(lon: Floats, other: float) -> Floats:
    """Difference of longitudes, radians, the short way round."""
    return np.asarray((lon - math.radians(other) + math.pi) % (2.0 * math.pi) - math.pi)


def _direct(roads: Roads, node: Any) -> Floats:
    """Ways by road from place to place that pass no third one; -1 is a place off the roads.

    The node of a place is split in two: who arrives does not leave again.
    """
    count = len(roads.at)
    leaves = {int(n): count + k for k, n in enumerate(np.unique(node[node >= 0]))}
    pairs = np.array(list(roads.edges), dtype=np.int64)
    km = np.array(list(roads.edges.values()))
    tail, head = np.concatenate([pairs, pairs[:, ::-1]]).T
    tail = np.array([leaves.get(int(n), int(n)) for n in tail])
    size = count + len(leaves)
    graph: Any = csr_array((np.concatenate([km, km]), (tail, head)), shape=(size, size))
    direct = np.full((node.size, node.size), np.inf)
    for p in np.flatnonzero(node >= 0):
        far = np.asarray(dijkstra(graph, indices=[leaves[int(node[p])]]))[0]
        direct[p] = np.where(node >= 0, far[node], np.inf)
        direct[p, node == node[p]] = 0.0
    return direct


def _without_by_way(direct: Floats) -> Any:
    """Which ways are kept: those that are much shorter than by any third place."""
    linked = np.isfinite(direct)
    graph: Any = csr_array((direct[linked], np.nonzero(linked)), shape=direct.shape)
    shortest = np.asarray(dijkstra(graph), dtype=np.float64)
    kept = linked.copy()
    for c in range(direct.shape[0]):
        by = shortest[:, c][:, None] + shortest[c][None, :]
        by[c, :] = by[:, c] = np.inf
        kept &= by > SAME_WAY * direct
    return kept


def _completed(kept: Any, spots: Spots, straight: Floats) -> list[dict[str, Any]]:
    """Straight lines that join what roads do not, the shortest first."""
    index = {name: i for i, name in enumerate(spots.names)}
    guessed = estimated_routes(spots)
    guessed.sort(key=lambda route: straight[index[route["start"]], index[route["end"]]])
    part = list(connected_components(csr_array(kept), directed=False)[1])
    added = []
    for route in guessed:
        here, there = part[index[route["start"]]], part[index[route["end"]]]
        if here != there:
            part = [here if p == there else p for p in part]
            added.append(_flat(route))
    return added


def _flat(route: dict[str, Any]) -> dict[str, Any]:
    """A route with the range of its length in columns."""
    length = route["km"]
    told = {"km": length["value"], "km.low": length["low"], "km.high": length["high"]}
    rest = {key: value for key, value in route.items() if key != "km"}
    return {**rest, **told, "source": length["source"]}
