"""A sensitivity analysis as a table to read, the factors that matter most first."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from flowsim.shown import plain
from flowsim.study.pairing import ROUNDING
from flowsim.study.table import WIDTH, called, decimals, number

if TYPE_CHECKING:
    from flowsim.learn.sensitivity import Sensitivity

LEADING = {"morris": "mu_star", "sobol": "ST", "pawn": "pawn", "rbd_fast": "S1"}
"""The index by which factors are ranked."""
CALLED = {
    "mu_star": "mean size of change", "mu": "mean change", "sigma": "its spread",
    "S1": "part alone", "ST": "part with others", "pawn": "distance",
}  # fmt: skip
MOST = 12
"""Factors that are shown of an outcome."""
NAME = 44
"""Characters of a factor's name."""


def ranked(rows: pd.DataFrame, method: str) -> list[str]:
    """Factors of an outcome, the one that matters most first; ties in their own order."""
    leading = rows[rows["index"] == LEADING[method]]
    return leading.sort_values("value", ascending=False, kind="stable")["factor"].tolist()


def shown(rows: pd.DataFrame, method: str) -> list[str]:
    """The factors of an outcome that there is room for, ranked; what is held against them too."""
    order = ranked(rows, method)
    yardsticks = set(rows.loc[rows["inputs"] == 0, "factor"])
    last = [factor for factor in order[MOST:] if factor in yardsticks]
    return order[: MOST - len(last)] + last


def names_of(factors: list[str]) -> dict[str, str]:
    """Short names: the end of each path, as long as it takes to tell it from the others.

    Examples
    --------
    >>> names_of(["linked[camps]", "behaviour.news.informed", "places[Osh].capacity"])
    ... # doctest: +NORMALIZE_WHITESPACE
    {'linked[camps]': 'camps', 'behaviour.news.informed': 'informed',
     'places[Osh].capacity': 'places[Osh].capacity'}
    """
    ends = {factor: list(_ends(factor)) for factor in factors}
    every = [end for found in ends.values() for end in dict.fromkeys(found)]
    return {f: next((e for e in found if every.count(e) == 1), f) for f, found in ends.items()}


def _ends(factor: str) -> Iterator[str]:
    """The ends of a path that say something, the shortest first."""
    linked = re.fullmatch(r"linked\[(.*)\]", factor)
    if linked:
        yield linked[1]
        return
    steps = re.split(r"\.(?![^\[]*\])", factor)
    for at in range(len(steps) - 1, -1, -1):
        if at == 0 or "[" in steps[at] or "[" not in steps[at - 1]:
            yield ".".join(steps[at:])


def text(told: Sensitivity) -> str:
    """A block an outcome, a line a factor."""
    blocks = [_block(rows, told, of) for of, rows in _blocks(told)]
    return "\n\n".join([*blocks, textwrap.fill(plain(basis(told)), WIDTH)])


def html(told: Sensitivity) -> str:
    """The same for a notebook."""
    blocks = "\n\n".join(_block(rows, told, of) for of, rows in _blocks(told))
    return f"<pre>{escape(blocks)}</pre><p>{escape(plain(basis(told)))}</p>"


def _blocks(told: Sensitivity) -> Iterator[tuple[str, pd.DataFrame]]:
    for (_, of), rows in told.table.groupby(["outcome", "of"], sort=False):
        yield str(of), rows


def title_of(rows: pd.DataFrame) -> str:
    """What the rows of an outcome are about."""
    first = rows.iloc[0]
    unit = f", {first['unit']}" if first["unit"] else ""
    return f"{called(str(first['outcome']))}{unit} ({first['of']})"


def _block(rows: pd.DataFrame, told: Sensitivity, of: str) -> str:
    order = ranked(rows, told.method)
    names = names_of(order)
    indices = list(dict.fromkeys(rows["index"]))
    cells = {(row["factor"], row["index"]): _cell(row) for row in rows.to_dict("records")}
    sizes = rows.drop_duplicates("factor").set_index("factor")["inputs"]
    lines = [["", *(CALLED[index] for index in indices)]]
    told_of = shown(rows, told.method)
    for factor in told_of:
        many = f" ({sizes[factor]} inputs)" if sizes[factor] > 1 else ""
        name = plain(_clipped(names[factor], NAME - len(many))) + many
        lines.append([name, *(cells[factor, index] for index in indices)])
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    told_lines = [plain(title_of(rows))]
    for line in lines:
        right = [cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True)]
        told_lines.append("  " + "  ".join([line[0].ljust(widths[0]), *right]).rstrip())
    if len(order) > len(told_of):
        told_lines.append(f"  and {len(order) - len(told_of)} others that matter less")
    return "\n".join(told_lines)


def _clipped(name: str, most: int) -> str:
    return name if len(name) <= most else f"...{name[3 - most :]}"


def _cell(row: Mapping[Any, Any]) -> str:
    value, low, high = (float(row[key]) for key in ("value", "low", "high"))
    known = low == low
    half = (high - low) / 2.0
    places = decimals(half if known and half > ROUNDING * abs(value) else abs(value) / 10.0)
    signed = row["index"] == "mu"
    if not known:
        return number(value, places, signed=signed)
    middle, bottom, top = (number(v, places, signed=signed) for v in (value, low, high))
    return f"{middle} ({bottom} to {top})"


def basis(told: Sensitivity) -> str:
    """What the numbers are, and what their intervals hold."""
    holds = [held for held in told.table["interval_holds"].unique() if held != "it has no interval"]
    words = {
        "morris": "By Morris's trajectories: what the outcome changes by when a factor goes from"
        " the low to the high end of its range, the others anywhere.",
        "sobol": "By Sobol's indices: the part of the outcome's variance that a factor makes"
        " alone, and with all in which it has a part.",
        "pawn": "By PAWN: how far the outcome's distribution moves when a factor is known, from 0"
        " to 1.",
        "rbd_fast": "By RBD-FAST: the part of the outcome's variance that a factor makes alone.",
    }[told.method]
    of = f"{100.0 * told.level:g} %"
    return f"{words} {told.note} The {of} intervals hold: {'; or '.join(holds)}."
