"""Reports that are drawn of runs have the likelihood as their density."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from flowsim.evidence.drawn_reports import drawn_reports
from flowsim.evidence.likelihood import log_likelihood, statements_of_example
from flowsim.evidence.statements import Statement

ONE = statements_of_example()[0]
UNEQUAL = replace(ONE, sd_low=3_000.0, sd_high=12_000.0, sd_discrepancy=2_000.0)
SHARED = {"originator": "a ministry", "correlation": 0.8}
DRAWS, NEAR = 60_000, 3_000.0
MEANS = np.array([70_000.0, 78_000.0, 84_000.0, 95_000.0])

KINDS: dict[str, list[Statement]] = {
    "tails": [ONE],
    "normal": [replace(ONE, freedom=math.inf)],
    "rounded": [replace(ONE, rounded_to=20_000.0)],
    "unequal": [UNEQUAL],
    "unequal and rounded": [replace(UNEQUAL, rounded_to=20_000.0)],
    "of one originator": [replace(ONE, **SHARED), replace(ONE, value=86_000.0, **SHARED)],
    "unequal, of one": [replace(UNEQUAL, **SHARED), replace(UNEQUAL, value=86_000.0, **SHARED)],
    "of unknown discrepancy": [
        replace(ONE, discrepancy_within=3.0), replace(ONE, value=86_000.0, discrepancy_within=3.0),
    ],
    "of two originators": [replace(ONE, originator="a"), replace(UNEQUAL, originator="b")],
}  # fmt: skip


def rows(told: list[Statement], shift: float = 4_000.0) -> np.ndarray:
    return MEANS[:, None] + shift * np.arange(len(told))


def drawn(told: list[Statement], means: np.ndarray, spread: float = 0.0) -> np.ndarray:
    """Reports, (means, draws, statements)."""
    many = np.repeat(means, DRAWS, axis=0)
    made = drawn_reports(told, many, np.random.default_rng(3), np.full(many.shape, spread))
    return made.reshape(len(means), DRAWS, len(told))


def integral(told: list[Statement], spread: float) -> float:
    """Of the likelihood over all figures; not 1 where unequal errors are shared."""
    values = np.array([s.value for s in told])
    axis, step = np.linspace(-120_000.0, 120_000.0, 161, retstep=True)
    apart = np.stack(np.meshgrid(*[axis] * len(told)), axis=-1).reshape(-1, len(told))
    logs = log_likelihood(told, values - apart, np.full(apart.shape, spread))
    return float(np.exp(logs).sum() * step ** len(told))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spread", [0.0, 6_000.0])
def test_so_many_draws_lie_near_the_figures_as_the_likelihood_says(kind: str, spread: float):
    told = KINDS[kind]
    means = rows(told)
    values = np.array([s.value for s in told])
    near = (np.abs(drawn(told, means, spread) - values) < NEAR).all(axis=2).mean(axis=1)
    # The mean density over the cell of draws that are near, by points within it.
    points = NEAR * np.array([-0.8, -0.4, 0.0, 0.4, 0.8])
    at = np.stack(np.meshgrid(*[points] * len(told)), axis=-1).reshape(-1, len(told))
    moved = [means - point for point in at]
    densities = np.exp([log_likelihood(told, m, np.full(m.shape, spread)) for m in moved])
    expected = densities.mean(axis=0) * (2.0 * NEAR) ** len(told) / integral(told, spread)
    sd = np.sqrt(expected * (1.0 - expected) / DRAWS)
    assert (np.abs(near - expected) < 4.0 * sd + 0.01 * expected).all(), (near, expected)


@pytest.mark.parametrize("bound", ["at least", "up to"])
def test_a_bound_is_kept_as_often_as_the_likelihood_says(bound: str) -> None:
    told = [replace(ONE, bound=bound)]  # type: ignore[arg-type]
    made = drawn(told, rows(told))[:, :, 0]
    kept = np.exp(log_likelihood(told, rows(told)))
    assert (made == ONE.value).mean(axis=1) == pytest.approx(kept, abs=0.01)
    missed = made[made != ONE.value]
    assert (missed < ONE.value).all() if bound == "at least" else (missed > ONE.value).all()


def test_a_share_of_nobody_is_not_reported() -> None:
    made = drawn_reports(KINDS["of two originators"], np.array([[np.nan, 80_000.0]]),
                         np.random.default_rng(1))  # fmt: skip
    assert np.isnan(made).tolist() == [[True, False]]
