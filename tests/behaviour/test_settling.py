"""What places are worth to those who look for one."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.behaviour.config import RouteChoice
from flowsim.behaviour.settling import LEAST_FREE, Refuges, refuge_utility, settle_utility


def refuges(n: int, **told: list) -> Refuges:
    """Places without limit where nobody is."""
    kinds = {"full": False, "free": 1.0, "settled": 0, "opened": False, "excess": 0.0}
    return Refuges(**{k: np.array(told.get(k, [v] * n)) for k, v in kinds.items()})


def test_settling_utility() -> None:
    """base inside or abroad + kin x share + size ln(1 + hosts / 1000) - cost x danger."""
    section = RouteChoice(settle_inside=-1, settle_abroad=2, kin=3, size=0.5, settle_danger_cost=4)
    told = settle_utility(
        section,
        hosts=np.array([1000.0, 1000.0, 0.0, 1000.0]),
        total=np.array([4000.0, 4000.0, 0.0, 1000.0]),
        inside=np.array([True, False, False, True]),
        danger=np.array([0.0, 0.5, 0.0, 0.0]),
        refuges=refuges(4, full=[False, False, False, True]),
        country=np.zeros(4, dtype=np.int64),
    )
    size = 0.5 * np.log(2.0)
    assert told[:3] == pytest.approx([-1 + 0.75 + size, 2 + 0.75 + size - 2, 2.0])
    assert told[3] < -5


def test_room_draws_and_a_full_place_stays_finite() -> None:
    section = RouteChoice(room=2.0)
    told = refuge_utility(section, refuges(3, free=[1.0, 0.5, 0.0]), np.zeros(3, dtype=np.int64))
    assert told == pytest.approx([0.0, 2 * np.log(0.5), 2 * np.log(LEAST_FREE)])


def test_people_go_where_others_are_and_not_into_the_crowd() -> None:
    """Shares of all settled: at the place they cost, in the country they draw."""
    section = RouteChoice(crowding=2.0, compatriots=5.0)
    country = np.array([0, 0, 1, 2])
    told = refuge_utility(section, refuges(4, settled=[10, 30, 60, 0]), country)
    assert told == pytest.approx([0.4 * 5 - 0.2, 0.4 * 5 - 0.6, 0.6 * 5 - 1.2, 0.0])
    assert refuge_utility(section, refuges(4), country).tolist() == [0.0] * 4  # nobody yet


def test_a_place_that_opened_draws() -> None:
    section = RouteChoice(opened=1.5)
    told = refuge_utility(section, refuges(2, opened=[False, True]), np.zeros(2, dtype=np.int64))
    assert told.tolist() == [0.0, 1.5]


def test_countries_are_chosen_and_not_their_many_camps() -> None:
    """A country of three camps, one of them full, is worth as much as one of a single camp."""
    country = np.array([0, 0, 0, 1])
    full = np.array([False, False, True, False])
    here = refuges(4)._replace(full=full)
    told = refuge_utility(RouteChoice(by_country=1.0), here, country)
    assert np.exp(told[:2]).sum() == pytest.approx(np.exp(told[3]))
    half = refuge_utility(RouteChoice(by_country=0.5), here, country)
    assert half == pytest.approx(0.5 * told)
    none_left = here._replace(full=np.ones(4, dtype=bool))
    assert np.isfinite(refuge_utility(RouteChoice(by_country=1.0), none_left, country)).all()
