"""Rules on reported figures."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.rules.common import twice, unknown


def report_twice(draft: Draft) -> Iterator[Flaw]:
    """No two reports have one id."""
    return twice(draft.reports, "id", "report")


def where(draft: Draft) -> Iterator[Flaw]:
    """Reports are of a place, region, crossing or country that exists."""
    known = draft.places.names() | draft.countries()
    known |= {place.region for place in draft.places.all() if place.region}
    known |= {route.crossing for route in draft.routes.all() if route.crossing}
    names = (((*loc, "place"), r.place) for loc, r in draft.reports.each() if r.place)
    return unknown(names, known, "place, region, crossing or country", "them, or leave it empty")


def figures(draft: Draft) -> Iterator[Flaw]:
    """Reports have a figure, and its low end is not above its high end."""
    for loc, report in draft.reports.each():
        if report.value is None and report.low is None and report.high is None:
            wrong = f"the report {report.id!r} has no figure"
            yield Flaw((*loc, "value"), wrong, "give its value, low or high")
        if report.low is not None and report.high is not None and report.low > report.high:
            wrong = f"low {report.low:g} is above high {report.high:g}"
            yield Flaw((*loc, "low"), wrong, "give low <= high")


def lags(draft: Draft) -> Iterator[Flaw]:
    """The lag of a report has both ends, in their order."""
    for loc, report in draft.reports.each():
        low, high = report.lag_hours_low, report.lag_hours_high
        if low is not None and high is not None and low > high:
            wrong = f"lag_hours_low {low:g} is above lag_hours_high {high:g}"
            yield Flaw((*loc, "lag_hours_low"), wrong, "give lag_hours_low <= lag_hours_high")
        elif (low is None) != (high is None):
            given, lacks = ("low", "high") if high is None else ("high", "low")
            wrong = f"lag_hours_{given} is given, and lag_hours_{lacks} is not"
            right = "give both; the same number twice where the lag is known"
            yield Flaw((*loc, f"lag_hours_{given}"), wrong, right)


def counts(draft: Draft) -> Iterator[Flaw]:
    """A figure as it was counted stands beside a value, and a new count is of a place."""
    for loc, report in draft.reports.each():
        if report.counted is not None and report.value is None:
            wrong = f"{report.counted:g} were counted, and what it was corrected to is missing"
            yield Flaw((*loc, "counted"), wrong, "give value, or give this number as value alone")
        if report.recount and not report.place:
            wrong = "it is a new count of no place"
            yield Flaw((*loc, "recount"), wrong, "name the place, or leave recount out")


RULES = (report_twice, where, figures, lags, counts)
