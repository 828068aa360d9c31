"""The ground of a map: projection, frame, what is far outside, where it is crowded, scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from flowsim.arrays import Floats
from flowsim.plot.style import FAINT, INK, points

KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Ground:
    """A plane in kilometres around the middle of some places (equirectangular, true at ``lat0``).

    Attributes
    ----------
    lat0, lon0 : float
        The middle, degrees.
    """

    lat0: float
    lon0: float

    def xy(self, lat: Floats, lon: Floats) -> Floats:
        """Kilometres east and north of the middle, (n, 2)."""
        east = (np.asarray(lon) - self.lon0) * KM_PER_DEGREE * np.cos(np.radians(self.lat0))
        north = (np.asarray(lat) - self.lat0) * KM_PER_DEGREE
        return np.stack([east, north], axis=-1)

    def degrees(self, xy: Floats) -> Floats:
        """Longitudes and latitudes of points in kilometres, (n, 2)."""
        turn = KM_PER_DEGREE * np.array([np.cos(np.radians(self.lat0)), 1.0])
        return np.asarray(xy) / turn + [self.lon0, self.lat0]

    def ticks(self, axes: Axes) -> None:
        """Degrees on the axes of a map."""
        turn = KM_PER_DEGREE * np.cos(np.radians(self.lat0))
        for axis, limits, scale, zero, suffix in (
            (axes.xaxis, axes.get_xlim(), turn, self.lon0, ("° E", "° W")),
            (axes.yaxis, axes.get_ylim(), KM_PER_DEGREE, self.lat0, ("° N", "° S")),
        ):
            low, high = (zero + x / scale for x in limits)
            at = [
                d for d in MaxNLocator(4, steps=[1, 2, 5]).tick_values(low, high) if low < d < high
            ]
            axis.set_major_locator(FixedLocator([(d - zero) * scale for d in at]))
            axis.set_major_formatter(
                FixedFormatter([f"{abs(d):g}{suffix[int(d < 0)]}" for d in at])
            )
        axes.tick_params(length=3, labelsize=points(0.78), colors=FAINT)


def far_out(xy: Floats, most: float = 0.15, gain: float = 0.8) -> NDArray[np.bool_]:
    """Places that would squash a map: without them it is much smaller, bool (n,).

    Examples
    --------
    >>> spots = np.array([[0.0, 0], [1, 1], [2, 0], [1, 2], [0, 2], [2, 2], [1, 0], [0, 90]])
    >>> far_out(spots).nonzero()[0].tolist()
    [7]
    """
    out = np.zeros(len(xy), dtype=bool)
    for _ in range(int(most * len(xy))):
        inside = np.flatnonzero(~out)
        areas = [_area(xy[np.delete(inside, i)]) for i in range(len(inside))]
        smallest = int(np.argmin(areas))
        if areas[smallest] >= gain * _area(xy[inside]):
            break
        out[inside[smallest]] = True
    return out


def _area(xy: Floats) -> float:
    sides = xy.max(axis=0) - xy.min(axis=0)
    return float(max(sides[0], 1.0) * max(sides[1], 1.0))


def crowded(xy: Floats, part: float = 0.1, least: int = 6) -> NDArray[np.bool_]:
    """The places of the densest spot, for a close-up, bool (n,); none if fewer than ``least``.

    Parameters
    ----------
    xy : float64 array (n, 2)
    part : float
        Radius of the spot, as a part of the longer side of the map.
    least : int
        Places that are worth a close-up; half of all are too many.
    """
    none = np.zeros(len(xy), dtype=bool)
    if len(xy) < 2 * least:
        return none
    radius = part * float((xy.max(axis=0) - xy.min(axis=0)).max())
    best = max((np.hypot(*(xy - spot).T) <= radius for spot in xy), key=np.count_nonzero)
    return best if np.count_nonzero(best) >= least else none


def nearest(xy: Floats, spots: Floats) -> tuple[NDArray[np.intp], Floats]:
    """The place that is nearest to each of some spots, and how far it is.

    Parameters
    ----------
    xy : float64 array (n, 2)
        Places.
    spots : float64 array (..., 2)
        As many as a map is made of: for so many a loop over places beats a search tree, which
        also takes longer to import than a map to draw.

    Examples
    --------
    >>> nearest(np.array([[0.0, 0.0], [9.0, 0.0]]), np.array([[3.0, 4.0], [8.0, 0.0]]))
    (array([0, 1]), array([5., 1.]))
    """
    x, y = spots[..., 0], spots[..., 1]
    which = np.zeros(x.shape, dtype=np.intp)
    least = np.full(x.shape, np.inf)
    for place, (east, north) in enumerate(xy):
        square = (x - east) ** 2 + (y - north) ** 2
        closer = square < least
        which[closer] = place
        np.minimum(least, square, out=least)
    return which, np.sqrt(least)


def frame(xy: Floats, margin: float) -> Bbox:
    """Limits of a map around some places, neither narrow nor flat, km.

    Parameters
    ----------
    xy : float64 array (n, 2)
    margin : float
        Room around the outermost places, as a part of the longer side.

    Examples
    --------
    >>> box = frame(np.array([[0.0, 0.0], [10.0, 100.0]]), margin=0.05)
    >>> round(box.width), round(box.height)
    (99, 116)
    """
    low, high = xy.min(axis=0), xy.max(axis=0)
    room = max(margin * float((high - low).max()), 2.0)
    low = low - [0.0, 0.06 * float((high - low).max())]  # for the scale bar
    sides = high - low + 2 * room
    sides = np.maximum(sides, [0.85 * sides[1], 0.6 * sides[0]])
    return Bbox.from_bounds(*((low + high - sides) / 2), *sides)


def scale_bar(axes: Axes) -> None:
    """A bar of a round number of kilometres in the lower left corner."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    km = max(
        k for k in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if k <= (right - left) / 4 or k == 1
    )
    x, y = left + 0.03 * (right - left), bottom + 0.035 * (top - bottom)
    axes.plot([x, x + km], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt", zorder=8)
    axes.annotate(
        f"{km} km",
        (x + km / 2, y),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        fontsize=points(0.89),
        zorder=8,
    )


def direction(xy: Floats) -> str:
    """The compass direction of a vector, in eight.

    Examples
    --------
    >>> direction(np.array([0.0, 5.0])), direction(np.array([-3.0, -3.0]))
    ('north', 'south-west')
    """
    names = (
        "east",
        "north-east",
        "north",
        "north-west",
        "west",
        "south-west",
        "south",
        "south-east",
    )
    return names[round(float(np.arctan2(xy[1], xy[0])) / (np.pi / 4)) % 8]
