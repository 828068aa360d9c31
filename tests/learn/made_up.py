"""Sensitivities of made-up functions, as runs would have given them."""

import numpy as np
import pandas as pd

from flowsim.learn import designs
from flowsim.learn.sensitivity import COLUMNS, Sensitivity

LONG = "borders[Kyrgyzstan-Uzbekistan].authorities[Uzbekistan].policies[push-back].stop"


def made_up(method: designs.Method = "morris", factors: int = 14) -> Sensitivity:
    """Two outcomes of many factors, of which the first ones matter most."""
    names = [LONG, *(f"behaviour.leaving.rate_{i}" for i in range(factors - 1)), "chance"]
    made = designs.design(method, names, most=500)
    rng = np.random.default_rng(2)
    rows = []
    for outcome, unit, size in (("let_through", "persons", 5e4), ("load_peak", "share", 1.0)):
        weights = size * rng.normal(size=len(names)) / np.arange(1, len(names) + 1)
        where = made.positions.to_numpy()
        values = where @ weights + 0.5 * size * where[:, 0] * where[:, 1]
        rows += [
            (outcome, unit, "open less as reported", i.factor, int(i.factor != "chance"), *i[1:5],
             len(values), i.holds)
            for i in made.indices(values, 0.9)
        ]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return Sensitivity(table, method, 0.9, f"{made.blocks} blocks.")
