"""The countries under a map: their outlines, who flees from where, and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats, Ints
from flowsim.outlines.boxes import Outlines, within
from flowsim.outlines.country import Country
from flowsim.plot.basemap import KM_PER_DEGREE, Ground, nearest
from flowsim.plot.labels import hidden
from flowsim.plot.style import DPI, FAINT, figure_of, points

TINTS = {"fled": "#FBF3E2", "other": "#E3EADC", "none": "#F4F4F2"}
"""Ground of countries around places that people flee from, around other places, around none."""
WATER = "#D6E2EA"
ROLES = {"fled": "country that people\nflee from", "other": "other country of places"}
"""What the key says of them."""
OF_THE_WORLD = "de facto border (Natural\nEarth, 1:10 million)"
OF_ONES_OWN = "border, as given"
BORDER: dict[str, Any] = {"edgecolor": FAINT, "linewidth": 0.6, "joinstyle": "round"}
PART_SEEN = 0.25
"""Of what one sees of an outline: over so much of it the places of a country lie that it stands
for under another name."""
BESIDE = 0.3
"""How far from its places a name without an outline may stand, as a part of the map's width."""
SPOTS = 50
"""Across and up the map, at which a name may stand."""
NAME_PART, NEIGHBOUR_PART = 0.95, 0.8
"""Type of the names of countries with places and of others, as parts of that of the text."""


class Lands:
    """The countries on one map, and which of them are those of the places.

    An outline stands for a country of the places if it has its name, or if its places lie all over
    what one sees of it: a part of a country with another name has no outline.

    Parameters
    ----------
    ground : Ground
    box : Bbox
        Of the map, kilometres.
    inches : float
        Its width, at most: outlines are no finer than half a dot of it.
    outlines : path or sequence of Country, optional
        The world's unless given.
    """

    def __init__(self, ground: Ground, box: Bbox, inches: float, outlines: Outlines | None) -> None:
        (west, south), (east, north) = ground.degrees(np.array([box.min, box.max])).tolist()
        detail = 0.5 * box.width / (inches * DPI) / KM_PER_DEGREE
        self._ground = ground
        self.countries = within(west, south, east, north, detail=detail, outlines=outlines)
        lon, lat = np.linspace(west, east, SPOTS), np.linspace(south, north, SPOTS)
        x, y = np.linspace(box.x0, box.x1, SPOTS), np.linspace(box.y0, box.y1, SPOTS)
        self.spots: Floats = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        self.which: Ints = np.full(len(self.spots), -1, dtype=np.int64)
        for number, country in enumerate(self.countries):
            self.which[country.covers(lon, lat).ravel()] = number

    def stand_for(self, xy: Floats, names: Sequence[str]) -> dict[str, str]:
        """The country of the places that each outline stands for, by the outline's name.

        Parameters
        ----------
        xy : float64 array (P, 2)
            Places, kilometres.
        names : sequence of str
            The country of each.
        """
        lon, lat = self._ground.degrees(xy).T
        found: dict[str, str] = {}
        of_places = np.array(names)
        for number, country in enumerate(self.countries):
            inside = country.contains(lon, lat)
            told, counts = np.unique(of_places[inside], return_counts=True)
            if country.name in told:
                found[country.name] = country.name
            elif told.size:
                most = str(told[np.argmax(counts)])
                seen = self.spots[self.which == number]
                if _area(xy[inside & (of_places == most)]) >= PART_SEEN * _area(seen):
                    found[country.name] = most
        return found

    def draw(self, axes: Axes, stand_for: Mapping[str, str], fled: Sequence[str]) -> list[Any]:
        """Fill the map with the grounds of its countries; gives what the key says of them.

        Parameters
        ----------
        axes : matplotlib.axes.Axes
        stand_for : dict of str to str
        fled : sequence of str
            Names of the countries that people flee from.
        """
        if not self.countries:  # at sea, as made-up worlds are
            return []
        axes.set_facecolor(WATER)
        seen = {country.name for country in self.countries} & set(stand_for)
        roles = {name: "fled" if stand_for[name] in fled else "other" for name in seen}
        for country in self.countries:
            shade = TINTS[roles.get(country.name, "none")]
            path = _path(country, self._ground)
            axes.add_patch(PathPatch(path, facecolor=shade, zorder=0.0, **BORDER))
        return [_patch(role) for role in ROLES if role in roles.values()]


def _area(xy: Floats) -> float:
    return float(np.ptp(xy, axis=0).prod()) if len(xy) else 0.0


def _patch(role: str) -> Patch:
    return Patch(facecolor=TINTS[role], edgecolor=FAINT, linewidth=0.6, label=ROLES[role])


def border_key(is_own: bool) -> Line2D:
    """What the key says of borders; ``is_own`` is of outlines that a user gave."""
    words = OF_ONES_OWN if is_own else OF_THE_WORLD
    return Line2D([], [], color=FAINT, linewidth=0.6, label=words)


def name_countries(
    axes: Axes,
    lands: Lands,
    xy: Floats,
    countries: Sequence[str],
    stand_for: Mapping[str, str],
    taken: list[Bbox],
) -> None:
    """Write the names of countries, pale, each where it leaves most room and lies in its own.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    lands : Lands
    xy : float64 array (P, 2)
        Places, kilometres.
    countries : sequence of str
        Of each place.
    stand_for : dict of str to str
        As `Lands.stand_for` gives it for the whole map.
    taken : list of Bbox
        Rectangles, pixels, that names must not hide; theirs are added.
    """
    closest, far = nearest(xy, lands.spots)
    for name in dict.fromkeys(countries):
        own = [n for n, land in enumerate(lands.countries) if stand_for.get(land.name) == name]
        mine = np.isin(lands.which, own)
        if name not in stand_for.values():  # beside its places
            wide = float(np.ptp(lands.spots[:, 0]))
            mine = (np.array(countries) == name)[closest] & (far < BESIDE * wide)
        _name(axes, name, NAME_PART, np.where(mine, far, -1.0), lands.spots, taken)
    for number, country in enumerate(lands.countries):
        if country.name not in stand_for:
            room = np.where(lands.which == number, far, -1.0)
            _name(axes, country.name, NEIGHBOUR_PART, room, lands.spots, taken)


def _name(
    axes: Axes, name: str, part: float, room: Floats, spots: Floats, taken: list[Bbox]
) -> None:
    """Write a name where there is most room around it; spots with none below zero."""
    half = np.array([0.32 * (2 * len(name) - 1), 0.78]) * points(part) * figure_of(axes).dpi / 72.0
    middles = axes.transData.transform(spots)
    frame = axes.get_window_extent()
    boxes = np.concatenate([middles - half, middles + half], axis=1)
    free = (room >= 0.0) & (hidden(boxes, taken, frame) < 1e-6)
    steps = half / (np.array([frame.width, frame.height]) / (SPOTS - 1))
    rows, columns = np.divmod(np.arange(len(spots)), SPOTS)
    for right, up in product((-1.0, -0.5, 0.0, 0.5, 1.0), (-1.0, 1.0)):  # all of it lies in it
        column, row = np.rint(columns + right * steps[0]), np.rint(rows + up * steps[1])
        inside = (column >= 0) & (column < SPOTS) & (row >= 0) & (row < SPOTS)
        there = np.where(inside, row * SPOTS + column, 0).astype(np.int64)
        free &= inside & (room[there] >= 0.0)
    if not free.any():
        return
    best = int(np.argmax(np.where(free, room, -1.0)))
    x, y = spots[best].tolist()
    axes.text(
        x,
        y,
        " ".join(name.upper()),
        ha="center",
        va="center",
        fontsize=points(part),
        color="#8F8B80",
        zorder=0.6,
        in_layout=False,
    )
    taken.append(Bbox.from_extents(*boxes[best]))


def _path(country: Country, ground: Ground) -> Path:
    """All rings in kilometres; holes run the other way than what they are cut out of."""
    lines = []
    for polygon in country.polygons:
        for number, ring in enumerate(polygon):
            line = ground.xy(ring[:, 1], ring[:, 0])
            x, y = line.T
            turns_left = float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) > 0.0
            lines.append(line if turns_left == (number == 0) else line[::-1])
    codes = [np.full(len(line), Path.LINETO, dtype=np.uint8) for line in lines]
    for code in codes:
        code[0], code[-1] = Path.MOVETO, Path.CLOSEPOLY
    return Path(np.concatenate(lines), np.concatenate(codes))
