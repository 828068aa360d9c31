"""The rules that give hazards by place and group, and how a researcher puts another in their place.

A rule is a vectorised function of a `RuleView`; it is asked once a tick, never once a household.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from flowsim.arrays import Bools, Floats
from flowsim.behaviour.leaving import leave_rate, onward_rate
from flowsim.behaviour.returning import return_rate
from flowsim.behaviour.sections import Behaviour
from flowsim.errors import SimulationError, in_own_code
from flowsim.policy.land import Roads
from flowsim.world.violence import Danger


@dataclass(frozen=True)
class RuleView:
    """What rules may look at.

    Attributes
    ----------
    behaviour : Behaviour
        The parameters of the scenario.
    danger : float64 array (P, G)
        Intensity of violence at each place as far as it targets each group.
    news : float64 array (P, G)
        Danger elsewhere that is heard of, in [0, 1).
    gone : float64 array (P, G)
        Part of the residents of each group who have left of late, in [0, 1].
    ability : float64 array (P, G)
        Factor of curfews, roadblocks and barricades.
    inside : bool array (C,)
        Countries that people flee from.
    pressure : float64 array (C,)
        Hazard of return that each country's policies add, 1/day.
    encouraged : float64 array (C,)
        Factor of each country's policies on the wish to return.
    """

    behaviour: Behaviour
    danger: Floats
    news: Floats
    gone: Floats
    ability: Floats
    inside: Bools
    pressure: Floats
    encouraged: Floats

    @classmethod
    def of(
        cls, behaviour: Behaviour, danger: Danger, roads: Roads | None, news: Floats, gone: Floats,
        inside: Bools, pressure: Floats, encouraged: Floats,
    ) -> RuleView:  # fmt: skip
        """What there is to look at under a state of violence and under policies on roads."""
        ability = danger.leave
        if roads is not None:
            ability = ability + roads.lifts_at[:, None] * (1.0 - ability)
        return cls(behaviour, danger.danger, news, gone, ability, inside, pressure, encouraged)


Rule = Callable[[RuleView], Floats]


def leave(view: RuleView) -> Floats:
    """Hazard of leaving home, 1/day, (P, G); see `leave_rate`."""
    section = view.behaviour.leaving
    return leave_rate(section, view.danger, view.news, view.gone, view.ability)


def onward(view: RuleView) -> Floats:
    """Hazard of moving on from a refuge, 1/day, (P, G); see `onward_rate`."""
    return onward_rate(view.behaviour.leaving, view.danger, view.ability)


def go_home(view: RuleView) -> Floats:
    """Hazard of return, 1/day, (C, P, G, 2); see `return_rate`."""
    section = view.behaviour.returning
    return return_rate(section, view.danger, view.inside, view.pressure, view.encouraged)


RULES: Mapping[str, Rule] = {"leave": leave, "onward": onward, "return": go_home}
"""The rules of the model by name; `flowsim.run(..., rules={name: function})` replaces some."""


def chosen(replaced: Mapping[str, Rule] | None) -> dict[str, Rule]:
    """All rules, with those that are replaced.

    Raises
    ------
    SimulationError
        There is no rule of that name.

    Examples
    --------
    >>> mine = chosen({"onward": lambda view: 0.0 * view.danger})
    >>> sorted(mine), mine["leave"] is leave
    (['leave', 'onward', 'return'], True)
    """
    for name in replaced or {}:
        if name not in RULES:
            raise SimulationError(f"there is no rule {name!r}; there is {', '.join(RULES)}")
    return {**RULES, **(replaced or {})}


def ask(
    rules: Mapping[str, Rule], name: str, view: RuleView, shape: tuple[int, ...], now: datetime
) -> Floats:
    """What a rule gives, checked: hazards of the right shape, finite and not negative.

    Raises
    ------
    SimulationError
        It gives something else, or raised an error, which is its cause.
    """
    try:
        rate = np.asarray(rules[name](view), dtype=np.float64)
    except MemoryError:
        raise
    except Exception as error:
        raise in_own_code(f"the rule {name!r}, {now:%Y-%m-%dT%H:%M}", error) from error
    if rate.shape != shape or not np.isfinite(rate).all() or (rate < 0.0).any():
        raise SimulationError(
            f"the rule {name!r} gave an array {rate.shape} from {rate.min(initial=0.0)} to "
            f"{rate.max(initial=0.0)}; hazards are finite, not negative, and {shape}"
        )
    return rate
