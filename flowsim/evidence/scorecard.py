"""The table that holds a run against its reports, for the eye and for the machine."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from flowsim.evidence.predicted import predicted
from flowsim.evidence.statements import Statement, statements
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.shown import plain

COLUMNS = (
    "id", "when", "variable", "place", "reported", "low", "high", "simulated", "inside", "unit",
    "use",
)  # fmt: skip
SHORT = {
    "crossed": "crossed so far",
    "crossed_day": "crossed that day",
    "registered_adults": "adults registered",
    "waiting": "waiting at the border",
    "displaced_inside": "displaced inside",
    "stock_abroad": "sheltered abroad",
    "deaths": "dead",
    "share_children": "share of children",
    "share_women": "share of women",
    "share_men": "share of men",
    "share_women_children": "women and children",
}
"""What each quantity is called where space is short."""
USES = {"fit": "fitted to", "specify": "specified from", "check": "kept to check"}
"""What a report was used for, as tables and legends say it."""


def against_reports(result: Result, scenario: Scenario) -> pd.DataFrame:
    """Each report that counts, beside what the run has at that time.

    Reports with ``use`` fit, specify or check, of quantities that a run has; counts that lag what
    they count are left out where the scenario does not say by how much.

    Returns
    -------
    pandas.DataFrame
        One row a report: ``id``, ``when``, ``variable``, ``place``, ``reported`` (the value, or
        NaN), ``low``, ``high`` (NaN where open), ``simulated`` (NaN before or after the run),
        ``inside`` (True, False, or None where there is no range or no simulated value), ``unit``,
        ``use``.

    Raises
    ------
    KeyError
        A report is about a place that the result does not have.
    """
    told = statements(scenario, use=USES, within=False)
    rows = [_row(*pair) for pair in zip(told, predicted(result, told).tolist(), strict=True)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    numbers = ["reported", "low", "high", "simulated"]
    return frame.astype({**dict.fromkeys(numbers, float), "inside": object})


def _row(told: Statement, simulated: float) -> tuple[Any, ...]:
    inside = is_inside(simulated, told.low, told.high)
    return (
        told.id, told.when, told.quantity, told.place, told.reported, told.low, told.high,
        simulated, inside, told.unit, told.use,
    )  # fmt: skip


def is_inside(value: float, low: float | None, high: float | None) -> bool | None:
    """Whether a value lies in a range, whose ends belong to it and may be open.

    Examples
    --------
    >>> is_inside(5.0, 5.0, None), is_inside(5.0, None, 4.0), is_inside(5.0, None, None)
    (True, False, None)
    """
    if math.isnan(value) or (low is None and high is None):
        return None
    return (low is None or value >= low) and (high is None or value <= high)


def format_table(frame: pd.DataFrame) -> str:
    """The table of `against_reports` as plain text of at most 100 columns, by what it was used for.

    Examples
    --------
    >>> row = ("R1", datetime(2010, 6, 13), "crossed", "", 6000.0, 6000.0, 30000.0, 9120.0, True,
    ...        "persons", "fit")
    >>> print(format_table(pd.DataFrame([row], columns=list(COLUMNS))))
    when          what                   where           reported         range  simulated
    fitted to
    12 Jun 24:00  crossed so far         all                6,000  6,000-30,000      9,120  inside
    """
    head = ("when", "what", "where", "reported", "range", "simulated", "")
    rows = [head, *(_cells(row) for row in frame.to_dict("records"))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    widths[1] = max(widths[1], 21)
    widths[2] = min(max(widths[2], 14), 18)
    lines: dict[str, list[str]] = {"": []} | {use: [told] for use, told in USES.items()}
    for use, row in zip(["", *frame["use"]], rows, strict=True):
        cells = [
            (cell if len(cell) <= w else cell[: w - 3] + "...").ljust(w)
            if i in (0, 1, 2, 6)
            else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines[use].append("  ".join(cells).rstrip())
    parts = [lines.pop(""), *(part for part in lines.values() if len(part) > 1)]
    return "\n".join(line for part in parts for line in part)


def _cells(row: dict[Any, Any]) -> tuple[str, ...]:
    share = row["unit"] == "share"
    low, high = (number(row[k], share) for k in ("low", "high"))
    both = f"{low.removesuffix(' %')}-{high}"
    span = both if low and high else f"{low} or more" if low else f"up to {high}"
    return (
        short_time(row["when"]),
        SHORT.get(row["variable"], row["variable"]),
        plain(row["place"]) or "all",
        number(row["reported"], share),
        span if low or high else "",
        number(row["simulated"], share) or "no value",
        _mark(row),
    )


def _mark(row: dict[Any, Any]) -> str:
    """Inside, below or above the range; without a range the difference to the value."""
    value, reported = row["simulated"], row["reported"]
    if math.isnan(value):
        return ""
    if row["inside"] is not None:
        below = not math.isnan(row["low"]) and value < row["low"]
        return "inside" if row["inside"] else "below" if below else "above"
    if math.isnan(reported) or reported == 0:
        return ""
    percent = round(100.0 * (value / reported - 1.0))
    return f"{percent:+d} %" if percent else "same"


def number(value: float, share: bool = False) -> str:
    """A count with separators, a share as a percentage, and nothing for NaN.

    Examples
    --------
    >>> number(90123.0), number(0.035, share=True), number(float("nan"))
    ('90,123', '3.5 %', '')
    """
    if math.isnan(value):
        return ""
    if share:
        return f"{100.0 * value:.3g} %"
    return f"{value:,.0f}"


def short_time(when: datetime) -> str:
    """Day, month and hour; midnight is the end of the day before.

    Examples
    --------
    >>> short_time(datetime(2010, 6, 14)), short_time(datetime(2010, 6, 14, 9, 30))
    ('13 Jun 24:00', '14 Jun 09:30')
    """
    if (when.hour, when.minute) == (0, 0):
        day = when - timedelta(days=1)
        return f"{day.day:2d} {day:%b} 24:00"
    return f"{when.day:2d} {when:%b %H:%M}"


def tally(frame: pd.DataFrame) -> str:
    """How many of the simulated figures lie inside, in words.

    Examples
    --------
    >>> tally(pd.DataFrame({"use": ["fit", "check", "fit"], "inside": [True, None, False]}))
    'inside their range: 1 of 2 fitted to'
    """
    told = []
    for use, word in USES.items():
        marks = [m for m in frame.loc[frame["use"] == use, "inside"] if m is not None]
        if marks:
            told.append(f"{sum(bool(m) for m in marks)} of {len(marks)} {word}")
    return f"inside their range: {', '.join(told) or 'no figure has one'}"
