"""Forecast what came after 27 September 2023 from what was known that evening.

Inputs of the scenario are drawn from their ranges, and those draws are kept whose arrivals come
within 15 % of every count up to the evening of 27 September. What these runs say of the days after
is the forecast; its table is scenarios/karabakh_2023/forecast.csv.

    python examples/forecast_karabakh.py 300 out/karabakh_forecast.csv

draws 300 times, which takes a few minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import flowsim as fs
from flowsim.evidence.quantities import quantity
from flowsim.world.config import Place

SCENARIO, WITHIN, SEED = "karabakh_2023", 0.15, 2023
INPUTS = ["behaviour*", "routes*", "threats*", "road_events*", "borders*"]
PEOPLE = (90_000.0, 130_000.0)
"""Residents before; all places move together."""
FUEL = ((1_000.0, 1_500.0, 2_200.0), (8_000.0, 14_000.0, 20_000.0), (5_500.0, 7_000.0, 9_000.0))
"""Vehicles a day that find fuel, lowest, in the scenario, highest: from 24 September, from the
afternoon of the 25th, from that evening. All places move together."""
DAYS = pd.date_range("2023-09-28", "2023-10-04")
"""At the end of each day from 27 September to 3 October."""


def drawn(study: fs.Study, base: fs.Scenario, k: int) -> fs.Scenario | None:
    """The scenario with inputs of draw k; None where they are impossible together."""
    dice = np.random.default_rng([SEED, k])
    total = dice.uniform(*PEOPLE) / sum(p.population for p in base.places if _is_home(p))
    values: dict[str, object] = {
        f"places[{p.name}].population": round(p.population * total)
        for p in base.places
        if _is_home(p)
    }
    for start, (low, usual, high) in zip(sorted({f.start for f in base.fuel}), FUEL, strict=True):
        factor = dice.uniform(low, high) / usual
        for i, row in enumerate(base.fuel):
            if row.start == start and row.vehicles_per_day is not None:
                values[f"fuel[{i}].vehicles_per_day"] = row.vehicles_per_day * factor
    try:
        return study.sampled(SCENARIO, k).with_values(values)
    except fs.ScenarioError:
        return None


def _is_home(place: Place) -> bool:
    return place.country == "Nagorno-Karabakh" and place.population > 0


def told(scenario: fs.Scenario, k: int) -> dict[str, float]:
    """What a run says: how far it is off the counts, and what comes after them."""
    result = fs.run(scenario, seed=k)
    across = quantity(result, "crossed")
    counts = [r for r in scenario.reports if r.use == "fit" and r.variable == "crossed"]
    off = [abs(float(across.sel(time=r.when)) / r.value - 1.0) for r in counts if r.value]
    left = result.people.isel(time=-1, place=result.data["country"].values == "Nagorno-Karabakh")
    hours = result.travel_time.isel(crossing=0)
    days = {f"across by {day:%Y-%m-%dT%H:%M}": float(across.sel(time=day)) for day in DAYS}
    return {
        "draw": k,
        "off": max(off),
        "people": sum(p.population for p in scenario.places if _is_home(p)),
        **days,
        "still there": float(left.sel(status=["at_home", "returned", "displaced"]).sum()),
        "on the way": float(left.sel(status=["moving", "waiting"]).sum()),
        "hours on 28 September": float(hours.sel(time=slice("2023-09-28", "2023-09-29")).mean()),
    }


def main(draws: int, file: Path, first: int = 1) -> None:
    """Draw, run, and write one row a draw."""
    base = fs.load(SCENARIO)
    study = fs.Study({SCENARIO: base}, samples=first + draws, seed=SEED, inputs=INPUTS)
    rows = []
    for k in range(first, first + draws):
        scenario = drawn(study, base, k)
        if scenario is not None:
            rows.append(told(scenario, k))
    table = pd.DataFrame(rows)
    table.to_csv(file, index=False, float_format="%.6g")
    kept = table[table["off"] <= WITHIN]
    print(f"{len(kept)} of {len(table)} draws come within {WITHIN:.0%} of every count")
    if len(kept):
        print(kept.drop(columns="draw").quantile([0.05, 0.5, 0.95]).T.round(2).to_string())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
