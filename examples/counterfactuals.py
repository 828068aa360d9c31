"""The counterfactuals of June 2010: many paired runs, and a table with intervals.

Each member is one seed, and under one seed the same people have the same nerves whatever the border
does: so a counterfactual is held against the reported policy member by member.

    python examples/counterfactuals.py --members 30 --jobs 2

takes some seven seconds a run and core, adds what is missing to the file of members, and prints the
table of all that is in it. Interrupted, it goes on where it stopped.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import t
from tqdm import tqdm

import flowsim as fs

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "kyrgyz_uzbek_2010"
MEMBERS = SCENARIO / "variants" / "members.csv"
REPORTED = "as reported"
VARIANTS = {
    REPORTED: SCENARIO,
    "open throughout": SCENARIO / "variants" / "open.yaml",
    "blockade": SCENARIO / "variants" / "blockade.yaml",
    "a day earlier": SCENARIO / "variants" / "a_day_earlier.yaml",
    "5,000 a day": SCENARIO / "variants" / "five_thousand_a_day.yaml",
    "bound by capacity": SCENARIO / "variants" / "bound_by_capacity.yaml",
    "men too": SCENARIO / "variants" / "men_too.yaml",
    "corridors": SCENARIO / "variants" / "corridors.yaml",
    "peacekeepers": SCENARIO / "variants" / "peacekeepers.yaml",
    "no order to shoot": SCENARIO / "variants" / "no_order_to_shoot.yaml",
    "Bishkek too": SCENARIO / "variants" / "bishkek.yaml",
    "no pressed return": SCENARIO / "variants" / "no_pressed_return.yaml",
}
MEASURES = {
    "admitted": "admitted",
    "refused": "refused",
    "waiting_peak": "waiting at the peak",
    "person_days_exposed": "exposure, person-days",
    "deaths": "deaths",
    "sheltered_abroad_peak": "in camps at the peak",
    "sheltered_abroad_at_end": "in camps on 28 June",
    "families_split": "families split",
    "deaths_while_barred": "deaths while barred",
}
"""Columns of the file of members, and what a table calls them."""
COLUMNS = ["variant", "seed", "digest", *MEASURES]
"""Of the file of members."""
SHOWN = 7
"""So many of the measures stand in the table that is printed."""
LEVEL = 0.90


def digest(name: str) -> str:
    """What a member's row is known by: the variant as it is now."""
    return fs.load(VARIANTS[name]).digest()


def member(name: str, seed: int) -> dict[str, str | int | float]:
    """Run one member of a variant and keep what is compared."""
    scenario = fs.load(VARIANTS[name])
    table = fs.run(scenario, seed=seed).policy_effects()
    effect = table[table["where"] == "all"].set_index("measure")["value"].groupby(level=0).first()
    effect["admitted"] += effect["exempt"]  # an exemption lets in too
    kept = {key: float(effect[key]) for key in MEASURES}
    return {"variant": name, "seed": seed, "digest": scenario.digest(), **kept}


def missing(path: Path, members: int) -> list[tuple[str, int]]:
    """Members that a file does not have yet, or has of a variant that was another then.

    Whether the model was another it cannot tell: after a change of it, begin a new file.
    """
    done = set()
    known = {name: digest(name) for name in VARIANTS}
    if path.exists():
        with path.open(encoding="utf-8") as file:
            done = {
                (row["variant"], int(row["seed"]))
                for row in csv.DictReader(file)
                if known.get(row["variant"]) == row["digest"]
            }
    wanted = [(name, seed) for seed in range(1, members + 1) for name in VARIANTS]
    return [pair for pair in wanted if pair not in done]


def run(path: Path, pairs: Iterable[tuple[str, int]], jobs: int) -> None:
    """Run members and add each to the file as it is done; at the end put them in order."""
    pairs = list(pairs)
    with ProcessPoolExecutor(jobs) as pool, path.open("a", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        if file.tell() == 0:
            writer.writeheader()
        tasks = [pool.submit(member, *pair) for pair in pairs]
        for task in tqdm(as_completed(tasks), total=len(tasks), unit="run", disable=None):
            writer.writerow(task.result())
            file.flush()
    order = {name: i for i, name in enumerate(VARIANTS)}
    frame = pd.read_csv(path).drop_duplicates(["variant", "seed"], keep="last")
    frame = frame[frame["variant"].isin(order)]
    frame = frame.sort_values(["variant", "seed"], key=lambda c: c.map(order).fillna(c))
    frame.to_csv(path, index=False, float_format="%.10g")


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Median of members and the range that holds 90 % of them."""
    tail = (1.0 - LEVEL) / 2.0
    low, middle, high = np.quantile(values, [tail, 0.5, 1.0 - tail])
    return float(middle), float(low), float(high)


def difference(values: np.ndarray) -> tuple[float, float, float]:
    """Mean of paired differences and its 90 % interval (Student's t)."""
    mean, n = float(values.mean()), values.size
    half = float(t.ppf(0.5 + LEVEL / 2.0, n - 1) * values.std(ddof=1) / np.sqrt(n))
    return mean, mean - half, mean + half


def compared(frame: pd.DataFrame) -> pd.DataFrame:
    """Median, difference and both intervals for each variant and measure, one a row."""
    rows = []
    wide = frame.set_index(["variant", "seed"])
    base = wide.loc[REPORTED]
    for name in (name for name in VARIANTS if name in wide.index.get_level_values(0)):
        own = wide.loc[name]
        shared = own.index.intersection(base.index)
        for measure in MEASURES:
            paired = (own.loc[shared, measure] - base.loc[shared, measure]).to_numpy()
            rows.append((name, measure, len(shared), *interval(own[measure].to_numpy()),
                         *difference(paired)))  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=["variant", "measure", "members", "median", "low", "high",
                 "difference", "difference_low", "difference_high"],
    )  # fmt: skip


def markdown(table: pd.DataFrame) -> str:
    """The table as the README has it."""
    measures = list(MEASURES)[:SHOWN]
    lines = [
        "| | " + " | ".join(MEASURES[m] for m in measures) + " |",
        "| --- " * (SHOWN + 1) + "|",
    ]
    for name, rows in table.groupby("variant", sort=False):
        of = rows.set_index("measure")
        cells = [f"**{name}**"]
        for measure in measures:
            row = of.loc[measure]
            cell = f"{row['median']:,.0f} ({row['low']:,.0f} to {row['high']:,.0f})"
            if name != REPORTED:
                told = (row[key] for key in ("difference", "difference_low", "difference_high"))
                cell += "<br>{:+,.0f} ({:+,.0f} to {:+,.0f})".format(*told)
            cells.append(cell)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, default=30, help="seeds 1 to this (30)")
    parser.add_argument("--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--file", type=Path, default=MEMBERS, help="file of members")
    asked = parser.parse_args()
    todo = missing(asked.file, asked.members)
    if todo:
        run(asked.file, todo, asked.jobs)
    print(markdown(compared(pd.read_csv(asked.file))))


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
