"""Where places lie, those too of which the table does not say it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flowsim.flee.reader.places import Spot, neighbours
from flowsim.flee.reader.rows import Notes
from flowsim.world.config import Route

LatLon = tuple[float, float]


def coordinates(
    spots: Mapping[str, Spot], routes: Iterable[Route], notes: Notes
) -> dict[str, LatLon]:
    """Latitude and longitude of each place, degrees.

    A place without them is put amid those that its routes lead to, else amid those of its country,
    else of all; distances by road are not touched by it. Flee would put it at 0, 0.

    Parameters
    ----------
    spots : mapping of str to Spot
    routes : iterable of Route
    notes : Notes
    """
    known = {name: spot.coordinates() for name, spot in spots.items() if spot.has_coordinates}
    if len(known) == len(spots):
        return known
    near = neighbours(spots, routes)
    by_road = dict(known)
    while True:  # outwards, one road further each time
        found = {
            name: _amid([by_road[other] for other in near[name] if other in by_road])
            for name in spots
            if name not in by_road and any(other in by_road for other in near[name])
        }
        if not found:
            break
        by_road |= found
    for name, spot in spots.items():
        if name in known:
            continue
        country = [at for other, at in known.items() if spots[other].country == spot.country]
        by_road.setdefault(name, _amid(country or list(known.values())))
        how = "amid the places that its routes lead to" if near[name] else "amid its country"
        told = f"{name!r} has no coordinates, and is drawn {how if known else 'at 0, 0'}"
        notes.warn(spot.row, f"{told}; Flee would put it at 0, 0")
    return by_road


def _amid(among: list[LatLon]) -> LatLon:
    n = max(len(among), 1)
    return sum(lat for lat, _ in among) / n, sum(lon for _, lon in among) / n
