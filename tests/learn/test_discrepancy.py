"""The size of the discrepancy is learnt with the inputs: and what that does on made-up truths."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr, ndtri

from flowsim.evidence.statements import Statement
from flowsim.learn import diagnostics
from flowsim.learn.simulators import Reports
from flowsim.learn.waves import Learnt
from tests.learn import discrepancy
from tests.pages import model

RUNS = 400


def learnt_of(size: float, within: float) -> tuple[Learnt, list[Statement]]:
    """A line with two inputs of which much is reported, and runs that are spread as the prior."""
    rng = np.random.default_rng(7)
    slopes = rng.normal(size=(2, discrepancy.REPORTS))
    scores = rng.normal(size=(RUNS, 2))
    even = ndtri((np.arange(discrepancy.REPORTS) + 0.5) / discrepancy.REPORTS)
    error = discrepancy.SD * np.hypot(1.0, size) * rng.permutation(even)
    figures = np.array([0.5, -0.5]) @ slopes + error
    told = [replace(s, value=v) for s, v in zip(discrepancy.stated(within), figures, strict=True)]
    values = scores @ slopes
    none, evidence = np.zeros_like(values), Reports(tuple(told))
    logs = evidence.log_likelihood(values)
    made = Learnt(
        ("a", "b"), evidence.names, ndtr(scores), values, none, np.zeros(RUNS), logs, values, none,
        "runs", np.zeros(discrepancy.REPORTS), np.arange(RUNS), (), (),
    )  # fmt: skip
    return made, told


@pytest.fixture(scope="module")
def near() -> Any:
    return learnt_of(0.0, 3.0)


@pytest.fixture(scope="module")
def far() -> Any:
    return learnt_of(4.0, 3.0)


def test_it_is_learnt_to_be_smaller_where_reports_agree_and_larger_where_not(
    near: Any, far: Any
) -> None:
    small, large = (diagnostics.of_discrepancy(*found) for found in (near, far))
    assert small[1] < 1.0 < large[0]
    assert small[0] < small[1] < small[2] < large[2]
    assert diagnostics.of_discrepancy(*learnt_of(0.0, 1.0)) == (1.0, 1.0, 1.0)


def test_intervals_are_of_the_size_that_is_learnt(near: Any, far: Any) -> None:
    by_near, by_far = (diagnostics.by_report(*found) for found in (near, far))
    widths = [float((t["high"] - t["low"]).median()) for t in (by_near, by_far)]
    assert widths[1] > 1.5 * widths[0]
    assert (by_far["implausibility"] < 3.0).all()
    for learnt, told in (near, far):
        left = diagnostics.left_out(learnt, told)
        assert (left["run_high"] - left["run_low"] < left["high"] - left["low"]).all()
        assert (left["run_width"] < left["width"]).mean() > 0.9  # errors are in both ends of it


def test_the_made_up_truths_are_those_of_the_page() -> None:
    told = pd.read_csv(discrepancy.TABLE)
    assert discrepancy.markdown(told) in model()
    learnt = told[told["way"] == "learnt"].set_index("true")
    stated = told[told["way"] == "as stated"].set_index("true")
    assert learnt.loc["by the prior", ["inputs inside", "reports inside"]].between(0.85, 0.95).all()
    assert learnt.loc["three times", "reports inside"] > stated.loc["three times", "reports inside"]
    size = learnt["size"]
    assert size["none"] < 0.8 < size["as stated"] < 1.1 < size["three times"]


def test_the_exercise_does_what_its_table_says() -> None:
    told = discrepancy.exercise(1, 200)
    assert list(told["true"].unique()) == list(discrepancy.TRUE)
    assert told[["inputs inside", "reports inside"]].stack().between(0.0, 1.0).all()
    assert told[["inputs width", "reports width"]].stack().gt(0.0).all()
