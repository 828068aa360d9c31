"""A researcher's own rule in place of one of the model's."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.behaviour.rules import RULES
from flowsim.errors import SimulationError
from flowsim.running import run
from tests.model.worlds import plain, rich, same_bytes, stock


def test_an_own_rule_of_leaving_is_followed():
    """At h = 1 a day whatever the danger, exp(-t) are still at home after t days."""
    scenario = plain(20_000, per_day=0.0, days=2)
    result = run(scenario, rules={"leave": lambda view: np.ones_like(view.danger)})
    at_home = stock(result, "at_home") / 20_000
    t = np.arange(1, 49) / 24
    assert np.abs(at_home - np.exp(-t)).max() < 1.95 / np.sqrt(20_000)


def test_the_model_s_own_rules_change_nothing():
    scenario = rich(400, days=1)
    assert not same_bytes(run(scenario), run(scenario, rules=RULES))
    slower = {"leave": lambda view: RULES["leave"](view) * 0.5}
    engines = [run(scenario, rules=slower, engine=e) for e in ("columns", "agents")]
    assert not same_bytes(*engines)
    assert same_bytes(run(scenario), engines[0])


@pytest.mark.parametrize(
    "rule",
    [
        lambda view: -np.ones_like(view.danger),
        lambda view: np.full_like(view.danger, np.nan),
        lambda view: np.full_like(view.danger, np.inf),
        lambda view: np.ones(3),
        lambda view: 1.0,
    ],
)
def test_nonsense_from_a_rule_is_a_simulation_error(rule):
    with pytest.raises(SimulationError, match="the rule 'leave' gave"):
        run(plain(100), rules={"leave": rule})


def test_a_rule_of_another_name_is_a_simulation_error():
    with pytest.raises(SimulationError, match="there is no rule 'flee'; there is leave"):
        run(plain(100), rules={"flee": RULES["leave"]})


def test_neighbours_who_left_are_forgotten_by_the_hour():
    """Who leave in the first hour are remembered: of these exp(-t / 5) another t hours later."""
    seen = []

    def leave(view):
        seen.append(float(view.gone[0, 0]))
        return np.full_like(view.danger, 24.0 if len(seen) == 1 else 0.0)

    memory = {"leaving": {"neighbours_hours": 5.0}}
    run(plain(4000, days=0.5, behaviour=memory), rules={"leave": leave})
    first = 1 - np.exp(-1.0)
    assert seen[:2] == [0.0, pytest.approx(first, abs=4 * np.sqrt(first * (1 - first) / 4000))]
    assert seen[1:] == pytest.approx(seen[1] * np.exp(-np.arange(11) / 5.0))


def test_groups_differ_in_fleeing():
    """The hazard of a group is `flees` times that of the rule: exp(-h t) against exp(-h t / 2)."""
    scenario = plain(20_000, per_day=1.0, days=1)
    slow = scenario.groups[0].model_copy(update={"flees": 0.5})
    at_home = [
        stock(run(s), "at_home")[-1] / 20_000
        for s in (scenario, scenario.model_copy(update={"groups": (slow,)}))
    ]
    assert at_home == pytest.approx([np.exp(-1.0), np.exp(-0.5)], abs=1.95 / np.sqrt(20_000))
