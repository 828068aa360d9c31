"""A posterior as tables to read: reports, inputs, pairs, originators left out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from flowsim.evidence.scorecard import SHORT, short_time
from flowsim.evidence.scorecard import number as figure
from flowsim.learn.table import names_of
from flowsim.learn.waves import CUT
from flowsim.shown import plain
from flowsim.study.table import WIDTH

if TYPE_CHECKING:
    from flowsim.learn.posterior import Posterior

MOST = 15
"""Inputs that are shown, the best told first."""
NAME = 40
BY = {
    "runs": "what each has",
    "emulators": "what another run of the same inputs would have, by each and by emulators",
}
MET = {"at least": "at least ", "up to": "up to "}


def text(told: Posterior) -> str:
    """All tables."""
    blocks = ["\n".join(block) for block in _blocks(told)]
    return "\n\n".join([*blocks, textwrap.fill(plain(basis(told)), WIDTH)])


def html(told: Posterior) -> str:
    """The same for a notebook."""
    blocks = "\n\n".join("\n".join(block) for block in _blocks(told))
    return f"<pre>{escape(blocks)}</pre><p>{escape(plain(basis(told)))}</p>"


def _blocks(told: Posterior) -> Iterator[list[str]]:
    yield ["what was reported, and 90 % of what these inputs would have had reported",
           *_lines([_report(row) for row in told.reports.to_dict("records")],
                   ("when", "what", "where", "reported", "would be", "off by"))]  # fmt: skip
    inputs = told.inputs.sort_values("width", kind="stable")
    names = names_of(inputs["factor"].tolist())
    informed = inputs[inputs["informed"]]
    rows = [_input(row, names, told.table) for row in informed.head(MOST).to_dict("records")]
    title = "inputs that the reports inform; median and 90 %, and its width over the prior's"
    yield [title, *_lines(rows, ("", "median", "90 %", "width"))] if rows else [
        "no input is informed by these reports"]  # fmt: skip
    if len(told.pairs):
        pairs = told.pairs.to_dict("records")
        both = [(_clipped(names[r["one"]]), _clipped(names[r["other"]]),
                 f"{r['correlation']:+.2f}") for r in pairs]  # fmt: skip
        yield ["inputs that trade off, by their rank correlation", *_lines(both)]
    if len(told.left_out):
        rows = [_left_out(row) for row in told.left_out.to_dict("records")]
        yield ["reports left out, by those of all other originators",
               *_lines(rows, ("originator", "what", "reported", "90 %", "", "width"))]  # fmt: skip
    if len(told.full):
        rows = [_full(row) for row in told.full.to_dict("records")]
        yield ["the same samples with the whole population (mean, standard deviation)",
               *_lines(rows, ("report", "as learnt", "whole"))]  # fmt: skip


def _report(row: dict[Any, Any]) -> tuple[str, ...]:
    share = str(row["quantity"]).startswith("share")
    low, high = (figure(float(row[end]), share) for end in ("low", "high"))
    off = row["implausibility"]
    mark = f"{off:.1f}" + (" *" if off >= CUT else "")
    reported = MET.get(row["bound"], "") + figure(float(row["reported"]), share)
    return (
        short_time(row["when"]), SHORT.get(row["quantity"], str(row["quantity"])),
        plain(row["place"]) or "all", reported, f"{low} to {high}", mark,
    )  # fmt: skip


def _input(row: dict[Any, Any], names: dict[str, str], table: pd.DataFrame) -> tuple[str, ...]:
    factor = row["factor"]
    values = table[f"value of {factor}"]
    if pd.api.types.is_numeric_dtype(values):
        low, middle, high = (f"{values.quantile(part):.4g}" for part in (0.05, 0.5, 0.95))
    else:
        ordered = sorted(map(str, values))
        low, middle, high = (ordered[int(p * (len(ordered) - 1))] for p in (0.05, 0.5, 0.95))
    return _clipped(names[factor]), middle, f"{low} to {high}", f"{100 * row['width']:.0f} %"


def _left_out(row: dict[Any, Any]) -> tuple[str, ...]:
    share = str(row["quantity"]).startswith("share")
    low, high, reported = (figure(float(row[k]), share) for k in ("low", "high", "reported"))
    what = SHORT.get(row["quantity"], str(row["quantity"]))
    return (
        plain(str(row["originator"]))[:30], f"{what}, {short_time(row['when'])}",
        MET.get(row["bound"], "") + reported, f"{low} to {high}",
        "inside" if row["inside"] else "outside", f"{100 * row['width']:.0f} %",
    )  # fmt: skip


def _full(row: dict[Any, Any]) -> tuple[str, ...]:
    thin, whole = (f"{row[m]:.5g} ({row[s]:.3g})"
                   for m, s in (("thin_mean", "thin_sd"), ("mean", "sd")))  # fmt: skip
    return str(row["id"]), thin, whole


def _lines(rows: Sequence[Sequence[str]], head: Sequence[str] | None = None) -> list[str]:
    every = [head, *rows] if head else list(rows)
    widths = [max(len(row[i]) for row in every) for i in range(len(every[0]))]
    return ["  " + "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
            for row in every]  # fmt: skip


def _clipped(name: str) -> str:
    return plain(name if len(name) <= NAME else f"...{name[3 - NAME :]}")


def basis(told: Posterior) -> str:
    """How it was learnt, and what its numbers hold."""
    learnt = told.learnt
    waves = [wave for wave in learnt.waves if wave.kind == "wave"]
    left = ", then ".join(f"{100.0 * wave.not_ruled_out:.3g} %" for wave in waves[1:])
    weighted = sum(wave.runs for wave in learnt.waves if wave.kind == "weighted")
    words = [
        f"{len(learnt.positions):,} runs: {sum(w.runs for w in waves):,} in {len(waves)} waves"
        + (f" ({left} of the prior was not ruled out)" if left else "")
        + f", and {weighted:,} weighted by {BY[learnt.by]}, worth {learnt.effective:.0f} of equal"
        " weight.",
        "Off by: standard errors of counting, rounding, the model's own and chance together"
        f" ({CUT:g} or more is implausible, *).",
        "Intervals hold inputs, chance of the runs, and errors of reports.",
    ]
    low, middle, high = told.discrepancy
    if low < high:
        words.append(
            f"What the model cannot do is {middle:.2g} times what was stated ({low:.2g} to"
            f" {high:.2g})."
        )
    still = len(told.inputs) - int(told.inputs["informed"].sum())
    if still:
        words.append(f"About where they were: {still} of {len(told.inputs)} inputs.")
    if learnt.impossible:
        words.append(f"No inputs meet: {', '.join(learnt.impossible)}.")
    if len(told.left_out):
        inside = told.left_out["inside"].mean()
        width, runs = (100.0 * told.left_out[name].median() for name in ("width", "run_width"))
        words.append(
            f"Left out, {100.0 * inside:.0f} % lie inside, median width {width:.0f} % of the"
            f" prior's, and {runs:.0f} % without the errors of reports, which no input makes"
            " smaller."
        )
    return " ".join(words)
