"""What people do in a crisis that is read from Flee: one set of parameters for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.behaviour.config import Behaviour

PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "news": {"informed": 1.0},
    "leaving": {"count": "given", "news_per_day": 0.0, "neighbours_per_day": 0.0, "trapped": 0.0,
                "men_stay": 0.0, "frailty_variance": 0.0},
    "origins": {"population_power": 0.3},
    "routes": {"km_cost": 0.009, "margin": 0.04, "danger_cost": 0.03, "by_country": 1.0,
               "road_kmh": 16.0, "size": 0.0, "kin": 0.0, "settle_abroad": 0.0,
               "settle_danger_cost": 0.0, "wait_cost_cap": 12.0},
    "waiting": {"give_up_per_day": 0.0, "give_up_closed_per_day": 0.5, "fence_per_day": 0.0},
    "harm": {"deaths_per_day": 0.0},
    "returning": {"inside_per_day": 0.0, "abroad_per_day": 0.0},
}  # fmt: skip
"""Assumed. Who is told to come has come: nobody turns to a border that is known to be closed, is
harmed, or goes home. 16 km/h day and night is close to the 400 km a day of Flee's settings."""

TERMS = (
    "behaviour.routes.room",
    "behaviour.routes.crowding",
    "behaviour.routes.compatriots",
    "behaviour.routes.opened",
    "behaviour.routes.any_distance",
    "behaviour.origins.elsewhere",
)
FOLDS: Mapping[str, tuple[float, ...]] = {
    "all": (2.23, 2.01, 2.88, 2.32, 0.316, 0.0127),
}  # fmt: skip
"""Values of the terms, fitted by ``examples/fit_nine_conflicts.py`` to the registrations of eight
of nine conflicts, by the name of the one left out; ``all`` are fitted to all nine, and hold unless
a fold is asked for."""

PER_DAY = "behaviour.leaving.violence_per_day"
RATES: Mapping[str, tuple[float, float, float]] = {
    "all": (0.000186, 0.00001, 0.001),
}  # fmt: skip
"""Hazard of leaving by the same folds, 1/day: median, 5 and 95 % of what the other conflicts say of
one, see `flowsim.learn.leavers.pooled`."""


def behaviour(given: bool = True) -> Behaviour:
    """The behaviour of people in such a scenario.

    Parameters
    ----------
    given : bool
        Whether it is told how many leave; else that follows from violence.
    """
    told = {section: dict(values) for section, values in PEOPLE.items()}
    for path, value in {**fitted("all"), PER_DAY: RATES["all"][0]}.items():
        _, section, name = path.split(".")
        told.setdefault(section, {})[name] = value
    told["leaving"]["count"] = "given" if given else "hazard"
    return Behaviour.model_validate(told)


def fitted(fold: str) -> dict[str, float]:
    """Values of a fold by their paths, for `Scenario.with_values`.

    Examples
    --------
    >>> fitted("mali2012")["behaviour.routes.room"] >= 0.0
    True
    """
    return dict(zip(TERMS, FOLDS[fold], strict=True))


def rate_of_leaving(fold: str = "all") -> dict[str, Any]:
    """The hazard of leaving of a fold as an uncertain number, for `Scenario.with_values`.

    Examples
    --------
    >>> rate = rate_of_leaving()
    >>> rate["low"] < rate["value"] < rate["high"]
    True
    """
    value, low, high = RATES[fold]
    source = "pooled over conflicts in Flee's format (MODEL.md, section 9)"
    return {"value": value, "low": low, "high": high, "source": source}
