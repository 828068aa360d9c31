"""What of a map does not change with time: which places are on it, its frames, its countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import Bbox

from flowsim.arrays import Bools, Floats
from flowsim.outlines.boxes import Outlines
from flowsim.plot.basemap import Ground, crowded, direction, far_out, frame, scale_bar
from flowsim.plot.lands import Lands, border_key, name_countries
from flowsim.plot.scene import AWAY, Scene, draw_routes
from flowsim.plot.style import figure_of, points
from flowsim.results.result import Result

PART = 0.05
"""Of all who are away from home: a place with so many is on the map, however far it is."""


@dataclass(frozen=True)
class Terrain:
    """Where places lie, and which part of it is shown.

    Attributes
    ----------
    ground : Ground
    xy : float64 array (P, 2)
        Places, kilometres.
    out : bool array (P,)
        Places that are too far off to be on the map.
    countries : tuple of str
        Of each place.
    frames : tuple of Bbox
        Of the map, and of its close-up where places are crowded.
    """

    ground: Ground
    xy: Floats
    out: Bools
    countries: tuple[str, ...]
    frames: tuple[Bbox, ...]

    @classmethod
    def of(cls, result: Result, steps: Sequence[int], close_up: bool = True) -> Terrain:
        """That of the places of a run, with many people at some recorded times or near others."""
        data = result.data
        lat, lon = data["lat"].values, data["lon"].values
        ground = Ground(float(np.median(lat)), float(np.median(lon)))
        xy = ground.xy(lat, lon)
        out = far_out(xy) & ~_with_many(result, steps)
        near = np.flatnonzero(~out)
        close = near[crowded(xy[~out])] if close_up else near[:0]
        frames = tuple(frame(xy[chosen], 0.05) for chosen in (near, close) if chosen.size)
        return cls(ground, xy, out, tuple(str(c) for c in data["country"].values), frames)

    def draw(
        self,
        panels: Sequence[Axes],
        scene: Scene,
        inches: float,
        outlines: Outlines | None,
        off_map: str = "Off the map, persons away from home",
    ) -> Land:
        """Draw frames, countries, routes and scales; gives the countries for their names."""
        lands = [Lands(self.ground, box, inches, outlines) for box in self.frames]
        stand_for = lands[0].stand_for(self.xy, self.countries)
        marks: dict[str, Any] = {}
        for axes, box, under in zip(panels, self.frames, lands, strict=True):
            _base(axes, scene, box, self.ground)
            for mark in under.draw(axes, stand_for, scene.fled):
                marks[mark.get_label()] = mark
        if any(under.countries for under in lands):
            border = border_key(outlines is not None)
            marks[str(border.get_label())] = border
        panels[0].set_xlabel(self._far_note(scene, off_map), fontsize=points(0.89), loc="left")
        return Land(self, dict(zip(panels, lands, strict=True)), stand_for, list(marks.values()))

    def _far_note(self, scene: Scene, told: str) -> str:
        """The places that are off the map, with their direction and who is there."""
        if not self.out.any():
            return ""
        middle = self.xy[~self.out].mean(axis=0)
        lines = []
        for place in np.flatnonzero(self.out):
            way = self.xy[place] - middle
            where = f"{round(float(np.hypot(*way)), -1):.0f} km {direction(way)}"
            lines.append(f"{scene.names[place]} ({where}): {scene.total(place):,}")
        return f"{told}: {'; '.join(lines)}"


@dataclass(frozen=True)
class Land:
    """The countries that were drawn, whose names come when all else has its place.

    Attributes
    ----------
    terrain : Terrain
    under : dict of Axes to Lands
    stand_for : dict of str to str
    key : list
        What the ground means.
    """

    terrain: Terrain
    under: dict[Axes, Lands]
    stand_for: dict[str, str]
    key: list[Any]

    def name(self, axes: Axes, taken: list[Bbox]) -> None:
        """Write the names of the countries of one map where ``taken`` leaves room."""
        places = self.terrain.xy, self.terrain.countries
        name_countries(axes, self.under[axes], *places, self.stand_for, taken)


def _with_many(result: Result, steps: Sequence[int]) -> Bools:
    """Places with so many of those away from home that a map without them misleads, bool (P,)."""
    people = result.people.isel(time=list(steps)).sum("group").sel(status=list(AWAY))
    there = people.sum("status").transpose("time", "place").values
    return np.asarray(((there > 0) & (there >= PART * there.sum(axis=1)[:, None])).any(axis=0))


def _base(axes: Axes, scene: Scene, box: Bbox, ground: Ground) -> None:
    """Frame, routes and scale."""
    axes.set(xlim=(box.x0, box.x1), ylim=(box.y0, box.y1), aspect="equal")
    ground.ticks(axes)
    draw_routes(axes, scene)
    scale_bar(axes)
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_linewidth(0.6)


def scale_box(axes: Axes) -> Bbox:
    """The rectangle that the scale takes, pixels."""
    corner, high = axes.get_window_extent(), points(2.9) * figure_of(axes).dpi / 72.0
    return Bbox.from_bounds(corner.x0, corner.y0, 0.3 * corner.width, high)
