"""What may be a seed, wherever one is given: a whole number or a text, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import xarray as xr

import flowsim as fs
from flowsim.check.config import CheckSection
from flowsim.check.measure import measure
from flowsim.config import Section
from flowsim.draws import seed_key
from flowsim.flee.simulate import simulate
from flowsim.study.config import StudySection
from flowsim.study.sampling import positions
from tests.worlds import small_scenario

SHORT = {"end": "2010-06-10T21:00"}
TAKES: dict[str, Callable[[Any], object]] = {
    "run": lambda seed: fs.run(small_scenario(**SHORT), seed=seed),
    "FlowModel": lambda seed: fs.FlowModel(small_scenario(**SHORT), rng=seed),
    "Study": lambda seed: fs.Study(small_scenario(), seed=seed),
    "days": lambda seed: simulate(small_scenario(rules="flee"), seed),
    "positions": lambda seed: positions(["a"], 2, "sobol", seed),
    "measure": lambda seed: measure(small_scenario(**SHORT), ("deaths",), seed, 1, 1),
    "key": seed_key,
}
NO_SEEDS = (
    np.random.default_rng(1), np.random.RandomState(1), np.random.SeedSequence(1),
    random.Random(1), object(), 1.0, np.float64(1), True, np.True_, b"1", (1,), {1: 1},
    Fraction(1), np.array(1), np.array([1]), xr.DataArray(1), 1j,
)  # fmt: skip


@pytest.mark.parametrize("seed", NO_SEEDS, ids=lambda seed: type(seed).__name__)
@pytest.mark.parametrize("where", TAKES)
def test_nothing_else_is_a_seed(where: str, seed: object) -> None:
    with pytest.raises(TypeError, match=r"is not a seed; give a whole number or a text$"):
        TAKES[where](seed)


@pytest.mark.parametrize("where", [where for where in TAKES if where != "FlowModel"])
def test_none_is_no_seed(where: str) -> None:
    """But for Mesa's ``rng=None``, which takes the default."""
    with pytest.raises(TypeError, match="None is not a seed"):
        TAKES[where](None)


@pytest.mark.parametrize("where", TAKES)
def test_an_empty_text_is_no_seed(where: str) -> None:
    with pytest.raises(ValueError, match="empty text; give a whole number or a text"):
        TAKES[where](" ")


@pytest.mark.parametrize(
    "seed", [1, "1", " 1", "1 ", np.int64(1), np.uint8(1), np.str_("1")], ids=repr
)
def test_one_whole_number_is_one_run(seed: Any) -> None:
    told = fs.run(small_scenario(**SHORT), seed=seed)
    first = fs.run(small_scenario(**SHORT), seed=1)
    assert told.data.identical(first.data)
    assert told.seed == "1"
    assert fs.Study(small_scenario(), seed=seed).seed == "1"


def test_texts_and_numbers_of_any_size() -> None:
    keys = {int(seed_key(seed)) for seed in (0, -1, 2**200, "7.3", "Osh", "01", np.uint64(2**63))}
    assert len(keys) == 7


@pytest.mark.parametrize("section", [CheckSection, StudySection])
@pytest.mark.parametrize("seed", NO_SEEDS, ids=lambda seed: type(seed).__name__)
def test_nothing_else_is_a_seed_of_a_file(section: type[Section], seed: object) -> None:
    told = {"name": "n", "scenarios": {"a": "a"}} if section is StudySection else {}
    with pytest.raises(ValueError, match="is not a seed; give a whole number or a text"):
        section(**told, seed=seed)


def test_a_file_may_quote_a_number() -> None:
    assert [CheckSection(seed=s).seed for s in (1, "1", np.int64(1), " 1", "01", "-3", "x")] == [
        1, 1, 1, 1, "01", -3, "x",
    ]  # fmt: skip
