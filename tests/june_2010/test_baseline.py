"""The daily outputs of June 2010 for one seed, held against a small text file.

To accept what has moved: ``FLOWSIM_BASELINE="why it moved" pytest tests/june_2010``; the reason is
written into the file.
"""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

import flowsim as fs

SCENARIO = Path("scenarios/kyrgyz_uzbek_2010")
BASELINE = SCENARIO / "baseline.csv"
SEED = 1
KEYS = ["day", "quantity"]
FLOAT = 1e-9
"""Floats may differ by this much, relatively, from one machine to another; integers not at all."""


def daily_outputs() -> pd.DataFrame:
    """What the baseline holds: day, quantity, value; integers as integers."""
    days = fs.run(fs.load(SCENARIO), seed=SEED).daily()
    columns: dict[str, pd.Series] = {}
    people = days.people.sum(["place", "group"])
    for status in people.status.values:
        columns[f"people {status}"] = people.sel(status=status).to_series()
    outcomes = days.outcomes.sum(["crossing", "kind"])
    for outcome in outcomes.outcome.values:
        columns[f"at crossings {outcome}"] = outcomes.sel(outcome=outcome).to_series()
    for crossing in days.crossing.values:
        admitted = days.outcomes.sel(crossing=crossing, outcome="admitted").sum("kind")
        columns[f"admitted {crossing}"] = admitted.to_series()
    for kind in days.kind.values:
        columns[f"registered {kind}"] = days.registered.sel(kind=kind).sum("place").to_series()
    for name in ("deaths", "wounded", "exposure"):
        for group in days.group.values:
            columns[f"{name} {group}"] = days[name].sel(group=group).sum("place").to_series()
    columns["violence"] = days.violence.sum("place").to_series()
    rows = [
        (f"{day:%Y-%m-%d}", quantity, _text(value))
        for quantity, series in columns.items()
        for day, value in series.items()
        if value != 0
    ]
    return pd.DataFrame(rows, columns=[*KEYS, "value"]).sort_values(KEYS, ignore_index=True)


def _text(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:.12g}"


def moved(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Each value that is not what it was, told with both."""
    both = before.merge(after, on=KEYS, how="outer", suffixes=("_before", "_after")).fillna("0")
    return [
        f"{row.day} {row.quantity}: {row.value_before} -> {row.value_after}"
        for row in both.itertuples()
        if not _same(row.value_before, row.value_after)
    ]


def _same(before: str, after: str) -> bool:
    if before == after:
        return True
    if "." not in before + after:
        return False
    return float(after) == pytest.approx(float(before), rel=FLOAT)


def read_baseline() -> pd.DataFrame:
    return pd.read_csv(BASELINE, comment="#", dtype=str, keep_default_na=False)


def test_daily_outputs_are_what_they_were() -> None:
    after = daily_outputs()
    reason = os.environ.get("FLOWSIM_BASELINE", "").strip()
    if reason:
        head = f"# Daily outputs of seed {SEED}, zeros left out. Why they are these: {reason}\n"
        BASELINE.write_text(head + after.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    changes = moved(read_baseline(), after)
    assert not changes, f"{len(changes)} values moved:\n" + "\n".join(changes[:40])


def test_whatever_moves_is_named() -> None:
    before = read_baseline()
    after = before.copy()
    place = after.index[after["quantity"] == "people sheltered"][0]
    old = int(after.loc[place, "value"])
    after.loc[place, "value"] = str(old + 1)
    day = after.loc[place, "day"]
    assert moved(before, after) == [f"{day} people sheltered: {old} -> {old + 1}"]
    gone = before.drop(index=place)
    assert moved(before, gone) == [f"{day} people sheltered: {old} -> 0"]
