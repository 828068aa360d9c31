"""The map: where people are at one moment, which crossings are open, how many have passed."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from flowsim.plot.ground import (
    Ground,
    crowded,
    direction,
    far_out,
    frame,
    scale_bar,
    tint,
)
from flowsim.plot.labels import Label, name_country, place_labels, write_note
from flowsim.plot.scene import Scene, draw_crossings, draw_people, draw_routes, key, people_boxes
from flowsim.plot.style import CROSSING, INK, Chart, moment, styled, title_of
from flowsim.results import Result
from flowsim.scenario.scenario import Scenario


@styled
def flow_map(
    result: Result,
    at: str | datetime | np.datetime64 | None = None,
    scenario: Scenario | None = None,
) -> Chart:
    """A map of the people away from home, the crossings, and those who have passed them.

    Parameters
    ----------
    result : Result
    at : str, datetime or datetime64, optional
        Local time; the last recorded one up to it is shown. The time of the longest queues
        unless given.
    scenario : Scenario, optional
        For the routes, and for whether a crossing is open; without it a crossing counts as open
        if anybody was admitted in that interval.

    Returns
    -------
    Chart
        A matplotlib Figure: circles whose area is the number of persons, in the colours of their
        statuses, rings where there is violence, arrows as wide as the persons who have crossed;
        a close-up where places are crowded; far places as a note.

    Raises
    ------
    ValueError
        The time lies before the first recorded one.
    """
    step = _step(result, at)
    lat, lon = result.data["lat"].values, result.data["lon"].values
    ground = Ground(float(np.median(lat)), float(np.median(lon)))
    xy = ground.xy(lat, lon)
    scene = Scene.of(result, step, xy, scenario)
    out = far_out(xy)
    near = np.flatnonzero(~out)
    close = near[crowded(xy[~out])]
    frames = [frame(xy[chosen], 0.05) for chosen in (near, close) if chosen.size]
    ratios = [box.width / box.height for box in frames]
    width = 12.6 if close.size else 9.0
    chart = Chart(width, (width - 1.0) / sum(ratios) + 1.6)
    when = moment(result.data["time"].values[step])
    chart.suptitle(
        f"{title_of(result.data)}: people away from home, {when}",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )
    panels = chart.subplots(1, len(frames), width_ratios=ratios, squeeze=False)[0]
    for axes, box in zip(panels, frames, strict=True):
        _base(axes, scene, box, ground)
    chart.legend(
        handles=key(scene),
        loc="outside lower left",
        ncols=5,
        columnspacing=1.6,
        handletextpad=0.9,
        labelspacing=1.5,
        borderpad=0.8,
    )
    chart.draw_without_rendering()
    shown, cut = ~out, None
    if close.size:
        inside = np.array([frames[1].contains(*spot) for spot in xy])
        panels[1].set_title("Close-up")
        _fill(chart, panels[1], scene, inside)
        cut = _cut_out(panels[0], frames[1], int(scene.away[inside].sum()))
        shown &= ~inside
    _fill(chart, panels[0], scene, shown, cut, _far_note(scene, out))
    return chart


def _step(result: Result, at: str | datetime | np.datetime64 | None) -> int:
    """The recorded time to show."""
    if at is None:
        queues = result.waiting.sum(["crossing", "kind"])
        return int(queues.argmax("time")) if queues.any() else result.data.sizes["time"] - 1
    times = result.data["time"].values
    step = int(np.searchsorted(times, pd.Timestamp(at).to_datetime64(), side="right")) - 1
    if step < 0:
        raise ValueError(f"{at} is before the first recorded time, {times[0]}")
    return step


def _base(axes: Axes, scene: Scene, box: Bbox, ground: Ground) -> None:
    """Frame, ground and routes."""
    axes.set(xlim=(box.x0, box.x1), ylim=(box.y0, box.y1), aspect="equal")
    ground.ticks(axes)
    tint(axes, scene.xy, scene.fled)
    draw_routes(axes, scene)
    scale_bar(axes)
    for side in axes.spines.values():
        side.set_visible(True)
        side.set_linewidth(0.6)


def _fill(
    chart: Chart,
    axes: Axes,
    scene: Scene,
    shown: np.ndarray,
    cut: Bbox | None = None,
    note: str = "",
) -> None:
    """People, crossings and names of one panel."""
    draw_people(axes, scene, shown)
    gates = [g for g in scene.gates if shown[g.near] or shown[g.far]]
    places = draw_crossings(axes, scene, gates)
    taken = people_boxes(axes, scene, shown)
    if cut is not None:
        taken.append(cut)
    corner, high = axes.get_window_extent(), 26.0 * chart.dpi / 72.0
    taken.append(Bbox.from_bounds(corner.x0, corner.y0, 0.3 * corner.width, high))  # scale bar
    if note:
        taken.append(write_note(axes, note, taken))
    labels = [
        Label(
            float(scene.xy[p, 0]),
            float(scene.xy[p, 1]),
            scene.word(p),
            scene.radius(p),
            scene.weight(p),
        )
        for p in np.flatnonzero(shown)
    ]
    labels += [
        Label(*spot, f"{gate.name}\n{gate.passed:,} crossed", 4.0, 1.0 + gate.passed, CROSSING)
        for gate, spot in zip(gates, places, strict=True)
    ]
    place_labels(chart, axes, labels, taken)
    for country in dict.fromkeys(scene.countries):
        name_country(axes, scene.xy, np.array(scene.countries) == country, country, taken)


def _cut_out(axes: Axes, box: Bbox, persons: int) -> Bbox:
    """Draw where the close-up lies on the large map; gives its rectangle, pixels."""
    axes.add_patch(
        Rectangle(
            box.p0,
            box.width,
            box.height,
            facecolor="#FFFFFFB0",
            edgecolor=INK,
            linewidth=0.9,
            zorder=2.5,
        )
    )
    x, y = (float(v) for v in (box.p0 + box.p1) / 2)
    axes.text(
        x,
        y,
        f"see the close-up:\n{persons:,}",
        fontsize=7.5,
        zorder=9,
        ha="center",
        va="center",
        in_layout=False,
    )
    return Bbox(axes.transData.transform(box.get_points()))


def _far_note(scene: Scene, out: np.ndarray) -> str:
    """The places that are off the map, with their direction and who is there."""
    if not out.any():
        return ""
    middle = scene.xy[~out].mean(axis=0)
    lines = []
    for place in np.flatnonzero(out):
        way = scene.xy[place] - middle
        km = round(float(np.hypot(*way)), -1)
        lines.append(f"{scene.names[place]} ({km:.0f} km {direction(way)}): {scene.total(place):,}")
    return "Off the map, persons away from home\n" + "\n".join(lines)
