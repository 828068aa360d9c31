"""Simulation-based calibration: do 90 % intervals hold 90 % of made-up truths?

    python -m tests.learn.sbc [--truths 20] [--only WORLD]

Truths are drawn from the prior of four made-up worlds, each is run once, reports of it are made up
by the error model that the likelihood states, and learnt from. The rank of a truth among 99 draws
of its posterior is uniform if the whole is right (Talts et al. 2018). A row a truth and input goes
to `sbc.csv` beside this file; what is there is not done again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from scipy import stats

import flowsim as fs
from flowsim.draws import text_key
from flowsim.evidence.discrepancy import within
from flowsim.evidence.predicted import predicted
from flowsim.evidence.statements import Z95, Statement, originators, read
from flowsim.learn.particles import systematic
from flowsim.learn.simulators import Reports
from flowsim.learn.waves import Budget, Learnt, learn
from flowsim.study.inputs import doubts, uncertain
from flowsim.study.sampling import sampled
from flowsim.world.reported import Evidence, Report
from tests.worlds import small_scenario

TABLE = Path(__file__).parent / "sbc.csv"
FIELDS = ("world", "truth", "factor", "rank", "effective", "by")
DRAWS = 99
RUNS = 160
BINS = 10


def _ranged(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def closure() -> tuple[fs.Scenario, list[Statement]]:
    """A border that is shut for 18 hours; chance is about as large as the errors of reports."""
    world = small_scenario(end="2010-06-11T18:00", step="2h", record="2h").with_values(
        {
            "behaviour.leaving.violence_per_day": _ranged(3.0, 1.0, 5.0),
            "behaviour.leaving.men_stay": _ranged(0.5, 0.2, 0.8),
            "places[Camp].capacity": _ranged(500, 100, 900),
        }
    )
    return world, [
        _told("a", "2010-06-11T06:00", "displaced_inside", 20.0, "one"),
        _told("b", "2010-06-11T18:00", "displaced_inside", 20.0, "one"),
        _told("c", "2010-06-11T18:00", "stock_abroad", 6.0, "two"),
    ]


def camps() -> tuple[fs.Scenario, list[Statement]]:
    """Open from the start, twice as many people; errors are larger than chance."""
    world = small_scenario(end="2010-06-11T18:00", step="2h", record="2h").with_values(
        {
            "places[Town].population": 1200,
            "behaviour.leaving.violence_per_day": _ranged(6.0, 2.0, 12.0),
            "behaviour.routes.settle_abroad": _ranged(2.0, 0.0, 5.0),
            "behaviour.routes.km_cost": _ranged(0.1, 0.04, 0.25),
            "routes[1].gate_per_hour": _ranged(200, 60, 500),
        }
    )
    world = world.replace_policies("Here-There", fs.policy.Open())
    return world, [
        _told("a", "2010-06-11T06:00", "crossed", 40.0, "one"),
        _told("b", "2010-06-11T18:00", "crossed", 60.0, "one"),
        _told("c", "2010-06-11T12:00", "displaced_inside", 60.0, "two"),
        _told("d", "2010-06-11T18:00", "share_men", 0.05, "three"),
    ]


def harm() -> tuple[fs.Scenario, list[Statement]]:
    """Deaths are counted, two inputs are linked, and one cannot act."""
    world = small_scenario(end="2010-06-11T18:00", step="2h", record="2h").with_values(
        {
            "behaviour.leaving.violence_per_day": _ranged(2.0, 0.7, 6.0),
            "behaviour.leaving.news_per_day": _ranged(1.0, 0.3, 3.0),
            "behaviour.harm.deaths_per_day": _ranged(0.2, 0.05, 0.6),
            "behaviour.returning.calm": _ranged(0.1, 0.03, 0.3),
            "linked": [
                {
                    "name": "leaving",
                    "by": "rank",
                    "inputs": [
                        "behaviour.leaving.violence_per_day",
                        "behaviour.leaving.news_per_day",
                    ],
                }
            ],
        }
    )
    return world, [
        _told("a", "2010-06-11T18:00", "deaths", 3.0, "one"),
        _told("b", "2010-06-11T06:00", "displaced_inside", 40.0, "two"),
        _told("c", "2010-06-11T18:00", "displaced_inside", 40.0, "two"),
    ]


def unsure() -> tuple[fs.Scenario, list[Statement]]:
    """As `camps`, with discrepancies as large as errors of counting, or a third to three times."""
    world, told = camps()
    return world, [replace(s, sd_discrepancy=s.sd_low, discrepancy_within=3.0) for s in told]


WORLDS: dict[str, Callable[[], tuple[fs.Scenario, list[Statement]]]] = {
    "closure": closure,
    "camps": camps,
    "harm": harm,
    "unsure": unsure,
}


def _told(name: str, when: str, variable: Any, sd: float, originator: str) -> Statement:
    """A statement whose error is the same whatever it says: as a density it has to add up to 1."""
    told = Report(id=name, when=when, variable=variable, value=1.0, originator=originator)
    evidence = Evidence(other_discrepancy=0.0, same_originator=0.5, degrees_of_freedom=6.0)
    return replace(read(told, evidence), sd_low=sd, sd_high=sd, rounded_to=0.0)


class Direct:
    """Runs of a world, without a store."""

    def __init__(self, world: fs.Scenario, statements: list[Statement], seed: str) -> None:
        self.world, self.statements, self.seed = world, statements, seed
        self.leaders = doubts([world], uncertain([world]))
        self.factors = tuple(dict.fromkeys(self.leaders.values()))
        self._done = np.empty((0, len(statements)))

    def fits(self, positions: np.ndarray) -> np.ndarray:
        return np.ones(len(positions), dtype=np.bool_)

    def __call__(self, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        new = [
            self.one(row, f"{self.seed}.{i}")
            for i, row in enumerate(positions[len(self._done) :], len(self._done))
        ]
        self._done = np.vstack([self._done, *new])
        return self._done, np.zeros_like(self._done)

    def one(self, row: np.ndarray, seed: str) -> np.ndarray:
        where = dict(zip(self.factors, row.tolist(), strict=True))
        by_path = {path: where[leader] for path, leader in self.leaders.items()}
        run = fs.run(sampled(self.world, by_path), seed=seed, provenance=False)
        return np.asarray(predicted(run, self.statements))


def made_up(statements: list[Statement], values: np.ndarray, rng: Any) -> list[Statement]:
    """Reports of a run, by the errors that the likelihood states."""
    size = within(statements) ** (rng.normal() / Z95) if within(statements) > 1.0 else 1.0
    told = {}
    groups: dict[tuple[str, str], list[Statement]] = {}
    for own in originators(statements).values():
        for s in own:
            groups.setdefault((s.originator, s.quantity), []).append(s)
    at = {s.id: i for i, s in enumerate(statements)}
    for group in groups.values():
        freedom, shared = group[0].freedom, rng.normal()
        scale = Z95 / stats.t.ppf(0.95, freedom) / np.sqrt(rng.gamma(freedom / 2, 2 / freedom))
        for s in group:
            rho = s.correlation if len(group) > 1 else 0.0
            error = np.sqrt(rho) * shared + np.sqrt(1.0 - rho) * rng.normal()
            told[s.id] = replace(s, value=float(values[at[s.id]] + scale * s.sd_low * error))
            if s.sd_discrepancy:
                off = scale * size * s.sd_discrepancy * rng.normal()
                told[s.id] = replace(told[s.id], value=told[s.id].value + float(off))
    return [told[s.id] for s in statements]


def once(world: str, truth: int) -> list[tuple[Any, ...]]:
    """Learn one made-up truth: rank, effective samples and way of weighting, by input."""
    scenario, statements = WORLDS[world]()
    rng = np.random.default_rng(int(text_key("sbc", world, truth)))
    direct = Direct(scenario, statements, f"sbc.{world}.{truth}")
    while True:  # a share of nobody cannot be reported
        own = rng.random(len(direct.factors))
        values = direct.one(own, f"truth.{world}.{truth}.{rng.integers(2**31)}")
        if np.isfinite(values).all():
            break
    told = Reports(tuple(made_up(statements, values, rng)))
    learnt: Learnt = learn(direct, told, Budget(RUNS), truth)
    drawn = learnt.positions[systematic(learnt.weights, DRAWS, rng)]
    ranks = (drawn < own).sum(axis=0)
    return [
        (world, truth, factor, int(rank), round(learnt.effective, 1), learnt.by)
        for factor, rank in zip(learnt.factors, ranks, strict=True)
    ]


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """By world and in all: truths, inputs, coverage of 90 % intervals, uniformity of ranks.

    ``chi2_p`` is of ten bins; ``ecdf`` is the largest distance of the ranks' distribution from a
    uniform one, ``band`` what 95 % of as many uniform ranks stay below (Sailynoja et al. 2022).
    """
    rows = []
    for world, own in [*table.groupby("world", sort=False), ("all", table)]:
        ranks = own["rank"].to_numpy()
        inside = (ranks >= 0.05 * (DRAWS + 1)) & (ranks < 0.95 * (DRAWS + 1))
        counts = np.histogram(ranks, BINS, (0, DRAWS + 1))[0]
        apart, band = _apart(ranks), _band(len(ranks))
        truths = own[["world", "truth"]].drop_duplicates()
        rows.append(
            (world, len(truths), len(own), inside.mean(), stats.chisquare(counts).pvalue,
             apart, band, own["effective"].median())
        )  # fmt: skip
    names = ["world", "truths", "ranks", "coverage", "chi2_p", "ecdf", "band", "effective"]
    return pd.DataFrame(rows, columns=names)


def _apart(ranks: np.ndarray) -> float:
    grid = np.arange(1, DRAWS + 1)
    return float(np.abs((ranks[:, None] < grid).mean(axis=0) - grid / (DRAWS + 1)).max())


def _band(count: int) -> float:
    rng = np.random.default_rng(1)
    drawn = [_apart(rng.integers(0, DRAWS + 1, count)) for _ in range(1000)]
    return float(np.quantile(drawn, 0.95))


def markdown(told: pd.DataFrame) -> str:
    """The summary as it stands in MODEL.md."""
    head = ("world", "truths", "ranks", "90 % intervals hold", "chi-square, p",
            "distance from uniform", "95 % band", "effective samples, median")  # fmt: skip
    rows = [
        (r["world"], str(r["truths"]), str(r["ranks"]), f"{100 * r['coverage']:.1f} %",
         f"{r['chi2_p']:.2f}", f"{r['ecdf']:.3f}", f"{r['band']:.3f}", f"{r['effective']:.0f}")
        for r in told.to_dict("records")
    ]  # fmt: skip
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def read_table() -> pd.DataFrame:
    return pd.read_csv(TABLE)


@click.command()
@click.option("--truths", default=20, show_default=True, help="Of each world.")
@click.option("--only", type=click.Choice(list(WORLDS)))
def main(truths: int, only: str | None) -> None:
    """Do what is missing in the table, and print its summary."""
    if not TABLE.exists():
        TABLE.write_text(",".join(FIELDS) + "\n", encoding="utf-8")
    done = set(read_table()[["world", "truth"]].itertuples(index=False, name=None))
    for truth in range(1, truths + 1):
        for world in [only] if only else WORLDS:
            if (world, truth) in done:
                continue
            rows = once(world, truth)
            with TABLE.open("a", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
    click.echo(markdown(summary(read_table())))


if __name__ == "__main__":
    main()
