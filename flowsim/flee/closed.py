"""Which links and camps the policies of a scenario close on each day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from flowsim.arrays import Bools
from flowsim.policy.base import Policy
from flowsim.policy.compose import may_state
from flowsim.policy.config import Border
from flowsim.policy.opening import Opening, Road, Shut, Statement
from flowsim.scenario.scenario import Scenario

Direction = Literal["policies", "back"]


def held(scenario: Scenario) -> Iterator[tuple[str, Border, Direction, Policy]]:
    """Every policy with its path, its border and the direction that it is for."""
    directions: tuple[Direction, ...] = ("policies", "back")
    for border in scenario.borders:
        for side in border.authorities:
            for direction in directions:
                for i, policy in enumerate(getattr(side, direction)):
                    where = f"borders[{border.id}].authorities[{side.country}].{direction}[{i}]"
                    yield where, border, direction, policy


def closed_by_day(scenario: Scenario, index: dict[str, int], days: int) -> tuple[Bools, Bools]:
    """Links that are shut, (D, L), and camps that are closed, (D, P), at the start of each day.

    A closure of a crossing in the direction out shuts the link out of the countries that people
    flee from (between two others, the one from its start to its end), one in the direction back
    the other.
    """
    shut = np.zeros((days, 2 * len(scenario.routes)), dtype=bool)
    no_camp = np.zeros((days, len(index)), dtype=bool)
    starts = [scenario.start + timedelta(days=day) for day in range(days)]
    for _, border, direction, policy in held(scenario):
        for part in policy.parts():
            first, stop = _days(part, starts)
            for said in throughout(part, scenario) or ():
                if isinstance(said, Shut):
                    no_camp[first:stop, [index[name] for name in said.places]] = True
                elif isinstance(said, Opening) and said.permeability == 0.0:
                    shut[first:stop, _links_over(scenario, border, direction, part)] = True
                elif isinstance(said, Road) and said.permeability == 0.0:
                    shut[first:stop, _links_along(scenario, said)] = True
    return shut, no_camp


def throughout(policy: Policy, scenario: Scenario) -> list[Statement] | None:
    """What a policy states all through its window; None where that depends on more than a day."""
    start, stop = policy.window()
    edges = policy.edges(scenario.start, scenario.end)
    crossings = tuple(dict.fromkeys(r.crossing for r in scenario.routes if r.crossing))
    ways = may_state(policy, start or min(scenario.start, stop or scenario.start), crossings)
    if ways is None or len(ways) > 1 or not {start, stop}.issuperset(edges):
        return None
    return [said.opening for said in ways[0]]


def _days(policy: Policy, starts: list[datetime]) -> tuple[int, int]:
    """First day at whose start a policy is in force, and the first at which it is no longer."""
    window, days = policy.window(), np.array(starts, dtype="datetime64[s]")
    first = 0 if window.start is None else int(np.searchsorted(days, np.datetime64(window.start)))
    stop = len(starts)
    if window.stop is not None:
        stop = int(np.searchsorted(days, np.datetime64(window.stop)))
    return first, max(first, stop)


def _links_over(
    scenario: Scenario, border: Border, direction: Direction, policy: Policy
) -> list[int]:
    country = {place.name: place.country for place in scenario.places}
    found = []
    for r, route in enumerate(scenario.routes):
        ends = country[route.start], country[route.end]
        if not route.crossing or set(ends) != set(border.between):
            continue
        if policy.crossings and route.crossing not in policy.crossings:
            continue
        homeward = ends[0] not in scenario.flee_from and ends[1] in scenario.flee_from
        found.append(2 * r + int(homeward == (direction == "policies")))
    return found


def _links_along(scenario: Scenario, road: Road) -> list[int]:
    pairs = {frozenset(pair) for pair in road.routes}
    rows = [r for r, t in enumerate(scenario.routes) if frozenset((t.start, t.end)) in pairs]
    return [link for r in rows for link in (2 * r, 2 * r + 1)]
