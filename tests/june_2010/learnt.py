"""What was learnt of June 2010 as two tables of its page: report by report, and if errors differ.

    python -m tests.june_2010.learnt STORE

reads the runs of the calibration that made `posterior.csv`, whose head says of how many, and whose
command stands in docs/model/june_2010.md. No run is made. For the second table they are weighted
anew: with all discrepancies a third of what `scenario.yaml` states to twice that, with their size
learnt, and by what each run has itself.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

import flowsim as fs
from flowsim.evidence.discrepancy import of_size
from flowsim.evidence.scorecard import SHORT, number, short_time
from flowsim.evidence.statements import Statement, statements
from flowsim.learn import diagnostics
from flowsim.learn.posterior import Posterior
from flowsim.learn.simulators import Reports
from flowsim.learn.waves import Learnt
from flowsim.study import learnt as file

FOLDER = Path(__file__).parents[2] / "scenarios" / "kyrgyz_uzbek_2010"
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
    return _lines(HEAD, rows)


def by_report(told: Posterior) -> str:
    """Report by report, as the page has it."""
    head = ("report", "what", "reported", "runs, 90 %", "would be reported, 90 %", "off by",
            "left out: 90 %", "inside", "width over the prior's", "runs alone")  # fmt: skip
    both = told.reports.merge(told.left_out, on="id", suffixes=("", " left out"))
    rows = []
    for r in both.to_dict("records"):
        share = str(r["quantity"]).startswith("share")
        ends = [
            f"{number(r[low], share)} to {number(r[high], share)}"
            for low, high in (
                ("run_low", "run_high"),
                ("low", "high"),
                ("low left out", "high left out"),
            )
        ]
        what = f"{SHORT.get(r['quantity'], r['quantity'])}, {short_time(r['when'])}"
        reported = "at least " * (r["bound"] == "at least") + number(r["reported"], share)
        rows.append((r["id"], what, reported, *ends[:2], f"{r['implausibility']:.1f}", ends[2],
                     "yes" if r["inside"] else "no", f"{100 * r['width']:.0f} %",
                     f"{100 * r['run_width']:.0f} %"))  # fmt: skip
    return _lines(head, rows)


def _lines(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    every = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)


def main(store: str) -> None:
    world, head = fs.load(FOLDER), file.read(FOLDER / file.FILE).head
    told = fs.calibrate(
        world, INPUTS, runs=int(head["runs"]), one_in=int(head["one household in"]),
        seed=int(head["seed"]), leave_out="originator", store=store,
    )  # fmt: skip
    sys.stdout.write(f"{by_report(told)}\n\n{table(told.learnt, statements(world))}\n")


if __name__ == "__main__":
    main(sys.argv[1])
