"""Which links and camps the policies of a scenario close on each day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import numpy as np

from flowsim.arrays import Bools
from flowsim.policy.base import Policy
from flowsim.policy.gatekeeping import Closed
from flowsim.policy.hosting import ReceptionStop
from flowsim.policy.roads import Checkpoint
from flowsim.policy.sections import Border
from flowsim.scenario.scenario import Scenario

Direction = Literal["policies", "back"]
PLAIN = {"name", "start", "stop", "crossings", "source", "note", "type"}
"""Fields of a policy that these rules know besides what makes its kind."""
KNOWN: dict[str, set[str]] = {
    "closed": PLAIN,
    "checkpoint": PLAIN | {"routes", "permeability"},
    "reception_stop": PLAIN | {"places"},
}
"""Policies that these rules know by their type, and the fields that may be set in each."""


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
        first, stop = _days(policy, starts)
        if isinstance(policy, ReceptionStop):
            no_camp[first:stop, [index[name] for name in policy.places]] = True
        elif isinstance(policy, Closed):
            shut[first:stop, _links_over(scenario, border, direction, policy)] = True
        elif isinstance(policy, Checkpoint) and policy.permeability == 0.0:
            shut[first:stop, _links_along(scenario, policy)] = True
    return shut, no_camp


def _days(policy: Policy, starts: list[datetime]) -> tuple[int, int]:
    """First day at whose start a policy is in force, and the first at which it is no more."""
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


def _links_along(scenario: Scenario, policy: Checkpoint) -> list[int]:
    pairs = {frozenset(pair) for pair in policy.routes}
    rows = [r for r, t in enumerate(scenario.routes) if frozenset((t.start, t.end)) in pairs]
    return [link for r in rows for link in (2 * r, 2 * r + 1)]
