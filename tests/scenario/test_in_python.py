"""A Scenario or a part of one that is made in Python gets the errors that a file would."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import flowsim as fs
from flowsim.policy import Closed, Quota, Scheduled
from flowsim.policy.base import Policy
from flowsim.scenario.checks import check
from flowsim.scenario.validate import wrong_in
from flowsim.world.config import Group, Place
from tests.worlds import KINDS, small_scenario


class Own(Policy):
    """A policy of somebody's own."""

    persons: int = 0


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Quota(per_day=-5), ["Quota.per_day: -5 is out of range; give a number above 0"]),
        (lambda: Quota(per_day=5, per_hour=4),
         ["Quota: a quota has one rate; give per_hour or per_day, and not both"]),
        (lambda: Quota(per_dy=1, until="2010-06-11"), [
            "Quota.per_dy: there is no key 'per_dy'; use one of its keys (did you mean 'per_day'?)",
            "Quota.until: there is no key 'until'; use one of its keys (did you mean 'stop'?)",
        ]),
        (lambda: Closed(start="noon"),
         ["Closed.start: 'noon' is not a time; write it as 2010-06-10T18:00"]),
        (lambda: Scheduled(policies=[{"type": "closed", "leak": 3}]),
         ["Scheduled.policies[0].leak: 3 is out of range; give a number of at most 1"]),
        (lambda: Place(name="", country="Here", lat=100, lon=True), [
            "Place.lon: true is not a number; give a plain decimal, as 0.25",
            "Place.name: the text is empty; give a name",
            "Place.lat: 100 is out of range; give a number of at most 90",
        ]),
        (lambda: Place(name="Osh", country="Here", lat=1, lon=True),
         ["Place.lon: true is not a number; give a plain decimal, as 0.25"]),
        (lambda: Group(name="North", household_size={1: -1}, **KINDS),
         ["Group.household_size.1: -1 is out of range; give a number of at least 0"]),
        (lambda: Own(persons="many"),
         ["Own.persons: 'many' is not a whole number; give plain digits, as 1500"]),
        (lambda: fs.Scenario(), [f"{name}: {name!r} is missing; add it" for name in (
            "name", "start", "end", "flee_from", "places", "routes", "groups")]),
        (lambda: small_scenario(end="2010-06-10T12:00"), [
            "end: the end 2010-06-10T12:00 is not after the start 2010-06-10T18:00; give a later "
            "end",
            "violence.events[0].start: it begins after the period; give an earlier time",
        ]),
        (lambda: small_scenario(flee_from=["Her"], step="90min", titel="x"), [
            "titel: there is no key 'titel'; use one of its keys (did you mean 'title'?)",
            "record: a step of 90min does not divide the interval of 1h; give a multiple of the "
            "step",
            "flee_from[0]: no place lies in 'Her'; name one of Here, There (did you mean 'Here'?)",
        ]),
        (lambda: small_scenario(borders=[{"id": "A", "between": ["Here", "Ther"]}], step="1"), [
            "step: '1' is not a duration; write 1h, 30min or 1d",
            "borders[A].between[1]: there is no country 'Ther'; name one of Here, There (did you "
            "mean 'There'?)",
        ]),
    ],
)  # fmt: skip
def test_what_it_says(make: Callable[[], object], says: list[str]) -> None:
    with pytest.raises(fs.ScenarioError) as error:
        make()
    assert str(error.value).splitlines() == says
    assert error.value.__cause__ is None
    assert error.value.__suppress_context__ or error.value.__context__ is None


def test_a_scenario_of_its_own_parts_is_itself() -> None:
    base = small_scenario()
    fields: dict[str, Any] = {name: getattr(base, name) for name in type(base).model_fields}
    seconds = {name: f"{fields[name]}s" for name in ("step", "record")}
    again = fs.Scenario(**{**fields, **seconds})
    assert again == base
    assert check(again) == wrong_in({**fields, **seconds}) == []


def test_rules_across_are_told_with_what_stands_in_sections() -> None:
    """Events in a section are held against the places, also where another field fails."""
    violence = small_scenario().violence
    places = [Place(name="Camp", country="There", lat=40.7, lon=72.8)]
    with pytest.raises(fs.ScenarioError) as error:
        small_scenario(violence=violence, places=places, record="x")
    lines = str(error.value).splitlines()
    assert "record: 'x' is not a duration; write 1h, 30min or 1d" in lines
    assert "violence.events[0].place: there is no place 'Town'; name one of Camp" in lines
    assert violence.model_copy() == violence
