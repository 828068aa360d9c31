"""Discrepancies of which it is not known how large they are: integrated over, and learnt."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats

from flowsim.evidence.discrepancy import expected, of_size, sizes
from flowsim.evidence.likelihood import (
    implausibility,
    log_likelihood,
    log_likelihood_by_size,
    statements_of_example,
)
from flowsim.evidence.statements import Z95, Statement, read
from flowsim.learn.predictive import made_up
from flowsim.learn.simulators import Reports
from flowsim.world.reported import Evidence, Report

KNOWN = statements_of_example()[0]
UNSURE = replace(KNOWN, discrepancy_within=3.0)
SPREAD = math.log(3.0) / Z95
TOLD = [
    replace(UNSURE, originator="one", value=80_000.0),
    replace(UNSURE, originator="one", value=86_000.0, rounded_to=1_000.0),
    replace(UNSURE, originator="two", value=70_000.0),
    replace(UNSURE, originator="three", value=75_000.0, bound="at least"),
]
RUNS = np.array([[81e3, 82e3, 80e3, 79e3], [60e3, 95e3, 85e3, 70e3], [80e3, 86e3, 70e3, 75e3]])


def test_a_report_says_what_the_scenario_says_of_it() -> None:
    report = Report(id="R1", when="2010-06-15", variable="crossed", value=80_000.0)
    assert read(report, Evidence()).discrepancy_within == 1.0
    assert read(report, Evidence(discrepancy_within=2.0)).discrepancy_within == 2.0


def test_the_stated_factor_holds_nine_tenths_of_the_sizes_and_one_is_their_median() -> None:
    size, part = sizes([UNSURE])
    assert part.sum() == pytest.approx(1.0)
    assert part @ np.log(size) == pytest.approx(0.0, abs=1e-12)
    assert part @ np.log(size) ** 2 == pytest.approx(SPREAD**2)
    law = stats.lognorm(SPREAD)
    assert law.cdf([1.0 / 3.0, 1.0, 3.0]) == pytest.approx([0.05, 0.5, 0.95])


@pytest.mark.parametrize("row", range(len(RUNS)))
def test_one_size_is_integrated_over_for_all_reports_together(row: int) -> None:
    def density(size: float) -> float:
        known = float(log_likelihood(of_size(TOLD, size), RUNS[row]))
        return math.exp(known) * float(stats.lognorm.pdf(size, SPREAD)) * 1e16

    whole, _ = integrate.quad(density, 0.0, 30.0, limit=200, epsrel=1e-6)
    assert float(log_likelihood(TOLD, RUNS[row])) == pytest.approx(math.log(whole / 1e16), abs=0.02)
    apart = sum(float(log_likelihood([s], RUNS[row, [i]])) for i, s in enumerate(TOLD))
    assert float(log_likelihood(TOLD, RUNS[row])) != pytest.approx(apart, abs=0.02)


def test_a_known_size_gives_the_same_bytes_as_none() -> None:
    known = [replace(s, discrepancy_within=1.0) for s in TOLD]
    by_size = log_likelihood_by_size(known, RUNS)
    assert by_size.shape == (3, 1)
    assert by_size[:, 0].tobytes() == log_likelihood(known, RUNS).tobytes()
    assert of_size(known, 7.0) == known
    assert expected(known) == known


def test_runs_that_are_far_from_all_reports_make_it_large_and_near_ones_small() -> None:
    told = Reports(tuple(replace(UNSURE, originator=str(i)) for i in range(8)))
    near, far = np.full(8, 80_500.0), 80_000.0 + 30_000.0 * np.array([1, -1] * 4)
    chances = told.size_of_discrepancy(np.stack([near, far, np.full(8, np.nan)]))
    size, part = sizes(told.statements)
    mean = np.exp(chances @ np.log(size))
    assert mean[0] < 0.7
    assert mean[1] > 1.6
    assert chances[2] == pytest.approx(part)


def test_implausibility_counts_the_variance_that_is_expected() -> None:
    apart = 20_000.0
    sd = math.hypot(KNOWN.sd_low, KNOWN.sd_discrepancy * math.exp(SPREAD**2))
    told = implausibility([UNSURE], np.array([80_000.0 + apart]))
    assert float(told[0]) == pytest.approx(apart / sd)
    size, part = sizes([UNSURE])
    assert part @ size**2 == pytest.approx(math.exp(2.0 * SPREAD**2), rel=1e-3)


def quartiles(statement: Statement, chances: np.ndarray | None = None) -> np.ndarray:
    values = np.full(2000, 80_000.0)
    told, _ = made_up(statement, values, np.zeros(2000), chances)
    return np.quantile(told, [0.05, 0.25, 0.75, 0.95]) - 80_000.0


def test_reports_are_made_up_by_the_sizes_that_are_likely() -> None:
    size, part = sizes([UNSURE])
    sure = np.zeros((2000, len(size)))
    sure[:, 4] = 1.0
    of_one = quartiles(of_size([UNSURE], float(size[4]))[0])
    assert quartiles(UNSURE, sure) == pytest.approx(of_one, rel=1e-12)
    by_prior = quartiles(UNSURE)
    assert by_prior == pytest.approx(quartiles(UNSURE, np.tile(part, (2000, 1))), rel=1e-12)
    assert by_prior[-1] > 1.15 * quartiles(KNOWN)[-1]
