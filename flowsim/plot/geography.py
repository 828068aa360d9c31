"""The map: where people are at one moment, which crossings are open, how many have passed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Bbox

from flowsim.arrays import Floats
from flowsim.outlines.boxes import Outlines
from flowsim.plot.labels import Label, place_labels
from flowsim.plot.page import Page
from flowsim.plot.scene import (
    Gate,
    Scene,
    Size,
    SizeHandler,
    draw_crossings,
    draw_people,
    key,
    people_boxes,
)
from flowsim.plot.style import (
    CROSSING,
    INK,
    MAP_MM,
    NARROW_MM,
    Chart,
    Place,
    moment,
    points,
    styled,
    title_of,
)
from flowsim.plot.terrain import Land, Terrain, scale_box
from flowsim.recorded import Moment, step_at
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


@styled
def flow_map(
    result: Result,
    at: Moment | None = None,
    scenario: Scenario | None = None,
    *,
    ax: Place | None = None,
    width: float = MAP_MM,
    outlines: Outlines | None = None,
) -> Chart:
    """A map of the people away from home, the crossings, and those who have passed them.

    Parameters
    ----------
    result : Result
    at : str, date, datetime or datetime64, optional
        Local time, or one with an offset, which is converted; the last recorded one up to it is
        shown, and told in the title. The time of the longest queues unless given.
    scenario : Scenario, optional
        For the routes, and for whether a crossing is open; without it a crossing counts as open
        if anybody was admitted in that interval.
    ax : Axes, SubFigure or Figure, optional
        Of your own, to draw on instead of a new figure, which keeps its size; on an Axes there is
        no close-up.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.
    outlines : path or sequence of Country, optional
        Countries for the ground: a file of GeoJSON, or what `flowsim.outlines.read_outlines` read
        of one. Those of Natural Earth unless given, whose borders are de facto ones.

    Returns
    -------
    Chart
        A matplotlib Figure: circles whose area is the number of persons, in the colours of their
        statuses, rings where there is violence, arrows as wide as the persons who have crossed;
        a close-up where places are crowded; far places with few people as a note. How
        many names have no room is told in the key. With ``ax`` the figure that it belongs to.

    Raises
    ------
    ValueError
        The time is not one, or lies outside the recorded ones.
    ScenarioError
        The outlines cannot be used.

    Examples
    --------
    >>> import flowsim as fs
    >>> base = fs.teaching_world()
    >>> result = fs.run(base, seed=1)
    >>> flow_map(result, at="2030-05-04T06:00", scenario=base, width=183).get_suptitle()
    'A teaching world of five places: people away from home, 4 May 06:00'
    >>> flow_map(result, at="June")
    Traceback (most recent call last):
    ValueError: 'June' is not a time; write it as 2010-06-12T18:00
    """
    step = _step(result, at)
    terrain = Terrain.of(result, [step], close_up=not isinstance(ax, Axes))
    scene = Scene.of(result, step, terrain.xy, scenario, ~terrain.out)
    when = moment(result.data["time"].values[step])
    heading = f"{title_of(result.data)}: people away from home, {when}"
    page, panels = map_page(width, terrain.frames, heading, ax)
    land = terrain.draw(panels, scene, page.inches, outlines)
    if len(panels) > 1:
        panels[1].set_title("Close-up")
    unnamed = Line2D([], [], linestyle="none", label=" ")  # told once names have their places
    page.key_below([*key(scene), *land.key, unnamed], handler_map={Size: SizeHandler()})
    chart: Chart = page.settled()
    for axes in panels:  # in a figure of another shape they are not as wide as it has room
        axes.apply_aspect()
    left_out = _people(panels, land, scene)
    if left_out:
        words = "1 name has no room" if left_out == 1 else f"{left_out} names have no room"
        legend = ax.get_legend() if isinstance(ax, Axes) else chart.legends[0]
        assert legend is not None
        legend.get_texts()[-1].set_text(words)
    return chart


def _people(panels: list[Axes], land: Land, scene: Scene) -> int:
    """Fill the map and its close-up; gives how many names have no room."""
    shown = ~land.terrain.out
    if len(panels) == 1:
        return _fill(panels[0], land, scene, shown)
    close = land.terrain.frames[1]
    inside = np.array([close.contains(*spot) for spot in scene.xy])
    left_out = _fill(panels[1], land, scene, inside)
    there = int(scene.away[inside].sum())
    cut = cut_out(panels[0], close, f"close-up\n{there:,}")
    return left_out + _fill(panels[0], land, scene, shown & ~inside, cut)


def map_page(
    width: float, frames: Sequence[Bbox], heading: str, ax: Place | None = None
) -> tuple[Page, list[Axes]]:
    """The page, and the axes of its maps: beside each other where it is wide enough."""
    ratios = np.array([box.width / box.height for box in frames])
    beside = width >= NARROW_MM

    def inches(widths: Floats) -> float:
        """The height at which the maps are as wide as there is room."""
        high = widths / ratios
        return float(high.max() if beside else high.sum())

    page = Page(width, inches, heading, ax)
    if isinstance(ax, Axes):
        return page, [page.axes()]
    if beside:
        grid = page.grid(1, len(frames), width_ratios=ratios.tolist(), squeeze=False)
    else:
        flat = (1.0 / ratios).tolist()
        grid = page.grid(len(frames), 1, height_ratios=flat, squeeze=False)
    return page, list(grid.ravel())


def _step(result: Result, at: Moment | None) -> int:
    """The recorded time to show."""
    if at is None:
        queues = result.waiting.sum(["crossing", "kind"])
        return int(queues.argmax("time")) if queues.any() else result.data.sizes["time"] - 1
    return step_at(result.data, at)


def _fill(axes: Axes, land: Land, scene: Scene, shown: np.ndarray, cut: Bbox | None = None) -> int:
    """People, crossings and names of one panel; gives how many names have no room."""
    draw_people(axes, scene, shown)
    gates = [g for g in scene.gates if shown[g.near] or shown[g.far]]
    places = draw_crossings(axes, scene, gates)
    taken = people_boxes(axes, scene, shown)
    if cut is not None:
        taken.append(cut)
    taken.append(scale_box(axes))
    labels = [*place_words(scene, shown), *gate_words(gates, places)]
    left_out = place_labels(axes, labels, taken)
    land.name(axes, taken)
    return left_out


def place_words(scene: Scene, shown: np.ndarray) -> list[Label]:
    """Names of places, with the persons who are there away from home."""
    return [
        Label(
            float(scene.xy[p, 0]),
            float(scene.xy[p, 1]),
            scene.word(p),
            scene.reach(p),
            scene.weight(p),
        )
        for p in np.flatnonzero(shown)
    ]


def gate_words(gates: Sequence[Gate], spots: Sequence[tuple[float, float]]) -> list[Label]:
    """Names of crossings, with the persons who have passed them."""
    return [
        Label(*spot, gate.word(), 4.0, 1.0 + gate.passed, CROSSING)
        for gate, spot in zip(gates, spots, strict=True)
    ]


def cut_out(axes: Axes, box: Bbox, words: str) -> Bbox:
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
    text = axes.text(
        x,
        y,
        words,
        fontsize=points(0.8),
        zorder=9,
        ha="center",
        va="center",
        in_layout=False,
    )
    there = Bbox(axes.transData.transform(box.get_points()))
    return Bbox.union([there, text.get_window_extent()])
