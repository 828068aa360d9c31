"""What of a scenario the daily rules do not know, so that it is refused and never left out."""

from __future__ import annotations

from collections.abc import Iterator

from flowsim.errors import Problem
from flowsim.flee.closed import KNOWN, held
from flowsim.policy.roads import Checkpoint
from flowsim.scenario.scenario import Scenario

RIGHT = "leave it out, or choose `rules: flowsim`"


def unknown_to_flee(scenario: Scenario) -> list[Problem]:
    """Everything in a scenario that ``rules: flee`` would have to leave out."""
    return [*_policies(scenario), *_violence(scenario), *_people(scenario), *_rules(scenario)]


def _policies(scenario: Scenario) -> Iterator[Problem]:
    for where, _, _, policy in held(scenario):
        kind = str(getattr(policy, "type", type(policy).__name__))
        if kind not in KNOWN:
            wrong = f"Flee's rules know no policy of type {kind!r}"
            yield Problem(where, wrong, f"{RIGHT}; they know {', '.join(KNOWN)}")
            continue
        fresh = type(policy).model_fields
        for field in fresh:
            default = fresh[field].get_default(call_default_factory=True)
            if field not in KNOWN[kind] and getattr(policy, field) != default:
                wrong = f"Flee's rules know no {field!r} of a policy of type {kind!r}"
                yield Problem(f"{where}.{field}", wrong, RIGHT)
        if isinstance(policy, Checkpoint) and policy.permeability not in (0.0, 1.0):
            wrong = "by Flee's rules a road is open or closed"
            yield Problem(f"{where}.permeability", wrong, "give 0 or 1, or `rules: flowsim`")


def _violence(scenario: Scenario) -> Iterator[Problem]:
    for name in ("forces", "conditions"):
        if getattr(scenario, name):
            yield Problem(name, f"Flee's rules know no {name}", RIGHT)
    if scenario.violence.contagion > 0.0:
        yield Problem("violence.contagion", "Flee's rules know no contagion", RIGHT)
    for i, event in enumerate(scenario.violence.events):
        if event.peak > event.start or event.half_life_hours is not None:
            wrong = "by Flee's rules a conflict is as strong from its first day to its last"
            right = "let the peak be at the start, and give no half-life"
            yield Problem(f"violence.events[{i}]", wrong, right)


def _people(scenario: Scenario) -> Iterator[Problem]:
    if len(scenario.groups) > 1:
        yield Problem("groups", "Flee's rules know one group of people", RIGHT)
    if scenario.flee.spawning.mode == "data" and not scenario.arrivals:
        wrong = "nobody is told to come"
        yield Problem("arrivals", wrong, "give the arrivals, or another `flee.spawning.mode`")


def _rules(scenario: Scenario) -> Iterator[Problem]:
    for name in scenario.flee.missing_rules:
        wrong = f"the rule that {name} asks for is not here"
        yield Problem("flee.missing_rules", wrong, "leave it out, or choose `rules: flowsim`")
