"""A small valid scenario made in Python, for tests of every floor."""

from __future__ import annotations

from typing import Any

from flowsim.policy import Closed
from flowsim.policy.config import Authority, Border
from flowsim.scenario.scenario import Scenario
from flowsim.world.config import Group, Place, Route
from flowsim.world.violence_config import Event, Violence

KINDS = {"children": 0.3, "women": 0.3, "men": 0.3, "elderly_women": 0.06, "elderly_men": 0.04}


def small_scenario(**changes: Any) -> Scenario:
    """Two places of country Here and a camp in There, two groups, one border; 800 persons.

    Violence at Town targets the North; the border is closed for the first 18 hours. Keyword
    arguments replace fields of the Scenario.
    """
    fields: dict[str, Any] = {
        "name": "small",
        "start": "2010-06-10T18:00",
        "end": "2010-06-12T18:00",
        "flee_from": ("Here",),
        "places": (
            Place(name="Town", country="Here", lat=40.5, lon=72.8, population=600,
                  share={"North": 0.5, "South": 0.5}),
            Place(name="Village", country="Here", lat=40.6, lon=72.8, population=200,
                  share={"North": 1.0}),
            Place(name="Camp", country="There", kind="camp", lat=40.7, lon=72.8, capacity=500),
        ),
        "routes": (
            Route(start="Town", end="Village", km=12.5),
            Route(start="Village", end="Camp", km=12.0, mode="foot", kind="post",
                  crossing="Bridge", gate_per_hour=200),
        ),
        "groups": (
            Group(name="North", household_size={1: 0.2, 4: 0.8}, **KINDS),
            Group(name="South", household_size={3: 1.0}, **KINDS),
        ),
        "violence": Violence(events=(
            Event(place="Town", start="2010-06-10T20:00", peak="2010-06-11T00:00",
                  until="2010-06-11T12:00", half_life_hours=12, intensity=1, target={"North": 1}),
        )),
        "borders": (
            Border(id="Here-There", between=("Here", "There"), authorities=(
                Authority(name="Guards", country="There",
                          policies=(Closed(stop="2010-06-11T12:00", leak=0.1),)),
            )),
        ),
    }  # fmt: skip
    return Scenario(**{**fields, **changes})
