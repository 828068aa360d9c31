"""The figure of a scenario that moved."""

from __future__ import annotations

from flowsim.check.verdict import Verdict
from flowsim.plot.before_after import before_after
from flowsim.plot.style import Chart

MOST = 6
"""Panels of outcomes, and of quantities by day."""


def drawn(verdict: Verdict) -> Chart:
    """Outcomes that moved by member, and the days of what contributed, before against after.

    Parameters
    ----------
    verdict : Verdict
        Of a scenario that was held against a baseline.
    """
    spots = [*verdict.days_moved, *(spot for change in verdict.changes for spot in change.where)]
    quantities = list(dict.fromkeys(spot.quantity for spot in spots))[:MOST]
    before, after = verdict.outcomes
    days_before, days_after = verdict.days
    return before_after(
        (before, after),
        (days_before, days_after),
        [change.outcome for change in verdict.changes][:MOST],
        quantities,
        f"{verdict.name}: before and after",
    )
