"""All rules that look across a scenario, run at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flowsim.errors import Problem
from flowsim.scenario.draft import Draft, NotKnownError
from flowsim.scenario.flaws import Flaw, in_order, tell
from flowsim.scenario.links import wrong_links
from flowsim.scenario.rules import (
    arrivals,
    borders,
    capacities,
    hazards,
    people,
    period,
    policies,
    push_factors,
    reports,
    roads,
    routes,
    violence,
)

if TYPE_CHECKING:
    from flowsim.scenario.scenario import Scenario

Rule = Callable[[Draft], Iterator[Flaw]]
RULES: tuple[Rule, ...] = (
    *period.RULES,
    *people.RULES,
    *capacities.RULES,
    *arrivals.RULES,
    *routes.RULES,
    *roads.RULES,
    *violence.RULES,
    *push_factors.RULES,
    *borders.RULES,
    *policies.RULES,
    *hazards.RULES,
    *reports.RULES,
)


def flaws_across(draft: Draft) -> list[Flaw]:
    """What is wrong across a scenario; rules whose parts are not known are left out."""
    flaws: list[Flaw] = []
    for rule in RULES:
        try:
            for flaw in rule(draft):
                flaws.append(flaw)
        except NotKnownError:
            continue
    return flaws


def check(scenario: Scenario) -> list[Problem]:
    """Everything that is wrong across a scenario, as one with other policies may be.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    list of Problem
        Empty where nothing is wrong.
    """
    flaws = [*flaws_across(Draft.of(scenario)), *wrong_links(scenario)]
    return in_order(tell(flaws, scenario))
