"""A comparison for the eye: plain text, Markdown and HTML."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from flowsim.shown import markdown as escaped
from flowsim.shown import plain
from flowsim.study.doubt import BOTH, CHANCE, hold
from flowsim.study.pairing import LARGE_GAIN, METHODS

if TYPE_CHECKING:
    from flowsim.study.comparison import Comparison

WIDTH = 110
SHORTEST = 12
"""Characters that a scenario's name keeps, however wide the numbers are."""
VERY_LARGE = 1e8
LARGE = 1_000
"""From here on numbers are told without decimals."""
FEW = 10
"""Of fewer pairs a gain is told to be rough."""
LABELS = {
    "let_through": "let through",
    "person_days_exposed": "exposure",
    "waiting_peak": "waiting at the peak",
    "waiting_at_end": "waiting at the end",
    "person_days_waited": "waited",
    "sheltered_abroad_peak": "sheltered abroad at the peak",
    "sheltered_abroad_at_end": "sheltered abroad at the end",
    "displaced_inside_at_end": "displaced inside at the end",
    "persons_apart_at_end": "apart from their family at the end",
    "share_waited_over_24_hours": "waited over 24 hours",
}
"""What people call an outcome; all others are their label with spaces."""


def text(told: Comparison) -> str:
    """A block an outcome, a line a scenario; at most 110 columns wide."""
    blocks = [_block(rows, told) for _, rows in told.table.groupby("outcome", sort=False)]
    return "\n\n".join([*blocks, textwrap.fill(plain(basis(told)), WIDTH)])


def _block(rows: pd.DataFrame, told: Comparison) -> str:
    lacking = _lacking(rows, told.against)
    notes: list[str] = []
    lines = [_head(told.level)]
    for row, cells in zip(rows.to_dict("records"), _cells(rows, told.against), strict=True):
        gain = gain_text(row["gain"])
        # Where all pairs are the same, the difference says so.
        if row["reason"] and row["sd_paired"] != 0.0 and not lacking:
            if row["reason"] not in notes:
                notes.append(row["reason"])
            gain = f"{gain} [{notes.index(row['reason']) + 1}]".strip()
        needs = [_count(row[key]) for key in ("units_needed", "runs_needed_unpaired")]
        lines.append([plain(row["scenario"]), *cells, gain, *needs])
    lines = _narrowed(lines)
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    title = plain(title_of(rows))
    shown = [title if len(title) <= WIDTH else _clipped(title, WIDTH)]
    for line in lines:
        left = [cell.ljust(w) for cell, w in zip(line[:2], widths[:2], strict=True)]
        right = [cell.rjust(w) for cell, w in zip(line[2:], widths[2:], strict=True)]
        shown.append("  " + "  ".join(left + right).rstrip())
    for i, note in enumerate(notes, 1):
        mark = f"  [{i}] "
        shown.append(
            textwrap.fill(plain(note), WIDTH, initial_indent=mark, subsequent_indent=" " * 6)
        )
    if lacking:
        shown.append(f"  {plain(lacking)}")
    return "\n".join(shown)


def _lacking(rows: pd.DataFrame, against: str) -> str:
    """Why no scenario of an outcome has an interval, if all for the same reason; else nothing."""
    apart = rows[rows["scenario"] != against]
    reasons = set(apart["reason"])
    return reasons.pop() if len(reasons) == 1 and apart["low"].isna().all() else ""


def _head(level: float) -> list[str]:
    of = f"{100.0 * level:g} %"
    return ["", "median (range)", f"difference ({of} interval)", "gain", "pairs", "unpaired"]


def _narrowed(lines: list[list[str]]) -> list[list[str]]:
    """Lines that fit: without ranges if the numbers are very wide, with names cut if need be."""
    for keep_range in (True, False):
        if not keep_range:
            lines = [[line[0], line[1].partition(" (")[0], *line[2:]] for line in lines]
        widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
        room = WIDTH - 2 * len(widths) - sum(widths[1:])
        if room >= min(SHORTEST, widths[0]):
            break
    return [[_clipped(line[0], max(room, SHORTEST)), *line[1:]] for line in lines]


def _clipped(words: str, most: int) -> str:
    return words if len(words) <= most else f"{words[: most - 3]}..."


def basis(told: Comparison) -> str:
    """What the numbers are: how paired, by what method, at what level, to what precision."""
    table = told.table[told.table["scenario"] != told.against]
    units = table["units"]
    least, most = (int(u) for u in (units.min(), units.max())) if len(units) else (0, 0)
    count = f"{most:,}" if least == most else f"{least:,} to {most:,}"
    of = "each the mean of its members" if told.unit == "sample" else "the same seed on both sides"
    level = f"{100.0 * told.level:g} %"
    pairs = "pair" if (least, most) == (1, 1) else "pairs"
    words = (
        f"Mean of the differences from {told.against!r} in {count} {pairs} of {told.unit}s ({of}), "
        f"with its {level} interval by {METHODS[told.method]}; the range holds {level} of the runs."
        f" The {hold('intervals', BOTH if told.unit == 'sample' else CHANCE)}."
        " Gain: how many times smaller pairing makes the variance of the difference. Pairs, and"
        " unpaired runs of each scenario: needed for a half width of "
        f"{told.precision}, by Student's t."
    )
    if least < 2 and len(units):
        words += " One pair has no interval."
    if least < FEW and most >= 2:
        words += " Of so few pairs the gains are rough."
    return words


def markdown(told: Comparison, outcomes: Sequence[str], names: Mapping[str, str]) -> str:
    """The wide table: a row a scenario, a column an outcome."""
    rows = _wide(told, outcomes)
    heads = [names.get(o) or title_of(told.table[told.table["outcome"] == o]) for o in outcomes]
    lines = [["", *(escaped(h) for h in heads)], ["---"] * (len(outcomes) + 1)]
    lines += [[f"**{escaped(name)}**", *("<br>".join(c) for c in cells)] for name, cells in rows]
    return "\n".join(f"| {' | '.join(line)} |".replace("|  |", "| |") for line in lines)


def html(told: Comparison) -> str:
    """The wide table for a notebook, with what pairing gains in each cell."""
    from flowsim.study.doubt_table import basis as over_samples

    outcomes = list(dict.fromkeys(told.table["outcome"]))
    heads = [title_of(told.table[told.table["outcome"] == o]) for o in outcomes]
    head = "".join(f"<th>{escape(plain(h))}</th>" for h in ("", *heads))
    words = over_samples(told) if told.unit == "sample" else basis(told)
    body = "".join(
        f"<tr><th>{escape(plain(name))}</th>"
        + "".join(f"<td>{'<br>'.join(escape(line) for line in cell)}</td>" for cell in cells)
        + "</tr>"
        for name, cells in _wide(told, outcomes, gain=True)
    )
    return (
        f"<table><caption>{escape(plain(words))}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _wide(
    told: Comparison, outcomes: Sequence[str], gain: bool = False
) -> list[tuple[str, list[list[str]]]]:
    """Each scenario with the lines of its cells, one cell an outcome."""
    columns = []
    for outcome in outcomes:
        rows = told.table[told.table["outcome"] == outcome]
        cells = [[c for c in pair if c] for pair in _cells(rows, told.against)]
        if told.unit == "sample":
            cells = _with_effects(cells, rows, told.against)
        for cell, value in zip(cells, rows["gain"], strict=True):
            if gain and math.isfinite(value):
                cell.append(f"gain {gain_text(value)}")
        columns.append(cells)
    names = list(dict.fromkeys(told.table["scenario"]))
    return [(name, [column[i] for column in columns]) for i, name in enumerate(names)]


def _with_effects(cells: list[list[str]], rows: pd.DataFrame, against: str) -> list[list[str]]:
    """Of several samples, the distribution of the effect and not the mean with its interval."""
    from flowsim.study.doubt_table import cell  # it takes the words of this module

    factor, _ = scale_of(rows)
    return [
        own[:1] if row["scenario"] == against else [*own[:1], *cell(row, factor)]
        for own, row in zip(cells, rows.to_dict("records"), strict=True)
    ]


def title_of(rows: pd.DataFrame) -> str:
    """What the rows of an outcome are about, with the unit."""
    _, unit = scale_of(rows)
    name = called(str(rows["outcome"].iloc[0]))
    return f"{name}, {unit}" if unit else name


def scale_of(rows: pd.DataFrame) -> tuple[float, str]:
    """What the numbers of an outcome are multiplied by to be shown, and their unit then.

    Shares are shown as per cent, and very large numbers in millions.
    """
    unit = str(rows["unit"].iloc[0])
    if unit == "share":
        return 100.0, "%"
    if rows["median"].abs().max() >= VERY_LARGE:
        return 1e-6, f"million {unit}".strip()
    return 1.0, unit


def _cells(rows: pd.DataFrame, against: str) -> list[tuple[str, str]]:
    """Median with its range, and difference with its interval, of each scenario."""
    factor, _ = scale_of(rows)
    levels = rows[["median", "range_low", "range_high"]] * factor
    whole = bool((levels.stack().dropna() * 2.0 % 1.0 == 0.0).all()) and factor == 1.0
    halves = (levels["range_high"] - levels["range_low"]) / 2.0
    places = 0 if whole else min((decimals(h) for h in halves if h > 0.0), default=1)
    cells = []
    for row, level in zip(rows.to_dict("records"), levels.to_numpy(), strict=True):
        middle, low, high = (number(value, _fewer(places, level)) for value in level)
        shown = f"{middle} ({low} to {high})" if middle else "no value"
        apart = "" if row["scenario"] == against else _difference(row, factor)
        cells.append((shown, apart))
    return cells


def _difference(row: Mapping, factor: float) -> str:
    value, low, high = (factor * row[key] for key in ("difference", "low", "high"))
    if row["units"] == 0:
        return "no pair"
    if row["sd_paired"] == 0.0:
        places = 0 if value == round(value) else decimals(abs(value) / 10.0)
        same = number(value, places, signed=True)
        return "the same in every pair" if value == 0.0 else f"{same} in every pair"
    if math.isnan(low):
        places = 0 if value == round(value) else decimals(abs(value) / 10.0)
        return f"{number(value, places, signed=True)} (one pair)"
    places = _fewer(decimals((high - low) / 2.0), (value, low, high))
    middle, low_end, high_end = (number(v, places, signed=True) for v in (value, low, high))
    return f"{middle} ({low_end} to {high_end})"


def _fewer(places: int, values: Iterable[float]) -> int:
    """Places of the numbers of a cell, alike for all: none if one is large."""
    return 0 if any(abs(value) >= LARGE - 0.5 for value in values) else places


def called(name: str) -> str:
    """What people call an outcome.

    Examples
    --------
    >>> called("waiting_peak"), called("Dustlik: waiting_peak"), called("families_split")
    ('waiting at the peak', 'Dustlik: waiting at the peak', 'families split')
    """
    where, colon, measure = name.rpartition(": ")
    return where + colon + LABELS.get(measure, measure.replace("_", " "))


def decimals(width: float) -> int:
    """Places after the point at which so wide an interval has two figures; at most 4.

    Examples
    --------
    >>> [decimals(width) for width in (822.0, 17.0, 1.7, 0.02, 0.0)]
    [0, 0, 1, 3, 0]
    """
    if not 0.0 < width < math.inf:
        return 0
    return max(0, min(4, 1 - math.floor(math.log10(width))))


def number(value: float, places: int = 0, signed: bool = False) -> str:
    """A number with thousands set apart; no sign on a zero, nothing for NaN.

    Examples
    --------
    >>> number(90123.4), number(-0.04, 1, signed=True), number(3.25, 1, signed=True)
    ('90,123', '0.0', '+3.2')
    """
    if math.isnan(value):
        return ""
    shown = f"{value:+,.{places}f}" if signed else f"{value:,.{places}f}"
    return shown.lstrip("+-") if not any(c in "123456789" for c in shown) else shown


def gain_text(gain: float) -> str:
    """A gain in two figures.

    Examples
    --------
    >>> [gain_text(gain) for gain in (0.787, 34.2, 5.9e7, math.inf, math.nan)]
    ['x 0.79', 'x 34', 'x >10,000', 'infinite', '']
    """
    if math.isnan(gain):
        return ""
    if math.isinf(gain):
        return "infinite"
    if gain < LARGE_GAIN:
        return f"x {min(gain, LARGE_GAIN - 0.1):.2g}"
    return f"x {gain:,.0f}" if gain < 10_000 else "x >10,000"


def _count(runs: float) -> str:
    """A number of runs; nothing where it is not known."""
    if math.isnan(runs):
        return ""
    return "never" if math.isinf(runs) else f"{runs:,.0f}" if runs < 1e6 else ">999,999"
