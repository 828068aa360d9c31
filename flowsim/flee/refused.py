"""What of a scenario the daily rules do not know, so that it is refused and never left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from flowsim.behaviour.flee_config import FLOOD, HUNGER
from flowsim.errors import Problem
from flowsim.flee.closed import held, throughout
from flowsim.policy.base import Policy
from flowsim.policy.opening import Opening, Road, Shut, Statement
from flowsim.scenario.scenario import Scenario
from flowsim.world.road_config import LIMITS

RIGHT = "leave it out, or choose `rules: flowsim`"
KNOWN = "they know crossings and roads that are shut to all, and places that take nobody in"
_PLAIN: dict[type, Statement] = {Opening: Opening(), Road: Road(routes=())}
_LEFT_OUT = (
    "permeability", "routes", "detention_hours", "pushback_after_hours", "pushback_reach_km",
)  # fmt: skip
"""Fields of statements that are known, or say only how something else is done."""


def unknown_to_flee(scenario: Scenario) -> list[Problem]:
    """Everything in a scenario that ``rules: flee`` would have to leave out."""
    parts = (_policies, _violence, _people, _roads, _rules)
    return [problem for part in parts for problem in part(scenario)]


def _policies(scenario: Scenario) -> Iterator[Problem]:
    for where, _, _, policy in held(scenario):
        for part in policy.parts():
            stated = throughout(part, scenario)
            if stated is None:
                yield _unknown(where, policy)
                break
            for said in stated:
                yield from _odd(where, policy, said)


def _unknown(where: str, policy: Policy) -> Problem:
    wrong = f"Flee's rules have no policy of type {policy.kind!r}"
    return Problem(where, wrong, f"{RIGHT}; {KNOWN}")


def _odd(where: str, policy: Policy, said: Statement) -> Iterator[Problem]:
    """What Flee's rules do not know of a statement, told as a field of the policy if it is one."""
    if isinstance(said, Shut):
        return
    if type(said) not in _PLAIN:
        yield _unknown(where, policy)
        return
    for field in fields(said):
        given = getattr(said, field.name)
        if field.name in _LEFT_OUT or given == getattr(_PLAIN[type(said)], field.name):
            continue
        if field.name not in type(policy).model_fields:
            yield _unknown(where, policy)
            return
        wrong = f"Flee's rules have no {field.name!r} of a policy of type {policy.kind!r}"
        yield Problem(f"{where}.{field.name}", wrong, RIGHT)
    if said.permeability not in (0.0, 1.0):  # type: ignore[union-attr]
        what = "road" if isinstance(said, Road) else "crossing"
        wrong = f"by Flee's rules a {what} is open or closed"
        yield Problem(f"{where}.permeability", wrong, "give 0 or 1, or `rules: flowsim`")


def _violence(scenario: Scenario) -> Iterator[Problem]:
    for name, what in (
        ("forces", "forces"), ("conditions", "conditions"), ("gates", "capacity of gates"),
        ("threats", "threats"), ("hazards", "hazards of other packages"),
        ("capacities", "capacity of places over time"),
    ):  # fmt: skip
        if getattr(scenario, name):
            yield Problem(name, f"Flee's rules have no {what}", RIGHT)
    for driver in scenario.drivers:
        if driver.name not in (FLOOD, HUNGER):
            known = f"Flee's rules know the drivers {FLOOD!r} and {HUNGER!r} alone"
            yield Problem(f"drivers[{driver.name}]", known, RIGHT)
    if scenario.violence.contagion > 0.0:
        yield Problem("violence.contagion", "Flee's rules have no contagion", RIGHT)
    if scenario.violence.escalation.branching > 0.0:
        wrong = "by Flee's rules violence sets off no further violence"
        yield Problem("violence.escalation.branching", wrong, RIGHT)
    for i, event in enumerate(scenario.violence.events):
        if event.peak > event.start or event.half_life_hours is not None:
            wrong = "by Flee's rules a conflict is as strong from its first day to its last"
            right = "let the peak be at the start, and give no half-life"
            yield Problem(f"violence.events[{i}]", wrong, right)
        if event.crowd is not None:
            wrong = "by Flee's rules all who live in a conflict are in it"
            yield Problem(f"violence.events[{i}].crowd", wrong, RIGHT)
        for name in ("to", "deaths", "wounded"):
            if getattr(event, name):
                wrong = "by Flee's rules a conflict is at a place, and nobody is harmed"
                yield Problem(f"violence.events[{i}].{name}", wrong, RIGHT)


def _people(scenario: Scenario) -> Iterator[Problem]:
    if scenario.population.one_in > 1:
        yield Problem("population.one_in", "Flee's rules run every person", RIGHT)
    if len(scenario.groups) > 1:
        yield Problem("groups", "Flee's rules have only one group of people", RIGHT)
    if scenario.flee.spawning.mode == "data" and not scenario.arrivals:
        wrong = "no arrivals are given"
        yield Problem("arrivals", wrong, "give the arrivals, or another `flee.spawning.mode`")


def _roads(scenario: Scenario) -> Iterator[Problem]:
    for name, what in (("road_events", "events on roads"), ("fuel", "fuel that is short")):
        if getattr(scenario, name):
            yield Problem(name, f"Flee's rules have no {what}", RIGHT)
    for i, route in enumerate(scenario.routes):
        for name in LIMITS:
            if getattr(route, name) is not None:
                wrong = f"Flee's rules have no {name!r}"
                yield Problem(f"routes[{i}].{name}", wrong, RIGHT)


def _rules(scenario: Scenario) -> Iterator[Problem]:
    told, flee = {driver.name for driver in scenario.drivers}, scenario.flee
    asked = {
        "flee_when_starving": flee.flee_when_starving,
        "avoid_food_deprived_locations": flee.avoid_food_deprived_locations,
        "spawning.starvation_driven_spawning": flee.spawning.starvation_driven_spawning,
    }
    for name in (name for name, is_set in asked.items() if is_set and HUNGER not in told):
        right = f"give a driver {HUNGER!r} and its `levels`, or leave it out"
        yield Problem(f"flee.{name}", "there are no levels of hunger", right)
    for name in scenario.flee.missing_rules:
        wrong = f"the rule that {name} asks for is not here"
        yield Problem("flee.missing_rules", wrong, "leave it out, or choose `rules: flowsim`")
