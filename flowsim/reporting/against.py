"""Reported figures beside simulated ones, of one run or of many members."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from flowsim.evidence.scorecard import SHORT, USES, against_reports, number, short_time, tally
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario


class ReportRow(NamedTuple):
    """A report and what runs have, in words."""

    id: str
    when: str
    what: str
    where: str
    reported: str
    simulated: str
    verdict: str
    use: str


def report_rows(results: Sequence[Result], scenario: Scenario) -> tuple[list[ReportRow], str]:
    """The rows of the table, and how many simulated figures lie inside their range.

    Of several runs: the median, and the range that holds 90 % of them.
    """
    frames = [against_reports(result, scenario) for result in results]
    first = frames[0]
    values = np.array([frame["simulated"].to_numpy(float) for frame in frames])
    inside = [frame["inside"].tolist() for frame in frames]
    rows = [
        _row(row, values[:, i], [told[i] for told in inside])
        for i, row in enumerate(first.to_dict("records"))
    ]
    counted = tally(first) if len(frames) == 1 else _of_many(inside, first["use"].tolist())
    return rows, counted if rows else ""


def _row(row: dict[Any, Any], values: np.ndarray, inside: list[Any]) -> ReportRow:
    share = row["unit"] == "share"
    known = values[np.isfinite(values)]
    simulated = number(float(np.median(known)), share) if known.size else "no value"
    if known.size > 1:
        low, high = (number(float(x), share) for x in np.quantile(known, [0.05, 0.95]))
        simulated += f" ({low} to {high})"
    low, high = (number(row[end], share) for end in ("low", "high"))
    point = number(row["reported"], share)
    span = f"{low} to {high}" if low and high else f"{low} or more" if low else f"up to {high}"
    is_bound = (point == low and not high) or (point == high and not low)
    told = f"{point} ({span})" if point and (low or high) and not is_bound else span
    told = told if low or high else point
    return ReportRow(
        row["id"], short_time(row["when"]).strip(), SHORT.get(row["variable"], row["variable"]),
        row["place"] or "all", told, simulated, _verdict(row, inside), USES[row["use"]],
    )  # fmt: skip


def _verdict(row: dict[Any, Any], inside: list[Any]) -> str:
    judged = [bool(told) for told in inside if told is not None]
    if not judged:
        return "no range"
    if len(inside) > 1:
        return f"inside in {sum(judged)} of {len(judged)}"
    if judged[0]:
        return "inside"
    return "below" if row["simulated"] < row["low"] else "above"


def _of_many(inside: list[list[Any]], uses: list[str]) -> str:
    """How many reports most members are inside of."""
    told = []
    for use, words in USES.items():
        columns = [[row[i] for row in inside] for i, own in enumerate(uses) if own == use]
        judged = [[bool(m) for m in column if m is not None] for column in columns]
        judged = [column for column in judged if column]
        if judged:
            most = sum(2 * sum(column) > len(column) for column in judged)
            told.append(f"{most} of {len(judged)} {words}")
    return f"inside their range in most runs: {', '.join(told) or 'no figure has one'}"
