"""What of a scenario does nothing in its period, which its author can hardly have meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flowsim.config import Section
from flowsim.scenario.flaws import Flaw
from flowsim.scenario.nodes import Loc
from flowsim.scenario.scenario import Scenario

_LATER = ("gates", "road_events", "fuel")
"""Tables of what holds from a moment on, of which a run need not come to all rows."""
_EFFECTS = ("leave_per_day", "way_cost_per_hour", "settle_cost", "stay_away", "origin_weight")
"""What a driver can do."""


def idle(scenario: Scenario) -> Iterator[Flaw]:
    """What does nothing, whatever happens in a run; a value of 0 is what some variants are for.

    Examples
    --------
    >>> import flowsim as fs
    >>> flood = {"name": "flood", "leave_per_day": 0.0}
    >>> rows = [{"driver": "flood", "place": "Town", "start": "2030-05-02", "level": 1.0}]
    >>> world = fs.teaching_world().with_values({"drivers": [flood], "levels": rows})
    >>> [flaw.wrong for flaw in idle(world)]
    ["the driver 'flood' does nothing at any level"]
    """
    yield from _too_late(scenario)
    yield from _too_early(scenario)
    yield from _harmless_threats(scenario)
    yield from _idle_drivers(scenario)
    yield from _fixed_links(scenario)
    yield from _growing_from_nothing(scenario)
    yield from _unread(scenario)


def _too_late(scenario: Scenario) -> Iterator[Flaw]:
    for name in _LATER:
        rows = getattr(scenario, name)
        if rows and all(row.start >= scenario.end for row in rows):
            wrong = f"all rows of {name} begin after the period, and do nothing"
            yield Flaw((name,), wrong, "give an earlier start, or a later end")


def _too_early(scenario: Scenario) -> Iterator[Flaw]:
    windows: list[tuple[Loc, Any]] = []
    for name in ("road_events", "conditions"):
        windows += [((name, i), row) for i, row in enumerate(getattr(scenario, name))]
    for loc, row in windows:
        if row.stop <= scenario.start:
            yield Flaw((*loc, "stop"), "it is over before the period", "give a later stop")


def _harmless_threats(scenario: Scenario) -> Iterator[Flaw]:
    for i, threat in enumerate(scenario.threats):
        loc = ("threats", i)
        if threat.target and not any(threat.target.values()):
            wrong = f"the threat {threat.name!r} targets nobody, and does nothing"
            yield Flaw((*loc, "target"), wrong, "give a share above 0, or no target for everybody")
        elif threat.fear == 0.0 and threat.lost_from is None:
            wrong = f"the threat {threat.name!r} frightens nobody, and no place is lost by it"
            yield Flaw((*loc, "fear"), wrong, "give a fear above 0, or `lost_from`")


def _idle_drivers(scenario: Scenario) -> Iterator[Flaw]:
    is_told = scenario.behaviour.leaving.count == "given"
    for i, driver in enumerate(scenario.drivers):
        loc = ("drivers", i)
        does = [name for name in _EFFECTS if getattr(driver, name) > 0.0]
        levels = [row.level for row in scenario.levels if row.driver == driver.name]
        if driver.target and not any(driver.target.values()):
            wrong = f"the driver {driver.name!r} touches nobody, and does nothing"
            yield Flaw((*loc, "target"), wrong, "give a share above 0, or no target for everybody")
        elif not does:
            wrong = f"the driver {driver.name!r} does nothing at any level"
            yield Flaw((*loc, "name"), wrong, f"give {', '.join(_EFFECTS[:-1])} or {_EFFECTS[-1]}")
        elif does == ["origin_weight"] and not is_told:
            wrong = "it weighs origins where it is told how many leave, and here that is not told"
            right = "give leave_per_day, or `behaviour.leaving.count: given`"
            yield Flaw((*loc, "origin_weight"), wrong, right)
        elif levels and not any(levels):
            wrong = f"all levels of the driver {driver.name!r} are 0"
            yield Flaw((*loc, "name"), wrong, "give a level above 0 at some time")


def _fixed_links(scenario: Scenario) -> Iterator[Flaw]:
    """Inputs that are linked by their ranks, named one by one, and have no range to stand in."""
    ranged = {number.path for number in scenario.numbers if number.low is not None}
    for i, linked in enumerate(scenario.linked):
        for j, path in enumerate(linked.inputs if linked.by == "rank" else ()):
            if path not in ranged and "*" not in path and "?" not in path:
                wrong = f"{path!r} has no range, and so does not move"
                right = "give it one, as {value, low, high}, or link by: factor"
                yield Flaw(("linked", i, "inputs", j), wrong, right)


def _growing_from_nothing(scenario: Scenario) -> Iterator[Flaw]:
    for i, place in enumerate(scenario.places):
        if place.capacity_per_day > 0.0 and place.capacity is None:
            wrong = f"{place.name!r} shelters people without limit, so that nothing can grow"
            loc = ("places", i, "capacity_per_day")
            yield Flaw(loc, wrong, "give its `capacity` at the start, as 0")


def _unread(scenario: Scenario) -> Iterator[Flaw]:
    """Settings that only another setting makes use of, and that are not as they are by default."""
    choice, origins = scenario.behaviour.routes, scenario.behaviour.origins
    if choice.distance != "power":
        loc, right = ("behaviour", "routes"), "give `distance: power`, or leave it out"
        yield from _changed(choice, ("distance_power", "near_km"), loc, right)
    if not origins.decay:
        right = "give `decay`, or leave it out"
        yield from _changed(origins, ("decay_days",), ("behaviour", "origins"), right)
    elif scenario.behaviour.leaving.count != "given":
        right = "give `behaviour.leaving.count: given`, or leave it out"
        yield from _changed(origins, ("decay",), ("behaviour", "origins"), right)


def _changed(section: Section, names: Sequence[str], loc: Loc, right: str) -> Iterator[Flaw]:
    for name in names:
        if getattr(section, name) != type(section).model_fields[name].default:
            yield Flaw((*loc, name), f"nothing uses {name} here", right)
