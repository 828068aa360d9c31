"""The statistical level: its false alarms and its power, as it states them, by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from flowsim.check.swaps import FALSE_ALARM, p_values, power

MEMBERS, OUTCOMES, SCENARIOS = 20, 6, 3
LEVEL = 0.10
"""Of the suite in these simulations; large, so that few repetitions tell it."""


def suite(rng: np.random.Generator, paired: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes of a scenario before and after, (members, outcomes) each, with nothing moved.

    Lognormal and correlated with each other; with ``paired`` also before with after.
    """
    shared = rng.normal(size=(MEMBERS, OUTCOMES))
    sides = []
    for _ in range(2):
        own = rng.normal(size=(MEMBERS, OUTCOMES)) + 0.7 * rng.normal(size=(MEMBERS, 1))
        mixed = paired * shared + np.sqrt(1.0 - paired**2) * own
        sides.append(np.exp(5.0 + 0.4 * mixed))
    return sides[0], sides[1]


def alarms(repeats: int, paired: float) -> int:
    """Suites of several scenarios in which any outcome alarms."""
    rng = np.random.default_rng(6)
    return sum(
        min(p_values(*suite(rng, paired), swaps=999).min() for _ in range(SCENARIOS))
        <= LEVEL / SCENARIOS
        for _ in range(repeats)
    )


@pytest.mark.parametrize("paired", [0.0, 0.95])
def test_a_suite_alarms_without_cause_as_often_as_stated(paired: float) -> None:
    repeats = 400
    told = alarms(repeats, paired)
    sd = np.sqrt(repeats * LEVEL * (1.0 - LEVEL))
    assert abs(told - LEVEL * repeats) < 3.0 * sd, f"{told} of {repeats}"


def test_nothing_moved_never_alarms() -> None:
    before, _ = suite(np.random.default_rng(1))
    assert p_values(before, before).tolist() == [1.0] * OUTCOMES


def test_two_percent_is_seen_as_often_as_stated() -> None:
    """Drawn anew, at the level that a lone scenario has."""
    rng, repeats = np.random.default_rng(2), 100
    for spread in (0.004, 0.012, 0.02):
        draw = lambda: 1000.0 * (1.0 + spread * rng.normal(size=(MEMBERS, OUTCOMES)))  # noqa: B023,E731
        stated, seen = [], 0
        for _ in range(repeats):
            before, after = draw(), draw() * ([1.02] + [1.0] * (OUTCOMES - 1))
            seen += p_values(before, after, swaps=1_999)[0] <= FALSE_ALARM
            stated.append(power(before[:, 0], FALSE_ALARM, OUTCOMES))
        told = float(np.mean(stated))
        sd = np.sqrt(told * (1.0 - told) / repeats) + 0.01
        assert told - 3.0 * sd < seen / repeats < told + 0.2, f"{spread}: {told}, {seen}"


def test_in_pairs_two_percent_of_a_wild_outcome_are_seen() -> None:
    before, _ = suite(np.random.default_rng(3))
    after = before * ([1.02] + [1.0] * (OUTCOMES - 1))
    found = p_values(before, after)
    assert power(before[:, 0], FALSE_ALARM, OUTCOMES) < 0.1
    assert found[0] <= FALSE_ALARM
    assert found[1:].tolist() == [1.0] * (OUTCOMES - 1)


def test_a_wider_spread_of_the_same_mean_is_seen() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(size=(200, 1))
    assert p_values(values, 2.0 * rng.permutation(values))[0] <= FALSE_ALARM


def test_members_that_lose_their_value_are_seen() -> None:
    before, after = suite(np.random.default_rng(5), 0.95)
    after[:15, 2] = np.nan
    found = p_values(before, after)
    assert found[2] <= FALSE_ALARM
    assert found[0] > FALSE_ALARM
    after[:, 2] = before[:, 2] = np.nan
    assert p_values(before, after)[2] == 1.0
