"""What people do in a crisis that is read from Flee: one set of parameters for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flowsim.behaviour.config import Behaviour

PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "news": {"informed": 1.0},
    "leaving": {"count": "given", "news_per_day": 0.0, "neighbours_per_day": 0.0, "trapped": 0.0,
                "men_stay": 0.0, "frailty_variance": 0.0},
    "routes": {"road_kmh": 16.0, "size": 0.0, "kin": 0.0, "settle_abroad": 0.0,
               "settle_danger_cost": 0.0, "wait_cost_cap": 12.0},
    "waiting": {"give_up_per_day": 0.0, "give_up_closed_per_day": 0.5, "fence_per_day": 0.0},
    "harm": {"deaths_per_day": 0.0},
    "returning": {"inside_per_day": 0.0, "abroad_per_day": 0.0},
}  # fmt: skip
"""Assumed. Who is told to come has come: nobody turns to a border that is known to be closed, is
harmed, or goes home. 16 km/h day and night is close to the 400 km a day of Flee's settings."""

TERMS = (
    "behaviour.routes.km_cost",
    "behaviour.routes.margin",
    "behaviour.routes.danger_cost",
    "behaviour.routes.room",
    "behaviour.routes.crowding",
    "behaviour.routes.compatriots",
    "behaviour.routes.opened",
    "behaviour.origins.population_power",
    "behaviour.leaving.violence_per_day",
)
FOLDS: Mapping[str, tuple[float, ...]] = {
    "all": (0.00891, 0.0359, 0.0248, 3.9, 3.08, 2.43, 2.5, 0.402, 0.000186),
    "burundi2015": (0.00888, 0.0449, 0.0251, 3.51, 3.12, 2.22, 2.73, 0.359, 0.000153),
    "car2013": (0.00872, 0.0305, 0.015, 3.3, 2.7, 2.31, 2.12, 0.419, 0.000155),
    "mali2012": (0.0103, 0.0379, 0.0261, 3.66, 3.64, 2.32, 2.49, 0.48, 0.000176),
    "nigeria2016": (0.00757, 0.0478, 0.0611, 3.3, 2.58, 2.48, 2.26, 0.404, 0.000318),
    "ssudan2013": (0.00918, 0.0463, 0.0259, 3.01, 3.6, 3.06, 1.96, 0.363, 0.000152),
    "tigray2020": (0.00901, 0.0347, 0.035, 4.23, 2.74, 2.28, 2.06, 0.386, 0.000202),
}  # fmt: skip
"""Values of the terms, fitted by ``examples/fit_six_conflicts.py`` to the registrations of five of
six conflicts, by the name of the one left out; ``all`` are fitted to all six, and hold unless a
fold is asked for."""


def behaviour(given: bool = True) -> Behaviour:
    """The behaviour of people in such a scenario.

    Parameters
    ----------
    given : bool
        Whether it is told how many leave; else that follows from violence.
    """
    told = {section: dict(values) for section, values in PEOPLE.items()}
    for path, value in fitted("all").items():
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
