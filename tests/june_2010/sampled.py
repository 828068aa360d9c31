"""June 2010 with one household in ten and in a hundred: what the sample changes, against chance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

import flowsim as fs
from flowsim.evidence.quantities import quantity
from flowsim.study.keep import effects_of
from tests.june_2010.test_targets import SCENARIO

SIZES = {"all": 1, "one in 10": 10, "one in 100": 100}
SEEDS = range(1, 11)


def sampled(seed: int, changes: Mapping[str, object]) -> dict[str, float]:
    """Outcomes of one run."""
    result = fs.run(fs.load(SCENARIO).with_values(changes), seed=seed)
    effects = effects_of(result.data).to_series()
    crossed = quantity(result, "crossed")
    inside = result.people.sel(status="displaced").sum(["place", "group"])
    waited = float(effects["person_days_waited"]) * 24.0
    return {
        "crossed by the end of 12 June": float(crossed.sel(time="2010-06-13T00:00")),
        "crossed by the end of 13 June": float(crossed.sel(time="2010-06-14T00:00")),
        "crossed by the end of 15 June": float(crossed.sel(time="2010-06-16T00:00")),
        "let through": effects["let_through"],
        "most who wait at once": effects["waiting_peak"],
        "most at Madaniyat, the second smallest": effects["Madaniyat: waiting_peak"],
        "mean hours in a queue, by visit": waited / float(effects["reached"]),
        "displaced inside, most at once": float(inside.max()),
        "deaths": effects["deaths"],
        "person-days in danger": effects["person_days_exposed"],
        "families split": effects["families_split"],
    }


def sampled_table(columns: Mapping[str, pd.DataFrame]) -> str:
    """Mean and standard deviation of single runs, by size of the sample."""
    lines = ["| | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    for name in next(iter(columns.values())):
        cells = [f"{_told(v[name].mean())} ± {_told(v[name].std())}" for v in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _told(value: float) -> str:
    """A number with three digits that count, or all before the point up to a thousand."""
    digits = 3 - 1 - int(np.floor(np.log10(max(abs(value), 1e-9))))
    if value >= 1_000.0:
        return f"{round(value, max(digits, -2)):,.0f}"
    return f"{value:,.{min(max(digits, 0), 2)}f}"
