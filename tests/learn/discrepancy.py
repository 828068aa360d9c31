"""What it does to learn the size of the model's discrepancy, on made-up truths of known size.

    python -m tests.learn.discrepancy [--truths 60]

Twelve reports of a linear model of four inputs, by one originator each, with errors of counting and
discrepancies that are stated to be as large. Truths are made up with discrepancies of none to three
times what is stated, and from the prior of that; they are learnt from once as if discrepancies were
as stated and once with them learnt, by weighting points of the prior. Ends with the table of
MODEL.md, 7.18, in `discrepancy.csv` beside this file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import pandas as pd
from scipy.special import softmax

from flowsim.evidence.discrepancy import sizes
from flowsim.evidence.likelihood import log_likelihood_by_size
from flowsim.evidence.statements import Z95, Statement, read
from flowsim.learn.predictive import predictive, quantiles
from flowsim.world.reported import Evidence, Report

TABLE = Path(__file__).parent / "discrepancy.csv"
WITHIN = 3.0
TRUE = {
    "none": 0.0,
    "a third": 1.0 / 3.0,
    "as stated": 1.0,
    "three times": 3.0,
    "by the prior": None,
}
REPORTS, INPUTS, POINTS = 12, 4, 3000
SD = 0.5
TAILS = (0.05, 0.5, 0.95)


def stated(within: float) -> list[Statement]:
    """Reports whose counting error is as large as the discrepancy that is stated."""
    report = Report(
        id="R", when="2010-06-15", variable="crossed", value=1.0, counting_error=1.0, rounded_to=0.0
    )
    one = read(report, Evidence(discrepancy_within=within))
    return [
        replace(one, id=f"R{i}", originator=f"{i}", sd_low=SD, sd_high=SD, sd_discrepancy=SD)
        for i in range(REPORTS)
    ]


class Truth(NamedTuple):
    """Points of the prior and what the model has at them, the first of which is the truth."""

    scores: np.ndarray
    values: np.ndarray
    told: np.ndarray


def truth(size: float | None, rng: np.random.Generator, points: int = POINTS) -> Truth:
    """A linear model, an input of it, and what is reported: the errors are those stated."""
    scores = rng.normal(size=(points + 1, INPUTS))
    values = scores @ rng.normal(0.0, 1.0 / math.sqrt(INPUTS), (INPUTS, REPORTS))
    if size is None:
        size = math.exp(rng.normal() * math.log(WITHIN) / Z95)
    error = [s.sd_low * np.hypot(1.0, size) for s in stated(WITHIN)]
    scale = Z95 / 2.131847  # the 95 % of Student's t with four degrees
    return Truth(scores, values, values[0] + rng.standard_t(4.0, REPORTS) * error * scale)


def learnt(made: Truth, within: float) -> Iterator[tuple[str, float, float]]:
    """Of each input and each report left out: what, whether inside 90 %, and the width of these."""
    told = [replace(s, value=float(v)) for s, v in zip(stated(within), made.told, strict=True)]
    each, prior = sizes(told)
    values, scores = made.values[1:], made.scores[1:]
    logs = np.stack([log_likelihood_by_size([s], values[:, [i]]) for i, s in enumerate(told)])
    logs -= np.log(prior)  # of each report alone, (reports, points, sizes)
    joint = softmax(logs.sum(axis=0) + np.log(prior))
    yield "size", float(np.exp(joint.sum(axis=0) @ np.log(each))), math.nan
    for i in range(INPUTS):
        low, _, high = quantiles(scores[:, i], joint.sum(axis=1), TAILS)
        yield "inputs", float(low <= made.scores[0, i] <= high), (high - low) / (2.0 * Z95)
    for i, s in enumerate(told):
        others = softmax(np.delete(logs, i, axis=0).sum(axis=0) + np.log(prior))
        weights = others.sum(axis=1)
        own = np.flatnonzero(weights > 1e-4 * weights.max())
        chances = others[own] / weights[own, None]
        (low, _, high), _ = predictive(
            s, values[own, i], np.zeros(len(own)), weights[own], TAILS, chances
        )
        yield "reports", float(low <= s.value <= high), (high - low) / (2.0 * Z95)


def exercise(truths: int, points: int = POINTS) -> pd.DataFrame:
    """By true size and way of learning: coverage and width of inputs and left-out reports."""
    rows = []
    for name, size in TRUE.items():
        rng = np.random.default_rng(list(TRUE).index(name))
        made = [truth(size, rng, points) for _ in range(truths)]
        for way, within in (("as stated", 1.0), ("learnt", WITHIN)):
            found = [row for one in made for row in learnt(one, within)]
            told = pd.DataFrame(found, columns=["what", "inside", "width"]).groupby("what").mean()
            of = {f"{what} {k}": told.loc[what, k] for what in ("inputs", "reports")
                  for k in ("inside", "width")}  # fmt: skip
            sized = [value for what, value, _ in found if what == "size"]
            rows.append({"true": name, "way": way, **of, "size": float(np.median(sized))})
    return pd.DataFrame(rows)


def markdown(told: pd.DataFrame) -> str:
    """The table as it stands in MODEL.md."""
    head = ("discrepancies over what is stated", "taken to be", "inputs inside 90 %",
            "their width over the prior's", "left-out reports inside 90 %", "their width",
            "size learnt, median")  # fmt: skip
    rows = [
        (r["true"], r["way"], f"{100 * r['inputs inside']:.0f} %", f"{r['inputs width']:.2f}",
         f"{100 * r['reports inside']:.0f} %", f"{r['reports width']:.2f}", f"{r['size']:.2f}")
        for r in told.to_dict("records")
    ]  # fmt: skip
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@click.command()
@click.option("--truths", default=60, show_default=True, help="Of each size.")
def main(truths: int) -> None:
    """Do the exercise, write its table, and print it as the page has it."""
    exercise(truths).to_csv(TABLE, index=False, float_format="%.4f", lineterminator="\n")
    click.echo(markdown(pd.read_csv(TABLE)))


if __name__ == "__main__":
    main()
