"""Rules on the period, the step, the interval of the results and the timezone."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from flowsim.clock import DAY
from flowsim.scenario import leaves
from flowsim.scenario.draft import Draft
from flowsim.scenario.flaws import Flaw, did_you_mean

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Scenario

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
    if every is not None and every > DAY:
        wrong = f"a grid of {told(every)} is longer than a day"
        yield Flaw(("grid",), wrong, "give a day at most, as 1h or 1d")


def zone(draft: Draft) -> Iterator[Flaw]:
    """The timezone exists."""
    name = draft.value("timezone")
    if leaves.zone_of(name) is None:
        right = "give a name of the IANA list, as Asia/Bishkek"
        near = did_you_mean(name, sorted(zoneinfo.available_timezones()))
        yield Flaw(("timezone",), f"there is no timezone {name!r}", right + near)


def clocks(scenario: Scenario) -> Iterator[str]:
    """Changes of clocks in the period of a scenario, and what its naive local times make of them.

    Every day has 24 hours. So the hour that clocks skip in spring is an hour like any other, and
    the one that they tell twice in autumn passes once: the night of the change is an hour longer or
    shorter than it was, and all other times of the day are those on the wall.
    """
    zone = leaves.zone_of(scenario.timezone)
    if zone is None:
        return
    day, end, offset = scenario.start, scenario.end, _offset(zone, scenario.start)
    while day < end:
        day += min(timedelta(days=1), end - day)
        now = _offset(zone, day)
        if now != offset:
            shift = told(int(abs(now - offset).total_seconds()))
            how = f"skip {shift} that pass here" if now > offset else f"repeat {shift}"
            yield f"clocks of {scenario.timezone} change by {day:%Y-%m-%d} and {how}"
            offset = now


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


def _offset(zone: tzinfo, when: datetime) -> timedelta:
    return when.replace(tzinfo=zone).utcoffset() or timedelta(0)


RULES = (order, step, record, grid, zone)
