"""Places and the directed links between them, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from flowsim.arrays import Floats, Ints, Keys
from flowsim.draws import text_key
from flowsim.world.config import Place, Route
from flowsim.world.earth import EARTH_KM


def great_circle_km(lat: Floats, lon: Floats) -> Floats:
    """Distances between all pairs of points, kilometres (haversine formula).

    Parameters
    ----------
    lat, lon : float64 arrays (n,)
        Degrees.

    Returns
    -------
    float64 array (n, n)

    Examples
    --------
    >>> round(float(great_circle_km(np.array([0.0, 0.0]), np.array([0.0, 1.0]))[0, 1]), 1)
    111.2
    """
    phi, lam = np.radians(lat), np.radians(lon)
    half_phi = np.sin((phi[:, None] - phi[None, :]) / 2.0)
    half_lam = np.sin((lam[:, None] - lam[None, :]) / 2.0)
    a = half_phi * half_phi + np.cos(phi)[:, None] * np.cos(phi)[None, :] * half_lam * half_lam
    return 2.0 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(a, 1.0)))


@dataclass(frozen=True)
class Gate:
    """A crossing in one direction: a directed link over a border.

    Attributes
    ----------
    link, crossing : int
        Index of its link and of its crossing.
    out : bool
        Whether it leads away from the countries that people flee from.
    capacity_per_hour : float or None
        Persons an hour who can physically pass.
    """

    link: int
    crossing: int
    out: bool
    capacity_per_hour: float | None


def _keys(what: str, names: Sequence[tuple[str, ...]]) -> Keys:
    return np.array([text_key(what, *parts) for parts in names], dtype=np.uint64)


class Network:
    """Places and directed links. Route ``r`` is link ``2 r`` (start to end) and ``2 r + 1`` (back).

    Attributes
    ----------
    names : tuple of str, (P,)
    km_between : float64 array (P, P)
        Great-circle distances, kilometres.
    tail, head : int64 arrays (L,)
        Place where a link starts and ends.
    km : float64 array (L,)
    on_foot : bool array (L,)
    gate : int64 array (L,)
        Index of the link's gate, or -1.
    link_key, route_key : uint64 arrays (L,)
        Keys of each link, and of its route whatever the direction, from the names of its ends:
        draws are keyed by these, so that other rows in the table move nobody's luck.
    gates : tuple of Gate
    crossings : tuple of str
        Names, in the order of the routes.
    """

    def __init__(self, places: Sequence[Place], routes: Sequence[Route], inside: NDArray) -> None:
        index = {place.name: i for i, place in enumerate(places)}
        self.names = tuple(index)
        self.km_between = great_circle_km(
            np.array([p.lat for p in places]), np.array([p.lon for p in places])
        )
        ends = np.array([(index[r.start], index[r.end]) for r in routes], dtype=np.int64)
        ends = ends.reshape(-1, 2)
        self.tail = np.stack([ends[:, 0], ends[:, 1]], axis=1).ravel()
        self.head = np.stack([ends[:, 1], ends[:, 0]], axis=1).ravel()
        self.km = np.repeat(np.array([r.km for r in routes], dtype=np.float64), 2)
        self.on_foot = np.repeat(np.array([r.mode == "foot" for r in routes], dtype=bool), 2)
        told = [(r.start, r.end, r.mode, r.crossing) for r in routes]
        both = [t for a, b, *rest in told for t in ((a, b, *rest), (b, a, *rest))]
        self.link_key = _keys("link", both)
        self.route_key = _keys("route", [(*sorted(t[:2]), *t[2:]) for t in both])
        self.gate = np.full(self.tail.size, -1, dtype=np.int64)
        self.crossings = tuple(r.crossing for r in routes if r.crossing)
        gates: list[Gate] = []
        for r, route in enumerate(routes):
            if not route.crossing:
                continue
            for link in (2 * r, 2 * r + 1):
                near, far = inside[self.tail[link]], inside[self.head[link]]
                out = bool(near and not far) if near != far else link % 2 == 0
                self.gate[link] = len(gates)
                crossing = self.crossings.index(route.crossing)
                gates.append(Gate(link, crossing, out, route.gate_per_hour))
        self.gates = tuple(gates)

    def hours(self, road_kmh: float, foot_kmh: float) -> Floats:
        """Hours that each link takes, without delays; float64 array (L,)."""
        return self.km / np.where(self.on_foot, foot_kmh, road_kmh)

    def way_home(self, hours: Floats) -> tuple[Ints, Floats]:
        """First link of the quickest way from each place to each other, for those who go home.

        Crossings are used in the direction back only.

        Returns
        -------
        first : int64 array (P, P)
            Link to take at [place, home], or -1 where there is no way.
        total : float64 array (P, P)
            Hours, inf where there is no way.
        """
        n = len(self.names)
        outward = np.array([gate >= 0 and self.gates[gate].out for gate in self.gate], dtype=bool)
        best: dict[tuple[int, int], int] = {}
        for link in np.flatnonzero(~outward):
            pair = (int(self.tail[link]), int(self.head[link]))
            if pair not in best or hours[link] < hours[best[pair]]:
                best[pair] = int(link)
        links = np.array(list(best.values()), dtype=np.int64)
        graph = csr_array((hours[links], (self.tail[links], self.head[links])), shape=(n, n))
        total = dijkstra(graph)
        first = np.full((n, n), -1, dtype=np.int64)
        for place in range(n):
            leaving = links[self.tail[links] == place]
            if leaving.size:
                through = hours[leaving, None] + total[self.head[leaving], :]
                choice = np.argmin(through, axis=0)
                reachable = np.isfinite(through[choice, np.arange(n)])
                first[place] = np.where(reachable, leaving[choice], -1)
        return first, total
