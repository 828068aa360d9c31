"""Tables of docs/model that rest on runs of June 2010, made and put into their pages.

Some 300 runs of June 2010, twenty minutes on two cores; or those of one table:

    python -m tests.june_2010.tables
    python -m tests.june_2010.tables added
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd

import flowsim as fs
from tests.june_2010.added import added, added_table, outcomes
from tests.june_2010.said import said, said_table
from tests.june_2010.sampled import SEEDS as SAMPLED_SEEDS
from tests.june_2010.sampled import SIZES, sampled, sampled_table
from tests.june_2010.test_targets import RANGES, SCENARIO, figures
from tests.pages import model_page_with, read

SEEDS = range(1, 21)
FEW_SEEDS = range(1, 4)
PAIRED_SEEDS = range(1, 6)
LEAVING = "behaviour.leaving"
ROUTES = "behaviour.routes"
PRIORITY = "borders[Kyrgyzstan-Uzbekistan].authorities[Uzbekistan].policies[who is let in].priority"

TARGETS = (
    ("across by noon of 12 June", "under 3,000"),
    ("across by the end of 12 June", "6,000 or more"),
    ("adults registered in the Andijan region by the end of 13 June", "25,000 to 46,000"),
    ("the same by the end of 14 June", "38,000 to 58,000"),
    ("across by the end of 15 June", "80,000 to 102,000"),
    ("waiting at the border on 14 June, 08:00", "8,000 to 35,000"),
    ("displaced inside on 15 June, 12:00", "200,000 to 400,000"),
    ("of those across by the end of 15 June: children under 15", "35 to 48 %"),
    ("the same: women", "48 to 62 %"),
    ("the same: men", "2 to 6 %"),
    ("dead in all", "414 to 500"),
    ("of the dead: Uzbek", "68 to 80 %"),
    ("of the dead: in Aravan, Nookat and Uzgen together", "under 3 %"),
)
"""A figure of `RANGES` in words, and its range as it is written."""

COLUMNS = (
    "12 June noon",
    "12 June end",
    "registered 13 June",
    "registered 14 June",
    "across 15 June",
    "waiting 14 June",
    "displaced inside 15 June",
    "children",
    "women",
    "men",
    "dead",
    "Uzbek of the dead",
)


def mechanisms() -> dict[str, dict[str, object]]:
    """What each row of the table changes: values by their path."""
    setup = fs.load(SCENARIO)
    leaving, routes = setup.behaviour.leaving, setup.behaviour.routes
    rates = ("violence_per_day", "news_per_day", "neighbours_per_day")
    without = [c for c in setup.conditions if c.kind != "roadblock"]
    foot = {f"{ROUTES}.foot_kmh": routes.foot_kmh / 2}
    return {
        "all on": {},
        "no news (`news_per_day` 0)": {f"{LEAVING}.news_per_day": 0.0},
        "no neighbours (`neighbours_per_day` 0)": {f"{LEAVING}.neighbours_per_day": 0.0},
        "no men stay at home (`men_stay` 0)": {f"{LEAVING}.men_stay": 0.0},
        "no roadblocks": {"conditions": without},
        "no gathering (`wait_cost_cap` 1000)": {f"{ROUTES}.wait_cost_cap": 1_000.0},
        "no priority at the gate": {PRIORITY: []},
        "hazard of leaving halved": {f"{LEAVING}.{r}": getattr(leaving, r) / 2 for r in rates},
        "walking time doubled (`foot_kmh` halved)": foot,
        "all travel time doubled (`road_kmh` too)": {
            **foot,
            f"{ROUTES}.road_kmh": routes.road_kmh / 2,
        },
    }


def written(name: str, value: float) -> str:
    """A figure as the page writes it: hundreds from a thousand on, tenths of small shares."""
    if "%" in name:
        return f"{value:.1f} %"
    return f"{round(value, -2):,.0f}" if value >= 1_000 else f"{value:.0f}"


def in_range(name: str, value: float) -> bool:
    low, high = RANGES[name]
    return low <= value <= high


def targets_table(values: pd.DataFrame) -> str:
    lines = [
        "| figure | reported range | simulated: median | least to most of 20 seeds | |",
        "| --- | --- | --- | --- | --- |",
    ]
    for (words, reported), name in zip(TARGETS, RANGES, strict=True):
        column = values[name]
        median, least, most = (written(name, f(column)) for f in (np.median, np.min, np.max))
        held = "inside" if in_range(name, float(column.median())) else "**outside**"
        lines.append(f"| {words} | {reported} | {median} | {least} to {most} | {held} |")
    return "\n".join(lines)


def mechanisms_row(words: str, values: pd.Series) -> str:
    cells = []
    for name in list(RANGES)[: len(COLUMNS)]:
        told = written(name, values[name])
        if "%" in name and not name.startswith("men"):
            told = f"{values[name]:.0f} %"
        cells.append(told if in_range(name, values[name]) else f"**{told}**")
    return f"| {words} | " + " | ".join(cells) + " |"


def put(page: str, name: str, table: str) -> str:
    pattern = rf"(<!-- table: {name} -->\n).*?(<!-- end -->)"
    return re.sub(pattern, lambda m: f"{m[1]}{table}\n{m[2]}", page, flags=re.DOTALL)


def runs_of(
    pool: Executor,
    work: Callable[[int, Mapping[str, object]], dict[str, float]],
    rows: Mapping[str, Mapping[str, object]],
    seeds: range,
) -> dict[str, pd.DataFrame]:
    """What each row gives, by seed."""
    jobs = {
        words: [pool.submit(work, s, changes) for s in seeds] for words, changes in rows.items()
    }
    return {
        words: pd.DataFrame([job.result() for job in row], index=list(seeds))
        for words, row in jobs.items()
    }


def targets_of(pool: Executor) -> str:
    return targets_table(runs_of(pool, figures, {"": {}}, SEEDS)[""])


def mechanisms_of(pool: Executor) -> str:
    head = "| | " + " | ".join(COLUMNS) + " |\n| --- |" + " --- |" * len(COLUMNS)
    rows = runs_of(pool, figures, mechanisms(), FEW_SEEDS)
    return "\n".join([head, *(mechanisms_row(w, values.median()) for w, values in rows.items())])


def added_of(pool: Executor) -> str:
    return added_table(runs_of(pool, outcomes, added(), PAIRED_SEEDS))


def said_of(pool: Executor) -> str:
    return said_table(runs_of(pool, said, {"": {}}, PAIRED_SEEDS)[""])


def one_in_of(pool: Executor) -> str:
    columns = {words: {"population.one_in": one_in} for words, one_in in SIZES.items()}
    return sampled_table(runs_of(pool, sampled, columns, SAMPLED_SEEDS))


TABLES: Mapping[str, Callable[[Executor], str]] = {
    "one_in": one_in_of,
    "targets": targets_of,
    "mechanisms": mechanisms_of,
    "added": added_of,
    "said": said_of,
}
"""By the name that stands in the page."""


def main(names: list[str]) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for name in names or TABLES:
            table = TABLES[name](pool)
            path = model_page_with(f"<!-- table: {name} -->")
            path.write_text(put(read(path), name, table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
