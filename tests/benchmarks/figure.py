"""The figure of growth: seconds and megabytes against each size, both on logarithmic axes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

from tests.benchmarks.cases import AXES
from tests.benchmarks.growth import curves, slope
from tests.benchmarks.measure import Lines

COLOURS = {"all": "black", "set up": "#0072B2", "steps": "#D55E00", "result": "#009E73",
           "memory": "#555555"}  # fmt: skip
NAMED = {"all": "all", "set up": "set-up", "steps": "steps", "result": "result",
         "memory": "memory of a run"}  # fmt: skip


def draw(lines: Lines, path: Path) -> bool:
    """Draw all axes that have two points or more; gives whether there was one."""
    drawn = {axis: found for axis in AXES if len(found := lines.of(axis)) > 1}
    if not drawn:
        return False
    figure = Figure(figsize=(max(2.9 * len(drawn), 5.0) + 0.4, 6.4), layout="constrained")
    above, below = figure.subplots(2, len(drawn), sharex="col", sharey="row", squeeze=False)
    for column, (axis, found) in enumerate(drawn.items()):
        told = curves(found)
        _panel(above[column], {name: told[name] for name in told if name != "memory"})
        _panel(below[column], {"memory": told["memory"]})
        above[column].set_title(axis)
        below[column].set_xlabel(axis)
    for row in (above, below):  # legends stand above the lines
        low, high = row[0].get_ylim()
        row[0].set_ylim(low, high * (high / low) ** 0.3)
    above[0].set_ylabel("CPU seconds")
    below[0].set_ylabel("megabytes beyond those of the process")
    figure.suptitle("in brackets: exponent over the upper two decades", fontsize=10)
    figure.savefig(path, dpi=110)
    return True


def _panel(ax: Any, told: dict[str, tuple[list[float], list[float]]]) -> None:
    for name, (x, y) in told.items():
        if max(y) <= 0:
            continue
        points = [(a, b) for a, b in zip(x, y, strict=True) if b > 0]
        label = f"{NAMED[name]} ({slope(x, y).exponent:.2f})"
        ax.plot(*zip(*points, strict=True), marker="o", markersize=3.5, linewidth=1.2,
                color=COLOURS[name], label=label)  # fmt: skip
    ax.set_xscale("log")
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.set_yscale("log")
    ax.grid(True, which="major", linewidth=0.4, alpha=0.6)
    ax.legend(fontsize=7.5, frameon=False, loc="upper left")
