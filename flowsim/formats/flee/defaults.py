"""What people do in a crisis that is read from Flee: one set of parameters for all of them."""

from __future__ import annotations

from typing import Any

from flowsim.behaviour.sections import Behaviour

PEOPLE: dict[str, dict[str, Any]] = {
    "news": {"informed": 1.0},
    "leaving": {"count": "given", "men_stay": 0.0, "frailty_variance": 0.0},
    "routes": {"km_cost": 0.005, "road_kmh": 16.0, "size": 0.0, "kin": 0.0, "settle_abroad": 0.0},
    "waiting": {"give_up_per_day": 0.0, "give_up_closed_per_day": 0.5, "fence_per_day": 0.0},
    "harm": {"deaths_per_day": 0.0},
    "returning": {"inside_per_day": 0.0, "abroad_per_day": 0.0},
}


def behaviour() -> Behaviour:
    """The behaviour of people in such a scenario."""
    return Behaviour.model_validate(PEOPLE)


FOLDS: dict[str, dict[str, float]] = {}
"""Values fitted on five of the six conflicts, by the one left out; `all` on all of them."""


def fitted(fold: str) -> dict[str, float]:
    """Values of a fold by their paths, for `Scenario.with_values`."""
    return dict(FOLDS[fold])
