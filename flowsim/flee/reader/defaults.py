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
    "burundi2015": (2.03, 1.66, 2.27, 2.43, 0.324, 0.0124),
    "car2013": (2.65, 2.12, 3.05, 2.44, 0.257, 0.015),
    "mali2012": (2.26, 1.93, 2.55, 2.3, 0.3, 0.0126),
    "mali2017_adm1": (2.41, 2.04, 2.92, 2.24, 0.317, 0.0128),
    "nigeria2016": (2.06, 1.92, 2.77, 2.34, 0.334, 0.0119),
    "ssudan2013": (1.71, 1.98, 2.72, 1.88, 0.289, 0.0174),
    "ssudan2016": (2.03, 1.89, 2.72, 2.32, 0.265, 0.0107),
    "syria2013": (2.89, 2.06, 2.89, 2.33, 0.317, 0.0129),
    "tigray2020": (2.9, 2.07, 3.12, 2.38, 0.345, 0.013),
}  # fmt: skip
"""Values of the terms, fitted by ``examples/fit_nine_conflicts.py`` to the registrations of eight
of nine conflicts, by the name of the one left out; ``all`` are fitted to all nine, and hold unless
a fold is asked for."""

PER_DAY = "behaviour.leaving.violence_per_day"
RATES: Mapping[str, tuple[float, float, float]] = {
    "all": (0.000138, 3.06e-06, 0.00623),
    "burundi2015": (0.000118, 2.05e-06, 0.0068),
    "car2013": (0.000119, 2.05e-06, 0.00689),
    "mali2012": (0.000129, 2.03e-06, 0.00816),
    "mali2017_adm1": (0.000227, 1.56e-05, 0.00331),
    "nigeria2016": (0.000186, 4.59e-06, 0.00756),
    "ssudan2013": (0.000118, 2.06e-06, 0.00672),
    "ssudan2016": (0.000109, 2.23e-06, 0.00532),
    "syria2013": (0.000133, 2.06e-06, 0.00857),
    "tigray2020": (0.000141, 2.16e-06, 0.00913),
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
