"""The map that plays: who is where, who waits at which crossing, and what each crossing is."""

from __future__ import annotations

from typing import Any

import numpy as np
from bokeh.core.properties import value
from bokeh.models import (
    ColumnDataSource,
    CustomJS,
    HoverTool,
    LinearColorMapper,
    Range1d,
    ScaleBar,
)
from bokeh.plotting import figure
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats
from flowsim.interactive.backdrop import FLED_FROM, land
from flowsim.interactive.frames import AT_PLACES, Frames
from flowsim.interactive.moving import Moving
from flowsim.interactive.place_names import with_room
from flowsim.outlines.boxes import Outlines
from flowsim.plot.basemap import Ground, crowded, far_out, frame
from flowsim.plot.scene import GATE, ROAD, SEEN
from flowsim.plot.style import HEAT, INK, STATUS, name_of

LARGEST_PX, SMALLEST_PX = 26.0, 2.5
"""Radius of the largest circle of the whole run, and of a place where nobody is."""
WIDEST_ROAD_PX, WIDEST_FLOW_PX = 14.0, 9.0
STATES = (*GATE, "unknown")
PLACE_TIP = [
    ("", "@name, @country"), ("away from home", "@away{0,0}"),
    *((f"- {name_of(name)}", f"@n_{name}{{0,0}}") for name in AT_PLACES),
    ("dead so far", "@deaths{0,0}"), ("violence, 1 = worst", "@violence{0.00}"),
]  # fmt: skip
CROSSING_TIP = [
    ("", "crossing @name"), ("for those who flee", "@opening"), ("waiting", "@waiting{0,0}"),
    ("crossed so far", "@crossed{0,0}"),
]  # fmt: skip
STATE_COLOURS = (*(colour for _, colour, _ in GATE.values()), "#FFFFFF")
WATER = "#DCE6EC"
TOLD_PART = 0.02
"""A queue of so large a part of the largest circle has its number beside it."""
CLUSTER = 0.08
"""Crossings that are so near, as a part of how far they are spread, have one number."""
FAR_PART = 0.05
"""A place with so many of those away from home is on the map, however far it is."""
TITLES = {"wide": 560.0, "narrow": 330.0}
"""Widths in pixels for which names are placed."""

FIT = """
const [iw, ih] = [map.inner_width, map.inner_height]
if (!(iw > 0 && ih > 0)) return
const at = box.data, k = at.shown[0]
const [x0, x1, y0, y1] = [at.x0[k], at.x1[k], at.y0[k], at.y1[k]]
const scale = Math.max((x1 - x0) / iw, (y1 - y0) / ih)
const x = (x0 + x1) / 2, y = (y0 + y1) / 2
const half = [scale * iw / 2, scale * ih / 2]
const to = {x_range: [x - half[0], x + half[0]], y_range: [y - half[1], y + half[1]]}
for (const [name, [start, end]] of Object.entries(to))
  map[name].setv({start, end, reset_start: start, reset_end: end})
wide.visible = iw >= 500
narrow.visible = iw < 500
"""
"""Shows the chosen part of the map whole and undistorted, whatever the width of the page."""


class MovingMap:
    """A Bokeh figure of the places, the crossings, and the people away from home.

    Attributes
    ----------
    figure : bokeh.plotting.figure
    moving : tuple of Moving
        What follows the clock.
    box : ColumnDataSource
        Limits of the whole map and of its close-up, km, and which is shown.
    """

    def __init__(self) -> None:
        self.figure = figure(
            height=520, sizing_mode="stretch_width", x_range=Range1d(0, 1), y_range=Range1d(0, 1),
            tools="pan,zoom_in,zoom_out,reset", active_drag=None, toolbar_location="above",
            background_fill_color=WATER, outline_line_color="#C9CED2", min_border=2,
            lod_threshold=None, frame_align=False,
        )  # fmt: skip
        self.figure.toolbar.logo = None
        self.figure.axis.visible = False
        self.figure.grid.visible = False
        counts = [f"n_{name}" for name in AT_PLACES]
        turns = [f"to_{name}" for name in AT_PLACES]
        self.places = Moving(
            ("x", "y", "name", "country"),
            (*counts, *turns, "radius", "ring", "violence", "deaths", "away"),
        )
        self.crossings = Moving(
            ("x", "y", "name"),
            ("waiting", "crossed", "radius", "state", "shut", "opening", "told", "shade"),
        )
        self.roads = Moving(("x0", "y0", "x1", "y1"), ("queue", "width"))
        self.flows = Moving(("x0", "y0", "x1", "y1", "angle"), ("width", "head"))
        self.land = ColumnDataSource({"xs": [], "ys": [], "colour": []})
        self.countries = ColumnDataSource({"x": [], "y": [], "name": []})
        self.names = {
            kind: ColumnDataSource({k: [] for k in ("x", "y", "text", "shift", "align")})
            for kind in TITLES
        }
        self.box = ColumnDataSource({k: [] for k in ("x0", "x1", "y0", "y1", "shown")})
        self._draw()
        self._fit()

    @property
    def moving(self) -> tuple[Moving, ...]:
        """What follows the clock."""
        return self.places, self.crossings, self.roads, self.flows

    def _draw(self) -> None:
        plot = self.figure
        plot.multi_polygons("xs", "ys", source=self.land, fill_color="colour",
                            line_color="#8C8475", line_width=1.1)  # fmt: skip
        plot.text("x", "y", text="name", source=self.countries, text_align="center",
                  text_baseline="middle", text_font=value("sans-serif"), text_font_size="14px",
                  text_font_style="italic", text_color="#7A7466")  # fmt: skip
        road: Any = {"x0": "x0", "y0": "y0", "x1": "x1", "y1": "y1"}
        plot.segment(**road, source=self.roads.now, line_color=ROAD, line_width=1.2,
                     line_dash="dashed")  # fmt: skip
        plot.segment(**road, source=self.roads.now, line_color=STATUS["waiting"],
                     line_width="width", line_alpha=0.75, line_cap="round")  # fmt: skip
        plot.segment(**road, source=self.flows.now, line_color=INK, line_width="width",
                     line_alpha=0.7)  # fmt: skip
        plot.scatter("x1", "y1", source=self.flows.now, marker="triangle", size="head",
                     angle="angle", color=INK, alpha=0.7, line_color=None)  # fmt: skip
        marks = self._places()
        gates = self._crossings()
        self._titles = {
            kind: plot.text(
                "x", "y", text="text", x_offset="shift", text_align="align", source=source,
                text_baseline="middle", text_font_size="11px", text_color=INK,
                text_font=value("sans-serif"), background_fill_color="white",
                background_fill_alpha=0.55,
            )
            for kind, source in self.names.items()
        }  # fmt: skip
        for renderer, lines in ((marks, PLACE_TIP), (gates, CROSSING_TIP)):
            plot.add_tools(HoverTool(renderers=[renderer], tooltips=lines, visible=False))
        plot.add_layout(
            ScaleBar(range=plot.x_range, unit="km", location="bottom_left",
                     background_fill_alpha=0.6, border_line_color=None, label_text_font_size="11px")
        )  # fmt: skip

    def _places(self) -> Any:
        plot, now = self.figure, self.places.now
        heat = LinearColorMapper(
            palette=[to_hex(colormaps[HEAT](0.25 + 0.75 * v)) for v in np.linspace(0, 1, 64)],
            low=SEEN, high=1.0, low_color="rgba(0,0,0,0)",
        )  # fmt: skip
        plot.scatter("x", "y", size="ring", source=now, fill_color=None, line_width=3,
                     line_color={"field": "violence", "transform": heat})  # fmt: skip
        whole: Any = {"x": "x", "y": "y", "radius": "radius", "radius_units": "screen"}
        dots = plot.circle(**whole, source=now, fill_color="#8F8F8F", line_color=None)
        before: Any = np.pi / 2
        for name in AT_PLACES:
            plot.wedge(**whole, start_angle=before, end_angle=f"to_{name}", source=now,
                       direction="clock", fill_color=STATUS[name], line_color=None)  # fmt: skip
            before = f"to_{name}"
        plot.circle(**whole, source=now, fill_color=None, line_color="white", line_width=0.8)
        return dots

    def _crossings(self) -> Any:
        plot, now = self.figure, self.crossings.now
        plot.circle("x", "y", radius="radius", radius_units="screen", source=now,
                    fill_color=STATUS["waiting"], fill_alpha=0.85, line_color="white")  # fmt: skip
        colours = LinearColorMapper(palette=STATE_COLOURS, low=-0.5, high=len(STATES) - 0.5)
        gate = plot.scatter("x", "y", size=11, marker="square", source=now, line_color=INK,
                            fill_color={"field": "state", "transform": colours})  # fmt: skip
        plot.scatter("x", "y", size=8, marker="x", source=now, line_color="white",
                     line_width=2, line_alpha="shut")  # fmt: skip
        plot.text("x", "y", text="told", source=now, y_offset=-9, text_align="center",
                  text_font_size="12px", text_font_style="bold", text_color="#7A4E00",
                  text_font=value("sans-serif"), background_fill_color="white",
                  background_fill_alpha="shade")  # fmt: skip
        return gate

    def _fit(self) -> None:
        fit = CustomJS(
            args={"map": self.figure, "box": self.box, **self._titles}, code=FIT
        )  # fmt: skip
        for name in ("inner_width", "inner_height"):
            self.figure.js_on_change(name, fit)
        self.box.js_on_change("data", fit)

    def show(self, frames: Frames, number: int, outlines: Outlines | None = None) -> None:
        """Take the place of the run that was there, at one of its frames."""
        ground = Ground(float(np.median(frames.lat)), float(np.median(frames.lon)))
        xy = ground.xy(frames.lat, frames.lon)
        away = np.sum([frames.away[name] for name in AT_PLACES], axis=0)
        largest = max(int(away.max(initial=0)), int(frames.waiting.max(initial=0)), 1)
        radius = LARGEST_PX * np.sqrt(away / largest)
        self._show_places(frames, number, xy, away, np.maximum(radius, SMALLEST_PX))
        self._show_crossings(frames, number, xy, largest)
        self._show_roads(frames, number, xy)
        self._show_land(frames, ground, self._show_box(frames, xy, away), outlines)

    def _show_land(
        self, frames: Frames, ground: Ground, box: Bbox, outlines: Outlines | None
    ) -> None:
        found = land(frames, ground, box, outlines)
        named = [(n, s) for n, s in zip(found["name"], found["spot"], strict=True) if s is not None]
        self.land.data = {key: found[key] for key in ("xs", "ys", "colour")}
        self.countries.data = {
            "x": [float(spot[0]) for _, spot in named],
            "y": [float(spot[1]) for _, spot in named],
            "name": [name for name, _ in named],
        }
        self.has_outlines = bool(found["name"])
        self.figure.background_fill_color = WATER if self.has_outlines else FLED_FROM

    def _show_places(
        self, frames: Frames, number: int, xy: Floats, away: np.ndarray, radius: Floats
    ) -> None:
        counts = np.cumsum([frames.away[name] for name in AT_PLACES], axis=0)
        part = counts / np.maximum(away, 1)
        # Clockwise from the north; a whole turn is a little more, lest rounding make it none.
        turns = (np.pi / 2 - 2.0 * np.pi * 1.00001 * part).astype(np.float32)
        self.places.show(
            {"x": xy[:, 0], "y": xy[:, 1], "name": list(frames.places),
             "country": list(frames.countries)},
            {
                **{f"n_{name}": frames.away[name] for name in AT_PLACES},
                **{f"to_{name}": turns[i] for i, name in enumerate(AT_PLACES)},
                "radius": radius.astype(np.float32),
                "ring": (2 * radius + 7).astype(np.float32),
                "violence": frames.violence,
                "deaths": frames.deaths,
                "away": away.astype(np.int32),
            },
            number,
        )  # fmt: skip

    def _show_crossings(self, frames: Frames, number: int, xy: Floats, largest: int) -> None:
        middle = (xy[frames.near] + xy[frames.far]) / 2.0
        spans = [[frames.opening(f, g) for g in range(len(middle))] for f in range(len(frames))]
        state = np.array([[STATES.index(s.state) for s in row] for row in spans], dtype=np.int32)
        state = state.reshape(len(frames), len(middle))
        told = _by_cluster(frames.waiting, middle)
        told[told < TOLD_PART * largest] = 0
        self.crossings.show(
            {"x": middle[:, 0], "y": middle[:, 1], "name": list(frames.crossings)},
            {
                "waiting": frames.waiting,
                "crossed": frames.crossed,
                "radius": (LARGEST_PX * np.sqrt(frames.waiting / largest)).astype(np.float32),
                "state": state,
                "shut": (state == STATES.index("shut")).astype(np.float32),
                "opening": [[span.label for span in row] for row in spans],
                "told": [[f"{n:,} wait" if n else "" for n in row] for row in told.tolist()],
                "shade": np.where(told > 0, 0.7, 0.0).astype(np.float32),
            },
            number,
        )

    def _show_roads(self, frames: Frames, number: int, xy: Floats) -> None:
        ends = np.array([route[:2] for route in frames.routes], dtype=np.intp).reshape(-1, 2)
        longest = max(int(frames.road_queue.max(initial=0)), 1)
        width = WIDEST_ROAD_PX * np.sqrt(frames.road_queue / longest)
        self.roads.show(
            _segments(xy[ends[:, 0]], xy[ends[:, 1]]),
            {"queue": frames.road_queue, "width": width.astype(np.float32)},
            number,
        )
        start, end = xy[frames.near], xy[frames.far]
        way = end - start
        most = max(int(frames.crossed.max(initial=0)), 1)
        part = np.maximum(frames.crossed, 0) / most
        flow = np.where(part > 0, 1.0 + WIDEST_FLOW_PX * part, 0.0)
        angle = np.arctan2(way[:, 1], way[:, 0]) - np.pi / 2.0
        self.flows.show(
            {**_segments(start, end), "angle": angle},
            {"width": flow.astype(np.float32),
             "head": np.where(part > 0, flow + 7.0, 0.0).astype(np.float32)},
            number,
        )  # fmt: skip

    def _show_box(self, frames: Frames, xy: Floats, away: np.ndarray) -> Bbox:
        """Limits, and the names that have room within them; gives the whole map's."""
        there = away.max(axis=0)
        out = far_out(xy) & (there < FAR_PART * max(int(there.sum()), 1))
        near = np.flatnonzero(~out)
        close = near[crowded(xy[~out])]
        boxes = [frame(xy[chosen], 0.05) for chosen in (near, close) if chosen.size]
        self.has_close_up = len(boxes) > 1
        self.box.data = {
            **{name: [getattr(box, name) for box in boxes] for name in ("x0", "x1", "y0", "y1")},
            "shown": [0] * len(boxes),
        }
        weight = np.where(out, 0.0, 1.0 + there)
        weight[frames.near] += there.max(initial=0)
        for kind, wide in TITLES.items():
            scale = wide / boxes[0].width
            spots = (xy - [boxes[0].x0, boxes[0].y0]) * scale
            room = np.full(len(xy), 8.0)
            found = with_room(frames.places, spots, room, weight, wide)
            at = [name.place for name in found]
            self.names[kind].data = {
                "x": xy[at, 0], "y": xy[at, 1], "text": [frames.places[p] for p in at],
                "shift": [name.east_px for name in found], "align": [n.align for n in found],
            }  # fmt: skip
        return boxes[0]


def _by_cluster(waiting: np.ndarray, spots: Floats) -> np.ndarray:
    """Persons in line at crossings that are one spot on the map, told at the longest of them."""
    told = np.zeros_like(waiting)
    if not len(spots):
        return told
    near = CLUSTER * float(np.ptp(spots, axis=0).max())
    left = list(range(len(spots)))
    while left:
        first = left[0]
        own = [g for g in left if np.hypot(*(spots[g] - spots[first])) <= near]
        left = [g for g in left if g not in own]
        longest = own[int(np.argmax(waiting[:, own].max(axis=0)))]
        told[:, longest] = waiting[:, own].sum(axis=1)
    return told


def _segments(start: Floats, end: Floats) -> dict[str, Floats]:
    return {"x0": start[:, 0], "y0": start[:, 1], "x1": end[:, 0], "y1": end[:, 1]}
