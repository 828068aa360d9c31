"""Scenarios for tests of the model: a rich one in which everything happens, and plain ones.

The plain ones have the fewest parts that an analytic law needs: single persons, no frailty, no
feedback, and a hazard of leaving that is constant.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from flowsim.model.axes import OUTCOMES
from flowsim.model.flow import FlowModel
from flowsim.results.result import Result
from flowsim.scenario.scenario import Scenario
from flowsim.world.road_config import Fuel, RoadEvent

START = datetime(2010, 6, 10, 18)
ADULTS = {"children": 0.0, "women": 0.5, "men": 0.5, "elderly_women": 0.0, "elderly_men": 0.0}
FAMILIES = {
    "household_size": {1: 1, 2: 1, 3: 2, 4: 3, 5: 3, 6: 2, 7: 1, 8: 1},
    "children": 0.33,
    "women": 0.31,
    "men": 0.30,
    "elderly_women": 0.035,
    "elderly_men": 0.025,
}
QUIET: dict[str, Any] = {
    "news": {"informed": 1.0},
    "leaving": {
        "news_per_day": 0.0,
        "neighbours_per_day": 0.0,
        "trapped": 0.0,
        "men_stay": 0.0,
        "frailty_variance": 0.0,
    },
    "routes": {"wait_cost_per_hour": 0.0},
    "waiting": {"give_up_per_day": 0.0, "give_up_closed_per_day": 0.0, "fence_per_day": 0.0},
    "harm": {"deaths_per_day": 0.0},
    "returning": {"inside_per_day": 0.0, "abroad_per_day": 0.0},
}
"""Behaviour in which nothing happens but what a test turns on."""

STRICT = [
    {"type": "closed", "stop": "2010-06-11T12:30", "leak": 0.5, "detention": 0.2,
     "detention_hours": 5},
    {"type": "push_back", "stop": "2010-06-11T12:30", "dispersal_per_day": 1, "inside": 0.6},
    {"type": "triage", "start": "2010-06-11T12:30", "stop": "2010-06-12T10:10", "barred": ["men"],
     "priority": ["wounded", "children", "women"], "permeability": 0.8, "exempt": ["wounded"]},
    {"type": "quota", "per_hour": 40, "start": "2010-06-11T20:00", "exempt": ["elderly"]},
    {"type": "closed", "start": "2010-06-12T10:10", "leak": 0.1, "exempt": ["wounded", "elderly"]},
    {"type": "forced_return", "start": "2010-06-12", "deadline": "2010-06-12T12:00",
     "per_day_at_deadline": 6},
]  # fmt: skip
"""Closed, then triage under a quota, then closed again with pressure to go home: all there is."""
QUEUES = [{"type": "quota", "per_hour": 30, "priority": ["elderly"]}]
LEAKY = [{"type": "closed", "leak": 0.2}]
POLICIES: dict[str, list[dict[str, Any]]] = {"strict": STRICT, "queues": QUEUES, "leaky": LEAKY}


def hours(n: float) -> datetime:
    """The moment n hours after the start."""
    return START + timedelta(hours=n)


def deeper(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Nested mappings, the second over the first."""
    merged = dict(base)
    for key, value in changes.items():
        under = merged.get(key)
        merged[key] = deeper(under, value) if isinstance(under, dict) else value
    return merged


def rich(
    persons: int = 4000,
    policies: Any = STRICT,
    days: int = 2,
    step: str = "1h",
    record: str = "1h",
    behaviour: dict[str, Any] | None = None,
    **changes: Any,
) -> Scenario:
    """A town, a village and a far place that people flee, a camp and a city beyond two crossings.

    There is a curfew, an army, a burnt quarter, a camp that fills, a footpath, crush and drowning.
    """
    harm = {"deaths_per_day": 0.01, "crush_per_day": 0.01, "on_the_way": 0.5, "fence_death": 0.01}
    fields: dict[str, Any] = {
        "name": "rich",
        "start": START,
        "end": START + timedelta(days=days),
        "step": step,
        "record": record,
        "flee_from": ["A"],
        "places": [
            {"name": "Town", "country": "A", "lat": 40.5, "lon": 72.8, "population": persons,
             "share": {"U": 0.6, "K": 0.4}, "burnt": 0.2},
            {"name": "Village", "country": "A", "lat": 40.55, "lon": 72.78,
             "population": persons // 4, "share": {"U": 0.9, "K": 0.1}},
            {"name": "Far", "country": "A", "lat": 40.3, "lon": 72.9, "population": persons // 4,
             "share": {"U": 0.3, "K": 0.7}},
            {"name": "Camp", "country": "B", "lat": 40.62, "lon": 72.72, "kind": "camp",
             "capacity": persons // 8},
            {"name": "City", "country": "B", "lat": 40.78, "lon": 72.35, "population": 50_000,
             "share": {"U": 1}},
        ],
        "routes": [
            {"start": "Town", "end": "Village", "km": 7},
            {"start": "Town", "end": "Far", "km": 30},
            {"start": "Village", "end": "Camp", "km": 9.5, "mode": "foot", "crossing": "Gate",
             "kind": "post", "gate_per_hour": 60},
            {"start": "Camp", "end": "City", "km": 42},
            {"start": "Far", "end": "City", "km": 80, "crossing": "Side", "kind": "gap"},
            {"start": "Far", "end": "Village", "km": 34},
        ],
        "groups": [{"name": "U", **FAMILIES}, {"name": "K", **FAMILIES}],
        "violence": {"events": [
            {"place": "Town", "start": hours(4), "peak": hours(9), "until": hours(36),
             "half_life_hours": 6, "intensity": 1, "target": {"U": 1, "K": 0.3}},
        ]},
        "conditions": [
            {"name": "curfew", "kind": "curfew", "places": ["Town"], "start": "2010-06-11",
             "stop": "2010-06-14", "hours": [20, 6], "leave": 0.5, "delay_hours": 1},
        ],
        "forces": [
            {"name": "army", "kind": "army", "places": ["Town"], "size": 2000,
             "orders": [{"start": "2010-06-12", "stance": "protect"}]},
        ],
        "behaviour": deeper(
            {"harm": harm, "waiting": {"fence_per_day": 4.0}, "returning": {"inside_per_day": 1.0},
             "routes": {"km_cost": 0.05}},
            behaviour or {},
        ),
        "borders": border(policies),
    }  # fmt: skip
    return Scenario(**{**fields, **changes})


def full_of_jams(persons: int = 1500, **changes: Any) -> Scenario:
    """The rich world with too little road, room and fuel everywhere."""
    scenario = rich(persons, **changes)
    limits = [
        {"persons_per_hour": 90.0, "lanes": 0.05},
        {"persons_per_hour": 30.0},
        {"persons_per_hour": 50.0, "waiting_room": 25.0},
        {"lanes": 0.01},
        {"persons_per_hour": 20.0, "lanes": 0.01},
        {},
    ]
    routes = zip(scenario.routes, limits, strict=True)
    told = {
        "routes": tuple(route.model_copy(update=limit) for route, limit in routes),
        "road_events": (RoadEvent(route=("Town", "Village"), start=hours(8.4), stop=hours(13.2)),),
        "fuel": (
            Fuel(place="Town", start=hours(6), vehicles_per_day=200),
            Fuel(place="Town", start=hours(30), vehicles_per_day=2000),
        ),
    }
    return scenario.model_copy(update=told)


def border(policies: Any = (), back: Any = (), near: Any = ()) -> list[dict[str, Any]]:
    """The border of A and B: policies of B, of B for those who go back, and of A."""
    return [
        {"id": "A-B", "between": ["A", "B"], "authorities": [
            {"name": "A", "country": "A", "policies": list(near)},
            {"name": "B", "country": "B", "policies": list(policies), "back": list(back)},
        ]},
    ]  # fmt: skip


def plain(
    persons: int = 4000,
    per_day: float = 2.0,
    policies: Any = (),
    days: float = 2,
    abroad: bool = True,
    sizes: dict[int, int] | None = None,
    kinds: dict[str, float] = ADULTS,
    behaviour: dict[str, Any] | None = None,
    group: dict[str, Any] | None = None,
    **changes: Any,
) -> Scenario:
    """Everybody lives at Here and leaves at a constant hazard; the only way leads to There.

    There is 24 km away, two hours by road, behind the crossing Gate or, unless ``abroad``, in the
    same country. Danger at Here is 1 all the time, so the hazard is ``per_day``.
    """
    crossing = {"crossing": "Gate", "kind": "post"} if abroad else {}
    fields: dict[str, Any] = {
        "name": "plain",
        "start": START,
        "end": START + timedelta(days=days),
        "flee_from": ["A"],
        "places": [
            {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": persons,
             "share": {"G": 1}},
            {"name": "There", "country": "B" if abroad else "A", "lat": 40.2, "lon": 72.0},
        ],
        "routes": [{"start": "Here", "end": "There", "km": 24, **crossing}],
        "groups": [{"name": "G", "household_size": sizes or {1: 1}, **kinds, **(group or {})}],
        "violence": {"events": [
            {"place": "Here", "start": START, "peak": START, "until": hours(24 * days + 1),
             "half_life_hours": 1, "intensity": 1, "target": {"G": 1}},
        ]},
        "behaviour": deeper(
            deeper(QUIET, {"leaving": {"violence_per_day": per_day}}), behaviour or {}
        ),
        "borders": border(policies) if abroad else [],
    }  # fmt: skip
    return Scenario(**{**fields, **changes})


def ways(
    persons: int = 2000,
    policies: Any = (),
    near: Any = (),
    crossings: tuple[str, ...] = ("Gate", "Side"),
    groups: Any = ({"name": "G"},),
    sizes: dict[int, int] | None = None,
    kinds: dict[str, float] = ADULTS,
    capacity: int | None = None,
    modes: tuple[str, ...] = ("road", "road"),
    **changes: Any,
) -> Scenario:
    """As `plain`, but with one or two ways from Here to There, alike but for what policies do.

    Each leads 12 km (an hour by road) to a place where nobody stays, North or South, and from there
    12 km through a crossing of its own. Groups, whose fields may differ, have equal parts of Here.
    Policies are of B, the far side, and ``near`` those of A.
    """
    middle = list(zip(("North", "South"), crossings, modes, strict=False))
    lon = {"North": 71.95, "South": 72.05}
    share = {group["name"]: 1 / len(groups) for group in groups}
    fields: dict[str, Any] = {
        "name": "ways",
        "places": [
            {"name": "Here", "country": "A", "lat": 40.0, "lon": 72.0, "population": persons,
             "share": share},
            {"name": "There", "country": "B", "lat": 40.2, "lon": 72.0, "capacity": capacity},
            *({"name": name, "country": "A", "lat": 40.1, "lon": lon[name], "capacity": 0}
              for name, *_ in middle),
        ],
        "routes": [
            *({"start": "Here", "end": name, "km": 12} for name, *_ in middle),
            *({"start": name, "end": "There", "km": 12, "crossing": crossing, "kind": "post",
               "mode": mode} for name, crossing, mode in middle),
        ],
        "groups": [
            {"household_size": sizes or {1: 1}, **kinds, **group} for group in groups
        ],
        "borders": border(policies, near=near),
        "violence": {"events": [_violence(24.0 * changes.get("days", 2) + 1, share)]},
    }  # fmt: skip
    return plain(persons, **{**fields, **changes})


def _violence(until: float, target: Any) -> dict[str, Any]:
    """Danger 1 at Here from the start for so many hours, to everybody of the groups."""
    return {
        "place": "Here", "start": START, "peak": START, "until": hours(until),
        "half_life_hours": 0.01, "intensity": 1, "target": dict.fromkeys(target, 1),
    }  # fmt: skip


def spell(until: float, groups: Any = ("G",)) -> dict[str, Any]:
    """Violence at Here for so many hours from the start, and none after that."""
    return {"events": [_violence(until, groups)]}


def same_bytes(one: Result, other: Result) -> list[str]:
    """Names of the variables in which two results differ in any byte; none where they agree."""
    return [
        str(name)
        for name in one.data.data_vars
        if one.data[name].values.tobytes() != other.data[name].values.tobytes()
    ]


def column(model: FlowModel, name: str) -> np.ndarray:
    """What is known of each household, by row: (n,) or, as for the persons by kind, (n, 5)."""
    return model.crowd.column(name)


def parts_of_parts(model: FlowModel) -> int:
    """Households that parted from one that itself had parted from its family."""
    parent = column(model, "parent")
    return int((parent[parent[parent >= 0]] >= 0).sum())


def flows(result: Result, crossing: str = "Gate") -> dict[str, np.ndarray]:
    """Persons by outcome at a crossing, (time,)."""
    counts = result.outcomes.sel(crossing=crossing).sum("kind")
    return {str(o): counts.sel(outcome=o).values.astype(np.int64) for o in counts.outcome.values}


def finished(scenario: Scenario, seed: int = 1, **options: Any) -> FlowModel:
    """A model at the end of its run; a result takes longer than a small run does."""
    model = FlowModel(scenario, rng=seed, **options)
    while model.running:
        model.step()
    return model


def forget(model: FlowModel) -> None:
    """Let go of what a large model holds: Mesa 3.3 keeps every model for good."""
    model.__dict__.clear()


def told(model: FlowModel, *outcomes: str) -> np.ndarray:
    """Persons by kind with one of some outcomes at all crossings, (time, 5)."""
    chosen = [OUTCOMES.index(name) for name in outcomes]
    return model.observer.outcomes[:, :, chosen].sum(axis=(1, 2), dtype=np.int64)


def stock(result: Result, status: str, place: str | None = None) -> np.ndarray:
    """Persons in a status, (time,)."""
    people = result.people.sel(status=status).sum("group")
    people = people.sum("place") if place is None else people.sel(place=place)
    return people.values.astype(np.int64)
