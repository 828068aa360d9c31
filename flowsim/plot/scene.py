"""What a map shows at one moment, and the marks it is shown with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, Patch
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from flowsim.plot.ground import TINTS, Floats
from flowsim.plot.style import FAINT, HEAT, INK, STATUS, name_of
from flowsim.plot.windows import state_at
from flowsim.results import Result
from flowsim.scenario.scenario import Scenario

Index = int | np.integer
AWAY = ("displaced", "waiting", "moving", "sheltered", "detained")
"""Statuses of people who are away from home, in the order of the slices of a circle."""
LARGEST, SMALLEST = 24.0, 1.8
"""Radius of circles, points."""
GATE: dict[str, tuple[str, str, str]] = {
    "open": ("s", "white", "crossing, open"),
    "barred": ("s", "#8DB9D8", "crossing, open, not to all"),
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
    fled : bool array (P,)
        Places in the countries that people flee from.
    away : int64 array (P, 5)
        Persons away from home by status (`AWAY`).
    violence : float64 array (P,)
    gates : tuple of Gate
    routes : tuple of (int, int, str)
        Ends and mode.
    largest : int
        Persons of the largest circle.
    """

    names: tuple[str, ...]
    xy: Floats
    countries: tuple[str, ...]
    fled: np.ndarray
    away: np.ndarray
    violence: Floats
    gates: tuple[Gate, ...]
    routes: tuple[tuple[int, int, str], ...]
    largest: int

    @classmethod
    def of(cls, result: Result, step: int, xy: Floats, scenario: Scenario | None) -> Scene:
        """The scene at one recorded time."""
        data = result.data
        names = tuple(str(n) for n in data["place"].values)
        number = {name: i for i, name in enumerate(names)}
        people = result.people.isel(time=step).sum("group").sel(status=list(AWAY))
        away = people.transpose("place", "status").values.astype(np.int64)
        countries = tuple(str(c) for c in data["country"].values)
        fled = np.isin(countries, data.attrs.get("flee_from", "").split(","))
        routes = (
            ()
            if scenario is None
            else tuple(
                (number[r.start], number[r.end], r.mode)
                for r in scenario.routes
                if not r.crossing and r.start in number and r.end in number
            )
        )
        return cls(
            names,
            xy,
            countries,
            fled,
            away,
            result.violence.values[step],
            _gates(result, step, number, scenario),
            routes,
            int(away.sum(axis=1).max(initial=1)),
        )

    def total(self, place: Index) -> int:
        """Persons away from home at a place."""
        return int(self.away[place].sum())

    def size(self, persons: float) -> float:
        """Radius of a circle for so many persons, points."""
        return max(SMALLEST, LARGEST * float(np.sqrt(persons / max(self.largest, 1))))

    def radius(self, place: Index) -> float:
        """Radius of a place's circle, points."""
        return self.size(self.total(place))

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
            color="#B8B2A6",
            linewidth=0.8,
            linestyle=line,
            zorder=1,
            scalex=False,
            scaley=False,
        )


def draw_people(axes: Axes, scene: Scene, shown: np.ndarray) -> None:
    """Circles with a slice for each status; a ring where there is violence; else a dot."""
    heat = colormaps[HEAT]
    for place in sorted(np.flatnonzero(shown), key=lambda p: -scene.total(p)):
        x, y = scene.xy[place]
        radius, total = scene.radius(place), scene.total(place)
        if scene.violence[place] >= 0.01:
            axes.plot(
                x,
                y,
                marker="o",
                markersize=2 * radius + 5.0,
                color="none",
                zorder=3,
                markeredgecolor=heat(0.25 + 0.75 * scene.violence[place]),
                markeredgewidth=2.4,
            )
        if total == 0:
            axes.plot(x, y, marker="o", markersize=2 * SMALLEST, color="#999999", zorder=3)
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


def _slice(start: float, stop: float) -> Path:
    """A slice of the unit circle, from and to parts of a turn, clockwise from the north."""
    angle = np.pi / 2 - 2 * np.pi * np.linspace(start, stop, max(3, int(60 * (stop - start))))
    rim = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    corners = rim if stop - start > 0.9999 else np.concatenate([[[0.0, 0.0]], rim])
    return Path(np.concatenate([corners, corners[:1]]))


def draw_crossings(axes: Axes, scene: Scene, gates: Sequence[Gate]) -> list[tuple[float, float]]:
    """An arrow over each crossing, as wide as those who have passed; gives the markers' places."""
    most = max((g.passed for g in scene.gates), default=0)
    spots = []
    for gate in gates:
        near, far = scene.xy[gate.near], scene.xy[gate.far]
        if gate.passed > 0:
            width = 0.8 + 4.2 * gate.passed / most
            axes.add_patch(
                FancyArrowPatch(
                    near,
                    far,
                    arrowstyle="-|>",
                    mutation_scale=6 + 2.2 * width,
                    linewidth=width,
                    color=INK,
                    alpha=0.75,
                    shrinkA=0,
                    shrinkB=0,
                    zorder=5,
                    gid=f"flow {gate.name}",
                )
            )
        middle = (near + far) / 2
        marker, colour, _ = GATE[gate.state]
        axes.plot(
            *middle,
            marker=marker,
            markersize=7,
            color=colour,
            zorder=7,
            markeredgecolor="white" if gate.state == "shut" else INK,
            markeredgewidth=0.9,
            gid=f"gate {gate.name}",
        )
        spots.append((float(middle[0]), float(middle[1])))
    return spots


def people_boxes(axes: Axes, scene: Scene, shown: np.ndarray) -> list[Bbox]:
    """The rectangles of the figure that circles and crossings take, pixels."""
    figure = axes.get_figure(root=True)
    assert figure is not None
    pixel = figure.dpi / 72.0
    marks = [(scene.xy[p], 0.85 * scene.radius(p)) for p in np.flatnonzero(shown)]
    marks += [((scene.xy[g.near] + scene.xy[g.far]) / 2, 4.0) for g in scene.gates]
    boxes = []
    for spot, radius in marks:
        x, y = axes.transData.transform(spot)
        half = radius * pixel
        boxes.append(Bbox.from_extents(x - half, y - half, x + half, y + half))
    return boxes


def key(scene: Scene) -> list[Any]:
    """What the marks of the map mean."""
    present = [s for i, s in enumerate(AWAY) if scene.away[:, i].any()]
    handles: list[Any] = [Patch(color=STATUS[s], label=name_of(s)) for s in present]
    for part in (0.04, 0.25):
        persons = float(f"{max(part * scene.largest, 1.0):.0e}")
        handles.append(
            Line2D(
                [],
                [],
                marker="o",
                markersize=2 * scene.size(persons),
                color="none",
                markeredgecolor=FAINT,
                label=f"{persons:,.0f} persons",
            )
        )
    for state in dict.fromkeys(g.state for g in scene.gates):
        marker, colour, words = GATE[state]
        handles.append(
            Line2D(
                [],
                [],
                marker=marker,
                markersize=7,
                color="none",
                markerfacecolor=colour,
                markeredgecolor="white" if state == "shut" else INK,
                label=words,
            )
        )
    if scene.gates:
        handles.append(
            Line2D([], [], color=INK, alpha=0.75, linewidth=3, label="crossed so far (width)")
        )
    if (scene.violence >= 0.01).any():
        handles.append(
            Line2D(
                [],
                [],
                marker="o",
                markersize=9,
                color="none",
                label="violence now",
                markeredgecolor=colormaps[HEAT](0.7),
                markeredgewidth=2.4,
            )
        )
    handles.append(
        Patch(
            facecolor=TINTS[1],
            edgecolor=FAINT,
            linestyle="--",
            label="country of the nearest place, not a legal border",
        )
    )
    return handles
