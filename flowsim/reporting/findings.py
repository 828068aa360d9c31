"""What came out, in a few sentences with their doubt."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flowsim.evidence.digest import figures
from flowsim.evidence.scorecard import short_time
from flowsim.results.result import Result
from flowsim.study.comparison import Comparison
from flowsim.study.doubt import BOTH, CHANCE, hold
from flowsim.study.table import called, decimals, number

TOLD = ("let_through", "waiting_peak", "deaths")
"""Outcomes of a study that are told in sentences; the table has the others."""
INTERVALS = "intervals and bands"
MOST = 8
"""Scenarios that are told in sentences."""


def of_run(result: Result) -> list[str]:
    """Sentences on a run.

    Examples
    --------
    >>> import flowsim as fs
    >>> of_run(fs.run(fs.teaching_world(), seed=1))[0]
    '2,388 people have crossed by the end, and 2,216 are sheltered abroad then.'
    """
    told = figures(result)
    inside, waiting = told["displaced_inside"], told["waiting"]
    return [
        f"{told['crossed']['final']:,} people have crossed by the end, and "
        f"{told['stock_abroad']['final']:,} are sheltered abroad then.",
        f"At most {inside['peak']:,} are out of their homes inside the country"
        f"{_when(inside)}, and {waiting['peak']:,} wait at the border{_when(waiting)}.",
        f"{told['deaths']['total']:,} die.",
    ]


def of_study(told: Comparison) -> list[str]:
    """Sentences on the differences that a study finds, each with its interval."""
    table = told.table[told.table["scenario"] != told.against]
    names = list(dict.fromkeys(table["scenario"]))
    sentences = []
    for name in names[:MOST]:
        rows = table[(table["scenario"] == name) & table["outcome"].isin(TOLD)]
        said = [_difference(row, told.unit) for row in rows.to_dict("records")]
        if said:
            sentences.append(f"{name}: {'; '.join(said)}.")
    level = f"{100.0 * told.level:g} %"
    what = (
        f"medians of the differences, with the interval that holds {level} of them"
        if told.unit == "sample"
        else f"mean differences in pairs of members, with {level} intervals of the mean"
    )
    if sentences:
        left = f" {len(names) - MOST} more scenarios are in the table." * (len(names) > MOST)
        sentences.append(f"Against {told.against}: {what}.{left}")
    return sentences


def holds(samples: int) -> str:
    """What the intervals of a study hold, in words."""
    if samples > 1:
        told = hold(INTERVALS, BOTH, "samples of inputs were drawn")
        return f"{told.capitalize()}."
    told = hold(INTERVALS, CHANCE, "all inputs stand at their central values")
    return f"{told.capitalize()}. What is not known of the inputs comes on top."


def _difference(row: Mapping[Any, Any], unit: str) -> str:
    of_samples = ("effect", "effect_low", "effect_high")
    keys = of_samples if unit == "sample" else ("difference", "low", "high")
    value, low, high = (row[key] for key in keys)
    name = called(row["outcome"])
    if math.isnan(value):
        return f"{name} has no value"
    known = math.isfinite(low) and high > low
    places = decimals((high - low) / 2.0) if known else 0
    middle = number(value, places, signed=True)
    if not known:
        return f"{name} {middle}"
    ends = " to ".join(number(end, places, signed=True) for end in (low, high))
    return f"{name} {middle} ({ends})"


def _when(curve: Mapping[str, Any]) -> str:
    """When a curve is at its peak; nothing where it is always zero."""
    if not curve["peak"]:
        return ""
    return f" ({short_time(datetime.fromisoformat(curve['peak_at'])).strip()})"
