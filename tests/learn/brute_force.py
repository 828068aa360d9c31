"""Sobol's indices of a small world by brute force: conditional variances by nested runs.

    python -m tests.learn.brute_force

writes ``brute_force.csv`` beside this file, in some minutes of one core: the indices of
`flowsim.sensitivity` with their intervals, and those of nested Monte Carlo, of which nothing is
shared but the runs of the model itself. Another seed is drawn for each.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

import flowsim as fs
from flowsim.study.sampling import sampled

PATH = Path(__file__).with_name("brute_force.csv")
GATE, RATE, STOP = (
    "routes[Bridge].gate_per_hour",
    "behaviour.leaving.violence_per_day",
    "borders[Here-There].authorities[There].policies[closure].stop",
)
FACTORS = (GATE, RATE, STOP, "chance")
OUTCOME = "let_through"
OUTER, INNER, HELD, AGAIN = 16, 20, 160, 2
RUNS = 768
HARD = {"distribution": "uniform"}
"""Of all inputs, so that no draw contradicts another and is passed over."""

Model = Callable[[np.ndarray], float]
"""An outcome at positions of the factors, the last of which is chance."""


def small_world() -> fs.Scenario:
    """The teaching world, cut at its fourth day, in long steps, with three uncertain inputs."""
    world = fs.teaching_world()
    values = {
        GATE: {"value": 60, "low": 25, "high": 120, **HARD},
        RATE: {"value": 1.5, "low": 0.4, "high": 4.0, **HARD},
        STOP: {
            "value": "2030-05-04T06:00",
            "low": "2030-05-03T06:00",
            "high": "2030-05-05T00:00",
            **HARD,
        },
        "end": "2030-05-05T00:00",
        "step": "12h",
        "record": "12h",
        "grid": "12h",
    }
    return world.with_values(values)


def outcome(world: fs.Scenario) -> Model:
    """What a run of the world comes to."""

    def run(where: np.ndarray) -> float:
        position = dict(zip(FACTORS[:-1], where[:-1].tolist(), strict=True))
        result = fs.run(sampled(world, position), seed=f"brute {where[-1]:.12f}", provenance=False)
        through = result.data["outcomes"].sel(outcome=["admitted", "exempt"])  # let through
        return float(through.sum())

    return run


def first_order(model: Model, factor: int, factors: int, rng: np.random.Generator) -> np.ndarray:
    """Outcomes (OUTER, INNER): the factor at the middles of equal parts, all others anywhere."""
    middles = (np.arange(OUTER) + 0.5) / OUTER
    where = rng.uniform(size=(OUTER, INNER, factors))
    where[:, :, factor] = middles[:, None]
    rows = where.reshape(-1, factors)
    return np.array([model(row) for row in tqdm(rows, leave=False)]).reshape(OUTER, INNER)


def total(model: Model, factor: int, factors: int, rng: np.random.Generator) -> np.ndarray:
    """Outcomes (HELD, AGAIN): all others held, the factor anywhere."""
    where = np.repeat(rng.uniform(size=(HELD, 1, factors)), AGAIN, axis=1)
    where[:, :, factor] = rng.uniform(size=(HELD, AGAIN))
    rows = where.reshape(-1, factors)
    return np.array([model(row) for row in tqdm(rows, leave=False)]).reshape(HELD, AGAIN)


def indices(model: Model, factors: int, seed: int) -> pd.DataFrame:
    """``S1`` and ``ST`` of each factor by nested runs, with their standard errors.

    S1 is the variance of conditional means, less what the noise of each mean adds to it; ST the
    mean of conditional variances.
    """
    rng = np.random.default_rng(seed)
    ones = [first_order(model, i, factors, rng) for i in range(factors)]
    alls = [total(model, i, factors, rng) for i in range(factors)]
    whole = float(np.concatenate([values.ravel() for values in ones]).var())
    rows = []
    for one, every in zip(ones, alls, strict=True):
        inner = one.var(axis=1, ddof=1)
        s1 = (one.mean(axis=1).var() - (inner / INNER).mean()) / whole
        # Of each conditional mean the error is known; its square enters the variance of means.
        apart = one.mean(axis=1) - one.mean()
        error = np.sqrt((4.0 * apart**2 * inner / INNER + 2.0 * (inner / INNER) ** 2).sum()) / OUTER
        within = every.var(axis=1, ddof=1)
        rows.append((s1, error / whole, within.mean() / whole,
                     within.std(ddof=1) / np.sqrt(HELD) / whole))  # fmt: skip
    return pd.DataFrame(rows, columns=["S1", "S1_error", "ST", "ST_error"])


def main(seed: int = 20) -> None:
    """Write the table."""
    world = small_world()
    told = fs.sensitivity(
        world, outcomes=OUTCOME, method="sobol", runs=RUNS, seed=1, inputs=list(FACTORS[:-1]),
        progress=True,
    ).table  # fmt: skip
    nested = indices(outcome(world), len(FACTORS), seed)
    rows = []
    for name in ("S1", "ST"):
        for i, factor in enumerate(FACTORS):
            [own] = told[(told["factor"] == factor) & (told["index"] == name)].to_dict("records")
            brute, error = nested.loc[i, name], nested.loc[i, f"{name}_error"]
            rows.append((factor, name, own["value"], own["low"], own["high"], brute, error))
    columns = ["factor", "index", "sobol", "low", "high", "brute_force", "standard_error"]
    table = pd.DataFrame(rows, columns=columns)
    table.to_csv(PATH, index=False, float_format="%.4f", lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    main()
