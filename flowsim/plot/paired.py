"""Scenarios against one of them: each difference with its paired interval and its gain."""

from __future__ import annotations

import math
import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from flowsim.plot.given import Place
from flowsim.plot.holding import SAME, note
from flowsim.plot.page import Page
from flowsim.plot.style import (
    FAINT,
    INK,
    NARROW_MM,
    STATUS,
    WIDTH_MM,
    Chart,
    figure_of,
    points,
    styled,
    width_inches,
)
from flowsim.study.comparison import Comparison
from flowsim.study.doubt import CHANCE, hold
from flowsim.study.doubt_table import percent
from flowsim.study.table import called, decimals, gain_text, number, scale_of

PAIRED, UNPAIRED = STATUS["sheltered"], "#F0B27A"
COLUMNS = 3
"""Panels side by side, at most."""
PANEL_INCHES = 2.0
"""Width of a panel, at least."""
NAME = 24
"""Characters of a scenario's name on a line."""
FAR = 10.0
"""A difference so many times the next one is drawn as an arrow, not to press all others flat."""
INTERVALS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("unpaired_low", "unpaired_high", "unpaired", {"color": UNPAIRED, "linewidth": 2.0}),
    ("low", "high", "paired", {"color": PAIRED, "linewidth": 6.0}),
)
DOT: dict[str, Any] = {"marker": "o", "markersize": 3.6, "color": INK, "markeredgewidth": 0}


@styled
def contrasts(comparison: Comparison, *, ax: Place | None = None, width: float = WIDTH_MM) -> Chart:
    """How each scenario differs from the reference: a panel an outcome, a row a scenario.

    Parameters
    ----------
    comparison : Comparison
        As `flowsim.compare` gives it.
    ax : Figure or SubFigure, optional
        Of your own, without axes, to draw on instead of a new figure; it keeps its size.
    width : float or {"single", "double"}
        Millimetres; 89 is a column of many journals and 183 their page.

    Returns
    -------
    Chart
        A matplotlib Figure. A dot is the mean of the paired differences, the thick line its
        interval, and the thin pale line behind it the interval that as many unpaired runs would
        have given. Beside each row stands what pairing gains (the ratio of the variances). One
        difference that is ten times all others of its panel is an arrow with its number.

        Over samples of the inputs the dot is the median of the effect, the thick line holds 50 % of
        it and the thin one `level` of it, by inputs and chance; beside each row stands in how many
        pairs it has the sign of its median.

    Examples
    --------
    >>> import flowsim as fs
    >>> runs = fs.open_study("out/border")  # doctest: +SKIP
    >>> contrasts(fs.compare(runs, "closed"), width=183).write("c.pdf")  # doctest: +SKIP
    """
    drawn = _drawn(comparison)
    table = drawn[drawn["scenario"] != comparison.against]
    outcomes = list(dict.fromkeys(comparison.table["outcome"]))
    names = list(dict.fromkeys(table["scenario"]))
    inches = width_inches(width)
    across = max(1, min(COLUMNS, len(outcomes), int((inches - 0.8) / PANEL_INCHES)))
    down = max(1, math.ceil(len(outcomes) / across))
    words = [_wrapped(name, NAME if width > NARROW_MM else NAME // 2) for name in names]
    lines = sum(1.5 + w.count("\n") for w in words)
    how = "over what is known of the inputs" if _is_effect(comparison) else "paired by member"
    title = f"How outcomes differ from {comparison.against!r}, {how}"
    page = Page(width, down * 0.17 * max(lines, 1.5), title, ax)
    grid = page.grid(down, across, sharey=True, squeeze=False).ravel()
    for axes, outcome in zip(grid, outcomes, strict=False):
        rows = drawn[drawn["outcome"] == outcome]
        _panel(axes, rows, comparison.against, "sign" if _is_effect(comparison) else "gain")
    for axes in grid[len(outcomes) :]:
        axes.set_visible(False)
    first = grid[0]
    first.set_yticks(range(len(names)), words)
    first.set_ylim(max(len(names), 1) - 0.5, -0.5)
    page.key_below(_key(comparison))
    return page.settled()


def _is_effect(comparison: Comparison) -> bool:
    """Whether the distribution of effects is drawn, and not how well their means are known."""
    return comparison.unit == "sample"


def _drawn(comparison: Comparison) -> pd.DataFrame:
    """The table with what stands beside each row, in the columns that are drawn."""
    table = comparison.table
    if not _is_effect(comparison):
        gains = ("∞" if math.isinf(g) else gain_text(g).removeprefix("x ") for g in table["gain"])
        return table.assign(beside=list(gains))
    ends = {
        "difference": "effect", "low": "half_low", "high": "half_high",
        "unpaired_low": "effect_low", "unpaired_high": "effect_high",
    }  # fmt: skip
    columns = {name: table[of] for name, of in ends.items()}
    return table.assign(**columns, beside=table[["more", "less"]].max(axis=1).map(percent))


def _wrapped(name: str, most: int) -> str:
    lines = textwrap.wrap(name, most) or [""]
    return "\n".join(lines[:2]) + ("..." if len(lines) > 2 else "")


def _panel(axes: Axes, rows: pd.DataFrame, against: str, beside_head: str) -> None:
    factor, unit = scale_of(rows)
    apart = rows[rows["scenario"] != against]
    far = _far(np.abs(apart["difference"].to_numpy()))
    _scale(axes, apart[~far], factor)
    axes.axvline(0.0, color=FAINT, linewidth=0.9, zorder=1)
    small: dict[str, Any] = {"fontsize": points(0.89)}
    for y, (row, is_far) in enumerate(zip(apart.to_dict("records"), far, strict=True)):
        beside = axes.get_yaxis_transform()
        axes.text(1.02, y, row["beside"], transform=beside, va="center", **small)
        if math.isnan(row["difference"]):
            axes.text(
                0.5, y, "no pair", transform=beside, ha="center", va="center", fontsize=points(0.89)
            )
        elif is_far:
            _arrow(axes, y, row, factor)
        else:
            _row(axes, y, row, factor)
    axes.set_title(called(str(rows["outcome"].iloc[0])).capitalize(), pad=points(2.1))
    low, high = axes.get_xlim()
    zero = -low / (high - low)
    side = "left" if zero < 0.2 else "right" if zero > 0.8 else "center"
    above = axes.get_xaxis_transform()
    axes.text(
        0.0,
        1.01,
        against,
        transform=above,
        ha=side,
        va="bottom",
        fontsize=points(0.89),
        color=FAINT,
    )
    axes.text(
        1.02,
        1.01,
        beside_head,
        transform=axes.transAxes,
        va="bottom",
        fontsize=points(0.89),
        color=FAINT,
    )
    axes.set_xlabel(f"difference, {unit}" if unit else "difference")


def _far(sizes: np.ndarray) -> np.ndarray:
    """Which difference, if one, is far beyond all others, of at least three that are not zero."""
    told = np.sort(sizes[sizes > 0.0])
    if told.size < 3 or told[-1] < FAR * told[-2]:
        return np.zeros(sizes.size, dtype=bool)
    return sizes == told[-1]


def _row(axes: Axes, y: int, row: dict, factor: float) -> None:
    name = row["scenario"]
    for z, (low, high, kind, line) in enumerate(INTERVALS, 2):
        if not math.isnan(row[low]):
            ends = [factor * row[low], factor * row[high]]
            axes.plot(ends, [y, y], gid=f"{kind} {name}", solid_capstyle="butt", zorder=z, **line)
    axes.plot([factor * row["difference"]], [y], zorder=4, gid=f"difference {name}", **DOT)


def _arrow(axes: Axes, y: int, row: dict, factor: float) -> None:
    """An arrow at the edge that a difference lies beyond, with the number."""
    value = factor * row["difference"]
    right = value > 0.0
    axes.annotate(
        number(value, decimals(abs(value) / 10.0), signed=True),
        (1.0 if right else 0.0, y),
        xycoords=axes.get_yaxis_transform(),
        xytext=(-16 if right else 16, 0),
        textcoords="offset points",
        ha="right" if right else "left",
        va="center",
        fontsize=points(0.89),
        arrowprops={"arrowstyle": "-|>", "color": PAIRED, "shrinkA": 1, "shrinkB": 0},
        gid=f"arrow {row['scenario']}",
    )


def _scale(axes: Axes, rows: pd.DataFrame, factor: float) -> None:
    """An axis that holds zero and all intervals, with signs."""
    ends = factor * rows[["difference", "low", "high", "unpaired_low", "unpaired_high"]].to_numpy()
    ends = np.append(ends[np.isfinite(ends)], 0.0)
    low, high = float(ends.min()), float(ends.max())
    if low == high:
        low, high = low - 1.0, high + 1.0
    room = 0.07 * (high - low)
    axes.set_xlim(low - room, high + room)
    places = decimals((high - low) / 2.0)
    axes.xaxis.set_major_locator(MaxNLocator(_labels(axes), steps=[1, 2, 5, 10]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: number(x, places, signed=True)))
    axes.grid(axis="x", color="#E2E2E2", linewidth=0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _labels(axes: Axes) -> int:
    """How many numbers fit the axis."""
    inches = axes.bbox.width / figure_of(axes).dpi
    return int(np.clip(72.0 * inches / points(5.5), 1, 4))


def _key(comparison: Comparison) -> list[Line2D]:
    if _is_effect(comparison):
        return _key_of_effects(comparison)
    if not comparison.table["low"].notna().any():
        words = "difference of one pair, which has no interval"
        return [Line2D([], [], linestyle="none", label=words, **DOT)]
    mean = f"mean difference and its {100.0 * comparison.level:g} % interval"
    labels = ("interval of as many unpaired runs", mean)
    lines = [
        Line2D([], [], label=label, **line)
        for label, (*_, line) in zip(labels, INTERVALS, strict=True)
    ]
    lines[1].set(marker="o", markersize=3.6, markerfacecolor=INK, markeredgewidth=0)
    gain = Line2D([], [], linestyle="none", label="gain: unpaired over paired variance")
    return [lines[1], lines[0], gain, note(hold("intervals", CHANCE, SAME))]


def _key_of_effects(comparison: Comparison) -> list[Line2D]:
    holds = "; or ".join(dict.fromkeys(h for h in comparison.table["holds"] if h))
    level = 100.0 * comparison.level
    labels = (f"{level:g} % of the effect", "median of the effect, and 50 %")
    lines = [
        Line2D([], [], label=label, **line)
        for label, (*_, line) in zip(labels, INTERVALS, strict=True)
    ]
    lines[1].set(marker="o", markersize=3.6, markerfacecolor=INK, markeredgewidth=0)
    sign = Line2D([], [], linestyle="none", label="sign: pairs with the sign of the median")
    return [lines[1], lines[0], sign, note(hold("both", holds))]
