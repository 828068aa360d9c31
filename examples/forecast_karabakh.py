"""Forecast what came after 27 September 2023 from what was known that evening.

Inputs of the scenario are drawn from their ranges, and those draws are kept whose arrivals come
within 15 % of every count up to the evening of 27 September (25 % of the first two). What these
runs say of the days after is the forecast; scenarios/karabakh_2023/forecast.csv has all draws.
Residents and fuel are drawn here, by one factor each, as scenarios could not yet link inputs by a
factor (`linked:`) when it was made. It stays as it was, since that file is what it gave.

    python examples/forecast_karabakh.py 400 out/karabakh_forecast.csv

draws 400 times, which takes some ten minutes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import flowsim as fs
from flowsim.evidence.quantities import quantity
from flowsim.world.config import Place

SCENARIO, SEED, GIVEN = "karabakh_2023", 2023, "2023-09-27T20:00"
WITHIN, BY_CHANCE, FEW = 0.15, 0.25, 2_000
"""How far off a count may be; of the first two, of few people, a run is off by 10 % by chance."""
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


def off(scenario: fs.Scenario, k: int) -> float:
    """How far a run is off the counts at worst, as a part of what is allowed; 1 is just allowed."""
    result = fs.run(scenario.with_values({"end": GIVEN}), seed=k)
    across = quantity(result, "crossed")
    counts = [r for r in scenario.reports if r.use == "fit" and r.variable == "crossed"]
    return max(
        abs(float(across.sel(time=r.when)) / r.value - 1.0)
        / (WITHIN if r.value > FEW else BY_CHANCE)
        for r in counts
        if r.value
    )


def told(scenario: fs.Scenario, k: int) -> dict[str, float]:
    """What a run says of the days after."""
    result = fs.run(scenario, seed=k)
    across = quantity(result, "crossed")
    left = result.people.isel(time=-1, place=result.data["country"].values == "Nagorno-Karabakh")
    hours = result.hours_on_the_way.sel(crossing="Hakari bridge").to_series()
    return {
        **{f"across by {day:%Y-%m-%d}": float(across.sel(time=day)) for day in DAYS},
        "still there": float(left.sel(status=["at_home", "returned", "displaced"]).sum()),
        "on the way": float(left.sel(status=["moving", "waiting"]).sum()),
        "hours on the way, median": float((hours.cumsum() / hours.sum() >= 0.5).idxmax()),
    }


def main(draws: int, file: Path, first: int = 1) -> None:
    """Draw, run, and write one row a draw."""
    base = fs.load(SCENARIO)
    study = fs.Study({SCENARIO: base}, samples=first + draws, seed=SEED, inputs=INPUTS)
    rows: list[dict[str, float]] = []
    for k in range(first, first + draws):
        scenario = drawn(study, base, k)
        if scenario is None:
            continue
        row: dict[str, float] = {"draw": k, "off": off(scenario, k)}
        row["people"] = sum(p.population for p in scenario.places if _is_home(p))
        rows.append(row | (told(scenario, k) if row["off"] <= 1.0 else {}))
        pd.DataFrame(rows).to_csv(file, index=False, float_format="%.6g")
    kept = pd.DataFrame(rows).query("off <= 1")
    print(f"{len(kept)} of {len(rows)} draws agree with every count")
    if len(kept):
        print(kept.drop(columns="draw").quantile([0.05, 0.5, 0.95]).T.round(2).to_string())


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
