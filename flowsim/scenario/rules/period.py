"""Rules on the period, the step, the interval of the results and the timezone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta

from flowsim.clock import DAY
from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, did_you_mean

YEARS = 60
"""Longest period; event times are seconds in 32 bits."""


def order(draft: Draft) -> Iterator[Flaw]:
    """The period ends after it starts, and not decades later."""
    start, end = draft.start, draft.end
    if end <= start:
        wrong = f"the end {end:%Y-%m-%dT%H:%M} is not after the start {start:%Y-%m-%dT%H:%M}"
        yield Flaw(("end",), wrong, "give a later end")
    elif end - start > timedelta(days=365.25 * YEARS):
        yield Flaw(("end",), f"the period is longer than {YEARS} years", "give an earlier end")


def step(draft: Draft) -> Iterator[Flaw]:
    """The step fits in the period and divides the interval of the results."""
    every, record = draft.value("step"), draft.value("record")
    if record % every:
        wrong = f"a step of {told(every)} does not divide the interval of {told(record)}"
        yield Flaw(("record",), wrong, "give a multiple of the step")
    seconds = (draft.end - draft.start).total_seconds()
    if 0 < seconds < every:
        wrong = f"a step of {told(every)} is longer than the period of {told(int(seconds))}"
        yield Flaw(("step",), wrong, "give a shorter step")


def record(draft: Draft) -> Iterator[Flaw]:
    """The interval of the results divides the period."""
    every = draft.value("record")
    seconds = (draft.end - draft.start).total_seconds()
    if seconds > 0 and seconds % every:
        wrong = f"an interval of {told(every)} does not divide the period of {told(int(seconds))}"
        yield Flaw(("record",), wrong, "give an interval that does, or move the end")


def grid(draft: Draft) -> Iterator[Flaw]:
    """Violence and hazards change within days."""
    every = draft.value("grid")
    if every > DAY:
        wrong = f"a grid of {told(every)} is longer than a day"
        yield Flaw(("grid",), wrong, "give a day at most, as 1h or 1d")


def zone(draft: Draft) -> Iterator[Flaw]:
    """The timezone exists."""
    name = draft.value("timezone")
    if _zone(name) is None:
        right = "give a name of the IANA list, as Asia/Bishkek"
        near = did_you_mean(name, sorted(zoneinfo.available_timezones()))
        yield Flaw(("timezone",), f"there is no timezone {name!r}", right + near)


def clocks(draft: Draft) -> Iterator[Flaw]:
    """No clock is changed in the period, so that every local time is one moment."""
    name, start, end = draft.value("timezone"), draft.start, draft.end
    found = _zone(name)
    if found is None or not timedelta(0) < end - start <= timedelta(days=365.25 * YEARS):
        return
    offset, day = _offset(found, start), start
    while day < end:
        day += min(timedelta(days=1), end - day)
        if _offset(found, day) != offset:
            wrong = f"clocks of {name} change by {day:%Y-%m-%d}, within the period"
            yield Flaw(("timezone",), wrong, f"give a zone of fixed offset, as {_fixed(offset)}")
            return


def told(seconds: int) -> str:
    """A duration as a file tells it.

    Examples
    --------
    >>> told(3600), told(5400), told(172800), told(1)
    ('1h', '90min', '2d', '1s')
    """
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds % length == 0:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _offset(zone: zoneinfo.ZoneInfo, when: datetime) -> timedelta:
    return when.replace(tzinfo=zone).utcoffset() or timedelta(0)


def _fixed(offset: timedelta) -> str:
    hours = offset / timedelta(hours=1)
    if hours != int(hours) or not hours:
        return "UTC"
    return f"Etc/GMT{-int(hours):+d} (UTC{int(hours):+d})"


RULES = (order, step, record, grid, zone, clocks)
