"""Which inputs matter: a panel an outcome, a row a factor, the most important first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from flowsim.learn.table import CALLED, LEADING, MOST, names_of, ranked, shown
from flowsim.plot.given import Place
from flowsim.plot.holding import note
from flowsim.plot.page import Page
from flowsim.plot.style import FAINT, INK, STATUS, WIDTH_MM, Chart, figure_of, points, styled
from flowsim.study.doubt import hold
from flowsim.study.positions import CHANCE
from flowsim.study.table import called, decimals, number

if TYPE_CHECKING:
    from flowsim.learn.sensitivity import Sensitivity

BESIDE = {"morris": "mu", "sobol": "S1"}
"""The index that is shown beside the one by which factors are ranked."""
NAME = 30
"""Characters of a factor's name."""
ROW_INCHES = 0.2
LEADER: dict[str, Any] = {"color": STATUS["sheltered"], "linewidth": 5.0}
DICE: dict[str, Any] = {"color": FAINT, "linewidth": 5.0}
DOT: dict[str, Any] = {"marker": "o", "markersize": 4.0, "color": INK, "markeredgewidth": 0}
THIN: dict[str, Any] = {"color": FAINT, "linewidth": 0.9, "solid_capstyle": "butt"}
RING: dict[str, Any] = {
    "marker": "o", "markersize": 4.0, "markerfacecolor": "white", "markeredgecolor": INK,
    "markeredgewidth": 0.9, "linestyle": "none",
}  # fmt: skip
AXIS = {
    "morris": "change from the low to the high end of a range",
    "sobol": "part of the variance",
    "pawn": "distance of distributions",
    "rbd_fast": "part of the variance",
}


@styled
def sensitivity(told: Sensitivity, *, ax: Place | None = None, width: float = WIDTH_MM) -> Chart:
    """How much each factor matters: a panel an outcome, factors ranked, the dice in grey.

    Parameters
    ----------
    told : Sensitivity
        As `flowsim.sensitivity` gives it.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure. A full dot is the index by which factors are ranked, the thick line its
        interval; a ring is the mean change with its sign (Morris) or the part that a factor makes
        alone (Sobol). What lies within the grey line of chance is not told from the dice.

    Examples
    --------
    >>> import flowsim as fs
    >>> told = fs.sensitivity(fs.load("teaching"), runs=60)  # doctest: +SKIP
    >>> sensitivity(told).write("sensitivity.pdf")  # doctest: +SKIP
    """
    panels = list(told.table.groupby(["outcome", "of"], sort=False))
    counts = [min(MOST, rows["factor"].nunique()) for _, rows in panels]
    inches = sum(ROW_INCHES * (count + 1.5) for count in counts)
    page = Page(width, inches, f"Which inputs matter, by {_called(told.method)}", ax)
    ratios = [count + 1.0 for count in counts]
    grid = page.grid(len(panels), 1, squeeze=False, height_ratios=ratios).ravel()
    for axes, (_, rows) in zip(grid, panels, strict=True):
        _panel(axes, rows, told.method)
    page.key_below(_key(told))
    return page.settled()


def _called(method: str) -> str:
    return {"morris": "Morris's trajectories", "sobol": "Sobol's indices", "pawn": "PAWN",
            "rbd_fast": "RBD-FAST"}[method]  # fmt: skip


def _panel(axes: Axes, rows: pd.DataFrame, method: str) -> None:
    order = ranked(rows, method)
    names = names_of(order)
    told = shown(rows, method)
    cells = {(row["factor"], row["index"]): row for row in rows.to_dict("records")}
    axes.axvline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    for y, factor in enumerate(told):
        row = cells[factor, LEADING[method]]
        if not math.isnan(row["low"]):
            line = LEADER if row["inputs"] else DICE
            axes.plot([row["low"], row["high"]], [y, y], gid=f"interval {factor}",
                      solid_capstyle="butt", zorder=2, **line)  # fmt: skip
        if beside := cells.get((factor, BESIDE.get(method, ""))):
            below = y + 0.3 if method == "sobol" else y
            if method == "sobol":  # whose two parts are read together
                ends = [beside["low"], beside["high"]]
                axes.plot(ends, [below, below], gid=f"interval beside {factor}", zorder=2, **THIN)
            axes.plot([beside["value"]], [below], gid=f"beside {factor}", zorder=3, **RING)
        axes.plot([row["value"]], [y], gid=f"index {factor}", zorder=4, **DOT)
    axes.set_yticks(range(len(told)), [_label(names[factor], cells, factor) for factor in told])
    axes.set_ylim(len(told) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    first = rows.iloc[0]
    more = f"; {len(order) - len(told)} factors that matter less are left out"
    axes.set_title(f"{called(str(first['outcome'])).capitalize()} ({first['of']})"
                   f"{more if len(order) > len(told) else ''}")  # fmt: skip
    unit = f", {first['unit']}" if method == "morris" and first["unit"] else ""
    axes.set_xlabel(f"{AXIS[method]}{unit}")
    _scale(axes, signed=method == "morris")


def _label(name: str, cells: dict[Any, Any], factor: str) -> str:
    many = next(row["inputs"] for (own, _), row in cells.items() if own == factor)
    if factor == CHANCE:
        return "chance (other dice)"
    short = name if len(name) <= NAME else f"...{name[3 - NAME :]}"
    return f"{short} ({many} inputs)" if many > 1 else short


def _scale(axes: Axes, signed: bool) -> None:
    low, high = axes.get_xlim()
    places = decimals((high - low) / 2.0)
    room = int(np.clip(72.0 * axes.bbox.width / figure_of(axes).dpi / points(5.5), 1, 6))
    axes.xaxis.set_major_locator(MaxNLocator(room, steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x, places, signed=signed)))
    axes.grid(axis="x", color="#E2E2E2", linewidth=0.6)


def _key(told: Sensitivity) -> list[Line2D]:
    leading = f"{CALLED[LEADING[told.method]]} and its {100.0 * told.level:g} % interval"
    first = Line2D([], [], label=leading, **LEADER)
    first.set(marker="o", markersize=4.0, markerfacecolor=INK, markeredgewidth=0)
    lines = [first]
    if told.method in BESIDE:
        words = CALLED[BESIDE[told.method]]
        if told.method == "sobol":
            lines.append(
                Line2D(
                    [], [], label=f"{words} and its interval", **{**RING, **THIN, "linestyle": "-"}
                )
            )
        else:
            lines.append(Line2D([], [], label=words, **RING))
    for holds in dict.fromkeys(told.table.loc[told.table["low"].notna(), "interval_holds"]):
        lines.append(note(hold("intervals", holds)))
    if (told.table["inputs"] == 0).any():
        what = "chance" if (told.table["factor"] == CHANCE).any() else "an input that cannot act"
        lines.append(Line2D([], [], label=what, **DICE))
    return lines
