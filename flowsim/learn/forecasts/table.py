"""A forecast as a table to read: all places and each, some days ahead."""

from __future__ import annotations

import textwrap
from html import escape
from typing import TYPE_CHECKING

from flowsim.arrays import Floats
from flowsim.learn.forecasts.spread import LEVELS
from flowsim.shown import plain
from flowsim.study.doubt import hold
from flowsim.study.table import WIDTH

if TYPE_CHECKING:
    from flowsim.learn.forecast import Forecast

AHEAD = (7, 30, 90)
"""Days ahead that are shown, and the last."""
MOST = 20
NAME = 24
"""Characters of a place's name."""
TOTALS = {
    "not": "how many come in all is forecast too",
    "told": "how many come in all was told by later rows, straight lines between them",
    "given": "how many come in all was given",
}
COURSE = {
    "told": "violence, closures and openings after the day are as the scenario tells",
    "known": "violence, closures and openings stay as they are on the day",
}


def text(told: Forecast) -> str:
    """A line a place, largest first, with medians and 90 % intervals."""
    return f"{_rows(told)}\n\n{textwrap.fill(plain(basis(told)), WIDTH)}"


def html(told: Forecast) -> str:
    """The same for a notebook."""
    return f"<pre>{escape(_rows(told))}</pre><p>{escape(plain(basis(told)))}</p>"


def _rows(told: Forecast) -> str:
    ahead = told.days - told.known_until
    at = [i for i, h in enumerate(ahead.tolist()) if h in AHEAD or i == ahead.size - 1]
    low, middle, high = (LEVELS.index(level) for level in (0.05, 0.5, 0.95))
    order = (-told.persons[-1, :, middle]).argsort(kind="stable")
    lines = [["", *(f"{told.when(told.days[i])} (+{ahead[i]})" for i in at)]]
    lines.append(["all places", *(_cell(told.total[i, [low, middle, high]]) for i in at)])
    for c in order[:MOST]:
        name = plain(told.places[c])
        short = name if len(name) <= NAME else f"{name[: NAME - 3]}..."
        lines.append([short, *(_cell(told.persons[i, c, [low, middle, high]]) for i in at)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    shown = [
        "  ".join([line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in
                   zip(line[1:], widths[1:], strict=True))]).rstrip() for line in lines
    ]  # fmt: skip
    if order.size > MOST:
        shown.append(f"and {order.size - MOST} smaller places")
    return "\n".join(shown)


def _cell(quantiles: Floats) -> str:
    low, middle, high = (f"{value:,.0f}" for value in quantiles)
    return middle if low == high else f"{middle} ({low} to {high})"


def basis(told: Forecast) -> str:
    """What the numbers are, and what their intervals hold."""
    return (
        f"Registered persons, median and 90 % interval, from rows dated up to"
        f" {told.when(told.known_until)} (day {told.known_until}); {TOTALS[told.totals]};"
        f" {COURSE[told.course]}. The {hold('intervals', held(told))}: they hold in a next one"
        f" that is like those."
    )


def held(told: Forecast) -> str:
    """What the intervals of a forecast hold."""
    left_out = "" if told.fold == "all" else f", {told.fold} left out"
    return f"how far off such forecasts were on nine conflicts{left_out}"
