"""What a map shows at one moment, and the marks it is shown with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.legend_handler import HandlerBase
from matplotlib.lines import Line2D
from matplotlib.patches import ArrowStyle, FancyArrowPatch, Patch
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats
from flowsim.plot.style import FAINT, HEAT, INK, STATUS, figure_of, name_of, points
from flowsim.plot.windows import state_at
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario

Index = int | np.integer
AWAY = ("displaced", "waiting", "moving", "sheltered", "detained")
"""Statuses of people who are away from home, in the order of the slices of a circle."""
LARGEST, SMALLEST = 2.6, 0.2
"""Radius of circles, as parts of the type size."""
LEAST_ARROW, WIDEST_ARROW, THINNEST_ARROW = 2.4, 0.5, 0.09
"""Length of the shortest arrow, and widths, as parts of the type size."""
SEEN = 0.01
"""Intensity of violence from which on a place has a ring."""
ROAD = "#A59F92"
RINGS = (0.1, 0.5, 1.0)
"""Intensities of violence that the key has a ring for."""
GATE: dict[str, tuple[str, str, str]] = {
    "open": ("s", "white", "crossing, open"),
    "barred": ("s", "#8DB9D8", "crossing, open, not to all"),
    "quota": ("D", "#B9DCC4", "crossing, by quota"),
    "rule": ("s", "#F0E442", "crossing, by rule"),
    "shut": ("X", INK, "crossing, shut"),
}
"""Marker, colour and words for the state of a crossing."""


@dataclass(frozen=True)
class Gate:
    """A crossing: its ends as place numbers, its state, and the persons who have crossed."""

    name: str
    near: int
    far: int
    state: str
    passed: int

    def word(self) -> str:
        """What stands beside it."""
        return f"{self.name}\n{self.passed:,} crossed"


@dataclass(frozen=True)
class Scene:
    """Positions and persons at one moment.

    Attributes
    ----------
    names : tuple of str
    xy : float64 array (P, 2)
        Kilometres.
    countries : tuple of str
        Of each place.
    fled : tuple of str
        The countries that people flee from.
    away : int64 array (P, 5)
        Persons away from home by status (`AWAY`).
    violence : float64 array (P,)
    gates : tuple of Gate
    routes : tuple of (int, int, str)
        Ends and mode.
    largest : int
        Persons of the largest circle on the map.
    busiest : int
        Persons who have passed the widest arrow.
    """

    names: tuple[str, ...]
    xy: Floats
    countries: tuple[str, ...]
    fled: tuple[str, ...]
    away: np.ndarray
    violence: Floats
    gates: tuple[Gate, ...]
    routes: tuple[tuple[int, int, str], ...]
    largest: int
    busiest: int

    @classmethod
    def of(
        cls, result: Result, step: int, xy: Floats, scenario: Scenario | None, shown: np.ndarray
    ) -> Scene:
        """The scene at one recorded time, of which some places are shown on the map."""
        data = result.data
        names = tuple(str(n) for n in data["place"].values)
        number = {name: i for i, name in enumerate(names)}
        people = result.people.isel(time=step).sum("group").sel(status=list(AWAY))
        away = people.transpose("place", "status").values.astype(np.int64)
        countries = tuple(str(c) for c in data["country"].values)
        fled = tuple(data.attrs.get("flee_from", "").split(","))
        routes = (
            ()
            if scenario is None
            else tuple(
                (number[r.start], number[r.end], r.mode)
                for r in scenario.routes
                if not r.crossing and r.start in number and r.end in number
            )
        )
        gates = _gates(result, step, number, scenario)
        return cls(
            names,
            xy,
            countries,
            fled,
            away,
            result.violence.values[step],
            gates,
            routes,
            int(away[shown].sum(axis=1).max(initial=0)),
            max((gate.passed for gate in gates), default=0),
        )

    def total(self, place: Index) -> int:
        """Persons away from home at a place."""
        return int(self.away[place].sum())

    def size(self, persons: float) -> float:
        """Radius of a circle for so many persons, points."""
        part = float(np.sqrt(persons / max(self.largest, 1)))
        return points(max(SMALLEST, LARGEST * part))

    def radius(self, place: Index) -> float:
        """Radius of a place's circle, points."""
        return self.size(self.total(place))

    def reach(self, place: Index) -> float:
        """Radius of a place's circle with the ring around it, points."""
        return self.radius(place) + (points(0.4) if self.violence[place] >= SEEN else 0.0)

    def arrow(self, persons: float) -> float:
        """Width of the arrow of a crossing that so many have passed, points."""
        part = persons / max(self.busiest, 1)
        return points(THINNEST_ARROW + (WIDEST_ARROW - THINNEST_ARROW) * part)

    def weight(self, place: Index) -> float:
        """How much a place's label matters; below 1 it may be left out."""
        total = self.total(place)
        seen = total > 0.004 * self.largest or self.violence[place] >= 0.1
        return 2.0 + total if seen else 0.5 * total / max(self.largest, 1)

    def word(self, place: Index) -> str:
        """What stands beside a place."""
        total = self.total(place)
        return f"{self.names[place]}\n{total:,}" if total else self.names[place]


def _gates(
    result: Result, step: int, number: dict[str, int], scenario: Scenario | None
) -> tuple[Gate, ...]:
    data = result.data
    passed = result.crossed().isel(time=step).values
    let_in = result.outcomes.isel(time=step).sel(outcome="admitted").sum("kind").values
    now = data["time"].values[step].astype("datetime64[us]").item()
    gates = []
    for i, name in enumerate(str(c) for c in data["crossing"].values):
        if scenario is None:
            state = "open" if let_in[i] else "shut"
        else:
            state = state_at(scenario, name, now)
        near, far = (number[str(data[side].values[i])] for side in ("near", "far"))
        gates.append(Gate(name, near, far, state, int(passed[i])))
    return tuple(gates)


def draw_routes(axes: Axes, scene: Scene) -> None:
    """Routes as thin lines, paths dotted."""
    for start, end, mode in scene.routes:
        line = (0, (1, 1.5)) if mode == "foot" else "solid"
        axes.plot(
            *scene.xy[[start, end]].T,
            color=ROAD,
            linewidth=points(0.09),
            linestyle=line,
            zorder=1,
            scalex=False,
            scaley=False,
        )


def draw_people(axes: Axes, scene: Scene, shown: np.ndarray) -> None:
    """Circles with a slice for each status; a ring where there is violence; else a dot."""
    for place in sorted(np.flatnonzero(shown), key=lambda p: -scene.total(p)):
        x, y = scene.xy[place]
        radius, total = scene.radius(place), scene.total(place)
        if scene.violence[place] >= SEEN:
            axes.plot(
                x,
                y,
                marker="o",
                markersize=2 * radius + points(0.55),
                color="none",
                zorder=3,
                markeredgecolor=_ring(float(scene.violence[place])),
                markeredgewidth=points(0.27),
                gid=f"violence {scene.names[place]}",
            )
        if total == 0:
            axes.plot(x, y, marker="o", markersize=2 * points(SMALLEST), color="#999999", zorder=3)
            continue
        turn = 0.0
        for status, persons in zip(AWAY, scene.away[place], strict=True):
            share = persons / total
            if share > 0:
                wedge = _slice(turn, turn + share)
                # A marker is scaled so that its farthest coordinate is half its size.
                reach = float(np.abs(wedge.vertices).max())
                axes.plot(
                    x,
                    y,
                    marker=wedge,
                    markersize=2 * radius * reach,
                    zorder=4,
                    color=STATUS[status],
                    markeredgewidth=0,
                )
            turn += share
        axes.plot(
            x,
            y,
            marker="o",
            markersize=2 * radius,
            color="none",
            zorder=4.1,
            markeredgecolor="white",
            markeredgewidth=0.7,
            gid=f"place {scene.names[place]}",
        )


def _ring(violence: float) -> Any:
    """Colour of the ring around a place with so much violence."""
    return colormaps[HEAT](0.25 + 0.75 * violence)


def _slice(start: float, stop: float) -> Path:
    """A slice of the unit circle, from and to parts of a turn, clockwise from the north."""
    angle = np.pi / 2 - 2 * np.pi * np.linspace(start, stop, max(3, int(60 * (stop - start))))
    rim = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    corners = rim if stop - start > 0.9999 else np.concatenate([[[0.0, 0.0]], rim])
    return Path(np.concatenate([corners, corners[:1]]))


def draw_crossings(axes: Axes, scene: Scene, gates: Sequence[Gate]) -> list[tuple[float, float]]:
    """An arrow over each crossing, as wide as those who have passed; gives the markers' places."""
    spots = []
    for gate in gates:
        near, far = scene.xy[gate.near], scene.xy[gate.far]
        if gate.passed > 0:
            _arrow(axes, near, far, scene.arrow(gate.passed), f"flow {gate.name}")
        middle = (near + far) / 2
        axes.plot(*middle, zorder=7, gid=f"gate {gate.name}", **_gate_mark(gate.state))
        spots.append((float(middle[0]), float(middle[1])))
    return spots


def _gate_mark(state: str) -> dict[str, Any]:
    marker, colour, _ = GATE[state]
    return {
        "marker": marker, "markersize": points(0.7), "color": colour, "linestyle": "none",
        "markeredgecolor": "white" if state == "shut" else INK, "markeredgewidth": points(0.09),
    }  # fmt: skip


def _arrow(axes: Axes, near: Floats, far: Floats, width: float, gid: str) -> None:
    """An arrow around the middle of a way, long enough to be told as one however short that is."""
    pixel = figure_of(axes).dpi / 72.0
    ends = axes.transData.transform([near, far]) / pixel
    middle, way = ends.mean(axis=0), ends[1] - ends[0]
    reach = float(np.hypot(*way))
    direction = way / reach if reach > 0.0 else np.array([1.0, 0.0])
    length = max(0.6 * reach, points(LEAST_ARROW) + width)
    tail, tip = (middle + sign * length / 2 * direction for sign in (-1.0, 1.0))
    style = ArrowStyle.Simple(
        head_length=min(0.4 * length, width + points(0.5)),
        head_width=width + points(0.55),
        tail_width=width,
    )
    axes.add_patch(
        FancyArrowPatch(
            *axes.transData.inverted().transform(pixel * np.array([tail, tip])), arrowstyle=style,
            mutation_scale=1.0, linewidth=0, facecolor=INK, alpha=0.8, shrinkA=0, shrinkB=0,
            zorder=5, gid=gid,
        )
    )  # fmt: skip


def people_boxes(axes: Axes, scene: Scene, shown: np.ndarray) -> list[Bbox]:
    """The rectangles of the figure that circles and crossings take, pixels."""
    pixel = figure_of(axes).dpi / 72.0
    marks = [(scene.xy[p], 0.85 * scene.reach(p)) for p in np.flatnonzero(shown)]
    half = points(0.45)
    marks += [((scene.xy[g.near] + scene.xy[g.far]) / 2, half) for g in scene.gates]
    boxes = []
    for spot, radius in marks:
        x, y = axes.transData.transform(spot)
        half = radius * pixel
        boxes.append(Bbox.from_extents(x - half, y - half, x + half, y + half))
    return boxes


class Size(Line2D):
    """A circle of the key that stands for a number of persons."""


class SizeHandler(HandlerBase):
    """Gives a circle of the key the room that it takes."""

    def legend_artist(self, legend: Any, handle: Any, fontsize: float, handlebox: Any) -> Line2D:
        """Draw a circle and widen its row to hold it."""
        size = handle.get_markersize()
        handlebox.width = max(handlebox.width, size)
        handlebox.height = max(handlebox.height, size)
        handlebox.ydescent = (handlebox.height - 0.7 * fontsize) / 2
        middle = handlebox.height / 2 - handlebox.ydescent
        circle = Line2D([handlebox.width / 2], [middle], linestyle="none")
        circle.update_from(handle)
        circle.set_transform(handlebox.get_transform())
        handlebox.add_artist(circle)
        return circle


def key(scene: Scene) -> list[Any]:
    """What the marks of the map mean, to the largest that is drawn."""
    present = [s for i, s in enumerate(AWAY) if scene.away[:, i].any()]
    handles: list[Any] = [Patch(color=STATUS[s], label=name_of(s)) for s in present]
    handles += [_size(scene, persons) for persons in _steps(scene.largest)]
    for state in dict.fromkeys(g.state for g in scene.gates):
        handles.append(Line2D([], [], label=GATE[state][2], **_gate_mark(state)))
    passed = max((g.passed for g in scene.gates), default=0)
    handles += [
        Line2D([], [], color=INK, alpha=0.8, linewidth=scene.arrow(persons), solid_capstyle="butt",
               label=f"{persons:,} crossed so far")
        for persons in _steps(passed)[:2] if passed > 0
    ]  # fmt: skip
    if (scene.violence >= SEEN).any():
        ring: dict[str, Any] = {"marker": "o", "markersize": points(0.9), "color": "none"}
        handles += [
            Line2D([], [], label=f"violence now, {level:g} of 1", markeredgecolor=_ring(level),
                   markeredgewidth=points(0.27), **ring)
            for level in RINGS
        ]  # fmt: skip
    modes = {mode for *_, mode in scene.routes}
    for mode, words in (("road", "road"), ("foot", "path on foot")):
        if mode in modes:
            line: Any = (0, (1, 1.5)) if mode == "foot" else "solid"
            handles.append(Line2D([], [], color=ROAD, linestyle=line, label=words))
    return handles


def _steps(most: int) -> list[int]:
    """The most that is drawn, and round numbers of about a fifth and a twentieth of it."""
    parts = [int(float(f"{most / by:.0e}")) for by in (5, 25)]
    return list(dict.fromkeys(n for n in (most, *parts) if n > 0))


def _size(scene: Scene, persons: int) -> Size:
    words = f"{persons:,} person{'s' if persons != 1 else ''}\naway from home"
    return Size([], [], marker="o", markersize=2 * scene.size(persons), color="none",
                markeredgecolor=FAINT, label=words)  # fmt: skip
