"""Designs and indices on functions whose sensitivity is known."""

import sys

import numpy as np
import pandas as pd
import pytest

from flowsim.learn import given
from flowsim.learn.designs import ENDS, Design, design
from tests.full import only_full

ISHIGAMI = {"S1": (0.3139, 0.4424, 0.0), "ST": (0.5576, 0.4424, 0.2437)}
"""Analytic, for a = 7 and b = 0.1 (Ishigami and Homma 1990)."""


def ishigami(positions: pd.DataFrame) -> np.ndarray:
    a, b, c = (2.0 * positions[["a", "b", "c"]].to_numpy().T - 1.0) * np.pi
    return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)


@pytest.mark.parametrize("seed", [1, *(pytest.param(s, marks=only_full) for s in (2, "three"))])
def test_sobol_finds_the_indices_of_ishigami(seed: int | str) -> None:
    made = design("sobol", ["a", "b", "c"], most=8192 * 5, seed=seed)
    told = made.indices(ishigami(made.positions), 0.9)
    for kind, exact in ISHIGAMI.items():
        found = [i for i in told if i.kind == kind]
        assert [i.value for i in found] == pytest.approx(exact, abs=0.02)
        assert all(i.low <= i.value <= i.high and i.high - i.low < 0.2 for i in found)


def test_morris_finds_the_slopes_of_a_linear_function() -> None:
    made = design("morris", ["a", "b", "inert", "chance"], most=60)
    assert made.blocks == 12
    p = made.positions
    told = made.indices((3.0 * p["a"] - 2.0 * p["b"]).to_numpy(), 0.9)
    width = ENDS[1] - ENDS[0]
    slopes = {(i.factor, i.kind): i.value for i in told}
    expected = {"a": 3.0, "b": -2.0, "inert": 0.0, "chance": 0.0}
    for factor, slope in expected.items():
        assert slopes[factor, "mu"] == pytest.approx(slope * width)
        assert slopes[factor, "mu_star"] == pytest.approx(abs(slope) * width)
        assert slopes[factor, "sigma"] == pytest.approx(0.0, abs=1e-9)


def test_morris_stays_within_the_stated_ranges() -> None:
    made = design("morris", ["a", "b"], most=60)
    assert made.positions.min().min() == ENDS[0]
    assert made.positions.max().max() == pytest.approx(ENDS[1])


def test_each_trajectory_throws_its_own_dice_twice() -> None:
    made = design("morris", ["a", "b", "chance"], most=40)
    dice = made.positions["chance"].to_numpy().reshape(made.blocks, -1)
    assert all(len(set(row)) == 2 for row in dice)
    assert len(set(dice.ravel())) == 2 * made.blocks


@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_a_larger_design_begins_with_the_smaller(method: str) -> None:
    small, large = (design(method, ["a", "chance"], most=most) for most in (40, 130))
    assert len(small.positions) < len(large.positions) <= 130
    pd.testing.assert_frame_equal(small.positions, large.positions[: len(small.positions)])


def test_blocks_that_cannot_be_run_are_passed_over() -> None:
    made = design("sobol", ["a", "b"], 64, fits=lambda p: (p["a"] < 0.8).to_numpy())
    assert made.positions["a"].max() < 0.8
    assert made.blocks == 16
    assert made.dropped > 0
    with pytest.raises(ValueError, match="times contradict"):
        design("sobol", ["a"], 64, fits=lambda p: (p["a"] < 0.0).to_numpy())


def test_sobol_takes_a_power_of_two() -> None:
    made = design("sobol", ["a", "b", "c"], most=1000)
    assert (made.blocks, len(made.positions)) == (128, 640)


@pytest.mark.parametrize("method", ["pawn", "rbd_fast"])
def test_samples_that_are_there_tell_what_acts(method: given.Given) -> None:
    drawn = np.random.default_rng(5).random((400, 3))
    positions = pd.DataFrame(drawn, columns=["a", "b", "inert"])
    values = (positions["a"] ** 2 + 0.5 * positions["b"]).to_numpy()
    told = {i.factor: i for i in given.indices(method, positions, values, 0.9)}
    assert told["a"].value > told["b"].value > told[given.INERT].high
    assert told["inert"].low <= told[given.INERT].high


def test_no_global_random_state_is_touched() -> None:
    np.random.seed(3)  # noqa: NPY002 - what others may have set
    before = np.random.get_state()[1].copy()  # type: ignore[index,union-attr] # noqa: NPY002
    made: Design = design("sobol", ["a", "b", "c"], most=160)
    first = made.indices(ishigami(made.positions), 0.9)
    given.indices("pawn", made.positions, ishigami(made.positions), 0.9)
    assert made.indices(ishigami(made.positions), 0.9) == first
    after = np.random.get_state()[1]  # type: ignore[index] # noqa: NPY002
    assert (before == after).all()


def test_what_to_install_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(ImportError, match=r"pip install 'flowsim\[learn\]'"):
        design("morris", ["a"], 40)
