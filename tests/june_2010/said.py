"""What a run of June 2010 says of the days after 15 June, which nobody fitted or compares."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

import flowsim as fs
from flowsim.results.result import Result
from tests.june_2010.test_targets import SCENARIO

MORNING = "2010-06-16T08:00"
NOONS = {"16 June": "2010-06-16T12:00", "20 June": "2010-06-20T12:00"}
FEW = 5_000
"""Places with fewer displaced on both days stand together in one row of the table."""


def said(seed: int, changes: Mapping[str, object]) -> dict[str, float]:
    """Those of one run of the scenario with other values."""
    setup = fs.load(SCENARIO).with_values({"end": "2010-06-20T18:00", **changes})
    return said_of(fs.run(setup, seed=seed))


def said_of(result: Result) -> dict[str, float]:
    """Persons waiting by crossing, displaced by place inside, sheltered by place abroad.

    Of the days that the run has.
    """
    waiting = result.waiting.sum("kind").sel(time=MORNING).to_series()
    values = {f"waiting: {crossing}": float(n) for crossing, n in waiting.items()}
    settled = result.people.sel(status=["displaced", "sheltered"]).sum(["status", "group"])
    days = {day: noon for day, noon in NOONS.items() if pd.Timestamp(noon) <= settled.time[-1]}
    for day, noon in days.items():
        for place, persons in settled.sel(time=noon).to_series().items():
            if persons > 0:
                values[f"{day}: {place}"] = float(persons)
    return values


def said_table(values: pd.DataFrame) -> str:
    """Medians over seeds, least and most."""
    values = values.fillna(0.0)
    waiting = [name for name in values if name.startswith("waiting: ")]
    lines = ["| waiting at, 16 June, 08:00 | persons |", "| --- | --- |"]
    lines += [f"| {name.removeprefix('waiting: ')} | {_told(values[name])} |" for name in waiting]
    lines.append(f"| **all crossings** | **{_told(values[waiting].sum(axis=1))}** |")

    places = list(dict.fromkeys(name.split(": ")[1] for name in values if name not in waiting))
    by_day = {
        day: pd.DataFrame({p: values.get(f"{day}: {p}", 0.0 * values.iloc[:, 0]) for p in places})
        for day in NOONS
    }
    many = [p for p in places if max(float(by_day[day][p].median()) for day in NOONS) >= FEW]
    rest = [p for p in places if p not in many]
    lines += ["", "| displaced or sheltered at, 12:00 | 16 June | 20 June |", "| --- | --- | --- |"]
    many.sort(key=lambda p: -float(by_day["16 June"][p].median()))
    for words, names in (*((p, [p]) for p in many), (f"{len(rest)} further places", rest)):
        cells = [_told(by_day[day][names].sum(axis=1)) for day in NOONS]
        lines.append(f"| {words} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _told(column: pd.Series) -> str:
    return f"{column.median():,.0f} ({column.min():,.0f} to {column.max():,.0f})"
