"""The likelihood of reports against scipy, and what it must do whatever the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, special, stats

from flowsim.evidence.likelihood import implausibility, log_likelihood, statements_of_example
from flowsim.evidence.statements import Z95, Statement

ONE = statements_of_example()[0]
"""80,000 with a counting error of 4,800 and a discrepancy of 8,000."""
SD = math.hypot(ONE.sd_low, ONE.sd_discrepancy)
NORMAL = replace(ONE, freedom=math.inf)
TOGETHER = replace(ONE, originator="a ministry", correlation=0.7)
GRID = np.linspace(20_000.0, 160_000.0, 57)


def scale(freedom: float) -> float:
    """The scale of a t whose 5 and 95 % points are those of a standard normal number."""
    return Z95 / float(stats.t.ppf(0.95, freedom))


def likelihood(told: Sequence[Statement], *means: float) -> float:
    return float(log_likelihood(told, np.array(means)))


def pull(told: Sequence[Statement], near: float, far: float) -> float:
    """How much more likely the one is than the other, for all statements alike."""
    values = np.array([[near] * len(told), [far] * len(told)])
    better, worse = log_likelihood(told, values)
    return float(better - worse)


def test_one_figure_is_a_t_or_a_normal_number() -> None:
    got = log_likelihood([ONE], GRID[:, None])
    np.testing.assert_allclose(got, stats.t.logpdf(80_000, 4.0, GRID, SD * scale(4.0)), rtol=1e-12)
    got = log_likelihood([NORMAL], GRID[:, None])
    np.testing.assert_allclose(got, stats.norm.logpdf(80_000, GRID, SD), rtol=1e-12)


def test_the_ends_of_a_range_are_five_and_ninety_five_per_cent_whatever_the_tails() -> None:
    for freedom in (2.0, 4.0, math.inf):
        told = replace(ONE, freedom=freedom, sd_discrepancy=0.0)
        low, high = 80_000 - Z95 * told.sd_low, 80_000 + Z95 * told.sd_high

        def density(mean: float, told: Statement = told) -> float:
            return math.exp(likelihood([told], mean))

        inside, _ = integrate.quad(density, low, high)
        assert inside == pytest.approx(0.9, abs=1e-6)


def test_unequal_errors_have_two_pieces_that_meet_and_integrate_to_one() -> None:
    told = replace(ONE, sd_low=3_000.0, sd_high=9_000.0, sd_discrepancy=0.0, freedom=math.inf)
    z = np.linspace(0.0, 160_000.0, 160_001)
    density = np.exp([likelihood([replace(told, value=v)], 80_000.0) for v in z[::100]])
    assert np.trapezoid(density, z[::100]) == pytest.approx(1.0, abs=1e-6)
    assert pull([told], 80_000.0, 80_000.0 - 3_000.0) == pytest.approx(0.5)
    assert pull([told], 80_000.0, 80_000.0 + 9_000.0) == pytest.approx(0.5)


def test_rounding_is_the_integral_over_the_cell() -> None:
    for base in (ONE, NORMAL):
        rounded = replace(base, rounded_to=25_000.0)
        for mean in (20_000.0, 78_000.0, 91_000.0, 260_000.0):

            def density(z: float, base: Statement = base, mean: float = mean) -> float:
                return math.exp(likelihood([replace(base, value=z)], mean))

            cell, _ = integrate.quad(density, 67_500.0, 92_500.0, epsabs=0.0, epsrel=1e-10)
            assert likelihood([rounded], mean) == pytest.approx(math.log(cell / 25_000.0), abs=1e-8)


def test_a_fine_cell_is_no_rounding() -> None:
    fine = replace(ONE, rounded_to=1.0)
    np.testing.assert_allclose(
        log_likelihood([fine], GRID[:, None]), log_likelihood([ONE], GRID[:, None]), atol=1e-6
    )


def test_bounds_are_flat_where_they_are_kept_and_fall_where_they_are_not() -> None:
    least, most = (replace(ONE, bound=bound) for bound in ("at least", "up to"))
    up = log_likelihood([least], GRID[:, None])
    np.testing.assert_allclose(
        up, stats.t.logcdf((GRID - 80_000) / (SD * scale(4.0)), 4.0), rtol=1e-12
    )
    assert (np.diff(up) > 0).all()
    assert likelihood([least], 400_000.0) == pytest.approx(0.0, abs=1e-4)
    assert pull([least], 500_000.0, 400_000.0) == pytest.approx(0.0, abs=1e-4)
    down = log_likelihood([most], (160_000.0 - GRID)[:, None])
    np.testing.assert_allclose(down, up, rtol=1e-9)
    assert implausibility([least, most], np.array([200_000.0, 10_000.0])).tolist() == [0.0, 0.0]
    assert (implausibility([most, least], np.array([200_000.0, 10_000.0])) > 5).all()


def test_figures_with_a_shared_normal_error_are_a_multivariate_normal() -> None:
    told = [replace(TOGETHER, freedom=math.inf, value=v) for v in (80_000.0, 85_000.0, 60_000.0)]
    covariance = ONE.sd_discrepancy**2 * np.eye(3) + ONE.sd_low**2 * (0.7 + 0.3 * np.eye(3))
    means = np.array([90_000.0, 70_000.0, 66_000.0])
    expected = stats.multivariate_normal.logpdf([s.value for s in told], means, covariance)
    assert likelihood(told, *means) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("freedom", [4.0, math.inf])
@pytest.mark.parametrize("means", [(90_000.0, 70_000.0, 60_000.0), (190_000.0, 90_000.0, 20_000.0)])
def test_a_shared_error_is_integrated_over(freedom: float, means: tuple[float, ...]) -> None:
    told = [
        replace(TOGETHER, freedom=freedom),
        replace(TOGETHER, freedom=freedom, value=85_000.0, rounded_to=10_000.0),
        replace(TOGETHER, freedom=freedom, value=75_000.0, bound="at least"),
    ]
    own = math.sqrt(0.3 * ONE.sd_low**2 + ONE.sd_discrepancy**2) * scale(freedom)
    b = np.sinh(np.linspace(-10.0, 10.0, 40_001))
    left = [s.value - m - math.sqrt(0.7) * ONE.sd_low * scale(freedom) * b
            for s, m in zip(told, means, strict=True)]  # fmt: skip

    def below(x: np.ndarray) -> np.ndarray:
        return special.ndtr(x) if math.isinf(freedom) else special.stdtr(freedom, x)

    law = stats.norm() if math.isinf(freedom) else stats.t(freedom)
    near = np.abs(left[1])
    cell = below((5_000.0 - near) / own) - below((-5_000.0 - near) / own)
    product = law.pdf(b) * law.pdf(left[0] / own) / own * cell / 1e4 * below(-left[2] / own)
    expected = math.log(np.trapezoid(product, b))
    assert likelihood(told, *means) == pytest.approx(expected, abs=3e-4)


@pytest.mark.parametrize("freedom", [4.0, math.inf])
def test_two_of_one_originator_count_less_than_two_and_wholly_alike_as_one(freedom: float) -> None:
    bare = replace(TOGETHER, freedom=freedom, sd_discrepancy=0.0)
    alone = pull([bare], 80_000.0, 90_000.0)
    apart = [replace(bare, originator=name) for name in ("one", "another")]
    assert pull(apart, 80_000.0, 90_000.0) == pytest.approx(2.0 * alone)
    some = [pull([replace(bare, correlation=c)] * 2, 80_000.0, 90_000.0) for c in (0.0, 0.5, 1.0)]
    assert some[0] == pytest.approx(2.0 * alone)
    assert 1.02 * alone < some[1] < 0.98 * 2.0 * alone
    assert some[2] == pytest.approx(alone, rel=0.03)
    if math.isinf(freedom):
        assert some[1] == pytest.approx(alone * 2.0 / 1.5)


def test_another_quantity_of_the_same_originator_is_independent() -> None:
    other = replace(TOGETHER, quantity="waiting")
    both = likelihood([TOGETHER, other], 90_000.0, 70_000.0)
    alone = likelihood([TOGETHER], 90_000.0) + likelihood([other], 70_000.0)
    assert both == pytest.approx(alone)


def test_heavy_tails_bound_the_pull_of_an_outlier() -> None:
    """Of ten reports one is wild: normal errors draw the best value to it, heavy tails do not."""
    values = np.linspace(50_000.0, 150_000.0, 2001)
    best = {}
    for freedom in (4.0, math.inf):
        told = [replace(ONE, freedom=freedom)] * 9 + [replace(ONE, freedom=freedom, value=3e5)]
        logs = log_likelihood(told, np.repeat(values[:, None], 10, axis=1))
        best[freedom] = values[logs.argmax()]
    assert best[math.inf] == pytest.approx(102_000.0, abs=100.0)
    assert abs(best[4.0] - 80_000.0) < 2_000.0
    # The pull of one report is bounded, whatever it says.
    steps = [pull([replace(ONE, value=v)], 81_000.0, 80_000.0) for v in np.linspace(8e4, 9e5, 400)]
    assert max(steps) < 0.25


def test_a_wild_report_takes_the_others_of_its_originator_with_it_only_in_part() -> None:
    told = [TOGETHER] * 3 + [replace(TOGETHER, value=3e5)]
    values = np.linspace(50_000.0, 150_000.0, 501)
    logs = log_likelihood(told, np.repeat(values[:, None], 4, axis=1))
    assert abs(values[logs.argmax()] - 80_000.0) < 4_000.0


def test_runs_are_independent_of_each_other_and_of_the_order_of_statements() -> None:
    told = [TOGETHER, replace(TOGETHER, value=85_000.0, rounded_to=10_000.0), ONE]
    rows = np.random.default_rng(1).normal(80_000.0, 20_000.0, (600, 3))
    whole = log_likelihood(told, rows)
    assert whole.shape == (600,)
    assert whole[[5, 599]].tolist() == [likelihood(told, *rows[5]), likelihood(told, *rows[599])]
    np.testing.assert_allclose(log_likelihood(told[::-1], rows[:, ::-1]), whole, rtol=1e-9)


def test_what_an_emulator_does_not_know_weakens_a_statement() -> None:
    values = np.array([[80_000.0], [120_000.0]])
    sure, unsure = log_likelihood([ONE], values), log_likelihood([ONE], values, 20_000.0)
    assert unsure[0] - unsure[1] < sure[0] - sure[1]
    expected = 40_000.0 / math.hypot(SD, 20_000.0)
    assert implausibility([ONE], values, 20_000.0)[1, 0] == pytest.approx(expected)


def test_nothing_simulated_is_as_far_off_as_can_be() -> None:
    assert likelihood([ONE, NORMAL], 80_000.0, math.nan) == -math.inf
    assert implausibility([ONE], np.array([math.nan])).tolist() == [math.inf]


def test_implausibility_takes_the_error_of_the_side_on_which_the_run_is() -> None:
    told = replace(ONE, sd_low=3_000.0, sd_high=9_000.0, rounded_to=12_000.0)
    got = implausibility([told], np.array([[70_000.0], [90_000.0]]))[:, 0]
    whole = [math.sqrt(sd**2 + 8_000.0**2 + 12e6) for sd in (3_000.0, 9_000.0)]
    assert got.tolist() == pytest.approx([10_000.0 / sd for sd in whole])
