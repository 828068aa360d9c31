"""Simulation-based calibration: the mechanism, and the table that the long exercise left."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from flowsim.learn.predictive import made_up
from tests.learn import sbc
from tests.pages import model

ROOT = Path(__file__).parents[2]


def test_ranks_that_are_uniform_pass_and_others_do_not() -> None:
    rng = np.random.default_rng(2)
    base = pd.DataFrame({"world": "w", "truth": np.arange(150), "factor": "a", "effective": 50.0})
    good = sbc.summary(base.assign(rank=rng.integers(0, 100, 150))).iloc[-1]
    assert good["ecdf"] < good["band"]
    assert 0.85 < good["coverage"] < 0.95
    narrow = np.where(rng.random(150) < 0.5, rng.integers(0, 10, 150), rng.integers(90, 100, 150))
    bad = sbc.summary(base.assign(rank=narrow)).iloc[-1]
    assert bad["coverage"] < 0.6
    assert bad["chi2_p"] < 1e-6


def test_made_up_reports_have_the_error_that_is_stated() -> None:
    _, statements = sbc.closure()
    rng = np.random.default_rng(1)
    values = np.array([100.0, 200.0, 50.0])
    told = np.array([[s.value for s in sbc.made_up(statements, values, rng)] for _ in range(3000)])
    inside = np.abs(told - values) < sbc.Z95 * np.array([s.sd_low for s in statements])
    assert inside.mean(axis=0) == pytest.approx([0.9] * 3, abs=0.02)
    related = pd.DataFrame(told - values).corr(method="spearman")
    assert related.iloc[0, 1] == pytest.approx(0.5, abs=0.06)
    assert related.iloc[0, 2] == pytest.approx(0.0, abs=0.06)


def test_what_would_be_reported_varies_by_the_hours_that_a_figure_may_mean() -> None:
    """As much as by a counting error of the same size, and with both by the root of the squares."""
    _, (statement, *_) = sbc.closure()
    values, none = np.full(400, 100.0), np.zeros(400)
    told, runs = made_up(statement, values, none)
    wider, _ = made_up(statement, values, none + 2.0 * statement.sd_low)
    assert (np.bincount(runs) == len(told) / 400).all()
    assert wider.std() == pytest.approx(np.sqrt(5.0) * told.std(), rel=0.02)


def test_the_table_holds_what_the_model_page_says() -> None:
    told = sbc.summary(sbc.read_table())
    assert sbc.markdown(told) in model()
    assert (told["truths"].iloc[:-1] >= 20).all()
    whole = told.iloc[-1]
    assert 0.85 <= whole["coverage"] <= 0.95
    assert whole["ecdf"] < whole["band"]
    assert whole["chi2_p"] > 0.01
