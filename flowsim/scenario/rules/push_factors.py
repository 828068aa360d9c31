"""Rules on threats, drivers and their levels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from flowsim.scenario.draft import Draft, Rows
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.nodes import Loc
from flowsim.scenario.rules.common import numbered, twice, unknown
from flowsim.scenario.rules.violence import HALF_LIVES
from flowsim.world.push_config import Driver, Level, Threat

THREATS, DRIVERS, LEVELS = ("threats",), ("drivers",), ("levels",)


def _threats(draft: Draft) -> Rows[Threat]:
    return draft.rows(THREATS)


def _drivers(draft: Draft) -> Rows[Driver]:
    return draft.rows(DRIVERS)


def _levels(draft: Draft) -> Rows[Level]:
    return draft.rows(LEVELS)


def names(draft: Draft) -> Iterator[Flaw]:
    """Threats and drivers have names of their own."""
    yield from twice(_threats(draft), "name", "threat")
    yield from twice(_drivers(draft), "name", "driver")


def threatened_places(draft: Draft) -> Iterator[Flaw]:
    """Threats are for places and regions that exist, and for some."""
    told = [(loc, threat) for loc, threat in _threats(draft).each()]
    where = (n for loc, threat in told for n in numbered(loc, "places", threat.places))
    yield from unknown(where, draft.places.names(), "place")
    regions = (((*loc, "region"), threat.region) for loc, threat in told if threat.region)
    yield from _unknown_regions(draft, regions)
    for loc, threat in told:
        if not threat.places and not threat.region:
            yield Flaw(loc, "it is for no place", "give `places`, a `region`, or both")


def _unknown_regions(draft: Draft, told: Iterator[tuple[Loc, str]]) -> Iterator[Flaw]:
    regions = {place.region for place in draft.places.all() if place.region}
    return unknown(told, regions, "region", none="give places a `region`, which none has")


def touched_groups(draft: Draft) -> Iterator[Flaw]:
    """Threats and drivers touch groups that exist."""
    targets = [(loc, threat.target) for loc, threat in _threats(draft).each()]
    targets += [(loc, driver.target) for loc, driver in _drivers(draft).each()]
    told = (((*loc, "target", group), group) for loc, target in targets for group in target)
    return unknown(told, draft.groups.names(), "group")


def threat_times(draft: Draft) -> Iterator[Flaw]:
    """A threat begins, peaks and ebbs away in this order, and a place is lost under one."""
    for loc, threat in _threats(draft).each():
        peak = threat.peak or threat.start
        if peak < threat.start:
            wrong = f"the peak {peak:%Y-%m-%dT%H:%M} is before the start"
            yield Flaw((*loc, "peak"), wrong, "give start <= peak <= until")
        if threat.until is not None and threat.until < peak:
            wrong = f"'until' {threat.until:%Y-%m-%dT%H:%M} is before the peak"
            yield Flaw((*loc, "until"), wrong, "give start <= peak <= until")
        if threat.until is None and threat.half_life_hours is not None:
            wrong = "it has a half-life and never begins to decay"
            yield Flaw((*loc, "half_life_hours"), wrong, "give `until`, or no half-life")
        if threat.lost_from is not None and threat.lost_from < threat.start:
            wrong = f"lost from {threat.lost_from:%Y-%m-%dT%H:%M}, before the threat starts"
            yield Flaw((*loc, "lost_from"), wrong, "give a time from its start on")
        usual = type(threat).model_fields["leave_within_hours"].default
        # a scenario as it was run has all fields written out, defaults too
        if threat.lost_from is None and threat.leave_within_hours != usual:
            wrong = "it says when those leave who are still there, and nothing is lost"
            yield Flaw((*loc, "leave_within_hours"), wrong, "give `lost_from`, or leave it out")


def threat_period(draft: Draft) -> Iterator[Flaw]:
    """Threats touch the period; those that a shortened run does not come to are not a mistake."""
    threats = list(_threats(draft).each())
    all_late = all(threat.start >= draft.end for _, threat in threats)
    for loc, threat in threats:
        if all_late:
            yield Flaw((*loc, "start"), "it begins after the period", "give an earlier time")
        elif threat.until is not None and threat.lost_from is None:
            tail = timedelta(hours=min(HALF_LIVES * (threat.half_life_hours or 0.0), 1e6))
            if draft.start - threat.until > tail:
                yield Flaw((*loc, "until"), "it is over before the period", "give a later time")


def level_names(draft: Draft) -> Iterator[Flaw]:
    """Levels are of drivers that exist, at a place or in a region."""
    told = list(_levels(draft).each())
    of = (((*loc, "driver"), row.driver) for loc, row in told)
    none = "add it to `drivers`, with what it does"
    yield from unknown(of, _drivers(draft).names(), "driver", none=none)
    places = (((*loc, "place"), row.place) for loc, row in told if row.place)
    yield from unknown(places, draft.places.names(), "place")
    regions = (((*loc, "region"), row.region) for loc, row in told if row.region)
    yield from _unknown_regions(draft, regions)
    for loc, row in told:
        if bool(row.place) == bool(row.region):
            wrong = "it names a place and a region" if row.place else "it is for no place"
            yield Flaw(loc, wrong, "give one of `place` and `region`")


def levels_twice(draft: Draft) -> Iterator[Flaw]:
    """A driver has one level at a time."""
    first: dict[tuple[str, str, str, datetime], int] = {}
    for loc, row in _levels(draft).each():
        key, index = (row.driver, row.place, row.region, row.start), int(loc[-1])
        if key in first:
            wrong = f"this moment appears twice, first as number {first[key] + 1}"
            yield Flaw((*loc, "start"), wrong, "keep one of the rows")
        first.setdefault(key, index)


def drivers_with_levels(draft: Draft) -> Iterator[Flaw]:
    """A driver has levels; where all levels of all of them begin after the period, one is told."""
    rows = _levels(draft).all()
    with_levels = {row.driver for row in rows}
    if rows and all(row.start >= draft.end for row in rows):
        yield Flaw(LEVELS, "all levels begin after the period", "give one that begins earlier")
    for loc, driver in _drivers(draft).each():
        if driver.name not in with_levels:
            wrong = f"the driver {driver.name!r} has no row in `levels`, and does nothing"
            yield Flaw((*loc, "name"), wrong, "give its levels by place or region, or remove it")


RULES = (
    names, threatened_places, touched_groups, threat_times, threat_period, level_names,
    levels_twice, drivers_with_levels,
)  # fmt: skip
