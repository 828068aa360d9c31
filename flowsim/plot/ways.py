"""From origin over crossing to shelter: how many went which way, and where they are at the end."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from flowsim.arrays import Floats
from flowsim.model.journeys import NO_CROSSING, Journeys
from flowsim.plot.labels import HALO
from flowsim.plot.page import Page
from flowsim.plot.style import (
    INK,
    STATUS,
    WIDTH_MM,
    Chart,
    Place,
    figure_of,
    moment,
    name_of,
    points,
    styled,
)

if TYPE_CHECKING:
    import pandas as pd

MOST = 9
STAGES = ("home", "crossing", "end")
TITLES = ("from", "by crossing")
"""Above the first two columns; the last has the time."""
NONE = "did not cross"
ENDS = {"displaced": "displaced inside", "at_home": "at home", "returned": "home again"}
BAR, GAP = 0.014, 0.012
"""Width of a bar, and what lies between two, as parts of the panel."""
SPOTS = (0.27, 0.52, 0.73)
"""Where the bars stand; the names of the outer ones are beside them."""
HEIGHT_INCHES = 4.6
TOP = 1.06
"""Of the panel: room for what the columns are."""
LINE_EMS = 1.15


@styled
def sankey(
    journeys: Journeys, *, most: int = MOST, ax: Place | None = None, width: float = WIDTH_MM
) -> Chart:
    """Where people came from, by which crossing they went abroad, and where they are at the end.

    Parameters
    ----------
    journeys : Journeys
        As `flowsim.follow` gives them.
    most : int
        Names in a column, at most; the smallest are put together.
    ax : Axes, SubFigure or Figure, optional
        Of your own, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure: bands as high as the persons who went that way, in the colours of
        their statuses at the end. The numbers of each column add up to the same sum. Who never
        left home is not in it, nor are the dead; both are counted below.

    Raises
    ------
    ValueError
        Nobody left home, or ``most`` is less than 2.

    Examples
    --------
    >>> import flowsim as fs
    >>> chart = sankey(fs.follow(fs.teaching_world()))
    >>> chart.axes[0].get_xlabel()
    '3,071 persons who left home and live; 3,928 never left, and 1 died'
    """
    if isinstance(most, bool) or not isinstance(most, int | np.integer) or most < 2:
        raise ValueError(f"most={most!r} is not a number of names in a column; give 2 or more")
    flows = _staged(journeys.flows(), int(most))
    if not len(flows):
        raise ValueError("nobody left home in this run; there is nothing to draw")
    scenario = journeys.scenario
    title = f"{scenario.title or scenario.name}: where people who left home went"
    page = Page(width, HEIGHT_INCHES, title, ax)
    axes = page.axes()
    axes.set(xlim=(0.0, 1.0), ylim=(0.0, TOP), xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set_visible(False)
    columns = [_column(flows, stage) for stage in STAGES]
    for (left, x), (right, to) in pairwise(zip(columns, SPOTS, strict=True)):
        _bands(axes, flows, (left, x + BAR), (right, to))
    total, stayed, died = int(flows["persons"].sum()), journeys.stayed, journeys.died
    axes.set_xlabel(
        f"{total:,} persons who left home and live; {stayed:,} never left, and {died:,} died"
    )
    chart: Chart = page.settled()
    titles = *TITLES, moment(np.datetime64(journeys.end))
    for column, x, title in zip(columns, SPOTS, titles, strict=True):
        _draw(axes, column, x, title)
    return chart


@dataclass(frozen=True)
class Column:
    """Bars that stand over each other.

    Attributes
    ----------
    stage : str
        What they are, one of `STAGES`.
    names : tuple of str
        From above.
    persons : tuple of int
    tops : tuple of float
        Where each begins, parts of the panel.
    scale : float
        Height of a person.
    """

    stage: str
    names: tuple[str, ...]
    persons: tuple[int, ...]
    tops: tuple[float, ...]
    scale: float


def _staged(flows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Persons by the names of the three columns, and by status."""
    ends = [_end(*row) for row in zip(flows["status"], flows["place"], strict=True)]
    table = flows.assign(crossing=flows["crossing"].replace(NO_CROSSING, NONE), end=ends)
    for stage in STAGES:
        sums = table.groupby(stage)["persons"].sum()
        known = NONE, *ENDS.values(), *map(name_of, STATUS)
        smallest = sums[~sums.index.isin(known)].sort_values(ascending=False, kind="stable")
        room = max(1, most - (len(sums) - len(smallest)))
        if len(smallest) > room:
            small = smallest.index[room - 1 :]
            others = f"{len(small)} other {'shelters' if stage == 'end' else f'{stage}s'}"
            table[stage] = table[stage].where(~table[stage].isin(small), others)
    keys = [*STAGES, "status"]
    return table.groupby(keys, sort=True)["persons"].sum().reset_index()


def _end(status: str, place: str) -> str:
    """A name for where somebody is at the end; a shelter has that of its place."""
    return place if status == "sheltered" else ENDS.get(status, name_of(status))


def _column(flows: pd.DataFrame, stage: str) -> Column:
    """The bars of a column, the largest on top; those who did not cross are lowest."""
    sums = flows.groupby(stage)["persons"].sum()
    order = sorted(sums.index, key=lambda name: (name in (NONE, *ENDS.values()), -sums[name], name))
    most = max(flows[s].nunique() for s in STAGES)
    scale = (1.0 - GAP * (most - 1)) / float(sums.sum())
    persons = [int(sums[name]) for name in order]
    space = GAP if len(order) == 1 else GAP * (most - 1) / (len(order) - 1)
    tops = 1.0 - np.concatenate([[0.0], np.cumsum([p * scale + space for p in persons[:-1]])])
    return Column(stage, tuple(order), tuple(persons), tuple(tops.tolist()), scale)


def _bands(
    axes: Axes, flows: pd.DataFrame, start: tuple[Column, float], stop: tuple[Column, float]
) -> None:
    """A band for each pair of names and each status; none crosses another without need."""
    (left, x), (right, to) = start, stop
    keys = [left.stage, right.stage, "status"]
    sums = flows.groupby(keys, sort=True)["persons"].sum()
    at, end = (
        dict(zip(left.names, left.tops, strict=True)),
        dict(zip(right.names, right.tops, strict=True)),
    )
    begins, stops = {}, {}
    for key in sorted(sums.index, key=lambda k: (-at[k[0]], -end[k[1]], k[2])):
        begins[key], at[key[0]] = at[key[0]], at[key[0]] - sums[key] * left.scale
    at = dict(zip(left.names, left.tops, strict=True))
    for key in sorted(sums.index, key=lambda k: (-end[k[1]], -at[k[0]], k[2])):
        stops[key] = end[key[1]]
        end[key[1]] -= sums[key] * right.scale
    for key, persons in zip(begins, (sums[key] for key in begins), strict=True):
        high = float(persons) * left.scale
        shape = _band((x, begins[key]), (to, stops[key]), high)
        shade = STATUS[key[2]]
        axes.add_patch(PathPatch(shape, facecolor=shade, alpha=0.55, linewidth=0, gid=_gid(key)))


def _gid(key: Sequence[Any]) -> str:
    return " > ".join(map(str, key))


def _band(start: tuple[float, float], stop: tuple[float, float], high: float) -> Path:
    """A band of one height that leaves and arrives level."""
    (x, y), (to, end) = start, stop
    half = (x + to) / 2
    points_of_it = [
        (x, y), (half, y), (half, end), (to, end),
        (to, end - high), (half, end - high), (half, y - high), (x, y - high), (x, y),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    return Path(points_of_it, [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY])


def _draw(axes: Axes, column: Column, x: float, title: str) -> None:
    """Bars and their names, which keep apart where bars are thin."""
    side = {"home": "right", "crossing": "left", "end": "left"}[column.stage]
    left = x - 0.01 if side == "right" else x + BAR + 0.01
    box = axes.get_window_extent()
    dots = figure_of(axes).dpi / 72.0
    room = {"home": SPOTS[0], "crossing": 0.9 * (SPOTS[2] - SPOTS[1]), "end": 1.0 - SPOTS[2]}
    letters = max(8, int(0.95 * room[column.stage] * box.width / (0.52 * points(0.85) * dots)))
    words = [
        "\n".join(textwrap.wrap(f"{name} {persons:,}", letters))
        for name, persons in zip(column.names, column.persons, strict=True)
    ]
    line = LINE_EMS * points(0.85) * dots / box.height * TOP
    heights = [line * (1 + text.count("\n")) for text in words]
    middles = [
        top - persons * column.scale / 2
        for top, persons in zip(column.tops, column.persons, strict=True)
    ]
    for text, y in zip(words, _apart(middles, heights), strict=True):
        axes.text(left, y, text, ha=side, va="center", fontsize=points(0.85), linespacing=1.0,
                  path_effects=HALO, zorder=5, in_layout=False)  # fmt: skip
    axes.text(x + BAR / 2, TOP, title, ha="center", va="top", fontsize=points(0.89),
              fontweight="bold", in_layout=False)  # fmt: skip
    for top, persons in zip(column.tops, column.persons, strict=True):
        high = persons * column.scale
        axes.add_patch(Rectangle((x, top - high), BAR, high, facecolor=INK, linewidth=0, zorder=4))


def _apart(middles: Sequence[float], heights: Sequence[float]) -> Floats:
    """Middles, from above, moved as little as needed for texts of some heights to keep apart.

    Examples
    --------
    >>> _apart([0.9, 0.5, 0.49, 0.1], [0.1, 0.1, 0.1, 0.1]).round(3).tolist()
    [0.9, 0.5, 0.4, 0.1]
    """
    found = np.array(middles, dtype=np.float64)
    for i in range(1, len(found)):
        found[i] = min(found[i], found[i - 1] - (heights[i - 1] + heights[i]) / 2)
    found[-1] = max(found[-1], heights[-1] / 2)
    for i in range(len(found) - 2, -1, -1):
        found[i] = max(found[i], found[i + 1] + (heights[i + 1] + heights[i]) / 2)
    return found
