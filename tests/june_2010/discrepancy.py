"""What the posterior of June 2010 would be, were the model worse or better than was assumed.

    python -m tests.june_2010.discrepancy STORE

weights the runs of the calibration that STORE holds (the command is in docs/model/june_2010.md)
anew: with all discrepancies a third of what `scenario.yaml` states to twice that, with their size
learnt, and by what each run has itself. No run is made. Prints the table of the page.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

import flowsim as fs
from flowsim.evidence.discrepancy import of_size
from flowsim.evidence.statements import Statement, statements
from flowsim.learn import diagnostics
from flowsim.learn.simulators import Reports
from flowsim.learn.waves import Learnt

INPUTS = ["linked[*]", "behaviour.*"]
WITHIN = 3.0
SIZES = {"a third": 1.0 / 3.0, "half": 0.5, "**as stated**": 1.0, "twice": 2.0}
HEAD = ("discrepancies", "effective runs", "dead, 90 % of runs", "left out: inside",
        "width over the prior's", "without errors of reports", "a quarter of the runs")  # fmt: skip


def reweighted(learnt: Learnt, told: list[Statement]) -> Learnt:
    """The same runs by another likelihood."""
    logs = Reports(tuple(told)).log_likelihood(learnt.centre, learnt.centre_sd)
    return replace(learnt, log_likelihood=logs)


def row(name: str, learnt: Learnt, told: list[Statement]) -> tuple[str, ...]:
    """What is aimed for, of one way of weighting."""
    made = reweighted(learnt, told)
    reports, left = diagnostics.by_report(made, told), diagnostics.left_out(made, told)
    inputs = diagnostics.by_input(made)
    dead = reports.set_index("quantity").loc["deaths"]
    narrower = np.median(1.0 - inputs["quarter"] / inputs["width"])
    return (
        name, f"{made.effective:.0f}", f"{dead['run_low']:.0f} to {dead['run_high']:.0f}",
        f"{left['inside'].sum()} of {len(left)}", f"{100 * left['width'].median():.0f} %",
        f"{100 * left['run_width'].median():.0f} %", f"{100 * narrower:.0f} % narrower",
    )  # fmt: skip


def table(learnt: Learnt, told: tuple[Statement, ...]) -> str:
    """All ways of weighting, as the page has them."""
    unsure = [replace(s, discrepancy_within=WITHIN) for s in told]
    rows = [row(name, learnt, of_size(unsure, size)) for name, size in SIZES.items()]
    low, middle, high = diagnostics.of_discrepancy(reweighted(learnt, unsure), unsure)
    rows.append(row(f"learnt: {middle:.2f} ({low:.2f} to {high:.2f})", learnt, unsure))
    by_runs = replace(learnt, centre=learnt.values, centre_sd=learnt.spread)
    rows.append(row("as stated, by what each run has itself", by_runs, list(told)))
    lines = [HEAD, ["---"] * len(HEAD), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(store: str) -> None:
    world = fs.load("scenarios/kyrgyz_uzbek_2010")
    told = fs.calibrate(world, INPUTS, runs=900, one_in=2, seed=2010, store=store)
    sys.stdout.write(table(told.learnt, statements(world)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
