"""A comparison over samples of the inputs for the eye: the distribution of each effect."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from flowsim.shown import plain
from flowsim.study.doubt import hold, share
from flowsim.study.table import LARGE, WIDTH, decimals, number, scale_of, title_of

if TYPE_CHECKING:
    from flowsim.study.comparison import Comparison


def text(told: Comparison) -> str:
    """A block an outcome, a line a scenario."""
    blocks = [_block(rows, told) for _, rows in told.table.groupby("outcome", sort=False)]
    return "\n\n".join([*blocks, textwrap.fill(plain(basis(told)), WIDTH)])


def _block(rows: pd.DataFrame, told: Comparison) -> str:
    factor, _ = scale_of(rows)
    lines = [
        ["", "median", "effect", "50 %", f"{100.0 * told.level:g} %", "more", "less", "inputs"]
    ]
    for row in rows.to_dict("records"):
        level = number(factor * row["median"], 0 if factor * row["median"] >= LARGE else 1)
        cells = [""] * 6 if row["scenario"] == told.against else _cells(row, factor)
        lines.append([plain(row["scenario"]), level, *cells])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    widths[0] = min(widths[0], 30)
    shown = [plain(title_of(rows))]
    for name, *cells in lines:
        right = [cell.rjust(w) for cell, w in zip(cells, widths[1:], strict=True)]
        shown.append("  " + "  ".join([name[: widths[0]].ljust(widths[0]), *right]).rstrip())
    return "\n".join(shown)


def _cells(row: Mapping[Any, Any], factor: float) -> list[str]:
    """Effect, its intervals, the chance of each sign, and the part of the inputs."""
    values = [factor * row[key] for key in ("effect", "half_low", "half_high", "effect_low",
                                            "effect_high")]  # fmt: skip
    if any(math.isnan(value) for value in values):
        return ["no pair", *[""] * 5]
    places = 0 if max(map(abs, values)) >= LARGE else decimals((values[4] - values[3]) / 2.0)
    middle, *ends = (number(value, places, signed=True) for value in values)
    of_inputs = share(row["variance_inputs"], row["variance_chance"])
    return [
        middle, f"{ends[0]} to {ends[1]}", f"{ends[2]} to {ends[3]}", percent(row["more"]),
        percent(row["less"]), percent(of_inputs),
    ]  # fmt: skip


def percent(part: float) -> str:
    """A part as a percentage; nothing for NaN."""
    return "" if math.isnan(part) else f"{100.0 * part:.0f} %"


def cell(row: Mapping[Any, Any], factor: float) -> list[str]:
    """The lines of a cell of a wide table."""
    effect, _, wide, more, less, of_inputs = _cells(row, factor)
    if not wide:
        return [effect]
    if row["more"] == row["less"] == 0.0:
        return ["the same in every pair"]
    sign = f"P(more) {more}" if row["more"] >= row["less"] else f"P(less) {less}"
    told = f"{sign}, inputs {of_inputs}" if of_inputs else sign
    return [f"{effect} ({wide})", told]


def basis(told: Comparison) -> str:
    """What the numbers are, and what their intervals hold."""
    rows = told.table[told.table["scenario"] != told.against]
    holds = "; or ".join(dict.fromkeys(rows["holds"]))
    samples = int(rows["units"].max()) if len(rows) else 0
    return (
        f"Effect: differences from {told.against!r}, run by run with the same inputs and the same"
        f" seed on both sides, in {samples:,} samples of the inputs; its median and the intervals"
        f" that hold 50 and {100.0 * told.level:g} % of them. The {hold('intervals', holds)}. More,"
        " less: in how many pairs it is above or below zero. Inputs: the part of the variance of"
        " an effect that they make; the rest is chance."
    )
