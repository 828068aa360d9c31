"""Learn three inputs of a small world from four reports, by flowsim, pyABC and sbi.

    pip install 'flowsim[abc,learn,sbi]'
    python examples/other_tools.py [FILE.csv]

The world is the teaching world, in long steps; its reports are of a run whose inputs are known. All
three ways have the same runs of the same scenario, the same prior, and the same errors of reports,
so their 90 % intervals should be alike. It prints them, and how many runs each took; what it gave
is in other_tools.csv beside it. About eight minutes of one core, of which pyABC takes six.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

import flowsim as fs
from flowsim.learn.adapters import ForOtherTools, for_other_tools

SEED = 1
GATE = "routes[Bridge].gate_per_hour"
OPENING = "borders[Here-There].authorities[There].policies[closure].stop"
LEAVING = "linked[leaving]"
TRUTH = {OPENING: 0.4, GATE: 0.3, LEAVING: 0.7}
"""Positions in their distributions of the inputs of the run that is reported."""
RATES = ["behaviour.leaving.violence_per_day", "behaviour.leaving.news_per_day"]
WORLD = fs.teaching_world().with_values(
    {
        GATE: {"value": 60, "low": 25, "high": 120},
        RATES[0]: {"value": 1.5, "low": 0.4, "high": 4.0},
        RATES[1]: {"value": 1.0, "low": 0.3, "high": 3.0},
        "linked": [{"name": "leaving", "by": "rank", "inputs": RATES}],
        "evidence": {"other_discrepancy": 0.02},
        **{"end": "2030-05-05T12:00", "step": "12h", "record": "12h", "grid": "12h"},
    }
)
REPORTS = {
    "R1": ("2030-05-02T00:00", "displaced_inside", "an aid agency"),
    "R2": ("2030-05-04T00:00", "displaced_inside", "an aid agency"),
    "R3": ("2030-05-03T00:00", "crossed", "border guards"),
    "R4": ("2030-05-05T12:00", "crossed", "border guards"),
}
CALIBRATE, PARTICLES, POPULATIONS, SIMULATIONS, DRAWS = 400, 100, 4, 600, 2000

Way = tuple[pd.DataFrame, "np.ndarray", int]
"""Draws of the posterior by input, their weights, and the runs that it took."""


def reported(values: dict[str, float]) -> fs.Scenario:
    """The world with reports of these figures, counted to five per cent."""
    names = ("when", "variable", "originator")
    rows = [
        {"id": name, "value": round(values.get(name, 1.0)), "use": "fit", "counting_error": 0.05,
         "rounded_to": 0.0, **dict(zip(names, told, strict=True))}
        for name, told in REPORTS.items()
    ]  # fmt: skip
    return WORLD.with_values({"reports": rows})


def by_flowsim(world: fs.Scenario, told: ForOtherTools) -> Way:
    """History matching, then weighted runs."""
    learnt = fs.calibrate(world, runs=CALIBRATE, seed=SEED, progress=False)
    draws = learnt.positions()
    return draws, np.ones(len(draws)), int(learnt.head["runs"])


def by_pyabc(world: fs.Scenario, told: ForOtherTools) -> Way:
    """Sequential Monte Carlo; the last population is accepted by the likelihood itself."""
    prior, kernel = told.pyabc_prior(), told.pyabc_kernel()
    import pyabc

    logging.getLogger("ABC").setLevel(logging.WARNING)
    np.random.seed(SEED)  # noqa: NPY002  # it is what pyABC draws from
    abc = pyabc.ABCSMC(
        told.simulate, prior, kernel, population_size=PARTICLES, eps=pyabc.Temperature(),
        acceptor=pyabc.StochasticAcceptor(), sampler=pyabc.SingleCoreSampler(),
    )  # fmt: skip
    abc.new("sqlite://", told.observed)
    history = abc.run(max_nr_populations=POPULATIONS)
    draws, weights = history.get_distribution()
    return draws, np.asarray(weights), int(history.total_nr_simulations)


def by_sbi(world: fs.Scenario, told: ForOtherTools) -> Way:
    """A neural density of inputs given reports, learnt from reports that runs would give."""
    prior = told.sbi_prior()
    import torch
    from sbi.inference import NPE
    from sbi.utils.tracking import TensorBoardTracker
    from torch.utils.tensorboard.writer import SummaryWriter

    torch.manual_seed(SEED)
    torch.set_num_threads(1)  # so that sums have the same last bits everywhere
    theta = prior.sample((SIMULATIONS,))
    with TemporaryDirectory() as logs:  # else sbi leaves a folder sbi-logs
        tracker = TensorBoardTracker(SummaryWriter(logs))
        inference = NPE(prior, show_progress_bars=False, tracker=tracker)
        inference.append_simulations(theta, told.sbi_reports(theta)).train()
    posterior = inference.build_posterior().set_default_x(told.sbi_observed())
    drawn = posterior.sample((DRAWS,), show_progress_bars=False).numpy()
    return pd.DataFrame(drawn, columns=list(told.factors)), np.ones(DRAWS), SIMULATIONS


WAYS: dict[str, Callable[[fs.Scenario, ForOtherTools], Way]] = {
    "fs.calibrate": by_flowsim,
    "pyABC": by_pyabc,
    "sbi": by_sbi,
}


def intervals(name: str, way: Way) -> list[dict[str, object]]:
    """Mean and 90 % of each input."""
    draws, weights, runs = way
    rows: list[dict[str, object]] = []
    for factor, truth in TRUTH.items():
        values = draws[factor].to_numpy()
        order = np.argsort(values)
        below = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
        low, high = np.interp([0.05, 0.95], below, values[order])
        mean = np.average(values, weights=weights)
        rows.append({"input": factor, "by": name, "truth": truth, "mean": mean, "low": low,
                     "high": high, "runs": runs})  # fmt: skip
    return rows


def main(file: Path | None = None) -> pd.DataFrame:
    """Learn by all ways, print the table, and write it where a file is named."""
    truth = for_other_tools(reported({}), seed="truth").simulate(TRUTH)
    world = reported(truth)
    told = for_other_tools(world, seed=SEED)
    rows = [row for name, by in WAYS.items() for row in intervals(name, by(world, told))]
    table = pd.DataFrame(rows).sort_values("input", kind="stable")
    print(table.round(2).to_string(index=False))
    if file is not None:
        table.to_csv(file, index=False, float_format="%.4f", lineterminator="\n")
    return table


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
